import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Institutions

@Suite("Who owns a startup, on a page")
struct HolderPagesTests {
    @Test(
        "A share is read to two decimals",
        arguments: [
            ("12.5", 1250), ("12.55", 1255), ("100", 10_000), ("0.01", 1), ("7 %", 700), ("", nil), ("1.234", nil),
            ("-5", nil), ("1e2", nil), ("12.", nil), (".5", nil), ("٣", nil), ("99999999999999999999", nil),
        ] as [(String, Int?)])
    func share(_ typed: String, _ expected: Int?) {
        #expect(HoldersForm.basisPoints(typed) == expected)
        if let expected { #expect(HoldersForm.basisPoints(HoldersForm.percent(expected)) == expected) }
    }

    @Test("A founder saves holders, is refused more than the whole filled in, and overwrites nobody's later change")
    func founder() async throws {
        let world = try await World()
        let (ada, startup) = (try await Visitor(Cast.ada, in: world), Cast.startup("kelpsense"))
        let before = await ada.open("/portal/holders")
        #expect(before.status == 200)
        let version = try version(in: before.text)
        let tooMuch = await ada.send(
            "/portal/holders",
            [
                ("version", version), ("holders.0.name", "Ada Lam"), ("holders.0.percent", "80"),
                ("holders.1.name", "Kelp Angels"), ("holders.1.percent", "20.5"),
            ])
        #expect(tooMuch.status == 422 && tooMuch.text.contains("Kelp Angels") && tooMuch.text.contains("20.5"))
        #expect(tooMuch.text.contains("Together the holders own more than the whole."))
        let nameless = await ada.send("/portal/holders", [("version", version), ("holders.0.percent", "80")])
        #expect(nameless.status == 422 && nameless.text.contains("Name the holder."))

        let rows = [
            ("version", version), ("holders.0.name", "Ada Lam"), ("holders.0.percent", "79.5"),
            ("holders.1.name", "Kelp Angels"), ("holders.1.percent", "20.5"),
        ]
        #expect(await ada.send("/portal/holders", rows).status == 303)
        let saved = try await world.database.reader(as: world.context(Cast.ada)).holders(of: startup)
        #expect(saved.map(\.basisPoints) == [7950, 2050] && saved.map(\.name.string) == ["Ada Lam", "Kelp Angels"])
        #expect(await ada.send("/portal/holders", rows).status == 412, "the version is of what was there before")
    }

    @Test("A manager's choice of institution and a known person outlive a founder's saving")
    func kept() async throws {
        let world = try await World()
        let startup = Cast.startup("kelpsense")
        let mei = world.context(Cast.mei)
        let known = try await world.database.reader(as: mei).institutionsThatHold()
        let firm = try #require(known.first { $0.name.text(for: .english).contains("Tidewater") }).id
        _ = try await world.database.write(as: mei) { transaction in
            try await transaction.recordHolders(
                [
                    Holder(try Name("Ada Lam"), person: Cast.ada.person.id, basisPoints: 6000),
                    Holder(try Name("Tidewater"), institution: firm, basisPoints: 1000),
                ], of: startup, in: Cast.harbour.id, matching: { _ in })
        }
        let before = try await world.database.reader(as: mei).holders(of: startup)
        let ada = try await Visitor(Cast.ada, in: world)
        let page = await ada.open("/portal/holders").text
        var fields = [("version", try version(in: page))]
        for (name, values) in HoldersForm.values(of: before) { fields += values.map { (name, $0) } }
        #expect(page.contains(firm.description) && page.contains(Cast.ada.person.id.description))
        #expect(await ada.send("/portal/holders", fields).status == 303)
        #expect(try await world.database.reader(as: mei).holders(of: startup) == before)
    }

    private func version(in page: String) throws -> String {
        let found = try #require(page.firstMatch(of: #/name="version" value="([^"]*)"/#))
        return String(found.1).replacing("&quot;", with: "\"").replacing("&#34;", with: "\"")
    }
}
