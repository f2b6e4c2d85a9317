internal import API
internal import Accounts
package import Foundation
package import Jobs
package import Postgres
internal import Vocabulary

/// Takes the reviewers' leniency out of a round's scores: everything is read in one snapshot, worked out in memory, and kept
/// with the end of the job. The database asks for it whenever a review comes to count or stops to.
package struct CalibrateRound: Job {
    /// The name it is stored under, which triggers know as well.
    package static let kind = "reviews.calibrate-round"
    /// It is asked for again every few minutes; what fails three times will fail a fourth.
    package static let maxAttempts = 3
    /// Hundreds of reviewers of thousands of applications take minutes.
    package static let timeLimit = Duration.seconds(1_800)
    /// A review that comes after its start needs another one.
    package static let keyHold = KeyHold.untilStarted

    /// The round.
    package let round: UUID
}

/// Asks for what is not calibrated though it should be: after an upgrade, when other arithmetic is in use, or when a job was
/// given up.
struct CalibrateRounds: Job {
    static let kind = "reviews.calibrate-rounds"
    static let maxAttempts = 3
}

extension ReviewsRoom {
    static func registerCalibration(in worker: Worker, database: Database) {
        // As the service itself: a manager who has a startup of their own must not see who judges it, and it is judged.
        worker.register(CalibrateRound.self, acting: .system) { job, run in
            let found = try await database.snapshot(as: run.context, statementTimeout: .seconds(60)) { snapshot in
                try await snapshot.reviewsToCalibrate(in: ReviewRound.ID(job.round))
            }
            guard let found else { return }
            let finding = found.calibrated()
            try await run.finish { try await $0.keep(finding, of: found.round) }
        }
        worker.register(CalibrateRounds.self, acting: .system) { _, run in
            try await run.finish { transaction in
                for round in try await transaction.roundsToCalibrate() {
                    try await transaction.askForCalibration(of: round)
                }
            }
        }
        worker.scheduleInEveryTenant(.every(.seconds(300)), database: database) { _ in CalibrateRounds() }
    }
}

/// What a round is calibrated from.
struct ReviewsToCalibrate: Sendable {
    let round: ReviewRound
    let scores: [SubmittedScores]
    let inputs: String

    func calibrated() -> CalibrationFinding { CalibrationFinding(round, scores, inputs: inputs) }
}

extension Statements {
    /// What a round is calibrated from; nil when there is no such round.
    func reviewsToCalibrate(in id: ReviewRound.ID) async throws -> ReviewsToCalibrate? {
        guard let round = try await round(id) else { return nil }
        return ReviewsToCalibrate(
            round: round, scores: try await scores(in: id), inputs: try await calibrationInputs(of: id))
    }
}

extension Transaction {
    /// Calibrates a round at once and keeps what is found, as the job does: for those who act as the service and have nobody
    /// waiting.
    ///
    /// Not found when there is no such round.
    package func calibrateRound(_ id: ReviewRound.ID) async throws {
        guard let found = try await reviewsToCalibrate(in: id) else { throw Problem.notFound }
        try await keep(found.calibrated(), of: found.round)
    }
}
