import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// Changes that a startup hands in reach reviewers when a manager lets them.
@Suite("Files renewed")
struct RenewFileTests {
    let mei = Cast.mei.person.id

    @Test("Changes handed in stay out of a file until it is renewed; then reviewers read them and since when")
    func renewed() async throws {
        let world = try await World()
        let id = World.application("plumbline")
        _ = try await world.assign(Cast.vera, "plumbline")
        let vera = world.database.reader(as: world.context(Cast.vera))
        let before = try #require(try await vera.file(of: id, in: World.round))
        let question = try #require(before.answers.first?.question)
        let request = ChangeRequest.ID()
        let day = CalendarDate(Date(), in: .hongKong).adding(days: 3)
        let wanted = ChangesWanted(try LongText("Name the customers."), to: [question], by: day)
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.requestChanges(wanted, of: id, as: request, by: mei)
        }
        let text = try LongText("Two shipyards pay for it.")
        try await world.database.write(as: world.context(Cast.wing, seat: 1)) { transaction in
            _ = try await transaction.saveAnswers([question: AnswerEdit(text)], of: id, by: Cast.wing.person.id)
        }
        func renew(as member: Cast.Member = Cast.mei) async throws {
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.renewFile(of: id, in: World.round, by: member.person.id)
            }
        }
        // What is half written reaches nobody.
        await #expect(throws: ReviewRefusal.changesPending) { try await renew() }
        _ = try await world.database.write(as: world.context(Cast.wing, seat: 1)) { transaction in
            try await transaction.resubmitApplication(id, by: Cast.wing.person.id)
        }
        #expect(try await vera.file(of: id, in: World.round)?.answers == before.answers)
        try await world.holds(id)
        let visitor = try await Visitor(Cast.mei, in: world)
        let place = "/console/rounds/\(World.round)/applications/\(id)"
        #expect(await visitor.open(place).text.contains("\(place)/renewal"))
        await #expect(throws: (any Error).self) { try await renew(as: Cast.vera) }
        // Among several, too: rehearsed, and refused as a whole for one that has nothing to hand in.
        let several = "/v1/rounds/\(World.round)/renewals"
        let both = #"{"applications": ["\#(id)", "\#(World.application("lanterncare"))"]"#
        let rehearsed = await visitor.ask("POST", several, json: both + #", "dry_run": true}"#)
        #expect(rehearsed.status == 200 && rehearsed.text.contains(#""refused":1"#), "\(rehearsed.text)")
        #expect(await visitor.ask("POST", several, json: both + "}").status == 409)
        #expect(try await vera.file(of: id, in: World.round)?.renewedAt == nil)
        let listed = await visitor.open("/console/rounds/\(World.round)/renewals")
        #expect(listed.text.contains(#"value="\#(id)" checked"#), "\(listed.text)")
        let looked = await visitor.send(
            "/console/rounds/\(World.round)/renewals", [("applications", "\(id)"), ("partial", "false")])
        #expect(looked.status == 200 && looked.text.contains("1 can be done."), "\(looked.text)")
        #expect(await visitor.send("\(place)/renewal").status == 303)
        let after = try #require(try await vera.file(of: id, in: World.round))
        #expect(after.answers.first?.text == text && after.code == before.code && after.renewedAt != nil)
        #expect(after.answers.dropFirst() == before.answers.dropFirst())
        try await world.holds(id)
        #expect(await !visitor.open(place).text.contains("\(place)/renewal"))
        #expect(await visitor.ask("POST", "/v1/rounds/\(World.round)/applications/\(id)/renewal").status == 204)
        #expect(
            await visitor.ask("POST", "/v1/rounds/\(World.round)/applications/\(World.application("halyard"))/renewal")
                .status
                == 404)
    }
}
