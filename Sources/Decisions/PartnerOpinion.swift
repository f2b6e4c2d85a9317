internal import API
package import Foundation
package import Institutions
package import Vocabulary

/// What a partner says to a batch in which it has a say, as the batch was when it said so.
package struct PartnerOpinion: Codable, Sendable, Equatable {
    /// Names an opinion within its batch.
    package typealias ID = Identifier<PartnerOpinion>

    /// Whether it is for what is prepared.
    package enum Stance: String, Codable, Sendable, CaseIterable {
        case inFavor = "for"
        case against
    }

    /// Whether it is for what is prepared.
    package let stance: Stance
    /// What it adds; why, where it is against.
    package let words: LongText?
    /// When it said so.
    package let givenAt: Date
}

/// A partner that has a say in a batch, or in what is to become of a released decision, as managers see it.
package struct PartnerSay: Sendable {
    /// The partner.
    package let institution: Institution.ID
    /// What it is called.
    package let name: LocalizedName
    /// Whether nothing is released without it; otherwise it advises.
    package let coDecides: Bool
    /// The last it said.
    package let opinion: PartnerOpinion?
    /// Who of its staff said so.
    package let givenByName: String?
    /// Whether that was said to it as it is now.
    package let isCurrent: Bool
    /// The last day on which it answers in time what it was asked last; nil where it has any.
    let answerBy: CalendarDate?
    /// Whether that day is over without a word, and its silence is consent by the terms on which it was asked.
    let consentsBySilence: Bool
    /// Why a manager takes it for consent.
    let silenceReason: LongText?
    /// Whether none of its people could be told when it was asked last: nobody has a seat there, or all are too near the call.
    let reachedNobody: Bool

    /// Whether it is for it as it is.
    package var agrees: Bool { isCurrent && opinion?.stance == .inFavor }

    /// Whether it is for it, or its silence was noted as consent.
    var isSettled: Bool { agrees || consentsBySilence && silenceReason != nil }

    /// Why the batch cannot be released yet, or the decision not revised, as far as this partner is concerned.
    var fault: Problem.FieldError? {
        guard coDecides, !isSettled else { return nil }
        let name = name.text(for: .english)
        if consentsBySilence {
            return Problem.FieldError(
                "/partners/\(institution)", .required,
                "\(name) has not answered in time. Its silence is consent once you say why you go on without its word.")
        }
        let detail =
            switch (opinion?.stance, isCurrent) {
            case (nil, _) where reachedNobody:
                "\(name) decides together with the park, and nobody there could be asked. Let somebody take a seat there, and ask again."
            case (nil, _): "\(name) decides together with the park, and has not said anything yet."
            case (.against?, true): "\(name) decides together with the park, and is against it."
            case (_?, _): "\(name) decides together with the park, and said something to an earlier version only."
            }
        return Problem.FieldError("/partners/\(institution)", .required, detail)
    }
}

/// A batch as the staff of a partner see it: its rules, and what of it is about their streams.
package struct JointBatch: Sendable, Identifiable {
    /// The batch.
    package let id: DecisionBatch.ID
    /// The title of its call.
    package let callTitle: LocalizedName
    /// Where the days of the call end.
    package let zone: TimeZoneName
    /// What the park calls it.
    package let name: Name
    /// Places of the call, those included that are taken already.
    package let places: Int
    /// What a place comes with unless somebody says otherwise.
    package let award: Money?
    /// The last day on which an offer can be accepted unless somebody says otherwise.
    package let lastDay: CalendarDate
    /// When the park asked.
    package let consultedAt: Date
    /// When it was released, if it was.
    package let releasedAt: Date?
    /// Whether nothing is released without the partner; otherwise it advises.
    package let coDecides: Bool
    /// The last day on which the partner answers in time; nil where it has any.
    let answerBy: CalendarDate?
    /// Whether its silence is consent after that.
    let silenceConsents: Bool
    /// Why its silence was taken for consent, if it was.
    let silenceReason: LongText?
    /// What an opinion is about: other after every change of what the partner sees. In hexadecimal digits.
    package let version: String
    /// How many decisions are about its streams.
    package let decisions: Int
    /// The last that the partner said.
    package let opinion: PartnerOpinion?
    /// Whether that was said to the batch as it is now.
    package let isCurrent: Bool
}

/// A decision on an applicant to a partner's stream, as the partner's staff see it.
package struct JointDecision: Sendable {
    /// Who applies.
    package let startupName: LocalizedName
    /// In which of the streams that applicants choose among the place is.
    package let streamName: LocalizedName?
    /// What is meant for it.
    package let outcome: Outcome
    /// Its place on the waiting list.
    package let rank: Int?
    /// What the place comes with.
    package let award: Money?
    /// The last day on which the offer can be accepted.
    package let lastDay: CalendarDate?
    /// What stands in the letter.
    package let note: LongText
}
