public import Matching

extension HistoryFolder {
    /// The history as it stands when of an investor to be served only its latest investments are known.
    ///
    /// Investors have a past together, so that not all can forget at once without the market forgetting too: each world
    /// serves one in sixteen, who forget, while the others stay as they are. What is forgotten is not struck out but stands
    /// under a name that nobody connects with the investor: who backs a startup, and what is usual, stays as it is. What
    /// an investor has funded is still not proposed to it.
    ///
    /// - Parameter count: how many startups an investor is known to have joined: the last ones, each with all it gave them;
    ///   0 makes it an investor without a past.
    public func worlds(knowing count: Int) -> [World] {
        let parts = 16
        let mandates = world.mandates.sorted { $0.investor < $1.investor }
        return (0..<max(1, min(parts, mandates.count))).map { part in
            world(knowing: count, of: stride(from: part, to: mandates.count, by: parts).map { mandates[$0] })
        }
    }

    private func world(knowing count: Int, of mandates: [World.Mandate]) -> World {
        let served = Set(mandates.map(\.investor))
        var firsts: [Key: [Key: Int]] = [:]
        for deal in world.deals where served.contains(deal.investor) {
            firsts[deal.investor, default: [:]][deal.startup] = min(
                deal.day, firsts[deal.investor]?[deal.startup] ?? deal.day)
        }
        let forgotten = firsts.mapValues { days in
            Set(days.sorted { ($1.value, $1.key) < ($0.value, $0.key) }.dropFirst(max(0, count)).map(\.key))
        }
        var known = world
        known.mandates = mandates
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
