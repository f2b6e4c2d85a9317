import Accounts
import DemoWorld
import Foundation
import Institutions
import Investment
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Fundraising
@testable import Postgres

@Suite("Rounds")
struct RoundTests {
    @Test("stand where their rows and the day say")
    func standing() throws {
        let target = Money(minor: 100, currency: .hkd)
        let (day, later) = (CalendarDate(Date(), in: .utc), CalendarDate(Date(), in: .utc).adding(days: 1))
        func tally(_ minor: Int) -> FundingRound.Tally {
            let sum = Money(minor: minor, currency: .hkd)
            return FundingRound.Tally(indications: 1, sum: sum, binding: .zero(.hkd))
        }
        func standing(_ sum: Int?, closing: CalendarDate) -> FundingRound.Standing {
            FundingRound.standing(
                .open, target: target, tally: sum.map(tally), closesOn: closing, firstClosesOn: day)
        }
        #expect(standing(99, closing: day) == .open)
        #expect(standing(100, closing: day) == .targetMet)
        #expect(standing(99, closing: later) == .extended)
        #expect(standing(100, closing: later) == .targetMet)
        #expect(standing(nil, closing: day) == .open, "who is not told the sum is not told that it is reached")
        #expect(tally(100).excess(over: target) == nil)
        #expect(tally(130).excess(over: target) == Money(minor: 30, currency: .hkd))
    }

    @Test("tell investors who were introduced no less than those of a list")
    func nearer() async throws {
        let world = try await FundraisingWorld()
        let (id, wrong) = (FundingRound.ID(), try world.terms(listed: .names, introduced: .summary))
        let (terms, startup) = (try world.terms(), world.startup)
        await #expect(throws: RoundRefusal.nearerIsToldLess) {
            try await world.write(as: Cast.ada) {
                try await $0.planRound(wrong, as: id, of: startup, by: Cast.ada.person.id)
            }
        }
        _ = try await world.write(as: Cast.ada) {
            try await $0.planRound(terms, as: id, of: startup, by: Cast.ada.person.id)
        }
        await #expect {
            try await world.write(as: Cast.ada) {
                try await $0.execute("UPDATE funding_rounds SET shown_to_listed = 'contacts'")
            }
        } throws: {
            ($0 as? DatabaseError)?.constraint == "who_is_nearer_is_told_no_less"
        }
    }

    @Test("are planned unseen, opened, extended and closed, one at a time")
    func life() async throws {
        let world = try await FundraisingWorld()
        let (id, terms) = (FundingRound.ID(), try world.terms())
        let startup = world.startup
        let planned = try await world.write(as: Cast.ada) {
            try await $0.planRound(terms, as: id, of: startup, by: Cast.ada.person.id)
        }
        #expect(planned.standing == .planned)
        #expect(try await world.reader(Cast.jun).fundingRound(id) == nil)
        #expect(try await world.reader(Cast.mei).fundingRound(id) != nil)
        #expect(try await world.reader(Cast.ravi).fundingRound(id) == nil)
        await #expect {
            try await world.write(as: Cast.ada) {
                try await $0.planRound(terms, as: FundingRound.ID(), of: startup, by: Cast.ada.person.id)
            }
        } throws: {
            ($0 as? DatabaseError)?.constraint == "startups_raise_one_round_at_a_time"
        }
        #expect(try await world.write(as: Cast.ada) { try await $0.openRound(id) }.standing == .open)
        // Whom the startup was shown to sees it, and nobody else.
        #expect(try await world.reader(Cast.jun).fundingRound(id)?.standing == .open)
        #expect(try await world.reader(Cast.chloe).fundingRound(id) == nil)
        #expect(try await world.reader(Cast.leo).fundingRound(id) == nil)

        var dearer = terms
        dearer.target = Money(minor: 1, currency: .hkd)
        dearer.minimum = nil
        await #expect(throws: RoundRefusal.fixedOnceOpen("/target/amount_minor")) {
            try await world.write(as: Cast.ada) { [dearer] in try await $0.reviseRound(id, to: dearer) }
        }
        await #expect(throws: RoundRefusal.closesEarlier(terms.closesOn)) {
            try await world.write(as: Cast.ada) { try await $0.extendRound(id, to: terms.closesOn) }
        }
        let extended = try await world.write(as: Cast.ada) {
            try await $0.extendRound(id, to: terms.closesOn.adding(days: 7))
        }
        #expect(extended.standing == .extended && extended.firstClosesOn == terms.closesOn)
        await #expect(throws: RoundRefusal.belowMinimum(Money(minor: 1_000_000_00, currency: .hkd))) {
            try await world.write(as: Cast.ada) {
                try await $0.closeRound(id, raised: Money(minor: 999_999_99, currency: .hkd))
            }
        }
        let closed = try await world.write(as: Cast.ada) {
            try await $0.closeRound(id, raised: Money(minor: 2_000_000_00, currency: .hkd))
        }
        #expect(closed.standing == .closed && closed.raised?.minor == 2_000_000_00)
        await #expect(throws: RoundRefusal.doesNotFollow(.closed)) {
            try await world.write(as: Cast.ada) { try await $0.withdrawRound(id) }
        }
        // The next may be planned.
        try await world.open()
    }

    @Test("keep what investors rely on, whatever an operation would let through")
    func secondWall() async throws {
        let world = try await FundraisingWorld()
        let round = try await world.open(world.terms(introduced: .names))
        try await world.indicate(500, as: Cast.jun, to: round)
        for (statement, constraint) in [
            ("target_minor = target_minor + 1", "open_rounds_keep_their_terms"),
            ("currency = 'USD'", "open_rounds_keep_their_terms"),
            ("closes_on = closes_on - 1", "open_rounds_are_extended_only"),
            ("shown_to_introduced = 'contacts'", "indications_are_shown_no_wider_than_they_were_given"),
            ("shown_to_listed = 'summary'", "indications_are_shown_no_wider_than_they_were_given"),
            ("state = 'closed', ended_at = now(), raised_minor = 1", "rounds_close_at_their_minimum"),
        ] as [(String, String)] {
            await #expect("\(constraint)") {
                try await world.write(as: Cast.ada) {
                    try await $0.execute(Query(unchecked: "UPDATE funding_rounds SET \(statement)"))
                }
            } throws: {
                ($0 as? DatabaseError)?.constraint == constraint
            }
        }
        await #expect("a round begins with a plan") {
            try await world.write(as: Cast.ada) {
                try await $0.execute(
                    """
                    INSERT INTO funding_rounds
                        (tenant_id, id, startup_id, stage, state, target_minor, currency, instrument, use_of_funds, closes_on,
                         first_closes_on, shown_to_listed, shown_to_introduced, planned_by, opened_at, ended_at, raised_minor)
                    SELECT tenant_id, gen_random_uuid(), startup_id, stage, 'closed', target_minor, currency, instrument,
                           use_of_funds, closes_on, closes_on, 'none', 'none', planned_by, now(), now(), 2000000000
                    FROM funding_rounds
                    """)
            }
        } throws: {
            ($0 as? DatabaseError)?.constraint == "rounds_begin_planned"
        }
        // Nobody else touches a row.
        for member in [Cast.jun, Cast.mei, Cast.ravi] {
            _ = try await world.write(as: member) {
                try await $0.execute("UPDATE funding_rounds SET closes_on = closes_on + 1")
            }
        }
        let kept = try await world.reader(Cast.ada).fundingRound(round)
        #expect(kept?.terms.closesOn == world.today.adding(days: 60))
    }

    @Test("take more than their target, and show it", arguments: [true, false])
    func oversubscribed(_ binding: Bool) async throws {
        let world = try await FundraisingWorld()
        try await world.listForLionPeak()
        let round = try await world.open(world.terms(listed: .summary))
        try await world.indicate(3_000, as: Cast.jun, to: round, binding: binding)
        try await world.indicate(4_000, as: Cast.chloe, to: round)
        let sheet = try #require(try await world.reader(Cast.ada).roundSheet(round))
        #expect(sheet.round.standing == .targetMet)
        #expect(sheet.round.tally?.sum.minor == 7_000_000_00)
        #expect(sheet.round.tally?.binding.minor == (binding ? 3_000_000_00 : 0))
        #expect(sheet.round.tally?.excess(over: sheet.round.terms.target)?.minor == 2_000_000_00)
        #expect(sheet.indications.count == 2)
    }

    @Test("forget no indication: a new one replaces the firm's own, and one whose day is over does not count")
    func replaced() async throws {
        let world = try await FundraisingWorld()
        let round = try await world.open()
        try await world.indicate(500, as: Cast.jun, to: round)
        try await world.indicate(700, as: Cast.jun, to: round, days: 10)
        let reader = world.reader(Cast.ada)
        #expect(try await reader.roundSheet(round)?.indications.map(\.amount.minor) == [700_000_00])
        let kept = try await reader.rows("SELECT ending FROM round_indications ORDER BY given_at, ending NULLS LAST")
        #expect(try kept.map { try $0("ending") as String? } == ["replaced", nil])
        try await world.letPass(days: 11)
        let sheet = try #require(try await reader.roundSheet(round))
        #expect(sheet.indications.isEmpty && sheet.round.tally?.indications == 0)
        // What is over makes way for a new one.
        try await world.indicate(900, as: Cast.jun, to: round)
        #expect(try await reader.roundSheet(round)?.round.tally?.sum.minor == 900_000_00)
    }

    @Test("hold investors to what binds them until its day, unless the startup lets go")
    func binding() async throws {
        let world = try await FundraisingWorld()
        let round = try await world.open()
        let given = try await world.indicate(500, as: Cast.jun, to: round, binding: true)
        let day = world.today.adding(days: 30)
        await #expect(throws: RoundRefusal.isBinding(day)) {
            try await world.write(as: Cast.jun) {
                try await $0.withdrawIndication(given, of: round, by: Cast.jun.person.id)
            }
        }
        await #expect(throws: RoundRefusal.isBinding(day)) { try await world.indicate(1, as: Cast.jun, to: round) }
        for (member, ending, constraint) in [
            (Cast.jun, "withdrawn", "binding_indications_stand_until_their_day"),
            (Cast.jun, "released", "each_side_ends_indications_in_its_own_way"),
            (Cast.ada, "withdrawn", "each_side_ends_indications_in_its_own_way"),
        ] {
            await #expect("\(ending)") {
                try await world.write(as: member) {
                    try await $0.execute(
                        """
                        UPDATE round_indications SET ended_at = now(), ended_by = acting_person(), ending = \(ending)
                        """)
                }
            } throws: {
                ($0 as? DatabaseError)?.constraint == constraint
            }
        }
        let sheet = try await world.write(as: Cast.ada) {
            try await $0.releaseIndication(given, of: round, by: Cast.ada.person.id)
        }
        #expect(sheet.indications.isEmpty)
        await #expect(throws: RoundRefusal.indicationEnded) {
            try await world.write(as: Cast.jun) {
                try await $0.withdrawIndication(given, of: round, by: Cast.jun.person.id)
            }
        }
    }

    @Test("take no indication once closed or over, of nobody unverified, and of nobody blocked")
    func refusals() async throws {
        let world = try await FundraisingWorld()
        let round = try await world.open()
        /// By the row alone, whatever an operation would let through.
        func plain(_ round: FundingRound.ID) async throws {
            _ = try await world.write(as: Cast.jun) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO round_indications
                        (tenant_id, round_id, id, investor_id, given_by, amount_minor, binding, stands_until, told)
                    VALUES (acting_tenant(), \(round), gen_random_uuid(), acting_institution(), acting_person(), 1, false,
                            current_date + 9, 'contacts')
                    """)
            }
        }
        let block = try await world.block()
        await #expect(throws: Problem.notFound) { try await world.indicate(5, as: Cast.jun, to: round) }
        await #expect { try await plain(round) } throws: {
            ($0 as? DatabaseError)?.constraint == "indications_come_from_whom_rounds_take"
        }
        try await world.write(as: Cast.ada) { try await $0.liftBlock(block, by: Cast.ada.person.id) }
        try await plain(round)

        _ = try await world.write(as: Cast.ada) {
            try await $0.closeRound(round, raised: Money(minor: 1_000_000_00, currency: .hkd))
        }
        await #expect(throws: RoundRefusal.takesNone) { try await world.indicate(5, as: Cast.jun, to: round) }
        await #expect { try await plain(round) } throws: {
            ($0 as? DatabaseError)?.constraint == "indications_go_to_open_rounds"
        }

        let over = try await world.open()
        try await world.letPass(days: 61)
        await #expect(throws: RoundRefusal.takesNone) { try await world.indicate(5, as: Cast.jun, to: over) }
        await #expect { try await plain(over) } throws: {
            ($0 as? DatabaseError)?.constraint == "indications_go_to_open_rounds"
        }

        _ = try await world.write(as: Cast.ada) { try await $0.withdrawRound(over) }
        let open = try await world.open()
        try await world.endVerifications()
        #expect(try await world.reader(Cast.jun).fundingRound(open) == nil)
        await #expect(throws: Problem.notFound) { try await world.indicate(5, as: Cast.jun, to: open) }
        await #expect { try await plain(open) } throws: {
            ($0 as? DatabaseError)?.constraint == "indications_come_from_whom_rounds_take"
        }
    }

    @Test("take amounts that somebody may have, so that one of them locks no round")
    func bounds() async throws {
        let world = try await FundraisingWorld()
        let round = try await world.open()
        let day = world.today.adding(days: 9)
        func indicate(_ minor: Int) async throws -> Outgoing {
            try await world.visitor(Cast.jun).ask(
                "POST", "/v1/funding-rounds/\(round)/indications",
                json: """
                    {"amount": {"amount_minor": \(minor), "currency": "HKD"}, "binding": false, \
                    "stands_until": "\(day)", "told": "contacts"}
                    """)
        }
        let refused = try await indicate(1_000_000_000_000_001)
        #expect(refused.status == 422 && refused.text.contains("/amount/amount_minor"), "\(refused.text)")
        #expect(refused.text.contains("State a smaller amount."))
        #expect(try await indicate(1_000_000_000_000_000).status == 201)
        #expect(try await world.reader(Cast.ada).fundingRound(round)?.tally?.sum.minor == 1_000_000_000_000_000)
        await #expect {
            try await world.write(as: Cast.ada) {
                try await $0.closeRound(round, raised: Money(minor: .max, currency: .hkd))
            }
        } throws: {
            ($0 as? DatabaseError)?.constraint == "raised_amounts_are_bounded"
        }
        _ = try await world.write(as: Cast.ada) { try await $0.withdrawRound(round) }
        let terms = try world.terms(target: .max)
        await #expect {
            try await world.open(terms)
        } throws: {
            ($0 as? DatabaseError)?.constraint == "round_targets_are_bounded"
        }
    }

    @Test(
        "go on with an indication only where its giver has read who is told",
        arguments: [
            FundingRound.Disclosure.none, .summary,
        ])
    func told(_ told: FundingRound.Disclosure) async throws {
        let world = try await FundraisingWorld()
        let round = try await world.open(world.terms(introduced: .names))
        await #expect(throws: RoundRefusal.tellsMore) {
            try await world.indicate(5, as: Cast.jun, to: round, told: told)
        }
        for said in ["NULL", "'\(told.rawValue)'"] {
            await #expect("\(said)") {
                try await world.write(as: Cast.jun) {
                    try await $0.execute(
                        Query(
                            unchecked: """
                                INSERT INTO round_indications
                                    (tenant_id, round_id, id, investor_id, given_by, amount_minor, binding, stands_until, told)
                                SELECT tenant_id, id, gen_random_uuid(), acting_institution(), acting_person(), 1, false,
                                       closes_on, \(said) FROM funding_rounds
                                """))
                }
            } throws: {
                ($0 as? DatabaseError)?.constraint == "who_indicates_knows_who_is_told"
            }
        }
        try await world.indicate(5, as: Cast.jun, to: round, told: .names)
    }

    @Test(
        "let go whoever lost sight of them, as far as nothing binds, and count on it no more", arguments: [true, false])
    func outOfReach(_ binding: Bool) async throws {
        let world = try await FundraisingWorld()
        let round = try await world.open()
        let given = try await world.indicate(500, as: Cast.jun, to: round, binding: binding)
        let block = try await world.block()
        let (jun, chloe) = (try await world.visitor(Cast.jun), try await world.visitor(Cast.chloe))
        #expect(try await world.reader(Cast.jun).fundingRound(round) == nil)
        let sheet = try #require(try await world.reader(Cast.ada).roundSheet(round))
        #expect(sheet.indications.map(\.id) == [given] && sheet.round.tally?.indications == 0)
        #expect(try await world.reader(Cast.mei).fundingRound(round)?.tally?.indications == 0)

        let path = "/raising/\(world.startup)/rounds/\(round)/indications/\(given)/withdrawal"
        let page = await jun.open("/raising")
        #expect(page.text.contains("Rounds that are out of your reach") && page.text.contains("KelpSense"))
        #expect(page.text.contains(path) == !binding)
        #expect(await !chloe.open("/raising").text.contains("out of your reach"))

        let answer = await jun.ask("POST", "/v1/funding-rounds/\(round)/indications/\(given)/withdrawal")
        #expect(answer.status == (binding ? 409 : 204), "\(answer.text)")
        #expect(await jun.send(path).status == 409)
        try await world.write(as: Cast.ada) { try await $0.liftBlock(block, by: Cast.ada.person.id) }
        #expect(try await world.reader(Cast.jun).roundSheet(round)?.indications.isEmpty == !binding)

        // Nor does a firm count whose verification has run out, which the startup lets go.
        if binding {
            try await world.endVerifications()
            #expect(try await world.reader(Cast.ada).fundingRound(round)?.tally?.indications == 0)
            let release = "/round/\(round)/indications/\(given)/release"
            let ada = try await world.visitor(Cast.ada)
            let own = await ada.open("/round")
            #expect(own.text.contains(release) && own.text.contains("Not all of these count"), "\(own.text)")
            #expect(await ada.send(release).status == 303)
            #expect(try await world.reader(Cast.jun).strayIndications().isEmpty)
        }
    }

    @Test(
        "leave a firm that was introduced its own word where it was, so that nothing tells of a block",
        arguments: [true, false])
    func blockedOnceIntroduced(_ binding: Bool) async throws {
        let world = try await FundraisingWorld()
        try await world.listForLionPeak()
        try await world.introduce()
        let round = try await world.open(world.terms(listed: .names, introduced: .names))
        let given = try await world.indicate(500, as: Cast.jun, to: round, binding: binding)
        _ = try await world.block()
        // Its own and the sum with it; to others both are gone.
        let own = try #require(try await world.reader(Cast.jun).roundSheet(round))
        #expect(own.indications.map(\.id) == [given] && own.round.tally?.indications == 1)
        let others = try #require(try await world.reader(Cast.chloe).roundSheet(round))
        #expect(others.indications.isEmpty && others.round.tally?.indications == 0)
        // The startup, which blocked it, sees whom it may let go.
        let sheet = try #require(try await world.reader(Cast.ada).roundSheet(round))
        #expect(sheet.indications.map(\.id) == [given] && sheet.round.tally?.indications == 0 && !sheet.countsAll)

        let path = "/raising/\(world.startup)/rounds/\(round)/indications/\(given)/withdrawal"
        let jun = try await world.visitor(Cast.jun)
        #expect(await jun.open("/raising/\(world.startup)").text.contains(path) == !binding)
        if binding {
            let released = try await world.write(as: Cast.ada) {
                try await $0.releaseIndication(given, of: round, by: Cast.ada.person.id)
            }
            #expect(released.indications.isEmpty)
        } else {
            #expect(await jun.send(path).status == 303)
        }
        #expect(try await world.reader(Cast.jun).roundSheet(round)?.indications.isEmpty == true)
    }

    @Test("take the changed word of a firm that was introduced and blocked since, and show it to no other")
    func changedOnceBlocked() async throws {
        let world = try await FundraisingWorld()
        try await world.listForLionPeak()
        try await world.introduce()
        let round = try await world.open(world.terms(listed: .names, introduced: .names))
        try await world.indicate(500, as: Cast.jun, to: round)
        func letters() async throws -> Int {
            try await world.world.owner.reader(as: .none).value(
                "SELECT count(*) FROM letters WHERE about_noun = 'funding_round' AND about_id = \(round)")
        }
        let before = try await letters()
        _ = try await world.block()
        let changed = try await world.indicate(700, as: Cast.jun, to: round)
        let own = try #require(try await world.reader(Cast.jun).roundSheet(round))
        #expect(own.indications.map(\.id) == [changed] && own.round.tally?.indications == 1)
        let others = try #require(try await world.reader(Cast.chloe).roundSheet(round))
        #expect(others.indications.isEmpty && others.round.tally?.indications == 0)
        let sheet = try #require(try await world.reader(Cast.ada).roundSheet(round))
        #expect(sheet.indications.map(\.id) == [changed] && sheet.round.tally?.indications == 0)
        try await world.world.database.write(as: .system(in: Cast.harbour.id)) {
            try await $0.tell(of: TellOfIndication(round: round.uuid, indication: changed.uuid, occasion: .given))
        }
        #expect(try await letters() == before)
        // What it takes back, it may say anew.
        try await world.write(as: Cast.jun) {
            try await $0.withdrawIndication(changed, of: round, by: Cast.jun.person.id)
        }
        try await world.indicate(300, as: Cast.jun, to: round)
    }

    @Test("tell the startup of no block that an investor set", arguments: [true, false])
    func blockedByTheInvestor(_ binding: Bool) async throws {
        let world = try await FundraisingWorld()
        let round = try await world.open(world.terms(listed: .names, introduced: .names))
        let given = try await world.indicate(500, as: Cast.jun, to: round, binding: binding)
        let before = try #require(try await world.reader(Cast.ada).roundSheet(round))
        _ = try await world.write(as: Cast.jun) { [startup = world.startup, tidewater = world.tidewater] in
            try await $0.blockPair(
                NewBlock(investor: tidewater, startup: startup),
                by: IntroductionActor(Cast.jun.person.id, for: .investor), as: Block.ID())
        }
        let after = try #require(try await world.reader(Cast.ada).roundSheet(round))
        #expect(after.indications.map(\.id) == [given] && after.countsAll)
        #expect(after.round.tally?.sum == before.round.tally?.sum && after.round.standing == before.round.standing)
        #expect(try await world.reader(Cast.mei).fundingRound(round)?.tally?.indications == 0)
        let sheet = try await world.write(as: Cast.ada) {
            try await $0.releaseIndication(given, of: round, by: Cast.ada.person.id)
        }
        #expect(sheet.indications.isEmpty)
    }
}
