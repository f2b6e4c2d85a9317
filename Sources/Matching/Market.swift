/// What past deals say: sorted, numbered, freed of what cannot be true.
///
/// Whatever order the lists came in, the same facts give the same `Market`, down to the rounding of every sum.
struct Market: Sendable {
    let today: Int
    let codebook: Codebook
    let investors: [Key]
    let deals: [Deal]
    let rounds: [Round]
    /// The answers of all rounds.
    let answers: AnswerBook
    /// The market's habit: the share of each of ``answers`` among all deals, with the pool of startups behind it.
    let shares: [Double]
    /// The same for every answer of a field that stands alone, by code; empty for joint fields.
    let sharesByCode: [[Double]]
    /// For each field, the share of an answer that came up after the pool was counted.
    let leastShares: [Double]
    /// Who backs each startup that was ever funded: investor and the day of its first deal, by investor.
    let backers: [[(investor: Int, day: Int)]]
    /// For each investor the numbers of the deals by which it first joined a startup, oldest first. Following one's money
    /// into a later round says little of what one would pick anew.
    let entries: [[Int]]
    /// For each investor the startups in its portfolio and the day it first joined, by startup.
    let holdings: [[(startup: Int, day: Int)]]
    /// For each investor how many startups of its portfolio have each word.
    let words: [[(word: Code, count: Int)]]
    private let investorNumbers: [Key: Int]

    struct Deal: Sendable {
        let investor: Int
        /// The number of a startup among those that were ever funded.
        let startup: Int
        let round: Int
        let day: Int
        let decay: Double
    }

    struct Round: Sendable {
        let startup: Int
        let answers: AnswerSet
    }

    /// Years after which a deal tells half as much of its investor.
    static let halfLife = 4.0
    /// Deals' worth of the pool of startups in the market's habit: what there is to choose from when no deal is known.
    static let poolWorth = 50.0

    /// - Parameters:
    ///   - words: for each startup ever funded, the numbers of its words.
    ///   - offered: the startups that may be proposed.
    init(_ history: History, _ codebook: Codebook, words: [[Code]], offered: [Rows]) {
        today = history.today
        self.codebook = codebook
        investors = history.investors
        investorNumbers = history.investorNumbers
        let roundSheets = history.rounds(codebook)
        let book = AnswerBook(roundSheets.map(\.sheet), codebook)
        let rounds = roundSheets.map { Round(startup: $0.startup, answers: AnswerSet($0.sheet, book)) }
        let deals = zip(history.deals, history.roundOfDeal).map { deal, round in
            Deal(
                investor: deal.investor, startup: deal.startup, round: round, day: deal.day,
                decay: Self.decay(deal.day, on: history.today))
        }
        answers = book
        self.rounds = rounds
        self.deals = deals
        backers = history.backers
        entries = history.entries
        holdings = history.entries.map { entries in
            entries.map { (deals[$0].startup, deals[$0].day) }.sorted { $0.0 < $1.0 }
        }
        self.words = history.entries.map { entries in
            var counts: [Code: Int] = [:]
            for entry in entries { for word in words[deals[entry].startup] { counts[word, default: 0] += 1 } }
            return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }

        var dealt = [Double](repeating: 0, count: book.count)
        var totals = [Double](repeating: 0, count: Field.allCases.count)
        for entry in history.entries.joined() {
            let set = rounds[deals[entry].round].answers
            for answer in set.all { dealt[answer.number] += deals[entry].decay * answer.share }
            for field in Field.allCases where !set.ranges[field.rawValue].isEmpty {
                totals[field.rawValue] += deals[entry].decay
            }
        }
        let pool = Pool(offered, book, codebook)
        func share(_ field: Field, dealt: Double, offered: Double) -> Double {
            let sum = pool.answering[field.rawValue]
            let worth = sum > 0 ? Self.poolWorth : 0
            let total = totals[field.rawValue] + worth
            guard total > 0 else { return 0 }
            return (dealt + (sum > 0 ? worth * offered / Double(sum) : 0)) / total
        }
        shares = book.answers.indices.map {
            share(book.answers[$0].field, dealt: dealt[$0], offered: pool.shares[$0])
        }
        sharesByCode = Field.allCases.map { field in
            guard field.joins == nil else { return [] }
            return (0..<codebook.count(field)).map { code in
                share(
                    field, dealt: book.number(Answer(field, Code(code))).map { dealt[$0] } ?? 0,
                    offered: pool.sharesByCode[field.rawValue][code])
            }
        }
        leastShares = Field.allCases.map { share($0, dealt: 0, offered: 0.5) }
    }

    /// How much a deal of that day still tells, 0 to 1.
    func decay(_ day: Int) -> Double { Self.decay(day, on: today) }

    private static func decay(_ day: Int, on today: Int) -> Double {
        Arithmetic.exp(-0.693_147_180_559_945_3 * Double(today - day) / 365.25 / halfLife)
    }

    func investor(_ key: Key) -> Int? { investorNumbers[key] }

    /// The market's habit in an answer that stands alone; above zero for whatever a startup on offer answers.
    func share(_ field: Field, _ code: Code) -> Double {
        let shares = sharesByCode[field.rawValue]
        return Int(code) < shares.count ? shares[Int(code)] : leastShares[field.rawValue]
    }
}

/// The answers of all rounds, numbered in the order of their fields and names; the numbers of one field are contiguous.
struct AnswerBook: Sendable {
    let answers: [Answer]
    let ranges: [Range<Int>]
    private let numbers: Lookup

    init(_ sheets: [Sheet], _ codebook: Codebook) {
        var found: [Set<Answer>] = Array(repeating: [], count: Field.allCases.count)
        for sheet in sheets {
            for field in Field.allCases {
                for (answer, _) in sheet.answers(field) { found[field.rawValue].insert(answer) }
            }
        }
        var (answers, ranges, numbers): ([Answer], [Range<Int>], Lookup) = ([], [], Lookup())
        for field in Field.allCases {
            let start = answers.count
            answers += Self.sorted(found[field.rawValue], field, codebook)
            ranges.append(start..<answers.count)
        }
        for (number, answer) in answers.enumerated() { numbers.insert(number, for: answer.raw) }
        (self.answers, self.ranges, self.numbers) = (answers, ranges, numbers)
    }

    var count: Int { answers.count }

    func number(_ answer: Answer) -> Int? { numbers(answer.raw) }

    private static func sorted(_ answers: Set<Answer>, _ field: Field, _ codebook: Codebook) -> [Answer] {
        // Where each code stands among the names of its field.
        func places(_ field: Field) -> [Int] {
            let names = codebook.names(field)
            var places = [Int](repeating: 0, count: names.count)
            let order = names.indices.sorted { Market.bytewise(names[$0], names[$1]) }
            for (place, code) in order.enumerated() { places[code] = place }
            return places
        }
        if let (first, second) = field.joins {
            let (firsts, seconds) = (places(first), places(second))
            return answers.sorted {
                (firsts[Int($0.first)], seconds[Int($0.code)]) < (firsts[Int($1.first)], seconds[Int($1.code)])
            }
        }
        let all = places(field)
        return answers.sorted { all[Int($0.code)] < all[Int($1.code)] }
    }
}

/// Numbered answers with shares that sum to one within each field.
struct AnswerSet: Sendable {
    var all: [(number: Int, share: Double)] = []
    /// For each field, where its answers lie in `all`.
    var ranges: [Range<Int>] = []

    init(_ sheet: Sheet, _ book: AnswerBook) {
        for field in Field.allCases {
            let start = all.count
            for (answer, share) in sheet.answers(field) {
                if let number = book.number(answer) { all.append((number, share)) }
            }
            ranges.append(start..<all.count)
        }
    }

    func has(_ number: Int, _ field: Field) -> Bool { ranges[field.rawValue].contains { all[$0].number == number } }
}

/// What the startups on offer answer, counted.
private struct Pool {
    /// The most pairs of answers to count in a table.
    private static let widest = 1 << 20

    /// For each field, how many startups answer it.
    var answering = [Int](repeating: 0, count: Field.allCases.count)
    /// By the number of the answer, the shares of the startups that give it.
    var shares: [Double] = []
    /// The same for every answer of a field that stands alone, by code.
    var sharesByCode: [[Double]] = []

    init(_ offered: [Rows], _ book: AnswerBook, _ codebook: Codebook) {
        var tally = Tally(book, codebook)
        for rows in offered { rows.forEach { tally.add($0) } }
        answering = tally.answering
        sharesByCode = Field.allCases.map { $0.joins == nil ? tally.shares($0) : [] }
        shares = book.answers.enumerated().map { tally.share($1, number: $0) }
    }

    /// Counts on their way into a pool.
    private struct Tally {
        var answering = [Int](repeating: 0, count: Field.allCases.count)
        private let book: AnswerBook
        /// The counts of all fields in one table, those of each from its start; pairs of facts with few names among them,
        /// since to look each up takes longer than all else.
        private var counts: [Int]
        private var starts: [Int] = []
        /// By field how many names the second of two facts has.
        private let widths: [Int]
        /// By the number of the answer, the counts of pairs that are not in the table.
        private var rest: [Int]
        /// The areas of a startup with their shares.
        private var areas: [(code: Code, share: Int)] = []

        /// Shares are counted in 2⁻²⁰: whole numbers, so that their sum does not hang on the order.
        private static let unit = 1 << 20
        private static let single = Field.single.map(\.rawValue)
        private static let joint = Field.joint.map { ($0, first: $1.place, second: $2.place ?? 0) }

        init(_ book: AnswerBook, _ codebook: Codebook) {
            self.book = book
            var size = 0
            for field in Field.allCases {
                starts.append(size)
                if let (first, second) = field.joins {
                    let pairs = codebook.count(first) * codebook.count(second)
                    size += pairs <= Pool.widest && !book.ranges[field.rawValue].isEmpty ? pairs : 0
                } else {
                    size += codebook.count(field)
                }
            }
            starts.append(size)
            counts = [Int](repeating: 0, count: size)
            widths = Field.allCases.map { $0.joins.map { codebook.count($0.second) } ?? 0 }
            rest = [Int](repeating: 0, count: book.count)
        }

        mutating func add(_ sheet: Sheet) {
            let whole = Double(sheet.percents)
            areas.removeAll(keepingCapacity: true)
            for area in sheet.areas { areas.append((area.code, Self.share(Double(area.percent) / whole))) }
            if !areas.isEmpty { answering[Field.area.rawValue] += 1 }
            for (code, share) in areas { counts[starts[Field.area.rawValue] + Int(code)] += share }
            if !sheet.tags.isEmpty { answering[Field.tag.rawValue] += 1 }
            for tag in sheet.tags {
                counts[starts[Field.tag.rawValue] + Int(tag)] += Self.share(1 / Double(sheet.tags.count))
            }
            for (place, field) in Self.single.enumerated() where sheet.single[place] > 0 {
                counts[starts[field] + Int(sheet.single[place]) - 1] += Self.unit
                answering[field] += 1
            }
            for (field, first, second) in Self.joint where sheet.single[second] > 0 {
                let other = sheet.single[second] - 1
                if let first {
                    guard sheet.single[first] > 0 else { continue }
                    add(field, sheet.single[first] - 1, other, Self.unit)
                } else {
                    guard !areas.isEmpty else { continue }
                    for (code, share) in areas { add(field, code, other, share) }
                }
                answering[field.rawValue] += 1
            }
        }

        @inline(__always)
        private mutating func add(_ field: Field, _ first: Code, _ second: Code, _ share: Int) {
            let number = field.rawValue
            if starts[number] < starts[number + 1] {
                counts[starts[number] + Int(first) * widths[number] + Int(second)] += share
            } else if let known = book.number(Answer(field, first, second)) {
                rest[known] += share
            }
        }

        private static func share(_ share: Double) -> Int { Int(share * Double(unit)) }

        /// The shares of every answer of a field that stands alone, by code.
        func shares(_ field: Field) -> [Double] {
            counts[starts[field.rawValue]..<starts[field.rawValue + 1]].map { Double($0) / Double(Self.unit) }
        }

        func share(_ answer: Answer, number: Int) -> Double {
            let field = answer.field.rawValue
            guard starts[field] < starts[field + 1] else { return Double(rest[number]) / Double(Self.unit) }
            let first = answer.field.joins == nil ? 0 : Int(answer.first)
            return Double(counts[starts[field] + first * widths[field] + Int(answer.code)]) / Double(Self.unit)
        }
    }
}

/// Past deals in order, and the startups they speak of.
struct History: Sendable {
    let today: Int
    let investors: [Key]
    let investorNumbers: [Key: Int]
    /// Startups that were ever funded, by key.
    let funded: [Key]
    private let numbers: [Key: Int]
    let deals: [Deal]
    /// The days on which each funded startup is known to have raised, counted.
    let raisedDays: [Int]
    let backers: [[(investor: Int, day: Int)]]
    let entries: [[Int]]
    /// The round of each deal, see ``rounds(_:)``.
    let roundOfDeal: [Int]
    /// What is known today of each funded startup, with the day it was founded.
    var facts: [(sheet: Sheet, founded: Int?)]

    struct Deal: Sendable {
        let investor: Int
        let startup: Int
        let day: Int
        let kind: String?
        let amount: Int?
    }

    init(_ deals: [World.Deal], until today: Int) {
        let sound = Set(deals.map(Market.sound)).filter { $0.day <= today }.sorted(by: Market.precedes)
        let investors = Set(sound.map(\.investor)).sorted()
        let investorNumbers = Dictionary(uniqueKeysWithValues: investors.enumerated().map { ($0.element, $0.offset) })
        let funded = Set(sound.map(\.startup)).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: funded.enumerated().map { ($0.element, $0.offset) })
        self.today = today
        self.investors = investors
        self.investorNumbers = investorNumbers
        self.funded = funded
        self.numbers = numbers
        let deals = sound.compactMap { deal -> Deal? in
            guard let investor = investorNumbers[deal.investor], let startup = numbers[deal.startup] else { return nil }
            return Deal(investor: investor, startup: startup, day: deal.day, kind: deal.kind, amount: deal.amount)
        }
        self.deals = deals
        var (round, last): (Int, Deal?) = (-1, nil)
        var raisedDays = [Int](repeating: 0, count: funded.count)
        roundOfDeal = deals.map { deal in
            if last.map({ !$0.isSameRound(as: deal) }) ?? true { round += 1 }
            if last.map({ $0.startup != deal.startup || $0.day != deal.day }) ?? true { raisedDays[deal.startup] += 1 }
            last = deal
            return round
        }
        self.raisedDays = raisedDays

        var dealNumbers = [[Int]](repeating: [], count: investors.count)
        for (number, deal) in deals.enumerated() { dealNumbers[deal.investor].append(number) }
        var entries = [[Int]](repeating: [], count: investors.count)
        var backers = [[(investor: Int, day: Int)]](repeating: [], count: funded.count)
        for investor in dealNumbers.indices {
            var seen: Set<Int> = []
            let byDay = dealNumbers[investor].sorted { (deals[$0].day, $0) < (deals[$1].day, $1) }
            for number in byDay where seen.insert(deals[number].startup).inserted {
                entries[investor].append(number)
                backers[deals[number].startup].append((investor, deals[number].day))
            }
        }
        self.entries = entries
        self.backers = backers
        facts = Array(repeating: (Sheet(), nil), count: funded.count)
    }

    /// What deals say of a startup by itself.
    struct Known: Sendable {
        /// The startup's number, when it was ever funded.
        let number: Int?
        let today: Int
        /// On how many days it is known to have raised.
        let rounds: Int
        let backers: [Int]
    }

    func known(_ startup: Key) -> Known {
        guard let number = numbers[startup] else { return Known(number: nil, today: today, rounds: 0, backers: []) }
        return Known(
            number: number, today: today, rounds: raisedDays[number], backers: backers[number].map(\.investor))
    }

    /// What each startup answered when it raised: the facts of today that do not change, and those of the day.
    func rounds(_ codebook: Codebook) -> [(startup: Int, sheet: Sheet)] {
        var rounds: [(startup: Int, sheet: Sheet)] = []
        var (previous, current): (Sheet.Past, Sheet.Past?) = (.none, nil)
        var (days, last): (Int, Deal?) = (0, nil)
        for deal in deals {
            if last?.startup != deal.startup {
                (previous, current, days) = (.none, nil, 0)
            } else if last?.day != deal.day, let finished = current {
                (previous, current) = (finished, nil)
                days += 1
            }
            if last.map({ !$0.isSameRound(as: deal) }) ?? true {
                var sheet = facts[deal.startup].sheet
                codebook.lend {
                    sheet.setRound(
                        on: deal.day, after: previous, rounds: days, founded: facts[deal.startup].founded,
                        kind: deal.kind, amount: deal.amount, &$0)
                }
                rounds.append((deal.startup, sheet))
            }
            // Several reports of one day are one round to what follows: the later kind by name, the larger amount.
            let most = max(deal.amount ?? 0, current?.amount ?? 0)
            current = .round(kind: deal.kind ?? current?.kind, day: deal.day, amount: most > 0 ? most : nil)
            last = deal
        }
        return rounds
    }
}

extension History.Deal {
    fileprivate func isSameRound(as other: Self) -> Bool {
        startup == other.startup && day == other.day && kind == other.kind && amount == other.amount
    }
}

extension Market {
    /// A day within some ten thousand years, so that no difference of two days overflows.
    static func held(_ day: Int) -> Int { min(max(day, -1_000_000), 4_000_000) }

    private static let largestAmount = 1_000_000_000_000_000

    /// An amount that can be one; nothing else is an amount.
    private static func amount(_ amount: Int?) -> Int? {
        amount.flatMap { $0 > 0 && $0 <= largestAmount ? $0 : nil }
    }

    private static func isSound(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { (1...120).contains($0.count) && $0.allSatisfy { $0 >= 32 } }
    }

    private static func name(_ name: String?) -> String? {
        guard let name, !isSound(name) else { return name }
        let sound = String(String.UnicodeScalarView(name.unicodeScalars.prefix(120).filter { $0.value >= 32 }))
        return sound.isEmpty ? nil : sound
    }

    private static func names(_ list: [String]) -> [String] {
        if list.isEmpty || list.count == 1 && isSound(list[0]) { return list }
        return Array(Set(list.compactMap(name)).sorted(by: bytewise).prefix(200))
    }

    static func sound(_ startup: World.Startup) -> World.Startup {
        var sound = startup
        sound.areas = weighted(startup.areas)
        sound.tags = names(startup.tags)
        sound.country = name(startup.country)
        sound.region = name(startup.region)
        sound.state = name(startup.state)
        sound.city = name(startup.city)
        sound.founded = startup.founded.map(held)
        sound.askedStage = name(startup.askedStage)
        sound.askedAmount = amount(startup.askedAmount)
        if case .round(let kind, let day, let last) = startup.lastRound {
            sound.lastRound = .round(kind: name(kind), day: day.map(held), amount: amount(last))
        }
        return sound
    }

    static func sound(_ mandate: World.Mandate) -> World.Mandate {
        var sound = mandate
        sound.areas = weighted(mandate.areas)
        sound.stages = names(mandate.stages)
        sound.regions = names(mandate.regions)
        sound.cheque = mandate.cheque.flatMap { cheque in
            guard cheque.upperBound > 0 else { return nil }
            return min(max(cheque.lowerBound, 1), largestAmount)...min(cheque.upperBound, largestAmount)
        }
        sound.passes = Set(mandate.passes.map { World.Pass(over: $0.startup, because: $0.ground, day: held($0.day)) })
            .sorted { ($0.startup, $0.day, $0.ground.rawValue) < ($1.startup, $1.day, $1.ground.rawValue) }
        return sound
    }

    static func sound(_ deal: World.Deal) -> World.Deal {
        World.Deal(
            investor: deal.investor, startup: deal.startup, day: held(deal.day), kind: name(deal.kind),
            amount: amount(deal.amount))
    }

    /// One weight for each name, the largest given, by name.
    private static func weighted(_ list: [World.Weighted]) -> [World.Weighted] {
        var sound = list
        if !list.allSatisfy({ isSound($0.name) }) {
            sound = list.compactMap { item in name(item.name).map { World.Weighted($0, item.weight) } }
        }
        sound.sort { $0.name != $1.name ? bytewise($0.name, $1.name) : $0.weight > $1.weight }
        if zip(sound, sound.dropFirst()).contains(where: { $0.name == $1.name }) {
            var last: String?
            sound.removeAll { item in
                defer { last = item.name }
                return item.name == last
            }
        }
        return sound.count <= 200 ? sound : Array(sound.prefix(200))
    }

    static func bytewise(_ left: String, _ right: String) -> Bool {
        var (left, right) = (left, right)
        return left.withUTF8 { left in right.withUTF8 { left.lexicographicallyPrecedes($0) } }
    }

    static func precedes(_ left: World.Deal, _ right: World.Deal) -> Bool {
        if left.startup != right.startup { return left.startup < right.startup }
        if left.day != right.day { return left.day < right.day }
        if left.kind != right.kind { return bytewise(left.kind ?? "", right.kind ?? "") }
        if left.amount != right.amount { return (left.amount ?? 0) < (right.amount ?? 0) }
        return left.investor < right.investor
    }

    /// One item for each key, by key. Where two differ, the one whose description comes first: an arbitrary choice, but
    /// the same whatever order they came in.
    static func distinct<Item: Hashable>(_ items: [Item], by key: KeyPath<Item, Key>) -> [Item] {
        var kept: [Key: Item] = [:]
        for item in items {
            guard let other = kept.updateValue(item, forKey: item[keyPath: key]), other != item else { continue }
            if bytewise(fingerprint(other), fingerprint(item)) { kept[item[keyPath: key]] = other }
        }
        return kept.values.sorted { $0[keyPath: key] < $1[keyPath: key] }
    }

    private static func fingerprint(_ item: some Hashable) -> String {
        if let mandate = item as? World.Mandate {
            // Sets print in no fixed order.
            var plain = mandate
            (plain.countries, plain.excludedCountries, plain.excludedAreas, plain.excludedStartups) = ([], [], [], [])
            return String(describing: plain) + "\(mandate.countries.sorted()) \(mandate.excludedCountries.sorted())"
                + " \(mandate.excludedAreas.sorted()) \(mandate.excludedStartups.sorted())"
        }
        return String(describing: item)
    }
}
