package import Vocabulary

/// Days on which a reviewer reads nothing. Somebody who is away until a round's reviews are due is planned for nothing more,
/// and who is away for a part of that time for as much less; several absences count together.
package struct Absence: Sendable, Equatable, Identifiable {
    /// Names an absence of a person.
    package typealias ID = Identifier<Absence>

    /// The absence.
    package let id: ID
    /// The first day on which they are away.
    package let firstDay: CalendarDate
    /// The last one.
    package let lastDay: CalendarDate
}
