import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Decisions

/// Preparing several at once on the page: those that are ticked, and a list.
@Suite("Decisions in bulk, on the page")
struct BulkConsoleTests {
    private func prepared(_ world: World, _ batch: DecisionBatch.ID) async throws -> [PreparedDecision] {
        try await world.database.reader(as: world.context(Cast.mei)).preparedDecisions(in: batch)
    }

    @Test("One verdict for those that are ticked: looked at, refused as a whole with the form filled in, done in part")
    func chosen() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let (call, ids) = try await world.applicants(3)
        let batch = try await world.open(call, places: 3, preparing: [])
        let place = "/console/decisions/\(batch)/bulk/chosen"
        let empty = await mei.open(place)
        #expect(empty.status == 200, "\(empty.text)")
        #expect(ids.allSatisfy { empty.text.contains($0.description) })
        let narrow = await mei.open("\(place)?q=startup%202")
        #expect(narrow.text.contains(ids[1].description) && !narrow.text.contains(ids[0].description))
        let nobody = await mei.send(place, [("outcome", "reject"), ("note", "Not this time."), ("partial", "false")])
        #expect(nobody.status == 422 && nobody.text.contains("Tick one at least."), "\(nobody.text)")
        #expect(nobody.text.contains("Not this time."))

        // One of them moves on while the form is open.
        let ticked = [
            ("applications", "\(ids[0])"), ("applications", "\(ids[1])"), ("outcome", "waitlist"),
            ("note", "You wait."),
            ("feedback", ""),
        ]
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE applications SET state = 'withdrawn', withdrawn_at = now() WHERE id = \(ids[1])")
        }
        let looked = await mei.send(place, ticked + [("partial", "false")])
        #expect(looked.status == 200, "\(looked.text)")
        #expect(looked.text.contains("Would be prepared") && looked.text.contains("It is not in review."))
        #expect(looked.text.contains("1 decision can be prepared.") && looked.text.contains("1 cannot;"))
        #expect(try await prepared(world, batch).isEmpty)
        let refused = await mei.send(place, ticked + [("partial", "false"), ("step", "prepare")])
        #expect(refused.status == 422 && refused.text.contains("none was"), "\(refused.text)")
        #expect(refused.text.contains("You wait.") && refused.text.contains("It is not in review."))
        #expect(refused.text.contains(#"value="\#(ids[0])" checked"#))
        #expect(try await prepared(world, batch).isEmpty)
        let part = await mei.send(place, ticked + [("partial", "true"), ("step", "prepare")])
        #expect(part.status == 200 && part.text.contains("1 decision was not."), "\(part.text)")
        #expect(part.text.contains("What was not prepared") && part.text.contains("It is not in review."))
        #expect(!part.text.contains(#"name="step""#))
        #expect(try await prepared(world, batch).map(\.application) == [ids[0]])
        // Where nothing can be prepared, nothing is said to have been.
        let none = await mei.send(
            place,
            [
                ("applications", "\(ids[1])"), ("outcome", "reject"), ("note", "No."), ("partial", "true"),
                ("step", "prepare"),
            ])
        #expect(none.status == 422 && none.text.contains("None of these"), "\(none.text)")
    }

    @Test("A list: by id or by name, between tabs or commas; a line that cannot be read is said, and keeps all from it")
    func list() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let (call, ids) = try await world.applicants(3)
        let batch = try await world.open(call, places: 3, award: 100_00, preparing: [])
        let place = "/console/decisions/\(batch)/bulk/list"
        #expect(await mei.open(place).status == 200)
        let tabbed = "Startup\tOutcome\tRank\tAward\tNote\nstartup 1\toffer\t\t5,000\tCome.\nStartup 2\tWaitlist\t7\t\t"
        func sent(_ list: String, _ more: [(String, String)] = []) -> [(String, String)] {
            [("list", list), ("offer_note", ""), ("waitlist_note", "You wait."), ("reject_note", "")] + more
        }
        let looked = await mei.send(place, sent(tabbed))
        #expect(looked.status == 200 && looked.text.contains("2 decisions can be prepared."), "\(looked.text)")
        #expect(try await prepared(world, batch).isEmpty)
        #expect(await mei.send(place, sent(tabbed, [("step", "prepare")])).status == 303)
        let first = try await prepared(world, batch)
        #expect(first.map(\.application) == [ids[0], ids[1]])
        #expect(first.first?.preparation.award == Money(minor: 5_000_00, currency: .hkd))
        #expect(first.last?.preparation.rank == 7 && first.last?.preparation.note.string == "You wait.")

        let mixed = """
            application,outcome,note
            \(ids[2]),reject,"Not this time, sadly."
            \(ids[2]),reject,Again.
            \(Application.ID()),reject,Whose?
            nonsense,reject,What?
            \(ids[0]),maybe,What?
            \(ids[0]),reject,
            """
        let said = await mei.send(place, sent(mixed, [("partial", "false"), ("step", "prepare")]))
        #expect(said.status == 422, "\(said.text)")
        for words in [
            "It stands here twice.", "It is no application to this call.", "Line 5, application: expected",
            "Line 6, outcome: expected offer, waitlist or reject", "Line 7 has no note", "Not this time, sadly.",
        ] {
            #expect(said.text.contains(words), "\(words) in \(said.text)")
        }
        #expect(try await prepared(world, batch).count == 2)
        let part = await mei.send(place, sent(mixed, [("partial", "true"), ("step", "prepare")]))
        #expect(part.status == 200 && part.text.contains("Line 7 has no note"), "\(part.text)")
        let added = try await prepared(world, batch).first { $0.application == ids[2] }
        #expect(added?.preparation.note.string == "Not this time, sadly.")
    }

    @Test(
        "A list that makes no sense as a whole is refused at its field",
        arguments: [
            "", "outcome\noffer", "startup\nStartup 1", "startup,outcome,notes\nStartup 1,offer,Come.",
            "startup,outcome", "startup,startup,outcome\nA,B,offer", "\"",
        ])
    func unreadable(_ list: String) async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let batch = try await world.open(World.call, places: 1, preparing: [])
        let answer = await mei.send("/console/decisions/\(batch)/bulk/list", [("list", list), ("offer_note", "Come.")])
        #expect(answer.status == 422 && answer.text.contains("f-list-error"), "\(answer.text)")
        #expect(answer.text.contains("Come."))
    }

    @Test("Two startups of one name are told apart by the application alone")
    func sameName() throws {
        let twins = try (0..<2).map { _ in
            Applicant(application: .init(), startupName: try LocalizedName(en: "Twin", ja: "双子"), outcome: nil)
        }
        let lines = try DecisionList.lines(
            of: "startup,outcome,note\nTWIN,reject,No.\n双子,reject,No.\nNobody,reject,No.", notes: [:], in: nil,
            among: twins)
        #expect(lines.count == 3 && lines.allSatisfy { $0.meant == nil })
        #expect(lines[0].fault?.detail.contains("several startups") == true)
        #expect(lines[1].fault?.detail.contains("several startups") == true)
        #expect(lines[2].fault?.code == .unknown && lines[2].named == "Nobody")
    }

    @Test("Only managers who may decide on the call see the ways in bulk")
    func wall() async throws {
        let world = try await World()
        let batch = try await world.open(World.call, places: 1, preparing: [])
        for way in ["bulk", "bulk/chosen", "bulk/list"] {
            let nora = try await Visitor(Cast.nora, in: world)
            #expect(await nora.open("/console/decisions/\(batch)/\(way)").status == 403)
            let mei = try await Visitor(Cast.mei, in: world)
            #expect(await mei.open("/console/decisions/\(DecisionBatch.ID())/\(way)").status == 404)
        }
    }
}
