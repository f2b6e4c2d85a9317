internal import Accounts
package import Institutions
package import Postgres
package import Vocabulary

extension Statements {
    /// Why investors passed a startup over. A founder asks of their own startup and reads what was counted for the last letter,
    /// unless that was before these days; a manager asks of any, and of these days, UTC.
    package func passDigest(
        of startup: Startup.ID, since day: CalendarDate, until last: CalendarDate
    ) async throws -> PassDigest {
        let rows = try await rows(
            """
            -- passDigest
            SELECT d.since, d.until, w.reason, w.investors, w.of_all
            FROM (
                SELECT \(day)::date AS since, \(last)::date AS until WHERE acts_as('manager', 'system')
                UNION ALL
                (SELECT p.counted_since, p.counted_until FROM pass_digests AS p
                 WHERE p.tenant_id = acting_tenant() AND p.startup_id = \(startup) AND acts_as('founder')
                   AND \(startup) = acting_institution() AND p.counted_until >= \(day)
                 ORDER BY p.month DESC LIMIT 1)) AS d
            LEFT JOIN LATERAL why_passed_over(
                \(startup), acting_role(), d.since, d.until, \(PassDigest.fewest)::int4) AS w ON true
            """)
        return PassDigest(
            since: try rows.first.map { try $0("since") } ?? day, until: try rows.first.map { try $0("until") } ?? last,
            investors: try rows.first.flatMap { try $0("of_all") as Int? },
            reasons: try rows.compactMap { row in
                guard let reason = try row("reason") as Answer.PassReason? else { return nil }
                return try PassDigest.Counted(reason: reason, investors: row("investors"))
            })
    }

    /// Whether the acting person is written to about it; so is everybody who has not said otherwise.
    func passLetters() async throws -> PassLetters {
        try await PassLetters(
            wanted: one(
                """
                -- passLetters
                SELECT NOT EXISTS (SELECT FROM pass_letters_declined
                                   WHERE tenant_id = acting_tenant() AND person_id = acting_person()) AS wanted
                """)("wanted"))
    }

    /// Startups whose founders are to be told this month, with the days to tell of: the 365 before it. Only for the service.
    func passDigestsDue() async throws -> [PassDigestDue] {
        try await rows(
            """
            -- passDigestsDue
            WITH days AS (
                SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date AS month,
                       date_trunc('month', now() AT TIME ZONE 'UTC')::date - \(PassDigest.days)::int4 AS since,
                       date_trunc('month', now() AT TIME ZONE 'UTC')::date - 1 AS until),
            passed_over AS (
                SELECT DISTINCT a.startup_id FROM shortlist_answers AS a CROSS JOIN days AS d
                WHERE a.tenant_id = acting_tenant() AND acts_as('system') AND a.answer = 'pass'
                  AND a.answered_at >= d.since::timestamp AT TIME ZONE 'UTC'
                  AND NOT EXISTS (SELECT FROM pass_digests AS p
                                  WHERE p.tenant_id = a.tenant_id AND p.startup_id = a.startup_id AND p.month = d.month))
            SELECT s.startup_id, d.month, d.since, d.until FROM passed_over AS s CROSS JOIN days AS d
            WHERE pass_digest_hides_firms(s.startup_id, acting_role(), d.since, d.until)
            ORDER BY s.startup_id
            """
        ).map {
            try PassDigestDue(startup: $0("startup_id"), month: $0("month"), since: $0("since"), until: $0("until"))
        }
    }

    /// The founders of a startup who are written to about it. Only for the service.
    func founders(toTellOfPassesOf startup: Startup.ID) async throws -> [Person.ID] {
        try await rows(
            """
            -- founders to tell of passes
            SELECT DISTINCT m.person_id FROM memberships AS m JOIN people AS p ON p.id = m.person_id
            WHERE m.tenant_id = acting_tenant() AND acts_as('system') AND m.institution_id = \(startup)
              AND m.role = 'founder' AND m.ended_at IS NULL AND p.disabled_at IS NULL
              AND NOT EXISTS (SELECT FROM pass_letters_declined AS d
                              WHERE d.tenant_id = m.tenant_id AND d.person_id = m.person_id)
            ORDER BY m.person_id
            """
        ).map { try $0("person_id") }
    }
}

extension Transaction {
    /// Notes that founders are told; says whether nobody did this month.
    func note(_ due: PassDigestDue) async throws -> Bool {
        try await execute(
            """
            -- tellOfPasses
            INSERT INTO pass_digests (tenant_id, startup_id, month, counted_since, counted_until)
            VALUES (acting_tenant(), \(due.startup), \(due.month), \(due.since), \(due.until))
            ON CONFLICT DO NOTHING
            """) == 1
    }

    func declinePassLetters(of person: Person.ID) async throws {
        try await execute(
            """
            -- choosePassLetters
            INSERT INTO pass_letters_declined (tenant_id, person_id) VALUES (acting_tenant(), \(person))
            ON CONFLICT DO NOTHING
            """)
    }

    func wantPassLetters(of person: Person.ID) async throws {
        try await execute(
            """
            -- choosePassLetters: again
            DELETE FROM pass_letters_declined WHERE tenant_id = acting_tenant() AND person_id = \(person)
            """)
    }
}
