internal import API
internal import Jobs
package import Postgres
package import Vocabulary

extension Transaction {
    /// Writes a letter into the outbox of the acting tenant, in the language of its reader.
    ///
    /// - Parameters:
    ///   - new: whom it is for and what it says.
    ///   - held: whether a manager looks at it before it goes out. Nothing goes out to applicants without a look, unless it
    ///     merely confirms what they did themselves.
    ///   - id: the letter's name.
    ///
    /// Refused by `letters_go_to_people_with_a_seat`; throws whatever `new.text` throws.
    @discardableResult
    package func writeLetter(_ new: NewLetter, held: Bool, as id: Letter.ID = Letter.ID()) async throws -> Letter.ID {
        guard let reader = try await letterReader(new.recipient) else {
            throw Problem.conflict("The recipient holds no seat in this workspace.")
        }
        // Who causes a letter may sit in another zone than who reads it.
        let text = try ReaderZone.$current.withValue(reader.timeZone) { try new.text(reader) }
        try await insert(id, new, text, in: reader.language, held: held)
        if !held { try await enqueue(SendLetter(letter: id.uuid)) }
        return id
    }

    /// Gives a held letter another subject and another body; what it said before is kept. Its link stays.
    ///
    /// - Parameter check: compares the letter as it is, locked, with what the writer has seen.
    ///
    /// Throws `LetterRefusal.notHeld`, or not found.
    package func rewriteLetter(
        _ id: Letter.ID, subject: ShortText, body: LongText, check: (Letter) throws -> Void = { _ in }
    ) async throws -> Letter {
        guard let state = try await lockLetter(id), let letter = try await letter(id) else { throw Problem.notFound }
        try check(letter)
        guard state == .held else { throw LetterRefusal.notHeld(state) }
        let text = LetterText(subject: subject, body: body, action: letter.text.action)
        // A form that was sent without a change is no wording of its own.
        guard text != letter.text else { return letter }
        try await addText(text, to: id)
        guard let rewritten = try await self.letter(id) else { throw Problem.notFound }
        return rewritten
    }
}
