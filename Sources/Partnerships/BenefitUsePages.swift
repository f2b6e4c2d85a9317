import API
import Accounts
import Foundation
import Institutions
import Pages
import Postgres
import Vocabulary
import Wording

/// How often a benefit was used: recorded by managers, and taken back where that was a mistake.
struct BenefitUsePages {
    let site: Site

    var routes: [AnyRoute] { [show, record, takeBack] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/benefits/{benefit}/uses", "consoleNewMoUBenefitUse", access: .roles([.manager]),
            parameters: BenefitUsesPageQuery.self
        ) { call in
            try await page(for: call, call.parameters)
        }.erased
    }

    private var record: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/benefits/{benefit}/uses", "recordConsoleMoUBenefitUse",
            access: .roles([.manager]), parameters: BenefitPath.self, body: BenefitUseBody.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, path) = (MoU.BenefitUse.ID(), call.parameters)
            return try await answering {
                let use = try call.decoded().new
                return try await call.write { transaction in
                    try await transaction.recordUse(
                        use, as: id, of: path.benefit, of: path.mou, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(path.mou)/report?done=used")
                }
            } again: { problem in
                try await page(for: call, BenefitUsesPageQuery(path), form: .record, problem: problem)
            }
        }.erased
    }

    private var takeBack: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/benefits/{benefit}/uses/withdrawal", "takeBackConsoleMoUBenefitUse",
            access: .roles([.manager]), parameters: BenefitPath.self, body: BenefitUseWithdrawalForm.self
        ) { call in
            let person = try call.principal.personID
            let path = call.parameters
            return try await answering {
                let form = try call.decoded()
                return try await call.write { transaction in
                    try await transaction.takeBackUse(
                        form.use, of: path.benefit, of: path.mou, because: form.reason, by: person)
                    return .redirect(to: "/console/mous/\(path.mou)/report?done=use_taken_back")
                }
            } again: { problem in
                try await page(for: call, BenefitUsesPageQuery(path), form: .withdrawal, problem: problem)
            }
        }.erased
    }

    private enum Which {
        case record, withdrawal
    }

    private func page<P, B>(
        for call: FormCall<P, B>, _ query: BenefitUsesPageQuery, form: Which? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let mou = try await call.reader.mou(query.mou) else { throw Problem.notFound }
        let benefit = try await call.reader.benefit(query.benefit, of: query.mou)
        let after = try call.position(query.cursor, as: BenefitUsePosition.self)
        let found = try await call.reader.uses(
            of: benefit.id, of: mou.id, after: after, limit: PageSize.rows(for: query.limit))
        let page = try call.page(found.map(BenefitUseView.init), size: query.limit) {
            BenefitUsePosition(usedOn: $0.usedOn, id: $0.id)
        }
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let spoken = Vocabulary.Language(viewer.language)
        let own: SafeURL = "/console/mous/\(mou.id)"
        let base: SafeURL = "/console/mous/\(mou.id)/benefits/\(benefit.id)/uses"
        let search = AgreementForm.Search(labelKey: "use.search", text: query.q?.string)
        let startups = try await call.reader.startupChoices(
            named: search.text, and: form == .record ? call.fields["startup"]?.first : nil, in: spoken)
        let keyed = [HiddenField("idempotency_key", call.freshIdempotencyKey)]
        func input(_ which: Which) -> FormInput {
            form == which
                ? FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
                : FormInput(values: [:], errors: [], texts: t)
        }
        let asked = [
            input(.record).text("used_on", label: t("report.day"), type: "date", width: "medium"),
            input(.record).select(
                "startup", label: t("report.startup"), hint: t("use.startup_hint"), options: startups, isOptional: true),
            input(.record).text("note", label: t("link.note"), isOptional: true, limit: 500),
        ]
        var withdrawal: Form?
        if !page.items.isEmpty || form == .withdrawal {
            let fields = [
                input(.withdrawal).select(
                    "use", label: t("use.which"), options: page.items.map { ($0.id.description, Self.line(of: $0, t)) }),
                input(.withdrawal).text("reason", label: t("use.why"), limit: 500),
            ]
            withdrawal = Form(
                action: "\(base)/withdrawal",
                sections: [FormSection(title: t("use.take_back"), intro: t("use.take_back_intro"), fields: fields)],
                submit: t("use.take_back_submit"), texts: t, hidden: keyed, isDangerous: true,
                problem: form == .withdrawal ? problem?.sentence(besides: fields) : nil)
        }
        let kept: [(name: String, value: String)] = search.text.map { [("q", $0)] } ?? []
        let model = BenefitUsesPage(
            header: PageHeader(
                title: benefit.title.text(for: spoken), kind: mou.title.text(for: spoken), lede: t("use.lede")),
            filters: search.filters(at: base, t),
            form: Form(
                action: base, fields: asked, submit: t("use.submit"), texts: t, hidden: keyed,
                cancel: LinkText(t("form.cancel"), "/console/mous/\(mou.id)/report"),
                problem: form == .record ? problem?.sentence(besides: asked) : nil),
            table: Self.table(
                page.items, in: mou, t,
                pager: Pager(
                    firstURL: query.cursor == nil ? nil : base.adding(kept),
                    nextURL: page.next.map { base.adding(kept + [("cursor", $0)]) })),
            withdrawal: withdrawal,
            takenBack: Self.takenBack(try await call.reader.usesTakenBack(of: benefit.id, of: mou.id), in: mou, t))
        let frame = Frame(
            title: benefit.title.text(for: spoken), site: site, viewer: viewer, current: "mous",
            breadcrumbs: [
                Breadcrumb(t("list.title"), "/console/mous"), Breadcrumb(mou.title.text(for: spoken), own),
                Breadcrumb(t("report.title"), "/console/mous/\(mou.id)/report"),
            ])
        return HTML(bytes: try PageTemplate.uses.render(model, in: frame))
    }

    private static func startup(of use: BenefitUseView, _ t: Texts) -> String {
        use.startupName?.text(for: Vocabulary.Language(t.language)) ?? "–"
    }

    private static func line(of use: BenefitUseView, _ t: Texts) -> String {
        [use.usedOn.text(in: t.language), startup(of: use, t), use.note?.string].compactMap(\.self)
            .joined(separator: " · ")
    }

    private static func table(_ uses: [BenefitUseView], in mou: MoU, _ t: Texts, pager: Pager) -> Table {
        Table(
            caption: t("use.uses"),
            columns: [
                Table.Column(t("report.day")), Table.Column(t("report.startup")), Table.Column(t("link.note")),
                Table.Column(t("use.recorded_by")),
            ],
            rows: uses.map { use in
                [
                    .time(TimeText(use.usedOn, in: t.language)), .text(startup(of: use, t)),
                    .text(use.note?.string ?? "–"), .text(use.recordedBy ?? "–"),
                ]
            }, empty: EmptyState(title: t("use.none"), text: t("use.none_text")), pager: pager)
    }

    /// What was taken back, by whom and why; nil where nothing was.
    private static func takenBack(_ uses: [MoU.TakenBackUse], in mou: MoU, _ t: Texts) -> Table? {
        guard !uses.isEmpty else { return nil }
        return Table(
            caption: t("use.taken_back"),
            columns: [
                Table.Column(t("report.day")), Table.Column(t("report.startup")), Table.Column(t("use.why")),
                Table.Column(t("use.taken_back_by")), Table.Column(t("use.taken_back_on")),
            ],
            rows: uses.map { taken in
                let use = BenefitUseView(taken.use)
                return [
                    .time(TimeText(use.usedOn, in: t.language)), .text(startup(of: use, t), note: use.note?.string),
                    .text(taken.reason.string), .text(taken.takenBackBy ?? "–"),
                    .time(TimeText(taken.takenBackAt, in: mou.zone, language: t.language)),
                ]
            }, empty: EmptyState(title: "", text: ""))
    }
}

/// How often a benefit was used.
struct BenefitUsesPage: ViewModel {
    var header: PageHeader
    /// A search among the startups that the form offers.
    var filters: Filters
    var form: Form
    var table: Table
    var withdrawal: Form?
    var takenBack: Table?
}

extension PageTemplate<BenefitUsesPage> {
    static let uses = PageTemplate("partnerships/uses", in: .partnerships)
}
