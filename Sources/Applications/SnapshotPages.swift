internal import API
internal import Accounts
internal import Forms
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// What was handed in: each copy to be read, printed and taken along, what changed between two, and whether a file is one
/// of them. The startup and the park have the same pages, each in their own place.
struct SnapshotPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { Standing.Side.allCases.flatMap { [list($0), check($0), show($0), download($0)] } }

    /// The most characters of a file that a form takes.
    private static let limit = 1_000_000

    private func list(_ side: Standing.Side) -> AnyRoute {
        PageRoute(
            .get, "\(side.place)/{application}/copies", side.id("Copies"), access: side.access,
            parameters: CopiesQuery.self
        ) { call in
            try await page(for: call, of: call.parameters.application, side, comparing: call.parameters)
        }.erased
    }

    private func check(_ side: Standing.Side) -> AnyRoute {
        PageRoute(
            .post, "\(side.place)/{application}/copies", side.id("CheckCopy"), access: side.access,
            parameters: ApplicationPath.self, bodyLimit: 4 * Self.limit
        ) { call in
            try await page(for: call, of: call.parameters.application, side, checking: call.field("content") ?? "")
        }.erased
    }

    private func show(_ side: Standing.Side) -> AnyRoute {
        PageRoute(
            .get, "\(side.place)/{application}/copies/{number}", side.id("Copy"), access: side.access,
            parameters: SnapshotPath.self
        ) { call in
            let path = call.parameters
            let snapshot = try await call.reader.snapshot(path.number, of: path.application)
            let screened = try await call.reader.screened(
                path.application, of: snapshot.content.call.id, inCopy: path.number)
            let viewer = try await call.viewer()
            let model = CopyPage(snapshot, finding: screened, side, in: viewer.language)
            return HTML(
                bytes: try PageTemplate.copy.render(
                    model, in: frame(viewer, model.header.title, of: path.application, snapshot, side, isList: false)))
        }.erased
    }

    private func download(_ side: Standing.Side) -> AnyRoute {
        PageRoute(
            .get, "\(side.place)/{application}/copies/{number}/file", side.id("CopyFile"), access: side.access,
            parameters: SnapshotPath.self
        ) { call in
            let path = call.parameters
            let snapshot = try await call.reader.snapshot(path.number, of: path.application)
            return .download(
                Array(snapshot.canonical.utf8), named: snapshot.fileName, mediaType: "application/json")
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: Application.ID, _ side: Standing.Side, comparing query: CopiesQuery? = nil,
        checking content: String? = nil
    ) async throws -> HTML {
        let snapshots = try await call.reader.snapshots(of: id)
        // A draft has none, and its page says what to do.
        guard let last = snapshots.last else {
            guard try await call.reader.application(id) != nil else { throw Problem.notFound }
            return .redirect(to: "\(side.place)/\(id)")
        }
        let viewer = try await call.viewer()
        let later = snapshots.first { $0.number == query?.number } ?? last
        let earlier = snapshots.first { $0.number == query?.since } ?? snapshots.last { $0.number < later.number }
        let model = CopiesPage(
            snapshots, differing: earlier.map { ($0, later) }, side, checking: content, in: viewer.language)
        return HTML(
            bytes: try PageTemplate.copies.render(
                model, in: frame(viewer, model.header.title, of: id, last, side, isList: true)))
    }

    private func frame(
        _ viewer: Viewer, _ title: String, of id: Application.ID, _ snapshot: ApplicationSnapshot,
        _ side: Standing.Side, isList: Bool
    ) -> Frame {
        let t = PageKit.applications.texts(in: viewer.language)
        let name = snapshot.content.startup.name.text(for: Vocabulary.Language(viewer.language))
        let call = snapshot.content.call.title.text(for: Vocabulary.Language(viewer.language))
        var crumbs =
            side == .park
            ? [Breadcrumb(t("list.title"), "/console/applications"), Breadcrumb(name, "/console/applications/\(id)")]
            : [Breadcrumb(t("portal.title"), "/portal"), Breadcrumb(call, "/portal/applications/\(id)")]
        if !isList { crumbs.append(Breadcrumb(t("copies.title"), side.copies(of: id))) }
        return Frame(
            title: title, site: site, viewer: viewer, current: side == .park ? "applications" : "portal",
            breadcrumbs: crumbs)
    }
}

extension Standing.Side {
    /// Where the pages about applications begin.
    var place: String { self == .park ? "/console/applications" : "/portal/applications" }

    /// Who comes there.
    var access: Access { .roles([self == .park ? .manager : .founder]) }

    /// What was handed in of an application.
    func copies(of id: Application.ID) -> SafeURL {
        self == .park ? "/console/applications/\(id)/copies" : "/portal/applications/\(id)/copies"
    }

    /// One copy of it.
    func copy(_ number: Int, of id: Application.ID) -> SafeURL {
        self == .park ? "/console/applications/\(id)/copies/\(number)" : "/portal/applications/\(id)/copies/\(number)"
    }

    /// That copy as a file.
    func file(_ number: Int, of id: Application.ID) -> SafeURL {
        self == .park
            ? "/console/applications/\(id)/copies/\(number)/file" : "/portal/applications/\(id)/copies/\(number)/file"
    }

    /// A document, whether it still answers a question or was handed in once.
    func document(_ document: Document.ID, of id: Application.ID) -> SafeURL {
        self == .park
            ? "/console/applications/\(id)/documents/\(document)" : "/portal/applications/\(id)/documents/\(document)"
    }

    func id(_ page: String) -> String { (self == .park ? "console" : "portal") + page }
}

struct CopiesQuery: Codable {
    let application: Application.ID
    /// The later of two copies to be compared.
    let number: Int?
    /// The earlier.
    let since: Int?
}

/// Everything that was handed in of an application.
struct CopiesPage: ViewModel {
    var header: PageHeader
    var table: Table
    /// What became of a file that was compared with the copies.
    var verdict: FlashNotice?
    var differencesTitle: String?
    var differences: [DifferenceText]
    /// Said where two copies are the same.
    var noDifferences: String?
    /// Which two are compared.
    var choice: Filters?
    var form: Form
}

extension PageTemplate<CopiesPage> {
    static let copies = PageTemplate("applications/copies", in: .applications)
}

/// Two answers to one question, woven together.
struct DifferenceText: ViewModel {
    var prompt: String
    var parts: [Part]

    /// Text of both, of the first alone or of the second alone; two of the three are nil.
    struct Part: ViewModel {
        var same: String?
        var removed: String?
        var added: String?
    }

    init(_ prompt: String, from before: String, to after: String) {
        self.prompt = prompt
        parts = TextDifference(from: before, to: after).parts.map { part in
            switch part.kind {
            case .same: Part(same: part.text)
            case .removed: Part(removed: part.text)
            case .added: Part(added: part.text)
            }
        }
    }

    /// Files by their names, a line each.
    init(_ prompt: String, kept: [String], removed: [String], added: [String]) {
        self.prompt = prompt
        parts =
            kept.map { Part(same: $0 + "\n") } + removed.map { Part(removed: $0 + "\n") }
            + added.map { Part(added: $0 + "\n") }
    }
}

extension CopiesPage {
    init(
        _ snapshots: [ApplicationSnapshot], differing pair: (ApplicationSnapshot, ApplicationSnapshot)?,
        _ side: Standing.Side, checking content: String?, in language: Pages.Language
    ) {
        let t = PageKit.applications.texts(in: language)
        let spoken = Vocabulary.Language(language)
        let id = snapshots[0].application
        header = PageHeader(
            title: t("copies.title"), kind: snapshots[0].content.call.title.text(for: spoken), lede: t("copies.lede"))
        table = Table(
            caption: t("copies.title"),
            columns: [
                .init(t("copies.number")), .init(t("copies.when")), .init(t("copies.digest")), .init(t("copies.file")),
            ],
            rows: snapshots.reversed().map { snapshot in
                [
                    .link(
                        t("copies.copy", ["number": Figures.grouped(snapshot.number)]),
                        side.copy(snapshot.number, of: id),
                        note: snapshot.answers == nil ? t("copies.first") : t("copies.changed")),
                    .time(snapshot.time(in: language)),
                    .text(
                        snapshot.shortDigest, note: snapshot.isIntact ? t("copies.intact") : t("copies.not_intact")),
                    .link(t("copies.download"), side.file(snapshot.number, of: id)),
                ]
            }, empty: EmptyState(title: t("copies.title"), text: t("copies.lede")))
        verdict = content.map { content in
            // A field adds line ends of its own; a copy has none.
            let given = plain(content)
            let same = snapshots.first { plain($0.canonical) == given }
            return FlashNotice(
                same.map { t("copies.same", ["number": Figures.grouped($0.number)]) } ?? t("copies.other"))
        }
        let changes = pair.map { $0.1.changes(since: $0.0) } ?? []
        differencesTitle = pair.map {
            t("copies.between", ["since": Figures.grouped($0.0.number), "number": Figures.grouped($0.1.number)])
        }
        differences = changes.map { change in
            let prompt = "\(change.position). \(change.prompt.text(for: spoken))"
            if let files = change.files {
                return DifferenceText(
                    prompt, kept: files.kept.map(\.line), removed: files.removed.map(\.line),
                    added: files.added.map(\.line))
            }
            return DifferenceText(
                prompt,
                from: change.before.map { change.takes.display($0, in: spoken) } ?? "",
                to: change.after.map { change.takes.display($0, in: spoken) } ?? "")
        }
        let (declared, words) = (pair.map { $0.1.factChanges(since: $0.0) } ?? [], ConditionWords(in: language))
        differences += declared.map { change in
            DifferenceText(
                words.name(of: change.fact), from: change.before?.lines(words) ?? "",
                to: change.after?.lines(words) ?? "")
        }
        noDifferences = pair != nil && changes.isEmpty && declared.isEmpty ? t("copies.no_differences") : nil
        let numbers = snapshots.map { (value: "\($0.number)", label: t("copies.copy", ["number": "\($0.number)"])) }
        choice = pair.flatMap { pair in
            snapshots.count < 3
                ? nil
                : Filters(
                    action: side.copies(of: id),
                    choices: [
                        Filters.Choice(
                            name: "since", label: t("copies.since"), all: t("copies.before_that"), options: numbers,
                            chosen: "\(pair.0.number)"),
                        Filters.Choice(
                            name: "number", label: t("copies.to"), all: t("copies.last"), options: numbers,
                            chosen: "\(pair.1.number)"),
                    ], clearURL: nil)
        }
        form = Form(
            action: side.copies(of: id),
            fields: [
                FormInput(texts: t).area("content", label: t("copies.content"), hint: t("copies.content_hint"), rows: 3)
            ], submit: t("copies.check"), texts: t)
    }
}

/// A text without what fields and files add at its ends.
private func plain(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    guard let first = bytes.firstIndex(of: UInt8(ascii: "{")), let last = bytes.lastIndex(of: UInt8(ascii: "}")),
        first < last
    else { return [] }
    return Array(bytes[first...last])
}

extension ApplicationSnapshot.Content.Document {
    /// Name and size on a line, with enough of the hash to tell two of one name apart.
    var line: String { "\(name) (\(FileSize.text(bytes)), \(sha256.prefix(16))…)" }
}

extension ApplicationSnapshot {
    /// When it was handed in, in the zone of the call.
    func time(in language: Pages.Language) -> TimeText {
        TimeText(submittedAt, in: content.call.zone, and: content.call.zone.companion, language: language)
    }

    /// Enough of the digest to tell copies apart at a glance.
    var shortDigest: String { "\(digest.prefix(16))…" }
}

/// One copy, to be read and printed.
struct CopyPage: ViewModel {
    var header: PageHeader
    var facts: Facts
    var answers: [ApplicationPage.AnsweredQuestion]
    /// The files that answered questions; nil where none did.
    var documents: DocumentLines?
    /// What was declared; nil where nothing was.
    var declared: Facts?
    /// What was found of each condition when it was handed in.
    var findings: Table?
    var fileURL: SafeURL
    var proof: String
    var digest: String
}

extension PageTemplate<CopyPage> {
    static let copy = PageTemplate("applications/copy", in: .applications)
}

extension CopyPage {
    init(
        _ snapshot: ApplicationSnapshot, finding screened: [Screened], _ side: Standing.Side,
        in language: Pages.Language
    ) {
        let t = PageKit.applications.texts(in: language)
        let spoken = Vocabulary.Language(language)
        let content = snapshot.content
        header = PageHeader(
            title: content.call.title.text(for: spoken), kind: content.startup.name.text(for: spoken),
            badge: Badge(t("copies.copy", ["number": Figures.grouped(snapshot.number)])))
        var lines: [Fact] = [
            .time(t("fact.submitted"), snapshot.time(in: language)),
            .text(t("fact.startup"), content.startup.name.text(for: spoken)),
            .text(t("fact.programme"), content.call.program.text(for: spoken)),
            content.choices.map { choices in
                .tags(t("fact.choices"), choices.map { "\($0.rank). \($0.name.text(for: spoken))" })
            } ?? .text(t("fact.stream"), content.call.stream.text(for: spoken)),
        ]
        if let version = content.formVersion {
            lines.append(.text(t("copies.form"), t("copies.form_version", ["number": Figures.grouped(version)])))
        }
        if let name = snapshot.submittedByName { lines.append(.text(t("copies.by"), name)) }
        facts = Facts(lines)
        answers = content.answered(in: spoken)
        let stated = content.declared(in: language)
        declared = stated.isEmpty ? nil : Facts(title: t("copies.declared"), stated)
        findings = screened.table(in: language)
        documents = content.files(in: spoken) { side.document($0, of: snapshot.application) }
        fileURL = side.file(snapshot.number, of: snapshot.application)
        proof = snapshot.isIntact ? t("copies.proof") : t("copies.no_proof")
        digest = snapshot.digest
    }
}

extension ApplicationSnapshot.Content {
    /// What was asked and not answered by files, with its answers.
    func answered(in language: Vocabulary.Language) -> [ApplicationPage.AnsweredQuestion] {
        questions.filter { ($0.documents ?? []).isEmpty }.map { question in
            ApplicationPage.AnsweredQuestion(
                prompt: "\(question.position). \(question.prompt.text(for: language))",
                text: question.answer?.text.map { question.takes.display($0, in: language) })
        }
    }

    /// The files that answered questions; nil where none did.
    ///
    /// - Parameter url: where one is downloaded; nil where it cannot be.
    func files(in language: Vocabulary.Language, at url: (Applications.Document.ID) -> SafeURL?) -> DocumentLines? {
        let items = questions.flatMap { question in
            (question.documents ?? []).map { document in
                DocumentLines.Item(
                    name: document.name, question: "\(question.position). \(question.prompt.text(for: language))",
                    size: "\(document.mediaType) · \(FileSize.text(document.bytes))", digest: document.sha256,
                    url: url(document.id), removeLabel: "")
            }
        }
        return items.isEmpty ? nil : DocumentLines(notice: nil, items: items)
    }

    /// What was declared, fact by fact.
    func declared(in language: Pages.Language) -> [Fact] {
        let words = ConditionWords(in: language)
        return ApplicantFact.allCases.compactMap { fact in
            facts?[fact].map { Fact.text(words.name(of: fact), $0.lines(words)) }
        }
    }
}
