import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing

@testable import House

@Suite("The golden year")
struct GoldenYearTests {
    @Test("is one year for one seed, and breaks no invariant")
    func year() async throws {
        // A small year of this seed has some of each thing that is asked for here, whoever is assigned to whom.
        let (first, second) = (try await made(seed: 36), try await made(seed: 36))
        #expect(first.digest == second.digest)
        #expect(first.totals == second.totals)
        #expect(first.totals.applications == 48 && first.totals.calls == 12 && first.totals.reviewers == 24)
        #expect(first.funnels.map(\.begun).reduce(0, +) == 48)
        #expect(first.funnels.contains { $0.enrolled > 0 && $0.offered >= $0.accepted })
        #expect(first.totals.documents > 0 && first.totals.factsDeclared > first.totals.documents)
        #expect(first.totals.choosing > first.totals.choosingSeveral && first.totals.choosingSeveral > 0)
        #expect(first.totals.changesAsked > 0 && first.totals.changesHandedIn == first.totals.changesAsked)
        #expect(first.totals.batches > 1 && first.totals.decisionsChanged > 0 && first.totals.promoted > 0)
        // One review in a hundred is recused from, and one rejection in twelve appealed against: of so few, none may be. The
        // proof demands them of its long year.
        #expect(first.totals.appeals == first.totals.appealsUpheld + first.totals.appealsReopened)
        #expect(first.broken.isEmpty, "\(first.broken)")
        #expect(try await made(seed: 37).digest != first.digest)
    }

    private struct Year {
        let digest: String
        let totals: GoldenYear.Totals
        let funnels: [GoldenYear.Funnel]
        let broken: [String]
    }

    private func made(seed: UInt64) async throws -> Year {
        let world = try await World()
        let year = GoldenYear(
            in: world.database, seed: seed, size: GoldenYear.Size(applications: 48), now: Date())
        try await world.working { try await year.make() }
        let broken = try await world.owner.snapshot(as: .none) { snapshot in
            var broken: [String] = []
            for invariant in House.invariants.flatMap(\.invariants) {
                for try await violation in try await snapshot.violations(of: invariant) {
                    broken.append("\(invariant.name) \(violation.id): \(violation.detail)")
                }
            }
            return broken
        }
        return Year(
            digest: try await year.digest(), totals: try await year.totals(), funnels: try await year.funnels(),
            broken: broken)
    }
}
