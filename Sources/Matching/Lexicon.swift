/// The words of all profiles and how much each says about the one it stands in.
struct Lexicon: Sendable {
    /// A word of a startup's profile and its weight there (BM25 without the asking side).
    struct Entry: Sendable {
        let word: Int32
        let weight: Double
    }

    let words: [String]
    /// How each word is written where it is shown.
    let forms: [String]
    /// For each startup its words, by number.
    let profiles: [[Entry]]
    private let numbers: [String: Int32]

    init(_ startups: [World.Startup]) {
        // The first form in the alphabet stands for its stem where words are shown.
        var forms: [String: String] = [:]
        let counted = startups.map { startup in
            Self.words(of: startup).reduce(into: [String: Int]()) { counts, word in
                let stem = Tokens.stem(word)
                counts[stem, default: 0] += 1
                if let form = forms[stem], !Market.bytewise(word, form) { return }
                forms[stem] = word
            }
        }
        var documents: [String: Int] = [:]
        for profile in counted { for word in profile.keys { documents[word, default: 0] += 1 } }
        words = documents.keys.sorted(by: Market.bytewise)
        let numbers = Dictionary(uniqueKeysWithValues: words.enumerated().map { ($0.element, Int32($0.offset)) })
        let lengths = counted.map { $0.values.reduce(0, +) }
        let mean = max(1, Double(lengths.reduce(0, +)) / Double(max(1, lengths.count)))
        let all = Double(startups.count)
        profiles = zip(counted, lengths).map { profile, length in
            profile.compactMap { word, count in
                guard let number = numbers[word] else { return nil }
                let rarity = Arithmetic.log(
                    1 + (all - Double(documents[word] ?? 0) + 0.5) / (Double(documents[word] ?? 0) + 0.5))
                let frequency = Double(count) * 2.2 / (Double(count) + 1.2 * (0.25 + 0.75 * Double(length) / mean))
                return Entry(word: number, weight: rarity * frequency)
            }.sorted { $0.word < $1.word }
        }
        self.numbers = numbers
        self.forms = words.map { forms[$0] ?? $0 }
    }

    /// The number of a word, whatever its ending.
    func number(_ word: String) -> Int32? { numbers[Tokens.stem(word)] }

    /// What a profile says: names of places whole, everything else word by word. What stands in a description and what is
    /// an area or a tag are the same word, since one startup writes what another ticks.
    static func words(of startup: World.Startup) -> [String] {
        var words = Tokens.words(startup.text)
        words += startup.areas.filter { $0.weight > 0 }.flatMap { Tokens.words($0.name) }
        words += startup.tags.flatMap(Tokens.words)
        for place in [startup.region, startup.state, startup.city] {
            if let place { words.append("@" + place.lowercased()) }
        }
        return words
    }
}
