package import Foundation
internal import Institutions
internal import Investment
package import Jobs
package import Postgres
internal import Tabular
internal import Vocabulary

/// Imports a file that was handed in.
package struct RunImport: Job {
    /// The name it is stored under.
    package static let kind = "imports.run"
    /// Each attempt goes through the whole file again; rows that are in already change nothing.
    package static let maxAttempts = 3
    /// A million rows take some minutes.
    package static let timeLimit = Duration.seconds(3_600)

    /// The import.
    package let id: UUID
}

extension ImportsRoom {
    /// Says how the room's jobs are performed.
    package static func register(in worker: Worker, database: Database) {
        // As the service itself, on behalf of whoever asked: the rows belong to the workspace.
        worker.register(RunImport.self, acting: .system) { job, run in
            try await perform(FileImport.ID(job.id), run, database)
        }
    }

    private static func perform(_ id: FileImport.ID, _ run: JobRun, _ database: Database) async throws {
        let order = try await database.snapshot(as: run.context, statementTimeout: .seconds(60)) {
            try await $0.orderedImport(id)
        }
        // It was stopped, or an earlier attempt finished after all.
        guard let order else { return }
        var importer = Importer(into: order.tenant, of: database, as: run.context)
        importer.batchSize = 1_000
        importer.progress = { try await run.progress($0.done, of: $0.total) }
        do {
            let report =
                if order.isRehearsal {
                    try await importer.rehearse { try await order.kind.imported(from: order.file, by: $0) }
                } else {
                    try await order.kind.imported(from: order.file, by: importer)
                }
            try await run.finish { transaction in
                try await transaction.finishImport(id, report: report, fault: nil)
                guard !order.isRehearsal, order.kind == .investments, report.inserted > 0 else { return }
                try await transaction.requestTrainingOfNewHistory(as: LearnedModel.ID(), in: order.tenant)
            }
        } catch let error as UnreadableFile {
            try await run.finish { try await $0.finishImport(id, report: nil, fault: "\(error)") }
        }
    }
}
