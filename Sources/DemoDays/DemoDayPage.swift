internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Vocabulary
internal import Wording

/// One demo day as the park sees it: who takes part, its plans, and the one in force.
struct DemoDayPage: ViewModel {
    var header: PageHeader
    var refusal: ErrorSummary?
    /// That something has changed since the plan in force was published.
    var notice: String?
    var stats: StatTiles
    var participants: Table
    var plans: Table
    var schedule: Table?
    var facts: Facts

    init(
        _ day: DemoDay, _ participants: [Participant], _ plans: [DemoDayPlan], _ meetings: [DemoDayMeeting],
        _ reading: Reading, now: Date, key: String, refusal: FormProblem?
    ) {
        let t = reading.t
        let isAhead = now < day.terms.startsAt
        let accepted = participants.filter { $0.state == .accepted }
        let isReady = Participant.Side.allCases.allSatisfy { side in accepted.contains { $0.side == side } }
        let plan = Action.post(
            day.plan == nil ? t("plan.request") : t("plan.request_again"), "/console/demo-days/\(day.id)/plans",
            style: isReady ? .primary : .secondary, hidden: [HiddenField("idempotency_key", "\(key)-plan")])
        let files: [Action] =
            day.plan == nil
            ? []
            : [
                .link(t("schedule.csv"), "/console/demo-days/\(day.id)/schedule.csv"),
                .link(t("schedule.xlsx"), "/console/demo-days/\(day.id)/schedule.xlsx"),
            ]
        let ahead: [Action] = [
            .link(
                t("invite.action"), "/console/demo-days/\(day.id)/invitations", style: isReady ? .secondary : .primary),
            .link(t("form.edit"), "/console/demo-days/\(day.id)/terms"),
        ]
        let afterwards: [Action] =
            day.plan == nil
            ? [] : [.link(t("outcomes.title"), "/console/demo-days/\(day.id)/outcomes", style: .primary)]
        header = PageHeader(
            title: reading.name(day.terms.title), kind: t("day.kind"), badge: DemoDayConsole.badge(of: day, t),
            lede: !isAhead
                ? t("day.lede_begun")
                : day.plan != nil ? t("day.lede_published") : isReady ? t("day.lede_ready") : t("day.lede_inviting"),
            actions: (isAhead ? (isReady ? [plan] : []) + ahead : afterwards) + files)
        self.refusal = refusal.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) }
        let lost = meetings.count { !$0.isDropped && !$0.takesPlace }
        notice = lost > 0 && isAhead ? t("day.lost", count: lost) : nil
        func tile(_ side: Participant.Side) -> StatTiles.Tile {
            let all = participants.filter { $0.side == side && $0.state != .cancelled }
            return StatTiles.Tile(
                t("day.\(side.rawValue)s"), figure: Figures.grouped(all.count { $0.state == .accepted }),
                note: t("day.of_invited", count: all.count))
        }
        stats = StatTiles([
            tile(.startup), tile(.investor),
            StatTiles.Tile(
                t("day.wished"), figure: Figures.grouped(accepted.count { $0.ranked != nil }),
                note: t("day.of_accepted", count: accepted.count)),
            StatTiles.Tile(t("day.meetings"), figure: Figures.grouped(meetings.count(where: \.takesPlace))),
        ])
        var counts: [UUID: Int] = [:]
        for meeting in meetings where meeting.takesPlace {
            counts[meeting.investor.uuid, default: 0] += 1
            counts[meeting.startup.uuid, default: 0] += 1
        }
        self.participants = Table(
            caption: t("participants.title"),
            columns: [
                Table.Column(t("participants.name")), Table.Column(t("participants.state")),
                Table.Column(t("participants.there")), Table.Column(t("participants.wishes")),
                Table.Column(t("participants.meetings"), isNumber: true),
                Table.Column(t("participants.cancel")),
            ],
            rows: participants.map { guest in
                [
                    .text(reading.name(guest.name), note: t("side.\(guest.side.rawValue)")),
                    .badge(guest.state.badge(t)), .text(Self.there(guest, of: day, reading)),
                    .text(
                        guest.ranked.map { t("participants.ranked", count: $0) } ?? "–",
                        note: guest.refused.flatMap { $0 > 0 ? t("participants.refused", count: $0) : nil }),
                    .number(counts[guest.institution.uuid] ?? 0),
                    guest.state == .cancelled || !isAhead
                        ? .text("–")
                        : .action(
                            .post(
                                t("participants.cancel_action"),
                                "/console/demo-days/\(day.id)/participants/\(guest.institution)/cancellation",
                                hidden: [HiddenField("idempotency_key", "\(key)-\(guest.institution)")])),
                ]
            },
            empty: EmptyState(
                title: t("participants.none"), text: t("participants.none_text"),
                action: isAhead ? LinkText(t("invite.action"), "/console/demo-days/\(day.id)/invitations") : nil))
        self.plans = Table(
            caption: t("plans.title"),
            columns: [
                Table.Column(t("plan.number")), Table.Column(t("day.state")),
                Table.Column(t("day.meetings"), isNumber: true), Table.Column(t("plan.asked")),
            ],
            rows: plans.map { plan in
                [
                    .link(
                        t("plan.title", ["number": "\(plan.number)"]), "/console/demo-days/\(day.id)/plans/\(plan.id)"),
                    .badge(plan.badge(t)), plan.report.map { .number($0.meetings) } ?? .text("–"),
                    .time(reading.time(plan.askedAt, of: day)),
                ]
            }, empty: EmptyState(title: t("plans.none"), text: t("plans.none_text")))
        schedule = day.plan == nil ? nil : MeetingWords(reading, day).grid(meetings.filter(\.takesPlace))
        facts = reading.facts(of: day, now: now)
    }

    private static func there(_ guest: Participant, of day: DemoDay, _ reading: Reading) -> String {
        let t = reading.t
        guard guest.state == .accepted else { return "–" }
        guard !guest.windows.isEmpty else { return t("participants.all_day") }
        return guest.windows.map {
            "\(reading.moment($0.startsAt, of: day))–\(reading.moment($0.endsAt, of: day))"
        }.joined(separator: t("list.separator"))
    }
}

extension PageTemplate<DemoDayPage> {
    static let day = PageTemplate("demo-days/day", in: .demoDays)
}
