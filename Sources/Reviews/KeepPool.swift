internal import API
package import Accounts
internal import Foundation
package import Institutions
internal import Letters
internal import Pages
package import Postgres
package import Programs
package import Vocabulary
internal import Wording

extension Transaction {
    /// Takes people into the pool of a stream, seating as reviewers those who hold no such seat, or says what would come of it.
    ///
    /// Throws `PeopleRefused` in the mode `allOrNothing`, or not found; each is refused by `reviewers_join_a_pool_once`,
    /// `reviewers_hold_a_seat`, `pools_are_of_running_streams` and `reviewers_join_a_pool_for_days_to_come`.
    ///
    /// - Parameter until: their last day in the pool; nil for none.
    package func addToPool(
        _ people: [PoolCandidate], of stream: ProgramStream.ID, until: CalendarDate? = nil, _ mode: PeopleMode,
        in tenant: Tenant.ID, by manager: Person.ID
    ) async throws -> [PersonVerdict] {
        guard try await hasPool(stream) else { throw Problem.notFound }
        return try await eachPerson(people, mode, at: "/people") { transaction, candidate in
            var verdict = PersonVerdict(candidate)
            if case .address(let email, let name) = candidate {
                if let known = try await transaction.reviewer(at: email.normalized) {
                    verdict.person = known
                } else {
                    guard let name else { throw Problem.invalid("/name", "Say what they are called.") }
                    let seated = try await transaction.invite(
                        email: email, name: name, as: Seat.ID(), role: .reviewer, at: tenant.uuid, in: tenant)
                    (verdict.person, verdict.invitation) = (seated.person, seated)
                }
            }
            guard let person = verdict.person else { throw Problem.notFound }
            try await transaction.insert(
                StreamReviewer.ID(), person, intoPoolOf: stream, until: until, in: tenant, by: manager)
            return verdict
        }
    }

    /// Takes people out of the pool of a stream, or says what would come of it. The panels they sit on stay as they are.
    ///
    /// Throws `PeopleRefused` in the mode `allOrNothing`, or not found.
    package func removeFromPool(
        _ people: [Person.ID], of stream: ProgramStream.ID, _ mode: PeopleMode, by manager: Person.ID
    ) async throws -> [PersonVerdict] {
        let known = Dictionary(
            try await pool(of: stream).map { ($0.person, $0.name) }, uniquingKeysWith: { first, _ in first })
        guard try await hasPool(stream) else { throw Problem.notFound }
        return try await eachPerson(people, mode, at: "/people") { transaction, person in
            guard try await transaction.end(person, inPoolOf: stream, by: manager) else {
                throw Problem.invalid("/person", "They are not in the pool.")
            }
            return PersonVerdict(person: person, name: known[person])
        }
    }

    /// Asks people of the pool of a round's streams onto its panel, each as `invitePanelist` does, or says what would come of it.
    ///
    /// Throws `ReviewRefusal.roundNotOpen` for a closed round, `.emptyPool` where there is nobody to ask, `PeopleRefused` in the
    /// mode `allOrNothing`, or not found.
    ///
    /// - Parameters:
    ///   - people: whom; nil for all who were not asked yet.
    ///   - terms: what they are asked to take; languages and knowledge are those that somebody last said on a panel, and these
    ///     only of whoever has said none.
    package func invitePool(
        _ people: [Person.ID]? = nil, to round: ReviewRound.ID, _ terms: PanelTerms, _ mode: PeopleMode,
        in tenant: Tenant.ID, by manager: Person.ID
    ) async throws -> [PersonVerdict] {
        guard let found = try await self.round(round) else { throw Problem.notFound }
        guard found.status != .closed else { throw ReviewRefusal.roundNotOpen(.closed) }
        let pool = try await pool(for: round)
        let members = Dictionary(pool.map { ($0.person, $0) }, uniquingKeysWith: { first, _ in first })
        let asked = people ?? pool.filter { $0.answer == nil }.map(\.person)
        guard !asked.isEmpty else { throw ReviewRefusal.emptyPool }
        return try await eachPerson(asked, mode, at: "/people") { transaction, person in
            guard let member = members[person], let email = EmailAddress(member.email) else {
                throw Problem.invalid("/person", "They are not in the pool.")
            }
            let own = PanelTerms(
                least: terms.least, most: terms.most,
                languages: member.languages.isEmpty ? terms.languages : member.languages,
                focusAreas: member.focusAreas.isEmpty ? terms.focusAreas : member.focusAreas)
            let invited = try await transaction.invitePanelist(
                PanelInvitation(email: email, name: try Name(member.name), terms: own), to: round, in: tenant,
                by: manager)
            return PersonVerdict(person: person, name: member.name, invitation: invited.invitation)
        }
    }

    // MARK: Nominations

    /// Nominates people of a partner's own staff for the pool of a stream in which it takes part; all or none.
    ///
    /// Throws `PeopleRefused`, or not found; each is refused by `reviewers_join_a_pool_once`, `pools_are_of_running_streams`,
    /// `partners_nominate_for_their_own_streams` and `partners_nominate_their_own_staff`.
    package func nominateReviewers(
        _ people: [Person.ID], for stream: ProgramStream.ID, as partner: Institution.ID,
        _ mode: PeopleMode = .allOrNothing,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> [PersonVerdict] {
        guard try await hasPool(stream) else { throw Problem.notFound }
        let staff = Dictionary(
            try await ownStaff().map { ($0.person, $0.name) }, uniquingKeysWith: { first, _ in first })
        return try await eachPerson(people, mode, at: "/people") { transaction, nominee in
            try await transaction.insertNomination(
                StreamReviewer.ID(), of: nominee, for: stream, as: partner, in: tenant, by: person)
            return PersonVerdict(person: nominee, name: staff[nominee])
        }
    }

    /// Accepts a nomination: whoever was nominated is in the pool, and holds a reviewer's seat from now on.
    ///
    /// Throws `ReviewRefusal.nominationAnswered`, or not found.
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

// MARK: - Several people at once

extension PersonVerdict {
    init(_ candidate: PoolCandidate) {
        switch candidate {
        case .known(let person): self.init(person: person)
        case .address(let email, let name): self.init(name: name?.string ?? email.description)
        }
    }
}

/// Carries what a rehearsal found out of the savepoint in which it was done.
private struct Rehearsed: Error {
    let verdicts: [PersonVerdict]
}

extension Transaction {
    /// Does something with each of several people, each in a savepoint of its own: what one is refused for undoes only what was
    /// done with them. A rehearsal does all of it and undoes it, so that it says what would come of it and nothing else.
    ///
    /// Throws `PeopleRefused` in the mode `allOrNothing` where one is refused.
    ///
    /// - Parameter pointer: the list in which the sender named them.
    fileprivate func eachPerson<Row: Sendable>(
        _ rows: [Row], _ mode: PeopleMode, at pointer: String,
        deed: @escaping @Sendable (Transaction, Row) async throws -> PersonVerdict
    ) async throws -> [PersonVerdict] {
        do {
            return try await savepoint { transaction in
                var verdicts: [PersonVerdict] = []
                for row in rows {
                    do {
                        verdicts.append(try await transaction.savepoint { try await deed($0, row) })
                    } catch {
                        guard let problem = ReviewsRoom.problem(of: error) else { throw error }
                        var verdict =
                            (row as? PoolCandidate).map(PersonVerdict.init) ?? PersonVerdict(person: row as? Person.ID)
                        verdict.fault =
                            problem.errors.first ?? .init("", .notAllowed, problem.detail ?? problem.kind.title)
                        verdicts.append(verdict)
                    }
                }
                if mode == .dryRun { throw Rehearsed(verdicts: verdicts) }
                if mode == .allOrNothing, verdicts.contains(where: { $0.fault != nil }) {
                    throw PeopleRefused(verdicts: verdicts, pointer: pointer)
                }
                return verdicts
            }
        } catch let rehearsed as Rehearsed {
            return rehearsed.verdicts.map { verdict in
                var verdict = verdict
                // A code of somebody who was not seated after all.
                verdict.invitation = nil
                return verdict
            }
        }
    }
}

extension ReviewsRoom {
    /// What a sender would be told; nil for what they cannot mend.
    fileprivate static func problem(of error: any Error) -> Problem? {
        switch error {
        case let problem as Problem: problem
        case let refusal as any Refusal: refusal.problem
        case let error as DatabaseError: error.constraint.flatMap { constraints[$0] }
        default: nil
        }
    }
}
