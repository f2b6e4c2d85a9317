internal import API
internal import Accounts
internal import Foundation
internal import Jobs
internal import Letters
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Writes to the panels of a tenant what is due: an invitation not answered, reviews not written, applications that are
/// not theirs to judge any more; and to managers that somebody is missing. One letter a person, round and occasion.
struct RemindPanels: Job {
    static let kind = "reviews.remind-panels"
    static let maxAttempts = 3

    /// Every ten minutes: who loses an application should not write on for long.
    static func register(in worker: Worker, database: Database) {
        worker.register(RemindPanels.self, acting: .system) { _, run in
            try await run.finish { try await $0.remindPanels() }
        }
        worker.scheduleInEveryTenant(.every(.seconds(600)), database: database) { _ in RemindPanels() }
    }
}

/// Something a member of a panel is to be written about.
struct PanelReminder: Sendable {
    /// What it is about. The days are those of `states`: 3 and 5 after an invitation; 7 and 3 before reviews are due, when
    /// they are, and 3 after.
    enum Occasion: String, Codable, Sendable, CaseIterable {
        case invitedThreeDaysAgo = "invited_3_days_ago"
        case invitedFiveDaysAgo = "invited_5_days_ago"
        case dueInSevenDays = "due_in_7_days"
        case dueInThreeDays = "due_in_3_days"
        case due
        case dueThreeDaysAgo = "due_3_days_ago"
        /// Nobody has touched one of their reviews for ``ReviewClock/staleDays`` days, and it is due later.
        case untouched

        /// Whether it asks for an answer to an invitation; the others ask for reviews.
        var isInvitation: Bool { self == .invitedThreeDaysAgo || self == .invitedFiveDaysAgo }
    }

    let round: ReviewRound.ID
    let person: Person.ID
    let occasion: Occasion
    /// How many reviews are still to be written; for an invitation, none.
    let pending: Int
    /// When reviews are due: one that is moved is reminded of anew.
    let due: Date
}

/// Assignments of a round that ended, and who is to be told: whose they were, or who has to give them to somebody else.
struct TakenAssignments: Sendable {
    let round: ReviewRound.ID
    let person: Person.ID
    let assignments: [ReviewAssignment.ID]
    /// What the round calls the applications, in the order of the assignments.
    let codes: [String]
}

extension Transaction {
    /// Writes what is due to the panels of the acting tenant, each letter once, and lets it go out: it concerns those who
    /// work for the park, and asks for nothing they have not agreed to.
    func remindPanels() async throws {
        var rounds: [ReviewRound.ID: ReviewRound] = [:]
        for reminder in try await remindersDue() { try await remind(reminder, &rounds) }
        // After the others, which say more: who was written to is left alone for some days.
        for reminder in try await untouchedReviews() { try await remind(reminder, &rounds) }
        for taken in try await assignmentsTaken() {
            try await noteTold(taken.assignments)
            guard let round = try await known(taken.round, in: &rounds) else { continue }
            try await tell(taken, of: round)
        }
        let emptied = try await seatsEmptied()
        try await noteEmptied(emptied.flatMap(\.assignments))
        for seats in emptied {
            guard let round = try await known(seats.round, in: &rounds) else { continue }
            try await ask(for: seats, of: round)
        }
        try await tellOfSeats()
    }

    private func remind(
        _ reminder: PanelReminder, _ rounds: inout [ReviewRound.ID: ReviewRound]
    ) async throws {
        guard try await note(reminder), let round = try await known(reminder.round, in: &rounds) else { return }
        try await write(reminder, of: round)
    }

    private func known(_ id: ReviewRound.ID, in rounds: inout [ReviewRound.ID: ReviewRound]) async throws
        -> ReviewRound?
    {
        if rounds[id] == nil { rounds[id] = try await round(id) }
        return rounds[id]
    }

    private func write(_ reminder: PanelReminder, of round: ReviewRound) async throws {
        let letter = NewLetter(
            .reviewReminder, to: reminder.person, about: Letter.Topic("round", round.id)
        ) { reader in
            let t = PageKit.reviews.texts(in: reader.pageLanguage)
            let names = Self.names(reader, round)
            let asks =
                reminder.occasion.isInvitation
                ? [t("letter.reminder.invitation", names), t("letter.invitation_answer")]
                : [
                    t("letter.reminder.\(reminder.occasion.rawValue)", names),
                    t("letter.reminder_pending", count: reminder.pending),
                ]
            return try LetterText(
                subject: reminder.occasion.isInvitation
                    ? t("letter.reminder_invitation_subject", names) : t("letter.reminder_subject", names),
                paragraphs: [t("letter.salutation", names)] + asks,
                action: reminder.occasion.isInvitation
                    ? LetterText.Action(Name(t("letter.answer")), to: "/reviews/rounds/\(round.id)/invitation")
                    : LetterText.Action(Name(t("letter.go_on")), to: "/reviews"))
        }
        try await writeLetter(letter, held: false)
    }

    /// Tells a manager that reviews have to be given to others.
    private func ask(for seats: TakenAssignments, of round: ReviewRound) async throws {
        let letter = NewLetter(.notice, to: seats.person, about: Letter.Topic("round", round.id)) { reader in
            let t = PageKit.reviews.texts(in: reader.pageLanguage)
            let names = Self.names(reader, round).merging(["codes": seats.named(t)]) { known, _ in known }
            return try LetterText(
                subject: t("letter.emptied_subject", names),
                paragraphs: [
                    t("letter.salutation", names), t("letter.emptied", count: seats.codes.count, names),
                    t("letter.emptied_codes", names),
                ],
                action: LetterText.Action(
                    Name(t("letter.assign")), to: "/console/rounds/\(round.id)/assignments"))
        }
        try await writeLetter(letter, held: false)
    }

    private func tell(_ taken: TakenAssignments, of round: ReviewRound) async throws {
        let letter = NewLetter(.notice, to: taken.person, about: Letter.Topic("round", round.id)) { reader in
            let t = PageKit.reviews.texts(in: reader.pageLanguage)
            let names = Self.names(reader, round).merging(["codes": taken.named(t)]) { known, _ in known }
            return try LetterText(
                subject: t("letter.taken_subject", names),
                paragraphs: [
                    t("letter.salutation", names), t("letter.taken", count: taken.codes.count, names),
                    t("letter.taken_codes", names),
                ],
                action: LetterText.Action(Name(t("letter.go_on")), to: "/reviews"))
        }
        try await writeLetter(letter, held: false)
    }

    private static func names(_ reader: LetterReader, _ round: ReviewRound) -> [String: String] {
        let spoken = Vocabulary.Language(reader.pageLanguage)
        return [
            "name": LetterText.quoted(reader.name), "round": LetterText.quoted(round.name.text(for: spoken)),
            "call": LetterText.quoted(round.subject(for: spoken)),
            "due": reader.said(round.due.instant, in: round.due.zone),
        ]
    }
}

extension TakenAssignments {
    /// The applications in a letter, which has an end; the pages have them all.
    fileprivate func named(_ t: Texts) -> String {
        codes.prefix(20).joined(separator: t("reviewer.separator")) + (codes.count > 20 ? " …" : "")
    }
}
