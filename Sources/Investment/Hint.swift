internal import API
package import Institutions
internal import Matching
package import Vocabulary

/// Something a startup could put otherwise, and what it would come to: a counterfactual that was tried out, not guessed.
///
/// Only what a startup decides is varied (whether it is shown, what it asks for, the round it raises), and only within
/// reach: a different company would fit different investors, which is no advice.
package struct Hint: Codable, Sendable, Equatable {
    /// What to do.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// Agree to be shown to investors.
        case agree
        /// Ask for a smaller amount.
        case askLess = "ask_less"
        /// Ask for a larger amount.
        case askMore = "ask_more"
        /// Raise another round.
        case seek
    }

    /// What to do.
    package let kind: Kind
    /// The amount to ask for; nil where it stays.
    package let ask: Money?
    /// The round to raise; nil where it stays.
    package let seeking: FundingStage?
    /// On how many more mandates' lists the startup would be.
    package let gained: Int
    /// On how many it would not be any more.
    package let lost: Int

    /// As many investors have to be won before a hint is given. One alone could be told from its effect.
    package static let fewest = 2
}

/// What a startup could put otherwise to be among the best for more mandates, as things stand.
package struct Hints: Codable, Sendable {
    /// The startup.
    package let startup: Startup.ID
    /// The engine's version and that of the model it ranks by.
    package let engine: String
    /// How many startups a list is taken to hold.
    package let length: Int
    /// What helps most first; one hint of a kind at most.
    package let items: [Hint]
}

extension Hint {
    /// A version of the startup.
    struct Version: Hashable {
        let kind: Kind
        var ask: Money?
        var seeking: FundingStage?

        /// The startup as it would be.
        func of(_ startup: World.Startup) -> World.Startup {
            var startup = startup
            if kind == .agree { startup.isOptedIn = true }
            if let ask { startup.askedAmount = ReferenceRates.dollars(ask) }
            if let seeking { startup.askedStage = seeking.rawValue }
            return startup
        }
    }

    /// What a startup may think about. Whoever is not shown thinks about that first: nothing else would change anything.
    static func versions(of profile: StartupProfile, isShown: Bool) -> [Version] {
        guard isShown else { return [Version(kind: .agree)] }
        let amounts = profile.ask.map { ask in
            roundAmounts(around: ask).map { Version(kind: $0.minor < ask.minor ? .askLess : .askMore, ask: $0) }
        }
        return (amounts ?? []) + rounds(beside: profile.seeking).map { Version(kind: .seek, seeking: $0) }
    }

    /// Amounts of two figures that count, from half to twice another, without itself. Nothing above a quarter of what 64 bits
    /// hold.
    static func roundAmounts(around ask: Money) -> [Money] {
        guard ask.minor > 0, ask.minor <= .max / 4 else { return [] }
        var amounts: [Money] = []
        var amount = 0
        var next = (ask.minor + 1) / 2
        while next <= 2 * ask.minor {
            var step = 1
            while next / step >= 100 { step *= 10 }
            amount = (next + step - 1) / step * step
            if amount != ask.minor, amount <= 2 * ask.minor {
                amounts.append(Money(minor: amount, currency: ask.currency))
            }
            next = amount + 1
        }
        return amounts
    }

    /// The rounds one rung below and one above; every one that investors join by rungs where none is named.
    private static func rounds(beside stage: FundingStage?) -> [FundingStage] {
        let ladder: [FundingStage] = [.preSeed, .angel, .seed, .seriesA, .seriesB, .seriesCPlus]
        guard let stage else { return ladder }
        guard let place = ladder.firstIndex(of: stage) else { return [] }
        return [place - 1, place + 1].filter(ladder.indices.contains).map { ladder[$0] }
    }

    /// The best version of each kind that wins more lists than it loses, the most helpful first. Of equal ones the least
    /// change, which for amounts is the nearest.
    static func best(of versions: [Version], _ prospects: [Prospect], from ask: Money?) -> [Hint] {
        var best: [Kind: (order: (Int, Int, Int), hint: Hint)] = [:]
        for (version, prospect) in zip(versions, prospects) {
            let (gained, lost) = (prospect.gained.count, prospect.lost.count)
            guard gained > lost, Set(prospect.gained.map(\.investor)).count >= fewest else { continue }
            let distance = version.ask.map { abs($0.minor - (ask?.minor ?? 0)) } ?? 0
            let order = (lost - gained, lost, distance)
            if let known = best[version.kind], known.order <= order { continue }
            best[version.kind] = (
                order,
                Hint(kind: version.kind, ask: version.ask, seeking: version.seeking, gained: gained, lost: lost)
            )
        }
        return Kind.allCases.compactMap { best[$0]?.hint }.sorted { $0.gained - $0.lost > $1.gained - $1.lost }
    }
}

extension Hint: Described {
    package static var documentation: [String: String] {
        [
            "gained":
                "Counted by scoring the startup anew as the hint would have it; answers of investors are left out.",
            "lost": "Lists it would not be on any more, of which `gained` is not yet diminished.",
        ]
    }
}
