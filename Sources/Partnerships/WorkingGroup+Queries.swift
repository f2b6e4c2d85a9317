internal import Accounts
internal import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// The working groups of an agreement, the oldest first; what has ended comes last.
    package func workingGroups(of mou: MoU.ID) async throws -> [WorkingGroup] {
        try await rows(
            """
            -- working groups of an mou
            SELECT g.id, g.name, g.cadence, g.ended_on, g.end_reason,
                   (SELECT coalesce(jsonb_agg(jsonb_build_object(
                               'name', b.person_name, 'institution', b.institution_id, 'isChair', b.is_chair)
                               ORDER BY b.is_chair DESC, b.position), '[]')
                    FROM mou_group_members AS b
                    WHERE b.tenant_id = g.tenant_id AND b.mou_id = g.mou_id AND b.group_id = g.id) AS members,
                   (SELECT coalesce(jsonb_agg(jsonb_build_object(
                               'id', e.id, 'heldOn', e.held_on, 'minutes', e.minutes)
                               ORDER BY e.held_on DESC, e.recorded_at DESC), '[]')
                    FROM mou_meetings AS e
                    WHERE e.tenant_id = g.tenant_id AND e.mou_id = g.mou_id AND e.group_id = g.id) AS meetings,
                   (SELECT coalesce(jsonb_agg(jsonb_build_object(
                               'id', a.id, 'text', a.text, 'owner', a.owner_name, 'dueOn', a.due_on, 'doneOn', a.done_on)
                               ORDER BY a.done_on DESC NULLS FIRST, a.due_on NULLS LAST, e.recorded_at, a.id), '[]')
                    FROM mou_actions AS a
                    JOIN mou_meetings AS e ON e.tenant_id = a.tenant_id AND e.mou_id = a.mou_id
                        AND e.group_id = a.group_id AND e.id = a.meeting_id
                    WHERE a.tenant_id = g.tenant_id AND a.mou_id = g.mou_id AND a.group_id = g.id) AS actions
            FROM mou_working_groups AS g
            WHERE g.tenant_id = acting_tenant() AND g.mou_id = \(mou)
              AND EXISTS (SELECT FROM mous AS m
                          WHERE m.tenant_id = g.tenant_id AND m.id = g.mou_id AND \(fragment: .reachOfMoUs))
            ORDER BY g.ended_on IS NOT NULL, g.formed_at, g.id
            """
        ).map { row in
            try WorkingGroup(
                id: row("id"), name: row("name"), cadence: row("cadence"), endedOn: row("ended_on"),
                endReason: row("end_reason"),
                members: (row("members") as JSONB<[WorkingGroup.Member]>).value,
                meetings: (row("meetings") as JSONB<[WorkingGroup.Meeting]>).value,
                actions: (row("actions") as JSONB<[WorkingGroup.Action]>).value)
        }
    }
}

extension Transaction {
    func insert(
        _ new: NewWorkingGroup, as id: WorkingGroup.ID, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- formGroup
            INSERT INTO mou_working_groups (tenant_id, mou_id, id, name, cadence, formed_by)
            VALUES (\(tenant), \(mou), \(id), \(new.name), \(new.cadence), \(person))
            """)
        try await insert(new.members, of: id, mou, in: tenant)
    }

    /// Puts others in the place of a group's members, under its new name. False when there is no such group.
    func update(
        _ id: WorkingGroup.ID, of mou: MoU.ID, to new: NewWorkingGroup, in tenant: Tenant.ID
    ) async throws -> Bool {
        let updated = try await execute(
            """
            -- reviseGroup
            UPDATE mou_working_groups SET name = \(new.name), cadence = \(new.cadence)
            WHERE tenant_id = acting_tenant() AND mou_id = \(mou) AND id = \(id)
            """)
        guard updated == 1 else { return false }
        try await execute(
            """
            -- reviseGroup: members
            DELETE FROM mou_group_members WHERE tenant_id = acting_tenant() AND mou_id = \(mou) AND group_id = \(id)
            """)
        try await insert(new.members, of: id, mou, in: tenant)
        return true
    }

    func end(_ id: WorkingGroup.ID, of mou: MoU.ID, _ end: GroupEnd) async throws -> Bool {
        try await execute(
            """
            -- endGroup
            UPDATE mou_working_groups AS g
            SET ended_on = coalesce(\(end.day), (now() AT TIME ZONE t.time_zone)::date), end_reason = \(end.reason)
            FROM tenants AS t
            WHERE t.id = g.tenant_id AND g.tenant_id = acting_tenant() AND g.mou_id = \(mou) AND g.id = \(id)
            """) == 1
    }

    private func insert(
        _ members: [WorkingGroup.Member], of id: WorkingGroup.ID, _ mou: MoU.ID, in tenant: Tenant.ID
    ) async throws {
        for (index, member) in members.enumerated() {
            try await execute(
                """
                -- formGroup: member
                INSERT INTO mou_group_members (tenant_id, mou_id, group_id, position, person_name, institution_id, is_chair)
                VALUES (\(tenant), \(mou), \(id), \(index + 1), \(member.name), \(member.institution), \(member.isChair))
                """)
        }
    }

    func insert(
        _ new: NewMeeting, as id: WorkingGroup.Meeting.ID, of group: WorkingGroup.ID, _ mou: MoU.ID,
        in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- recordMeeting
            INSERT INTO mou_meetings (tenant_id, mou_id, group_id, id, held_on, minutes, recorded_by)
            VALUES (\(tenant), \(mou), \(group), \(id), \(new.heldOn), \(new.minutes), \(person))
            """)
        for action in new.actions {
            try await execute(
                """
                -- recordMeeting: action
                INSERT INTO mou_actions (tenant_id, mou_id, group_id, id, meeting_id, text, owner_name, due_on)
                VALUES (\(tenant), \(mou), \(group), \(action.id), \(id), \(action.text), \(action.owner),
                        \(action.dueOn))
                """)
        }
    }

    func finish(_ action: WorkingGroup.Action.ID, of mou: MoU.ID) async throws -> Bool {
        try await execute(
            """
            -- finishAction
            UPDATE mou_actions AS a SET done_on = (now() AT TIME ZONE t.time_zone)::date
            FROM tenants AS t
            WHERE t.id = a.tenant_id AND a.tenant_id = acting_tenant() AND a.mou_id = \(mou) AND a.id = \(action)
              AND a.done_on IS NULL
            """) == 1
    }
}
