package import API
package import Accounts
package import Foundation
package import Institutions
internal import Investment
package import Jobs
internal import Tabular
package import Vocabulary

/// A file of rows that a manager handed in, and what became of it. A job does the work, batch by batch: stopping it keeps
/// the batches that are done, and handing the file in again goes on from there, since rows are known by their external
/// ids.
package struct FileImport: Codable, Sendable, Identifiable {
    /// Names an import within its tenant.
    package typealias ID = Identifier<FileImport>

    /// The import.
    package let id: ID
    /// What the rows are.
    package let kind: ImportKind
    /// What the file is called.
    package let fileName: Name
    /// How large the file is.
    package let bytes: Int
    /// Whether everything is only tried and reported, and nothing kept.
    package let isRehearsal: Bool
    /// Where it is.
    package let state: WorkState
    /// How many bytes of the file are behind it, while it runs.
    package let progress: WorkProgress?
    /// When it was asked for.
    package let requestedAt: Date
    /// Who asked.
    package let requestedBy: Person.ID?
    /// When it ended with a report or a fault.
    package let finishedAt: Date?
    /// What was read and what became of it.
    package let report: ImportReport?
    /// Why the file could not be read to its end; batches before that place are kept.
    package let fault: String?
    /// The job that does the work.
    package let job: UUID
}

/// What the rows of a file are, in the order in which files of several kinds can be imported.
package enum ImportKind: String, Codable, Sendable, CaseIterable, Comparable {
    /// Startups with their profiles.
    case startups
    /// Investors with their mandates.
    case investors
    /// Past investments of known investors in known startups.
    case investments
    /// Amounts and rounds that known startups ask for.
    case asks
    /// Known startups that agree to be matched.
    case candidates

    /// What others name comes before them.
    package static func < (left: Self, right: Self) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }

    /// Imports a file of such rows.
    ///
    /// Throws `UnreadableFile` for a file of which no row can be told.
    package func imported(from file: ImportFile, by importer: Importer) async throws -> ImportReport {
        switch self {
        case .startups: try await importer.importStartups(from: file)
        case .investors: try await importer.importInvestors(from: file)
        case .investments: try await importer.importInvestments(from: file)
        case .asks: try await importer.importAsks(from: file)
        case .candidates: try await importer.importCandidates(from: file)
        }
    }
}

/// Why an import is refused.
package enum FileImportRefusal: Refusal, Equatable {
    /// There is nothing in the file.
    case empty
    /// The file is none of ours, in the reader's words.
    case unreadable(String)
    /// The import has ended already.
    case over

    package var problem: Problem {
        switch self {
        case .empty: .invalid("/content", "The file is empty.")
        case .unreadable(let reason): .invalid("/content", reason)
        case .over: .conflict("The import has ended already.")
        }
    }
}
