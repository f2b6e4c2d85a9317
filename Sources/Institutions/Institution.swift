package import Vocabulary

/// An institution in a tenant's directory: a park, a bank, a department, a university, an investor, a startup.
package struct Institution: Codable, Sendable, Identifiable {
    /// Names an institution within its tenant.
    package typealias ID = Identifier<Institution>

    /// What an institution is to the park.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case park
        case bank
        case techCompany = "tech_company"
        case government
        case rdInstitute = "rd_institute"
        case university
        case investor
        case corporate
        case startup
    }

    /// A register's own identifier, e.g. the 13 digits of a Japanese company.
    package struct Registration: Codable, Sendable, Hashable {
        /// Whose register it is.
        package enum Scheme: String, Codable, Sendable, CaseIterable {
            case ror, lei, wikidata, isni
            case hongKongBusinessRegistration = "hk_br"
            case japaneseCorporateNumber = "jp_corporate_number"
            case orgID = "org_id"
        }

        /// The register.
        package let scheme: Scheme
        /// As the register writes it; the database holds it to the scheme's form.
        package let value: ShortText
    }

    /// The institution.
    package let id: ID
    /// What it is to the park.
    package let kind: Kind
    /// Its name in up to three languages.
    package let name: LocalizedName
    /// Where it is registered; nil when nobody said.
    package let country: Country?
    /// Its own site.
    package let website: WebAddress?
    /// What registers call it.
    package let registrations: [Registration]
}

/// What registers call an entry of the directory, replaced as a whole.
package struct Registrations: Codable, Sendable {
    /// In no order that matters.
    package let registrations: [Institution.Registration]
}

/// What a manager says of an institution to enter it into the directory. Startups have a verb of their own.
package struct NewInstitution: Codable, Sendable {
    /// Anything but `startup`.
    package let kind: Institution.Kind
    /// Its name in at least one language.
    package let name: LocalizedName
    /// ISO 3166-1 alpha-2.
    package let country: Country?
    /// Its own site.
    package let website: WebAddress?
    /// What registers call it.
    package let registrations: [Institution.Registration]?

    /// An institution of this kind and name.
    package init(
        kind: Institution.Kind, name: LocalizedName, country: Country? = nil, website: WebAddress? = nil,
        registrations: [Institution.Registration]? = nil
    ) {
        self.kind = kind
        self.name = name
        self.country = country
        self.website = website
        self.registrations = registrations
    }
}
