/// What kind of thing a fact or a part of a rule is.
package enum FactType: String, Codable, Sendable, CaseIterable {
    /// A whole number.
    case integer
    /// A share, in hundredths of a per cent.
    case percent
    /// A day.
    case date
    /// Two letters of ISO 3166-1.
    case country
    /// Yes or no.
    case boolean
    /// Words, which are equal when they differ in case and white space alone.
    case text
    /// Money that was won before.
    case awards
    /// Who owns how much.
    case holders

    /// Whether values of the type have an order.
    var isOrdered: Bool { self == .integer || self == .percent || self == .date }
    /// Whether it is a list, of which the items are counted.
    package var isList: Bool { self == .awards || self == .holders }

    /// What the items of a list are made of.
    package var fields: [String: FactType] {
        switch self {
        case .awards:
            [
                "scheme": .text, "source": .text, "project": .text, "from": .date, "until": .date, "running": .boolean,
                "held_in_common": .percent,
            ]
        case .holders: ["name": .text, "share": .percent]
        default: [:]
        }
    }
}

/// A value of a fact, or one that a rule names.
package enum FactValue: Hashable, Sendable {
    case integer(Int)
    /// In hundredths of a per cent.
    case percent(Int)
    case date(Day)
    case country(String)
    case boolean(Bool)
    case text(String)
    case awards([Award])
    case holders([HeldShare])

    /// What kind of thing it is.
    package var type: FactType {
        switch self {
        case .integer: .integer
        case .percent: .percent
        case .date: .date
        case .country: .country
        case .boolean: .boolean
        case .text: .text
        case .awards: .awards
        case .holders: .holders
        }
    }
}

/// Money that an applicant won before, or that a company close to it won.
package struct Award: Hashable, Sendable, Codable {
    /// What it was given under.
    package var scheme: String
    /// Whose money it is, where that is known: schemes may share it.
    package var source: String?
    /// What it was given for.
    package var project: String?
    /// Since when.
    package var from: Day?
    /// The last day; nil while no end is set.
    package var until: Day?
    /// How much one holder has of the receiver and of the applicant both, in hundredths of a per cent; the applicant's own
    /// awards are held in common as a whole.
    package var heldInCommon: Int

    /// An award as it was declared.
    package init(
        scheme: String, source: String? = nil, project: String? = nil, from: Day? = nil, until: Day? = nil,
        heldInCommon: Int = 10_000
    ) {
        self.scheme = scheme
        self.source = source
        self.project = project
        self.from = from
        self.until = until
        self.heldInCommon = heldInCommon
    }

    /// Whether it runs on a day; nil where nobody said since when.
    package func isRunning(on day: Day) -> Bool? {
        if let until, until < day { return false }
        return from.map { $0 <= day }
    }

    private enum CodingKeys: String, CodingKey {
        case scheme, source, project, from, until
        case heldInCommon = "held_in_common"
    }
}

/// Who owns how much of the applicant.
package struct HeldShare: Hashable, Sendable, Codable {
    /// What a register calls the holder.
    package var name: String
    /// In hundredths of a per cent.
    package var share: Int

    /// A holder of so much.
    package init(_ name: String, share: Int) {
        self.name = name
        self.share = share
    }
}

/// What is known of an applicant, by name. What has no value is not known, never zero.
package typealias DeclaredFacts = [String: FactValue]

extension String {
    /// The words without what people write differently: case, and white space.
    var folded: String { lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
