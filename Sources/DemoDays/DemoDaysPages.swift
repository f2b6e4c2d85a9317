internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// What a page of this room needs of its reader.
struct Reading {
    let viewer: Viewer
    let t: Texts
    let spoken: Vocabulary.Language

    init<P, B>(_ call: FormCall<P, B>) async throws {
        viewer = try await call.viewer()
        t = PageKit.demoDays.texts(in: viewer.language)
        spoken = Vocabulary.Language(viewer.language)
    }

    func name(_ name: LocalizedName?) -> String { name?.text(for: spoken) ?? t("nobody_known") }

    /// A moment of a demo day in its zone, and in the one beside it.
    func time(_ instant: Date, of day: DemoDay, from now: Date? = nil) -> TimeText {
        let zone = day.terms.timeZone
        return TimeText(instant, in: zone, and: zone.companion, from: now, language: viewer.language)
    }

    /// A moment of a demo day as the clock of its zone shows it, for the fields of a form.
    func clock(_ instant: Date, of day: DemoDay) -> String { LocalTime(instant, in: day.terms.timeZone).clock }

    /// A moment by the clock of a demo day, whose date stands above; with its own date where that is another: after midnight, and
    /// as it was published before the day was moved.
    func moment(_ instant: Date, of day: DemoDay) -> String {
        CalendarDate(instant, in: day.terms.timeZone) == day.terms.day
            ? clock(instant, of: day) : time(instant, of: day).text
    }

    /// The facts of a demo day, for the rail.
    func facts(of day: DemoDay, now: Date) -> Facts {
        let terms = day.terms
        let end = terms.times.last?.upperBound ?? terms.startsAt
        return Facts([
            .time(t("day.begins"), time(terms.startsAt, of: day, from: now)), .time(t("day.ends"), time(end, of: day)),
            .text(
                t("day.slots"), t("day.slots_of", count: terms.slots, ["minutes": Figures.grouped(terms.slotMinutes)])),
            .text(t("day.floor"), Figures.grouped(terms.floor)),
            .text(t("day.most_per_startup"), Figures.grouped(terms.mostPerStartup)),
            .text(t("day.most_per_investor"), Figures.grouped(terms.mostPerInvestor)),
            .tags(t("day.rooms"), terms.rooms.map(\.name.string)),
        ])
    }
}

extension Participant.State {
    func badge(_ t: Texts) -> Badge {
        let tone: Badge.Tone =
            switch self {
            case .invited: .warning
            case .accepted: .success
            case .cancelled: .neutral
            }
        return Badge(t("participation.\(rawValue)"), tone)
    }
}

/// What was just done, as the address of the page after it says.
enum DemoDayDone: String, Codable, CaseIterable {
    case created, revised, invited, accepted, cancelled, wished, published, recorded
}

struct ShowDemoDay: Codable {
    let day: DemoDay.ID
    let done: DemoDayDone?
}

/// A list: its head and its rows.
struct ListPage: ViewModel {
    var header: PageHeader
    var table: Table
}

extension PageTemplate<ListPage> {
    static let list = PageTemplate("demo-days/list", in: .demoDays)
}

/// A form with a page of its own, and what narrows down what it offers.
struct FormPage: ViewModel {
    var header: PageHeader
    var filters: Filters?
    var form: Form
}

extension PageTemplate<FormPage> {
    static let form = PageTemplate("demo-days/form", in: .demoDays)
}
