import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Logging
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Investment
@testable import Matching

/// Of what was said of a startup, how much somebody reads.
private struct Heard: Equatable {
    var answers, blocks, steps, trail: Int
    var hasEnding, isAnswered: Bool
}

/// Tidewater and KelpSense, whom somebody comes to stand between.
private struct NearWorld {
    let base: IntroductionWorld
    let indexes: LiveIndexes

    static let tidewater = Cast.institution("harbour/tidewater")
    var world: TestWorld.World { base.world }

    init() async throws {
        base = try await IntroductionWorld()
        indexes = LiveIndexes(
            database: base.world.database, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Writes what other rooms keep, as far as this one looks at it.
    func plant(_ statements: Query...) async throws {
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            for statement in statements { try await transaction.execute(statement) }
        }
    }

    /// Gives the mentor of KelpSense a seat at Tidewater.
    func seatTheMentor() async throws {
        try await plant(
            """
            INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
            VALUES (gen_random_uuid(), \(Cast.harbour.id), \(Cast.iris.person.id), \(Self.tidewater), 'investor')
            """)
    }

    /// Lets Jun, of Tidewater, take the seat on the panel to which he is invited, and a startup's application come before it.
    func judge(_ startup: Startup.ID) async throws {
        let application = UUID()
        try await plant(
            """
            INSERT INTO applications (tenant_id, id, call_id, startup_id, state, created_by, submitted_at)
            VALUES (\(Cast.harbour.id), \(application), gen_random_uuid(), \(startup), 'in_review',
                    \(Cast.ada.person.id), now())
            """,
            """
            INSERT INTO review_files (tenant_id, round_id, application_id, code, language, answers, entered_by)
            SELECT tenant_id, round_id, \(application), 'planted', 'en', '[]', \(Cast.mei.person.id)
            FROM panel_members WHERE tenant_id = \(Cast.harbour.id) AND person_id = \(Cast.jun.person.id) LIMIT 1
            """,
            """
            UPDATE panel_members SET accepted_at = now()
            WHERE tenant_id = \(Cast.harbour.id) AND person_id = \(Cast.jun.person.id)
            """)
    }

    /// What somebody of the park reads of what was said of KelpSense.
    func heard(of introduction: Introduction.ID, by member: Cast.Member) async throws -> Heard {
        let reader = base.reader(member)
        let read = try #require(try await reader.introduction(introduction))
        let item = try #require(try await reader.item(base.startup, of: base.list.id))
        return try await Heard(
            answers: reader.answers(to: base.startup, of: base.list.id).count,
            blocks: reader.blocks(limit: 10).count,
            steps: reader.value(
                """
                SELECT count(*) FROM introduction_steps
                WHERE introduction_id = \(introduction) AND side = 'investor'
                """),
            trail: reader.value(
                """
                SELECT count(DISTINCT noun) FROM audit_events
                WHERE noun IN ('shortlist_answers', 'blocks', 'introduction_endings')
                """),
            hasEnding: read.ending != nil, isAnswered: item.answer != nil)
    }

    func isSeen(_ startup: Startup.ID, by member: Cast.Member = Cast.jun) async throws -> Bool {
        try await base.reader(member).item(startup, of: base.list.id) != nil
    }

    func gates(_ startup: Startup.ID) async throws -> [String]? {
        let reader = base.reader(Cast.mei)
        let mandate = try #require(try await reader.mandate(base.list.mandate))
        return try await indexes.fit(of: startup, to: mandate, in: Cast.harbour.id, by: reader)?.gates.map(\.gate)
    }

    /// What a match run would be given when the lists that are out wait for no answer any more.
    func inputs() async throws -> MatchInputs {
        try await world.database.snapshot(as: .system(in: Cast.harbour.id)) {
            try await $0.matchInputs(
                OrderedMatchRun(
                    length: 200, rules: MatchRules(), asOf: CalendarDate($0.now, in: .utc).adding(days: 200),
                    asked: nil))
        }
    }

    /// What a run would propose for the mandate of the list.
    func listed(_ inputs: MatchInputs) async throws -> Proposal {
        let (proposals, _) = try await InvestmentRoom.propose(inputs)
        return try #require(proposals.first { $0.mandate == base.list.mandate.key })
    }

    func count() async throws -> MatchCount {
        let mandate = try #require(try await base.reader(Cast.mei).mandate(base.list.mandate))
        return try await indexes.count(
            mandate.terms, of: Self.tidewater, on: CalendarDate(Date(), in: .utc), in: Cast.harbour.id)
    }
}

@Suite("Conflicts of interest between firms and startups")
struct ConflictOfInterestTests {
    private static let gate = "conflict-of-interest"

    @Test("keep a startup that a firm's people mentor off its lists, and no count tells of it")
    func mentors() async throws {
        let near = try await NearWorld()
        let startup = near.base.startup
        #expect(try await near.isSeen(startup))
        #expect(try await near.gates(startup)?.contains(Self.gate) == false)
        let (before, inputs) = (try await near.count(), try await near.inputs())
        let listed = try await near.listed(inputs)
        #expect(listed.items.contains { $0.startup == startup.key })

        try await near.seatTheMentor()
        #expect(!(try await near.isSeen(startup)))
        #expect(try await near.isSeen(startup, by: Cast.mei), "the park sees what a run made")
        #expect(try await near.gates(startup)?.contains(Self.gate) == true)
        #expect(try await near.count() == before)

        let again = try await near.inputs()
        let added = again.resting.subtracting(inputs.resting)
        #expect(!added.isEmpty && added.allSatisfy { $0.startup == startup.key })
        #expect(again.hash() != inputs.hash())
        let proposal = try await near.listed(again)
        #expect(!proposal.items.contains { $0.startup == startup.key })
        #expect(proposal.considered == listed.considered)
        #expect(proposal.gatedOut == listed.gatedOut)
        let reader = near.base.reader(Cast.mei)
        let matched = try await near.indexes.matches(of: startup, limit: 50, in: Cast.harbour.id, by: reader).items
        #expect(!matched.contains { $0.mandate.investor == NearWorld.tidewater })
        let best = try await near.indexes.matches(
            of: near.base.list.mandate, limit: 200, filter: .init(), in: Cast.harbour.id, by: reader)
        #expect(!best.items.contains { $0.startup.id == startup })
    }

    @Test("refuse interest in what a firm's people judge, whoever asks, and let it be once the application has ended")
    func judges() async throws {
        let near = try await NearWorld()
        let list = near.base.list.id
        let items = try await near.base.reader(Cast.jun).items(of: list)
        let startup = try #require(
            items.first { $0.startup.id != near.base.startup && $0.state == .open }?.startup.id)
        try await near.judge(startup)
        #expect(!(try await near.isSeen(startup)))
        #expect(try await near.isSeen(near.base.startup), "of what Tidewater holds, Jun is no judge")
        await #expect(throws: Problem.notFound) { try await near.base.answer(NewAnswer(.interested), to: startup) }
        // The database alone, before interest takes Jun from the panel.
        await #expect {
            try await near.world.database.write(as: .system(in: Cast.harbour.id)) {
                try await $0.execute(
                    """
                    INSERT INTO shortlist_answers (tenant_id, shortlist_id, startup_id, id, answer, answered_by)
                    VALUES (\(Cast.harbour.id), \(list), \(startup), gen_random_uuid(), 'interested',
                            \(Cast.jun.person.id))
                    """)
            }
        } throws: {
            ($0 as? DatabaseError)?.constraint == "introductions_are_to_startups_that_agree"
        }
        try await near.plant(
            """
            UPDATE applications SET state = 'rejected'
            WHERE tenant_id = \(Cast.harbour.id) AND startup_id = \(startup) AND submitted_at IS NOT NULL
            """)
        #expect(try await near.isSeen(startup))
        try await near.base.answer(NewAnswer(.interested), to: startup)
        #expect(try await near.base.reader(Cast.mei).introductions(with: startup, limit: 1).count == 1)
    }

    @Test("do not undo what was asked before they were there")
    func askedBefore() async throws {
        let near = try await NearWorld()
        let asked = try await near.base.asked()
        try await near.seatTheMentor()
        #expect(try await near.isSeen(near.base.startup))
        let introduced = try await near.base.write(as: Cast.ada) {
            try await $0.consentToIntroduction(asked.id, by: Cast.ada.person.id)
        }
        #expect(introduced.stage == .introduced)
    }

    @Test("are told to no manager whose own startup it is")
    func ownStartups() async throws {
        let near = try await NearWorld()
        try await near.seatTheMentor()
        try await near.plant(
            """
            INSERT INTO startup_holders (tenant_id, startup_id, id, name, person_id, share)
            VALUES (\(Cast.harbour.id), \(near.base.startup), gen_random_uuid(), 'Mei', \(Cast.mei.person.id), 1)
            """)
        #expect(try await near.gates(near.base.startup)?.contains(Self.gate) != true)
    }

    @Test("leave what a firm says of a manager's own startup to the other managers")
    func saidOfTheirOwn() async throws {
        let near = try await NearWorld()
        let (base, startup) = (near.base, near.base.startup)
        let asked = try await base.asked()
        let introduced = try await base.write(as: Cast.ada) {
            try await $0.consentToIntroduction(asked.id, by: Cast.ada.person.id)
        }
        let jun = IntroductionActor(Cast.jun.person.id, for: .investor)
        let never = NewBlock(investor: asked.investor, startup: startup)
        _ = try await base.write(as: Cast.jun) { try await $0.blockPair(never, by: jun, as: Block.ID()) }
        let all = try await near.heard(of: introduced.id, by: Cast.mei)
        #expect(all.answers == 1 && all.blocks == 1 && all.trail == 3 && all.hasEnding && all.isAnswered)
        try await near.plant(
            """
            INSERT INTO startup_holders (tenant_id, startup_id, id, name, person_id, share)
            VALUES (\(Cast.harbour.id), \(startup), gen_random_uuid(), 'Mei', \(Cast.mei.person.id), 1)
            """)
        let told = try await near.heard(of: introduced.id, by: Cast.mei)
        #expect(told.answers == 0 && told.blocks == 0 && told.trail == 0 && !told.hasEnding && !told.isAnswered)
        #expect(told.steps < all.steps)
        #expect(try await near.heard(of: introduced.id, by: Cast.tom) == all)
    }

    @Test("are told beside a card to the park alone, and to a firm what it holds by its own account")
    func marks() async throws {
        let near = try await NearWorld()
        let (mei, jun) = (
            try await Visitor(Cast.mei, in: near.world), try await Visitor(Cast.jun, in: near.world)
        )
        let path = "/shortlists/\(near.base.list.id)/items/\(near.base.startup)"
        let (held, conflicted) = ("In the portfolio already", "judges, mentors or owns a part of it")
        func page(_ visitor: Visitor) async -> String { await visitor.open(path).text }
        // KelpSense says of itself that Tidewater holds a part of it.
        #expect(await page(mei).contains(held))
        #expect(await !page(jun).contains(held))
        try await near.world.database.write(as: .system(in: Cast.harbour.id)) {
            _ = try await $0.execute(
                """
                INSERT INTO investments (tenant_id, id, investor_id, startup_id, made_on, round_type)
                VALUES (\(Cast.harbour.id), gen_random_uuid(), \(NearWorld.tidewater), \(near.base.startup),
                        '2026-01-15', 'seed')
                """)
        }
        #expect(await page(jun).contains(held))
        #expect(await !page(mei).contains(conflicted))
        try await near.base.answer(NewAnswer(.interested))
        try await near.seatTheMentor()
        #expect(await page(mei).contains(conflicted))
        #expect(await !page(jun).contains(conflicted))
    }

    @Test("leave no gap in the places that a firm sees, and what they hide counts as in hand")
    func places() async throws {
        let near = try await NearWorld()
        let (list, mandate) = (near.base.list.id, near.base.list.mandate)
        func inHand() async throws -> [Int] {
            let service = near.world.database.reader(as: .system(in: Cast.harbour.id))
            return try await [
                service.value("SELECT in_hand(\(mandate))"), service.value("SELECT shown_by(\(list))"),
            ]
        }
        func open(_ member: Cast.Member) async throws -> Int? {
            try await near.base.reader(member).shortlist(list)?.open
        }
        let before = try await inHand()
        let seen = try await near.base.reader(Cast.jun).items(of: list)
        let (mei, jun) = (try #require(try await open(Cast.mei)), try #require(try await open(Cast.jun)))
        let startup = try #require(
            seen.first { $0.startup.id != near.base.startup && $0.state == .open }?.startup.id)
        try await near.judge(startup)
        #expect(!(try await near.isSeen(startup)))
        let left = try await near.base.reader(Cast.jun).items(of: list)
        // Whoever else is judged by the same panel goes, too.
        let still = Set(left.map(\.startup.id))
        let gone = seen.filter { !still.contains($0.startup.id) }
        #expect(gone.contains { $0.startup.id == startup })
        #expect(left.map(\.startup.id) == seen.map(\.startup.id).filter(still.contains))
        #expect(left.map(\.rank) == Array(1...left.count))
        for item in left {
            #expect(try await near.base.reader(Cast.jun).item(item.startup.id, of: list)?.rank == item.rank)
        }
        #expect(try await inHand() == before)
        #expect(try await open(Cast.mei) == mei, "nor does a count tell a manager whose startup it is")
        #expect(try await open(Cast.jun) == jun - gone.count { $0.state == .open })
    }

    @Test("are none by what another firm holds at which somebody has sat")
    func otherFirms() async throws {
        let near = try await NearWorld()
        let (startup, other) = (near.base.startup, Cast.institution("harbour/lion-peak"))
        try await near.plant(
            """
            INSERT INTO memberships (id, tenant_id, person_id, institution_id, role, ended_at)
            VALUES (gen_random_uuid(), \(Cast.harbour.id), \(Cast.jun.person.id), \(other), 'investor', now())
            """,
            """
            INSERT INTO startup_holders (tenant_id, startup_id, id, name, institution_id, share)
            VALUES (\(Cast.harbour.id), \(startup), gen_random_uuid(), 'Lion Peak', \(other), 1)
            """)
        #expect(try await near.isSeen(startup))
        let service = near.world.database.reader(as: .system(in: Cast.harbour.id))
        #expect(try await service.conflicts(of: [NearWorld.tidewater]).isEmpty)
        try await near.plant(
            """
            INSERT INTO startup_holders (tenant_id, startup_id, id, name, person_id, share)
            VALUES (\(Cast.harbour.id), \(startup), gen_random_uuid(), 'Jun', \(Cast.jun.person.id), 1)
            """)
        #expect(!(try await near.isSeen(startup)))
        #expect(try await service.conflicts(of: [NearWorld.tidewater]) == [NearWorld.tidewater: [startup]])
    }
}
