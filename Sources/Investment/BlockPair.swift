internal import API
package import Accounts
package import Postgres

extension Transaction {
    /// Keeps a pair from being proposed, for one side of it or for the park, and ends the introduction that runs between the
    /// two.
    ///
    /// Row-level security refuses what one side would block for the other; the index `blocks_stand_once_a_side` refuses a
    /// second time.
    package func blockPair(_ new: NewBlock, by actor: IntroductionActor, as id: Block.ID) async throws -> Block {
        try await insert(new, by: actor, as: id)
        if let running = try await runningIntroduction(of: new.startup, with: new.investor) {
            try await endIntroduction(
                running, as: running.introducedAt == nil ? .unintroduced(by: actor.side) : .passed, by: actor,
                because: .blocked, note: nil)
        }
        guard let block = try await block(id) else { throw Problem.notFound }
        return block
    }

    /// Lets a pair be proposed again, as far as this side is concerned. Throws not found.
    package func liftBlock(_ id: Block.ID, by person: Person.ID) async throws {
        guard try await block(id) != nil, try await lift(id, by: person) else { throw Problem.notFound }
    }
}
