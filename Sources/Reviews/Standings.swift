internal import API
internal import Accounts
package import Applications
internal import Foundation
package import Postgres
package import Vocabulary

/// What the submitted reviews of a round say of each application.
package struct Standings: Sendable {
    /// One application.
    package struct Entry: Sendable {
        /// The application.
        package let application: Application.ID
        /// What it is called in the round.
        package let code: String
        /// Who applies.
        package let startupName: LocalizedName
        /// How many reviews were submitted.
        package let reviews: Int
        /// The mean of what they are worth, 0 to 100; nil without any.
        package let mean: Double?
        /// How far the reviews lie apart: the highest less the lowest; nil with fewer than two.
        package let spread: Double?
        /// Whether there are as many reviews as can decide.
        package let isDecidable: Bool
    }

    /// The round.
    package let round: ReviewRound
    /// The applications, the best first; those without a review last.
    package let entries: [Entry]
}

extension Statements {
    /// The standings of a round; nil when it does not exist or the principal may not know of it. For managers.
    package func standings(of id: ReviewRound.ID) async throws -> Standings? {
        guard let round = try await round(id) else { return nil }
        let files = try await applications(in: id)
        let scores = Dictionary(grouping: try await scores(in: id), by: \.application)
        let entries = files.map { file in
            let totals = (scores[file.application] ?? []).compactMap { round.total(of: $0.scores) }
            return Standings.Entry(
                application: file.application, code: file.code, startupName: file.startupName, reviews: totals.count,
                mean: totals.isEmpty ? nil : totals.reduce(0, +) / Double(totals.count),
                spread: totals.count < 2 ? nil : (totals.max() ?? 0) - (totals.min() ?? 0),
                isDecidable: totals.count >= round.quorum)
        }
        return Standings(
            round: round,
            entries: entries.sorted { left, right in
                (left.mean ?? -1, right.code) > (right.mean ?? -1, left.code)
            })
    }
}

/// Standings as JSON.
struct StandingsView: Described {
    let round: ReviewRound.ID
    let items: [StandingView]

    init(_ standings: Standings) {
        round = standings.round.id
        items = standings.entries.map(StandingView.init)
    }
}

struct StandingView: Described {
    let application: Application.ID
    let code: String
    let startupName: LocalizedName
    let reviews: Int
    let mean: Double?
    let spread: Double?
    let isDecidable: Bool

    static let documentation = [
        "mean": "Of what the reviews are worth, 0 to 100; absent without any.",
        "spread": "The highest less the lowest; absent with fewer than two.",
        "is_decidable": "Whether there are as many reviews as can decide.",
    ]

    init(_ entry: Standings.Entry) {
        application = entry.application
        code = entry.code
        startupName = entry.startupName
        reviews = entry.reviews
        mean = entry.mean
        spread = entry.spread
        isDecidable = entry.isDecidable
    }
}
