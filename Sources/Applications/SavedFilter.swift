internal import API
package import Foundation
package import Vocabulary

/// A filter of applications under a name: a manager's own, or shared with the team.
package struct SavedFilter: Sendable, Identifiable {
    /// Names a saved filter within its tenant.
    package typealias ID = Identifier<SavedFilter>

    /// The filter's own id.
    package let id: ID
    /// What it is called.
    package let name: ShortText
    /// What it lets through.
    package let filter: ApplicationFilter
    /// Whether the whole team sees it.
    package let isShared: Bool
    /// Whether it is the reader's.
    package let isOwn: Bool
    /// When it was saved.
    package let createdAt: Date
}

/// In how many days the park means to be done with a stage of a stream's applications.
package struct ServiceLevel: Sendable, Equatable {
    /// The stage.
    package let state: Application.State
    /// The days, counted from the day after the stage began.
    package let days: Int
    /// Whether nobody said otherwise.
    package let isUsual: Bool
}
