internal import API
internal import Accounts
internal import Foundation
package import Jobs
internal import Letters
internal import Pages
package import Postgres
internal import Vocabulary
internal import Wording

extension PartnershipsRoom {
    /// Has the jobs of this room done by a worker.
    package static func register(in worker: Worker, database: Database) {
        worker.register(RemindParties.self, acting: .system) { _, run in
            try await run.finish { transaction in
                _ = try await transaction.renewAgreements()
                try await transaction.remindParties()
            }
        }
        // Neither side may look up the other's people.
        worker.register(TellOfSigning.self, acting: .system) { job, run in
            try await run.finish { try await $0.tell(of: job) }
        }
        worker.scheduleInEveryTenant(.every(.seconds(3600)), database: database) { _ in RemindParties() }
    }
}

/// Begins the further terms of what renews itself, and writes to managers and to the staff of parties what is due of a
/// tenant's agreements: half of the term is over, the end comes near, notice must be given now or not at all, nothing has
/// happened for long, a further term has begun. One letter a person, agreement and occasion.
struct RemindParties: Job {
    static let kind = "partnerships.remind-parties"
    static let maxAttempts = 3
}

/// Something somebody is to be written about an agreement.
struct MoUReminder: Sendable {
    /// What it is about.
    enum Occasion: String, Codable, Sendable, CaseIterable {
        case midTerm = "mid_term"
        case endsIn180Days = "ends_in_180_days"
        case endsIn90Days = "ends_in_90_days"
        case endsIn30Days = "ends_in_30_days"
        case noticeIsDue = "notice_is_due"
        case dormant, renewed
    }

    let mou: MoU.ID
    let person: Person.ID
    let isPartner: Bool
    let occasion: Occasion
    /// The end, the last day on which anything happened, or the first of a further term.
    let aboutDay: CalendarDate
}

extension Transaction {
    /// Writes what is due to managers and parties of the acting tenant, each letter once, and lets it go out: it concerns
    /// those who keep the agreement.
    func remindParties() async throws {
        var agreements: [MoU.ID: MoU] = [:]
        for reminder in try await partiesToRemind() {
            guard try await note(reminder) else { continue }
            if agreements[reminder.mou] == nil { agreements[reminder.mou] = try await mou(reminder.mou) }
            guard let mou = agreements[reminder.mou] else { continue }
            try await writeLetter(Self.letter(reminder, of: mou), held: false)
        }
    }

    private static func letter(_ reminder: MoUReminder, of mou: MoU) -> NewLetter {
        NewLetter(.notice, to: reminder.person, about: Letter.Topic("mou", reminder.mou)) { reader in
            let t = PageKit.partnerships.texts(in: reader.pageLanguage)
            let spoken = Vocabulary.Language(reader.pageLanguage)
            let values = [
                "name": LetterText.quoted(reader.name), "mou": LetterText.quoted(mou.title.text(for: spoken)),
                "reference": LetterText.quoted(mou.reference.string),
                "day": reminder.aboutDay.text(in: reader.pageLanguage),
                "notice": t("days", count: mou.noticeDays),
            ]
            return try LetterText(
                subject: t("letter.subject.\(reminder.occasion.rawValue)", values),
                paragraphs: [t("letter.salutation", values), t("letter.\(reminder.occasion.rawValue)", values)],
                action: LetterText.Action(
                    Name(t("letter.open")),
                    to: reminder.isPartner ? "/partner/agreements/\(mou.id)" : "/console/mous/\(mou.id)/report"))
        }
    }
}
