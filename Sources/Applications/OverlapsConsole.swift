internal import API
internal import Accounts
internal import Foundation
package import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// A suggested overlap on its own page, where a manager says what they make of it.
struct OverlapsConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] { [show, judge] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/applications/{application}/overlaps/{other}", "consoleOverlap", access: .roles([.manager]),
            parameters: OverlapPath.self
        ) { call in
            try await page(for: call)
        }.erased
    }

    private var judge: AnyRoute {
        PageRoute(
            .post, "/console/applications/{application}/overlaps/{other}", "judgeConsoleOverlap",
            access: .roles([.manager]), parameters: OverlapPath.self, body: OverlapVerdictBody.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await FormProblem.answering(ApplicationsRoom.constraints) {
                let body = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.judgeOverlap(
                        of: path.application, with: path.other, as: body.verdict, because: body.reason, by: person)
                    return .redirect(to: "/console/applications/\(path.application)?done=judged")
                }
            } again: { problem in
                try await page(for: call, problem: problem)
            }
        }.erased
    }

    /// What is said of an overlap, or of several.
    static func fields(_ input: FormInput, _ t: Texts) -> [FormField] {
        [
            input.radios(
                "verdict", label: t("overlap.verdict"),
                options: [
                    ("confirmed", t("overlap.confirmed"), t("overlap.confirmed_hint")),
                    ("dismissed", t("overlap.dismissed"), t("overlap.dismissed_hint")),
                ]),
            input.area(
                "reason", label: t("overlap.reason"), hint: t("overlap.reason_hint"), isOptional: true, limit: 2000,
                rows: 4),
        ]
    }

    private func page<B>(for call: FormCall<OverlapPath, B>, problem: FormProblem? = nil) async throws -> HTML {
        let path = call.parameters
        guard let asked = try await call.reader.application(path.application),
            let overlap = try await call.reader.overlaps(of: path.application).first(where: { $0.other == path.other })
        else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let input = FormInput(values: problem == nil ? [:] : call.fields, errors: problem?.errors ?? [], texts: t)
        let name = asked.startupName.text(for: spoken)
        let fields = Self.fields(input, t)
        let model = OverlapPage(
            header: PageHeader(
                title: overlap.startupName.text(for: spoken), kind: t("overlap.title"),
                badge: overlap.badge(t), lede: t("overlap.lede", ["startup": name])),
            evidence: Facts(
                [
                    .link(
                        t("overlap.other"),
                        LinkText(overlap.callTitle.text(for: spoken), "/console/applications/\(overlap.other)")),
                    .text(t("fact.programme"), overlap.programName.text(for: spoken)),
                    .text(t("list.state"), overlap.stateWords(t)),
                ] + overlap.evidence.map { .text(t("overlap.kind.\($0.kind.rawValue)"), $0.words(t)) }
                    + (overlap.judgement?.reason.map { [.text(t("overlap.reason"), $0.string)] } ?? [])),
            form: Form(
                action: "/console/applications/\(path.application)/overlaps/\(path.other)", fields: fields,
                submit: t("overlap.submit"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                cancel: LinkText(t("overlap.back"), "/console/applications/\(path.application)"),
                problem: problem?.sentence(besides: fields)))
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "applications",
            breadcrumbs: [
                Breadcrumb(t("list.title"), "/console/applications"),
                Breadcrumb(name, "/console/applications/\(path.application)"),
            ])
        return HTML(status: problem?.status ?? 200, bytes: try PageTemplate.overlap.render(model, in: frame))
    }
}

/// What might be funded twice, one suggestion.
struct OverlapPage: ViewModel {
    var header: PageHeader
    var evidence: Facts
    var form: Form
}

extension PageTemplate<OverlapPage> {
    static let overlap = PageTemplate("applications/overlap", in: .applications)
}

extension FundingOverlap {
    /// What a manager made of it, or that nobody has looked.
    func badge(_ t: Texts) -> Badge {
        switch judgement?.verdict {
        case .confirmed: Badge(t("overlap.confirmed"), .danger)
        case .dismissed: Badge(t("overlap.dismissed"), .neutral)
        case nil: Badge(t("overlap.open"), .warning)
        }
    }

    /// What both have, by kind.
    func kinds(_ t: Texts) -> String {
        evidence.map { t("overlap.kind.\($0.kind.rawValue)") }.joined(separator: t("eligibility.semicolon"))
    }

    func stateWords(_ t: Texts) -> String { isEnrolled ? t("overlap.enrolled") : state.label(t) }

    /// The suggestions of an application as its page lists them; nil without any.
    static func table(
        _ overlaps: [FundingOverlap], of id: Application.ID, in language: Pages.Language
    ) -> Table? {
        guard !overlaps.isEmpty else { return nil }
        let (t, spoken) = (PageKit.applications.texts(in: language), Vocabulary.Language(language))
        return Table(
            caption: t("overlap.title"),
            columns: [
                .init(t("overlap.other")), .init(t("list.state")), .init(t("overlap.why")), .init(t("overlap.verdict")),
            ],
            rows: overlaps.map { overlap in
                [
                    .link(
                        overlap.startupName.text(for: spoken), "/console/applications/\(id)/overlaps/\(overlap.other)",
                        note: overlap.callTitle.text(for: spoken)),
                    .text(overlap.stateWords(t), note: overlap.programName.text(for: spoken)),
                    .text(
                        overlap.kinds(t),
                        note: overlap.evidence.compactMap { $0.detail == nil ? nil : $0.words(t) }.joined(
                            separator: t("eligibility.semicolon"))),
                    .badge(overlap.badge(t)),
                ]
            }, empty: EmptyState(title: t("overlap.title"), text: t("overlap.intro")))
    }
}

extension OverlapTally {
    /// “1 open overlap, 2 confirmed overlaps”; nil where there is nothing to look at.
    package func words(in language: Pages.Language) -> String? {
        let t = PageKit.applications.texts(in: language)
        var parts: [String] = []
        if open > 0 { parts.append(t("overlap.tally_open", count: open)) }
        if confirmed > 0 { parts.append(t("overlap.tally_confirmed", count: confirmed)) }
        return parts.isEmpty ? nil : parts.joined(separator: t("awaited.separator"))
    }
}

extension FundingOverlap.Evidence {
    /// What both have.
    func words(_ t: Texts) -> String {
        guard let detail else { return t("overlap.itself") }
        return share.map { t("overlap.share", ["name": detail, "share": ConditionWords.percent($0)]) } ?? detail
    }
}
