package import API
package import Accounts
package import Applications
internal import Foundation
package import Postgres
package import Vocabulary

/// What a second manager says to what a first one asked for.
package enum SecondWord: Sendable, Equatable {
    /// That it is done.
    case confirm
    /// That it is not, and why.
    case refuse(LongText)
}

extension Transaction {
    /// Proposes other decisions in place of several that were released with one batch, for the same reason.
    ///
    /// Throws `RowsRefused`, or not found.
    package func proposeChanges(
        _ rows: [(application: Application.ID, preparation: Preparation)], in id: DecisionBatch.ID,
        because reason: LongText, _ mode: BulkMode, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> [RowVerdict<DecisionChange.ID>] {
        guard try await lockBatch(id) != nil else { throw Problem.notFound }
        return try await each(
            of: rows, inOrderOf: \.application, mode, at: "/changes", constraints: DecisionsRoom.constraints
        ) {
            guard try await $0.releasedDecision(on: $1.application)?.batch == id else { throw Problem.notFound }
            let change = try await $0.proposeChange(
                of: $1.application, to: $1.preparation, because: reason, as: .init(), in: tenant, by: person)
            return change.id
        }
    }

    /// Answers several changes that another manager proposed. Those of one call that give a place back come before those that
    /// take one, so that a swap is no question of how they are named.
    ///
    /// Throws `RowsRefused`.
    package func answerChanges(
        _ ids: [DecisionChange.ID], _ word: SecondWord, _ mode: BulkMode, by person: Person.ID
    ) async throws -> [RowVerdict<DecisionChange.ID>] {
        if word == .confirm { try await lockWhatChanges(ids) }
        let turns = try await turns(of: ids)
        return try await each(
            of: ids, inOrderOf: { turns[$0] ?? "" }, mode, at: "/changes", constraints: DecisionsRoom.constraints
        ) {
            switch word {
            case .confirm: try await $0.confirmChange($1, by: person).id
            case .refuse(let reason): try await $0.refuseChange($1, because: reason, by: person).id
            }
        }
    }

    /// Asks that several prepared decisions of a batch be released although their reviews are too few, for the same reason.
    ///
    /// Throws `DecisionRefusal.released`, `RowsRefused`, or not found.
    package func proposeWaivers(
        of applications: [Application.ID], in id: DecisionBatch.ID, because reason: LongText, _ mode: BulkMode,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> [RowVerdict<QuorumWaiver.ID>] {
        guard let batch = try await lockBatch(id) else { throw Problem.notFound }
        try batch.checkOpen()
        return try await each(
            of: applications, inOrderOf: \.self, mode, at: "/applications", constraints: DecisionsRoom.constraints
        ) {
            try await $0.proposeWaiver(of: $1, in: id, because: reason, as: .init(), in: tenant, by: person).id
        }
    }

    /// Answers several waivers of a batch that another manager asked for.
    ///
    /// Throws `RowsRefused`, or not found.
    package func answerWaivers(
        _ ids: [QuorumWaiver.ID], in id: DecisionBatch.ID, _ word: SecondWord, _ mode: BulkMode, by person: Person.ID
    ) async throws -> [RowVerdict<QuorumWaiver.ID>] {
        guard try await lockBatch(id) != nil else { throw Problem.notFound }
        return try await each(
            of: ids, inOrderOf: \.self, mode, at: "/waivers", constraints: DecisionsRoom.constraints
        ) {
            guard try await $0.quorumWaiver($1)?.batch == id else { throw Problem.notFound }
            return switch word {
            case .confirm: try await $0.confirmWaiver($1, by: person).id
            case .refuse(let reason): try await $0.refuseWaiver($1, because: reason, by: person).id
            }
        }
    }
}
