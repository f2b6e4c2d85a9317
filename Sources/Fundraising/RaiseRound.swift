internal import API
package import Accounts
package import Institutions
internal import Jobs
package import Postgres
package import Vocabulary

extension Transaction {
    /// Plans a round, which nobody but the startup and the park knows of until it opens.
    ///
    /// Throws `RoundRefusal`, or not found when the startup is not the seat's. The database refuses a second one beside it
    /// (`startups_raise_one_round_at_a_time`).
    package func planRound(
        _ terms: RoundTerms, as id: FundingRound.ID, of startup: Startup.ID, by person: Person.ID
    ) async throws -> FundingRound {
        guard try await self.startup(startup) != nil else { throw Problem.notFound }
        try terms.check(on: CalendarDate(now, in: .utc))
        try await insert(terms, as: id, of: startup, by: person)
        return try await knownRound(id)
    }

    /// Says anew what is raised. Once investors can see a round, its purpose and whom it tells of them may change, and its
    /// closing day may move back.
    ///
    /// Throws `RoundRefusal`, or not found.
    package func reviseRound(_ id: FundingRound.ID, to terms: RoundTerms) async throws -> FundingRound {
        let round = try await lockedRound(id)
        guard !round.standing.isLast else { throw RoundRefusal.doesNotFollow(round.standing) }
        if round.standing.isOpen {
            try terms.check(succeeding: round.terms)
            // A day that has come stays as it is.
            try terms.check(on: min(CalendarDate(now, in: .utc), round.terms.closesOn))
        } else {
            try terms.check(on: CalendarDate(now, in: .utc))
        }
        try await save(terms, of: id)
        return try await knownRound(id)
    }

    /// Opens a round to the investors whom the startup was shown or introduced to.
    ///
    /// Throws `RoundRefusal`, or not found.
    package func openRound(_ id: FundingRound.ID) async throws -> FundingRound {
        let round = try await lockedRound(id)
        guard round.standing == .planned else { throw RoundRefusal.doesNotFollow(round.standing) }
        try round.terms.check(on: CalendarDate(now, in: .utc))
        try await open(id)
        return try await knownRound(id)
    }

    /// Moves the closing day of an open round back, also after it has come.
    ///
    /// Throws `RoundRefusal`, or not found.
    package func extendRound(_ id: FundingRound.ID, to day: CalendarDate) async throws -> FundingRound {
        let round = try await lockedRound(id)
        guard round.standing.isOpen else { throw RoundRefusal.doesNotFollow(round.standing) }
        var terms = round.terms
        terms.closesOn = day
        guard day > round.terms.closesOn else { throw RoundRefusal.closesEarlier(round.terms.closesOn) }
        try terms.check(on: CalendarDate(now, in: .utc))
        try await save(terms, of: id)
        return try await knownRound(id)
    }

    /// Ends an open round with what was raised.
    ///
    /// Throws `RoundRefusal`, or not found.
    package func closeRound(_ id: FundingRound.ID, raised: Money) async throws -> FundingRound {
        let round = try await lockedRound(id)
        guard round.standing.isOpen else { throw RoundRefusal.doesNotFollow(round.standing) }
        guard raised.currency == round.terms.target.currency else {
            throw RoundRefusal.otherCurrency(round.terms.target.currency)
        }
        guard raised.minor > 0 else { throw RoundRefusal.amountNotPositive("/raised/amount_minor") }
        if let minimum = round.terms.minimum, raised.minor < minimum.minor { throw RoundRefusal.belowMinimum(minimum) }
        try await end(id, as: .closed, raised: raised)
        return try await knownRound(id)
    }

    /// Gives a round up. What was indicated stays on record and binds nobody any more.
    ///
    /// Throws `RoundRefusal`, or not found.
    package func withdrawRound(_ id: FundingRound.ID) async throws -> FundingRound {
        let round = try await lockedRound(id)
        guard !round.standing.isLast else { throw RoundRefusal.doesNotFollow(round.standing) }
        try await end(id, as: .withdrawn, raised: nil)
        return try await knownRound(id)
    }

    /// Says what an investor would put in; it replaces what its firm said before. More than the target is taken, and shown.
    ///
    /// Throws `RoundRefusal`, or not found.
    package func giveIndication(
        _ new: NewIndication, as id: Indication.ID, to round: FundingRound.ID, of investor: Institution.ID,
        by person: Person.ID
    ) async throws -> RoundSheet {
        let asked = try await knownRound(round)
        let today = CalendarDate(now, in: .utc)
        try new.check(for: asked, on: today)
        if let former = try await lockIndication(of: investor, to: round) {
            try former.checkInvestorMayEnd(of: asked, on: today)
            try await end(former.id, of: round, as: .replaced, by: person)
        }
        try await insert(new, as: id, to: round, of: investor, by: person)
        try await enqueue(TellOfIndication(round: round.uuid, indication: id.uuid, occasion: .given))
        return try await knownSheet(round)
    }

    /// Takes back what the investor said, unless it binds; also from a round that it does not reach any more.
    ///
    /// Throws `RoundRefusal`, or not found. The database looks at the round where the investor cannot
    /// (`binding_indications_stand_until_their_day`).
    package func withdrawIndication(
        _ id: Indication.ID, of round: FundingRound.ID, by person: Person.ID
    ) async throws {
        guard let former = try await lockIndication(id, to: round) else { throw Problem.notFound }
        try former.checkInvestorMayEnd(of: try await fundingRound(round), on: CalendarDate(now, in: .utc))
        try await end(id, of: round, as: .withdrawn, by: person)
        try await enqueue(TellOfIndication(round: round.uuid, indication: id.uuid, occasion: .withdrawn))
    }

    /// Lets an investor go from what it said, as the startup.
    ///
    /// Throws `RoundRefusal.indicationEnded`, or not found.
    package func releaseIndication(
        _ id: Indication.ID, of round: FundingRound.ID, by person: Person.ID
    ) async throws -> RoundSheet {
        guard let former = try await lockIndication(id, to: round) else { throw Problem.notFound }
        guard !former.hasEnded else { throw RoundRefusal.indicationEnded }
        try await end(id, of: round, as: .released, by: person)
        try await enqueue(TellOfIndication(round: round.uuid, indication: id.uuid, occasion: .released))
        return try await knownSheet(round)
    }

    private func lockedRound(_ id: FundingRound.ID) async throws -> FundingRound {
        guard let round = try await lockFundingRound(id) else { throw Problem.notFound }
        return round
    }

    private func knownRound(_ id: FundingRound.ID) async throws -> FundingRound {
        guard let round = try await fundingRound(id) else { throw Problem.notFound }
        return round
    }

    private func knownSheet(_ id: FundingRound.ID) async throws -> RoundSheet {
        guard let sheet = try await roundSheet(id) else { throw Problem.notFound }
        return sheet
    }
}
