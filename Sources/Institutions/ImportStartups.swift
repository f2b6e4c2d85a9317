package import Foundation
internal import Jobs
internal import Postgres
package import Tabular
package import Vocabulary

/// What a row of a file says of a startup. Nil is "not said": it never erases what is known.
package struct ImportedStartup: Sendable {
    /// What the source calls the startup, unique within the tenant.
    package var externalID: String
    /// Absent in rows about a startup that must be known already.
    package var name: Name?
    package var country: Country?
    package var website: WebAddress?
    package var pitch: ShortText?
    package var description: LongText?
    package var foundedOn: CalendarDate?
    package var region: Name?
    package var state: Name?
    package var city: Name?
    /// The source's own words for what it works on.
    package var tags: [Name] = []
    package var stage: FundingStage?
    package var lastRoundOn: CalendarDate?
    package var lastRound: Money?
    package var rounds: Int?
    package var raised: Money?
    package var seeking: FundingStage?
    /// Whether the row says that investors may be shown the startup. It counts where the startup has decided nothing itself.
    package var optsIn = false

    /// Those of its words that the taxonomy knows.
    package var focusAreas: [FocusArea.ID] {
        var areas: [FocusArea.ID] = []
        for tag in tags {
            if let area = FocusAreaTaxonomy.standard.area(called: tag.string), !areas.contains(area.id) {
                areas.append(area.id)
            }
        }
        return areas
    }
}

/// Writes to the founders of startups for which a file has agreed that they are shown to investors. `Investment`, where consents are
/// decided otherwise, does it.
package struct TellOfImportedConsents: Job {
    /// The name it is stored under.
    package static let kind = "institutions.tell-of-imported-consents"
    /// Another attempt writes what the first did not come to.
    package static let maxAttempts = 5
    /// How many startups one job writes to.
    static let most = 50

    /// The startups.
    package let startups: [UUID]

    /// A job about some startups.
    package init(startups: [UUID]) { self.startups = startups }
}

extension Importer {
    /// Imports startups: JSON Lines or CSV with our field names, or a company list as Crunchbase exports it.
    ///
    /// The fields are `id name categories tags country region state city founded_on description pitch website stage
    /// last_round_on last_round_usd rounds_before total_raised_usd seeking`; lists are separated by `|` in CSV.
    package func importStartups(from file: ImportFile) async throws -> ImportReport {
        let tenant = tenant
        let isCompanyList = try file.isCompanyList
        return try await importRows(
            from: file, names: isCompanyList ? ImportedStartup.companyListNames : [:], key: \.externalID,
            read: isCompanyList ? ImportedStartup.readCompanyList : ImportedStartup.read,
            keep: { try await $0.importStartups($1, in: tenant) })
    }

    /// Imports what known startups are raising: `startup_id,seeking`.
    package func importAsks(from file: ImportFile) async throws -> ImportReport {
        let tenant = tenant
        return try await importRows(
            from: file, names: [:], key: \.externalID,
            read: { fields in
                let id = fields.string("startup_id", .required)
                let seeking = fields.value("seeking", .required, as: "a kind of round") { FundingStage(reading: $0) }
                return id.map { ImportedStartup(externalID: $0, seeking: seeking) }
            },
            keep: { try await $0.importStartups($1, in: tenant) })
    }

    /// Imports which known startups may be shown to investors: `startup_id`. Their founders are written to.
    package func importCandidates(from file: ImportFile) async throws -> ImportReport {
        let tenant = tenant
        return try await importRows(
            from: file, names: [:], key: \.externalID,
            read: { fields in
                fields.string("startup_id", .required).map { ImportedStartup(externalID: $0, optsIn: true) }
            },
            keep: { try await $0.importStartups($1, in: tenant) })
    }

    /// The first rows of a file of startups as an import would understand them.
    package static func previewStartups(of file: ImportFile, rows: Int = 20) throws -> ImportPreview {
        let isCompanyList = try file.isCompanyList
        return try preview(
            of: file, names: isCompanyList ? ImportedStartup.companyListNames : [:], fields: ImportedStartup.fields,
            rows: rows, read: isCompanyList ? ImportedStartup.readCompanyList : ImportedStartup.read,
            describe: \.preview)
    }
}

extension ImportFile {
    /// Whether this is a list of companies as Crunchbase exports it.
    package var isCompanyList: Bool {
        get throws { try columns().contains { $0.caseInsensitiveCompare(with: "Organization Name") } }
    }
}

extension String {
    fileprivate func caseInsensitiveCompare(with other: String) -> Bool { lowercased() == other.lowercased() }
}

extension ImportedStartup {
    static let fields: Set<String> = [
        "id", "name", "categories", "tags", "country", "region", "state", "city", "founded_on", "description", "pitch",
        "website", "stage", "last_round_on", "last_round_usd", "rounds_before", "total_raised_usd", "seeking",
    ]

    static let companyListNames: [String: [String]] = [
        "id": ["Organization Name URL", "UUID"], "name": ["Organization Name"], "categories": ["Industries"],
        "place": ["Headquarters Location"], "description": ["Full Description"], "pitch": ["Description"],
        "founded_on": ["Founded Date"], "stage": ["Last Funding Type"], "last_round_on": ["Last Funding Date"],
        "last_round_usd": ["Last Funding Amount (in USD)", "Last Funding Amount Currency (in USD)"],
        "rounds_before": ["Number of Funding Rounds"],
        "total_raised_usd": ["Total Funding Amount (in USD)", "Total Funding Amount Currency (in USD)"],
    ]

    static func read(_ fields: inout Fields) -> ImportedStartup? {
        let id = fields.string("id", .required)
        var startup = ImportedStartup(externalID: id ?? "")
        startup.name = fields.text("name", .required)
        startup.country = fields.value("country", as: "a country of ISO 3166-1") { Country(reading: $0) }
        startup.website = fields.value("website", as: "a web address") { WebAddress($0) }
        startup.region = fields.text("region")
        startup.state = fields.text("state")
        startup.city = fields.text("city")
        startup.foundedOn = fields.day("founded_on")
        startup.pitch = fields.text("pitch")
        startup.description = fields.text("description")
        startup.stage = fields.value("stage", as: "a kind of round") { FundingStage(reading: $0) }
        startup.seeking = fields.value("seeking", as: "a kind of round") { FundingStage(reading: $0) }
        startup.lastRoundOn = fields.day("last_round_on")
        startup.lastRound = fields.dollars("last_round_usd")
        startup.rounds = fields.integer("rounds_before", in: 0...10_000)
        startup.raised = fields.dollars("total_raised_usd")
        startup.tags = fields.words("categories", "tags")
        startup.makePitchOfDescription()
        return id == nil || startup.name == nil ? nil : startup
    }

    static func readCompanyList(_ fields: inout Fields) -> ImportedStartup? {
        let name: Name? = fields.text("name", .required)
        let address = fields.said("id") ?? fields.said("website")
        var startup = ImportedStartup(externalID: address ?? name?.string ?? "")
        startup.name = name
        startup.website = fields.said("website").flatMap { WebAddress($0) ?? WebAddress("https://\($0)") }
        startup.readPlace(fields.said("place"), &fields)
        startup.foundedOn = fields.said("founded_on").flatMap { CalendarDate($0) }
        startup.pitch = fields.text("pitch")
        startup.description = fields.text("description")
        startup.stage = fields.said("stage").flatMap { FundingStage(reading: $0) }
        startup.lastRoundOn = fields.said("last_round_on").flatMap { CalendarDate($0) }
        startup.lastRound = fields.figure("last_round_usd").map { Money(minor: $0 * 100, currency: .usd) }
        startup.rounds = fields.figure("rounds_before")
        startup.raised = fields.figure("total_raised_usd").map { Money(minor: $0 * 100, currency: .usd) }
        startup.tags = fields.words("categories", separatedBy: ",")
        startup.makePitchOfDescription()
        return name == nil ? nil : startup
    }

    /// "City, State, Country" as company lists give it; the last part is the country.
    private mutating func readPlace(_ place: String?, _ fields: inout Fields) {
        guard let place else { return }
        let parts = place.split(separator: ",").map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
        guard let last = parts.last else { return }
        country = Country(reading: last)
        if country == nil { fields.refuse("place", .expected("a city, state and country"), found: place) }
        if parts.count > 1 { city = try? Name(parts[0]) }
        if parts.count > 2 { state = try? Name(parts[1]) }
    }

    /// A description of one short line is the pitch: it is what a reader of a list wants to see.
    private mutating func makePitchOfDescription() {
        guard pitch == nil, let description, let line = try? ShortText(description.string), line.string.count <= 240
        else { return }
        pitch = line
    }

    var preview: [ImportPreview.Field] {
        let pairs: [(String, String?)] = [
            ("id", externalID), ("name", name?.string), ("country", country?.code), ("region", region?.string),
            ("state", state?.string), ("city", city?.string), ("founded_on", foundedOn?.description),
            ("pitch", pitch?.string), ("website", website?.description), ("stage", stage?.rawValue),
            ("last_round_on", lastRoundOn?.description), ("last_round", lastRound?.formatted),
            ("rounds", rounds.map(String.init)), ("raised", raised?.formatted), ("seeking", seeking?.rawValue),
            ("tags", tags.isEmpty ? nil : tags.map(\.string).joined(separator: ", ")),
            ("focus_areas", focusAreas.isEmpty ? nil : focusAreas.map(\.description).joined(separator: ", ")),
        ]
        return pairs.compactMap { name, value in value.map { ImportPreview.Field(name: name, value: $0) } }
    }
}

extension Fields {
    /// A text that keeps a rule.
    package mutating func text<Rule>(_ field: String, _ presence: Presence = .optional) -> CheckedText<Rule>? {
        value(field, presence, as: "text") { try CheckedText($0) }
    }

    /// A day as `YYYY-MM-DD`.
    package mutating func day(_ field: String, _ presence: Presence = .optional) -> CalendarDate? {
        value(field, presence, as: "a date as YYYY-MM-DD") { CalendarDate($0) }
    }

    /// Whole US dollars.
    package mutating func dollars(_ field: String) -> Money? {
        integer(field, in: 0...Int.max / 100).map { Money(minor: $0 * 100, currency: .usd) }
    }

    /// The words of some lists, each once, in their order.
    package mutating func words(_ lists: String..., separatedBy separator: Character = "|") -> [Name] {
        var words: [Name] = []
        for list in lists {
            for word in values(list, separatedBy: separator, as: "a word", { try Name($0) }) where !words.contains(word)
            { words.append(word) }
        }
        return words
    }

    /// A cell that says something; exports write a dash where they know nothing.
    fileprivate mutating func said(_ field: String) -> String? {
        string(field).flatMap { ["—", "-", "–"].contains($0) ? nil : $0 }
    }

    /// A whole number as people write it: `$1,250,000`.
    fileprivate mutating func figure(_ field: String) -> Int? {
        guard let text = said(field) else { return nil }
        let digits = text.filter { $0 != "," && $0 != "$" && $0 != " " }
        if let figure = Int(digits), (0...Int.max / 100).contains(figure) { return figure }
        refuse(field, .expected("a whole number"), found: text)
        return nil
    }
}
