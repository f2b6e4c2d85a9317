import ArgumentParser
// Linked for its malloc, which is then everybody's.
import CJemalloc

/// The service and the commands around it.
@main
struct Trellis: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trellis", abstract: "Startup incubation management.",
        subcommands: [
            Up.self, Serve.self, Work.self, Migrate.self, Found.self, Import.self, Match.self, Models.self, Rank.self,
            CheckData.self, GoldenYearCommand.self,
        ])
}
