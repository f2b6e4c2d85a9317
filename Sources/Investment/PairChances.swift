internal import Foundation
package import Institutions
package import Matching
package import Postgres
internal import Vocabulary

extension Transaction {
    /// How likely each of some investors wants to meet each of some startups, in billionths, by the engine and the model in use
    /// as things stand: an investor's best mandate counts. Pairs that no mandate of it admits are left out.
    ///
    /// What an investor has answered before keeps nobody out, since whom it is interested in it may well want to meet. Only for
    /// the service.
    package func chances(of startups: [Startup.ID], with investors: [Institution.ID]) async throws -> [Pair: Int] {
        let today = CalendarDate(now, in: .utc).daysSince1970
        var (mandates, _) = try await standingMandates(" AND m.investor_id = ANY (\(investors))", on: today)
        guard !mandates.isEmpty, !startups.isEmpty else { return [:] }
        for place in mandates.indices { mandates[place].excludedStartups = [] }
        let index = Index(
            World(
                today: today, startups: try await everyStartup(), mandates: mandates, deals: try await everyDeal(),
                areas: .standard), model: try await modelInUse())
        var (scores, proposed): ([Pair: Int], [Int]) = ([:], [])
        for mandate in mandates {
            for item in index.explain(mandate.key, startups.map(\.key)) {
                let pair = Pair(mandate.investor, item.startup)
                scores[pair] = max(scores[pair] ?? .min, item.explanation.score)
            }
            proposed += index.rank(mandate.key, limit: MatchRunRequest.usualLength).map(\.score)
        }
        let chances = Chances(of: proposed)
        return scores.mapValues { chances[$0] }
    }
}
