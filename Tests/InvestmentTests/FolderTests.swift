import Accounts
import DemoWorld
import Foundation
import Institutions
import TestWorld
import Testing

@testable import Investment

/// Figures over a folder of one's own: `TRELLIS_FOLDER=… swift test --filter FolderTests`.
@Suite("A folder of real size", .enabled(if: ProcessInfo.processInfo.environment["TRELLIS_FOLDER"] != nil))
struct FolderTests {
    @Test("is imported, imported again without a change, and matched")
    func folder() async throws {
        let folder = try #require(ProcessInfo.processInfo.environment["TRELLIS_FOLDER"])
        let match = try await MatchWorld()
        let importer = Importer(
            into: Cast.harbour.id, of: match.world.database, as: .system(in: Cast.harbour.id))
        @Sendable func all(_ importer: Importer) async throws -> [ImportReport] {
            let files: [(String, (ImportFile) async throws -> ImportReport)] = [
                ("startups.jsonl", importer.importStartups), ("investors.jsonl", importer.importInvestors),
                ("interactions.csv", importer.importInvestments), ("asks.csv", importer.importAsks),
                ("candidates.csv", importer.importCandidates),
            ]
            var reports: [ImportReport] = []
            for (name, run) in files {
                let time = try await ContinuousClock().measure {
                    reports.append(try await run(ImportFile(path: "\(folder)/\(name)")))
                }
                print(" ", name, time)
            }
            return reports
        }
        let clock = ContinuousClock()
        func say(_ title: String, _ time: Duration, _ reports: [ImportReport]) {
            print(title, time)
            for report in reports {
                print(
                    "  read \(report.read) inserted \(report.inserted) updated \(report.updated)",
                    "unchanged \(report.unchanged) failed \(report.failed)", report.faults.prefix(5))
            }
        }
        var reports: [ImportReport] = []
        say(
            "rehearsal", try await clock.measure { reports = try await importer.rehearse { try await all($0) } },
            reports)
        say("import", try await clock.measure { reports = try await all(importer) }, reports)
        let rehearsed = reports.map(\.inserted)
        say("again", try await clock.measure { reports = try await all(importer) }, reports)
        #expect(reports.allSatisfy { $0.inserted == 0 && $0.updated == 0 })
        #expect(rehearsed[0] > 0)
        var runs: [MatchRun] = []
        for _ in 1...2 {
            print("match run", try await clock.measure { runs.append(try await match.performed()) })
        }
        print(runs)
        #expect(runs[0].inputsHash == runs[1].inputsHash)
        #expect(runs[0].resultsHash == runs[1].resultsHash)
    }
}
