import Accounts
import Applications
import DemoWorld
import Foundation
import Institutions
import Postgres
import Reviews
import TestWorld
import Testing
import Vocabulary

@testable import API

/// Something comes to stand between a reviewer and a startup, by whatever deed; from then on no operation, page, list or
/// count tells the reviewer anything of its application.
///
/// Two worlds are compared: in one the assignment was never followed by anything, a manager took it back; in the other the
/// conflict became known. The reviewer is answered with the same bytes.
@Suite("Conflicted pairs are invisible", .serialized)
struct ConflictTests {
    /// What makes a conflict between a person and a startup.
    enum Deed: CaseIterable {
        case declaredByManager, declaredByReviewer, mentors, holdsShares, joinsHolder, joinsInvestor, foundsIt,
            sitsBesideFounder, sharesAddress, sharesSite, firmIsInterested, isNamed
    }

    private static let seeds: [UInt64] = BlindnessTests.isLong ? Array(0..<120) : [0, 5, 11]

    @Test("Whatever the conflict comes from, nothing of the pair is seen any more", arguments: seeds)
    func invisible(_ seed: UInt64) async throws {
        var random = SplitMix64(state: seed)
        // The deeds take turns, so that the first twelve seeds make each once.
        let deed = Deed.allCases[Int(seed) % Deed.allCases.count]
        // The interested firm holds shares of KelpSense: whoever joins it must not judge that in any case.
        let slugs = ["gridfellow", "skylarkinspect"] + (deed == .firmIsInterested ? [] : ["kelpsense"])
        let slug = slugs.randomElement(using: &random) ?? "gridfellow"
        let (withdrawn, conflicted) = (try await World(), try await World())
        for world in [withdrawn, conflicted] {
            // A startup that has a founder with an account of their own, whichever it is.
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                    VALUES (\(UUID(uuidString: "00000000-0000-4000-8000-000000000001")), \(Cast.harbour.id),
                            \(Cast.ravi.person.id), \(Cast.startup(slug)), 'founder')
                    """)
            }
        }
        if deed == .firmIsInterested {
            // What else follows from joining the firm, follows in both worlds.
            for world in [withdrawn, conflicted] {
                try await world.database.write(as: .system(in: Cast.harbour.id)) { transaction in
                    try await transaction.execute(
                        Self.seat(Cast.vera.person.id, at: Cast.institution("harbour/tidewater"), as: "investor"))
                }
            }
        }
        let here = try await Objects(of: withdrawn).about(slug, judgedBy: Cast.vera)
        let there = try await Objects(of: conflicted).about(slug, judgedBy: Cast.vera)
        let before = await (try Questioner(.vera, in: conflicted)).ask(
            try #require(conflicted.edge.registry.first { $0.id == "getReviewSheet" }), about: there)
        #expect(before.status == 200)
        let code = try #require(try before.json()["assignment"]?["code"]?.text)

        try await withdrawn.database.write(as: withdrawn.context(Cast.mei)) { transaction in
            try await transaction.withdrawAssignment(World.assigned(Cast.vera, slug), because: nil)
        }
        try await Self.make(deed, Cast.vera, slug, in: conflicted)

        let (one, other) = (
            try await Questioner(.vera, in: withdrawn), try await Questioner(.vera, in: conflicted)
        )
        var (asked, deviations): (Int, [String]) = (0, [])
        for route in conflicted.edge.registry where route.method == .get && !BlindnessTests.own.contains(route.id) {
            let (mine, theirs) = (await one.ask(route, about: here), await other.ask(route, about: there))
            asked += 1
            let same =
                mine.status == theirs.status
                && BlindnessTests.masked(mine, here) == BlindnessTests.masked(theirs, there)
            if !same { deviations.append("\(route.id): \(mine.status), \(theirs.status)") }
            if theirs.text.contains(code) { deviations.append("\(route.id) names \(code)") }
        }
        #expect(deviations == [], "\(deed) \(slug)")
        let state = try await conflicted.database.reader(as: conflicted.context(Cast.mei))
            .assignment(World.assigned(Cast.vera, slug))?.state
        // What was handed in before an application names its reviewer stays and counts, unseen by them.
        let stands = deed == .isNamed && slug != "skylarkinspect"
        #expect(state == (stands ? .assigned : .conflicted), "\(deed) \(slug)")
        print("\(deed) of \(slug): \(asked) answers, \(deviations.count) deviations")
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
        case .sitsBesideFounder:
            let bank = Cast.institution("harbour/sakuragi")
            try await plant([
                seat(Cast.ravi.person.id, at: bank, as: "partner"), seat(person, at: bank, as: "partner"),
            ])
        case .sharesAddress:
            try await plant(["UPDATE people SET email = 'ravi@institute.example' WHERE id = \(Cast.ravi.person.id)"])
        case .sharesSite:
            try await plant([
                "UPDATE institutions SET website = 'https://www.institute.example/' WHERE id = \(startup)"
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
