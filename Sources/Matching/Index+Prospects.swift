/// The lists on which a startup would be, and those on which it would not be any more, were something about it otherwise.
public struct Prospect: Hashable, Sendable {
    /// A mandate, and whose it is.
    public struct Place: Hashable, Sendable {
        /// The mandate.
        public let mandate: Key
        /// The investor, by the key that past deals use.
        public let investor: Key
    }

    /// Mandates that would propose it and do not as it is, in the order of their keys.
    public var gained: [Place] = []
    /// Mandates that propose it as it is and would not, in the order of their keys.
    public var lost: [Place] = []
}

extension Index {
    /// What would become of a startup's places among the best `length` of some mandates in other versions of itself.
    ///
    /// All others stay as they are. The lists are those that ``change(_:removing:)`` and ``rank(_:limit:filter:)`` would give,
    /// but for one thing: what investors answered is left out, who is kept off a list by an answer and what is learned from
    /// passes, so that no startup can find out from its prospects who passed it over.
    ///
    /// Takes the time of ranking every mandate for which one of the versions is worth something else than the startup is.
    /// - Parameters:
    ///   - startup: The startup as it is.
    ///   - versions: What it could be instead; they are taken to have its key.
    ///   - mandates: Which mandates to look at; of those that the world does not have nothing is said.
    ///   - length: How many startups a list holds; below 1 there are no places.
    /// - Returns: One for each version, in their order.
    /// - Throws: `CancellationError`, between two mandates.
    public func prospects(
        of startup: World.Startup, as versions: [World.Startup], among mandates: [Key], length: Int
    ) throws(CancellationError) -> [Prospect] {
        var prospects = versions.map { _ in Prospect() }
        guard length > 0 else { return prospects }
        let all = ([startup] + versions).map { version in
            let startup = Market.sound(version)
            let (sheet, own) = read(startup)
            return (startup: startup, sheet: sheet, words: own + lexicon.implied(sheet))
        }
        for key in Set(mandates).sorted() {
            guard !Task.isCancelled else { throw CancellationError() }
            guard var mandate = mandate(key) else { continue }
            (mandate.excludedStartups, mandate.passes) = ([], [])
            let (keeper, profile) = (GateKeeper(mandate, market, areas), profile(mandate))
            let scores = all.map { version in
                version.startup.isOptedIn && version.startup.audience.includes(mandate.investor)
                    && keeper.admits(startup.key, version.sheet)
                    ? score(profile, version.sheet, version.words) : nil
            }
            guard scores.contains(where: { $0 != scores[0] }) else { continue }
            // The last of those that would be on the list without it.
            let others = rank(mandate, limit: length + 1).filter { $0.startup != startup.key }.prefix(length)
            let last = others.count < length ? nil : others.last
            let isOn = scores.map { score in
                guard let score else { return false }
                return last.map { (-score, startup.key) < (-$0.score, $0.startup) } ?? true
            }
            let place = Prospect.Place(mandate: key, investor: mandate.investor)
            for version in versions.indices where isOn[version + 1] != isOn[0] {
                if isOn[0] { prospects[version].lost.append(place) } else { prospects[version].gained.append(place) }
            }
        }
        return prospects
    }
}
