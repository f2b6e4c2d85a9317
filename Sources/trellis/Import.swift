import Accounts
import ArgumentParser
import Foundation
import Imports
import Institutions
import Investment
import Postgres
import Vocabulary

/// Reads startups, investors and past investments from files into one workspace.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Import startups, investors and past investments.",
        discussion: """
            FILES are JSON Lines or CSV; a folder stands for the files in it that are known by name: startups, \
            investors, interactions, asks, candidates. A company list as Crunchbase exports it is startups. \
            Rows are recognised by their external ids: importing a file again changes only what the file has changed. \
            The database is the one of DATABASE_URL, or the private one while `trellis up` runs it.
            """)

    @Option(help: "The workspace, by its short name.")
    var tenant = "harbour"

    @Flag(help: "Do everything, report it, and keep nothing.")
    var dryRun = false

    @Option(help: "Show this many rows of each file as they are understood, and import nothing.")
    var preview: Int?

    @Option(help: "Rows that share a transaction.")
    var batch = 2_000

    @Argument(help: "Files, or folders of them.")
    var files: [String]

    func validate() throws {
        guard (1...100_000).contains(batch) else { throw ValidationError("--batch takes 1 to 100,000 rows.") }
        if let preview, preview < 1 { throw ValidationError("--preview takes a number of rows above zero.") }
    }

    func run() async throws {
        let sources = try files.flatMap(Source.found).sorted { $0.kind < $1.kind }
        guard !sources.isEmpty else { throw ValidationError("No file is known by its name.") }
        if let preview { return try sources.forEach { try $0.preview(rows: preview) } }

        // A batch is one long statement after another, by nobody who waits for a page.
        let failed = try await Workspace.open(tenant, statementTimeout: .seconds(120)) { workspace in
            var importer = Importer(into: workspace.tenant.id, of: workspace.database, as: workspace.context)
            importer.batchSize = batch
            guard dryRun else {
                let (failed, deals) = try await Self.run(sources, importer)
                if deals > 0 {
                    try await workspace.database.write(as: workspace.context) {
                        try await $0.requestTrainingOfNewHistory(as: LearnedModel.ID(), in: workspace.tenant.id)
                    }
                    print("A worker learns a model from the new deals; `trellis model list` shows when it is there.")
                }
                return failed
            }
            let (failed, _) = try await importer.rehearse { importer in
                try await Self.run(sources, importer)
            }
            print("Dry run: nothing was kept.")
            return failed
        }
        if failed > 0 { throw ExitCode(2) }
    }

    /// Imports the files in an order in which each finds what it names. Returns how many rows failed, and how many past
    /// investments are new.
    private static func run(_ sources: [Source], _ importer: Importer) async throws -> (failed: Int, deals: Int) {
        var (failed, deals) = (0, 0)
        for source in sources {
            let bar = ProgressBar(source.file.name)
            var importer = importer
            importer.progress = { bar.show($0.done, of: $0.total, note: "\($0.rows) rows") }
            let started = ContinuousClock.now
            let report = try await source.imported(by: importer)
            bar.clear()
            let seconds = (ContinuousClock.now - started).formatted(
                .units(allowed: [.seconds], fractionalPart: .show(length: 2)))
            print(
                "\(source.file.name): \(report.read) read, \(report.inserted) inserted, \(report.updated) updated, "
                    + "\(report.unchanged) unchanged, \(report.failed) failed, in \(seconds)")
            for fault in report.faults {
                print("  line \(fault.line)\(fault.field.map { ", \($0)" } ?? ""): \(fault.message)")
            }
            failed += report.failed
            if source.kind == .investments { deals += report.inserted }
        }
        return (failed, deals)
    }
}

/// A file and what is in it.
private struct Source {
    let kind: ImportKind
    let file: ImportFile

    /// The file at a path, or those of the folder at it.
    static func found(at path: String) throws -> [Source] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ValidationError("There is no file \(path).")
        }
        guard isFolder.boolValue else { return try [Source(path)] }
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            .compactMap { try? Source(path + "/" + $0) }
    }

    private init(_ path: String) throws {
        file = ImportFile(path: path)
        let name = file.name.lowercased()
        let known: [(String, ImportKind)] = [
            ("startups", .startups), ("companies", .startups), ("investors", .investors),
            ("interactions", .investments), ("investments", .investments), ("asks", .asks), ("candidates", .candidates),
        ]
        if let match = known.first(where: { name.utf8.starts(with: $0.0.utf8) }) {
            kind = match.1
        } else if try name.hasSuffix(".csv") && file.isCompanyList {
            kind = .startups
        } else {
            throw ValidationError(
                "\(file.name): its name does not say what is in it (startups…, investors…, investments…).")
        }
    }

    func imported(by importer: Importer) async throws -> ImportReport {
        try await kind.imported(from: file, by: importer)
    }

    func preview(rows: Int) throws {
        let preview: ImportPreview
        switch kind {
        case .startups: preview = try Importer.previewStartups(of: file, rows: rows)
        case .investors: preview = try Importer.previewInvestors(of: file, rows: rows)
        case .investments: preview = try Importer.previewInvestments(of: file, rows: rows)
        case .asks, .candidates: return print("\(file.name): rows about known startups")
        }
        print(file.name)
        for (field, column) in preview.mapping.sorted(by: { $0.key < $1.key }) {
            print("  \(field) is read from “\(column)”")
        }
        if !preview.ignored.isEmpty { print("  not read: \(preview.ignored.joined(separator: ", "))") }
        for row in preview.rows { print("  " + row.map { "\($0.name)=\($0.value)" }.joined(separator: "  ")) }
        for fault in preview.faults {
            print("  line \(fault.line)\(fault.field.map { ", \($0)" } ?? ""): \(fault.message)")
        }
    }
}
