internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// A pool, the seats of partners, or what came of several people: tables, and forms below them.
struct PoolPage: ViewModel {
    var header: PageHeader
    /// Why nothing was done.
    var refusal: ErrorSummary?
    var parts: [Part]
    var forms: [Form]

    struct Part: ViewModel {
        var title: String?
        var text: String?
        var table: Table?
    }

    init(header: PageHeader, refusal: ErrorSummary? = nil, parts: [Part], forms: [Form] = []) {
        self.header = header
        self.refusal = refusal
        self.parts = parts
        self.forms = forms
    }
}

extension PageTemplate<PoolPage> {
    static let pool = PageTemplate("reviews/pool", in: .reviews)
}

/// The button that does what a form has shown.
enum PoolStep: String, Codable, CaseIterable {
    case go
}

/// What the pages about pools share: who reads them and in which words.
struct PoolDesk {
    let site: Site
    let viewer: Viewer
    let t: Texts
    let spoken: Vocabulary.Language

    init<P, B>(_ call: FormCall<P, B>, in site: Site) async throws {
        self.site = site
        viewer = try await call.viewer()
        t = PageKit.reviews.texts(in: viewer.language)
        spoken = Vocabulary.Language(viewer.language)
    }

    func html(_ model: PoolPage, _ frame: Frame, status: Int? = nil) throws -> HTML {
        var html = HTML(bytes: try PageTemplate.pool.render(model, in: frame))
        if let status { html.status = status }
        return html
    }

    /// What somebody reads and knows, as a cell.
    func knowledge(_ areas: [FocusArea.ID], _ languages: [Vocabulary.Language]) -> Table.Cell {
        let known = areas.map { $0.label(in: t.language) }.joined(separator: t("list.comma"))
        return .text(
            known.isEmpty ? t("panel.knows_nothing") : known,
            note: languages.map { t("language.\($0.rawValue)") }.joined(separator: t("list.comma")))
    }

    /// What came, or would come, of each of several people.
    func part(_ verdicts: [PersonVerdict], isDone: Bool) -> PoolPage.Part {
        let refused = verdicts.count { $0.fault != nil }
        let said = [
            isDone || verdicts.count == refused ? nil : t("pool.can", count: verdicts.count - refused),
            refused == 0 ? nil : t("pool.cannot", count: refused),
        ].compactMap(\.self)
        return PoolPage.Part(
            title: isDone ? t("pool.result") : t("pool.preview"),
            text: said.isEmpty ? nil : said.joined(separator: t("plan.gap")),
            table: Table(
                caption: t("pool.preview"), columns: [.init(t("panel.person")), .init(t("pool.verdict"))],
                rows: verdicts.map { verdict in
                    [
                        .text(verdict.name ?? verdict.person?.description ?? "–"),
                        verdict.fault.map {
                            .badge(
                                Badge(t("pool.refused"), .warning),
                                note: RefusalWords.standard($0.detail, in: t.language))
                        }
                            ?? .text(
                                isDone ? t("pool.done") : t("pool.would"),
                                note: verdict.invitation.map { t("pool.code", ["code": $0.code]) }),
                    ]
                }, empty: EmptyState(title: t("pool.nobody"), text: t("pool.nobody_text"))))
    }

    /// The choice between all and those that can be.
    func mode(_ input: FormInput) -> FormField {
        input.radios(
            "partial", label: t("pool.mode"),
            options: [("false", t("pool.all_or_nothing"), nil), ("true", t("pool.what_can_be"), nil)])
    }

    /// Rehearses or does something with several people: shows what would come of it, or goes on to `done`. Where somebody was
    /// seated, their code is shown once, and where some were refused, it is said of whom.
    ///
    /// - Parameters:
    ///   - page: the form again, with what would come of it.
    ///   - result: what came of it, where there is something to say.
    func deal<P, B>(
        _ call: FormCall<P, B>, isToBeDone: Bool, isPartial: Bool, done: String,
        verb: @escaping @Sendable (Transaction, PeopleMode) async throws -> [PersonVerdict],
        page: ([PersonVerdict], FormProblem?) async throws -> HTML,
        result: @escaping @Sendable ([PersonVerdict]) throws -> HTML
    ) async throws -> HTML {
        guard isToBeDone else {
            let verdicts = try await call.database.write(as: call.context) { try await verb($0, .dryRun) }
            return try await page(verdicts, nil)
        }
        do {
            return try await call.write { transaction in
                let verdicts = try await verb(transaction, isPartial ? .whatCanBe : .allOrNothing)
                guard verdicts.contains(where: { $0.invitation != nil || $0.fault != nil }) else {
                    return .redirect(to: done)
                }
                return try result(verdicts)
            }
        } catch let refused as PeopleRefused {
            // Of whom and why stands in the list of verdicts.
            let problem = Problem(.invalid, refused.problem.detail)
            var html = try await page(refused.verdicts, FormProblem(problem, constraints: ReviewsRoom.constraints))
            html.status = 422
            return html
        }
    }
}

/// The lines in which a manager names people who are new: a name and an address, in either order.
enum AddressLines {
    /// Throws the problem of the first line that has no address.
    static func candidates(in text: String) throws -> [PoolCandidate] {
        try text.split(whereSeparator: \.isNewline).enumerated().compactMap { place, line in
            let words = line.split(whereSeparator: { " \t,;<>".contains($0) })
            guard !words.isEmpty else { return nil }
            guard let word = words.first(where: { $0.contains("@") }), let email = EmailAddress(String(word)) else {
                throw Problem.invalid("/addresses", "Line \(place + 1) has no e-mail address.")
            }
            let name = words.filter { $0 != word }.joined(separator: " ")
            return .address(email, name.isEmpty ? nil : try Name(name))
        }
    }
}
