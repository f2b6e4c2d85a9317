package import Vocabulary

/// What kind of answer a question takes, and within which bounds: data that a call carries, not code.
///
/// Whatever the kind, an answer is a text, and ``read(_:)`` says what it means. A draft keeps every text; only one that can be
/// read is complete.
@dynamicMemberLookup
package struct Field: Sendable, Equatable {
    /// The kinds of answer.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// One line.
        case shortText = "short_text"
        /// Paragraphs.
        case longText = "long_text"
        /// A number.
        case number
        /// An amount with its currency.
        case money
        /// A day.
        case date
        /// One of some options.
        case choice
        /// Any of some options.
        case choices
        /// A web address.
        case link
        /// People with what they do.
        case people
        /// Rows of columns that the call names.
        case rows

        /// Whether it is chosen from options.
        package var isChosen: Bool { self == .choice || self == .choices }
        /// Whether it consists of rows.
        package var hasRows: Bool { self == .people || self == .rows }
    }

    /// What can be chosen.
    package struct Option: Codable, Sendable, Equatable {
        /// Names the option in answers, conditions and exports; it stays when the label is reworded.
        package let key: String
        /// What is read.
        package let label: LocalizedLine

        /// An option.
        package init(_ key: String, _ label: LocalizedLine) {
            self.key = key
            self.label = label
        }
    }

    /// A column of rows.
    package struct Column: Codable, Sendable, Equatable {
        /// What a cell holds; one of the kinds without options or rows.
        package let kind: Kind
        /// Names the column in answers.
        package let key: String
        /// What is read above it; nil for the columns of people, which pages name.
        package let label: LocalizedLine?
        /// Whether a row needs it.
        package let isRequired: Bool

        /// A column.
        package init(_ key: String, _ label: LocalizedLine?, kind: Kind = .shortText, isRequired: Bool = false) {
            self.key = key
            self.label = label
            self.kind = kind
            self.isRequired = isRequired
        }
    }

    /// Most scalars of a line of text.
    package static let lineLimit = 500
    /// Most options, and most rows.
    package static let listLimit = 50
    /// The columns of people: a name, what they do, and perhaps an address.
    package static let columnsOfPeople = [
        Column("name", nil, isRequired: true), Column("role", nil, isRequired: true), Column("email", nil),
    ]

    /// What narrows the answers beyond the kind. What the kind has no use for is absent.
    package struct Settings: Codable, Sendable, Equatable {
        /// The smallest number or amount, as it is written.
        package var lowest: String?
        /// The largest number or amount.
        package var highest: String?
        /// Most digits after the point of a number, 0 to 6; none unless said.
        package var decimals: Int?
        /// The currencies an amount may be in; HKD, USD and JPY unless said.
        package var currencies: [Currency]?
        /// The first day.
        package var earliest: CalendarDate?
        /// The last day.
        package var latest: CalendarDate?
        /// What can be chosen.
        package var options: [Option]?
        /// The columns of rows.
        package var columns: [Column]?
        /// Fewest options or rows of an answer.
        package var fewest: Int?
        /// Most options or rows.
        package var most: Int?

        /// Nothing but the kind narrows the answers.
        package init() {}

        /// The same without what a kind has no use for.
        package func kept(for kind: Kind) -> Settings {
            var kept = Settings()
            switch kind {
            case .shortText, .longText, .link: break
            case .number: (kept.lowest, kept.highest, kept.decimals) = (lowest, highest, decimals)
            case .money: (kept.lowest, kept.highest, kept.currencies) = (lowest, highest, currencies)
            case .date: (kept.earliest, kept.latest) = (earliest, latest)
            case .choice: kept.options = options
            case .choices: (kept.options, kept.fewest, kept.most) = (options, fewest, most)
            case .people: (kept.fewest, kept.most) = (fewest, most)
            case .rows: (kept.columns, kept.fewest, kept.most) = (columns, fewest, most)
            }
            return kept
        }
    }

    /// The kind.
    package var kind: Kind
    /// Most Unicode scalars of a text: what people who write Chinese or Japanese count as characters.
    package var maxLength: Int?
    /// What narrows the answers.
    package var settings: Settings

    /// A field of a kind, whose settings may follow.
    package init(_ kind: Kind, maxLength: Int? = nil, _ settings: Settings = Settings()) {
        self.kind = kind
        self.maxLength = maxLength
        self.settings = settings
    }

    /// A setting, as if it were the field's own.
    package subscript<Value>(dynamicMember path: WritableKeyPath<Settings, Value>) -> Value {
        get { settings[keyPath: path] }
        set { settings[keyPath: path] = newValue }
    }

    /// The columns of an answer that consists of rows.
    package var allColumns: [Column] { kind == .people ? Self.columnsOfPeople : settings.columns ?? [] }
    /// The currencies of an amount.
    package var allCurrencies: [Currency] { settings.currencies ?? [.hkd, .usd, .jpy] }
}

/// Why a field cannot be asked.
package enum FieldFault: Error, Equatable, Sendable {
    /// The bound is none of this kind, or none at all; its name as in JSON.
    case bound(String)
    /// What is chosen from has no options, too many, or two with one key.
    case options
    /// Rows have no columns, too many, two with one key, or one of a kind that a cell cannot hold.
    case columns
    /// Fewest and most run the wrong way.
    case counts
}

extension Field {
    /// Refuses a field that no answer could be read by.
    package func check() throws(FieldFault) {
        if let maxLength, !(1...LongTextRule.limit).contains(maxLength) { throw .bound("max_length") }
        let settings = settings
        if let decimals = settings.decimals, !(0...6).contains(decimals) { throw .bound("decimals") }
        if settings.currencies?.isEmpty == true { throw .bound("currencies") }
        let (low, high) = (settings.lowest.map(Figure.init), settings.highest.map(Figure.init))
        if case .some(.none) = low { throw .bound("lowest") }
        if case .some(.none) = high { throw .bound("highest") }
        if let low = low ?? nil, let high = high ?? nil, high < low { throw .bound("highest") }
        if let earliest = settings.earliest, let latest = settings.latest, latest < earliest { throw .bound("latest") }
        let keys = (settings.options ?? []).map(\.key)
        if kind.isChosen {
            guard (1...Self.listLimit).contains(keys.count), Set(keys).count == keys.count,
                keys.allSatisfy(Self.isKey)
            else { throw .options }
        }
        if kind == .rows {
            let columns = settings.columns ?? []
            guard (1...8).contains(columns.count), Set(columns.map(\.key)).count == columns.count,
                columns.allSatisfy({ Self.isKey($0.key) && $0.label != nil && Self.cellKinds.contains($0.kind) })
            else { throw .columns }
        }
        if let fewest = settings.fewest, !(0...Self.listLimit).contains(fewest) { throw .counts }
        if let most = settings.most, !(1...Self.listLimit).contains(most) || most < settings.fewest ?? 0 {
            throw .counts
        }
    }

    /// What a cell of a row can hold.
    static let cellKinds: Set<Kind> = [.shortText, .number, .money, .date, .link]

    /// A short name that needs no quoting anywhere.
    private static func isKey(_ key: String) -> Bool {
        (1...40).contains(key.utf8.count)
            && key.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            }
    }
}
