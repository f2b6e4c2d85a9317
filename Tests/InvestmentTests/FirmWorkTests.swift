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

@Suite("What a firm's people say among themselves")
struct FirmWorkTests {
    @Test("a recommendation is for the firm alone, and is no answer")
    func recommendation() async throws {
        let world = try await IntroductionWorld()
        let mina = try await Visitor(Cast.mina, in: world.world)
        let jun = try await Visitor(Cast.jun, in: world.world)
        let address = "/v1/shortlists/\(world.list.id)/items/\(world.startup)/recommendations"
        let before = try await world.reader(Cast.jun).item(world.startup, of: world.list.id)
        for what in ["discuss", "meet"] {
            let said = await mina.ask(
                "POST", address, json: #"{"recommendation": "\#(what)", "note": "Unmistakable growth"}"#)
            #expect(said.status == 200, "\(said.text)")
        }
        #expect(await mina.ask("POST", address, json: #"{"recommendation": "buy"}"#).status == 422)
        let heard = try await jun.ask("GET", address).json()["items"]?.elements ?? []
        #expect(heard.compactMap { $0["recommendation"]?.text } == ["discuss", "meet"])
        #expect(heard.last?["by"]?["name"]?.text == "Mina Ogawa")
        let after = try await world.reader(Cast.jun).item(world.startup, of: world.list.id)
        #expect(after?.answer == nil && after?.state == before?.state)
        let item = await jun.open("/shortlists/\(world.list.id)/items/\(world.startup)").text
        #expect(item.contains("Unmistakable growth"))
        let card = await jun.open("/shortlists/\(world.list.id)").text
        // Of another startup she says the same in the demo.
        let earlier = card.components(separatedBy: "Mina Ogawa: Talk").count - 1
        #expect(card.contains("Mina Ogawa: Meet them") && earlier == 1, "the latest counts")

        for member in [Cast.mei, Cast.chloe, Cast.ada, Cast.leo] {
            #expect(try await world.reader(member).rows("SELECT id FROM recommendations").isEmpty)
            let visitor = try await Visitor(member, in: world.world)
            #expect(await [403, 404].contains(visitor.ask("GET", address).status))
        }
        let mei = try await Visitor(Cast.mei, in: world.world)
        #expect(!(await mei.ask("GET", "/v1/audit-events?limit=100").text.contains("recommendations")))
        #expect(!(await mei.open("/shortlists/\(world.list.id)").text.contains("Mina Ogawa")))
        let unseen = await jun.ask(
            "POST", "/v1/shortlists/\(world.list.id)/items/\(Startup.ID())/recommendations",
            json: #"{"recommendation": "meet"}"#)
        #expect(unseen.status == 404)
    }

    @Test("a colleague is written to and finds what they were asked to look at; the clock goes on")
    func referral() async throws {
        let world = try await IntroductionWorld()
        let (jun, mina) = (
            try await Visitor(Cast.jun, in: world.world), try await Visitor(Cast.mina, in: world.world)
        )
        let address = "/v1/shortlists/\(world.list.id)/items/\(world.startup)/referrals"
        let referred = await jun.ask(
            "POST", address, json: #"{"colleague": "\#(Cast.mina.person.id)", "note": "Your field"}"#)
        #expect(referred.status == 200, "\(referred.text)")
        let letter = try await world.world.owner.reader(as: .none).one(
            """
            SELECT x.subject || x.body || x.action_path AS text FROM letters AS l
            JOIN letter_texts AS x ON x.letter_id = l.id
            WHERE l.recipient_id = \(Cast.mina.person.id)
            ORDER BY l.written_at DESC LIMIT 1
            """)
        let text: String = try letter("text")
        #expect(text.contains("A colleague asks you to look at something"))
        for secret in [
            "Jun Sato", "KelpSense", "Your field", "\(world.startup)", "\(world.list.id)",
            world.list.mandateName.string,
        ] {
            #expect(!text.contains(secret), "\(secret)")
        }
        let told = "A colleague asks you to look at a startup on it"
        #expect(await mina.open("/shortlists").text.contains(told))
        #expect(!(await jun.open("/shortlists").text.contains(told)))
        let mine = await mina.open("/shortlists/\(world.list.id)?show=referred")
        #expect(mine.text.contains("startup-\(world.startup)"))
        #expect(mine.text.contains("Referred to Mina Ogawa by Jun Sato"))
        let items = try await world.match.items(world.list.id, as: Cast.mina)
        for item in items where item.startup.id != world.startup {
            #expect(!mine.text.contains("id=\"startup-\(item.startup.id)\""))
        }
        #expect(await mina.open("/shortlists/\(world.list.id)/items/\(world.startup)").text.contains("Your field"))
        let list = try await world.reader(Cast.jun).shortlist(world.list.id)
        #expect(list?.answerBy == world.list.answerBy && list?.open == world.list.open)

        for person in [Cast.chloe.person.id, Cast.jun.person.id, Cast.mei.person.id, Person.ID()] {
            let refused = await jun.ask("POST", address, json: #"{"colleague": "\#(person)"}"#)
            #expect(refused.status == 422)
            #expect(refused.text.contains("/colleague"))
        }
        let error = await #expect(throws: DatabaseError.self) {
            try await world.write(as: Cast.jun) {
                try await $0.insert(
                    NewReferral(to: Cast.chloe.person.id), of: world.startup, on: world.list.id, as: Referral.ID(),
                    by: Cast.jun.person.id)
            }
        }
        #expect(error?.constraint == "referrals_stay_within_the_firm")
        for member in [Cast.mei, Cast.chloe, Cast.ada] {
            #expect(try await world.reader(member).rows("SELECT id FROM referrals").isEmpty)
        }
        let form = "/shortlists/\(world.list.id)/items/\(world.startup)/referrals"
        let again = await jun.send(form, [("colleague", ""), ("note", "Kept as typed")])
        #expect(again.status == 422)
        #expect(again.text.contains("Kept as typed"))
        #expect(await jun.send(form, [("colleague", Cast.mina.person.id.description), ("note", "")]).status == 303)
    }
}
