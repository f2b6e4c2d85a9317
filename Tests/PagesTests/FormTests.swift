import Testing

@testable import Pages

@Suite("Forms")
struct FormTests {
    private let t = PageKit.base.texts(in: .english)

    @Test("what was typed comes back with what is wrong, and each error leads to its control")
    func errors() throws {
        let input = FormInput(
            values: ["name": ["Ada"], "ask.amount": ["12"], "ask.currency": ["JPY"], "kinds": ["a", "c"]],
            errors: [
                ("/name", "Too short"), ("/name", "second"), ("/ask/currency", "Not yen"), ("/kinds", "One only"),
            ],
            texts: t)
        let name = input.text("name", label: "Name", hint: "As registered")
        #expect(name.error == "Too short")
        #expect(name.describedBy == "f-name-hint f-name-error")
        #expect(name.input?.value == "Ada")
        let ask = input.money("ask", label: "Ask", currencies: ["HKD", "JPY"])
        #expect(ask.error == "Not yen")
        #expect(ask.money?.value == "12")
        #expect(ask.money?.currencies.map(\.isChosen) == [false, true])
        let kinds = input.checkboxes(
            "kinds", label: "Kinds", options: [("a", "A", nil), ("b", "B", nil), ("c", "C", nil)])
        #expect(kinds.checkboxes?.choices.map(\.isChosen) == [true, false, true])
        let form = Form(action: "/x", fields: [name, ask, kinds], submit: "Save", texts: t)
        let summary = try #require(form.errorSummary)
        #expect(summary.title == "3 answers need your attention")
        #expect(summary.items.map(\.field) == ["f-name", "f-ask", "f-kinds-a"])
        // Each says of which field it speaks.
        #expect(summary.items.first?.message == "Name – Too short")
    }

    @Test("rows have an empty one more, as long as there may be more, and each wrong cell is led to")
    func grid() throws {
        func grid(_ rows: Int, fewest: Int = 0, most: Int = 50, more: [String: [String]] = [:]) -> FormField {
            var values = more
            for row in 0..<rows { values["team.\(row).name"] = ["N\(row)"] }
            return FormInput(
                values: values, errors: [("/team/0/email", "No address"), ("/teams", "another")], texts: t
            ).grid(
                "team", label: "Team", columns: [.init("name", label: "Name"), .init("email", label: "E-mail")],
                words: .init(row: { "Person \($0)" }, add: "Add", remove: { "Remove \($0)" }), fewest: fewest,
                most: most)
        }
        let one = grid(1)
        #expect(one.error == nil && one.isGroup && one.target == "f-team-0-name")
        let rows = try #require(one.grid?.rows)
        #expect(rows.map(\.label) == ["Person 1", "Person 2"] && rows.map(\.remove) == ["Remove 1", nil])
        #expect(rows[0].cells.map(\.value) == ["N0", ""] && rows[0].cells.map(\.error) == [nil, "No address"])
        #expect(rows[1].cells.map(\.name) == ["team.1.name", "team.1.email"])
        // The empty row has one address, wherever it stands: a page goes on there after another was asked for.
        #expect(rows[1].cells[0].id == FormInput.emptyCell(of: "team", "name") && !rows[1].cells[0].isFirst)
        #expect(grid(3, more: ["add": ["team"]]).grid?.rows[3].cells.map(\.isFirst) == [true, false])
        #expect(grid(0, fewest: 3).grid?.rows.count == 3 && grid(3, fewest: 3).grid?.rows.count == 4)
        #expect(grid(2, most: 2).grid?.rows.count == 2 && grid(2, most: 2).grid?.add == nil)
        #expect(grid(3, most: 2).grid?.rows.count == 3 && grid(0, fewest: 3, most: 2).grid?.rows.count == 2)
        let summary = try #require(Form(action: "/x", fields: [one], submit: "Save", texts: t).errorSummary)
        #expect(summary.items.map(\.field) == ["f-team-0-email"])
        #expect(summary.items.map(\.message) == ["Team – Person 1, E-mail – No address"])
    }

    @Test("a form without errors has no summary; a problem of the whole has one")
    func summary() {
        let fields = [FormInput([:], texts: t).text("name", label: "Name")]
        #expect(Form(action: "/x", fields: fields, submit: "Save", texts: t).errorSummary == nil)
        #expect(
            Form(action: "/x", fields: fields, submit: "Save", texts: t, problem: "Closed").errorSummary?.problem
                == "Closed")
    }

    @Test("the counter counts scalars, as the database does")
    func counter() {
        for (text, count) in [("", "0"), ("abc", "3"), ("晨光", "2"), ("e\u{0301}", "2"), ("👩🏽‍🔬", "4"), ("a\r\nb", "3")] {
            let field = FormInput(["pitch": text], texts: t).area("pitch", label: "Pitch", limit: 3)
            #expect(field.area?.counter?.text == "\(count) of 3 characters")
            #expect(field.area?.counter?.isOver == (count == "4"))
        }
    }

    @Test("a password is never written back")
    func password() {
        #expect(FormInput(["p": "secret"], texts: t).text("p", label: "P", type: "password").input?.value == "")
    }

    @Test("a text in three languages says which are missing, the reader's language first")
    func localized() {
        let input = FormInput(["title.en": "One"], texts: PageKit.base.texts(in: .japanese))
        let parts = input.localized("title", label: "Title").translations?.parts ?? []
        #expect(parts.map(\.name) == ["title.ja", "title.en", "title.zh-Hant"])
        #expect(parts.map(\.isMissing) == [true, false, true])
        let empty = FormInput([:], texts: t).localized("title", label: "Title").translations?.parts ?? []
        #expect(empty.map(\.isMissing) == [false, false, false])
    }

    @Test("bars of a score fill their line, for to the right of the origin and against to the left")
    func score() {
        let bars = ScoreExplanation.bars([30, -10, 10])
        #expect(bars.origin == 200)
        #expect(bars.bars.map(\.x) == [200, 0, 800])
        #expect(bars.bars.map(\.shade) == ["for-0", "against-1", "for-2"])
        #expect(ScoreExplanation.bars([]).bars.isEmpty)
        #expect(ScoreExplanation.bars([0]).bars.isEmpty)
        #expect(ScoreExplanation.bars([.max, .min]).bars.count <= 2)
    }
}
