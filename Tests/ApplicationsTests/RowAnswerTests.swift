import API
import Accounts
import DemoWorld
import Forms
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

/// People, rows and several choices, as a form sends them: cell by cell.
@Suite("Answers in rows")
struct RowAnswerTests {
    private let call = CallForApplications.ID()
    private let ids = (0..<4).map { _ in CallForApplications.Question.ID() }

    private func name(_ index: Int) -> String { "answers_\(ids[index])" }
    private func seen(_ index: Int) -> String { "seen_\(ids[index])" }

    /// A call that asks for people, rows, choices and a text, published, and a draft of Ravi's startup to it.
    private func begun(in world: World) async throws -> Application.ID {
        var people = Field(.people)
        (people.fewest, people.most) = (1, 3)
        var sales = Field(.rows)
        sales.columns = [
            .init("year", try LocalizedLine(en: "Year"), kind: .number, isRequired: true),
            .init("revenue", try LocalizedLine(en: "Revenue"), kind: .money),
            .init("closed", try LocalizedLine(en: "Books closed on"), kind: .date),
        ]
        var places = Field(.choices)
        places.options = [
            .init("port", try LocalizedLine(en: "Harbour")), .init("rail", try LocalizedLine(en: "Rail")),
        ]
        let fields = [people, sales, places, Field(.longText)]
        let prompts = ["Who?", "Which sales?", "Where?", "Why?"]
        let questions = try zip(ids, zip(prompts, fields)).map { id, asked in
            CallDraft.Question(id: id, prompt: try LocalizedLine(en: asked.0), isRequired: true, field: asked.1)
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let draft = CallDraft(
                stream: demoID("stream incubation general"), title: try LocalizedName(en: "In rows"),
                opensAt: Date().addingTimeInterval(-86_400),
                deadline: Deadline(Date().addingTimeInterval(864_000), in: .hongKong), questions: questions)
            _ = try await transaction.draftCall(draft, as: call, in: Cast.harbour.id)
            _ = try await transaction.publishCall(call, by: Cast.mei.person.id)
        }
        return try await world.draft(to: call)
    }

    /// The fields of rows, with an empty one at the end as the form has it.
    private func cells(_ index: Int, _ keys: [String], _ rows: [[String]]) -> [(String, String)] {
        (rows + [keys.map { _ in "" }]).enumerated().flatMap { row, cells in
            zip(keys, cells).map { ("\(name(index)).\(row).\($0)", $1) }
        }
    }

    private func people(_ rows: [String]...) -> [(String, String)] { cells(0, ["name", "role", "email"], rows) }
    private func sales(_ rows: [String]...) -> [(String, String)] { cells(1, ["year", "revenue", "closed"], rows) }

    /// What is stored, by question.
    private func stored(_ id: Application.ID, _ world: World) async throws -> [String?] {
        let answers = try await world.database.reader(as: world.context(Cast.ravi)).answers(of: id)
        return ids.map { id in answers.first { $0.question == id }?.text.string }
    }

    @Test("Cells are stored as the one text that programs write, empty rows ignored, and shown in cells again")
    func cells() async throws {
        let world = try await World()
        let id = try await begun(in: world)
        let (place, ravi) = ("/portal/applications/\(id)", try await Visitor(Cast.ravi, in: world))
        let empty = await ravi.open(place)
        #expect(empty.text.contains("<legend>Person 1</legend>") && !empty.text.contains("<legend>Person 2</legend>"))
        #expect(empty.text.contains("<legend>Row 1</legend>") && empty.text.contains("Add a row"))
        // Enter in any field saves; it neither adds nor removes.
        let first = try #require(empty.text.firstRange(of: "<button class=\"visually-hidden\""))
        #expect(first.lowerBound < (try #require(empty.text.firstRange(of: "name=\"add\"")).lowerBound))

        let form =
            people(["Ravi Rao", "CEO", "ravi@example.org"], ["", " ", ""], ["Mei | Chan", "CTO", ""])
            + sales(["2,025", "HKD 1,000", "2026-03-31"])
        #expect(await ravi.send("\(place)/answers", form).header("Location") == "\(place)?done=saved")
        let texts = [
            #"[{"email":"ravi@example.org","name":"Ravi Rao","role":"CEO"},{"name":"Mei | Chan","role":"CTO"}]"#,
            #"[{"closed":"2026-03-31","revenue":"HKD 1000.00","year":"2025"}]"#,
        ]
        #expect(try await stored(id, world) == texts + [nil, nil])
        let page = await ravi.open(place)
        for shown in [
            "name=\"\(name(0)).1.name\" value=\"Mei | Chan\"", "name=\"\(name(0)).2.name\" value=\"\"",
            "name=\"\(name(1)).0.revenue\" value=\"HKD 1000.00\"", "<legend>Row 2</legend>", "Remove person 2",
            "<input type=\"date\" class=\"width-wide\" id=\"f-\(name(1))-0-closed\"",
        ] { #expect(page.text.contains(shown), "\(shown)") }
        #expect(!page.text.contains("Remove person 3"))

        // The same by a program, in an order of its own, is the same text; a form that leaves it alone leaves it.
        let other = #"[{"role": "CEO", "name": "Ada"}, {}]"#
        let body = String(decoding: try JSONEncoder().encode(["text": other]), as: UTF8.self)
        #expect(await ravi.ask("PUT", "/v1/applications/\(id)/answers/\(ids[0])", json: body).status == 200)
        let raw = try await stored(id, world)[0]
        #expect(await ravi.open(place).text.contains("name=\"\(name(0)).0.name\" value=\"Ada\""))
        #expect(await ravi.send("\(place)/answers", people(["Ada", "CEO", ""])).status == 303)
        #expect(try await stored(id, world)[0] == raw)
        // All rows cleared is no answer.
        #expect(await ravi.send("\(place)/answers", people(["", "", ""])).status == 303)
        #expect(try await stored(id, world)[0] == nil)
    }

    @Test("A button saves and comes back at an empty row; another takes a row away; at the most there is none")
    func buttons() async throws {
        let world = try await World()
        let id = try await begun(in: world)
        let (place, ravi) = ("/portal/applications/\(id)", try await Visitor(Cast.ravi, in: world))
        let (ada, mei, bo) = (["Ada", "CEO", ""], ["Mei", "CTO", ""], ["Bo", "CFO", ""])
        let added = await ravi.send("\(place)/answers", people(ada) + [("add", name(0))])
        #expect(added.status == 303)
        let fragment = "f-\(name(0))-new-name"
        #expect(added.header("Location") == "\(place)?done=saved#\(fragment)")
        let page = await ravi.open(place)
        #expect(page.text.contains("id=\"\(fragment)\" name=\"\(name(0)).1.name\" value=\"\""))

        let full = await ravi.send("\(place)/answers", people(ada, mei, bo) + [("add", name(0))])
        #expect(full.status == 303)
        let most = await ravi.open(place)
        #expect(most.text.contains("Remove person 3") && !most.text.contains("<legend>Person 4</legend>"))
        #expect(!most.text.contains("name=\"add\" value=\"\(name(0))\""))
        #expect(most.text.contains("name=\"add\" value=\"\(name(1))\""))

        let removed = await ravi.send("\(place)/answers", people(ada, mei, bo) + [("remove", "\(name(0)).1")])
        #expect(removed.header("Location") == "\(place)?done=saved#\(fragment)")
        #expect(
            try await stored(id, world)[0] == #"[{"name":"Ada","role":"CEO"},{"name":"Bo","role":"CFO"}]"#)
        // What no button sends does no harm.
        for odd in ["", "csrf", "\(name(0)).7", "\(name(3)).0", "answers_"] {
            let sent = await ravi.send("\(place)/answers", [(name(3), "Why not."), ("remove", odd), ("add", odd)])
            #expect(sent.status == 303, "\(odd)")
        }
        #expect(try await stored(id, world)[3] == "Why not.")
    }

    @Test("What speaks against submitting is said at each cell, with what was typed")
    func faults() async throws {
        let world = try await World()
        let id = try await begun(in: world)
        let (place, ravi) = ("/portal/applications/\(id)", try await Visitor(Cast.ravi, in: world))
        let form =
            people(["", "", ""], ["Ada", "", "none"], ["Mei", "CTO", ""])
            + sales(["last year", "about 5", "spring"], ["2025", "", ""])
        let refused = await ravi.send("\(place)/submission", form)
        #expect(refused.status == 422)
        for (cell, value, text) in [
            ("\(name(0)).0.role", "", "Fill this in, or empty the whole row."),
            ("\(name(0)).0.email", "none", "Write an e-mail address."),
            ("\(name(1)).0.year", "last year", "Write a number, such as 1,200."),
            ("\(name(1)).0.revenue", "about 5", "Write an amount, such as 1,200."),
            ("\(name(1)).0.closed", "spring", "Write a day, such as 2026-03-01."),
        ] {
            let target = "f-" + cell.replacing(".", with: "-")
            #expect(refused.text.contains("<a href=\"#\(target)\">"), "\(cell)")
            #expect(
                refused.text.contains("id=\"\(target)-error\"><span class=\"visually-hidden\">Error: </span>\(text)"))
            #expect(
                refused.text.contains(
                    "id=\"\(target)\" name=\"\(cell)\" value=\"\(value)\""), "\(cell)")
        }
        #expect(!refused.text.contains("f-\(name(0))-1-name-error"))
        // A day that is none stands in a control that shows it.
        #expect(refused.text.contains("<input type=\"text\" class=\"width-wide\" id=\"f-\(name(1))-0-closed\""))
        // Too many is said of the whole.
        let rows = Array(repeating: #"{"name":"A","role":"B"}"#, count: 4).joined(separator: ",")
        try await world.save([ids[0]: AnswerEdit(try LongText("[\(rows)]"))], of: id)
        let many = await ravi.send("\(place)/submission")
        #expect(many.status == 422 && many.text.contains("Give at most 3.") && many.text.contains("Remove person 4"))
    }

    @Test("A cell that cannot be stored comes back as it was typed, and the other answers are kept")
    func forbidden() async throws {
        let world = try await World()
        let id = try await begun(in: world)
        let (place, ravi) = ("/portal/applications/\(id)", try await Visitor(Cast.ravi, in: world))
        for odd in ["Ada\u{202E}", "Ada\u{1}"] {
            let form = people(["Mei", "CTO", ""], [odd, "CEO", ""]) + [(name(3), "Because of \(odd.utf8.count).")]
            let refused = await ravi.send("\(place)/answers", form)
            #expect(refused.status == 422, "\(refused.status)")
            #expect(
                refused.text.contains("id=\"f-\(name(0))-1-name-error\"") && refused.text.contains("Remove person 2"))
            #expect(try await stored(id, world) == [nil, nil, nil, "Because of \(odd.utf8.count)."])
            let reply = try await ravi.send("\(place)/autosave", form).json()
            #expect(reply["errors"]?[name(0)]?.text?.contains("invisible character") == true)
        }
    }

    @Test("A text that is no rows is shown as it is, is left alone, and can be typed anew")
    func unreadable() async throws {
        let world = try await World()
        let id = try await begun(in: world)
        let (place, ravi) = ("/portal/applications/\(id)", try await Visitor(Cast.ravi, in: world))
        try await world.save([ids[0]: AnswerEdit(try LongText("about\nfive"))], of: id)
        let page = await ravi.open(place)
        #expect(page.text.contains("<textarea id=\"f-\(name(0))\"") && page.text.contains("\nabout\nfive</textarea>"))
        #expect(await ravi.send("\(place)/answers", [(name(0), "about\r\nfive")]).status == 303)
        #expect(try await stored(id, world)[0] == "about\nfive")
        #expect(await ravi.send("\(place)/answers", [(name(0), "Ada | CEO")]).status == 303)
        #expect(try await stored(id, world)[0] == #"[{"name":"Ada","role":"CEO"}]"#)
    }

    @Test("Rows and choices are saved while somebody types, and two people's answers meet by question")
    func autosave() async throws {
        let world = try await World()
        let id = try await begun(in: world)
        let (place, ravi) = ("/portal/applications/\(id)", try await Visitor(Cast.ravi, in: world))
        let one = await ravi.send(
            "\(place)/autosave",
            people(["Ada", "CEO", ""]) + [
                (seen(0), ""), (name(2), ""), (name(2), "rail"), (name(2), "port"), (seen(2), ""),
            ])
        let reply = try one.json()
        #expect(one.status == 200 && reply["saved_at"]?.text != nil && reply["errors"]?[name(0)] == nil, "\(one.text)")
        let rows = #"[{"name":"Ada","role":"CEO"}]"#
        #expect(try await stored(id, world) == [rows, nil, #"["port","rail"]"#, nil])
        #expect(reply["seen"]?[seen(0)]?.text == Fingerprint(try LongText(rows)).description)

        // A co-founder who opened the empty form writes rows of another question, and over these.
        let other = try await ravi.send(
            "\(place)/autosave",
            sales(["2025", "", ""]) + [(seen(1), "")] + people(["Bo", "CFO", ""]) + [(seen(0), "")]
        ).json()
        #expect(other["errors"]?[name(0)]?.text != nil && other["errors"]?[name(1)] == nil)
        #expect(other["seen"]?[seen(0)] == nil)
        #expect(try await stored(id, world)[0] == rows)
        #expect(try await stored(id, world)[1] == #"[{"year":"2025"}]"#)
        // The last tick taken away is an empty answer.
        let last = reply["seen"]?[seen(2)]?.text ?? ""
        #expect(await ravi.send("\(place)/autosave", [(name(2), ""), (seen(2), last)]).status == 200)
        #expect(try await stored(id, world)[2] == nil)
    }

    @Test("Rows in conflict come back as they were typed beside the others', which no field carries away")
    func conflict() async throws {
        let world = try await World()
        let id = try await begun(in: world)
        let (place, ravi) = ("/portal/applications/\(id)", try await Visitor(Cast.ravi, in: world))
        let theirs = #"[{"name":"Ada","role":"CEO"},{"name":"Cy","role":"COO"},{"name":"Di","role":"CTO"}]"#
        try await world.save(
            [
                ids[0]: AnswerEdit(try LongText(theirs)), ids[1]: AnswerEdit(try LongText(#"[{"year":"2025"}]"#)),
                ids[2]: AnswerEdit(try LongText(#"["rail"]"#)),
            ], of: id)
        let empty = (0..<4).map { (seen($0), "") }
        let refused = await ravi.send(
            "\(place)/answers", people(["Bo", "CFO", ""]) + sales() + [(name(2), ""), (name(3), "")] + empty)
        #expect(refused.status == 409)
        let page = refused.text
        #expect(page.contains("name=\"\(name(0)).0.name\" value=\"Bo\"") && page.contains("Ada · CEO"))
        // Nothing of theirs is mixed into mine, and what this form left alone is theirs.
        #expect(page.contains("name=\"\(name(0)).1.name\" value=\"\"") && !page.contains("value=\"Cy\""))
        #expect(page.contains("name=\"\(name(1)).0.year\" value=\"2025\""))
        #expect(page.contains("value=\"rail\" checked"))
        #expect(page.contains("name=\"\(seen(0))\" value=\"\(Fingerprint(try LongText(theirs)))\""))
        // The row that was being taken away does not come back with a conflict.
        let removed = await ravi.send(
            "\(place)/answers",
            people(["Bo", "CFO", ""], ["Ed", "CIO", ""]) + [(seen(0), ""), ("remove", "\(name(0)).0")])
        #expect(
            removed.status == 409 && removed.text.contains("value=\"Ed\"") && !removed.text.contains("value=\"Bo\""))
        #expect(try await stored(id, world)[0] == theirs)
    }

    @Test("The preview of a form takes rows as the form does, and goes on at the row that was asked for")
    func preview() async throws {
        let world = try await World()
        _ = try await begun(in: world)
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/console/calls/\(call)/preview"
        let page = await mei.send(place, people(["", "", ""], ["Ada", "CEO", "none"]) + [("add", name(0))])
        #expect(page.status == 200 && page.text.contains("name=\"\(name(0)).0.name\" value=\"Ada\""), "\(page.text)")
        #expect(page.text.contains("id=\"f-\(name(0))-0-email-error\""))
        #expect(page.text.components(separatedBy: " autofocus").count == 2)
        #expect(page.text.contains("name=\"\(name(0)).1.name\" value=\"\" autofocus"))
        let removed = await mei.send(place, people(["Ada", "CEO", ""]) + [("remove", "\(name(0)).0")])
        #expect(removed.status == 200 && !removed.text.contains("value=\"Ada\""))
    }
}
