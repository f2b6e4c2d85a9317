internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Lets letters go: those that are held, and those that failed before, once more. A job for each sends it when this
    /// transaction has committed.
    package func releaseLetters(_ ids: [Letter.ID]) async throws -> [LetterVerdict] {
        try await lockLetters(ids)
        let released = try await release(ids)
        try await enqueue(contentsOf: released.map { SendLetter(letter: $0.uuid) })
        return try await verdicts(on: ids, done: released)
    }

    /// Keeps letters from going out. One that a mail server is being given at this moment is past that.
    package func cancelLetters(_ ids: [Letter.ID]) async throws -> [LetterVerdict] {
        try await lockLetters(ids)
        return try await verdicts(on: ids, done: try await cancel(ids))
    }

    private func verdicts(on ids: [Letter.ID], done: [Letter.ID]) async throws -> [LetterVerdict] {
        let (done, states) = (Set(done), try await letterStates(ids))
        return ids.map { LetterVerdict(letter: $0, isDone: done.contains($0), state: states[$0]) }
    }
}
