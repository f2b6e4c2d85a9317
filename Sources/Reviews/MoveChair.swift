internal import API
package import Accounts
internal import Letters
internal import Pages
package import Postgres
internal import Vocabulary
internal import Wording

extension Transaction {
    /// Hands the chair of a panel to another of its members, who is told by letter, as is whoever had it: a chair who falls
    /// ill must not hold up the panel. What the former chair was assigned stays theirs; what they followed, they read no more.
    ///
    /// Not found when there is no such round or they are not on its panel; throws `ReviewRefusal.roundNotOpen` for a closed
    /// round and `.chairsAlready`; refused by the constraints `reviewers_have_accepted` and `reviewers_hold_a_seat`.
    package func moveChair(of id: ReviewRound.ID, to person: Person.ID) async throws {
        guard let round = try await lockRound(id) else { throw Problem.notFound }
        guard round.status != .closed else { throw ReviewRefusal.roundNotOpen(.closed) }
        let panel = try await panel(of: id)
        guard let next = panel.first(where: { $0.person == person }) else { throw Problem.notFound }
        guard !next.chairs else { throw ReviewRefusal.chairsAlready }
        try await seat(person, inChairOf: id)
        try await tell(person, .given, of: round)
        // Who has declined, or not answered, never had it.
        for former in panel where former.chairs { try await tell(former.person, .taken, of: round) }
    }

    private func tell(_ person: Person.ID, _ move: ChairMove, of round: ReviewRound) async throws {
        let letter = NewLetter(.notice, to: person, about: Letter.Topic("round", round.id)) { reader in
            let t = PageKit.reviews.texts(in: reader.pageLanguage)
            let spoken = Vocabulary.Language(reader.pageLanguage)
            let names = [
                "name": LetterText.quoted(reader.name), "round": LetterText.quoted(round.name.text(for: spoken)),
                "call": LetterText.quoted(round.subject(for: spoken)),
            ]
            return try LetterText(
                subject: t("letter.chair_subject", names),
                paragraphs: [t("letter.salutation", names), t("letter.chair.\(move.rawValue)", names)],
                action: LetterText.Action(Name(t("letter.go_on")), to: "/reviews"))
        }
        try await writeLetter(letter, held: false)
    }
}

/// What a move of the chair is to whoever is told.
private enum ChairMove: String {
    case given, taken
}
