internal import API
package import Accounts
package import Foundation
internal import Letters
internal import Pages
package import Postgres
package import Vocabulary
internal import Wording

/// That reviews of an open round are due at another moment than was said before.
package struct DueMove: Sendable, Equatable {
    /// When it was moved.
    package let at: Date
    /// By whom; nil for a reviewer, who need not know.
    package let personName: String?
    /// When reviews were due before.
    package let was: Date
    /// When they are due since.
    package let due: Date
    /// Why; everybody on the panel reads it.
    package let reason: ShortText
}

/// Somebody on a panel who counts on the moment at which reviews are due.
struct DueReader: Sendable {
    let person: Person.ID
    /// How many reviews they still owe.
    let pending: Int
    /// Whether they have not answered the invitation that named the moment.
    let isInvited: Bool
}

extension Transaction {
    /// Moves the moment at which the reviews of an open round are due, later or earlier, and says why. Whoever owes a review or
    /// has an invitation to answer is told by letter, and of an earlier moment everybody who may still be given something:
    /// nothing that was promised is taken back unsaid. Reminders go by the new moment, and those of the former one are over.
    ///
    /// Throws what `matching` throws, which looks at what is being replaced; `ReviewRefusal.roundNotOpen`, `.dueStands`,
    /// `.dueHasPassed` and `.ownStartupApplied`; or not found.
    package func moveDue(
        of id: ReviewRound.ID, to moment: Deadline, because reason: ShortText, by person: Person.ID,
        matching: () async throws -> Void
    ) async throws -> ReviewRound {
        guard var round = try await lockRound(id) else { throw Problem.notFound }
        try await matching()
        let was = round.due
        try round.move(due: moment, at: now)
        try await checkNoneIsTheirOwn(in: round)
        try await insertMove(of: round, because: reason, by: person)
        try await saveDue(of: round)
        for reader in try await readersOfDue(of: id, isEarlier: moment.instant < was.instant) {
            try await tell(reader, of: round, was: was, because: reason)
        }
        return round
    }

    private func tell(
        _ told: DueReader, of round: ReviewRound, was: Deadline, because reason: ShortText
    ) async throws {
        let letter = NewLetter(.notice, to: told.person, about: Letter.Topic("round", round.id)) { reader in
            let t = PageKit.reviews.texts(in: reader.pageLanguage)
            let spoken = Vocabulary.Language(reader.pageLanguage)
            func said(_ due: Deadline) -> String { reader.said(due.instant, in: due.zone) }
            let names = [
                "name": LetterText.quoted(reader.name), "round": LetterText.quoted(round.name.text(for: spoken)),
                "call": LetterText.quoted(round.subject(for: spoken)), "due": said(round.due), "was": said(was),
                "reason": LetterText.quoted(reason.string),
            ]
            return try LetterText(
                subject: t("letter.due_moved_subject", names),
                paragraphs: [
                    t("letter.salutation", names),
                    round.due.instant < was.instant
                        ? t("letter.due_moved.earlier", names) : t("letter.due_moved.later", names),
                    t("letter.due_moved_why", names),
                ] + (told.pending > 0 ? [t("letter.reminder_pending", count: told.pending)] : []),
                action: told.isInvited
                    ? LetterText.Action(Name(t("letter.answer")), to: "/reviews/rounds/\(round.id)/invitation")
                    : LetterText.Action(Name(t("letter.go_on")), to: "/reviews"))
        }
        try await writeLetter(letter, held: false)
    }
}
