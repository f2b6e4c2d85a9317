internal import API
internal import Accounts
internal import Applications
internal import Pages
internal import Postgres
internal import Programs
internal import Reviews
internal import Vocabulary
internal import Wording

/// One decision prepared, or taken back.
extension DecisionsConsole {
    var askToPrepare: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/applications/{application}", "consolePrepareDecision",
            access: .roles([.manager]), parameters: PreparedPath.self
        ) { call in
            let path = call.parameters
            let prepared = try await call.reader.preparedDecision(on: path.application, in: path.batch)
            let values = prepared.map { PreparationForm.values($0.preparation) } ?? [:]
            return try await decisionForm(for: call, path, prepared, values: values)
        }.erased
    }

    var prepare: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/applications/{application}", "prepareConsoleDecision",
            access: .roles([.manager]), parameters: PreparedPath.self, body: PreparationForm.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await deciding {
                let meant = try call.decoded().preparation()
                return try await call.write { transaction in
                    try await transaction.prepareDecision(on: path.application, meant, in: path.batch, by: person)
                    return .redirect(to: "/console/decisions/\(path.batch)?done=prepared")
                }
            } again: { problem in
                let prepared = try await call.reader.preparedDecision(on: path.application, in: path.batch)
                return try await decisionForm(for: call, path, prepared, values: call.fields, problem: problem)
            }
        }.erased
    }

    var withdraw: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/applications/{application}/withdrawal", "withdrawConsolePreparation",
            access: .roles([.manager]), parameters: PreparedPath.self
        ) { call in
            let path = call.parameters
            return try await deciding {
                try await call.write { transaction in
                    try await transaction.withdrawPreparation(of: path.application, in: path.batch)
                    return .redirect(to: "/console/decisions/\(path.batch)?done=withdrawn")
                }
            } again: { _ in
                try await page(for: call, of: path.batch)
            }
        }.erased
    }

    private func decisionForm<P, B>(
        for call: FormCall<P, B>, _ path: PreparedPath, _ prepared: PreparedDecision?, values: [String: [String]],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let batch = try await call.batch(path.batch)
        guard batch.releasedAt == nil else { return .redirect(to: "/console/decisions/\(batch.id)") }
        guard let summary = try await call.reader.application(path.application), summary.application.call == batch.call
        else { throw Problem.notFound }
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let comments = try await call.reader.reviewerComments(on: [path.application])[path.application] ?? []
        let fields =
            desk.fields(input, batch: batch, choices: try await call.reader.namedChoices(of: summary)) + [
                input.area(
                    "feedback", label: t("field.feedback"), hint: t("field.feedback_hint"), isOptional: true,
                    limit: 10_000, rows: 6)
            ] + (comments.isEmpty ? [] : [desk.comments(input)])
        let address: SafeURL = "/console/decisions/\(batch.id)/applications/\(path.application)"
        let model = DecisionsPage(
            header: PageHeader(
                title: summary.startupName.text(for: desk.spoken), kind: batch.terms.name.string,
                badge: prepared.map { desk.outcome($0.preparation.outcome) }, lede: t("prepare.lede"),
                actions: [.link(t("prepare.read"), "/console/applications/\(path.application)")]
                    + (prepared == nil
                        ? []
                        : [
                            .post(
                                t("prepare.withdraw"),
                                "/console/decisions/\(batch.id)/applications/\(path.application)/withdrawal")
                        ])),
            quotes: comments.isEmpty
                ? []
                : [
                    DecisionsPage.Quote(
                        title: t("prepare.comments"), text: comments.map(\.string).joined(separator: "\n\n"))
                ],
            forms: [
                Form(
                    action: address, fields: fields, submit: t("prepare.submit"), texts: t,
                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                    cancel: LinkText(t("form.cancel"), "/console/decisions/\(batch.id)"),
                    draft: "decision-\(batch.id)-\(path.application)", problem: problem?.sentence(besides: fields))
            ])
        let trail = [desk.home, Breadcrumb(batch.terms.name.string, "/console/decisions/\(batch.id)")]
        return try desk.html(model, desk.frame(model.header.title, under: trail))
    }
}
