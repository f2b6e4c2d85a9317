package import API
package import Accounts
package import Foundation
package import Postgres
package import Vocabulary

extension Transaction {
    /// Moves the closing of several published calls later, each to a time of its own, for the same reason.
    ///
    /// Throws `RowsRefused`.
    package func extendCalls(
        _ closings: [(call: CallForApplications.ID, closesAt: Date)], because reason: ShortText, _ mode: BulkMode,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> [RowVerdict<Date>] {
        try await each(
            of: closings, inOrderOf: \.call, mode, at: "/calls", constraints: ProgramsRoom.constraints
        ) {
            try await $0.extendCall($1.call, to: $1.closesAt, because: reason, in: tenant, by: person).deadline.instant
        }
    }
}
