internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Where the chair of a panel follows all of a round: every file as the round reads it, and what was said of it.
struct ChairPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [list, show, download] }

    private var list: AnyRoute {
        PageRoute(
            .get, "/reviews/rounds/{round}/files", "chairedFiles", access: .roles([.reviewer]),
            parameters: ListChairedFiles.self
        ) { call in
            let query = call.parameters
            let position = try call.position(query.cursor, as: ChairedFilePosition.self)
            let (round, found) = try await call.database.snapshot(as: call.context) { snapshot in
                guard let round = try await snapshot.chairedRound(query.round) else { throw Problem.notFound }
                return (
                    round,
                    try await snapshot.chairedFiles(
                        in: round.id, after: position, limit: PageSize.rows(for: query.limit))
                )
            }
            let viewer = try await call.viewer()
            let (t, spoken) = (PageKit.reviews.texts(in: viewer.language), Vocabulary.Language(viewer.language))
            // The page is cut by its views, which know their positions; the rows are shown from the files.
            let page = try call.page(found.map(ChairedFileView.init), size: query.limit) {
                ChairedFilePosition(code: $0.code)
            }
            let address: SafeURL = "/reviews/rounds/\(round.id)/files"
            let model = ChairedFilesPage(
                header: PageHeader(
                    title: t("chair.title"),
                    kind: "\(round.name.text(for: spoken)) · \(round.subject(for: spoken))",
                    badge: round.badge(t), lede: t("chair.lede")),
                table: Table(
                    caption: t("chair.title"),
                    columns: [
                        .init(t("reviewer.application")), .init(t("reviewer.language")),
                        .init(t("chair.submitted"), isNumber: true), .init(t("chair.open")),
                    ],
                    rows: found.prefix(page.items.count).map { file in
                        [
                            .link(
                                file.code, "/reviews/rounds/\(round.id)/files/\(file.application)",
                                note: file.startupName?.text(for: spoken)),
                            .text(Pages.Language(tag: file.language.rawValue)?.endonym ?? file.language.rawValue),
                            .text(Figures.grouped(file.submitted)),
                            file.awaitsOwn ? .badge(Badge(t("chair.awaits_own"), .info)) : .text("–"),
                        ]
                    },
                    empty: EmptyState(title: t("chair.empty"), text: t("chair.empty_text")),
                    pager: RoundDesk.pager(
                        first: query.cursor == nil ? nil : address,
                        next: page.next.map { address.adding([("cursor", $0)]) })))
            let frame = Frame(
                title: t("chair.title"), site: site, viewer: viewer, current: "reviews",
                breadcrumbs: [Breadcrumb(t("reviewer.title"), "/reviews")])
            return HTML(bytes: try PageTemplate.chairedFiles.render(model, in: frame))
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/reviews/rounds/{round}/files/{application}", "chairedFile", access: .roles([.reviewer]),
            parameters: RoundApplicationPath.self
        ) { call in
            let found = try await sheet(call.parameters, call)
            let viewer = try await call.viewer()
            let (t, spoken) = (PageKit.reviews.texts(in: viewer.language), Vocabulary.Language(viewer.language))
            let frame = Frame(
                title: found.title(in: spoken), site: site, viewer: viewer, current: "reviews",
                breadcrumbs: [
                    Breadcrumb(t("reviewer.title"), "/reviews"),
                    Breadcrumb(t("chair.title"), "/reviews/rounds/\(found.round.id)/files"),
                ])
            return HTML(bytes: try PageTemplate.sheet.render(found.page(in: viewer.language), in: frame))
        }.erased
    }

    private var download: AnyRoute {
        PageRoute(
            .get, "/reviews/rounds/{round}/files/{application}/documents/{document}", "downloadChairedDocument",
            access: .roles([.reviewer]), rate: .expensive, parameters: RoundDocumentPath.self, servesDocument: true
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            let sheet = try await sheet(RoundApplicationPath(round: path.round, application: path.application), call)
            guard let index = sheet.documents.firstIndex(where: { $0.id == path.document }) else {
                throw Problem.notFound
            }
            let document = sheet.documents[index]
            return .download(
                try await call.database.download(
                    document, named: sheet.file.name(of: document, at: index), by: person, as: call.context,
                    headOnly: call.isHead))
        }.erased
    }

    private func sheet<P, B>(_ path: RoundApplicationPath, _ call: FormCall<P, B>) async throws -> ChairedSheet {
        let found = try await call.database.snapshot(as: call.context) { snapshot -> ChairedSheet? in
            guard let round = try await snapshot.chairedRound(path.round),
                let file = try await snapshot.file(of: path.application, in: path.round)
            else { return nil }
            return ChairedSheet(
                round: round, file: file, documents: try await snapshot.documents(of: file),
                own: try await snapshot.assignments(
                    in: path.round, of: path.application, standing: .assigned, limit: 1
                ).first,
                reviews: try await snapshot.reviews(of: path.application, in: path.round).map(\.review))
        }
        guard let found else { throw Problem.notFound }
        return found
    }
}

/// A file that the chair follows, and what they may read of its reviews.
struct ChairedSheet: Sendable {
    let round: ReviewRound
    let file: ReviewFile
    let documents: [Document]
    /// The chair's own assignment, where it is theirs to judge.
    let own: AssignmentSummary?
    /// Submitted ones; none before the chair's own is.
    let reviews: [Review]

    /// What the application goes by in this round.
    func title(in language: Vocabulary.Language) -> String { file.startupName?.text(for: language) ?? file.code }

    /// The page of a sheet, with nothing to be filled in.
    func page(in language: Pages.Language) -> SheetPage {
        let (t, spoken) = (PageKit.reviews.texts(in: language), Vocabulary.Language(language))
        let others = reviews.filter { $0.assignment != own?.id }
        let awaitsOwn = own != nil && own?.submittedAt == nil
        return SheetPage(
            header: PageHeader(
                title: title(in: spoken),
                kind: "\(round.name.text(for: spoken)) · \(round.subject(for: spoken))",
                badge: round.badge(t), lede: file.startupName == nil ? t("reviewer.blind_lede") : nil),
            due: round.dueText(from: nil, in: language),
            renewed: file.renewedAt.map { TimeText($0, in: round.due.zone, language: language) },
            language: Pages.Language(tag: file.language.rawValue)?.endonym ?? file.language.rawValue,
            answers: file.shown(with: documents, in: language) {
                "/reviews/rounds/\(round.id)/files/\(file.application)/documents/\($0)"
            },
            form: nil,
            own: reviews.first { $0.assignment == own?.id }.map {
                round.card(of: $0, t("reviewer.own"), isDated: true, in: language)
            },
            standing: awaitsOwn ? t("chair.own_first") : others.isEmpty ? t("chair.none") : nil,
            others: others.enumerated().map { index, review in
                let numbered = ["number": "\(index + 1)", "all": "\(others.count)"]
                return round.card(of: review, t("chair.review", numbered), isDated: false, in: language)
            },
            hasOthers: !others.isEmpty,
            tools: own.map { [LinkText(t("chair.own_sheet"), "/reviews/\($0.id)")] } ?? [], hasTools: own != nil)
    }
}

struct ListChairedFiles: Codable {
    let round: ReviewRound.ID
    let limit: PageSize?
    let cursor: PageCursor?
}

/// The files of a round, for the chair of its panel.
struct ChairedFilesPage: ViewModel {
    var header: PageHeader
    var table: Table
}

extension PageTemplate<ChairedFilesPage> {
    static let chairedFiles = PageTemplate("reviews/chaired", in: .reviews)
}
