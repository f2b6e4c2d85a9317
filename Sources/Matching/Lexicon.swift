/// The words that at least two profiles share, numbered from the most common to the rarest, and how much each says.
///
/// A word that a single profile has can tell nothing of any other, and is not kept.
struct Lexicon: Sendable {
    /// How each word is written where it is shown: the first of its forms in the alphabet.
    private let forms: WordTable
    /// The number behind each stem.
    private let stems: WordTable
    /// The share of profiles that have each word, by number, as if one more had it by half.
    let share: [Double]
    /// How rare each word is: the inverse document frequency of BM25, by number.
    let rarity: [Double]
    /// What a matched word is worth by the number of words in the profile: a long profile matches by chance.
    private let worth: [Double]
    /// By field, then by code, the words that an answer says by itself: those of areas, and the names of places.
    private let implied: [Code]
    /// Where the words of each answer start, and where the last end; and where the answers of each field stand among them.
    private let impliedStarts: [UInt32]
    private let impliedAnswers: [Range<Int>]
    /// By field, the codes of the answers that say a word.
    private let saying: [Postings]

    /// The most words of a profile that count; they are the first.
    static let longest = 255

    /// - Parameters:
    ///   - shared: stems and shown forms of the words, by number.
    ///   - documents: how many profiles have each.
    ///   - profiles: how many profiles there are.
    ///   - words: how many words they have, in all.
    init(_ shared: [(stem: String, form: String)], documents: [Int], profiles: Int, words: Int, _ codebook: Codebook) {
        var (stems, forms) = (WordTable(), WordTable())
        for word in shared {
            _ = stems.number(word.stem)
            forms.append(word.form)
        }
        (self.stems, self.forms) = (stems, forms)
        let all = Double(profiles)
        share = documents.map { (Double($0) + 0.5) / (all + 1) }
        rarity = documents.map { (count: Int) -> Double in
            let count = Double(count)
            return Arithmetic.log(1 + (all - count + 0.5) / (count + 0.5))
        }
        let implied: [[[Code]]] = Field.allCases.map { field in
            guard Self.telling.contains(field) else { return [] }
            return codebook.names(field).map { name in
                var words: [Code] = []
                for word in Self.words(field, name) {
                    guard let number = stems.known(Tokens.stem(word)), !words.contains(Code(number)) else { continue }
                    words.append(Code(number))
                }
                return words
            }
        }
        saying = implied.map { codes in
            var starts: [UInt32] = [0]
            for words in codes { starts.append(starts[starts.count - 1] + UInt32(words.count)) }
            return Postings(codes.flatMap(\.self), starts: starts)
        }
        var (starts, answers): ([UInt32], [Range<Int>]) = ([0], [])
        for codes in implied {
            answers.append(starts.count - 1..<starts.count - 1 + codes.count)
            for words in codes { starts.append(starts[starts.count - 1] + UInt32(words.count)) }
        }
        (self.implied, impliedStarts, impliedAnswers) = (implied.flatMap { $0.flatMap(\.self) }, starts, answers)
        let mean = max(1, Double(words) / Double(max(1, profiles)))
        worth = (0...Self.longest).map { (length: Int) -> Double in
            let relative = Double(length) / mean
            return 2.2 / (1 + 1.2 * (0.25 + 0.75 * relative))
        }
    }

    /// What each matched word of a profile of so many words is worth.
    func worth(ofWordsAmong length: Int) -> Double { worth[min(length, Self.longest)] }

    /// Fields whose answers are words too.
    static let telling: [Field] = [.area, .region, .state, .city]

    static func words(_ field: Field, _ name: String) -> [String] {
        field == .area ? Tokens.words(name) : ["@" + name.lowercased()]
    }

    /// Adds the words that an answer says by itself, unless they are there; none for one that came up since.
    @inline(__always)
    private func imply(_ field: Field, _ code: Code, _ words: inout [Code]) {
        let answers = impliedAnswers[field.rawValue]
        guard Int(code) < answers.count else { return }
        let answer = answers.lowerBound + Int(code)
        for place in Int(impliedStarts[answer])..<Int(impliedStarts[answer + 1]) where !words.contains(implied[place]) {
            words.append(implied[place])
        }
    }

    /// Tells the codes of the answers to a question that say a word by themselves.
    func saying(_ word: Code, _ field: Field, _ body: (Int) -> Void) { saying[field.rawValue].rows(word, body) }

    /// The words that a startup's areas and places say, each once.
    func implied(_ sheet: Sheet) -> [Code] {
        var words: [Code] = []
        imply(sheet, &words)
        return words
    }

    /// The same, written over other words.
    func imply(_ sheet: Sheet, _ words: inout [Code]) {
        words.removeAll(keepingCapacity: true)
        for area in sheet.areas { imply(.area, area.code, &words) }
        for field in Self.telling.dropFirst() { if let code = sheet.code(field) { imply(field, code, &words) } }
    }

    /// The number of a word, whatever its ending; `nil` when fewer than two profiles have it.
    func number(_ word: String) -> Int? { stems.known(Tokens.stem(word)) }

    func shown(_ word: Int) -> String { forms[word] }

    /// Bytes held.
    var size: Int { forms.size + stems.size + (share.count + rarity.count) * 8 }
}

/// Words one after the other in one piece of memory, each with its number, found by their bytes.
struct WordTable: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [UInt32] = []
    /// By hash: the hash itself in the upper half, since it tells most words apart without reading them, and the number plus
    /// one in the lower; 0 is free.
    private var slots: [UInt64] = []

    var count: Int { ends.count }
    var size: Int { bytes.count + 4 * ends.count + 8 * slots.count }

    subscript(number: Int) -> String {
        String(decoding: bytes[range(number)], as: UTF8.self)
    }

    private func range(_ number: Int) -> Range<Int> {
        (number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number])
    }

    /// The number of a word, new or known.
    mutating func number(_ word: UnsafeBufferPointer<UInt8>) -> Int {
        if 2 * ends.count >= slots.count { grow() }
        let hash = Self.hash(word)
        let slot = slot(word, hash)
        if slots[slot] != 0 { return Self.number(slots[slot]) }
        bytes.append(contentsOf: word)
        ends.append(UInt32(bytes.count))
        slots[slot] = hash << 32 | UInt64(ends.count)
        return ends.count - 1
    }

    mutating func number(_ word: String) -> Int {
        var word = word
        return word.withUTF8 { number($0) }
    }

    /// Adds a word that is only ever read by its number.
    mutating func append(_ word: String) {
        bytes += word.utf8
        ends.append(UInt32(bytes.count))
    }

    /// The number of a word that has one.
    func known(_ word: String) -> Int? {
        var word = word
        return word.withUTF8 { known($0) }
    }

    func known(_ word: UnsafeBufferPointer<UInt8>) -> Int? {
        guard !slots.isEmpty else { return nil }
        let found = slots[slot(word, Self.hash(word))]
        return found == 0 ? nil : Self.number(found)
    }

    private static func number(_ slot: UInt64) -> Int { Int(slot & 0xFFFF_FFFF) - 1 }

    private mutating func grow() {
        let old = slots
        slots = [UInt64](repeating: 0, count: max(64, old.count * 2))
        let mask = slots.count - 1
        for entry in old where entry != 0 {
            var slot = Int(entry >> 32) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = entry
        }
    }

    /// Where the word is, or would go.
    private func slot(_ word: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot] != 0 {
            if slots[slot] >> 32 == hash, isSame(Self.number(slots[slot]), word) { break }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private func isSame(_ number: Int, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
        let range = range(number)
        guard range.count == word.count else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            for place in 0..<word.count where bytes[range.lowerBound + place] != word[place] { return false }
            return true
        }
    }

    /// Below 2³². Eight bytes at a time, mixed by multiplication.
    private static func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let bytes = UnsafeRawBufferPointer(word)
        var hash = UInt64(bytes.count)
        func mix(_ part: UInt64) {
            hash = (hash ^ part) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 32
        }
        var place = 0
        while place + 8 <= bytes.count {
            mix(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            place += 8
        }
        var rest: UInt64 = 0
        while place < bytes.count {
            rest = rest << 8 | UInt64(bytes[place])
            place += 1
        }
        mix(rest)
        return hash & 0xFFFF_FFFF
    }
}

/// The words of many profiles on their way to a lexicon.
struct WordCount: Sendable {
    /// A word whatever its ending.
    private struct Stem {
        /// How many profiles have it.
        var documents: UInt32 = 0
        /// The last profile that has it, counted from one.
        var last: UInt32 = 0
    }

    /// By every form met, the number of its stem, or ``nothing``.
    private var forms = Spellings()
    private var stems = WordTable()
    private var counts: [Stem] = []
    /// For each stem the first of its forms in the alphabet.
    private var shown: [String] = []
    /// By the name of an area or a tag, and by that of a place, the number of what it says.
    private var (phrases, places) = (Spellings(), Spellings())
    /// Where in ``said`` the stems of each name lie: there are few names, and all startups have them.
    private var sayings: [Range<Int>] = []
    private var said: [Code] = []
    private var profiles = 0
    private var total = 0
    /// Words of the profile at hand that are not looked up yet, and the stems of those that are.
    private var waiting: [Spellings.Short] = []
    private var found: [Code] = []

    /// Stands for the stem of a word that says nothing.
    private static let nothing = Code.max - 1

    /// The stems of a profile, each once, numbered for the time being; counts them.
    mutating func add(_ startup: World.Startup) -> [Code] {
        var words: [Code] = []
        words.reserveCapacity(24)
        profiles += 1
        Tokens.words(startup.text) { word in
            if let short = Spellings.Short(word) {
                forms.fetch(short)
                waiting.append(short)
            } else {
                meetWaiting(&words)
                let stem = stem(word)
                if stem != Self.nothing { meet(stem, &words) }
            }
        }
        meetWaiting(&words)
        for area in startup.areas where area.weight > 0 { meet(area.name, of: .area, &words) }
        for tag in startup.tags { meet(tag, of: .area, &words) }
        for (field, place) in [(Field.region, startup.region), (.state, startup.state), (.city, startup.city)] {
            if let place { meet(place, of: field, &words) }
        }
        total += words.count
        return words
    }

    /// Meets the words read so far. Each was asked of memory when it was read, so that one wait serves for many.
    private mutating func meetWaiting(_ words: inout [Code]) {
        for word in waiting {
            let stem = forms.number(word) ?? word.withBytes { learn($0) }
            if stem != Self.nothing { found.append(stem) }
        }
        waiting.removeAll(keepingCapacity: true)
        for stem in found { meet(stem, &words) }
        found.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    private mutating func meet(_ stem: Code, _ words: inout [Code]) {
        let profile = UInt32(profiles)
        guard counts[Int(stem)].last != profile, words.count < Lexicon.longest else { return }
        counts[Int(stem)].last = profile
        counts[Int(stem)].documents += 1
        words.append(stem)
    }

    private mutating func meet(_ name: String, of field: Field, _ words: inout [Code]) {
        var name = name
        let known = name.withUTF8 { field == .area ? phrases.number($0) : places.number($0) }
        for place in sayings[known.map(Int.init) ?? learn(name, of: field)] { meet(said[place], &words) }
    }

    private mutating func learn(_ name: String, of field: Field) -> Int {
        let (saying, start) = (sayings.count, said.count)
        for var word in Lexicon.words(field, name) { said.append(word.withUTF8 { stem($0) }) }
        sayings.append(start..<said.count)
        var name = name
        name.withUTF8 {
            if field == .area { phrases.insert(Code(saying), for: $0) } else { places.insert(Code(saying), for: $0) }
        }
        return saying
    }

    @inline(__always)
    private mutating func stem(_ word: UnsafeBufferPointer<UInt8>) -> Code { forms.number(word) ?? learn(word) }

    @inline(never)
    private mutating func learn(_ word: UnsafeBufferPointer<UInt8>) -> Code {
        let written = String(decoding: word, as: UTF8.self)
        guard !Tokens.isEmpty(written) else {
            forms.insert(Self.nothing, for: word)
            return Self.nothing
        }
        let stem = stems.number(Tokens.stem(written))
        forms.insert(Code(stem), for: word)
        if stem == counts.count {
            counts.append(Stem())
            shown.append(written)
        } else if Market.bytewise(written, shown[stem]) {
            shown[stem] = written
        }
        return Code(stem)
    }

    /// The lexicon, and the number in it of each stem; `nil` for one that a single profile has.
    func lexicon(_ codebook: Codebook) -> (Lexicon, numbers: [Code?]) {
        let shared = counts.indices.filter { counts[$0].documents > 1 }.map { (number: $0, stem: stems[$0]) }
        let kept = shared.sorted { left, right in
            let (before, after) = (counts[left.number].documents, counts[right.number].documents)
            return before != after ? before > after : Market.bytewise(left.stem, right.stem)
        }
        var numbers = [Code?](repeating: nil, count: counts.count)
        for (number, word) in kept.enumerated() { numbers[word.number] = Code(number) }
        let lexicon = Lexicon(
            kept.map { (stem: $0.stem, form: shown[$0.number]) },
            documents: kept.map { Int(counts[$0.number].documents) }, profiles: profiles, words: total, codebook)
        return (lexicon, numbers)
    }

    /// What a profile says: names of places whole, everything else word by word. What stands in a description and what is
    /// an area or a tag are the same word, since one startup writes what another ticks.
    static func words(of startup: World.Startup, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        Tokens.words(startup.text, body)
        for area in startup.areas where area.weight > 0 { Tokens.words(area.name, body) }
        for tag in startup.tags { Tokens.words(tag, body) }
        for (field, place) in [(Field.region, startup.region), (.state, startup.state), (.city, startup.city)] {
            guard let place else { continue }
            for var word in Lexicon.words(field, place) { word.withUTF8(body) }
        }
    }
}

extension Lexicon {
    /// The numbers of the words of a profile that is not among those counted, and how many it has with those that are not
    /// in the lexicon.
    func numbers(of startup: World.Startup) -> (words: [Code], length: Int) {
        var (words, seen): ([Code], Set<String>) = ([], [])
        WordCount.words(of: startup) { word in
            let word = String(decoding: word, as: UTF8.self)
            guard !Tokens.isEmpty(word) else { return }
            let stem = Tokens.stem(word)
            guard seen.count < Self.longest, seen.insert(stem).inserted, let number = stems.known(stem) else { return }
            words.append(Code(number))
        }
        return (words.sorted(), seen.count)
    }
}
