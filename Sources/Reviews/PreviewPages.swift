internal import API
internal import Accounts
internal import Forms
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// What reviewers will read of an application to a call, for a manager, also while the call is a draft.
struct PreviewPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [show] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/preview/file", "previewReviewFile", access: .roles([.manager]),
            parameters: CallPreviewQuery.self
        ) { call in
            let wanted = call.parameters
            let preview = try await call.reader.preview(
                of: wanted.call, upTo: wanted.checkedRound(), for: wanted.stream, in: wanted.batch)
            guard let preview else { throw Problem.notFound }
            let (found, viewer) = (preview.call, try await call.viewer())
            let model = FilePreviewPage(preview, asked: wanted.round, batch: wanted.batch, in: viewer.language)
            let frame = Frame(
                title: model.header.title, site: site, viewer: viewer, current: "programs",
                breadcrumbs: [
                    Breadcrumb(
                        found.title.text(for: Vocabulary.Language(viewer.language)), "/console/calls/\(found.id)")
                ])
            return HTML(bytes: try PageTemplate.filePreview.render(model, in: frame))
        }.erased
    }
}

/// A file as either kind of reviewer gets it, and what it is judged by.
struct FilePreviewPage: ViewModel {
    var header: PageHeader
    var filters: Filters
    var files: [File]
    var criteria: [RoundPage.Criterion]
    var hasCriteria: Bool
    var formURL: SafeURL

    struct File: ViewModel {
        var title: String
        var name: String
        var answers: [Answer]
        /// What these reviewers do not get.
        var withheld: [String]
        var hasWithheld: Bool
    }

    struct Answer: ViewModel {
        var prompt: String
        var example: String
    }
}

extension PageTemplate<FilePreviewPage> {
    static let filePreview = PageTemplate("reviews/file-preview", in: .reviews)
}

extension FilePreviewPage {
    /// - Parameters:
    ///   - asked: the round in the address; nil for all of them.
    ///   - batch: the batch in the address; nil for the one that was planned last.
    init(_ preview: CallPreview, asked: Int?, batch: Int?, in language: Pages.Language) {
        let words = RoundWords(t: PageKit.reviews.texts(in: language), now: .now)
        let (t, spoken, call) = (words.t, words.spoken, preview.call)
        header = PageHeader(
            title: t("preview.title"), kind: call.title.text(for: spoken), lede: t("preview.lede"))
        let address: SafeURL = "/console/calls/\(call.id)/preview/file"
        filters = Filters(
            action: address,
            choices: [
                Filters.Choice(
                    name: "round", label: t("preview.up_to"), all: t("rounds.every_round"),
                    options: (1...preview.rounds).map { ("\($0)", t("preview.round", ["round": "\($0)"])) },
                    chosen: asked.map(String.init) ?? "")
            ]
                + (call.offersChoice
                    ? [
                        Filters.Choice(
                            name: "stream", label: t("round.stream"), all: t("preview.every_stream"),
                            options: call.offered.map { ($0.stream.description, $0.name.text(for: spoken)) },
                            chosen: preview.stream?.description ?? "")
                    ] : [])
                + (call.batches.isEmpty
                    ? []
                    : [
                        Filters.Choice(
                            name: "batch", label: t("round.batch"), all: t("preview.latest_batch"),
                            options: call.batches.map {
                                ("\($0.number)", t("round.batch_number", ["number": "\($0.number)"]))
                            },
                            chosen: batch.map(String.init) ?? "")
                    ]),
            clearURL: asked == nil && preview.stream == nil && batch == nil ? nil : address)
        criteria = preview.rubric.map(words.criterion)
        hasCriteria = !preview.rubric.isEmpty
        formURL = "/console/calls/\(call.id)/preview"
        files = [CallPreview.Reader.blind, .named].map { reader in
            let withheld = preview.withheld(from: reader)
            return File(
                title: reader == .blind ? t("preview.blind") : t("preview.named"),
                name: reader == .blind ? "K7PQ4M" : t("preview.startup"),
                answers: preview.shown(to: reader).map { question in
                    Answer(prompt: question.prompt.text(for: spoken), example: question.example(t, in: spoken))
                },
                withheld: withheld.map { $0.prompt.text(for: spoken) }, hasWithheld: !withheld.isEmpty)
        }
    }
}

extension CallForApplications.Question {
    /// What an answer looks like where it stands, as the reader of a language would see it.
    fileprivate func example(_ t: Texts, in language: Vocabulary.Language) -> String {
        let text: String
        switch kind {
        case .longText where files != nil: text = t("preview.example.files")
        case .shortText, .longText: text = t("preview.example.text")
        case .number: text = takes.display(settings.lowest ?? "1200", in: language)
        case .money: text = takes.display("\(takes.allCurrencies[0].code) 120000", in: language)
        case .date:
            text = takes.display((settings.earliest ?? CalendarDate("2026-03-01"))?.description ?? "", in: language)
        case .choice: text = takes.display(settings.options?.first?.key ?? "", in: language)
        case .choices:
            text = takes.display(takes.text(ofChoices: (settings.options ?? []).prefix(2).map(\.key)), in: language)
        case .link: text = "https://example.org"
        case .people, .rows: text = t("preview.example.rows")
        }
        let asked = condition == nil ? text : t("preview.conditional", ["example": text])
        return fromRound.map { t("preview.later", ["example": asked, "round": "\($0)"]) } ?? asked
    }
}
