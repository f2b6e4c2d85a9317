internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// The startup's side of a decision: what its page tells, and the appeal.
struct DecisionPortal: Sendable {
    let site: Site

    var routes: [AnyRoute] { [ask, lodge] }

    private var ask: AnyRoute {
        PageRoute(
            .get, "/portal/applications/{application}/appeal", "askToAppeal", access: .roles([.founder]),
            parameters: DecidedPath.self
        ) { call in
            try await page(for: call, call.parameters.application)
        }.erased
    }

    private var lodge: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/appeal", "lodgePortalAppeal", access: .roles([.founder]),
            parameters: DecidedPath.self, body: GroundsBody.self
        ) { call in
            let principal = try call.principal
            let (tenant, id) = (try principal.workspace, call.parameters.application)
            return try await deciding {
                let grounds = try call.decoded().grounds
                return try await call.write { transaction in
                    _ = try await transaction.lodgeAppeal(
                        against: id, saying: grounds, in: tenant, by: principal.personID)
                    return .redirect(to: "/portal/applications/\(id)?done=appealed")
                }
            } again: { problem in
                try await page(for: call, id, problem: problem)
            }
        }.erased
    }

    /// The form alone, for whoever has to send it once more.
    private func page<P, B>(
        for call: FormCall<P, B>, _ id: Application.ID, problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.decisions.texts(in: viewer.language)
        guard let summary = try await call.reader.application(id) else { throw Problem.notFound }
        let last = try await call.reader.appeal(of: id)
        guard let decided = try await call.reader.appealable(id), problem != nil || Date() <= decided.until,
            last?.subject != decided.subject
        else { return .redirect(to: "/portal/applications/\(id)") }
        let form = Self.form(id, values: call.fields, problem: problem, key: call.freshIdempotencyKey, t)
        let title = summary.callTitle.text(for: Vocabulary.Language(viewer.language))
        let model = DecisionsPage(header: PageHeader(title: t("portal.appeal"), kind: title), forms: [form])
        let frame = Frame(
            title: t("portal.appeal"), site: site, viewer: viewer, current: "portal",
            breadcrumbs: [Breadcrumb(title, "/portal/applications/\(id)")])
        return HTML(bytes: try PageTemplate.decisions.render(model, in: frame))
    }

    private static func form(
        _ id: Application.ID, values: [String: [String]], problem: FormProblem?, key: String?, _ t: Texts
    ) -> Form {
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let grounds = input.area(
            "grounds", label: t("portal.grounds"), hint: t("portal.grounds_hint"), limit: 10_000, rows: 6)
        return Form(
            action: "/portal/applications/\(id)/appeal", fields: [grounds], submit: t("portal.submit"), texts: t,
            hidden: key.map { [HiddenField("idempotency_key", $0)] } ?? [], draft: "appeal-\(id)",
            problem: problem?.sentence(besides: [grounds]))
    }

    /// What an application's page tells its startup.
    static func part(
        of id: Application.ID, _ reader: Reader, _ language: Pages.Language
    ) async throws -> DecisionPart? {
        guard let decision = try await reader.releasedDecision(on: id) else {
            // Of a screening there is no decision; an appeal that reopened the application is told after its decision is gone.
            let shown = try await appeal(of: id, against: try await reader.appealable(id), reader, language)
            return shown.map { DecisionPart(facts: nil, feedback: nil, appeal: $0) }
        }
        let t = PageKit.decisions.texts(in: language)
        let shown = try await appeal(of: id, against: decision.appealable, reader, language)
        let place = decision.streamName.map {
            Fact.text(t("field.stream"), $0.text(for: Vocabulary.Language(language)))
        }
        let days = decision.acceptDays.map { Fact.text(t("portal.to_accept"), t("portal.from_letter", count: $0)) }
        let facts = [place, days, decision.award.map { Fact.money(t("field.award"), MoneyText($0)) }].compactMap(\.self)
        return DecisionPart(
            facts: facts.isEmpty ? nil : Facts(facts),
            feedback: decision.feedback?.string, appeal: shown)
    }

    /// What came of the last appeal, or how one is made against what was decided since.
    private static func appeal(
        of id: Application.ID, against decided: Appealable?, _ reader: Reader, _ language: Pages.Language
    ) async throws -> DecisionPart.Appeal? {
        let t = PageKit.decisions.texts(in: language)
        let last = try await reader.appeal(of: id)
        if let last, decided == nil || last.subject == decided?.subject {
            let isOut = try await reader.application(id)?.application.state == .ineligible
            return said(last, staysOut: isOut, t)
        }
        guard let decided, try await reader.clock() <= decided.until else { return nil }
        let time = TimeText(decided.until, in: .hongKong, and: .ofReader, language: language).sentence
        return DecisionPart.Appeal(
            text: t("portal.appeal_until", ["time": time]), form: form(id, values: [:], problem: nil, key: nil, t))
    }

    /// - Parameter isOut: whether the application is not eligible at this moment.
    private static func said(_ appeal: Appeal, staysOut isOut: Bool, _ t: Texts) -> DecisionPart.Appeal {
        let text =
            switch appeal.verdict {
            case nil: t("portal.waiting")
            case .upheld: t("portal.upheld")
            case .reopened where appeal.subject == .screening:
                isOut ? t("portal.screened_again") : t("portal.screening_reopened")
            case .reopened: t("portal.reopened")
            }
        return DecisionPart.Appeal(text: text, grounds: appeal.grounds.string, answer: appeal.answer?.string)
    }
}
