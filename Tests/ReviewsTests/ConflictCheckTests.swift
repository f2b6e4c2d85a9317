import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// What is known to stand between people and startups before anybody is invited.
@Suite("Checking for conflicts")
struct ConflictCheckTests {
    private func check(_ manager: Visitor, _ question: String) async throws -> JSON {
        let answer = await manager.ask("POST", "/v1/conflicts/check", json: question)
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.json()
    }

    private func kinds(_ answer: JSON, _ list: String) -> [String] {
        (answer[list]?.elements ?? []).compactMap { $0["kind"]?.text }
    }

    @Test("People are named by id or by address, known or not; nobody learns who has an account elsewhere")
    func check() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let kelpsense = Cast.startup("kelpsense")
        // The firm that jun works for holds shares of KelpSense.
        let byID = try await check(
            mei, #"{"people": ["\#(Cast.jun.person.id)"], "startups": ["\#(kelpsense)"]}"#)
        #expect(kinds(byID, "items").contains("shareholder") && kinds(byID, "addresses").isEmpty, "\(byID)")
        let byAddress = try await check(
            mei, #"{"emails": ["\#(Cast.jun.person.email.uppercased())"], "startups": ["\#(kelpsense)"]}"#)
        #expect(kinds(byAddress, "addresses") == kinds(byID, "items"), "\(byAddress)")
        #expect(kinds(byAddress, "items").isEmpty)

        let addresses = ["new@kelpsense.example", "new@gmail.com", Cast.olga.person.email]
        let listed = addresses.map { "\"\($0)\"" }.joined(separator: ", ")
        let unknown = try await check(mei, #"{"emails": [\#(listed)], "startups": ["\#(kelpsense)"]}"#)
        let found = unknown["addresses"]?.elements ?? []
        #expect(found.compactMap { $0["email"]?.text } == ["new@kelpsense.example"], "\(unknown)")
        #expect(kinds(unknown, "addresses") == ["email_domain"])
        #expect(found.first?["startup"]?["id"]?.text == kelpsense.description)

        let none = try await check(mei, #"{"startups": ["\#(kelpsense)"]}"#)
        #expect(kinds(none, "items").isEmpty && kinds(none, "addresses").isEmpty)
        let wrong = await mei.ask("POST", "/v1/conflicts/check", json: #"{"emails": ["nobody"], "startups": []}"#)
        #expect(wrong.status == 422 && wrong.text.contains("/emails"), "\(wrong.text)")
    }

    @Test("One question names 500 of each at the most")
    func many() async throws {
        let mei = try await Visitor(Cast.mei, in: try await World())
        func listed(_ count: Int) -> String { (0..<count).map { _ in "\"\(UUID())\"" }.joined(separator: ",") }
        let most = try await check(mei, #"{"people": [\#(listed(500))], "startups": [\#(listed(500))]}"#)
        #expect(kinds(most, "items").isEmpty)
        let over = await mei.ask(
            "POST", "/v1/conflicts/check",
            json: #"{"people": [\#(listed(501))], "startups": [\#(listed(501))]}"#)
        #expect(over.status == 422 && over.problem?.errors.map(\.pointer) == ["/people", "/startups"], "\(over.text)")
    }

    @Test("A manager is told nothing of a startup of their own")
    func ownStartup() async throws {
        let world = try await World()
        let question = #"{"emails": ["new@plumbline.example"], "startups": ["\#(Cast.startup("plumbline"))"]}"#
        #expect(
            kinds(try await check(try await Visitor(Cast.mei, in: world), question), "addresses") == ["email_domain"])
        #expect(kinds(try await check(try await Visitor(Cast.wing, in: world), question), "addresses").isEmpty)
    }

    @Test("The form that asks somebody onto a panel shows what stands between before anybody is asked")
    func page() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let base = "/console/rounds/\(World.round)/panel"
        func onPanel() async throws -> Int {
            try await world.database.reader(as: world.context(Cast.mei)).panel(of: World.round).count
        }
        let before = try await onPanel()
        #expect(await mei.open("\(base)/new").text.contains("formaction=\"\(base)/conflicts\""))
        let checked = await mei.send(
            "\(base)/conflicts", [("email", "new@kelpsense.example"), ("name", "Dr New"), ("most", "7")])
        #expect(checked.status == 200 && checked.text.contains("KelpSense"), "\(checked.text)")
        #expect(checked.text.contains("Shares an e-mail address") && checked.text.contains("value=\"Dr New\""))
        #expect(checked.text.contains("value=\"new@kelpsense.example\""))
        let free = await mei.send("\(base)/conflicts", [("email", "new@expert.example")])
        #expect(free.text.contains("Nothing is known to stand between new@expert.example"), "\(free.text)")
        let wrong = await mei.send("\(base)/conflicts", [("email", "nobody"), ("name", "Dr New")])
        #expect(wrong.status == 422 && wrong.text.contains("id=\"f-email-error\"") && wrong.text.contains("Dr New"))
        #expect(await mei.send("/console/rounds/\(UUID())/panel/conflicts", [("email", "a@b.example")]).status == 404)
        #expect(try await onPanel() == before)
    }
}
