internal import API
internal import Accounts
internal import Foundation
package import Jobs
internal import Letters
internal import Pages
package import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// Tells the founders of drafts in a tenant that a call closes, or a stream before it that the draft names: a week, a day and
/// two hours before. One letter a founder, draft and occasion; it goes out without a look, since it says nothing that the call
/// does not.
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
        worker.register(TellOfScreening.self, acting: .system) { job, run in
            try await run.finish { try await $0.tellOfScreening(of: Application.ID(job.application)) }
        }
    }
}

/// A draft whose call closes soon, or a stream that it names.
struct DraftReminder: Sendable {
    /// How soon.
    enum Occasion: String, Sendable, CaseIterable {
        case sevenDays = "closes_in_7_days"
        case oneDay = "closes_in_1_day"
        case twoHours = "closes_in_2_hours"
    }

    let application: Application.ID
    /// The stream that closes before the call; nil where it is the call.
    let stream: ProgramStream.ID?
    /// When that closes: what is extended is written about once more.
    let closes: Date
    let occasion: Occasion
}

extension Transaction {
    /// Writes what is due to the founders of the acting tenant's drafts, each letter once.
    func remindDrafts() async throws {
        for reminder in try await draftRemindersDue() {
            guard try await note(reminder), let summary = try await application(reminder.application),
                let call = try await call(summary.application.call)
            else { continue }
            for founder in try await founders(of: summary.application.startup) {
                try await writeLetter(letter(reminder, of: call, about: summary, to: founder), held: false)
            }
        }
    }

    private func letter(
        _ reminder: DraftReminder, of call: CallForApplications, about summary: ApplicationSummary,
        to founder: Person.ID
    ) -> NewLetter {
        NewLetter(.notice, to: founder, about: Letter.Topic("application", summary.id)) { reader in
            let t = PageKit.applications.texts(in: reader.pageLanguage)
            let spoken = Vocabulary.Language(reader.pageLanguage)
            let stream = reminder.stream.flatMap(call.name)
            let deadline = reminder.stream.map(call.deadline) ?? call.deadline
            let names = [
                "stream": stream.map { LetterText.quoted($0.text(for: spoken)) } ?? "",
                "name": LetterText.quoted(reader.name),
                "startup": LetterText.quoted(summary.startupName.text(for: spoken)),
                "call": LetterText.quoted(summary.callTitle.text(for: spoken)),
                "closes": deadline.sentence(in: reader.pageLanguage),
            ]
            let left = summary.count.required - summary.count.requiredAnswered
            return try LetterText(
                subject: stream == nil ? t("letter.closing_subject", names) : t("letter.stream_subject", names),
                paragraphs: [
                    t("letter.salutation", names),
                    stream == nil
                        ? t("letter.\(reminder.occasion.rawValue)", names)
                        : t("letter.stream_\(reminder.occasion.rawValue)", names),
                    left > 0 ? t("letter.closing_left", count: left) : t("letter.closing_complete"),
                ],
                action: LetterText.Action(Name(t("letter.go_on")), to: "/portal/applications/\(summary.id)"))
        }
    }
}
