import Applications
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

extension World {
    /// Expects that the database's own account of an application holds, whatever was done.
    func holds(_ id: Application.ID) async throws {
        for invariant in ApplicationsRoom.invariants + ReviewsRoom.invariants {
            let broken = try await owner.snapshot(as: .none) { transaction in
                var broken: [String] = []
                for try await violation in try await transaction.violations(of: invariant)
                where violation.id.contains(id.description) {
                    broken.append("\(violation.id): \(violation.detail)")
                }
                return broken
            }
            #expect(broken.isEmpty, "\(invariant.name)")
        }
    }
}
