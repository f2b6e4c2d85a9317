extension Index {
    /// The parts of a pair's score: the very numbers that ranking adds up.
    func explanation(_ profile: Profile, _ startup: Int) -> Explanation {
        var values = [Double](repeating: 0, count: Signal.allCases.count)
        fill(&values, profile, startup)
        let isWarm = !market.backers[startup].isEmpty
        let weights = model.weights(isWarm: isWarm)
        var parts: [Part] = []
        for (number, signal) in Signal.allCases.enumerated() {
            let value = Arithmetic.thousandths(weights[number] * values[number])
            guard value != 0 else { continue }
            parts.append(Part(signal: signal, value: value, evidence: evidence(signal, profile, startup)))
        }
        let order = parts.enumerated().sorted {
            ($1.element.value.magnitude, $0.offset) < ($0.element.value.magnitude, $1.offset)
        }
        return Explanation(isWarm: isWarm, parts: order.map(\.element))
    }

    private func evidence(_ signal: Signal, _ profile: Profile, _ startup: Int) -> [Evidence] {
        switch signal {
        case .declaredArea: declared(.area, profile, startup)
        case .declaredCountry: declared(.country, profile, startup)
        case .declaredRegion: declared(.region, profile, startup)
        case .declaredStage: declared(.roundKind, profile, startup)
        case .declaredSize: declared(.roundSize, profile, startup)
        case .text: words(profile, startup)
        case .closestBacker, .knownBackers, .followedBackers, .sharedPortfolio, .walk: companions(profile, startup)
        case .usualRound: habit(.roundKind, profile, startup)
        default: signal.field.map { habit($0, profile, startup) } ?? []
        }
    }

    private func habit(_ field: Field, _ profile: Profile, _ startup: Int) -> [Evidence] {
        let deals = profile.investor.map { market.portfolio[$0] } ?? []
        let sets = deals.map { market.rounds[market.deals[$0].round].facets }
        let total = sets.count { !$0.ranges[field.rawValue].isEmpty }
        return asked(field, startup)
            .filter { profile.lifts[$0] != 0 }
            .sorted { (-profile.lifts[$0].magnitude, $0) < (-profile.lifts[$1].magnitude, $1) }
            .prefix(3)
            .map { id in
                let count = sets.count { set in
                    set.ranges[field.rawValue].contains { Int(set.ids[$0]) == id }
                }
                // What the investor never did and yet speaks for the startup is what its company does.
                guard count > 0 || (total > 0 && profile.lifts[id] < 0) else { return .habitOfCompany(fact(id)) }
                let usual = market.shares[id] * Double(total)
                let times = usual > 0 ? min(Double(count) / usual, 1e6) : 0
                return .habit(
                    of: fact(id), deals: count, total: total, timesMarket: Int((times * 100).rounded()))
            }
    }

    /// The answers that a question is decided by: for the round, what usually follows where nothing is asked.
    private func asked(_ field: Field, _ startup: Int) -> [Int] {
        let own = market.range(startup, field).map { Int(market.answerIDs[$0]) }
        guard own.isEmpty, field == .roundKind, let previous = market.answer(startup, .previousStage) else {
            return own
        }
        return habits.next[previous].sorted { (-$0.share, $0.id) < (-$1.share, $1.id) }.prefix(2).map { Int($0.id) }
    }

    private func declared(_ field: Field, _ profile: Profile, _ startup: Int) -> [Evidence] {
        let mandate = market.mandates[profile.mandate]
        return asked(field, startup).filter { profile.declared[$0] > 0 }.prefix(3).map { id in
            let name = market.facets.names[id]
            let wish = field == .area ? bestWish(mandate, for: name) : name
            return .declared(wish: wish, fact(id))
        }
    }

    private func bestWish(_ mandate: World.Mandate, for area: String) -> String {
        func worth(_ wish: World.Weighted) -> Double { wish.weight * areas.likeness(focus: wish.name, startup: area) }
        var best: World.Weighted?
        for wish in mandate.areas where worth(wish) > (best.map(worth) ?? 0) { best = wish }
        return best?.name ?? area
    }

    private func words(_ profile: Profile, _ startup: Int) -> [Evidence] {
        let telling = lexicon.profiles[startup]
            .map { (word: Int($0.word), worth: $0.weight * profile.words[Int($0.word)]) }
            .filter { $0.worth > 0 }
            .sorted { (-$0.worth, $0.word) < (-$1.worth, $1.word) }
            .prefix(5)
            .map { entry in
                let word = lexicon.words[entry.word]
                return word.hasPrefix("#") || word.hasPrefix("@") ? String(word.dropFirst()) : word
            }
        return telling.isEmpty ? [] : [.words(Array(telling))]
    }

    private func companions(_ profile: Profile, _ startup: Int) -> [Evidence] {
        guard let own = profile.investor, !profile.company.likeness.isEmpty else { return [] }
        let mine = Set(market.holdings[own].map(\.startup))
        let known = market.backers[startup]
            .filter { profile.company.likeness[$0.investor] > 0 }
            .map { backer in
                Evidence.Companion(
                    investor: market.investors[backer.investor],
                    shared: market.holdings[backer.investor].count { mine.contains($0.startup) })
            }
            .sorted { (-$0.shared, $0.investor) < (-$1.shared, $1.investor) }
        return known.isEmpty ? [] : [.companions(Array(known.prefix(5)))]
    }

    private func fact(_ id: Int) -> Evidence.Fact {
        let field = market.facets.fields[id]
        return Evidence.Fact(
            question: "\(field)",
            answers: market.facets.names[id].split(separator: "\u{1F}").map(String.init))
    }
}

extension AreaTable {
    func likeness(focus: String, startup: String) -> Double {
        if focus == startup { return 1 }
        guard let first = number(focus), let second = number(startup) else { return 0 }
        return likeness(focus: first, startup: second)
    }
}
