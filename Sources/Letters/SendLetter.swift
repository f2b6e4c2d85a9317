package import Delivery
package import Foundation
package import Jobs
internal import Postgres
internal import Vocabulary

/// Hands one letter to the mail server.
///
/// The attempt is on record before the server hears of it, and its outcome is in the transaction that ends the job, so that
/// a letter once recorded as sent is never sent again. A worker that dies in between leaves an attempt whose outcome is
/// unknown; the next one sends the same bytes under the same `Message-ID`.
package struct SendLetter: Job {
    /// The name it is stored under.
    package static let kind = "letters.send"
    /// Some two days: pauses double from seconds to an hour.
    package static let maxAttempts = 60
    /// Longer than the mailer's own time limit.
    package static let timeLimit = Duration.seconds(240)

    /// The letter.
    package let letter: UUID
}

/// Thrown to have a letter tried again after a pause. An operator reads that much: what the server said names people, and is
/// for managers, with the attempt.
struct LetterDelayed: Error, CustomDebugStringConvertible {
    var debugDescription: String { "The mail server has not taken the letter yet; its attempts say why." }
}

/// How letters leave the house: the server that takes them, whom they are from, and where their links lead.
package struct LetterPost: Sendable {
    let mailer: SMTPMailer
    let sender: Mailbox
    let replyTo: Mailbox?
    let site: String

    /// A way out for letters.
    ///
    /// - Parameters:
    ///   - sender: whom they are from; without a name, they bear the workspace's.
    ///   - replyTo: where answers go, if not to the sender.
    ///   - site: the address people use, such as `https://trellis.example.org`.
    package init(by mailer: SMTPMailer, from sender: Mailbox, replyTo: Mailbox? = nil, site: String) {
        self.mailer = mailer
        self.sender = sender
        self.replyTo = replyTo
        self.site = site
    }
}

extension LettersRoom {
    /// Says how letters are sent. Without it they wait: a worker that has no mail server leaves their jobs to one that has.
    package static func register(in worker: Worker, post: LetterPost) {
        // As the service itself, on behalf of whoever released it: a founder's receipt is not theirs to mark as sent.
        worker.register(SendLetter.self, acting: .system) { job, run in
            try await send(Letter.ID(job.letter), run, post)
        }
    }

    private static func send(_ id: Letter.ID, _ run: JobRun, _ post: LetterPost) async throws {
        // It was cancelled, or an earlier attempt was recorded after all.
        guard let begun = try await run.write({ try await $0.beginAttempt(at: id) }) else { return }
        let outcome: DeliveryOutcome
        do {
            outcome = await post.mailer.send(try post.mail(begun.letter, of: begun.workspace))
        } catch let fault as MailFault {
            outcome = .refused("It cannot be written: \(fault).")
        }
        let isLast = run.attempt == run.maxAttempts
        switch outcome {
        case .accepted(let report):
            try await run.finish { transaction in
                try await transaction.endAttempt(at: id, .accepted, report)
                try await transaction.recordSent(id)
            }
        case .refused(let report):
            try await run.finish { transaction in
                try await transaction.endAttempt(at: id, .refused, report)
                try await transaction.recordFailed(id)
            }
        case .refusedForNow(let report), .unknown(let report):
            let kind: LetterAttempt.Outcome = if case .unknown = outcome { .unknown } else { .refusedForNow }
            guard !isLast else {
                return try await run.finish { transaction in
                    try await transaction.endAttempt(at: id, kind, report)
                    try await transaction.recordFailed(id)
                }
            }
            try await run.write { try await $0.endAttempt(at: id, kind, report) }
            throw LetterDelayed()
        }
    }
}
