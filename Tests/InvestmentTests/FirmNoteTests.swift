import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Investment

@Suite("Notes of a firm")
struct FirmNoteTests {
    @Test("are kept in every wording, and read by the firm alone")
    func life() async throws {
        let world = try await IntroductionWorld()
        let jun = try await Visitor(Cast.jun, in: world.world)
        let notes = "/v1/startups/\(world.startup)/firm-notes"
        let created = await jun.ask("POST", notes, json: #"{"body": "Met at the fair.\nAsk for churn."}"#)
        #expect(created.status == 201, "\(created.text)")
        let address = try #require(created.header("Location"))
        let note = try #require(FirmNote.ID(String(address.split(separator: "/").last ?? "")))
        let tag = try #require(await jun.ask("GET", address).header("ETag"))
        let revised = await jun.ask(
            "PUT", address, json: #"{"body": "Churn is 2 %."}"#, headers: [("If-Match", tag)])
        #expect(revised.status == 200, "\(revised.text)")
        let stale = await jun.ask("PUT", address, json: #"{"body": "Late."}"#, headers: [("If-Match", tag)])
        #expect(stale.status == 412)
        let fresh = try #require(await jun.ask("GET", address).header("ETag"))
        let same = await jun.ask("PUT", address, json: #"{"body": "Churn is 2 %."}"#, headers: [("If-Match", fresh)])
        #expect(try same.json()["version"] == 2, "the same words are no new wording")
        let wordings = try await jun.ask("GET", address + "/wordings").json()["items"]?.elements ?? []
        #expect(wordings.compactMap { $0["body"]?.text } == ["Churn is 2 %.", "Met at the fair.\nAsk for churn."])
        #expect(wordings.first?["written_by"]?["name"]?.text == Cast.jun.person.name)
        #expect(try await jun.ask("GET", notes).json()["items"]?.elements?.count == 1)
        #expect(await jun.ask("POST", notes, json: #"{"body": " "}"#).status == 422)
        let unseen = await jun.ask("POST", "/v1/startups/\(Startup.ID())/firm-notes", json: #"{"body": "Who?"}"#)
        #expect(unseen.status == 404)

        // The row that could leak: asked for by those who might come near it, past every operation.
        for member in [Cast.mei, Cast.chloe, Cast.ada, Cast.leo] {
            let reader = world.reader(member)
            #expect(try await reader.rows("SELECT id FROM firm_notes").isEmpty)
            #expect(try await reader.rows("SELECT body FROM firm_note_texts").isEmpty)
        }
        let service = world.world.database.reader(as: .system(in: Cast.harbour.id))
        #expect(try await service.rows("SELECT id FROM firm_notes").isEmpty)
        let mei = try await Visitor(Cast.mei, in: world.world)
        let trail = await mei.ask("GET", "/v1/audit-events?limit=100")
        #expect(trail.status == 200)
        #expect(!trail.text.contains("firm_note") && !trail.text.contains("Churn"))
        let kept = try await world.world.owner.reader(as: .none).rows(
            "SELECT after FROM audit_events WHERE noun = 'firm_note_texts' AND after ? 'body'")
        #expect(kept.isEmpty, "the trail does not say a note again")
        let written = try await world.world.owner.reader(as: .none).rows(
            "SELECT 1 AS one FROM audit_events WHERE noun = 'firm_note_texts' AND object_id = \(note)")
        #expect(written.count == 2, "but that and by whom it was written")
    }

    @Test("are in the firm's file, and in nobody else's")
    func file() async throws {
        let world = try await IntroductionWorld()
        _ = try await world.write(as: Cast.jun) { [startup = world.startup] in
            try await $0.writeFirmNote(
                NewFirmNote(LongText("Ask for churn.")), on: startup, as: FirmNote.ID(), by: Cast.jun.person.id)
        }
        let address = "/v1/shortlists/\(world.list.id)/file.csv"
        let own = await (try Visitor(Cast.jun, in: world.world)).ask("GET", address)
        #expect(own.text.contains("Your firm's notes") && own.text.contains("Jun Sato: Ask for churn."))
        let parks = await (try Visitor(Cast.mei, in: world.world)).ask("GET", address)
        #expect(parks.status == 200)
        #expect(!parks.text.contains("Your firm's notes") && !parks.text.contains("churn"))
    }

    @Test("no row can be written for another firm, about what was not shown, or in another's name")
    func walls() async throws {
        let world = try await IntroductionWorld()
        let hidden = try #require(
            try await world.reader(Cast.mei).rows(
                """
                SELECT t.id FROM startups AS t WHERE NOT EXISTS (
                    SELECT FROM shortlist_items AS x JOIN shortlists AS s ON s.id = x.shortlist_id
                    WHERE x.startup_id = t.id AND s.investor_id = \(Cast.institution("harbour/tidewater"))) LIMIT 1
                """
            ).first)
        let other: Startup.ID = try hidden("id")
        let tries: [(Institution.ID, Startup.ID, Person.ID)] = [
            (Cast.institution("harbour/lion-peak"), world.startup, Cast.jun.person.id),
            (Cast.institution("harbour/tidewater"), other, Cast.jun.person.id),
            (Cast.institution("harbour/tidewater"), world.startup, Cast.chloe.person.id),
        ]
        for (firm, startup, person) in tries {
            await #expect(throws: DatabaseError.self) {
                try await world.write(as: Cast.jun) {
                    _ = try await $0.execute(
                        """
                        INSERT INTO firm_notes (tenant_id, id, investor_id, startup_id, written_by)
                        VALUES (acting_tenant(), gen_random_uuid(), \(firm), \(startup), \(person))
                        """)
                }
            }
        }
    }

    @Test("are written and worded anew on the startup's page")
    func pages() async throws {
        let world = try await IntroductionWorld()
        let jun = try await Visitor(Cast.jun, in: world.world)
        let item = "/shortlists/\(world.list.id)/items/\(world.startup)"
        #expect(await jun.open(item).text.contains("Nobody has noted anything yet."))
        let empty = await jun.send(item + "/notes", [("body", "")])
        #expect(empty.status == 422)
        #expect(await jun.send(item + "/notes", [("body", "First thought")]).status == 303)
        #expect(await jun.open(item).text.contains("First thought"))
        let note = try #require(try await world.reader(Cast.jun).firmNotes(on: [world.startup]).first)
        let page = await jun.open("/firm-notes/\(note.id)")
        let version = try #require(page.text.firstMatch(of: #/name="version" value="([^"]*)"/#)?.1)
            .replacing("&quot;", with: "\"").replacing("&#34;", with: "\"")
        let stale = await jun.send("/firm-notes/\(note.id)", [("body", "Second"), ("version", "\"x\"")])
        #expect(stale.status == 412)
        let revised = await jun.send(
            "/firm-notes/\(note.id)", [("body", "Second thought"), ("version", String(version))])
        #expect(revised.status == 303, "\(revised.text)")
        let history = await jun.open("/firm-notes/\(note.id)")
        #expect(history.text.contains("First thought") && history.text.contains("Second thought"))
        let mei = try await Visitor(Cast.mei, in: world.world)
        #expect(await mei.open(item).text.contains("thought") == false)
        let chloe = try await Visitor(Cast.chloe, in: world.world)
        #expect(await chloe.open("/firm-notes/\(note.id)").status == 404)
    }
}
