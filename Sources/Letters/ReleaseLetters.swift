internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Lets letters go: those that are held, and those that failed before, once more. A job for each sends it when this
    /// transaction has committed.
    ///
    /// Throws `LettersRefused` when `asOne` and not all of them go; otherwise those that cannot stay as they are.
    package func releaseLetters(_ ids: [Letter.ID], asOne: Bool = false) async throws -> [LetterVerdict] {
        try await lockLetters(ids)
        let released = try await release(ids)
        try await enqueue(contentsOf: released.map { SendLetter(letter: $0.uuid) })
        return try await verdicts(on: ids, done: released, asOne: asOne)
    }

    /// Keeps letters from going out. One that a mail server is being given at this moment is past that.
    ///
    /// Throws `LettersRefused` when `asOne` and not all of them can be kept.
    package func cancelLetters(_ ids: [Letter.ID], asOne: Bool = false) async throws -> [LetterVerdict] {
        try await lockLetters(ids)
        return try await verdicts(on: ids, done: try await cancel(ids), asOne: asOne)
    }

    private func verdicts(on ids: [Letter.ID], done: [Letter.ID], asOne: Bool) async throws -> [LetterVerdict] {
        let verdicts = try await verdicts(on: ids, done: done)
        guard !asOne || verdicts.allSatisfy(\.isDone) else { throw LettersRefused(verdicts: verdicts) }
        return verdicts
    }
}

extension Statements {
    /// What releasing or cancelling would do to each of some letters, in the order asked. Nothing changes.
    package func verdicts(on ids: [Letter.ID], rehearsing step: LetterStep) async throws -> [LetterVerdict] {
        try await verdicts(on: ids, done: try await letters(ids, ready: step))
    }

    fileprivate func verdicts(on ids: [Letter.ID], done: [Letter.ID]) async throws -> [LetterVerdict] {
        let (done, states) = (Set(done), try await letterStates(ids))
        return ids.map { LetterVerdict(letter: $0, isDone: done.contains($0), state: states[$0]) }
    }
}
