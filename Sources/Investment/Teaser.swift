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

/// What the link of a teaser carries: in which workspace to look, and a secret of which we keep the hash alone.
package struct TeaserToken: Sendable {
    /// The workspace.
    package let tenant: Tenant.ID
    /// The whole of it, which whoever has the link presents.
    package let secret: Secret

    /// A fresh token.
    package init(in tenant: Tenant.ID) {
        self.tenant = tenant
        secret = Secret(prefix: Self.text(of: tenant))
    }

    /// The token that somebody presents, whether or not we know it; nil for what cannot be one.
    package init?(_ text: String) {
        guard text.utf8.count == 32 + 43, let tenant = Self.tenant(in: text.utf8.prefix(32)) else { return nil }
        self.tenant = tenant
        secret = Secret(presented: text)
    }

    private static func text(of tenant: Tenant.ID) -> String {
        tenant.description.split(separator: "-").joined()
    }

    private static func tenant(in digits: some Collection<UInt8>) -> Tenant.ID? {
        var text: [UInt8] = []
        for (place, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(place) { text.append(UInt8(ascii: "-")) }
            text.append(digit)
        }
        return Tenant.ID(String(decoding: text, as: UTF8.self))
    }
}
