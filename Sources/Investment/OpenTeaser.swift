package import Accounts
package import Postgres

extension Transaction {
    /// What a link tells whoever opens it, and puts on record that its reader was shown it. Acts as the service, in the
    /// workspace that the link names, since nobody need be signed in.
    ///
    /// - Parameter visitor: who is signed in, if anybody is.
    /// - Returns: nil for a link that does not open: it is not known, its time is over, its reader no longer answers for the
    ///   firm, or somebody else is signed in. Which of these it was is told to nobody.
    package func openTeaser(_ token: TeaserToken, by visitor: Person.ID?) async throws -> Teaser? {
        guard let found = try await teaser(opening: token.secret), visitor == nil || visitor == found.recipient else {
            return nil
        }
        let lists = try await teasedLists(found.lists)
        guard !lists.isEmpty else { return nil }
        try await insertOpening(of: found.id, by: found.recipient, showing: lists)
        return Teaser(id: found.id, recipient: found.recipient, lists: lists)
    }
}
