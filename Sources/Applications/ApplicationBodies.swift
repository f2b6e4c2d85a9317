internal import API
internal import Foundation
internal import Programs
internal import Vocabulary

/// The text of an answer on its way in; an empty one, or white space alone, stands for no answer.
struct AnswerText: Described {
    let text: LongText?

    init(_ text: LongText?) {
        self.text = text
    }

    /// What was typed, if it can be stored.
    init(typed: String) throws(TextRefusal) {
        text = typed.unicodeScalars.allSatisfy(\.properties.isWhitespace) ? nil : try LongText(typed)
    }

    static var schema: Schema {
        .string(
            maximum: LongTextRule.limit, example: "We monitor kelp farms from buoys.",
            description: "An answer; an empty one clears it.")
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(typed: try container.decode(String.self))
        } catch let refusal as TextRefusal {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(refusal)")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text?.string ?? "")
    }
}

struct AnswersBody: Described {
    let answers: [String: AnswerText]

    static var documentation: [String: String] { ["answers": "Texts by the id of the question they answer."] }

    func edits() throws -> [CallForApplications.Question.ID: AnswerEdit] {
        var edits: [CallForApplications.Question.ID: AnswerEdit] = [:]
        for (name, answer) in answers {
            guard let question = CallForApplications.Question.ID(name) else {
                throw Problem(.invalid, errors: [.init("/answers/\(name)", .unknown, "is not the id of a question")])
            }
            edits[question] = AnswerEdit(answer.text)
        }
        return edits
    }
}

struct AnswerBody: Described {
    let text: AnswerText
    let basedOn: String?

    static var documentation: [String: String] {
        [
            "based_on":
                "The fingerprint of the text that was there before; empty for none. Without it the last writer wins."
        ]
    }

    func fingerprint() throws -> Fingerprint? {
        guard let basedOn else { return nil }
        guard let fingerprint = Fingerprint(basedOn) else { throw Problem.invalid("/based_on", "is not a fingerprint") }
        return fingerprint
    }
}

/// What is known once one answer was saved.
struct SavedAnswerView: Described {
    let question: CallForApplications.Question.ID
    let characters: Int
    let fingerprint: String
    let savedAt: Date
    let completeness: CompletenessView
    let gaps: [GapView]?

    static var documentation: [String: String] {
        ["gaps": "What is missing now before it can be handed in, as `getApplication` says it."]
    }

    init(_ text: LongText?, to question: CallForApplications.Question.ID, in application: ApplicationView) {
        self.question = question
        characters = text?.string.unicodeScalars.count ?? 0
        fingerprint = Fingerprint(text).description
        savedAt = application.savedAt
        completeness = application.completeness
        gaps = application.gaps
    }
}

struct OptionalNote: Described {
    let note: LongText?

    static var documentation: [String: String] { ["note": "Why, if one wants to say. Both sides read it."] }
}

struct ScreeningBody: Described {
    enum Verdict: String, Codable, CaseIterable {
        case eligible, ineligible
    }

    let verdict: Verdict
    let reason: LongText?
    let conditions: [CallCondition.ID]?

    static var documentation: [String: String] {
        [
            "reason": "The startup reads it. Required with `ineligible`, unless conditions say it.",
            "conditions":
                "Conditions of the call that it rests on. Without a reason, what was found of them is the reason.",
        ]
    }

    func screening() throws -> Screening {
        switch (verdict, reason) {
        case (.eligible, _): return .eligible
        case (.ineligible, let reason?): return .ineligible(because: reason)
        case (.ineligible, nil):
            throw Problem(.invalid, errors: [.init("/reason", .required, "Say which condition is not met.")])
        }
    }
}
