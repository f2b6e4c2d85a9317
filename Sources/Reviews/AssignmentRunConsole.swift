internal import API
internal import Accounts
internal import Foundation
internal import Jobs
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// A plan of who judges what: watching it being worked out, reading what it is worth, taking it.
struct AssignmentRunConsole {
    let site: Site

    var routes: [AnyRoute] { [show, cancel, apply] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/assignment-runs/{run}", "consoleAssignmentRun", access: .roles([.manager]),
            parameters: ShowAssignmentRun.self
        ) { call in
            try await page(for: call, call.parameters)
        }.erased
    }

    private var cancel: AnyRoute {
        PageRoute(
            .post, "/console/assignment-runs/{run}/cancellation", "cancelConsoleAssignmentRun",
            access: .roles([.manager]), parameters: AssignmentRunPath.self
        ) { call in
            let id = call.parameters.run
            return try await answering {
                try await call.write { transaction in
                    _ = try await transaction.cancelAssignmentRun(id)
                    return .redirect(to: "/console/assignment-runs/\(id)")
                }
            } again: { problem in
                try await page(for: call, ShowAssignmentRun(id), refusal: problem)
            }
        }.erased
    }

    private var apply: AnyRoute {
        PageRoute(
            .post, "/console/assignment-runs/{run}/application", "applyConsolePlan", access: .roles([.manager]),
            parameters: AssignmentRunPath.self
        ) { call in
            let (id, person) = (call.parameters.run, try call.principal.personID)
            return try await answering {
                try await call.write { transaction in
                    _ = try await transaction.applyPlan(of: id, by: person)
                    return .redirect(to: "/console/assignment-runs/\(id)")
                }
            } again: { problem in
                try await page(for: call, ShowAssignmentRun(id), refusal: problem, isApplying: true)
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, _ query: ShowAssignmentRun, refusal: FormProblem? = nil, isApplying: Bool = false
    ) async throws -> HTML {
        guard let run = try await call.reader.assignmentRun(query.run) else { throw Problem.notFound }
        let desk = try await RoundDesk(call, run.round, in: site)
        let t = desk.t
        let words = PlanWords(desk: desk)
        // Once a plan was taken, nothing of it is a change.
        let showsAll = query.show == .all || run.appliedAt != nil
        let isOvertaken = try await call.reader.isOvertaken(run.id) == true
        let takenBack =
            run.state == .finished && run.appliedAt == nil && run.report?.removed != 0
            ? try await call.reader.takenBack(by: run.id, limit: PlanWords.mostNamed) : []
        let base: SafeURL = "/console/assignment-runs/\(run.id)"
        let shown = query.show.map { [(name: "show", value: $0.rawValue)] } ?? []
        // A plan is refused in the words for a single assignment, which would not say what they are about.
        let sentence = refusal?.sentence(besides: [])
        let problem = isApplying ? sentence.map { t("plan.not_applied", ["reason": $0]) } : sentence
        var table: Table?
        if run.report != nil, query.show == .takenBack {
            let found = try await call.reader.takenBack(
                by: run.id, after: try call.position(query.cursor, as: AssignmentPosition.self),
                limit: PageSize.rows(for: nil))
            let page = try call.page(found.map(AssignmentView.init), size: nil) {
                AssignmentPosition(code: $0.code, id: $0.id)
            }
            table = words.table(
                takingBack: found.prefix(page.items.count),
                pager: RoundDesk.pager(
                    first: query.cursor == nil && refusal == nil ? nil : base.adding(shown),
                    next: refusal == nil ? page.next.map { base.adding(shown + [("cursor", $0)]) } : nil))
        } else if run.report != nil {
            let found = try await call.reader.plan(
                of: run.id, onlyChanges: !showsAll, after: try call.position(query.cursor, as: AssignmentPosition.self),
                limit: PageSize.rows(for: nil))
            let page = try call.page(found.map(PlannedAssignmentView.init), size: nil) {
                AssignmentPosition(code: $0.code, id: ReviewAssignment.ID($0.reviewer.id.uuid))
            }
            table = words.table(
                found.prefix(page.items.count), of: run,
                pager: RoundDesk.pager(
                    first: query.cursor == nil && refusal == nil ? nil : base.adding(shown),
                    next: refusal == nil ? page.next.map { base.adding(shown + [("cursor", $0)]) } : nil))
        }
        let contradictions = run.report.map { words.sentences(on: $0.contradictions) } ?? []
        let model = PlanPage(
            header: desk.header(
                t("plan.title", ["day": desk.time(run.requestedAt).text]), badge: words.badge(of: run),
                lede: words.lede(of: run),
                actions: run.state.isUnderWay
                    ? [.post(t("plan.cancel"), "/console/assignment-runs/\(run.id)/cancellation", style: .danger)]
                    : []),
            refusal: ErrorSummary(fields: [], problem: problem, texts: t),
            isUnderWay: run.state.isUnderWay,
            progress: run.progress.map { progress in
                PlanPage.Bar(
                    label: t("plan.progress", ["percent": "\(progress.done * 100 / max(1, progress.total)) %"]),
                    done: progress.done, total: max(1, progress.total))
            },
            stats: run.report.map(words.stats), contradictions: contradictions,
            hasContradictions: !contradictions.isEmpty,
            overtaken: isOvertaken ? t("plan.overtaken") : nil,
            apply: isOvertaken
                ? nil : words.offer(of: run, takingBack: takenBack, key: call.freshIdempotencyKey),
            choices: run.report == nil || run.appliedAt != nil
                ? nil
                : Tabs(
                    label: t("plan.pairs"),
                    items: [
                        NavigationItem(
                            label: t("plan.only_changes"), url: base, isCurrent: !showsAll && query.show != .takenBack),
                        NavigationItem(
                            label: t("plan.all_pairs"), url: base.adding([("show", "all")]), isCurrent: showsAll),
                        NavigationItem(
                            label: t("plan.taken_back"), url: base.adding([("show", "taken_back")]),
                            isCurrent: query.show == .takenBack),
                    ]),
            table: table)
        // Works without scripts: while the run is under way the page asks again by itself.
        let headers = run.state.isUnderWay ? [HeaderField("Refresh", "2")] : []
        return HTML(
            bytes: try PageTemplate.plan.render(model, in: desk.frame(t("plan.kind"), under: .assignments)),
            headers: headers)
    }
}

/// What a plan says to a manager.
struct PlanWords {
    let desk: RoundDesk

    private var t: Texts { desk.t }

    /// How many of the pairs that are taken back stand beside the button; all of them stand in a list of their own.
    static let mostNamed = 12

    func badge(of run: AssignmentRun) -> Badge {
        switch run.state {
        case .waiting: Badge(t("plan.state.waiting"))
        case .running: Badge(t("plan.state.running"), .info)
        case .finished where run.appliedAt != nil: Badge(t("plan.state.applied"), .success)
        case .finished: Badge(t("plan.state.finished"), .accent)
        case .cancelled: Badge(t("plan.state.cancelled"), .warning)
        case .failed: Badge(t("plan.state.failed"), .danger)
        }
    }

    /// What was found, or what is happening.
    func lede(of run: AssignmentRun) -> String {
        switch run.state {
        case .waiting: t("plan.lede_waiting")
        case .running: t("plan.lede_running")
        case .cancelled: t("plan.lede_cancelled")
        case .failed: t("plan.lede_failed")
        case .finished where run.replacesOverdue && run.report?.emptySeats == 0 && run.report?.isWhole == false:
            t("plan.stays_overdue")
        case .finished: run.report.map(finding) ?? ""
        }
    }

    private func finding(_ report: AssignmentRun.Report) -> String {
        if report.pairs == 0, report.isWhole { return t("plan.nothing") }
        if report.isWhole { return t("plan.whole", count: desk.round.reviewsWanted) }
        var sentences: [String] = []
        if report.emptySeats > 0 { sentences.append(t("plan.empty_seats", count: report.emptySeats)) }
        if report.missingReviews > 0 { sentences.append(t("plan.missing_reviews", count: report.missingReviews)) }
        return sentences.isEmpty ? t("plan.broken") : sentences.joined(separator: t("plan.gap"))
    }

    func stats(of report: AssignmentRun.Report) -> StatTiles {
        StatTiles([
            .init(t("plan.pair_count"), figure: Figures.grouped(report.pairs)),
            .init(t("plan.added"), figure: Figures.grouped(report.added)),
            .init(t("plan.removed"), figure: Figures.grouped(report.removed)),
            .init(t("plan.applications_changed"), figure: Figures.grouped(report.applicationsChanged)),
            .init(
                t("plan.affinity"), figure: Figures.percent(thousandths: report.meanAffinity),
                note: t("plan.worst", ["percent": Figures.percent(thousandths: report.worstAffinity)])),
            .init(
                t("plan.loads"),
                figure: report.leastLoad == report.mostLoad
                    ? Figures.grouped(report.mostLoad)
                    : "\(Figures.grouped(report.leastLoad))–\(Figures.grouped(report.mostLoad))",
                note: t("plan.loads_note")),
        ])
    }

    /// What cannot be, whom it concerns and why; what each panelist has begun in one sentence.
    func sentences(on contradictions: [AssignmentRun.Contradiction]) -> [String] {
        let begun = Dictionary(grouping: contradictions.filter { $0.kind == .begun }, by: \.reviewers)
        let joined = begun.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { reviewers, found in
            AssignmentRun.Contradiction(
                kind: .begun, applications: found.flatMap(\.applications).sorted(), reviewers: reviewers, needed: 1,
                possible: 0)
        }
        // What holds of many applications alike is one sentence, too.
        let lacking = Dictionary(grouping: contradictions.filter { $0.kind == .partners && !$0.applications.isEmpty }) {
            lacking in
            [lacking.needed, lacking.possible].map(String.init)
                + (lacking.partners ?? []).map { $0.text(for: desk.spoken) }
        }
        .sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { _, found in
            found.first.map { first in
                AssignmentRun.Contradiction(
                    kind: .partners, applications: found.flatMap(\.applications).sorted(), reviewers: [],
                    needed: first.needed, possible: first.possible, partners: first.partners)
            }
        }
        let others = contradictions.filter { $0.kind != .begun && ($0.kind != .partners || $0.applications.isEmpty) }
        var sentences = (others + lacking + joined).map(sentence)
        if contradictions.contains(where: { $0.kind == .partners }) { sentences.append(t("plan.partners_way")) }
        // What names nobody is said once.
        return sentences.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private func sentence(on contradiction: AssignmentRun.Contradiction) -> String {
        let (codes, names) = (contradiction.applications, contradiction.reviewers)
        let reviewers = desk.listed(names)
        let possible = Figures.grouped(contradiction.possible)
        guard contradiction.kind == .leastLoads || !codes.isEmpty else { return t("plan.hidden") }
        switch contradiction.kind {
        case .reviewers:
            return t(
                "plan.alone", count: contradiction.needed, ["application": desk.listed(codes), "possible": possible])
        case .partners:
            return t(
                "plan.partners", count: contradiction.needed,
                [
                    "application": desk.listed(codes), "possible": possible,
                    "partners": desk.listed((contradiction.partners ?? []).map { $0.text(for: desk.spoken) }),
                ])
        case .seats:
            let need = t(
                "plan.need", count: codes.count,
                ["applications": desk.listed(codes), "reviews": t("plan.more_reviews", count: contradiction.needed)])
            if names.isEmpty { return t("plan.seats_nobody", ["need": need]) }
            let values = ["need": need, "reviewers": reviewers, "room": possible]
            return contradiction.possible == 0
                ? t("plan.seats_full", count: names.count, values) : t("plan.seats_room", count: names.count, values)
        case .leastLoads:
            return t(
                "plan.least", count: names.count,
                [
                    "reviewers": reviewers, "reviews": t("plan.reviews", count: contradiction.needed),
                    "possible": possible,
                ])
        case .begun:
            return t("plan.begun", count: names.count, ["reviewers": reviewers, "applications": desk.listed(codes)])
        }
    }

    /// Pairs by what the round calls the application, and who judges; of more than are named, the rest is counted.
    private func named(_ pairs: [AssignmentSummary], of all: Int) -> String {
        let names = pairs.map { t("plan.pair", ["code": $0.code, "reviewer": $0.personName ?? ""]) }
        guard all > names.count else { return desk.listed(names) }
        return t(
            "assignments.and_more", count: all - names.count,
            ["names": names.joined(separator: t("assignments.separator"))])
    }

    /// What taking the plan does; nothing where it would do nothing, or has been done.
    func offer(of run: AssignmentRun, takingBack: [AssignmentSummary], key: String) -> PlanPage.Offer? {
        guard run.state == .finished, run.appliedAt == nil, let report = run.report,
            report.added + report.removed > 0
        else { return nil }
        var consequences: [String] = []
        if report.added > 0 { consequences.append(t("plan.apply_added", count: report.added)) }
        if report.removed > 0 {
            consequences.append(t("plan.apply_removed", count: report.removed))
            if !takingBack.isEmpty {
                consequences.append(
                    t("plan.apply_removed_pairs", ["pairs": named(takingBack, of: report.removed)]))
            }
        }
        consequences +=
            run.replacesOverdue ? [t("plan.apply_submitted"), t("plan.apply_due")] : [t("plan.apply_begun")]
        if report.emptySeats > 0 { consequences.append(t("plan.apply_empty", count: report.emptySeats)) }
        return PlanPage.Offer(
            consequences: consequences,
            action: .post(
                t("plan.apply"), "/console/assignment-runs/\(run.id)/application", style: .primary,
                hidden: [HiddenField("idempotency_key", key)]))
    }

    /// What is assigned and would not be.
    func table(takingBack pairs: some Sequence<AssignmentSummary>, pager: Pager?) -> Table {
        Table(
            caption: t("plan.taken_back"),
            columns: [
                .init(t("plan.application")), .init(t("plan.startup")), .init(t("plan.reviewer")),
            ],
            rows: pairs.map { pair in
                [
                    .text(pair.code), .text(pair.startupName?.text(for: desk.spoken) ?? ""),
                    .text(pair.personName ?? ""),
                ]
            },
            empty: EmptyState(title: t("plan.nothing_back"), text: t("plan.nothing_back_text")),
            pager: pager)
    }

    func table(_ pairs: some Sequence<PlannedAssignment>, of run: AssignmentRun, pager: Pager?) -> Table {
        Table(
            caption: t("plan.pairs"),
            columns: [
                .init(t("plan.application")), .init(t("plan.startup")), .init(t("plan.reviewer")),
                .init(t("plan.affinity"), isNumber: true), .init(t("plan.change")),
            ],
            rows: pairs.map { pair in
                [
                    .text(pair.code), .text(pair.startupName.text(for: desk.spoken)), .text(pair.personName),
                    .text(Figures.percent(thousandths: pair.affinity)),
                    .badge(pair.stands ? Badge(t("plan.stands")) : Badge(t("plan.new"), .accent)),
                ]
            },
            empty: EmptyState(
                title: t("plan.no_changes"),
                text: run.report?.removed == 0 ? t("plan.no_changes_text") : t("plan.only_removed_text")),
            pager: pager)
    }
}

struct ShowAssignmentRun: Codable {
    /// Which pairs.
    enum Show: String, Codable, CaseIterable {
        case changes, all
        case takenBack = "taken_back"
    }

    let run: AssignmentRun.ID
    let show: Show?
    let cursor: PageCursor?

    /// The run as one first sees it.
    init(_ run: AssignmentRun.ID) {
        self.run = run
        (show, cursor) = (nil, nil)
    }
}

/// One plan.
struct PlanPage: ViewModel {
    /// How far it is.
    struct Bar: ViewModel {
        var label: String
        var done: Int
        var total: Int
    }

    /// What taking it does.
    struct Offer: ViewModel {
        var consequences: [String]
        var action: Action
    }

    var header: PageHeader
    /// Why it was not taken or stopped.
    var refusal: ErrorSummary?
    var isUnderWay: Bool
    var progress: Bar?
    var stats: StatTiles?
    var contradictions: [String]
    var hasContradictions: Bool
    /// That it cannot be taken any more.
    var overtaken: String?
    var apply: Offer?
    var choices: Tabs?
    var table: Table?
}

extension PageTemplate<PlanPage> {
    static let plan = PageTemplate("reviews/plan", in: .reviews)
}
