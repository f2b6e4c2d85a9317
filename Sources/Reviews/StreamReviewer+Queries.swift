internal import Accounts
internal import Applications
internal import Foundation
internal import Institutions
package import Postgres
package import Programs
internal import Vocabulary

extension Statements {
    /// The pool of a stream by name, those first who are nominated and wait for an answer. A manager reads all of it, a
    /// partner whom it nominated itself.
    ///
    /// - Parameter former: whether those are among them who left or were refused.
    package func pool(of stream: ProgramStream.ID, former: Bool = false) async throws -> [StreamReviewer] {
        try await rows(
            """
            -- pool
            \(fragment: .streamReviewers)
            WHERE s.tenant_id = acting_tenant() AND \(fragment: .reachOfPools) AND s.stream_id = \(stream)
              AND (\(former) OR s.refused_at IS NULL AND s.ended_at IS NULL AND NOT is_over)
            ORDER BY s.added_at IS NULL AND s.refused_at IS NULL AND s.ended_at IS NULL DESC,
                     s.ended_at IS NOT NULL OR s.refused_at IS NOT NULL, name, s.id
            LIMIT 2000
            """
        ).map(StreamReviewer.init)
    }

    /// Somebody's time in a pool, or their nomination; nil when there is none or the principal may not know of it.
    package func streamReviewer(_ id: StreamReviewer.ID) async throws -> StreamReviewer? {
        try await first(
            """
            -- streamReviewer
            \(fragment: .streamReviewers)
            WHERE s.tenant_id = acting_tenant() AND \(fragment: .reachOfPools) AND s.id = \(id)
            """
        ).map(StreamReviewer.init)
    }

    /// Whether the principal keeps the pool of a stream, or may nominate for it: a manager that of any, a partner that of those
    /// it takes part in.
    func hasPool(_ stream: ProgramStream.ID) async throws -> Bool {
        try await first(
            """
            -- hasPool
            SELECT s.id FROM streams AS s
            WHERE s.tenant_id = acting_tenant() AND s.id = \(stream)
              AND (acts_as('manager', 'system') OR acts_as('partner') AND EXISTS (
                  SELECT FROM stream_partners AS p
                  WHERE p.tenant_id = s.tenant_id AND p.stream_id = s.id AND p.institution_id = acting_institution()))
            """) != nil
    }

    /// The people of the acting partner, by name: whom it can nominate.
    func ownStaff() async throws -> [(person: Person.ID, name: String, email: String)] {
        try await rows(
            """
            -- ownStaff
            SELECT s.person_id, s.name, s.email FROM own_staff() AS s ORDER BY s.name, s.person_id
            """
        ).map { try (person: $0("person_id"), name: $0("name"), email: $0("email")) }
    }

    /// The pool of the streams whose applications a round judges, by name, with what stands between each and those who apply;
    /// for managers.
    package func pool(for round: ReviewRound.ID) async throws -> [PoolMember] {
        let rows = try await rows(
            """
            -- pool of a round
            SELECT s.person_id, who.name, who.email, jsonb_agg(DISTINCT t.name) AS streams,
                   coalesce(jsonb_agg(DISTINCT i.names) FILTER (WHERE i.id IS NOT NULL), '[]') AS partners,
                   said.languages, said.focus_areas,
                   (SELECT CASE WHEN p.accepted_at IS NOT NULL THEN 'accepted' WHEN p.declined_at IS NOT NULL THEN 'declined'
                                ELSE 'invited' END
                    FROM panel_members AS p
                    WHERE p.tenant_id = acting_tenant() AND p.round_id = \(round) AND p.person_id = s.person_id) AS answer
            FROM stream_reviewers AS s
            JOIN tenants AS w ON w.id = s.tenant_id
            JOIN people AS who ON who.id = s.person_id AND who.disabled_at IS NULL
            JOIN streams AS t ON t.tenant_id = s.tenant_id AND t.id = s.stream_id
            LEFT JOIN institutions AS i ON i.tenant_id = s.tenant_id AND i.id = s.institution_id
            LEFT JOIN LATERAL (
                SELECT p.languages, p.focus_areas FROM panel_members AS p
                WHERE p.tenant_id = s.tenant_id AND p.person_id = s.person_id
                ORDER BY p.invited_at DESC, p.round_id LIMIT 1) AS said ON true
            WHERE s.tenant_id = acting_tenant() AND acts_as('manager', 'system')
              AND s.stream_id IN (SELECT streams_of_round(\(round)))
              AND s.added_at IS NOT NULL AND s.ended_at IS NULL
              AND (s.until IS NULL OR s.until >= (now() AT TIME ZONE w.time_zone)::date)
            GROUP BY s.person_id, who.name, who.email, said.languages, said.focus_areas
            ORDER BY who.name, s.person_id
            LIMIT 2000
            """)
        let people: [Person.ID] = try rows.map { try $0("person_id") }
        guard !people.isEmpty else { return [] }
        let conflicts = Dictionary(
            grouping: try await conflicts(between: people, and: try await applicants(in: round).map(\.startup)),
            by: \.person)
        return try rows.map { row in
            let person: Person.ID = try row("person_id")
            return try PoolMember(
                person: person, name: row("name"), email: row("email"),
                streams: (row("streams") as JSONB<[LocalizedName]>).value,
                partners: (row("partners") as JSONB<[LocalizedName]>).value,
                languages: row("languages") as [Language]? ?? [],
                focusAreas: row("focus_areas") as [FocusArea.ID]? ?? [],
                answer: row("answer"), conflicts: conflicts[person] ?? [])
        }
    }

    /// Who of the pool of a round's streams somebody is not, among those on its panel: for saying so. Nil where the streams have
    /// no pool. For managers.
    func poolOf(round: ReviewRound.ID) async throws -> Set<Person.ID>? {
        let people: [Person.ID] = try await rows(
            """
            -- people of the pool of a round
            SELECT DISTINCT s.person_id
            FROM stream_reviewers AS s JOIN tenants AS w ON w.id = s.tenant_id
            WHERE s.tenant_id = acting_tenant() AND acts_as('manager', 'system')
              AND s.stream_id IN (SELECT streams_of_round(\(round)))
              AND s.added_at IS NOT NULL AND s.ended_at IS NULL
              AND (s.until IS NULL OR s.until >= (now() AT TIME ZONE w.time_zone)::date)
            """
        ).map { try $0("person_id") }
        return people.isEmpty ? nil : Set(people)
    }
}

extension Query {
    /// Whose time in a pool `s` the seat reaches, the query's own answer to what row-level security says again.
    fileprivate static var reachOfPools: Query {
        """
        (acts_as('manager', 'system') OR acts_as('partner') AND s.institution_id = acting_institution())
        """
    }

    /// A partner knows its own people alone, and of whoever left it no name.
    fileprivate static var streamReviewers: Query {
        """
        SELECT s.id, s.stream_id, t.name AS stream_name, s.person_id, coalesce(who.name, own.name, '') AS name,
               coalesce(who.email, own.email, '') AS email, s.institution_id, i.names AS partner_names, s.proposed_at,
               s.added_at, adder.name AS added_by_name, s.refused_reason, s.until, s.ended_at,
               CASE WHEN s.refused_at IS NOT NULL THEN 'refused' WHEN s.ended_at IS NOT NULL OR is_over THEN 'ended'
                    WHEN s.added_at IS NULL THEN 'nominated' ELSE 'member' END AS status,
               said.languages, said.focus_areas
        FROM stream_reviewers AS s
        JOIN tenants AS w ON w.id = s.tenant_id
        CROSS JOIN LATERAL (
            SELECT coalesce(s.until < (now() AT TIME ZONE w.time_zone)::date, false) AS is_over) AS days
        JOIN streams AS t ON t.tenant_id = s.tenant_id AND t.id = s.stream_id
        LEFT JOIN people AS who ON who.id = s.person_id
        LEFT JOIN own_staff() AS own ON own.person_id = s.person_id
        LEFT JOIN institutions AS i ON i.tenant_id = s.tenant_id AND i.id = s.institution_id
        LEFT JOIN people AS adder ON adder.id = s.added_by
        LEFT JOIN LATERAL (
            SELECT p.languages, p.focus_areas FROM panel_members AS p
            WHERE p.tenant_id = s.tenant_id AND p.person_id = s.person_id
            ORDER BY p.invited_at DESC, p.round_id LIMIT 1) AS said ON true
        """
    }
}

extension StreamReviewer {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), stream: row("stream_id"), streamName: row("stream_name"), person: row("person_id"),
            name: row("name"), email: row("email"), partner: row("institution_id"), partnerName: row("partner_names"),
            proposedAt: row("proposed_at"), addedAt: row("added_at"), addedByName: row("added_by_name"),
            refusedReason: row("refused_reason"), until: row("until"), endedAt: row("ended_at"), status: row("status"),
            languages: row("languages") as [Language]? ?? [], focusAreas: row("focus_areas") as [FocusArea.ID]? ?? [])
    }
}

extension StreamReviewer.Status: PostgresCodable {}

extension Transaction {
    /// Whoever's last day in the pool is past is out of it, so that they can be added again.
    func insert(
        _ id: StreamReviewer.ID, _ person: Person.ID, intoPoolOf stream: ProgramStream.ID, until: CalendarDate?,
        in tenant: Tenant.ID, by adder: Person.ID
    ) async throws {
        try await execute(
            """
            -- addToPool: whose days are over
            UPDATE stream_reviewers AS s SET ended_at = now(), ended_by = \(adder)
            FROM tenants AS w
            WHERE s.tenant_id = \(tenant) AND w.id = s.tenant_id AND s.stream_id = \(stream) AND s.person_id = \(person)
              AND s.refused_at IS NULL AND s.ended_at IS NULL AND s.until < (now() AT TIME ZONE w.time_zone)::date
            """)
        try await execute(
            """
            -- addToPool
            INSERT INTO stream_reviewers (tenant_id, id, stream_id, person_id, proposed_by, added_at, added_by, until)
            VALUES (\(tenant), \(id), \(stream), \(person), \(adder), now(), \(adder), \(until))
            """)
    }

    /// Says whether they were in the pool.
    func end(_ person: Person.ID, inPoolOf stream: ProgramStream.ID, by manager: Person.ID) async throws -> Bool {
        try await execute(
            """
            -- removeFromPool
            UPDATE stream_reviewers SET ended_at = now(), ended_by = \(manager)
            WHERE tenant_id = acting_tenant() AND stream_id = \(stream) AND person_id = \(person)
              AND added_at IS NOT NULL AND ended_at IS NULL
            """) == 1
    }

    func insertNomination(
        _ id: StreamReviewer.ID, of person: Person.ID, for stream: ProgramStream.ID, as partner: Institution.ID,
        in tenant: Tenant.ID, by nominator: Person.ID
    ) async throws {
        try await execute(
            """
            -- nominateReviewers
            INSERT INTO stream_reviewers (tenant_id, id, stream_id, person_id, institution_id, proposed_by)
            VALUES (\(tenant), \(id), \(stream), \(person), \(partner), \(nominator))
            """)
    }

    /// The nomination, with its row locked until the transaction ends.
    func lockNomination(_ id: StreamReviewer.ID) async throws -> StreamReviewer? {
        try await execute(
            "/* lockNomination */ SELECT FROM stream_reviewers WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE"
        )
        return try await streamReviewer(id)
    }

    func recordAcceptance(ofNomination id: StreamReviewer.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- acceptNomination
            UPDATE stream_reviewers SET added_at = now(), added_by = \(person)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func recordRefusal(ofNomination id: StreamReviewer.ID, because reason: ShortText, by person: Person.ID) async throws
    {
        try await execute(
            """
            -- refuseNomination
            UPDATE stream_reviewers SET refused_at = now(), refused_by = \(person), refused_reason = \(reason)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func recordWithdrawal(ofNomination id: StreamReviewer.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- withdrawNomination
            UPDATE stream_reviewers SET ended_at = now(), ended_by = \(person)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    /// Who nominated somebody, as long as they hold a seat here: whom the answer is written to.
    func nominator(of id: StreamReviewer.ID) async throws -> Person.ID? {
        try await first(
            """
            -- nominator
            SELECT s.proposed_by FROM stream_reviewers AS s
            JOIN memberships AS m ON m.tenant_id = s.tenant_id AND m.person_id = s.proposed_by
                AND m.institution_id = s.institution_id AND m.ended_at IS NULL
            WHERE s.tenant_id = acting_tenant() AND s.id = \(id)
            LIMIT 1
            """
        ).map { try $0("proposed_by") }
    }
}
