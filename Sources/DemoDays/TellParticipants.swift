internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
internal import Letters
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Writes to the people of those whom a step of a demo day concerns: who is invited or taken out, whose meetings a plan changes,
/// and everybody when it is moved. A job, so that publishing a day of many does not wait for all its letters.
///
/// The letters go out without a look: a manager has looked at what they tell, and done it.
struct TellParticipants: Job {
    static let kind = "demo-days.tell-participants"
    static let maxAttempts = 5

    let demoDay: UUID
    /// Who is invited.
    var invited: [UUID]?
    /// The plan that was published.
    var plan: UUID?
    /// Who was taken out.
    var takenOut: UUID?
    /// That it was moved.
    var moved: Move?

    /// From when to when a day was moved. Both are told as they were then: it may have been moved again.
    struct Move: Codable {
        let from: Date
        let to: Date
    }
}

extension Transaction {
    func tell(_ told: TellParticipants) async throws {
        guard let day = try await demoDay(DemoDay.ID(told.demoDay)) else { return }
        if let invited = told.invited {
            try await write(.invited, of: day, to: Dictionary(invited.map { (Institution.ID($0), 0) }) { $1 })
        }
        if let takenOut = told.takenOut.map(Institution.ID.init),
            // Not if it was invited again meanwhile.
            try await participant(takenOut, of: day.id)?.state == .cancelled
        {
            try await write(.takenOut, of: day, to: [takenOut: 0])
        }
        if let move = told.moved {
            let concerned = try await participants(of: day.id).filter { $0.state != .cancelled }.map(\.institution)
            try await write(.moved, of: day, to: Dictionary(concerned.map { ($0, 0) }) { $1 }, move)
        }
        guard let plan = told.plan, let published = try await demoDayPlan(DemoDayPlan.ID(plan), of: day.id) else {
            return
        }
        let meetings = try await meetings(of: published.id, on: day.id)
        let guests = try await participants(of: day.id).filter { $0.state == .accepted }.map(\.institution)
        var (counts, changed): ([Institution.ID: Int], Set<Institution.ID>) = ([:], [])
        for meeting in meetings {
            for side in [meeting.investor, Institution.ID(meeting.startup.uuid)] {
                if !meeting.isDropped { counts[side, default: 0] += 1 }
                if meeting.sequence == published.number { changed.insert(side) }
            }
        }
        // The first plan tells everybody, those for whom there is no meeting, too.
        let readers = guests.filter { published.base == nil || changed.contains($0) }
        try await write(
            published.base == nil ? .published : .changed, of: day,
            to: Dictionary(uniqueKeysWithValues: readers.map { ($0, counts[$0] ?? 0) }))
    }

    private enum Occasion: String {
        case invited, published, changed, moved
        case takenOut = "taken_out"
    }

    /// A letter to everybody at these institutions, with how many meetings theirs has.
    private func write(
        _ occasion: Occasion, of day: DemoDay, to meetings: [Institution.ID: Int], _ move: TellParticipants.Move? = nil
    ) async throws {
        for (person, institution) in try await people(at: meetings.keys.sorted()) {
            let count = meetings[institution] ?? 0
            let letter = NewLetter(.notice, to: person, about: Letter.Topic("demo_day", day.id)) { reader in
                let t = PageKit.demoDays.texts(in: reader.pageLanguage)
                func said(_ instant: Date) -> String { reader.said(instant, in: day.terms.timeZone) }
                let names = [
                    "name": LetterText.quoted(reader.name),
                    "title": LetterText.quoted(day.terms.title.text(for: Vocabulary.Language(reader.pageLanguage))),
                    "time": said(move?.to ?? day.terms.startsAt),
                    "before": said(move?.from ?? day.terms.startsAt),
                ]
                let text =
                    switch occasion {
                    case .invited: t("letter.invited", names)
                    case .published:
                        count == 0 ? t("letter.published_none", names) : t("letter.published", count: count, names)
                    case .changed:
                        count == 0 ? t("letter.changed_none", names) : t("letter.changed", count: count, names)
                    case .moved: t("letter.moved", names)
                    case .takenOut: t("letter.taken_out", names)
                    }
                let more = occasion == .moved && day.plan != nil ? [t("letter.moved_meetings")] : []
                return try LetterText(
                    subject: t("letter.\(occasion.rawValue)_subject", names),
                    paragraphs: [t("letter.salutation", names), text] + more,
                    action: LetterText.Action(Name(t("letter.open")), to: "/demo-days/\(day.id)"))
            }
            try await writeLetter(letter, held: false)
        }
    }
}
