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

    /// Records a meeting of a group, with what is to be done after it. Not found when there is no such group.
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
