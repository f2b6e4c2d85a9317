package import API
package import Accounts
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Enters a startup with its profile into the tenant's directory. It is shown to no investor until it agrees to.
    ///
    /// Throws `StartupRefusal`.
    package func addStartup(_ new: NewStartup, as id: Startup.ID, in tenant: Tenant.ID) async throws -> Startup {
        try new.profile.check()
        try await insert(new, as: id, in: tenant)
        return Startup(id: id, name: new.name, profile: new.profile)
    }

    /// Replaces what a startup says of itself, after `matching` has looked at the version being replaced.
    ///
    /// Throws `StartupRefusal`, or not found when the principal may not write the startup.
    package func reviseStartup(
        _ id: Startup.ID, to new: NewStartup, in tenant: Tenant.ID, matching: (Startup) throws -> Void
    ) async throws -> Startup {
        guard let current = try await lockStartup(id) else { throw Problem.notFound }
        try matching(current)
        try new.profile.check()
        try await rename(id, new.name)
        try await save(new.profile, of: id, in: tenant)
        return Startup(id: id, name: new.name, profile: new.profile)
    }
}

/// Why a profile is refused.
package enum StartupRefusal: Refusal {
    /// The concept at this place of the list is named twice.
    case focusAreaTwice(index: Int)
    /// Weights run from 1 to 100.
    case weightOutOfRange(index: Int)
    /// More technical staff than staff.
    case technicalStaffExceedStaff
    /// What was raised and the last round are in different currencies.
    case mixedCurrencies
    /// A count below zero.
    case countNegative(field: String)
    /// An amount that cannot be one.
    case amountNotPositive(field: String)

    package var problem: Problem {
        switch self {
        case .focusAreaTwice(let index): .invalid("/profile/focus_areas/\(index)/area", "Name each focus area once.")
        case .weightOutOfRange(let index):
            .invalid("/profile/focus_areas/\(index)/weight", "A weight runs from 1 to 100.")
        case .technicalStaffExceedStaff:
            .invalid("/profile/technical_staff", "Technical staff cannot be more than all full-time staff.")
        case .mixedCurrencies:
            .invalid("/profile/raised/currency", "State the last round and all that was raised in one currency.")
        case .countNegative(let field): .invalid("/profile/\(field)", "State a number from zero.")
        case .amountNotPositive(let field): .invalid("/profile/\(field)/amount_minor", "State an amount above zero.")
        }
    }
}

extension StartupProfile {
    /// Refuses a profile that contradicts itself.
    func check() throws(StartupRefusal) {
        var named: Set<FocusArea.ID> = []
        for (index, focus) in focusAreas.enumerated() {
            guard named.insert(focus.area).inserted else { throw .focusAreaTwice(index: index) }
            guard (1...100).contains(focus.weight) else { throw .weightOutOfRange(index: index) }
        }
        if let fullTimeStaff, fullTimeStaff < 0 { throw .countNegative(field: "full_time_staff") }
        if let technicalStaff, technicalStaff < 0 { throw .countNegative(field: "technical_staff") }
        if let rounds, rounds < 0 { throw .countNegative(field: "rounds") }
        if let technicalStaff, technicalStaff > fullTimeStaff ?? 0 { throw .technicalStaffExceedStaff }
        if let raised, let lastRound, raised.currency != lastRound.currency { throw .mixedCurrencies }
        if let ask, ask.minor <= 0 { throw .amountNotPositive(field: "ask") }
        if let raised, raised.minor < 0 { throw .amountNotPositive(field: "raised") }
        if let lastRound, lastRound.minor < 0 { throw .amountNotPositive(field: "last_round") }
    }
}
