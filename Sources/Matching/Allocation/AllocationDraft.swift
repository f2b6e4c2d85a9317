/// Lists for one price of crowding.
struct AllocationDraft {
    /// The places of the chosen candidates among each mandate's, best first.
    let chosen: [[Int]]
    /// Without the promises that are not kept, which of many drafts only the last is asked for.
    let report: Allocation.Report
    private let network: AllocationNetwork
    private let circulation: Circulation

    init(
        _ market: AllocationMarket, _ rules: Allocation.Rules, crowding: Int, among startups: Int,
        near: AllocationDraft? = nil
    ) {
        network = AllocationNetwork(market, rules, crowding: crowding)
        circulation = network.network.cheapestCirculation(near: near?.circulation.prices ?? [])
        chosen = network.chosen(circulation)
        report = Allocation.Report(
            market, chosen, crowding: crowding, among: startups, gap: circulation.gap)
    }

    func unmet(_ rules: Allocation.Rules) -> [UnmetFloor] { network.unmet(circulation, rules) }

    func bar(mandate: Int) -> Int { circulation.prices[network.node(mandate: mandate)] - circulation.prices[0] }
    func price(startup: Int) -> Int { circulation.prices[0] - circulation.prices[network.node(startup: startup)] }
}

extension AllocationDraft {
    /// The lists of the lowest price that makes them even enough, or of the highest that is not too dear.
    static func even(
        _ market: AllocationMarket, _ rules: Allocation.Rules, gini: Int, loss: Int, among startups: Int
    ) -> AllocationDraft {
        func draft(_ crowding: Int) -> AllocationDraft {
            AllocationDraft(market, rules, crowding: crowding, among: startups)
        }
        func isEven(_ draft: AllocationDraft) -> Bool { draft.report.gini * 1000 <= Double(gini) }
        var uneven = draft(0)
        guard !isEven(uneven) else { return uneven }
        let least = Double(uneven.report.worth) * (1 - Double(loss) / 1000)
        var even: AllocationDraft?
        var (low, high) = (0, prices.count)
        var last = uneven
        while low < high {
            let middle = (low + high) / 2
            let next = AllocationDraft(market, rules, crowding: prices[middle], among: startups, near: last)
            last = next
            if Double(next.report.worth) < least {
                high = middle
            } else if isEven(next) {
                (even, high) = (next, middle)
            } else {
                (uneven, low) = (next, middle + 1)
            }
        }
        return even ?? uneven
    }

    /// Prices to try, each an eighth above the one before; the last is twice the weight of a place.
    private static let prices = Array(sequence(first: 20) { $0 < 2000 ? $0 * 9 / 8 : nil })
}

extension Allocation.Report {
    fileprivate init(
        _ market: AllocationMarket, _ chosen: [[Int]], crowding: Int, among startups: Int, gap: Int
    ) {
        var exposures = [Double](repeating: 0, count: market.startups.count)
        var counts = [Int](repeating: 0, count: market.startups.count)
        var (worth, plainWorth) = (0, 0)
        for (mandate, list) in zip(market.mandates, chosen) {
            for (place, candidate) in list.enumerated() {
                let startup = mandate.candidates[candidate].startup
                exposures[startup] += Exposure.share(rank: place + 1)
                counts[startup] += 1
            }
            worth += market.worth(list.lazy.map { mandate.candidates[$0] })
            plainWorth += market.worth(mandate.candidates.prefix(mandate.length))
        }
        self.worth = worth
        self.plainWorth = plainWorth
        places = market.mandates.reduce(0) { $0 + $1.length }
        filled = counts.reduce(0, +)
        covered = counts.count { $0 > 0 }
        candidates = max(market.startups.count, startups)
        gini = Exposure.gini(exposures, among: startups)
        mostLists = counts.max() ?? 0
        self.crowding = crowding
        unmet = []
        self.gap = gap
    }
}
