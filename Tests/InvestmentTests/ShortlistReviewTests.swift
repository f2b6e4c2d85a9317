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

/// A finished run with Tidewater's list, which nobody has been shown.
private struct ReviewWorld {
    let match: MatchWorld
    let run: MatchRun.ID
    let list: Shortlist

    static let tidewater = Cast.institution("harbour/tidewater")

    init(_ request: MatchRunRequest = MatchRunRequest()) async throws {
        match = try await MatchWorld()
        run = try await match.performed(request).id
        list = try #require(try await match.lists(run).first { $0.investor == Self.tidewater })
    }

    func reader(_ member: Cast.Member = Cast.mei) -> Reader {
        match.world.database.reader(as: match.world.context(member))
    }

    func write<Value: Sendable>(
        as member: Cast.Member = Cast.mei, _ deed: @Sendable @escaping (Transaction) async throws -> Value
    ) async throws -> Value {
        try await match.world.database.write(as: match.world.context(member), deed)
    }

    func startups() async throws -> [Startup.ID] { try await match.items(list.id).map(\.startup.id) }

    func now() async throws -> Shortlist { try #require(try await reader().shortlist(list.id)) }

    @discardableResult
    func withhold(_ startup: Startup.ID, because reason: WithholdingReason = .poorFit) async throws -> WithheldItem {
        try await write { [list] in
            try await $0.withholdShortlistItem(
                startup, of: list.id, NewWithholding(reason), by: Cast.mei.person.id)
        }
    }

    func putBack(_ startup: Startup.ID) async throws {
        _ = try await write { [list] in
            try await $0.putBackShortlistItem(startup, of: list.id, by: Cast.mei.person.id)
        }
    }

    func decline(because reason: DeclineReason = .weak) async throws {
        _ = try await write { [list] in
            try await $0.declineShortlist(list.id, because: NewDecline(reason), by: Cast.mei.person.id)
        }
    }

    func release() async throws {
        _ = try await write { [list] in try await $0.releaseShortlist(list.id, by: Cast.mei.person.id) }
    }

    /// The jobs that will tell firms of lists.
    func letters() async throws -> Int {
        try await match.world.owner.reader(as: .none)
            .one("SELECT count(*) AS count FROM jobs WHERE kind = \(TellOfShortlists.kind)")("count")
    }

    func forgetLetters() async throws {
        try await match.world.owner.write(as: .none) {
            _ = try await $0.execute("DELETE FROM jobs WHERE kind = \(TellOfShortlists.kind)")
        }
    }
}

@Suite("Review of shortlists")
struct ShortlistReviewTests {
    @Test("what is withheld the investor never learns of, and the places of the others close up")
    func withheld() async throws {
        let world = try await ReviewWorld()
        let startups = try await world.startups()
        try #require(startups.count >= 3)
        let (first, second) = (startups[0], startups[1])
        let kept = try await world.withhold(first)
        #expect(kept.item.rank == 1 && kept.item.state == .withheld && kept.withheldBy == Cast.mei.person.id)
        #expect(try await world.startups() == Array(startups.dropFirst()))
        #expect(try await world.now().withheld == 1)
        await #expect(throws: ShortlistRefusal.withheld) { try await world.withhold(first) }
        await #expect(throws: Problem.notFound) { try await world.withhold(Startup.ID()) }
        await #expect(throws: ShortlistRefusal.noteMissing) { try await world.withhold(second, because: .other) }
        await #expect(throws: Problem.notFound) { try await world.putBack(second) }
        try await world.putBack(first)
        #expect(try await world.startups() == startups, "it is back in its place")
        try await world.withhold(first)
        try await world.release()
        let shown = try await world.match.items(world.list.id, as: Cast.jun)
        #expect(shown.map(\.startup.id) == Array(startups.dropFirst()))
        #expect(shown.map(\.rank) == Array(1..<startups.count))
        #expect(try await world.reader(Cast.jun).withheldItems(of: world.list.id).isEmpty)
        for stranger in [Cast.jun, Cast.chloe, Cast.ada, Cast.kenji] {
            let rows = try await world.reader(stranger).rows("SELECT shortlist_id FROM withheld_items")
            #expect(rows.isEmpty, "\(stranger.part)")
        }
        let jun = try await Visitor(Cast.jun, in: world.match.world)
        let list = "/v1/shortlists/\(world.list.id)"
        let own = await jun.ask("GET", list)
        #expect(own.status == 200 && !own.text.contains("withheld") && !own.text.contains("\(first)"), "\(own.text)")
        for address in ["\(list)/items/\(first)/explanation", "\(list)/items/\(first)/answers"] {
            #expect(await jun.ask("GET", address).status == 404)
        }
        let mei = try await Visitor(Cast.mei, in: world.match.world)
        let file = await mei.ask("GET", "\(list)/file.csv")
        #expect(
            file.text.split(whereSeparator: \.isNewline).count { $0.hasPrefix("1,") } == 1,
            "what is kept back has no place any more")
        let answer = await jun.ask("POST", "\(list)/items/\(first)/answer", json: #"{"answer": "interested"}"#)
        #expect(answer.status == 404)
        await #expect(throws: ShortlistRefusal.released) { try await world.withhold(second) }
        await #expect(throws: ShortlistRefusal.released) { try await world.putBack(first) }
        await #expect(throws: ShortlistRefusal.released) { try await world.decline() }
    }

    @Test("the database refuses what comes after the end of the review, and a withholding in another's name")
    func walls() async throws {
        let world = try await ReviewWorld()
        let startups = try await world.startups()
        let other = Cast.jun.person.id
        await #expect(throws: DatabaseError.self, "in another's name") {
            try await world.write { [list = world.list.id] in
                try await $0.withhold(
                    startups[0], of: list, NewWithholding(.poorFit), block: nil, by: other)
            }
        }
        await #expect(throws: DatabaseError.self, "by an investor") {
            try await world.write(as: Cast.jun) { [list = world.list] in
                _ = try await $0.execute(
                    """
                    INSERT INTO withheld_items (
                        tenant_id, shortlist_id, startup_id, rank, score, parts, reason, withheld_by)
                    VALUES (acting_tenant(), \(list.id), \(startups[0]), 1, 0, '[]', 'poor_fit', \(other))
                    """)
            }
        }
        try await world.decline()
        let late = await #expect(throws: DatabaseError.self) {
            try await world.write { [list = world.list.id] in
                try await $0.withhold(
                    startups[0], of: list, NewWithholding(.poorFit), block: nil, by: Cast.mei.person.id)
            }
        }
        #expect(late?.constraint == "lists_are_reviewed_before_their_end")
        let taken = await #expect(throws: DatabaseError.self) {
            try await world.write { [list = world.list.id] in
                _ = try await $0.execute(
                    """
                    UPDATE shortlists SET declined_at = NULL, declined_by = NULL, declined_reason = NULL
                    WHERE id = \(list)
                    """)
            }
        }
        #expect(taken?.constraint == "declined_lists_stay_declined")
        let shown = await #expect(throws: DatabaseError.self) {
            try await world.write { [list = world.list.id] in
                try await $0.release(
                    list, by: Cast.mei.person.id, answerBy: CalendarDate($0.now, in: .utc).adding(days: 14))
            }
        }
        #expect(shown?.constraint == "shortlists_are_released_or_declined")
    }

    @Test("what is withheld counts towards no cap, and a list of which everything is withheld is not released")
    func caps() async throws {
        let world = try await ReviewWorld()
        let startups = try await world.startups()
        let mandate = world.list.mandate
        let inHand: Int = try await world.reader().one("SELECT in_hand(\(mandate)) AS count")("count")
        try await world.match.world.owner.write(as: .none) {
            try await $0.execute(
                "UPDATE mandates SET most_open = \(inHand + startups.count - 1) WHERE id = \(mandate)")
        }
        #expect(try await world.now().barrier == .overCap)
        for startup in startups { try await world.withhold(startup) }
        #expect(try await world.now().items == 0)
        await #expect(throws: ShortlistRefusal.emptied) { try await world.release() }
        let past = await #expect(throws: DatabaseError.self) {
            try await world.write { [list = world.list.id] in
                try await $0.release(
                    list, by: Cast.mei.person.id, answerBy: CalendarDate($0.now, in: .utc).adding(days: 14))
            }
        }
        #expect(past?.constraint == "emptied_lists_are_declined")
        try await world.match.release(world.run)
        #expect(try await world.now().releasedAt == nil, "the release of the run leaves it out")
        for startup in startups.dropFirst() { try await world.putBack(startup) }
        #expect(try await world.now().barrier == nil)
        try await world.release()
        #expect(try await world.now().open == startups.count - 1)
        let after: Int = try await world.reader().one("SELECT in_hand(\(mandate)) AS count")("count")
        #expect(after == inHand + startups.count - 1)
    }

    @Test("a startup comes again in a later run, unless the reason says never; putting it back lifts that block alone")
    func comesAgain() async throws {
        let world = try await ReviewWorld(MatchRunRequest(length: 200))
        let startups = try await world.startups()
        try #require(startups.count >= 3)
        let (poor, never) = (startups[0], startups[1])
        func blocks() async throws -> Int {
            try await world.reader().one(
                """
                SELECT count(*) AS count FROM blocks
                WHERE investor_id = \(world.list.investor) AND startup_id = \(never) AND side = 'park' AND lifted_at IS NULL
                """)("count")
        }
        try await world.withhold(never, because: .never)
        #expect(try await blocks() == 1)
        try await world.putBack(never)
        #expect(try await blocks() == 0)
        try await world.withhold(never, because: .never)
        try await world.withhold(poor)
        try await world.release()
        let next = try await world.match.performed(MatchRunRequest(length: 200))
        let later = try #require(
            try await world.match.lists(next.id).first { $0.mandate == world.list.mandate })
        let again = try await world.match.items(later.id).map(\.startup.id)
        #expect(again.contains(poor) && !again.contains(never))
        #expect(!again.contains(startups[2]), "what the investor has in hand rests")
    }

    @Test("a block that stood before stands after the item is put back")
    func blockedBefore() async throws {
        let world = try await ReviewWorld()
        let startup = try #require(try await world.startups().first)
        let block = Block.ID()
        _ = try await world.write { [investor = world.list.investor] in
            try await $0.blockPair(
                NewBlock(investor: investor, startup: startup),
                by: IntroductionActor(Cast.mei.person.id, for: .park), as: block)
        }
        try await world.withhold(startup, because: .never)
        try await world.putBack(startup)
        #expect(try await world.reader().block(block) != nil)
    }

    @Test("a block that two lists set stands until both have put the startup back")
    func blockedTwice() async throws {
        let world = try await ReviewWorld(MatchRunRequest(length: 200))
        let next = try await world.match.performed(MatchRunRequest(length: 200))
        let other = try #require(
            try await world.match.lists(next.id).first { $0.mandate == world.list.mandate })
        let startup = try #require(try await world.startups().first)
        func isBlocked() async throws -> Bool {
            try await world.reader().isBlockedByPark(startup, world.list.investor)
        }
        try await world.withhold(startup, because: .never)
        _ = try await world.write {
            try await $0.withholdShortlistItem(
                startup, of: other.id, NewWithholding(.never), by: Cast.mei.person.id)
        }
        try await world.putBack(startup)
        #expect(try await isBlocked())
        _ = try await world.write {
            try await $0.putBackShortlistItem(startup, of: other.id, by: Cast.mei.person.id)
        }
        #expect(try await !isBlocked())
    }

    @Test("a declined list tells its investor nothing, and gives back what its startups were shown")
    func declined() async throws {
        let world = try await ReviewWorld(MatchRunRequest(length: 200, rules: MatchRules(leastLists: 1)))
        try await world.forgetLetters()
        let before = try await world.match.run(world.run)
        #expect(before.review == nil && before.declined == 0)
        let startups = try await world.startups()
        try await world.decline(because: .outOfDate)
        let list = try await world.now()
        #expect(list.declined?.reason == .outOfDate && list.declined?.by == Cast.mei.person.id)
        #expect(list.barrier == nil && list.answerBy == nil)
        #expect(try await world.match.items(list.id).allSatisfy { $0.state == .declined })
        await #expect(throws: ShortlistRefusal.declined) { try await world.decline() }
        await #expect(throws: ShortlistRefusal.declined) { try await world.release() }
        await #expect(throws: ShortlistRefusal.declined) { try await world.withhold(startups[0]) }
        #expect(try await world.letters() == 0)
        let after = try await world.match.run(world.run)
        #expect(after.declined == 1 && after.exposure == before.exposure)
        let review = try #require(after.review)
        var holders: [Startup.ID: Int] = [:]
        for other in try await world.match.lists(world.run) where other.id != list.id {
            for item in try await world.match.items(other.id) { holders[item.startup.id, default: 0] += 1 }
        }
        #expect(review.withheld == 0 && review.shown == holders.count)
        #expect(review.mostLists == holders.values.max() ?? 0)
        #expect(review.belowFloor == (after.startups ?? 0) - holders.count)
        try await world.match.release(world.run)
        #expect(try await world.reader(Cast.jun).shortlist(list.id) == nil)
        #expect(try await world.match.items(list.id, as: Cast.jun).isEmpty)
        #expect(try await world.match.lists(world.run, as: Cast.jun).allSatisfy { $0.id != list.id })
        let next = try await world.match.performed(MatchRunRequest(length: 200))
        let later = try #require(try await world.match.lists(next.id).first { $0.mandate == list.mandate })
        #expect(try await Set(startups).isSubset(of: world.match.items(later.id).map(\.startup.id)))
    }

    @Test("a manager neither keeps back a startup of their own nor reads that others do, and no gap is left by it")
    func ownStartup() async throws {
        let world = try await ReviewWorld()
        let startups = try await world.startups()
        try #require(startups.count >= 3)
        let own = startups[0]
        try await world.withhold(own)
        try await world.match.world.owner.write(as: .none) {
            try await $0.execute("SET LOCAL session_replication_role = replica")
            try await $0.execute(
                """
                INSERT INTO startup_holders (tenant_id, startup_id, id, name, person_id, share)
                VALUES (\(Cast.harbour.id), \(own), gen_random_uuid(), 'Mei', \(Cast.mei.person.id), 1)
                """)
        }
        #expect(try await world.reader().withheldItems(of: world.list.id).isEmpty)
        #expect(try await world.reader().rows("SELECT reason FROM withheld_items").isEmpty)
        #expect(try await world.now().withheld == 0)
        await #expect(throws: ShortlistRefusal.ownStartup) { try await world.withhold(own) }
        await #expect(throws: Problem.notFound) { try await world.putBack(own) }
        try await world.release()
        let shown = try await world.match.items(world.list.id, as: Cast.jun)
        #expect(shown.map(\.startup.id) == Array(startups.dropFirst()))
        let ranks = try await world.match.world.owner.reader(as: .none).rows(
            "SELECT rank FROM shortlist_items WHERE shortlist_id = \(world.list.id) ORDER BY rank")
        #expect(try ranks.map { try $0("rank") as Int } == Array(1..<startups.count))
    }

    @Test("models learn nothing from what managers keep back")
    func learned() async throws {
        let world = try await ReviewWorld(MatchRunRequest(length: 200))
        let next = try await world.match.performed(MatchRunRequest(length: 200))
        let other = try #require(
            try await world.match.lists(next.id).first { $0.mandate == world.list.mandate })
        let startup = try #require(try await world.startups().first)
        let day = CalendarDate(Date(), in: .utc)
        func hash() async throws -> [UInt8] {
            try await world.match.world.database.snapshot(as: .system(in: Cast.harbour.id)) {
                try await $0.trainingInputs(asOf: day).hash()
            }
        }
        let before = try await hash()
        try await world.withhold(startup)
        #expect(try await hash() == before)
        // The same pair on another list, of which the answer is learned.
        _ = try await world.write { try await $0.releaseShortlist(other.id, by: Cast.mei.person.id) }
        _ = try await world.write(as: Cast.jun) {
            try await $0.answerShortlistItem(
                startup, of: other.id, with: NewAnswer(.interested), as: Answer.ID(), in: Cast.harbour.id,
                by: Cast.jun.person.id)
        }
        let answered = try await hash()
        #expect(answered != before)
        try await world.putBack(startup)
        #expect(try await hash() == answered)
        try await world.withhold(startup)
        #expect(try await hash() == answered)
        try await world.decline()
        #expect(try await hash() == answered)
    }

    @Test("several are released or declined at once: rehearsed first, all or none, or those that can be")
    func many() async throws {
        let world = try await ReviewWorld()
        try await world.forgetLetters()
        let mei = try await Visitor(Cast.mei, in: world.match.world)
        let waiting = try await world.match.lists(world.run).filter { $0.barrier == nil }
        try #require(waiting.count >= 2)
        let (first, second) = (waiting[0].id, waiting[1].id)
        func body(_ lists: [Shortlist.ID], _ rest: String = "") -> String {
            "{\"shortlists\": [\(lists.map { "\"\($0)\"" }.joined(separator: ", "))]\(rest)}"
        }
        let unsaid = await mei.ask(
            "POST", "/v1/shortlist-declines", json: body([first], #", "reason": "other""#))
        #expect(unsaid.status == 422 && unsaid.problem?.errors.map(\.pointer) == ["/note"], "\(unsaid.text)")
        let rehearsed = await mei.ask(
            "POST", "/v1/shortlist-releases", json: body([first, second], #", "dry_run": true"#))
        #expect(rehearsed.status == 200 && rehearsed.text.contains(#""done":0,"refused":0"#), "\(rehearsed.text)")
        #expect(try await world.match.run(world.run).released == 0)
        #expect(try await world.letters() == 0, "a rehearsal tells nobody")
        let declined = await mei.ask(
            "POST", "/v1/shortlist-declines", json: body([second], #", "reason": "too_soon""#))
        #expect(declined.status == 200 && declined.text.contains(#""done":1,"refused":0"#), "\(declined.text)")
        let whole = await mei.ask("POST", "/v1/shortlist-releases", json: body([first, second]))
        #expect(whole.status == 409 && whole.problem?.errors.map(\.pointer) == ["/shortlists/1"], "\(whole.text)")
        #expect(whole.text.contains("The shortlist has been declined."))
        #expect(try await world.match.run(world.run).released == 0)
        let part = await mei.ask(
            "POST", "/v1/shortlist-releases", json: body([first, second], #", "partial": true"#))
        #expect(part.status == 200 && part.text.contains(#""done":1,"refused":1"#), "\(part.text)")
        #expect(try await world.match.run(world.run).released == 1)
        #expect(try await world.letters() == 1)
        #expect(await mei.ask("POST", "/v1/shortlist-releases", json: body([first, first])).status == 422)
        let jun = try await Visitor(Cast.jun, in: world.match.world)
        #expect(await jun.ask("POST", "/v1/shortlist-releases", json: body([first])).status == 403)
    }

    @Test("by API a startup is withheld and put back, and a list declined")
    func operations() async throws {
        let world = try await ReviewWorld()
        let mei = try await Visitor(Cast.mei, in: world.match.world)
        let startup = try #require(try await world.startups().first)
        let list = "/v1/shortlists/\(world.list.id)"
        let item = "\(list)/items/\(startup)"
        let unsaid = await mei.ask("POST", "\(item)/withholding", json: #"{"reason": "other"}"#)
        #expect(unsaid.status == 422 && unsaid.problem?.errors.map(\.pointer) == ["/note"], "\(unsaid.text)")
        #expect(await mei.ask("POST", "\(item)/withholding", json: #"{"reason": "whim"}"#).status == 422)
        let withheld = await mei.ask(
            "POST", "\(item)/withholding", json: #"{"reason": "conflict", "note": "A cousin."}"#)
        #expect(withheld.status == 200 && withheld.text.contains(#""reason":"conflict""#), "\(withheld.text)")
        let seen = await mei.ask("GET", list)
        #expect(seen.text.contains("A cousin."))
        let file = await mei.ask("GET", "\(list)/file.csv")
        #expect(file.text.contains("Kept back because") && file.text.contains("A cousin."), "\(file.text)")
        let back = await mei.ask("POST", "\(item)/return")
        #expect(back.status == 200, "\(back.text)")
        #expect(await mei.ask("POST", "\(item)/return").status == 404)
        let declined = await mei.ask("POST", "\(list)/decline", json: #"{"reason": "weak"}"#)
        #expect(declined.status == 200 && declined.text.contains(#""reason":"weak""#), "\(declined.text)")
        #expect(await mei.ask("POST", "\(list)/decline", json: #"{"reason": "weak"}"#).status == 409)
        #expect(await mei.ask("POST", "\(item)/withholding", json: #"{"reason": "conflict"}"#).status == 409)
        #expect(await mei.ask("GET", "\(list)/file.csv").text.contains("List declined"))
    }

    @Test("on the page cards are ticked, a mistake brings the form back filled in, and what is withheld is put back")
    func pages() async throws {
        let world = try await ReviewWorld()
        let mei = try await Visitor(Cast.mei, in: world.match.world)
        let startups = try await world.startups()
        let page = "/shortlists/\(world.list.id)"
        let first = try #require(startups.first)
        let cards = await mei.open(page)
        #expect(cards.status == 200 && cards.text.contains(#"id="startup-\#(first)-withhold""#), "\(cards.text)")
        let none = await mei.send("\(page)/withholdings", [("reason", "poor_fit"), ("note", "Kept as typed")])
        #expect(none.status == 422 && none.text.contains("Choose one at least."), "\(none.text)")
        #expect(none.text.contains("Kept as typed"))
        let ticked = [("startups", "\(first)"), ("startups", "\(startups[1])")]
        let unsaid = await mei.send("\(page)/withholdings", ticked + [("reason", "other"), ("note", "")])
        #expect(unsaid.status == 422 && unsaid.text.contains("Say in the note what the reason is."), "\(unsaid.text)")
        #expect(unsaid.text.contains(#"value="\#(first)" checked"#))
        let done = await mei.send("\(page)/withholdings", ticked + [("reason", "not_ready"), ("note", "")])
        #expect(done.status == 303, "\(done.text)")
        let after = await mei.open(page)
        #expect(after.text.contains("Withheld from this list") && after.text.contains("Not ready to be shown"))
        #expect(await mei.send("\(page)/items/\(first)/return").status == 303)
        #expect(try await world.startups().contains(first))
        let unwise = await mei.send("\(page)/decline", [("reason", "other"), ("note", "")])
        #expect(unwise.status == 422 && unwise.text.contains("decline-note-error"), "\(unwise.text)")
        #expect(await mei.send("\(page)/decline", [("reason", "weak"), ("note", "")]).status == 303)
        let over = await mei.open(page)
        #expect(over.text.contains("The proposals are not good enough"))
        #expect(!over.text.contains("-withhold\"") && !over.text.contains("/release\""))
        let jun = try await Visitor(Cast.jun, in: world.match.world)
        #expect(await jun.open(page).status == 404)
        #expect(await jun.send("\(page)/decline", [("reason", "weak")]).status == 403)
    }

    @Test("many lists are looked at and then released or declined on a page of the run")
    func bulkPage() async throws {
        let world = try await ReviewWorld()
        let mei = try await Visitor(Cast.mei, in: world.match.world)
        let run = "/console/match-runs/\(world.run)"
        #expect(await mei.open(run).text.contains("\(run)/review"))
        let form = await mei.open("\(run)/review")
        #expect(form.status == 200 && form.text.contains("\(world.list.id)"), "\(form.text)")
        let all = try await world.match.lists(world.run).map { ("shortlists", "\($0.id)") }
        let undecided = await mei.send("\(run)/review", [all[0], ("partial", "false")])
        #expect(undecided.status == 422, "\(undecided.text)")
        let declining = [("deed", "decline"), ("partial", "false"), ("note", "")]
        let unsaid = await mei.send("\(run)/review", [all[0], ("reason", "")] + declining)
        #expect(unsaid.status == 422 && unsaid.text.contains("Say why."), "\(unsaid.text)")
        let looked = await mei.send("\(run)/review", all + declining + [("reason", "weak")])
        #expect(looked.status == 200 && looked.text.contains("\(all.count) can be done."), "\(looked.text)")
        #expect(try await world.match.run(world.run).declined == 0)
        let done = await mei.send("\(run)/review", all + declining + [("reason", "weak"), ("sure", "true")])
        #expect(done.status == 303, "\(done.text)")
        #expect(try await world.match.run(world.run).declined == all.count)
        #expect(await mei.open(run).text.contains("Every list has been released or declined."))
        await #expect(throws: MatchRunRefusal.nothingToRelease) { try await world.match.release(world.run) }
    }
}
