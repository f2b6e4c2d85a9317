internal import Foundation
internal import Jobs
internal import Postgres
internal import Vocabulary

/// Ends the introductions of a tenant that nobody acts on: so long without a word of the startup, or without any step, or with
/// what they rest on fallen away.
struct CloseIntroductions: Job {
    static let kind = "investment.close-introductions"
    static let maxAttempts = 3
}

extension Transaction {
    /// Ends what is due. Those that somebody moves at this moment are left to the next time.
    ///
    /// - Parameter most: how many at once, so that each transaction is short.
    /// - Returns: whether there may be more.
    func closeIntroductionsThatAreDue(most: Int = 200) async throws -> Bool {
        let dues = try await introductionsDue(limit: most)
        for due in dues {
            try await insert(NewStep(due.stage), of: due.introduction, by: .clock)
            try await insert(
                Introduction.Ending(side: .clock, reason: due.reason, note: nil), of: due.introduction)
            try await move(due.introduction, to: due.stage)
            try await enqueue(
                TellOfIntroduction(introduction: due.introduction.uuid, stage: due.stage.rawValue))
        }
        return dues.count == most
    }
}
