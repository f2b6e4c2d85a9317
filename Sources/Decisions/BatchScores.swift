internal import API
internal import Accounts
internal import Applications
internal import Calibration
internal import Foundation
internal import Pages
internal import Postgres
internal import Reviews

/// What the last opened round of a call says of an application: the mean, and what is calibrated beside it.
struct BatchScore: Sendable {
    let text: String
    /// What applications are put in order by, the best first.
    let worth: Double
}

extension FormCall {
    /// The scores of what a batch decides on.
    func scores(of batch: DecisionBatch) async throws -> [Application.ID: BatchScore] {
        let rounds = try await reader.rounds(of: batch.call).filter { $0.openedAt != nil }
        guard let last = rounds.max(by: { $0.position < $1.position }) else { return [:] }
        let standings = try await database.snapshot(as: context) { snapshot in
            try await snapshot.standings(of: last.id, places: max(1, batch.terms.places))
        }
        func written(_ score: Double) -> String { Figures.amount(minor: Int((score * 10).rounded()), digits: 1) }
        return (standings?.entries ?? []).reduce(into: [:]) { scores, entry in
            guard let mean = entry.mean else { return }
            scores[entry.application] =
                entry.calibrated.map {
                    BatchScore(text: "\(written(mean)) → \(written($0.score))", worth: $0.score)
                } ?? BatchScore(text: written(mean), worth: mean)
        }
    }
}
