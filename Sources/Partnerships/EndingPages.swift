import API
import Accounts
import Foundation
import Institutions
import Pages
import Postgres
import Vocabulary
import Wording

/// How an agreement ends: a signed one before its time by termination, or without a further term by notice; one that is not
/// agreed by being given up.
extension MoUConsole {
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

    var notice: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/notice", "consoleMoUNotice", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            let mou = try await find(call.parameters.mou, call.reader)
            return try await noticeForm(for: call, of: mou, values: ["given_on": [mou.asOf.description]])
        }.erased
    }

    var giveNotice: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/notice", "giveConsoleMoUNotice", access: .roles([.manager]),
            parameters: MoUPath.self, body: NewNotice.self
        ) { call in
            let id = call.parameters.mou
            let mou = try await find(id, call.reader)
            return try await answering {
                let body = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.giveNotice(of: id, by: body.institution, on: body.givenOn)
                    return .redirect(to: "/console/mous/\(id)?done=noticed")
                }
            } again: { problem in
                try await noticeForm(for: call, of: mou, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func noticeForm<P, B>(
        for call: FormCall<P, B>, of mou: MoU, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let words = MoUWords(t: t, isForParty: false)
        let names = try await call.reader.institutionNames(mou.parties.map(\.institution))
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.select(
                "institution", label: t("notice.party"),
                options: mou.parties.map { ($0.institution.description, words.name($0.institution, in: names)) }),
            input.text(
                "given_on", label: t("notice.on"),
                hint: mou.noticeUntil.map { t("notice.on_hint", ["date": $0.text(in: viewer.language)]) },
                type: "date", width: "medium"),
        ]
        return try confirmation(
            for: call, of: mou, viewer, t, title: t("notice.title"),
            consequences: [t("notice.effect_end"), t("notice.effect_final")],
            address: "/console/mous/\(mou.id)/notice", fields: fields, submit: t("notice.submit"), problem: problem)
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
}
