package import API
package import Accounts
internal import Vocabulary

/// What somebody is within an investor's firm.
package enum FirmRole: String, Codable, Sendable, CaseIterable {
    /// Answers for the firm, and says who is what in it.
    case principal
    /// Answers for the firm.
    case delegate
    /// Reads, notes and recommends; answers nothing in the firm's name.
    case analyst

    /// Whether the firm is bound by what they answer.
    package var answers: Bool { self != .analyst }
}

/// Somebody of a firm, at their seat there.
package struct FirmPerson: Codable, Sendable {
    /// Their seat at the firm.
    package let seat: Seat.ID
    /// Who.
    package let person: Person.ID
    /// What they are called.
    package let name: String
    /// What they are within the firm.
    package let role: FirmRole
}

/// What somebody is to be within a firm.
package struct NewFirmRole: Codable, Sendable {
    /// The role.
    package let role: FirmRole

    /// A role.
    package init(_ role: FirmRole) {
        self.role = role
    }
}

/// Why something is not done for a firm.
package enum FirmRefusal: Refusal, Equatable {
    /// Analysts recommend; others answer.
    case analyst
    /// Only a principal, or the park, says who is what.
    case notPrincipal
    /// A startup is referred to a colleague.
    case notColleague

    package var problem: Problem {
        switch self {
        case .analyst:
            Problem(.forbidden, "An analyst recommends; a principal or a delegate of the firm answers.")
        case .notPrincipal: Problem(.forbidden, "Only a principal of the firm, or the programme, sets roles in it.")
        case .notColleague: .invalid("/colleague", "Choose somebody else of your firm.")
        }
    }
}
