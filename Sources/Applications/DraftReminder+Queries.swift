internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

extension Statements {
    /// Drafts to write about, and why: of several occasions that have passed, the latest; each once. Only for the service.
    func draftRemindersDue() async throws -> [DraftReminder] {
        try await rows(
            """
            -- draftRemindersDue
            SELECT a.id, NULL::uuid AS stream_id, c.closes_at, o.occasion
            FROM calls AS c
            JOIN applications AS a ON a.tenant_id = c.tenant_id AND a.call_id = c.id AND a.state = 'draft'
            CROSS JOIN LATERAL (
                SELECT t.occasion FROM (VALUES
                    ('closes_in_7_days', c.closes_at - interval '7 days'),
                    ('closes_in_1_day', c.closes_at - interval '1 day'),
                    ('closes_in_2_hours', c.closes_at - interval '2 hours')
                ) AS t (occasion, at)
                -- Who began after the moment knows when the call closes.
                WHERE t.at <= now() AND t.at > a.created_at
                ORDER BY t.at DESC LIMIT 1) AS o
            WHERE c.tenant_id = acting_tenant() AND acts_as('system')
              AND c.published_at IS NOT NULL AND c.cancelled_at IS NULL
              AND c.opens_at <= now() AND c.closes_at > now() AND c.closes_at <= now() + interval '7 days'
              AND NOT EXISTS (SELECT FROM draft_reminders AS n
                              WHERE n.tenant_id = a.tenant_id AND n.application_id = a.id AND n.occasion = o.occasion
                                AND n.closes_at = c.closes_at)
            UNION ALL
            SELECT a.id, f.stream_id, f.closes_at, o.occasion
            FROM calls AS c
            JOIN offered_streams AS f ON f.tenant_id = c.tenant_id AND f.call_id = c.id AND f.closes_at < c.closes_at
            JOIN stream_choices AS k
                ON k.tenant_id = f.tenant_id AND k.call_id = f.call_id AND k.stream_id = f.stream_id
            JOIN applications AS a ON a.tenant_id = k.tenant_id AND a.id = k.application_id AND a.state = 'draft'
            CROSS JOIN LATERAL (
                SELECT t.occasion FROM (VALUES
                    ('closes_in_7_days', f.closes_at - interval '7 days'),
                    ('closes_in_1_day', f.closes_at - interval '1 day'),
                    ('closes_in_2_hours', f.closes_at - interval '2 hours')
                ) AS t (occasion, at)
                WHERE t.at <= now() AND t.at > a.created_at
                ORDER BY t.at DESC LIMIT 1) AS o
            WHERE c.tenant_id = acting_tenant() AND acts_as('system')
              AND c.published_at IS NOT NULL AND c.cancelled_at IS NULL
              AND c.opens_at <= now() AND f.closes_at > now() AND f.closes_at <= now() + interval '7 days'
              AND NOT EXISTS (SELECT FROM stream_reminders AS n
                              WHERE n.tenant_id = a.tenant_id AND n.application_id = a.id
                                AND n.stream_id = f.stream_id AND n.occasion = o.occasion
                                AND n.closes_at = f.closes_at)
            ORDER BY 1, 2
            """
        ).map { row in
            try DraftReminder(
                application: row("id"), stream: row("stream_id"), closes: row("closes_at"), occasion: row("occasion"))
        }
    }
}

extension Transaction {
    /// Notes a reminder; says whether nobody did before.
    func note(_ reminder: DraftReminder) async throws -> Bool {
        if let stream = reminder.stream {
            return try await execute(
                """
                -- remindDrafts: streams
                INSERT INTO stream_reminders (tenant_id, application_id, stream_id, occasion, closes_at)
                VALUES (acting_tenant(), \(reminder.application), \(stream), \(reminder.occasion), \(reminder.closes))
                ON CONFLICT DO NOTHING
                """) == 1
        }
        return try await execute(
            """
            -- remindDrafts
            INSERT INTO draft_reminders (tenant_id, application_id, occasion, closes_at)
            VALUES (acting_tenant(), \(reminder.application), \(reminder.occasion), \(reminder.closes))
            ON CONFLICT DO NOTHING
            """) == 1
    }
}

extension DraftReminder.Occasion: PostgresCodable {}
