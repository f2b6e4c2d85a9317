internal import API
internal import Accounts
internal import Postgres

extension Statements {
    /// A reviewer's part of a round; nil when they may not know of the round.
    func scoreSheet(of id: ReviewRound.ID) async throws -> ScoreSheet? {
        guard let round = try await round(id) else { return nil }
        let reviews = try await ownReviews(in: id)
        let summaries = try await ownAssignments(in: id)
        return ScoreSheet(round: round, lines: summaries.map { .init(summary: $0, review: reviews[$0.id]) })
    }
}

extension Transaction {
    /// Saves, as drafts, what a file changes that was read in this transaction. Submitted reviews are left alone.
    ///
    /// Throws `ReviewRefusal.roundNotOpen`, and what `saveReview` throws.
    func saveScoreSheet(_ reading: ScoreSheetReading, in round: ReviewRound, by person: Person.ID) async throws {
        try round.checkOpen()
        for (assignment, draft) in reading.drafts {
            _ = try await saveReview(draft, of: assignment, by: person)
        }
    }
}
