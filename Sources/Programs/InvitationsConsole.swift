import API
import Accounts
import Foundation
import Institutions
import Pages
import Postgres
import Vocabulary
import Wording

/// Invitations to a call, several at once: startups are ticked, looked at, invited or no longer so.
struct InvitationsConsole {
    let site: Site

    var routes: [AnyRoute] { [ask, invite, askWithdrawal, withdraw] }

    /// Most startups that are offered for ticking; a form may have a thousand fields.
    private static let shown = 400

    private var ask: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/invitations", "consoleInvitations", access: .roles([.manager]),
            parameters: InvitationsPath.self
        ) { call in
            try await page(for: call)
        }.erased
    }

    private var invite: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/invitations", "inviteConsoleStartup", access: .roles([.manager]),
            parameters: InvitationsPath.self, body: InvitationsForm.self
        ) { call in
            let (id, principal) = (call.parameters.call, try call.principal)
            let tenant = try principal.workspace
            return try await BulkPage.answering(call, ProgramsRoom.constraints) { form in
                let startups = try BulkMode.rows(form.startups, at: "/startups")
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.inviteStartups(startups, to: id, mode, in: tenant, by: principal.personID)
                }
            } done: { _, _ in
                .redirect(to: "/console/calls/\(id)/admissions?done=invited")
            } page: { refusals, problem in
                try await page(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func page<B>(
        for call: FormCall<InvitationsPath, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let (id, wanted) = (call.parameters.call, call.parameters.q?.string)
        guard let found = try await call.reader.call(id) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
        let t = words.t
        let known = Set(try await call.reader.admissions(to: id).map(\.startup))
        let listed = try await call.reader.startups(named: wanted, in: nil, after: nil, limit: Self.shown + 1)
        let chosen = call.ids("startups", as: Startup.ID.init)
        let offered = listed.filter { !known.contains($0.id) }
        var names = Dictionary(
            offered.map { ($0.id, $0.name.text(for: words.spoken)) }, uniquingKeysWith: { first, _ in first })
        // What was ticked stays, whatever was searched for meanwhile.
        for startup in chosen where names[startup] == nil {
            names[startup] =
                try await call.reader.startup(startup)?.name.text(for: words.spoken) ?? startup.description
        }
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let field = input.checkboxes(
            "startups", label: t("invite.startups"),
            hint: names.isEmpty ? t("invite.none") : listed.count > Self.shown ? t("invite.more") : nil,
            options: names.map { (value: $0.key.description, label: $0.value, hint: String?.none) }
                .sorted { ($0.label, $0.value) < ($1.label, $1.value) }, isOptional: false)
        let plain: SafeURL = "/console/calls/\(id)/invitations"
        let address = plain.adding(wanted.map { [("q", $0)] } ?? [])
        let model = BulkPage(
            t("invite.title"), kind: found.title.text(for: words.spoken), lede: t("invite.lede"),
            subject: t("admissions.startup"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) }, action: address,
            sections: [FormSection(fields: [field])], submit: t("invite.submit"),
            cancel: "/console/calls/\(id)/admissions",
            filters: Filters(
                action: plain, search: Filters.Search(label: t("invite.search"), value: wanted ?? ""),
                clearURL: wanted == nil ? nil : plain), key: call.freshIdempotencyKey, fields: call.fields,
            problem: problem, in: t.language)
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: frame(t("invite.title"), found, words, viewer)))
    }

    private var askWithdrawal: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/invitation-withdrawals", "consoleInvitationWithdrawals",
            access: .roles([.manager]), parameters: CallPath.self
        ) { call in
            try await withdrawalPage(for: call)
        }.erased
    }

    private var withdraw: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/invitation-withdrawals", "withdrawConsoleInvitations",
            access: .roles([.manager]), parameters: CallPath.self, body: InvitationsForm.self
        ) { call in
            let id = call.parameters.call
            return try await BulkPage.answering(call, ProgramsRoom.constraints) { form in
                let startups = try BulkMode.rows(form.startups, at: "/startups")
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.withdrawInvitations(of: startups, to: id, mode)
                }
            } done: { _, _ in
                .redirect(to: "/console/calls/\(id)/admissions?done=withdrawn_several")
            } page: { refusals, problem in
                try await withdrawalPage(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func withdrawalPage<B>(
        for call: FormCall<CallPath, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let id = call.parameters.call
        guard let found = try await call.reader.call(id) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
        let t = words.t
        let admitted = try await call.reader.admissions(to: id).filter { $0.code == nil }
        let names = Dictionary(
            admitted.map { ($0.startup, $0.startupName.text(for: words.spoken)) },
            uniquingKeysWith: { first, _ in first })
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let field = input.checkboxes(
            "startups", label: t("invite.invited"), hint: admitted.isEmpty ? t("invite.nobody") : nil,
            options: admitted.prefix(Self.shown).map { admission in
                (
                    admission.startup.description, admission.startupName.text(for: words.spoken),
                    admission.hasApplied ? t("admissions.applied") : nil
                )
            }, isOptional: false)
        let chosen = call.ids("startups", as: Startup.ID.init)
        let model = BulkPage(
            t("invite.withdraw"), kind: found.title.text(for: words.spoken), lede: t("invite.withdraw_lede"),
            subject: t("admissions.startup"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/calls/\(id)/invitation-withdrawals", sections: [FormSection(fields: [field])],
            submit: t("invite.withdraw_submit"), cancel: "/console/calls/\(id)/admissions",
            key: call.freshIdempotencyKey, fields: call.fields, problem: problem, in: t.language)
        return HTML(
            bytes: try PageTemplate.bulkForm.render(model, in: frame(t("invite.withdraw"), found, words, viewer)))
    }

    private func frame(_ title: String, _ call: CallForApplications, _ words: ProgramWords, _ viewer: Viewer) -> Frame {
        Frame(
            title: title, site: site, viewer: viewer, current: "programs",
            breadcrumbs: [
                Breadcrumb(words.t("programs.title"), "/console/programs"),
                Breadcrumb(call.title.text(for: words.spoken), "/console/calls/\(call.id)"),
                Breadcrumb(words.t("admissions.title"), "/console/calls/\(call.id)/admissions"),
            ])
    }
}

/// Startups that are ticked.
struct InvitationsForm: Codable {
    let startups: [Startup.ID]?
    let partial: Bool?
    let sure: Bool?
}

/// A call, and the name that is searched for among the startups one may invite.
struct InvitationsPath: Codable {
    let call: CallForApplications.ID
    let q: ShortText?
}
