import API
package import Eligibility
package import Vocabulary

/// What a call requires of its applicants, as a rule over what they declare.
package struct CallCondition: Sendable, Identifiable, Equatable {
    /// Names a condition within its call.
    package typealias ID = Identifier<CallCondition>

    /// The condition.
    package let id: ID
    /// What it is called, in up to three languages.
    package let name: LocalizedName
    /// Why it is asked, and what counts.
    package let explanation: LocalizedText?
    /// The rule.
    package let rule: EligibilityRule
    /// Whether an application cannot be handed in without meeting it; otherwise it informs whoever screens.
    package let blocks: Bool

    /// Most conditions of a call.
    package static let most = 40

    /// A condition as it is stored.
    package init(
        id: ID, name: LocalizedName, explanation: LocalizedText? = nil, rule: EligibilityRule, blocks: Bool
    ) {
        self.id = id
        self.name = name
        self.explanation = explanation
        self.rule = rule
        self.blocks = blocks
    }

    /// A condition on its way in: refused where its rule cannot be asked.
    package init(
        id: ID, name: LocalizedName, explanation: LocalizedText? = nil, checking term: Term, blocks: Bool
    ) throws(RuleRefusal) {
        self.init(
            id: id, name: name, explanation: explanation, rule: try EligibilityRule(term, over: ApplicantFact.types),
            blocks: blocks)
    }
}

extension RuleRefusal {
    /// What the keeper of a rule is told, pointing to the term at fault below `pointer`.
    func fieldError(below pointer: String) -> Problem.FieldError {
        let (code, words): (Problem.FieldError.Code, String) =
            switch reason {
            case .unknownFact(let name): (.unknown, "There is no fact \(name.debugDescription).")
            case .unknownField(let name): (.unknown, "There is no field \(name.debugDescription) to read here.")
            case .expected(let wanted, let found):
                (.type, "A value of type \(wanted.rawValue) belongs here, not of type \(found.rawValue).")
            case .mismatch(let one, let other):
                (.type, "Type \(one.rawValue) cannot be compared with type \(other.rawValue).")
            case .unordered(let type): (.type, "Values of type \(type.rawValue) have no order.")
            case .list: (.type, "A list is counted, never compared, and nothing else is counted.")
            case .turning: (.notAllowed, "What turns with time is compared with what does not.")
            case .nestedCount: (.notAllowed, "Lists are not counted within each other.")
            case .empty: (.tooFew, "List one at least.")
            case .tooDeep: (.tooMany, "Terms lie at most \(EligibilityRule.deepest) deep.")
            case .tooLarge: (.tooMany, "A rule has at most \(EligibilityRule.largest) terms.")
            case .outOfRange: (.outOfRange, "This value is out of range.")
            }
        return Problem.FieldError(pointer + self.pointer, code, words)
    }
}
