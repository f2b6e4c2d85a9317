internal import Accounts
package import Files
internal import Foundation
internal import Institutions
package import Jobs
internal import Postgres
internal import Vocabulary

/// Has a version of a document looked at by the virus scanner. It fails closed: as long as the scanner does not say that it
/// is clean, nobody but its startup reads it.
struct ScanRoomDocument: Job {
    static let kind = "fundraising.scan-document"
    /// About a day of pauses: a scanner that is down is not the startup's fault.
    static let maxAttempts = 40

    let startup: UUID
    let document: UUID
    let number: Int
}

extension FundraisingRoom {
    /// Says who performs what the room's verbs enqueue.
    package static func register(in worker: Worker) {
        // Neither side may know whom the other consists of.
        worker.register(TellOfIndication.self, acting: .system) { job, run in
            try await run.finish { try await $0.tell(of: job) }
        }
        worker.register(TellOfGrant.self, acting: .system) { job, run in
            try await run.finish { try await $0.tell(of: job) }
        }
        worker.register(NoteUnmarkable.self, acting: .system) { job, run in
            try await run.finish { try await $0.note(job) }
        }
    }

    /// Says who scans. Without a scanner the jobs wait for a worker that has one.
    package static func register(in worker: Worker, scanner: Clamd) {
        worker.register(ScanRoomDocument.self, acting: .system) { job, run in
            let (startup, id) = (Startup.ID(job.startup), RoomDocument.ID(job.document))
            let found = try await run.write {
                try await $0.versions(of: id, in: startup).first { $0.number == job.number }
            }
            guard let version = found, version.state == .quarantined else { return }
            let verdict = try await scanner.verdict(on: version.bytes) { index in
                try await run.write { try await $0.piece(index, of: job.number, of: id, in: startup) }
            }
            try await run.finish { transaction in
                switch verdict {
                case .clean:
                    try await transaction.recordScan(
                        .clean, of: job.number, of: id, in: startup, by: Clamd.name, because: nil)
                    try await transaction.tellOfGrants(of: id, in: startup)
                case .found(let signature):
                    try await transaction.recordScan(
                        .rejected, of: job.number, of: id, in: startup, by: Clamd.name, because: signature)
                }
            }
        }
    }
}
