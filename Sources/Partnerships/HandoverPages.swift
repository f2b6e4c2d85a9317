import API
import Accounts
import Foundation
import Institutions
import Pages
import Postgres
import Vocabulary
import Wording

/// Where managers name who answers for an agreement, and a party's staff who coordinates it at their institution.
struct HandoverPages {
    let site: Site

    var routes: [AnyRoute] {
        [coordinator, nameCoordinator, reviewer, nameReviewer, ownCoordinator, nameOwnCoordinator]
    }

    private var coordinator: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/parties/{party}/coordinator", "consoleMoUCoordinator",
            access: .roles([.manager]), parameters: MoUPartyPath.self
        ) { call in
            let path = call.parameters
            return try await page(for: call, of: path.mou, .coordinator(path.party))
        }.erased
    }

    private var nameCoordinator: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/parties/{party}/coordinator", "nameConsoleMoUCoordinator",
            access: .roles([.manager]), parameters: MoUPartyPath.self, body: SuccessorBody.self
        ) { call in
            let path = call.parameters
            return try await answering {
                let name = try call.decoded().name
                return try await call.write { transaction in
                    _ = try await transaction.nameCoordinator(name, of: path.party, of: path.mou) {
                        try call.match(try await transaction.view(of: $0))
                    }
                    return .redirect(to: "/console/mous/\(path.mou)?done=coordinator_named")
                }
            } again: { problem in
                try await page(for: call, of: path.mou, .coordinator(path.party), problem)
            }
        }.erased
    }

    private var reviewer: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/legal-reviewer", "consoleMoULegalReviewer", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            try await page(for: call, of: call.parameters.mou, .legalReviewer)
        }.erased
    }

    private var nameReviewer: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/legal-reviewer", "nameConsoleMoULegalReviewer", access: .roles([.manager]),
            parameters: MoUPath.self, body: SuccessorBody.self
        ) { call in
            let id = call.parameters.mou
            return try await answering {
                let name = try call.decoded().name
                return try await call.write { transaction in
                    _ = try await transaction.nameLegalReviewer(name, of: id) {
                        try call.match(try await transaction.view(of: $0))
                    }
                    return .redirect(to: "/console/mous/\(id)?done=reviewer_named")
                }
            } again: { problem in
                try await page(for: call, of: id, .legalReviewer, problem)
            }
        }.erased
    }

    private var ownCoordinator: AnyRoute {
        PageRoute(
            .get, "/partner/agreements/{mou}/coordinator", "partnerMoUCoordinator", access: .roles([.partner]),
            parameters: MoUPath.self
        ) { call in
            let own = Institution.ID(try call.principal.actsFor)
            return try await page(for: call, of: call.parameters.mou, .coordinator(own), isForParty: true)
        }.erased
    }

    private var nameOwnCoordinator: AnyRoute {
        PageRoute(
            .post, "/partner/agreements/{mou}/coordinator", "namePartnerMoUCoordinator", access: .roles([.partner]),
            parameters: MoUPath.self, body: SuccessorBody.self
        ) { call in
            let (id, own) = (call.parameters.mou, Institution.ID(try call.principal.actsFor))
            return try await answering {
                let name = try call.decoded().name
                return try await call.write { transaction in
                    _ = try await transaction.nameCoordinator(name, of: own, of: id) {
                        try call.match(try await transaction.view(of: $0))
                    }
                    return .redirect(to: "/partner/agreements/\(id)?done=coordinator_named")
                }
            } again: { problem in
                try await page(for: call, of: id, .coordinator(own), problem, isForParty: true)
            }
        }.erased
    }

    /// What somebody answers for.
    private enum Part {
        case coordinator(Institution.ID)
        case legalReviewer
    }

    /// The form, filled in with who answers now, or as it was sent.
    private func page<P, B>(
        for call: FormCall<P, B>, of id: MoU.ID, _ part: Part, _ problem: FormProblem? = nil, isForParty: Bool = false
    ) async throws -> HTML {
        guard let mou = try await call.reader.mou(id) else { throw Problem.notFound }
        let (path, incumbent): (String, Name?)
        switch part {
        case .coordinator(let institution):
            guard let party = mou.parties.first(where: { $0.institution == institution })
            else { throw Problem.notFound }
            path = isForParty ? "coordinator" : "parties/\(institution)/coordinator"
            incumbent = party.coordinator
        case .legalReviewer: (path, incumbent) = ("legal-reviewer", mou.legalReviewer)
        }
        let names = try await call.reader.institutionNames(mou.parties.map(\.institution))
        let version = problem == nil ? try call.version(of: try await call.reader.view(of: mou)) : call.version
        let values = problem == nil ? ["name": [incumbent?.string ?? ""]] : call.fields
        let form = AgreementForm(site: site, isForParty: isForParty)
        return try await form.page(for: call, of: id, path, values: values, problem, version: version) { form in
            let (t, input) = (form.t, form.input)
            let title =
                switch part {
                case .coordinator(let institution):
                    t(
                        "handover.coordinator_title",
                        ["institution": names[institution]?.text(for: form.spoken) ?? t("institution.unnamed")])
                case .legalReviewer: t("handover.reviewer_title")
                }
            return AgreementForm.Contents(
                title, lede: t("handover.lede"), submit: t("handover.submit"),
                [input.text("name", label: t("handover.name"), hint: t("handover.name_hint"), limit: 200)])
        }
    }
}
