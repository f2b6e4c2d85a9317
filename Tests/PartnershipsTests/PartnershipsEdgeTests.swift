import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("Agreements by HTTP")
struct PartnershipsEdgeTests {
    private let second: MoU.ID = demoID("mou MoU-2")
    private let third: MoU.ID = demoID("mou MoU-3")
    private let harbour = Cast.harbour.id.description
    private let bank = Cast.institution("harbour/sakuragi").description
    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    private func body(_ reference: String) -> String {
        """
        {"reference": "\(reference)", "title": {"en": "Joint lab"}, "kind": "research", "notice_days": 60,
         "legal_reviewer": "A Counsel",
         "parties": [{"institution": "\(harbour)", "role": "lead", "coordinator": "Mei Lam"},
                     {"institution": "\(bank)", "role": "partner", "coordinator": "Kenji Mori"}],
         "areas": [{"focus_area": "fintech", "wording": "Payments"}], "objectives": ["Two papers"]}
        """
    }

    @Test("from draft to signature to termination, as JSON")
    func life() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let drafted = await mei.ask("POST", "/v1/mous", json: body("MoU-J"))
        #expect(drafted.status == 201, "\(drafted.text)")
        let address = try #require(drafted.header("Location"))
        let read = await mei.ask("GET", address)
        #expect(try read.json()["status"]?.text == "draft")
        #expect(read.header("ETag") == drafted.header("ETag"))

        let unsaid = await mei.ask("PUT", address, json: body("MoU-K"))
        #expect(unsaid.status == 428)
        let stale = await mei.ask("PUT", address, json: body("MoU-K"), headers: [("If-Match", "\"0\"")])
        #expect(stale.status == 412)
        let tag = try #require(read.header("ETag"))
        let revised = await mei.ask("PUT", address, json: body("MoU-K"), headers: [("If-Match", tag)])
        #expect(revised.status == 200, "\(revised.text)")
        #expect(try revised.json()["reference"]?.text == "MoU-K")

        let early = await mei.ask("POST", "\(address)/agreement")
        #expect(early.status == 409)
        let one = try revised.json()
        #expect(one["legal_reviewer"]?.text == "A Counsel")
        #expect(one["parties"]?.elements?.compactMap { $0["coordinator"]?.text } == ["Mei Lam", "Kenji Mori"])
        #expect(await mei.ask("POST", "\(address)/review").status == 200)
        #expect(await mei.ask("POST", "\(address)/agreement").status == 200)
        let oneSided = await mei.ask("POST", "\(address)/signature", json: signature(of: [harbour]))
        #expect(oneSided.status == 422)
        #expect(try oneSided.json()["errors"]?.elements?.first?["pointer"]?.text == "/participants")
        let signed = await mei.ask("POST", "\(address)/signature", json: signature(of: [harbour, bank]))
        #expect(signed.status == 200, "\(signed.text)")
        #expect(try signed.json()["status"]?.text == "in_force")
        #expect(try signed.json()["signing_event"]?["city"]?.text == "Tokyo")

        let short = await mei.ask(
            "POST", "\(address)/termination",
            json: #"{"terminated_on": "\#(today.adding(days: 59))", "reason": "Done"}"#)
        #expect(short.status == 422)
        let ended = await mei.ask(
            "POST", "\(address)/termination",
            json: #"{"terminated_on": "\#(today)", "reason": "Done", "is_mutual": true}"#
        )
        #expect(try ended.json()["status"]?.text == "terminated", "\(ended.text)")
        let history = try await mei.ask("GET", "\(address)/history").json()["items"]?.elements ?? []
        #expect(history.compactMap { $0["to"]?.text } == ["draft", "in_review", "agreed", "signed", "terminated"])
    }

    private func signature(of institutions: [String]) -> String {
        let people = institutions.map {
            #"{"kind": "signatory", "name": "A Person", "title": "Director", "institution": "\#($0)"}"#
        }
        return """
            {"signed_on": "\(today)", "effective_on": "\(today)", "ends_on": "\(today.adding(days: 365))",
             "event": {"name": "Summit", "held_on": "\(today)", "city": "Tokyo", "country": "JP", "hosts": ["Us"]},
             "participants": [\(people.joined(separator: ", "))]}
            """
    }

    @Test("refusals name the field, or say what to do first")
    func refusals() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let again = await mei.ask("POST", "/v1/mous", json: body("MoU-1"))
        #expect(again.status == 422)
        #expect(try again.json()["errors"]?.elements?.first?["pointer"]?.text == "/reference")
        let stranger = await mei.ask(
            "POST", "/v1/mous", json: body("MoU-L").replacing(bank, with: UUID().uuidString.lowercased()))
        #expect(try stranger.json()["errors"]?.elements?.first?["pointer"]?.text == "/parties", "\(stranger.text)")
        let unknown = await mei.ask("POST", "/v1/mous", json: body("MoU-M").replacing("fintech", with: "alchemy"))
        #expect(unknown.status == 422)
        let alone = await mei.ask(
            "POST", "/v1/mous", json: #"{"reference": "MoU-N", "title": {"en": "Alone"}, "kind": "framework"}"#)
        let address = try #require(alone.header("Location"))
        let unready = await mei.ask("POST", "\(address)/review")
        #expect(unready.status == 409)
        #expect(try unready.json()["detail"]?.text?.contains("two parties") == true)
        let uncoordinated = await mei.ask(
            "POST", "/v1/mous", json: body("MoU-O").replacing(#", "coordinator": "Kenji Mori""#, with: ""))
        let without = await mei.ask("POST", "\(try #require(uncoordinated.header("Location")))/review")
        #expect(without.status == 409)
        #expect(try without.json()["detail"]?.text?.contains("coordinator of each party") == true)
        let given = await mei.ask("POST", "\(address)/abandonment", json: #"{"reason": "Nobody came"}"#)
        #expect(try given.json()["status"]?.text == "abandoned")
    }

    @Test("a partner reads its own and writes nothing; others are turned away")
    func roles() async throws {
        let world = try await World()
        let kenji = try await Visitor(Cast.kenji, in: world)
        let mine = await kenji.ask("GET", "/v1/mous/\(second)")
        #expect(mine.status == 200)
        #expect(await kenji.ask("GET", "/v1/mous/\(third)").status == 404)
        #expect(await kenji.ask("GET", "/v1/mous/\(third)/history").status == 404)
        let list = try await kenji.ask("GET", "/v1/mous").json()["items"]?.elements ?? []
        let waiting: MoU.ID = demoID("mou MoU-7")
        #expect(Set(list.compactMap { $0["id"]?.text }) == [second.description, waiting.description])
        #expect(await kenji.ask("POST", "/v1/mous", json: body("MoU-P")).status == 403)
        #expect(await kenji.ask("POST", "/v1/mous/\(second)/review").status == 403)
        let ada = try await Visitor(Cast.ada, in: world)
        #expect(await ada.ask("GET", "/v1/mous").status == 403)
        let leo = try await Visitor(Cast.leo, in: world)
        #expect(await leo.ask("GET", "/v1/mous/\(second)").status == 404)
    }

    @Test("a list is walked by its cursor")
    func walking() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let first = try await mei.ask("GET", "/v1/mous?limit=1").json()
        #expect(first["items"]?.elements?.count == 1)
        let next = try #require(first["next"]?.text)
        let second = try await mei.ask("GET", "/v1/mous?limit=1&cursor=\(next)").json()
        #expect(second["items"]?.elements?.count == 1)
        let last = try #require(second["next"]?.text)
        let rest = try await mei.ask("GET", "/v1/mous?limit=1&cursor=\(last)").json()
        #expect(rest["items"]?.elements?.count == 1)
        #expect(rest["next"] == nil)
        #expect(await mei.ask("GET", "/v1/mous?limit=1&status=draft&cursor=\(next)").status == 400)
    }

    @Test("the console: list, draft, share, agree, sign, by forms")
    func console() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let list = await mei.open("/console/mous")
        #expect(list.status == 200)
        #expect(list.text.contains("Joint smart city data platform"))
        #expect(await mei.open("/console/mous?status=draft").text.contains("No agreement matches"))
        let blank = await mei.open("/console/mous/new")
        #expect(blank.status == 200)
        #expect(blank.text.contains("parties.0.institution"))

        let empty = await mei.send("/console/mous/new", form("", party: bank))
        #expect(empty.status == 422)
        #expect(empty.text.contains("Two papers"), "what was typed comes back")
        #expect(empty.text.contains("error-summary"))
        let taken = await mei.send("/console/mous/new", form("MoU-1", party: bank))
        #expect(taken.status == 422)
        #expect(taken.text.contains("Another agreement has this reference."))
        let half = await mei.send("/console/mous/new", form("MoU-F", party: ""))
        #expect(half.status == 422)
        #expect(half.text.contains("Choose whose responsibilities these are."))

        let drafted = await mei.send("/console/mous/new", form("MoU-F", party: bank))
        #expect(drafted.status == 303, "\(drafted.text)")
        let address = try #require(drafted.header("Location")?.split(separator: "?").first.map(String.init))
        let page = await mei.open(try #require(drafted.header("Location")))
        #expect(page.text.contains("Sakuragi Bank Group"))
        #expect(page.text.contains("The draft is kept."))
        let edit = await mei.open("\(address)/edit")
        #expect(edit.status == 200)
        #expect(edit.text.contains("Data &amp; money"))

        #expect(page.text.contains("Coordinated by Kenji Mori") && page.text.contains("A Counsel"))
        #expect(edit.text.contains(#"value="Kenji Mori""#) && edit.text.contains(#"value="A Counsel""#))
        #expect(await mei.send("\(address)/review").status == 303)
        #expect(await mei.send("\(address)/review").status == 409)
        #expect(await mei.send("\(address)/agreement").status == 303)
        #expect(await mei.open("\(address)/signature").text.contains("participants.1.name"))
        let unsigned = await mei.send("\(address)/signature", signing(second: ""))
        #expect(unsigned.status == 422)
        #expect(unsigned.text.contains("Each party needs a signatory."))
        #expect(await mei.send("\(address)/signature", signing(second: "Naoko Sakuragi")).status == 303)
        let signed = await mei.open(address)
        #expect(signed.text.contains("Naoko Sakuragi"))
        #expect(signed.text.contains("Summit, Osaka, Japan"))
        #expect(await mei.open("\(address)/termination").status == 200)
        let soon = await mei.send(
            "\(address)/termination", [("terminated_on", today.adding(days: 3).description), ("reason", "Budget")])
        #expect(soon.status == 422)
        #expect(soon.text.contains("Notice runs until"))
        let ended = await mei.send(
            "\(address)/termination",
            [("terminated_on", today.adding(days: 3).description), ("reason", "Budget"), ("is_mutual", "true")])
        #expect(ended.status == 303)
        #expect(await mei.open("/console/mous/\(third)").status == 404)
    }

    private func form(_ reference: String, party: String) -> [(String, String)] {
        [
            ("reference", reference), ("title.en", "Data & money"), ("title.ja", ""), ("kind", "framework"),
            ("notice_days", "30"), ("summary", ""), ("parties.0.institution", harbour), ("parties.0.role", "lead"),
            ("parties.0.responsibilities", ""), ("parties.0.coordinator", "Mei Lam"),
            ("parties.1.institution", party), ("parties.1.role", "partner"),
            ("parties.1.responsibilities", "Money"), ("parties.1.coordinator", "Kenji Mori"),
            ("legal_reviewer", "A Counsel"), ("parties.2.institution", ""), ("parties.2.role", ""),
            ("parties.2.responsibilities", ""), ("areas.0.wording", "Payments"), ("areas.0.focus_area", "fintech"),
            ("areas.1.wording", ""), ("areas.1.focus_area", ""), ("objectives", "Two papers\r\nOne prototype"),
        ]
    }

    private func signing(second: String) -> [(String, String)] {
        [
            ("signed_on", today.description), ("effective_on", today.description), ("ends_on", ""),
            ("participants.0.kind", "signatory"), ("participants.0.name", "Mei Lam"),
            ("participants.0.title", "Director"), ("participants.0.institution", harbour),
            ("participants.0.institution_name", ""), ("participants.1.kind", "signatory"),
            ("participants.1.name", second), ("participants.1.title", second.isEmpty ? "" : "President"),
            ("participants.1.institution", bank), ("participants.1.institution_name", ""),
            ("participants.2.kind", ""), ("participants.2.name", ""), ("participants.2.title", ""),
            ("participants.2.institution", ""), ("participants.2.institution_name", ""), ("event.name", "Summit"),
            ("event.held_on", ""), ("event.city", "Osaka"), ("event.country", "JP"), ("event.hosts", "Us\r\nThem"),
            ("event.part_of", ""),
        ]
    }

    @Test("a partner's pages show what its institution agreed, and nothing of others")
    func partner() async throws {
        let world = try await World()
        let kenji = try await Visitor(Cast.kenji, in: world)
        let list = await kenji.open("/partner/agreements")
        #expect(list.text.contains("MoU-2"))
        #expect(!list.text.contains("MoU-1"))
        let page = await kenji.open("/partner/agreements/\(second)")
        #expect(page.text.contains("your institution"))
        #expect(!page.text.contains("/console/"))
        #expect(await kenji.open("/partner/agreements/\(third)").status == 404)
        #expect(await kenji.open("/console/mous").status == 403)
        let rival = try await Visitor(Cast.kenji, seat: 1, in: world)
        let there = await rival.open("/partner/agreements")
        #expect(there.text.contains("MoU-3"))
        #expect(!there.text.contains("MoU-2"))
    }
}
