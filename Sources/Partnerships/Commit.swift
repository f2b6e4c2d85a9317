import API
package import Accounts
package import Postgres
package import Vocabulary

extension Transaction {
    /// Sets a number that the parties of an agreement mean to reach by a day.
    ///
    /// Throws `MoURefusal.isAbandoned`, or not found; refused by `targets_name_an_area_of_their_agreement`,
    /// `target_is_due_after_it_begins`, `target_number_is_reasonable` and `target_baseline_is_not_negative`.
    package func setTarget(
        _ new: NewTarget, as id: MoU.Target.ID, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await requireCommitting(mou)
        try await insert(new, as: id, of: mou, in: tenant, by: person)
    }

    /// Drops a target; the trail keeps what it was. Not found when there is none.
    package func dropTarget(_ id: MoU.Target.ID, of mou: MoU.ID) async throws {
        guard try await deleteTarget(id, of: mou) else { throw Problem.notFound }
    }

    /// Promises something that the parties of an agreement make or hold by a day.
    ///
    /// Throws `MoURefusal.isAbandoned`, or not found; refused by `deliverables_name_an_area_of_their_agreement`.
    package func promiseDeliverable(
        _ new: NewDeliverable, as id: MoU.Deliverable.ID, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await requireCommitting(mou)
        try await insert(new, as: id, of: mou, in: tenant, by: person)
    }

    /// Says what came of a deliverable.
    ///
    /// Not found when there is none; refused by `deliverable_is_dated_when_settled` and
    /// `deliverables_are_met_with_evidence`.
    package func reportDeliverable(
        _ id: MoU.Deliverable.ID, of mou: MoU.ID, _ report: DeliverableReport
    ) async throws {
        guard try await save(report, of: id, of: mou) else { throw Problem.notFound }
    }

    /// Grants something that startups may have under an agreement.
    ///
    /// Throws `MoURefusal.isAbandoned`, or not found; refused by `agreements_have_one_fast_track`,
    /// `benefits_concern_a_program` and `benefit_quota_is_reasonable`.
    package func grantBenefit(
        _ new: NewBenefit, as id: MoU.Benefit.ID, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await requireCommitting(mou)
        try await insert(new, as: id, of: mou, in: tenant, by: person)
    }

    /// Records that a benefit was used. Fast tracks are used by their codes and by nothing else.
    ///
    /// Not found when there is none; refused by `benefits_have_uses_left`, `fast_tracks_are_used_by_their_codes` and
    /// `benefits_are_used_by_startups`.
    package func recordUse(
        _ use: NewBenefitUse, as id: MoU.BenefitUse.ID, of benefit: MoU.Benefit.ID, of mou: MoU.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        _ = try await self.benefit(benefit, of: mou)
        try await insert(use, as: id, of: benefit, of: mou, in: tenant, by: person)
    }

    /// Takes back the use of a benefit that was recorded by mistake: nothing counts it any more, and what was recorded, who took
    /// it back and why stay on record.
    ///
    /// Not found when there is none, or no more.
    package func takeBackUse(
        _ use: MoU.BenefitUse.ID, of benefit: MoU.Benefit.ID, of mou: MoU.ID, because reason: ShortText,
        by person: Person.ID
    ) async throws {
        guard try await withdraw(use, of: benefit, of: mou, because: reason, by: person) else {
            throw Problem.notFound
        }
    }

    /// Links something that is done to the agreement it is done under. What follows by itself needs no link.
    ///
    /// Not found when there is no such agreement; refused by `links_rest_on_a_signature`, `links_are_made_once`,
    /// `links_name_an_area_of_their_agreement` and the constraints that what is linked exists.
    package func linkActivity(
        _ new: NewLink, as id: MoU.Link.ID, to mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        guard try await self.mou(mou) != nil else { throw Problem.notFound }
        try await insert(new, as: id, of: mou, in: tenant, by: person)
    }

    /// Takes a link away; the trail keeps it. Not found when there is none.
    package func unlinkActivity(_ id: MoU.Link.ID, from mou: MoU.ID) async throws {
        guard try await deleteLink(id, of: mou) else { throw Problem.notFound }
    }

    private func requireCommitting(_ id: MoU.ID) async throws {
        guard let mou = try await lockMoU(id) else { throw Problem.notFound }
        try mou.admitsCommitments()
    }
}

extension Statements {
    /// What came of an agreement between two days; over its whole term up to today unless given. Not found when the
    /// principal may not know of it.
    package func report(
        on id: MoU.ID, from: CalendarDate? = nil, to: CalendarDate? = nil
    ) async throws -> PartnerReport {
        guard let mou = try await mou(id) else { throw Problem.notFound }
        return try await PartnerReport(
            of: mou, from: from, to: to, targets: targets(of: id), deliverables: deliverables(of: id),
            benefits: benefits(of: id), standing: standing(under: id), activities: activities(under: id),
            lastSignOfLife: lastSignOfLife(of: id))
    }
}
