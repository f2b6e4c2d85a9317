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
