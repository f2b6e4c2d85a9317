/// A question that a past deal and a startup of today both answer, so that the one tells of the other.
enum Field: Int, CaseIterable, Sendable {
    case area, tag, country, region, state, city
    case previousStage, earlierRounds, age, lastSize, gap, roundKind, roundSize
    case areaInRegion, areaInState, areaAtStage, areaAtAge, areaInRound
    case regionAtStage, regionAtAge, regionInRound, stageAtAge

    /// Deals' worth of the market's habit that a single investor's habit must outweigh.
    var shrinkage: Double { joins == nil ? 10 : 20 }

    /// The two fields whose answers it joins; `nil` for one that stands alone.
    var joins: (first: Field, second: Field)? {
        switch self {
        case .areaInRegion: (.area, .region)
        case .areaInState: (.area, .state)
        case .areaAtStage: (.area, .previousStage)
        case .areaAtAge: (.area, .age)
        case .areaInRound: (.area, .roundKind)
        case .regionAtStage: (.region, .previousStage)
        case .regionAtAge: (.region, .age)
        case .regionInRound: (.region, .roundKind)
        case .stageAtAge: (.previousStage, .age)
        default: nil
        }
    }

    static let joint = allCases.compactMap { field in
        field.joins.map { (field: field, first: $0.first, second: $0.second) }
    }

    /// Fields that a startup answers once or not at all, in the order in which a ``Sheet`` has them: first those that a
    /// mandate can declare, then those that only a past tells of.
    static let single: [Field] = [
        .roundKind, .region, .roundSize, .country, .state, .city, .previousStage, .earlierRounds, .age, .lastSize, .gap,
    ]
    static let singleCount = 11
    static let declarableCount = 4

    /// Where ``single`` has the field.
    var place: Int? { Self.places[rawValue] }
    private static let places = allCases.map { single.firstIndex(of: $0) }
}

/// An answer to a question, as a number: of one fact the code of its name, of two facts both codes.
struct Answer: Hashable, Sendable {
    let raw: UInt64

    init(_ field: Field, _ code: Code) { raw = UInt64(field.rawValue) << 56 | UInt64(code) }

    /// - Parameters:
    ///   - first: below 2²⁸, as the codes of areas, regions and stages are.
    ///   - second: below 2²⁸.
    init(_ field: Field, _ first: Code, _ second: Code) {
        raw = UInt64(field.rawValue) << 56 | UInt64(first) << 28 | UInt64(second)
    }

    var field: Field { Field.allCases[Int(raw >> 56)] }
    /// The code of an answer that stands alone, or of the second of two.
    var code: Code { Code(raw & 0xFFF_FFFF) }
    /// The code of the first of two.
    var first: Code { Code(raw >> 28 & 0xFFF_FFFF) }
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
