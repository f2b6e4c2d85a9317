internal import API
internal import Accounts
internal import Institutions
internal import Matching
internal import Vocabulary

/// Matching as things stand, by request: for managers, before anything is on a list.
struct MatchAPI: Sendable {
    let indexes: LiveIndexes

    var operations: [AnyOperation] { [listMatches, getFit, listMatchedMandates] }

    private var listMatches: AnyOperation {
        Operation(
            .get, "/v1/mandates/{mandate}/matches", "listMatches", summary: "The startups that fit a mandate best, now",
            description: """
                What a match run would start from, before the startups are shared out among mandates. Only startups that \
                agreed to be shown; none for a mandate that was withdrawn or is not deploying.
                """, tag: "investment", access: .roles([.manager]), rate: .expensive, parameters: ListMatches.self,
            output: MandateMatches.self, problems: [.notFound]
        ) { call in
            let query = call.parameters
            guard try await call.reader.mandate(query.mandate) != nil else { throw Problem.notFound }
            return .ok(
                try await indexes.matches(
                    of: query.mandate, limit: (query.limit ?? .usual).value, filter: query.filter,
                    in: try call.principal.workspace, by: call.reader))
        }.erased
    }

    private var getFit: AnyOperation {
        Operation(
            .get, "/v1/mandates/{mandate}/matches/{startup}", "getFit",
            summary: "How a startup fits a mandate now, or which gates are closed to it", tag: "investment",
            access: .roles([.manager]), rate: .expensive, parameters: FitPath.self, output: Fit.self,
            problems: [.notFound]
        ) { call in
            let path = call.parameters
            guard let mandate = try await call.reader.mandate(path.mandate),
                let fit = try await indexes.fit(
                    of: path.startup, to: mandate, in: try call.principal.workspace, by: call.reader)
            else { throw Problem.notFound }
            return .ok(fit)
        }.erased
    }

    private var listMatchedMandates: AnyOperation {
        Operation(
            .get, "/v1/startups/{startup}/matches", "listMatchedMandates",
            summary: "The mandates that a startup fits best, now",
            description: "None for a startup that did not agree to be shown.", tag: "investment",
            access: .roles([.manager]), rate: .expensive, parameters: ListMatchedMandates.self,
            output: StartupMatches.self,
            problems: [.notFound]
        ) { call in
            let query = call.parameters
            guard try await call.reader.startup(query.startup) != nil else { throw Problem.notFound }
            return .ok(
                try await indexes.matches(
                    of: query.startup, limit: (query.limit ?? .usual).value, in: try call.principal.workspace,
                    by: call.reader))
        }.erased
    }
}

struct ListMatches: Codable {
    let mandate: Mandate.ID
    let focusArea: FocusArea.ID?
    let country: Country?
    let region: ShortText?
    let stage: FundingStage?
    let limit: PageSize?

    var filter: Filter {
        Filter(
            countries: Set(country.map { [$0.code] } ?? []), regions: Set(region.map { [$0.string] } ?? []),
            stages: Set(stage.map { [$0.rawValue] } ?? []), areas: Set(focusArea.map { [$0.description] } ?? []))
    }
}

struct FitPath: Codable {
    let mandate: Mandate.ID
    let startup: Startup.ID
}

struct ListMatchedMandates: Codable {
    let startup: Startup.ID
    let limit: PageSize?
}
