internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Several prepared decisions taken back at once, as a manager ticks them.
struct WithdrawalsConsole {
    let site: Site

    var routes: [AnyRoute] { [ask, withdraw] }

    private var ask: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/withdrawals", "consoleWithdrawPreparations", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            try await page(for: call)
        }.erased
    }

    private var withdraw: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/withdrawals", "withdrawConsolePreparations",
            access: .roles([.manager]), parameters: BatchPath.self, body: PreparationWithdrawalsForm.self
        ) { call in
            let id = call.parameters.batch
            return try await BulkPage.answering(call, DecisionsRoom.constraints) { form in
                let applications = try BulkMode.rows(form.applications, at: "/applications")
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.withdrawPreparations(of: applications, in: id, mode)
                }
            } done: { _, _ in
                .redirect(to: "/console/decisions/\(id)?done=withdrawn")
            } page: { refusals, problem in
                try await page(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func page<B>(
        for call: FormCall<BatchPath, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let batch = try await call.batch(call.parameters.batch)
        let decisions = try await call.reader.preparedDecisions(in: batch.id)
        let names = Dictionary(
            decisions.map { ($0.application, $0.startupName.text(for: desk.spoken)) },
            uniquingKeysWith: { first, _ in first })
        let input = FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
        let field = input.checkboxes(
            "applications", label: t("batch.decisions"), hint: decisions.isEmpty ? t("batch.empty") : nil,
            options: decisions.prefix(400).map {
                (
                    $0.application.description, names[$0.application] ?? "",
                    t("outcome.\($0.preparation.outcome.rawValue)")
                )
            }, isOptional: false)
        let chosen = call.ids("applications", as: Application.ID.init)
        let title = t("withdrawals.title")
        let model = BulkPage(
            title, kind: batch.terms.name.string, lede: t("withdrawals.lede"), subject: t("batch.startup"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/decisions/\(batch.id)/withdrawals", sections: [FormSection(fields: [field])],
            submit: t("withdrawals.submit"), cancel: "/console/decisions/\(batch.id)", key: call.freshIdempotencyKey,
            fields: call.fields, problem: problem, in: t.language)
        let trail = [desk.home, Breadcrumb(batch.terms.name.string, "/console/decisions/\(batch.id)")]
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: desk.frame(title, under: trail)))
    }
}

/// Prepared decisions that are ticked.
struct PreparationWithdrawalsForm: Codable {
    let applications: [Application.ID]?
    let partial: Bool?
    let sure: Bool?
}
