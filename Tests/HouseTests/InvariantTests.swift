import Foundation
import Postgres
import TestWorld
import Testing

@testable import House

@Suite("Invariants")
struct InvariantTests {
    @Test("hold in the demo world")
    func demoWorld() async throws {
        let world = try await World()
        let broken = try await world.owner.snapshot(as: .none) { try await Self.broken($0) }
        #expect(broken == [:])
    }

    @Test("each say a sentence of its own, and each has been seen broken")
    func sentences() {
        let names = House.invariants.flatMap(\.invariants).map(\.name)
        #expect(names.count >= 70)
        #expect(Set(names).count == names.count)
        for name in names { #expect(name.allSatisfy { $0.isLowercase || $0 == "_" }, "\(name)") }
        #expect(Set(names) == Set(Self.plants.map(\.breaks)))
    }

    @Test("are broken one at a time, by a row that says so")
    func planted() async throws {
        let world = try await World()
        // The trail goes on being written while every other trigger, and every foreign key, looks away.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                DO $$ DECLARE t record; BEGIN
                    FOR t IN SELECT tgrelid::regclass AS place, tgname FROM pg_trigger
                             WHERE tgname IN ('audit_inserted', 'audit_changed') OR tgname LIKE '%tallied' LOOP
                        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.place, t.tgname);
                    END LOOP;
                END $$
                """)
        }
        for plant in Self.plants {
            do {
                try await world.owner.write(as: .none) { transaction in
                    try await transaction.execute("SET LOCAL session_replication_role = replica")
                    for statement in plant.statements {
                        let planted = try await transaction.execute(statement)
                        if !statement.sql.utf8.starts(with: "ALTER".utf8), !statement.sql.utf8.starts(with: "DROP".utf8)
                        {
                            #expect(planted > 0, "\(plant.breaks) plants nothing: \(statement)")
                        }
                    }
                    throw Undone(broken: try await Self.broken(transaction))
                }
            } catch let error as DatabaseError {
                Issue.record("\(plant.breaks) cannot be planted: \(String(reflecting: error))")
            } catch let undone as Undone {
                #expect(Array(undone.broken.keys) == [plant.breaks], "\(plant.breaks): \(undone.broken)")
            }
        }
    }

    @Test("are not asked by a role from which rows are hidden")
    func hidden() async throws {
        let world = try await World()
        await #expect {
            try await world.database.snapshot(as: .none) { try await Self.broken($0) }
        } throws: { ($0 as? DatabaseError)?.sqlState == "42501" }
    }

    private struct Undone: Error {
        let broken: [String: [String]]
    }

    private static func broken(_ transaction: Transaction) async throws -> [String: [String]] {
        var broken: [String: [String]] = [:]
        for invariant in House.invariants.flatMap(\.invariants) {
            for try await violation in try await transaction.violations(of: invariant) {
                broken[invariant.name, default: []].append("\(violation.id): \(violation.detail)")
            }
        }
        return broken
    }
}

// MARK: - One violation of each

extension InvariantTests {
    struct Plant: Sendable {
        let breaks: String
        let statements: [Query]

        init(_ breaks: String, _ statements: Query...) {
            self.breaks = breaks
            self.statements = statements
        }

        init(_ breaks: String, after before: [Query], _ statements: Query...) {
            self.breaks = breaks
            self.statements = before + statements
        }
    }

    static let plants =
        jobs + accounts + institutions + partnerships + programs + applications + letters + reviews
        + incubation + investment + imports

    /// Takes one insertion into a table off the trail.
    private static func offTrail(_ breaks: String, _ noun: String) -> Plant {
        Plant(
            breaks,
            """
            DELETE FROM audit_events WHERE seq = (
                SELECT min(seq) FROM audit_events WHERE noun = \(noun) AND deed = 'insert')
            """)
    }

    /// Tells the trail of an insertion that never was.
    private static func inventTrail(_ breaks: String, _ noun: String) -> Plant {
        Plant(
            breaks,
            """
            INSERT INTO audit_events (tenant_id, deed, noun) SELECT id, 'insert', \(noun) FROM tenants WHERE slug = 'harbour'
            """)
    }

    private static let jobs: [Plant] = [
        Plant(
            "jobs_are_asked_for_by_a_tenant_that_exists",
            """
            INSERT INTO jobs (id, kind, arguments, tenant_id, context)
            SELECT gen_random_uuid(), 'test', '{}', t, jsonb_build_object('tenant', t) FROM gen_random_uuid() AS t
            """),
        Plant(
            "jobs_under_a_lease_count_their_attempt",
            """
            INSERT INTO jobs (id, kind, arguments, lease_until, lease_token)
            VALUES (gen_random_uuid(), 'test', '{}', now() + interval '1 hour', gen_random_uuid())
            """),
        Plant(
            "jobs_end_after_they_are_asked_for",
            """
            INSERT INTO jobs (id, kind, arguments, finished_at, outcome)
            VALUES (gen_random_uuid(), 'test', '{}', now() - interval '1 hour', 'succeeded')
            """),
        Plant(
            "jobs_of_one_key_are_waited_for_once", "DROP INDEX jobs_once_per_key_while_unfinished",
            """
            INSERT INTO jobs (id, kind, arguments, key) SELECT gen_random_uuid(), 'test', '{}', 'one'
            FROM generate_series(1, 2)
            """),
        Plant(
            "events_are_published_by_a_tenant_that_exists",
            """
            INSERT INTO outbox_events (id, topic, payload, tenant_id, context)
            SELECT gen_random_uuid(), 'test', '{}', t, jsonb_build_object('tenant', t) FROM gen_random_uuid() AS t
            """),
    ]

    private static let accounts: [Plant] = [
        Plant(
            "tenants_are_in_their_own_directory",
            "INSERT INTO tenants (id, slug, name, time_zone) VALUES (gen_random_uuid(), 'stray', 'Stray', 'Asia/Tokyo')"
        ),
        Plant(
            "tenants_keep_a_time_zone_that_exists", "UPDATE tenants SET time_zone = 'Mars/Base' WHERE slug = 'harbour'"),
        Plant(
            "founders_sit_at_a_startup",
            """
            UPDATE memberships SET institution_id = tenant_id
            WHERE id = (SELECT id FROM memberships WHERE role = 'founder' ORDER BY id LIMIT 1)
            """),
        Plant(
            "seats_end_after_they_begin",
            """
            UPDATE memberships SET ended_at = created_at - interval '1 day'
            WHERE id = (SELECT id FROM memberships WHERE role = 'partner' ORDER BY id LIMIT 1)
            """),
        Plant(
            "sessions_are_of_the_person_in_the_seat",
            """
            INSERT INTO sessions (hash, person_id, membership_id, csrf, expires_at)
            SELECT sha256('one'), p.id, m.id, 'csrf', now() FROM memberships AS m JOIN people AS p ON p.id <> m.person_id
            LIMIT 1
            """),
        Plant(
            "tokens_are_of_the_person_in_the_seat",
            """
            INSERT INTO tokens (id, hash, membership_id, person_id, name, scopes, expires_at)
            SELECT gen_random_uuid(), sha256('one'), m.id, p.id, 'test', '{read}', now()
            FROM memberships AS m JOIN people AS p ON p.id <> m.person_id LIMIT 1
            """),
        Plant(
            "invitations_are_to_a_seat_of_the_tenant",
            """
            INSERT INTO invitations (hash, tenant_id, person_id, expires_at)
            SELECT sha256('one'), t.id, p.id, now() FROM tenants AS t, people AS p
            WHERE NOT EXISTS (SELECT FROM memberships AS m WHERE m.tenant_id = t.id AND m.person_id = p.id) LIMIT 1
            """),
        offTrail("seats_are_on_the_trail", "memberships"),
        offTrail("people_are_on_the_trail", "people"),
        Plant(
            "the_trail_names_people_that_exist",
            "INSERT INTO audit_events (person_id, deed, noun) VALUES (gen_random_uuid(), 'update', 'programs')"),
        Plant(
            "the_trail_of_a_seat_stays_in_its_tenant",
            """
            INSERT INTO audit_events (tenant_id, membership_id, deed, noun)
            SELECT t.id, m.id, 'update', 'programs' FROM memberships AS m JOIN tenants AS t ON t.id <> m.tenant_id LIMIT 1
            """),
        Plant(
            "the_trail_knows_no_transaction_from_the_future",
            """
            INSERT INTO audit_events (deed, noun, xact)
            VALUES ('update', 'programs', (pg_current_xact_id()::text::bigint + 1000000)::text::xid8)
            """),
    ]

    private static let institutions: [Plant] = [
        Plant(
            "profiles_are_of_startups",
            """
            UPDATE institutions SET kind = 'corporate' WHERE id = (
                SELECT s.id FROM startups AS s
                WHERE NOT EXISTS (SELECT FROM memberships AS m WHERE m.institution_id = s.id) ORDER BY s.id LIMIT 1)
            """),
        Plant(
            "startups_have_a_profile",
            """
            INSERT INTO institutions (tenant_id, id, kind, names)
            SELECT id, gen_random_uuid(), 'startup', '{"en": "Stray"}' FROM tenants WHERE slug = 'harbour'
            """),
        Plant(
            "names_are_in_languages_that_are_offered",
            """
            UPDATE institutions SET names = names || '{"fr": "Parc"}'
            WHERE id = (SELECT id FROM tenants WHERE slug = 'harbour')
            """),
        Plant("holders_own_at_most_the_whole", "UPDATE startup_holders SET share = 10000 WHERE share = 8200"),
        Plant(
            "holders_that_are_people_have_a_seat",
            """
            UPDATE startup_holders SET person_id = (
                SELECT p.id FROM people AS p JOIN memberships AS m ON m.person_id = p.id AND m.role = 'operator' LIMIT 1)
            WHERE share = 8200
            """),
        Plant(
            "money_of_startups_is_never_negative",
            "ALTER TABLE startups DROP CONSTRAINT startup_counts_are_not_negative",
            """
            UPDATE startups SET raised_minor = -1, raised_currency = 'HKD'
            WHERE id = (SELECT id FROM startups ORDER BY id LIMIT 1)
            """),
        offTrail("the_directory_is_on_the_trail", "startups"),
        inventTrail("identifiers_are_on_the_trail", "institution_identifiers"),
    ]

    private static let partnerships: [Plant] = [
        Plant(
            "agreements_stand_where_their_history_says", "UPDATE mous SET state = 'agreed' WHERE reference = 'MoU-1'"),
        Plant(
            "agreements_move_along_their_states",
            """
            UPDATE mou_events SET from_state = 'draft'
            WHERE to_state = 'signed' AND mou_id = (SELECT id FROM mous WHERE reference = 'MoU-1')
            """),
        Plant(
            "agreements_take_each_step_once",
            """
            INSERT INTO mou_events (tenant_id, mou_id, id, from_state, to_state)
            SELECT tenant_id, id, gen_random_uuid(), 'draft', 'in_review' FROM mous WHERE reference = 'MoU-1'
            """),
        Plant(
            "signed_agreements_bind_two_parties",
            """
            DELETE FROM mou_parties
            WHERE institution_id <> tenant_id AND mou_id = (SELECT id FROM mous WHERE reference = 'MoU-4')
            """),
        Plant(
            "signed_agreements_are_signed_for_each_party",
            """
            DELETE FROM mou_participants WHERE kind = 'signatory' AND institution_id = tenant_id
              AND mou_id = (SELECT id FROM mous WHERE reference = 'MoU-4')
            """),
        Plant(
            "agreements_end_after_they_are_signed",
            """
            INSERT INTO mou_events (tenant_id, mou_id, id, from_state, to_state)
            SELECT tenant_id, id, gen_random_uuid(), 'signed', 'terminated' FROM mous WHERE reference = 'MoU-1'
            """,
            """
            UPDATE mous SET state = 'terminated', terminated_on = signed_on - 1, termination_reason = 'Test',
                            termination_is_mutual = true WHERE reference = 'MoU-1'
            """),
        Plant(
            "agreements_are_signed_by_every_party_on_its_day",
            """
            DELETE FROM mou_signatures
            WHERE institution_id = tenant_id AND mou_id = (SELECT id FROM mous WHERE reference = 'MoU-4')
            """),
        Plant("renewals_have_a_first_term", "UPDATE mous SET prior_mou_id = id WHERE reference = 'MoU-1'"),
        Plant(
            "texts_bear_their_hash",
            """
            INSERT INTO mou_texts (tenant_id, mou_id, language, version, body, sha256, written_by)
            SELECT tenant_id, id, 'en', 1, 'A text', 'another', id FROM mous WHERE reference = 'MoU-1'
            """),
        Plant(
            "amendments_count_once_every_party_has_signed",
            """
            INSERT INTO mou_amendments (tenant_id, mou_id, id, number, words, sha256, effective_on, drafted_by, signed_on)
            SELECT tenant_id, id, gen_random_uuid(), 1, 'More', '', current_date, id, current_date
            FROM mous WHERE reference = 'MoU-1'
            """),
        Plant(
            "agreements_end_as_they_were_last_amended",
            """
            INSERT INTO mou_amendments (tenant_id, mou_id, id, number, words, sha256, effective_on, ends_on, drafted_by, signed_on)
            SELECT tenant_id, id, id, 1, 'More', '', current_date, ends_on + 1, id, current_date
            FROM mous WHERE reference = 'MoU-1'
            """,
            """
            INSERT INTO mou_amendment_signatures
                (tenant_id, mou_id, amendment_id, institution_id, signed_on, person_name, title, recorded_by)
            SELECT p.tenant_id, p.mou_id, p.mou_id, p.institution_id, current_date, 'A', 'B', p.mou_id
            FROM mou_parties AS p WHERE p.mou_id = (SELECT id FROM mous WHERE reference = 'MoU-1')
            """),
        Plant(
            "links_rest_on_signed_agreements",
            """
            INSERT INTO mous (tenant_id, id, reference, title, kind)
            SELECT tenant_id, gen_random_uuid(), 'MoU-9', title, kind FROM mous WHERE reference = 'MoU-1'
            """,
            """
            INSERT INTO mou_events (tenant_id, mou_id, id, to_state)
            SELECT tenant_id, id, gen_random_uuid(), 'draft' FROM mous WHERE reference = 'MoU-9'
            """,
            "UPDATE mou_links SET mou_id = (SELECT id FROM mous WHERE reference = 'MoU-9')"),
        Plant(
            "benefits_are_used_within_their_quota",
            "UPDATE mou_benefits SET quota = 1 WHERE kind = 'mentoring'",
            """
            INSERT INTO mou_benefit_uses (tenant_id, mou_id, benefit_id, id, used_on, recorded_by)
            SELECT tenant_id, mou_id, benefit_id, gen_random_uuid(), used_on, recorded_by FROM mou_benefit_uses
            """),
        offTrail("promises_are_on_the_trail", "mou_targets"),
        offTrail("agreements_are_on_the_trail", "mous"),
        inventTrail("terms_of_agreements_are_on_the_trail", "mou_areas"),
    ]

    /// A call of the stream without partners, with a question.
    private static let call: [Query] = [
        """
        INSERT INTO calls (tenant_id, id, stream_id, title, opens_at, closes_at, time_zone)
        SELECT s.tenant_id, '00000000-0000-4000-8000-00000000ca11', s.id, '{"en": "Test"}', now() - interval '1 day',
               now() + interval '1 day', 'Asia/Hong_Kong'
        FROM streams AS s WHERE NOT EXISTS (SELECT FROM stream_partners AS p WHERE p.stream_id = s.id) LIMIT 1
        """,
        """
        INSERT INTO call_questions (tenant_id, call_id, id, position, prompt)
        SELECT tenant_id, id, '00000000-0000-4000-8000-0000000000a5', 1, '{"en": "What?"}' FROM calls
        WHERE title = '{"en": "Test"}'
        """,
    ]

    private static let programs: [Plant] = [
        Plant(
            "calls_opened_while_their_agreements_were_in_force",
            "UPDATE mous SET ends_on = effective_on + 1 WHERE reference = 'MoU-2'"),
        Plant(
            "published_calls_ask_something", after: call,
            "DELETE FROM call_questions WHERE prompt = '{\"en\": \"What?\"}'",
            """
            UPDATE calls SET published_at = now() - interval '1 day', published_by = gen_random_uuid()
            WHERE title = '{"en": "Test"}'
            """),
        Plant(
            "questions_stand_in_the_order_they_are_asked", after: call,
            "UPDATE call_questions SET from_round = 2 WHERE prompt = '{\"en\": \"What?\"}'",
            """
            INSERT INTO call_questions (tenant_id, call_id, id, position, prompt)
            SELECT tenant_id, id, gen_random_uuid(), 2, '{"en": "And?"}' FROM calls WHERE title = '{"en": "Test"}'
            """),
        Plant(
            "calls_are_published_before_they_close", after: call,
            """
            UPDATE calls SET published_at = now() + interval '2 days', published_by = gen_random_uuid()
            WHERE title = '{"en": "Test"}'
            """),
        Plant(
            "calls_close_when_their_last_extension_says", after: call,
            """
            INSERT INTO call_extensions (tenant_id, call_id, id, person_id, closed_at, closes_at, reason)
            SELECT tenant_id, id, gen_random_uuid(), gen_random_uuid(), closes_at, closes_at + interval '1 day', 'Test'
            FROM calls WHERE title = '{"en": "Test"}'
            """),
        Plant(
            "extensions_go_on_from_one_another", after: call,
            """
            INSERT INTO call_extensions (tenant_id, call_id, id, person_id, closed_at, closes_at, reason)
            SELECT tenant_id, id, gen_random_uuid(), gen_random_uuid(), closes_at - (day + 1) * interval '2 hours',
                   closes_at - day * interval '2 hours', 'Test'
            FROM calls, generate_series(0, 1) AS day WHERE title = '{"en": "Test"}'
            """,
            """
            UPDATE call_extensions SET closed_at = closed_at - interval '30 minutes' WHERE closes_at = (
                SELECT closes_at FROM calls WHERE title = '{"en": "Test"}')
            """),
        Plant(
            "questions_are_numbered_from_one", after: call,
            "UPDATE call_questions SET position = 2 WHERE prompt = '{\"en\": \"What?\"}'"),
        Plant(
            "calls_keep_a_time_zone_that_exists", after: call,
            "UPDATE calls SET time_zone = 'Mars/Base' WHERE title = '{\"en\": \"Test\"}'"),
        offTrail("programs_are_on_the_trail", "programs"),
        inventTrail("partners_of_streams_are_on_the_trail", "stream_partners"),
    ]

    /// An application to a call that nobody judges yet, handed in.
    private static let submitted: Query = """
        (SELECT a.id FROM applications AS a
         WHERE a.state = 'submitted' AND NOT EXISTS (SELECT FROM review_rounds AS r WHERE r.call_id = a.call_id)
         ORDER BY a.id LIMIT 1)
        """

    /// The one application that stands there, or the first.
    private static func standing(_ state: String) -> Query {
        "(SELECT a.id FROM applications AS a WHERE a.state = \(state) ORDER BY a.id LIMIT 1)"
    }

    /// A step to another state, with the state.
    private static func step(
        of application: Query, from: String, to: String, later: String = "0 seconds"
    ) -> [Query] {
        [
            """
            INSERT INTO application_events (tenant_id, application_id, id, at, from_state, to_state)
            SELECT a.tenant_id, a.id, gen_random_uuid(), now() + \(later)::text::interval, \(from), \(to)
            FROM applications AS a WHERE a.id = \(fragment: application)
            """,
            """
            UPDATE applications SET state = \(to), withdrawn_at = CASE WHEN \(to) = 'withdrawn' THEN now() END
            WHERE id = \(fragment: application)
            """,
        ]
    }

    private static let applications: [Plant] = [
        Plant(
            "applications_stand_where_their_history_says",
            "UPDATE applications SET state = 'waitlisted' WHERE id = \(fragment: standing("in_review"))"),
        Plant(
            "applications_move_along_their_states",
            after: step(of: submitted, from: "submitted", to: "accepted")),
        Plant(
            "steps_begin_where_the_one_before_ended",
            "UPDATE application_events SET from_state = 'waitlisted' WHERE to_state = 'rejected'"),
        Plant(
            "steps_follow_each_other_in_time",
            "UPDATE application_events SET at = at - interval '1 day' WHERE to_state = 'rejected'"),
        Plant(
            "applications_count_their_answers",
            "UPDATE applications SET answered = 9 WHERE id = \(fragment: submitted)"),
        Plant(
            "applications_count_what_is_required_and_fits",
            "UPDATE applications SET required_answered = 0 WHERE id = \(fragment: submitted)"),
        Plant(
            "answers_are_to_the_call_applied_to", after: call,
            """
            UPDATE call_questions SET id = (SELECT w.question_id FROM application_answers AS w
                                            WHERE w.application_id = \(fragment: standing("draft"))
                                            ORDER BY w.question_id LIMIT 1)
            WHERE prompt = '{"en": "What?"}'
            """,
            """
            UPDATE application_answers SET call_id = (SELECT id FROM calls WHERE title = '{"en": "Test"}')
            WHERE application_id = \(fragment: standing("draft"))
              AND question_id = (SELECT id FROM call_questions WHERE prompt = '{"en": "What?"}')
            """),
        Plant(
            "later_questions_are_asked_by_a_request",
            """
            INSERT INTO call_questions (tenant_id, call_id, id, position, prompt, required, from_round)
            SELECT a.tenant_id, a.call_id, gen_random_uuid(), 1 + (
                       SELECT max(q.position) FROM call_questions AS q WHERE q.call_id = a.call_id),
                   '{"en": "Later?"}', false, 2
            FROM applications AS a WHERE a.id = \(fragment: submitted)
            """,
            """
            UPDATE applications AS a SET asked = ARRAY(
                SELECT q.id FROM call_questions AS q WHERE q.call_id = a.call_id AND q.from_round IS NULL)
            WHERE a.call_id = (SELECT call_id FROM applications WHERE id = \(fragment: submitted))
            """,
            """
            UPDATE applications AS a SET asked = a.asked || ARRAY(
                SELECT q.id FROM call_questions AS q WHERE q.call_id = a.call_id AND q.from_round = 2)
            WHERE a.id = \(fragment: submitted)
            """),
        Plant(
            "submitted_applications_answer_what_is_required",
            """
            DELETE FROM application_answers AS w WHERE w.application_id = \(fragment: submitted) AND w.question_id = (
                SELECT q.id FROM call_questions AS q WHERE q.call_id = w.call_id AND q.position = 1)
            """,
            """
            UPDATE applications SET answered = answered - 1, required_answered = required_answered - 1
            WHERE id = \(fragment: submitted)
            """),
        Plant(
            "submitted_answers_fit",
            """
            UPDATE application_answers AS w SET text = repeat('x', 9000)
            WHERE w.application_id = \(fragment: submitted) AND w.question_id = (
                SELECT q.id FROM call_questions AS q WHERE q.call_id = w.call_id AND q.position = 1)
            """,
            "UPDATE applications SET required_answered = required_answered - 1 WHERE id = \(fragment: submitted)"),
        Plant(
            "applications_count_their_choices",
            "UPDATE applications SET streams_chosen = 1 WHERE id = \(fragment: submitted)"),
        Plant(
            "choices_count_up_without_a_gap",
            """
            INSERT INTO stream_choices (tenant_id, application_id, call_id, stream_id, rank, saved_by)
            SELECT a.tenant_id, a.id, a.call_id, gen_random_uuid(), 2, a.created_by
            FROM applications AS a WHERE a.id = \(fragment: submitted)
            """,
            "UPDATE applications SET streams_chosen = 1 WHERE id = \(fragment: submitted)"),
        Plant(
            "choices_are_of_the_call_applied_to",
            """
            INSERT INTO stream_choices (tenant_id, application_id, call_id, stream_id, rank, saved_by)
            SELECT a.tenant_id, a.id, gen_random_uuid(), gen_random_uuid(), 1, a.created_by
            FROM applications AS a WHERE a.id = \(fragment: submitted)
            """,
            "UPDATE applications SET streams_chosen = 1 WHERE id = \(fragment: submitted)"),
        Plant(
            "submitted_applications_choose_a_stream",
            """
            INSERT INTO offered_streams (tenant_id, call_id, stream_id, position)
            SELECT a.tenant_id, a.call_id, gen_random_uuid(), n
            FROM applications AS a, generate_series(1, 2) AS n WHERE a.id = \(fragment: submitted)
            """),
        Plant(
            "answers_stand_since_the_submission",
            """
            UPDATE application_answers AS w SET saved_at = now() + interval '1 day'
            WHERE w.application_id = \(fragment: submitted) AND w.question_id = (
                SELECT q.id FROM call_questions AS q WHERE q.call_id = w.call_id AND q.position = 1)
            """),
        Plant(
            "submissions_arrived_in_time",
            """
            UPDATE application_events SET at = now() + interval '300 days'
            WHERE to_state = 'submitted' AND application_id = \(fragment: submitted)
            """,
            "UPDATE applications SET submitted_at = now() + interval '300 days' WHERE id = \(fragment: submitted)"),
        Plant(
            "applications_are_to_published_calls", after: call,
            """
            INSERT INTO applications (tenant_id, id, call_id, startup_id, created_by)
            SELECT c.tenant_id, gen_random_uuid(), c.id, s.id, m.person_id
            FROM calls AS c, startups AS s, memberships AS m
            WHERE c.title = '{"en": "Test"}' AND m.tenant_id = c.tenant_id AND m.role = 'manager' LIMIT 1
            """,
            """
            INSERT INTO application_events (tenant_id, application_id, id, to_state)
            SELECT a.tenant_id, a.id, gen_random_uuid(), 'draft'
            FROM applications AS a JOIN calls AS c ON c.id = a.call_id WHERE c.title = '{"en": "Test"}'
            """),
        Plant(
            "submissions_are_dated_as_their_step",
            """
            UPDATE application_events SET at = at + interval '1 hour'
            WHERE to_state = 'submitted' AND application_id = \(fragment: submitted)
            """),
        Plant(
            "withdrawals_are_dated_as_their_step",
            after: step(of: standing("draft"), from: "draft", to: "withdrawn", later: "1 hour")),
        Plant(
            "offers_run_out_after_they_are_made",
            """
            UPDATE applications SET offer_expires_at = created_at - interval '1 day'
            WHERE id = \(fragment: standing("offered"))
            """),
        Plant(
            "offers_are_accepted_while_they_stand",
            "UPDATE application_events SET at = at + interval '300 days' WHERE to_state = 'accepted'"),
        Plant(
            "applications_are_written_by_people_with_a_seat",
            "UPDATE applications SET created_by = gen_random_uuid() WHERE id = \(fragment: submitted)"),
        offTrail("applications_are_on_the_trail", "applications"),
        offTrail("answers_are_on_the_trail", "application_answers"),
        Plant(
            "copies_keep_their_documents",
            """
            UPDATE application_snapshots
            SET content = jsonb_set(content, '{questions,0,documents}', jsonb_build_array(
                jsonb_build_object('id', gen_random_uuid(), 'sha256', '00')))
            WHERE application_id = \(fragment: submitted) AND number = 1
            """),
    ]

    private static let held: Query = "(SELECT l.id FROM letters AS l WHERE l.state = 'held' ORDER BY l.id LIMIT 1)"
    private static let released: Query =
        "(SELECT l.id FROM letters AS l WHERE l.state = 'released' ORDER BY l.id LIMIT 1)"

    private static func attempt(_ number: Int, at letter: Query, _ outcome: String?) -> Query {
        """
        INSERT INTO letter_attempts (tenant_id, letter_id, number, ended_at, outcome)
        SELECT l.tenant_id, l.id, \(number), CASE WHEN \(outcome)::text IS NOT NULL THEN now() END, \(outcome)
        FROM letters AS l WHERE l.id = \(fragment: letter)
        """
    }

    private static let letters: [Plant] = [
        Plant("letters_keep_every_wording", "UPDATE letters SET version = 2 WHERE id = \(fragment: held)"),
        Plant(
            "letters_are_sent_by_an_attempt_that_was_accepted",
            "UPDATE letters SET released_at = now(), sent_at = now() WHERE id = \(fragment: held)"),
        Plant(
            "letters_fail_by_an_attempt_that_did",
            "UPDATE letters SET released_at = now(), failed_at = now() WHERE id = \(fragment: held)"),
        Plant("letters_are_attempted_once_released", attempt(1, at: held, "unknown")),
        Plant(
            "letters_that_ended_are_not_being_sent", attempt(1, at: released, "refused"), attempt(2, at: released, nil),
            "UPDATE letters SET failed_at = now() WHERE id = \(fragment: released)"),
        Plant("attempts_are_numbered_from_one", attempt(2, at: released, "unknown")),
        Plant(
            "released_letters_have_a_job_that_sends_them",
            "UPDATE letters SET released_at = now() WHERE id = \(fragment: held)"),
        Plant(
            "letters_go_to_people_of_the_tenant",
            """
            UPDATE letters SET recipient_id = (SELECT m.person_id FROM memberships AS m WHERE m.role = 'operator' LIMIT 1)
            WHERE id = \(fragment: held)
            """),
        offTrail("letters_are_on_the_trail", "letters"),
        inventTrail("attempts_are_on_the_trail", "letter_attempts"),
    ]

    /// A file as the demo's open round would take it in, in a round that the statement names.
    private static func file(of application: Query, in round: Query) -> Query {
        """
        INSERT INTO review_files (tenant_id, round_id, application_id, code, language, answers, entered_by)
        SELECT a.tenant_id, r.id, a.id, 'TEST', 'en', (
            SELECT jsonb_agg(jsonb_build_object('question', q.id, 'prompt', q.prompt, 'text', w.text) ORDER BY q.position)
            FROM call_questions AS q
            LEFT JOIN application_answers AS w ON w.application_id = a.id AND w.question_id = q.id
            WHERE q.call_id = r.call_id), a.created_by
        FROM applications AS a, review_rounds AS r
        WHERE a.id = \(fragment: application) AND r.id = \(fragment: round)
        """
    }

    private static let openRound: Query = "(SELECT r.id FROM review_rounds AS r WHERE r.position < 9 LIMIT 1)"
    private static let otherRound: Query = "(SELECT r.id FROM review_rounds AS r WHERE r.position = 9)"

    /// Another blind round of the demo's call, with one criterion; a draft.
    private static let round: [Query] = [
        """
        INSERT INTO review_rounds (
            tenant_id, id, call_id, position, name, is_blind, is_shared, reviews_wanted, quorum, due_at, time_zone)
        SELECT r.tenant_id, gen_random_uuid(), r.call_id, 9, '{"en": "Test"}', true, false, 1, 1, now(), 'Asia/Hong_Kong'
        FROM review_rounds AS r LIMIT 1
        """,
        """
        INSERT INTO review_criteria (tenant_id, round_id, id, position, name, weight, lowest, highest)
        SELECT r.tenant_id, r.id, gen_random_uuid(), 1, '{"en": "Test"}', 100, 1, 5 FROM review_rounds AS r
        WHERE r.position = 9
        """,
    ]

    /// An assignment without a review, of an application in review.
    private static let unbegun: Query = """
        (SELECT s.id FROM review_assignments AS s
         JOIN applications AS a ON a.id = s.application_id AND a.state = 'in_review'
         WHERE NOT EXISTS (SELECT FROM reviews AS w WHERE w.assignment_id = s.id) ORDER BY s.id LIMIT 1)
        """
    private static let written: Query = """
        (SELECT w.assignment_id FROM reviews AS w WHERE w.submitted_at IS NOT NULL ORDER BY w.assignment_id LIMIT 1)
        """

    private static let reviews: [Plant] = [
        Plant(
            "weights_of_an_opened_rubric_sum_to_a_hundred",
            "UPDATE review_criteria SET weight = 39 WHERE weight = 40"),
        Plant(
            "rounds_close_after_they_open", after: round,
            """
            UPDATE review_rounds SET opened_at = now(), opened_by = gen_random_uuid(),
                   closed_at = now() - interval '1 hour', closed_by = gen_random_uuid() WHERE position = 9
            """),
        Plant(
            "panelists_are_seated_as_reviewers",
            """
            INSERT INTO panel_members (tenant_id, round_id, person_id, most, languages, invited_by)
            SELECT r.tenant_id, r.id, m.person_id, 1, '{en}', m.person_id FROM review_rounds AS r
            JOIN memberships AS m ON m.tenant_id = r.tenant_id AND m.role = 'founder' AND NOT EXISTS (
                SELECT FROM memberships AS o WHERE o.person_id = m.person_id AND o.role = 'reviewer') LIMIT 1
            """),
        Plant(
            "files_are_of_applications_to_the_call", after: step(of: submitted, from: "submitted", to: "in_review"),
            """
            INSERT INTO review_files (tenant_id, round_id, application_id, code, language, answers, entered_by)
            SELECT a.tenant_id, r.id, a.id, 'TEST', 'en', (
                SELECT jsonb_agg(jsonb_build_object('question', q.id, 'prompt', q.prompt) ORDER BY q.position)
                FROM call_questions AS q WHERE q.call_id = r.call_id), a.created_by
            FROM applications AS a, review_rounds AS r
            WHERE r.id = \(fragment: openRound) AND a.state = 'in_review' AND a.call_id <> r.call_id
            """),
        Plant(
            "files_are_of_applications_that_were_in_review",
            file(
                of: """
                    (SELECT a.id FROM applications AS a JOIN review_rounds AS r ON r.call_id = a.call_id
                     WHERE a.state = 'submitted' LIMIT 1)
                    """, in: openRound)),
        Plant(
            "files_are_in_rounds_that_opened", after: round, file(of: standing("in_review"), in: otherRound)),
        Plant(
            "tallies_are_the_count_of_reviews",
            """
            UPDATE review_tallies SET assigned = assigned + 1 WHERE application_id = \(fragment: standing("in_review"))
            """),
        Plant(
            "files_name_startups_unless_the_round_is_blind",
            """
            UPDATE review_files SET startup_name = '{"en": "Test"}' WHERE application_id = \(fragment: standing("in_review"))
            """),
        Plant(
            "files_hold_the_answers_their_reviewers_may_read",
            "UPDATE review_files SET answers = '[]' WHERE application_id = \(fragment: standing("in_review"))"),
        Plant(
            "plans_seat_panelists_on_files_of_their_round",
            """
            INSERT INTO assignment_runs (tenant_id, id, round_id, job_id)
            SELECT r.tenant_id, gen_random_uuid(), r.id, gen_random_uuid() FROM review_rounds AS r LIMIT 1
            """,
            """
            INSERT INTO planned_assignments (tenant_id, run_id, application_id, person_id, affinity)
            SELECT n.tenant_id, n.id, a.id, p.person_id, 1 FROM assignment_runs AS n, applications AS a, panel_members AS p
            WHERE a.id = \(fragment: submitted) LIMIT 1
            """),
        Plant(
            "nobody_judges_across_a_conflict",
            """
            INSERT INTO startup_holders (tenant_id, startup_id, id, name, person_id, share)
            SELECT s.tenant_id, a.startup_id, gen_random_uuid(), 'Test', s.person_id, 1
            FROM review_assignments AS s JOIN applications AS a ON a.id = s.application_id
            WHERE s.id = \(fragment: unbegun)
            """),
        Plant(
            "reviewers_have_at_most_what_they_take",
            """
            UPDATE panel_members SET least = 0, most = 0
            WHERE person_id = (SELECT s.person_id FROM review_assignments AS s WHERE s.id = \(fragment: unbegun))
            """,
            "DELETE FROM audit_events WHERE noun = 'panel_members' AND deed = 'update' AND before ? 'most'"),
        Plant(
            "reviewers_accepted_before_they_judge",
            """
            UPDATE panel_members SET accepted_at = NULL
            WHERE person_id = (SELECT s.person_id FROM review_assignments AS s WHERE s.id = \(fragment: unbegun))
            """),
        Plant(
            "nobody_judges_what_was_taken_back",
            after: step(
                of: "(SELECT s.application_id FROM review_assignments AS s WHERE s.id = \(fragment: unbegun))",
                from: "in_review", to: "withdrawn")),
        Plant(
            "reviewers_are_assigned_while_the_round_is_open",
            """
            UPDATE review_assignments SET assigned_at = assigned_at - interval '1 day' WHERE id = \(fragment: unbegun)
            """),
        Plant(
            "assignments_end_after_they_begin",
            """
            UPDATE review_assignments SET state = 'abstained', ended_at = assigned_at - interval '1 day'
            WHERE id = \(fragment: unbegun)
            """),
        Plant(
            "submitted_reviews_score_each_criterion",
            "DELETE FROM review_scores WHERE assignment_id = \(fragment: written) AND score >= 0"),
        Plant(
            "scores_are_on_the_scale_of_their_criterion",
            "UPDATE review_scores SET score = 99 WHERE assignment_id = \(fragment: written)"),
        Plant(
            "scores_are_of_the_round_of_their_review", after: round,
            """
            INSERT INTO review_scores (tenant_id, assignment_id, round_id, criterion_id, score)
            SELECT c.tenant_id, \(fragment: written), c.round_id, c.id, 3 FROM review_criteria AS c
            WHERE c.round_id = \(fragment: otherRound)
            """),
        Plant(
            "reviews_are_of_the_pair_that_was_assigned",
            "UPDATE reviews SET person_id = gen_random_uuid() WHERE assignment_id = \(fragment: written)"),
        Plant(
            "reviews_are_submitted_while_the_round_is_open",
            """
            UPDATE reviews SET submitted_at = submitted_at - interval '1 day' WHERE assignment_id = \(fragment: written)
            """),
        offTrail("reviewing_is_on_the_trail", "review_assignments"),
        inventTrail("panels_and_files_are_on_the_trail", "review_files"),
        offTrail("reviews_are_on_the_trail", "reviews"),
    ]

    private static let incubation: [Plant] = [
        Plant(
            "cohorts_hold_as_many_as_they_have_places",
            after: step(of: standing("offered"), from: "offered", to: "accepted"),
            "UPDATE cohorts SET capacity = 1 WHERE id = (SELECT e.cohort_id FROM enrolments AS e)",
            """
            INSERT INTO enrolments (tenant_id, id, application_id, startup_id, cohort_id, started_on, created_by)
            SELECT a.tenant_id, '00000000-0000-4000-8000-00000000e401', a.id, a.startup_id, e.cohort_id, e.started_on,
                   e.created_by
            FROM applications AS a, enrolments AS e WHERE a.state = 'accepted' AND a.id <> e.application_id
            """,
            """
            INSERT INTO milestones (tenant_id, enrolment_id, id, position, title, criteria, due_on)
            SELECT tenant_id, id, gen_random_uuid(), 1, 'Test', 'Test', started_on FROM enrolments
            WHERE id = '00000000-0000-4000-8000-00000000e401'
            """),
        Plant(
            "enrolments_follow_an_accepted_offer",
            "UPDATE application_events SET to_state = 'declined' WHERE to_state = 'accepted'",
            "UPDATE applications SET state = 'declined' WHERE state = 'accepted'"),
        Plant(
            "enrolments_are_of_the_startup_that_applied",
            """
            UPDATE enrolments AS e SET startup_id = (
                SELECT s.id FROM startups AS s WHERE s.tenant_id = e.tenant_id AND s.id <> e.startup_id LIMIT 1)
            """),
        Plant(
            "enrolments_are_in_a_cohort_of_the_stream_applied_to",
            "UPDATE enrolments AS e SET cohort_id = (SELECT c.id FROM cohorts AS c WHERE c.id <> e.cohort_id LIMIT 1)"),
        Plant(
            "mentors_are_seated_as_mentors",
            """
            UPDATE enrolments AS e SET mentor_id = (
                SELECT m.person_id FROM memberships AS m WHERE m.tenant_id = e.tenant_id AND m.role = 'partner' LIMIT 1)
            """),
        Plant(
            "graduates_have_earned_every_milestone",
            "UPDATE enrolments SET graduated_at = now(), graduated_by = gen_random_uuid()"),
        Plant(
            "enrolments_have_a_plan_numbered_from_one",
            "UPDATE milestones SET position = 99 WHERE position = (SELECT max(position) FROM milestones)"),
        Plant(
            "milestones_are_assessed_on_evidence",
            "UPDATE milestone_evidence SET submitted_at = submitted_at + interval '1 day'"),
        Plant(
            "milestones_stay_met",
            """
            INSERT INTO milestone_assessments (tenant_id, milestone_id, id, result, credit, note, assessed_by)
            SELECT s.tenant_id, s.milestone_id, gen_random_uuid(), 'not_met', 0, 'Test', s.assessed_by
            FROM milestone_assessments AS s
            """),
        Plant(
            "mentors_judge_no_mentee",
            "UPDATE milestone_assessments SET assessed_by = (SELECT e.mentor_id FROM enrolments AS e)"),
        offTrail("incubation_is_on_the_trail", "milestones"),
    ]

    /// A finished run with one released list of one startup.
    private static let list: [Query] = [
        """
        INSERT INTO match_runs (
            tenant_id, id, engine, length, as_of, finished_at, inputs_hash, results_hash, mandates, startups, gated_out,
            shown, most_lists, exposure_gini, given_up)
        SELECT t.id, '00000000-0000-4000-8000-000000000111', 'test', 1, now(), now(), 'a', 'b', 1, 9, 0, 1, 1, 0, 0
        FROM tenants AS t WHERE t.slug = 'harbour'
        """,
        listOfMandate(0),
    ]

    private static func listOfMandate(_ place: Int) -> Query {
        """
        WITH list AS (
            INSERT INTO shortlists (
                tenant_id, id, run_id, mandate_id, mandate_version, investor_id, considered, released_at, released_by)
            SELECT m.tenant_id, gen_random_uuid(), '00000000-0000-4000-8000-000000000111', m.id, m.version, m.investor_id,
                   9, now() - interval '1 day', gen_random_uuid()
            FROM mandates AS m ORDER BY m.id OFFSET \(place) LIMIT 1
            RETURNING tenant_id, id)
        INSERT INTO shortlist_items (tenant_id, shortlist_id, startup_id, rank, score, parts)
        SELECT list.tenant_id, list.id, s.id, 1, 0, '[]'
        FROM list, (SELECT id FROM startups ORDER BY id LIMIT 1) AS s
        """
    }

    private static let investment: [Plant] = [
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
        offTrail("investment_is_on_the_trail", "mandates"),
        inventTrail("terms_of_mandates_are_on_the_trail", "mandate_revisions"),
    ]

    private static func handedIn(_ bytes: Int, isFinished: Bool) -> [Query] {
        [
            """
            INSERT INTO imports (tenant_id, id, job_id, kind, file_name, bytes, is_rehearsal, finished_at, report)
            SELECT t.id, gen_random_uuid(), gen_random_uuid(), 'startups', 'test.csv', \(bytes), false,
                   CASE WHEN \(isFinished) THEN now() END, CASE WHEN \(isFinished) THEN '{}'::jsonb END
            FROM tenants AS t WHERE t.slug = 'harbour'
            """,
            "INSERT INTO import_files (tenant_id, import_id, content) SELECT tenant_id, id, 'name' FROM imports",
        ]
    }

    private static let imports: [Plant] = [
        Plant(
            "files_are_kept_as_long_as_their_import_needs_them", after: handedIn(4, isFinished: true)),
        Plant("files_are_as_long_as_was_handed_in", after: handedIn(5, isFinished: false)),
        Plant(
            "imports_are_on_the_trail", after: handedIn(4, isFinished: false),
            "DELETE FROM audit_events WHERE noun = 'imports'"),
    ]
}
