internal import API
internal import Accounts
package import Institutions
internal import Matching
internal import Postgres
internal import Vocabulary

/// A startup that fits a mandate as things stand. It is on no shortlist by that, and no investor sees it.
package struct MatchedStartup: Codable, Sendable {
    /// Its place, from 1.
    package let rank: Int
    /// The startup, as far as a shortlist would tell of it.
    package let startup: StartupCard
    /// The sum of the parts, in thousandths of a point.
    package let score: Int
    /// What speaks for it and what against, the weightiest first. Their values sum to the score exactly.
    package let parts: [ScorePart]
}

/// The startups that fit a mandate best, as things stand.
package struct MandateMatches: Codable, Sendable {
    /// The mandate.
    package let mandate: Mandate.ID
    /// The engine's version and that of the model it ranks by.
    package let engine: String
    /// How many startups agreed to be shown to the investor.
    package let offered: Int
    /// The best first.
    package let items: [MatchedStartup]
}

/// A mandate that a startup fits.
package struct MatchedMandate: Codable, Sendable {
    /// Its place, from 1.
    package let rank: Int
    /// The mandate.
    package let mandate: Mandate
    /// The score that the startup has among the matches of the mandate.
    package let score: Int
    /// What speaks for it and what against, the weightiest first. Their values sum to the score exactly.
    package let parts: [ScorePart]
}

/// The mandates that a startup fits best, as things stand.
package struct StartupMatches: Codable, Sendable {
    /// The startup.
    package let startup: Startup.ID
    /// The engine's version and that of the model it ranks by.
    package let engine: String
    /// The best first.
    package let items: [MatchedMandate]
}

/// How a startup fits a mandate, or what stands between them.
package struct Fit: Codable, Sendable {
    /// The mandate.
    package let mandate: Mandate.ID
    /// The startup, as far as a shortlist would tell of it.
    package let startup: StartupCard
    /// The engine's version and that of the model it ranks by.
    package let engine: String
    /// The sum of the parts, in thousandths of a point; nil when a gate is closed.
    package let score: Int?
    /// What speaks for it and what against, the weightiest first; empty when a gate is closed.
    package let parts: [ScorePart]
    /// Every gate that is closed to the startup, by name; it is proposed only when there is none.
    package let gates: [ClosedGate]
}

/// A gate that keeps a startup from a mandate.
package struct ClosedGate: Codable, Sendable, Equatable {
    /// The gate.
    package let gate: String
    /// What it fell shut at: a country, a focus area, a round.
    package let because: String?

    init(_ gate: Matching.Gate) {
        self.gate = gate.slug
        because =
            switch gate {
            case .notOptedIn, .outsideAudience, .conflictOfInterest, .notDeploying, .ownPortfolio, .excludedStartup,
                .countryNotIncluded(nil):
                nil
            case .countryExcluded(let country), .countryNotIncluded(let country?): country
            case .areaExcluded(let excluded, _): excluded
            case .stageNotJoined(let stage): stage
            }
    }
}

extension LiveIndexes {
    /// The startups that fit a mandate best, ranked as of now and described as the reader may know them.
    ///
    /// - Parameter filter: which startups to look at.
    func matches(
        of mandate: Mandate.ID, limit: Int, filter: Filter, in tenant: Tenant.ID, by reader: some Statements
    ) async throws -> MandateMatches {
        let index = try await index(of: tenant)
        var conflicts: Set<Startup.ID> = []
        if let investor = index.investor(of: mandate.key).map(Institution.ID.init) {
            conflicts = try await service(in: tenant).conflicts(of: [investor])[investor] ?? []
            if !conflicts.isEmpty { conflicts.subtract(try await reader.startupsTooNear()) }
        }
        let found = await index.matches(
            of: mandate.key, limit: limit, filter: filter, conflicts: Set(conflicts.map(\.key)))
        let cards = try await reader.startupCards(of: found.map { Startup.ID($0.startup) })
        let names = try await reader.names(in: found.map(\.explanation))
        // A startup that has gone, or that the reader may not know of, leaves its place to nobody.
        let items = found.enumerated().compactMap { place, item in
            cards[Startup.ID(item.startup)].map {
                MatchedStartup(
                    rank: place + 1, startup: $0, score: item.explanation.score,
                    parts: item.explanation.parts(names: names))
            }
        }
        return MandateMatches(
            mandate: mandate, engine: MatchRun.engine(index.model.version), offered: index.offered(to: mandate.key),
            items: items)
    }

    /// The mandates that a startup fits best, as of now.
    func matches(
        of startup: Startup.ID, limit: Int, in tenant: Tenant.ID, by reader: some Statements
    ) async throws -> StartupMatches {
        let index = try await index(of: tenant)
        var investors = try await service(in: tenant).investorsInConflict(with: startup)
        if !investors.isEmpty, try await reader.startupsTooNear().contains(startup) { investors = [] }
        let found = await index.mandateMatches(
            of: startup.key, limit: limit, conflicts: Set(investors.map(\.key)))
        let mandates = try await reader.mandates(found.map { Mandate.ID($0.mandate) })
        let names = try await reader.names(in: found.map(\.explanation))
        let items = found.enumerated().compactMap { place, item in
            mandates[Mandate.ID(item.mandate)].map {
                MatchedMandate(
                    rank: place + 1, mandate: $0, score: item.explanation.score,
                    parts: item.explanation.parts(names: names))
            }
        }
        return StartupMatches(startup: startup, engine: MatchRun.engine(index.model.version), items: items)
    }

    /// Reads what no one person may read together.
    private func service(in tenant: Tenant.ID) -> Reader { database.reader(as: .system(in: tenant)) }

    /// How a startup fits a mandate as of now; nil where the reader knows of no such startup.
    func fit(
        of startup: Startup.ID, to mandate: Mandate, in tenant: Tenant.ID, by reader: some Statements
    ) async throws -> Fit? {
        guard let card = try await reader.startupCards(of: [startup])[startup] else { return nil }
        let index = try await index(of: tenant)
        let engine = MatchRun.engine(index.model.version)
        func closed(_ gates: [ClosedGate]) -> Fit {
            Fit(mandate: mandate.id, startup: card, engine: engine, score: nil, parts: [], gates: gates)
        }
        // The index keeps the mandates that get lists.
        guard mandate.withdrawnAt == nil, mandate.terms.deploying else { return closed([ClosedGate(.notDeploying)]) }
        let isConflicted = try await reader.isConflicted(startup, with: mandate.investor)
        switch await index.verdict(mandate.id.key, startup.key, conflicts: isConflicted ? [startup.key] : []) {
        // Either has gone a moment ago.
        case nil: return nil
        case .gated(let gates): return closed(gates.map(ClosedGate.init))
        case .scored(let explanation):
            return Fit(
                mandate: mandate.id, startup: card, engine: engine, score: explanation.score,
                parts: explanation.parts(names: try await reader.names(in: [explanation])), gates: [])
        }
    }
}

// Apart from the thread that answers the request, which has other people's sockets to read: a million startups take their
// time. A request's tasks prefer that thread, also where a function says `@concurrent`.
extension Index {
    fileprivate func matches(
        of mandate: Key, limit: Int, filter: Filter, conflicts: Set<Key>
    ) async -> [Proposal.Item] {
        await withTaskExecutorPreference(globalConcurrentExecutor) {
            explain(mandate, rank(mandate, limit: limit, filter: filter, conflicts: conflicts).map(\.startup))
        }
    }

    fileprivate func mandateMatches(
        of startup: Key, limit: Int, conflicts: Set<Key>
    ) async -> [(mandate: Key, explanation: Explanation)] {
        await withTaskExecutorPreference(globalConcurrentExecutor) {
            mandates(for: startup, limit: limit, conflicts: conflicts).compactMap { ranked in
                guard case .scored(let explanation)? = explain(ranked.mandate, startup) else { return nil }
                return (ranked.mandate, explanation)
            }
        }
    }

    fileprivate func verdict(_ mandate: Key, _ startup: Key, conflicts: Set<Key>) async -> Verdict? {
        await withTaskExecutorPreference(globalConcurrentExecutor) { explain(mandate, startup, conflicts: conflicts) }
    }
}

extension MandateMatches: Described {
    package static var documentation: [String: String] {
        [
            "items":
                "Ranked as of now: what was committed before the request is in it, past investments from some minutes after."
        ]
    }
}

extension StartupMatches: Described {
    package static var documentation: [String: String] {
        [
            "items":
                "Ranked as of now: what was committed before the request is in it, past investments from some minutes after."
        ]
    }
}

extension Fit: Described {
    package static var documentation: [String: String] {
        [
            "score":
                "In thousandths of a point; the sum of the values of `parts`, exactly. Absent when a gate is closed.",
            "gates": "What keeps the startup from the mandate, whatever it would score; empty when nothing does.",
        ]
    }
}
