internal import Accounts
internal import Institutions
internal import Postgres
internal import Vocabulary

extension Statements {
    /// Agreements that renew themselves, have ended, and are not renewed by another that is signed. Only for the service.
    func agreementsToRenew() async throws -> [MoU.ID] {
        try await rows(
            """
            -- agreementsToRenew
            SELECT m.id FROM mous AS m JOIN tenants AS t ON t.id = m.tenant_id
            WHERE m.tenant_id = acting_tenant() AND acts_as('system') AND m.state = 'signed' AND m.renews_itself
              AND m.notice_given_on IS NULL AND m.ends_on <= (now() AT TIME ZONE t.time_zone)::date
              AND NOT EXISTS (
                  SELECT FROM mous AS n
                  WHERE n.tenant_id = m.tenant_id AND n.prior_mou_id = m.id AND n.state IN ('signed', 'terminated'))
            ORDER BY m.id
            """
        ).map { try $0("id") }
    }
}

extension Transaction {
    func saveNotice(of mou: MoU) async throws {
        try await execute(
            """
            -- giveNotice
            UPDATE mous SET notice_given_on = \(mou.notice?.givenOn), notice_given_by = \(mou.notice?.institution)
            WHERE tenant_id = acting_tenant() AND id = \(mou.id)
            """)
    }

    /// Locks an agreement that is due to renew itself; says whether it still is.
    func lockAgreementToRenew(_ id: MoU.ID) async throws -> Bool {
        let locked = try await first(
            "/* renewAgreement */ SELECT id FROM mous WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE")
        guard locked != nil else { return false }
        return try await agreementsToRenew().contains(id)
    }

    /// The row and its parts once more, as the next term: each step as a person would take it, since each is checked. It is
    /// as long as the earlier one was meant to be, in years, months and days, before any amendment moved its end.
    func beginTerm(_ next: MoU.ID, after ended: MoU.ID) async throws {
        try await execute(
            """
            -- renewAgreement
            INSERT INTO mous (tenant_id, id, reference, title, kind, binding, summary, notice_days, prevailing_language,
                              legal_reviewer, renews_itself)
            SELECT m.tenant_id, \(next), f.reference, m.title, m.kind, m.binding, m.summary,
                   coalesce((SELECT d.notice_days FROM mou_amendments AS d
                             WHERE d.tenant_id = m.tenant_id AND d.mou_id = m.id AND d.notice_days IS NOT NULL
                               AND d.signed_on IS NOT NULL AND d.effective_on <= m.ends_on
                             ORDER BY d.number DESC LIMIT 1), m.notice_days),
                   m.prevailing_language, m.legal_reviewer, true
            FROM mous AS m
            CROSS JOIN LATERAL (
                -- “MoU-2 · 3” is the third term of MoU-2, unless another agreement is filed under that. A name that is as
                -- long as names may be loses its end.
                SELECT s.stem || ' · ' || n AS reference
                FROM generate_series(term_of(m.tenant_id, m.id) + 1, term_of(m.tenant_id, m.id) + 1000) AS n
                CROSS JOIN LATERAL (
                    SELECT rtrim(left(regexp_replace(m.reference, ' · \\d+$', ''),
                                      200 - length(' · ' || n))) AS stem) AS s
                WHERE NOT EXISTS (
                    SELECT FROM mous AS x WHERE x.tenant_id = m.tenant_id AND x.reference = s.stem || ' · ' || n)
                ORDER BY n LIMIT 1) AS f
            WHERE m.tenant_id = acting_tenant() AND m.id = \(ended)
            """)
        for part: Query in [
            """
            -- A further term that is drafted, or agreed and not signed, follows this one.
            UPDATE mous SET prior_mou_id = \(next)
            WHERE tenant_id = acting_tenant() AND prior_mou_id = \(ended) AND state IN ('draft', 'in_review', 'agreed')
            """,
            "UPDATE mous SET prior_mou_id = \(ended) WHERE tenant_id = acting_tenant() AND id = \(next)",
            """
            INSERT INTO mou_parties (tenant_id, mou_id, institution_id, role, responsibilities, coordinator)
            SELECT p.tenant_id, \(next), p.institution_id, p.role, p.responsibilities, p.coordinator
            FROM mou_parties AS p
            WHERE p.tenant_id = acting_tenant() AND p.mou_id = \(ended)
            """,
            """
            INSERT INTO mou_areas (tenant_id, mou_id, focus_area, wording, status, status_since, status_reason, position)
            SELECT a.tenant_id, \(next), a.focus_area, a.wording, a.status, a.status_since, a.status_reason, a.position
            FROM mou_areas AS a
            WHERE a.tenant_id = acting_tenant() AND a.mou_id = \(ended)
            """,
            """
            INSERT INTO mou_objectives (tenant_id, mou_id, position, text)
            SELECT o.tenant_id, \(next), o.position, o.text FROM mou_objectives AS o
            WHERE o.tenant_id = acting_tenant() AND o.mou_id = \(ended)
            """,
            """
            INSERT INTO mou_clauses (tenant_id, mou_id, position, title, binding)
            SELECT c.tenant_id, \(next), c.position, c.title, c.binding FROM mou_clauses AS c
            WHERE c.tenant_id = acting_tenant() AND c.mou_id = \(ended)
            """,
            """
            INSERT INTO mou_texts (tenant_id, mou_id, language, version, body, sha256, written_at, written_by)
            SELECT DISTINCT ON (x.language) x.tenant_id, \(next), x.language, 1, x.body, x.sha256, x.written_at, x.written_by
            FROM mou_texts AS x WHERE x.tenant_id = acting_tenant() AND x.mou_id = \(ended)
            ORDER BY x.language, x.version DESC
            """,
            """
            INSERT INTO mou_participants
                (tenant_id, mou_id, position, kind, person_name, title, institution_id, institution_name)
            SELECT s.tenant_id, \(next), s.position, s.kind, s.person_name, s.title, s.institution_id, s.institution_name
            FROM mou_participants AS s WHERE s.tenant_id = acting_tenant() AND s.mou_id = \(ended)
            """,
            "UPDATE mous SET state = 'agreed' WHERE tenant_id = acting_tenant() AND id = \(next)",
            """
            INSERT INTO mou_signatures
                (tenant_id, mou_id, institution_id, signed_on, signing_event_id, recorded_by, signed_by)
            SELECT g.tenant_id, \(next), g.institution_id, g.signed_on, g.signing_event_id, g.recorded_by, g.signed_by
            FROM mou_signatures AS g WHERE g.tenant_id = acting_tenant() AND g.mou_id = \(ended)
            """,
            """
            UPDATE mous AS n SET
                state = 'signed', signing_event_id = m.signing_event_id, signed_on = m.signed_on,
                effective_on = m.ends_on, ends_on = (m.ends_on + age(f.ends_on::timestamp, m.effective_on::timestamp))::date
            FROM mous AS m
            CROSS JOIN LATERAL (
                SELECT coalesce((SELECT d.ends_on_before FROM mou_amendments AS d
                                 WHERE d.tenant_id = m.tenant_id AND d.mou_id = m.id AND d.ends_on IS NOT NULL
                                   AND d.signed_on IS NOT NULL
                                 ORDER BY d.signed_on, d.number LIMIT 1), m.ends_on) AS ends_on) AS f
            WHERE n.tenant_id = acting_tenant() AND n.id = \(next) AND m.tenant_id = n.tenant_id AND m.id = \(ended)
            """,
            """
            -- What was amended stays so: the parties signed those words as they signed the text. The end that one of them set
            -- has come.
            WITH carried AS MATERIALIZED (
                SELECT d.tenant_id, d.mou_id, d.id, gen_random_uuid() AS next, d.words, d.sha256, d.effective_on, d.notice_days,
                       d.drafted_at, d.drafted_by, d.signed_on, row_number() OVER (ORDER BY d.number) AS number
                FROM mou_amendments AS d JOIN mous AS m ON m.tenant_id = d.tenant_id AND m.id = d.mou_id
                WHERE d.tenant_id = acting_tenant() AND d.mou_id = \(ended) AND d.signed_on IS NOT NULL
                  AND d.effective_on <= m.ends_on),
            amended AS (
                INSERT INTO mou_amendments (tenant_id, mou_id, id, number, words, sha256, effective_on, notice_days,
                                            drafted_at, drafted_by, signed_on)
                SELECT c.tenant_id, \(next), c.next, c.number, c.words, c.sha256, c.effective_on, c.notice_days, c.drafted_at,
                       c.drafted_by, c.signed_on
                FROM carried AS c)
            INSERT INTO mou_amendment_signatures (tenant_id, mou_id, amendment_id, institution_id, signed_on, person_name,
                                                  title, recorded_at, recorded_by, signed_by)
            SELECT s.tenant_id, \(next), c.next, s.institution_id, s.signed_on, s.person_name, s.title, s.recorded_at,
                   s.recorded_by, s.signed_by
            FROM carried AS c
            JOIN mou_amendment_signatures AS s
                ON s.tenant_id = c.tenant_id AND s.mou_id = c.mou_id AND s.amendment_id = c.id
            """,
            """
            INSERT INTO mou_events (tenant_id, mou_id, id, from_state, to_state)
            SELECT acting_tenant(), \(next), gen_random_uuid(), s.before, s.after
            FROM (VALUES (NULL, 'draft'), ('draft', 'in_review'), ('in_review', 'agreed'), ('agreed', 'signed'))
                AS s (before, after)
            """,
        ] {
            try await execute("/* renewAgreement */ \(fragment: part)")
        }
    }
}
