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
    package static func pages(in site: Site) -> [AnyRoute] {
        let console = MoUConsole(site: site)
        let portal = PartnerPages(site: site)
        return [
            console.list, console.draft, console.create, console.show, console.edit, console.revise, console.share,
            console.agree, console.signing, console.sign, console.partySigning, console.signForParty,
            console.termination, console.terminate, console.abandonment,
            console.abandon, portal.list, portal.show,
        ] + GroupPages(site: site).routes + TextPages(site: site).routes + AmendmentsConsole(site: site).routes
            + ReportPages(site: site).routes
            + CommitmentsConsole(site: site).routes
    }
}

/// Runs a form's deed, and shows the form again with what its sender can mend.
func answering(_ deed: () async throws -> HTML, again: (FormProblem) async throws -> HTML) async throws -> HTML {
    do {
        return try await deed()
    } catch {
        guard let problem = FormProblem(error, constraints: PartnershipsRoom.constraints) else { throw error }
        var page = try await again(problem)
        page.status = problem.status
        return page
    }
}

/// Agreements as a manager keeps them.
private struct MoUConsole {
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
                standing: query.status, with: query.institution, named: query.q?.string, after: after,
                limit: PageSize.rows(for: query.limit))
            let names = try await call.reader.institutionNames(found.flatMap(\.parties).map(\.institution))
            let views = try call.page(found.map { MoUView($0, names: names) }, size: query.limit) { $0.id }
            let mous = found.prefix(views.items.count)
            let filters: [(name: String, value: String)] =
                [("q", query.q?.string), ("status", query.status?.rawValue)].compactMap { name, value in
                    value.map { (name, $0) }
                }
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
                            chosen: query.status?.rawValue ?? "")
                    ], clearURL: filters.isEmpty ? nil : address),
                table: words.table(
                    mous.map { words.row($0, names: names, at: "/console/mous/\($0.id)") },
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

    var signing: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/signature", "consoleSignMoU", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            let mou = try await find(call.parameters.mou, call.reader)
            var values = ["signed_on": mou.asOf.description, "effective_on": mou.asOf.description]
            for (index, party) in mou.parties.enumerated() {
                values["participants.\(index).kind"] = MoU.Participant.Kind.signatory.rawValue
                values["participants.\(index).institution"] = party.institution.description
            }
            return try await signatureForm(for: call, of: mou, values: values.mapValues { [$0] })
        }.erased
    }

    var sign: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/signature", "signConsoleMoU", access: .roles([.manager]),
            parameters: MoUPath.self, body: SignatureForm.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = call.parameters.mou
            let event = SigningEvent.ID()
            let mou = try await find(id, call.reader)
            return try await answering {
                let signing = try call.decoded().signing(newEvent: event)
                return try await call.write { transaction in
                    _ = try await transaction.signMoU(id, signing, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(id)?done=signed")
                }
            } again: { problem in
                try await signatureForm(for: call, of: mou, values: call.fields, problem: problem)
            }
        }.erased
    }

    var partySigning: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/parties/{party}/signature", "consoleSignMoUForParty",
            access: .roles([.manager]), parameters: MoUPartyPath.self
        ) { call in
            let (id, party) = (call.parameters.mou, call.parameters.party)
            let mou = try await find(id, call.reader)
            guard mou.parties.contains(where: { $0.institution == party }) else { throw Problem.notFound }
            let values = [
                "signed_on": mou.asOf.description, "effective_on": mou.term.effectiveOn?.description ?? "",
                "ends_on": mou.term.endsOn?.description ?? "",
                "participants.0.kind": MoU.Participant.Kind.signatory.rawValue,
                "participants.0.institution": party.description,
            ]
            return try await signatureForm(for: call, of: mou, party: party, values: values.mapValues { [$0] })
        }.erased
    }

    var signForParty: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/parties/{party}/signature", "signConsoleMoUForParty",
            access: .roles([.manager]), parameters: MoUPartyPath.self, body: SignatureForm.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, party) = (call.parameters.mou, call.parameters.party)
            let event = SigningEvent.ID()
            let mou = try await find(id, call.reader)
            return try await answering {
                let signing = try call.decoded().partySigning(newEvent: event)
                return try await call.write { transaction in
                    _ = try await transaction.signMoU(id, for: party, signing, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(id)?done=signed")
                }
            } again: { problem in
                try await signatureForm(for: call, of: mou, party: party, values: call.fields, problem: problem)
            }
        }.erased
    }

    var termination: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/termination", "consoleTerminateMoU", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            let mou = try await find(call.parameters.mou, call.reader)
            let earliest = mou.asOf.adding(days: mou.noticeDays)
            return try await terminationForm(for: call, of: mou, values: ["terminated_on": [earliest.description]])
        }.erased
    }

    var terminate: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/termination", "terminateConsoleMoU", access: .roles([.manager]),
            parameters: MoUPath.self, body: NewTermination.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = call.parameters.mou
            let mou = try await find(id, call.reader)
            return try await answering {
                let body = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.terminateMoU(
                        id, on: body.terminatedOn,
                        MoU.Termination(reason: body.reason, isMutual: body.isMutual ?? false), in: tenant,
                        by: principal.personID)
                    return .redirect(to: "/console/mous/\(id)?done=terminated")
                }
            } again: { problem in
                try await terminationForm(for: call, of: mou, values: call.fields, problem: problem)
            }
        }.erased
    }

    var abandonment: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/abandonment", "consoleAbandonMoU", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            let mou = try await find(call.parameters.mou, call.reader)
            return try await abandonmentForm(for: call, of: mou, values: [:])
        }.erased
    }

    var abandon: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/abandonment", "abandonConsoleMoU", access: .roles([.manager]),
            parameters: MoUPath.self, body: NewAbandonment.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = call.parameters.mou
            let mou = try await find(id, call.reader)
            return try await answering {
                let body = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.abandonMoU(
                        id, because: body.reason, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(id)?done=abandoned")
                }
            } again: { problem in
                try await abandonmentForm(for: call, of: mou, values: call.fields, problem: problem)
            }
        }.erased
    }

    // MARK: What is shown

    private func find(_ id: MoU.ID, _ reader: Reader) async throws -> MoU {
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
        let model = words.page(
            mou, history, names: names, texts: try await call.reader.texts(of: id),
            amendments: try await call.reader.amendments(of: id), own: nil,
            actions: actions(on: mou, t, key: call.freshIdempotencyKey),
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
        return mou.status == .abandoned ? [] : steps(on: mou, t, key: key) + [report, groups]
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
        case .agreed: return [.link(t("sign.action"), "/console/mous/\(mou.id)/signature", style: .primary)]
        case .pending, .inForce, .expiring:
            guard mou.term.state == .signed else { return [] }
            return [
                .link(t("amendment.action"), "/console/mous/\(mou.id)/amendments/new"),
                .link(t("terminate.action"), "/console/mous/\(mou.id)/termination"),
            ]
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

    private func signatureForm<P, B>(
        for call: FormCall<P, B>, of mou: MoU, party: Institution.ID? = nil, values: [String: [String]],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let spoken = Vocabulary.Language(viewer.language)
        let names = try await call.reader.institutionNames(mou.parties.map(\.institution))
        let parties = mou.parties.map { party in
            (value: party.institution.description, label: names[party.institution]?.text(for: spoken) ?? "")
        }
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let sections = MoUFormSections(t: t, input: input, institutions: parties)
            .signature(
                participants: max(party == nil ? mou.parties.count + 2 : 3, Self.rows("participants", in: values)),
                isOfOneParty: party != nil, spoken: spoken)
        let name = party.map { names[$0]?.text(for: spoken) ?? t("institution.unnamed") }
        let model = MoUFormPage(
            header: PageHeader(
                title: name.map { t("sign.party_title", ["party": $0]) } ?? t("sign.title"),
                kind: mou.title.text(for: spoken), lede: party == nil ? t("sign.lede") : t("sign.party_lede")),
            form: Form(
                action: party.map { "/console/mous/\(mou.id)/parties/\($0)/signature" }
                    ?? "/console/mous/\(mou.id)/signature", sections: sections, submit: t("sign.submit"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                cancel: LinkText(t("form.cancel"), "/console/mous/\(mou.id)"),
                draft: "mou-signature-\(mou.id)\(party.map { "-\($0)" } ?? "")",
                problem: problem?.sentence(besides: sections.flatMap(\.fields))))
        return try HTML(
            bytes: PageTemplate.form.render(model, in: frame(t("sign.title"), of: mou, viewer, t)))
    }

    private func terminationForm<P, B>(
        for call: FormCall<P, B>, of mou: MoU, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let earliest = mou.asOf.adding(days: mou.noticeDays).text(in: viewer.language)
        let fields = [
            input.text(
                "terminated_on", label: t("terminate.on"),
                hint: t("terminate.on_hint", ["days": t("days", count: mou.noticeDays), "date": earliest]),
                type: "date", width: "medium"),
            input.checkbox("is_mutual", label: t("terminate.how"), statement: t("terminate.mutual")),
            input.area("reason", label: t("terminate.reason"), hint: t("reason.hint"), limit: 500, rows: 3),
        ]
        return try confirmation(
            for: call, of: mou, viewer, t, title: t("terminate.title"),
            consequences: [t("terminate.effect_calls"), t("terminate.effect_stays"), t("terminate.effect_final")],
            address: "/console/mous/\(mou.id)/termination", fields: fields, submit: t("terminate.submit"),
            problem: problem)
    }

    private func abandonmentForm<P, B>(
        for call: FormCall<P, B>, of mou: MoU, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        return try confirmation(
            for: call, of: mou, viewer, t, title: t("abandon.title"),
            consequences: [t("abandon.effect_read"), t("abandon.effect_final")],
            address: "/console/mous/\(mou.id)/abandonment",
            fields: [input.area("reason", label: t("abandon.reason"), hint: t("reason.hint"), limit: 500, rows: 3)],
            submit: t("abandon.submit"), problem: problem)
    }

    private func confirmation<P, B>(
        for call: FormCall<P, B>, of mou: MoU, _ viewer: Viewer, _ t: Texts, title: String, consequences: [String],
        address: SafeURL, fields: [FormField], submit: String, problem: FormProblem?
    ) throws -> HTML {
        let model = MoUConfirmationPage(
            header: PageHeader(
                title: mou.title.text(for: Vocabulary.Language(viewer.language)), kind: t("mou.kind"),
                badge: MoUWords(t: t, isForParty: false).badge(mou.status)),
            confirmation: Confirmation(
                title: title, consequences: consequences,
                form: Form(
                    action: address, fields: fields, submit: submit, texts: t,
                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                    cancel: LinkText(t("form.keep"), "/console/mous/\(mou.id)"), isDangerous: true,
                    problem: problem?.sentence(besides: fields))))
        return try HTML(bytes: PageTemplate.confirm.render(model, in: frame(title, of: mou, viewer, t)))
    }

    private func frame(_ title: String, of mou: MoU, _ viewer: Viewer, _ t: Texts) -> Frame {
        Frame(
            title: title, site: site, viewer: viewer, current: "mous",
            breadcrumbs: [
                Breadcrumb(t("list.title"), "/console/mous"),
                Breadcrumb(mou.title.text(for: Vocabulary.Language(viewer.language)), "/console/mous/\(mou.id)"),
            ])
    }

    /// How many rows of a repeated group a form was filled in with: one more than the last that says something.
    private static func rows(_ group: String, in values: [String: [String]]) -> Int {
        values.compactMap { name, texts -> Int? in
            let parts = name.split(separator: ".")
            guard parts.count == 3, parts[0].elementsEqual(group), let index = Int(parts[1]), index < 100,
                texts.contains(where: { !$0.isEmpty })
            else { return nil }
            return index + 1
        }.max() ?? 0
    }
}

/// Agreements as a party's staff read them.
private struct PartnerPages {
    let site: Site

    var list: AnyRoute {
        PageRoute(
            .get, "/partner/agreements", "partnerAgreements", access: .roles([.partner]), parameters: ListMoUs.self
        ) { call in
            let viewer = try await call.viewer()
            let t = PageKit.partnerships.texts(in: viewer.language)
            let words = MoUWords(t: t, isForParty: true)
            let query = call.parameters
            let after = try call.position(query.cursor, as: MoU.ID.self)
            let found = try await call.reader.mous(after: after, limit: PageSize.rows(for: query.limit))
            let names = try await call.reader.institutionNames(found.flatMap(\.parties).map(\.institution))
            let views = try call.page(found.map { MoUView($0, names: names) }, size: query.limit) { $0.id }
            let mous = found.prefix(views.items.count)
            let address: SafeURL = "/partner/agreements"
            let model = MoUListPage(
                header: PageHeader(title: t("agreements.title"), lede: t("agreements.lede")),
                table: words.table(
                    mous.map { words.row($0, names: names, at: "/partner/agreements/\($0.id)") },
                    empty: EmptyState(title: t("agreements.none"), text: t("agreements.none_text")),
                    pager: Pager(
                        firstURL: query.cursor == nil ? nil : address,
                        nextURL: views.next.map { address.adding([("cursor", $0)]) })))
            let frame = Frame(title: t("agreements.title"), site: site, viewer: viewer, current: "agreements")
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    var show: AnyRoute {
        PageRoute(
            .get, "/partner/agreements/{mou}", "partnerAgreement", access: .roles([.partner]),
            parameters: MoUPath.self
        ) { call in
            guard let mou = try await call.reader.mou(call.parameters.mou) else { throw Problem.notFound }
            let viewer = try await call.viewer()
            let t = PageKit.partnerships.texts(in: viewer.language)
            let words = MoUWords(t: t, isForParty: true)
            let history = try await call.reader.history(of: mou.id)
            let names = try await call.reader.institutionNames(mou.parties.map(\.institution))
            let model = words.page(
                mou, history, names: names, texts: try await call.reader.texts(of: mou.id),
                amendments: try await call.reader.amendments(of: mou.id),
                own: Institution.ID(try call.principal.actsFor),
                actions: [
                    .link(t("report.action"), "/partner/agreements/\(mou.id)/report", style: .primary),
                    .link(t("group.section"), "/partner/agreements/\(mou.id)/working-groups"),
                ])
            let frame = Frame(
                title: mou.title.text(for: words.spoken), site: site, viewer: viewer, current: "agreements",
                breadcrumbs: [Breadcrumb(t("agreements.title"), "/partner/agreements")])
            return HTML(bytes: try PageTemplate.show.render(model, in: frame))
        }.erased
    }
}

/// What was just done, as the address of the page after it says.
enum Done: String, Codable, CaseIterable {
    case drafted, revised, shared, agreed, signed, amended, terminated, abandoned
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

/// The sections of the agreement's forms.
private struct MoUFormSections {
    let t: Texts
    let input: FormInput
    let institutions: [(value: String, label: String)]

    func draft(
        parties: Int, areas: Int, clauses: Int, earlier: [(value: String, label: String)]
    ) -> [FormSection] {
        [
            FormSection(
                title: t("section.what"),
                fields: [
                    input.text("title.en", label: t("field.title_en"), isOptional: true, limit: 200),
                    input.text("title.zh-Hant", label: t("field.title_zh"), isOptional: true, limit: 200),
                    input.text("title.ja", label: t("field.title_ja"), isOptional: true, limit: 200),
                    input.text(
                        "reference", label: t("field.reference"), hint: t("field.reference_hint"), width: "medium"),
                    input.select(
                        "kind", label: t("field.kind"),
                        options: MoU.Kind.allCases.map { ($0.rawValue, t("kind.\($0.rawValue)")) }),
                    input.area("summary", label: t("field.summary"), isOptional: true, limit: 10_000, rows: 5),
                    input.checkbox("is_binding", label: t("field.binding"), statement: t("field.binding_statement")),
                    input.number("notice_days", label: t("field.notice"), suffix: t("field.notice_suffix")),
                    input.select(
                        "renews", label: t("field.renews"), hint: t("field.renews_hint"), options: earlier,
                        isOptional: true),
                    input.select(
                        "prevailing_language", label: t("field.prevails"), hint: t("field.prevails_hint"),
                        options: Pages.Language.allCases.map { ($0.tag, $0.endonym) }, isOptional: true),
                ])
        ]
            + (0..<max(3, parties + 1)).map(party) + [
                FormSection(
                    title: t("section.areas"), intro: t("section.areas_intro"),
                    fields: (0..<max(4, areas + 2)).flatMap(area)),
                FormSection(
                    title: t("section.objectives"),
                    fields: [
                        input.area(
                            "objectives", label: t("field.objectives"), hint: t("field.objectives_hint"),
                            isOptional: true,
                            rows: 5)
                    ]),
                FormSection(
                    title: t("section.clauses"), intro: t("section.clauses_intro"),
                    fields: (0..<max(3, clauses + 1)).flatMap { index in
                        let place = ["number": "\(index + 1)"]
                        return [
                            input.text(
                                "clauses.\(index).title", label: t("field.clause", place), isOptional: true, limit: 500),
                            input.checkbox(
                                "clauses.\(index).is_binding", label: t("field.clause_binding", place),
                                statement: t("field.clause_binds")),
                        ]
                    }),
            ]
    }

    func signature(participants: Int, isOfOneParty: Bool, spoken: Vocabulary.Language) -> [FormSection] {
        [
            FormSection(
                title: t("section.dates"),
                fields: [
                    input.text("signed_on", label: t("field.signed_on"), type: "date", width: "medium"),
                    input.text(
                        "effective_on", label: t("field.effective_on"),
                        hint: isOfOneParty ? t("field.party_effective_hint") : t("field.effective_hint"), type: "date",
                        isOptional: isOfOneParty, width: "medium"),
                    input.text(
                        "ends_on", label: t("field.ends_on"), hint: t("field.ends_hint"), type: "date",
                        isOptional: true, width: "medium"),
                ])
        ]
            + (0..<participants).map(participant) + [
                FormSection(
                    title: t("section.event"), intro: t("section.event_intro"),
                    fields: [
                        input.text("event.name", label: t("field.event_name"), isOptional: true, limit: 200),
                        input.text(
                            "event.held_on", label: t("field.event_held_on"), hint: t("field.event_held_hint"),
                            type: "date", isOptional: true, width: "medium"),
                        input.text("event.city", label: t("field.event_city"), isOptional: true, width: "medium"),
                        input.select(
                            "event.country", label: t("field.event_country"),
                            options: Country.allCases.map { ($0.code, $0.name(in: spoken)) }.sorted { $0.1 < $1.1 },
                            isOptional: true),
                        input.area(
                            "event.hosts", label: t("field.event_hosts"), hint: t("field.event_hosts_hint"),
                            isOptional: true, rows: 2),
                        input.text("event.part_of", label: t("field.event_part_of"), isOptional: true, limit: 200),
                    ])
            ]
    }

    private func party(_ index: Int) -> FormSection {
        let isSpare = index > 1
        return FormSection(
            title: t("section.party", ["number": "\(index + 1)"]), intro: index == 0 ? t("section.parties_intro") : nil,
            fields: [
                input.select(
                    "parties.\(index).institution", label: t("field.party"), options: institutions, isOptional: isSpare),
                input.select(
                    "parties.\(index).role", label: t("field.party_role"),
                    options: MoU.Party.Role.allCases.map { ($0.rawValue, t("role.\($0.rawValue)")) },
                    isOptional: isSpare),
                input.area(
                    "parties.\(index).responsibilities", label: t("field.party_duties"), isOptional: true, rows: 2),
            ])
    }

    private func area(_ index: Int) -> [FormField] {
        let place = ["number": "\(index + 1)"]
        let isSpare = index > 0
        var fields = [
            input.text(
                "areas.\(index).wording", label: t("field.area", place), isOptional: isSpare, limit: 500),
            input.select(
                "areas.\(index).focus_area", label: t("field.area_concept", place),
                options: Self.concepts(in: t.language),
                isOptional: isSpare),
        ]
        // A new area is explored first; how far it came is asked of those that are there already.
        if !input.value("areas.\(index).status").isEmpty {
            fields.append(
                input.select(
                    "areas.\(index).status", label: t("field.area_status", place),
                    options: MoU.Area.Status.allCases.map { ($0.rawValue, t("area.\($0.rawValue)")) }))
        }
        return fields
    }

    private func participant(_ index: Int) -> FormSection {
        let isSpare = index > 0 && index >= institutions.count
        return FormSection(
            title: t("section.person", ["number": "\(index + 1)"]), intro: index == 0 ? t("section.people_intro") : nil,
            fields: [
                input.text("participants.\(index).name", label: t("field.person"), isOptional: isSpare, limit: 200),
                input.text(
                    "participants.\(index).title", label: t("field.person_title"), isOptional: isSpare, limit: 500),
                input.select(
                    "participants.\(index).kind", label: t("field.person_kind"),
                    options: MoU.Participant.Kind.allCases.map { ($0.rawValue, t("participant.\($0.rawValue)")) },
                    isOptional: isSpare),
                input.select(
                    "participants.\(index).institution", label: t("field.person_party"), options: institutions,
                    prompt: t("field.person_other"), isOptional: isSpare),
                input.text(
                    "participants.\(index).institution_name", label: t("field.person_institution"),
                    hint: t("field.person_institution_hint"), isOptional: true, limit: 200),
            ])
    }

    /// The taxonomy as a list, each concept set in under its broader one.
    private static func concepts(in language: Pages.Language) -> [(value: String, label: String)] {
        FocusAreaTaxonomy.standard.areas.map { area in
            (
                area.id.description,
                String(repeating: "\u{2003}", count: area.depth - 1) + area.id.label(in: language)
            )
        }
    }
}
