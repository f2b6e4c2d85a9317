import API
import Accounts
import Foundation
import Pages
import Postgres
import Vocabulary
import Wording

import struct API.Operation

/// Several calls that close later, by API.
enum ExtensionsAPI {
    static let operations: [AnyOperation] = [extendCalls]

    private static var extendCalls: AnyOperation {
        Operation(
            .post, "/v1/call-extensions", "extendCalls", summary: "Move the closing of several published calls later",
            description: "Each as by `extendCall`; streams with a closing of their own keep it.", tag: "programs",
            access: .roles([.manager]), body: CallExtensionsBody.self, output: RowVerdicts<CallExtensionItem>.self,
            problems: [.conflict]
        ) { call in
            let (principal, body) = (try call.principal, call.body)
            let (tenant, mode) = (try principal.workspace, BulkMode(dryRun: body.dryRun, partial: body.partial))
            let closings = try BulkMode.rows(body.calls, at: "/calls").map { (call: $0, closesAt: body.closesAt) }
            return try await call.write { transaction in
                let verdicts = try await transaction.extendCalls(
                    closings, because: body.reason, mode, in: tenant, by: principal.personID)
                return .ok(
                    RowVerdicts(verdicts, of: closings, mode) { CallExtensionItem(call: $0.call, fault: $1.fault) })
            }
        }.erased
    }
}

/// Calls that close later.
struct CallExtensionsBody: Described {
    let calls: [CallForApplications.ID]
    let closesAt: Date
    let reason: ShortText
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]
}

/// What came of a call.
struct CallExtensionItem: Described {
    let call: CallForApplications.ID
    let fault: RowFault?
}

/// Several calls that close later, as a manager ticks them.
struct ExtensionsConsole {
    let site: Site

    var routes: [AnyRoute] { [ask, extend] }

    private var ask: AnyRoute {
        PageRoute(.get, "/console/call-extensions", "consoleExtendCalls", access: .roles([.manager])) { call in
            try await page(for: call)
        }.erased
    }

    private var extend: AnyRoute {
        PageRoute(
            .post, "/console/call-extensions", "extendConsoleCalls", access: .roles([.manager]),
            body: CallExtensionsForm.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            return try await BulkPage.answering(call, ProgramsRoom.constraints) { form in
                let ids = try BulkMode.rows(form.calls, at: "/calls")
                let closing = try LocalTime(field: form.closesAt, at: "/closes_at")
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    // The clock of a call is that of its zone.
                    var closings: [(call: CallForApplications.ID, closesAt: Date)] = []
                    for id in ids {
                        let zone = try await transaction.call(id)?.deadline.zone ?? .hongKong
                        closings.append((id, closing.instant(in: zone)))
                    }
                    return try await transaction.extendCalls(
                        closings, because: form.reason, mode, in: tenant, by: principal.personID)
                }
            } done: { _, _ in
                .redirect(to: "/console/programs?done=extended")
            } page: { refusals, problem in
                try await page(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func page<B>(
        for call: FormCall<NoParameters, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
        let t = words.t
        let found = try await call.reader.calls()
        let names = Dictionary(
            found.map { ($0.id, $0.title.text(for: words.spoken)) }, uniquingKeysWith: { first, _ in first })
        let offered = found.filter { [.scheduled, .open, .closed].contains($0.status(at: words.now)) }
            .sorted { ($1.deadline.instant, $0.id) < ($0.deadline.instant, $1.id) }
        let input = FormInput(
            values: call.fields(ticking: "calls", refusals), errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.checkboxes(
                "calls", label: t("extend.calls"), hint: offered.isEmpty ? t("extend.no_calls") : nil,
                options: offered.prefix(400).map { found in
                    let closes = words.time(found.deadline.instant, in: found.deadline.zone)
                    return (
                        found.id.description, names[found.id] ?? "",
                        t("extend.hint", ["closes": closes.sentence, "zone": found.deadline.zone.place])
                    )
                }, isOptional: false),
            input.text(
                "closes_at", label: t("extend.closes_at"), hint: t("extend.clocks"), type: "datetime-local",
                width: "medium"),
            input.area("reason", label: t("extend.reason"), hint: t("reason.hint"), limit: 500, rows: 3),
        ]
        let chosen = call.ids("calls", as: CallForApplications.ID.init)
        let title = t("extend.several")
        let model = BulkPage(
            title, lede: t("extend.lede"), subject: t("extend.a_call"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/call-extensions", sections: [FormSection(fields: fields)],
            submit: t("extend.submit_several"), cancel: "/console/programs", key: call.freshIdempotencyKey,
            fields: call.fields, problem: problem, in: t.language)
        let frame = Frame(
            title: title, site: site, viewer: viewer, current: "programs",
            breadcrumbs: [Breadcrumb(t("programs.title"), "/console/programs")])
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: frame))
    }
}

/// Calls that are ticked to close later.
struct CallExtensionsForm: Codable {
    let calls: [CallForApplications.ID]?
    let closesAt: String
    let reason: ShortText
    let partial: Bool?
    let sure: Bool?
}
