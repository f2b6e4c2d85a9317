extension Term: Codable {
    /// Reads a term strictly: an object of exactly one word, or a bare value.
    package init(from decoder: any Decoder) throws {
        guard decoder.codingPath.count <= EligibilityRule.longestPath else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "the rule is nested too deeply"))
        }
        guard let container = try? decoder.container(keyedBy: Word.self) else {
            let single = try decoder.singleValueContainer()
            if let text = try? single.decode(String.self), text == "today" {
                self = .today
            } else {
                self = .literal(try FactValue(from: decoder))
            }
            return
        }
        guard container.allKeys.count == 1, let word = container.allKeys.first else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: container.codingPath, debugDescription: "expected an object of exactly one word"))
        }
        self = try Term(word, in: container)
    }

    private init(_ word: Word, in container: KeyedDecodingContainer<Word>) throws {
        let name = word.stringValue
        func terms(_ count: Int) throws -> [Term] {
            let terms = try container.decode([Term].self, forKey: word)
            guard terms.count == count else { throw container.refused(word, "expected \(count) values") }
            return terms
        }
        if let comparison = Comparison(rawValue: name), comparison != .oneOf, comparison != .noneOf {
            let sides = try terms(2)
            self = .compare(comparison, sides[0], sides[1])
            return
        }
        for unit in Unit.allCases {
            if name == "\(unit.rawValue)_since" {
                self = .since(unit, try container.decode(Term.self, forKey: word))
                return
            }
            if name == "\(unit.rawValue)_after" {
                let parts = try terms(2)
                guard case .literal(.integer(let count)) = parts[1] else {
                    throw container.refused(word, "expected a day and a whole number")
                }
                self = .after(unit, parts[0], count)
                return
            }
        }
        switch name {
        case "fact": self = .fact(try container.decode(String.self, forKey: word))
        case "item": self = .item(try container.decode(String.self, forKey: word))
        case "share":
            let parts = try terms(2)
            self = .share(parts[0], of: parts[1])
        case "count":
            let counted = try container.nestedContainer(keyedBy: Word.self, forKey: word)
            guard Set(counted.allKeys.map(\.stringValue)) == ["of", "where"] else {
                throw container.refused(word, "expected of and where")
            }
            self = .count(
                try counted.decode(String.self, forKey: Word("of")),
                where: try counted.decode(Term.self, forKey: Word("where")))
        case "one_of":
            var parts = try container.nestedUnkeyedContainer(forKey: word)
            let term = try parts.decode(Term.self)
            let values = try parts.decode([FactValue].self)
            guard parts.isAtEnd else { throw container.refused(word, "expected a value and a list") }
            self = .oneOf(term, values)
        case "all": self = .all(try container.decode([Term].self, forKey: word))
        case "any": self = .any(try container.decode([Term].self, forKey: word))
        case "not": self = .not(try container.decode(Term.self, forKey: word))
        default: self = .literal(try FactValue(word, in: container))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        if case .literal(let value) = self { return try value.encode(to: encoder) }
        if case .today = self {
            var single = encoder.singleValueContainer()
            return try single.encode("today")
        }
        var container = encoder.container(keyedBy: Word.self)
        switch self {
        case .literal, .today: break
        case .fact(let name): try container.encode(name, forKey: Word("fact"))
        case .item(let name): try container.encode(name, forKey: Word("item"))
        case .since(let unit, let term): try container.encode(term, forKey: Word("\(unit.rawValue)_since"))
        case .after(let unit, let term, let count):
            try container.encode([term, .literal(.integer(count))], forKey: Word("\(unit.rawValue)_after"))
        case .share(let part, let whole): try container.encode([part, whole], forKey: Word("share"))
        case .count(let list, let condition):
            var counted = container.nestedContainer(keyedBy: Word.self, forKey: Word("count"))
            try counted.encode(list, forKey: Word("of"))
            try counted.encode(condition, forKey: Word("where"))
        case .compare(let comparison, let left, let right):
            try container.encode([left, right], forKey: Word(comparison.rawValue))
        case .oneOf(let term, let values):
            var parts = container.nestedUnkeyedContainer(forKey: Word("one_of"))
            try parts.encode(term)
            try parts.encode(values)
        case .all(let terms): try container.encode(terms, forKey: Word("all"))
        case .any(let terms): try container.encode(terms, forKey: Word("any"))
        case .not(let term): try container.encode(term, forKey: Word("not"))
        }
    }
}

extension FactValue: Codable {
    /// Reads a whole number, yes or no, or an object of one word that says which kind of value it is.
    package init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Word.self) {
            guard container.allKeys.count == 1, let word = container.allKeys.first else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: container.codingPath, debugDescription: "expected an object of exactly one word"))
            }
            self = try FactValue(word, in: container)
            return
        }
        let single = try decoder.singleValueContainer()
        if let flag = try? single.decode(Bool.self) {
            self = .boolean(flag)
        } else {
            self = .integer(try single.decode(Int.self))
        }
    }

    fileprivate init(_ word: Word, in container: KeyedDecodingContainer<Word>) throws {
        switch word.stringValue {
        case "basis_points": self = .percent(try container.decode(Int.self, forKey: word))
        case "date": self = .date(try container.decode(Day.self, forKey: word))
        case "country": self = .country(try container.decode(String.self, forKey: word))
        case "text": self = .text(try container.decode(String.self, forKey: word))
        case "awards": self = .awards(try container.decode([Award].self, forKey: word))
        case "holders": self = .holders(try container.decode([HeldShare].self, forKey: word))
        default: throw container.refused(word, "is no word of the rule language")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .integer(let number):
            var single = encoder.singleValueContainer()
            return try single.encode(number)
        case .boolean(let flag):
            var single = encoder.singleValueContainer()
            return try single.encode(flag)
        default: break
        }
        var container = encoder.container(keyedBy: Word.self)
        switch self {
        case .integer, .boolean: break
        case .percent(let points): try container.encode(points, forKey: Word("basis_points"))
        case .date(let day): try container.encode(day, forKey: Word("date"))
        case .country(let code): try container.encode(code, forKey: Word("country"))
        case .text(let text): try container.encode(text, forKey: Word("text"))
        case .awards(let awards): try container.encode(awards, forKey: Word("awards"))
        case .holders(let holders): try container.encode(holders, forKey: Word("holders"))
        }
    }
}

/// A word of the language as JSON has it.
private struct Word: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ word: String) { stringValue = word }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer where Key == Word {
    fileprivate func refused(_ word: Word, _ what: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath + [word], debugDescription: what))
    }
}
