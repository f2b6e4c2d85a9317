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
        worker.register(RenewAgreements.self, acting: .system) { _, run in
            try await run.each(try await run.reader.agreementsToRenew()) { transaction, ended in
                _ = try await transaction.renewAgreement(ended)
            }
        }
        worker.register(RemindParties.self, acting: .system) { _, run in
            let due = Dictionary(grouping: try await run.reader.partiesToRemind(), by: \.mou)
            try await run.each(Array(due.values)) { try await $0.remindParties($1) }
        }
        // Neither side may look up the other's people.
        worker.register(TellOfSigning.self, acting: .system) { job, run in
            try await run.finish { try await $0.tell(of: job) }
        }
        worker.scheduleInEveryTenant(.every(.seconds(3600)), database: database) { _ in RenewAgreements() }
        worker.scheduleInEveryTenant(.every(.seconds(3600)), database: database) { _ in RemindParties() }
    }
}

extension JobRun {
    /// Does something about each of these in a transaction of its own, so that one that fails is in no other's way. Throws the
    /// first failure once all had their turn: the job is tried again, and an operator sees it in the end.
    fileprivate func each<Item: Sendable>(
        _ items: [Item], _ body: @Sendable (Transaction, Item) async throws -> Void
    ) async throws {
        var failure: (any Error)?
        for item in items {
            try checkCancellation()
            do { try await write { try await body($0, item) } } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }
}

/// Begins the further terms of a tenant's agreements that renew themselves.
struct RenewAgreements: Job {
    static let kind = "partnerships.renew-agreements"
    static let maxAttempts = 3
}

/// Writes to managers and to the staff of parties what is due of a tenant's agreements: half of the term is over, the end
/// comes near, notice must be given now or not at all, one renews itself unless notice is given, nothing has happened for
/// long, a further term has begun. One letter a person, agreement and occasion.
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
        case renewsItself = "renews_itself"
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
    /// Writes what is due of one agreement to managers and parties, each letter once, and lets it go out: it concerns those who
    /// keep the agreement.
    func remindParties(_ due: [MoUReminder]) async throws {
        guard let first = due.first, let mou = try await mou(first.mou) else { return }
        for reminder in due {
            guard try await note(reminder) else { continue }
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
                "notice_day": mou.lastDayForNotice?.text(in: reader.pageLanguage) ?? "",
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
