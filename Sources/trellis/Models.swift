import API
import Accounts
import ArgumentParser
import Foundation
import Investment
import Jobs
import Matching
import Postgres
import Vocabulary

/// Learning matching models from a workspace's own history, looking at them, and choosing which one ranks.
struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Learn matching models from a workspace's history, look at them, and put one in use.",
        discussion: """
            The database is the one of DATABASE_URL, or the private one while `trellis up` runs it.
            """,
        subcommands: [Train.self, List.self, Report.self, Use.self])

    struct Train: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Learn a model from the workspace's past investments; match runs go on as before.")

        @Option(help: "The workspace, by its short name.")
        var tenant = "harbour"

        func run() async throws {
            try await Workspace.open(tenant) { workspace in
                let id = LearnedModel.ID()
                _ = try await workspace.database.write(as: workspace.context) {
                    try await $0.requestTraining(as: id, in: workspace.tenant.id, by: nil)
                }
                let model = try await workspace.working {
                    try await workspace.watching("Learning") {
                        try await Models.found(workspace.reader.learnedModel(id))
                    } progress: {
                        ($0.state, $0.progress)
                    }
                }
                guard let report = model.report else {
                    throw ValidationError(
                        "\(model.version) could not be learned (\(model.state.rawValue)).")
                }
                print(Models.summary(model, report))
                if model.isInUse { return }
                print("To rank by it: trellis model use --tenant \(tenant) \(model.version)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the workspace's models, the latest first.")

        @Option(help: "The workspace, by its short name.")
        var tenant = "harbour"

        func run() async throws {
            try await Workspace.open(tenant) { workspace in
                let models = try await workspace.reader.learnedModels(limit: 1_000)
                let rows = models.map { model in
                    [
                        model.version, model.isInUse ? "in use" : model.report == nil ? model.state.rawValue : "",
                        model.report.map { "\($0.joined)" } ?? "", Models.figure(model.report?.trial?.learned.ndcg),
                        Models.figure(model.report?.trial?.standard.ndcg),
                    ]
                }
                let isStandard = !models.contains(where: \.isInUse)
                print(
                    Models.table(
                        ["version", "", "deals", "NDCG@10", "standard's"],
                        rows
                            + [["standard", isStandard ? "in use" : "", "", "", ""]]))
            }
        }
    }

    struct Report: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print how a model was learned and how it does.")

        @Option(help: "The workspace, by its short name.")
        var tenant = "harbour"

        @Argument(help: "The model, as `trellis model list` names it.")
        var version: Version

        func validate() throws {
            guard version != .standard else {
                throw ValidationError(
                    "The standard model was not learned here; TheModel.md in the sources is its report.")
            }
        }

        func run() async throws {
            try await Workspace.open(tenant) { workspace in
                let model = try await Models.found(workspace.reader.learnedModel(called: version.text), version)
                guard let report = model.report else {
                    return print("\(model.version): its training is \(model.state.rawValue).")
                }
                print(Models.summary(model, report))
                if let trial = report.trial {
                    print("\nOf those taken to be so likely, so many joined, tenth by tenth:")
                    print(
                        Models.table(
                            ["pairs", "predicted", "calibrated", "joined"],
                            trial.reliability.map {
                                [
                                    "\($0.pairs)", Models.percent($0.predicted),
                                    $0.calibrated.map(Models.percent) ?? "", Models.percent($0.observed),
                                ]
                            }))
                    print(Models.calibration(of: report))
                }
                for (title, weights) in [("nobody has funded yet", report.cold), ("others have funded", report.warm)] {
                    print("\nWhat counts most for startups \(title), in points:")
                    print(
                        Models.table(
                            ["signal", "points", "then in use"],
                            weights.map {
                                [$0.signal, Models.figure($0.points), $0.current.map { Models.figure($0) } ?? ""]
                            }))
                }
                print("\nLearned from data with the SHA-256 \(model.dataHash ?? "")")
            }
        }
    }

    struct Use: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Rank by a model from the next match run on; by an earlier one or the standard one again, likewise.")

        @Option(help: "The workspace, by its short name.")
        var tenant = "harbour"

        @Argument(help: "The model, as `trellis model list` names it, or standard.")
        var version: Version

        func run() async throws {
            try await Workspace.open(tenant) { workspace in
                let model: LearnedModel.ID? =
                    switch version {
                    case .standard: nil
                    case .learned:
                        try await Models.found(workspace.reader.learnedModel(called: version.text), version).id
                    }
                do {
                    let use = try await workspace.database.write(as: workspace.context) {
                        try await $0.useModel(model, as: ModelUse.ID(), by: nil)
                    }
                    print("Match runs rank by \(use.version) from now on.")
                } catch let refusal as ModelRefusal {
                    throw ValidationError("\(version.text): \(refusal.problem.detail ?? "refused")")
                }
            }
        }
    }

    /// What a model is called on the command line.
    enum Version: ExpressibleByArgument, Equatable {
        case standard
        case learned(String)

        init?(argument: String) {
            if argument == "standard" {
                self = .standard
            } else if argument.utf8.starts(with: "learned-".utf8) {
                self = .learned(argument)
            } else {
                return nil
            }
        }

        var text: String {
            switch self {
            case .standard: "standard"
            case .learned(let version): version
            }
        }
    }

    private static func found(_ model: LearnedModel?, _ version: Version? = nil) throws -> LearnedModel {
        guard let model else {
            throw ValidationError(
                "There is no model \(version?.text ?? "any more"); `trellis model list` names those there are.")
        }
        return model
    }

    /// How a model was learned and how it does, in a few lines.
    static func summary(_ model: LearnedModel, _ report: LearnedModel.Report) -> String {
        var lines = ["\(model.version)\(model.isInUse ? ", in use" : "")"]
        if report.joined == 0 {
            lines.append("The history is too small to teach anything: it equals the standard model.")
        } else {
            lines.append(
                "Learned from \(report.joined) deals and requests to meet in \(report.lessons) lessons "
                    + "(\(report.pairs) pairs of an investor and a startup), before \(report.until).")
            if let evidence = report.evidence {
                lines.append(
                    "Beside deals it was given \(evidence.answers) answers and \(evidence.outcomes) outcomes of "
                        + "introductions.")
            }
        }
        guard let trial = report.trial else {
            return (lines + ["Of the last half year nothing is known by which it could be judged."]).joined(
                separator: "\n")
        }
        lines.append(
            "Judged on the half year after \(trial.day), which was kept from it: \(trial.investors) investors joined "
                + "\(trial.joined) times; \(trial.startups) startups raised.")
        let rivals =
            [("it", trial.learned), ("standard", trial.standard)]
            + (trial.currentVersion == Model.standard.version ? [] : [(trial.currentVersion, trial.current)])
        lines.append(
            table(
                ["", "NDCG@10", "recall@50"], rivals.map { [$0.0, figure($0.1.ndcg), figure($0.1.recall)] }))
        lines.append(verdict(of: trial))
        return lines.joined(separator: "\n")
    }

    /// Whether it is better than the model that was in use.
    private static func verdict(of trial: LearnedModel.Trial) -> String {
        guard let gain = trial.gain else {
            return "Too few investors joined anything to tell it from \(trial.currentVersion)."
        }
        let finding =
            switch trial.verdict {
            case .better: "better by more than chance"
            case .worse: "worse by more than chance"
            case .even, .unknown: "which may be chance"
            }
        return "Against \(trial.currentVersion), then in use: \(signed(gain.mean)) NDCG@10, "
            + "95 % interval \(signed(gain.low)) to \(signed(gain.high)), \(finding)."
    }

    /// Whether its scores have been calibrated.
    static func calibration(of report: LearnedModel.Report) -> String {
        guard let steps = report.calibration else {
            return "Not calibrated: in the last half year investors joined fewer than \(Calibration.leastJoined) times."
        }
        return "Calibrated in \(steps.count) steps; above, each half of the investors by the other half's."
    }

    private static func signed(_ value: Double) -> String { (value < 0 ? "-" : "+") + figure(value.magnitude) }

    static func figure(_ value: Double?) -> String {
        value?.formatted(.number.precision(.fractionLength(4)).locale(Locale(identifier: "en_US_POSIX"))) ?? ""
    }

    static func percent(_ share: Double) -> String {
        share.formatted(.percent.precision(.fractionLength(3)).locale(Locale(identifier: "en_US_POSIX")))
    }

    /// Columns, each as wide as its widest cell.
    static func table(_ head: [String], _ rows: [[String]]) -> String {
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            let cells = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
            return "  " + cells.joined(separator: "  ").replacing(#/ +$/#, with: "")
        }.joined(separator: "\n")
    }
}
