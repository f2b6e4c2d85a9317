package import Foundation
internal import Vocabulary

/// When a question is asked: an expression over answers to earlier questions, as data.
///
/// JSON: `{"question": ID, "answered": true}`, `{"question": ID, "is": ["yes"]}`, `{"question": ID, "at_least": "10"}`,
/// `{"question": ID, "at_most": "10"}`, `{"all": […]}`, `{"any": […]}`, `{"not": …}`. Whatever it says of a question that was
/// not asked itself is false.
package indirect enum Condition: Sendable, Equatable {
    /// There is an answer that can be read.
    case answered(UUID)
    /// The answer is one of these texts, or has one of these among its choices.
    case isAny(UUID, of: [String])
    /// The answer is a number, or an amount in any currency, of at least this.
    case atLeast(UUID, Figure)
    /// Or of at most this.
    case atMost(UUID, Figure)
    /// Every one of them holds.
    case all([Condition])
    /// One of them holds.
    case any([Condition])
    /// It does not hold.
    case not(Condition)

    /// How deep expressions nest at the most.
    package static let depthLimit = 8
    /// How many parts they have at the most.
    package static let sizeLimit = 64

    /// The questions it asks about.
    package var questions: Set<UUID> {
        switch self {
        case .answered(let id), .isAny(let id, _), .atLeast(let id, _), .atMost(let id, _): [id]
        case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.questions) }
        case .not(let part): part.questions
        }
    }

    /// The same about other questions: those that are named anew, and the others as they are.
    package func renaming(_ names: [UUID: UUID]) -> Condition {
        switch self {
        case .answered(let id): .answered(names[id] ?? id)
        case .isAny(let id, let texts): .isAny(names[id] ?? id, of: texts)
        case .atLeast(let id, let bound): .atLeast(names[id] ?? id, bound)
        case .atMost(let id, let bound): .atMost(names[id] ?? id, bound)
        case .all(let parts): .all(parts.map { $0.renaming(names) })
        case .any(let parts): .any(parts.map { $0.renaming(names) })
        case .not(let part): .not(part.renaming(names))
        }
    }

    /// The same with other texts in place of those it compares the answer to a question with.
    package func replacingTexts(_ replace: (UUID, String) -> String) -> Condition {
        switch self {
        case .isAny(let id, let texts): .isAny(id, of: texts.map { replace(id, $0) })
        case .answered, .atLeast, .atMost: self
        case .all(let parts): .all(parts.map { $0.replacingTexts(replace) })
        case .any(let parts): .any(parts.map { $0.replacingTexts(replace) })
        case .not(let part): .not(part.replacingTexts(replace))
        }
    }

    /// What it compares answers with, by question.
    package var comparisons: [(question: UUID, texts: [String])] {
        switch self {
        case .isAny(let id, let texts): [(id, texts)]
        case .answered, .atLeast, .atMost: []
        case .all(let parts), .any(let parts): parts.flatMap(\.comparisons)
        case .not(let part): part.comparisons
        }
    }

    /// Whether it holds, given what each question that was asked was answered with.
    package func holds(_ answers: [UUID: FieldValue]) -> Bool {
        switch self {
        case .answered(let id): answers[id] != nil
        case .isAny(let id, let texts):
            switch answers[id] {
            case .chosen(let keys)?: keys.contains { texts.contains($0) }
            case .text(let text)?: texts.contains(text)
            case .number(let figure)?: texts.contains { Figure($0) == figure }
            case .date(let day)?: texts.contains(day.description)
            case .money, .link, .rows, nil: false
            }
        case .atLeast(let id, let bound): Self.figure(answers[id]).map { $0 >= bound } ?? false
        case .atMost(let id, let bound): Self.figure(answers[id]).map { $0 <= bound } ?? false
        case .all(let parts): parts.allSatisfy { $0.holds(answers) }
        case .any(let parts): parts.contains { $0.holds(answers) }
        case .not(let part): !part.holds(answers)
        }
    }

    private static func figure(_ value: FieldValue?) -> Figure? {
        switch value {
        case .number(let figure)?: figure
        case .money(let money)?: Figure(money.decimal)
        case .rows(let rows)?: Figure("\(rows.count)")
        default: nil
        }
    }
}

/// What a form needs to know of a question to tell whether it is asked.
package struct AskedQuestion: Sendable {
    /// The question.
    package let id: UUID
    /// What it takes.
    package let field: Field
    /// When it is asked; nil for always.
    package let condition: Condition?

    /// A question of a form.
    package init(_ id: UUID, _ field: Field, when condition: Condition? = nil) {
        self.id = id
        self.field = field
        self.condition = condition
    }
}

extension Collection<AskedQuestion> {
    /// The questions of a form, in its order, that are asked of whoever has answered so. Linear in the form and the answers.
    package func asked(_ texts: [UUID: String]) -> Set<UUID> {
        var (asked, values): (Set<UUID>, [UUID: FieldValue]) = ([], [:])
        for question in self where question.condition?.holds(values) ?? true {
            asked.insert(question.id)
            guard let text = texts[question.id], case .success(let value) = question.field.read(text) else { continue }
            values[question.id] = value
        }
        return asked
    }

    /// Questions, by their place, whose condition asks about one that does not come before them.
    package var askedTooEarly: [Int] {
        var (earlier, found): (Set<UUID>, [Int]) = ([], [])
        for (place, question) in enumerated() {
            if let condition = question.condition, !condition.questions.isSubset(of: earlier) { found.append(place) }
            earlier.insert(question.id)
        }
        return found
    }
}

extension Condition: Codable {
    private enum CodingKeys: String, CodingKey {
        case question, answered, `is`, atLeast = "at_least", atMost = "at_most", all, any, not
    }

    /// Decodes one form of the seven; refuses what nests too deep or is too large.
    package init(from decoder: any Decoder) throws {
        self = try Self.decode(decoder)
        guard size <= Self.sizeLimit else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "has more than \(Self.sizeLimit) parts"))
        }
    }

    private var size: Int {
        switch self {
        case .answered, .isAny, .atLeast, .atMost: 1
        case .all(let parts), .any(let parts): parts.reduce(1) { $0 + $1.size }
        case .not(let part): 1 + part.size
        }
    }

    private static func decode(_ decoder: any Decoder) throws -> Condition {
        func refusal(_ sentence: String) -> DecodingError {
            .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: sentence))
        }
        guard decoder.codingPath.count <= 64, depth(of: decoder.codingPath) <= depthLimit else {
            throw refusal("nests deeper than \(depthLimit)")
        }
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if values.contains(.all) { return .all(try values.decode([Condition].self, forKey: .all)) }
        if values.contains(.any) { return .any(try values.decode([Condition].self, forKey: .any)) }
        if values.contains(.not) { return .not(try values.decode(Condition.self, forKey: .not)) }
        let question = try values.decode(UUID.self, forKey: .question)
        if let texts = try values.decodeIfPresent([String].self, forKey: .is) {
            guard (1...Field.listLimit).contains(texts.count) else { throw refusal("compares with 1 to 50 answers") }
            return .isAny(question, of: texts)
        }
        if let bound = try values.decodeIfPresent(String.self, forKey: .atLeast) {
            guard let figure = Figure(bound) else { throw refusal("expected a number") }
            return .atLeast(question, figure)
        }
        if let bound = try values.decodeIfPresent(String.self, forKey: .atMost) {
            guard let figure = Figure(bound) else { throw refusal("expected a number") }
            return .atMost(question, figure)
        }
        guard try values.decodeIfPresent(Bool.self, forKey: .answered) == true else {
            throw refusal("expected answered, is, at_least or at_most of a question, or all, any or not")
        }
        return .answered(question)
    }

    /// How many of the keys on the way are forms of this one.
    private static func depth(of path: [any CodingKey]) -> Int {
        path.count { ["all", "any", "not"].contains($0.stringValue) }
    }

    /// Encodes the form it was decoded from.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .answered(let id):
            try values.encode(id, forKey: .question)
            try values.encode(true, forKey: .answered)
        case .isAny(let id, let texts):
            try values.encode(id, forKey: .question)
            try values.encode(texts, forKey: .is)
        case .atLeast(let id, let bound):
            try values.encode(id, forKey: .question)
            try values.encode(bound.description, forKey: .atLeast)
        case .atMost(let id, let bound):
            try values.encode(id, forKey: .question)
            try values.encode(bound.description, forKey: .atMost)
        case .all(let parts): try values.encode(parts, forKey: .all)
        case .any(let parts): try values.encode(parts, forKey: .any)
        case .not(let part): try values.encode(part, forKey: .not)
        }
    }
}
