internal import Accounts
internal import Institutions
internal import Matching
internal import Postgres
internal import Vocabulary

extension LiveIndexes {
    /// What a startup could put otherwise to be among the best for more mandates, as of now; nil where the reader knows of no
    /// such startup, or, being a founder, asks about another than its own.
    ///
    /// Mandates count that would get a list today, caps apart: how much an investor has in hand is its own affair. So does
    /// everybody's, also of whom the startup has left out: hints that changed with the audience would tell, by leaving out one
    /// investor after the other, whose mandates they are.
    func hints(for id: Startup.ID, in tenant: Tenant.ID, by reader: some Statements) async throws -> Hints? {
        guard let startup = try await reader.startup(id), var facts = try await reader.hintFacts(of: id) else {
            return nil
        }
        let index = try await index(of: tenant)
        let mandates = try await mandatesTakingLists(in: tenant)
        let versions = Hint.versions(of: startup.profile, isShown: facts.isOptedIn)
        let length = MatchRunRequest.usualLength
        facts.audience = .everyone
        // Apart from the thread that answers: every mandate may have to be ranked.
        let prospects = try await withTaskExecutorPreference(globalConcurrentExecutor) { [facts] in
            try index.prospects(
                of: facts, as: versions.map { $0.of(facts) }, among: mandates.map(\.key), length: length)
        }
        return Hints(
            startup: id, engine: MatchRun.engine(index.model.version), length: length,
            items: Hint.best(of: versions, prospects, from: startup.profile.ask))
    }
}
