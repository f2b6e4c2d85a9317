internal import Applications
internal import Foundation
internal import Pages
internal import Vocabulary
internal import Wording

/// What a reviewer is asked, and what is theirs to judge.
struct QueuePage: ViewModel {
    var header: PageHeader
    var invitations: [InvitationCard]
    var hasInvitations: Bool
    var rounds: [Round]
    /// Said where there is nothing at all.
    var empty: EmptyState?

    /// A panel that waits for an answer.
    struct InvitationCard: ViewModel {
        var title: String
        var kind: String
        var due: TimeText
        var asked: String
        /// Accepts as asked.
        var acceptURL: SafeURL
        /// Accepts fewer, or declines.
        var answerURL: SafeURL
    }

    /// A round and what there is to judge in it.
    struct Round: ViewModel {
        var title: String
        var kind: String
        var badge: Badge
        var blind: Badge
        var due: TimeText
        /// That the moment was moved, and why.
        var moved: String?
        var progress: Progress?
        /// The next one to judge.
        var next: LinkText?
        var offline: SafeURL?
        /// What the chair of its panel reads.
        var chaired: LinkText?
        var table: Table
    }

    /// “12 of 45”.
    struct Progress: ViewModel {
        var text: String
        var done: Int
        var total: Int
    }
}

extension PageTemplate<QueuePage> {
    static let queue = PageTemplate("reviews/queue", in: .reviews)
}

/// Everything a reviewer's queue shows.
struct ReviewerQueue: Sendable {
    let rounds: [ReviewRound]
    let seats: [ReviewRound.ID: Panelist]
    let assignments: [AssignmentSummary]
    let moves: [ReviewRound.ID: [DueMove]]
    let now: Date

    func page(in language: Pages.Language) -> QueuePage {
        let t = PageKit.reviews.texts(in: language)
        let spoken = Vocabulary.Language(language)
        let invited = rounds.filter { seats[$0.id]?.answer == .invited && $0.status != .closed }
        let mine = Dictionary(grouping: assignments, by: \.assignment.round)
        // What can be worked on first, then what will be, then what was.
        let order: [ReviewRound.Status] = [.open, .draft, .closed]
        let accepted = order.flatMap { status in
            rounds.filter { seats[$0.id]?.answer == .accepted && $0.status == status }
                .sorted { $0.due.instant < $1.due.instant }
        }
        let open = accepted.filter { $0.status == .open }.flatMap { mine[$0.id] ?? [] }
        let left = open.count { $0.submittedAt == nil }
        let overdue = open.count { $0.clocks.contains(.overdue) }
        let isEmpty = invited.isEmpty && accepted.isEmpty
        return QueuePage(
            header: PageHeader(
                title: t("reviewer.title"),
                lede: open.isEmpty
                    ? nil
                    : left == 0
                        ? t("reviewer.lede_done")
                        : overdue == 0
                            ? t("reviewer.lede_left", count: left) : t("reviewer.lede_overdue", count: overdue),
                actions: [.link(t("absence.link"), "/reviews/absences")]),
            invitations: invited.map { round in
                QueuePage.InvitationCard(
                    title: round.name.text(for: spoken), kind: round.subject(for: spoken),
                    due: round.dueText(from: now, in: language),
                    asked: t("reviewer.invitation_asked", count: seats[round.id]?.terms.most ?? 0),
                    acceptURL: "/reviews/rounds/\(round.id)/acceptance",
                    answerURL: "/reviews/rounds/\(round.id)/invitation")
            },
            hasInvitations: !invited.isEmpty,
            rounds: accepted.map { section($0, mine[$0.id] ?? [], in: language, t) },
            empty: isEmpty ? EmptyState(title: t("reviewer.empty"), text: t("reviewer.empty_text")) : nil)
    }

    private func section(
        _ round: ReviewRound, _ assignments: [AssignmentSummary], in language: Pages.Language, _ t: Texts
    ) -> QueuePage.Round {
        let spoken = Vocabulary.Language(language)
        let done = assignments.count { $0.submittedAt != nil }
        let counted = ["done": Figures.grouped(done), "all": Figures.grouped(assignments.count)]
        let next = round.status == .open ? assignments.nextToJudge() : nil
        return QueuePage.Round(
            title: round.name.text(for: spoken), kind: round.subject(for: spoken), badge: round.badge(t),
            blind: Badge(t(round.isBlind ? "reviewer.blind" : "reviewer.named")),
            due: round.dueText(from: round.status == .open ? now : nil, in: language),
            moved: moves[round.id]?.first.map { move in
                t(
                    "due.moved_queue",
                    [
                        "was": TimeText(move.was, in: round.due.zone, language: language).text,
                        "reason": move.reason.string,
                    ])
            },
            progress: assignments.isEmpty
                ? nil
                : QueuePage.Progress(
                    text: t("reviewer.progress", counted), done: done, total: assignments.count),
            next: next.map { LinkText(t($0.scored == 0 ? "reviewer.begin" : "reviewer.resume"), "/reviews/\($0.id)") },
            offline: assignments.isEmpty ? nil : "/reviews/rounds/\(round.id)/sheet",
            chaired: seats[round.id]?.chairs == true
                ? LinkText(t("chair.link"), "/reviews/rounds/\(round.id)/files") : nil,
            table: Table(
                caption: round.name.text(for: spoken),
                columns: [
                    .init(t("reviewer.application")), .init(t("reviewer.language")), .init(t("reviewer.state")),
                ],
                rows: (assignments.filter { $0.submittedAt == nil } + assignments.filter { $0.submittedAt != nil })
                    .map { row($0, in: round, language, t) },
                empty: EmptyState(
                    title: t("reviewer.none_assigned"), text: t("reviewer.none_assigned.\(round.status.rawValue)"))))
    }

    private func row(
        _ summary: AssignmentSummary, in round: ReviewRound, _ language: Pages.Language, _ t: Texts
    ) -> [Table.Cell] {
        let submitted = summary.submittedAt.map { TimeText($0, in: round.due.zone, language: language) }
        return [
            .link(
                summary.code, "/reviews/\(summary.id)",
                note: summary.startupName?.text(for: Vocabulary.Language(language))),
            .text(Pages.Language(tag: summary.language.rawValue)?.endonym ?? summary.language.rawValue),
            .badge(
                summary.badge(of: round.criteria.count, t),
                note: submitted.map { "\($0.text) \($0.zone ?? "")" } ?? summary.late(t)),
        ]
    }
}

extension Collection<AssignmentSummary> {
    /// What to judge next: of those not submitted the one with the fewest scores, by code where several have as few.
    func nextToJudge(besides current: ReviewAssignment.ID? = nil) -> AssignmentSummary? {
        filter { $0.submittedAt == nil && $0.id != current }.min { ($0.scored, $0.code) < ($1.scored, $1.code) }
    }
}

extension AssignmentSummary {
    /// How far the review has come.
    func badge(of criteria: Int, _ t: Texts) -> Badge {
        if submittedAt != nil { return Badge(t("reviewer.state.submitted"), .success) }
        guard scored > 0 else { return Badge(t("reviewer.state.new"), clocks.isEmpty ? .neutral : .warning) }
        let counted = ["done": Figures.grouped(scored), "all": Figures.grouped(criteria)]
        return Badge(t("reviewer.state.begun", counted), clocks.isEmpty ? .info : .warning)
    }

    /// What is late about the review; nil where nothing is.
    func late(_ t: Texts) -> String? {
        guard let clock = clocks.first else { return nil }
        return t("clock.\(clock.rawValue)")
    }
}

extension ReviewRound {
    /// By when reviews are due, in two zones.
    func dueText(from now: Date?, in language: Pages.Language) -> TimeText {
        TimeText(due.instant, in: due.zone, and: due.zone.companion, from: now, language: language)
    }

    func badge(_ t: Texts) -> Badge {
        let tone: Badge.Tone =
            switch status {
            case .open: .success
            case .draft, .closed: .neutral
            }
        return Badge(t("reviewer.round.\(status.rawValue)"), tone)
    }
}
