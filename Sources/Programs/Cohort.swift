package import Vocabulary

/// Startups admitted to a stream together, for the same span of days.
package struct Cohort: Codable, Sendable, Identifiable {
    /// Names a cohort within its tenant.
    package typealias ID = Identifier<Cohort>

    /// The cohort.
    package let id: ID
    /// The stream that admits it.
    package let stream: ProgramStream.ID
    /// What people call it; distinct within the stream.
    package let name: Name
    /// Its first day.
    package let startsOn: CalendarDate
    /// The day after its last.
    package let endsOn: CalendarDate
    /// How many startups it has room for.
    package let capacity: Int

    /// Its last day, as people read it.
    package var lastDay: CalendarDate { endsOn.adding(days: -1) }
}

/// What a manager says to add a cohort.
package struct NewCohort: Codable, Sendable {
    /// The stream that admits it.
    package let stream: ProgramStream.ID
    /// What people will call it; distinct within the stream.
    package let name: Name
    /// Its first day.
    package let startsOn: CalendarDate
    /// The day after its last.
    package let endsOn: CalendarDate
    /// How many startups it has room for, one at least.
    package let capacity: Int

    /// A cohort of this stream, name, span and size.
    package init(
        stream: ProgramStream.ID, name: Name, startsOn: CalendarDate, endsOn: CalendarDate, capacity: Int
    ) {
        self.stream = stream
        self.name = name
        self.startsOn = startsOn
        self.endsOn = endsOn
        self.capacity = capacity
    }
}
