package import API
package import Accounts
package import Institutions
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Declares a mandate of an investor of the tenant.
    ///
    /// Throws `MandateRefusal`. The constraint `mandates_have_distinct_names_per_investor` refuses a second one of the
    /// same name, and row-level security what an investor would declare for another.
    package func createMandate(
        _ terms: MandateTerms, as id: Mandate.ID, of investor: Institution.ID, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws -> Mandate {
        try terms.check()
        guard let institution = try await institution(investor), institution.kind != .startup else {
            throw MandateRefusal.investorUnknown
        }
        try await insert(terms, as: id, of: investor, in: tenant)
        try await keepRevision(of: id, version: 1, terms, in: tenant, by: person)
        return Mandate(
            id: id, investor: investor, investorName: institution.name, version: 1, terms: terms, createdAt: now,
            confirmedUntil: Mandate.confirmed(from: CalendarDate(now, in: .utc)), withdrawnAt: nil)
    }

    /// Replaces what a mandate says, after `matching` has looked at the version being replaced, and so confirms it. Terms that
    /// say the same make no new version.
    ///
    /// Throws `MandateRefusal`, or not found.
    package func reviseMandate(
        _ id: Mandate.ID, to terms: MandateTerms, in tenant: Tenant.ID, by person: Person.ID,
        matching: (Mandate) throws -> Void
    ) async throws -> Mandate {
        guard let current = try await lockMandate(id) else { throw Problem.notFound }
        try matching(current)
        try current.checkStands()
        try terms.check()
        guard terms != current.terms else { return try await confirmMandate(id) }
        let version = current.version + 1
        let confirmedUntil = Mandate.confirmed(from: CalendarDate(now, in: .utc))
        try await save(terms, of: id, version: version, in: tenant)
        try await confirm(id, until: confirmedUntil)
        try await keepRevision(of: id, version: version, terms, in: tenant, by: person)
        return Mandate(
            id: id, investor: current.investor, investorName: current.investorName, version: version, terms: terms,
            createdAt: current.createdAt, confirmedUntil: confirmedUntil, withdrawnAt: nil)
    }

    /// Ends a mandate. Its shortlists stay; it gets no more.
    ///
    /// Throws `MandateRefusal.withdrawn` when it has ended already, or not found.
    package func withdrawMandate(_ id: Mandate.ID, in tenant: Tenant.ID) async throws -> Mandate {
        guard let current = try await lockMandate(id) else { throw Problem.notFound }
        try current.checkStands()
        try await markWithdrawn(id, in: tenant)
        return Mandate(
            id: id, investor: current.investor, investorName: current.investorName, version: current.version,
            terms: current.terms, createdAt: current.createdAt, confirmedUntil: current.confirmedUntil,
            withdrawnAt: now)
    }
}

/// Why a mandate is refused.
package enum MandateRefusal: Refusal, Equatable {
    /// The concept at this place of the list is named twice.
    case focusAreaTwice(index: Int)
    /// Weights run from 1 to 100.
    case weightOutOfRange(index: Int)
    /// The country at this place of `countries_in` also stands among those ruled out.
    case countryWantedAndNot(index: Int)
    /// A cheque takes nothing out of a startup.
    case chequeBelowZero(field: String)
    /// A list that no reader gets to the end of.
    case tooMany(field: String, limit: Int)
    /// The two ends of the cheque range are in different currencies.
    case mixedCurrencies
    /// The smallest cheque is larger than the largest.
    case chequeRangeRunsBackward
    /// No institution of the tenant that can invest has this id.
    case investorUnknown
    /// The mandate has been withdrawn.
    case withdrawn
    /// An investor wants 1 to 1,000 startups in hand.
    case capOutOfRange

    package var problem: Problem {
        switch self {
        case .focusAreaTwice(let index): .invalid("/focus_areas/\(index)/area", "Name each focus area once.")
        case .weightOutOfRange(let index):
            .invalid("/focus_areas/\(index)/weight", "A weight runs from 1 to 100.")
        case .countryWantedAndNot(let index):
            .invalid("/countries_in/\(index)", "A country is either wanted or ruled out, not both.")
        case .chequeBelowZero(let field): .invalid("/\(field)/amount_minor", "A cheque is not below zero.")
        case .tooMany(let field, let limit): .invalid("/\(field)", "Name at most \(limit).")
        case .mixedCurrencies: .invalid("/cheque_max/currency", "Give both ends of the range in one currency.")
        case .chequeRangeRunsBackward:
            .invalid("/cheque_max/amount_minor", "The largest cheque is smaller than the smallest.")
        case .investorUnknown: .invalid("/investor", "Choose an investor of the directory.")
        case .withdrawn: .conflict("The mandate has been withdrawn.")
        case .capOutOfRange: .invalid("/most_open", "Give 1 to 1,000, or leave it out.")
        }
    }
}
