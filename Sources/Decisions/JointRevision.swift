internal import API
internal import Applications
package import Foundation
package import Vocabulary

/// What is to become of a released decision, as the staff see it of a partner without whom it does not: a change that one
/// manager proposed, or the answer that is meant for an appeal.
package struct JointRevision: Sendable, Identifiable {
    /// Names a revision within its tenant: a change by its own id, an answer by that of the application.
    package typealias ID = Identifier<JointRevision>

    /// What it is.
    package enum Kind: Sendable {
        /// Another decision, and why managers want it.
        case change(Preparation, streamName: LocalizedName?, because: LongText)
        /// The verdict and the answer to the startup's grounds.
        case appeal(Appeal.Verdict, answer: LongText, grounds: LongText)
    }

    /// The revision.
    package let id: ID
    /// What it is.
    package let kind: Kind
    /// The title of the call.
    package let callTitle: LocalizedName
    /// Where the days of the call end.
    package let zone: TimeZoneName
    /// Who applies.
    package let startupName: LocalizedName
    /// What was decided.
    package let stood: Outcome
    /// In which of the streams that applicants choose among the place is.
    package let stoodStreamName: LocalizedName?
    /// What stood in the letter; nil for whoever had no say in that.
    package let stoodNote: LongText?
    /// When it was proposed.
    package let proposedAt: Date
    /// What an opinion is about. In hexadecimal digits.
    package let version: String
    /// The last that the partner said.
    package let opinion: PartnerOpinion?
    /// Whether that was said to what is proposed now.
    package let isCurrent: Bool
}

/// What a manager means to answer to an appeal.
package struct AppealProposal: Sendable, Equatable {
    /// The verdict.
    package let verdict: Appeal.Verdict
    /// Why; the startup reads it.
    package let answer: LongText
    /// When it was proposed.
    package let proposedAt: Date
}
