internal import Institutions
internal import Postgres
internal import Vocabulary

extension Statements {
    /// What is to be told of verifications and mandates that lapse, and to whom: the principals of the firm, and the park's
    /// managers. Of several days that have passed, the latest; that something has lapsed, for two weeks. What was given for
    /// less than a month is not warned of a month before. Only for the service.
    func lapsesToWarnOf() async throws -> [Lapse] {
        try await rows(
            """
            -- lapsesToWarnOf
            WITH today AS (SELECT (now() AT TIME ZONE 'UTC')::date AS today),
            standing AS (
                (SELECT DISTINCT ON (v.investor_id)
                        v.investor_id, NULL::uuid AS mandate_id, NULL::text AS mandate_name, v.valid_until AS last_day,
                        (v.verified_at AT TIME ZONE 'UTC')::date AS since
                 FROM investor_verifications AS v
                 WHERE v.tenant_id = acting_tenant() AND acts_as('system') AND v.revoked_at IS NULL
                   -- What was looked at anew and taken back did not lapse.
                   AND (v.valid_until >= (SELECT d.today FROM today AS d) OR NOT EXISTS (
                       SELECT FROM investor_verifications AS l
                       WHERE l.tenant_id = v.tenant_id AND l.investor_id = v.investor_id AND l.revoked_at IS NOT NULL
                         AND (l.verified_at, l.id) > (v.verified_at, v.id)))
                 ORDER BY v.investor_id, v.valid_until DESC, v.verified_at DESC)
                UNION ALL
                -- One that is not deploying gets no lists anyhow.
                SELECT m.investor_id, m.id, m.name, m.confirmed_until, (m.created_at AT TIME ZONE 'UTC')::date
                FROM mandates AS m
                WHERE m.tenant_id = acting_tenant() AND acts_as('system') AND m.withdrawn_at IS NULL AND m.deploying),
            due AS (
                SELECT s.investor_id, s.mandate_id, s.mandate_name, s.last_day, o.occasion
                FROM standing AS s CROSS JOIN today AS d
                CROSS JOIN LATERAL (
                    SELECT o.occasion
                    FROM (VALUES ('lapsed', -1), ('lapses_in_7_days', 7), ('lapses_in_30_days', 30)) AS o (occasion, days)
                    WHERE s.last_day - o.days <= d.today AND s.last_day - o.days > s.since
                    ORDER BY o.days LIMIT 1) AS o
                WHERE s.last_day BETWEEN d.today - 14 AND d.today + 30),
            told AS (
                SELECT d.investor_id, d.mandate_id, d.mandate_name, d.last_day, d.occasion, w.person_id,
                       bool_and(w.is_park) AS is_park
                FROM due AS d
                CROSS JOIN LATERAL (
                    SELECT p.person_id, false AS is_park FROM people_of_firm(d.investor_id, 'system') AS p
                    WHERE NOT p.has_left AND p.firm_role = 'principal'
                    UNION ALL
                    SELECT m.person_id, true FROM memberships AS m
                    JOIN people AS who ON who.id = m.person_id AND who.disabled_at IS NULL
                    WHERE m.tenant_id = acting_tenant() AND m.role = 'manager' AND m.ended_at IS NULL) AS w
                WHERE NOT EXISTS (
                    SELECT FROM lapse_warnings AS l
                    WHERE l.tenant_id = acting_tenant() AND l.investor_id = d.investor_id
                      AND l.mandate_id IS NOT DISTINCT FROM d.mandate_id AND l.person_id = w.person_id
                      AND l.occasion = d.occasion AND l.last_day = d.last_day)
                GROUP BY d.investor_id, d.mandate_id, d.mandate_name, d.last_day, d.occasion, w.person_id)
            SELECT t.investor_id, i.names, t.mandate_id, t.mandate_name, t.last_day, t.occasion, t.person_id, t.is_park
            FROM told AS t JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = t.investor_id
            ORDER BY t.person_id, t.is_park, t.last_day, t.investor_id, t.mandate_id NULLS FIRST
            """
        ).map {
            try Lapse(
                investor: $0("investor_id"), investorName: $0("names"), mandate: $0("mandate_id"),
                mandateName: $0("mandate_name"), occasion: $0("occasion"), lastDay: $0("last_day"),
                person: $0("person_id"), isPark: $0("is_park"))
        }
    }
}

extension Transaction {
    /// Notes a warning; says whether nobody did before.
    func note(_ lapse: Lapse) async throws -> Bool {
        try await execute(
            """
            -- warnOfLapses
            INSERT INTO lapse_warnings (tenant_id, investor_id, mandate_id, person_id, occasion, last_day)
            VALUES (acting_tenant(), \(lapse.investor), \(lapse.mandate), \(lapse.person), \(lapse.occasion),
                    \(lapse.lastDay))
            ON CONFLICT DO NOTHING
            """) == 1
    }
}

extension Lapse.Occasion: PostgresCodable {}
