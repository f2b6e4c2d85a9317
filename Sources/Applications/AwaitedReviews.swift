internal import Pages
package import Postgres

/// What an application waits for in the rounds of review that are open, in numbers: why it stands where it does. Only counts,
/// so that it names nobody who judges.
package struct AwaitedReviews: Sendable, Equatable {
    /// Reviews that somebody is asked for and has not submitted.
    package let outstanding: Int
    /// Those of them whose day has passed.
    package let overdue: Int
    /// Reviews that are wanted and nobody is asked for.
    package let unassigned: Int

    /// What is waited for.
    package init(outstanding: Int, overdue: Int, unassigned: Int) {
        self.outstanding = outstanding
        self.overdue = overdue
        self.unassigned = unassigned
    }

    /// How the room that reviews says what some applications wait for, of those that wait; for managers.
    package typealias Reading = @Sendable ([Application.ID], Reader) async throws -> [Application.ID: AwaitedReviews]

    /// “2 reviews outstanding, 1 overdue; 1 not assigned”; nil where nothing is waited for.
    func words(_ t: Texts) -> String? {
        var parts: [String] = []
        if outstanding > 0 { parts.append(t("awaited.outstanding", count: outstanding)) }
        if overdue > 0 { parts.append(t("awaited.overdue", count: overdue)) }
        if unassigned > 0 { parts.append(t("awaited.unassigned", count: unassigned)) }
        return parts.isEmpty ? nil : parts.joined(separator: t("awaited.separator"))
    }
}
