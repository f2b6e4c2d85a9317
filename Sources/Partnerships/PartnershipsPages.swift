package import API
import Accounts
import Foundation
import Institutions
package import Pages
import Postgres
import Vocabulary
import Wording

extension PartnershipsRoom {
    /// Where agreements stand in the navigation.
    package static var places: [Site.Place] {
        [
            Site.Place(
                "mous", key: "nav.mous", in: .partnerships, groupKey: "nav.partnerships", url: "/console/mous",
                roles: ["manager"]),
            Site.Place(
                "agreements", key: "nav.agreements", in: .partnerships, url: "/partner/agreements", roles: ["partner"]),
        ]
    }

    /// The pages, for the router.
    ///
    /// - Parameter hasScanner: whether a virus scanner has the last word on files of agreements.
    package static func pages(in site: Site, hasScanner: Bool) -> [AnyRoute] {
        let console = MoUConsole(site: site)
        let portal = PartnerPages(site: site)
        return [
            console.list, console.draft, console.create, console.show, console.edit, console.revise, console.share,
            console.agree, console.reopen, console.signing, console.sign, console.partySigning, console.signForParty,
            console.signingRequests, console.askToSign, console.takeBackRequest,
            console.amendmentRequests, console.askToSignAmendment, console.takeBackAmendmentRequest,
            console.withdrawAmendment,
            console.termination, console.terminate, console.abandonment,
            console.abandon, console.notice, console.giveNotice, portal.list, portal.show, portal.signing,
            portal.sign, portal.refusing, portal.refuse, portal.signingAmendment, portal.signAmendment,
            portal.refusingAmendment, portal.refuseAmendment,
        ] + HandoverPages(site: site).routes + AreasConsole(site: site).routes + SessionPages(site: site).routes
            + GroupPages(site: site).routes
            + TextPages(site: site).routes + AmendmentsConsole(site: site).routes
            + ReportPages(site: site).routes
            + CommitmentsConsole(site: site).routes + BenefitUsePages(site: site).routes + DealPages(site: site).routes
            + MoUDocumentPages(site: site, hasScanner: hasScanner).routes
    }
}

/// Runs a form's deed, and shows the form again with what its sender can mend.
func answering(_ deed: () async throws -> HTML, again: (FormProblem) async throws -> HTML) async throws -> HTML {
    try await FormProblem.answering(PartnershipsRoom.constraints, deed, again: again)
}

/// Agreements as a manager keeps them.
struct MoUConsole {
    let site: Site

    var list: AnyRoute {
        PageRoute(
            .get, "/console/mous", "consoleMoUs", access: .roles([.manager]), parameters: ListMoUs.self
        ) { call in
            let viewer = try await call.viewer()
            let t = PageKit.partnerships.texts(in: viewer.language)
            let words = MoUWords(t: t, isForParty: false)
            let query = call.parameters
            let after = try call.position(query.cursor, as: MoU.ID.self)
            let found = try await call.reader.mous(
                standing: query.status, with: query.institution, dormant: query.dormant, named: query.q?.string,
                after: after, limit: PageSize.rows(for: query.limit))
            let names = try await call.reader.institutionNames(found.flatMap(\.parties).map(\.institution))
            let views = try call.page(try await call.reader.views(of: found), size: query.limit) { $0.id }
            let mous = zip(found, views.items)
            let filters: [(name: String, value: String)] =
                [
                    ("q", query.q?.string), ("status", query.status?.rawValue),
                    ("dormant", query.dormant.map { $0 ? "true" : "false" }),
                ].compactMap { name, value in value.map { (name, $0) } }
            let address: SafeURL = "/console/mous"
            let model = MoUListPage(
                header: PageHeader(
                    title: t("list.title"), lede: t("list.lede"),
                    actions: [.link(t("draft.action"), "/console/mous/new", style: .primary)]),
                filters: Filters(
                    action: address, search: Filters.Search(label: t("list.search"), value: query.q?.string ?? ""),
                    choices: [
                        Filters.Choice(
                            name: "status", label: t("list.status"), all: t("list.any_status"),
                            options: MoU.Status.allCases.map { ($0.rawValue, t("status.\($0.rawValue)")) },
                            chosen: query.status?.rawValue ?? ""),
                        words.dormancy(query.dormant),
                    ], clearURL: filters.isEmpty ? nil : address),
                table: words.table(
                    mous.map {
                        words.row($0, names: names, dormantSince: $1.dormantSince, at: "/console/mous/\($0.id)")
                    },
                    empty: filters.isEmpty
                        ? EmptyState(
                            title: t("list.none"), text: t("list.none_text"),
                            action: LinkText(t("draft.action"), "/console/mous/new"))
                        : EmptyState(title: t("list.no_match"), text: t("list.no_match_text")),
                    pager: Pager(
                        firstURL: query.cursor == nil ? nil : address.adding(filters),
                        nextURL: views.next.map { address.adding(filters + [("cursor", $0)]) })))
            let frame = Frame(title: t("list.title"), site: site, viewer: viewer, current: "mous")
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    var show: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}", "consoleMoU", access: .roles([.manager]), parameters: MoUPagePath.self
        ) { call in
            try await page(for: call, of: call.parameters.mou, done: call.parameters.done)
        }.erased
    }

    // MARK: Drafting

    var draft: AnyRoute {
        PageRoute(.get, "/console/mous/new", "consoleNewMoU", access: .roles([.manager])) { call in
            let tenant = try call.principal.workspace
            let values = [
                "notice_days": "30", "parties.0.institution": tenant.description,
                "parties.0.role": MoU.Party.Role.lead.rawValue,
            ]
            return try await draftForm(for: call, of: nil, values: values.mapValues { [$0] }, version: nil)
        }.erased
    }

    var create: AnyRoute {
        PageRoute(
            .post, "/console/mous/new", "createConsoleMoU", access: .roles([.manager]), body: MoUForm.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = MoU.ID()
            return try await answering {
                let draft = try call.decoded().draft()
                return try await call.write { transaction in
                    _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(id)?done=drafted")
                }
            } again: { problem in
                try await draftForm(for: call, of: nil, values: call.fields, version: nil, problem: problem)
            }
        }.erased
    }

    var edit: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/edit", "consoleEditMoU", access: .roles([.manager]), parameters: MoUPath.self
        ) { call in
            let mou = try await find(call.parameters.mou, call.reader)
            return try await draftForm(
                for: call, of: mou, values: MoUForm.values(of: mou).mapValues { [$0] },
                version: try call.version(of: try await call.reader.view(of: mou)))
        }.erased
    }

    var revise: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/edit", "reviseConsoleMoU", access: .roles([.manager]),
            parameters: MoUPath.self, body: MoUForm.self
        ) { call in
            let tenant = try call.principal.workspace
            let id = call.parameters.mou
            let mou = try await find(id, call.reader)
            return try await answering {
                let draft = try call.decoded().draft()
                return try await call.write { transaction in
                    _ = try await transaction.reviseMoU(id, to: draft, in: tenant) {
                        try call.match(try await transaction.view(of: $0))
                    }
                    return .redirect(to: "/console/mous/\(id)?done=revised")
                }
            } again: { problem in
                try await draftForm(
                    for: call, of: mou, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    // MARK: Moving on

    var share: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/review", "shareConsoleMoU", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = call.parameters.mou
            return try await answering {
                try await call.write { transaction in
                    _ = try await transaction.shareMoU(id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(id)?done=shared")
                }
            } again: { problem in
                try await page(for: call, of: id, refusal: problem)
            }
        }.erased
    }

    var agree: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/agreement", "agreeConsoleMoU", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = call.parameters.mou
            return try await answering {
                try await call.write { transaction in
                    _ = try await transaction.agreeMoU(id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(id)?done=agreed")
                }
            } again: { problem in
                try await page(for: call, of: id, refusal: problem)
            }
        }.erased
    }

    var reopen: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/reopening", "reopenConsoleMoU", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = call.parameters.mou
            return try await answering {
                try await call.write { transaction in
                    _ = try await transaction.reopenMoU(id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(id)?done=reopened")
                }
            } again: { problem in
                try await page(for: call, of: id, refusal: problem)
            }
        }.erased
    }

    var withdrawAmendment: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/amendments/{amendment}/withdrawal", "withdrawConsoleMoUAmendment",
            access: .roles([.manager]), parameters: AmendmentPath.self
        ) { call in
            let path = call.parameters
            return try await answering {
                try await call.write { transaction in
                    try await transaction.withdrawAmendment(path.amendment, of: path.mou)
                    return .redirect(to: "/console/mous/\(path.mou)?done=amendment_withdrawn")
                }
            } again: { problem in
                try await page(for: call, of: path.mou, refusal: problem)
            }
        }.erased
    }

    // MARK: What is shown

    func find(_ id: MoU.ID, _ reader: Reader) async throws -> MoU {
        guard let mou = try await reader.mou(id) else { throw Problem.notFound }
        return mou
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: MoU.ID, done: Done? = nil, refusal: FormProblem? = nil
    ) async throws -> HTML {
        let mou = try await find(id, call.reader)
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let words = MoUWords(t: t, isForParty: false)
        let history = try await call.reader.history(of: id)
        let names = try await call.reader.institutionNames(mou.parties.map(\.institution))
        let key = call.freshIdempotencyKey
        let model = words.page(
            mou, history, try await call.reader.handovers(of: id), names: names,
            texts: try await call.reader.texts(of: id),
            amendments: try await call.reader.amendments(of: id), own: nil,
            dormantSince: try await call.reader.dormant(among: [mou])[id], key: key,
            actions: actions(on: mou, t, key: key),
            refusal: refusal)
        let frame = Frame(
            title: mou.title.text(for: words.spoken), site: site, viewer: viewer, current: "mous",
            breadcrumbs: [Breadcrumb(t("list.title"), "/console/mous")],
            flash: done.map { FlashNotice(t("done.\($0.rawValue)")) })
        return HTML(bytes: try PageTemplate.show.render(model, in: frame))
    }

    private func actions(on mou: MoU, _ t: Texts, key: String) -> [Action] {
        let report = Action.link(t("report.action"), "/console/mous/\(mou.id)/report")
        let groups = Action.link(t("group.section"), "/console/mous/\(mou.id)/working-groups")
        let sessions = Action.link(t("session.section"), "/console/mous/\(mou.id)/sessions")
        let documents = Action.link(t("document.section"), "/console/mous/\(mou.id)/documents")
        return mou.status == .abandoned
            ? [documents]
            : steps(on: mou, t, key: key) + [report] + (mou.signedOn == nil ? [] : [sessions]) + [groups, documents]
    }

    private func steps(on mou: MoU, _ t: Texts, key: String) -> [Action] {
        let hidden = [HiddenField("idempotency_key", key)]
        switch mou.status {
        case .draft:
            return [
                .post(t("share.action"), "/console/mous/\(mou.id)/review", style: .primary, hidden: hidden),
                .link(t("edit.action"), "/console/mous/\(mou.id)/edit"),
                .link(t("abandon.action"), "/console/mous/\(mou.id)/abandonment"),
            ]
        case .inReview:
            return [
                .post(t("agree.action"), "/console/mous/\(mou.id)/agreement", style: .primary, hidden: hidden),
                .link(t("edit.action"), "/console/mous/\(mou.id)/edit"),
                .link(t("abandon.action"), "/console/mous/\(mou.id)/abandonment"),
            ]
        case .agreed:
            return [
                .link(t("sign.action"), "/console/mous/\(mou.id)/signature", style: .primary),
                .link(t("asking.ask"), "/console/mous/\(mou.id)/signing-requests"),
            ]
                + (mou.signatures.isEmpty
                    ? [.post(t("reopen.action"), "/console/mous/\(mou.id)/reopening", hidden: hidden)] : [])
                + [.link(t("abandon.action"), "/console/mous/\(mou.id)/abandonment")]
        case .pending, .inForce, .expiring:
            guard mou.term.state == .signed else { return [] }
            return [
                .link(t("amendment.action"), "/console/mous/\(mou.id)/amendments/new"),
                .link(t("terminate.action"), "/console/mous/\(mou.id)/termination"),
            ]
                + (mou.takesNotice
                    ? [.link(t("notice.action"), "/console/mous/\(mou.id)/notice")] : [])
        case .expired, .terminated, .abandoned: return []
        }
    }

    private func draftForm<P, B>(
        for call: FormCall<P, B>, of mou: MoU?, values: [String: [String]], version: String?,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let spoken = Vocabulary.Language(viewer.language)
        let institutions = try await call.reader.institutionsToChooseFrom()
            .map { (value: $0.id.description, label: $0.name.text(for: spoken)) }
        let earlier = try await call.reader.mous(limit: 400).filter { $0.signedOn != nil && $0.id != mou?.id }
            .map { (value: $0.id.description, label: "\($0.reference.string): \($0.title.text(for: spoken))") }
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let sections = MoUFormSections(t: t, input: input, institutions: institutions)
            .draft(
                parties: Self.rows("parties", in: values), areas: Self.rows("areas", in: values),
                clauses: Self.rows("clauses", in: values), earlier: earlier)
        let address: SafeURL = mou.map { "/console/mous/\($0.id)/edit" } ?? "/console/mous/new"
        let back: SafeURL = mou.map { "/console/mous/\($0.id)" } ?? "/console/mous"
        let title = mou == nil ? t("draft.title") : t("edit.title")
        let model = MoUFormPage(
            header: PageHeader(
                title: title, kind: mou?.title.text(for: spoken), lede: mou == nil ? t("draft.lede") : t("edit.lede")),
            form: Form(
                action: address, sections: sections, submit: mou == nil ? t("draft.submit") : t("edit.submit"),
                texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                    + (version.map { [HiddenField("version", $0)] } ?? []),
                cancel: LinkText(t("form.cancel"), back), draft: mou.map { "mou-\($0.id)" } ?? "mou-new",
                problem: problem?.sentence(besides: sections.flatMap(\.fields))))
        let frame = Frame(
            title: title, site: site, viewer: viewer, current: "mous",
            breadcrumbs: [Breadcrumb(t("list.title"), "/console/mous")])
        return HTML(bytes: try PageTemplate.form.render(model, in: frame))
    }

    func frame(_ title: String, of mou: MoU, _ viewer: Viewer, _ t: Texts) -> Frame {
        Frame(
            title: title, site: site, viewer: viewer, current: "mous",
            breadcrumbs: [
                Breadcrumb(t("list.title"), "/console/mous"),
                Breadcrumb(mou.title.text(for: Vocabulary.Language(viewer.language)), "/console/mous/\(mou.id)"),
            ])
    }

    /// How many rows of a repeated group a form was filled in with: one more than the last that says something.
    static func rows(_ group: String, in values: [String: [String]]) -> Int {
        values.compactMap { name, texts -> Int? in
            let parts = name.split(separator: ".")
            guard parts.count == 3, parts[0].elementsEqual(group), let index = Int(parts[1]), index < 100,
                texts.contains(where: { !$0.isEmpty })
            else { return nil }
            return index + 1
        }.max() ?? 0
    }
}

/// What was just done, as the address of the page after it says.
enum Done: String, Codable, CaseIterable {
    case drafted, revised, shared, agreed, reopened, signed, amended, terminated, abandoned, noticed
    case amendmentWithdrawn = "amendment_withdrawn"
    case areaMoved = "area_moved"
    case coordinatorNamed = "coordinator_named"
    case reviewerNamed = "reviewer_named"
}

struct MoUPagePath: Codable {
    let mou: MoU.ID
    let done: Done?
}

extension MoUWords {
    func table(_ rows: [[Table.Cell]], empty: EmptyState, pager: Pager) -> Table {
        Table(
            caption: t("list.title"),
            columns: [
                Table.Column(t("list.agreement")), Table.Column(t("list.parties")), Table.Column(t("list.kind")),
                Table.Column(t("list.status")),
            ], rows: rows, empty: empty, pager: pager)
    }
}
