/// How a model was learned.
public struct TrainingReport: Hashable, Sendable, Codable {
    /// The days of the lessons it was taught with.
    public var lessons: [Int] = []
    /// Pairs of an investor at work and a startup that raised, in all lessons.
    public var pairs = 0
    /// Those of them in which the investor joined.
    public var joined = 0
    /// The mean loss of a pair, in natural units, for startups without and with backers.
    public var loss: [Double] = []
    /// Newton steps taken.
    public var steps: [Int] = []
}

extension Model {
    /// How many lessons are given: a quarter of a year apart, the last of them ending today.
    private static let lessons = 16
    private static let daysApart = 91
    /// Pairs that are looked at in all, about; of more, those are drawn in which the investor did not join.
    private static let mostPairs = 1_200_000.0
    /// How firmly the prior holds; see ``Regression``. What a small history says of many signals is mostly chance.
    private static let priorStrength = 2000.0

    /// Learns what its past says of how investors choose, starting from what is known of other histories.
    ///
    /// Each lesson is an earlier day: everything is worked out as it was known then, and the year that followed is the
    /// answer. Nothing of today's startups on offer is looked at. The same world gives the same model to the last bit, on any
    /// number of tasks.
    ///
    /// - Parameters:
    ///   - world: deals and startups; its mandates are not used, since declarations of the past are on no record.
    ///   - interests: what investors asked to see of the startups they were shown; each counts as a deal of its lesson,
    ///     or as more of them by its worth.
    ///   - prior: where weights lie of which this history says little.
    ///   - asks: the share of startups that say what round they are raising, 0 to 1; see ``World/Startup/askedStage``.
    ///   - without: signals that the model must do without, to see what they are worth.
    ///   - width: tasks at a time.
    ///   - progress: told of each step done, of how many.
    /// - Throws: `CancellationError`, or what `progress` throws.
    public static func learned(
        from world: World, interests: [Interest] = [], version: String, prior: Model = .standard, asks: Double,
        without: Set<Signal> = [], width: Int,
        progress: (_ done: Int, _ of: Int) async throws -> Void = { _, _ in }
    ) async throws -> (model: Model, report: TrainingReport) {
        let width = max(1, width)
        let prior = prior.without(without)
        let terms = Terms(without: without)
        let chronicle = Chronicle(world, interests: interests)
        let today = Market.held(world.today)
        let days = (0..<lessons).map { today - Lesson.days - $0 * daysApart }
        let steps = lessons + 3
        var report = TrainingReport()

        var given: [Lesson] = []
        var pairs = 0.0
        for day in days {
            try Task.checkCancellation()
            let lesson = chronicle.lesson(from: day, asks: asks)
            let offered = lesson.world.startups.count { $0.isOptedIn }
            guard !lesson.world.mandates.isEmpty, offered > 0 else { continue }
            pairs += Double(offered * lesson.world.mandates.count)
            report.lessons.append(day)
            given.append(lesson)
        }
        try await progress(1, steps)

        let share = pairs > mostPairs ? mostPairs / pairs : 1
        var answers: [String: Int32] = [:]
        var names: [String] = []
        var (cold, warm) = (Examples(), Examples())
        for (number, lesson) in given.enumerated() {
            let index = Index(lesson.world)
            let demand = index.market.codebook.numbered(&answers, &names)
            let lanes = await withTaskGroup(of: (Int, Examples, Examples).self) { group in
                let mandates = index.mandates.count
                for lane in 0..<width {
                    let range = lane * mandates / width..<(lane + 1) * mandates / width
                    group.addTask {
                        let found = index.examples(lesson, terms, demand: demand, share: share, of: range)
                        return (lane, found.cold, found.warm)
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
            }
            try Task.checkCancellation()
            for (_, coldLane, warmLane) in lanes {
                cold.append(coldLane)
                warm.append(warmLane)
            }
            try await progress(2 + number, steps)
        }
        report.pairs = Int(pairs)
        report.joined = cold.joined.count { $0 } + warm.joined.count { $0 }

        func fit(_ examples: Examples, _ weights: Weights) async throws -> Regression {
            try await Regression(
                examples, terms: terms.count, answers: names.count, prior: weights.values(terms, answers: names),
                strength: priorStrength, width: width)
        }
        let coldFit = try await fit(cold, prior.cold)
        try await progress(lessons + 2, steps)
        let warmFit = try await fit(warm, prior.warm)
        try await progress(steps, steps)
        report.loss = [coldFit.loss, warmFit.loss]
        report.steps = [coldFit.steps, warmFit.steps]
        guard report.joined > 0 else { return (prior.named(version), report) }

        // A score of zero is a startup nobody has funded yet and an investor of whom nothing is known.
        let reference = coldFit.start ?? prior.reference
        let model = Model(
            version: version, reference: reference,
            cold: Weights(coldFit, terms, answers: names, reference: reference, prior: prior.cold),
            warm: Weights(warmFit, terms, answers: names, reference: reference, prior: prior.warm))
        return (model, report)
    }
}

extension Codebook {
    /// Numbers the answers that alone say how sought a startup is, by name and for all lessons: by field and code.
    fileprivate func numbered(_ answers: inout [String: Int32], _ answerNames: inout [String]) -> [[Int32]] {
        Field.allCases.map { field in
            guard Demand.fields.contains(field) else { return [] }
            let names = names(field)
            var numbers = [Int32](repeating: -1, count: names.count)
            // In the order of the names, so that the numbers do not hang on the order of the startups.
            for code in names.indices.sorted(by: { Market.bytewise(names[$0], names[$1]) }) {
                let name = Demand.name(field, names[code])
                if let known = answers[name] {
                    numbers[code] = known
                } else {
                    numbers[code] = Int32(answerNames.count)
                    answers[name] = numbers[code]
                    answerNames.append(name)
                }
            }
            return numbers
        }
    }
}

extension Model {
    /// The same weights under another name.
    public func named(_ version: String) -> Model {
        Model(version: version, reference: reference, cold: cold, warm: warm, calibration: calibration)
    }

    /// The same weights, and what their scores have meant.
    func calibrated(_ calibration: Calibration?) -> Model {
        Model(version: version, reference: reference, cold: cold, warm: warm, calibration: calibration)
    }

    fileprivate func without(_ signals: Set<Signal>) -> Model {
        guard !signals.isEmpty else { return self }
        return Model(
            version: version, reference: reference, cold: cold.without(signals), warm: warm.without(signals))
    }
}

extension Model.Weights {
    /// The weights with nothing for some signals.
    fileprivate func without(_ signals: Set<Signal>) -> Self {
        var rest = self
        rest.weight = weight.filter { !signals.contains($0.key) }
        rest.perExperience = perExperience.filter { !signals.contains($0.key) }
        rest.upside = upside.filter { !signals.contains($0.key) }
        if signals.contains(.demand) { rest.demand = [:] }
        return rest
    }

    /// The weights as a regression takes them, in log-odds, without the start.
    fileprivate func values(_ terms: Terms, answers: [String]) -> [Double] {
        func values(_ numbers: [Int], _ table: [Signal: Double]) -> [Double] {
            numbers.map { (table[Signal.allCases[$0]] ?? 0) / Model.pointsPerLogOdd }
        }
        return values(terms.plain, weight) + values(terms.experienced, perExperience) + values(terms.upside, upside)
            + answers.map { (demand[$0] ?? 0) / Model.pointsPerLogOdd }
    }

    /// The weights that a regression found, in points. What cannot be learned is taken from another model.
    fileprivate init(_ found: Regression, _ terms: Terms, answers: [String], reference: Double, prior: Self) {
        let points = found.weights.map { $0 * Model.pointsPerLogOdd }
        func table(_ numbers: [Int], from start: Int) -> [Signal: Double] {
            Dictionary(
                uniqueKeysWithValues: numbers.enumerated().compactMap { offset, number in
                    points[start + offset] == 0 ? nil : (Signal.allCases[number], points[start + offset])
                })
        }
        weight = table(terms.plain, from: 0).merging(prior.weight.filter { !$0.key.isLearned }) { $1 }
        perExperience = table(terms.experienced, from: terms.plain.count)
        upside = table(terms.upside, from: terms.plain.count + terms.experienced.count)
        demand = Dictionary(
            uniqueKeysWithValues: answers.enumerated().map { ($1, points[terms.count + $0]) })
        start = found.start.map { ($0 - reference) * Model.pointsPerLogOdd } ?? prior.start
    }
}
