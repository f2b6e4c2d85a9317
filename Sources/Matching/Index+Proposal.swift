/// A mandate's list with its reasons, and what became of everybody else.
public struct Proposal: Hashable, Sendable {
    /// The mandate.
    public let mandate: Key
    /// The startups, best first; equal scores in the order of their keys.
    public let items: [Item]
    /// How many startups want to be proposed to the investor.
    public let considered: Int
    /// How many of them each gate kept out, by its slug; a startup counts at the first gate that is closed to it.
    public let gatedOut: [String: Int]

    /// A startup on the list.
    public struct Item: Hashable, Sendable {
        /// The startup.
        public let startup: Key
        /// Its score and the parts it is the sum of.
        public let explanation: Explanation
    }
}

extension Index {
    /// The best `limit` startups for a mandate with the reasons for each; `nil` for a mandate the world does not have.
    ///
    /// The same list as ``rank(_:limit:)`` gives, with the same scores.
    public func propose(_ mandate: Key, limit: Int) -> Proposal? {
        propose(mandate, rank(mandate, limit: limit).map(\.startup))
    }

    /// These startups for a mandate, in this order, with the reasons for each; `nil` for a mandate the world does not
    /// have. What may not be proposed to it is left out.
    public func propose(_ mandate: Key, _ startups: [Key]) -> Proposal? {
        guard let facts = self.mandate(mandate) else { return nil }
        let tally = tally(facts)
        return Proposal(
            mandate: mandate, items: explain(facts, startups), considered: tally.considered, gatedOut: tally.gatedOut)
    }

    /// The reasons for each of some startups, in their order; what may not be proposed to the mandate is left out.
    public func explain(_ mandate: Key, _ startups: [Key]) -> [Proposal.Item] {
        self.mandate(mandate).map { explain($0, startups) } ?? []
    }

    private func explain(_ mandate: World.Mandate, _ startups: [Key]) -> [Proposal.Item] {
        let keeper = GateKeeper(mandate, market, areas, keepingAway: keepingAway(from: mandate.investor))
        let profile = profile(mandate)
        var sheet = Sheet()
        var items: [Key: Proposal.Item] = [:]
        for layer in offeredLayers {
            let segment = layer.segment
            let rows = startups.compactMap(layer.row)
            for (row, words) in zip(rows, matched(profile, segment, rows)) {
                segment.read(row, into: &sheet)
                guard keeper.admits(segment.keys[row], sheet) else { continue }
                items[segment.keys[row]] = Proposal.Item(
                    startup: segment.keys[row], explanation: explanation(profile, sheet, words: words))
            }
        }
        return startups.compactMap { items[$0] }
    }
}
