internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Matching
internal import Postgres
internal import Vocabulary

/// How many startups terms would match as things stand, whether or not a mandate says so already.
package struct MatchCount: Codable, Sendable, Equatable {
    /// How many startups agreed to be shown to the investor.
    package let considered: Int
    /// How many of them pass every gate.
    package let matching: Int
    /// How many of them each gate keeps out; a startup counts at the first gate that is closed to it.
    package let gatedOut: [GateCount]
}

extension LiveIndexes {
    /// How many startups some terms of an investor would match as of now: those that pass every gate, its portfolio and its
    /// answers so far included.
    ///
    /// Asked as the service itself: what keeps a startup off an investor's lists counts alike for whoever asks. Throws
    /// `MandateRefusal` for terms that contradict themselves.
    func count(
        _ terms: MandateTerms, of investor: Institution.ID, on day: CalendarDate, in tenant: Tenant.ID
    ) async throws -> MatchCount {
        try terms.check()
        let index = try await index(of: tenant)
        let answers = try await database.reader(as: .system(in: tenant))
            .latestAnswers(on: day.daysSince1970, of: [investor])[investor]
        let tally = await index.tallied(
            World.Mandate(terms, of: investor, excluding: answers?.standing ?? [], passes: answers?.passes ?? []))
        return MatchCount(
            considered: tally.considered, matching: tally.admitted, gatedOut: GateCount.list(tally.gatedOut))
    }
}

extension GateCount {
    /// The gates that keep most out first.
    static func list(_ counts: [String: Int]) -> [GateCount] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { GateCount(gate: $0.key, count: $0.value) }
    }
}

extension Index {
    /// Apart from the thread that answers the request, as all that looks at every startup.
    fileprivate func tallied(_ mandate: World.Mandate) async -> GateTally {
        await withTaskExecutorPreference(globalConcurrentExecutor) { tally(mandate) }
    }
}

extension World.Mandate {
    /// Terms as the engine takes them, under a key that nothing else has.
    fileprivate init(
        _ terms: MandateTerms, of investor: Institution.ID, excluding startups: Set<Key>, passes: [World.Pass]
    ) {
        var free = FreeWords()
        let minimum = terms.chequeMin.flatMap(ReferenceRates.dollars)
        let maximum = terms.chequeMax.flatMap(ReferenceRates.dollars)
        self.init(
            Mandate.ID().key, of: investor.key,
            areas: World.Weighted.areas(
                terms.focusAreas.map(\.area.description), terms.focusAreas.map(\.weight),
                words: terms.tags.map(\.string), &free),
            stages: terms.stages.map(\.rawValue), isFirmOnStages: terms.firmOnStages,
            cheque: minimum == nil && maximum == nil ? nil : (minimum ?? 0)...max(minimum ?? 0, maximum ?? Int.max),
            countries: Set(terms.countriesIn.map(\.code)), excludedCountries: Set(terms.countriesOut.map(\.code)),
            regions: terms.regions.map(\.string),
            excludedAreas: World.Weighted.exclusions(terms.exclusions.map(\.string)),
            excludedStartups: startups, passes: passes, isDeploying: terms.deploying)
    }
}

/// Counting by API.
struct CountAPI: Sendable {
    let indexes: LiveIndexes

    var operations: [AnyOperation] { [countMatches] }

    private var countMatches: AnyOperation {
        Operation(
            .post, "/v1/match-counts", "countMatches",
            summary: "How many startups some terms would match now, and how many each gate keeps out",
            description: """
                Nothing is kept: the terms may be those of a mandate that is being thought about. An investor asks for \
                itself and leaves `investor` out.
                """, tag: "investment", access: .roles([.manager, .investor]), idempotency: Idempotency.none,
            rate: .expensive, body: NewMandate.self, output: MatchCount.self
        ) { call in
            let investor = try await call.reader.investorToCount(for: call.body.investor, call.principal)
            return .ok(
                try await indexes.count(
                    call.body.terms, of: investor, on: CalendarDate(Date(), in: .utc),
                    in: try call.principal.workspace))
        }.erased
    }
}

extension Reader {
    /// For whom terms are counted: a manager names any investor of the directory, an investor itself.
    func investorToCount(for named: Institution.ID?, _ principal: Principal) async throws -> Institution.ID {
        let own = Institution.ID(try principal.actsFor)
        let investor = named ?? own
        guard principal.role == .manager || investor == own, let found = try await institution(investor),
            found.kind != .startup
        else { throw MandateRefusal.investorUnknown }
        return investor
    }
}

extension MatchCount: Described {
    package static var documentation: [String: String] {
        [
            "considered": "How many startups agreed to be shown to the investor.",
            "matching": "How many of them pass every gate.",
            "gated_out": "A startup counts once, at the first gate that is closed to it.",
        ]
    }
}
