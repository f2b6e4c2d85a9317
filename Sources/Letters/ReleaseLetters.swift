package import API
internal import Foundation
internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Lets a letter go that is held, or that failed before, once more. A job sends it when this transaction has committed.
    /// Letters that tell others of the same, with days that begin, go out with it.
    ///
    /// Throws `LetterRefusal.stays`, or not found.
    package func releaseLetter(_ id: Letter.ID) async throws {
        let others = try await lettersGoingOut(with: id)
        try await lockLetters(others + [id])
        guard let state = try await lockLetter(id) else { throw Problem.notFound }
        // Of several that are let go at once, one may have taken this with it.
        if state == .released, try await wasJustReleased(id) { return }
        let released = try await release([id] + others)
        guard released.contains(id) else { throw LetterRefusal.stays(state) }
        try await enqueue(contentsOf: released.map { SendLetter(letter: $0.uuid) })
    }

    /// Keeps a letter from going out. One that a mail server is being given at this moment is past that.
    ///
    /// Throws `LetterRefusal.stays`, or not found.
    package func cancelLetter(_ id: Letter.ID) async throws {
        guard let state = try await lockLetter(id) else { throw Problem.notFound }
        guard try await cancel([id]) == [id] else { throw LetterRefusal.stays(state) }
    }

    /// Does the same with several letters, or says what would come of it.
    ///
    /// Throws `RowsRefused`.
    package func handle(
        _ ids: [Letter.ID], _ step: LetterStep, _ mode: BulkMode
    ) async throws -> [RowVerdict<Letter.ID>] {
        // A letter that goes out may lock what it is about, as the beginning of an offer's days does: whoever else locks
        // several of those does so in the order of their ids, too.
        let topics = try await topics(of: ids)
        return try await each(
            of: ids, inOrderOf: { "\(topics[$0]?.uuidString ?? "") \($0.uuid)" }, mode, at: "/letters",
            constraints: LettersRoom.constraints
        ) {
            switch step {
            case .release: try await $0.releaseLetter($1)
            case .cancel: try await $0.cancelLetter($1)
            }
            return $1
        }
    }

    /// Keeps from going out whichever of some letters still can be kept.
    package func cancelLetters(_ ids: [Letter.ID]) async throws {
        try await lockLetters(ids)
        _ = try await cancel(ids)
    }
}
