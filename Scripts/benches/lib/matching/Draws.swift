import Matching

/// Startups, investors and deals drawn from a seed, as many as are asked for: the peers' facts with their skew, and on top
/// of them words, places, rounds and backers, so that every signal has something to look at.
struct Draws {
    static let today = 20_000
    static let stages = ["pre-seed", "seed", "series-a", "series-b", "series-c+", "private-equity"]

    /// Facts that the peers look at too.
    struct Facts {
        var areas: [Int]
        var stage: Int
        var country: Int
        var ask: Int
    }

    private let seed: UInt64

    init(seed: UInt64) { self.seed = seed }

    /// A number from 0 up to 1 for a startup or an investor and a question.
    func draw(_ number: Int, _ question: Int) -> Double {
        var mixed = seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(question) &* 0xD1B5_4A32_D192_ED03
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
    }

    func pick(_ number: Int, _ question: Int, of count: Int, skew: Int = 1) -> Int {
        var share = 1.0
        for _ in 0..<skew { share *= draw(number, question) }
        return min(Int(share * Double(count)), count - 1)
    }

    func facts(_ number: Int) -> Facts {
        Facts(
            areas: (0..<3).map { place in
                let share = draw(number, place)
                return min(Int(share * share * 148), 147)
            }, stage: pick(number, 4, of: 6), country: pick3(number), ask: Int(exponential(draw(number, 6))))
    }

    private func pick3(_ number: Int) -> Int {
        let share = draw(number, 5)
        return min(Int(share * share * share * 60), 59)
    }

    /// From 8,103 to 24 million, every power as often as the other.
    private func exponential(_ share: Double) -> Double {
        var (value, power) = (8103.083927575384, share * 8)
        while power >= 1 {
            value *= 2.718281828459045
            power -= 1
        }
        var (sum, step) = (1.0, 12.0)
        while step > 0 {
            sum = 1 + sum * power / step
            step -= 1
        }
        return value * sum
    }

    static func key(_ kind: UInt64, _ number: Int) -> Key { Key(high: kind, low: UInt64(number)) }

    private static let syllables = [
        "ar", "be", "co", "du", "el", "fi", "go", "ha", "in", "jo", "ka", "lu", "mi", "no", "or", "pa", "qui", "ro",
        "su", "ta", "un", "vi", "wo", "xe", "yo", "zu", "lan", "mer", "tor", "vex", "sol", "bri",
    ]

    /// A made-up word of a vocabulary, the first the most common by far.
    static func word(_ number: Int) -> String {
        var (word, rest) = (syllables[number % 32], number / 32)
        while rest > 0 {
            word += syllables[rest % 32]
            rest /= 32
        }
        return word.count < 4 ? word + "ly" : word
    }

    /// A startup of these facts, with a name, a line about it, places, a past and an age.
    func startup(_ number: Int, _ facts: Facts, funded: Bool) -> World.Startup {
        var startup = World.Startup(Self.key(0, number))
        startup.areas = facts.areas.map { World.Weighted("f\($0)") }
        startup.tags = pick(number, 7, of: 3) == 0 ? ["tag\(pick(number, 8, of: 2000, skew: 2))"] : []
        // Names are mostly their own; what is said about them is mostly not.
        var text = Self.word(1000 + pick(number, 9, of: 200_000)) + " " + Self.word(pick(number, 10, of: 4000, skew: 2))
        for place in 0..<7 { text += " " + Self.word(pick(number, 20 + place, of: 30_000, skew: 4)) }
        startup.text = text
        startup.country = "c\(facts.country)"
        // Places lie in one another: towns in states, states in regions, regions in countries.
        let state = pick(number, 12, of: 12, skew: 2)
        startup.region = "r\(facts.country * 4 + state % 4)"
        startup.state = "s\(facts.country * 12 + state)"
        startup.city = "t\((facts.country * 12 + state) * 8 + pick(number, 13, of: 8, skew: 2))"
        startup.founded = draw(number, 14) < 0.9 ? Self.today - pick(number, 15, of: 4000, skew: 2) : nil
        startup.askedStage = Self.stages[facts.stage]
        startup.askedAmount = facts.ask
        if facts.stage == 0 && !funded {
            startup.lastRound = .none
        } else {
            startup.lastRound = .round(
                kind: Self.stages[max(0, facts.stage - 1)], day: Self.today - pick(number, 16, of: 1500),
                amount: facts.ask / 3)
        }
        return startup
    }

    /// Deals of investors with a past, each after what it likes; `number` startups to choose from.
    func deals(_ number: Int, investors: Int, each: Int, facts: (Int) -> Facts) -> [World.Deal] {
        var deals: [World.Deal] = []
        for investor in 0..<investors {
            let liked = (0..<3).map { pick(investor, 100 + $0, of: 148, skew: 2) }
            let home = pick(investor, 104, of: 60, skew: 3)
            let stage = pick(investor, 105, of: 6)
            for deal in 0..<each {
                var best = (worth: -1.0, startup: 0)
                // A seventh of the startups is ever funded.
                for attempt in 0..<40 {
                    let startup = pick(investor * each + deal, 200 + attempt, of: max(1, number / 7)) * 7 % number
                    let facts = facts(startup)
                    let worth =
                        Double(facts.areas.count { liked.contains($0) }) + (facts.country == home ? 1 : 0)
                        + (facts.stage == stage ? 0.5 : 0) + draw(investor * each + deal, 300 + attempt)
                    if worth > best.worth { best = (worth, startup) }
                }
                deals.append(
                    World.Deal(
                        investor: Self.key(3, investor), startup: Self.key(0, best.startup),
                        day: Self.today - 30 - pick(investor * each + deal, 106, of: 2500),
                        kind: Self.stages[max(0, facts(best.startup).stage - 1)],
                        amount: facts(best.startup).ask / 3))
            }
        }
        return deals
    }
}
