import Accounts
import ArgumentParser
import DemoWorld
import Foundation
import House
import Jobs
import Logging
import Postgres

/// A whole invented year of one park, for proofs and measurements.
struct GoldenYearCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "golden-year",
        abstract: "Make a park's whole year from a seed, in a workspace of its own.",
        discussion: """
            Programs, partnerships, calls, startups, applications in three languages, panels, reviews, decisions, \
            enrolments: all by the verbs that people's requests run, and the same for the same seed. It is for databases \
            that are thrown away: the one of DATABASE_URL, or the private one while `trellis up` runs it.
            """)

    @Option(help: "What fixes everything that is invented, 1 to 999999; the workspace is called golden-SEED.")
    var seed: UInt64 = 1

    @Option(help: "Applications, 24 to 100,000; everything else follows from them.")
    var applications = 3_000

    @Flag(help: "Print one line of JSON instead of a table.")
    var json = false

    func validate() throws {
        guard (1...999_999).contains(seed) else { throw ValidationError("--seed takes 1 to 999999.") }
        guard (24...100_000).contains(applications) else {
            throw ValidationError("--applications takes 24 to 100,000.")
        }
    }

    func run() async throws {
        var logger = Logger(label: "golden-year") { label in StreamLogHandler.standardError(label: label) }
        logger.logLevel = .warning
        let settings = try Settings()
        let conninfo = try settings.databaseURL ?? settings.runningPrivateServer()
        let database = settings.database(conninfo, logger: logger)
        let (jobs, keeper) = settings.workerDatabases(conninfo, logger: logger)
        let worker = House.worker(jobs: jobs, keeper: keeper, logger: logger)
        let year = GoldenYear(
            in: database, seed: seed, size: GoldenYear.Size(applications: applications), now: Date())
        let result: Result<Void, any Error> = await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await worker.run() }
            defer { group.cancelAll() }
            do { return .success(try await make(year)) } catch { return .failure(error) }
        }
        for database in [database, jobs, keeper] { await database.close() }
        do { try result.get() } catch let error as DatabaseError {
            if error.sqlState == "23505" {
                throw ValidationError("There is a workspace golden-\(seed) already. Take another seed.")
            }
            logger.critical("\(String(reflecting: error))")
            throw ExitCode.failure
        }
    }

    private func make(_ year: GoldenYear) async throws {
        let started = ContinuousClock.now
        try await year.make { part in
            let seconds = Int((ContinuousClock.now - started) / .seconds(1))
            FileHandle.standardError.write(Data("==> \(seconds) s: \(part)\n".utf8))
        }
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        let (funnels, totals, digest) = (try await year.funnels(), try await year.totals(), try await year.digest())
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            let line = Line(seed: seed, seconds: seconds, digest: digest, totals: totals, funnels: funnels)
            return print(String(decoding: try encoder.encode(line), as: UTF8.self))
        }
        let columns = [
            "stream", "begun", "submitted", "eligible", "reviews", "offered", "accepted", "enrolled", "graduated",
            "places",
        ]
        print(Self.row(columns))
        for funnel in funnels {
            print(
                Self.row(
                    [funnel.stream]
                        + [
                            funnel.begun, funnel.submitted, funnel.eligible, funnel.reviews, funnel.offered,
                            funnel.accepted, funnel.enrolled, funnel.graduated, funnel.places,
                        ].map(String.init)))
        }
        print("\(totals.applications) applications of \(totals.startups) startups, \(totals.reviewers) reviewers")
        print("made in \(Int(seconds)) s, digest \(digest)")
    }

    private static func row(_ cells: [String]) -> String {
        cells.enumerated().map { index, cell in
            let blank = String(repeating: " ", count: max(0, (index == 0 ? 16 : 10) - cell.count))
            return index == 0 ? cell + blank : blank + cell
        }.joined()
    }

    private struct Line: Encodable {
        let seed: UInt64
        let seconds: Double
        let digest: String
        let totals: GoldenYear.Totals
        let funnels: [GoldenYear.Funnel]
    }
}
