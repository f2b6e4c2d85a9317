internal import API
internal import Applications
internal import Exports
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// What a batch decides as files, in a reader's language.
struct DecisionSheet {
    private let batch: DecisionBatch
    private let decisions: [PreparedDecision]
    private let streams: StreamColumn
    private let standings: [Application.ID: PlaceStanding]
    private let t: Texts

    /// - Parameter standings: what became of the decisions, once they were released.
    init(
        _ batch: DecisionBatch, _ decisions: [PreparedDecision], _ streams: StreamColumn,
        _ standings: [Application.ID: PlaceStanding], in language: Pages.Language
    ) {
        self.batch = batch
        self.decisions = decisions
        self.streams = streams
        self.standings = standings
        t = PageKit.decisions.texts(in: language)
    }

    /// What the files are called: by the batch, since its name may be anything.
    var name: String { "decisions-\(batch.id)" }

    var csv: [UInt8] { sheet.csv }

    var workbook: Workbook { Workbook([sheet], made: batch.releasedAt ?? batch.openedAt) }

    private var sheet: Sheet {
        let spoken = Vocabulary.Language(t.language)
        let places: [Column<PreparedDecision>] =
            streams.isTold
            ? [
                .text(t("field.stream")) { streams.name(of: $0.preparation.stream)?.text(for: spoken) },
                .text(t("sheet.choices"), width: 40) { streams.words(for: $0.application, t) },
            ] : []
        let now: [Column<PreparedDecision>] =
            batch.releasedAt == nil
            ? [] : [.text(t("standing.column"), width: 24) { standings[$0.application]?.words(t) }]
        return Sheet(
            t("batch.decisions"),
            [
                .text(t("sheet.application"), width: 38) { $0.application.description },
                .text(t("batch.startup"), width: 40) { $0.startupName.text(for: spoken) },
                .text(t("field.outcome")) { t("outcome.\($0.preparation.outcome.rawValue)") },
            ] + now + places + [
                .integer(t("batch.rank")) { $0.preparation.rank },
                .money(t("batch.award"), currency: t("sheet.currency")) { $0.preparation.award.map { Amount($0) } },
                .text(t("field.last_day")) { $0.preparation.lastDay?.description },
                .text(t("field.note"), width: 40) { $0.preparation.note.string },
                .text(t("field.feedback"), width: 40) { $0.preparation.feedback?.string },
            ], of: decisions)
    }
}

extension Statements {
    /// What a batch decides as files; throws not found where there is no such batch.
    func decisionSheet(of id: DecisionBatch.ID, in language: Pages.Language) async throws -> DecisionSheet {
        guard let batch = try await decisionBatch(id) else { throw Problem.notFound }
        let decisions = try await preparedDecisions(in: id)
        let applications = decisions.map(\.application)
        let standings =
            batch.releasedAt == nil ? [:] : try await placeStandings(of: applications, in: batch.call)
        return DecisionSheet(
            batch, decisions, try await streamColumn(of: id, applications), standings, in: language)
    }
}
