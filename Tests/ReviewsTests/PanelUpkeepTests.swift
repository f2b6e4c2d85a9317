import API
import Accounts
import DemoWorld
import Foundation
import Letters
import Pages
import Postgres
import TestWorld
import Testing
import Vocabulary
import Wording

@testable import Reviews

/// What keeps a panel going: absences, reminders, and being told of what was taken away.
@Suite("The upkeep of a panel")
struct PanelUpkeepTests {
    private let nora = Cast.nora.person.id

    // MARK: Absences

    @Test("A reviewer keeps their own absences, a manager anybody's, and nobody another's")
    func absences() async throws {
        let world = try await World()
        let (own, other) = (world.context(Cast.nora), world.context(Cast.vera))
        let (first, last) = (try day("2027-03-01"), try day("2027-03-14"))
        let noted = try await world.note(first, last, of: Cast.nora, as: own)
        #expect(try await world.database.reader(as: own).absences(of: nora) == [noted])
        #expect(try await world.database.reader(as: world.context(Cast.mei)).absences(of: nora) == [noted])
        #expect(try await world.database.reader(as: other).absences(of: nora).isEmpty)
        await #expect(throws: (any Error).self) { try await world.note(first, last, of: Cast.nora, as: other) }
        await #expect(throws: (any Error).self) {
            try await world.database.write(as: other) { try await $0.forgetAbsence(noted.id, of: nora) }
        }
        // Past the verbs, the database refuses by itself.
        let planted = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: other) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO reviewer_absences (tenant_id, person_id, id, first_day, last_day)
                    VALUES (\(Cast.harbour.id), \(nora), gen_random_uuid(), \(last), \(last))
                    """)
            }
        }
        #expect(planted?.sqlState == "42501")
        try await world.database.write(as: world.context(Cast.mei)) { try await $0.forgetAbsence(noted.id, of: nora) }
        #expect(try await world.database.reader(as: own).absences(of: nora).isEmpty)
    }

    @Test("An absence runs forward, begins once a day, and is of somebody with a seat here")
    func refusals() async throws {
        let world = try await World()
        let mei = world.context(Cast.mei)
        let (first, last) = (try day("2027-03-01"), try day("2027-03-14"))
        func refusal(_ from: CalendarDate, _ to: CalendarDate, of member: Cast.Member) async -> String? {
            await #expect(throws: DatabaseError.self) {
                try await world.note(from, to, of: member, as: mei)
            }?.constraint
        }
        #expect(await refusal(last, first, of: Cast.nora) == "absences_end_after_they_begin")
        _ = try await world.note(first, last, of: Cast.nora, as: mei)
        #expect(await refusal(first, first, of: Cast.nora) == "absences_do_not_begin_on_one_day")
        #expect(await refusal(first, last, of: Cast.olga) == "absences_are_of_people_with_a_seat_here")
    }

    @Test("Who is away until reviews are due is away for the planner; who comes back before is not")
    func away() async throws {
        let world = try await World()
        let mei = world.database.reader(as: world.context(Cast.mei))
        func isAway() async throws -> Bool? {
            try await mei.panel(of: World.round).first { $0.person == nora }?.isAway
        }
        #expect(try await isAway() == false)
        let today = try await world.today()
        let short = try await world.note(today, today, of: Cast.nora, as: world.context(Cast.nora))
        #expect(try await isAway() == false)
        try await world.database.write(as: world.context(Cast.nora)) {
            try await $0.forgetAbsence(short.id, of: nora)
        }
        _ = try await world.note(today, today.adding(days: 365), of: Cast.nora, as: world.context(Cast.nora))
        #expect(try await isAway() == true)
    }

    @Test("Absences that follow each other count together, and what lies outside the days left does not count")
    func absencesTogether() async throws {
        let world = try await World()
        let mei = world.database.reader(as: world.context(Cast.mei))
        func seat() async throws -> Panelist {
            try #require(try await mei.panel(of: World.round).first { $0.person == nora })
        }
        let (own, today) = (world.context(Cast.nora), try await world.today())
        let left = try await seat().daysLeft
        #expect(left > 8)
        _ = try await world.note(today.adding(days: -5), today.adding(days: 2), of: Cast.nora, as: own)
        // Later ones say nothing of until when it is now.
        _ = try await world.note(today.adding(days: 5), today.adding(days: 6), of: Cast.nora, as: own)
        _ = try await world.note(today.adding(days: 6), today.adding(days: 7), of: Cast.nora, as: own)
        _ = try await world.note(today.adding(days: left), today.adding(days: 60), of: Cast.nora, as: own)
        let often = try await seat()
        #expect(often.daysAway == 6 && often.daysLeft == left && !often.isAway)
        #expect(often.awayUntil == today.adding(days: 2))
        let manager = try await Visitor(Cast.mei, in: world)
        let until = "away until \(today.adding(days: 2).text(in: .english))"
        #expect(await manager.open("/console/rounds/\(World.round)").text.contains(until))
        #expect(await manager.open("/console/rounds/\(World.round)/assignments").text.contains("; \(until)"))

        _ = try await world.note(today.adding(days: 3), today.adding(days: 4), of: Cast.nora, as: own)
        _ = try await world.note(today.adding(days: 8), today.adding(days: left - 1), of: Cast.nora, as: own)
        let always = try await seat()
        #expect(always.isAway && always.daysAway == left && always.awayUntil == today.adding(days: left - 1))
    }

    @Test("A load is cut to the days somebody is there, never below what was begun nor above what they take")
    func load() {
        func load(_ least: Int, _ most: Int, away: Int, begun: Int) -> [Int] {
            let cut = Panelist(
                person: nora, name: "Nora", email: "nora@panel.example", isChair: false,
                terms: PanelTerms(least: least, most: most, languages: [.english]), answer: .accepted,
                declinedReason: nil, assigned: begun, submitted: 0, daysLeft: 21, daysAway: away, awayUntil: nil,
                isAway: away == 21
            ).load(begun: begun)
            return [cut.least, cut.most]
        }
        #expect(load(6, 12, away: 0, begun: 0) == [6, 12])
        #expect(load(6, 12, away: 18, begun: 0) == [0, 1])
        #expect(load(6, 12, away: 7, begun: 0) == [4, 8])
        #expect(load(6, 12, away: 7, begun: 8) == [6, 10])
        #expect(load(6, 12, away: 20, begun: 12) == [6, 12])
        #expect(load(6, 12, away: 20, begun: 14) == [6, 12])
        #expect(load(6, 12, away: 21, begun: 3) == [3, 3])
    }

    @Test("The reviewer's page takes an absence, refuses one that runs backward filled in, and takes it back")
    func page() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.nora, in: world)
        #expect(await visitor.open("/reviews").text.contains("/reviews/absences"))
        #expect(await visitor.open("/reviews/absences").text.contains("You are not away"))
        let backward = await visitor.send(
            "/reviews/absences", [("first_day", "2027-03-14"), ("last_day", "2027-03-01")])
        #expect(backward.status == 422 && backward.text.contains("2027-03-14"))
        #expect(backward.text.contains("The last day is the first or a later one."))
        let noted = await visitor.send(
            "/reviews/absences", [("first_day", "2027-03-01"), ("last_day", "2027-03-14")])
        #expect(noted.status == 303)
        let absence = try #require(
            try await world.database.reader(as: world.context(Cast.nora)).absences(of: nora).first)
        #expect(await visitor.open("/reviews/absences").text.contains("14 Mar 2027"))
        #expect(await visitor.send("/reviews/absences/\(absence.id)/removal").status == 303)
        let vera = try await Visitor(Cast.vera, in: world)
        #expect(await vera.send("/reviews/absences/\(absence.id)/removal").status == 404)
    }

    @Test("A manager notes a panelist's absence on the panelist's page, which comes back filled in where it is refused")
    func absenceByManager() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/console/rounds/\(World.round)/panel/\(Cast.vera.person.id)"
        let today = try await world.today()
        let backward = await mei.send(
            "\(place)/absences", [("first_day", "\(today.adding(days: 3))"), ("last_day", "\(today)")])
        #expect(backward.status == 422 && backward.text.contains("The last day is the first or a later one."))
        #expect(backward.text.contains("value=\"\(today.adding(days: 3))\"") && backward.text.contains("Vera Ito"))
        let noted = await mei.send(
            "\(place)/absences", [("first_day", "\(today)"), ("last_day", "\(today.adding(days: 3))")])
        #expect(noted.status == 303, "\(noted.text)")
        let absences = try await world.database.reader(as: world.context(Cast.vera)).absences(of: Cast.vera.person.id)
        #expect(absences.map(\.lastDay) == [today.adding(days: 3)])
        #expect(await mei.open(place).text.contains("away until \(today.adding(days: 3).text(in: .english))"))
        let stranger = "/console/rounds/\(World.round)/panel/\(Cast.iris.person.id)/absences"
        #expect(await mei.send(stranger, [("first_day", "2027-03-01"), ("last_day", "2027-03-02")]).status == 404)
    }

    // MARK: Reminders

    @Test("Reviews that are due soon are asked for once an occasion, and only of whom they are missing")
    func reminders() async throws {
        let world = try await World()
        try await world.due(in: "6 days", assigned: "20 days")
        try await world.remind()
        try await world.remind()
        let seven = try await world.letters(.reviewReminder)
        // Vera and Nora still have something to judge; Jun has not answered, and Wing judges nothing.
        #expect(seven.map(\.address).contains(Cast.nora.person.email))
        #expect(Set(seven.map(\.address)).count == seven.count)
        #expect(seven.allSatisfy { $0.state == "released" })
        #expect(seven.contains { $0.body.contains("In a week") && $0.body.contains("One of yours") })

        try await world.due(in: "2 days", assigned: "20 days")
        try await world.remind()
        #expect(try await world.letters(.reviewReminder).count { $0.body.contains("In three days") } >= 1)
        let count = try await world.letters(.reviewReminder).count
        try await world.due(in: "-30 days", assigned: "60 days")
        try await world.remind()
        #expect(try await world.letters(.reviewReminder).count == count, "what is long past is a manager's")
    }

    @Test("An invitation that is not answered is asked about after three days, not again the same day")
    func invitation() async throws {
        let world = try await World()
        try await world.due(in: "60 days", assigned: "0 days")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE panel_members SET invited_at = now() - interval '4 days' WHERE person_id = \(Cast.jun.person.id)"
            )
        }
        try await world.remind()
        try await world.remind()
        let letters = try await world.letters(.reviewReminder).filter { $0.address == Cast.jun.person.email }
        #expect(letters.count == 1)
    }

    @Test("An invitation to the panel of a draft is asked about as well, until it is answered or the round is over")
    func invitationOfDraft() async throws {
        let world = try await World()
        try await world.due(in: "60 days", assigned: "0 days")
        let draft = ReviewRound.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftRound(
                RoundDraft(
                    name: try LocalizedName(en: "Second look"), isBlind: true, reviewsWanted: 1, quorum: 1,
                    due: Deadline(Date().addingTimeInterval(86_400 * 30), in: .hongKong), criteria: []),
                as: draft, of: World.call, in: Cast.harbour.id)
            for member in [Cast.vera, Cast.nora] {
                let address = try #require(EmailAddress(member.person.email))
                _ = try await transaction.invitePanelist(
                    PanelInvitation(
                        email: address, name: Name(member.person.name),
                        terms: PanelTerms(most: 5, languages: [.english])),
                    to: draft, in: Cast.harbour.id, by: Cast.mei.person.id)
            }
        }
        func asked() async throws -> [String] {
            try await world.letters(.reviewReminder).filter { $0.body.contains("Second look") }.map(\.address)
        }
        try await world.remind()
        #expect(try await asked() == [], "they were asked a moment ago")
        try await world.database.write(as: world.context(Cast.nora)) { transaction in
            try await transaction.acceptPanelInvitation(to: draft, taking: nil, by: Cast.nora.person.id)
        }
        for days in [4, 5] {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute(
                    "UPDATE panel_members SET invited_at = now() - \(days) * interval '1 day' WHERE round_id = \(draft)"
                )
            }
            try await world.remind()
            try await world.remind()
        }
        #expect(try await asked() == [Cast.vera.person.email, Cast.vera.person.email])
    }

    @Test("Who loses an application learns it by what the round calls it, once; who said so themselves is not told")
    func taken() async throws {
        let world = try await World()
        try await world.due(in: "60 days", assigned: "0 days")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.withdrawAssignment(World.assignment(Cast.vera, "kelpsense"), because: nil)
        }
        try await world.database.write(as: world.context(Cast.nora)) { transaction in
            try await transaction.declareConflict(
                over: World.assignment(Cast.nora, "plumbline"), note: nil, as: ConflictDeclaration.ID(),
                in: Cast.harbour.id, by: nora)
        }
        try await world.remind()
        try await world.remind()
        let told = try await world.letters(.notice).filter { $0.body.contains("was taken from your list") }
        let code = try #require(
            try await world.database.reader(as: world.context(Cast.mei)).file(
                of: World.application("kelpsense"), in: World.round)?.code)
        #expect(told.map(\.address) == [Cast.vera.person.email])
        #expect(told.first?.body.contains(code) == true && told.first?.body.contains("KelpSense") == false)
    }

    @Test(
        "Those who share out the round learn of seats that were emptied, once, and not of what they emptied or filled")
    func emptied() async throws {
        let world = try await World()
        try await world.due(in: "60 days", assigned: "0 days")
        let (mei, nora) = (world.context(Cast.mei), world.context(Cast.nora))
        func progress() async throws -> Int? {
            try await world.database.reader(as: mei).progress(of: [World.round])[World.round]?.unassigned
        }
        // Of five applications with two reviews each, eight are given away.
        #expect(try await progress() == 2)
        try await world.database.write(as: world.context(Cast.vera)) { transaction in
            try await transaction.abstain(
                from: World.assignment(Cast.vera, "skylarkinspect"), because: nil, by: Cast.vera.person.id)
        }
        try await world.database.write(as: nora) { transaction in
            try await transaction.declareConflict(
                over: World.assignment(Cast.nora, "tideglass"), note: nil, as: ConflictDeclaration.ID(),
                in: Cast.harbour.id, by: self.nora)
        }
        // What mei herself declares, and what somebody else has been given since, is no news to her.
        try await world.database.write(as: mei) { transaction in
            try await transaction.declareConflict(
                of: Cast.vera.person.id, with: Cast.startup("gridfellow"), note: nil, as: ConflictDeclaration.ID(),
                in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        try await world.database.write(as: nora) { transaction in
            try await transaction.abstain(
                from: World.assignment(Cast.nora, "plumbline"), because: nil, by: self.nora)
        }
        try await world.accept(Cast.jun, seat: 1)
        for member in [Cast.vera, Cast.jun] { try await world.assign(member, "plumbline") }
        try await world.remind()
        try await world.remind()
        let told = try await world.letters(.notice).filter { $0.body.contains("have nobody to write them") }
        #expect(told.map(\.address) == [Cast.mei.person.email])
        let reader = world.database.reader(as: mei)
        for (slug, isNamed) in [
            ("skylarkinspect", true), ("tideglass", true), ("gridfellow", false), ("plumbline", false),
        ] {
            let code = try #require(try await reader.file(of: World.application(slug), in: World.round)?.code)
            #expect(told.first?.body.contains(code) == isNamed, "\(slug)")
        }
        #expect(told.first?.body.contains("2 reviews") == true)
        #expect(try await progress() == 4)
        let page = await (try await Visitor(Cast.mei, in: world)).open("/console/rounds/\(World.round)")
        #expect(page.text.contains("Still to be given"))
    }

    @Test(
        "Where whoever shared out the round has left, the other managers learn of emptied seats, none of their own startup"
    )
    func emptiedWithoutManager() async throws {
        let world = try await World()
        try await world.due(in: "60 days", assigned: "0 days")
        let nora = world.context(Cast.nora)
        try await world.database.write(as: world.context(Cast.vera)) { transaction in
            try await transaction.abstain(
                from: World.assignment(Cast.vera, "skylarkinspect"), because: nil, by: Cast.vera.person.id)
        }
        try await world.database.write(as: nora) { transaction in
            try await transaction.abstain(
                from: World.assignment(Cast.nora, "plumbline"), because: nil, by: self.nora)
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE memberships SET ended_at = now() WHERE id = \(Cast.mei.seat())")
        }
        try await world.remind()
        try await world.remind()
        let told = try await world.letters(.notice).filter { $0.body.contains("nobody to write") }
        #expect(Set(told.map(\.address)) == [Cast.tom.person.email, Cast.wing.person.email])
        #expect(told.count == 2)
        let reader = world.database.reader(as: world.context(Cast.tom))
        let own = try #require(try await reader.file(of: World.application("plumbline"), in: World.round)?.code)
        let other = try #require(try await reader.file(of: World.application("skylarkinspect"), in: World.round)?.code)
        for letter in told {
            #expect(letter.body.contains(other), "\(letter.body)")
            #expect(letter.body.contains(own) == (letter.address == Cast.tom.person.email))
        }
    }

    @Test("The worker reminds every tenant by itself")
    func everywhere() async throws {
        let world = try await World()
        try await world.due(in: "6 days", assigned: "20 days")
        // A schedule that has ticked before fires at its next tick; the last one was long ago.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO schedules (schedule, tick, fired_at)
                VALUES ('reviews.remind-panels-in-every-tenant', now() - interval '1 hour', now() - interval '1 hour')
                """)
        }
        let reminded = try await world.working {
            try await world.awaiting {
                try await world.letters(.reviewReminder).count
            } until: {
                $0 > 0
            }
        }
        #expect(reminded > 0)
    }

    private func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text)) }
}

/// A letter as its recipient's mailbox would know it.
private struct Written {
    let address: String
    let state: String
    let body: String
}

extension World {
    fileprivate func note(
        _ first: CalendarDate, _ last: CalendarDate, of member: Cast.Member, as context: Context
    ) async throws -> Absence {
        try await database.write(as: context) { transaction in
            try await transaction.noteAbsence(
                of: member.person.id, from: first, to: last, as: Absence.ID(), in: Cast.harbour.id)
        }
    }

    fileprivate func today() async throws -> CalendarDate {
        try await owner.reader(as: .none).one("SELECT (now() AT TIME ZONE 'Asia/Hong_Kong')::date AS today")("today")
    }

    /// Moves the demo round to where its reviews are due in so much, and all its assignments to that long ago.
    fileprivate func due(in interval: String, assigned ago: String) async throws {
        try await owner.write(as: .none) { transaction in
            try await transaction.execute("ALTER TABLE review_assignments DISABLE TRIGGER USER")
            try await transaction.execute(
                "UPDATE review_rounds SET due_at = now() + \(interval)::interval WHERE id = \(World.round)")
            try await transaction.execute(
                "UPDATE review_assignments SET assigned_at = now() - \(ago)::interval WHERE round_id = \(World.round)")
            try await transaction.execute("ALTER TABLE review_assignments ENABLE TRIGGER USER")
        }
    }

    fileprivate func remind() async throws {
        try await database.write(as: .system(in: Cast.harbour.id)) { try await $0.remindPanels() }
    }

    fileprivate func letters(_ kind: Letter.Kind) async throws -> [Written] {
        try await owner.reader(as: .none).rows(
            """
            SELECT l.address, l.state, t.body FROM letters AS l
            JOIN letter_texts AS t ON t.tenant_id = l.tenant_id AND t.letter_id = l.id AND t.version = l.version
            WHERE l.kind = \(kind.rawValue) ORDER BY l.address
            """
        ).map { try Written(address: $0("address"), state: $0("state"), body: $0("body")) }
    }
}
