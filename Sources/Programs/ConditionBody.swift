package import API
import Eligibility
import Vocabulary

/// A condition as it is sent: also what a stream's design and a preset hold.
package struct ConditionBody: Described, Equatable {
    let id: CallCondition.ID?
    let name: LocalizedName
    let explanation: LocalizedText?
    let rule: RuleJSON
    let blocks: Bool

    package static let documentation = [
        "id": "A condition keeps the id it is sent with and gets one otherwise.",
        "blocks":
            "Whether an application cannot be handed in without meeting it. Otherwise it informs whoever screens.",
        "rule": "A term of the rule language over the facts that applicants declare.",
    ]

    init(_ condition: CallCondition) {
        id = condition.id
        name = condition.name
        explanation = condition.explanation
        rule = RuleJSON(term: condition.rule.term)
        blocks = condition.blocks
    }

    /// The condition, refused where its rule cannot be asked.
    func condition() throws(RuleRefusal) -> CallCondition {
        try CallCondition(
            id: id ?? CallCondition.ID(), name: name, explanation: explanation, checking: rule.term, blocks: blocks)
    }
}

extension StreamDesign {
    /// The conditions of a design that was checked.
    var required: [CallCondition] {
        conditions.map { body in
            CallCondition(
                id: body.id ?? CallCondition.ID(), name: body.name, explanation: body.explanation,
                rule: EligibilityRule(stored: body.rule.term), blocks: body.blocks)
        }
    }
}

/// A rule as JSON.
package struct RuleJSON: Described, Equatable {
    let term: Term

    package static var schema: Schema {
        Schema(
            .anything,
            description: "A term of the rule language, e.g. {\"at_least\": [{\"fact\": \"full_time_staff\"}, 2]}",
            example: .object([
                JSON.Member(
                    "equal",
                    .array([
                        .object([JSON.Member("fact", .string("incorporated_in"))]),
                        .object([JSON.Member("country", .string("HK"))]),
                    ]))
            ]))
    }

    init(term: Term) {
        self.term = term
    }

    package init(from decoder: any Decoder) throws {
        term = try Term(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try term.encode(to: encoder)
    }
}
