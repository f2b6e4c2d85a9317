internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Institutions
package import Jobs
internal import Letters
internal import Pages
package import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// Reminds the staff of partners who were asked about a batch that their time to answer ends, once a consultation: two days
/// before its last day, or the day after they were asked where there is less. Whoever has answered is left alone.
struct RemindPartners: Job {
    static let kind = "decisions.remind-partners"
    static let maxAttempts = 3
}

extension DecisionsRoom {
    /// Says how the room's jobs are performed.
    package static func register(in worker: Worker, database: Database) {
        // As the service itself: a founder who declines has no say in who is next.
        worker.register(PlaceFreed.self, acting: .system) { job, run in
            try await run.finish { transaction in
                _ = try await transaction.fillPlaces(of: CallForApplications.ID(job.call))
            }
        }
        worker.register(RemindPartners.self, acting: .system) { _, run in
            try await run.finish { try await $0.remindPartners() }
        }
        worker.scheduleInEveryTenant(.every(.seconds(3600)), database: database) { _ in RemindPartners() }
    }
}

extension Transaction {
    /// Writes what is due to the staff of the acting tenant's partners, each letter once.
    func remindPartners() async throws {
        for due in try await consultationsToRemindOf() {
            guard try await noteReminder(of: due), let batch = try await decisionBatch(due.batch) else { continue }
            for reader in try await speakers(of: [due.institution], on: due.batch, toldOf: batch.call) {
                try await writeLetter(
                    Self.letter(
                        about: batch, to: reader, by: due.answerBy, silenceConsents: due.silenceConsents, again: true),
                    held: false)
            }
        }
    }
}

/// A partner that was asked about a batch, and has not answered.
struct Unanswered: Sendable {
    let batch: DecisionBatch.ID
    let institution: Institution.ID
    let askedAt: Date
    let answerBy: CalendarDate
    let silenceConsents: Bool
}
