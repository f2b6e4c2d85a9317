import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Letters
import Pages
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// What managers do with many at once in a round: what is rehearsed is what happens, row by row.
@Suite("Many at once in a round")
struct ManyAtOnceTests {
    private let mei = Cast.mei.person.id
    private let harbour = Cast.harbour.id

    /// A second round of the demo's call, which is open and which one application could enter: Plumbline's.
    private func emptied(_ world: World) async throws -> ReviewRound.ID {
        let id = ReviewRound.ID()
        let draft = RoundDraft(
            name: try LocalizedName(en: "Interview"), isBlind: false,
            due: Deadline(Date().addingTimeInterval(86_400 * 20), in: .hongKong),
            criteria: [ReviewRound.Criterion(id: .init(), name: try LocalizedName(en: "Overall"), weight: 100)])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftRound(draft, as: id, of: World.call, in: harbour)
            _ = try await transaction.openRound(id, in: harbour, by: mei)
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("DELETE FROM review_files WHERE round_id = \(id)")
            try await transaction.execute("DELETE FROM review_tallies WHERE round_id = \(id)")
        }
        return id
    }

    private func enter(
        _ applications: [Application.ID]?, _ mode: BulkMode, _ round: ReviewRound.ID, _ world: World
    ) async throws -> [String?] {
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.enterRound(round, several: applications, mode, in: harbour, by: mei)
        }.map { $0.verdict.refusal.map { $0.detail ?? $0.kind.title } }
    }

    @Test("Each application has its own reason; a rehearsal changes nothing, all or none is the rule, some on request")
    func entering() async throws {
        let world = try await World()
        let round = try await emptied(world)
        let (ready, decided) = (World.application("plumbline"), World.application("lanterncare"))
        let reader = world.database.reader(as: world.context(Cast.mei))
        let mixed = [decided, ready, Application.ID()]
        let reasons = [
            "The application is not in review at the moment.", nil,
            "There is no such application to the call of the round.",
        ]
        #expect(try await enter(mixed, .dryRun, round, world) == reasons)
        #expect(try await reader.file(of: ready, in: round) == nil)
        let refused = await #expect(throws: RowsRefused.self) {
            try await enter(mixed, .allOrNothing, round, world)
        }
        #expect(refused?.problem.errors.map(\.pointer) == ["/applications/0", "/applications/2"])
        #expect(refused?.problem.status == 409)
        #expect(try await reader.file(of: ready, in: round) == nil)
        #expect(try await enter(mixed, .whatCanBe, round, world) == reasons)
        #expect(try await reader.file(of: ready, in: round) != nil)
        #expect(
            try await enter([ready], .dryRun, round, world) == ["The application is in the round already."])
        await #expect(throws: ReviewRefusal.nothingToEnter) { try await enter(nil, .dryRun, round, world) }
    }

    @Test("Without names all enter that can; the owner of a startup that applied rehearses nothing either")
    func enteringAll() async throws {
        let world = try await World()
        let round = try await emptied(world)
        await #expect(throws: ReviewRefusal.ownStartupApplied) {
            try await world.database.write(as: world.context(Cast.wing)) { transaction in
                _ = try await transaction.enterRound(
                    round, several: nil, .dryRun, in: harbour, by: Cast.wing.person.id)
            }
        }
        #expect(try await enter(nil, .dryRun, round, world) == [nil])
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.file(of: World.application("plumbline"), in: round) == nil)
        #expect(try await enter(nil, .allOrNothing, round, world) == [nil])
        #expect(try await reader.file(of: World.application("plumbline"), in: round) != nil)
    }

    @Test("Several are asked onto a panel; a rehearsal writes no letter, seats nobody and tells no code")
    func inviting() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let target = "/v1/rounds/\(World.round)/panel-invitations"
        func body(_ rest: String) -> String {
            let terms = #""terms": {"most": 5, "languages": ["en"]}"#
            return """
                {"invitations": [{"email": "one@expert.example", "name": "One", \(terms)},
                                 {"email": "\(Cast.vera.person.email)", "name": "Vera", \(terms)},
                                 {"email": "two@expert.example", "name": "Two", "terms": {"most": 9000, "languages": ["en"]}}]
                 \(rest)}
                """
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let before = try await reader.panel(of: World.round).count
        let rehearsed = await park.ask("POST", target, json: body(#", "dry_run": true"#))
        #expect(rehearsed.status == 200, "\(rehearsed.text)")
        #expect(rehearsed.text.contains(#""done":0"#) && rehearsed.text.contains(#""refused":2"#))
        #expect(rehearsed.text.contains(#""is_dry_run":true"#))
        #expect(!rehearsed.text.contains("trellis_invite_"))
        #expect(rehearsed.text.contains("They are on the panel already.") && rehearsed.text.contains("/terms/most"))
        #expect(try await reader.panel(of: World.round).count == before)
        let strangers: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM people WHERE email = 'one@expert.example'")
        #expect(strangers == 0)

        let whole = await park.ask("POST", target, json: body(""))
        #expect(whole.status == 409 && whole.text.contains("/invitations/1"), "\(whole.text)")
        #expect(whole.text.contains("/invitations/2") && !whole.text.contains("/invitations/0"))
        let part = await park.ask("POST", target, json: body(#", "partial": true"#))
        #expect(part.status == 200 && part.text.contains("trellis_invite_"), "\(part.text)")
        #expect(part.text.contains(#""done":1"#))
        #expect(try await reader.panel(of: World.round).count == before + 1)
        let letters = try await reader.letters(of: .reviewInvitation, about: World.round.uuid, limit: 100)
        #expect(letters.filter { $0.address == "one@expert.example" }.count == 1)
        let none = await park.ask("POST", target, json: #"{"invitations": []}"#)
        #expect(none.status == 422)
    }

    @Test("What comes before counts towards the load of what follows, in a rehearsal, too")
    func assigning() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let vera = Cast.vera.person.id
        let held = try await reader.assignments(in: World.round, by: vera, limit: 100)
            .filter { $0.assignment.state == .assigned }
        // All that is vera's goes back, so that there is something to give.
        let taken = held.map { #""\#($0.assignment.id)""# }.joined(separator: ", ")
        let withdrawals = "/v1/rounds/\(World.round)/assignment-withdrawals"
        let rehearsed = await park.ask("POST", withdrawals, json: #"{"assignments": [\#(taken)], "dry_run": true}"#)
        #expect(rehearsed.status == 200, "\(rehearsed.text)")
        #expect(try await reader.assignment(held[0].assignment.id)?.state == .assigned)
        let foreign = await park.ask(
            "POST", withdrawals, json: #"{"assignments": [\#(taken), "\#(ReviewAssignment.ID())"]}"#)
        #expect(foreign.status == 409 && foreign.text.contains("/assignments/\(held.count)"), "\(foreign.text)")
        let done = await park.ask(
            "POST", withdrawals, json: #"{"assignments": [\#(taken)], "reason": "She is ill."}"#)
        #expect(done.status == 200, "\(done.text)")
        #expect(try await reader.assignment(held[0].assignment.id)?.state == .withdrawn)
        #expect(try await reader.assignment(held[0].assignment.id)?.endedReason?.string == "She is ill.")
        let again = await park.ask("POST", withdrawals, json: #"{"assignments": [\#(taken)], "partial": true}"#)
        #expect(again.status == 200 && again.text.contains(#""done":0"#), "\(again.text)")

        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.revisePanelist(
                vera, of: World.round, to: PanelTerms(most: 1, languages: [.english, .japanese]))
        }
        let pairs = held.prefix(2).map {
            #"{"application": "\#($0.assignment.application)", "person": "\#(vera)"}"#
        }
        try #require(pairs.count == 2)
        let target = "/v1/rounds/\(World.round)/allocations"
        let list = pairs.joined(separator: ", ")
        let planned = await park.ask("POST", target, json: #"{"assignments": [\#(list)], "dry_run": true}"#)
        #expect(planned.status == 200 && planned.text.contains(#""refused":1"#), "\(planned.text)")
        #expect(planned.text.contains("They have as many applications as they take."))
        let whole = await park.ask("POST", target, json: #"{"assignments": [\#(list)]}"#)
        #expect(whole.status == 409 && whole.text.contains("/assignments/1"), "\(whole.text)")
        let part = await park.ask("POST", target, json: #"{"assignments": [\#(list)], "partial": true}"#)
        #expect(part.status == 200 && part.text.contains(#""done":1"#), "\(part.text)")
        let standing = try await reader.assignments(in: World.round, by: vera, standing: .assigned, limit: 100)
        #expect(standing.map(\.assignment.application) == [held[0].assignment.application])
    }

    @Test("Several reviews are reopened, as far as they were submitted")
    func reopening() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let held = try await reader.assignments(in: World.round, standing: .assigned, limit: 100)
        let submitted = try #require(held.first { $0.submittedAt != nil }?.assignment.id)
        let open = try #require(held.first { $0.submittedAt == nil }?.assignment.id)
        let target = "/v1/rounds/\(World.round)/review-reopenings"
        let body = #"{"assignments": ["\#(open)", "\#(submitted)"]"#
        let whole = await park.ask("POST", target, json: body + "}")
        #expect(whole.status == 409 && whole.text.contains("The review has not been submitted."), "\(whole.text)")
        let part = await park.ask("POST", target, json: body + #", "partial": true}"#)
        #expect(part.status == 200, "\(part.text)")
        #expect(try await reader.review(of: submitted)?.submittedAt == nil)
    }

    @Test("Several panelists take less, or leave; several conflicts of one person are declared at once")
    func panelists() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let (nora, vera, jun) = (Cast.nora.person.id, Cast.vera.person.id, Cast.jun.person.id)
        func terms(_ person: Person.ID) async throws -> PanelTerms? {
            try await reader.panel(of: World.round).first { $0.person == person }?.terms
        }
        let before = try #require(try await terms(nora))
        let loads = "/v1/rounds/\(World.round)/panel-loads"
        let people = #"{"people": ["\#(nora)", "\#(vera)"]"#
        let mad = await park.ask("POST", loads, json: people + #", "most": 9000}"#)
        #expect(mad.status == 409 && mad.text.contains("at most 1,000"), "\(mad.text)")
        #expect(await park.ask("POST", loads, json: people + #", "most": 9, "dry_run": true}"#).status == 200)
        #expect(try await terms(nora) == before)
        let less = await park.ask("POST", loads, json: people + #", "most": 9}"#)
        #expect(less.status == 200, "\(less.text)")
        let after = try #require(try await terms(nora))
        #expect(after.most == 9 && after.languages == before.languages && after.focusAreas == before.focusAreas)

        let page = "/console/rounds/\(World.round)/panel-changes"
        #expect(await park.open(page).text.contains("Vera Ito"))
        let both = [("people", "\(vera)"), ("people", "\(jun)"), ("deed", "remove"), ("most", "")]
        let looked = await park.send(page, both + [("partial", "false")])
        #expect(looked.status == 200 && looked.text.contains("They have been assigned something."), "\(looked.text)")
        #expect(await park.send(page, both + [("partial", "false"), ("sure", "true")]).status == 409)
        let done = await park.send(page, both + [("partial", "true"), ("sure", "true")])
        #expect(done.status == 200 && done.text.contains("1 was done. 1 was not; below is why."), "\(done.text)")
        #expect(done.text.contains("They have been assigned something."))
        let left = try await reader.panel(of: World.round).map(\.person)
        #expect(left.contains(vera) && !left.contains(jun))
        let loadless = await park.send(page, both.map { ($0.0, $0.0 == "deed" ? "load" : $0.1) })
        #expect(loadless.status == 422, "\(loadless.text)")

        let startups = ["kelpsense", "gridfellow"].map { Cast.startup($0) }
        let pairs = startups.map { #"{"person": "\#(vera)", "startup": "\#($0)"}"# }.joined(separator: ", ")
        let body = #"{"conflicts": [\#(pairs)], "note": "She advises both""#
        let assignment = World.assignment(Cast.vera, "kelpsense")
        let rehearsed = await park.ask("POST", "/v1/conflict-declarations", json: body + #", "dry_run": true}"#)
        #expect(rehearsed.status == 200, "\(rehearsed.text)")
        #expect(try await reader.assignment(assignment)?.state == .assigned)
        let declared = await park.ask("POST", "/v1/conflict-declarations", json: body + "}")
        #expect(declared.status == 200 && declared.text.contains(#""done":2"#), "\(declared.text)")
        #expect(try await reader.assignment(assignment)?.state == .conflicted)
        let again = await park.ask("POST", "/v1/conflict-declarations", json: body + "}")
        #expect(again.status == 409 && again.text.contains("/conflicts/0"), "\(again.text)")
        let form = "/console/rounds/\(World.round)/conflict-declarations"
        #expect(await park.open(form).text.contains("KelpSense"))
        let one = [("person", "\(nora)"), ("startups", "\(startups[1])"), ("note", "")]
        #expect(await park.send(form, one + [("partial", "false")]).text.contains("1 can be done."))
        #expect(await park.send(form, one + [("partial", "false"), ("sure", "true")]).status == 303)
        #expect(
            try await reader.assignment(World.assignment(Cast.nora, "gridfellow"))?.state == .conflicted)
    }

    @Test("On pages they are ticked, looked at, and done; the form comes back with what was ticked")
    func pages() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let round = try await emptied(world)
        let (ready, decided) = (World.application("plumbline"), World.application("lanterncare"))
        let entry = "/console/rounds/\(round)/entry"
        let form = await park.open(entry)
        #expect(form.status == 200 && form.text.contains("Plumbline"), "\(form.text)")
        #expect(form.text.contains(#"value="\#(ready)" checked"#))
        let nobody = await park.send(entry, [("partial", "false")])
        #expect(nobody.status == 422 && nobody.text.contains("Choose one at least."), "\(nobody.text)")
        let ticked = [("applications", "\(ready)"), ("applications", "\(decided)")]
        let looked = await park.send(entry, ticked + [("partial", "false")])
        #expect(looked.status == 200 && looked.text.contains("1 can be done."), "\(looked.text)")
        #expect(looked.text.contains("The application is not in review at the moment."))
        #expect(looked.text.contains(#"name="sure""#))
        let refused = await park.send(entry, ticked + [("partial", "false"), ("sure", "true")])
        #expect(refused.status == 409 && refused.text.contains("so none was."), "\(refused.text)")
        #expect(refused.text.contains(#"value="\#(ready)" checked"#))
        let done = await park.send(entry, ticked + [("partial", "true"), ("sure", "true")])
        #expect(done.status == 200 && done.text.contains("1 was done. 1 was not; below is why."), "\(done.text)")
        #expect(done.text.contains("What was not done") && !done.text.contains(#"name="sure""#))
        #expect(done.text.contains("The application is not in review at the moment."))
        #expect(try await world.database.reader(as: world.context(Cast.mei)).file(of: ready, in: round) != nil)

        let asking = "/console/rounds/\(round)/panel-invitations"
        #expect(await park.open(asking).text.contains("Vera Ito"))
        let people = [
            ("people", "\(Cast.vera.person.id)"), ("others", "new@expert.example, Dr New\r\n"), ("most", "4"),
            ("languages", "en"),
        ]
        let broken = await park.send(asking, people.map { ($0.0, $0.0 == "others" ? "Dr New" : $0.1) })
        #expect(broken.status == 422 && broken.text.contains("Line 1 is not an e-mail address"), "\(broken.text)")
        let rehearsed = await park.send(asking, people + [("partial", "false")])
        #expect(rehearsed.status == 200 && rehearsed.text.contains("2 can be done."), "\(rehearsed.text)")
        #expect(!rehearsed.text.contains("trellis_invite_"))
        let asked = await park.send(asking, people + [("partial", "false"), ("sure", "true")])
        #expect(asked.status == 200 && asked.text.contains("trellis_invite_"), "\(asked.text)")
        #expect(asked.text.contains("Dr New") && !asked.text.contains("Vera Ito"))
        #expect(try await world.database.reader(as: world.context(Cast.mei)).panel(of: round).count == 2)

        let allocations = "/console/rounds/\(World.round)/allocations"
        #expect(await park.open(allocations).status == 200)
        let withdrawals = "/console/rounds/\(World.round)/assignment-withdrawals"
        let listed = await park.open("\(withdrawals)?person=\(Cast.nora.person.id)")
        #expect(listed.status == 200 && listed.text.contains("Nora"), "\(listed.text)")
        let mine = World.assignment(Cast.nora, "plumbline")
        let taken = await park.send(
            withdrawals, [("assignments", "\(mine)"), ("deed", "withdraw"), ("partial", "false"), ("sure", "true")])
        #expect(taken.status == 303, "\(taken.text)")
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.assignment(mine)?.state == .withdrawn)
    }

    @Test("What is looked at on a page of another language is refused in it")
    func language() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let round = try await emptied(world)
        #expect(await park.send("/language", [("lang", "ja")]).status == 303)
        let looked = await park.send(
            "/console/rounds/\(round)/entry", [("applications", "\(Application.ID())"), ("partial", "false")])
        #expect(looked.text.contains("このラウンドの公募に、その応募はありません。"), "\(looked.text)")
        #expect(looked.text.contains("1件は実行できません。"))
    }

    @Test("Reviewers are listed for managers with load, rounds and absences; found by a part of a name, page by page")
    func reviewers() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let today = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            CalendarDate(transaction.now, in: .hongKong)
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            for (from, to) in [(-9, -8), (0, 3), (30, 40)] {
                _ = try await transaction.noteAbsence(
                    of: Cast.nora.person.id, from: today.adding(days: from), to: today.adding(days: to),
                    as: Absence.ID(), in: harbour)
            }
        }
        let found = await park.ask("GET", "/v1/reviewers?q=NORA")
        #expect(found.status == 200, "\(found.text)")
        let items = try #require(try JSON(parsing: found.body)["items"]?.elements)
        #expect(items.count == 1 && items[0]["email"]?.text == Cast.nora.person.email)
        #expect(items[0]["absences"]?.elements?.count == 2)
        #expect(items[0]["rounds"]?.elements?.first?["round"]?.text == World.round.description)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let all = try await reader.reviewers(named: nil, limit: 100)
        let nora = try #require(all.first { $0.person == Cast.nora.person.id })
        let panelist = try #require(try await reader.panel(of: World.round).first { $0.person == nora.person })
        #expect(nora.assigned == panelist.assigned && nora.submitted == panelist.submitted)
        #expect(nora.languages == panelist.terms.languages.sorted { $0.rawValue < $1.rawValue })
        #expect(all.map(\.name) == all.map(\.name).sorted() && all.contains { $0.person == Cast.vera.person.id })
        let first = try await reader.reviewers(named: nil, limit: 1)
        let second = try await reader.reviewers(
            named: nil, after: Reviewer.Position(name: first[0].name, person: first[0].person), limit: 1)
        #expect((first + second).map(\.person) == all.prefix(2).map(\.person))
        #expect(try await reader.reviewers(named: "%", limit: 10).isEmpty)

        let page = await park.open("/console/reviewers?q=nora")
        #expect(page.status == 200 && page.text.contains("Nora") && !page.text.contains("Vera Ito"), "\(page.text)")
        // Past the declaration, who is no manager finds nobody.
        let judge = world.database.reader(as: world.context(Cast.nora))
        #expect(try await judge.reviewers(named: nil, limit: 100).isEmpty)
    }
}
