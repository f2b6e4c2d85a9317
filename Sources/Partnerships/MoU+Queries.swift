import Accounts
package import Institutions
package import Postgres
package import Vocabulary

extension Statements {
    /// An agreement; nil when it does not exist or the principal may not know of it. A partner knows those its
    /// institution is a party to, once they are shared.
    package func mou(_ id: MoU.ID) async throws -> MoU? {
        try await first(
            """
            -- mou
            \(fragment: selectMoUs())
            WHERE m.tenant_id = acting_tenant() AND \(fragment: .reachOfMoUs) AND m.id = \(id)
            """
        ).map(MoU.init)
    }

    /// Those of these agreements that the principal may know of, in any order.
    package func mous(_ ids: [MoU.ID]) async throws -> [MoU] {
        guard !ids.isEmpty else { return [] }
        return try await rows(
            """
            -- mous by id
            \(fragment: selectMoUs())
            WHERE m.tenant_id = acting_tenant() AND \(fragment: .reachOfMoUs) AND m.id = ANY (\(ids))
            """
        ).map(MoU.init)
    }

    /// Agreements in the order of their ids, so that a cursor is stable while agreements come and go.
    ///
    /// - Parameters:
    ///   - status: only those that stand so today, in the tenant's zone; nil for all.
    ///   - institution: only those that this institution is a party to; nil for all.
    ///   - isDormant: only those that are dormant today, or that are not; nil for all.
    ///   - search: a part of the reference, or of the title in any language, in any case.
    ///   - cursor: the id after which to go on.
    ///   - limit: how many at the most; nil for all.
    package func mous(
        standing status: MoU.Status? = nil, with institution: Institution.ID? = nil, dormant isDormant: Bool? = nil,
        named search: String? = nil, after cursor: MoU.ID? = nil, limit: Int? = nil
    ) async throws -> [MoU] {
        try await rows(
            """
            -- mous
            \(fragment: selectMoUs())
            WHERE m.tenant_id = acting_tenant() AND \(fragment: .reachOfMoUs)
              \(given: status, { status in
                """
                AND \(status.rawValue) = mou_status(
                    m.state, m.effective_on, m.ends_on, m.terminated_on, (now() AT TIME ZONE t.time_zone)::date)
                """
              })
              \(given: institution, { institution in
                """
                AND EXISTS (SELECT FROM mou_parties AS p
                            WHERE p.tenant_id = m.tenant_id AND p.mou_id = m.id AND p.institution_id = \(institution))
                """
              })
              \(given: isDormant, { isDormant in
                "AND (\(fragment: .isInForceForLong) AND NOT \(fragment: .livesLately)) = \(isDormant)"
              })
              \(given: search, { text in
                "AND (strpos(lower(m.reference), lower(\(text))) > 0 OR \(fragment: .anyText(of: "m.title", contains: text)))"
              })
              \(given: cursor, { "AND m.id > \($0)" })
            ORDER BY m.id
            LIMIT \(limit)
            """
        ).map(MoU.init)
    }

    /// Which of these agreements are dormant today, and the day of the last sign of life of each.
    package func dormant(among mous: [MoU]) async throws -> [MoU.ID: CalendarDate] {
        // Most are asked nothing: to look for signs of life is to look at everything that happened.
        let old = mous.filter { mou in
            mou.status.isInForce
                && mou.term.effectiveOn.map { $0.days(until: mou.asOf) >= MoU.dormantAfterDays } == true
        }
        guard !old.isEmpty else { return [:] }
        let found: [(MoU.ID, CalendarDate)] = try await rows(
            """
            -- dormant among mous
            SELECT m.id, coalesce(last_sign_of_life(acting_role(), acting_institution(), m.id), m.effective_on) AS day
            FROM mous AS m JOIN tenants AS t ON t.id = m.tenant_id
            WHERE m.tenant_id = acting_tenant() AND \(fragment: .reachOfMoUs) AND m.id = ANY (\(old.map(\.id)))
              AND NOT \(fragment: .livesLately)
            """
        ).map { row in try (row("id"), row("day")) }
        return Dictionary(uniqueKeysWithValues: found)
    }

    /// The steps of an agreement, the first first. A partner's history begins where the text was shared.
    package func history(of id: MoU.ID) async throws -> [MoUEvent] {
        try await rows(
            """
            -- history of an mou
            SELECT e.at, e.person_id, p.name AS person_name, e.from_state, e.to_state, e.note
            FROM mou_events AS e LEFT JOIN people AS p ON p.id = e.person_id
            WHERE e.tenant_id = acting_tenant() AND e.mou_id = \(id)
              AND (acts_as('manager', 'system') OR e.to_state <> 'draft')
              AND EXISTS (SELECT FROM mous AS m
                          WHERE m.tenant_id = e.tenant_id AND m.id = e.mou_id AND \(fragment: .reachOfMoUs))
            ORDER BY e.at, array_position(
                ARRAY['draft', 'in_review', 'agreed', 'signed', 'terminated', 'abandoned'], e.to_state)
            """
        ).map { row in
            try MoUEvent(
                at: row("at"), person: row("person_id"), personName: row("person_name"), from: row("from_state"),
                to: row("to_state"), note: row("note"))
        }
    }

    private func selectMoUs() -> Query {
        """
        SELECT m.id, m.reference, m.title, m.kind, m.binding, m.summary, m.state, m.signed_on,
               \(fragment: .noticeDays) AS notice_days,
               m.renews_itself, m.notice_given_on, m.notice_given_by, m.prior_mou_id, m.prevailing_language, m.legal_reviewer,
               term_of(m.tenant_id, m.id) AS term_number,
               (SELECT n.id FROM mous AS n
                WHERE n.tenant_id = m.tenant_id AND n.prior_mou_id = m.id AND n.state IN ('signed', 'terminated'))
                   AS renewed_by,
               (SELECT coalesce(jsonb_agg(jsonb_build_object('title', c.title, 'isBinding', c.binding)
                                          ORDER BY c.position), '[]')
                FROM mou_clauses AS c WHERE c.tenant_id = m.tenant_id AND c.mou_id = m.id) AS clauses,
               (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'institution', g.institution_id, 'signedOn', g.signed_on,
                           'isByOwnHand', g.signed_by IS NOT NULL)
                                          ORDER BY g.signed_on, g.institution_id), '[]')
                FROM mou_signatures AS g WHERE g.tenant_id = m.tenant_id AND g.mou_id = m.id) AS signatures,
               m.effective_on, m.ends_on, m.terminated_on, m.termination_reason, m.termination_is_mutual,
               (now() AT TIME ZONE t.time_zone)::date AS as_of, t.time_zone,
               (SELECT jsonb_build_object(
                           'id', e.id, 'name', e.name, 'heldOn', e.held_on, 'city', e.city, 'country', e.country,
                           'hosts', e.hosts, 'partOf', e.part_of)
                FROM signing_events AS e WHERE e.tenant_id = m.tenant_id AND e.id = m.signing_event_id) AS event,
               (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'institution', p.institution_id, 'role', p.role, 'responsibilities', p.responsibilities,
                           'coordinator', p.coordinator)
                           ORDER BY array_position(ARRAY['lead', 'partner', 'supporting', 'observer'], p.role),
                                    p.institution_id), '[]')
                FROM mou_parties AS p WHERE p.tenant_id = m.tenant_id AND p.mou_id = m.id) AS parties,
               (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'focusArea', a.focus_area, 'wording', a.wording, 'status', a.status,
                           'since', a.status_since, 'reason', a.status_reason)
                           ORDER BY a.position), '[]')
                FROM mou_areas AS a WHERE a.tenant_id = m.tenant_id AND a.mou_id = m.id) AS areas,
               (SELECT coalesce(jsonb_agg(o.text ORDER BY o.position), '[]')
                FROM mou_objectives AS o WHERE o.tenant_id = m.tenant_id AND o.mou_id = m.id) AS objectives,
               (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'kind', s.kind, 'name', s.person_name, 'title', s.title, 'institution', s.institution_id,
                           'institutionName', s.institution_name) ORDER BY s.position), '[]')
                FROM mou_participants AS s WHERE s.tenant_id = m.tenant_id AND s.mou_id = m.id) AS participants
        FROM mous AS m JOIN tenants AS t ON t.id = m.tenant_id
        """
    }
}

extension Query {
    /// How many days of notice an agreement `m` of a tenant `t` has today: as it was last amended.
    static var noticeDays: Query {
        """
        coalesce((SELECT d.notice_days FROM mou_amendments AS d
                  WHERE d.tenant_id = m.tenant_id AND d.mou_id = m.id AND d.notice_days IS NOT NULL
                    AND d.signed_on IS NOT NULL AND d.effective_on <= (now() AT TIME ZONE t.time_zone)::date
                  ORDER BY d.number DESC LIMIT 1), m.notice_days)
        """
    }

    /// Whether something happened under an agreement `m` of a tenant `t` so lately that it is not dormant.
    static var livesLately: Query {
        """
        lives_since(acting_role(), acting_institution(), m.id,
                    (now() AT TIME ZONE t.time_zone)::date - \(MoU.dormantAfterDays - 1)::integer)
        """
    }

    /// Whether an agreement `m` of a tenant `t` is in force, and began so long ago that it may be dormant: looked at first, since
    /// it costs nothing.
    static var isInForceForLong: Query {
        """
        CASE WHEN (now() AT TIME ZONE t.time_zone)::date - m.effective_on >= \(MoU.dormantAfterDays)
             THEN mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on, (now() AT TIME ZONE t.time_zone)::date)
             ELSE false END
        """
    }

    /// Which agreements `m` the seat reaches, the query's own answer to what row-level security says again: a partner
    /// those its institution is a party to, once they are shared.
    static var reachOfMoUs: Query {
        """
        (acts_as('manager', 'system')
         OR acts_as('partner') AND m.state <> 'draft' AND EXISTS (
             SELECT FROM mou_parties AS ours
             WHERE ours.tenant_id = m.tenant_id AND ours.mou_id = m.id
               AND ours.institution_id = acting_institution()))
        """
    }
}

extension MoU {
    fileprivate init(_ row: Row) throws {
        let reason: ShortText? = try row("termination_reason")
        let isMutual: Bool? = try row("termination_is_mutual")
        let noticeGivenOn: CalendarDate? = try row("notice_given_on")
        let noticeGivenBy: Institution.ID? = try row("notice_given_by")
        try self.init(
            id: row("id"), reference: row("reference"), title: row("title"), kind: row("kind"),
            isBinding: row("binding"), summary: row("summary"), noticeDays: row("notice_days"),
            term: Term(
                row("state"), effectiveOn: row("effective_on"), endsOn: row("ends_on"),
                terminatedOn: row("terminated_on")),
            signedOn: row("signed_on"), event: (row("event") as JSONB<SigningEvent>?)?.value,
            participants: (row("participants") as JSONB<[Participant]>).value,
            termination: reason.map { Termination(reason: $0, isMutual: isMutual ?? false) },
            parties: (row("parties") as JSONB<[Party]>).value, areas: (row("areas") as JSONB<[Area]>).value,
            objectives: (row("objectives") as JSONB<[ShortText]>).value, renews: row("prior_mou_id"),
            renewedBy: row("renewed_by"), termNumber: row("term_number"), renewsItself: row("renews_itself"),
            notice: noticeGivenBy.flatMap { party in
                noticeGivenOn.map { Notice(institution: party, givenOn: $0) }
            },
            prevailingLanguage: row("prevailing_language"), clauses: (row("clauses") as JSONB<[Clause]>).value,
            legalReviewer: row("legal_reviewer"),
            signatures: (row("signatures") as JSONB<[Signature]>).value, asOf: row("as_of"),
            zone: row("time_zone"))
    }
}

extension MoU.Kind: PostgresCodable {}
extension MoU.State: PostgresCodable {}
extension MoU.Party.Role: PostgresCodable {}
extension MoU.Area.Status: PostgresCodable {}
extension MoU.Participant.Kind: PostgresCodable {}

extension Transaction {
    /// The agreement, with its row locked until the transaction ends; nil when the principal may not write it.
    func lockMoU(_ id: MoU.ID) async throws -> MoU? {
        let locked = try await first(
            "/* lockMoU */ SELECT id FROM mous WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE")
        return locked == nil ? nil : try await mou(id)
    }

    func insert(_ draft: MoUDraft, as id: MoU.ID, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- draftMoU
            INSERT INTO mous (tenant_id, id, reference, title, kind, binding, summary, notice_days, prior_mou_id,
                              prevailing_language, legal_reviewer, renews_itself)
            VALUES (\(tenant), \(id), \(draft.reference), \(draft.title), \(draft.kind), \(draft.isBinding),
                    \(draft.summary), \(draft.noticeDays), \(draft.renews), \(draft.prevailingLanguage),
                    \(draft.legalReviewer), \(draft.renewsItself))
            """)
    }

    func update(_ id: MoU.ID, to draft: MoUDraft) async throws {
        try await execute(
            """
            -- reviseMoU
            UPDATE mous SET
                reference = \(draft.reference), title = \(draft.title), kind = \(draft.kind),
                binding = \(draft.isBinding), summary = \(draft.summary), notice_days = \(draft.noticeDays),
                prior_mou_id = \(draft.renews), prevailing_language = \(draft.prevailingLanguage),
                legal_reviewer = \(draft.legalReviewer),
                renews_itself = \(draft.renewsItself)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    /// Parties that stay keep their row, because the streams that rest on them refer to it.
    func replaceParts(of id: MoU.ID, with draft: MoUDraft, in tenant: Tenant.ID) async throws {
        let institutions = draft.parties.map(\.institution)
        try await execute(
            """
            -- replaceParts: parties no longer named
            DELETE FROM mou_parties
            WHERE tenant_id = \(tenant) AND mou_id = \(id) AND institution_id <> ALL (\(institutions))
            """)
        try await execute(
            "/* replaceParts */ DELETE FROM mou_areas WHERE tenant_id = \(tenant) AND mou_id = \(id)")
        try await execute(
            "/* replaceParts */ DELETE FROM mou_objectives WHERE tenant_id = \(tenant) AND mou_id = \(id)")
        try await execute(
            "/* replaceParts */ DELETE FROM mou_clauses WHERE tenant_id = \(tenant) AND mou_id = \(id)")
        try await execute(
            """
            -- replaceParts: clauses
            INSERT INTO mou_clauses (tenant_id, mou_id, position, title, binding)
            SELECT \(tenant), \(id), c.position, c.title, c.binding = 'true'
            FROM unnest(\(draft.clauses.map(\.title)), \(draft.clauses.map { $0.isBinding ? "true" : "false" }))
                WITH ORDINALITY AS c (title, binding, position)
            """)
        // Empty stands for none: a text that passed its rule is never empty.
        try await execute(
            """
            -- replaceParts: parties
            INSERT INTO mou_parties (tenant_id, mou_id, institution_id, role, responsibilities, coordinator)
            SELECT \(tenant), \(id), p.institution, p.role, nullif(p.responsibilities, ''), nullif(p.coordinator, '')
            FROM unnest(\(institutions), \(draft.parties.map(\.role.rawValue)),
                        \(draft.parties.map { $0.responsibilities?.string ?? "" }),
                        \(draft.parties.map { $0.coordinator?.string ?? "" }))
                AS p (institution, role, responsibilities, coordinator)
            ON CONFLICT (tenant_id, mou_id, institution_id)
                DO UPDATE SET role = excluded.role, responsibilities = excluded.responsibilities,
                    coordinator = excluded.coordinator
            """)
        try await execute(
            """
            -- replaceParts: areas
            INSERT INTO mou_areas (tenant_id, mou_id, focus_area, wording, status, position)
            SELECT \(tenant), \(id), a.focus_area, a.wording, a.status, a.position
            FROM unnest(\(draft.areas.map(\.focusArea)), \(draft.areas.map(\.wording)),
                        \(draft.areas.map(\.status.rawValue)))
                WITH ORDINALITY AS a (focus_area, wording, status, position)
            """)
        try await execute(
            """
            -- replaceParts: objectives
            INSERT INTO mou_objectives (tenant_id, mou_id, position, text)
            SELECT \(tenant), \(id), o.position, o.text
            FROM unnest(\(draft.objectives)) WITH ORDINALITY AS o (text, position)
            """)
    }

    func save(_ mou: MoU) async throws {
        try await execute(
            """
            -- move an mou
            UPDATE mous SET
                state = \(mou.term.state), terminated_on = \(mou.term.terminatedOn),
                termination_reason = \(mou.termination?.reason), termination_is_mutual = \(mou.termination?.isMutual)
            WHERE tenant_id = acting_tenant() AND id = \(mou.id)
            """)
    }

    func insert(_ event: SigningEvent, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- signMoU: event
            INSERT INTO signing_events (tenant_id, id, name, held_on, city, country, hosts, part_of)
            VALUES (\(tenant), \(event.id), \(event.name), \(event.heldOn), \(event.city), \(event.country),
                    \(event.hosts), \(event.partOf))
            """)
    }

    /// Keeps who signed since.
    func save(
        _ mou: MoU, since before: MoU, signedAt event: SigningEvent.ID?, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        // Participants and signatures first: within one transaction the check may be immediate already, see
        // `checkSigningNow`.
        for (index, participant) in mou.participants.enumerated().dropFirst(before.participants.count) {
            try await execute(
                """
                -- signMoU: participant
                INSERT INTO mou_participants
                    (tenant_id, mou_id, position, kind, person_name, title, institution_id, institution_name)
                VALUES (\(tenant), \(mou.id), \(index + 1), \(participant.kind), \(participant.name),
                        \(participant.title), \(participant.institution), \(participant.institutionName))
                """)
        }
        for signature in mou.signatures.dropFirst(before.signatures.count) {
            try await execute(
                """
                -- signMoU: signature
                INSERT INTO mou_signatures
                    (tenant_id, mou_id, institution_id, signed_on, signing_event_id, recorded_by, signed_by)
                VALUES (\(tenant), \(mou.id), \(signature.institution), \(signature.signedOn), \(event), \(person),
                        \(signature.isByOwnHand ? person : nil))
                """)
        }
        try await execute(
            """
            -- signMoU
            UPDATE mous SET
                state = \(mou.term.state), signing_event_id = coalesce(\(event), signing_event_id), signed_on = \(mou.signedOn),
                effective_on = \(mou.term.effectiveOn), ends_on = \(mou.term.endsOn)
            WHERE tenant_id = \(tenant) AND id = \(mou.id)
            """)
    }

    /// The check waits for COMMIT otherwise, where its refusal would no longer belong to the verb.
    func checkSigningNow() async throws {
        try await execute("/* signMoU */ SET CONSTRAINTS mou_is_signed_by_its_parties IMMEDIATE")
    }

    func recordStep(
        of id: MoU.ID, from before: MoU.State?, to after: MoU.State, because reason: ShortText? = nil,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- record a step of an mou
            INSERT INTO mou_events (tenant_id, mou_id, id, person_id, from_state, to_state, note)
            VALUES (\(tenant), \(id), gen_random_uuid(), \(person), \(before), \(after), \(reason))
            """)
    }
}

extension Transaction {
    /// Whether there is such an area.
    func save(_ step: AreaStep, of area: FocusArea.ID, of mou: MoU.ID) async throws -> Bool {
        try await execute(
            """
            -- moveArea
            UPDATE mou_areas AS a
            SET status = \(step.kind.status), status_reason = \(step.reason),
                status_since = coalesce(\(step.since), (now() AT TIME ZONE t.time_zone)::date)
            FROM tenants AS t
            WHERE t.id = a.tenant_id AND a.tenant_id = acting_tenant() AND a.mou_id = \(mou) AND a.focus_area = \(area)
            """) == 1
    }
}
