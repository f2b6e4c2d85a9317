import Eligibility
import Foundation
import Vocabulary

/// A condition that parks often set, to begin from. They are data, in a file of their own.
struct ConditionTemplate: Decodable, Sendable {
    /// Stays the same over versions.
    let id: UUID
    let slug: String
    let name: LocalizedName
    let explanation: LocalizedText
    let rule: Term
    let blocks: Bool

    // No folder named `Resources`: a bundle that has one is taken to keep everything there, and pages would not be found.
    static let all: [ConditionTemplate] = {
        guard
            let url = Bundle.module.url(
                forResource: "condition-templates", withExtension: "json", subdirectory: "ConditionTemplates"),
            let data = try? Data(contentsOf: url),
            let templates = try? JSONDecoder().decode([ConditionTemplate].self, from: data)
        else { preconditionFailure("The resource condition-templates.json of Programs is not beside the program") }
        return templates
    }()

    func condition(as id: CallCondition.ID) throws(RuleRefusal) -> CallCondition {
        try CallCondition(id: id, name: name, explanation: explanation, checking: rule, blocks: blocks)
    }
}
