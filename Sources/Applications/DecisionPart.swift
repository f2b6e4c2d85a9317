package import Pages
package import Postgres

/// What an application's page tells its startup once a decision is released: what comes with a place, what the park
/// thinks of the application, and how a rejection is appealed. Filled by the room that decides.
package struct DecisionPart: ViewModel {
    /// Reads it; nil while there is nothing to tell.
    package typealias Reading = @Sendable (Application.ID, Reader, Pages.Language) async throws -> DecisionPart?

    /// What comes with the place.
    package var facts: Facts?
    /// What the park thinks of the application.
    package var feedback: String?
    /// What the startup asked to be looked at again, and what was answered; or how it can ask.
    package var appeal: Appeal?

    /// An appeal, or the way to one.
    package struct Appeal: ViewModel {
        /// Where it stands, or until when it can be made.
        package var text: String
        /// What the startup wrote.
        package var grounds: String?
        /// What was answered.
        package var answer: String?
        /// The form, while there is none yet.
        package var form: Form?

        /// An appeal as far as it has come.
        package init(text: String, grounds: String? = nil, answer: String? = nil, form: Form? = nil) {
            self.text = text
            self.grounds = grounds
            self.answer = answer
            self.form = form
        }
    }

    /// What is told.
    package init(facts: Facts?, feedback: String?, appeal: Appeal?) {
        self.facts = facts
        self.feedback = feedback
        self.appeal = appeal
    }
}
