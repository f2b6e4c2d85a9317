extension Index {
    /// The parts of a pair's score: the very numbers that ranking adds up.
    ///
    /// - Parameter words: the startup's words that the mandate asks for.
    func explanation(
        _ profile: Profile, _ sheet: Sheet, words: [(word: Code, strength: Int32)]
    ) -> Explanation {
        var pair = PairValues()
        fillSame(&pair, profile, isWarm: sheet.isWarm)
        fill(&pair, profile, sheet, words: words.reduce(0) { $0 &+ $1.strength })
        let scale = scale(isWarm: sheet.isWarm)
        var parts: [Part] = []
        for (number, signal) in Signal.allCases.enumerated() {
            let value = part(number, pair, scale, profile)
            guard value != 0 else { continue }
            let evidence = signal == .text ? self.words(words) : evidence(signal, profile, sheet)
            parts.append(Part(signal: signal, value: value, evidence: evidence))
        }
        let order = parts.enumerated().sorted {
            ($1.element.value.magnitude, $0.offset) < ($0.element.value.magnitude, $1.offset)
        }
        return Explanation(isWarm: sheet.isWarm, parts: order.map(\.element))
    }

    private func evidence(_ signal: Signal, _ profile: Profile, _ sheet: Sheet) -> [Evidence] {
        switch signal {
        case .declaredArea: declared(.area, profile, sheet)
        case .declaredCountry: declared(.country, profile, sheet)
        case .declaredRegion: declared(.region, profile, sheet)
        case .declaredStage: declared(.roundKind, profile, sheet)
        case .declaredSize: declared(.roundSize, profile, sheet)
        case .closestBacker, .likeBackers, .metBackers, .knownBackers, .followedBackers, .joinedBackers,
            .sharedPortfolio, .walk:
            companions(profile, sheet)
        case .text, .demand, .activity, .steadiness, .experience, .firstCheques, .start: []
        case .usualRound: habit(.roundKind, profile, nextRounds(sheet))
        default: signal.field.map { habit($0, profile, sheet.answers($0).map(\.answer)) } ?? []
        }
    }

    private func habit(_ field: Field, _ profile: Profile, _ answers: [Answer]) -> [Evidence] {
        let deals = profile.investor.map { market.entries[$0] } ?? []
        let sets = deals.map { market.rounds[market.deals[$0].round].answers }
        let total = sets.count { !$0.ranges[field.rawValue].isEmpty }
        let telling = answers.map { (answer: $0, lift: profile.lifts.value($0), names: market.codebook.names($0)) }
            .filter { $0.lift != 0 }
            .sorted { left, right in
                if left.lift.magnitude != right.lift.magnitude { return left.lift.magnitude > right.lift.magnitude }
                return left.names.lexicographicallyPrecedes(right.names)
            }
        return telling.prefix(3).flatMap { answer, lift, _ in
            let passes = profile.passed[answer].map { [Evidence.passed(fact(answer), startups: $0.startups)] } ?? []
            let number = market.answers.number(answer)
            let count = number.map { number in sets.count { $0.has(number, field) } } ?? 0
            // What the investor never did and yet speaks for the startup is what its company does.
            guard count > 0 || (total > 0 && lift < 0) else { return [.habitOfCompany(fact(answer))] + passes }
            let usual = number.map { market.shares[$0] * Double(total) } ?? 0
            let times = usual > 0 ? min(Double(count) / usual, 1e6) : 0
            return [
                .habit(of: fact(answer), deals: count, total: total, timesMarket: Int((times * 100).rounded()))
            ] + passes
        }
    }

    /// The two rounds that mostly follow the startup's last one.
    private func nextRounds(_ sheet: Sheet) -> [Answer] {
        guard let previous = sheet.code(.previousStage) else { return [] }
        return habits.next(previous).enumerated().sorted {
            ($1.element.share, $0.offset) < ($0.element.share, $1.offset)
        }.prefix(2).map { Answer(.roundKind, $0.element.kind) }
    }

    private func declared(_ field: Field, _ profile: Profile, _ sheet: Sheet) -> [Evidence] {
        var answers = sheet.answers(field).map(\.answer)
        // The round is held to what usually follows where nothing is asked.
        if answers.isEmpty, field == .roundKind { answers = nextRounds(sheet) }
        return answers.filter { profile.declared(field, $0.code) > 0 }.prefix(3).map { answer in
            let name = market.codebook.names(answer)[0]
            let wish = field == .area ? bestWish(profile.mandate, for: name) : name
            return .declared(wish: wish, fact(answer))
        }
    }

    private func bestWish(_ mandate: World.Mandate, for area: String) -> String {
        func worth(_ wish: World.Weighted) -> Double {
            wish.weight * areas.likeness(focus: wish.name, startup: area)
        }
        var best: World.Weighted?
        for wish in mandate.areas where worth(wish) > (best.map(worth) ?? 0) { best = wish }
        return best?.name ?? area
    }

    private func words(_ matched: [(word: Code, strength: Int32)]) -> [Evidence] {
        let telling = matched.filter { $0.strength > 0 }
            .sorted { (-$0.strength, $0.word) < (-$1.strength, $1.word) }
            .prefix(5)
            .map { entry in
                let form = lexicon.shown(Int(entry.word))
                return form.hasPrefix("@") ? String(form.dropFirst()) : form
            }
        return telling.isEmpty ? [] : [.words(Array(telling))]
    }

    private func companions(_ profile: Profile, _ sheet: Sheet) -> [Evidence] {
        guard let own = profile.investor else { return [] }
        let mine = Set(market.holdings[own].map(\.startup))
        let known = sheet.backers
            .filter { (profile.company($0)?.likeness ?? 0) > 0 }
            .map { backer in
                Evidence.Companion(
                    investor: market.investors[backer],
                    shared: market.holdings[backer].count { mine.contains($0.startup) })
            }
            .sorted { (-$0.shared, $0.investor) < (-$1.shared, $1.investor) }
        return known.isEmpty ? [] : [.companions(Array(known.prefix(5)))]
    }

    private func fact(_ answer: Answer) -> Evidence.Fact {
        Evidence.Fact(question: "\(answer.field)", answers: market.codebook.names(answer))
    }
}

extension AreaTable {
    func likeness(focus: String, startup: String) -> Double {
        if focus == startup { return 1 }
        guard let first = number(focus), let second = number(startup) else { return 0 }
        return likeness(focus: first, startup: second)
    }
}
