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
                   OR EXISTS (
                    SELECT FROM mou_events AS e
                    WHERE e.tenant_id = m.tenant_id AND e.mou_id = m.id AND e.from_state = m.state
                      AND e.to_state <> m.state)
                """),
        Invariant(
            "agreements_move_along_their_states",
            violatedBy: """
                SELECT e.tenant_id, e.mou_id || ' ' || e.id AS id,
                       coalesce(e.from_state, 'nothing') || ' to ' || e.to_state AS detail
                FROM mou_events AS e
                WHERE (coalesce(e.from_state, ''), e.to_state) NOT IN (
                    ('', 'draft'), ('draft', 'in_review'), ('in_review', 'agreed'), ('agreed', 'signed'),
                    ('signed', 'terminated'), ('draft', 'abandoned'), ('in_review', 'abandoned'))
                """),
        Invariant(
            "agreements_take_each_step_once",
            violatedBy: """
                SELECT e.tenant_id, e.mou_id AS id, count(*) || ' times ' || e.to_state AS detail
                FROM mou_events AS e GROUP BY e.tenant_id, e.mou_id, e.to_state HAVING count(*) > 1
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
        Invariant.trail(
            "promises_are_on_the_trail",
            of: ["mou_targets", "mou_deliverables", "mou_benefits", "mou_benefit_uses", "mou_links"]),
        Invariant.trail("agreements_are_on_the_trail", of: ["mous", "signing_events", "mou_events"]),
        Invariant.trailCounts(
            "terms_of_agreements_are_on_the_trail",
            of: ["mou_parties", "mou_participants", "mou_areas", "mou_objectives"]),
    ]
}
