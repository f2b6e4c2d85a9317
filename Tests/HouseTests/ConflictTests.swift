import Accounts
import Applications
import DemoWorld
import Foundation
import Fundraising
import Institutions
import Postgres
import Reviews
import TestWorld
import Testing
import Vocabulary

@testable import API

/// Something comes to stand between a reviewer and a startup, by whatever deed; from then on no operation, page, list or
/// count tells the reviewer anything of its application, and none that would change it answers otherwise.
///
/// Two worlds are compared: in one the assignment was never followed by anything, a manager took it back; in the other the
/// conflict became known. The reviewer is answered with the same bytes. The chair of a panel goes on reading what they were
/// relieved of; of them two worlds are compared in which the conflict is known, and judging goes on in one.
@Suite("Conflicted pairs are invisible", .serialized)
struct ConflictTests {
    /// What makes a conflict between a person and a startup.
    enum Deed: CaseIterable {
        case declaredByManager, declaredByReviewer, mentors, holdsShares, joinsHolder, joinsInvestor, foundsIt,
            sitsBesideFounder, sharesAddress, sharesSite, firmIsInterested, isNamed, firmIndicates, runsAgainstIt

        /// Whether it seats whoever it is of in an applicant of the call, so that they judge none of those that it runs against.
        var isOfARival: Bool { [.foundsIt, .runsAgainstIt].contains(self) }

        /// The firm whose own deed it is: whoever is in conflict by it has worked there before.
        var firm: Institution.ID? {
            switch self {
            case .firmIsInterested: Cast.institution("harbour/tidewater")
            case .firmIndicates: Cast.institution("harbour/lion-peak")
            default: nil
            }
        }
    }

    private static let seeds: [UInt64] = BlindnessTests.isLong ? Array(0..<120) : [0, 5, 11, 12, 13]
    private static let deedsOnTheChair: [Deed] =
        BlindnessTests.isLong ? Deed.allCases : [.declaredByManager, .firmIndicates]

    @Test("Whatever the conflict comes from, nothing of the pair is seen any more", arguments: seeds)
    func invisible(_ seed: UInt64) async throws {
        var random = SplitMix64(state: seed)
        // The deeds take turns, so that the first fourteen seeds make each once.
        let deed = Deed.allCases[Int(seed) % Deed.allCases.count]
        // The interested firm holds shares of KelpSense: whoever joins it must not judge that in any case. KelpSense has taken its
        // place, and runs against nobody any more.
        let running = ["gridfellow", "skylarkinspect"]
        let slugs = running + ([.firmIsInterested, .runsAgainstIt].contains(deed) ? [] : ["kelpsense"])
        let slug = slugs.randomElement(using: &random) ?? "gridfellow"
        let (withdrawn, conflicted) = (try await World(), try await World())
        for world in [withdrawn, conflicted] { try await Self.prepare(deed, Cast.vera, slug, in: world) }
        let here = try await Objects(of: withdrawn).about(slug, judgedBy: Cast.vera)
        let there = try await Objects(of: conflicted).about(slug, judgedBy: Cast.vera)
        let code = try await Self.code(of: there, to: .vera, in: conflicted, by: "getReviewSheet", \.["assignment"])

        try await withdrawn.database.write(as: withdrawn.context(Cast.mei)) { transaction in
            for each in deed.isOfARival && running.contains(slug) ? running : [slug] {
                try await transaction.withdrawAssignment(World.assigned(Cast.vera, each), because: nil)
            }
        }
        try await Self.make(deed, Cast.vera, slug, in: conflicted)

        let vera = try await TwinQuestioner(.vera, in: withdrawn, about: here, and: conflicted, about: there)
        try await Self.askEverything(vera, in: conflicted, about: there, code: code, "\(deed) of \(slug)")
        let state = try await conflicted.database.reader(as: conflicted.context(Cast.mei))
            .assignment(World.assigned(Cast.vera, slug))?.state
        // What was handed in before an application names its reviewer, or one of theirs runs, stays and counts, unseen by them.
        let stands = [.isNamed, .runsAgainstIt].contains(deed) && slug != "skylarkinspect"
        #expect(state == (stands ? .assigned : .conflicted), "\(deed) \(slug)")
    }

    @Test(
        "The chair of the panel sees no more of a pair of theirs either, however its judging goes on",
        arguments: deedsOnTheChair)
    func chair(_ deed: Deed) async throws {
        let slug = "skylarkinspect"
        let (resting, going) = (try await World(), try await World())
        for world in [resting, going] { try await Self.prepare(deed, Cast.nora, slug, in: world) }
        let here = try await Objects(of: resting).about(slug, judgedBy: Cast.nora)
        let there = try await Objects(of: going).about(slug, judgedBy: Cast.nora)
        let code = try await Self.code(of: there, to: .nora, in: going, by: "getReviewFile") { $0 }
        for world in [resting, going] { try await Self.make(deed, Cast.nora, slug, in: world) }

        // Vera, who had written half of hers, hands it in.
        let reader = going.database.reader(as: going.context(Cast.mei))
        let criteria = try await reader.round(BlindnessTests.round)?.criteria ?? []
        let draft = ReviewDraft(
            scores: Dictionary(uniqueKeysWithValues: criteria.map { ($0.id, 5) }),
            comment: try LongText("Said while the chair is away."))
        _ = try await going.database.write(as: going.context(Cast.vera)) { transaction in
            try await transaction.submitReview(draft, of: World.assigned(Cast.vera, slug), by: Cast.vera.person.id)
        }

        let nora = try await TwinQuestioner(.nora, in: resting, about: here, and: going, about: there)
        try await Self.askEverything(nora, in: going, about: there, code: code, "\(deed) of the chair")
    }

    /// What the application is called in the round, as somebody reads it who may.
    private static func code(
        of objects: Objects, to asker: Asker, in world: World, by id: String, _ part: (JSON) -> JSON?
    ) async throws -> String {
        let questioner = try await Questioner(asker, in: world)
        let route = try #require(world.edge.registry.first { $0.id == id })
        let answer = await questioner.ask(route, about: objects)
        #expect(answer.status == 200)
        return try #require(part(try answer.json())?["code"]?.text)
    }

    /// Asks for all that can be read, and then for all that would change what the objects are about.
    private static func askEverything(
        _ questioner: TwinQuestioner, in world: World, about objects: Objects, code: String, _ what: String
    ) async throws {
        let routes = world.edge.registry
        let read = routes.filter { $0.method == .get && !TwinQuestioner.own.contains($0.id) }
        let changing = routes.filter(questioner.mayChange)
        #expect(changing.count > 50)
        var (asked, deviations): (Int, [String]) = (0, [])
        for route in read + changing {
            for answers in await questioner.ask(route) {
                asked += 1
                if let deviation = answers.deviation { deviations.append(deviation) }
                if answers.theirs.text.contains(code) { deviations.append("\(route.id) names \(code)") }
                // Their own file is gone, whether or not what they handed in stands.
                if ["getReviewSheet", "getReviewFile"].contains(route.id), answers.theirs.status != 404 {
                    deviations.append("\(route.id) answers \(answers.theirs.status)")
                }
            }
        }
        #expect(deviations == [], "\(what)")
        print("\(what): \(asked) answers, \(deviations.count) deviations")
    }

    /// What both worlds have before the deed.
    private static func prepare(
        _ deed: Deed, _ member: Cast.Member, _ slug: String, in world: World
    ) async throws {
        // A startup that has a founder with an account of their own, whichever it is.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (\(UUID(uuidString: "00000000-0000-4000-8000-000000000001")), \(Cast.harbour.id),
                        \(Cast.ravi.person.id), \(Cast.startup(slug)), 'founder')
                """)
        }
        guard let firm = deed.firm else { return }
        // What else follows from joining the firm, follows in both worlds.
        try await world.database.write(as: .system(in: Cast.harbour.id)) { transaction in
            try await transaction.execute(seat(member.person.id, at: firm, as: "investor"))
        }
        // A round like KelpSense's; KelpSense has its own.
        let round: FundingRound.ID = demoID("funding round \(slug)")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO funding_rounds
                    (tenant_id, id, startup_id, stage, state, target_minor, currency, instrument, use_of_funds, closes_on,
                     first_closes_on, shown_to_listed, shown_to_introduced, planned_by, opened_at)
                SELECT tenant_id, \(round), \(Cast.startup(slug)), stage, state, target_minor, currency, instrument,
                       use_of_funds, closes_on, first_closes_on, shown_to_listed, shown_to_introduced, planned_by, opened_at
                FROM funding_rounds WHERE startup_id = \(Cast.startup("kelpsense")) AND state = 'open'
                ON CONFLICT DO NOTHING
                """)
        }
    }

    // Ended at once, so that no page offers it: past seats count.
    private static func seat(_ person: Person.ID, at institution: Institution.ID, as role: String) -> Query {
        """
        INSERT INTO memberships (id, tenant_id, person_id, institution_id, role, ended_at)
        VALUES (gen_random_uuid(), \(Cast.harbour.id), \(person), \(institution), \(role), now())
        """
    }

    private static func make(_ deed: Deed, _ member: Cast.Member, _ slug: String, in world: World) async throws {
        let (person, startup, tenant) = (member.person.id, Cast.startup(slug), Cast.harbour.id)
        let fund = Cast.institution("harbour/lion-peak")
        let site = member.person.email.split(separator: "@").last.map(String.init) ?? ""
        func plant(_ statements: [Query]) async throws {
            try await world.database.write(as: .system(in: tenant)) { transaction in
                for statement in statements { try await transaction.execute(statement) }
            }
        }
        switch deed {
        case .declaredByManager:
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.declareConflict(
                    of: person, with: startup, note: nil, as: .init(), in: tenant, by: Cast.mei.person.id)
            }
        case .declaredByReviewer:
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.declareConflict(
                    over: World.assigned(member, slug), note: nil, as: .init(), in: tenant, by: person)
            }
        case .mentors:
            try await plant([
                """
                INSERT INTO enrolments (tenant_id, id, application_id, startup_id, cohort_id, mentor_id, started_on, created_by)
                SELECT tenant_id, gen_random_uuid(), \(World.applied(slug)), \(startup), cohort_id, \(person), started_on, created_by
                FROM enrolments LIMIT 1
                ON CONFLICT ON CONSTRAINT enrolments_once_per_application DO UPDATE SET mentor_id = excluded.mentor_id
                """
            ])
        case .holdsShares:
            try await plant(
                [
                    """
                    INSERT INTO startup_holders (tenant_id, startup_id, id, name, person_id, share)
                    VALUES (\(tenant), \(startup), gen_random_uuid(), 'Somebody', \(person), 1)
                    """
                ].map {
                    slug == "kelpsense"
                        ? "UPDATE startup_holders SET person_id = \(person), institution_id = NULL WHERE startup_id = \(startup) AND institution_id IS NOT NULL"
                        : $0
                })
        case .joinsHolder:
            try await plant([
                slug == "kelpsense"
                    ? "UPDATE startup_holders SET institution_id = \(fund) WHERE startup_id = \(startup) AND institution_id IS NOT NULL"
                    : """
                    INSERT INTO startup_holders (tenant_id, startup_id, id, name, institution_id, share)
                    VALUES (\(tenant), \(startup), gen_random_uuid(), 'A fund', \(fund), 100)
                    """,
                seat(person, at: fund, as: "investor"),
            ])
        case .joinsInvestor:
            try await plant([
                """
                INSERT INTO investments (tenant_id, id, investor_id, startup_id, made_on, round_type)
                VALUES (\(tenant), gen_random_uuid(), \(fund), \(startup), '2026-01-01', 'seed')
                """,
                seat(person, at: fund, as: "investor"),
            ])
        case .foundsIt: try await plant([seat(person, at: Institution.ID(startup.uuid), as: "founder")])
        case .runsAgainstIt:
            try await plant([seat(person, at: Institution.ID(Cast.startup("plumbline").uuid), as: "founder")])
        case .sitsBesideFounder:
            let bank = Cast.institution("harbour/sakuragi")
            try await plant([
                seat(Cast.ravi.person.id, at: bank, as: "partner"), seat(person, at: bank, as: "partner"),
            ])
        case .sharesAddress:
            try await plant(["UPDATE people SET email = \("ravi@\(site)") WHERE id = \(Cast.ravi.person.id)"])
        case .sharesSite:
            try await plant([
                "UPDATE institutions SET website = \("https://www.\(site)/") WHERE id = \(startup)"
            ])
        case .isNamed:
            // An answer that names somebody, as a form with a question about people keeps it.
            try await plant([
                """
                INSERT INTO application_people (tenant_id, application_id, question_id, email)
                SELECT w.tenant_id, w.application_id, w.question_id, p.email
                FROM application_answers AS w JOIN people AS p ON p.id = \(person)
                WHERE w.application_id = \(World.applied(slug)) LIMIT 1
                """, "SELECT end_named_assignments(\(tenant), \(startup))",
            ])
        case .firmIndicates:
            try await plant([
                """
                INSERT INTO round_indications
                    (tenant_id, round_id, id, investor_id, given_by, amount_minor, binding, stands_until, told)
                SELECT tenant_id, id, gen_random_uuid(), \(fund), \(Cast.chloe.person.id), 100, false, closes_on, 'contacts'
                FROM funding_rounds WHERE startup_id = \(startup) AND state = 'open'
                """
            ])
        case .firmIsInterested:
            try await plant([
                """
                INSERT INTO shortlist_items (tenant_id, shortlist_id, startup_id, rank, score, parts)
                SELECT l.tenant_id, l.id, \(startup), 1000, 0, '[]' FROM shortlists AS l
                WHERE l.investor_id = \(Cast.institution("harbour/tidewater"))
                ON CONFLICT (tenant_id, shortlist_id, startup_id) DO NOTHING
                """,
                """
                INSERT INTO shortlist_answers (tenant_id, shortlist_id, startup_id, id, answer, answered_by)
                SELECT l.tenant_id, l.id, \(startup), gen_random_uuid(), 'interested', \(Cast.jun.person.id)
                FROM shortlists AS l WHERE l.investor_id = \(Cast.institution("harbour/tidewater"))
                """,
            ])
        }
    }
}
