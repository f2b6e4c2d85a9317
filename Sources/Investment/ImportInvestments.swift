package import Institutions
internal import Postgres
internal import Tabular
package import Vocabulary

/// What a row of a file says of an investment.
package struct ImportedInvestment: Sendable {
    /// What the source calls the investor.
    package let investor: String
    /// What the source calls the startup.
    package let startup: String
    /// When the round was announced.
    package let madeOn: CalendarDate
    /// What kind of round it was.
    package let roundType: FundingStage
    /// The whole amount of the round.
    package let round: Money?

    var key: String {
        "\(investor)\u{1}\(startup)\u{1}\(madeOn)\u{1}\(roundType)\u{1}\(round?.minor.description ?? "")"
    }

    static let names = [
        "investor_id": ["investor"], "startup_id": ["startup"], "date": ["made_on", "announced_on"],
        "round_type": ["round"], "amount_usd": ["amount"],
    ]

    static func read(_ fields: inout Fields) -> ImportedInvestment? {
        let investor = fields.string("investor_id", .required)
        let startup = fields.string("startup_id", .required)
        let day = fields.day("date", .required)
        let type = fields.value("round_type", as: "a kind of round") { FundingStage(reading: $0) }
        let round = fields.dollars("amount_usd")
        guard let investor, let startup, let day else { return nil }
        return ImportedInvestment(
            investor: investor, startup: startup, madeOn: day, roundType: type ?? .unknown, round: round)
    }

    var preview: [ImportPreview.Field] {
        [
            ImportPreview.Field(name: "investor_id", value: investor),
            ImportPreview.Field(name: "startup_id", value: startup),
            ImportPreview.Field(name: "date", value: madeOn.description),
            ImportPreview.Field(name: "round_type", value: roundType.rawValue),
        ] + (round.map { [ImportPreview.Field(name: "amount", value: $0.formatted)] } ?? [])
    }
}

extension Importer {
    /// Imports past investments: `investor_id,startup_id,date,round_type,amount_usd`, the amount being that of the whole
    /// round. Investor and startup must be known by these ids.
    package func importInvestments(from file: ImportFile) async throws -> ImportReport {
        let tenant = tenant
        return try await importRows(
            from: file, names: ImportedInvestment.names, key: \.key, read: ImportedInvestment.read,
            keep: { try await $0.importInvestments($1, in: tenant) })
    }

    /// The first rows of a file of investments as an import would understand them.
    package static func previewInvestments(of file: ImportFile, rows: Int = 20) throws -> ImportPreview {
        try preview(
            of: file, names: ImportedInvestment.names, fields: Set(ImportedInvestment.names.keys), rows: rows,
            read: ImportedInvestment.read, describe: \.preview)
    }
}
