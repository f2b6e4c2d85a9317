package import Accounts
package import Vocabulary

/// A link that tells one person what a release has brought, before signing in: how many startups, under which mandate, and in
/// headings what speaks for each. It names none of them, lets nobody in, and opens for as long as the lists wait for answers.
package struct Teaser: Sendable, Identifiable {
    /// Names a teaser within its tenant.
    package typealias ID = Identifier<Teaser>

    /// The teaser.
    package let id: ID
    /// Whose link it is.
    package let recipient: Person.ID
    /// The lists it tells of.
    package let lists: [TeasedList]
}

/// A list as far as a teaser tells of it. What could name a startup is not among it.
package struct TeasedList: Sendable {
    /// The list.
    package let id: Shortlist.ID
    /// What its investor calls the mandate.
    package let mandateName: Name
    /// The last day on which its proposals wait for an answer, UTC.
    package let answerBy: CalendarDate
    /// For each startup, the best first, what speaks for it and what against.
    package let items: [[ScorePart]]
}

/// What the link of a teaser carries.
package typealias TeaserToken = WorkspaceSecret
