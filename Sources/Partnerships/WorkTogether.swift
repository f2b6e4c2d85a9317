import API
package import Accounts
package import Postgres

extension Transaction {
    /// Forms a group of people of an agreement's parties.
    ///
    /// Throws `MoURefusal.isAbandoned`, or not found; refused by `group_members_are_of_a_party` and
    /// `groups_have_one_chair`.
    package func formGroup(
        _ new: NewWorkingGroup, as id: WorkingGroup.ID, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        guard let agreement = try await lockMoU(mou) else { throw Problem.notFound }
        try agreement.admitsCommitments()
        try await insert(new, as: id, of: mou, in: tenant, by: person)
    }

    /// Replaces a group's name, cadence and members; its meetings and actions stay.
    ///
    /// - Parameter checking: called with the group as it is, once nobody else can change it any more.
    ///
    /// Not found when there is none; refused as `formGroup` is, and by `ended_groups_stand`.
    package func reviseGroup(
        _ id: WorkingGroup.ID, of mou: MoU.ID, to new: NewWorkingGroup, in tenant: Tenant.ID,
        checking: (WorkingGroup) throws -> Void = { _ in }
    ) async throws {
        guard try await lockMoU(mou) != nil, let group = try await workingGroups(of: mou).first(where: { $0.id == id })
        else { throw Problem.notFound }
        try checking(group)
        guard try await update(id, of: mou, to: new, in: tenant) else { throw Problem.notFound }
    }

    /// Ends a group. What it was to do can still be finished, and a meeting before that day be written down.
    ///
    /// Not found when there is none; refused by `ended_groups_stand` and `groups_end_after_they_met`.
    package func endGroup(_ id: WorkingGroup.ID, of mou: MoU.ID, _ end: GroupEnd) async throws {
        guard try await self.end(id, of: mou, end) else { throw Problem.notFound }
    }

    /// Records a meeting of a group, with what is to be done after it. Not found when there is no such group; refused by
    /// `ended_groups_do_not_meet`.
    package func recordMeeting(
        _ new: NewMeeting, as id: WorkingGroup.Meeting.ID, of group: WorkingGroup.ID, _ mou: MoU.ID,
        in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws {
        guard try await workingGroups(of: mou).contains(where: { $0.id == group }) else { throw Problem.notFound }
        try await insert(new, as: id, of: group, mou, in: tenant, by: person)
    }

    /// Says that an action is done, today. Not found when there is none that is open.
    package func finishAction(_ action: WorkingGroup.Action.ID, of mou: MoU.ID) async throws {
        guard try await finish(action, of: mou) else { throw Problem.notFound }
    }
}
