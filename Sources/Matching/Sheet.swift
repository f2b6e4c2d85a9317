/// What is known of a startup today, as numbers: what ranking reads.
struct Sheet: Sendable {
    /// Its areas with their weights in percent: the weightiest first, equal ones by name.
    var areas: [(code: Code, percent: Code)] = []
    var tags: [Code] = []
    /// For each of ``Field/single`` the code of the answer plus one; 0 where there is none.
    var single = [Code](repeating: 0, count: Field.single.count)
    /// Who backs it, by number, ascending.
    var backers: [Int] = []
    /// How many words its profile has.
    var length = 0

    var isWarm: Bool { !backers.isEmpty }

    /// The answer to a question that has no more than one.
    func code(_ field: Field) -> Code? {
        guard let place = field.place, single[place] > 0 else { return nil }
        return single[place] - 1
    }

    /// Whether all areas weigh the same, and in full.
    var isEven: Bool { areas.allSatisfy { $0.percent == 100 } }

    /// The weights of all areas, in percent.
    var percents: Code { areas.reduce(0) { $0 + $1.percent } }

    /// Tells the answers to one question with their shares, which sum to one, and whether there are any.
    @inline(__always)
    func forEachAnswer(_ field: Field, _ body: (Field, Answer, Double) -> Void) -> Bool {
        if let (first, second) = field.joins {
            guard let other = code(second) else { return false }
            if first == .area {
                let whole = Double(percents)
                for area in areas { body(field, Answer(field, area.code, other), Double(area.percent) / whole) }
                return !areas.isEmpty
            }
            guard let one = code(first) else { return false }
            body(field, Answer(field, one, other), 1)
            return true
        }
        switch field {
        case .area:
            let whole = Double(percents)
            for area in areas { body(field, Answer(field, area.code), Double(area.percent) / whole) }
            return !areas.isEmpty
        case .tag:
            for tag in tags { body(field, Answer(field, tag), 1 / Double(tags.count)) }
            return !tags.isEmpty
        default:
            guard let code = code(field) else { return false }
            body(field, Answer(field, code), 1)
            return true
        }
    }

    /// The answers to one question with their shares, which sum to one; none when it is not known.
    func answers(_ field: Field) -> [(answer: Answer, share: Double)] {
        var answers: [(answer: Answer, share: Double)] = []
        _ = forEachAnswer(field) { answers.append(($1, $2)) }
        return answers
    }
}

extension Sheet {
    /// Reads the facts of a startup, whose areas are in the order of their names, as of the day of a history.
    ///
    /// - Parameter length: how many words the profile has.
    init(_ startup: World.Startup, _ known: History.Known, length: Int, _ names: inout Codebook.Tables) {
        func percent(_ area: World.Weighted) -> Code { max(1, Code((area.weight * 100).rounded())) }
        var told = startup.areas
        if told.contains(where: { $0.weight != told[0].weight }) {
            told.sort {
                let (first, second) = (percent($0), percent($1))
                return first != second ? first > second : Market.bytewise($0.name, $1.name)
            }
        }
        areas.reserveCapacity(told.count)
        for area in told where area.weight > 0 {
            // Names that are spelled in other bytes can be one name.
            let code = names.code(.area, area.name)
            if !areas.contains(where: { $0.code == code }) { areas.append((code, percent(area))) }
        }
        if !startup.tags.isEmpty { tags = startup.tags.map { names.code(.tag, $0) } }
        backers = known.backers
        self.length = length
        set(.country, startup.country, &names)
        set(.region, startup.region, &names)
        set(.state, startup.state, &names)
        set(.city, startup.city, &names)
        let past = Past(startup.lastRound)
        setRound(
            on: known.today, after: past, rounds: past.rounds(known: known.rounds), founded: startup.founded,
            kind: startup.askedStage,
            amount: startup.askedAmount, &names)
    }

    /// What went before a round.
    enum Past {
        case unknown, none
        case round(kind: String?, day: Int?, amount: Int?)

        init(_ last: World.LastRound) {
            self =
                switch last {
                case .unknown: .unknown
                case .none: .none
                case .round(let kind, let day, let amount): .round(kind: kind, day: day, amount: amount)
                }
        }

        var kind: String? { if case .round(let kind, _, _) = self { kind } else { nil } }
        var amount: Int? { if case .round(_, _, let amount) = self { amount } else { nil } }

        /// How many rounds went before, when so many are known by day; `nil` when nothing is known.
        func rounds(known days: Int) -> Int? {
            switch self {
            case .unknown: days > 0 ? days : nil
            case .none: days
            case .round: max(days, 1)
            }
        }
    }

    /// Answers what hangs on the day and the round.
    mutating func setRound(
        on day: Int, after past: Past, rounds: Int?, founded: Int?, kind: String?, amount: Int?,
        _ names: inout Codebook.Tables
    ) {
        switch past {
        case .unknown:
            for field in [Field.previousStage, .lastSize, .gap] { set(field, nil, &names) }
        case .none:
            for field in [Field.previousStage, .lastSize, .gap] { set(field, "-", &names) }
        case .round(let kind, let last, let amount):
            set(.previousStage, kind, &names)
            set(.lastSize, Bucket.size(amount), &names)
            set(.gap, Bucket.gap(from: last, to: day), &names)
        }
        set(.earlierRounds, rounds.map(Bucket.rounds), &names)
        set(.age, Bucket.age(founded: founded, on: day), &names)
        set(.roundKind, kind, &names)
        set(.roundSize, Bucket.size(amount), &names)
    }

    private mutating func set(_ field: Field, _ name: String?, _ names: inout Codebook.Tables) {
        guard let place = field.place else { return }
        single[place] = name.map { names.code(field, $0) + 1 } ?? 0
    }
}

/// Numbers below 2³² in one to five bytes, small ones in few.
enum Varint {
    @inline(__always)
    static func append(_ number: Code, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    @inline(__always)
    static func next(_ bytes: inout UnsafePointer<UInt8>) -> Code {
        var byte = bytes.pointee
        bytes += 1
        guard byte >= 0x80 else { return Code(byte) }
        var number = Code(byte & 0x7F)
        var shift: Code = 7
        repeat {
            byte = bytes.pointee
            bytes += 1
            number |= Code(byte & 0x7F) << shift
            shift += 7
        } while byte >= 0x80
        return number
    }
}

extension Sheet {
    /// Writes the sheet as bytes that ``read(_:)`` takes: some thirty for a startup.
    func write(to bytes: inout [UInt8]) {
        Varint.append(Code(length), to: &bytes)
        for code in single[..<Field.declarableCount] { Varint.append(code, to: &bytes) }
        Varint.append(Code(areas.count) << 1 | (isEven ? 0 : 1), to: &bytes)
        for area in areas {
            Varint.append(area.code, to: &bytes)
            if !isEven { Varint.append(area.percent, to: &bytes) }
        }
        for code in single[Field.declarableCount...] { Varint.append(code, to: &bytes) }
        Varint.append(Code(tags.count), to: &bytes)
        for tag in tags { Varint.append(tag, to: &bytes) }
        Varint.append(Code(backers.count), to: &bytes)
        var last = 0
        for backer in backers {
            Varint.append(Code(backer - last), to: &bytes)
            last = backer
        }
    }

    /// Reads over this sheet what ``write(to:)`` wrote, and moves on to the next.
    @inline(__always)
    mutating func read(_ bytes: inout UnsafePointer<UInt8>) {
        length = Int(Varint.next(&bytes))
        for place in 0..<Field.declarableCount { single[place] = Varint.next(&bytes) }
        let head = Varint.next(&bytes)
        areas.removeAll(keepingCapacity: true)
        for _ in 0..<head >> 1 {
            let code = Varint.next(&bytes)
            areas.append((code, head & 1 == 0 ? 100 : Varint.next(&bytes)))
        }
        for place in Field.declarableCount..<Field.singleCount { single[place] = Varint.next(&bytes) }
        tags.removeAll(keepingCapacity: true)
        for _ in 0..<Varint.next(&bytes) { tags.append(Varint.next(&bytes)) }
        backers.removeAll(keepingCapacity: true)
        var last = 0
        for _ in 0..<Varint.next(&bytes) {
            last += Int(Varint.next(&bytes))
            backers.append(last)
        }
    }
}
