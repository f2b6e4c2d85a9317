/// A reviewer on an application, both by their places in the ``AssignmentProblem``.
package struct AssignmentPair: Hashable, Comparable, Sendable {
    /// The application, from 0.
    package let application: Int
    /// The reviewer, from 0.
    package let reviewer: Int

    /// An application and a reviewer.
    package init(_ application: Int, _ reviewer: Int) {
        self.application = application
        self.reviewer = reviewer
    }

    /// Orders by application, then by reviewer.
    package static func < (left: Self, right: Self) -> Bool {
        (left.application, left.reviewer) < (right.application, right.reviewer)
    }
}
