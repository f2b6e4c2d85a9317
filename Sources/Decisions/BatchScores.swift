internal import API
internal import Accounts
internal import Applications
internal import Calibration
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Reviews
internal import Vocabulary

/// What the last opened rounds of a call say of an application: the mean, and what is calibrated beside it.
struct BatchScore: Sendable {
    let text: String
    /// What applications are put in order by, the best first.
    let worth: Double
    /// Whether no round of a stream of its own has judged it.
    let isOfAll: Bool
}

/// The scores of several applications.
struct BatchScores: Sendable {
    var byApplication: [Application.ID: BatchScore] = [:]
    /// Whether some are raw because what is calibrated is being computed.
    var isAwaited = false

    subscript(application: Application.ID) -> BatchScore? { byApplication[application] }
}

extension FormCall {
    /// The scores of what a batch decides on, by the last round of all and the last one of each stream that has its own.
    ///
    /// - Parameter some: the applications that are asked about, where not all are.
    func scores(
        of batch: DecisionBatch, among some: [Application.ID]? = nil, in language: Vocabulary.Language
    ) async throws -> BatchScores {
        let rounds = try await reader.rounds(of: batch.call).last
        guard !rounds.isEmpty else { return BatchScores() }
        let standings = try await database.snapshot(as: context) { snapshot in
            // A call of many streams and batches has many rounds, and a page of its applications is in few of them.
            let asked: Set<ReviewRound.ID>? =
                if let some { try await snapshot.rounds(withAnyOf: some) } else { nil }
            var found: [Standings] = []
            for round in rounds where asked?.contains(round.id) ?? true {
                if let standings = try await snapshot.standings(
                    of: round.id, places: max(1, batch.terms.places), among: some)
                {
                    found.append(standings)
                }
            }
            return found
        }
        // Where a round of its batch and one of all batches have judged it, the later counts.
        let latest = standings.reduce(into: [Judged: Int]()) { latest, standings in
            for entry in standings.entries where entry.mean != nil {
                let judged = Judged(application: entry.application, stream: standings.round.stream)
                latest[judged] = max(latest[judged] ?? 0, standings.round.position)
            }
        }
        return standings.reduce(into: BatchScores()) { scores, standings in
            if standings.isAwaited { scores.isAwaited = true }
            let stream = standings.round.streamName?.text(for: language)
            for entry in standings.entries {
                let judged = Judged(application: entry.application, stream: standings.round.stream)
                guard let (text, worth) = entry.score, latest[judged] == standings.round.position else { continue }
                let said = [stream, text].compactMap { $0 }.joined(separator: " ")
                let before = scores[entry.application]
                // The best of its streams counts; what a round of all said comes first, and counts where no stream has its own.
                scores.byApplication[entry.application] = BatchScore(
                    text: [before?.text, said].compactMap { $0 }.joined(separator: " · "),
                    worth: before.map { $0.isOfAll ? worth : max($0.worth, worth) } ?? worth, isOfAll: stream == nil)
            }
        }
    }
}

/// Who was judged for what: for a stream, or for all of them.
private struct Judged: Hashable {
    let application: Application.ID
    let stream: ProgramStream.ID?
}

/// What a round is of: a stream and a batch, or all of them.
private struct Track: Hashable {
    let stream: ProgramStream.ID?
    let batch: Int?
}

extension Standings.Entry {
    /// What a round says of it, in words and as a number; nil where nobody has judged it.
    fileprivate var score: (text: String, worth: Double)? {
        func written(_ score: Double) -> String { Figures.amount(minor: Int((score * 10).rounded()), digits: 1) }
        return mean.map { mean in
            calibrated.map { ("\(written(mean)) → \(written($0.score))", $0.score) } ?? (written(mean), mean)
        }
    }
}

extension [ReviewRound] {
    /// Of those that were opened the last of all streams and, in the order of their numbers, the last of each that has one
    /// of its own; of a rolling call of each batch, too.
    fileprivate var last: [ReviewRound] {
        Dictionary(grouping: filter { $0.openedAt != nil }, by: { Track(stream: $0.stream, batch: $0.batch) })
            .compactMap { $1.max { $0.position < $1.position } }
            .sorted { ($0.stream == nil ? 0 : 1, $0.position) < ($1.stream == nil ? 0 : 1, $1.position) }
    }
}
