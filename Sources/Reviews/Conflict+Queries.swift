package import Accounts
internal import Applications
internal import Foundation
package import Institutions
package import Postgres
package import Vocabulary

extension Statements {
    /// What stands between the panel of a round and the startups that apply to it, by person and startup; for managers,
    /// and to none of them about a startup of their own: a declaration tells who was to judge it.
    package func conflicts(in round: ReviewRound.ID) async throws -> [Conflict] {
        try await rows(
            """
            -- conflicts in a round
            -- Found for the people and the startups of the round: a join with the view would compute all of it.
            \(fragment: .conflicts(
                """
                c.person_id = ANY (ARRAY(
                    SELECT p.person_id FROM panel_members AS p
                    WHERE p.tenant_id = acting_tenant() AND p.round_id = \(round)))
                AND c.startup_id = ANY (ARRAY(
                    SELECT a.startup_id FROM review_rounds AS r
                    JOIN applications AS a ON a.tenant_id = r.tenant_id AND a.call_id = r.call_id
                    WHERE r.tenant_id = acting_tenant() AND r.id = \(round)
                      AND a.submitted_at IS NOT NULL AND a.withdrawn_at IS NULL AND \(fragment: .belongsIntoTheRound)
                      AND \(fragment: .isNotTooNear("a.id"))))
                """))
            LIMIT 5000
            """
        ).map(Conflict.init)
    }

    /// The startups that apply to a round's call, or to its stream and in its batch where it is of one, whose conflicts with its panel
    /// matter; for managers.
    package func applicants(in round: ReviewRound.ID) async throws -> [(startup: Startup.ID, name: LocalizedName)] {
        try await rows(
            """
            -- applicants in a round
            SELECT DISTINCT i.id, i.names
            FROM review_rounds AS r
            JOIN applications AS a ON a.tenant_id = r.tenant_id AND a.call_id = r.call_id
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            WHERE r.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND r.id = \(round)
              AND a.submitted_at IS NOT NULL AND a.withdrawn_at IS NULL AND \(fragment: .belongsIntoTheRound)
              AND \(fragment: .isNotTooNear("a.id"))
            ORDER BY i.id
            LIMIT 5000
            """
        ).map { try (startup: $0("id"), name: $0("names")) }
    }

    /// What stands between any of some people and any of some startups: asked before anybody is invited. For managers; 50,000
    /// at the most.
    package func conflicts(between people: [Person.ID], and startups: [Startup.ID]) async throws -> [Conflict] {
        try await rows(
            """
            -- conflicts between people and startups
            \(fragment: .conflicts(
                """
                c.person_id = ANY (\(people)) AND c.startup_id = ANY (\(startups))
                AND \(fragment: .isNotTheirOwn("c.startup_id"))
                """))
            LIMIT 50000
            """
        ).map(Conflict.init)
    }

    /// What stands between whoever is reached at some addresses and any of some startups: all that is on record of those who
    /// hold or held a seat here, and of every address whether it is of the startup's organisation. For managers.
    package func conflicts(
        at emails: [EmailAddress], and startups: [Startup.ID]
    ) async throws -> [AddressConflict] {
        let asked = Dictionary(emails.map { ($0.normalized, $0) }, uniquingKeysWith: { first, _ in first })
        let addresses = asked.keys.sorted()
        let seated = try await rows(
            """
            -- people at addresses
            SELECT who.id, who.email FROM people AS who
            WHERE acts_as('manager', 'system') AND who.email = ANY (\(addresses))
              AND EXISTS (SELECT FROM memberships AS m WHERE m.tenant_id = acting_tenant() AND m.person_id = who.id)
            """
        ).map { try (person: $0("id") as Person.ID, email: $0("email") as String) }
        let known = Dictionary(seated.map { ($0.person, $0.email) }, uniquingKeysWith: { first, _ in first })
        let onRecord = try await conflicts(between: seated.map(\.person), and: startups).compactMap { found in
            known[found.person].flatMap { asked[$0] }.map { email in
                AddressConflict(
                    email: email, startup: found.startup, startupName: found.startupName, rivals: found.rivals,
                    kind: found.kind, through: found.through)
            }
        }
        // Of those who have a seat, the record says the same.
        let others = addresses.filter { !known.values.contains($0) }
        let ofOrganisations = try await rows(
            """
            -- conflicts of addresses
            SELECT e.email, i.id, i.names
            FROM unnest(\(others)) AS e (email)
            JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.kind = 'startup' AND i.id = ANY (\(startups))
            WHERE acts_as('manager', 'system') AND \(fragment: .isNotTheirOwn("i.id"))
              AND (i.known_site = organisation_of(e.email) AND site_is_its_own(i) OR EXISTS (
                  SELECT FROM memberships AS f JOIN people AS founder ON founder.id = f.person_id
                  WHERE f.tenant_id = i.tenant_id AND f.institution_id = i.id AND f.role = 'founder'
                    AND founder.organisation = organisation_of(e.email) AND NOT is_public_mail(founder.organisation)))
            ORDER BY e.email, i.id
            """
        ).compactMap { row -> AddressConflict? in
            let email: String = try row("email")
            return try asked[email].map {
                try AddressConflict(
                    email: $0, startup: row("id"), startupName: row("names"), rivals: nil, kind: .emailDomain,
                    through: nil)
            }
        }
        return onRecord + ofOrganisations
    }

    /// The pairs of a panelist and an application of a round between whom something stands; for planning.
    func conflictedPairs(in round: ReviewRound.ID) async throws -> [(Person.ID, Application.ID)] {
        try await rows(
            """
            -- conflictedPairs
            -- Found for the people and the startups of the round, whatever is known of how many there are: a join with the
            -- view computes it whole where statistics are old.
            SELECT DISTINCT c.person_id, f.application_id
            FROM conflicts_of_interest AS c
            JOIN applications AS a ON a.tenant_id = c.tenant_id AND a.startup_id = c.startup_id
            JOIN review_files AS f ON f.tenant_id = a.tenant_id AND f.application_id = a.id AND f.round_id = \(round)
            WHERE c.tenant_id = acting_tenant() AND acts_as('manager', 'system')
              AND c.person_id = ANY (ARRAY(
                  SELECT p.person_id FROM panel_members AS p
                  WHERE p.tenant_id = acting_tenant() AND p.round_id = \(round)))
              AND c.startup_id = ANY (ARRAY(
                  SELECT b.startup_id FROM review_files AS g
                  JOIN applications AS b ON b.tenant_id = g.tenant_id AND b.id = g.application_id
                  WHERE g.tenant_id = acting_tenant() AND g.round_id = \(round)))
            """
        ).map { try ($0("person_id"), $0("application_id")) }
    }

    /// The pairs of a person and an application of a round of whom the database keeps them apart, since one of this round and
    /// another is blind and the other names the startup (`nobody_judges_blind_what_they_know_by_name`); for planning.
    /// Without those that stand.
    func knownPairs(in round: ReviewRound.ID) async throws -> [(Person.ID, Application.ID)] {
        try await rows(
            """
            -- knownPairs
            WITH beside AS MATERIALIZED (
                SELECT f.application_id, that.id AS round_id, this.is_blind, that.closed_at, g.entered_at
                FROM review_rounds AS this
                JOIN review_files AS f ON f.tenant_id = this.tenant_id AND f.round_id = this.id
                JOIN review_files AS g
                    ON g.tenant_id = f.tenant_id AND g.application_id = f.application_id AND g.round_id <> f.round_id
                JOIN review_rounds AS that
                    ON that.tenant_id = g.tenant_id AND that.id = g.round_id AND that.is_blind <> this.is_blind
                WHERE this.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND this.id = \(round)
            ), known AS (
                SELECT s.person_id, b.application_id
                FROM beside AS b
                JOIN review_assignments AS s
                    ON s.tenant_id = acting_tenant() AND s.round_id = b.round_id
                    AND s.application_id = b.application_id AND s.state = 'assigned'
                LEFT JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                WHERE b.is_blind OR b.closed_at IS NULL AND w.submitted_at IS NULL
                UNION
                SELECT s.person_id, b.application_id
                FROM beside AS b
                JOIN review_assignments AS s
                    ON s.tenant_id = acting_tenant() AND s.round_id = b.round_id
                    AND s.application_id = b.application_id AND s.state <> 'assigned'
                WHERE b.is_blind
                UNION
                SELECT p.person_id, b.application_id
                FROM beside AS b
                JOIN panel_members AS p
                    ON p.tenant_id = acting_tenant() AND p.round_id = b.round_id AND p.is_chair
                    AND p.accepted_at IS NOT NULL
                WHERE b.is_blind
                UNION
                SELECT h.person_id, b.application_id
                FROM beside AS b
                JOIN former_chairs AS h
                    ON h.tenant_id = acting_tenant() AND h.round_id = b.round_id AND b.entered_at <= h.until
                WHERE b.is_blind
            )
            SELECT k.person_id, k.application_id FROM known AS k
            WHERE NOT EXISTS (
                SELECT FROM review_assignments AS own
                WHERE own.tenant_id = acting_tenant() AND own.round_id = \(round) AND own.person_id = k.person_id
                  AND own.application_id = k.application_id AND own.state = 'assigned')
            """
        ).map { try ($0("person_id"), $0("application_id")) }
    }
}

extension Query {
    /// The conflicts `c` of some, and what is said of them, by person. Declared ones are joined with their declaration. That
    /// somebody is a rival is said of them once, with the number of startups, but where a review stands.
    fileprivate static func conflicts(_ some: Query) -> Query {
        """
        WITH found AS MATERIALIZED (
            SELECT c.tenant_id, c.person_id, c.startup_id, c.kind, c.through, c.application_id,
                   c.kind IN ('named', 'rival') AND EXISTS (
                       SELECT FROM review_assignments AS s
                       JOIN applications AS a ON a.tenant_id = s.tenant_id AND a.id = s.application_id
                       JOIN review_rounds AS r ON r.tenant_id = s.tenant_id AND r.id = s.round_id AND r.closed_at IS NULL
                       JOIN reviews AS w
                           ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id AND w.submitted_at IS NOT NULL
                       WHERE s.tenant_id = c.tenant_id AND s.person_id = c.person_id AND s.state = 'assigned'
                         AND a.startup_id = c.startup_id) AS review_stands
            FROM conflicts_of_interest AS c
            WHERE c.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND \(fragment: some)
        ), told AS (
            SELECT f.tenant_id, f.person_id, f.startup_id, f.kind, f.through, f.application_id, f.review_stands,
                   NULL::bigint AS rivals
            FROM found AS f WHERE f.kind <> 'rival' OR f.review_stands
            UNION ALL
            SELECT f.tenant_id, f.person_id, NULL::uuid, f.kind, NULL::uuid, NULL::uuid, false, count(*)
            FROM found AS f WHERE f.kind = 'rival' AND NOT f.review_stands GROUP BY f.tenant_id, f.person_id, f.kind
        )
        SELECT c.person_id, who.name AS person_name, c.startup_id, i.names AS startup_names, c.rivals, c.kind,
               t.names AS through, d.id AS declaration, d.note, c.application_id, c.review_stands
        FROM told AS c
        JOIN people AS who ON who.id = c.person_id
        LEFT JOIN institutions AS i ON i.tenant_id = c.tenant_id AND i.id = c.startup_id
        LEFT JOIN institutions AS t ON t.tenant_id = c.tenant_id AND t.id = c.through
        LEFT JOIN LATERAL (
            SELECT d.id, d.note FROM conflict_declarations AS d
            LEFT JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
            WHERE c.kind = 'declared' AND d.tenant_id = c.tenant_id AND d.person_id = c.person_id
              AND d.lifted_at IS NULL AND c.startup_id IN (d.startup_id, a.startup_id)
            ORDER BY d.declared_at LIMIT 1) AS d ON true
        -- Whether they are a rival at all comes before whose.
        ORDER BY who.name, c.person_id, c.startup_id NULLS FIRST, c.kind
        """
    }
}

extension Query {
    /// A declaration that is not over a startup of the acting person's own, or an application of it.
    fileprivate static var isNotOverTheirOwn: Query {
        """
        (startup_id IS NULL OR \(fragment: .isNotTheirOwn("startup_id")))
        AND (application_id IS NULL OR \(fragment: .isNotTooNear("application_id")))
        """
    }
}

extension Conflict {
    fileprivate init(_ row: Row) throws {
        try self.init(
            person: row("person_id"), personName: row("person_name"), startup: row("startup_id"),
            startupName: row("startup_names"), rivals: row("rivals"), kind: row("kind"), through: row("through"),
            declaration: row("declaration"), note: row("note"), application: row("application_id"),
            reviewStands: row("review_stands"))
    }
}

extension Conflict.Kind: PostgresCodable {}

extension Transaction {
    func insert(
        _ id: ConflictDeclaration.ID, of person: Person.ID, with application: Application.ID?, _ startup: Startup.ID?,
        note: LongText?, in tenant: Tenant.ID, by declarer: Person.ID
    ) async throws {
        try await execute(
            """
            -- declareConflict
            INSERT INTO conflict_declarations (
                tenant_id, id, person_id, application_id, startup_id, note, declared_by)
            VALUES (\(tenant), \(id), \(person), \(application), \(startup), \(note), \(declarer))
            """)
    }

    /// Says whether there was such a declaration that stood; nil when there is none at all.
    func lift(_ id: ConflictDeclaration.ID, because reason: ShortText, by person: Person.ID) async throws -> Bool? {
        let lifted = try await execute(
            """
            -- liftConflict
            UPDATE conflict_declarations
            SET lifted_at = now(), lifted_by = \(person), lifted_reason = \(reason)
            WHERE tenant_id = acting_tenant() AND id = \(id) AND lifted_at IS NULL
              AND \(fragment: .isNotOverTheirOwn)
            """)
        if lifted == 1 { return true }
        let known = try await first(
            """
            -- liftConflict: what there is
            SELECT id FROM conflict_declarations
            WHERE tenant_id = acting_tenant() AND id = \(id) AND \(fragment: .isNotOverTheirOwn)
            """)
        return known == nil ? nil : false
    }
}
