internal import Accounts
internal import Foundation
internal import Institutions
internal import Postgres
internal import Vocabulary

extension Statements {
    /// What some released lists hold that may be told without names, of the startups that their investors may see. Only for
    /// the service.
    func teasedLists(_ ids: [Shortlist.ID]) async throws -> [TeasedList] {
        let rows = try await rows(
            """
            -- teasedLists
            SELECT s.id, m.name, s.answer_by, x.parts
            FROM shortlists AS s
            JOIN mandates AS m ON m.tenant_id = s.tenant_id AND m.id = s.mandate_id
            JOIN shortlist_items AS x ON x.tenant_id = s.tenant_id AND x.shortlist_id = s.id
            WHERE s.tenant_id = acting_tenant() AND acts_as('system') AND s.id = ANY (\(ids)) AND s.released_at IS NOT NULL
              AND NOT is_hidden(x.startup_id, s.investor_id)
            ORDER BY m.name, s.id, x.rank
            """)
        var lists: [TeasedList] = []
        for row in rows {
            let (id, name, answerBy, parts) = try row.decode(
                Shortlist.ID.self, Name.self, CalendarDate.self, JSONB<[ScorePart]>.self)
            let earlier = lists.last?.id == id ? lists.removeLast().items : []
            lists.append(TeasedList(id: id, mandateName: name, answerBy: answerBy, items: earlier + [parts.value]))
        }
        return lists
    }

    /// Those of a firm who may answer for it. Only for the service.
    func people(answeringFor firm: Institution.ID) async throws -> [Person.ID] {
        try await rows(
            """
            -- people answering for a firm
            SELECT DISTINCT p.person_id FROM people_of_firm(\(firm), acting_role()) AS p
            WHERE acts_as('system') AND NOT p.has_left AND p.firm_role <> 'analyst' ORDER BY p.person_id
            """
        ).map { try $0("person_id") }
    }

    /// The workspace that is acted in.
    func actingTenant() async throws -> Tenant.ID {
        try await one("/* tellOfShortlists */ SELECT acting_tenant() AS tenant")("tenant")
    }

    /// Whether an investor is verified today.
    func isVerified(_ investor: Institution.ID) async throws -> Bool {
        try await one("/* isVerified */ SELECT is_verified(\(investor)) AS verified")("verified")
    }

    /// Whose teaser a secret opens today, and the lists it tells of: while its reader answers for the firm, and the firm may
    /// be shown startups. Only for the service.
    func teaser(opening secret: Secret) async throws -> (id: Teaser.ID, recipient: Person.ID, lists: [Shortlist.ID])? {
        try await first(
            """
            -- teaser
            SELECT t.id, t.recipient_id, ARRAY(SELECT l.shortlist_id FROM teaser_lists AS l
                       WHERE l.tenant_id = t.tenant_id AND l.teaser_id = t.id ORDER BY l.shortlist_id) AS lists
            FROM teasers AS t
            WHERE t.tenant_id = acting_tenant() AND acts_as('system') AND t.hash = \(secret.hash)
              AND t.opens_until >= (now() AT TIME ZONE 'UTC')::date AND is_verified(t.investor_id)
              AND EXISTS (SELECT FROM people_of_firm(t.investor_id, acting_role()) AS p
                          WHERE p.person_id = t.recipient_id AND NOT p.has_left AND p.firm_role <> 'analyst')
            """
        ).map { row in try (id: row("id"), recipient: row("recipient_id"), lists: row("lists")) }
    }
}

extension Transaction {
    func insert(
        _ id: Teaser.ID, _ secret: Secret, to recipient: Person.ID, of firm: Institution.ID,
        telling lists: [TeasedList],
        until day: CalendarDate
    ) async throws {
        try await execute(
            """
            -- tellOfShortlists: teaser
            INSERT INTO teasers (tenant_id, id, hash, investor_id, recipient_id, opens_until)
            VALUES (acting_tenant(), \(id), \(secret.hash), \(firm), \(recipient), \(day))
            """)
        try await execute(
            """
            -- tellOfShortlists: its lists
            INSERT INTO teaser_lists (tenant_id, teaser_id, shortlist_id)
            SELECT acting_tenant(), \(id), l.id FROM unnest(\(lists.map(\.id))) AS l (id)
            """)
    }

    /// Puts on record who was shown which lists. Whoever looks again within the hour looks at the same.
    func insertOpening(of id: Teaser.ID, by recipient: Person.ID, showing lists: [TeasedList]) async throws {
        try await execute(
            """
            -- openTeaser
            INSERT INTO teaser_openings (tenant_id, id, teaser_id, recipient_id, shortlists)
            SELECT acting_tenant(), gen_random_uuid(), \(id), \(recipient), \(lists.map(\.id))
            WHERE NOT EXISTS (SELECT FROM teaser_openings AS o
                              WHERE o.tenant_id = acting_tenant() AND o.teaser_id = \(id)
                                AND o.opened_at > now() - interval '1 hour')
            """)
    }
}
