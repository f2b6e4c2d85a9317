/// A question that a past deal and a startup of today both answer, so that the one tells of the other.
enum Field: Int, CaseIterable, Sendable {
    case area, tag, country, region, state, city
    case previousStage, earlierRounds, age, lastSize, gap, roundKind, roundSize
    case areaInRegion, areaInState, areaAtStage, areaAtAge, areaInRound
    case regionAtStage, regionAtAge, regionInRound, stageAtAge

    /// Deals' worth of the market's habit that a single investor's habit must outweigh.
    var shrinkage: Double {
        switch self {
        case .areaInRegion, .areaInState, .areaAtStage, .areaAtAge, .areaInRound, .regionAtStage, .regionAtAge,
            .regionInRound, .stageAtAge:
            20
        default: 10
        }
    }
}

/// Answers to the questions of ``Field``, numbered; the numbers of one field are contiguous.
struct FacetIndex: Sendable {
    private var numbers: [[String: Int32]]
    private(set) var names: [String] = []
    private(set) var fields: [Field] = []
    private(set) var ranges: [Range<Int>] = []

    /// Numbers all answers, in the order of their text, so that the numbers do not hang on the order of the input.
    init(_ answers: [Set<String>]) {
        numbers = []
        for field in Field.allCases {
            var table: [String: Int32] = [:]
            let start = names.count
            for name in answers[field.rawValue].sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
                table[name] = Int32(names.count)
                names.append(name)
                fields.append(field)
            }
            ranges.append(start..<names.count)
            numbers.append(table)
        }
    }

    var count: Int { names.count }

    func number(_ field: Field, _ name: String) -> Int32? { numbers[field.rawValue][name] }
}

/// What a startup answered on some day, before it has numbers.
struct Answers {
    var values: [(field: Field, name: String, weight: Double)] = []

    mutating func add(_ field: Field, _ name: String?, _ weight: Double = 1) {
        if let name, !name.isEmpty { values.append((field, name, weight)) }
    }
}

/// Numbered answers with weights that sum to one within each field.
struct FacetSet: Sendable {
    var ids: [Int32] = []
    var weights: [Double] = []
    /// For each field, where its answers lie in `ids`.
    var ranges: [Range<Int>] = Array(repeating: 0..<0, count: Field.allCases.count)

    init() {}

    init(_ answers: Answers, _ index: FacetIndex) {
        var byField: [[(Int32, Double)]] = Array(repeating: [], count: Field.allCases.count)
        for value in answers.values {
            guard let id = index.number(value.field, value.name) else { continue }
            byField[value.field.rawValue].append((id, value.weight))
        }
        for (field, found) in byField.enumerated() {
            let start = ids.count
            let total = found.reduce(0) { $0 + $1.1 }
            if total > 0 {
                for (id, weight) in found.sorted(by: { $0.0 < $1.0 }) where weight > 0 {
                    ids.append(id)
                    weights.append(weight / total)
                }
            }
            ranges[field] = start..<ids.count
        }
    }
}

/// The buckets into which ages, sizes and gaps fall, named by their bounds: "12-24" months, "60000000-" and more.
enum Bucket {
    static let months = Buckets([0, 6, 12, 24, 36, 48, 60, 84, 120])
    static let gaps = Buckets([0, 6, 12, 18, 24, 36, 60])
    static let sizes = Buckets([
        0, 100_000, 250_000, 500_000, 1_000_000, 2_000_000, 4_000_000, 7_000_000, 12_000_000, 25_000_000, 60_000_000,
    ])

    static func age(founded: Int?, on day: Int) -> String? {
        // A day of founding is often a guess; one in a future that is more than a year off is a mistake.
        guard let founded, founded <= day + 366 else { return nil }
        return months.name(of: max(0, day - founded) * 12 / 365)
    }

    static func size(_ amount: Int?) -> String? {
        amount.flatMap { $0 > 0 ? sizes.name(of: $0) : nil }
    }

    static func rounds(_ count: Int) -> String { count >= 5 ? "5-" : "\(count)" }

    static func gap(from last: Int?, to day: Int) -> String? {
        guard let last, last <= day else { return nil }
        return gaps.name(of: (day - last) * 12 / 365)
    }
}

/// Numbers from zero, cut at given bounds.
struct Buckets: Sendable {
    private let bounds: [Int]
    let names: [String]

    init(_ bounds: [Int]) {
        self.bounds = bounds
        names = bounds.indices.map { index in
            index + 1 < bounds.count ? "\(bounds[index])-\(bounds[index + 1])" : "\(bounds[index])-"
        }
    }

    func name(of value: Int) -> String {
        names[max(0, bounds.count { value >= $0 } - 1)]
    }

    /// The names of the buckets that a range touches.
    func names(touching range: ClosedRange<Int>) -> [String] {
        names.indices.filter { index in
            bounds[index] <= range.upperBound && (index + 1 == bounds.count || bounds[index + 1] > range.lowerBound)
        }.map { names[$0] }
    }
}
