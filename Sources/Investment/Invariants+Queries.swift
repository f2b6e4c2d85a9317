package import Postgres

extension InvestmentRoom {
    /// What holds for mandates, match runs and shortlists beside their constraints.
    package static let invariants: [Invariant] = [
        Invariant(
            "mandates_keep_every_revision",
            violatedBy: """
                SELECT m.tenant_id, m.id, 'version ' || m.version || ', ' || count(r.version) || ' revisions' AS detail
                FROM mandates AS m
                LEFT JOIN mandate_revisions AS r ON r.tenant_id = m.tenant_id AND r.mandate_id = m.id
                GROUP BY m.tenant_id, m.id HAVING max(r.version) IS DISTINCT FROM m.version
                """),
        Invariant(
            "shortlists_are_ranked_from_one",
            violatedBy: """
                SELECT i.tenant_id, i.shortlist_id AS id, count(*) || ' up to rank ' || max(i.rank) AS detail
                FROM (SELECT x.tenant_id, x.shortlist_id, x.rank FROM shortlist_items AS x
                      UNION ALL
                      -- Until the release a withheld item keeps its place free.
                      SELECT w.tenant_id, w.shortlist_id, w.rank FROM withheld_items AS w
                      JOIN shortlists AS l ON l.tenant_id = w.tenant_id AND l.id = w.shortlist_id
                      WHERE l.released_at IS NULL) AS i
                GROUP BY i.tenant_id, i.shortlist_id
                HAVING min(i.rank) <> 1 OR max(i.rank) <> count(*)
                """),
        Invariant(
            "shortlists_are_for_the_investor_of_the_mandate",
            violatedBy: """
                SELECT l.tenant_id, l.id, 'for ' || l.investor_id AS detail
                FROM shortlists AS l JOIN mandates AS m ON m.tenant_id = l.tenant_id AND m.id = l.mandate_id
                WHERE m.investor_id <> l.investor_id
                """),
        Invariant(
            "shortlists_are_as_long_as_was_asked",
            violatedBy: """
                SELECT l.tenant_id, l.id, count(*) || ' of at most ' || r.length AS detail
                FROM shortlists AS l
                JOIN match_runs AS r ON r.tenant_id = l.tenant_id AND r.id = l.run_id
                JOIN (\(fragment: itemsAsMade)) AS i ON i.tenant_id = l.tenant_id AND i.shortlist_id = l.id
                GROUP BY l.tenant_id, l.id, r.length HAVING count(*) > r.length
                """),
        Invariant(
            "items_are_listed_or_withheld",
            violatedBy: """
                SELECT w.tenant_id, w.shortlist_id || ' ' || w.startup_id AS id, 'withheld and listed at ' || x.rank AS detail
                FROM withheld_items AS w
                JOIN shortlist_items AS x ON x.tenant_id = w.tenant_id AND x.shortlist_id = w.shortlist_id
                    AND x.startup_id = w.startup_id
                """),
        Invariant(
            "nobody_is_told_of_declined_lists",
            violatedBy: """
                SELECT t.tenant_id, t.teaser_id || ' ' || t.shortlist_id AS id, 'declined at ' || l.declined_at AS detail
                FROM teaser_lists AS t JOIN shortlists AS l ON l.tenant_id = t.tenant_id AND l.id = t.shortlist_id
                WHERE l.declined_at IS NOT NULL
                """),
        Invariant(
            "match_runs_count_their_lists",
            violatedBy: """
                SELECT r.tenant_id, r.id, 'says ' || r.mandates || ' lists' AS detail FROM match_runs AS r
                WHERE r.finished_at IS NOT NULL AND r.mandates <> (
                    SELECT count(*) FROM shortlists AS l WHERE l.tenant_id = r.tenant_id AND l.run_id = r.id)
                """),
        Invariant(
            "match_runs_count_whom_they_show",
            violatedBy: """
                SELECT r.tenant_id, r.id,
                       'says ' || r.shown || ' and ' || r.most_lists || ', shows ' || found.shown || ' and ' || found.most
                           AS detail
                FROM match_runs AS r
                CROSS JOIN LATERAL (
                    SELECT count(*) AS shown, coalesce(max(s.lists), 0) AS most
                    FROM (SELECT i.startup_id, count(*) AS lists
                          FROM shortlists AS l
                          JOIN (\(fragment: itemsAsMade)) AS i ON i.tenant_id = l.tenant_id AND i.shortlist_id = l.id
                          WHERE l.tenant_id = r.tenant_id AND l.run_id = r.id GROUP BY i.startup_id) AS s) AS found
                WHERE r.shown IS NOT NULL AND (r.shown, r.most_lists) <> (found.shown, found.most)
                """),
        Invariant(
            "match_runs_keep_to_their_cap",
            violatedBy: """
                SELECT r.tenant_id, r.id, r.most_lists || ' lists of a startup, asked for ' || r.rule_most_lists AS detail
                FROM match_runs AS r WHERE r.most_lists > r.rule_most_lists
                """),
        Invariant(
            "answers_follow_the_release_of_their_list",
            violatedBy: """
                SELECT w.tenant_id, w.shortlist_id || ' ' || w.id AS id, 'answered at ' || w.answered_at AS detail
                FROM shortlist_answers AS w JOIN shortlists AS l ON l.tenant_id = w.tenant_id AND l.id = w.shortlist_id
                WHERE l.released_at IS NULL OR w.answered_at < l.released_at
                """),
        Invariant(
            "models_in_use_are_trained",
            violatedBy: """
                SELECT u.tenant_id, u.id, 'model ' || m.version AS detail
                FROM model_uses AS u JOIN learned_models AS m ON m.tenant_id = u.tenant_id AND m.id = u.model_id
                WHERE m.trained_at IS NULL
                """),
        Invariant(
            "money_of_investments_is_never_negative",
            violatedBy: """
                SELECT i.tenant_id, i.id, i.round_minor::text AS detail FROM investments AS i WHERE i.round_minor < 0
                UNION ALL
                SELECT m.tenant_id, m.id, concat_ws(' to ', m.cheque_min_minor, m.cheque_max_minor) FROM mandates AS m
                WHERE m.cheque_min_minor < 0 OR m.cheque_max_minor < m.cheque_min_minor
                """),
        Invariant(
            "introductions_stand_where_their_steps_say",
            violatedBy: """
                SELECT n.tenant_id, n.id, n.stage || ' after ' || coalesce(s.stage, 'no step') AS detail
                FROM introductions AS n
                LEFT JOIN LATERAL (
                    SELECT p.stage FROM introduction_steps AS p
                    WHERE p.tenant_id = n.tenant_id AND p.introduction_id = n.id ORDER BY p.at DESC, p.id DESC LIMIT 1
                ) AS s ON true
                WHERE s.stage IS DISTINCT FROM n.stage
                """),
        Invariant(
            "introductions_end_with_a_reason",
            violatedBy: """
                SELECT n.tenant_id, n.id, n.stage || coalesce(' because ' || e.reason, ' without a reason') AS detail
                FROM introductions AS n
                LEFT JOIN introduction_endings AS e ON e.tenant_id = n.tenant_id AND e.introduction_id = n.id
                WHERE (n.ended_at IS NULL) <> (e.reason IS NULL)
                """),
        Invariant(
            "portfolios_hold_what_introductions_ended_in",
            violatedBy: """
                SELECT n.tenant_id, n.id, coalesce('holds ' || v.amount_minor || ' on ' || v.made_on, 'holds nothing') AS detail
                FROM introductions AS n
                JOIN LATERAL (
                    SELECT p.at, p.amount_minor, p.currency, p.instrument, p.day FROM introduction_steps AS p
                    WHERE p.tenant_id = n.tenant_id AND p.introduction_id = n.id AND p.stage = 'closed'
                    ORDER BY p.at DESC, p.id DESC LIMIT 1) AS s ON true
                LEFT JOIN investments AS v ON v.tenant_id = n.tenant_id AND v.introduction_id = n.id
                WHERE n.stage = 'closed'
                  AND CASE WHEN v.id IS NULL
                      THEN NOT EXISTS (SELECT FROM investments_taken_back AS b
                                       WHERE b.tenant_id = n.tenant_id AND b.introduction_id = n.id
                                         AND b.taken_back_at >= s.at)
                      ELSE (v.investor_id, v.startup_id, v.made_on) IS DISTINCT FROM (n.investor_id, n.startup_id, s.day)
                          OR v.source <> 'recorded' AND (v.amount_minor, v.amount_currency, v.instrument)
                              IS DISTINCT FROM (s.amount_minor, s.currency, s.instrument) END
                UNION ALL
                SELECT v.tenant_id, v.id, 'of an introduction that is ' || coalesce(n.stage, 'not there')
                FROM investments AS v
                LEFT JOIN introductions AS n ON n.tenant_id = v.tenant_id AND n.id = v.introduction_id
                WHERE v.introduction_id IS NOT NULL AND n.stage IS DISTINCT FROM 'closed'
                """),
        Invariant(
            "contacts_follow_two_consents",
            violatedBy: """
                SELECT n.tenant_id, n.id, count(c.side) || ' contacts, ' || n.stage AS detail
                FROM introductions AS n
                LEFT JOIN introduction_contacts AS c ON c.tenant_id = n.tenant_id AND c.introduction_id = n.id
                    AND c.person_id = CASE c.side WHEN 'investor' THEN n.asked_by ELSE n.consented_by END
                GROUP BY n.tenant_id, n.id, n.stage, n.introduced_at
                HAVING count(c.side) <> CASE WHEN n.introduced_at IS NULL THEN 0 ELSE 2 END
                """),
        Invariant(
            "startups_consent_in_time",
            violatedBy: """
                SELECT n.tenant_id, n.id, 'introduced at ' || n.introduced_at || ', asked until ' || n.consent_by AS detail
                FROM introductions AS n WHERE (n.introduced_at AT TIME ZONE 'UTC')::date > n.consent_by
                """),
        Invariant(
            "introductions_rest_on_interest",
            violatedBy: """
                SELECT n.tenant_id, n.id, 'nobody was interested' AS detail FROM introductions AS n
                WHERE NOT EXISTS (
                    SELECT FROM shortlist_answers AS w
                    JOIN shortlists AS l ON l.tenant_id = w.tenant_id AND l.id = w.shortlist_id
                    WHERE w.tenant_id = n.tenant_id AND w.shortlist_id = n.shortlist_id AND w.startup_id = n.startup_id
                      AND w.answer = 'interested' AND l.investor_id = n.investor_id)
                """),
        Invariant.trail(
            "introductions_are_on_the_trail",
            of: ["introductions", "introduction_steps", "investor_verifications", "blocks"]),
        Invariant.trailCounts(
            "what_belongs_to_introductions_is_on_the_trail",
            of: ["introduction_endings", "introduction_contacts", "introduction_meetings", "investor_pauses"]),
        Invariant(
            "firms_with_people_keep_a_principal",
            violatedBy: """
                SELECT m.tenant_id, m.institution_id AS id, count(*) || ' people, none of them a principal' AS detail
                FROM memberships AS m
                JOIN people AS p ON p.id = m.person_id AND p.disabled_at IS NULL
                LEFT JOIN firm_roles AS r ON r.tenant_id = m.tenant_id AND r.seat_id = m.id
                WHERE m.role = 'investor' AND m.ended_at IS NULL
                GROUP BY m.tenant_id, m.institution_id
                HAVING NOT bool_or(coalesce(r.role, 'principal') = 'principal')
                """),
        Invariant(
            "firm_notes_keep_every_wording",
            violatedBy: """
                SELECT n.tenant_id, n.id, 'version ' || n.version || ', ' || count(w.version) || ' wordings' AS detail
                FROM firm_notes AS n
                LEFT JOIN firm_note_texts AS w ON w.tenant_id = n.tenant_id AND w.note_id = n.id
                GROUP BY n.tenant_id, n.id HAVING max(w.version) IS DISTINCT FROM n.version OR count(w.version) <> n.version
                """),
        Invariant.trail(
            "work_of_firms_is_on_the_trail",
            of: ["firm_notes", "recommendations", "referrals", "teasers", "teaser_openings"]),
        Invariant.trailCounts(
            "what_belongs_to_firms_is_on_the_trail", of: ["firm_roles", "firm_note_texts", "teaser_lists"]),
        Invariant.trail(
            "investment_is_on_the_trail",
            of: [
                "mandates", "investments", "investments_taken_back", "match_runs", "shortlists", "shortlist_answers",
                "learned_models",
                "model_uses",
            ]),
        Invariant.trailCounts("what_is_withheld_is_on_the_trail", of: ["withheld_items"]),
        Invariant.trailCounts("terms_of_mandates_are_on_the_trail", of: ["mandate_focus_areas", "mandate_revisions"]),
    ]

    /// The items that runs put on lists, whether managers withheld them since or not.
    private static var itemsAsMade: Query {
        """
        SELECT tenant_id, shortlist_id, startup_id FROM shortlist_items
        UNION ALL SELECT tenant_id, shortlist_id, startup_id FROM withheld_items
        """
    }
}
