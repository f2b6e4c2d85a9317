internal import API
internal import Accounts
internal import Institutions
internal import Postgres
internal import Vocabulary

/// What a firm's people recommend and refer among themselves, by API.
enum FirmWorkAPI {
    static let operations: [AnyOperation] = [listRecommendations, recommend, listReferrals, refer]

    private static var listRecommendations: AnyOperation {
        Operation(
            .get, "/v1/shortlists/{shortlist}/items/{startup}/recommendations", "listRecommendations",
            summary: "What one's firm's people recommend for a startup of a list, the earliest first",
            tag: "investment", access: .roles([.investor]), parameters: ItemPath.self, output: Recommendations.self,
            problems: [.notFound]
        ) { call in
            let path = call.parameters
            try await checkItem(path, call.reader)
            return .ok(
                Recommendations(
                    items: try await call.reader.recommendations(on: path.shortlist, startup: path.startup)))
        }.erased
    }

    private static var recommend: AnyOperation {
        Operation(
            .post, "/v1/shortlists/{shortlist}/items/{startup}/recommendations", "recommendAnswer",
            summary: "Recommend to one's firm what to answer to a startup",
            description: "No answer: a principal or a delegate gives that.", tag: "investment",
            access: .roles([.investor]), parameters: ItemPath.self, body: NewRecommendation.self,
            output: Recommendation.self, problems: [.notFound]
        ) { call in
            let (path, person, id) = (call.parameters, try call.principal.personID, Recommendation.ID())
            return try await call.write { transaction in
                .ok(
                    try await transaction.recommend(
                        call.body, for: path.startup, of: path.shortlist, as: id, by: person))
            }
        }.erased
    }

    private static var listReferrals: AnyOperation {
        Operation(
            .get, "/v1/shortlists/{shortlist}/items/{startup}/referrals", "listReferrals",
            summary: "Who of one's firm was asked to look at a startup of a list, the earliest first",
            tag: "investment", access: .roles([.investor]), parameters: ItemPath.self, output: Referrals.self,
            problems: [.notFound]
        ) { call in
            let path = call.parameters
            try await checkItem(path, call.reader)
            return .ok(
                Referrals(items: try await call.reader.referrals(on: path.shortlist, startup: path.startup)))
        }.erased
    }

    private static var refer: AnyOperation {
        Operation(
            .post, "/v1/shortlists/{shortlist}/items/{startup}/referrals", "referStartup",
            summary: "Ask a colleague of one's firm to look at a startup",
            description: "The colleague is written to. The proposal's time to answer goes on.", tag: "investment",
            access: .roles([.investor]), parameters: ItemPath.self, body: NewReferral.self, output: Referral.self,
            problems: [.notFound]
        ) { call in
            let (path, person, id) = (call.parameters, try call.principal.personID, Referral.ID())
            return try await call.write { transaction in
                .ok(
                    try await transaction.referStartup(
                        call.body, path.startup, of: path.shortlist, as: id, by: person))
            }
        }.erased
    }

    private static func checkItem(_ path: ItemPath, _ reader: some Statements) async throws {
        guard try await reader.actingFirmRole() != nil,
            try await reader.item(path.startup, of: path.shortlist) != nil
        else { throw Problem.notFound }
    }
}

struct Recommendations: Codable {
    let items: [Recommendation]
}

struct Referrals: Codable {
    let items: [Referral]
}

extension Recommendation: Described {
    package static var documentation: [String: String] { ["by": "Whose latest recommendation counts."] }
}

extension Referral: Described {
    package static var documentation: [String: String] { ["to": "Somebody of the same firm."] }
}
