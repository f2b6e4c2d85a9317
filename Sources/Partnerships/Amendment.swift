package import Institutions
package import Vocabulary

/// What the parties change of an agreement that is signed. It counts from a day on, once all of them have signed it.
package struct Amendment: Sendable, Identifiable {
    /// Names an amendment within its tenant.
    package typealias ID = Identifier<Amendment>

    /// A party's signature.
    package struct Signature: Codable, Sendable, Equatable {
        /// The party.
        package let institution: Institution.ID
        /// The day.
        package let signedOn: CalendarDate
        /// Who signed, as they were called on that day.
        package let name: Name
        /// The office they held.
        package let title: ShortText
        /// Whether they signed here themselves; otherwise a manager recorded what was signed elsewhere.
        package let isByOwnHand: Bool

        /// Somebody's signature for a party on a day.
        package init(
            for institution: Institution.ID, on signedOn: CalendarDate, by name: Name, title: ShortText,
            isByOwnHand: Bool = false
        ) {
            self.institution = institution
            self.signedOn = signedOn
            self.name = name
            self.title = title
            self.isByOwnHand = isByOwnHand
        }
    }

    /// The amendment.
    package let id: ID
    /// Which of the agreement, from 1.
    package let number: Int
    /// What it says.
    package let words: LongText
    /// SHA-256 of that in UTF-8, in hexadecimal digits.
    package let sha256: String
    /// From when it counts.
    package let effectiveOn: CalendarDate
    /// The first day on which the agreement is no longer in force; nil where that stays.
    package let endsOn: CalendarDate?
    /// Days of notice; nil where they stay.
    package let noticeDays: Int?
    /// When the last party signed it; nil until then.
    package internal(set) var signedOn: CalendarDate?
    /// When the agreement was to end before it.
    package let endsOnBefore: CalendarDate?
    /// Who signed, in the order of their days.
    package internal(set) var signatures: [Signature]

    /// Whether it counts on a day.
    package func counts(on day: CalendarDate) -> Bool { signedOn != nil && effectiveOn <= day }

    /// Whether a party may still sign it by a person's own hand on a day: it counts from its own day only where all signed by then.
    func awaits(_ party: Institution.ID, on day: CalendarDate) -> Bool {
        isOpen(on: day) && !signatures.contains { $0.institution == party }
    }

    /// Whether parties may still sign it on a day.
    func isOpen(on day: CalendarDate) -> Bool { signedOn == nil && day <= effectiveOn }
}

/// What a manager says of a new amendment.
package struct NewAmendment: Sendable {
    let words: LongText
    let effectiveOn: CalendarDate
    let endsOn: CalendarDate?
    let noticeDays: Int?

    /// Words that count from a day on, and what they put in the place of the end or of the notice.
    package init(
        _ words: LongText, effectiveOn: CalendarDate, endsOn: CalendarDate? = nil, noticeDays: Int? = nil
    ) {
        self.words = words
        self.effectiveOn = effectiveOn
        self.endsOn = endsOn
        self.noticeDays = noticeDays
    }
}

extension MoU {
    /// Refuses an amendment of what is not in force, or one that would come too late.
    func admitsAmendment(effectiveOn day: CalendarDate) throws(MoURefusal) {
        guard term.state == .signed else { throw .notIn(.signed) }
        guard status != .expired else { throw .isOver }
        // Otherwise there would be days on which neither the old end nor the new one counts.
        if let end = term.endsOn, day > end { throw .amendsTooLate }
    }
}

extension Amendment {
    /// A party signs; once all have, it is signed, on the day of the last.
    mutating func sign(_ signature: Signature, of mou: MoU) throws(MoURefusal) {
        guard mou.parties.contains(where: { $0.institution == signature.institution }) else { throw .notAParty }
        guard !signatures.contains(where: { $0.institution == signature.institution }) else { throw .signedAlready }
        if signature.isByOwnHand, effectiveOn < signature.signedOn { throw .amendmentCameTooLate(effectiveOn) }
        try mou.admitsAmendment(effectiveOn: effectiveOn)
        signatures.append(signature)
        if signatures.count == mou.parties.count { signedOn = signatures.map(\.signedOn).max() }
    }
}
