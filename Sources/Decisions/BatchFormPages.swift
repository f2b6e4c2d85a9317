internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// The form of a batch's rules.
extension DecisionsConsole {
    var new: AnyRoute {
        PageRoute(
            .get, "/console/decisions/new", "consoleNewBatch", access: .roles([.manager]), parameters: ListBatches.self
        ) { call in
            let day = CalendarDate(Date.now, in: .hongKong).adding(days: 21)
            var values = ["last_day": [day.description], "accept_days": ["14"], "appeal_days": ["14"]]
            // What the call's stream is designed to give is where a batch begins.
            if let target = call.parameters.call {
                values["call"] = [target.description]
                if let design = try await call.reader.design(ofStreamOf: target) {
                    values.merge(BatchForm.values(design)) { $1 }
                }
            }
            return try await form(for: call, nil, values: values, version: nil)
        }.erased
    }

    var create: AnyRoute {
        PageRoute(
            .post, "/console/decisions/new", "createConsoleBatch", access: .roles([.manager]), body: BatchForm.self
        ) { call in
            let principal = try call.principal
            let (tenant, id) = (try principal.workspace, DecisionBatch.ID())
            return try await deciding {
                let wanted = try call.decoded()
                guard let target = wanted.call else {
                    throw Problem(.invalid, errors: [.init("/call", .required, "Choose a call.")])
                }
                return try await call.write { transaction in
                    let terms = try wanted.terms(planned: try await transaction.design(ofStreamOf: target))
                    _ = try await transaction.openBatch(
                        terms, as: id, of: target, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/decisions/\(id)?done=opened")
                }
            } again: { problem in
                try await form(for: call, nil, values: call.fields, version: nil, problem: problem)
            }
        }.erased
    }

    var edit: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/edit", "consoleEditBatch", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            let batch = try await call.batch(call.parameters.batch)
            guard batch.releasedAt == nil else { return .redirect(to: "/console/decisions/\(batch.id)") }
            let version = try call.version(of: try await call.reader.batchView(batch.id))
            return try await form(for: call, batch, values: BatchForm.values(batch.terms), version: version)
        }.erased
    }

    var revise: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/edit", "reviseConsoleBatch", access: .roles([.manager]),
            parameters: BatchPath.self, body: BatchForm.self
        ) { call in
            let batch = try await call.batch(call.parameters.batch)
            return try await deciding {
                let terms = try call.decoded().terms()
                return try await call.write { transaction in
                    _ = try await transaction.reviseBatch(batch.id, to: terms) { _ in
                        try call.match(try await transaction.batchView(batch.id))
                    }
                    return .redirect(to: "/console/decisions/\(batch.id)?done=revised")
                }
            } again: { problem in
                try await form(for: call, batch, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    private func form<P, B>(
        for call: FormCall<P, B>, _ existing: DecisionBatch?, values: [String: [String]], version: String?,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let calls = existing == nil ? try await call.reader.callTitles() : []
        let which =
            existing == nil
            ? [
                input.select(
                    "call", label: t("field.call"),
                    options: calls.map { ($0.id.description, $0.title.text(for: desk.spoken)) })
            ] : []
        let fields =
            which + [
                input.text("name", label: t("batch.name"), hint: t("batch.name_hint"), limit: 200),
                input.number(
                    "places", label: t("field.places"),
                    hint: existing == nil ? t("field.new_places_hint") : t("field.places_hint"),
                    isOptional: existing == nil),
                input.money(
                    "budget", label: t("field.budget"), currencies: TypedAmount.currencies,
                    hint: t("field.budget_hint"),
                    isOptional: true),
                input.money(
                    "award", label: t("field.usual_award"), currencies: TypedAmount.currencies, isOptional: true),
                input.date("last_day", label: t("field.usual_last_day")),
                input.number("accept_days", label: t("field.accept_days"), hint: t("field.accept_days_hint")),
                input.checkbox(
                    "promotes_itself", label: t("field.promotion"), statement: t("field.promotes_itself"),
                    hint: t("field.promotes_itself_hint")),
                input.number("appeal_days", label: t("field.appeal_days"), hint: t("field.appeal_days_hint")),
            ]
        let title = existing == nil ? t("batch.new") : t("batch.edit")
        let model = DecisionsPage(
            header: PageHeader(title: title, kind: existing?.terms.name.string, lede: t("batch.form_lede")),
            forms: [
                Form(
                    action: existing.map { "/console/decisions/\($0.id)/edit" } ?? "/console/decisions/new",
                    fields: fields, submit: t("batch.save"), texts: t,
                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                        + (version.map { [HiddenField("version", $0)] } ?? []),
                    cancel: LinkText(
                        t("form.cancel"), existing.map { "/console/decisions/\($0.id)" } ?? "/console/decisions"),
                    problem: problem?.sentence(besides: fields))
            ])
        return try desk.html(model, desk.frame(title, under: [desk.home]))
    }
}
