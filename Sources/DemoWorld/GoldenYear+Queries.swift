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
    }

    /// Whether a letter `l` belongs to the year. The others come every ten minutes to those who have not done something yet, so
    /// that it depends on the hour whether a year of a few minutes sees any.
    private static var isOfTheYear: Query { "l.kind NOT IN ('notice', 'review_reminder')" }

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
                       (SELECT count(*) FROM applications WHERE state = 'ineligible') AS ineligible
                """)
            return try Totals(
                programs: row("programs"), streams: row("streams"), calls: row("calls"), startups: row("startups"),
                reviewers: row("reviewers"), applications: row("applications"), answers: row("answers"),
                assignments: row("assignments"), letters: row("letters"), languages: row("languages"),
                withdrawn: row("withdrawn"), ineligible: row("ineligible"))
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
                    SELECT concat_ws(' ', 'application', a.id, a.call_id, a.startup_id, a.state, a.answered, a.version)
                    FROM applications AS a
                    UNION ALL
                    SELECT concat_ws(' ', 'step', v.application_id, v.from_state, v.to_state, v.person_id, md5(v.note))
                    FROM application_events AS v
                    UNION ALL
                    SELECT concat_ws(' ', 'answer', w.application_id, w.question_id, md5(w.text))
                    FROM application_answers AS w
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
