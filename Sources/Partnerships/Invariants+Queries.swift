package import Postgres

extension PartnershipsRoom {
    /// What holds for agreements beside their constraints.
    package static let invariants: [Invariant] = [
        Invariant(
            "agreements_stand_where_their_history_says",
            violatedBy: """
                SELECT m.tenant_id, m.id, m.state || ' without a step that led there or with one that led on' AS detail
                FROM mous AS m
                WHERE NOT EXISTS (
                    SELECT FROM mou_events AS e
                    WHERE e.tenant_id = m.tenant_id AND e.mou_id = m.id AND e.to_state = m.state)
                   OR (SELECT count(*) FILTER (WHERE e.to_state = m.state) - count(*) FILTER (WHERE e.from_state = m.state)
                       FROM mou_events AS e WHERE e.tenant_id = m.tenant_id AND e.mou_id = m.id) <> 1
                """),
        Invariant(
            "agreements_move_along_their_states",
            violatedBy: """
                SELECT e.tenant_id, e.mou_id || ' ' || e.id AS id,
                       coalesce(e.from_state, 'nothing') || ' to ' || e.to_state AS detail
                FROM mou_events AS e
                WHERE (coalesce(e.from_state, ''), e.to_state) NOT IN (
                    ('', 'draft'), ('draft', 'in_review'), ('in_review', 'agreed'), ('agreed', 'signed'),
                    ('signed', 'terminated'), ('agreed', 'in_review'), ('draft', 'abandoned'),
                    ('in_review', 'abandoned'), ('agreed', 'abandoned'))
                """),
        Invariant(
            "agreements_begin_and_end_once",
            violatedBy: """
                SELECT e.tenant_id, e.mou_id AS id, count(*) || ' times ' || e.to_state AS detail
                FROM mou_events AS e WHERE e.to_state NOT IN ('in_review', 'agreed')
                GROUP BY e.tenant_id, e.mou_id, e.to_state HAVING count(*) > 1
                """),
        Invariant(
            "signed_agreements_bind_two_parties",
            violatedBy: """
                SELECT m.tenant_id, m.id, count(p.institution_id) || ' parties' AS detail
                FROM mous AS m LEFT JOIN mou_parties AS p ON p.tenant_id = m.tenant_id AND p.mou_id = m.id
                WHERE m.state IN ('signed', 'terminated')
                GROUP BY m.tenant_id, m.id HAVING count(p.institution_id) < 2
                """),
        Invariant(
            "signed_agreements_are_signed_for_each_party",
            violatedBy: """
                SELECT p.tenant_id, p.mou_id AS id, 'nobody signed for ' || p.institution_id AS detail
                FROM mou_parties AS p
                JOIN mous AS m ON m.tenant_id = p.tenant_id AND m.id = p.mou_id AND m.state IN ('signed', 'terminated')
                WHERE NOT EXISTS (
                    SELECT FROM mou_participants AS s
                    WHERE s.tenant_id = p.tenant_id AND s.mou_id = p.mou_id AND s.kind = 'signatory'
                      AND s.institution_id = p.institution_id)
                """),
        Invariant(
            "agreements_end_after_they_are_signed",
            violatedBy: """
                SELECT m.tenant_id, m.id, 'terminated on ' || m.terminated_on AS detail FROM mous AS m
                WHERE m.terminated_on < m.signed_on OR m.terminated_on >= m.ends_on
                """),
        Invariant(
            "agreements_are_signed_by_every_party_on_its_day",
            violatedBy: """
                SELECT m.tenant_id, m.id, 'signed on ' || m.signed_on || ', its parties on ' || coalesce(s.days, 'no day')
                       AS detail
                FROM mous AS m
                CROSS JOIN LATERAL (
                    SELECT string_agg(g.signed_on::text, ', ' ORDER BY g.signed_on) AS days, max(g.signed_on) AS last,
                           count(*) AS signatures
                    FROM mou_signatures AS g WHERE g.tenant_id = m.tenant_id AND g.mou_id = m.id) AS s
                WHERE m.state IN ('signed', 'terminated')
                  AND (s.last IS DISTINCT FROM m.signed_on
                       OR s.signatures < (SELECT count(*) FROM mou_parties AS p
                                          WHERE p.tenant_id = m.tenant_id AND p.mou_id = m.id))
                """),
        Invariant(
            "amendments_count_once_every_party_has_signed",
            violatedBy: """
                SELECT d.tenant_id, d.id, s.signatures || ' signatures, signed on ' || coalesce(d.signed_on::text, 'no day')
                       AS detail
                FROM mou_amendments AS d
                CROSS JOIN LATERAL (
                    SELECT count(*) AS signatures, max(g.signed_on) AS last FROM mou_amendment_signatures AS g
                    WHERE g.tenant_id = d.tenant_id AND g.mou_id = d.mou_id AND g.amendment_id = d.id) AS s
                WHERE d.signed_on IS DISTINCT FROM CASE WHEN s.signatures = (
                    SELECT count(*) FROM mou_parties AS p WHERE p.tenant_id = d.tenant_id AND p.mou_id = d.mou_id)
                    THEN s.last END
                """),
        Invariant(
            "agreements_end_as_they_were_last_amended",
            violatedBy: """
                SELECT m.tenant_id, m.id, 'it ends on ' || coalesce(m.ends_on::text, 'no day') AS detail
                FROM mous AS m
                JOIN LATERAL (
                    SELECT d.ends_on FROM mou_amendments AS d
                    WHERE d.tenant_id = m.tenant_id AND d.mou_id = m.id AND d.signed_on IS NOT NULL
                      AND d.ends_on IS NOT NULL
                    ORDER BY d.signed_on DESC, d.number DESC LIMIT 1) AS d ON true
                WHERE m.ends_on IS DISTINCT FROM d.ends_on
                """),
        Invariant(
            "renewals_have_a_first_term",
            violatedBy: """
                SELECT m.tenant_id, m.id, 'it renews itself, or 99 others' AS detail FROM mous AS m
                WHERE m.prior_mou_id IS NOT NULL AND term_of(m.tenant_id, m.id) >= 100
                """),
        Invariant(
            "texts_bear_their_hash",
            violatedBy: """
                SELECT x.tenant_id, x.mou_id || ' ' || x.language || ' ' || x.version AS id, 'its hash is another' AS detail
                FROM mou_texts AS x WHERE x.sha256 <> sha256(convert_to(x.body, 'UTF8'))
                """),
        Invariant(
            "links_rest_on_signed_agreements",
            violatedBy: """
                SELECT l.tenant_id, l.id, 'under an agreement that is ' || m.state AS detail
                FROM mou_links AS l JOIN mous AS m ON m.tenant_id = l.tenant_id AND m.id = l.mou_id
                WHERE m.state NOT IN ('signed', 'terminated')
                """),
        Invariant(
            "benefits_are_used_within_their_quota",
            violatedBy: """
                SELECT b.tenant_id, b.id, u.uses || ' uses of ' || b.quota AS detail
                FROM mou_benefits AS b
                CROSS JOIN LATERAL (
                    SELECT (SELECT count(*) FROM mou_benefit_uses AS u
                            WHERE u.tenant_id = b.tenant_id AND u.mou_id = b.mou_id AND u.benefit_id = b.id)
                         + (SELECT count(*) FROM fast_track_codes AS k
                            JOIN call_admissions AS x ON x.tenant_id = k.tenant_id AND x.code_id = k.id
                            WHERE b.kind = 'fast_track' AND k.tenant_id = b.tenant_id AND k.mou_id = b.mou_id) AS uses
                ) AS u
                WHERE u.uses > b.quota
                """),
        Invariant(
            "files_of_agreements_are_whole",
            violatedBy: """
                SELECT d.tenant_id, d.id, 'of ' || d.bytes || ' bytes there are ' || coalesce(c.bytes, 0)
                       || coalesce(', known to be damaged since ' || d.damaged_at, '') AS detail
                FROM mou_documents AS d
                LEFT JOIN LATERAL (
                    SELECT sum(octet_length(c.bytes)) AS bytes, string_agg(c.bytes, '' ORDER BY c.seq) AS whole
                    FROM mou_document_chunks AS c
                    WHERE c.tenant_id = d.tenant_id AND c.mou_id = d.mou_id AND c.document_id = d.id) AS c ON true
                WHERE CASE WHEN d.withdrawn_at IS NULL AND d.state <> 'rejected'
                           THEN c.bytes IS DISTINCT FROM d.bytes OR sha256(c.whole) <> d.sha256
                           ELSE c.bytes IS NOT NULL END
                """),
        Invariant.trail(
            "promises_are_on_the_trail",
            of: [
                "mou_targets", "mou_deliverables", "mou_benefits", "mou_benefit_uses", "mou_links", "mou_amendments",
                "mou_working_groups", "mou_meetings", "mou_actions", "mou_documents", "mou_sessions",
                "mou_benefit_uses_taken_back",
            ]),
        Invariant.trail("agreements_are_on_the_trail", of: ["mous", "signing_events", "mou_events", "mou_handovers"]),
        Invariant.trailCounts(
            "terms_of_agreements_are_on_the_trail",
            of: [
                "mou_parties", "mou_participants", "mou_areas", "mou_objectives", "mou_clauses", "mou_texts",
                "mou_signatures", "mou_amendment_signatures", "mou_group_members",
            ]),
    ]
}
