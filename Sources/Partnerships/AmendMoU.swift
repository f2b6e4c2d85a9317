import API
package import Accounts
import Jobs
package import Postgres

extension Transaction {
    /// Drafts a change of a signed agreement, for its parties to sign.
    ///
    /// Throws `MoURefusal`, or not found; refused by `amendment_ends_after_it_takes_effect` and
    /// `amended_notice_is_not_negative`.
    package func draftAmendment(
        _ new: NewAmendment, as id: Amendment.ID, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        guard let agreement = try await lockMoU(mou) else { throw Problem.notFound }
        try agreement.admitsAmendment(effectiveOn: new.effectiveOn)
        try await insert(new, as: id, of: mou, in: tenant, by: person)
    }

    /// Takes a draft of an amendment away that was a mistake, as long as no party has signed it. Whoever was asked to sign it
    /// is told.
    ///
    /// Throws `MoURefusal`, or not found; refused by `signed_amendments_are_not_withdrawn`.
    package func withdrawAmendment(_ id: Amendment.ID, of mou: MoU.ID) async throws {
        guard try await lockMoU(mou) != nil else { throw Problem.notFound }
        let amendment = try await amendment(id, of: mou)
        guard amendment.signatures.isEmpty else { throw MoURefusal.amendmentIsSigned }
        for asked in try await signingRequests(of: mou, amendment: id) where asked.refusedAt == nil {
            try await enqueue(
                TellOfSigning(mou, id, of: asked.institution, .takenBack, asked.person, number: amendment.number))
        }
        guard try await delete(id, of: mou) else { throw Problem.notFound }
    }

    /// Records that a party has signed an amendment. Once all have, the agreement's end is the amendment's.
    ///
    /// Throws `MoURefusal`, or not found; refused by `amendment_takes_effect_after_signing`.
    package func signAmendment(
        _ id: Amendment.ID, of mou: MoU.ID, _ signature: Amendment.Signature, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        guard let agreement = try await lockMoU(mou) else { throw Problem.notFound }
        var amendment = try await amendment(id, of: mou)
        try amendment.sign(signature, of: agreement)
        try await insert(signature, of: id, mou, in: tenant, by: person)
        try await tellOfRecord(of: mou, id, for: signature.institution)
        if amendment.signedOn != nil { try await settle(amendment, of: mou) }
    }
}

extension Statements {
    /// An amendment of an agreement; throws not found.
    func amendment(_ id: Amendment.ID, of mou: MoU.ID) async throws -> Amendment {
        guard let found = try await amendments(of: mou).first(where: { $0.id == id }) else { throw Problem.notFound }
        return found
    }
}
