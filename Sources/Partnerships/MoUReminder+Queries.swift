internal import Accounts
internal import Postgres
internal import Vocabulary

extension Statements {
    /// Whom to write to about which agreement, in the order of the agreements: managers, and the staff of its parties. Of several
    /// days that have passed, the latest, if that was in the last two weeks: who begins to use the service is not told of half
    /// a year. That an agreement renews itself is said as long as notice can be given. Only for the service.
    func partiesToRemind() async throws -> [MoUReminder] {
        try await rows(
            """
            -- partiesToRemind
            WITH agreement AS (
                SELECT m.id, m.ends_on, \(fragment: .noticeDays) AS notice_days, m.effective_on, m.signed_on, m.prior_mou_id,
                       m.renews_itself AND m.notice_given_on IS NULL AS renews_itself,
                       (now() AT TIME ZONE t.time_zone)::date AS today
                FROM mous AS m JOIN tenants AS t ON t.id = m.tenant_id
                WHERE m.tenant_id = acting_tenant() AND acts_as('system') AND m.state = 'signed'
                  AND mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on,
                                      (now() AT TIME ZONE t.time_zone)::date)),
            due AS (
                SELECT a.id, o.occasion, a.ends_on AS about_day
                FROM agreement AS a
                CROSS JOIN LATERAL (
                    SELECT d.occasion FROM (VALUES
                        ('ends_in_180_days', 180), ('ends_in_90_days', 90), ('ends_in_30_days', 30),
                        -- Within a week of another letter, notice is told in its place, on the earlier day: they would say the
                        -- same.
                        ('notice_is_due', (SELECT max(n.days) FROM unnest(ARRAY[a.notice_days, 180, 90, 30]) AS n (days)
                                           WHERE abs(n.days - a.notice_days) < 7))
                    ) AS o (occasion, days)
                    CROSS JOIN LATERAL (SELECT o.occasion, a.ends_on - o.days AS day) AS d
                    WHERE (o.occasion = 'notice_is_due' OR abs(o.days - a.notice_days) >= 7)
                      AND d.day <= a.today AND d.day > a.today - 14 AND d.day > a.signed_on AND NOT a.renews_itself
                    ORDER BY d.day DESC, d.occasion = 'notice_is_due' DESC LIMIT 1) AS o
                -- What is renewed need not be.
                WHERE NOT EXISTS (
                    SELECT FROM mous AS n
                    WHERE n.tenant_id = acting_tenant() AND n.prior_mou_id = a.id AND n.state = 'signed')
                UNION ALL
                -- What renews itself does not end by itself: notice is all there is to decide, and takes a month to decide.
                SELECT a.id, 'renews_itself', a.ends_on FROM agreement AS a
                WHERE a.renews_itself AND a.today BETWEEN a.ends_on - greatest(a.notice_days, 1) - 30
                                                      AND a.ends_on - greatest(a.notice_days, 1)
                  AND NOT EXISTS (
                      SELECT FROM mous AS n
                      WHERE n.tenant_id = acting_tenant() AND n.prior_mou_id = a.id AND n.state = 'signed')
                UNION ALL
                -- Half of the term is over: what was promised is looked at together while there is time to reach it.
                SELECT a.id, 'mid_term', a.ends_on FROM agreement AS a
                WHERE a.ends_on - a.effective_on >= 180
                  AND a.today - (a.effective_on + (a.ends_on - a.effective_on) / 2) BETWEEN 0 AND 13
                UNION ALL
                -- A further term that nobody recorded has begun by itself.
                SELECT a.id, 'renewed', a.effective_on FROM agreement AS a
                WHERE a.prior_mou_id IS NOT NULL AND a.today - a.effective_on BETWEEN 0 AND 13
                  AND EXISTS (SELECT FROM mou_events AS e
                              WHERE e.tenant_id = acting_tenant() AND e.mou_id = a.id AND e.to_state = 'signed'
                                AND e.person_id IS NULL)
                UNION ALL
                SELECT a.id, 'dormant', l.day
                FROM agreement AS a
                CROSS JOIN LATERAL (
                    SELECT coalesce(last_sign_of_life('system', NULL, a.id), a.effective_on) AS day) AS l
                WHERE a.today - l.day >= \(MoU.dormantAfterDays))
            SELECT d.id, p.person_id, p.is_partner, d.occasion, d.about_day
            FROM due AS d
            CROSS JOIN LATERAL (
                SELECT s.person_id, bool_and(s.role = 'partner') AS is_partner
                FROM memberships AS s
                JOIN people AS who ON who.id = s.person_id AND who.disabled_at IS NULL
                WHERE s.tenant_id = acting_tenant() AND s.ended_at IS NULL
                  AND (s.role = 'manager' OR s.role = 'partner' AND EXISTS (
                      SELECT FROM mou_parties AS q
                      WHERE q.tenant_id = s.tenant_id AND q.mou_id = d.id AND q.institution_id = s.institution_id))
                GROUP BY s.person_id) AS p
            WHERE NOT EXISTS (
                SELECT FROM mou_reminders AS r
                WHERE r.tenant_id = acting_tenant() AND r.mou_id = d.id AND r.person_id = p.person_id
                  AND r.occasion = d.occasion AND r.about_day = d.about_day)
            ORDER BY d.id, p.person_id, d.occasion
            """
        ).map {
            try MoUReminder(
                mou: $0("id"), person: $0("person_id"), isPartner: $0("is_partner"), occasion: $0("occasion"),
                aboutDay: $0("about_day"))
        }
    }
}

extension Transaction {
    /// Notes a reminder; says whether nobody did before.
    func note(_ reminder: MoUReminder) async throws -> Bool {
        try await execute(
            """
            -- remindParties
            INSERT INTO mou_reminders (tenant_id, mou_id, person_id, occasion, about_day)
            VALUES (acting_tenant(), \(reminder.mou), \(reminder.person), \(reminder.occasion), \(reminder.aboutDay))
            ON CONFLICT DO NOTHING
            """) == 1
    }
}

extension MoUReminder.Occasion: PostgresCodable {}
