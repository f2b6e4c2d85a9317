internal import Accounts
internal import Institutions
internal import Vocabulary

/// That somebody is to be warned of: an investor's verification or one of its mandates has a last day, near or just over.
struct Lapse: Sendable {
    /// How near.
    enum Occasion: String, Sendable, CaseIterable {
        case in30Days = "lapses_in_30_days"
        case in7Days = "lapses_in_7_days"
        case lapsed
    }

    let investor: Institution.ID
    let investorName: LocalizedName
    /// Nil where it is the verification.
    let mandate: Mandate.ID?
    let mandateName: Name?
    let occasion: Occasion
    /// The last day on which it counts, UTC.
    let lastDay: CalendarDate
    let person: Person.ID
    /// Whether the person keeps the park and not the firm.
    let isPark: Bool

    /// So many days before a last day pages begin to say that it comes near, as the first letter does.
    static let nearDays = 30

    /// Whether a last day is so near.
    static func isNear(_ lastDay: CalendarDate, on today: CalendarDate) -> Bool {
        (today...today.adding(days: nearDays)).contains(lastDay)
    }
}
