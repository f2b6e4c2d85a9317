package import Foundation
package import Pages
internal import Programs
package import Vocabulary
internal import Wording

/// Where an application stands, in plain words: the state, what happens next, and by when.
package struct Standing: Sendable {
    /// Who reads it; both are told the same, each in their own words.
    package enum Side: String, Sendable, CaseIterable {
        case startup, park
    }

    /// The state in a word or two.
    package let badge: Badge
    /// What happens next, or that nothing does.
    package let next: String
    /// The moment until which something has to happen.
    package let deadline: (instant: Date, zone: TimeZoneName)?

    /// Where an application stands at the moment it was read.
    ///
    /// - Parameter eligibility: what the conditions come to, of a draft; nil where they are not asked, as a manager may not,
    ///   or there are none.
    package init(
        _ summary: ApplicationSummary, for side: Side, finding eligibility: EligibilityReport? = nil,
        in language: Pages.Language
    ) {
        let t = PageKit.applications.texts(in: language)
        let now = summary.readAt
        let application = summary.application
        let key: String
        switch application.state {
        case .draft where summary.callCancelledAt != nil: key = "draft_cancelled"
        case .draft where !summary.deadline.admits(now): key = "draft_closed"
        case .draft where summary.namesClosedStream: key = "draft_stream_closed"
        case .draft where summary.isReady:
            key = eligibility?.obstacles.isEmpty == false ? "draft_not_eligible" : "draft_complete"
        case .changesRequested where summary.waitsForAnswers:
            key = summary.changesDueAt.map { now > $0 } == true ? "answers_overdue" : "questions_asked"
        case .changesRequested where summary.changesDueAt.map { now > $0 } == true: key = "changes_overdue"
        case .offered where application.isOfferExpired(at: now): key = "offer_expired"
        case .offered where application.offerDays != nil: key = "offered_from_letter"
        default: key = application.state.rawValue
        }
        badge = Badge(t("state.\(key)"), Self.tone(key))
        let lastDay = summary.clock.lastDay(in: summary.deadline.zone)
        let waiting = summary.clock.daysLeft.map { t("clock.waits", count: max(0, $0)) }
        switch side {
        case .startup:
            // A promise, in the park's own words; a broken one is said, too.
            let promise = lastDay.map { day in
                summary.clock.isOverdue(at: now)
                    ? t("clock.late", ["day": day.text(in: language)])
                    : t("clock.promise", ["day": day.text(in: language)])
            }
            next = t("startup_next.\(key)") + ((promise ?? waiting).map { language.gap + $0 } ?? "")
        case .park: next = t("park_next.\(key)") + (waiting.map { language.gap + $0 } ?? "")
        }
        switch key {
        case "draft", "draft_complete", "draft_not_eligible", "draft_stream_closed":
            deadline = (summary.due.instant, summary.due.zone)
        case "changes_requested", "changes_overdue", "questions_asked", "answers_overdue":
            deadline = summary.changesDueAt.map { ($0, summary.deadline.zone) }
        case "offered": deadline = application.offerExpiresAt.map { ($0, summary.deadline.zone) }
        default: deadline = nil
        }
    }

    /// The moment in the zone it was set in and in a second one.
    package func deadlineText(from now: Date, in language: Pages.Language) -> TimeText? {
        deadline.map { TimeText($0.instant, in: $0.zone, and: $0.zone.companion, from: now, language: language) }
    }

    private static func tone(_ key: String) -> Badge.Tone {
        switch key {
        case "submitted", "in_review", "shortlisted", "interview": .info
        case "offered", "offered_from_letter": .accent
        case "accepted": .success
        case "waitlisted", "offer_expired", "draft_closed", "draft_stream_closed", "draft_not_eligible",
            "changes_requested", "changes_overdue", "questions_asked", "answers_overdue":
            .warning
        case "ineligible", "rejected": .danger
        default: .neutral
        }
    }
}

extension StageClock {
    /// How long in the stage, and until when it may: “12 days, due by 14 March”.
    func words(at now: Date, in zone: TimeZoneName, _ language: Pages.Language) -> String {
        let t = PageKit.applications.texts(in: language)
        let stood = t("clock.stood", count: daysStood(at: now))
        guard let day = lastDay(in: zone)?.text(in: language) else { return stood }
        let words = ["stood": stood, "day": day]
        return isOverdue(at: now) ? t("clock.stood_late", words) : t("clock.stood_due", words)
    }
}

extension Pages.Language {
    /// What stands between two sentences.
    var gap: String { self == .english ? " " : "" }
}

extension Application.State {
    /// The state in a word or two, for filters.
    func label(_ t: Texts) -> String { t("state.\(rawValue)") }
}
