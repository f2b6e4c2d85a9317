internal import Postgres
internal import Vocabulary

extension GoldenYear {
    /// How far the applications of a stream have come.
    package struct Funnel: Sendable, Codable {
        /// The stream, in English; or a total.
        package let stream: String
        /// Applications begun.
        package let begun: Int
        /// Of those, handed in.
        package let submitted: Int
        /// Of those, found eligible.
        package let eligible: Int
        /// Reviews submitted of them.
        package let reviews: Int
        /// Applications to which a place was offered, once at least.
        package let offered: Int
        /// Offers that were accepted.
        package let accepted: Int
        /// Startups enrolled.
        package let enrolled: Int
        /// Of those, graduated.
        package let graduated: Int
        /// Places of its cohorts.
        package let places: Int
    }

    /// The year in numbers.
    package struct Totals: Sendable, Codable, Equatable {
        package let programs: Int
        package let streams: Int
        package let calls: Int
        package let startups: Int
        package let reviewers: Int
        package let applications: Int
        package let answers: Int
        package let assignments: Int
        package let letters: Int
        package let languages: Int
        package let withdrawn: Int
        package let ineligible: Int
        /// Applications whose founders said what their project is called.
        package let factsDeclared: Int
        package let documents: Int
        /// Applications that put streams in order, and those that named two at least.
        package let choosing: Int
        package let choosingSeveral: Int
        package let changesAsked: Int
        package let changesHandedIn: Int
        /// Reviewers in the pools of streams.
        package let pooled: Int
        /// Batches of rolling calls into which something was handed in.
        package let batches: Int
        package let recusals: Int
        /// Decisions that two people changed behind their release.
        package let decisionsChanged: Int
        /// Places that became free and went to the next on the waiting list.
        package let promoted: Int
        package let appeals: Int
        package let appealsUpheld: Int
        package let appealsReopened: Int
    }

    /// Whether a letter `l` belongs to the year. The others come every ten minutes to those who have not done something yet, so
    /// that it depends on the hour whether a year of a few minutes sees any.
    private static var isOfTheYear: Query { "l.kind NOT IN ('notice', 'review_reminder')" }

    /// How many cut-offs of its call `c` an application `a` was handed in behind.
    private static var batch: Query {
        "(SELECT count(*) FROM unnest(c.cutoffs) AS x (cutoff) WHERE x.cutoff < a.submitted_at)"
    }

    /// The funnel of each stream.
    package func funnels() async throws -> [Funnel] {
        try await database.snapshot(as: context, statementTimeout: .seconds(60)) { snapshot in
            try await snapshot.rows(
                """
                -- funnels of a golden year
                SELECT t.name ->> 'en' AS stream, count(a.id) AS begun, count(a.submitted_at) AS submitted,
                       count(a.id) FILTER (WHERE was.in_review) AS eligible,
                       coalesce(sum(judged.reviews), 0)::bigint AS reviews,
                       count(a.id) FILTER (WHERE was.offered) AS offered,
                       count(a.id) FILTER (WHERE was.accepted) AS accepted, count(e.id) AS enrolled,
                       count(e.graduated_at) AS graduated,
                       (SELECT sum(h.capacity) FROM cohorts AS h
                        WHERE h.tenant_id = t.tenant_id AND h.stream_id = t.id)::bigint AS places
                FROM streams AS t
                JOIN calls AS c ON c.tenant_id = t.tenant_id AND c.stream_id = t.id
                JOIN applications AS a ON a.tenant_id = c.tenant_id AND a.call_id = c.id
                CROSS JOIN LATERAL (
                    SELECT bool_or(v.to_state = 'in_review') AS in_review, bool_or(v.to_state = 'offered') AS offered,
                           bool_or(v.to_state = 'accepted') AS accepted
                    FROM application_events AS v WHERE v.tenant_id = a.tenant_id AND v.application_id = a.id) AS was
                CROSS JOIN LATERAL (
                    SELECT count(*) AS reviews FROM review_assignments AS s
                    JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                    WHERE s.tenant_id = a.tenant_id AND s.application_id = a.id AND w.submitted_at IS NOT NULL) AS judged
                LEFT JOIN enrolments AS e ON e.tenant_id = a.tenant_id AND e.application_id = a.id
                WHERE t.tenant_id = acting_tenant()
                GROUP BY t.tenant_id, t.id, t.name ORDER BY t.name ->> 'en' COLLATE "C"
                """
            ).map { row in
                try Funnel(
                    stream: row("stream"), begun: row("begun"), submitted: row("submitted"), eligible: row("eligible"),
                    reviews: row("reviews"), offered: row("offered"), accepted: row("accepted"),
                    enrolled: row("enrolled"), graduated: row("graduated"), places: row("places"))
            }
        }
    }

    /// The year's totals.
    package func totals() async throws -> Totals {
        try await database.snapshot(as: context, statementTimeout: .seconds(60)) { snapshot in
            let row = try await snapshot.one(
                """
                -- totals of a golden year
                SELECT (SELECT count(*) FROM programs) AS programs, (SELECT count(*) FROM streams) AS streams,
                       (SELECT count(*) FROM calls) AS calls, (SELECT count(*) FROM startups) AS startups,
                       (SELECT count(*) FROM memberships WHERE role = 'reviewer') AS reviewers,
                       (SELECT count(*) FROM applications) AS applications,
                       (SELECT count(*) FROM application_answers) AS answers,
                       (SELECT count(*) FROM review_assignments) AS assignments,
                       (SELECT count(*) FROM letters AS l WHERE \(fragment: Self.isOfTheYear)) AS letters,
                       (SELECT count(DISTINCT language) FROM review_files) AS languages,
                       (SELECT count(*) FROM applications WHERE state = 'withdrawn') AS withdrawn,
                       (SELECT count(*) FROM applications WHERE state = 'ineligible') AS ineligible,
                       (SELECT count(*) FROM application_facts WHERE facts ->> 'project' <> '') AS facts_declared,
                       (SELECT count(*) FROM documents WHERE removed_at IS NULL AND state = 'clean') AS documents,
                       (SELECT count(DISTINCT application_id) FROM stream_choices) AS choosing,
                       (SELECT count(*) FROM stream_choices WHERE rank = 2) AS choosing_several,
                       (SELECT count(*) FROM change_requests) AS changes_asked,
                       (SELECT count(*) FROM application_snapshots WHERE request_id IS NOT NULL) AS changes_handed_in,
                       (SELECT count(*) FROM stream_reviewers) AS pooled,
                       (SELECT count(DISTINCT (a.call_id, \(fragment: Self.batch)))
                        FROM applications AS a JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
                        WHERE c.cutoffs <> '{}' AND a.submitted_at IS NOT NULL) AS batches,
                       (SELECT count(*) FROM conflict_declarations WHERE application_id IS NOT NULL) AS recusals,
                       (SELECT count(*) FROM decision_changes WHERE confirmed_at IS NOT NULL) AS decisions_changed,
                       (SELECT count(*) FROM freed_places WHERE filled_with <> application_id) AS promoted,
                       (SELECT count(*) FROM appeals) AS appeals,
                       (SELECT count(*) FROM appeals WHERE verdict = 'upheld') AS appeals_upheld,
                       (SELECT count(*) FROM appeals WHERE verdict = 'reopened') AS appeals_reopened
                """)
            return try Totals(
                programs: row("programs"), streams: row("streams"), calls: row("calls"), startups: row("startups"),
                reviewers: row("reviewers"), applications: row("applications"), answers: row("answers"),
                assignments: row("assignments"), letters: row("letters"), languages: row("languages"),
                withdrawn: row("withdrawn"), ineligible: row("ineligible"),
                factsDeclared: row("facts_declared"), documents: row("documents"), choosing: row("choosing"),
                choosingSeveral: row("choosing_several"), changesAsked: row("changes_asked"),
                changesHandedIn: row("changes_handed_in"), pooled: row("pooled"), batches: row("batches"),
                recusals: row("recusals"),
                decisionsChanged: row("decisions_changed"), promoted: row("promoted"), appeals: row("appeals"),
                appealsUpheld: row("appeals_upheld"), appealsReopened: row("appeals_reopened"))
        }
    }

    /// A digest of what the year holds, without times and without names that are given anew each time.
    package func digest() async throws -> String {
        try await database.snapshot(as: context, statementTimeout: .seconds(120)) { snapshot in
            try await snapshot.value(
                """
                -- digest of a golden year
                SELECT encode(sha256(string_agg(line, E'\\n' ORDER BY line COLLATE "C")::bytea), 'hex')
                FROM (
                    SELECT concat_ws(' ', 'startup', i.id, i.names, i.country, s.focus_areas, md5(s.pitch)) AS line
                    FROM institutions AS i LEFT JOIN startups AS s ON s.tenant_id = i.tenant_id AND s.id = i.id
                    UNION ALL
                    SELECT concat_ws(' ', 'agreement', m.id, m.reference, m.state) FROM mous AS m
                    UNION ALL
                    SELECT concat_ws(' ', 'stream', t.program_id, t.id, t.name, p.institution_id, p.mou_id)
                    FROM streams AS t
                    LEFT JOIN stream_partners AS p ON p.tenant_id = t.tenant_id AND p.stream_id = t.id
                    UNION ALL
                    SELECT concat_ws(' ', 'question', q.call_id, q.id, q.position, q.prompt, q.audience)
                    FROM call_questions AS q
                    UNION ALL
                    SELECT concat_ws(' ', 'application', a.id, a.call_id, a.startup_id, a.state, a.answered, a.version,
                                     \(fragment: Self.batch))
                    FROM applications AS a JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
                    UNION ALL
                    SELECT concat_ws(' ', 'step', v.application_id, v.from_state, v.to_state, v.person_id, md5(v.note))
                    FROM application_events AS v
                    UNION ALL
                    SELECT concat_ws(' ', 'answer', w.application_id, w.question_id, md5(w.text))
                    FROM application_answers AS w
                    UNION ALL
                    SELECT concat_ws(' ', 'document', d.id, d.application_id, d.name, d.state, encode(d.sha256, 'hex'))
                    FROM documents AS d
                    UNION ALL
                    SELECT concat_ws(' ', 'pool', g.stream_id, g.person_id) FROM stream_reviewers AS g
                    UNION ALL
                    SELECT concat_ws(' ', 'choice', h.application_id, h.rank, h.stream_id) FROM stream_choices AS h
                    UNION ALL
                    SELECT concat_ws(' ', 'facts', o.application_id, md5((o.facts - 'awards')::text))
                    FROM application_facts AS o
                    UNION ALL
                    SELECT concat_ws(' ', 'changes', q.id, q.application_id, q.from_state, q.message)
                    FROM change_requests AS q
                    UNION ALL
                    SELECT concat_ws(' ', 'conflict', f.id, f.person_id, f.application_id, f.startup_id, f.note)
                    FROM conflict_declarations AS f
                    UNION ALL
                    SELECT concat_ws(' ', 'decision', d.application_id, d.batch_id, d.outcome, d.stream_id)
                    FROM decisions AS d
                    UNION ALL
                    SELECT concat_ws(' ', 'changed decision', y.id, y.application_id, y.outcome, y.confirmed_by)
                    FROM decision_changes AS y
                    UNION ALL
                    SELECT concat_ws(' ', 'freed place', z.application_id, z.cause, z.filled_with)
                    FROM freed_places AS z
                    UNION ALL
                    SELECT concat_ws(' ', 'appeal', u.application_id, u.verdict, u.answered_by) FROM appeals AS u
                    UNION ALL
                    SELECT concat_ws(' ', 'panelist', p.round_id, p.person_id, p.most, p.languages, p.focus_areas,
                                     p.is_chair, p.accepted_at IS NOT NULL) FROM panel_members AS p
                    UNION ALL
                    SELECT concat_ws(' ', 'file', f.round_id, f.application_id, f.code, f.language, md5(f.answers::text))
                    FROM review_files AS f
                    UNION ALL
                    SELECT concat_ws(' ', 'assignment', s.round_id, s.application_id, s.person_id, s.state,
                                     w.submitted_at IS NOT NULL, w.confidence, md5(w.comment),
                                     (SELECT string_agg(x.criterion_id || '=' || x.score, ',' ORDER BY x.criterion_id)
                                      FROM review_scores AS x
                                      WHERE x.tenant_id = s.tenant_id AND x.assignment_id = s.id))
                    FROM review_assignments AS s
                    LEFT JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                    UNION ALL
                    SELECT concat_ws(' ', 'enrolment', e.application_id, e.cohort_id, e.mentor_id,
                                     e.graduated_at IS NOT NULL, e.ended_reason) FROM enrolments AS e
                    UNION ALL
                    SELECT concat_ws(' ', 'assessment', e.application_id, m.position, k.result, k.credit)
                    FROM milestone_assessments AS k
                    JOIN milestones AS m ON m.tenant_id = k.tenant_id AND m.id = k.milestone_id
                    JOIN enrolments AS e ON e.tenant_id = m.tenant_id AND e.id = m.enrolment_id
                    UNION ALL
                    SELECT concat_ws(' ', 'letter', l.recipient_id, l.kind, l.language, l.about_id, l.state)
                    FROM letters AS l WHERE \(fragment: Self.isOfTheYear)
                ) AS told
                """)
        }
    }
}
