import API
import Accounts
import Foundation
import Institutions
import Pages
import Postgres
import Vocabulary
import Wording

/// Where managers draft amendments and record who signed them.
struct AmendmentsConsole {
    let site: Site

    var routes: [AnyRoute] { [blank, draft, signing, sign] }

    private var blank: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/amendments/new", "consoleNewMoUAmendment", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            try await draftForm(for: call, of: call.parameters.mou, values: [:])
        }.erased
    }

    private var draft: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/amendments/new", "draftConsoleMoUAmendment", access: .roles([.manager]),
            parameters: MoUPath.self, body: AmendmentBody.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, mou) = (Amendment.ID(), call.parameters.mou)
            return try await answering {
                let new = try call.decoded().new
                return try await call.write { transaction in
                    try await transaction.draftAmendment(new, as: id, of: mou, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(mou)?done=amended")
                }
            } again: { problem in
                try await draftForm(for: call, of: mou, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func draftForm<P, B>(
        for call: FormCall<P, B>, of mou: MoU.ID, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        try await AgreementForm(site: site).page(for: call, of: mou, "amendments/new", values: values, problem) {
            form in
            let (t, input) = (form.t, form.input)
            return AgreementForm.Contents(
                t("amendment.title"), lede: t("amendment.lede"), submit: t("amendment.submit"),
                [
                    input.area(
                        "words", label: t("amendment.words"), hint: t("amendment.words_hint"), limit: 10_000, rows: 8),
                    input.text(
                        "effective_on", label: t("amendment.effective"), hint: t("amendment.effective_hint"),
                        type: "date",
                        width: "medium"),
                    input.text(
                        "ends_on", label: t("amendment.ends"), hint: t("amendment.stays"), type: "date",
                        isOptional: true,
                        width: "medium"),
                    input.number(
                        "notice_days", label: t("field.notice"), hint: t("amendment.stays"), isOptional: true,
                        suffix: t("field.notice_suffix")),
                ])
        }
    }

    private var signing: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/amendments/{amendment}/signature", "consoleSignMoUAmendment",
            access: .roles([.manager]), parameters: AmendmentPath.self
        ) { call in
            try await signatureForm(for: call, call.parameters, values: [:])
        }.erased
    }

    private var sign: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/amendments/{amendment}/signature", "signConsoleMoUAmendment",
            access: .roles([.manager]), parameters: AmendmentPath.self, body: AmendmentSignatureBody.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let path = call.parameters
            return try await answering {
                let signature = try call.decoded().signature
                return try await call.write { transaction in
                    try await transaction.signAmendment(
                        path.amendment, of: path.mou, signature, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(path.mou)?done=signed")
                }
            } again: { problem in
                try await signatureForm(for: call, path, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func signatureForm<P, B>(
        for call: FormCall<P, B>, _ path: AmendmentPath, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let mou = try await call.reader.mou(path.mou),
            let amendment = try await call.reader.amendments(of: path.mou).first(where: { $0.id == path.amendment })
        else { throw Problem.notFound }
        let names = try await call.reader.institutionNames(mou.parties.map(\.institution))
        return try await AgreementForm(site: site).page(
            for: call, of: path.mou, "amendments/\(path.amendment)/signature", values: values, problem
        ) { form in
            let (t, input) = (form.t, form.input)
            let signed = amendment.signatures.map(\.institution)
            return AgreementForm.Contents(
                t("amendment.sign_title", ["number": "\(amendment.number)"]), lede: t("amendment.sign_lede"),
                submit: t("sign.submit"),
                [
                    input.select(
                        "institution", label: t("field.person_party"),
                        options: mou.parties.map(\.institution).filter { !signed.contains($0) }
                            .map { ($0.description, names[$0]?.text(for: form.spoken) ?? t("institution.unnamed")) }),
                    input.text("signed_on", label: t("field.signed_on"), type: "date", width: "medium"),
                    input.text("name", label: t("field.person"), limit: 200),
                    input.text("title", label: t("field.person_title"), limit: 500),
                ])
        }
    }
}
