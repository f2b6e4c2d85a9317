package import API
package import Forms
import Foundation
import Vocabulary

extension CallDraft {
    /// Refuses questions that cannot be asked, or not there, all of them at once.
    ///
    /// - Parameter pointer: where the question at a place was sent.
    static func check(_ questions: [Question], at pointer: (Int) -> String) throws(Problem) {
        var errors: [Problem.FieldError] = []
        for (place, question) in questions.enumerated() {
            do throws(FieldFault) { try question.field.check() } catch {
                errors.append(error.refusal(at: pointer(place)))
            }
            if question.files != nil, question.field.kind != .longText {
                errors.append(
                    .init("\(pointer(place))/kind", .invalid, "A question that is answered by files has no other kind.")
                )
            }
        }
        var latest = 1
        for (place, question) in questions.enumerated() {
            if let round = question.fromRound, !(2...20).contains(round) {
                errors.append(
                    .init("\(pointer(place))/from_round", .outOfRange, "Later questions come with round 2 to 20."))
            } else if question.fromRound ?? 1 < latest {
                // Else numbers, sections and conditions would speak of questions that nobody has seen yet.
                errors.append(
                    .init(
                        "\(pointer(place))/from_round", .invalid,
                        "Questions that are asked later stand after those that are asked before."))
            } else {
                latest = question.fromRound ?? 1
            }
        }
        let form = questions.map { AskedQuestion($0.id.uuid, $0.field, when: $0.condition) }
        let early = Set(form.askedTooEarly)
        let options = Dictionary(
            questions.map { ($0.id.uuid, ($0.field.settings.options ?? []).map(\.key)) }, uniquingKeysWith: { $1 })
        for (place, question) in questions.enumerated() {
            guard let condition = question.condition else { continue }
            if early.contains(place) {
                errors.append(.init("\(pointer(place))/condition", .invalid, "Ask about questions that come before."))
                continue
            }
            let strays = condition.comparisons.contains { asked, texts in
                let known = options[asked] ?? []
                return !known.isEmpty && !Set(texts).isSubset(of: known)
            }
            if strays {
                errors.append(
                    .init("\(pointer(place))/condition", .invalid, "Compare a choice with the keys of its options."))
            }
        }
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
    }
}

extension FieldFault {
    fileprivate func refusal(at pointer: String) -> Problem.FieldError {
        switch self {
        case .bound("max_length"):
            .init("\(pointer)/max_length", .outOfRange, "An answer has 1 to 10,000 characters at the most.")
        case .bound(let name):
            .init(
                "\(pointer)/settings/\(name)", .invalid,
                "Say a bound as the kind of answer is written, the lower one first, or leave it out.")
        case .options:
            .init(
                "\(pointer)/settings/options", .invalid,
                "Offer 1 to 50 options, each with a key of its own in small letters, such as seed = Seed.")
        case .columns:
            .init(
                "\(pointer)/settings/columns", .invalid,
                "Name 1 to 8 columns, each with a key of its own and a label, such as market = Market.")
        case .counts: .init("\(pointer)/settings/most", .outOfRange, "Ask for 0 to 50, the fewest before the most.")
        }
    }
}

extension Condition: Described {
    /// An object; what may stand in it is said in words, since conditions nest.
    package static var schema: Schema {
        Schema(
            .anything,
            description: """
                When a question is asked: {"question": ID, "answered": true}, {"question": ID, "is": ["key"]}, \
                {"question": ID, "at_least": "10"}, {"question": ID, "at_most": "10"}, {"all": [...]}, {"any": [...]} or \
                {"not": ...}, about questions that come before.
                """,
            example: ["question": "6f1a3a52-7d9b-4c51-9f0e-2f6f0e1b7a11", "answered": true])
    }
}
