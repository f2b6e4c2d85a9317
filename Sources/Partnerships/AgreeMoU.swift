import API
package import Accounts
package import Postgres
package import Vocabulary

extension Transaction {
    /// Shares a draft with its parties for review: from now on their staff read it.
    ///
    /// Throws `MoURefusal`, or not found.
    package func shareMoU(_ id: MoU.ID, in tenant: Tenant.ID, by person: Person.ID) async throws -> MoU {
        try await move(id, in: tenant, by: person) { mou throws(MoURefusal) in try mou.share() }
    }

    /// Records that all parties agree to the text, which is frozen from now on.
    ///
    /// Throws `MoURefusal`, or not found.
    package func agreeMoU(_ id: MoU.ID, in tenant: Tenant.ID, by person: Person.ID) async throws -> MoU {
        try await move(id, in: tenant, by: person) { mou throws(MoURefusal) in try mou.agree() }
    }

    /// Takes an agreed text back to review, where it is revised, as long as no party has signed it. Nobody is asked to sign it
    /// any more.
    ///
    /// Throws `MoURefusal`, or not found; refused by `signed_texts_are_not_reopened`.
    package func reopenMoU(_ id: MoU.ID, in tenant: Tenant.ID, by person: Person.ID) async throws -> MoU {
        let mou = try await move(id, in: tenant, by: person) { mou throws(MoURefusal) in try mou.reopen() }
        try await takeBackRequests(toSign: id)
        return mou
    }

    /// Gives an agreement up before it is signed, and says why. Nobody is asked to sign it any more.
    ///
    /// Throws `MoURefusal.textIsFrozen`, or not found.
    package func abandonMoU(
        _ id: MoU.ID, because reason: ShortText, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> MoU {
        let mou = try await move(id, because: reason, in: tenant, by: person) { mou throws(MoURefusal) in
            try mou.abandon()
        }
        try await takeBackRequests(toSign: id)
        return mou
    }

    /// Ends a signed agreement on a day that respects its notice, unless all parties want it sooner. Nobody is asked to sign an
    /// amendment of it any more.
    ///
    /// Throws `MoURefusal`, or not found.
    package func terminateMoU(
        _ id: MoU.ID, on day: CalendarDate, _ termination: MoU.Termination, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> MoU {
        let mou = try await move(id, because: termination.reason, in: tenant, by: person) { mou throws(MoURefusal) in
            try mou.terminate(on: day, termination)
        }
        try await takeBackRequests(toSign: id)
        return mou
    }

    private func move(
        _ id: MoU.ID, because reason: ShortText? = nil, in tenant: Tenant.ID, by person: Person.ID,
        _ step: (inout MoU) throws(MoURefusal) -> Void
    ) async throws -> MoU {
        guard var mou = try await lockMoU(id) else { throw Problem.notFound }
        let before = mou.term.state
        try step(&mou)
        try await save(mou)
        try await recordStep(of: id, from: before, to: mou.term.state, because: reason, in: tenant, by: person)
        return mou
    }
}
