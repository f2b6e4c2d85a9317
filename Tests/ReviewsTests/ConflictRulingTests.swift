import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// What founders write, and whom it keeps from judging them.
@Suite("Whom a founder's words keep from judging")
struct ConflictRulingTests {
    private let base = "/console/rounds/\(World.round)/conflicts"

    private func rule(
        _ visitor: Visitor, on member: Cast.Member, _ slug: String, _ ruling: String,
        because reason: String = "We asked."
    ) async -> Outgoing {
        await visitor.ask(
            "POST", "/v1/conflicts/rulings",
            json: """
                {"person": "\(member.person.id)", "application": "\(World.application(slug))", "ruling": "\(ruling)", \
                "reason": "\(reason)"}
                """)
    }

    @Test("Who is named later keeps what they handed in and loses what they did not; managers see which")
    func named() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        for slug in ["gridfellow", "skylarkinspect"] { try await world.name(Cast.vera, in: slug) }
        #expect(try await reader.assignment(World.assignment(Cast.vera, "gridfellow"))?.state == .assigned)
        #expect(try await reader.assignment(World.assignment(Cast.vera, "skylarkinspect"))?.state == .conflicted)
        let progress = try #require(try await reader.progress(of: [World.round])[World.round])
        #expect(progress.assigned == 7 && progress.submitted == 6)
        let found = try await reader.conflicts(in: World.round).filter { $0.kind == .named }
        #expect(found.map(\.person) == [Cast.vera.person.id, Cast.vera.person.id])
        func stands(_ slug: String) -> Bool? {
            found.first { $0.application == World.application(slug) }?.reviewStands
        }
        #expect(stands("gridfellow") == true && stands("skylarkinspect") == false)
        // She sees it no more, and the others' work goes on.
        let vera = world.database.reader(as: world.context(Cast.vera))
        #expect(try await vera.sheet(World.assignment(Cast.vera, "gridfellow")) == nil)
        let mei = try await Visitor(Cast.mei, in: world)
        let page = await mei.open("/console/rounds/\(World.round)/applications/\(World.application("gridfellow"))")
        #expect(page.text.contains("Vera Ito, named in an application since"), "\(page.text)")
        // Whatever else comes between takes it as ever.
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.declareConflict(
                of: Cast.vera.person.id, with: Cast.startup("gridfellow"), note: nil, as: .init(), in: Cast.harbour.id,
                by: Cast.mei.person.id)
        }
        #expect(try await reader.assignment(World.assignment(Cast.vera, "gridfellow"))?.state == .conflicted)
    }

    @Test("A review that stands is over once it is reopened, and counts nowhere any more")
    func reopened() async throws {
        let world = try await World()
        try await world.name(Cast.vera, in: "gridfellow")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.reopenReview(of: World.assignment(Cast.vera, "gridfellow"))
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.assignment(World.assignment(Cast.vera, "gridfellow"))?.state == .conflicted)
        let progress = try #require(try await reader.progress(of: [World.round])[World.round])
        #expect(progress.assigned == 7 && progress.submitted == 5)
    }

    @Test("A manager sets a naming aside with a reason and lets it stand again, one application at a time")
    func rulings() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let unnamed = await rule(mei, on: Cast.vera, "skylarkinspect", "set_aside")
        #expect(unnamed.status == 422 && unnamed.text.contains("/person"), "\(unnamed.text)")
        try await world.name(Cast.vera, in: "skylarkinspect")
        await #expect(throws: DatabaseError.self) { try await world.assign(Cast.vera, "skylarkinspect") }
        #expect(await rule(mei, on: Cast.vera, "skylarkinspect", "restored").status == 409)
        #expect(await rule(mei, on: Cast.vera, "skylarkinspect", "set_aside", because: " ").status == 422)
        let ruled = await rule(mei, on: Cast.vera, "skylarkinspect", "set_aside")
        #expect(ruled.status == 201)
        let list = try #require(ruled.header("Location"))
        #expect(try await mei.ask("GET", list).json()["items"]?.elements?.count == 1, "what it names answers")
        let twice = await rule(mei, on: Cast.vera, "skylarkinspect", "set_aside")
        #expect(twice.status == 409 && twice.text.contains("says so already"), "\(twice.text)")
        let fresh = try await world.assign(Cast.vera, "skylarkinspect")
        let conflicts = try await mei.ask("GET", "/v1/rounds/\(World.round)/conflicts").json()
        #expect(conflicts["items"]?.elements?.contains { $0["kind"] == "named" } == false, "\(conflicts)")

        #expect(await rule(mei, on: Cast.vera, "skylarkinspect", "restored", because: "She said so.").status == 201)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.assignment(fresh.id)?.state == .conflicted)
        let kept = try await mei.ask("GET", "/v1/rounds/\(World.round)/conflict-rulings").json()["items"]?.elements
        #expect(kept?.compactMap { $0["ruling"]?.text } == ["restored", "set_aside"])
        #expect(kept?.compactMap { $0["reason"]?.text } == ["She said so.", "We asked."])
        #expect(kept?.map { $0["is_latest"] == true } == [true, false])
        #expect(kept?.first?["person"]?["name"]?.text == "Vera Ito")
    }

    @Test("Nobody rules but managers, in their own name, over no startup of their own; what was ruled stays")
    func walls() async throws {
        let world = try await World()
        try await world.name(Cast.vera, in: "plumbline")
        try await world.name(Cast.vera, in: "gridfellow")
        // Wing founded Plumbline: she learns nothing of it, and says nothing.
        let wing = try await Visitor(Cast.wing, in: world)
        #expect(await rule(wing, on: Cast.vera, "plumbline", "set_aside").status == 404)
        let place = "\(base)/named/\(World.application("plumbline"))/\(Cast.vera.person.id)"
        #expect(await wing.open(place).status == 404)
        #expect(await wing.send(place, [("ruling", "set_aside"), ("reason", "Mine.")]).status == 404)
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await rule(mei, on: Cast.vera, "plumbline", "set_aside", because: "Hers alone.").status == 201)
        #expect(await !wing.ask("GET", "/v1/rounds/\(World.round)/conflict-rulings").text.contains("Hers alone."))
        #expect(await !wing.open(base).text.contains("Hers alone."))
        #expect(await mei.open(base).text.contains("Hers alone."))

        // Nor does anybody rule on themself.
        try await world.name(Cast.mei, in: "gridfellow")
        let own = await rule(mei, on: Cast.mei, "gridfellow", "set_aside")
        #expect(own.status == 422 && own.text.contains("for another manager"), "\(own.text)")

        func plant(by ruler: Person.ID) -> Query {
            """
            INSERT INTO conflict_rulings (tenant_id, id, application_id, person_id, sets_aside, reason, ruled_by)
            VALUES (\(Cast.harbour.id), gen_random_uuid(), \(World.application("gridfellow")), \(Cast.vera.person.id), true,
                    'Planted.', \(ruler))
            """
        }
        for (member, ruler) in [
            (Cast.mei, Cast.tom), (Cast.vera, Cast.vera), (Cast.ada, Cast.ada), (Cast.kenji, Cast.kenji),
        ] {
            let planted = plant(by: ruler.person.id)
            await #expect(throws: DatabaseError.self, "\(member.person.name)") {
                try await world.database.write(as: world.context(member)) { _ = try await $0.execute(planted) }
            }
        }
        for change: Query in ["UPDATE conflict_rulings SET reason = 'Other.'", "DELETE FROM conflict_rulings"] {
            await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { _ = try await $0.execute(change) }
            }
        }
        for member in [Cast.vera, Cast.ada, Cast.kenji, Cast.leo] {
            let rows: Int = try await world.database.reader(as: world.context(member)).value(
                "SELECT count(*) FROM conflict_rulings")
            #expect(rows == 0, "\(member.person.name)")
        }
    }

    @Test("The page of conflicts says whose review stands, and leads to a ruling and back")
    func pages() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "\(base)/named/\(World.application("gridfellow"))/\(Cast.vera.person.id)"
        let nobody = await mei.open("/console/rounds/\(World.round)/conflict-rulings")
        #expect(nobody.status == 200 && nobody.text.contains("No application names anybody on the panel."))
        #expect(!nobody.text.contains("f-reason") && !nobody.text.contains("Show what would come of it"))
        let early = await mei.open(place)
        #expect(
            early.status == 200 && early.text.contains("does not name Vera Ito") && !early.text.contains("f-reason"))
        try await world.name(Cast.vera, in: "gridfellow")
        let list = await mei.open(base)
        let standing = "One review stands although its writer was named or became a rival since"
        #expect(list.text.contains(standing), "\(list.text)")
        #expect(list.text.contains("it counts until you take it back") && list.text.contains("href=\"\(place)\""))
        let asked = await mei.open(place)
        #expect(asked.status == 200 && asked.text.contains("they may judge"), "\(asked.text)")
        let silent = await mei.send(place, [("ruling", "set_aside"), ("reason", "")])
        #expect(silent.status == 422 && silent.text.contains(#"id="f-reason-error""#), "\(silent.text)")
        let ruled = await mei.send(place, [("ruling", "set_aside"), ("reason", "They never met.")])
        #expect(ruled.status == 303 && ruled.header("Location") == "\(base)?done=set_aside")
        let told = await mei.open("\(base)?done=set_aside")
        #expect(told.text.contains("is set aside") && told.text.contains("They never met."), "\(told.text)")
        #expect(!told.text.contains("although its writer was named"))
        let again = await mei.send(place, [("ruling", "set_aside"), ("reason", "Still.")])
        #expect(again.status == 409 && again.text.contains("says so already"), "\(again.text)")
        #expect(await mei.open(place).text.contains("must not judge"))
        #expect(await mei.send(place, [("ruling", "restored"), ("reason", "They have.")]).status == 303)
        #expect(await mei.open("\(base)/named/\(World.application("gridfellow"))/\(UUID())").status == 404)
        // She reads her review again once nothing stands between them.
        #expect(await mei.send(place, [("ruling", "set_aside"), ("reason", "No.")]).status == 303)
        let vera = world.database.reader(as: world.context(Cast.vera))
        #expect(try await vera.sheet(World.assignment(Cast.vera, "gridfellow")) != nil)
    }

    @Test("Several namings are ruled on at once: looked at first, and what was refused is said with its reason")
    func several() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        for slug in ["gridfellow", "skylarkinspect"] { try await world.name(Cast.vera, in: slug) }
        let (grid, lark, vera) = (
            World.application("gridfellow"), World.application("skylarkinspect"), Cast.vera.person.id
        )
        let reader = world.database.reader(as: world.context(Cast.mei))
        func body(_ applications: [Application.ID], _ rest: String = "") -> String {
            let pairs = applications.map { #"{"person": "\#(vera)", "application": "\#($0)"}"# }
            return
                #"{"rulings": [\#(pairs.joined(separator: ", "))], "ruling": "set_aside", "reason": "We asked."\#(rest)}"#
        }
        let named = [grid, World.application("tideglass"), lark]
        let rehearsed = await mei.ask("POST", "/v1/conflict-rulings", json: body(named, #", "dry_run": true"#))
        #expect(rehearsed.status == 200 && rehearsed.text.contains(#""done":0,"refused":1"#), "\(rehearsed.text)")
        let whole = await mei.ask("POST", "/v1/conflict-rulings", json: body(named))
        #expect(whole.status == 409 && whole.text.contains("/rulings/1"), "\(whole.text)")
        #expect(try await reader.rulings(in: World.round).isEmpty)
        let reviewer = try await Visitor(Cast.vera, in: world)
        #expect(await reviewer.ask("POST", "/v1/conflict-rulings", json: body([grid])).status == 403)

        let page = "/console/rounds/\(World.round)/conflict-rulings"
        #expect(await mei.open(base).text.contains("href=\"\(page)\""))
        #expect(await mei.open(page).text.contains(#"value="\#(vera) \#(grid)""#))
        let first = [("named", "\(vera) \(grid)"), ("ruling", "set_aside"), ("reason", "They never met.")]
        #expect(await mei.send(page, first + [("partial", "false")]).text.contains("1 can be done."))
        #expect(await mei.send(page, [("named", "nonsense")] + first.dropFirst()).status == 422)
        #expect(await mei.send(page, first + [("partial", "false"), ("sure", "true")]).status == 303)
        let both = first + [("named", "\(vera) \(lark)"), ("partial", "true"), ("sure", "true")]
        let part = await mei.send(page, both)
        #expect(part.status == 200 && part.text.contains("1 was done. 1 was not; below is why."), "\(part.text)")
        #expect(part.text.contains("says so already"))
        #expect(try await reader.conflicts(in: World.round).allSatisfy { $0.kind != .named })
        let restored = await mei.send(
            page, both.map { ($0.0, $0.0 == "ruling" ? "restored" : $0.1) })
        #expect(restored.header("Location") == "\(base)?done=ruled", "\(restored.text)")
        #expect(try await reader.conflicts(in: World.round).count { $0.kind == .named } == 2)
        // Wing founded Plumbline: for her it is no application at all.
        try await world.name(Cast.vera, in: "plumbline")
        let wing = try await Visitor(Cast.wing, in: world)
        let own = await wing.ask(
            "POST", "/v1/conflict-rulings",
            json: body([World.application("plumbline"), Application.ID()], #", "dry_run": true"#))
        let faults = try own.json()["items"]?.elements?.map { $0["fault"]?["detail"]?.text }
        #expect(faults?.count == 2 && faults?[0] != nil && faults?[0] == faults?[1], "\(own.text)")
    }

    @Test("A site that founders write keeps nobody away, nor one where others or everybody are found")
    func sites() async throws {
        for (site, member, planted, state) in [
            // As the park knows it.
            ("https://www.panel.example/team", Cast.mei, "", ReviewAssignment.State.conflicted),
            ("https://www.panel.example/team", Cast.ada, "", .assigned),
            ("https://www.panel.example/team", Cast.mei, "https://panel.example", .assigned),
            ("https://yahoo.co.uk/kelpsense", Cast.mei, "", .assigned),
        ] {
            let world = try await World()
            try await world.owner.write(as: .none) { transaction in
                if site.contains("yahoo") {
                    try await transaction.execute(
                        "UPDATE people SET email = 'nora@yahoo.co.uk' WHERE id = \(Cast.nora.person.id)")
                }
                guard !planted.isEmpty else { return }
                try await transaction.execute(
                    """
                    INSERT INTO institutions (tenant_id, id, kind, names, website)
                    VALUES (\(Cast.harbour.id), gen_random_uuid(), 'university', '{"en": "The Panel"}', \(planted))
                    """)
            }
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.execute(
                    "UPDATE institutions SET website = \(site) WHERE id = \(Cast.startup("kelpsense"))")
            }
            let reader = world.database.reader(as: world.context(Cast.mei))
            let seat = try await reader.assignment(World.assignment(Cast.nora, "kelpsense"))
            #expect(seat?.state == state, "\(site) by \(member.person.name)")
            let found = try await reader.conflicts(
                at: [try #require(EmailAddress("new@panel.example"))], and: [Cast.startup("kelpsense")])
            #expect(found.isEmpty == (state == .assigned), "\(site) by \(member.person.name)")
        }
    }

    @Test("A site that the park knows keeps away whoever shares it, whatever the startup's founders write there")
    func rewrittenSites() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let address = try #require(EmailAddress("new@panel.example"))
        func write(_ site: String?, as member: Cast.Member) async throws -> [Conflict.Kind] {
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.execute(
                    "UPDATE institutions SET website = \(site) WHERE id = \(Cast.startup("kelpsense"))")
            }
            return try await reader.conflicts(at: [address], and: [Cast.startup("kelpsense")]).map(\.kind)
        }
        #expect(try await write("https://panel.example", as: Cast.mei) == [.emailDomain])
        #expect(try await write("https://kelpsense.example", as: Cast.ada) == [.emailDomain])
        #expect(try await write(nil, as: Cast.ada) == [.emailDomain])
        #expect(try await write("https://panel.example", as: Cast.ada) == [.emailDomain])
        #expect(try await write("https://kelpsense.example", as: Cast.mei).isEmpty)
    }
}

extension World {
    /// Has an application of the demo name somebody, as a form with a question about people keeps it.
    fileprivate func name(_ member: Cast.Member, in slug: String) async throws {
        try await database.write(as: .system(in: Cast.harbour.id)) { transaction in
            try await transaction.execute(
                """
                INSERT INTO application_people (tenant_id, application_id, question_id, email)
                SELECT w.tenant_id, w.application_id, w.question_id, \(member.person.email) FROM application_answers AS w
                WHERE w.application_id = \(Self.application(slug)) LIMIT 1
                """)
            try await transaction.execute(
                "SELECT end_named_assignments(\(Cast.harbour.id), \(Cast.startup(slug)))")
        }
    }
}
