internal import Foundation
internal import Pages
internal import Vocabulary
internal import Wording

/// Says the meetings of a demo day in a reader's language.
struct MeetingWords {
    private let reading: Reading
    private let day: DemoDay

    init(_ reading: Reading, _ day: DemoDay) {
        self.reading = reading
        self.day = day
    }

    private var t: Texts { reading.t }

    func pair(_ meeting: DemoDayMeeting) -> String {
        "\(reading.name(meeting.startupName)) × \(reading.name(meeting.investorName))"
    }

    /// Rooms across, times down.
    func grid(_ meetings: [DemoDayMeeting]) -> Table {
        // Also rooms that were withdrawn since, as long as somebody meets there.
        let named = day.terms.rooms.map(\.name)
        let rooms = named + Set(meetings.map(\.room)).subtracting(named).sorted()
        let times = Dictionary(grouping: meetings, by: \.startsAt)
        return Table(
            caption: t("schedule.title"),
            columns: [Table.Column(t("schedule.begins", ["place": day.terms.timeZone.place]))]
                + rooms.map { Table.Column($0.string) },
            rows: times.sorted { $0.key < $1.key }.map { start, meetings in
                [.text(reading.moment(start, of: day))]
                    + rooms.map { room in
                        let here = meetings.filter { $0.room == room }.map(pair)
                        return .text(here.isEmpty ? "–" : here.joined(separator: t("schedule.separator")))
                    }
            }, empty: EmptyState(title: t("schedule.none"), text: t("schedule.none_text")))
    }

    func changes(_ changes: PlanChanges) -> Table {
        func place(_ meeting: DemoDayMeeting) -> String {
            "\(reading.moment(meeting.startsAt, of: day)) · \(meeting.room.string)"
        }
        return Table(
            caption: t("changes.title"),
            columns: [
                Table.Column(t("meeting.pair")), Table.Column(t("changes.change")), Table.Column(t("changes.before")),
                Table.Column(t("changes.after")),
            ],
            rows: changes.items.map { item in
                let tone: Badge.Tone =
                    switch item.change {
                    case .new: .success
                    case .moved: .warning
                    case .rehoused: .info
                    case .dropped: .danger
                    }
                let before = item.change == .dropped ? item.meeting : item.before
                return [
                    .text(pair(item.meeting)), .badge(Badge(t("change.\(item.change.rawValue)"), tone)),
                    .text(before.map(place) ?? "–"), .text(item.change == .dropped ? "–" : place(item.meeting)),
                ]
            }, empty: EmptyState(title: t("changes.none"), text: t("changes.none_text")))
    }
}
