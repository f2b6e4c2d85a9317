internal import API
internal import Accounts
package import Institutions
package import Postgres
package import Vocabulary

extension Transaction {
    /// Records that a party gave notice: it wants no further term of what renews itself.
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

    /// Begins the further term of an agreement that renews itself and has ended without notice: as long as the earlier was
    /// meant to be, under the same text, amendments and signatures. Says which; nil when none is due. For the service itself.
    ///
    /// A term has one successor (`agreements_are_renewed_once`), so that whoever does this twice, or at the same time, does
    /// it once. Only a signed one keeps an agreement from renewing itself: what is merely drafted lets nothing lapse, and
    /// follows the further term from then on. What the earlier term promised, and what was done under it, stays with that.
    package func renewAgreement(_ ended: MoU.ID) async throws -> MoU.ID? {
        guard try await lockAgreementToRenew(ended) else { return nil }
        let next = MoU.ID()
        try await beginTerm(next, after: ended)
        return next
    }
}
