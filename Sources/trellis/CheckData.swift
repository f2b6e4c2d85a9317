import ArgumentParser
import Foundation
import House
import Logging
import Postgres

/// Proves of every row of a database what no constraint can hold.
struct CheckData: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-data",
        abstract: "Prove on all rows what the schema alone cannot hold.",
        discussion: """
            Asks in one snapshot for the rows that break an invariant of some room, in all workspaces, and ends with \
            status 1 when there are any. The database is the one of DATABASE_URL, or the private one while `trellis up` \
            runs it; DATABASE_URL has to name a role whom row-level security does not bind.
            """)

    @Flag(help: "Print JSON Lines: one for each violation, one for each invariant.")
    var json = false

    @Option(help: "Violations of one invariant to print at the most; all are counted.")
    var show = 20

    @Option(help: "Only the invariants whose name contains this.")
    var only: String?

    func validate() throws {
        if show < 0 { throw ValidationError("--show takes a number from 0.") }
    }

    func run() async throws {
        let logger = Logger(label: "check-data") { label in StreamLogHandler.standardError(label: label) }
        let settings = try Settings()
        let conninfo = try settings.databaseURL ?? settings.runningPrivateServer()
        let database = Database(Database.Configuration(conninfo: conninfo), logger: logger)
        let result: Result<Tally, any Error>
        do {
            result = .success(
                try await database.snapshot(as: .none, statementTimeout: .seconds(3_600)) { try await check($0) })
        } catch let error as DatabaseError where error.sqlState == "42501" {
            result = .failure(
                Settings.Refused(
                    description: "DATABASE_URL names a role that does not see every row of every workspace."))
        } catch {
            result = .failure(error)
        }
        await database.close()
        let tally = try result.get()
        guard tally.invariants > 0 else { throw ValidationError("No invariant's name contains that.") }
        if !json {
            print("\(tally.invariants) invariants, \(tally.broken) broken by \(tally.violations) rows")
        }
        if tally.broken > 0 { throw ExitCode.failure }
    }

    private struct Tally: Sendable {
        var (invariants, broken, violations) = (0, 0, 0)
    }

    private func check(_ snapshot: Transaction) async throws -> Tally {
        var tally = Tally()
        for (room, invariants) in House.invariants {
            for invariant in invariants where only.map(invariant.name.contains) ?? true {
                let started = ContinuousClock.now
                var count = 0
                for try await violation in try await snapshot.violations(of: invariant) {
                    count += 1
                    if count <= show { tell(violation, of: invariant, in: room) }
                }
                let milliseconds = Int((ContinuousClock.now - started) / .milliseconds(1))
                tell(invariant, in: room, violations: count, milliseconds: milliseconds)
                tally.invariants += 1
                tally.violations += count
                if count > 0 { tally.broken += 1 }
            }
        }
        return tally
    }

    private struct Line: Encodable {
        let room: String
        let invariant: String
        var violation: Violation?
        var violations: Int?
        var milliseconds: Int?
    }

    private func tell(_ violation: Violation, of invariant: Invariant, in room: String) {
        if json {
            tell(Line(room: room, invariant: invariant.name, violation: violation))
        } else {
            let tenant = violation.tenant.map { " in \($0.uuidString.lowercased())" } ?? ""
            print("  \(violation.id)\(tenant): \(violation.detail)")
        }
    }

    private func tell(_ invariant: Invariant, in room: String, violations: Int, milliseconds: Int) {
        if json {
            tell(
                Line(
                    room: room, invariant: invariant.name, violations: violations, milliseconds: milliseconds))
        } else {
            let sentence = invariant.name.replacing("_", with: " ")
            print("\(violations == 0 ? "holds " : "BROKEN")  \(room): \(sentence) (\(violations), \(milliseconds) ms)")
        }
    }

    private func tell(_ line: Line) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if let text = try? encoder.encode(line) { print(String(decoding: text, as: UTF8.self)) }
    }
}
