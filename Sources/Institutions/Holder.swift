internal import API
package import Accounts
package import Postgres
package import Vocabulary

/// Somebody who owns part of a startup.
package struct Holder: Codable, Sendable, Equatable {
    /// What a register calls them.
    package let name: Name
    /// The institution the name means, where it is one of the directory.
    package let institution: Institution.ID?
    /// The person the name means, where they have an account.
    package let person: Person.ID?
    /// The share in hundredths of a per cent, 1 to 10,000.
    package let basisPoints: Int

    /// A holder of so many hundredths of a per cent.
    package init(_ name: Name, institution: Institution.ID? = nil, person: Person.ID? = nil, basisPoints: Int) {
        self.name = name
        self.institution = institution
        self.person = person
        self.basisPoints = basisPoints
    }
}

/// Who owns a startup, the largest holder first.
package struct HolderList: Described {
    /// The holders; together they own the whole at most.
    package let holders: [Holder]

    package static let documentation = [
        "holders": """
        Each with a name, a share in hundredths of a per cent, and the institution or the person the name means, where \
        that is known. Conflicts of interest and rules about common holders follow from it.
        """
    ]
}

extension Transaction {
    /// Replaces who owns a startup as a whole, after `matching` has looked at what is there.
    ///
    /// Not found when the principal may not write the startup; refused by the constraints
    /// `holdings_are_at_most_the_whole`, `holding_is_a_share`, `holder_is_a_person_or_an_institution`,
    /// `holders_have_a_seat_here` and `startup_holders_tenant_id_institution_id_fkey`.
    package func recordHolders(
        _ holders: [Holder], of startup: Startup.ID, in tenant: Tenant.ID, matching: ([Holder]) throws -> Void
    ) async throws -> [Holder] {
        guard try await lockStartup(startup) != nil else { throw Problem.notFound }
        try matching(try await self.holders(of: startup))
        try await deleteHolders(of: startup)
        try await insert(holders, of: startup, in: tenant)
        return try await self.holders(of: startup)
    }
}
