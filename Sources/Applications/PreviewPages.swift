internal import API
internal import Accounts
internal import Forms
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// The form of a call as its applicants will see it, for a manager, also while the call is a draft.
struct PreviewPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [show, answer] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/preview", "previewCallForm", access: .roles([.manager]),
            parameters: FormPreviewPath.self
        ) { call in
            try await page(for: call, typed: nil)
        }.erased
    }

    /// Nothing is stored: the form comes back with what follows from its answers, and what does not fit.
    private var answer: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/preview", "tryCallForm", access: .roles([.manager]),
            parameters: FormPreviewPath.self
        ) { call in
            try await page(for: call, typed: call.fields)
        }.erased
    }

    private func page(
        for call: FormCall<FormPreviewPath, NoBody>, typed: [String: [String]]?
    ) async throws -> HTML {
        let wanted = call.parameters
        guard
            var preview = try await call.reader.formPreview(
                of: wanted.call, upTo: wanted.round, for: wanted.stream)
        else { throw Problem.notFound }
        let (found, viewer) = (preview.call, try await call.viewer())
        preview.round = max(1, min(preview.round, found.laterRounds.max() ?? 1))
        let model = PreviewPage(preview, typed: typed, in: viewer.language)
        let spoken = Vocabulary.Language(viewer.language)
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "programs",
            breadcrumbs: [Breadcrumb(found.title.text(for: spoken), "/console/calls/\(found.id)")])
        return HTML(bytes: try PageTemplate.preview.render(model, in: frame))
    }
}

/// Which form to try: what is handed in first, or that and what is asked up to a round; of everybody, or for a stream.
struct FormPreviewPath: Codable {
    let call: CallForApplications.ID
    let round: Int?
    let stream: ProgramStream.ID?
}

/// A form that asks and keeps nothing.
struct PreviewPage: ViewModel {
    var header: PageHeader
    /// Up to which round, where something is asked later; for which stream, where several are offered.
    var filters: Filters?
    var form: Form?
    var empty: EmptyState?
    /// How many questions come later, if any.
    var later: String?
    var fileURL: SafeURL
}

extension PageTemplate<PreviewPage> {
    static let preview = PageTemplate("applications/preview", in: .applications)
}

extension PreviewPage {
    init(_ preview: FormPreview, typed: [String: [String]]?, in language: Pages.Language) {
        let (whole, call, round) = (preview.call, preview.form, preview.round)
        let t = PageKit.applications.texts(in: language)
        let spoken = Vocabulary.Language(language)
        let sent = typed?.withoutRemovedRow ?? [:]
        let read = TypedAnswers(sent, to: call.questions, t)
        let answers = call.canonical(read.edits).compactMap { question, edit in
            edit.text.map { Answer(to: question, $0, savedAt: .distantPast) }
        }
        let choices = TypedChoices(sent, to: call, over: [])
        let completeness = Completeness(
            of: call.questions, naming: preview.stream.map { [$0] } ?? choices?.places.compactMap(\.self) ?? [],
            answers: answers)
        // Nobody is told what is missing before they tried.
        let gaps = completeness.gaps.filter { $0.reason != .unanswered }
        // Rows come back without the empty ones.
        let values = call.questions.reduce(into: sent) { values, question in
            guard question.takes.kind.hasRows, let text = question.typed(sent, over: "") else { return }
            values = values.filter { !question.owns($0.key) }.merging(question.values(of: text)) { $1 }
        }
        let input = FormInput(
            values: values, errors: read.errors + call.errors(of: gaps, in: answers, t), texts: t)
        header = PageHeader(
            title: t("preview.title"), kind: call.title.text(for: spoken), lede: t("preview.lede"))
        fileURL = "/console/calls/\(call.id)/preview/file"
        later = call.later(after: round, t)
        let address: SafeURL = "/console/calls/\(call.id)/preview"
        var narrowing: [Filters.Choice] = []
        if let last = whole.laterRounds.last {
            narrowing.append(
                Filters.Choice(
                    name: "round", label: t("preview.up_to"), all: t("preview.first"),
                    options: (2...max(2, last)).map { ("\($0)", t("preview.round", ["round": "\($0)"])) },
                    chosen: round > 1 ? "\(round)" : ""))
        }
        if whole.offersChoice {
            narrowing.append(
                Filters.Choice(
                    name: "stream", label: t("preview.stream"), all: t("preview.every_stream"),
                    options: whole.offered.map { ($0.stream.description, $0.name.text(for: spoken)) },
                    chosen: preview.stream?.description ?? ""))
        }
        let isNarrowed = round > 1 || preview.stream != nil
        filters =
            narrowing.isEmpty ? nil : Filters(action: address, choices: narrowing, clearURL: isNarrowed ? address : nil)
        empty = call.questions.isEmpty ? EmptyState(title: t("preview.none"), text: t("preview.none_text")) : nil
        form =
            call.questions.isEmpty
            ? nil
            : Form(
                action: address.adding(
                    (round > 1 ? [("round", "\(round)")] : [])
                        + (preview.stream.map { [("stream", $0.description)] } ?? [])),
                sections: [call.choicesSection(input, t, in: spoken)].compactMap(\.self)
                    + call.questions.parts(
                        in: spoken, { $0.anyControl(input, t, in: spoken) }, asking: completeness.asked),
                submit: t("preview.submit"), texts: t, hidden: call.questions.compactMap(\.presence))
    }
}
