internal import API
internal import Accounts
internal import Applications
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
    /// - Parameter some: the applications that are asked about.
    func scores(
        of batch: DecisionBatch, among some: [Application.ID], in language: Vocabulary.Language
    ) async throws -> BatchScores {
        let rounds = try await reader.rounds(of: batch.call).last
        guard !rounds.isEmpty else { return BatchScores() }
        return try await database.snapshot(as: context) { snapshot in
            // A call of many streams and batches has many rounds, and a page of its applications is in few of them.
            let asked = rounds.count == 1 ? nil : try await snapshot.rounds(withAnyOf: some)
            var scores = BatchScores()
            var found: [(round: ReviewRound, marks: [Application.ID: RoundMark])] = []
            for round in rounds where asked?.contains(round.id) ?? true {
                let (marks, isAwaited) = try await snapshot.marks(in: round, of: some)
                if isAwaited { scores.isAwaited = true }
                found.append((round, marks))
            }
            scores.put(found, in: language)
            return scores
        }
    }
}

extension BatchScores {
    /// Says what rounds say, those of all streams first.
    fileprivate mutating func put(
        _ found: [(round: ReviewRound, marks: [Application.ID: RoundMark])], in language: Vocabulary.Language
    ) {
        // Where a round of its batch and one of all batches have judged it, the later counts.
        let latest = found.reduce(into: [Judged: Int]()) { latest, said in
            for application in said.marks.keys {
                let judged = Judged(application: application, stream: said.round.stream)
                latest[judged] = max(latest[judged] ?? 0, said.round.position)
            }
        }
        for (round, marks) in found {
            let stream = round.streamName?.text(for: language)
            for (application, mark) in marks {
                let judged = Judged(application: application, stream: round.stream)
                guard latest[judged] == round.position else { continue }
                let (text, worth) = mark.score
                let said = [stream, text].compactMap { $0 }.joined(separator: " ")
                let before = byApplication[application]
                // The best of its streams counts; what a round of all said comes first, and counts where no stream has its own.
                byApplication[application] = BatchScore(
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

extension RoundMark {
    /// In words and as a number.
    fileprivate var score: (text: String, worth: Double) {
        func written(_ score: Double) -> String { Figures.amount(minor: Int((score * 10).rounded()), digits: 1) }
        guard let calibrated, let shownCalibrated else { return (written(mean), mean) }
        return ("\(written(mean)) → \(written(shownCalibrated))", calibrated)
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
