import API
import Accounts
import DemoWorld
import Foundation
import Pages
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Institutions

@Suite("The pages of the directory")
struct ProfilePageTests {
    @Test("are sound in every language")
    func sound() {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Institutions").standardized
        let pages: [any CheckedTemplate] = [
            PageTemplate<ListPage>.list, PageTemplate<StartupPage>.startup, PageTemplate<ProfilePage>.profile,
            PageTemplate<HoldersPage>.holders,
        ]
        #expect(PageKit.institutions.faults(in: pages, sources: sources) == [])
    }

    @Test("a refused profile comes back as it was typed and says what is wrong beside the field")
    func refusedProfile() async throws {
        let world = try await World()
        let ada = try await Visitor(Cast.ada, in: world)
        let startup = try #require(
            try await world.database.reader(as: world.context(Cast.ada)).startup(Cast.startup("kelpsense")))
        let page = await ada.open("/portal/profile").text
        let version = try #require(page.firstMatch(of: #/name="version" value="([^"]*)"/#))
        var typed = [("version", String(version.1).replacing("&quot;", with: "\"").replacing("&#34;", with: "\""))]
        for (name, values) in ProfileForm(startup).values { typed += values.map { (name, $0) } }
        func send(_ changes: [String: String]) async -> (status: Int, text: String) {
            let kept = typed.filter { changes[$0.0] == nil }
            let answer = await ada.send("/portal/profile", kept + changes.map { ($0.key, $0.value) })
            return (answer.status, answer.text)
        }
        let staff = await send(["full_time_staff": "5", "technical_staff": "9", "pitch": "Typed with care"])
        #expect(staff.status == 422)
        #expect(staff.text.contains("Technical staff cannot be more than all full-time staff."))
        #expect(staff.text.contains("Typed with care"))
        let negative = await send(["full_time_staff": "-3", "technical_staff": ""])
        #expect(negative.status == 422)
        #expect(negative.text.contains("State a number from zero."))
        let ask = await send(["ask.amount": "0", "ask.currency": "HKD"])
        #expect(ask.status == 422)
        #expect(ask.text.contains("State an amount above zero."))
        let saved = await send(["pitch": "Typed with care"])
        #expect(saved.status == 303, "\(saved.text)")
    }

    @Test("a broad focus area finds the startups of all areas below it")
    func broadArea() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let fintech = try #require(FocusArea.ID("fintech"))
        let found = try await reader.startups(named: nil, in: fintech, after: nil, limit: 100)
        let below = Set(FocusAreaTaxonomy.standard.closure(of: fintech))
        #expect(found.contains { startup in !startup.profile.focusAreas.contains { $0.area == fintech } })
        #expect(found.allSatisfy { startup in startup.profile.focusAreas.contains { below.contains($0.area) } })
    }
}
