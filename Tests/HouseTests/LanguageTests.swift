import Accounts
import DemoWorld
import Postgres
import TestWorld
import Testing

@testable import API

@Suite("The language of pages")
struct LanguageTests {
    @Test("somebody chooses it on any page, comes back there, and reads that page in it")
    func choose() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.mei, in: world)
        let page = await visitor.open("/console/mous?status=in_force").text
        #expect(page.contains(#"<html lang="en""#))
        #expect(
            page.contains(#"name="next" value="/console/mous?status&#61;in_force""#)
                || page.contains(#"name="next" value="/console/mous?status=in_force""#))
        let sent = await visitor.send("/language", [("lang", "zh-Hant"), ("next", "/console/mous?status=in_force")])
        #expect((sent.status, sent.header("Location")) == (303, "/console/mous?status=in_force"))
        #expect(await visitor.open("/console/mous?status=in_force").text.contains(#"<html lang="zh-Hant""#))
        #expect(await visitor.ask("POST", "/v1/me/language", json: #"{"language": "ja"}"#).status == 204)
        // Who a token stands for is known for a second; what is kept shows at once.
        let kept: String = try await world.owner.reader(as: .none).value(
            "SELECT locale FROM people WHERE id = \(Cast.mei.person.id)")
        #expect(kept == "ja")
    }

    @Test("a way back that leads elsewhere, or to nothing, leads home; another language is refused")
    func refusals() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.ada, in: world)
        for next in ["https://elsewhere.example/", "//elsewhere.example", ""] {
            let sent = await visitor.send("/language", [("lang", "ja"), ("next", next)])
            #expect(sent.header("Location") == "/")
        }
        #expect(await visitor.send("/language", [("lang", "tlh")]).status == 422)
        #expect(await visitor.ask("POST", "/v1/me/language", json: #"{"language": "tlh"}"#).status == 422)
        // Who is not signed in reads what the browser asks for.
        let door = await world.edge.respond(to: Incoming("GET", "/sign-in"))
        #expect(!door.text.contains(#"action="/language""#))
    }
}
