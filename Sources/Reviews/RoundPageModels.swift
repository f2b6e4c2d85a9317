internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Vocabulary
internal import Wording

/// Rounds, those of the latest call first; or the calls that a round can be drafted for.
struct RoundsPage: ViewModel {
    var header: PageHeader
    var filters: Filters?
    var table: Table
    /// Who of several was refused, and why.
    var refused: Table?
}

extension RoundsPage {
    /// How those come in who were seated with something: their codes, shown this once, and who was not.
    init(
        _ title: String, codes: [(name: String, email: String, invitation: Invitation)], refused: [BulkRow] = [],
        kind: String, back: Action, in zone: TimeZoneName, _ t: Texts
    ) {
        self.init(
            header: PageHeader(
                title: title, kind: kind, lede: t("asking.codes_lede"), actions: [back]),
            table: Table(
                caption: title,
                columns: [.init(t("panel.person")), .init(t("panel.code")), .init(t("panel.code_until"))],
                rows: codes.map { name, email, invitation in
                    [
                        .text(name, note: email), .text(invitation.code),
                        .time(TimeText(invitation.expiresAt, in: zone, and: .ofReader, language: t.language)),
                    ]
                }, empty: EmptyState(title: title, text: t("asking.codes_lede"))),
            refused: BulkPage.refused(refused, subject: t("panel.person"), in: t.language))
    }
}

/// A round with its rubric and panel.
struct RoundPage: ViewModel {
    var header: PageHeader
    var refusal: ErrorSummary?
    var stats: StatTiles?
    var panel: Table
    var inviteURL: SafeURL?
    /// Where the pool of its streams is asked.
    var poolURL: SafeURL?
    /// How far the seats of each partner are taken.
    var seats: [String]
    var hasSeats: Bool
    var seatsURL: SafeURL
    var criteria: [Criterion]
    var hasCriteria: Bool
    var facts: Facts
    /// How the moment at which reviews are due was moved.
    var history: Timeline?
    var tools: [LinkText]

    struct Criterion: ViewModel {
        var name: String
        var weight: String
        var scale: String
        var guidance: String?
    }
}

/// A form alone on its page.
struct ReviewsFormPage: ViewModel {
    var header: PageHeader
    var form: Form
}

extension PageTemplate<RoundsPage> {
    static let rounds = PageTemplate("reviews/rounds", in: .reviews)
}
extension PageTemplate<RoundPage> {
    static let round = PageTemplate("reviews/round", in: .reviews)
}
extension PageTemplate<ReviewsFormPage> {
    static let reviewsForm = PageTemplate("reviews/form", in: .reviews)
}

extension Panelist {
    /// That they are away, and until when or for how long; nil where they are there until reviews are due.
    func absence(_ t: Texts) -> String? {
        if let awayUntil { return t("panel.away_until", ["day": awayUntil.text(in: t.language)]) }
        if isAway { return t("panel.away") }
        return daysAway == 0
            ? nil
            : t("panel.away_some", count: daysAway, ["left": Figures.grouped(daysLeft)])
    }
}

/// How rounds are said on a page.
struct RoundWords {
    let t: Texts
    let now: Date

    var spoken: Vocabulary.Language { Vocabulary.Language(t.language) }

    func badge(_ status: ReviewRound.Status) -> Badge {
        let tone: Badge.Tone =
            switch status {
            case .draft, .closed: .neutral
            case .open: .success
            }
        return Badge(t("round.status_\(status.rawValue)"), tone)
    }

    /// When reviews are due, where it was set and by the reader's clock.
    func time(_ due: Deadline, isRelative: Bool = false) -> TimeText {
        TimeText(
            due.instant, in: due.zone, and: due.zone.companion, from: isRelative ? now : nil, language: t.language)
    }

    func submitted(_ progress: RoundProgress?) -> String {
        t(
            "round.submitted_of",
            [
                "submitted": Figures.grouped(progress?.submitted ?? 0),
                "assigned": Figures.grouped(progress?.assigned ?? 0),
            ])
    }

    func applications(_ progress: RoundProgress?) -> String {
        t("round.applications", count: progress?.files ?? 0)
    }

    /// What holds now and what happens next.
    func lede(_ round: ReviewRound, _ progress: RoundProgress?) -> String {
        switch round.status {
        case .draft: t("round.next_draft", count: progress?.ready ?? 0)
        case .open where (progress?.assigned ?? 0) == 0: t("round.next_unassigned")
        case .open where progress?.submitted == progress?.assigned: t("round.next_done")
        case .open where (progress?.overdue ?? 0) > 0: t("round.next_overdue", count: progress?.overdue ?? 0)
        case .open: t("round.next_open", ["due": time(round.due, isRelative: true).relative ?? ""])
        case .closed: t("round.next_closed")
        }
    }

    func tiles(_ round: ReviewRound, _ progress: RoundProgress?) -> StatTiles {
        var tiles = StatTiles([
            .init(
                t("tile.applications"), figure: Figures.grouped(progress?.files ?? 0),
                note: t("tile.applications_note"), url: "/console/rounds/\(round.id)/standings"),
            .init(
                t("tile.panel"), figure: Figures.grouped(progress?.panelists ?? 0),
                note: (progress?.unanswered ?? 0) == 0
                    ? t("tile.panel_note") : t("tile.panel_unanswered", count: progress?.unanswered ?? 0)),
            .init(
                t("tile.submitted"), figure: Figures.grouped(progress?.submitted ?? 0),
                note: t("tile.submitted_note", ["assigned": Figures.grouped(progress?.assigned ?? 0)]),
                url: "/console/rounds/\(round.id)/assignments"),
            .init(
                t("tile.unassigned"), figure: Figures.grouped(progress?.unassigned ?? 0),
                note: t("tile.unassigned_note"), url: "/console/rounds/\(round.id)/assignments"),
            .init(
                t("tile.decidable"), figure: Figures.grouped(progress?.decidable ?? 0),
                note: t("tile.decidable_note", count: round.quorum), url: "/console/rounds/\(round.id)/standings"),
        ])
        tiles.tiles.insert(contentsOf: late(round, progress), at: 3)
        return tiles
    }

    /// What is late, where something is.
    private func late(_ round: ReviewRound, _ progress: RoundProgress?) -> [StatTiles.Tile] {
        guard let progress else { return [] }
        var tiles: [StatTiles.Tile] = []
        if progress.overdue > 0 {
            tiles.append(
                .init(
                    t("tile.overdue"), figure: Figures.grouped(progress.overdue), note: t("tile.overdue_note"),
                    url: "/console/rounds/\(round.id)/assignments?clock=overdue"))
        }
        if progress.stale > 0 {
            tiles.append(
                .init(
                    t("tile.stale"), figure: Figures.grouped(progress.stale),
                    note: t("tile.stale_note", count: ReviewClock.staleDays),
                    url: "/console/rounds/\(round.id)/assignments?clock=stale"))
        }
        return tiles
    }

    /// How far the seats of partners are taken, by partner and stream.
    func seats(_ found: [PartnerSeats]) -> [String] {
        found.map { seats in
            t(
                "seats.line", count: seats.seats,
                [
                    "taken": Figures.grouped(seats.taken), "partner": seats.partnerName.text(for: spoken),
                    "stream": seats.streamName.text(for: spoken),
                ])
        }
    }

    /// - Parameter isOutside: whether the round's streams have a pool and they are not in it.
    func row(
        _ panelist: Panelist, of round: ReviewRound, isLinked: Bool, isOutside: Bool = false
    ) -> [Table.Cell] {
        let load =
            panelist.terms.least == 0
            ? t("panel.up_to", ["most": Figures.grouped(panelist.terms.most)])
            : t(
                "panel.from_to",
                ["least": Figures.grouped(panelist.terms.least), "most": Figures.grouped(panelist.terms.most)])
        let tone: Badge.Tone =
            switch panelist.answer {
            case .invited: .info
            case .accepted: .success
            case .declined: .warning
            }
        let languages = panelist.terms.languages.map { t("language.\($0.rawValue)") }.joined(separator: t("list.comma"))
        let areas = panelist.terms.focusAreas.map { $0.label(in: t.language) }.joined(separator: t("list.comma"))
        let role = [
            panelist.isChair ? t("panel.chair") : panelist.email, isOutside ? t("pool.outside") : nil,
        ].compactMap(\.self).joined(separator: " · ")
        return [
            isLinked
                ? .link(panelist.name, "/console/rounds/\(round.id)/panel/\(panelist.person)", note: role)
                : .text(panelist.name, note: role),
            .badge(
                Badge(t("panel.\(panelist.answer.rawValue)"), tone),
                note: panelist.absence(t) ?? panelist.declinedReason?.string),
            .text(areas.isEmpty ? t("panel.knows_nothing") : areas, note: languages), .text(load),
            .text(
                t(
                    "round.submitted_of",
                    [
                        "submitted": Figures.grouped(panelist.submitted),
                        "assigned": Figures.grouped(panelist.assigned),
                    ])),
        ]
    }

    func criterion(_ criterion: ReviewRound.Criterion) -> RoundPage.Criterion {
        func meant(_ score: Int) -> String {
            guard let meaning = criterion.anchors["\(score)"] else { return "\(score)" }
            return t("criterion.anchor", ["score": "\(score)", "meaning": meaning.text(for: spoken)])
        }
        return RoundPage.Criterion(
            name: criterion.name.text(for: spoken),
            weight: t("criterion.weighs", ["weight": "\(criterion.weight)"]),
            scale: ([t("criterion.scale", ["lowest": meant(criterion.lowest), "highest": meant(criterion.highest)])]
                + criterion.anchoredBetween.map(meant)).joined(separator: " · "),
            guidance: criterion.guidance?.text(for: spoken))
    }

    /// - Parameter places: at which place each application names the round's stream.
    func facts(_ round: ReviewRound, _ places: [Application.ID: Int]) -> Facts {
        let counts = Dictionary(grouping: places.values, by: { $0 }).mapValues(\.count).sorted { $0.key < $1.key }
        let wanted = counts.map { place, count in
            t("round.named_at", ["place": "\(place)", "count": Figures.grouped(count)])
        }
        return Facts(
            title: t("round.facts"),
            (round.streamName.map { [.text(t("round.stream"), $0.text(for: spoken))] } ?? [])
                + (round.batchName(for: spoken).map { [.text(t("round.batch"), $0)] } ?? [])
                + (wanted.isEmpty
                    ? [] : [.text(t("round.choice"), wanted.joined(separator: t("list.comma")))])
                + [
                    .text(t("round.number"), Figures.grouped(round.number)),
                    .time(t("round.due"), time(round.due, isRelative: round.status == .open)),
                    .text(t("round.blinding"), round.isBlind ? t("round.blind") : t("round.named")),
                    .text(t("round.sharing"), round.isShared ? t("round.shared") : t("round.not_shared")),
                    .text(t("round.wanted"), Figures.grouped(round.reviewsWanted)),
                    .text(t("round.quorum"), Figures.grouped(round.quorum)),
                ])
    }

    func frame(_ title: String, of round: ReviewRound, _ site: Site, _ viewer: Viewer) -> Frame {
        Frame(
            title: title, site: site, viewer: viewer, current: "rounds",
            breadcrumbs: [
                Breadcrumb(t("rounds.title"), "/console/rounds"),
                Breadcrumb(round.name.text(for: spoken), "/console/rounds/\(round.id)"),
            ])
    }
}
