internal import API
internal import Accounts
internal import Foundation
package import Institutions
package import Postgres
package import Vocabulary

extension Statements {
    /// Who was invited to a demo day, startups first, by name. A side finds itself alone.
    package func participants(of day: DemoDay.ID) async throws -> [Participant] {
        try await participants(
            """
            -- participants
            \(fragment: .participants) AND p.demo_day_id = \(day)
            ORDER BY p.side DESC, lower(coalesce(i.names ->> 'en', i.names ->> 'zh-Hant', i.names ->> 'ja')),
                     p.institution_id
            """, of: day)
    }

    /// Somebody's participation; nil when it was not invited, or is not the seat's to know.
    package func participant(_ institution: Institution.ID, of day: DemoDay.ID) async throws -> Participant? {
        try await participants(
            "/* participant */ \(fragment: .participants) AND p.demo_day_id = \(day) AND p.institution_id = \(institution)",
            of: day
        ).first
    }

    private func participants(_ query: Query, of day: DemoDay.ID) async throws -> [Participant] {
        let rows = try await rows(query)
        guard !rows.isEmpty else { return [] }
        var windows: [Institution.ID: [Participant.Window]] = [:]
        let found = try await self.rows(
            """
            -- participants: windows
            SELECT w.institution_id, w.starts_at, w.ends_at FROM demo_day_windows AS w
            WHERE w.tenant_id = acting_tenant() AND w.demo_day_id = \(day)
              AND (acts_as('manager', 'system')
                   OR acts_as('investor', 'founder') AND w.institution_id = acting_institution())
            ORDER BY w.institution_id, w.starts_at
            """)
        for row in found {
            windows[try row("institution_id"), default: []].append(
                try Participant.Window(from: row("starts_at"), until: row("ends_at")))
        }
        return try rows.map { row in
            let id: Institution.ID = try row("institution_id")
            return try Participant(
                institution: id, name: row("names"), side: row("side"), state: row("state"),
                invitedAt: row("invited_at"), answeredAt: row("answered_at"), windows: windows[id] ?? [],
                ranked: row("ranked"), refused: row("refused"))
        }
    }

    /// Whom an institution may meet on a demo day, by name, with what it has said of them; nobody before it takes part, and
    /// nobody for whoever acts for another.
    package func partners(on day: DemoDay.ID, for own: Institution.ID) async throws -> [Partner] {
        try await rows(
            """
            -- partners
            SELECT w.institution_id, w.names, w.pitch, w.country, w.website, s.rank,
                   s.about_id IS NOT NULL AND s.rank IS NULL AS is_refused
            FROM whom_to_meet(acting_role(), \(own), \(day)) AS w
            LEFT JOIN demo_day_wishes AS s ON s.tenant_id = acting_tenant() AND s.demo_day_id = \(day)
                AND s.author_id = \(own) AND s.about_id = w.institution_id
                AND (acts_as('system') OR acts_as('investor', 'founder') AND s.author_id = acting_institution())
            ORDER BY s.rank NULLS LAST, lower(coalesce(w.names ->> 'en', w.names ->> 'zh-Hant', w.names ->> 'ja')),
                     w.institution_id
            """
        ).map { row in
            try Partner(
                institution: row("institution_id"), name: row("names"), pitch: row("pitch"), country: row("country"),
                website: row("website"), rank: row("rank"), isRefused: row("is_refused"))
        }
    }

    /// Whom an institution may meet on a demo day, and why it does not meet those it ranked. Throws not found.
    func explainedPartners(on id: DemoDay.ID, for own: Institution.ID) async throws -> [Partner] {
        guard let day = try await demoDay(id) else { throw Problem.notFound }
        let partners = try await partners(on: id, for: own)
        guard day.plan != nil, let guest = try await participant(own, of: id) else { return partners }
        return guest.explaining(partners, meeting: try await ownMeetings(on: id), on: day)
    }

    /// Whom a manager may invite, by name: startups that agree to be shown, and investors that are verified and have not paused;
    /// without those that were invited and have not cancelled.
    ///
    /// - Parameter search: a part of the name in any language, in any case.
    package func whomToInvite(
        to day: DemoDay.ID, on side: Participant.Side, named search: String? = nil, limit: Int
    ) async throws -> [(id: Institution.ID, name: LocalizedName)] {
        let side: Query =
            switch side {
            case .startup:
                """
                EXISTS (
                    SELECT FROM consents AS c
                    WHERE c.tenant_id = t.tenant_id AND c.startup_id = t.id AND c.purpose = 'demo_days'
                      AND c.superseded_at IS NULL AND c.audience <> 'nobody')
                """
            case .investor:
                """
                t.id IS NULL AND EXISTS (
                    SELECT FROM investor_verifications AS v
                    WHERE v.tenant_id = i.tenant_id AND v.investor_id = i.id AND v.revoked_at IS NULL
                      AND v.valid_until >= (now() AT TIME ZONE 'UTC')::date)
                AND NOT EXISTS (
                    SELECT FROM investor_pauses AS p
                    WHERE p.tenant_id = i.tenant_id AND p.investor_id = i.id
                      AND (p.until IS NULL OR p.until >= (now() AT TIME ZONE 'UTC')::date))
                """
            }
        return try await rows(
            """
            -- whomToInvite
            SELECT i.id, i.names FROM institutions AS i
            LEFT JOIN startups AS t ON t.tenant_id = i.tenant_id AND t.id = i.id
            WHERE i.tenant_id = acting_tenant() AND acts_as('manager') AND \(fragment: side)
              AND NOT EXISTS (SELECT FROM demo_day_participants AS p
                              WHERE p.tenant_id = i.tenant_id AND p.demo_day_id = \(day) AND p.institution_id = i.id
                                AND p.state <> 'cancelled')
              \(given: search, { "AND \(fragment: .anyText(of: "i.names", contains: $0))" })
            ORDER BY lower(coalesce(i.names ->> 'en', i.names ->> 'zh-Hant', i.names ->> 'ja')), i.id
            LIMIT \(limit)
            """
        ).map { try ($0("id"), $0("names")) }
    }
}

extension Query {
    fileprivate static var participants: Query {
        """
        SELECT p.institution_id, i.names, p.side, p.state, p.invited_at, p.answered_at, l.ranked, l.refused
        FROM demo_day_participants AS p
        LEFT JOIN institutions AS i ON i.tenant_id = p.tenant_id AND i.id = p.institution_id
        LEFT JOIN demo_day_wish_lists AS l ON l.tenant_id = p.tenant_id AND l.demo_day_id = p.demo_day_id
            AND l.author_id = p.institution_id
        WHERE p.tenant_id = acting_tenant()
          AND (acts_as('manager', 'system')
               OR acts_as('investor', 'founder') AND p.institution_id = acting_institution())
        """
    }
}

extension Participant.Side: PostgresCodable {}
extension Participant.State: PostgresCodable {}

extension Transaction {
    /// On which sides these institutions of the directory would be; without those there are not.
    func sides(of institutions: [Institution.ID]) async throws -> [Institution.ID: Participant.Side] {
        let rows = try await rows(
            """
            -- sides
            SELECT i.id, CASE WHEN t.id IS NULL THEN 'investor' ELSE 'startup' END AS side
            FROM institutions AS i LEFT JOIN startups AS t ON t.tenant_id = i.tenant_id AND t.id = i.id
            WHERE i.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND i.id = ANY (\(institutions))
            """)
        return try Dictionary(uniqueKeysWithValues: rows.map { try ($0("id"), $0("side")) })
    }

    /// Invites institutions on their sides, anew those that have cancelled; answers those that were not invited before. In the
    /// order of their ids, so that two who invite the same wait for each other.
    func invite(
        _ sides: [Institution.ID: Participant.Side], to day: DemoDay.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> [Institution.ID] {
        let institutions = sides.keys.sorted()
        return try await rows(
            """
            -- inviteToDemoDay
            INSERT INTO demo_day_participants (tenant_id, demo_day_id, institution_id, side, invited_by)
            SELECT \(tenant), \(day), s.institution_id, s.side, \(person)
            FROM unnest(\(institutions), \(institutions.map { sides[$0] })) AS s (institution_id, side)
            ORDER BY s.institution_id
            ON CONFLICT (tenant_id, demo_day_id, institution_id) DO UPDATE SET
                state = 'invited', invited_at = now(), invited_by = excluded.invited_by, answered_at = NULL,
                answered_by = NULL
            WHERE demo_day_participants.state = 'cancelled'
            RETURNING institution_id
            """
        ).map { try $0("institution_id") }
    }

    /// Whether the acting person acts for another than this institution: for the park, or as the service.
    func actsForAnother(than institution: Institution.ID) async throws -> Bool {
        try await value("/* actsForAnother */ SELECT acting_institution() IS DISTINCT FROM \(institution)")
    }

    func answer(
        _ state: Participant.State, for institution: Institution.ID, on day: DemoDay.ID, by person: Person.ID
    ) async throws -> Bool {
        try await execute(
            """
            -- answerInvitation
            UPDATE demo_day_participants SET state = \(state), answered_at = now(), answered_by = \(person)
            WHERE tenant_id = acting_tenant() AND demo_day_id = \(day) AND institution_id = \(institution)
            """) == 1
    }

    func save(
        _ windows: [Participant.Window], of institution: Institution.ID, on day: DemoDay.ID, in tenant: Tenant.ID
    ) async throws {
        try await execute(
            """
            -- saveWindows: those before
            DELETE FROM demo_day_windows
            WHERE tenant_id = acting_tenant() AND demo_day_id = \(day) AND institution_id = \(institution)
            """)
        try await execute(
            """
            -- saveWindows
            INSERT INTO demo_day_windows (tenant_id, demo_day_id, institution_id, position, starts_at, ends_at)
            SELECT \(tenant), \(day), \(institution), w.position, w.starts_at, w.ends_at
            FROM unnest(\(windows.map(\.startsAt)), \(windows.map(\.endsAt)))
                WITH ORDINALITY AS w (starts_at, ends_at, position)
            """)
    }

    /// Replaces what somebody has said of those it may meet. That it would not meet somebody who has cancelled stays said, for the
    /// time when they come back.
    func save(
        _ wishes: Wishes, of author: Institution.ID, among partners: [Institution.ID], on day: DemoDay.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- saveWishes: those before
            DELETE FROM demo_day_wishes
            WHERE tenant_id = acting_tenant() AND demo_day_id = \(day) AND author_id = \(author)
              AND (rank IS NOT NULL OR about_id = ANY (\(partners)))
            """)
        let said = wishes.ranked + wishes.refused
        let ranks = wishes.ranked.indices.map { Optional($0 + 1) } + wishes.refused.map { _ in nil }
        try await execute(
            """
            -- saveWishes
            INSERT INTO demo_day_wishes (tenant_id, demo_day_id, author_id, about_id, rank)
            SELECT \(tenant), \(day), \(author), s.about, s.rank FROM unnest(\(said), \(ranks)) AS s (about, rank)
            """)
        try await execute(
            """
            -- saveWishes: how many
            INSERT INTO demo_day_wish_lists (tenant_id, demo_day_id, author_id, ranked, refused, said_by)
            VALUES (\(tenant), \(day), \(author), \(wishes.ranked.count), \(wishes.refused.count), \(person))
            ON CONFLICT (tenant_id, demo_day_id, author_id) DO UPDATE SET
                ranked = excluded.ranked, refused = excluded.refused, said_at = now(), said_by = excluded.said_by
            """)
    }

    /// Who can be written to at these institutions: founders of startups, people of investors. Only for the service.
    func people(at institutions: [Institution.ID]) async throws -> [(person: Person.ID, institution: Institution.ID)] {
        try await rows(
            """
            -- people of a demo day
            SELECT DISTINCT m.person_id, m.institution_id FROM memberships AS m JOIN people AS p ON p.id = m.person_id
            WHERE m.tenant_id = acting_tenant() AND acts_as('system') AND m.institution_id = ANY (\(institutions))
              AND m.role IN ('founder', 'investor') AND m.ended_at IS NULL AND p.disabled_at IS NULL
            ORDER BY m.person_id, m.institution_id
            """
        ).map { try ($0("person_id"), $0("institution_id")) }
    }
}
