internal import API
internal import Accounts
internal import Foundation
package import Jobs
internal import Letters
internal import Pages
package import Postgres
internal import Vocabulary
internal import Wording

/// Tells the founders of drafts in a tenant that a call closes: a week, a day and two hours before. One letter a founder,
/// draft and occasion; it goes out without a look, since it says nothing that the call does not.
struct RemindDrafts: Job {
    static let kind = "applications.remind-drafts"
    static let maxAttempts = 3
}

extension ApplicationsRoom {
    /// Says how the room's jobs are performed.
    package static func register(in worker: Worker, database: Database) {
        worker.register(RemindDrafts.self, acting: .system) { _, run in
            try await run.finish { try await $0.remindDrafts() }
        }
        worker.scheduleInEveryTenant(.every(.seconds(600)), database: database) { _ in RemindDrafts() }
    }
}

/// A draft whose call closes soon.
struct DraftReminder: Sendable {
    /// How soon.
    enum Occasion: String, Sendable, CaseIterable {
        case sevenDays = "closes_in_7_days"
        case oneDay = "closes_in_1_day"
        case twoHours = "closes_in_2_hours"
    }

    let application: Application.ID
    let occasion: Occasion
}

extension Transaction {
    /// Writes what is due to the founders of the acting tenant's drafts, each letter once.
    func remindDrafts() async throws {
        for reminder in try await draftRemindersDue() {
            guard try await note(reminder), let summary = try await application(reminder.application) else { continue }
            for founder in try await founders(of: summary.application.startup) {
                try await writeLetter(letter(reminder.occasion, about: summary, to: founder), held: false)
            }
        }
    }

    private func letter(
        _ occasion: DraftReminder.Occasion, about summary: ApplicationSummary, to founder: Person.ID
    ) -> NewLetter {
        NewLetter(.notice, to: founder, about: Letter.Topic("application", summary.id)) { reader in
            let t = PageKit.applications.texts(in: reader.pageLanguage)
            let spoken = Vocabulary.Language(reader.pageLanguage)
            let closes = TimeText(
                summary.deadline.instant, in: summary.deadline.zone, language: reader.pageLanguage)
            let names = [
                "name": LetterText.quoted(reader.name),
                "startup": LetterText.quoted(summary.startupName.text(for: spoken)),
                "call": LetterText.quoted(summary.callTitle.text(for: spoken)),
                "closes": [closes.text, closes.zone].compactMap(\.self).joined(separator: " "),
            ]
            let left = summary.count.required - summary.count.requiredAnswered
            return try LetterText(
                subject: t("letter.closing_subject", names),
                paragraphs: [
                    t("letter.salutation", names), t("letter.\(occasion.rawValue)", names),
                    left > 0 ? t("letter.closing_left", count: left) : t("letter.closing_complete"),
                ],
                action: LetterText.Action(Name(t("letter.go_on")), to: "/portal/applications/\(summary.id)"))
        }
    }
}
