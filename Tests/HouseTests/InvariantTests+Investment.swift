import Postgres

extension InvariantTests {
    /// A finished run with one released list of one startup.
    static let list: [Query] = [
        """
        INSERT INTO match_runs (
            tenant_id, id, engine, length, as_of, finished_at, inputs_hash, results_hash, mandates, startups, gated_out,
            shown, most_lists, exposure_gini, given_up)
        SELECT t.id, '00000000-0000-4000-8000-000000000111', 'test', 1, now(), now(), 'a', 'b', 1, 9, 0, 1, 1, 0, 0
        FROM tenants AS t WHERE t.slug = 'harbour'
        """,
        listOfMandate(0),
    ]

    static func listOfMandate(_ place: Int) -> Query {
        """
        WITH list AS (
            INSERT INTO shortlists (
                tenant_id, id, run_id, mandate_id, mandate_version, investor_id, considered, released_at, released_by,
                answer_by)
            SELECT m.tenant_id, gen_random_uuid(), '00000000-0000-4000-8000-000000000111', m.id, m.version, m.investor_id,
                   9, now() - interval '1 day', gen_random_uuid(), now() + interval '13 days'
            FROM mandates AS m ORDER BY m.id OFFSET \(place) LIMIT 1
            RETURNING tenant_id, id)
        INSERT INTO shortlist_items (tenant_id, shortlist_id, startup_id, rank, score, parts)
        SELECT list.tenant_id, list.id, s.id, 1, 0, '[]'
        FROM list, (SELECT id FROM startups ORDER BY id LIMIT 1) AS s
        """
    }

    /// An introduction that an investor asked for.
    static let asked: [Query] =
        list + [
            """
            WITH item AS (
                SELECT x.tenant_id, x.shortlist_id, x.startup_id, l.investor_id, l.mandate_id, l.mandate_version
                FROM shortlist_items AS x JOIN shortlists AS l ON l.tenant_id = x.tenant_id AND l.id = x.shortlist_id
                WHERE l.run_id = '00000000-0000-4000-8000-000000000111'),
            answer AS (
                INSERT INTO shortlist_answers (tenant_id, shortlist_id, startup_id, id, answer, answered_by)
                SELECT tenant_id, shortlist_id, startup_id, gen_random_uuid(), 'interested', gen_random_uuid() FROM item),
            introduction AS (
                INSERT INTO introductions (
                    tenant_id, id, investor_id, startup_id, shortlist_id, mandate_id, mandate_version, asked_by, consent_by)
                SELECT tenant_id, gen_random_uuid(), investor_id, startup_id, shortlist_id, mandate_id, mandate_version,
                       gen_random_uuid(), now() + interval '7 days'
                FROM item RETURNING tenant_id, id, asked_by)
            INSERT INTO introduction_steps (tenant_id, introduction_id, id, side, person_id, stage)
            SELECT tenant_id, id, gen_random_uuid(), 'investor', asked_by, 'asked' FROM introduction
            """
        ]

    static let investment: [Plant] = [
        Plant(
            "mandates_keep_every_revision",
            "UPDATE mandates SET version = version + 1 WHERE id = (SELECT id FROM mandates LIMIT 1)"),
        Plant(
            "shortlists_are_ranked_from_one", after: list,
            """
            UPDATE shortlist_items SET rank = 2
            WHERE shortlist_id = (SELECT id FROM shortlists WHERE run_id = '00000000-0000-4000-8000-000000000111')
            """),
        Plant(
            "shortlists_are_for_the_investor_of_the_mandate", after: list,
            "UPDATE shortlists SET investor_id = tenant_id WHERE run_id = '00000000-0000-4000-8000-000000000111'"),
        Plant(
            "shortlists_are_as_long_as_was_asked", after: list,
            """
            INSERT INTO shortlist_items (tenant_id, shortlist_id, startup_id, rank, score, parts)
            SELECT l.tenant_id, l.id, s.id, 2, 0, '[]'
            FROM shortlists AS l, (SELECT id FROM startups ORDER BY id OFFSET 1 LIMIT 1) AS s
            WHERE l.run_id = '00000000-0000-4000-8000-000000000111'
            """,
            "UPDATE match_runs SET shown = 2 WHERE id = '00000000-0000-4000-8000-000000000111'"),
        Plant(
            "items_are_listed_or_withheld", after: list,
            """
            INSERT INTO withheld_items (tenant_id, shortlist_id, startup_id, rank, score, parts, reason, withheld_by)
            SELECT x.tenant_id, x.shortlist_id, x.startup_id, x.rank, x.score, x.parts, 'poor_fit', gen_random_uuid()
            FROM shortlist_items AS x JOIN shortlists AS l ON l.id = x.shortlist_id
            WHERE l.run_id = '00000000-0000-4000-8000-000000000111'
            """,
            "ALTER TABLE match_runs DROP CONSTRAINT match_run_exposure_is_possible",
            "UPDATE match_runs SET most_lists = 2, length = 2 WHERE id = '00000000-0000-4000-8000-000000000111'"),
        Plant(
            "nobody_is_told_of_declined_lists", after: list,
            """
            WITH declined AS (
                UPDATE shortlists SET released_at = NULL, released_by = NULL, answer_by = NULL, declined_at = now(),
                       declined_by = gen_random_uuid(), declined_reason = 'weak'
                WHERE run_id = '00000000-0000-4000-8000-000000000111' RETURNING tenant_id, id)
            INSERT INTO teaser_lists (tenant_id, teaser_id, shortlist_id)
            SELECT tenant_id, gen_random_uuid(), id FROM declined
            """),
        Plant(
            "match_runs_count_their_lists", after: list,
            "UPDATE match_runs SET mandates = 2 WHERE id = '00000000-0000-4000-8000-000000000111'"),
        Plant(
            "match_runs_count_whom_they_show", after: list,
            "UPDATE match_runs SET shown = 0 WHERE id = '00000000-0000-4000-8000-000000000111'"),
        Plant(
            "match_runs_keep_to_their_cap", after: list + [listOfMandate(1)],
            "UPDATE match_runs SET mandates = 2, most_lists = 2, rule_most_lists = 1 WHERE id = '00000000-0000-4000-8000-000000000111'"
        ),
        Plant(
            "answers_follow_the_release_of_their_list", after: list,
            """
            INSERT INTO shortlist_answers (
                tenant_id, shortlist_id, startup_id, id, answer, reason, answered_at, answered_by)
            SELECT i.tenant_id, i.shortlist_id, i.startup_id, gen_random_uuid(), 'pass', 'other', now() - interval '2 days',
                   gen_random_uuid()
            FROM shortlist_items AS i JOIN shortlists AS l ON l.id = i.shortlist_id
            WHERE l.run_id = '00000000-0000-4000-8000-000000000111'
            """),
        Plant(
            "models_in_use_are_trained",
            """
            WITH model AS (
                INSERT INTO learned_models (tenant_id, id, job_id, version, as_of, is_automatic)
                SELECT t.id, gen_random_uuid(), gen_random_uuid(), 'learned-test', now(), false FROM tenants AS t
                WHERE t.slug = 'harbour' RETURNING tenant_id, id)
            INSERT INTO model_uses (tenant_id, id, model_id) SELECT tenant_id, gen_random_uuid(), id FROM model
            """),
        Plant(
            "money_of_investments_is_never_negative",
            "ALTER TABLE mandates DROP CONSTRAINT cheque_range_runs_upward",
            """
            UPDATE mandates SET cheque_min_minor = -1
            WHERE id = (SELECT id FROM mandates WHERE cheque_currency IS NOT NULL LIMIT 1)
            """),
        Plant(
            "introductions_stand_where_their_steps_say", after: asked,
            """
            INSERT INTO introduction_steps (tenant_id, introduction_id, id, at, side, stage)
            SELECT n.tenant_id, n.id, gen_random_uuid(), now() + interval '1 day', 'clock', 'met' FROM introductions AS n
            """),
        Plant(
            "portfolios_hold_what_introductions_ended_in",
            """
            INSERT INTO investments (
                tenant_id, id, investor_id, startup_id, made_on, round_type, source, introduction_id)
            SELECT m.tenant_id, gen_random_uuid(), m.investor_id, s.id, now(), 'seed', 'introduction', gen_random_uuid()
            FROM (SELECT tenant_id, investor_id FROM mandates ORDER BY id LIMIT 1) AS m,
                 (SELECT id FROM startups ORDER BY id LIMIT 1) AS s
            """),
        Plant(
            "introductions_end_with_a_reason", after: asked,
            """
            INSERT INTO introduction_endings (tenant_id, introduction_id, side, reason)
            SELECT n.tenant_id, n.id, 'clock', 'silence' FROM introductions AS n
            """),
        Plant(
            "contacts_follow_two_consents", after: asked,
            """
            INSERT INTO introduction_contacts (tenant_id, introduction_id, side, person_id, name, email)
            SELECT n.tenant_id, n.id, 'investor', n.asked_by, 'Jun', 'jun@x.example' FROM introductions AS n
            """),
        Plant(
            "startups_consent_in_time", after: asked,
            "ALTER TABLE introductions DROP CONSTRAINT introductions_follow_two_consents",
            """
            WITH late AS (
                UPDATE introductions SET consent_by = '2020-01-01', introduced_at = now(), consented_by = asked_by
                RETURNING tenant_id, id, asked_by)
            INSERT INTO introduction_contacts (tenant_id, introduction_id, side, person_id, name, email)
            SELECT late.tenant_id, late.id, s.side, late.asked_by, 'Jun', 'jun@x.example'
            FROM late, (VALUES ('investor'), ('startup')) AS s (side)
            """),
        Plant(
            "introductions_rest_on_interest", after: asked,
            "UPDATE shortlist_answers SET answer = 'pass', reason = 'other' WHERE answer = 'interested'"),
        Plant(
            "introductions_are_on_the_trail", after: asked, "DELETE FROM audit_events WHERE noun = 'introductions'"),
        inventTrail("what_belongs_to_introductions_is_on_the_trail", "introduction_endings"),
        Plant(
            "firms_with_people_keep_a_principal",
            """
            UPDATE memberships AS m SET ended_at = now()
            WHERE m.role = 'investor' AND EXISTS (
                SELECT FROM firm_roles AS r
                WHERE r.tenant_id = m.tenant_id AND r.investor_id = m.institution_id AND r.seat_id <> m.id)
            """),
        Plant("firm_notes_keep_every_wording", "UPDATE firm_notes SET version = version + 1"),
        offTrail("work_of_firms_is_on_the_trail", "firm_notes"),
        inventTrail("what_belongs_to_firms_is_on_the_trail", "firm_roles"),
        offTrail("investment_is_on_the_trail", "mandates"),
        inventTrail("what_is_withheld_is_on_the_trail", "withheld_items"),
        inventTrail("terms_of_mandates_are_on_the_trail", "mandate_revisions"),
    ]
}
