import API
import Accounts
import Decisions
import DemoWorld
import Foundation
import Institutions
import Jobs
import Pages
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary
import Wording

@testable import Partnerships

@Suite("Agreements that renew themselves")
struct RenewalTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let own = Institution.ID(Cast.harbour.id.uuid)
    private let bank = Cast.institution("harbour/sakuragi")
    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    /// An agreement of 400 days, unless another first day is given, that ends in so many, with a text.
    private func sign(
        _ reference: String, as id: MoU.ID = MoU.ID(), since first: CalendarDate? = nil, endingIn days: Int,
        noticeDays: Int = 30, renews: MoU.ID? = nil, renewsItself: Bool = true, in world: World
    ) async throws -> MoU.ID {
        let first = first ?? today.adding(days: days - 400)
        let draft = try MoUDraft(
            reference: Name(reference), title: LocalizedName(en: "Joint lab"), kind: .research, noticeDays: noticeDays,
            parties: [
                MoU.Party(own, as: .lead, coordinator: Name("Mei Lam")),
                MoU.Party(bank, as: .partner, coordinator: Name("A Coordinator")),
            ],
            areas: [MoU.Area(try #require(FocusArea.ID("fintech")), wording: ShortText("Payments"))],
            objectives: [ShortText("Two papers")], clauses: [MoU.Clause(ShortText("Secrecy"), isBinding: true)],
            prevailingLanguage: .english, legalReviewer: Name("A Counsel"), renews: renews,
            renewsItself: renewsItself)
        let signing = try Signing(
            on: first.adding(days: -10), effectiveOn: first, endsOn: today.adding(days: days),
            by: [own, bank].map {
                try Signing.Participant(
                    .signatory, name: Name("A Signatory"), title: ShortText("Director"), of: $0)
            })
        let text = try MoUBody("The parties cooperate, year after year.")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
            _ = try await transaction.writeText(text, in: .english, of: id, in: tenant, by: mei)
            _ = try await transaction.shareMoU(id, in: tenant, by: mei)
            _ = try await transaction.agreeMoU(id, in: tenant, by: mei)
            _ = try await transaction.signMoU(id, signing, in: tenant, by: mei)
        }
        return id
    }

    private func renew(_ world: World) async throws -> [MoU.ID] {
        var renewed: [MoU.ID] = []
        for ended in try await world.database.reader(as: .system(in: tenant)).agreementsToRenew() {
            let next = try await world.database.write(as: .system(in: tenant)) { try await $0.renewAgreement(ended) }
            if let next { renewed.append(next) }
        }
        return renewed
    }

    private func remind(_ world: World) async throws {
        let due = try await world.database.reader(as: .system(in: tenant)).partiesToRemind()
        for reminders in Dictionary(grouping: due, by: \.mou).values {
            try await world.database.write(as: .system(in: tenant)) { try await $0.remindParties(reminders) }
        }
    }

    private func plant(_ statement: Query, in world: World) async throws {
        _ = try await world.owner.write(as: .none) { try await $0.execute(statement) }
    }

    /// What breaks of what holds for agreements and for calls.
    private func broken(in world: World) async throws -> [String] {
        try await world.owner.snapshot(as: .none) { snapshot in
            var broken: [String] = []
            for invariant in PartnershipsRoom.invariants + ProgramsRoom.invariants {
                for try await violation in try await snapshot.violations(of: invariant) {
                    broken.append("\(invariant.name): \(violation.detail)")
                }
            }
            return broken
        }
    }

    private func notice(of id: MoU.ID, by party: Institution.ID, on day: CalendarDate, in world: World) async throws {
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.giveNotice(of: id, by: party, on: day)
        }
    }

    @Test("a further term of the same length begins on the day the earlier one ends, once, and both sides are told")
    func further() async throws {
        let world = try await World()
        let id = try await sign("MoU-R", endingIn: 0, in: world)
        // The bank's person signed here by their own hand.
        let kenji = Cast.kenji.person.id
        try await plant(
            """
            UPDATE mou_signatures SET signed_by = \(kenji), recorded_by = \(kenji)
            WHERE mou_id = \(id) AND institution_id = \(bank)
            """, in: world)
        let next = try #require(try await renew(world).first)
        #expect(try await renew(world).isEmpty)
        let twice = try await world.database.write(as: .system(in: tenant)) { try await $0.renewAgreement(id) }
        #expect(twice == nil)
        let reader = world.database.reader(as: world.context(Cast.kenji))
        let (before, after) = (try #require(try await reader.mou(id)), try #require(try await reader.mou(next)))
        #expect(before.status == .expired && before.renewedBy == next)
        #expect(after.status == .inForce && after.renews == id && after.termNumber == 2)
        #expect(after.reference.string == "MoU-R · 2")
        #expect(after.term.effectiveOn == today)
        #expect(after.signatures == before.signatures && after.participants == before.participants)
        #expect(after.signatures.filter(\.isByOwnHand).map(\.institution) == [bank])
        #expect(after.areas == before.areas && after.clauses == before.clauses && after.objectives == before.objectives)
        #expect(after.renewsItself && after.signedOn == before.signedOn)
        #expect(try await reader.texts(of: next).map(\.sha256) == reader.texts(of: id).map(\.sha256))
        #expect(try await reader.history(of: next).map(\.to) == [.inReview, .agreed, .signed])
        try await remind(world)
        try await remind(world)
        let told: [String] = try await world.owner.reader(as: .none).rows(
            """
            SELECT split_part(l.recipient_name, ' ', 1) || ': ' || x.subject AS line
            FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
            WHERE l.about_noun = 'mou' AND l.about_id = \(next) ORDER BY 1
            """
        ).map { try $0("line") }
        #expect(
            told
                == ["Kenji", "Mei", "Tom", "Wing"].map {
                    "\($0): MoU-R · 2 has begun: the agreement renewed itself"
                })
        #expect(try await broken(in: world) == [])
    }

    @Test("it is as long as it was meant to be, in months, and stays as it was amended")
    func amended() async throws {
        let world = try await World()
        let first = try #require(CalendarDate(year: today.year, month: today.month, day: 1)).adding(months: -3)
        let id = try await sign("MoU-L", since: first, endingIn: today.days(until: first.adding(months: 6)), in: world)
        let (idle, moved) = (Amendment.ID(), Amendment.ID())
        let words = try LongText("It ends on another day, with more notice, and concerns insurers, too.")
        let (never, longer) = (
            NewAmendment(try LongText("Nobody signs this."), effectiveOn: today),
            NewAmendment(words, effectiveOn: today, endsOn: today.adding(days: 500), noticeDays: 45)
        )
        let signatures = try [own, bank].map {
            try Amendment.Signature(for: $0, on: today, by: Name("Somebody"), title: ShortText("Head"))
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.draftAmendment(never, as: idle, of: id, in: tenant, by: mei)
            try await transaction.draftAmendment(longer, as: moved, of: id, in: tenant, by: mei)
            for signature in signatures {
                try await transaction.signAmendment(moved, of: id, signature, in: tenant, by: mei)
            }
        }
        // The end has come.
        let yesterday = today.adding(days: -1)
        try await plant(
            "UPDATE mou_amendment_signatures SET signed_on = \(yesterday) WHERE mou_id = \(id)", in: world)
        try await plant(
            """
            UPDATE mou_amendments SET signed_on = \(yesterday), effective_on = \(yesterday), ends_on = \(today)
            WHERE id = \(moved)
            """, in: world)
        try await plant("UPDATE mous SET ends_on = \(today) WHERE id = \(id)", in: world)
        let next = try #require(try await renew(world).first)
        let reader = world.database.reader(as: world.context(Cast.kenji))
        let after = try #require(try await reader.mou(next))
        #expect(after.term.effectiveOn == today && after.term.endsOn == today.adding(months: 6))
        #expect(after.noticeDays == 45)
        let kept = try #require(try await reader.amendments(of: id).last)
        let carried = try await reader.amendments(of: next)
        #expect(
            carried.map(\.number) == [1] && carried.map(\.words) == [words] && carried.map(\.sha256) == [kept.sha256])
        #expect(carried.map(\.signatures) == [kept.signatures] && carried.map(\.signedOn) == [yesterday])
        #expect(carried.map(\.endsOn) == [nil])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.draftAmendment(never, as: Amendment.ID(), of: next, in: tenant, by: mei)
        }
        #expect(try await reader.amendments(of: next).map(\.number) == [1, 2])
        #expect(try await broken(in: world) == [])
    }

    @Test("a renewal that is drafted, or was given up, lets nothing lapse: it follows the term that begins by itself")
    func drafted() async throws {
        let world = try await World()
        let id = try await sign("MoU-D", endingIn: -1, in: world)
        func draft(_ reference: String) async throws -> MoU.ID {
            let (new, draft) = (
                MoU.ID(),
                try MoUDraft(
                    reference: Name(reference), title: LocalizedName(en: "Joint lab"), kind: .research, renews: id)
            )
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.draftMoU(draft, as: new, in: tenant, by: mei)
            }
            return new
        }
        let (givenUp, reason) = (try await draft("MoU-Da"), try ShortText("Not like this"))
        let second = await #expect(throws: DatabaseError.self) { try await draft("MoU-Db") }
        #expect(second?.constraint == "agreements_are_renewed_once")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.abandonMoU(givenUp, because: reason, in: tenant, by: mei)
        }
        let forgotten = try await draft("MoU-Dc")
        let next = try #require(try await renew(world).first)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.mou(id)?.renewedBy == next)
        let (begun, following) = (
            try #require(try await reader.mou(next)), try #require(try await reader.mou(forgotten))
        )
        #expect(begun.renews == id && begun.termNumber == 2 && begun.status == .inForce)
        #expect(following.renews == next && following.termNumber == 3 && following.status == .draft)
        #expect(try await reader.mou(givenUp)?.renews == id)
        #expect(try await broken(in: world) == [])
    }

    /// A call that opened yesterday, and the bank in its stream under an agreement, deciding together with the park.
    private func call(under agreement: MoU.ID, in world: World) async throws -> CallOfTwoStreams {
        let call = try await world.callOfTwoStreams()
        try await plant(
            """
            INSERT INTO stream_partners (tenant_id, stream_id, institution_id, mou_id, co_decides)
            VALUES (\(tenant), \(call.other), \(bank), \(agreement), true)
            """, in: world)
        return call
    }

    private func move(_ call: CallOfTwoStreams, to agreement: MoU.ID, in world: World) async throws {
        try await plant(
            """
            UPDATE stream_partners SET mou_id = \(agreement)
            WHERE institution_id = \(bank) AND stream_id IN (\(call.own), \(call.other))
            """, in: world)
    }

    @Test("a partner keeps its say in the streams of what renews itself, before and after the further term is written")
    func say() async throws {
        let world = try await World()
        let (plain, id) = (
            try await sign("MoU-V", endingIn: 0, renewsItself: false, in: world),
            try await sign("MoU-S", endingIn: 0, in: world)
        )
        let call = try await call(under: plain, in: world)
        let (batch, application) = (DecisionBatch.ID(), UUID())
        let terms = try BatchTerms(
            name: Name("Decided"), places: 5, lastDay: today.adding(days: 7), acceptDays: 14, promotesItself: false,
            appealDays: 14)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.openBatch(terms, as: batch, of: call.id, in: tenant, by: mei)
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO prepared_decisions
                    (tenant_id, batch_id, application_id, outcome, last_day, note, prepared_by, stream_id)
                VALUES (\(tenant), \(batch), \(application), 'offer', \(today), 'Welcome', \(mei), \(call.other))
                """)
        }
        func asked() async throws -> [Institution.ID] {
            try await world.database.reader(as: .system(in: tenant)).rows(
                "SELECT institution_id FROM partners_of_batch(\(batch)) WHERE co_decides"
            ).map { try $0("institution_id") }
        }
        // What has ended for good gives nobody a say.
        #expect(try await asked() == [])
        try await move(call, to: id, in: world)
        #expect(try await asked() == [bank])
        let next = try #require(try await renew(world).first)
        #expect(try await asked() == [bank])
        try await move(call, to: next, in: world)
        #expect(try await asked() == [bank])
        // Nor does a further term that the bank is no party to.
        try await move(call, to: id, in: world)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "DELETE FROM mou_parties WHERE mou_id = \(next) AND institution_id = \(bank)")
        }
        #expect(try await asked() == [])
    }

    @Test("a call counts for the term it opened in, whichever the stream rests on, and others open in the further one")
    func figures() async throws {
        let world = try await World()
        let id = try await sign("MoU-C", endingIn: 0, in: world)
        let call = try await call(under: id, in: world)
        try await plant(
            """
            INSERT INTO stream_partners (tenant_id, stream_id, institution_id, mou_id)
            VALUES (\(tenant), \(call.own), \(bank), \(id))
            """, in: world)
        let next = try #require(try await renew(world).first)
        let reader = world.database.reader(as: world.context(Cast.mei))
        func opened(under agreement: MoU.ID) async throws -> [UUID?] {
            try await reader.activities(under: agreement).filter { $0.kind == .callOpened }.map(\.object)
        }
        for term in [next, id, next] {
            try await move(call, to: term, in: world)
            #expect(try await opened(under: id).contains(call.id.uuid))
            #expect(try await opened(under: next) == [])
        }
        #expect(try await broken(in: world) == [])
        // The stream need not be moved.
        try await move(call, to: id, in: world)
        let later = CallForApplications.ID()
        let draft = try CallDraft(
            stream: call.other, title: LocalizedName(en: "The next"), opensAt: Date().addingTimeInterval(86_400),
            deadline: Deadline(Date().addingTimeInterval(9 * 86_400), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "What do you build?"))])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: later, in: tenant)
            _ = try await transaction.publishCall(later, by: mei)
        }
        #expect(try await broken(in: world) == [])
        // Nor is it, for its calls to fall when the further term is ended.
        let consent = MoU.Termination(reason: try ShortText("We part"), isMutual: true)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.terminateMoU(next, on: today.adding(days: 1), consent, in: tenant, by: mei)
        }
        let cancelled: Bool = try await world.owner.reader(as: .none).value(
            "SELECT cancelled_at IS NOT NULL FROM calls WHERE id = \(later)")
        #expect(cancelled)
        #expect(try await broken(in: world) == [])
    }

    @Test(
        "an agreement that cannot be renewed is in no other's way, nor in that of the letters", .timeLimit(.minutes(2)))
    func jobs() async throws {
        let world = try await World()
        let broken = MoU.ID(try #require(UUID(uuidString: "00000000-0000-4000-8000-000000000001")))
        _ = try await sign("MoU-B", as: broken, endingIn: -1, in: world)
        // Filed under a name that is as long as names may be.
        let whole = try await sign(String(repeating: "R", count: 200), endingIn: -1, in: world)
        let ending = try await sign("MoU-O", endingIn: 29, noticeDays: 10, renewsItself: false, in: world)
        try await plant(
            "DELETE FROM mou_signatures WHERE mou_id = \(broken) AND institution_id = \(own)", in: world)
        let (renewing, reminding) = try await world.database.write(as: .system(in: tenant)) { transaction in
            (try await transaction.enqueue(RenewAgreements()), try await transaction.enqueue(RemindParties()))
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        try await world.working(retryPause: .milliseconds(10)) {
            let ends: [String?] = try await world.awaiting(
                {
                    try await world.owner.reader(as: .none).rows(
                        "SELECT outcome FROM jobs WHERE id IN (\(renewing), \(reminding)) ORDER BY kind"
                    ).map { try $0("outcome") }
                }, until: { !$0.contains(nil) })
            // An operator sees what failed.
            #expect(ends == ["succeeded", "dead"])
        }
        let next = try #require(try await reader.mou(whole)?.renewedBy)
        let reference = try #require(try await reader.mou(next)).reference.string
        #expect(reference == String(repeating: "R", count: 196) + " · 2")
        #expect(try await reader.mou(broken)?.renewedBy == nil)
        let told: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM mou_reminders WHERE mou_id = \(ending) AND occasion = 'ends_in_30_days'")
        #expect(told > 0)
    }

    @Test("notice in time lets it end, and what does not renew itself, or is renewed already, has no further term")
    func quiet() async throws {
        let world = try await World()
        let ending = try await sign("MoU-N", endingIn: 40, in: world)
        /// Past the verb.
        func record(of id: MoU.ID, on day: CalendarDate) async -> String? {
            await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.execute(
                        "UPDATE mous SET notice_given_on = \(day), notice_given_by = \(bank) WHERE id = \(id)")
                }
            }?.constraint
        }
        await #expect(throws: MoURefusal.noticeIsToCome) {
            try await notice(of: ending, by: bank, on: today.adding(days: 1), in: world)
        }
        #expect(await record(of: ending, on: today.adding(days: 1)) == "notice_is_recorded_once_it_is_given")
        await #expect(throws: MoURefusal.notAParty) {
            try await notice(of: ending, by: Cast.institution("harbour/kitagawa"), on: today, in: world)
        }
        try await notice(of: ending, by: bank, on: today, in: world)
        await #expect(throws: MoURefusal.noticeIsGiven) { try await notice(of: ending, by: own, on: today, in: world) }
        // What was given in time may be written down late.
        let late = try await sign("MoU-M", endingIn: 20, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.mou(late)?.takesNotice == true)
        await #expect(throws: MoURefusal.noticeIsLate(latest: today.adding(days: -10))) {
            try await notice(of: late, by: bank, on: today, in: world)
        }
        try await notice(of: late, by: bank, on: today.adding(days: -10), in: world)
        #expect(try await reader.mou(late)?.takesNotice == false)
        // Where no days are agreed, the day before the end is the last.
        let bare = try await sign("MoU-0", endingIn: 1, noticeDays: 0, in: world)
        #expect(try await reader.mou(bare)?.noticeUntil == today)
        let plain = try await sign("MoU-P", endingIn: -1, renewsItself: false, in: world)
        await #expect(throws: MoURefusal.doesNotRenewItself) {
            try await notice(of: plain, by: bank, on: today, in: world)
        }
        let renewed = try await sign("MoU-Q", endingIn: -1, in: world)
        #expect(try await reader.mou(renewed)?.takesNotice == true)
        _ = try await sign("MoU-Q2", endingIn: 300, renews: renewed, in: world)
        #expect(try await reader.mou(renewed)?.takesNotice == false)
        await #expect(throws: MoURefusal.isRenewed) {
            try await notice(of: renewed, by: bank, on: today.adding(days: -60), in: world)
        }
        #expect(await record(of: renewed, on: today.adding(days: -60)) == "notice_is_given_of_the_last_term")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                UPDATE mous SET ends_on = \(today), notice_given_on = \(today.adding(days: -40))
                WHERE id IN (\(ending), \(late))
                """)
        }
        #expect(try await renew(world).isEmpty)
        // Once agreed to, nobody changes whether it renews itself.
        let frozen = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute("UPDATE mous SET renews_itself = true WHERE id = \(plain)")
            }
        }
        #expect(frozen?.constraint == "texts_are_frozen_once_agreed")
    }

    @Test("half-way through a term both sides look at it together, once; what renews itself is not said to end")
    func halfway() async throws {
        let world = try await World()
        let id = try await sign("MoU-H", endingIn: 195, in: world)
        func told() async throws -> [String] {
            try await remind(world)
            return try await world.owner.reader(as: .none).rows(
                "SELECT DISTINCT occasion FROM mou_reminders WHERE mou_id = \(id) ORDER BY 1"
            ).map { try $0("occasion") }
        }
        // Its middle was five days ago. Nothing has happened under it either.
        #expect(try await told() == ["dormant", "mid_term"])
        let written: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM letters WHERE about_id = \(id) AND recipient_id = \(Cast.kenji.person.id)")
        #expect(written == 2)
        for days in [178, 89, 29] {
            try await plant("UPDATE mous SET ends_on = \(today.adding(days: days)) WHERE id = \(id)", in: world)
            #expect(try await told() == ["dormant", "mid_term"])
        }
    }

    @Test("a month before the last day for notice both sides are told that it renews itself, once", arguments: [30, 0])
    func foretold(noticeDays: Int) async throws {
        let world = try await World()
        let last = max(noticeDays, 1)
        let id = try await sign("MoU-F", endingIn: last + 31, noticeDays: noticeDays, in: world)
        func told() async throws -> [String] {
            try await remind(world)
            return try await world.owner.reader(as: .none).rows(
                """
                SELECT split_part(l.recipient_name, ' ', 1) || ': ' || x.body AS line
                FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
                WHERE l.about_id = \(id) AND x.subject LIKE 'MoU-F renews itself on %' ORDER BY 1
                """
            ).map { try $0("line") }
        }
        #expect(try await told() == [])
        try await plant("UPDATE mous SET ends_on = \(today.adding(days: last + 30)) WHERE id = \(id)", in: world)
        let lines = try await told()
        #expect(lines.map { $0.prefix(4) } == ["Kenj", "Mei:", "Tom:", "Wing"])
        let day = today.adding(days: 30).text(in: .english)
        #expect(lines.allSatisfy { $0.contains("unless a party gives notice by \(day).") }, "\(lines)")
        #expect(try await told() == lines)
        // A day late it would be of no use.
        let late = try await sign("MoU-G", endingIn: last - 1, noticeDays: noticeDays, in: world)
        try await remind(world)
        let none: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM mou_reminders WHERE mou_id = \(late) AND occasion = 'renews_itself'")
        #expect(none == 0)
    }

    @Test("by HTTP and on the page: it says so, takes notice, and gives the form back")
    func edge() async throws {
        let world = try await World()
        let id = try await sign("MoU-E", endingIn: 90, in: world)
        let mei = try await Visitor(Cast.mei, in: world)
        let page = "/console/mous/\(id)"
        let shown = await mei.open(page)
        #expect(
            shown.text.contains("By itself, unless a party gives notice by") && shown.text.contains("\(page)/notice"))
        #expect(await mei.open("\(page)/notice").status == 200)
        let early = await mei.send(
            "\(page)/notice",
            [("institution", bank.description), ("given_on", today.adding(days: 1).description)])
        #expect(early.status == 422 && early.text.contains("Record notice once it is given"))
        let given = await mei.send(
            "\(page)/notice", [("institution", bank.description), ("given_on", today.description)])
        #expect(given.status == 303, "\(given.text.prefix(300))")
        let after = await mei.open(page)
        #expect(after.text.contains("None: notice was given on") && !after.text.contains("\(page)/notice"))
        let again = await mei.ask(
            "POST", "/v1/mous/\(id)/notice", json: #"{"institution":"\#(bank)","given_on":"\#(today)"}"#)
        #expect(again.status == 409)
        let read = try await mei.ask("GET", "/v1/mous/\(id)").json()
        #expect(read["renews_itself"] == true && read["notice"]?["institution"]?.text == bank.description)
    }
}
