package import Accounts
package import Postgres
package import Vocabulary

/// What a row of a file says of an institution that is no startup.
package struct ImportedInstitution: Sendable {
    /// What the source calls the institution, unique within the tenant.
    package let externalID: String
    /// Anything but a startup.
    package let kind: Institution.Kind
    /// Its name.
    package let name: Name
    /// Where it is registered.
    package let country: Country?
    /// Its own site.
    package let website: WebAddress?

    /// An institution of a source.
    package init(
        externalID: String, kind: Institution.Kind, name: Name, country: Country? = nil, website: WebAddress? = nil
    ) {
        self.externalID = externalID
        self.kind = kind
        self.name = name
        self.country = country
        self.website = website
    }
}

extension Transaction {
    /// Enters the institutions that are new and changes those of which the rows say something new.
    package func importInstitutions(
        _ rows: [ImportRow<ImportedInstitution>], in tenant: Tenant.ID
    ) async throws -> ImportOutcome {
        try await stageInstitutions(rows)
        try await enterStagedInstitutions(in: tenant)
        return try await outcomeOfStagedInstitutions(in: tenant)
    }
}
