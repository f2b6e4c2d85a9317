/// A mandate on a startup's list.
public struct RankedMandate: Hashable, Sendable {
    /// The mandate.
    public let mandate: Key
    /// Thousandths of a point: the very score that the startup has on the mandate's list.
    public let score: Int
}

extension Index {
    /// The mandates that a startup fits best, best first; equal scores in the order of their keys. Empty for a startup that
    /// nobody may see, or that the world does not have.
    ///
    /// Every mandate whose gates it passes is scored: takes time by the mandates, some tenth of a millisecond for each that
    /// has a past.
    ///
    /// - Parameter conflicts: investors that have a conflict of interest with the startup.
    public func mandates(for startup: Key, limit: Int, conflicts: Set<Key> = []) -> [RankedMandate] {
        guard limit > 0, let found = find(startup), layers[found.layer].segment.kind != .closed else { return [] }
        let segment = layers[found.layer].segment
        var sheet = Sheet()
        segment.read(found.row, into: &sheet)
        var own: [Code] = []
        segment.words.forEach { word, row in if row == found.row { own.append(word) } }
        let words = own + lexicon.implied(sheet)
        var best = Shortlist(limit: limit)
        for key in mandates {
            guard let mandate = mandate(key), wants(startup, mandate.investor), !conflicts.contains(mandate.investor),
                GateKeeper(mandate, market, areas).admits(startup, sheet)
            else { continue }
            best.offer(key, score(profile(mandate), sheet, words))
        }
        return best.sorted.map { RankedMandate(mandate: $0.startup, score: $0.score) }
    }

    /// The score of a startup by its sheet and all its words.
    func score(_ profile: Profile, _ sheet: Sheet, _ words: [Code]) -> Int {
        var pair = PairValues()
        fillSame(&pair, profile, isWarm: sheet.isWarm)
        fill(&pair, profile, sheet, words: words.reduce(0) { $0 &+ profile.strength($1) })
        let scale = scale(isWarm: sheet.isWarm)
        return pair.value.indices.reduce(0) { $0 + part($1, pair, scale, profile) }
    }
}
