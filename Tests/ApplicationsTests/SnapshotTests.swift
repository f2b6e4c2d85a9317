import API
import Accounts
import Crypto
import DemoWorld
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

/// What was handed in stays what was handed in.
@Suite("Snapshots")
struct SnapshotTests {
    let call: CallForApplications.ID = demoID("call incubation")

    @Test("Handing in freezes a copy, whose file has the digest that was worked out then")
    func copy() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let reader = world.database.reader(as: world.context(Cast.ravi))
        let found = try await reader.snapshots(of: id)
        let snapshot = try #require(found.first)
        #expect(found.count == 1 && snapshot.number == 1 && snapshot.isIntact && snapshot.answers == nil)
        let hash = SHA256.hash(data: Array(snapshot.canonical.utf8)).map {
            String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
        }
        #expect(hash.joined() == snapshot.digest)
        #expect(
            snapshot.content.questions.map(\.answer?.text)
                == Array(repeating: "We know harbours, and harbours know us.", count: 4))
        let questions = try await world.questions(of: call)
        #expect(snapshot.content.questions.map(\.prompt) == questions.map(\.prompt))
        #expect(snapshot.content.startup.name.text(for: .english) == "LedgerLeaf")

        // What is called otherwise later is called what it was in the copy, and the digest stands.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE institutions SET names = '{\"en\": \"Other\"}' WHERE id = \(Cast.startup("ledgerleaf"))")
            try await transaction.execute("UPDATE calls SET title = '{\"en\": \"Other\"}' WHERE id = \(call)")
        }
        let later = try #require(try await reader.snapshots(of: id).first)
        #expect(later.canonical == snapshot.canonical && later.isIntact)
    }

    @Test("Canonical JSON has its keys in order and no blanks, and escapes as RFC 8785 does")
    func canonical() async throws {
        let world = try await World()
        let text: String = try await world.owner.reader(as: .none).value(
            #"SELECT canonical_json('{"b": [1, {"z": null, "a": true}], "a": "é\"\n\u0001漢", "": {}, "aa": []}'::jsonb) AS text"#
        )
        #expect(text == #"{"":{},"a":"é\"\n\u0001漢","aa":[],"b":[1,{"a":true,"z":null}]}"#)
    }

    @Test("Nobody changes a copy, puts a word into it, or makes one of what was not handed in")
    func walls() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        for member in [Cast.ravi, Cast.mei] {
            for sql: Query in [
                "UPDATE application_snapshots SET number = 9 WHERE application_id = \(id)",
                "DELETE FROM application_snapshots WHERE application_id = \(id)",
            ] {
                let wall = await #expect(throws: DatabaseError.self) {
                    try await world.database.write(as: world.context(member)) { try await $0.execute(sql) }
                }
                #expect(wall?.kind == .insufficientPrivilege)
            }
        }
        func insert(_ application: Application.ID, as member: Cast.Member) async throws {
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO application_snapshots
                        (tenant_id, application_id, number, submitted_at, submitted_by, content, digest)
                    VALUES (acting_tenant(), \(application), 7, '2020-01-01', \(member.person.id), '{"forged": true}', 'x')
                    """)
            }
        }
        // The database writes what is in it, whatever is sent.
        try await insert(id, as: Cast.ravi)
        let copies = try await world.database.reader(as: world.context(Cast.ravi)).snapshots(of: id)
        #expect(copies.map(\.number) == [1, 2] && copies.allSatisfy(\.isIntact))
        #expect(copies[1].changes(since: copies[0]).isEmpty && copies[1].submittedAt >= copies[0].submittedAt)
        #expect(!copies[1].canonical.contains("forged"))
        await #expect(throws: DatabaseError.self) { try await insert(id, as: Cast.mei) }
        await #expect(throws: DatabaseError.self) { try await insert(id, as: Cast.ada) }
        let draft = try await world.draft(to: demoID("call fintech"))
        let refusal = await #expect(throws: DatabaseError.self) { try await insert(draft, as: Cast.ravi) }
        #expect(refusal?.constraint == "what_is_handed_in_is_kept")
    }

    @Test(
        "A founder of another startup, a reviewer, an investor and another park read no copy",
        arguments: [Cast.ada, Cast.nora, Cast.jun, Cast.leo, Cast.grace, Cast.kenji])
    func others(member: Cast.Member) async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let reader = world.database.reader(as: world.context(member))
        #expect(try await reader.snapshots(of: id).isEmpty)
        let rows: Int = try await reader.value(
            "SELECT count(*) AS rows FROM application_snapshots WHERE application_id = \(id)")
        #expect(rows == 0)
        let visitor = try await Visitor(member, in: world)
        for path in ["/v1/applications/\(id)/snapshots", "/v1/applications/\(id)/snapshots/1"] {
            let answer = await visitor.ask("GET", path)
            #expect([403, 404].contains(answer.status) && !answer.text.contains("harbours"))
        }
    }

    @Test("Somebody who is no founder any more reads no copy")
    func former() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let ravi = try await Visitor(Cast.ravi, in: world)
        #expect(await ravi.ask("GET", "/v1/applications/\(id)/snapshots/1").status == 200)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE memberships SET ended_at = now() WHERE person_id = \(Cast.ravi.person.id)")
        }
        // Who somebody is, is remembered for a second.
        try await Task.sleep(for: .milliseconds(1_100))
        let after = await ravi.ask("GET", "/v1/applications/\(id)/snapshots/1")
        #expect([401, 403, 404].contains(after.status), "\(after.status)")
    }

    @Test(
        "The file is the copy byte for byte, the page says so of a copy that is brought back, and prints in three languages"
    )
    func edge() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let (ravi, mei) = (try await Visitor(Cast.ravi, in: world), try await Visitor(Cast.mei, in: world))
        let list = try await ravi.ask("GET", "/v1/applications/\(id)/snapshots").json()
        let digest = try #require(list["items"]?.elements?.first?["digest"]?.text)
        for (visitor, place) in [(ravi, "/portal"), (mei, "/console")] {
            let file = await visitor.open("\(place)/applications/\(id)/copies/1/file")
            #expect(file.status == 200 && file.header("Content-Disposition")?.contains("-1.json") == true)
            let hash = SHA256.hash(data: Array(file.text.utf8)).map {
                String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
            }
            #expect(hash.joined() == digest)
            let same = await visitor.send("\(place)/applications/\(id)/copies", [("content", file.text + "\r\n")])
            #expect(same.status == 200 && same.text.contains("The file is copy 1"), "\(same.text.suffix(900))")
            let changed = file.text.replacing("harbours", with: "harbors")
            let other = await visitor.send("\(place)/applications/\(id)/copies", [("content", changed)])
            #expect(other.text.contains("The file is none of the copies"))
            #expect(await visitor.send("\(place)/applications/\(id)/copies", [("content", "\u{1}{]")]).status < 500)
            for language in ["en", "zh-Hant", "ja"] {
                let page = await visitor.open("\(place)/applications/\(id)/copies/1?lang=\(language)")
                #expect(page.status == 200 && page.text.contains(digest) && page.text.contains("Hong Kong"))
            }
        }
        #expect(await ravi.open("/portal/applications/\(id)/copies/9").status == 404)
        #expect(await ravi.open("/portal/applications/\(id)").text.contains("/portal/applications/\(id)/copies"))
        let draft = try await world.draft(to: demoID("call fintech"))
        #expect(await ravi.open("/portal/applications/\(draft)/copies").status == 303)
    }
}

/// How two texts are woven together.
@Suite("Text differences")
struct TextDifferenceTests {
    func woven(_ before: String, _ after: String) -> String {
        TextDifference(from: before, to: after).parts.map { part in
            switch part.kind {
            case .same: part.text
            case .removed: "[-\(part.text)]"
            case .added: "[+\(part.text)]"
            }
        }.joined()
    }

    @Test("Words where words are written apart, characters in Chinese and Japanese")
    func units() {
        #expect(
            woven("We sell two buoys today.", "We sell ten buoys now.") == "We sell [-two][+ten] buoys [-today][+now].")
        #expect(woven("我們有兩個客戶", "我們有十個客戶") == "我們有[-兩][+十]個客戶")
        #expect(woven("試作品は港で動く", "試作品は湾で動く") == "試作品は[-港][+湾]で動く")
        #expect(woven("same", "same") == "same")
        #expect(woven("", "new") == "[+new]" && woven("old", "") == "[-old]" && woven("", "") == "")
    }

    @Test("Texts with little in common stand one after the other")
    func strangers() {
        #expect(
            woven("One two three.", "Completely other words here") == "[-One two three.][+Completely other words here]")
    }

    @Test("Either text is what remains without the other's parts, also of long and hostile ones")
    func whole() {
        var seed: UInt64 = 7
        func next(_ limit: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % limit
        }
        let pieces = ["港", "a", "word", " ", "\n", "e\u{301}", "👩‍👩‍👧", ".", "12", "か", "\u{FEFF}"]
        for _ in 0..<300 {
            let before = (0..<next(60)).map { _ in pieces[next(pieces.count)] }.joined()
            let after = (0..<next(60)).map { _ in pieces[next(pieces.count)] }.joined()
            let parts = TextDifference(from: before, to: after).parts
            #expect(parts.filter { $0.kind != .added }.map(\.text).joined() == before)
            #expect(parts.filter { $0.kind != .removed }.map(\.text).joined() == after)
        }
        let long = String(repeating: "港灣", count: 5_000)
        let parts = TextDifference(from: long, to: "x" + String(long.reversed())).parts
        #expect(parts.filter { $0.kind != .added }.map(\.text).joined() == long)
    }
}
