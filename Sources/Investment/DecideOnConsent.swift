internal import API
package import Accounts
package import Institutions
internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Says to which investors a startup may be shown for a purpose, from now on and at every door. A decision that stands
    /// already keeps its day.
    ///
    /// What an investor that is left out has asked for and nobody has consented to ends, as it does where the startup agrees
    /// to nothing any more. What the startup itself agreed to with one investor, an introduction or a grant of its data room,
    /// goes on. Where the park decides, the founders are written to. Throws `ConsentRefusal`, or not found.
    package func decideOnConsent(_ new: NewConsent, of startup: Startup.ID) async throws -> [Consent] {
        guard try await lockStartup(startup) != nil else { throw Problem.notFound }
        try new.check()
        let known = try await consents(of: startup)
        let standing = known.first { $0.purpose == new.purpose && $0.supersededAt == nil }
        guard !new.repeats(standing) else { return known }
        try await insert(new, of: startup)
        if new.purpose == .shortlists, let standing, standing.audience != .nobody {
            try await enqueue(CloseIntroductions())
        }
        let decided = try await consents(of: startup)
        if let consent = decided.first(where: { $0.purpose == new.purpose && $0.supersededAt == nil }),
            consent.decidedAs == .manager
        {
            try await enqueue(TellOfConsent(startup: startup.uuid, number: consent.number))
        }
        return decided
    }

    /// Lets founders find an investor by name, or no longer. Those that have named it keep that. Throws not found.
    package func showToFounders(
        _ investor: Institution.ID, _ isShown: Bool, by person: Person.ID
    ) async throws -> InvestorStanding {
        guard try await standing(of: investor) != nil else { throw Problem.notFound }
        if isShown { try await show(investor, by: person) } else { try await hide(investor) }
        guard let standing = try await standing(of: investor) else { throw Problem.notFound }
        return standing
    }
}
