import API
import Accounts
import Foundation
import Institutions
import Pages
import Postgres
import Vocabulary
import Wording

/// Signing by one's own hand: the text as it is agreed, and below it the signature, or why one does not sign.
extension PartnerPages {
    var signing: AnyRoute {
        PageRoute(
            .get, "/partner/agreements/{mou}/signature", "partnerSignMoU", access: .roles([.partner]),
            parameters: MoUPath.self
        ) { call in
            let id = call.parameters.mou
            guard let mou = try await call.reader.mou(id) else { throw Problem.notFound }
            let (person, own) = (try call.principal.personID, Institution.ID(try call.principal.actsFor))
            // Whoever is not asked reads the agreement, which says how it stands.
            guard try await mou.asksToSign(person, for: own, call.reader) else {
                return .redirect(to: "/partner/agreements/\(id)")
            }
            return try await signaturePage(for: call, of: id, values: [:])
        }.erased
    }

    var sign: AnyRoute {
        PageRoute(
            .post, "/partner/agreements/{mou}/signature", "signPartnerMoU", access: .roles([.partner]),
            parameters: MoUPath.self, body: OwnSignature.self
        ) { call in
            let (principal, id) = (try call.principal, call.parameters.mou)
            let (tenant, party) = (try principal.workspace, Institution.ID(try principal.actsFor))
            return try await answering {
                let signature = try call.decoded()
                let read = try signature.read()
                return try await call.write { transaction in
                    _ = try await transaction.signByOwnHand(
                        id, having: read, as: signature.title, for: party, in: tenant, by: principal.personID)
                    return .redirect(to: "/partner/agreements/\(id)?done=signed")
                }
            } again: { problem in
                try await signaturePage(for: call, of: id, values: call.fields, problem: problem)
            }
        }.erased
    }

    var refusing: AnyRoute {
        PageRoute(
            .get, "/partner/agreements/{mou}/signature/refusal", "partnerRefuseToSignMoU", access: .roles([.partner]),
            parameters: MoUPath.self
        ) { call in
            try await refusalPage(for: call, of: call.parameters.mou, values: [:])
        }.erased
    }

    var refuse: AnyRoute {
        PageRoute(
            .post, "/partner/agreements/{mou}/signature/refusal", "refuseToSignPartnerMoU", access: .roles([.partner]),
            parameters: MoUPath.self, body: SigningRefusal.self
        ) { call in
            let (principal, id) = (try call.principal, call.parameters.mou)
            let party = Institution.ID(try principal.actsFor)
            return try await answering {
                let reason = try call.decoded().reason
                return try await call.write { transaction in
                    try await transaction.refuseToSign(id, because: reason, for: party, by: principal.personID)
                    return .redirect(to: "/partner/agreements/\(id)?done=refused")
                }
            } again: { problem in
                try await refusalPage(for: call, of: id, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func signaturePage<P, B>(
        for call: FormCall<P, B>, of id: MoU.ID, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let mou = try await call.reader.mou(id) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let words = MoUWords(t: t, isForParty: true)
        var texts: [SignaturePage.Wording] = []
        var facts = words.facts(mou)
        let binds = words.binding(mou)
        var hidden = [HiddenField("idempotency_key", call.freshIdempotencyKey)]
        if let day = mou.term.effectiveOn { hidden.append(HiddenField("effective_on", day.description)) }
        if let day = mou.term.endsOn { hidden.append(HiddenField("ends_on", day.description)) }
        for latest in try await call.reader.texts(of: id) where latest.isTheLast {
            let whole = try await call.reader.text(of: id, in: latest.language, version: latest.version)
            let endonym = Pages.Language(tag: latest.language.rawValue)?.endonym ?? latest.language.rawValue
            let title = t("text.version", ["language": endonym, "number": "\(latest.version)"])
            texts.append(
                SignaturePage.Wording(
                    title: title, language: latest.language.rawValue,
                    paragraphs: (whole?.body?.string ?? "").split(separator: "\n").map(String.init)))
            facts.items.append(.text("SHA-256, \(title)", latest.sha256))
            hidden.append(HiddenField("texts", latest.sha256))
        }
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.text("title", label: t("signature.office"), hint: t("signature.office_hint"), limit: 500),
            input.checkbox("is_entitled", label: t("signature.entitled"), statement: t("signature.statement")),
        ]
        let model = SignaturePage(
            header: PageHeader(
                title: t("signature.title"), kind: mou.title.text(for: words.spoken),
                lede: "\(t("signature.lede")) \(binds)",
                actions: [.link(t("signature.refuse"), "/partner/agreements/\(id)/signature/refusal")]),
            notice: texts.isEmpty ? t("signature.no_text") : nil, texts: texts,
            form: Form(
                action: "/partner/agreements/\(id)/signature", sections: [FormSection(fields: fields)],
                submit: t("signature.submit"), texts: t, hidden: hidden,
                cancel: LinkText(t("form.cancel"), "/partner/agreements/\(id)"),
                problem: problem?.sentence(besides: fields)),
            facts: facts)
        return HTML(
            bytes: try PageTemplate.signature.render(model, in: frame(t("signature.title"), of: mou, viewer, words)))
    }

    private func refusalPage<P, B>(
        for call: FormCall<P, B>, of id: MoU.ID, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let mou = try await call.reader.mou(id) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let words = MoUWords(t: t, isForParty: true)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [input.area("reason", label: t("signature.reason"), hint: t("signature.reason_hint"), limit: 500)]
        let model = MoUFormPage(
            header: PageHeader(
                title: t("signature.refuse"), kind: mou.title.text(for: words.spoken), lede: t("signature.refusal_lede")
            ),
            form: Form(
                action: "/partner/agreements/\(id)/signature/refusal", sections: [FormSection(fields: fields)],
                submit: t("signature.refusal_submit"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                cancel: LinkText(t("form.cancel"), "/partner/agreements/\(id)/signature"),
                problem: problem?.sentence(besides: fields)))
        return HTML(
            bytes: try PageTemplate.form.render(model, in: frame(t("signature.refuse"), of: mou, viewer, words)))
    }

    private func frame(_ title: String, of mou: MoU, _ viewer: Viewer, _ words: MoUWords) -> Frame {
        Frame(
            title: title, site: site, viewer: viewer, current: "agreements",
            breadcrumbs: [
                Breadcrumb(words.t("agreements.title"), "/partner/agreements"),
                Breadcrumb(mou.title.text(for: words.spoken), "/partner/agreements/\(mou.id)"),
            ])
    }
}

/// What a person of a party did about their signature, as the address of the page after it says.
enum OwnSignatureDone: String, Codable, CaseIterable {
    case signed, refused
}

struct PartnerMoUPath: Codable {
    let mou: MoU.ID
    let done: OwnSignatureDone?
}

/// The text that is to be signed, and the signature.
struct SignaturePage: ViewModel {
    /// A wording as it is agreed.
    struct Wording: ViewModel {
        var title: String
        var language: String
        var paragraphs: [String]
    }

    var header: PageHeader
    var notice: String?
    var texts: [Wording]
    var form: Form
    var facts: Facts
}

extension PageTemplate<SignaturePage> {
    static let signature = PageTemplate("partnerships/signature", in: .partnerships)
}
