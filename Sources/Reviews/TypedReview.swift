internal import Foundation
internal import Pages
internal import Vocabulary

/// A review as it was typed into a form: what of it can be stored, and what cannot for the moment.
struct TypedReview: Sendable {
    /// Everything that can be stored, complete or not. What was not sent, or cannot be stored, stays as it was.
    let draft: ReviewDraft
    /// Why the rest cannot, by field.
    let errors: [(field: String, message: String)]

    init(
        _ fields: [String: [String]], over stored: Review?, by criteria: [ReviewRound.Criterion], _ t: Texts
    ) {
        var entry = Entry(fields: fields, t: t)
        var (scores, notes) = (stored?.scores ?? [:], stored?.notes ?? [:])
        for criterion in criteria {
            let id = criterion.id
            let error = t(
                "reviewer.error_score", ["lowest": "\(criterion.lowest)", "highest": "\(criterion.highest)"])
            scores[id] = entry.number(
                criterion.scoreField, in: criterion.lowest...criterion.highest, or: scores[id], error: error)
            notes[id] = entry.text(criterion.noteField, or: notes[id])
            // A note says something about a score, and is stored with it.
            if notes[id] != nil, scores[id] == nil {
                notes[id] = nil
                entry.refuse(criterion.noteField, t("reviewer.error_note"))
            }
        }
        draft = ReviewDraft(
            scores: scores, notes: notes, comment: entry.text("comment", or: stored?.comment),
            privateNote: entry.text("private_note", or: stored?.privateNote),
            confidence: entry.number(
                "confidence", in: 1...4, or: stored?.confidence, error: t("reviewer.error_confidence")))
        errors = entry.errors
    }

    private struct Entry {
        let fields: [String: [String]]
        let t: Texts
        private(set) var errors: [(field: String, message: String)] = []

        init(fields: [String: [String]], t: Texts) {
            self.fields = fields
            self.t = t
        }

        mutating func refuse(_ field: String, _ message: String) { errors.append((field, message)) }

        mutating func number(_ field: String, in range: ClosedRange<Int>, or stored: Int?, error: String) -> Int? {
            guard let typed = fields[field]?.first?.trimmingCharacters(in: .whitespacesAndNewlines) else {
                return stored
            }
            guard !typed.isEmpty else { return nil }
            guard let number = WholeNumber.parse(typed), range.contains(number) else {
                refuse(field, error)
                return stored
            }
            return number
        }

        mutating func text(_ field: String, or stored: LongText?) -> LongText? {
            guard let typed = fields[field]?.first else { return stored }
            do throws(TextRefusal) {
                return try LongText(typed: typed)
            } catch {
                refuse(field, error.words(t))
                return stored
            }
        }
    }
}

/// Whole numbers as people write them: digits and nothing else.
enum WholeNumber {
    static func parse(_ text: String) -> Int? {
        text.utf8.allSatisfy({ (48...57).contains($0) }) ? Int(text) : nil
    }
}

extension LongText {
    /// What was typed, if it can be stored; nil for nothing but white space.
    init?(typed: String) throws(TextRefusal) {
        guard !typed.unicodeScalars.allSatisfy(\.properties.isWhitespace) else { return nil }
        try self.init(typed)
    }
}

extension TextRefusal {
    /// What to do about a text that cannot be stored.
    func words(_ t: Texts) -> String {
        switch self {
        case .tooLong(let limit): t("reviewer.error_long", ["limit": Figures.grouped(limit)])
        case .forbidden(let scalar):
            t("reviewer.error_character", ["code": String(scalar, radix: 16, uppercase: true)])
        case .tooManyMarks: t("reviewer.error_marks")
        case .empty: t("reviewer.error_empty")
        }
    }
}

extension ReviewRound.Criterion {
    /// The name of its score in a form: where problems with the score point to, too.
    var scoreField: String { "scores.\(id)" }
    /// The name of the note to its score.
    var noteField: String { "notes.\(id)" }
    /// Whether the scale is too long to show every score of it.
    var isLong: Bool { highest - lowest > 10 }
}

extension Review {
    /// What a form of it begins with.
    func values(by criteria: [ReviewRound.Criterion]) -> [String: [String]] {
        var values: [String: String] = [:]
        for criterion in criteria {
            values[criterion.scoreField] = scores[criterion.id].map { "\($0)" }
            values[criterion.noteField] = notes[criterion.id]?.string
        }
        values["comment"] = comment?.string
        values["private_note"] = privateNote?.string
        values["confidence"] = confidence.map { "\($0)" }
        return values.mapValues { [$0] }
    }
}
