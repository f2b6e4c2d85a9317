internal import Accounts
package import Files
package import Foundation
package import Jobs
internal import Postgres
internal import Vocabulary

/// Has a document looked at by the virus scanner. It fails closed: as long as the scanner does not say that a document is
/// clean, it stays in quarantine.
package struct ScanDocument: Job {
    /// The name it is stored under.
    package static let kind = "applications.scan-document"
    /// About a day of pauses: a scanner that is down is not the startup's fault.
    package static let maxAttempts = 40

    /// The application.
    package let application: UUID
    /// The document.
    package let document: UUID
}

extension ApplicationsRoom {
    /// Says who scans. Without a scanner the jobs wait for a worker that has one.
    package static func register(in worker: Worker, scanner: Clamd) {
        worker.register(ScanDocument.self, acting: .system) { job, run in
            let (application, id) = (Application.ID(job.application), Document.ID(job.document))
            let found = try await run.write { try await $0.document(id, of: application) }
            guard let document = found, document.state == .quarantined else { return }
            let verdict = try await scanner.verdict(on: document.bytes) { index in
                try await run.write { try await $0.chunk(index, of: document) }
            }
            try await run.finish { transaction in
                switch verdict {
                case .clean: try await transaction.record(.clean, of: document, by: Clamd.name, because: nil)
                case .found(let signature):
                    try await transaction.record(.rejected, of: document, by: Clamd.name, because: signature)
                    try await transaction.dropChunks(of: document)
                    if let application = try await transaction.lockApplication(application) {
                        _ = try await transaction.noteAnswers(of: application)
                    }
                }
            }
        }
    }
}
