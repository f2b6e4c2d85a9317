extension World.Pass.Ground {
    /// The questions whose answers did not fit. None of them tells of people, and none joins two: which of two did not fit,
    /// nobody said.
    fileprivate var fields: [Field] {
        switch self {
        case .area: [.area]
        case .place: [.country, .region, .state, .city]
        case .stage: [.previousStage, .earlierRounds, .age, .roundKind]
        case .size: [.roundSize]
        }
    }
}

extension Profile {
    /// An answer that the investor has passed over.
    struct Passed: Sendable {
        /// The deals that did not come of it.
        var deals = 0.0
        /// The startups.
        var startups = 0
    }
}

extension Index {
    /// What an investor has passed over, by answer.
    ///
    /// A habit is how many deals gave an answer against how many were to be expected, see ``Profile``. Where a startup was
    /// shown and turned down for an answer, a deal could have been expected and did not come: it counts as one more of these,
    /// aging as deals do. So no count gets negative, the first pass tells most, and the more is known of an investor the less
    /// one pass moves. As examples to learn weights from they would teach next to nothing: a model gives a shown pair some
    /// hundredths.
    func passed(_ passes: [World.Pass]) -> [Answer: Profile.Passed] {
        var passed: [Answer: Profile.Passed] = [:]
        var sheet = Sheet()
        for pass in passes where pass.day <= market.today {
            guard let found = find(pass.startup) else { continue }
            layers[found.layer].segment.read(found.row, into: &sheet)
            for field in pass.ground.fields {
                for (answer, share) in sheet.answers(field) {
                    passed[answer, default: Profile.Passed()].deals += share * market.decay(pass.day)
                    passed[answer, default: Profile.Passed()].startups += 1
                }
            }
        }
        return passed
    }
}
