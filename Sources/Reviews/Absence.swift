package import Vocabulary

/// Days on which a reviewer reads nothing. Somebody who is away until a round's reviews are due is planned for nothing more.
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
