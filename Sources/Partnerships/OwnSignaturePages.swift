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

    var signingAmendment: AnyRoute {
        PageRoute(
            .get, "/partner/agreements/{mou}/amendments/{amendment}/signature", "partnerSignMoUAmendment",
            access: .roles([.partner]), parameters: AmendmentPath.self
        ) { call in
            let path = call.parameters
            guard let mou = try await call.reader.mou(path.mou) else { throw Problem.notFound }
            let amendment = try await call.reader.amendment(path.amendment, of: path.mou)
            let own = Institution.ID(try call.principal.actsFor)
            guard try await mou.asksToSign(amendment, for: own, call.reader) else {
                return .redirect(to: "/partner/agreements/\(path.mou)")
            }
            return try await signaturePage(for: call, of: path.mou, path.amendment, values: [:])
        }.erased
    }

    var signAmendment: AnyRoute {
        PageRoute(
            .post, "/partner/agreements/{mou}/amendments/{amendment}/signature", "signPartnerMoUAmendment",
            access: .roles([.partner]), parameters: AmendmentPath.self, body: OwnSignature.self
        ) { call in
            let (principal, path) = (try call.principal, call.parameters)
            let (tenant, party) = (try principal.workspace, Institution.ID(try principal.actsFor))
            return try await answering {
                let signature = try call.decoded()
                let read = try signature.read()
                return try await call.write { transaction in
                    try await transaction.signByOwnHand(
                        path.amendment, of: path.mou, having: read, as: signature.title, for: party, in: tenant,
                        by: principal.personID)
                    return .redirect(to: "/partner/agreements/\(path.mou)?done=amendment_signed")
                }
            } again: { problem in
                try await signaturePage(for: call, of: path.mou, path.amendment, values: call.fields, problem: problem)
            }
        }.erased
    }

    var refusingAmendment: AnyRoute {
        PageRoute(
            .get, "/partner/agreements/{mou}/amendments/{amendment}/signature/refusal",
            "partnerRefuseToSignMoUAmendment", access: .roles([.partner]), parameters: AmendmentPath.self
        ) { call in
            try await refusalPage(for: call, of: call.parameters.mou, call.parameters.amendment, values: [:])
        }.erased
    }

    var refuseAmendment: AnyRoute {
        PageRoute(
            .post, "/partner/agreements/{mou}/amendments/{amendment}/signature/refusal",
            "refuseToSignPartnerMoUAmendment", access: .roles([.partner]), parameters: AmendmentPath.self,
            body: SigningRefusal.self
        ) { call in
            let (principal, path) = (try call.principal, call.parameters)
            let party = Institution.ID(try principal.actsFor)
            return try await answering {
                let reason = try call.decoded().reason
                return try await call.write { transaction in
                    try await transaction.refuseToSign(
                        path.mou, amendment: path.amendment, because: reason, for: party, by: principal.personID)
                    return .redirect(to: "/partner/agreements/\(path.mou)?done=refused")
                }
            } again: { problem in
                try await refusalPage(for: call, of: path.mou, path.amendment, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func signaturePage<P, B>(
        for call: FormCall<P, B>, of id: MoU.ID, _ amendmentID: Amendment.ID? = nil, values: [String: [String]],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let mou = try await call.reader.mou(id) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let words = MoUWords(t: t, isForParty: true)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.text("title", label: t("signature.office"), hint: t("signature.office_hint"), limit: 500),
            input.checkbox("is_entitled", label: t("signature.entitled"), statement: t("signature.statement")),
        ]
        let shown =
            if let amendmentID {
                words.signing(try await call.reader.amendment(amendmentID, of: id), of: mou)
            } else { try await signing(mou, words, call.reader) }
        let address = MoU.signature(of: id, amendmentID)
        let model = SignaturePage(
            header: PageHeader(
                title: shown.title, kind: mou.title.text(for: words.spoken), lede: shown.lede,
                actions: [.link(t("signature.refuse"), MoU.refusal(of: id, amendmentID))]),
            notice: shown.notice, texts: shown.texts,
            form: Form(
                action: address, sections: [FormSection(fields: fields)], submit: t("signature.submit"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)] + shown.read,
                cancel: LinkText(t("form.cancel"), "/partner/agreements/\(id)"),
                problem: problem?.sentence(besides: fields)),
            facts: shown.facts)
        return HTML(bytes: try PageTemplate.signature.render(model, in: frame(shown.title, of: mou, viewer, words)))
    }

    /// An agreement as whoever signs it reads it.
    private func signing(_ mou: MoU, _ words: MoUWords, _ reader: some Statements) async throws -> ToBeSigned {
        let t = words.t
        var shown = ToBeSigned(
            title: t("signature.title"), lede: "\(t("signature.lede")) \(words.binding(mou))", facts: words.facts(mou))
        if let day = mou.term.effectiveOn { shown.read.append(HiddenField("effective_on", day.description)) }
        if let day = mou.term.endsOn { shown.read.append(HiddenField("ends_on", day.description)) }
        for latest in try await reader.texts(of: mou.id) where latest.isTheLast {
            let whole = try await reader.text(of: mou.id, in: latest.language, version: latest.version)
            let endonym = Pages.Language(tag: latest.language.rawValue)?.endonym ?? latest.language.rawValue
            let title = t("text.version", ["language": endonym, "number": "\(latest.version)"])
            shown.texts.append(
                SignaturePage.Wording(
                    title: title, language: latest.language.rawValue,
                    paragraphs: (whole?.body?.string ?? "").split(separator: "\n").map(String.init)))
            shown.facts.items.append(.text("SHA-256, \(title)", latest.sha256))
            shown.read.append(HiddenField("texts", latest.sha256))
        }
        if shown.texts.isEmpty { shown.notice = t("signature.no_text") }
        return shown
    }

    private func refusalPage<P, B>(
        for call: FormCall<P, B>, of id: MoU.ID, _ amendmentID: Amendment.ID? = nil, values: [String: [String]],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let mou = try await call.reader.mou(id) else { throw Problem.notFound }
        if let amendmentID { _ = try await call.reader.amendment(amendmentID, of: id) }
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
                action: MoU.refusal(of: id, amendmentID), sections: [FormSection(fields: fields)],
                submit: t("signature.refusal_submit"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                cancel: LinkText(t("form.cancel"), MoU.signature(of: id, amendmentID)),
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

/// What a person of a party did, as the address of the page after it says.
enum PartyDone: String, Codable, CaseIterable {
    case signed, refused
    case amendmentSigned = "amendment_signed"
    case coordinatorNamed = "coordinator_named"
}

extension MoU {
    /// Where a party's person signs an agreement, or an amendment of it.
    static func signature(of mou: MoU.ID, _ amendment: Amendment.ID?) -> SafeURL {
        amendment.map { "/partner/agreements/\(mou)/amendments/\($0)/signature" }
            ?? "/partner/agreements/\(mou)/signature"
    }

    /// Where they say that they do not.
    static func refusal(of mou: MoU.ID, _ amendment: Amendment.ID?) -> SafeURL {
        amendment.map { "/partner/agreements/\(mou)/amendments/\($0)/signature/refusal" }
            ?? "/partner/agreements/\(mou)/signature/refusal"
    }
}

/// What is to be signed, as its page shows it, and what the form sends of it as read.
struct ToBeSigned {
    var title: String
    var lede: String
    var notice: String?
    var texts: [SignaturePage.Wording] = []
    var facts: Facts
    var read: [HiddenField] = []
}

extension MoUWords {
    /// An amendment as whoever signs it reads it.
    func signing(_ amendment: Amendment, of mou: MoU) -> ToBeSigned {
        let title = t("amendment.own_title", ["number": "\(amendment.number)"])
        var facts = Facts(
            title: t("amendment.section"),
            [
                .text(t("fact.reference"), mou.reference.string),
                .time(t("amendment.effective"), TimeText(amendment.effectiveOn, in: language)),
            ])
        if let end = amendment.endsOn { facts.items.append(.time(t("amendment.ends"), TimeText(end, in: language))) }
        if let days = amendment.noticeDays { facts.items.append(.text(t("field.notice"), t("days", count: days))) }
        facts.items.append(.text("SHA-256", amendment.sha256))
        var shown = ToBeSigned(
            title: title,
            lede: t("amendment.own_lede", ["day": amendment.effectiveOn.text(in: language)]), facts: facts)
        shown.texts = [
            SignaturePage.Wording(
                title: t("amendment.words"), language: "",
                paragraphs: amendment.words.string.split(separator: "\n").map(String.init))
        ]
        shown.read = [
            HiddenField("texts", amendment.sha256), HiddenField("effective_on", amendment.effectiveOn.description),
        ]
        if let end = amendment.endsOn { shown.read.append(HiddenField("ends_on", end.description)) }
        return shown
    }
}

struct PartnerMoUPath: Codable {
    let mou: MoU.ID
    let done: PartyDone?
}

/// The text that is to be signed, and the signature.
struct SignaturePage: ViewModel {
    /// A wording as it is agreed.
    struct Wording: ViewModel {
        var title: String
        /// Its tag; empty where nobody has said.
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
