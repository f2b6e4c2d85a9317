internal import Foundation
internal import Postgres
internal import Vocabulary

extension Statements {
    /// Drafts to write about, and why: of several occasions that have passed, the latest; each once. Only for the service.
    func draftRemindersDue() async throws -> [DraftReminder] {
        try await rows(
            """
            -- draftRemindersDue
            SELECT a.id, o.occasion
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
                              WHERE n.tenant_id = a.tenant_id AND n.application_id = a.id AND n.occasion = o.occasion)
            ORDER BY a.id
            """
        ).map { try DraftReminder(application: $0("id"), occasion: $0("occasion")) }
    }
}

extension Transaction {
    /// Notes a reminder; says whether nobody did before.
    func note(_ reminder: DraftReminder) async throws -> Bool {
        try await execute(
            """
            -- remindDrafts
            INSERT INTO draft_reminders (tenant_id, application_id, occasion)
            VALUES (acting_tenant(), \(reminder.application), \(reminder.occasion))
            ON CONFLICT DO NOTHING
            """) == 1
    }
}

extension DraftReminder.Occasion: PostgresCodable {}
