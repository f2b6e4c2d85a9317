internal import Foundation
internal import Institutions
internal import Postgres
internal import Vocabulary

extension Statements {
    /// Whom to remind, for the service.
    func consultationsToRemindOf() async throws -> [Unanswered] {
        try await rows(
            """
            -- consultationsToRemindOf
            SELECT b.id, k.institution_id, k.asked_at, k.answer_by, k.silence_consents AND q.version = s.version
                       AS silence_consents
            FROM decision_batches AS b
            JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
            CROSS JOIN LATERAL last_consultations(b.id) AS k
            JOIN partners_of_batch(b.id) AS s ON s.institution_id = k.institution_id
            JOIN batch_consultations AS q ON q.tenant_id = b.tenant_id AND q.batch_id = b.id
                AND q.institution_id = k.institution_id AND q.asked_at = k.asked_at
            WHERE b.tenant_id = acting_tenant() AND acts_as('system') AND b.released_at IS NULL
              AND b.consulted_at IS NOT NULL AND k.reminded_at IS NULL AND NOT s.is_current
              AND (now() AT TIME ZONE c.time_zone)::date BETWEEN k.answer_by - 2 AND k.answer_by
              AND (k.asked_at AT TIME ZONE c.time_zone)::date < (now() AT TIME ZONE c.time_zone)::date
            ORDER BY b.id, k.institution_id
            """
        ).map { row in
            try Unanswered(
                batch: row("id"), institution: row("institution_id"), askedAt: row("asked_at"),
                answerBy: row("answer_by"), silenceConsents: row("silence_consents"))
        }
    }
}

extension Transaction {
    /// Notes a reminder; says whether nobody did before.
    func noteReminder(of due: Unanswered) async throws -> Bool {
        try await execute(
            """
            -- remindPartners
            UPDATE batch_consultations SET reminded_at = now()
            WHERE tenant_id = acting_tenant() AND batch_id = \(due.batch) AND institution_id = \(due.institution)
              AND asked_at = \(due.askedAt) AND reminded_at IS NULL
            """) == 1
    }
}
