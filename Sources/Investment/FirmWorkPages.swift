internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary

/// What a firm's people tell each other on a startup's page.
struct FirmWorkPages {
    let site: Site

    var routes: [AnyRoute] { [recommend, refer] }

    private var recommend: AnyRoute {
        PageRoute(
            .post, "/shortlists/{shortlist}/items/{startup}/recommendations", "recommendForm",
            access: .roles([.investor]), parameters: ItemPath.self, body: NewRecommendation.self
        ) { call in
            let (path, person, id) = (call.parameters, try call.principal.personID, Recommendation.ID())
            return try await doing(call, .recommendation) { transaction in
                _ = try await transaction.recommend(
                    try call.decoded(), for: path.startup, of: path.shortlist, as: id, by: person)
            }
        }.erased
    }

    private var refer: AnyRoute {
        PageRoute(
            .post, "/shortlists/{shortlist}/items/{startup}/referrals", "referForm", access: .roles([.investor]),
            parameters: ItemPath.self, body: NewReferral.self
        ) { call in
            let (path, person, id) = (call.parameters, try call.principal.personID, Referral.ID())
            return try await doing(call, .referral) { transaction in
                _ = try await transaction.referStartup(
                    try call.decoded(), path.startup, of: path.shortlist, as: id, by: person)
            }
        }.erased
    }

    private func doing<B>(
        _ call: FormCall<ItemPath, B>, _ form: FirmWork.FirmForm,
        _ verb: @Sendable @escaping (Transaction) async throws -> Void
    ) async throws -> HTML {
        let path = call.parameters
        do {
            return try await call.write { transaction in
                try await verb(transaction)
                return .redirect(to: "/shortlists/\(path.shortlist)/items/\(path.startup)#firm")
            }
        } catch let refusal as FirmRefusal {
            return try await again(call, form, refusal.problem)
        } catch let problem as Problem where problem.kind == .invalid {
            return try await again(call, form, problem)
        }
    }

    private func again<B>(
        _ call: FormCall<ItemPath, B>, _ form: FirmWork.FirmForm, _ problem: Problem
    ) async throws -> HTML {
        try await ShortlistPages(site: site).itemPage(
            for: call, call.parameters, values: [:], problem: nil, firm: (form, call.fields, problem))
    }
}
