package import Institutions
internal import Postgres
internal import Tabular
package import Vocabulary

/// What a row of a file says of an investor.
package struct ImportedInvestor: Sendable {
    /// What the source calls the investor, unique within the tenant.
    package let externalID: String
    /// Its name.
    package let name: Name
    /// Where it is registered.
    package let country: Country?
    /// What it says it will fund; nil for an investor of which only the name is known.
    package let thesis: MandateTerms?
}

extension ImportedInvestor {
    /// What a mandate is called that comes with an investor.
    static let thesisName = "Investment thesis"

    static let fields: Set<String> = ["id", "name", "country", "thesis", "portfolio_size", "query", "home_region"]

    static func read(_ fields: inout Fields) -> ImportedInvestor? {
        let id = fields.string("id", .required)
        let name: Name? = fields.text("name", .required)
        let country = fields.value("country", as: "a country of ISO 3166-1") { Country(reading: $0) }
        let thesis = fields.object("thesis") { terms(&$0) }
        guard let id, let name else { return nil }
        return ImportedInvestor(externalID: id, name: name, country: country, thesis: thesis ?? nil)
    }

    private static func terms(_ fields: inout Fields) -> MandateTerms? {
        guard let name = try? Name(thesisName) else { return nil }
        var terms = MandateTerms(name: name)
        for word in fields.words("focus_areas") {
            if let area = FocusAreaTaxonomy.standard.area(called: word.string) {
                if !terms.focusAreas.contains(where: { $0.area == area.id }) {
                    terms.focusAreas.append(WeightedFocusArea(area.id))
                }
            } else {
                terms.tags.append(word)
            }
        }
        terms.focusAreas.sort { $0.area < $1.area }
        for stage in fields.values("stages", as: "a kind of round", { FundingStage(reading: $0) })
        where !terms.stages.contains(stage) { terms.stages.append(stage) }
        terms.regions = fields.words("regions")
        for country in fields.values("countries", as: "a country of ISO 3166-1", { Country(reading: $0) })
        where !terms.countriesIn.contains(country) { terms.countriesIn.append(country) }
        let range: (Money?, Money?)? = fields.object("round_size_usd") { ($0.dollars("p25"), $0.dollars("p75")) }
        (terms.chequeMin, terms.chequeMax) = range ?? (nil, nil)
        return terms
    }

    var preview: [ImportPreview.Field] {
        var fields = [
            ImportPreview.Field(name: "id", value: externalID), ImportPreview.Field(name: "name", value: name.string),
        ]
        func add(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { fields.append(ImportPreview.Field(name: name, value: value)) }
        }
        add("country", country?.code)
        add("focus_areas", thesis?.focusAreas.map(\.area.description).joined(separator: ", "))
        add("tags", thesis?.tags.map(\.string).joined(separator: ", "))
        add("stages", thesis?.stages.map(\.rawValue).joined(separator: ", "))
        add("regions", thesis?.regions.map(\.string).joined(separator: ", "))
        add("countries_in", thesis?.countriesIn.map(\.code).joined(separator: ", "))
        add("cheque_min", thesis?.chequeMin?.formatted)
        add("cheque_max", thesis?.chequeMax?.formatted)
        return fields
    }
}

extension Importer {
    /// Imports investors: `id name country` and, for those that declare one, a `thesis` of `focus_areas stages countries
    /// regions round_size_usd {p25 p75}`, which becomes the mandate “Investment thesis”.
    package func importInvestors(from file: ImportFile) async throws -> ImportReport {
        let tenant = tenant
        return try await importRows(
            from: file, names: [:], key: \.externalID, read: ImportedInvestor.read,
            keep: { transaction, rows in
                let institutions = rows.map { row in
                    ImportRow(
                        line: row.line,
                        value: ImportedInstitution(
                            externalID: row.value.externalID, kind: .investor, name: row.value.name,
                            country: row.value.country))
                }
                var outcome = try await transaction.importInstitutions(institutions, in: tenant)
                let theses = rows.filter { $0.value.thesis != nil && outcome.changes[$0.line] != nil }
                if !theses.isEmpty { outcome.add(try await transaction.importTheses(of: theses, in: tenant)) }
                return outcome
            })
    }

    /// The first rows of a file of investors as an import would understand them.
    package static func previewInvestors(of file: ImportFile, rows: Int = 20) throws -> ImportPreview {
        try preview(
            of: file, names: [:], fields: ImportedInvestor.fields, rows: rows, read: ImportedInvestor.read,
            describe: \.preview)
    }
}
