extension Index {
    /// The parts of a pair's score: the very numbers that ranking adds up.
    func explanation(_ profile: Profile, _ startup: Int) -> Explanation {
        var pair = PairValues()
        fill(&pair, profile, startup)
        let isWarm = !market.backers[startup].isEmpty
        let scale = scale(of: startup)
        var parts: [Part] = []
        for (number, signal) in Signal.allCases.enumerated() {
            let value = part(number, pair, scale, profile)
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
        case .closestBacker, .likeBackers, .metBackers, .knownBackers, .followedBackers, .joinedBackers,
            .sharedPortfolio,
            .walk:
            companions(profile, startup)
        case .demand, .activity, .steadiness, .experience, .firstCheques, .start: []
        case .usualRound: habit(.roundKind, profile, nextRounds(startup))
        default: signal.field.map { habit($0, profile, answers($0, startup)) } ?? []
        }
    }

    private func habit(_ field: Field, _ profile: Profile, _ answers: [Int]) -> [Evidence] {
        let deals = profile.investor.map { market.entries[$0] } ?? []
        let sets = deals.map { market.rounds[market.deals[$0].round].facets }
        let total = sets.count { !$0.ranges[field.rawValue].isEmpty }
        return
            answers
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

    private func answers(_ field: Field, _ startup: Int) -> [Int] {
        market.range(startup, field).map { Int(market.answerIDs[$0]) }
    }

    /// The two rounds that mostly follow the startup's last one.
    private func nextRounds(_ startup: Int) -> [Int] {
        guard let previous = market.answer(startup, .previousStage) else { return [] }
        return habits.next[previous].sorted { (-$0.share, $0.id) < (-$1.share, $1.id) }.prefix(2).map { Int($0.id) }
    }

    /// The answers that a declaration is held to: for the round, what usually follows where nothing is asked.
    private func asked(_ field: Field, _ startup: Int) -> [Int] {
        let own = answers(field, startup)
        return own.isEmpty && field == .roundKind ? nextRounds(startup) : own
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
                let form = lexicon.forms[entry.word]
                return form.hasPrefix("@") ? String(form.dropFirst()) : form
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
