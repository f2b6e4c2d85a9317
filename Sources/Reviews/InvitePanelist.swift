internal import API
package import Accounts
internal import Foundation
internal import Letters
internal import Pages
package import Postgres
package import Vocabulary
internal import Wording

/// Who was asked onto a panel, and how they come in if they have no account yet.
package struct InvitedPanelist: Sendable {
    /// Who was asked.
    package let person: Person.ID
    /// How somebody who was seated with this invitation comes in; nil for who held a reviewer's seat before.
    package let invitation: Invitation?
}

extension Transaction {
    /// Asks somebody onto the panel of a round, by letter, and seats them as a reviewer if they hold no such seat.
    ///
    /// Not found when there is no such round; throws `ReviewRefusal.roundNotOpen` for a closed one; refused by the
    /// constraints `panel_members_pkey`, `panels_have_one_chair`, `panel_load_runs_upward` and
    /// `panel_members_read_a_language`.
    package func invitePanelist(
        _ invitation: PanelInvitation, to id: ReviewRound.ID, in tenant: Tenant.ID, by manager: Person.ID
    ) async throws -> InvitedPanelist {
        guard let round = try await round(id) else { throw Problem.notFound }
        guard round.status != .closed else { throw ReviewRefusal.roundNotOpen(.closed) }
        var invited: InvitedPanelist
        if let known = try await reviewer(at: invitation.email.normalized) {
            invited = InvitedPanelist(person: known, invitation: nil)
        } else {
            let seated = try await invite(
                email: invitation.email, name: invitation.name, as: Seat.ID(), role: .reviewer, at: tenant.uuid,
                in: tenant)
            invited = InvitedPanelist(person: seated.person, invitation: seated)
        }
        try await insert(
            invited.person, into: id, chairs: invitation.isChair, invitation.terms, in: tenant, by: manager)
        try await ask(invited.person, onto: round)
        return invited
    }

    /// Asks by letter, which goes out at once: the manager has just looked.
    private func ask(_ person: Person.ID, onto round: ReviewRound) async throws {
        let letter = NewLetter(.reviewInvitation, to: person, about: Letter.Topic("round", round.id)) { reader in
            let t = PageKit.reviews.texts(in: reader.pageLanguage)
            let spoken = Vocabulary.Language(reader.pageLanguage)
            let names = [
                "name": LetterText.quoted(reader.name),
                "round": LetterText.quoted(round.name.text(for: spoken)),
                "call": LetterText.quoted(round.subject(for: spoken)),
                "due": reader.said(round.due.instant, in: round.due.zone),
            ]
            return try LetterText(
                subject: t("letter.invitation_subject", names),
                paragraphs: [
                    t("letter.salutation", names), t("letter.invitation", names), t("letter.invitation_answer"),
                ],
                action: LetterText.Action(Name(t("letter.answer")), to: "/reviews/rounds/\(round.id)/invitation"))
        }
        try await writeLetter(letter, held: false)
    }

    /// Changes what a panelist takes and knows. What they have been assigned stays theirs.
    ///
    /// Not found when they are not on the panel; refused by the constraints of `invitePanelist`.
    package func revisePanelist(
        _ person: Person.ID, of round: ReviewRound.ID, to terms: PanelTerms
    ) async throws {
        guard try await update(person, of: round, to: terms) else { throw Problem.notFound }
    }

    /// Takes somebody off a panel who has never been assigned anything there.
    ///
    /// Not found when they are not on it; refused by `review_assignments_tenant_id_round_id_person_id_fkey` when they
    /// have been assigned something.
    package func removePanelist(_ person: Person.ID, of round: ReviewRound.ID) async throws {
        guard try await delete(person, of: round) else { throw Problem.notFound }
    }

    /// Accepts an invitation onto a panel, taking fewer applications than asked for if `most` says so.
    ///
    /// Throws `ReviewRefusal.invitationAnswered`, or not found.
    package func acceptPanelInvitation(to round: ReviewRound.ID, taking most: Int?, by person: Person.ID) async throws {
        try await checkUnanswered(round, by: person)
        try await accept(round, by: person, taking: most)
    }

    /// Declines an invitation onto a panel.
    ///
    /// Throws `ReviewRefusal.invitationAnswered`, or not found.
    package func declinePanelInvitation(
        to round: ReviewRound.ID, because reason: ShortText?, by person: Person.ID
    ) async throws {
        try await checkUnanswered(round, by: person)
        try await decline(round, by: person, because: reason?.string)
    }

    private func checkUnanswered(_ round: ReviewRound.ID, by person: Person.ID) async throws {
        guard let mine = try await panel(of: round).first(where: { $0.person == person }) else {
            throw Problem.notFound
        }
        guard mine.answer == .invited else { throw ReviewRefusal.invitationAnswered }
    }
}
