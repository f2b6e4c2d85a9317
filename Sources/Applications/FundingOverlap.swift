internal import API
package import Accounts
package import Foundation
package import Postgres
package import Vocabulary

/// A suggestion that another live application or enrolment might fund the same thing, or the same people, as one that was
/// handed in. It blocks nothing and is for managers alone.
package struct FundingOverlap: Sendable, Equatable {
    /// What the suggestion rests on.
    package struct Evidence: Sendable, Equatable {
        /// What kind of thing it is.
        package let kind: Kind
        /// The holder, person, number, name or address that both have; nothing where it is the startup itself.
        package let detail: String?
        /// The lesser of the two shares of a common holder, in hundredths of a per cent.
        package let share: Int?
    }

    /// Why two applications may overlap.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// The same startup.
        case sameStartup = "same_startup"
        /// The same name of a project.
        case sameProject = "same_project"
        /// Somebody holds 30 per cent or more of both, or one of them holds as much of the other.
        case commonHolder = "common_holder"
        /// The same person founded both.
        case commonFounder = "common_founder"
        /// Somebody whom both applications name among their people, or whom one names and who founded the other.
        case commonPerson = "common_person"
        /// The same number in a register.
        case sameRegistration = "same_registration"
        /// The same domain of mail or site.
        case sameDomain = "same_domain"
    }

    /// What a manager made of a suggestion.
    package enum Verdict: String, Codable, Sendable, CaseIterable {
        /// It is one.
        case confirmed
        /// It is none, for a reason.
        case dismissed
    }

    /// A verdict with who said it.
    package struct Judgement: Sendable, Equatable {
        /// What was said.
        package let verdict: Verdict
        /// Why.
        package let reason: LongText?
        /// When.
        package let at: Date
        /// By whom.
        package let by: String?
    }

    /// The other application.
    package let other: Application.ID
    /// Whose it is.
    package let startupName: LocalizedName
    /// What it applies to.
    package let callTitle: LocalizedName
    /// In which program.
    package let programName: LocalizedName
    /// Where it stands.
    package let state: Application.State
    /// Whether it led to an enrolment that is under way.
    package let isEnrolled: Bool
    /// What the suggestion rests on; one at least.
    package internal(set) var evidence: [Evidence]
    /// The last word on it, if there was one.
    package let judgement: Judgement?

}

/// How many suggestions there are about an application that may still be funded, by what was made of them. For managers alone.
package struct OverlapTally: Codable, Sendable, Equatable {
    /// Those that nobody has judged.
    package let open: Int
    /// Those that a manager confirmed.
    package let confirmed: Int

    /// None.
    package static let none = OverlapTally(open: 0, confirmed: 0)

    /// Whether there is nothing to look at.
    package var isNone: Bool { self == .none }
}

/// Which suggestions a list of applications is narrowed to.
package enum OverlapStanding: String, Codable, Sendable, CaseIterable {
    /// One at least that nobody has judged.
    case open
    /// One at least that was confirmed.
    case confirmed
    /// Either.
    case any
}

extension Transaction {
    /// Says of a suggested overlap that it is one, or why it is none, and of both its sides. What was said before stays on
    /// record.
    ///
    /// Not found where nothing is suggested to the manager; refused by `dismissed_overlaps_are_explained`.
    package func judgeOverlap(
        of id: Application.ID, with other: Application.ID, as verdict: FundingOverlap.Verdict,
        because reason: LongText?,
        by person: Person.ID
    ) async throws -> FundingOverlap {
        let suggested = try await suggestedOverlaps(of: [id])
        try await judge(OverlapPair(id, other), of: suggested, as: verdict, because: reason, by: person)
        guard let judged = try await overlaps(of: id).first(where: { $0.other == other }) else {
            throw Problem.notFound
        }
        return judged
    }

    /// - Parameter suggested: what is suggested to the manager of the application.
    func judge(
        _ pair: OverlapPair, of suggested: Set<OverlapPair>, as verdict: FundingOverlap.Verdict,
        because reason: LongText?, by person: Person.ID
    ) async throws {
        guard suggested.contains(pair) else { throw Problem.notFound }
        try await insert(verdict, because: reason, on: pair.application, and: pair.other, by: person)
    }
}
