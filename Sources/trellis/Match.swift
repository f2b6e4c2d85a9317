import Accounts
import ArgumentParser
import Investment
import Jobs
import Postgres
import Vocabulary

/// A match run over one workspace, waited for.
struct Match: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Match every standing mandate of a workspace with every startup that agreed to be shown.",
        discussion: """
            Ranks by the model in use. Managers see the lists at once, investors when they are released. The database is \
            the one of DATABASE_URL, or the private one while `trellis up` runs it.
            """)

    @Option(help: "The workspace, by its short name.")
    var tenant = "harbour"

    @Option(help: "Startups a shortlist holds at most, 1 to 200.")
    var length = MatchRunRequest.usualLength

    @Option(help: "Lists that one startup may be on, 1 to 1000; lists can get shorter by it.")
    var mostLists: Int?

    @Option(help: "Lists that each startup is to be on where there is room, 1 to 1000.")
    var leastLists: Int?

    @Option(help: "Days, 1 to 1096, for which what an investor was shown and did not answer is not proposed again.")
    var restDays: Int?

    @Option(
        help: "The day as of which everything is judged, such as 2026-11-28; today when not given.",
        transform: { text in
            guard let day = CalendarDate(text) else {
                throw ValidationError("\(text) is not a day such as 2026-11-28.")
            }
            return day
        })
    var asOf: CalendarDate?

    func validate() throws {
        guard (1...200).contains(length) else { throw ValidationError("--length takes 1 to 200 startups.") }
        for (name, lists) in [("most", mostLists), ("least", leastLists)] {
            guard MatchRules.lists.contains(lists ?? 1) else {
                throw ValidationError("--\(name)-lists takes 1 to 1000.")
            }
        }
        guard (leastLists ?? 1) <= (mostLists ?? .max) else {
            throw ValidationError("--least-lists takes no more than --most-lists.")
        }
        guard MatchRules.days.contains(restDays ?? 1) else { throw ValidationError("--rest-days takes 1 to 1096.") }
    }

    func run() async throws {
        try await Workspace.open(tenant) { workspace in
            let id = MatchRun.ID()
            _ = try await workspace.database.write(as: workspace.context) {
                try await $0.requestMatchRun(
                    MatchRunRequest(
                        length: length, asOf: asOf,
                        rules: MatchRules(mostLists: mostLists, leastLists: leastLists, restDays: restDays)),
                    as: id, in: workspace.tenant.id, by: nil)
            }
            let run = try await workspace.working {
                try await workspace.watching("Matching") {
                    guard let run = try await workspace.reader.matchRun(id) else {
                        throw ValidationError("The match run is there no more.")
                    }
                    return run
                } progress: {
                    ($0.state, $0.progress)
                }
            }
            guard run.state == .finished else {
                throw ValidationError("The match run left nothing (\(run.state.rawValue)).")
            }
            print(Self.summary(run))
        }
    }

    /// What came of a finished run.
    static func summary(_ run: MatchRun) -> String {
        var lines = [
            "Match run \(run.id), engine \(run.engine), as of \(run.asOf)",
            "  \(run.shortlists) shortlists for \(run.mandates ?? 0) mandates, of \(run.startups ?? 0) startups; "
                + "\(run.gatedOut ?? 0) pairs kept apart",
        ]
        if let exposure = run.exposure {
            lines.append(
                "  \(exposure.shown) startups are on a list, the one on most is on \(exposure.mostLists); Gini "
                    + "\(Models.figure(Double(exposure.gini) / 1000))")
        }
        if let least = run.rules?.leastLists, let below = run.exposure?.belowFloor {
            lines.append("  \(below) startups are on fewer than \(least) lists")
        }
        lines.append("  inputs \(run.inputsHash ?? "")")
        lines.append("  results \(run.resultsHash ?? "")")
        return lines.joined(separator: "\n")
    }
}
