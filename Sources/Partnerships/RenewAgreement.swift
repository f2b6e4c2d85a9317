internal import API
internal import Accounts
package import Institutions
package import Postgres
package import Vocabulary

extension Transaction {
    /// Records that a party wants no further term of what renews itself.
    ///
    /// Throws `MoURefusal`, or not found; refused by `notice_is_given_before_the_end`.
    package func giveNotice(
        of id: MoU.ID, by party: Institution.ID, on day: CalendarDate
    ) async throws -> MoU {
        guard var mou = try await lockMoU(id) else { throw Problem.notFound }
        try mou.give(MoU.Notice(institution: party, givenOn: day))
        try await saveNotice(of: mou)
        return mou
    }

    /// Begins the further terms that are due in the acting tenant: of each agreement that renews itself and has ended without
    /// notice, one of the same length under the same text and signatures. Says which. For the service itself.
    ///
    /// A term has one successor (`agreements_are_renewed_once`), so that whoever does this twice, or at the same time, does
    /// it once. What the earlier term promised, and what was done under it, stays with that.
    package func renewAgreements() async throws -> [MoU.ID] {
        var renewed: [MoU.ID] = []
        for ended in try await agreementsToRenew() {
            let next = MoU.ID()
            try await beginTerm(next, after: ended)
            renewed.append(next)
        }
        return renewed
    }
}
