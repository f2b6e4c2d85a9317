package import API
package import Accounts
internal import Foundation
package import Institutions
internal import Letters
internal import Pages
package import Postgres
internal import Programs
package import Vocabulary
internal import Wording

extension Transaction {
    /// Says why a round opens although seats of its partners are empty. It holds for as few as sit there now; the partners
    /// concerned are told, unless the call is a draft: then they read it once they may know of that.
    ///
    /// Throws `ReviewRefusal.roundOpened`, `.noSeatEmpty` where no seat is, `.ownStartupApplied`, `RowsRefused`, or not found.
    ///
    /// - Parameter partners: whose seats; nil for all that stand empty.
    /// - Returns: what came of each partner's, in the order named.
    package func waiveSeats(
        of partners: [Institution.ID]? = nil, in id: ReviewRound.ID, because reason: LongText,
        _ mode: BulkMode = .allOrNothing, in tenant: Tenant.ID, by manager: Person.ID
    ) async throws -> [(partner: Institution.ID, verdict: RowVerdict<Institution.ID>)] {
        guard let round = try await lockRound(id) else { throw Problem.notFound }
        try round.admitsRevision()
        try await checkNoneIsTheirOwn(in: round)
        let empty = try await partnerSeats(of: id).filter { $0.taken < $0.seats }
        let named = partners ?? Array(Set(empty.map(\.partner))).sorted()
        guard !named.isEmpty else { throw ReviewRefusal.noSeatEmpty }
        let isKnown = try await call(round.call)?.publishedAt != nil
        let verdicts = try await each(
            of: named, inOrderOf: \.self, mode, at: "/partners", constraints: ReviewsRoom.constraints
        ) { transaction, partner in
            let theirs = empty.filter { $0.partner == partner }
            guard !theirs.isEmpty else { throw ReviewRefusal.noSeatEmpty }
            for seats in theirs {
                try await transaction.insertWaiver(of: seats, in: id, because: reason, in: tenant, by: manager)
                guard isKnown else { continue }
                for person in try await transaction.staff(of: partner) {
                    try await transaction.writeLetter(
                        Self.letter(on: seats, of: round, because: reason, to: person), held: false)
                }
            }
            return partner
        }
        return zip(named, verdicts).map { (partner: $0, verdict: $1) }
    }

    private static func letter(
        on seats: PartnerSeats, of round: ReviewRound, because reason: LongText, to person: Person.ID
    ) -> NewLetter {
        // A letter has an end; the partner's page has all of it.
        let words = reason.string.count > 2_000 ? "\(reason.string.prefix(2_000)) …" : reason.string
        return NewLetter(.notice, to: person, about: Letter.Topic("round", round.id)) { reader in
            let t = PageKit.reviews.texts(in: reader.pageLanguage)
            let names = seatNames(reader, round).merging([
                "stream": LetterText.quoted(seats.streamName.text(for: Vocabulary.Language(reader.pageLanguage))),
                "taken": "\(seats.taken)", "seats": "\(seats.seats)",
            ]) { $1 }
            return try LetterText(
                subject: t("letter.seats_waived_subject", names),
                paragraphs: [
                    t("letter.salutation", names), t("letter.seats_waived", names),
                    t("letter.seats_reason", ["reason": LetterText.quoted(words)]),
                ],
                action: LetterText.Action(Name(t("letter.open_stream")), to: "/partner/streams/\(seats.stream)"))
        }
    }

    /// The names that letters about seats have in common.
    fileprivate static func seatNames(_ reader: LetterReader, _ round: ReviewRound) -> [String: String] {
        let spoken = Vocabulary.Language(reader.pageLanguage)
        return [
            "name": LetterText.quoted(reader.name), "round": LetterText.quoted(round.name.text(for: spoken)),
            "call": LetterText.quoted(round.subject(for: spoken)),
        ]
    }
}

/// Seats of a partner that are to be counted anew, and perhaps told of.
struct SeatsToTellOf: Sendable {
    let round: ReviewRound.ID
    let stream: ProgramStream.ID
    let partner: Institution.ID
    let partnerName: LocalizedName
    let seats: Int
    let taken: Int
    /// How many were taken when they were counted last; nil where they never were.
    let takenBefore: Int?
    let toldAt: Date?
    /// Whether the round has been a draft for three days, so that the partner had time to fill them, and nobody waived them.
    let isAwaited: Bool

    /// Whether somebody left a seat that is empty now.
    var isEmptied: Bool { takenBefore.map { taken < min($0, seats) } ?? false }
    /// Whether the partner is to be told for the first time that seats stand empty.
    var isDue: Bool { isAwaited && taken < seats && toldAt == nil }
}

extension Transaction {
    /// Tells the staff of partners of seats that stand empty three days after a round was drafted, once; and of a seat that was
    /// emptied, by an absence or because somebody left, them and the managers who made the panel. As the service itself.
    func tellOfSeats() async throws {
        for seats in try await seatsToTellOf() {
            try await note(seats, isTold: seats.isEmptied || seats.isDue)
            guard seats.isEmptied || seats.isDue, let round = try await round(seats.round) else { continue }
            for person in try await staff(of: seats.partner) {
                try await writeLetter(
                    Self.letter(
                        on: seats, of: round, to: person, "/partner/streams/\(seats.stream)"), held: false)
            }
            guard seats.isEmptied else { continue }
            for person in try await managers(ofPanel: round.id) {
                try await writeLetter(
                    Self.letter(
                        on: seats, of: round, to: person, "/console/rounds/\(round.id)/partner-seats"), held: false)
            }
        }
    }

    private static func letter(
        on seats: SeatsToTellOf, of round: ReviewRound, to person: Person.ID, _ address: SafeURL
    ) -> NewLetter {
        NewLetter(.notice, to: person, about: Letter.Topic("round", round.id)) { reader in
            let t = PageKit.reviews.texts(in: reader.pageLanguage)
            let names = seatNames(reader, round).merging([
                "partner": LetterText.quoted(seats.partnerName.text(for: Vocabulary.Language(reader.pageLanguage))),
                "taken": "\(min(seats.taken, seats.seats))", "seats": "\(seats.seats)",
            ]) { $1 }
            return try LetterText(
                subject: t("letter.seats_subject", names),
                paragraphs: [
                    t("letter.salutation", names),
                    seats.isEmptied ? t("letter.seats_emptied", names) : t("letter.seats_empty", names),
                ], action: LetterText.Action(Name(t("letter.open_seats")), to: address))
        }
    }
}
