internal import API
internal import Accounts
internal import Files
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// Earlier answers and files beside those of a draft, to be taken one by one; and what was taken back, begun again.
struct ReusePages: Sendable {
    let site: Site
    let hasScanner: Bool

    var routes: [AnyRoute] { [show, take, beginAgain] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/portal/applications/{application}/reuse", "portalReuse", access: .roles([.founder]),
            parameters: ApplicationPath.self
        ) { call in
            try await page(for: call, of: call.parameters.application)
        }.erased
    }

    private var take: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/reuse", "reusePortalAnswers", access: .roles([.founder]),
            parameters: ApplicationPath.self
        ) { call in
            let (id, person) = (call.parameters.application, try call.principal.personID)
            let fields = call.fields
            let picks = (fields["take"] ?? []).compactMap { AnswerPick($0, fields) }
            let (files, waits) = ((fields["take"] ?? []).compactMap(DocumentPick.init), hasScanner)
            let t = PageKit.applications.texts(in: try await call.viewer().language)
            guard !picks.isEmpty || !files.isEmpty else {
                return try await page(for: call, of: id, problem: t("reuse.choose"), status: 422)
            }
            do {
                return try await call.write { transaction in
                    let saved = try await transaction.reuseAnswers(
                        picks, files, in: id, waitsForScanner: waits, by: person)
                    guard saved.conflicts.isEmpty else { throw Problem(.answerChanged) }
                    return .redirect(to: "/portal/applications/\(id)?done=reused")
                }
            } catch let problem as Problem where problem.kind == .answerChanged {
                return try await page(for: call, of: id, problem: t("reuse.changed"), status: 409)
            } catch let problem as Problem where problem.status == 422 {
                return try await page(for: call, of: id, problem: t("reuse.once"), status: 422)
            } catch let refusal as DocumentRefusal {
                return try await page(for: call, of: id, problem: refusal.words(t), status: 409)
            } catch is ApplicationRefusal {
                return .redirect(to: "/portal/applications/\(id)")
            } catch is ChangesRefusal {
                return .redirect(to: "/portal/applications/\(id)")
            }
        }.erased
    }

    private var beginAgain: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/new-beginning", "beginAgainPortalApplication",
            access: .roles([.founder]), parameters: ApplicationPath.self
        ) { call in
            let principal = try call.principal
            let (earlier, tenant, id) = (call.parameters.application, try principal.workspace, Application.ID())
            guard let before = try await call.reader.application(earlier) else { throw Problem.notFound }
            let (target, waits) = (before.application.call, hasScanner)
            do {
                return try await call.write { transaction in
                    // A second press of the button leads to the draft that the first one began.
                    if let live = try await transaction.liveApplication(to: target) {
                        return .redirect(to: "/portal/applications/\(live)")
                    }
                    _ = try await transaction.beginAgain(
                        from: earlier, as: id, in: tenant, waitsForScanner: waits, by: principal.personID)
                    return .redirect(to: "/portal/applications/\(id)?done=reused")
                }
            } catch is ApplicationRefusal {
                // The page of the call says why it takes none.
                return .redirect(to: "/portal/calls/\(target)/apply")
            }
        }.erased
    }

    private func page(
        for call: FormCall<ApplicationPath, NoBody>, of id: Application.ID, problem: String? = nil, status: Int = 200
    ) async throws -> HTML {
        guard let summary = try await call.reader.application(id) else { throw Problem.notFound }
        guard let offers = try await call.reader.reusableAnswers(for: id),
            let files = try await call.reader.reusableDocuments(for: id),
            let found = try await call.reader.call(summary.application.call)
        else { return .redirect(to: "/portal/applications/\(id)") }
        let viewer = try await call.viewer()
        let t = PageKit.applications.texts(in: viewer.language)
        let model = ReusePage(
            offers, files, of: found, in: id, chosen: Set(call.fields["take"] ?? []), problem: problem,
            in: viewer.language)
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "portal",
            breadcrumbs: [
                Breadcrumb(t("portal.title"), "/portal"),
                Breadcrumb(
                    summary.callTitle.text(for: Vocabulary.Language(viewer.language)), "/portal/applications/\(id)"),
            ])
        return HTML(status: status, bytes: try PageTemplate.reuse.render(model, in: frame))
    }
}

extension AnswerPick {
    /// What a ticked box stands for: the question of the draft, the other application and its question.
    init?(_ value: String, _ fields: [String: [String]]) {
        let parts = value.utf8.split(separator: UInt8(ascii: ".")).map { String(decoding: Array($0), as: UTF8.self) }
        guard parts.count == 3, let question = CallForApplications.Question.ID(parts[0]),
            let application = Application.ID(parts[1]), let from = CallForApplications.Question.ID(parts[2])
        else { return nil }
        self.init(
            question, from: application, from, seen: fields["seen_\(question)"]?.first.flatMap(Fingerprint.init))
    }
}

extension DocumentPick {
    /// What a ticked box of a file stands for: the question of the draft, the other application and its document.
    init?(_ value: String) {
        let parts = value.utf8.split(separator: UInt8(ascii: ".")).map { String(decoding: Array($0), as: UTF8.self) }
        guard parts.count == 4, parts[0] == "file", let question = CallForApplications.Question.ID(parts[1]),
            let application = Application.ID(parts[2]), let document = Document.ID(parts[3])
        else { return nil }
        self.init(question, from: application, document)
    }
}

extension Document {
    /// Name and size on a line.
    fileprivate var line: String { "\(name.text) (\(FileSize.text(bytes)))" }
}

/// Earlier answers beside those of a draft.
struct ReusePage: ViewModel {
    var header: PageHeader
    var problem: String?
    var action: SafeURL
    var hidden: [HiddenField]
    var offers: [Offer]
    var hasOffers: Bool
    var backURL: SafeURL

    struct Offer: ViewModel {
        var id: String
        var value: String
        var isChosen: Bool
        /// “Take this answer”, with where it comes from.
        var label: String
        var source: String
        var difference: DifferenceText
    }
}

extension PageTemplate<ReusePage> {
    static let reuse = PageTemplate("applications/reuse", in: .applications)
}

extension ReusePage {
    init(
        _ found: [ReusableAnswer], _ files: [ReusableDocument], of call: CallForApplications, in id: Application.ID,
        chosen: Set<String>,
        problem: String?, in language: Pages.Language
    ) {
        let t = PageKit.applications.texts(in: language)
        let spoken = Vocabulary.Language(language)
        header = PageHeader(
            title: t("reuse.title"), kind: call.title.text(for: spoken),
            lede: found.isEmpty && files.isEmpty ? t("reuse.none") : t("reuse.lede"))
        self.problem = problem
        action = "/portal/applications/\(id)/reuse"
        backURL = "/portal/applications/\(id)"
        var seen: [String: String] = [:]
        for offer in found { seen["seen_\(offer.question)"] = Fingerprint(offer.current).description }
        hidden = seen.sorted { $0.key < $1.key }.map { HiddenField($0.key, $0.value) }
        offers = found.enumerated().map { index, offer in
            let value = "\(offer.question).\(offer.earlier.application).\(offer.earlier.question)"
            let position = call.questions.first { $0.id == offer.question }?.position ?? 0
            let day = LocalTime(offer.earlier.savedAt, in: call.deadline.zone).date.text(in: language)
            let source = [
                "call": offer.earlier.callTitle.text(for: spoken), "day": day,
                "prompt": offer.earlier.prompt.text(for: spoken), "percent": "\(offer.similarity)",
            ]
            return Offer(
                id: "take-\(index)", value: value, isChosen: chosen.contains(value),
                label: offer.current == nil ? t("reuse.take") : t("reuse.replace"),
                source: offer.similarity == 100
                    ? t("reuse.same_question", source) : t("reuse.similar_question", source),
                difference: DifferenceText(
                    "\(position). \(call.prompt(of: offer.question, in: spoken))",
                    from: offer.current.map { call.display($0, to: offer.question, in: spoken) } ?? "",
                    to: call.display(offer.earlier.text, to: offer.question, in: spoken)))
        }
        offers += files.enumerated().map { index, offer in
            let document = offer.earlier.document
            let value = "file.\(offer.question).\(document.application).\(document.id)"
            let position = call.questions.first { $0.id == offer.question }?.position ?? 0
            let day = LocalTime(document.uploadedAt, in: call.deadline.zone).date.text(in: language)
            let source = [
                "call": offer.earlier.callTitle.text(for: spoken), "day": day,
                "prompt": offer.earlier.prompt.text(for: spoken), "percent": "\(offer.similarity)",
            ]
            return Offer(
                id: "take-file-\(index)", value: value, isChosen: chosen.contains(value), label: t("reuse.take_file"),
                source: offer.similarity == 100
                    ? t("reuse.same_question", source) : t("reuse.similar_question", source),
                difference: DifferenceText(
                    "\(position). \(call.prompt(of: offer.question, in: spoken))", kept: offer.present.map(\.line),
                    removed: [], added: [document.line]))
        }
        hasOffers = !offers.isEmpty
    }
}
