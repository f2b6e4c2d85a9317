package import API
package import Accounts
internal import Foundation
package import Institutions
internal import Letters
internal import Pages
package import Postgres
package import Programs
package import Vocabulary
internal import Wording

/// What a manager answers to a nomination.
package enum NominationAnswer: Sendable {
    /// Whoever is nominated is in the pool.
    case accept
    /// They are not, for a reason that the partner reads.
    case refuse(ShortText)
}

extension Transaction {
    /// Takes people into the pool of a stream, seating as reviewers those who hold no such seat.
    ///
    /// Throws `RowsRefused`, or not found; each is refused by `reviewers_join_a_pool_once`, `reviewers_hold_a_seat`,
    /// `pools_are_of_running_streams` and `reviewers_join_a_pool_for_days_to_come`.
    ///
    /// - Parameter until: their last day in the pool; nil for none.
    package func addToPool(
        _ people: [PoolCandidate], of stream: ProgramStream.ID, until: CalendarDate? = nil, _ mode: BulkMode,
        in tenant: Tenant.ID, by manager: Person.ID
    ) async throws -> [RowVerdict<PoolEntry>] {
        guard try await hasPool(stream) else { throw Problem.notFound }
        return try await each(
            of: people, inOrderOf: \.named, mode, at: "/people", constraints: ReviewsRoom.constraints
        ) {
            let entry = try await $0.seat($1, in: tenant)
            try await $0.insert(
                StreamReviewer.ID(), entry.person, intoPoolOf: stream, until: until, in: tenant, by: manager)
            return entry
        }
    }

    /// Finds who is meant, and seats as a reviewer whoever holds no such seat.
    private func seat(_ candidate: PoolCandidate, in tenant: Tenant.ID) async throws -> PoolEntry {
        switch candidate {
        case .known(let person): return PoolEntry(person: person, invitation: nil)
        case .address(let email, let name):
            if let known = try await reviewer(at: email.normalized) {
                return PoolEntry(person: known, invitation: nil)
            }
            guard let name else { throw Problem.invalid("/name", "Say what they are called.") }
            let seated = try await invite(
                email: email, name: name, as: Seat.ID(), role: .reviewer, at: tenant.uuid, in: tenant)
            return PoolEntry(person: seated.person, invitation: seated)
        }
    }

    /// Takes people out of the pool of a stream. The panels they sit on stay as they are.
    ///
    /// Throws `RowsRefused`, or not found.
    package func removeFromPool(
        _ people: [Person.ID], of stream: ProgramStream.ID, _ mode: BulkMode, by manager: Person.ID
    ) async throws -> [RowVerdict<Person.ID>] {
        guard try await hasPool(stream) else { throw Problem.notFound }
        return try await each(
            of: people, inOrderOf: \.self, mode, at: "/people", constraints: ReviewsRoom.constraints
        ) {
            guard try await $0.end($1, inPoolOf: stream, by: manager) else { throw Self.notInThePool }
            return $1
        }
    }

    /// Asks people of the pool of a round's streams onto its panel, each as `invitePanelist` does.
    ///
    /// Throws `ReviewRefusal.roundNotOpen` for a closed round, `.emptyPool` where there is nobody to ask, `RowsRefused`, or not
    /// found.
    ///
    /// - Parameters:
    ///   - people: whom; nil for all who were not asked yet.
    ///   - terms: what they are asked to take; languages and knowledge are those that somebody last said on a panel, and these
    ///     only of whoever has said none.
    /// - Returns: what came of each in the order named.
    package func invitePool(
        _ people: [Person.ID]? = nil, to round: ReviewRound.ID, _ terms: PanelTerms, _ mode: BulkMode,
        in tenant: Tenant.ID, by manager: Person.ID
    ) async throws -> [(person: Person.ID, verdict: RowVerdict<InvitedPanelist>)] {
        guard let found = try await self.round(round) else { throw Problem.notFound }
        guard found.status != .closed else { throw ReviewRefusal.roundNotOpen(.closed) }
        let pool = try await pool(for: round)
        let members = Dictionary(pool.map { ($0.person, $0) }, uniquingKeysWith: { first, _ in first })
        let asked = people ?? pool.filter { $0.answer == nil }.map(\.person)
        guard !asked.isEmpty else { throw ReviewRefusal.emptyPool }
        let verdicts = try await each(
            of: asked, inOrderOf: \.self, mode, at: "/people", constraints: ReviewsRoom.constraints
        ) {
            guard let member = members[$1], let email = EmailAddress(member.email) else { throw Self.notInThePool }
            let own = PanelTerms(
                least: terms.least, most: terms.most,
                languages: member.languages.isEmpty ? terms.languages : member.languages,
                focusAreas: member.focusAreas.isEmpty ? terms.focusAreas : member.focusAreas)
            return try await $0.invitePanelist(
                PanelInvitation(email: email, name: try Name(member.name), terms: own), to: round, in: tenant,
                by: manager)
        }
        return zip(asked, verdicts).map { ($0, $1) }
    }

    private static var notInThePool: Problem { .invalid("/person", "They are not in the pool.") }

    // MARK: Nominations

    /// Nominates people of a partner's own staff for the pool of a stream in which it takes part.
    ///
    /// Throws `RowsRefused`, or not found; each is refused by `reviewers_join_a_pool_once`, `pools_are_of_running_streams`,
    /// `partners_nominate_for_their_own_streams`, `partners_nominate_under_their_agreement` and
    /// `partners_nominate_their_own_staff`.
    package func nominateReviewers(
        _ people: [Person.ID], for stream: ProgramStream.ID, as partner: Institution.ID,
        _ mode: BulkMode = .allOrNothing, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> [RowVerdict<Person.ID>] {
        guard try await hasPool(stream) else { throw Problem.notFound }
        return try await each(
            of: people, inOrderOf: \.self, mode, at: "/people", constraints: ReviewsRoom.constraints
        ) {
            try await $0.insertNomination(
                StreamReviewer.ID(), of: $1, for: stream, as: partner, in: tenant, by: person)
            return $1
        }
    }

    /// Accepts a nomination: whoever was nominated is in the pool, and holds a reviewer's seat from now on.
    ///
    /// Throws `ReviewRefusal.nominationAnswered`, or not found; refused by `nominees_are_still_of_the_staff` and
    /// `pools_are_of_running_streams`.
    package func acceptNomination(
        _ id: StreamReviewer.ID, in tenant: Tenant.ID, by manager: Person.ID
    ) async throws -> StreamReviewer {
        guard let nomination = try await lockNomination(id) else { throw Problem.notFound }
        guard nomination.status == .nominated else { throw ReviewRefusal.nominationAnswered }
        guard let email = EmailAddress(nomination.email) else { throw Problem.notFound }
        if try await reviewer(at: email.normalized) == nil {
            _ = try await invite(
                email: email, name: try Name(nomination.name), as: Seat.ID(), role: .reviewer, at: tenant.uuid,
                in: tenant)
        }
        try await recordAcceptance(ofNomination: id, by: manager)
        try await tell(of: nomination, isAccepted: true)
        guard let accepted = try await streamReviewer(id) else { throw Problem.notFound }
        return accepted
    }

    /// Refuses a nomination for a reason that the partner reads.
    ///
    /// Throws `ReviewRefusal.nominationAnswered`, or not found.
    package func refuseNomination(
        _ id: StreamReviewer.ID, because reason: ShortText, by manager: Person.ID
    ) async throws -> StreamReviewer {
        guard let nomination = try await lockNomination(id) else { throw Problem.notFound }
        guard nomination.status == .nominated else { throw ReviewRefusal.nominationAnswered }
        try await recordRefusal(ofNomination: id, because: reason, by: manager)
        try await tell(of: nomination, isAccepted: false)
        guard let refused = try await streamReviewer(id) else { throw Problem.notFound }
        return refused
    }

    /// Answers several nominations for the pool of a stream.
    ///
    /// Throws `RowsRefused`, or not found.
    package func answerNominations(
        _ ids: [StreamReviewer.ID], of stream: ProgramStream.ID, _ answer: NominationAnswer, _ mode: BulkMode,
        in tenant: Tenant.ID, by manager: Person.ID
    ) async throws -> [RowVerdict<StreamReviewer.ID>] {
        guard try await hasPool(stream) else { throw Problem.notFound }
        return try await each(
            of: ids, inOrderOf: \.self, mode, at: "/nominations", constraints: ReviewsRoom.constraints
        ) {
            guard try await $0.streamReviewer($1)?.stream == stream else { throw Problem.notFound }
            return switch answer {
            case .accept: try await $0.acceptNomination($1, in: tenant, by: manager).id
            case .refuse(let reason): try await $0.refuseNomination($1, because: reason, by: manager).id
            }
        }
    }

    /// Takes a nomination back, or a reviewer of the partner's own out of the pool.
    ///
    /// Throws `ReviewRefusal.nominationAnswered` once it was refused or has ended, or not found.
    package func withdrawNomination(_ id: StreamReviewer.ID, by person: Person.ID) async throws -> StreamReviewer {
        guard let nomination = try await lockNomination(id) else { throw Problem.notFound }
        guard nomination.status == .nominated || nomination.status == .member else {
            throw ReviewRefusal.nominationAnswered
        }
        try await recordWithdrawal(ofNomination: id, by: person)
        guard let withdrawn = try await streamReviewer(id) else { throw Problem.notFound }
        return withdrawn
    }

    /// Tells whoever nominated somebody what became of it.
    private func tell(of nomination: StreamReviewer, isAccepted: Bool) async throws {
        guard let nominator = try await nominator(of: nomination.id) else { return }
        let letter = NewLetter(.notice, to: nominator, about: Letter.Topic("stream", nomination.stream)) { reader in
            let t = PageKit.reviews.texts(in: reader.pageLanguage)
            let names = [
                "name": LetterText.quoted(reader.name), "person": LetterText.quoted(nomination.name),
                "stream": LetterText.quoted(nomination.streamName.text(for: Vocabulary.Language(reader.pageLanguage))),
            ]
            return try LetterText(
                subject: isAccepted
                    ? t("letter.nomination_accepted_subject", names) : t("letter.nomination_refused_subject", names),
                paragraphs: [
                    t("letter.salutation", names),
                    isAccepted ? t("letter.nomination_accepted", names) : t("letter.nomination_refused", names),
                ],
                action: LetterText.Action(
                    Name(t("letter.open_stream")), to: "/partner/streams/\(nomination.stream)"))
        }
        try await writeLetter(letter, held: false)
    }
}
