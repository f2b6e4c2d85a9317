import API
import Accounts
import Foundation
import Institutions
import Pages
import Postgres
import Vocabulary
import Wording

/// How the signatures of an agreement are recorded: of all parties in one go, or of each on its own day.
extension MoUConsole {
    var signing: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/signature", "consoleSignMoU", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            let mou = try await find(call.parameters.mou, call.reader)
            var values = [
                "signed_on": mou.asOf.description,
                "effective_on": [mou.asOf, mou.term.effectiveOn].compactMap(\.self).max()?.description ?? "",
                "ends_on": mou.term.endsOn?.description ?? "",
            ]
            for (index, party) in mou.parties.enumerated() {
                values["participants.\(index).kind"] = MoU.Participant.Kind.signatory.rawValue
                values["participants.\(index).institution"] = party.institution.description
            }
            return try await signatureForm(for: call, of: mou, values: values.mapValues { [$0] })
        }.erased
    }

    var sign: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/signature", "signConsoleMoU", access: .roles([.manager]),
            parameters: MoUPath.self, body: SignatureForm.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = call.parameters.mou
            let event = SigningEvent.ID()
            let mou = try await find(id, call.reader)
            return try await answering {
                let signing = try call.decoded().signing(newEvent: event)
                return try await call.write { transaction in
                    _ = try await transaction.signMoU(id, signing, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(id)?done=signed")
                }
            } again: { problem in
                try await signatureForm(for: call, of: mou, values: call.fields, problem: problem)
            }
        }.erased
    }

    var partySigning: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/parties/{party}/signature", "consoleSignMoUForParty",
            access: .roles([.manager]), parameters: MoUPartyPath.self
        ) { call in
            let (id, party) = (call.parameters.mou, call.parameters.party)
            let mou = try await find(id, call.reader)
            guard mou.parties.contains(where: { $0.institution == party }) else { throw Problem.notFound }
            let values = [
                "signed_on": mou.asOf.description, "effective_on": mou.term.effectiveOn?.description ?? "",
                "ends_on": mou.term.endsOn?.description ?? "",
                "participants.0.kind": MoU.Participant.Kind.signatory.rawValue,
                "participants.0.institution": party.description,
            ]
            return try await signatureForm(for: call, of: mou, party: party, values: values.mapValues { [$0] })
        }.erased
    }

    var signForParty: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/parties/{party}/signature", "signConsoleMoUForParty",
            access: .roles([.manager]), parameters: MoUPartyPath.self, body: SignatureForm.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, party) = (call.parameters.mou, call.parameters.party)
            let event = SigningEvent.ID()
            let mou = try await find(id, call.reader)
            return try await answering {
                let signing = try call.decoded().partySigning(newEvent: event)
                return try await call.write { transaction in
                    _ = try await transaction.signMoU(id, for: party, signing, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(id)?done=signed")
                }
            } again: { problem in
                try await signatureForm(for: call, of: mou, party: party, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func signatureForm<P, B>(
        for call: FormCall<P, B>, of mou: MoU, party: Institution.ID? = nil, values: [String: [String]],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let spoken = Vocabulary.Language(viewer.language)
        let names = try await call.reader.institutionNames(mou.parties.map(\.institution))
        let parties = mou.parties.map { party in
            (value: party.institution.description, label: names[party.institution]?.text(for: spoken) ?? "")
        }
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let sections = MoUFormSections(t: t, input: input, institutions: parties)
            .signature(
                participants: max(party == nil ? mou.parties.count + 2 : 3, Self.rows("participants", in: values)),
                isOfOneParty: party != nil, spoken: spoken)
        let name = party.map { names[$0]?.text(for: spoken) ?? t("institution.unnamed") }
        let model = MoUFormPage(
            header: PageHeader(
                title: name.map { t("sign.party_title", ["party": $0]) } ?? t("sign.title"),
                kind: mou.title.text(for: spoken), lede: party == nil ? t("sign.lede") : t("sign.party_lede")),
            form: Form(
                action: party.map { "/console/mous/\(mou.id)/parties/\($0)/signature" }
                    ?? "/console/mous/\(mou.id)/signature", sections: sections, submit: t("sign.submit"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                cancel: LinkText(t("form.cancel"), "/console/mous/\(mou.id)"),
                draft: "mou-signature-\(mou.id)\(party.map { "-\($0)" } ?? "")",
                problem: problem?.sentence(besides: sections.flatMap(\.fields))))
        return try HTML(
            bytes: PageTemplate.form.render(model, in: frame(t("sign.title"), of: mou, viewer, t)))
    }
}
