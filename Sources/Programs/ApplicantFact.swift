package import Eligibility

/// What an applicant declares of itself, and what conditions of calls are said about.
package enum ApplicantFact: String, Codable, Sendable, CaseIterable {
    /// When the company was incorporated; a day to come where that is planned.
    case incorporatedOn = "incorporated_on"
    /// Where it is incorporated.
    case incorporatedIn = "incorporated_in"
    /// Who works for it full-time.
    case fullTimeStaff = "full_time_staff"
    /// How many of them are technical.
    case technicalStaff = "technical_staff"
    /// Staff in all places of the group.
    case staffWorldwide = "staff_worldwide"
    /// How much of the company its technical people own.
    case technicalEquity = "technical_equity"
    /// What the project is called that the application is for.
    case project
    /// Money won before, by it or by companies close to it.
    case awards
    /// Who owns how much of it.
    case holders

    /// What kind of value it has.
    package var type: FactType {
        switch self {
        case .incorporatedOn: .date
        case .incorporatedIn: .country
        case .fullTimeStaff, .technicalStaff, .staffWorldwide: .integer
        case .technicalEquity: .percent
        case .project: .text
        case .awards: .awards
        case .holders: .holders
        }
    }

    /// The facts that rules are checked against.
    package static let types = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0.type) })
}
