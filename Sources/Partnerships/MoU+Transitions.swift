package import API
import Institutions
package import Vocabulary

/// Why an agreement refuses.
package enum MoURefusal: Refusal, Equatable {
    /// Its text is agreed; from then on it is signed or not.
    case textIsFrozen
    /// It is not in the state that the step begins in.
    case notIn(MoU.State)
    /// Two institutions make an agreement.
    case tooFewParties
    /// It says nothing to work on.
    case noAreas
    /// Somebody of each party coordinates an agreement that is shared.
    case noCoordinator
    /// Somebody reads an agreement that is shared for the law.
    case noLegalReviewer
    /// The institution at this place is a party already.
    case partyTwice(index: Int)
    /// The concept at this place is named already.
    case areaTwice(index: Int)
    /// The participant at this place is from nowhere.
    case participantWithoutInstitution(index: Int)
    /// It is over already.
    case isOver
    /// It is over, and those who answered for it then are whom one asks.
    case whoAnsweredStands
    /// An amendment would take effect after the agreement has ended.
    case amendsTooLate
    /// An amendment was to count from this day, by which not all parties had signed it.
    case amendmentCameTooLate(CalendarDate)
    /// A party has signed the amendment, which is withdrawn no more.
    case amendmentIsSigned
    /// The institution is no party to it.
    case notAParty
    /// The party has signed already.
    case signedAlready
    /// Somebody signed by their own hand, and read other dates.
    case datesAreSigned
    /// A party has signed the text, which goes back to nobody.
    case partiesHaveSigned
    /// The text or the dates are not those that the signatory read.
    case readAnother
    /// Somebody else, or nobody, is asked to sign for the institution.
    case notAskedToSign
    /// Nobody of a party has that seat.
    case noSuchSignatory
    /// It was to end by the day on which it would be signed.
    case endsBeforeItIsSigned(CalendarDate)
    /// Nobody signs for the party.
    case noSignatory
    /// It was given up; nothing is promised under it any more.
    case isAbandoned
    /// Notice runs until this day at least.
    case noticeIsShort(earliest: CalendarDate)
    /// It does not renew itself.
    case doesNotRenewItself
    /// A party has given notice already.
    case noticeIsGiven
    /// Notice had to be given by this day.
    case noticeIsLate(latest: CalendarDate)
    /// The day on which notice would be given has not come.
    case noticeIsToCome
    /// A further term is signed, or has begun by itself.
    case isRenewed
    /// Nothing ends before it is signed.
    case endsBeforeSigning
    /// It ends by itself on that day or before it.
    case endsByThen

    /// What the manager is told.
    package var problem: Problem {
        switch self {
        case .textIsFrozen:
            Problem(
                .conflict,
                "The text of this agreement is agreed, and stands. As long as no party has signed it, it can go back to review."
            )
        case .notIn(let state):
            Problem(.conflict, "This step needs an agreement that is \(state.words).")
        case .tooFewParties:
            Problem(.conflict, "Name at least two parties before you share the agreement.")
        case .noAreas:
            Problem(.conflict, "Name at least one area of cooperation before you share the agreement.")
        case .noCoordinator:
            Problem(
                .conflict,
                "Name the coordinator of each party: they are needed before an agreement is shared or agreed.")
        case .noLegalReviewer:
            Problem(
                .conflict, "Name who reads the agreement for the law: this is needed before it is shared or agreed."
            )
        case .partyTwice(let index):
            Problem(
                .invalid,
                errors: [.init("/parties/\(index)/institution", .repeated, "Name each institution once.")])
        case .areaTwice(let index):
            Problem(
                .invalid,
                errors: [.init("/areas/\(index)/focus_area", .repeated, "Name each focus area once.")])
        case .participantWithoutInstitution(let index):
            Problem(
                .invalid,
                errors: [
                    .init(
                        "/participants/\(index)/institution_name", .required,
                        "Say whom this person stands for: an institution of the directory, or its name.")
                ])
        case .isOver:
            Problem(.conflict, "The agreement has ended already.")
        case .whoAnsweredStands:
            Problem(.conflict, "The agreement is over. Nobody else comes to answer for it any more.")
        case .notAParty: .notFound
        case .amendsTooLate:
            Problem(
                .invalid,
                errors: [.init("/effective_on", .outOfRange, "Choose a day no later than the agreement ends.")])
        case .amendmentCameTooLate(let day):
            Problem(.conflict, "The amendment was to count from \(day). Ask the park to draft it with a later day.")
        case .amendmentIsSigned:
            Problem(.conflict, "A party has signed this amendment. It stands as it was drafted.")
        case .signedAlready: Problem(.conflict, "This party has signed already.")
        case .datesAreSigned:
            Problem(
                .conflict,
                "Somebody has signed this agreement by their own hand, and read from when to when it binds. These dates stand."
            )
        case .partiesHaveSigned:
            Problem(.conflict, "A party has signed this text. The others sign it as it is, or it is given up.")
        case .readAnother:
            Problem(.conflict, "The text or its dates are others than those you read. Read them again before you sign.")
        case .notAskedToSign:
            Problem(.conflict, "You are not asked to sign this agreement for your institution.")
        case .noSuchSignatory:
            Problem(
                .invalid,
                errors: [.init("/seat", .unknown, "Choose somebody who has a seat at a party of the agreement.")])
        case .endsBeforeItIsSigned(let day):
            Problem(
                .conflict, "The agreement was to end on \(day). Ask the park to record from when to when it is to bind."
            )
        case .noSignatory:
            Problem(
                .invalid,
                errors: [
                    .init("/participants", .required, "Name who signed for this party, and which office they held.")
                ])
        case .isAbandoned:
            Problem(.conflict, "The agreement was given up. Nothing can be promised under it.")
        case .noticeIsShort(let earliest):
            Problem(
                .invalid,
                errors: [
                    .init(
                        "/terminated_on", .outOfRange,
                        "Notice runs until \(earliest). Choose that day or a later one, or end it by mutual consent.")
                ])
        case .doesNotRenewItself: Problem(.conflict, "This agreement does not renew itself. It ends without notice.")
        case .noticeIsGiven: Problem(.conflict, "A party has given notice already. No further term follows.")
        case .noticeIsLate(let latest):
            Problem(
                .invalid,
                errors: [.init("/given_on", .outOfRange, "Notice had to be given on \(latest) or before.")])
        case .noticeIsToCome:
            Problem(
                .invalid,
                errors: [
                    .init("/given_on", .outOfRange, "Record notice once it is given: choose today or an earlier day.")
                ])
        case .isRenewed:
            Problem(.conflict, "This agreement is renewed already. Notice can be given of the term that follows it.")
        case .endsBeforeSigning:
            Problem(
                .invalid,
                errors: [.init("/terminated_on", .outOfRange, "Choose a day after the agreement was signed.")])
        case .endsByThen:
            Problem(
                .invalid,
                errors: [.init("/terminated_on", .outOfRange, "The agreement ends by itself before that day.")])
        }
    }
}

extension MoU {
    /// Refuses a revision of an agreed text.
    func admitsRevision() throws(MoURefusal) {
        guard term.state == .draft || term.state == .inReview else { throw .textIsFrozen }
    }

    /// Whether somebody else may come to answer for it: people leave as long as it is not over.
    package var admitsSuccessors: Bool {
        switch status {
        case .draft, .inReview, .agreed, .pending, .inForce, .expiring: true
        case .expired, .terminated, .abandoned: false
        }
    }

    /// Refuses to let somebody else answer for what is over.
    func admitsHandover() throws(MoURefusal) {
        guard admitsSuccessors else { throw .whoAnsweredStands }
    }

    mutating func share() throws(MoURefusal) {
        guard term.state == .draft else { throw .notIn(.draft) }
        try admitsReaders()
        term.state = .inReview
    }

    /// Refuses to show others what says too little, or for which nobody answers.
    private func admitsReaders() throws(MoURefusal) {
        guard parties.count >= 2 else { throw .tooFewParties }
        guard !areas.isEmpty else { throw .noAreas }
        guard parties.allSatisfy({ $0.coordinator != nil }) else { throw .noCoordinator }
        guard legalReviewer != nil else { throw .noLegalReviewer }
    }

    mutating func agree() throws(MoURefusal) {
        guard term.state == .inReview else { throw .notIn(.inReview) }
        // A revision under review may have taken out what sharing asked for.
        try admitsReaders()
        term.state = .agreed
    }

    /// An agreed text is looked at again, as long as nobody has signed it.
    mutating func reopen() throws(MoURefusal) {
        guard term.state == .agreed else { throw .notIn(.agreed) }
        guard signatures.isEmpty else { throw .partiesHaveSigned }
        term.state = .inReview
    }

    /// From when to when it is to bind, as whoever is asked to sign it reads. Without a first day, what was said stands.
    mutating func bind(from effectiveOn: CalendarDate?, until endsOn: CalendarDate?) throws(MoURefusal) {
        let from = effectiveOn ?? term.effectiveOn
        let until = effectiveOn == nil ? endsOn ?? term.endsOn : endsOn
        guard (from, until) != (term.effectiveOn, term.endsOn) else { return }
        guard !bearsAHand else { throw .datesAreSigned }
        (term.effectiveOn, term.endsOn) = (from, until)
    }

    /// Whether somebody has signed by their own hand, under dates that they read.
    var bearsAHand: Bool { signatures.contains(where: \.isByOwnHand) }

    /// Dates and signatories are held to each other by constraints; see `signMoU`. Parties that have signed before keep their
    /// day.
    mutating func sign(_ signing: Signing, by newcomers: [Participant]) throws(MoURefusal) {
        guard term.state == .agreed else { throw .notIn(.agreed) }
        try checkDates(from: signing.effectiveOn, until: signing.endsOn, signedOn: signing.signedOn)
        term =
            bearsAHand
            ? Term(.signed, effectiveOn: firstDay(signedOn: signing.signedOn), endsOn: term.endsOn)
            : Term(.signed, effectiveOn: signing.effectiveOn, endsOn: signing.endsOn)
        let pending = parties.map(\.institution).filter { party in !signatures.contains { $0.institution == party } }
        signatures += pending.map { Signature($0, on: signing.signedOn) }
        signedOn = signatures.map(\.signedOn).max() ?? signing.signedOn
        participants += newcomers
    }

    /// Where a hand was put under dates, others are not written beside it.
    private func checkDates(
        from effectiveOn: CalendarDate?, until endsOn: CalendarDate?, signedOn day: CalendarDate
    ) throws(MoURefusal) {
        guard bearsAHand else { return }
        guard effectiveOn == nil || effectiveOn == term.effectiveOn || effectiveOn == firstDay(signedOn: day),
            endsOn == nil || endsOn == term.endsOn
        else { throw .datesAreSigned }
    }

    /// The day that was meant, or that of the last signature where that is later: what binds by somebody's own hand does so from
    /// then, since nobody may choose another day beside it.
    private func firstDay(signedOn day: CalendarDate) -> CalendarDate {
        signatures.map(\.signedOn).reduce(max(day, term.effectiveOn ?? day), max)
    }

    /// One party signs; once all have, the agreement is signed, on the day of the last.
    mutating func sign(
        for party: Institution.ID, _ signing: PartySigning, by newcomers: [Participant]
    ) throws(MoURefusal) {
        guard term.state == .agreed else { throw .notIn(.agreed) }
        guard parties.contains(where: { $0.institution == party }) else { throw .notAParty }
        guard !signatures.contains(where: { $0.institution == party }) else { throw .signedAlready }
        guard newcomers.contains(where: { $0.kind == .signatory && $0.institution == party }) else {
            throw .noSignatory
        }
        if signing.isByOwnHand, let end = term.endsOn, end <= signing.signedOn { throw .endsBeforeItIsSigned(end) }
        try checkDates(from: signing.effectiveOn, until: signing.endsOn, signedOn: signing.signedOn)
        signatures.append(Signature(party, on: signing.signedOn, isByOwnHand: signing.isByOwnHand))
        participants += newcomers
        if !bearsAHand {
            if let day = signing.effectiveOn { term.effectiveOn = day }
            if let day = signing.endsOn { term.endsOn = day }
        }
        guard parties.count >= 2, signatures.count == parties.count else { return }
        signedOn = signatures.map(\.signedOn).max()
        let effectiveOn = bearsAHand ? firstDay(signedOn: signing.signedOn) : term.effectiveOn
        term = Term(.signed, effectiveOn: effectiveOn ?? signedOn, endsOn: term.endsOn)
    }

    mutating func terminate(on day: CalendarDate, _ termination: Termination) throws(MoURefusal) {
        guard term.state == .signed else { throw .notIn(.signed) }
        guard term.status(on: asOf) != .expired else { throw .isOver }
        if let signedOn, day < signedOn { throw .endsBeforeSigning }
        if let endsOn = term.endsOn, endsOn <= day { throw .endsByThen }
        let earliest = asOf.adding(days: noticeDays)
        guard termination.isMutual || day >= earliest else { throw .noticeIsShort(earliest: earliest) }
        term.state = .terminated
        term.terminatedOn = day
        self.termination = termination
    }

    /// The last day on which a party may give notice of what renews itself, the day before the end at the latest; nil when it
    /// does not.
    package var noticeUntil: CalendarDate? {
        renewsItself && term.state == .signed ? lastDayForNotice : nil
    }

    /// The last day on which a party may still give the notice that was agreed; nil when nothing ends by itself.
    package var lastDayForNotice: CalendarDate? { term.endsOn?.adding(days: -max(noticeDays, 1)) }

    /// Whether notice may be recorded: what was given in time may be written down late, until the further term begins.
    package var takesNotice: Bool {
        guard notice == nil, renewedBy == nil, let latest = noticeUntil, let signedOn else { return false }
        return signedOn <= latest
    }

    mutating func give(_ notice: Notice) throws(MoURefusal) {
        guard term.state == .signed else { throw .notIn(.signed) }
        guard let latest = noticeUntil else { throw .doesNotRenewItself }
        guard parties.contains(where: { $0.institution == notice.institution }) else { throw .notAParty }
        guard self.notice == nil else { throw .noticeIsGiven }
        guard renewedBy == nil else { throw .isRenewed }
        guard notice.givenOn <= asOf else { throw .noticeIsToCome }
        guard notice.givenOn <= latest else { throw .noticeIsLate(latest: latest) }
        self.notice = notice
    }

    /// Refuses promises under an agreement that was given up.
    func admitsCommitments() throws(MoURefusal) {
        guard term.state != .abandoned else { throw .isAbandoned }
    }

    mutating func abandon() throws(MoURefusal) {
        guard [.draft, .inReview, .agreed].contains(term.state) else { throw .textIsFrozen }
        term.state = .abandoned
    }
}

extension MoU.State {
    /// The state as a refusal names it.
    fileprivate var words: String {
        switch self {
        case .draft: "a draft"
        case .inReview: "in review"
        case .agreed: "agreed and not yet signed"
        case .signed: "signed"
        case .abandoned: "abandoned"
        case .terminated: "terminated"
        }
    }
}
