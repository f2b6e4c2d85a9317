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
            parameters: PreviewPath.self
        ) { call in
            guard let found = try await call.reader.call(call.parameters.call) else { throw Problem.notFound }
            let viewer = try await call.viewer()
            let model = FilePreviewPage(found, in: viewer.language)
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

struct PreviewPath: Codable {
    let call: CallForApplications.ID
}

/// A file as either kind of reviewer gets it.
struct FilePreviewPage: ViewModel {
    var header: PageHeader
    var files: [File]
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
    init(_ call: CallForApplications, in language: Pages.Language) {
        let t = PageKit.reviews.texts(in: language)
        let spoken = Vocabulary.Language(language)
        header = PageHeader(
            title: t("preview.title"), kind: call.title.text(for: spoken), lede: t("preview.lede"))
        formURL = "/console/calls/\(call.id)/preview"
        files = [true, false].map { isBlind in
            let audiences = ReviewRound.audiences(isBlind: isBlind)
            let shown = call.questions.filter { audiences.contains($0.audience) }
            let withheld = call.questions.filter { !audiences.contains($0.audience) }
            return File(
                title: isBlind ? t("preview.blind") : t("preview.named"),
                name: isBlind ? "K7PQ4M" : t("preview.startup"),
                answers: shown.map { question in
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
