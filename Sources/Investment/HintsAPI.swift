internal import API
internal import Accounts
internal import Institutions

/// Hints, by request.
struct HintsAPI: Sendable {
    let indexes: LiveIndexes

    var operations: [AnyOperation] { [getHints] }

    private var getHints: AnyOperation {
        Operation(
            .get, "/v1/startups/{startup}/hints", "getHints",
            summary: "What a startup could put otherwise to be among the best for more mandates",
            description: """
                Each hint was tried out on all mandates that would get a list today. It says how many more lists, never \
                whose, and is given only where two investors at least are won. What investors answered is left out.
                """, tag: "investment", access: .roles([.manager, .founder]), rate: .expensive,
            parameters: HintsOf.self, output: Hints.self, problems: [.notFound]
        ) { call in
            let startup = call.parameters.startup
            guard
                let hints = try await indexes.hints(
                    for: startup, in: try call.principal.workspace, by: call.reader)
            else { throw Problem.notFound }
            return .ok(hints)
        }.erased
    }
}

struct HintsOf: Codable {
    let startup: Startup.ID
}
