import API
package import Accounts
package import Postgres

extension Transaction {
    /// Drafts an agreement. Until it is shared nobody but managers sees it, its parties included.
    ///
    /// Throws `MoURefusal` for a list that names something twice; refused by the constraints
    /// `mous_have_distinct_references`, `mou_notice_is_not_negative` and `mou_parties_tenant_id_institution_id_fkey`.
    package func draftMoU(
        _ draft: MoUDraft, as id: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> MoU {
        try draft.check()
        try await insert(draft, as: id, in: tenant)
        try await replaceParts(of: id, with: draft, in: tenant)
        try await recordStep(of: id, from: nil, to: .draft, in: tenant, by: person)
        guard let mou = try await mou(id) else { throw Problem.notFound }
        return mou
    }

    /// Replaces a draft, or a text under review, with all its parts, after `matching` has looked at the version being
    /// replaced.
    ///
    /// Throws `MoURefusal`, or not found; refused by the constraints of `draftMoU`, and by
    /// `stream_partner_is_party_to_the_mou` when a stream rests on a party that would be taken out.
    package func reviseMoU(
        _ id: MoU.ID, to draft: MoUDraft, in tenant: Tenant.ID, matching: (MoU) async throws -> Void
    ) async throws -> MoU {
        guard let current = try await lockMoU(id) else { throw Problem.notFound }
        try await matching(current)
        try current.admitsRevision()
        try draft.check()
        try await update(id, to: draft)
        try await replaceParts(of: id, with: draft, in: tenant)
        guard let mou = try await mou(id) else { throw Problem.notFound }
        return mou
    }
}
