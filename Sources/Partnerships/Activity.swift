package import Foundation
package import Institutions
package import Vocabulary

extension MoU {
    /// Something that happened under an agreement, and that its figures count.
    package struct Activity: Sendable {
        /// What happened.
        package enum Kind: String, Codable, Sendable, CaseIterable {
            case callOpened = "call_opened"
            case applicationSubmitted = "application_submitted"
            case offerAccepted = "offer_accepted"
            case startupEnrolled = "startup_enrolled"
            case startupGraduated = "startup_graduated"
            case startupIntroduced = "startup_introduced"
            case dealClosed = "deal_closed"
            case demoDayHeld = "demo_day_held"
            case meetingHeld = "meeting_held"
            case sessionHeld = "session_held"
            /// What counts the people who came to sessions, see ``ActivityFilter/count(_:)``; nothing happens under this name.
            case sessionAttended = "session_attended"
            case fastTrackUsed = "fast_track_used"
            case benefitUsed = "benefit_used"
        }

        /// What it happened to.
        package enum Noun: String, Codable, Sendable, CaseIterable {
            case call, application, enrolment, introduction, investment, benefit, session
            case demoDay = "demo_day"
        }

        /// What happened.
        package let kind: Kind
        /// When, in the workspace's zone.
        package let day: CalendarDate
        /// What it happened to.
        package let noun: Noun
        /// Which; nil where the reader may not know.
        package let object: UUID?
        /// The call's, the demo day's, the session's or the benefit's name; of what came of no call, what it is.
        package let title: LocalizedName
        /// The startup, where there is one and the reader may know it.
        package let startup: Startup.ID?
        /// What it is called.
        package let startupName: LocalizedName?
        /// Where it is at home.
        package let country: Country?
        /// The agreement's areas that it served.
        package let areas: [FocusArea.ID]
        /// What it helped startups with.
        package let line: ServiceLine?
        /// The benefit that was used.
        package let benefit: Benefit.ID?
        /// How many people came, of what counts them.
        package let attendance: Int?
    }
}

/// Which activities a figure counts: the same words make the figure and the list behind it.
package struct ActivityFilter: Hashable, Sendable {
    /// Only these; nil for all kinds.
    package var kind: MoU.Activity.Kind?
    /// The first day.
    package var from: CalendarDate?
    /// The last day.
    package var to: CalendarDate?
    /// Only what served this area.
    package var area: FocusArea.ID?
    /// Only startups of this country.
    package var country: Country?
    /// Only uses of this benefit.
    package var benefit: MoU.Benefit.ID?

    /// Whether an activity is counted.
    package func admits(_ activity: MoU.Activity) -> Bool {
        (kind == nil || activity.kind == (kind == .sessionAttended ? .sessionHeld : kind))
            && from.map { activity.day >= $0 } != false
            && to.map { activity.day <= $0 } != false && area.map { activity.areas.contains($0) } != false
            && (country == nil || activity.country == country) && (benefit == nil || activity.benefit == benefit)
    }

    /// The number of the activities that it admits, or of the people who came to them.
    package func count(_ activities: [MoU.Activity]) -> Int {
        activities.filter(admits).reduce(0) { $0 + (kind == .sessionAttended ? $1.attendance ?? 0 : 1) }
    }

    /// The filter as the query of an address.
    package var items: [(name: String, value: String)] {
        [
            ("kind", kind?.rawValue), ("from", from?.description), ("to", to?.description),
            ("area", area?.description), ("country", country?.code), ("benefit", benefit?.description),
        ].compactMap { name, value in value.map { (name, $0) } }
    }
}
