internal import Foundation
internal import Institutions
internal import Investment
internal import Pages
internal import Vocabulary
internal import Wording

/// One's own demo day.
struct OwnDayPage: ViewModel {
    var header: PageHeader
    var meetings: Table?
    var unmet: Table?
    var forms: [Form]
    var facts: Facts

    init(
        _ day: DemoDay, _ guest: Participant, _ meetings: [DemoDayMeeting], _ partners: [Partner],
        _ proposals: [Startup.ID: Shortlist.ID], _ forms: ParticipationForms, _ reading: Reading, now: Date
    ) {
        let t = reading.t
        let standing = meetings.filter { !$0.isDropped }
        let isPlanned = guest.state == .accepted && day.plan != nil
        let lede =
            switch guest.state {
            case .invited: forms.mayAnswer ? t("own.lede_invited") : t("own.lede_analyst")
            case .cancelled: t("own.lede_cancelled")
            case .accepted:
                !isPlanned
                    ? forms.mayAnswer ? t("own.lede_accepted") : t("own.lede_analyst")
                    : standing.isEmpty ? t("own.lede_none") : t("own.lede_meetings", count: standing.count)
            }
        header = PageHeader(
            title: reading.name(day.terms.title), kind: t("day.kind"), badge: guest.state.badge(t), lede: lede,
            // Also for who takes part no more: the file takes the meetings out of a calendar.
            actions: day.plan != nil && !meetings.isEmpty
                ? [.link(t("own.calendar"), "/demo-days/\(day.id)/meetings.ics", style: .primary)] : [])
        let hasOutcomes = standing.contains { $0.outcome != nil }
        self.meetings =
            isPlanned
            ? Table(
                caption: t("own.meetings"),
                columns: [
                    Table.Column(t(guest.side == .startup ? "schedule.investor" : "schedule.startup")),
                    Table.Column(t("meeting.time")), Table.Column(t("schedule.room")),
                ] + (hasOutcomes ? [Table.Column(t("schedule.outcome"))] : []),
                rows: standing.map { meeting in
                    let name = reading.name(guest.side == .startup ? meeting.investorName : meeting.startupName)
                    let room: Table.Cell =
                        meeting.link.flatMap { SafeURL(external: $0.description) }
                        .map { .link(meeting.room.string, $0) } ?? .text(meeting.room.string)
                    return [.text(name), .time(reading.time(meeting.startsAt, of: day)), room]
                        + (hasOutcomes ? [Self.outcome(of: meeting, guest, proposals, t)] : [])
                }, empty: EmptyState(title: t("own.none"), text: t("own.none_text"))) : nil
        unmet = Self.unmet(guest.explaining(partners, meeting: meetings, on: day), guest, reading)
        self.forms = forms.all(now: now)
        facts = reading.facts(of: day, now: now)
    }

    /// Whom one ranked and does not meet, with the reason as far as it is one's own; nothing where all are met.
    private static func unmet(_ partners: [Partner], _ guest: Participant, _ reading: Reading) -> Table? {
        let t = reading.t
        let rows = partners.compactMap { partner -> [Table.Cell]? in
            guard let wish = partner.unmet else { return nil }
            let why =
                switch wish.reason {
                case .mostMeetings: t("wish.most_meetings", count: wish.meetings)
                case .noFreeSlot: t("wish.no_free_slot", count: wish.meetings)
                case .notArranged: t("wish.not_arranged")
                }
            let note =
                wish.reason == .notArranged || wish.preferred == 0
                ? nil : t("wish.preferred", count: wish.preferred)
            return [.text(reading.name(partner.name)), .text(why, note: note)]
        }
        guard !rows.isEmpty else { return nil }
        return Table(
            caption: t("wish.title"),
            columns: [
                Table.Column(t(guest.side == .startup ? "schedule.investor" : "schedule.startup")),
                Table.Column(t("unmet.why")),
            ], rows: rows, empty: EmptyState(title: "", text: ""))
    }

    /// What came of a meeting; an investor goes on from one that was held by answering a proposal, as always.
    private static func outcome(
        of meeting: DemoDayMeeting, _ guest: Participant, _ proposals: [Startup.ID: Shortlist.ID], _ t: Texts
    ) -> Table.Cell {
        guard let outcome = meeting.outcome else { return .text("–") }
        let said = t("outcome.\(outcome.rawValue)")
        guard outcome == .held, guest.side == .investor else { return .text(said) }
        guard let list = proposals[meeting.startup] else { return .text(said, note: t("own.ask_park")) }
        return .link(t("own.ask"), "/shortlists/\(list)/items/\(meeting.startup)", note: said)
    }
}

extension PageTemplate<OwnDayPage> {
    static let ownDay = PageTemplate("demo-days/own-day", in: .demoDays)
}
