import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Letters
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Investment

/// A world in which Tidewater has a released list with KelpSense on it.
struct IntroductionWorld {
    let match: MatchWorld
    let list: Shortlist
    let startup = Cast.startup("kelpsense")

    var world: World { match.world }

    init() async throws {
        match = MatchWorld(in: try await World())
        let reader = match.world.database.reader(as: match.world.context(Cast.jun))
        let lists = try await reader.shortlists(limit: 50)
        var found: Shortlist?
        for list in lists where try await reader.item(startup, of: list.id) != nil { found = list }
        list = try #require(found)
    }

    func write<R: Sendable>(
        as member: Cast.Member, seat: Int = 0, _ body: @Sendable @escaping (Transaction) async throws -> R
    ) async throws -> R {
        try await world.database.write(as: world.context(member, seat: seat)) { try await body($0) }
    }

    func reader(_ member: Cast.Member) -> Reader { world.database.reader(as: world.context(member)) }

    @discardableResult
    func answer(_ answer: NewAnswer, to startup: Startup.ID? = nil) async throws -> ShortlistItem {
        let startup = startup ?? self.startup
        return try await write(as: Cast.jun) { [list] in
            try await $0.answerShortlistItem(
                startup, of: list.id, with: answer, as: Answer.ID(), in: Cast.harbour.id, by: Cast.jun.person.id)
        }
    }

    /// The introduction that interest in KelpSense asked for.
    func asked() async throws -> Introduction {
        try await answer(NewAnswer(.interested))
        return try #require(try await reader(Cast.mei).introductions(with: startup, limit: 1).first)
    }

    func introduced() async throws -> Introduction {
        let asked = try await asked()
        return try await write(as: Cast.ada) { try await $0.consentToIntroduction(asked.id, by: Cast.ada.person.id) }
    }

    func current(_ id: Introduction.ID, as member: Cast.Member = Cast.mei) async throws -> Introduction {
        try #require(try await reader(member).introduction(id))
    }

    /// Lets time pass, by moving what happened back.
    func letPass(days: Int) async throws {
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE introductions SET consent_by = consent_by - \(days)::int4, moved_at = moved_at - \(days)::int4 * interval '1 day'"
            )
            try await transaction.execute("UPDATE shortlists SET answer_by = answer_by - \(days)::int4")
            try await transaction.execute("UPDATE shortlist_answers SET later_until = later_until - \(days)::int4")
        }
    }

    func runClock() async throws {
        let system = Context.system(in: Cast.harbour.id)
        while try await world.database.write(as: system, { try await $0.closeIntroductionsThatAreDue(most: 1) }) {}
    }
}

@Suite("Introductions")
struct IntroductionTests {
    private let ada = IntroductionActor(Cast.ada.person.id, for: .startup)
    private let jun = IntroductionActor(Cast.jun.person.id, for: .investor)
    private let mei = IntroductionActor(Cast.mei.person.id, for: .park)

    @Test("begin with interest, and show contacts to nobody before both have consented")
    func twoConsents() async throws {
        let world = try await IntroductionWorld()
        let asked = try await world.asked()
        #expect(asked.stage == .asked)
        for member in [Cast.mei, Cast.jun, Cast.ada] {
            #expect(try await world.current(asked.id, as: member).contacts.isEmpty)
        }
        let rows = try await world.world.owner.reader(as: .none).rows("SELECT 1 AS one FROM introduction_contacts")
        #expect(rows.isEmpty)
        // Whom the founder is asked by, it knows by name; nobody else knows anything.
        #expect(try await world.current(asked.id, as: Cast.ada).investorName != nil)
        #expect(try await world.reader(Cast.ravi).introduction(asked.id) == nil)
        #expect(try await world.reader(Cast.chloe).introduction(asked.id) == nil)
        #expect(try await world.reader(Cast.leo).introduction(asked.id) == nil)

        let introduced = try await world.write(as: Cast.ada) {
            try await $0.consentToIntroduction(asked.id, by: Cast.ada.person.id)
        }
        #expect(introduced.stage == .introduced)
        for member in [Cast.mei, Cast.jun, Cast.ada] {
            let contacts = try await world.current(asked.id, as: member).contacts
            #expect(contacts.map(\.email) == [Cast.jun.person.email, Cast.ada.person.email])
        }
        // It does not ask twice, nor is consent taken back.
        await #expect(throws: IntroductionRefusal.notAsked(.introduced)) {
            try await world.write(as: Cast.ada) {
                try await $0.consentToIntroduction(asked.id, by: Cast.ada.person.id)
            }
        }
        await #expect(throws: AnswerRefusal.introduced) { try await world.answer(NewAnswer(.pass, because: .team)) }
        #expect(try await world.reader(Cast.ada).steps(of: asked.id).map(\.stage) == [.asked, .introduced])
    }

    @Test("are consented to by the startup alone, whatever the operation would let through")
    func secondWall() async throws {
        let world = try await IntroductionWorld()
        let asked = try await world.asked()
        for (member, person) in [(Cast.jun, Cast.jun.person.id), (Cast.mei, Cast.ada.person.id)] {
            await #expect {
                try await world.write(as: member) { try await $0.consentToIntroduction(asked.id, by: person) }
            } throws: {
                ($0 as? DatabaseError)?.constraint == "startups_consent_for_themselves_in_time"
            }
        }
        await #expect(throws: Problem.notFound) {
            try await world.write(as: Cast.ravi) {
                try await $0.consentToIntroduction(asked.id, by: Cast.ravi.person.id)
            }
        }
        // A founder consents in their own name.
        await #expect {
            try await world.write(as: Cast.ada) {
                try await $0.consentToIntroduction(asked.id, by: Cast.mei.person.id)
            }
        } throws: {
            $0 is DatabaseError
        }
        #expect(try await world.current(asked.id).stage == .asked)
    }

    @Test("that a startup declines tell the investor that, and not why")
    func declined() async throws {
        let world = try await IntroductionWorld()
        let asked = try await world.asked()
        _ = try await world.write(as: Cast.ada) { [ada] in
            try await $0.declineIntroduction(
                asked.id, by: ada, because: .valuation, note: try ShortText("They offered too little before."))
        }
        let seen = try await world.current(asked.id, as: Cast.jun)
        #expect(seen.stage == .notNow && seen.ending == nil && seen.contacts.isEmpty)
        #expect(try await world.current(asked.id, as: Cast.ada).ending?.reason == .valuation)
        #expect(try await world.current(asked.id, as: Cast.mei).ending?.side == .startup)
        let hidden = try await world.reader(Cast.jun).rows("SELECT reason FROM introduction_endings")
        #expect(hidden.isEmpty)
        // What has ended is not asked again by the same list.
        await #expect(throws: AnswerRefusal.introductionEnded) { try await world.answer(NewAnswer(.interested)) }
        // A reason is the startup's to give, not the investor's.
        let other = try await IntroductionWorld()
        let again = try await other.asked()
        await #expect(throws: IntroductionRefusal.reasonOfTheOthers) {
            try await other.write(as: Cast.ada) { [ada] in
                try await $0.declineIntroduction(again.id, by: ada, because: .tooEarly)
            }
        }
    }

    @Test("end by a clock when the startup says nothing, and when nobody takes a step")
    func clocks() async throws {
        let world = try await IntroductionWorld()
        let asked = try await world.asked()
        try await world.letPass(days: Introduction.consentDays)
        try await world.runClock()
        #expect(try await world.current(asked.id).stage == .asked, "the last day is still in time")
        try await world.letPass(days: 1)
        await #expect {
            try await world.write(as: Cast.ada) {
                try await $0.consentToIntroduction(asked.id, by: Cast.ada.person.id)
            }
        } throws: {
            if case .tooLate = $0 as? IntroductionRefusal { true } else { false }
        }
        try await world.runClock()
        let expired = try await world.current(asked.id)
        #expect(expired.stage == .notNow)
        #expect(expired.ending == .init(side: .clock, reason: .noAnswer, note: nil))

        let other = try await IntroductionWorld()
        let introduced = try await other.introduced()
        try await other.letPass(days: Introduction.silentDays - 1)
        try await other.runClock()
        #expect(try await other.current(introduced.id).stage == .introduced)
        try await other.letPass(days: 1)
        try await other.runClock()
        #expect(try await other.current(introduced.id).ending?.reason == .silence)
    }

    @Test("end when the startup is no longer shown, and when the investor is verified no longer")
    func fallenAway() async throws {
        let world = try await IntroductionWorld()
        let asked = try await world.asked()
        _ = try await world.write(as: Cast.ada) {
            try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: Cast.startup("kelpsense"))
        }
        try await world.runClock()
        #expect(try await world.current(asked.id).ending?.reason == .optedOut)

        let other = try await IntroductionWorld()
        let again = try await other.asked()
        let investor = Cast.institution("harbour/tidewater")
        let standing = try #require(try await other.reader(Cast.mei).standing(of: investor))
        let verification = try #require(standing.verifications.first).id
        try await other.world.working {
            _ = try await other.write(as: Cast.mei) {
                try await $0.revokeVerification(
                    verification, of: investor, because: try ShortText("The licence was returned."),
                    by: Cast.mei.person.id)
            }
            _ = try await other.world.awaiting {
                try await other.current(again.id)
            } until: {
                $0.stage.isLast
            }
        }
        let ended = try await other.current(again.id)
        #expect(ended.stage == .withdrawn && ended.ending?.reason == .unverified)
        // Nor does it see a list any more, by query or by row.
        #expect(try await other.reader(Cast.jun).shortlists(limit: 10).isEmpty)
        #expect(try await other.reader(Cast.jun).rows("SELECT id FROM shortlists").isEmpty)
        #expect(try await other.reader(Cast.jun).rows("SELECT startup_id FROM shortlist_items").isEmpty)
    }

    @Test("go on step by step to a deal with amount and instrument, and not back")
    func deal() async throws {
        let world = try await IntroductionWorld()
        let introduced = try await world.introduced()
        func step(_ step: NewStep, as member: Cast.Member, _ actor: IntroductionActor) async throws -> Introduction {
            try await world.write(as: member) { try await $0.recordStep(step, of: introduced.id, by: actor) }
        }
        #expect(try await step(NewStep(.met), as: Cast.ada, ada).stage == .met)
        await #expect(throws: IntroductionRefusal.doesNotFollow(.met)) {
            try await step(NewStep(.introduced), as: Cast.ada, ada)
        }
        let day = CalendarDate(daysSince1970: 21_000)
        let amount = Money(minor: 500_000_00, currency: .usd)
        await #expect(throws: IntroductionRefusal.missing("/binding", "Say whether it binds the investor.")) {
            try await step(NewStep(.committed, amount: amount, day: day), as: Cast.jun, jun)
        }
        _ = try await step(
            NewStep(.committed, amount: amount, binding: false, day: day), as: Cast.jun, jun)
        await #expect(throws: IntroductionRefusal.missing("/instrument", "Say how it was put in.")) {
            try await step(NewStep(.closed, amount: amount, day: day), as: Cast.jun, jun)
        }
        await #expect(throws: IntroductionRefusal.missing("/day", "Choose a day that has come.")) {
            let someDay = CalendarDate(Date(), in: .utc).adding(days: 3)
            _ = try await step(NewStep(.closed, amount: amount, instrument: .safe, day: someDay), as: Cast.jun, jun)
        }
        let closed = try await step(
            NewStep(.closed, amount: amount, instrument: .safe, day: CalendarDate(daysSince1970: 20_000)), as: Cast.jun,
            jun)
        #expect(closed.stage == .closed && closed.endedAt != nil)
        let steps = try await world.reader(Cast.ada).steps(of: introduced.id)
        #expect(steps.map(\.stage) == [.asked, .introduced, .met, .committed, .closed])
        #expect(steps.last?.amount == amount)
        await #expect(throws: IntroductionRefusal.doesNotFollow(.closed)) {
            try await step(NewStep(.passed, because: .other), as: Cast.ada, ada)
        }
        let report = try await world.reader(Cast.mei).introductionReport(
            since: CalendarDate(Date(), in: .utc).adding(days: -1))
        #expect(report.standing.map(\.stage) == [.closed])
        #expect(report.reached.map(\.stage) == [.asked, .introduced, .met, .committed, .closed])
        #expect(report.endings.map(\.reason) == [.deal])
    }

    @Test("tell both sides of a meeting, as a file that calendars take, until it is called off")
    func meeting() async throws {
        let world = try await IntroductionWorld()
        let introduced = try await world.introduced()
        let starts = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 86_400 * 3).rounded())
        let zone = try #require(TimeZoneName("Asia/Tokyo"))
        let meeting = NewMeeting(
            startsAt: starts, in: zone, minutes: 45, place: try ShortText("Harbour Science Park, room 3"))
        let set = try await world.write(as: Cast.ada) { [ada] in
            try await $0.setMeeting(meeting, of: introduced.id, by: ada)
        }
        #expect(set.stage == .meetingSet && set.meeting?.startsAt == starts && set.meeting?.sequence == 0)
        let file = try #require(set.calendarFile(in: .english))
        #expect(file.contains("TZID=Asia/Tokyo") && file.contains("SEQUENCE:0"))
        // Whoever chose a clock finds its time in the file, too; lines of the file are folded.
        let own = ReaderZone.$current.withValue("Pacific/Auckland") { set.calendarFile(in: .english) }
        #expect(own?.replacing("\r\n ", with: "").contains("Auckland)") == true, "\(own ?? "")")
        #expect(!file.replacing("\r\n ", with: "").contains("Auckland"))
        let moved = try await world.write(as: Cast.jun) { [jun] in
            try await $0.setMeeting(meeting, of: introduced.id, by: jun)
        }
        #expect(moved.meeting?.sequence == 1)
        let off = try await world.write(as: Cast.jun) { [jun] in
            try await $0.cancelMeeting(of: introduced.id, by: jun)
        }
        #expect(off.calendarFile(in: .english)?.contains("METHOD:CANCEL") == true)
        #expect(off.meeting?.sequence == 2)
        await #expect(throws: IntroductionRefusal.noMeeting) {
            try await world.write(as: Cast.jun) { [jun] in try await $0.cancelMeeting(of: introduced.id, by: jun) }
        }
        await #expect(throws: IntroductionRefusal.meetingIsOver) {
            try await world.write(as: Cast.jun) { [jun] in
                try await $0.setMeeting(
                    NewMeeting(startsAt: Date(timeIntervalSince1970: 0), in: zone, minutes: 45, place: meeting.place),
                    of: introduced.id, by: jun)
            }
        }
        // An introduction that ends takes the meeting that was to come with it.
        _ = try await world.write(as: Cast.ada) { [ada] in
            try await $0.setMeeting(meeting, of: introduced.id, by: ada)
        }
        let passed = try await world.write(as: Cast.jun) { [jun] in
            try await $0.recordStep(NewStep(.passed, because: .terms), of: introduced.id, by: jun)
        }
        #expect(passed.meeting?.cancelledAt != nil && passed.meeting?.sequence == 4)
        #expect(passed.calendarFile(in: .english)?.contains("METHOD:CANCEL") == true)
    }

    @Test("are told by letters: the founder is asked, the investor learns the answer, each in the product")
    func letters() async throws {
        let world = try await IntroductionWorld()
        try await world.world.working {
            let introduced = try await world.introduced()
            func letters(_ member: Cast.Member) async throws -> [String] {
                try await world.world.awaiting {
                    try await world.reader(member).ownLetters(limit: 50)
                        .filter { $0.about?.id == introduced.id.uuid }.map(\.text.subject.string)
                } until: {
                    $0.count == (member.person.id == Cast.ada.person.id ? 2 : 1)
                }
            }
            #expect(try await letters(Cast.ada).count == 2)
            #expect(try await letters(Cast.jun) == ["KelpSense agreed to meet you"])
        }
    }
}

@Suite("Proposals")
struct ProposalTests {
    @Test("stand as the database says, whatever was answered and whatever day it is")
    func twins() async throws {
        let world = try await World()
        let reader = world.owner.reader(as: .none)
        let base = CalendarDate(daysSince1970: 20_000)
        for answer in [nil, Answer.Kind.interested, .pass, .later] {
            for later in [0, 10, 40] {
                for released in [true, false] {
                    for day in -1...60 {
                        let today = base.adding(days: day)
                        let until = answer == .later ? base.adding(days: later) : nil
                        let by = released ? base.adding(days: 14) : nil
                        let state = ProposalState(answer: answer, laterUntil: until, answerBy: by, on: today)
                        let said: ProposalState = try await reader.value(
                            "SELECT proposal_state(\(answer), \(until), \(by), \(today))")
                        #expect(state == said, "\(String(describing: answer)) \(later) \(day)")
                    }
                }
            }
        }
    }

    @Test("expire after 14 days without an answer, and 14 after the day that was named")
    func expire() async throws {
        let world = try await IntroductionWorld()
        try await world.answer(NewAnswer(.later, until: CalendarDate(Date(), in: .utc).adding(days: 20)))
        #expect(try await world.reader(Cast.jun).item(world.startup, of: world.list.id)?.state == .snoozed)
        try await world.letPass(days: 20)
        #expect(try await world.reader(Cast.jun).item(world.startup, of: world.list.id)?.state == .open)
        try await world.letPass(days: 15)
        #expect(try await world.reader(Cast.jun).item(world.startup, of: world.list.id)?.state == .expired)
        await #expect(throws: AnswerRefusal.expired) { try await world.answer(NewAnswer(.interested)) }
        #expect(try await world.reader(Cast.jun).shortlist(world.list.id)?.open == 0)
        // Nor does the database take it from a verb that does not look.
        await #expect {
            try await world.write(as: Cast.jun) {
                try await $0.insert(
                    NewAnswer(.interested), as: Answer.ID(), to: world.startup, of: world.list.id, in: Cast.harbour.id,
                    by: Cast.jun.person.id)
            }
        } throws: {
            ($0 as? DatabaseError)?.constraint == "proposals_wait_for_so_long"
        }
    }

    @Test("keep to what an investor wants in hand, also when lists are released and answered at once")
    func cap() async throws {
        let world = try await IntroductionWorld()
        let mandate = try #require(try await world.reader(Cast.mei).mandate(world.list.mandate))
        let inHand = try #require(try await world.reader(Cast.mei).shortlist(world.list.id)).open
        #expect(inHand >= 3)
        var terms = mandate.terms
        terms.mostOpen = inHand
        _ = try await world.write(as: Cast.jun) { [terms] in
            try await $0.reviseMandate(mandate.id, to: terms, in: Cast.harbour.id, by: Cast.jun.person.id) { _ in }
        }
        // A run makes no list for whom has no room, and a list made before is not released.
        let run = try await world.match.performed(MatchRunRequest(length: 5, mandates: [mandate.id]))
        #expect(try await world.match.lists(run.id).map(\.items) == [0])
        // Passing over three makes room for three.
        let items = try await world.match.items(world.list.id)
        for item in items.prefix(3) {
            try await world.answer(NewAnswer(.pass, because: .team), to: item.startup.id)
        }
        let next = try await world.match.performed(MatchRunRequest(length: 12, mandates: [mandate.id]))
        let lists = try await world.match.lists(next.id)
        #expect(lists.allSatisfy { $0.items <= 3 })
        // Taking one up again would be one too many once the list is out.
        if let list = lists.first, list.items == 3 {
            _ = try await world.write(as: Cast.mei) {
                try await $0.releaseShortlist(list.id, by: Cast.mei.person.id)
            }
            await #expect {
                try await world.answer(NewAnswer(.interested), to: items[0].startup.id)
            } throws: {
                ($0 as? DatabaseError)?.constraint == "investors_have_no_more_in_hand_than_they_want"
            }
        }
    }

    @Test("go only to investors that are verified, deploying, confirmed and not paused")
    func barriers() async throws {
        let world = try await IntroductionWorld()
        let investor = Cast.institution("harbour/tidewater")
        let run = try await world.match.performed(MatchRunRequest(length: 5, mandates: [world.list.mandate]))
        let list = try #require(try await world.match.lists(run.id).first)
        func barrier() async throws -> ListBarrier? {
            try await world.reader(Cast.mei).shortlist(list.id)?.barrier
        }
        #expect(try await barrier() == nil)
        func refused(_ expected: ListBarrier) async throws {
            #expect(try await barrier() == expected)
            await #expect(throws: ShortlistRefusal.notTaken(expected)) {
                try await world.write(as: Cast.mei) {
                    try await $0.releaseShortlist(list.id, by: Cast.mei.person.id)
                }
            }
            // The database holds it even if the verb did not ask.
            await #expect {
                try await world.write(as: Cast.mei) {
                    try await $0.release(
                        list.id, by: Cast.mei.person.id, answerBy: CalendarDate(Date(), in: .utc).adding(days: 14))
                }
            } throws: {
                ($0 as? DatabaseError)?.constraint == "lists_go_to_investors_who_take_them"
            }
        }
        _ = try await world.write(as: Cast.jun) {
            try await $0.pauseInvestor(investor, until: nil, by: Cast.jun.person.id)
        }
        try await refused(.paused)
        _ = try await world.write(as: Cast.jun) { try await $0.resumeInvestor(investor) }
        try await world.world.owner.write(as: .none) {
            try await $0.execute("UPDATE mandates SET confirmed_until = '2020-01-01' WHERE id = \(list.mandate)")
        }
        try await refused(.unconfirmed)
        _ = try await world.write(as: Cast.jun) { try await $0.confirmMandate(list.mandate) }
        #expect(try await barrier() == nil)
        let verification = try #require(
            try await world.reader(Cast.mei).standing(of: investor)?.verifications.first?.id)
        _ = try await world.write(as: Cast.mei) {
            try await $0.revokeVerification(
                verification, of: investor, because: try ShortText("Expired licence"), by: Cast.mei.person.id)
        }
        try await refused(.unverified)
        await #expect(throws: MatchRunRefusal.nothingToRelease) { try await world.match.release(run.id) }
        _ = try await world.write(as: Cast.mei) {
            try await $0.verifyInvestor(
                investor,
                NewVerification(
                    .corporate, evidence: try ShortText("Accounts of 2026"),
                    validUntil: CalendarDate(Date(), in: .utc).adding(days: 30)),
                as: InvestorVerification.ID(), by: Cast.mei.person.id)
        }
        _ = try await world.write(as: Cast.mei) { try await $0.releaseShortlist(list.id, by: Cast.mei.person.id) }
        // An investor verifies nobody, itself least of all.
        await #expect {
            try await world.write(as: Cast.jun) {
                try await $0.verifyInvestor(
                    investor,
                    NewVerification(
                        .individual, evidence: try ShortText("Trust me"),
                        validUntil: CalendarDate(Date(), in: .utc).adding(days: 30)),
                    as: InvestorVerification.ID(), by: Cast.jun.person.id)
            }
        } throws: {
            ($0 as? DatabaseError)?.sqlState == "42501"
        }
    }

    @Test("are none of a pair that one of the two blocked, who alone knows of it")
    func blocks() async throws {
        let world = try await IntroductionWorld()
        let other = try #require(
            try await world.match.items(world.list.id, as: Cast.jun).map(\.startup.id).last { $0 != world.startup })
        let block = NewBlock(investor: world.list.investor, startup: other, reason: try ShortText("A rival owns it."))
        let id = Block.ID()
        _ = try await world.write(as: Cast.mei) {
            try await $0.blockPair(block, by: IntroductionActor(Cast.mei.person.id, for: .park), as: id)
        }
        #expect(try await world.reader(Cast.jun).blocks(limit: 10).isEmpty)
        #expect(try await world.reader(Cast.jun).rows("SELECT id FROM blocks").isEmpty)
        #expect(try await world.reader(Cast.mei).blocks(limit: 10).map(\.startup) == [other])
        // At every door: the list, its rows, the startup's entry, an answer, the next run.
        #expect(try await world.reader(Cast.jun).item(other, of: world.list.id) == nil)
        let rows = try await world.reader(Cast.jun).rows(
            "SELECT startup_id FROM shortlist_items WHERE startup_id = \(other)")
        #expect(rows.isEmpty)
        #expect(try await world.reader(Cast.jun).rows("SELECT id FROM startups WHERE id = \(other)").isEmpty)
        await #expect(throws: Problem.notFound) { try await world.answer(NewAnswer(.interested), to: other) }
        let run = try await world.match.performed(MatchRunRequest(length: 50, mandates: [world.list.mandate]))
        let list = try #require(try await world.match.lists(run.id).first)
        #expect(try await !world.match.items(list.id).contains { $0.startup.id == other })
        // A gate would tell.
        #expect(!list.gatedOut.contains { $0.gate.contains("block") })
        // Nobody lifts what another side set; once it is lifted, the pair may be proposed again.
        await #expect(throws: Problem.notFound) {
            try await world.write(as: Cast.jun) { try await $0.liftBlock(id, by: Cast.jun.person.id) }
        }
        try await world.write(as: Cast.mei) { try await $0.liftBlock(id, by: Cast.mei.person.id) }
        #expect(try await world.reader(Cast.jun).item(other, of: world.list.id) != nil)
    }

    @Test("are blocked by API, too, by whoever deals with the other or may find it, and by nobody else")
    func blockedByAPI() async throws {
        let world = try await IntroductionWorld()
        let asked = try await world.asked()
        let ada = try await Visitor(Cast.ada, in: world.world)
        func block(_ investor: Institution.ID) async -> Outgoing {
            await ada.ask("POST", "/v1/blocks", json: "{\"investor\": \"\(investor)\"}")
        }
        let stranger = Institution.ID()
        try await world.write(as: Cast.mei) { transaction in
            _ = try await transaction.addInstitution(
                NewInstitution(kind: .investor, name: LocalizedName(try Name("Stranger")), country: nil), as: stranger,
                in: Cast.harbour.id)
            _ = try await transaction.verifyInvestor(
                stranger,
                NewVerification(
                    .corporate, evidence: try ShortText("Accounts"),
                    validUntil: CalendarDate(transaction.now, in: .utc).adding(days: 90)),
                as: InvestorVerification.ID(), by: Cast.mei.person.id)
        }
        let refused = await block(stranger)
        #expect(refused.status == 422 && refused.text.contains("/investor"), "\(refused.text)")
        try await world.write(as: Cast.mei) {
            _ = try await $0.showToFounders(stranger, true, by: Cast.mei.person.id)
        }
        #expect(await block(stranger).status == 201)
        let answer = await block(asked.investor)
        #expect(answer.status == 201, "\(answer.text)")
        #expect(try await world.current(asked.id).ending?.reason == .blocked)
        #expect(await block(asked.investor).status == 409)
        let blocked = try await world.reader(Cast.ada).blocks(limit: 10).map(\.investor)
        #expect(Set(blocked).isSuperset(of: [stranger, asked.investor]))

        // An investor goes on knowing whom it was introduced to, also once that is shown to nobody any more.
        let other = try await IntroductionWorld()
        _ = try await other.introduced()
        _ = try await other.write(as: Cast.ada) {
            try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: Cast.startup("kelpsense"))
        }
        let visitor = try await Visitor(Cast.jun, in: other.world)
        let known = await visitor.ask("POST", "/v1/blocks", json: "{\"startup\": \"\(other.startup)\"}")
        #expect(known.status == 201, "\(known.text)")
    }

    @Test("look to the investor the same whether the startup said no or blocked it, or let the time pass")
    func blockedAndDeclined() async throws {
        var seen: [[String]] = []
        for way in 0..<3 {
            let world = try await IntroductionWorld()
            let asked = try await world.asked()
            let ada = IntroductionActor(Cast.ada.person.id, for: .startup)
            switch way {
            case 0:
                _ = try await world.write(as: Cast.ada) {
                    try await $0.declineIntroduction(asked.id, by: ada, because: .terms)
                }
            case 1:
                let block = NewBlock(investor: asked.investor, startup: asked.startup)
                _ = try await world.write(as: Cast.ada) { try await $0.blockPair(block, by: ada, as: Block.ID()) }
                #expect(try await world.current(asked.id).ending?.reason == .blocked)
            default:
                try await world.letPass(days: 8)
                try await world.runClock()
            }
            let reader = world.reader(Cast.jun)
            let introduction = try await world.current(asked.id, as: Cast.jun)
            let item = try await reader.item(world.startup, of: world.list.id)
            let list = try #require(try await reader.shortlist(world.list.id))
            seen.append([
                introduction.stage.rawValue, introduction.startupName?.text(for: .english) ?? "nameless",
                "\(introduction.ending == nil)", item?.state.rawValue ?? "gone", "\(list.items) \(list.answered)",
                try await reader.steps(of: asked.id).map { "\($0.side) \($0.stage)" }.joined(),
                try await reader.rows("SELECT side FROM introduction_steps").map { try $0("side") as String }.joined(),
            ])
            await #expect(throws: AnswerRefusal.introductionEnded) { try await world.answer(NewAnswer(.interested)) }
        }
        #expect(seen[0] == seen[1] && seen[1] == seen[2])
    }

    @Test("lead to no introduction past the verb: none without interest, in another's name or already begun")
    func noWayAround() async throws {
        let world = try await IntroductionWorld()
        let (list, startup) = (world.list, world.startup)
        func insert(stage: String, by person: Person.ID) async throws {
            try await world.write(as: Cast.jun) { transaction in
                _ = try await transaction.execute(
                    """
                    INSERT INTO introductions (tenant_id, id, investor_id, startup_id, shortlist_id, mandate_id,
                                               mandate_version, stage, asked_by, consent_by)
                    VALUES (acting_tenant(), gen_random_uuid(), \(list.investor), \(startup), \(list.id), \(list.mandate),
                            \(list.mandateVersion), \(stage), \(person), now() + interval '7 days')
                    """)
            }
        }
        await #expect {
            try await insert(stage: "asked", by: Cast.jun.person.id)
        } throws: { ($0 as? DatabaseError)?.constraint == "introductions_rest_on_interest" }
        let asked = try await world.asked()
        await #expect {
            try await insert(stage: "asked", by: Cast.chloe.person.id)
        } throws: { $0 is DatabaseError }
        await #expect {
            try await world.write(as: Cast.ada) {
                _ = try await $0.execute("UPDATE introductions SET consent_by = consent_by + 30 WHERE id = \(asked.id)")
            }
        } throws: { ($0 as? DatabaseError)?.constraint == "introductions_keep_what_was_asked" }
        await #expect {
            try await world.write(as: Cast.jun) {
                _ = try await $0.execute(
                    """
                    INSERT INTO introduction_meetings (tenant_id, introduction_id, starts_at, time_zone, minutes, link, set_by)
                    VALUES (acting_tenant(), \(asked.id), now() + interval '1 day', 'UTC', 30, 'https://call.example',
                            acting_person())
                    """)
            }
        } throws: { ($0 as? DatabaseError)?.sqlState == "42501" }
    }
}
