internal import Accounts
package import Files
package import Foundation
package import Jobs
internal import Postgres
internal import Vocabulary

/// Has a file of an agreement looked at by the virus scanner. It fails closed: as long as the scanner does not say that it is
/// clean, it stays in quarantine.
package struct ScanMoUDocument: Job {
    /// The name it is stored under.
    package static let kind = "partnerships.scan-document"
    /// About a day of pauses: a scanner that is down is not the sender's fault.
    package static let maxAttempts = 40

    /// The agreement.
    package let mou: UUID
    /// The file.
    package let document: UUID
}

extension PartnershipsRoom {
    /// Says who scans. Without a scanner the jobs wait for a worker that has one.
    package static func register(in worker: Worker, scanner: Clamd) {
        worker.register(ScanMoUDocument.self, acting: .system) { job, run in
            let (mou, id) = (MoU.ID(job.mou), MoUDocument.ID(job.document))
            let found = try await run.write { try await $0.document(id, of: mou) }
            guard let document = found, document.state == .quarantined else { return }
            let verdict = try await scanner.verdict(on: document.bytes) { index in
                try await run.write { try await $0.piece(index, of: document) }
            }
            try await run.finish { transaction in
                switch verdict {
                case .clean: try await transaction.record(.clean, of: document, by: Clamd.name, because: nil)
                case .found(let signature):
                    try await transaction.record(.rejected, of: document, by: Clamd.name, because: signature)
                }
            }
        }
    }
}
