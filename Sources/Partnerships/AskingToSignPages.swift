import API
import Accounts
import Foundation
import Institutions
import Pages
import Postgres
import Vocabulary
import Wording

/// Whom managers ask to sign an agreement by their own hand: who is asked at which party, and a form to ask one more.
extension MoUConsole {
    var signingRequests: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/signing-requests", "consoleMoUSigningRequests", access: .roles([.manager]),
            parameters: SigningRequestsQuery.self
        ) { call in
            try await signingRequestsPage(for: call, of: call.parameters.mou, done: call.parameters.done)
        }.erased
    }

    var askToSign: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/signing-requests", "askToSignConsoleMoU", access: .roles([.manager]),
            parameters: MoUPath.self, body: NewSigningRequest.self
        ) { call in
            let principal = try call.principal
            let (tenant, mou) = (try principal.workspace, call.parameters.mou)
            return try await answering {
                let request = try call.decoded()
                return try await call.write { transaction in
                    try await transaction.askToSign(
                        mou, request.seat, effectiveOn: request.effectiveOn, endsOn: request.endsOn, in: tenant,
                        by: principal.personID)
                    return .redirect(to: "/console/mous/\(mou)/signing-requests?done=asked")
                }
            } again: { problem in
                try await signingRequestsPage(for: call, of: mou, values: call.fields, problem: problem)
            }
        }.erased
    }

    var takeBackRequest: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/parties/{party}/signing-request/withdrawal", "takeBackConsoleMoUSigningRequest",
            access: .roles([.manager]), parameters: MoUPartyPath.self
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.takeBackRequest(toSign: path.mou, for: path.party)
                return .redirect(to: "/console/mous/\(path.mou)/signing-requests?done=taken_back")
            }
        }.erased
    }

    var amendmentRequests: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/amendments/{amendment}/signing-requests", "consoleMoUAmendmentSigningRequests",
            access: .roles([.manager]), parameters: AmendmentRequestsQuery.self
        ) { call in
            let path = call.parameters
            return try await signingRequestsPage(for: call, of: path.mou, path.amendment, done: path.done)
        }.erased
    }

    var askToSignAmendment: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/amendments/{amendment}/signing-requests", "askToSignConsoleMoUAmendment",
            access: .roles([.manager]), parameters: AmendmentPath.self, body: NewAmendmentSigningRequest.self
        ) { call in
            let principal = try call.principal
            let (tenant, path) = (try principal.workspace, call.parameters)
            return try await answering {
                let seat = try call.decoded().seat
                return try await call.write { transaction in
                    try await transaction.askToSign(
                        path.amendment, of: path.mou, seat, in: tenant, by: principal.personID)
                    return .redirect(
                        to: "/console/mous/\(path.mou)/amendments/\(path.amendment)/signing-requests?done=asked")
                }
            } again: { problem in
                try await signingRequestsPage(
                    for: call, of: path.mou, path.amendment, values: call.fields, problem: problem)
            }
        }.erased
    }

    var takeBackAmendmentRequest: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/amendments/{amendment}/parties/{party}/signing-request/withdrawal",
            "takeBackConsoleMoUAmendmentSigningRequest", access: .roles([.manager]),
            parameters: AmendmentPartyPath.self
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.takeBackRequest(toSign: path.mou, amendment: path.amendment, for: path.party)
                return .redirect(
                    to: "/console/mous/\(path.mou)/amendments/\(path.amendment)/signing-requests?done=taken_back")
            }
        }.erased
    }

    private func signingRequestsPage<P, B>(
        for call: FormCall<P, B>, of id: MoU.ID, _ amendmentID: Amendment.ID? = nil, done: SigningRequestDone? = nil,
        values: [String: [String]] = [:], problem: FormProblem? = nil
    ) async throws -> HTML {
        let mou = try await find(id, call.reader)
        let amendment: Amendment? =
            if let amendmentID { try await call.reader.amendment(amendmentID, of: id) } else { nil }
        let address: SafeURL =
            amendmentID.map { "/console/mous/\(id)/amendments/\($0)/signing-requests" }
            ?? "/console/mous/\(id)/signing-requests"
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let words = MoUWords(t: t, isForParty: false)
        let requests = try await call.reader.signingRequests(of: id, amendment: amendmentID)
        let signed = amendment?.signatures.map(\.institution) ?? mou.signatures.map(\.institution)
        let isOpen =
            amendment.map { mou.term.state == .signed && $0.isOpen(on: mou.asOf) } ?? (mou.term.state == .agreed)
        let names = try await call.reader.institutionNames(mou.parties.map(\.institution))
        let signatories =
            isOpen ? try await call.reader.possibleSignatories(of: id, amendment: amendmentID) : []
        var values = values
        if values.isEmpty {
            values["effective_on"] = [(mou.term.effectiveOn ?? mou.asOf).description]
            values["ends_on"] = [mou.term.endsOn?.description ?? ""]
        }
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let key = call.freshIdempotencyKey
        // What somebody has signed by their own hand, they read with its dates.
        let dates =
            amendment != nil || mou.bearsAHand
            ? []
            : [
                input.date("effective_on", label: t("field.effective_on"), hint: t("asking.dates_hint")),
                input.date("ends_on", label: t("field.ends_on"), hint: t("field.ends_hint"), isOptional: true),
            ]
        let fields =
            [
                input.select(
                    "seat", label: t("asking.person"),
                    options: signatories.map {
                        ($0.seat.description, "\($0.name), \(words.name($0.institution, in: names))")
                    })
            ] + dates
        let form = Form(
            action: address,
            sections: [FormSection(title: t("asking.ask"), fields: fields)], submit: t("asking.submit"), texts: t,
            hidden: [HiddenField("idempotency_key", key)], problem: problem?.sentence(besides: fields))
        let title =
            amendment.map { t("asking.amendment_title", ["number": "\($0.number)"]) } ?? t("asking.title")
        let model = MoUTablePage(
            header: PageHeader(
                title: title, kind: mou.title.text(for: words.spoken),
                lede: amendment == nil ? t("asking.lede") : t("asking.amendment_lede")),
            refusal: signatories.isEmpty
                ? problem.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) } : nil,
            notice: !isOpen
                ? (amendment == nil ? t("asking.not_now") : t("asking.amendment_not_now"))
                : signatories.isEmpty ? t("asking.nobody_left") : nil,
            table: Table(
                caption: title,
                columns: [
                    Table.Column(t("asking.person")), Table.Column(t("parties.name")), Table.Column(t("asking.asked")),
                    Table.Column(t("report.status")), Table.Column(t("asking.taking_back")),
                ],
                rows: requests.map { request in
                    let isSigned = signed.contains(request.institution)
                    return [
                        .text(request.personName ?? "–"), .text(words.name(request.institution, in: names)),
                        .time(TimeText(request.askedAt, in: mou.zone, language: t.language)),
                        .badge(Self.badge(request, isSigned: isSigned, t), note: request.reason?.string),
                        isSigned
                            ? .text("–")
                            : .action(
                                .post(
                                    t("asking.take_back"), withdrawal(of: request, of: id, amendmentID),
                                    hidden: [HiddenField("idempotency_key", "\(key)-\(request.institution)")])),
                    ]
                }, empty: EmptyState(title: t("asking.none"), text: t("asking.none_text"))),
            form: signatories.isEmpty ? nil : form)
        let frame = Frame(
            title: title, site: site, viewer: viewer, current: "mous",
            breadcrumbs: [
                Breadcrumb(t("list.title"), "/console/mous"),
                Breadcrumb(mou.title.text(for: words.spoken), "/console/mous/\(id)"),
            ], flash: done.map { FlashNotice(t("asked.\($0.rawValue)")) })
        return HTML(bytes: try PageTemplate.table.render(model, in: frame))
    }

    private func withdrawal(
        of request: SigningRequest, of mou: MoU.ID, _ amendment: Amendment.ID?
    ) -> SafeURL {
        let party = request.institution
        return amendment.map { "/console/mous/\(mou)/amendments/\($0)/parties/\(party)/signing-request/withdrawal" }
            ?? "/console/mous/\(mou)/parties/\(party)/signing-request/withdrawal"
    }

    private static func badge(_ request: SigningRequest, isSigned: Bool, _ t: Texts) -> Badge {
        isSigned
            ? Badge(t("asking.signed"), .success)
            : request.refusedAt == nil ? Badge(t("asking.waiting"), .info) : Badge(t("asking.refused"), .danger)
    }
}

/// What was just done with a request, as the address of the page after it says.
enum SigningRequestDone: String, Codable, CaseIterable {
    case asked
    case takenBack = "taken_back"
}

struct SigningRequestsQuery: Codable {
    let mou: MoU.ID
    let done: SigningRequestDone?
}

struct AmendmentRequestsQuery: Codable {
    let mou: MoU.ID
    let amendment: Amendment.ID
    let done: SigningRequestDone?
}
