import Synchronization

/// The engine, ready for questions: built once from a world, then asked from any thread.
///
/// ```swift
/// let index = Index(world)
/// for ranked in index.rank(mandate, limit: 10) { … }
/// if case .scored(let explanation) = index.explain(mandate, startup) { … }
/// ```
/// A score is a sum of whole numbers, one for each signal, and the same numbers are shown. The same world gives the same
/// scores to the last digit, whatever the order of its lists and however many threads ask.
///
/// Only what can still get on a list is scored, see <doc:TheIndex>.
public struct Index: Sendable {
    let market: Market
    let habits: Habits
    let lexicon: Lexicon
    let areas: AreaTable
    /// The weights in use.
    public private(set) var model: Model
    /// All mandates, by key: the order of ``rankAll(limit:width:)``.
    public private(set) var mandates: [Key]
    private var mandateFacts: [Key: World.Mandate]
    /// All startups; each is in one layer.
    private(set) var layers: [Layer]
    /// Past deals, by which startups that change later are read.
    private let history: History
    /// Of the startups on offer, those that are not for every investor.
    private var audiences: [Key: World.Audience]
    private var cold: Scale
    private var warm: Scale
    private let spare: Spare

    /// Builds the engine.
    public init(_ world: World, model: Model = .standard) {
        var builder = Builder(
            today: world.today, mandates: world.mandates, deals: world.deals, areas: world.areas, model: model)
        for startup in Market.distinct(world.startups.map(Market.sound), by: \.key) { builder.add(sound: startup) }
        self = builder.finishAlone()
    }

    fileprivate init(_ told: Told, _ past: (market: Market, habits: Habits), _ layers: [Layer]) {
        (market, habits) = past
        (lexicon, areas, model) = (told.lexicon, told.areas, told.model)
        mandates = told.mandates.map(\.key)
        mandateFacts = Dictionary(uniqueKeysWithValues: told.mandates.map { ($0.key, $0) })
        self.layers = layers
        history = told.history
        audiences = told.audiences
        spare = Spare()
        cold = Scale(told.model.cold, told.codebook)
        warm = Scale(told.model.warm, told.codebook)
    }

    /// The best `limit` startups for a mandate, best first; equal scores in the order of their keys. Empty for a
    /// mandate the world does not have.
    ///
    /// - Parameters:
    ///   - filter: which startups to look at; all of them when not given.
    ///   - conflicts: startups with which the mandate's investor has a conflict of interest. The world knows of none.
    public func rank(
        _ mandate: Key, limit: Int, filter: Filter = Filter(), conflicts: Set<Key> = []
    ) -> [Ranked] {
        mandateFacts[mandate].map { rank($0, limit: limit, filter: filter, conflicts: conflicts) } ?? []
    }

    /// The same for a mandate that need not be one of the world's.
    func rank(
        _ mandate: World.Mandate, limit: Int, filter: Filter = Filter(), conflicts: Set<Key> = []
    ) -> [Ranked] {
        guard mandate.isDeploying, limit > 0 else { return [] }
        let profile = profile(mandate)
        let keeper = GateKeeper(
            mandate, market, areas, filter, keepingAway: keepingAway(from: mandate.investor), conflicts: conflicts)
        let telling = telling(profile)
        var best = Shortlist(limit: limit)
        var implied: [Code] = []
        let reach = spare.take()
        defer { spare.give(reach) }
        for kind in [Segment.Kind.cold, .warm] {
            let scale = scale(isWarm: kind == .warm)
            var bounds = Bounds(profile, keeper, scale, isWarm: kind == .warm, self)
            // A model that gives more than can be summed row by row is not worth telling rows apart for.
            func known(_ worths: [(Code, worth: Double)]) -> [(Code, Int32)] {
                let all = worths.reduce(0) { $0 + $1.worth }
                guard all < 5e8 else {
                    bounds.constant += all
                    return []
                }
                return worths.map { ($0, Int32($1 + 1)) }
            }
            let tags = known(worthOfTags(profile, scale, &bounds))
            let backers = kind == .warm ? known(worthOfBackers(profile, scale)) : []
            var pair = PairValues()
            fillSame(&pair, profile, isWarm: kind == .warm)
            for layer in layers where layer.segment.kind == kind {
                let segment = layer.segment
                reach.reach(segment, words: profile.words, tags: tags, backers: backers)
                segment.search(bounds, reach, lexicon, into: &best) { row, sheet, words in
                    guard layer.has(row), keeper.admits(segment.keys[row], sheet) else { return nil }
                    lexicon.imply(sheet, &implied)
                    let words = implied.reduce(words) { $0 &+ profile.strength($1) }
                    fill(&pair, profile, sheet, words: words)
                    return score(telling, pair, scale, profile)
                }
            }
        }
        return best.sorted.map { Ranked(startup: $0.startup, score: $0.score) }
    }

    /// The best `limit` startups for every mandate, in the order of ``mandates``, worked out by `width` tasks at a time.
    public func rankAll(limit: Int, width: Int) async throws -> [[Ranked]] {
        try await rank(mandates, limit: limit, width: width)
    }

    /// The best `limit` startups for each of some mandates, in their order, worked out by `width` tasks at a time.
    public func rank(_ mandates: [Key], limit: Int, width: Int) async throws -> [[Ranked]] {
        let width = max(1, min(width, mandates.count))
        let turn = Turn()
        return try await withThrowingTaskGroup(of: [(Int, [Ranked])].self) { group in
            for _ in 0..<width {
                group.addTask {
                    var lists: [(Int, [Ranked])] = []
                    while let number = turn.next(below: mandates.count) {
                        try Task.checkCancellation()
                        lists.append((number, rank(mandates[number], limit: limit)))
                        // Other work of the process gets its turn between two lists.
                        await Task.yield()
                    }
                    return lists
                }
            }
            var all = [[Ranked]](repeating: [], count: mandates.count)
            for try await lists in group {
                for (number, list) in lists { all[number] = list }
            }
            return all
        }
    }

    /// Whose a mandate is; `nil` for one that the world does not have.
    public func investor(of mandate: Key) -> Key? { mandateFacts[mandate]?.investor }

    /// How many startups want to be proposed.
    public var offered: Int { offeredLayers.reduce(0) { $0 + $1.count } }

    /// How many startups want to be proposed to the investor of a mandate; all of them for a mandate the world does not have.
    public func offered(to mandate: Key) -> Int {
        offered - (self.mandate(mandate).map { keepingAway(from: $0.investor).count } ?? 0)
    }

    /// Bytes that the startups on offer take, with all their words and what finds them.
    public var size: Int { offeredLayers.reduce(0) { $0 + $1.segment.size } + lexicon.size }

    /// Why a pair is proposed, or not; `nil` when the world lacks the mandate or the startup.
    ///
    /// - Parameter conflicts: startups with which the mandate's investor has a conflict of interest.
    public func explain(_ mandate: Key, _ startup: Key, conflicts: Set<Key> = []) -> Verdict? {
        guard let mandate = mandateFacts[mandate], let found = find(startup) else { return nil }
        var sheet = Sheet()
        let segment = layers[found.layer].segment
        segment.read(found.row, into: &sheet)
        let keeper = GateKeeper(
            mandate, market, areas, keepingAway: keepingAway(from: mandate.investor), conflicts: conflicts)
        let gates = keeper.closed(startup, sheet, isOptedIn: segment.kind != .closed)
        guard gates.isEmpty else { return .gated(gates) }
        let profile = profile(mandate)
        return .scored(explanation(profile, sheet, words: matched(profile, segment, [found.row])[0]))
    }
}

extension Index {
    /// A mandate by its key.
    func mandate(_ key: Key) -> World.Mandate? { mandateFacts[key] }

    func profile(_ mandate: World.Mandate) -> Profile {
        Profile(mandate, market, habits, lexicon, areas, passed: passed(mandate.passes))
    }

    /// The layers of startups that some mandate may see.
    var offeredLayers: [Layer] { layers.filter { $0.segment.kind != .closed } }

    /// The startups on offer that do not want to be proposed to an investor. Takes time by those that choose their audience.
    func keepingAway(from investor: Key) -> Set<Key> {
        Set(audiences.lazy.filter { !$0.value.includes(investor) }.map(\.key))
    }

    /// Whether a startup on offer wants to be proposed to an investor.
    func wants(_ startup: Key, _ investor: Key) -> Bool { audiences[startup]?.includes(investor) ?? true }

    /// Where a startup stands.
    func find(_ startup: Key) -> (layer: Int, row: Int)? {
        for (number, layer) in layers.enumerated() { if let row = layer.row(startup) { return (number, row) } }
        return nil
    }

    /// The words that a mandate asks for and each of some rows has.
    func matched(
        _ profile: Profile, _ segment: Segment, _ rows: [Int]
    ) -> [[(word: Code, strength: Int32)]] {
        let places = Dictionary(rows.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
        var found: [[(word: Code, strength: Int32)]] = Array(repeating: [], count: rows.count)
        for (word, strength) in profile.words {
            segment.words.rows(word) { row in
                if let place = places[row] { found[place].append((word, strength)) }
            }
        }
        var sheet = Sheet()
        for (place, row) in rows.enumerated() {
            segment.read(row, into: &sheet)
            found[place] += lexicon.implied(sheet).map { ($0, profile.strength($0)) }.filter { $0.1 > 0 }
        }
        return found
    }

    /// The strength of a startup's words that a mandate asks for.
    ///
    /// - Parameter own: of those that its areas and places do not say by themselves.
    @inline(__always)
    func strength(_ profile: Profile, _ sheet: Sheet, _ own: Int32) -> Int32 {
        lexicon.implied(sheet).reduce(own) { $0 &+ profile.strength($1) }
    }

    /// Tells every startup on offer, with the strength of its words that the mandate asks for.
    func forEach(_ profile: Profile, _ body: (_ startup: Key, _ sheet: Sheet, _ words: Int32, _ isWarm: Bool) -> Void) {
        let reach = spare.take()
        defer { spare.give(reach) }
        var sheet = Sheet()
        for layer in offeredLayers {
            let segment = layer.segment
            reach.reach(segment, words: profile.words)
            segment.read(0..<segment.count, into: &sheet) { row, sheet in
                guard layer.has(row) else { return }
                body(
                    segment.keys[row], sheet, strength(profile, sheet, reach.words.view.row(row)), segment.kind == .warm
                )
            }
        }
    }

    func scale(isWarm: Bool) -> Scale { isWarm ? warm : cold }

    /// The signals that can add anything to a score: without a past, only those of the declaration.
    private func telling(_ profile: Profile) -> [Int] {
        Signal.allCases.indices.filter { number in
            let signal = Signal.allCases[number]
            return profile.hasPast || !signal.isLearned || signal == .text || signal == .start
        }
    }

    /// The sum of the parts of some signals. (A reduction over a variable would hold and let go of its tables for each.)
    private func score(_ telling: [Int], _ pair: PairValues, _ scale: Scale, _ profile: Profile) -> Int {
        var score = 0
        for number in telling { score += part(number, pair, scale, profile) }
        return score
    }

    /// What a signal adds to the score, in thousandths of a point.
    func part(_ number: Int, _ pair: PairValues, _ scale: Scale, _ profile: Profile) -> Int {
        let at = SignalNumbers.all
        return switch number {
        case at.start: Arithmetic.thousandths(scale.start)
        case at.demand:
            Arithmetic.thousandths(pair.demanded.reduce(0) { $0 + scale.demand($1.field, $1.code) })
        default:
            Arithmetic.thousandths(
                (scale.weight[number] + scale.perExperience[number] * profile.activity.experience) * pair.value[number]
                    + scale.upside[number] * pair.upside[number])
        }
    }

    /// Works out the signals that are the same for all startups of a kind.
    func fillSame(_ pair: inout PairValues, _ profile: Profile, isWarm: Bool) {
        let at = SignalNumbers.all
        pair.value[at.activity] = profile.activity.year
        pair.value[at.steadiness] = profile.activity.twoYears
        pair.value[at.experience] = profile.activity.experience
        pair.value[at.firstCheques] = profile.activity.firstCheques * (isWarm ? -1 : 1)
    }

    /// Works out every other signal of a pair. A fact that is missing on either side leaves its signal at exactly zero.
    ///
    /// - Parameter words: the strength of the startup's words that are asked for.
    func fill(_ pair: inout PairValues, _ profile: Profile, _ sheet: Sheet, words: Int32) {
        let at = SignalNumbers.all
        if profile.hasPast {
            for (number, field) in PairValues.habits {
                (pair.value[number], pair.upside[number]) = mean(sheet, field, profile.lifts)
            }
            let usual = sheet.code(.previousStage).map(profile.usual) ?? 0
            (pair.value[at.usualRound], pair.upside[at.usualRound]) = (usual, max(usual, 0))
        }
        let percents = Double(sheet.percents)
        pair.value[at.declaredArea] = sheet.areas.reduce(0) {
            $0 + Double($1.percent) / percents * profile.declared(.area, $1.code)
        }
        func declared(_ field: Field) -> Double { sheet.code(field).map { profile.declared(field, $0) } ?? 0 }
        pair.value[at.declaredCountry] = declared(.country)
        pair.value[at.declaredRegion] = declared(.region)
        pair.value[at.declaredSize] = declared(.roundSize)
        pair.value[at.declaredStage] =
            if let asked = sheet.code(.roundKind) {
                profile.declared(.roundKind, asked)
            } else {
                sheet.code(.previousStage).map { expected($0, profile) } ?? 0
            }
        pair.value[at.text] = lexicon.worth(ofWordsAmong: sheet.length) * Double(words) / Profile.wordUnit
        company(&pair.value, profile, sheet)
        pair.demanded.removeAll(keepingCapacity: true)
        // What investors at large are after says little of one that has said what it is after, and nothing else.
        guard profile.hasPast else { return }
        for field in Demand.fields { if let code = sheet.code(field) { pair.demanded.append((field, code)) } }
    }

    /// The mean of the lifts of the startup's answers to one question, and that of what stands above zero.
    private func mean(_ sheet: Sheet, _ field: Field, _ lifts: Profile.Lifts) -> (all: Double, above: Double) {
        var (all, above) = (0.0, 0.0)
        _ = sheet.forEachAnswer(field) { _, answer, share in
            let value = share * lifts.value(answer)
            all += value
            if value > 0 { above += value }
        }
        return (all, above)
    }

    /// The mean of the declared rounds over those that usually follow a last one.
    func expected(_ previous: Code, _ profile: Profile) -> Double {
        var sum = 0.0
        for (kind, share) in habits.next(previous) { sum += share * profile.declared(.roundKind, kind) }
        return sum
    }

    private func company(_ values: inout [Double], _ profile: Profile, _ sheet: Sheet) {
        let at = SignalNumbers.all
        for signal in PairValues.company { values[signal] = 0 }
        var (sum, most, known) = (Profile.Acquaintance(), 0.0, 0.0)
        for backer in sheet.backers {
            guard let met = profile.company(backer) else { continue }
            most = max(most, met.likeness)
            sum.likeness += met.likeness
            known += 1
            sum.follows += met.follows
            sum.joins += met.joins
            sum.shared += met.shared
            sum.walk += met.walk
        }
        guard known > 0 else { return }
        let count = Double(sheet.backers.count)
        values[at.closestBacker] = most
        values[at.likeBackers] = sum.likeness / count
        values[at.metBackers] = Arithmetic.log(1 + 10 * sum.likeness)
        values[at.knownBackers] = known / count
        values[at.followedBackers] = Arithmetic.log(1 + 10 * sum.follows)
        values[at.joinedBackers] = Arithmetic.log(1 + 10 * sum.joins)
        values[at.sharedPortfolio] = Arithmetic.log(1 + sum.shared / count.squareRoot())
        // A startup with many backers is reached by many walks; how many of them say little is a matter of degree.
        values[at.walk] = Arithmetic.log(1 + 1000 * sum.walk / Arithmetic.exp(0.4 * Arithmetic.log(count)))
    }

    /// What each tag that is known can add to a startup that has it, at best, beyond what any tag can, in thousandths of a
    /// point.
    private func worthOfTags(
        _ profile: Profile, _ scale: Scale, _ bounds: inout Bounds
    ) -> [(Code, worth: Double)] {
        guard profile.hasPast else { return [] }
        let number = PairValues.habitNumbers[Field.tag.rawValue]
        func points(_ value: Double) -> Double {
            1000
                * ((scale.weight[number] + scale.perExperience[number] * profile.activity.experience) * value
                    + scale.upside[number] * max(value, 0))
        }
        let any = max(0, points(profile.lifts.base[Field.tag.rawValue]))
        bounds.constant += any
        return profile.lifts.exceptions(.tag).compactMap { answer, lift in
            let worth = points(lift) - any
            return worth > 0 ? (answer.code, worth) : nil
        }
    }

    /// What each investor that is known can add to a startup it backs, at best, in thousandths of a point: every signal of
    /// company grows no faster than the sum over the backers.
    private func worthOfBackers(_ profile: Profile, _ scale: Scale) -> [(Code, worth: Double)] {
        var values = [Double](repeating: 0, count: Signal.allCases.count)
        var alone = Sheet()
        return profile.company.met.map { investor, _ in
            alone.backers = [investor]
            company(&values, profile, alone)
            var worth = 0.0
            for number in PairValues.company {
                let weight = scale.weight[number] + scale.perExperience[number] * profile.activity.experience
                worth += max(0, weight * values[number])
            }
            return (Code(investor), worth * 1000)
        }
    }
}

extension Index {
    /// Puts startups in the place of those that have their keys, and takes others out.
    ///
    /// Habits, rarities of words and the share of each answer in the market stay as they were when the index was built:
    /// they are facts about thousands, which one startup does not change. A startup that is told again as it was scores as
    /// it did. Takes time by the startups told, not by all, give or take a logarithm.
    public mutating func change(_ startups: [World.Startup], removing: [Key] = []) {
        let told = Market.distinct(startups.map(Market.sound), by: \.key)
        for key in told.map(\.key) + removing {
            while let found = find(key) { layers[found.layer].remove(found.row) }
            audiences[key] = nil
        }
        var rows: [Segment.Kind: Rows] = [:]
        for startup in told {
            let (sheet, own) = read(startup)
            if startup.isOptedIn, startup.audience != .everyone { audiences[startup.key] = startup.audience }
            let kind: Segment.Kind = startup.isOptedIn ? sheet.isWarm ? .warm : .cold : .closed
            rows[kind, default: Rows()].append(startup.key, sheet, words: own)
        }
        for kind in Segment.Kind.allCases { if let rows = rows[kind] { layers.add(rows, kind) } }
    }

    /// A startup as a row would hold it: its sheet, and its words but for those that the sheet implies.
    func read(_ startup: World.Startup) -> (sheet: Sheet, own: [Code]) {
        let (words, length) = lexicon.numbers(of: startup)
        let known = history.known(startup.key)
        let sheet = market.codebook.lend { Sheet(startup, known, length: length, &$0) }
        let implied = lexicon.implied(sheet)
        return (sheet, words.filter { !implied.contains($0) })
    }

    /// Puts mandates in the place of those that have their keys, and takes others out.
    public mutating func change(mandates: [World.Mandate], removing: [Key] = []) {
        for key in removing { mandateFacts[key] = nil }
        for mandate in Market.distinct(mandates.map(Market.sound), by: \.key) { mandateFacts[mandate.key] = mandate }
        self.mandates = mandateFacts.keys.sorted()
    }

    /// Ranks by another model from now on.
    public mutating func use(_ model: Model) {
        self.model = model
        cold = Scale(model.cold, market.codebook)
        warm = Scale(model.warm, market.codebook)
    }
}

extension Index {
    /// Builds an index from startups told one after the other, so that they need never be held all at once.
    public struct Builder {
        private let codebook = Codebook()
        private var words = WordCount()
        private var history: History
        private var fundedWords: [[Code]]
        private var isTold: [Bool]
        private let mandates: [World.Mandate]
        private let areas: AreaTable
        private let model: Model
        private var (cold, warm, closed) = (Rows(), Rows(), Rows())
        private var audiences: [Key: World.Audience] = [:]

        /// Begins with all but the startups.
        public init(
            today: Int, mandates: [World.Mandate], deals: [World.Deal] = [], areas: AreaTable = AreaTable(),
            model: Model = .standard
        ) {
            history = History(deals, until: Market.held(today))
            fundedWords = Array(repeating: [], count: history.funded.count)
            isTold = Array(repeating: false, count: history.funded.count)
            self.mandates = Market.distinct(mandates.map(Market.sound), by: \.key)
            self.areas = areas
            self.model = model
        }

        /// Adds a startup; no other has its key.
        public mutating func add(_ startup: World.Startup) { add(sound: Market.sound(startup)) }

        mutating func add(sound startup: World.Startup) {
            let words = words.add(startup)
            let known = history.known(startup.key)
            let sheet = codebook.lend { Sheet(startup, known, length: words.count, &$0) }
            if let number = known.number {
                history.facts[number] = (sheet, startup.founded)
                fundedWords[number] = words
                isTold[number] = true
            }
            if startup.isOptedIn, startup.audience != .everyone { audiences[startup.key] = startup.audience }
            if !startup.isOptedIn {
                closed.append(startup.key, sheet, words: words)
            } else if sheet.isWarm {
                warm.append(startup.key, sheet, words: words)
            } else {
                cold.append(startup.key, sheet, words: words)
            }
        }

        /// The index of all that was told, made by two tasks: the same one that a single task makes.
        ///
        /// Not on the caller's actor: a task that is begun there waits for it to be free.
        @concurrent public consuming func finish() async -> Index {
            let told = told()
            async let past = told.past()
            let layers = told.layers()
            return await Index(told, past, layers)
        }

        /// The same, made by the caller alone.
        fileprivate consuming func finishAlone() -> Index {
            let told = told()
            return Index(told, told.past(), told.layers())
        }

        private consuming func told() -> Told {
            // A startup that only deals speak of is known by its key alone.
            for number in history.funded.indices where !isTold[number] {
                add(sound: World.Startup(history.funded[number], isOptedIn: false))
            }
            let (lexicon, numbers) = words.lexicon(codebook)
            return Told(
                codebook: codebook, history: history, mandates: mandates, areas: areas, model: model,
                fundedWords: fundedWords, lexicon: lexicon, numbers: numbers, cold: cold, warm: warm, closed: closed,
                audiences: audiences)
        }
    }

    /// All startups, from which the parts of an index are made that do not hang on one another.
    fileprivate struct Told: Sendable {
        let codebook: Codebook
        let history: History
        let mandates: [World.Mandate]
        let areas: AreaTable
        let model: Model
        let fundedWords: [[Code]]
        let lexicon: Lexicon
        /// The number of each word in the lexicon.
        let numbers: [Code?]
        let (cold, warm, closed): (Rows, Rows, Rows)
        let audiences: [Key: World.Audience]

        func past() -> (market: Market, habits: Habits) {
            let market = Market(
                history, codebook, words: fundedWords.map { $0.compactMap { numbers[Int($0)] } }, offered: [cold, warm])
            return (market, Habits(market))
        }

        func layers() -> [Layer] {
            var layers: [Layer] = []
            for (rows, kind) in [(cold, Segment.Kind.cold), (warm, .warm), (closed, .closed)] {
                layers.add(rows.renumbered(numbers, lexicon), kind)
            }
            return layers
        }
    }
}

/// What comes next, for tasks that share their work: who is done with a list takes the next, since an investor with a past
/// takes many times as long as one without.
private final class Turn: Sendable {
    private let count = Atomic(0)

    func next(below end: Int) -> Int? {
        let number = count.wrappingAdd(1, ordering: .relaxed).oldValue
        return number < end ? number : nil
    }
}

/// The signals of one pair, by their numbers; made once and filled for one startup after the other.
struct PairValues {
    var value = [Double](repeating: 0, count: Signal.allCases.count)
    var upside = [Double](repeating: 0, count: Signal.allCases.count)
    /// The startup's answers that alone say how sought it is.
    var demanded: [(field: Field, code: Code)] = []

    static let habits: [(number: Int, field: Field)] = Signal.allCases.enumerated().compactMap { number, signal in
        signal.field.map { (number, $0) }
    }
    static let company = Signal.allCases.indices.filter { Signal.allCases[$0].kind == .syndicate }
    /// By field, the signal that looks at its habits.
    static let habitNumbers: [Int] = Field.allCases.map { field in habits.first { $0.field == field }?.number ?? 0 }
    /// By field, the signal that looks at what is declared.
    static let declaredNumbers: [Int?] = Field.allCases.map { field in
        let at = SignalNumbers.all
        return switch field {
        case .area: at.declaredArea
        case .country: at.declaredCountry
        case .region: at.declaredRegion
        case .roundKind: at.declaredStage
        case .roundSize: at.declaredSize
        default: nil
        }
    }
}

/// Where in a list of all signals those stand that are worked out one by one.
struct SignalNumbers: Sendable {
    let usualRound = number(.usualRound)
    let declaredArea = number(.declaredArea)
    let declaredCountry = number(.declaredCountry)
    let declaredRegion = number(.declaredRegion)
    let declaredStage = number(.declaredStage)
    let declaredSize = number(.declaredSize)
    let text = number(.text)
    let closestBacker = number(.closestBacker)
    let likeBackers = number(.likeBackers)
    let metBackers = number(.metBackers)
    let knownBackers = number(.knownBackers)
    let followedBackers = number(.followedBackers)
    let joinedBackers = number(.joinedBackers)
    let sharedPortfolio = number(.sharedPortfolio)
    let walk = number(.walk)
    let demand = number(.demand)
    let activity = number(.activity)
    let steadiness = number(.steadiness)
    let experience = number(.experience)
    let firstCheques = number(.firstCheques)
    let start = number(.start)

    static let all = SignalNumbers()

    private static func number(_ signal: Signal) -> Int { Signal.allCases.firstIndex(of: signal) ?? 0 }
}
