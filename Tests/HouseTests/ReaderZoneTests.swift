import Accounts
import DemoWorld
import Foundation
import Letters
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import API

/// By whose clock a reader is told when something closes.
@Suite("The clock of a reader")
struct ReaderZoneTests {
    /// The hour that New York has twice: 01:30 with summer time, and an hour later 01:30 without.
    private static let edge = "2030-11-03"

    private func call(closing time: String, in world: World) async throws -> CallForApplications.ID {
        let id = CallForApplications.ID()
        let draft = try CallDraft(
            stream: demoID("stream acceleration fintech"), title: LocalizedName(en: "Far away"),
            opensAt: Date.now.addingTimeInterval(-86_400),
            deadline: Deadline(try #require(LocalTime("\(Self.edge)T\(time):00")), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Q?"))], access: .invitation)
        let mei = Cast.mei.person.id
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: id, in: Cast.harbour.id)
            _ = try await transaction.publishCall(id, by: mei)
            return try await transaction.inviteStartups(
                [Cast.startup("kelpsense")], to: id, in: Cast.harbour.id, by: mei)
        }
        return id
    }

    @Test(
        "a founder in New York is told when a call closes by the program's clock and by hers, on both sides of the change"
    )
    func newYork() async throws {
        let world = try await World()
        let ada = try await Visitor(Cast.ada, in: world)
        let chosen = await ada.send("/account/time-zone", [("time_zone", "America/New_York")])
        #expect((chosen.status, chosen.header("Location")) == (303, "/account"))
        #expect(await ada.open("/account").text.contains(#"<option value="America/New_York" selected>"#))
        for (time, ahead) in [("13:30", -14_400), ("14:30", -18_000)] {
            let id = try await call(closing: time, in: world)
            let page = await ada.open("/calls/\(id)").text
            #expect(page.contains("3 Nov 2030, \(time)") && page.contains("01:30 New York"), "\(page)")
            #expect(!page.contains("Tokyo"))
            let json = try await ada.ask("GET", "/v1/calls/\(id)").json()
            #expect(json["deadline"]?["zone"]?.text == "Asia/Hong_Kong")
            #expect(json["reader_deadline"]?["zone"]?.text == "America/New_York")
            #expect(json["reader_deadline"]?["local_time"]?.text == "\(Self.edge)T01:30:00")
            #expect(json["reader_deadline"]?["seconds_from_utc"] == JSON(integerLiteral: ahead))
            // A manager caused the letter, whose clock is no matter of hers.
            let letters = try await world.database.reader(as: world.context(Cast.mei)).letters(
                about: id.uuid, limit: 50)
            let letter = try #require(letters.first { $0.recipient == Cast.ada.person.id })
            let body = letter.text.body.string
            #expect(body.contains("\(time) Hong Kong (01:30 New York)"), "\(body)")
        }
        let me = try await Visitor(Cast.ada, in: world).ask("GET", "/v1/me").json()
        #expect(me["time_zone"]?.text == "America/New_York")
    }

    @Test("who lives by the program's clock reads one time; who chose none reads the second as ever")
    func sameClock() async throws {
        let world = try await World()
        let id = try await call(closing: "13:30", in: world)
        let ada = try await Visitor(Cast.ada, in: world)
        #expect(await ada.open("/calls/\(id)").text.contains("14:30 Tokyo"))
        #expect(await ada.ask("POST", "/v1/me/time-zone", json: #"{"time_zone": "Asia/Hong_Kong"}"#).status == 204)
        let again = try await Visitor(Cast.ada, in: world)
        let page = await again.open("/calls/\(id)").text
        #expect(page.contains("3 Nov 2030, 13:30") && !page.contains("Tokyo"))
        #expect(try await again.ask("GET", "/v1/calls/\(id)").json()["reader_deadline"] == nil)
        #expect(await again.send("/account/time-zone", [("time_zone", "")]).status == 303)
        #expect(await again.open("/calls/\(id)").text.contains("14:30 Tokyo"))
    }

    @Test("another name of a zone is taken, and stays chosen on the page")
    func alias() async throws {
        let world = try await World()
        let ada = try await Visitor(Cast.ada, in: world)
        #expect(await ada.send("/account/time-zone", [("time_zone", "US/Eastern")]).status == 303)
        let page = await ada.open("/account").text
        #expect(page.contains(#"<option value="US/Eastern" selected>"#), "\(page)")
        let id = try await call(closing: "13:30", in: world)
        #expect(await ada.open("/calls/\(id)").text.contains("01:30 Eastern"))
    }

    @Test("what is no zone is refused at its field, and nothing is kept", arguments: ["EST", "Mars/Olympus", "a//b"])
    func refused(zone: String) async throws {
        let world = try await World()
        let ada = try await Visitor(Cast.ada, in: world)
        let page = await ada.send("/account/time-zone", [("time_zone", zone)])
        #expect(page.status == 422 && page.text.contains("aria-invalid"), "\(page.text)")
        let json = await ada.ask("POST", "/v1/me/time-zone", json: #"{"time_zone": "\#(zone)"}"#)
        #expect(json.status == 422 && json.text.contains("/time_zone"), "\(json.text)")
        let kept: String? = try await world.owner.reader(as: .none).value(
            "SELECT time_zone FROM people WHERE id = \(Cast.ada.person.id)")
        #expect(kept == nil)
    }
}
