package import API
package import Accounts
package import Institutions
internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Takes an item from a list before its investor sees it. It counts neither as shown nor towards a cap.
    ///
    /// With the reason `never` the park blocks the pair as well, unless it has done so before. Throws `ShortlistRefusal`, or
    /// not found for what is not on the list. Refused by `lists_are_reviewed_before_their_end`.
    package func withholdShortlistItem(
        _ startup: Startup.ID, of shortlist: Shortlist.ID, _ withholding: NewWithholding, by person: Person.ID
    ) async throws -> WithheldItem {
        try withholding.check()
        let list = try await lockUnderReview(shortlist)
        guard try await !startupsTooNear().contains(startup) else { throw ShortlistRefusal.ownStartup }
        guard try await item(startup, of: shortlist) != nil else {
            if try await withheldItem(startup, of: shortlist) != nil { throw ShortlistRefusal.withheld }
            throw Problem.notFound
        }
        var block: Block.ID?
        if withholding.reason == .never {
            block = try await blockOfWithholding(startup, list.investor)
            if block == nil, try await !isBlockedByPark(startup, list.investor) {
                let pair = NewBlock(investor: list.investor, startup: startup, reason: withholding.note)
                block = try await blockPair(pair, by: IntroductionActor(person, for: .park), as: Block.ID()).id
            }
        }
        try await withhold(startup, of: shortlist, withholding, block: block, by: person)
        guard let withheld = try await withheldItem(startup, of: shortlist) else { throw Problem.notFound }
        return withheld
    }

    /// Puts a withheld item back in its place, and lifts the block that was set with it, unless another list withholds the pair
    /// for good, too.
    ///
    /// Throws `ShortlistRefusal.released` or `.declined`, or not found for what is not withheld.
    package func putBackShortlistItem(
        _ startup: Startup.ID, of shortlist: Shortlist.ID, by person: Person.ID
    ) async throws -> ShortlistItem {
        _ = try await lockUnderReview(shortlist)
        guard try await withheldItem(startup, of: shortlist) != nil else { throw Problem.notFound }
        if let block = try await putBack(startup, of: shortlist), try await !isHeld(block) {
            // Whoever lifted it in the meantime has done the same.
            _ = try await lift(block, by: person)
        }
        guard let item = try await item(startup, of: shortlist) else { throw Problem.notFound }
        return item
    }

    /// Keeps a whole list from its investor, who is told nothing. All its startups are free for other lists.
    ///
    /// Throws `ShortlistRefusal`, or not found. Refused by `shortlists_are_released_or_declined`.
    package func declineShortlist(
        _ id: Shortlist.ID, because decline: NewDecline, by person: Person.ID
    ) async throws -> Shortlist {
        try decline.check()
        _ = try await lockUnderReview(id)
        try await self.decline(id, because: decline, by: person)
        guard let declined = try await shortlist(id) else { throw Problem.notFound }
        return declined
    }

    /// Declines several lists, each as `declineShortlist` does.
    ///
    /// - Returns: a verdict for each, in their order.
    package func declineShortlists(
        _ ids: [Shortlist.ID], because decline: NewDecline, _ mode: BulkMode, by person: Person.ID
    ) async throws -> [RowVerdict<Shortlist>] {
        try await each(
            of: ids, inOrderOf: \.self, mode, at: "/shortlists", constraints: InvestmentRoom.constraints
        ) { transaction, id in
            try await transaction.declineShortlist(id, because: decline, by: person)
        }
    }

    /// Releases several lists, each as `releaseShortlist` does, with one letter to each investor's people.
    ///
    /// - Returns: a verdict for each, in their order.
    package func releaseShortlists(
        _ ids: [Shortlist.ID], _ mode: BulkMode, by person: Person.ID
    ) async throws -> [RowVerdict<Shortlist>] {
        let verdicts = try await each(
            of: ids, inOrderOf: \.self, mode, at: "/shortlists", constraints: InvestmentRoom.constraints
        ) { transaction, id in
            try await transaction.releaseUntold(id, by: person)
        }
        guard mode != .dryRun else { return verdicts }
        let lists = Dictionary(grouping: verdicts.compactMap(\.done), by: \.investor)
        try await enqueue(
            contentsOf: lists.sorted { $0.key < $1.key }.map { TellOfShortlists($0.value.map(\.id), to: $0.key) })
        return verdicts
    }

    /// Releases a list; its investor has still to be told.
    func releaseUntold(_ id: Shortlist.ID, by person: Person.ID) async throws -> Shortlist {
        let list = try await lockUnderReview(id)
        if let barrier = list.barrier { throw ShortlistRefusal.notTaken(barrier) }
        if list.isEmptied { throw ShortlistRefusal.emptied }
        try await release(id, by: person, answerBy: CalendarDate(now, in: .utc).adding(days: ProposalState.days))
        guard let released = try await shortlist(id) else { throw Problem.notFound }
        return released
    }

    /// A list that is neither released nor declined, until the transaction ends.
    private func lockUnderReview(_ id: Shortlist.ID) async throws -> Shortlist {
        guard let list = try await lockShortlist(id) else { throw Problem.notFound }
        guard list.releasedAt == nil else { throw ShortlistRefusal.released }
        guard list.declined == nil else { throw ShortlistRefusal.declined }
        return list
    }
}

extension Shortlist {
    /// Whether managers still decide what becomes of it.
    var isUnderReview: Bool { releasedAt == nil && declined == nil }

    /// Whether all that was on it is withheld.
    var isEmptied: Bool { items == 0 && withheld ?? 0 > 0 }
}
