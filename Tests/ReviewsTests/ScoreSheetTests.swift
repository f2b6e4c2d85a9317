import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Pages
import Postgres
import Programs
import Tabular
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// The sheet as a file: pure, from what goes out to what comes back.
@Suite("The score sheet as a file")
struct ScoreSheetTests {
    let round: ReviewRound

    init() throws {
        round = ReviewRound(
            id: .init(), call: .init(), callTitle: try LocalizedName(en: "Call"), position: 1,
            number: 1, name: try LocalizedName(en: "Round"), isBlind: true, isShared: true, reviewsWanted: 2, quorum: 2,
            due: Deadline(Date(timeIntervalSince1970: 1_800_000_000), in: .hongKong), openedAt: Date(),
            criteria: [
                .init(id: .init(), name: try LocalizedName(en: "Team", zhHant: "團隊", ja: "チーム"), weight: 60),
                .init(
                    id: .init(), name: try LocalizedName(en: "Comment for the startup"), weight: 40, lowest: 0,
                    highest: 100),
            ])
    }

    func line(
        _ code: String, scores: [Int] = [], note: String? = nil, comment: String? = nil, submitted: Date? = nil
    ) throws -> ScoreSheet.Line {
        let assignment = ReviewAssignment(
            id: .init(), round: round.id, application: .init(), person: .init(), state: .assigned, assignedAt: Date(),
            endedAt: nil, endedReason: nil)
        let review = Review(
            assignment: assignment.id,
            scores: Dictionary(uniqueKeysWithValues: zip(round.criteria.map(\.id), scores)),
            notes: try note.map { [round.criteria[0].id: try LongText($0)] } ?? [:],
            comment: try comment.map { try LongText($0) }, privateNote: nil, confidence: nil, version: 1,
            savedAt: Date(), submittedAt: submitted)
        return ScoreSheet.Line(
            summary: AssignmentSummary(
                assignment: assignment, code: code, startupName: nil, language: .english, personName: nil,
                scored: scores.count, submittedAt: submitted, clocks: []),
            review: scores.isEmpty && comment == nil ? nil : review)
    }

    func changes(_ reading: ScoreSheetReading) -> [String] {
        reading.rows.flatMap { row -> [String] in
            guard case .changes(_, _, let changes) = row.outcome else { return [] }
            return changes.map { "\(row.code) \($0.field): \($0.before ?? "–") > \($0.after ?? "–")" }
        }
    }

    @Test("What goes out comes back unchanged, in every language")
    func roundTrip() throws {
        let words = ["=1+1", "'=x", "-", "@sum, \"quoted\"", "two\nlines", "＝全形", "plain", "'quoted'", "+852 1234"]
        let lines = try words.enumerated().map { try line("AAA\($0)", scores: [3, 50], comment: $1) }
        let sheet = ScoreSheet(round: round, lines: lines)
        for language in Pages.Language.allCases {
            let file = sheet.csv(in: language)
            #expect(file.prefix(3) == [0xEF, 0xBB, 0xBF])
            for reader in Pages.Language.allCases {
                let reading = try sheet.read(file, in: reader)
                #expect(reading.count(.unchanged) == words.count && reading.ignored.isEmpty, "\(language) \(reader)")
            }
        }
    }

    @Test("A text that a spreadsheet would take for a formula begins with an apostrophe; a score stays a number")
    func formulas() throws {
        let texts = ["=HYPERLINK(\"https://x\")", "+1", "-1", "@x", "＝1", "'=1", " =1"]
        for text in texts { #expect(CSVCell.text(text).drop { $0 == "\"" }.hasPrefix("'")) }
        #expect(CSVCell.text("\t=1").contains("'") && CSVCell.text("fine - really") == "fine - really")
        let sheet = ScoreSheet(round: round, lines: [try line("AAA", scores: [3, 50])])
        let text = String(decoding: sheet.csv(in: .english), as: UTF8.self)
        #expect(text.hasSuffix("AAA,3,50,,,\r\n"))
    }

    @Test("Two columns of one name are told apart")
    func names() throws {
        let sheet = ScoreSheet(round: round, lines: [])
        let titles = sheet.columns(in: .english).map(\.title)
        #expect(
            titles == [
                "Application", "Team", "Comment for the startup", "Comment for the startup (2)",
                "Private note for the panel", "Confidence",
            ])
    }

    @Test("Absent keeps, empty takes back, and columns may stand anywhere")
    func threeStates() throws {
        let sheet = ScoreSheet(
            round: round,
            lines: [try line("AAA", scores: [3, 50], note: "Strong.", comment: "Good."), try line("BBB")])
        let kept = try sheet.read(Array("application\nAAA\nBBB\n".utf8), in: .english)
        #expect(kept.count(.unchanged) == 2)
        let moved = try sheet.read(
            Array("Confidence,TEAM,Mine,Application\r\n4,,x,aaa\r\n,5,y,BBB\r\n".utf8), in: .english)
        #expect(
            changes(moved) == [
                "AAA Team: 3 > –", "AAA Note on Team: Strong. > –", "AAA Confidence: – > 4", "BBB Team: – > 5",
            ])
        #expect(moved.ignored == ["Mine"])
        let draft = try #require(moved.drafts.first?.draft)
        #expect(draft.scores == [round.criteria[1].id: 50] && draft.notes.isEmpty && draft.comment?.string == "Good.")
        // As a spreadsheet copies its cells.
        let pasted = try sheet.read(Array("Application\tTeam\nBBB\t2\n".utf8), in: .english)
        #expect(changes(pasted) == ["BBB Team: – > 2"])
    }

    @Test("What is wrong is named by row and field, and what was submitted is left alone")
    func faults() throws {
        let sheet = ScoreSheet(
            round: round,
            lines: [try line("AAA"), try line("BBB", scores: [3, 50], submitted: Date()), try line("CCC")])
        let file = """
            Application,Team,Comment for the startup (2),Confidence
            AAA,7,Fine,5
            BBB,1,Changed,1
            CCC,3.5,caf\u{FFFD},
            ZZZ,1,,
            AAA,1,,
            ,1,,
            CCC,1
            """
        let reading = try sheet.read(Array(file.utf8), in: .english)
        #expect(reading.rows.map(\.kind) == [.wrong, .submitted, .wrong, .wrong, .wrong, .wrong, .wrong])
        #expect(
            reading.faults.map { "\($0.line) \($0.fault.field ?? "row")" } == [
                "2 Team", "2 Confidence", "4 Team", "4 Comment for the startup (2)", "5 Application",
                "6 Application", "7 Application", "8 row",
            ])
    }

    @Test(
        "A file that cannot be read says why",
        arguments: [
            ("", UnreadableSheet.empty), ("Team,Confidence\n1,2\n", .noCode("Application")),
            ("Application,Team,team\n", .columnTwice("team")), ("PK\u{3}\u{4}\u{14}\u{0}", .spreadsheet),
        ])
    func unreadable(text: String, why: UnreadableSheet) throws {
        let sheet = ScoreSheet(round: round, lines: [])
        #expect(throws: why) { try sheet.read(Array(text.utf8), in: .english) }
    }
}

/// The sheet taken along and brought back, by pages and by API.
@Suite("The score sheet at the edge")
struct ScoreSheetEdgeTests {
    let round: ReviewRound.ID = demoID("round incubation")
    let criteria: [ReviewRound.Criterion.ID] = ["Team", "Innovation", "Market"].map { demoID("criterion \($0)") }
    func assignment(_ member: Cast.Member, _ slug: String) -> ReviewAssignment.ID {
        demoID("assignment \(member.person.email) \(slug)")
    }

    @Test("A reviewer takes the sheet along, looks at what changes, and saves it as drafts")
    func pages() async throws {
        let world = try await World()
        let vera = try await Visitor(Cast.vera, in: world)
        let place = "/reviews/rounds/\(round)/sheet"
        #expect(await vera.open(place).text.contains("The file has 3 rows"))
        let file = await vera.open("\(place).csv")
        #expect(file.header("Content-Type") == "text/csv; charset=utf-8")
        #expect(file.header("Content-Disposition")?.contains(".csv") == true)
        let summary = try #require(
            try await world.database.reader(as: world.context(Cast.vera)).assignments(in: round, limit: 9)
                .first { $0.submittedAt == nil })
        let filled = file.text.replacing("\(summary.code),3,,,", with: "\(summary.code),4,5,2,")
            .replacing(",4,4,5,", with: ",1,1,1,")
        #expect(filled != file.text)
        let preview = await vera.send("\(place)/preview", [("content", filled)])
        #expect(preview.status == 200 && preview.text.contains("1 review would change"), "\(preview.text)")
        #expect(preview.text.contains("Left alone, whatever the file says"))
        let reader = world.database.reader(as: world.context(Cast.vera))
        #expect(try await reader.review(of: summary.id)?.scores == [criteria[0]: 3])

        let saved = await vera.send(place, [("content", filled)])
        #expect(saved.status == 303 && saved.header("Location") == "\(place)?saved=1", "\(saved.text)")
        #expect(await vera.open("\(place)?saved=1").text.contains("1 review was saved as a draft."))
        let review = try #require(try await reader.review(of: summary.id))
        #expect(review.scores == [criteria[0]: 4, criteria[1]: 5, criteria[2]: 2] && review.submittedAt == nil)
        // The submitted one stands as it was.
        #expect(try await reader.review(of: assignment(Cast.vera, "kelpsense"))?.scores[criteria[2]] == 5)
        #expect(await vera.send("\(place)/preview", [("content", filled)]).text.contains("Nothing would change"))
    }

    @Test("One wrong row saves none")
    func allOrNothing() async throws {
        let world = try await World()
        let vera = try await Visitor(Cast.vera, in: world)
        let call: CallForApplications.ID = demoID("call incubation")
        try await world.assign(Cast.vera, demoID("application \(Cast.startup("tideglass")) \(call)"), in: round)
        let reader = world.database.reader(as: world.context(Cast.vera))
        let open = try await reader.assignments(in: round, limit: 9).filter { $0.submittedAt == nil }
        #expect(open.count == 2)
        let file = "Application,Team,Market\n\(open[0].code),5,5\n\(open[1].code),9,1\n"
        for target in ["/preview", ""] {
            let refused = await vera.send("/reviews/rounds/\(round)/sheet\(target)", [("content", file)])
            #expect(refused.status == 422 && refused.text.contains("1 row needs your attention"))
            #expect(refused.text.contains("whole number from 1 to 5") && !refused.text.contains("Save 1 draft"))
        }
        for summary in open { #expect(try await reader.review(of: summary.id)?.scores[criteria[2]] == nil) }
        let unreadable = await vera.send("/reviews/rounds/\(round)/sheet", [("content", "x,y\n1,2\n")])
        #expect(unreadable.status == 422 && unreadable.text.contains("There is no column"))
        #expect(unreadable.text.contains("x,y"))
    }

    @Test("The same by API: a rehearsal, a stale tag, a wrong row, and the drafts")
    func api() async throws {
        let world = try await World()
        let vera = try await Visitor(Cast.vera, in: world)
        let place = "/v1/rounds/\(round)/sheet"
        let sheet = await vera.ask("GET", place)
        #expect(sheet.status == 200 && sheet.header("Content-Type") == "text/csv", "\(sheet.text)")
        let tag = try #require(sheet.header("ETag"))
        let reader = world.database.reader(as: world.context(Cast.vera))
        let summary = try #require(
            try await reader.assignments(in: round, limit: 9).first { $0.submittedAt == nil })
        let file = "Application,Market\n\(summary.code),5\n"
        func put(_ file: String, _ query: String = "", tag: String?) async -> Outgoing {
            await vera.ask(
                "PUT", place + query, json: file, as: "text/csv", headers: tag.map { [("If-Match", $0)] } ?? [])
        }
        #expect(await put(file, tag: nil).status == 428)
        #expect(await put(file, tag: "\"00\"").status == 412)
        let rehearsed = await put(file, "?rehearsal=true", tag: tag)
        #expect(rehearsed.status == 200, "\(rehearsed.text)")
        #expect(try rehearsed.json()["changed"] == 1)
        #expect(try await reader.review(of: summary.id)?.scores[criteria[2]] == nil)
        let wrong = await put("Application,Market\n\(summary.code),6\nNOBODY,1\n", tag: tag)
        #expect(wrong.status == 422)
        #expect(wrong.problem?.errors.map(\.pointer) == ["/2/Market", "/3/Application"])
        #expect(await put("nothing", tag: tag).status == 422)
        let saved = await put(file, tag: tag)
        #expect(saved.status == 200, "\(saved.text)")
        #expect(try saved.json()["rows"]?.elements?.first?["changes"]?.elements?.first?["after"]?.text == "5")
        #expect(try await reader.review(of: summary.id)?.scores[criteria[2]] == 5)
        #expect(await put(file, tag: tag).status == 412)

        let (mei, leo) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.leo, in: world))
        #expect(await mei.ask("GET", place).status == 403)
        #expect(await leo.ask("GET", place).status == 403)
        #expect(await vera.ask("GET", "/v1/rounds/\(UUID().uuidString.lowercased())/sheet").status == 404)
    }
}
