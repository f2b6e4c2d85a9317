internal import API
internal import Exports
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// A shortlist as a file, in a reader's language: what the page tells of each startup, and the answers; for managers also what
/// they keep back, and why.
struct ShortlistFile {
    private let list: Shortlist
    private let items: [ShortlistItem]
    /// What the reader's firm has noted; nil for whoever is of no firm.
    private let notes: [Startup.ID: [FirmNote]]?
    /// What managers withhold; nil for whoever is none.
    private let withheld: [Startup.ID: WithheldItem]?
    private let t: Texts
    private let spoken: Vocabulary.Language

    init(
        _ list: Shortlist, _ items: [ShortlistItem], _ notes: [FirmNote]?, withheld: [WithheldItem]?,
        in language: Pages.Language
    ) {
        self.list = list
        self.items = items + (withheld ?? []).map(\.item)
        self.withheld = withheld.map {
            Dictionary($0.map { ($0.item.startup.id, $0) }, uniquingKeysWith: { first, _ in first })
        }
        self.notes = notes.map { Dictionary(grouping: $0, by: \.startup) }
        t = PageKit.investment.texts(in: language)
        spoken = Vocabulary.Language(language)
    }

    /// What the files are called.
    var name: String { "shortlist-\(list.id)" }

    /// The list as CSV.
    var csv: [UInt8] { sheet.csv }

    /// The list as a workbook.
    func workbook() throws -> [UInt8] { try Workbook([sheet], made: list.createdAt).xlsx() }

    private var sheet: Sheet {
        Sheet(
            t("shortlist.kind"), columns + (notes.map { [firmNotes($0)] } ?? []) + (withheld.map(keptBack) ?? []),
            of: items)
    }

    /// Why a startup was kept back: by itself, or with all of its list.
    private func keptBack(_ withheld: [Startup.ID: WithheldItem]) -> [Column<ShortlistItem>] {
        [
            .text(t("file.kept_back_because"), width: 24) { item in
                withheld[item.startup.id].map { t("withhold_reason.\($0.reason.rawValue)") }
                    ?? list.declined.map { t("decline_reason.\($0.reason.rawValue)") }
            },
            .text(t("file.kept_back_note"), width: 40) { item in
                withheld[item.startup.id].map { $0.note?.string } ?? list.declined?.note?.string
            },
        ]
    }

    private func firmNotes(_ notes: [Startup.ID: [FirmNote]]) -> Column<ShortlistItem> {
        .text(t("file.firm_notes"), width: 48) { item in
            notes[item.startup.id].map { notes in
                notes.map { "\($0.revisedBy.name): \($0.body)" }.joined(separator: "\n")
            }
        }
    }

    private var columns: [Column<ShortlistItem>] {
        let spoken = spoken
        return [
            // Once a list is released its places have closed up, and another has that of a startup which is kept back.
            .integer(t("file.rank")) { [list, withheld] item in
                list.releasedAt != nil && withheld?[item.startup.id] != nil ? nil : item.rank
            },
            .text(t("introductions.startup")) { $0.startup.name.text(for: spoken) },
            .text(t("file.pitch"), width: 48) { $0.startup.pitch?.string },
            .decimal(t("matches.score")) { Decimal($0.score) / 1000 },
            .text(t("file.country")) { $0.startup.country?.name(in: spoken) },
            .text(t("file.city")) { $0.startup.city?.string ?? $0.startup.region?.string },
            .text(t("fact.focus"), width: 40) { item in
                item.startup.focusAreas.map { $0.label(in: t.language) }.joined(separator: t("list.separator"))
            },
            .date(t("fact.founded")) { $0.startup.foundedOn.map(Day.init) },
            .text(t("fact.last_round_label")) { $0.startup.stage?.label(in: spoken) },
            .date(t("fact.last_day")) { $0.startup.lastRoundOn.map(Day.init) },
            .text(t("matches.stage")) { $0.startup.seeking?.label(in: spoken) },
            .money(t("fact.ask"), currency: t("file.currency")) { $0.startup.ask.map(Amount.init) },
            .text(t("item.answer")) { item in t("proposal.\(item.state.rawValue)") },
            .text(t("answer.reason")) { item in item.answer?.reason.map { t("reason.\($0.rawValue)") } },
            .date(t("answer.until")) { $0.answer?.laterUntil.map(Day.init) },
            .instant(t("file.answered_at")) { $0.answer?.answeredAt },
            .text(t("item.note"), width: 40) { $0.answer?.note?.string },
            .link(t("fact.website")) { item in
                item.startup.website.map { Link($0.site, to: $0.description) }
            },
        ]
    }
}

extension Reader {
    /// A shortlist as a file, for an investor with what its firm has noted; nil when the seat does not reach it.
    func file(of id: Shortlist.ID, in language: Pages.Language, for role: Role) async throws -> ShortlistFile? {
        guard let list = try await shortlist(id) else { return nil }
        let items = try await items(of: id)
        let notes = role == .investor ? try await firmNotes(on: items.map(\.startup.id)) : nil
        let withheld = role == .manager ? try await withheldItems(of: id) : nil
        return ShortlistFile(list, items, notes, withheld: withheld, in: language)
    }
}

/// A shortlist as a file by API.
enum ShortlistFileAPI {
    static let operations: [AnyOperation] = [getCSV, getWorkbook]

    private static var getCSV: AnyOperation {
        Operation(
            .get, "/v1/shortlists/{shortlist}/file.csv", "getShortlistFile", summary: "A shortlist as CSV",
            description: """
                What the reader sees of the list, with its answers; for managers also what they withheld. Columns are named \
                in the reader's language; texts that a spreadsheet would take for formulas begin with an apostrophe.
                """, tag: "investment", access: .roles([.manager, .investor]), parameters: ShortlistPath.self,
            output: Download.self, problems: [.notFound], produces: "text/csv"
        ) { call in
            let file = try await found(call)
            return .ok(Download(bytes: file.csv, filename: file.name + ".csv"))
        }.erased
    }

    private static var getWorkbook: AnyOperation {
        Operation(
            .get, "/v1/shortlists/{shortlist}/file.xlsx", "getShortlistWorkbook",
            summary: "A shortlist as an Excel workbook", tag: "investment", access: .roles([.manager, .investor]),
            parameters: ShortlistPath.self, output: Download.self, problems: [.notFound],
            produces: Workbook.mediaType
        ) { call in
            let file = try await found(call)
            return .ok(Download(bytes: try file.workbook(), filename: file.name + ".xlsx"))
        }.erased
    }

    private static func found(_ call: Call<ShortlistPath, NoBody>) async throws -> ShortlistFile {
        let language = Pages.Language(tag: call.locale) ?? .english
        guard
            let file = try await call.reader.file(
                of: call.parameters.shortlist, in: language, for: try call.principal.role)
        else {
            throw Problem.notFound
        }
        return file
    }
}
