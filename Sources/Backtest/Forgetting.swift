public import Matching

extension HistoryFolder {
    /// The history as it stands when of each investor to be served only its latest investments are known.
    ///
    /// The older ones are not struck out but stand under a name that nobody connects with the investor: who backs a
    /// startup, and what is usual in the market, stays as it is, and what changes is what is known of the one who is
    /// served. What it has funded is still not proposed to it.
    ///
    /// - Parameter count: how many startups it is known to have joined: the last ones, each with all it gave them; 0 makes
    ///   it an investor without a past.
    public func world(knowing count: Int) -> World {
        let served = Set(world.mandates.map(\.investor))
        var firsts: [Key: [Key: Int]] = [:]
        for deal in world.deals where served.contains(deal.investor) {
            firsts[deal.investor, default: [:]][deal.startup] = min(
                deal.day, firsts[deal.investor]?[deal.startup] ?? deal.day)
        }
        let forgotten = firsts.mapValues { days in
            Set(days.sorted { ($1.value, $1.key) < ($0.value, $0.key) }.dropFirst(max(0, count)).map(\.key))
        }
        var known = world
        for index in known.deals.indices {
            let deal = known.deals[index]
            if forgotten[deal.investor]?.contains(deal.startup) == true {
                known.deals[index].investor = Self.namesake(of: deal.investor)
            }
        }
        for index in known.mandates.indices {
            known.mandates[index].excludedStartups.formUnion(forgotten[known.mandates[index].investor] ?? [])
        }
        return known
    }
}
