import API
import Accounts
import Foundation
import Pages
import Postgres
import Vocabulary
import Wording

/// The form of a published call as a manager changes it, and what became of it.
struct FormVersionsConsole {
    let site: Site

    var routes: [AnyRoute] { [show, edit, revise] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/form", "consoleFormVersions", access: .roles([.manager]),
            parameters: FormVersionsPath.self
        ) { call in
            let path = call.parameters
            guard let found = try await call.reader.call(path.call) else { throw Problem.notFound }
            let versions = try await call.reader.formVersions(of: found.id)
            let viewer = try await call.viewer()
            let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
            let model = FormVersionsPage(
                versions, of: found, comparing: path.number.flatMap { number in path.since.map { (number, $0) } },
                words)
            let frame = Frame(
                title: model.header.title, site: site, viewer: viewer, current: "programs",
                breadcrumbs: [
                    Breadcrumb(words.t("programs.title"), "/console/programs"),
                    Breadcrumb(found.title.text(for: words.spoken), "/console/calls/\(found.id)"),
                ], flash: path.done == nil ? nil : FlashNotice(words.t("done.form_revised")))
            return HTML(bytes: try PageTemplate.formVersions.render(model, in: frame))
        }.erased
    }

    private var edit: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/form/edit", "consoleReviseForm", access: .roles([.manager]),
            parameters: CallPath.self
        ) { call in
            guard let found = try await call.reader.call(call.parameters.call) else { throw Problem.notFound }
            let questions = found.questions.map { NewQuestion($0) }
            let values = CallFormFields.values(of: questions).mapValues { [$0] }
                .merging(CallFormFields.streams(of: questions)) { $1 }
            return try await form(for: call, of: found, values: values, version: try call.version(of: CallForm(found)))
        }.erased
    }

    private var revise: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/form/edit", "reviseConsoleForm", access: .roles([.manager]),
            parameters: CallPath.self, body: RevisedFormFields.self
        ) { call in
            let principal = try call.principal
            let (id, tenant) = (call.parameters.call, try principal.workspace)
            guard let found = try await call.reader.call(id) else { throw Problem.notFound }
            return try await answering {
                let body = try call.decoded()
                let questions = try body.revision(of: found)
                return try await call.write { transaction in
                    _ = try await transaction.reviseForm(
                        of: id, to: questions, because: body.reason, in: tenant, by: principal.personID
                    ) { try call.match(CallForm($0)) }
                    return .redirect(to: "/console/calls/\(id)/form?done=revised")
                }
            } again: { problem in
                try await form(for: call, of: found, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    private func form<P, B>(
        for call: FormCall<P, B>, of found: CallForApplications, values: [String: [String]], version: String?,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.programs.texts(in: viewer.language)
        let spoken = Vocabulary.Language(viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let streams = found.offered.map { (value: $0.stream.description, label: $0.name.text(for: spoken)) }
        // Further ones are added behind those there are.
        let rows = max(found.questions.count, QuestionFields.count(in: values)) + 2
        let why = FormSection(
            fields: [input.area("reason", label: t("form.reason"), hint: t("form.reason_hint"), limit: 500, rows: 3)])
        return try ProgramsForm(
            site: site, title: t("form.revise"), kind: found.title.text(for: spoken), lede: t("form.revise_lede"),
            address: "/console/calls/\(found.id)/form/edit", submit: t("form.submit"),
            cancel: "/console/calls/\(found.id)/form", hidden: QuestionFields.kept(in: values),
            crumbs: [Breadcrumb(found.title.text(for: spoken), "/console/calls/\(found.id)")]
        ).html(
            for: call, viewer, t, sections: [why] + (0..<rows).map { input.question($0, t, streams: streams) },
            version: version, problem: problem)
    }
}

/// The versions of a form, and perhaps two of them to be compared.
struct FormVersionsPath: Codable {
    let call: CallForApplications.ID
    let number: Int?
    let since: Int?
    let done: FormDone?
}

/// What was just done to a form, as the address of the page after it says.
enum FormDone: String, Codable, CaseIterable {
    case revised
}

/// A changed form as its page sends it: rows without a question are not meant.
struct RevisedFormFields: Codable {
    let reason: ShortText
    let questions: [CallFormFields.QuestionRow]

    /// The questions that are meant; what is at fault is told by its row.
    func revision(of call: CallForApplications) throws -> [CallDraft.Question] {
        let (rows, asked) = try CallFormFields.QuestionRow.asked(questions)
        // Each question has its id from here on, also a new one.
        let meant = asked.map(\.question)
        do {
            try CallDraft.check(meant) { "/questions/\(rows[$0])" }
            _ = try FormRevision(of: call, to: meant) { "/questions/\(rows[$0])" }
        } catch let problem as Problem { throw problem.toldByField }
        return meant
    }
}

/// Every version of a form with what changed, the latest first; or what changed between two.
struct FormVersionsPage: ViewModel {
    var header: PageHeader
    var versions: [Entry]
    var empty: EmptyState?

    /// A version, and what changed with it.
    struct Entry: ViewModel {
        var title: String
        var time: TimeText
        var by: String?
        var reason: String?
        var changes: [ChangedQuestion]
        var hasChanges: Bool
        var compare: LinkText?
    }

    /// A question that changed.
    struct ChangedQuestion: ViewModel {
        var prompt: String
        var before: String?
        var what: String
    }
}

extension PageTemplate<FormVersionsPage> {
    static let formVersions = PageTemplate("programs/form-versions", in: .programs)
}

extension FormVersionsPage {
    /// - Parameter pair: a version and an earlier one to compare it with; nil for each with the one before it.
    init(
        _ all: [FormVersion], of call: CallForApplications, comparing pair: (number: Int, since: Int)?,
        _ words: ProgramWords
    ) {
        let t = words.t
        let isPublished = call.publishedAt != nil && call.cancelledAt == nil
        header = PageHeader(
            title: t("form.versions"), kind: call.title.text(for: words.spoken), lede: t("form.versions_lede"),
            actions: (isPublished ? [.link(t("form.revise"), "/console/calls/\(call.id)/form/edit")] : [])
                + (pair == nil ? [] : [.link(t("form.all_versions"), "/console/calls/\(call.id)/form")]))
        let shown = all.filter { version in pair.map { $0.number == version.number } ?? true }
        versions = shown.map { version in
            let since = pair?.since ?? version.number - 1
            let earlier = all.first { $0.number == since && since < version.number }
            let changes = (earlier.map { version.changes(since: $0) } ?? []).map { change in
                ChangedQuestion(
                    prompt: "\(change.after.position). \(change.after.prompt.text(for: words.spoken))",
                    before: change.parts.contains(.wording) ? change.before?.prompt.text(for: words.spoken) : nil,
                    what: change.parts.map { t("form.part.\($0.rawValue)") }.joined(separator: " · "))
            }
            let number = Figures.grouped(version.number)
            return Entry(
                title: pair == nil || earlier == nil
                    ? t("form.version", ["number": number])
                    : t("form.compared", ["number": number, "since": Figures.grouped(since)]),
                time: words.time(version.madeAt, in: call.deadline.zone), by: version.madeByName?.string,
                reason: version.reason?.string, changes: changes, hasChanges: !changes.isEmpty,
                compare: pair == nil && version.number > 2
                    ? LinkText(
                        t("form.compare"), "/console/calls/\(call.id)/form?number=\(version.number)&since=1") : nil)
        }
        empty = versions.isEmpty ? EmptyState(title: t("form.none"), text: t("form.none_text")) : nil
    }
}
