internal import API
package import Accounts
internal import Foundation
package import Institutions
internal import Jobs
package import Postgres
package import Vocabulary

/// What a manager writes down of an investor's evidence.
package struct NewVerification: Codable, Sendable {
    /// As what it counts as professional.
    package let basis: InvestorVerification.Basis
    /// What was seen.
    package let evidence: ShortText
    /// The last day on which it counts.
    package let validUntil: CalendarDate

    /// Evidence that was seen.
    package init(_ basis: InvestorVerification.Basis, evidence: ShortText, validUntil: CalendarDate) {
        self.basis = basis
        self.evidence = evidence
        self.validUntil = validUntil
    }
}

extension Transaction {
    /// Takes an investor of the tenant for a professional one, until a day within a year.
    ///
    /// Throws `StandingRefusal`, or not found.
    package func verifyInvestor(
        _ investor: Institution.ID, _ new: NewVerification, as id: InvestorVerification.ID, by person: Person.ID
    ) async throws -> InvestorStanding {
        guard try await standing(of: investor) != nil else { throw Problem.notFound }
        let today = CalendarDate(now, in: .utc)
        let latest = today.adding(days: InvestorVerification.longest)
        guard (today...latest).contains(new.validUntil) else {
            throw StandingRefusal.validityOutOfRange(latest: latest)
        }
        try await insert(new, as: id, of: investor, by: person)
        return try await knownStanding(of: investor)
    }

    /// Takes a verification back. Unless another one counts, the investor sees no shortlist from now on, and what it has
    /// asked for and nobody has consented to ends.
    ///
    /// Throws `StandingRefusal.revoked`, or not found.
    package func revokeVerification(
        _ id: InvestorVerification.ID, of investor: Institution.ID, because reason: ShortText, by person: Person.ID
    ) async throws -> InvestorStanding {
        guard let revokedAt = try await lockVerification(id, of: investor) else { throw Problem.notFound }
        guard revokedAt == nil else { throw StandingRefusal.revoked }
        try await revoke(id, because: reason, by: person)
        try await enqueue(CloseIntroductions())
        return try await knownStanding(of: investor)
    }

    /// Spares an investor new lists, until the end of a day or until it is ended; what it has in hand stays.
    ///
    /// Throws `StandingRefusal`, or not found.
    package func pauseInvestor(
        _ investor: Institution.ID, until day: CalendarDate?, by person: Person.ID
    ) async throws -> InvestorStanding {
        guard try await standing(of: investor) != nil else { throw Problem.notFound }
        if let day, day < CalendarDate(now, in: .utc) { throw StandingRefusal.pauseEndsInThePast }
        try await pause(investor, until: day, by: person)
        return try await knownStanding(of: investor)
    }

    /// Ends a pause.
    ///
    /// Throws `StandingRefusal.notPaused`, or not found.
    package func resumeInvestor(_ investor: Institution.ID) async throws -> InvestorStanding {
        guard let standing = try await standing(of: investor) else { throw Problem.notFound }
        guard standing.pause != nil else { throw StandingRefusal.notPaused }
        try await endPause(of: investor)
        return try await knownStanding(of: investor)
    }

    /// Says that a mandate still is what its investor will fund, for half a year from today.
    ///
    /// Throws `MandateRefusal.withdrawn`, or not found.
    package func confirmMandate(_ id: Mandate.ID) async throws -> Mandate {
        guard let mandate = try await lockMandate(id) else { throw Problem.notFound }
        try mandate.checkStands()
        try await confirm(id, until: Mandate.confirmed(from: CalendarDate(now, in: .utc)))
        guard let confirmed = try await self.mandate(id) else { throw Problem.notFound }
        return confirmed
    }

    private func knownStanding(of investor: Institution.ID) async throws -> InvestorStanding {
        guard let standing = try await standing(of: investor) else { throw Problem.notFound }
        return standing
    }
}

extension Mandate {
    /// The last day on which a mandate that is confirmed on a day gets lists.
    static func confirmed(from day: CalendarDate) -> CalendarDate { day.adding(months: 6) }
}
