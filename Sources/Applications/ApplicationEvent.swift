package import Accounts
package import Foundation
package import Vocabulary

/// A step of an application: who moved it from which state to which, and when.
package struct ApplicationEvent: Sendable, Identifiable {
    /// Names a step.
    package typealias ID = Identifier<ApplicationEvent>

    /// The step.
    package let id: ID
    /// When it happened, by the database's clock.
    package let at: Date
    /// Who did it; nil for the service itself.
    package let person: Person.ID?
    /// Their name, where the reader may know it: founders do not read the names of those who decide.
    package let personName: String?
    /// The partner they did it for, where they are not of the park and the reader may know.
    package let actingFor: LocalizedName?
    /// Where the application stood; nil for its beginning.
    package let from: Application.State?
    /// Where it stands since.
    package let to: Application.State
    /// What was said with it. Both sides read it.
    package let note: LongText?
    /// Whether changes were handed in with it.
    package let isResubmission: Bool
    /// Whether it is about the questions of a later round, where it would be about changes otherwise.
    package let isAboutQuestions: Bool
    /// What happened, where the application did not move.
    package let occasion: Occasion?

    /// What is on record without moving an application.
    package enum Occasion: String, Codable, Sendable, CaseIterable {
        /// The startup appealed its rejection, or that it was found not eligible.
        case appealed
        /// The appeal was heard, and what was decided stands.
        case upheld
        /// A partner found that it does not meet the conditions, and the park is to decide, since it names streams of others,
        /// too. For managers alone.
        case foundUnfit = "found_unfit"
    }
}
