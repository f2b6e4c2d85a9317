internal import Foundation
internal import Pages
internal import Vocabulary
internal import Wording

struct EnrolmentListPage: ViewModel {
    var header: PageHeader
    var filters: Filters?
    var table: Table
}

/// How far a startup has come, and what each reader can do about it.
struct EnrolmentPage: ViewModel {
    var header: PageHeader
    /// What stands in the way of graduation, after it was tried.
    var refused: Refused?
    /// How the enrolment was left, in a sentence.
    var ending: String?
    /// Why it was ended early.
    var reason: String?
    var done: Int
    var total: Int
    var summary: String
    var milestones: Table
    var graduation: Graduation?
    var facts: Facts

    /// The end of the road, for the manager.
    struct Graduation: ViewModel {
        var isReady: Bool
        var note: String
        var graduateURL: SafeURL
        var endURL: SafeURL
    }

    struct Refused: ViewModel {
        var title: String
        var missing: [String]
    }

    init(
        _ summary: EnrolmentSummary, _ milestones: [Milestone], for reader: Onlooker, refusal: EnrolmentRefusal?,
        in language: Pages.Language
    ) {
        let t = PageKit.incubation.texts(in: language)
        let spoken = Vocabulary.Language(language)
        let enrolment = summary.enrolment
        let name = summary.startupName.text(for: spoken)
        let program = summary.programName.text(for: spoken)
        header = PageHeader(
            title: reader == .startup ? program : name, kind: reader == .startup ? summary.cohortName.string : program,
            badge: enrolment.state.badge(t), lede: Self.lede(summary, for: reader, in: language))
        switch refusal {
        case .milestonesOpen(let open)?:
            refused = Refused(
                title: t("graduate.refused"),
                missing: open.map { "\($0.position). \($0.title): \(t("standing.\($0.standing.rawValue)"))" })
        case let other?: refused = Refused(title: other.problem.headline ?? t("graduate.refused"), missing: [])
        case nil: refused = nil
        }
        switch enrolment.ending {
        case .graduated(let at)?:
            ending = t("ending.graduated", ["date": CalendarDate(at, in: .hongKong).text(in: language)])
            reason = nil
        case .ended(let at, let because)?:
            ending = t("ending.ended", ["date": CalendarDate(at, in: .hongKong).text(in: language)])
            reason = because.string
        case nil:
            ending = nil
            reason = nil
        }
        done = summary.earned
        total = summary.milestones
        self.summary = summary.progress(t)
        self.milestones = Table(
            caption: t("progress.title"),
            columns: [.init(t("progress.milestone")), .init(t("list.state")), .init(t("milestone.due"))],
            rows: milestones.map { milestone in
                let isOverdue = enrolment.state == .active && milestone.isOverdue(on: summary.today)
                return [
                    .link(
                        "\(milestone.position). \(milestone.title.string)",
                        reader.address(of: milestone.id, in: enrolment.id), note: milestone.creditNote(t)),
                    .badge(milestone.standing.badge(isOverdue: isOverdue, t)),
                    .time(TimeText(milestone.dueOn, in: language)),
                ]
            },
            empty: EmptyState(title: t("progress.none"), text: t("progress.none_text")))
        let isReady = milestones.allSatisfy(\.isEarned)
        graduation =
            reader == .park && enrolment.state == .active
            ? Graduation(
                isReady: isReady, note: isReady ? t("graduate.ready") : t("graduate.not_ready"),
                graduateURL: "/console/enrolments/\(enrolment.id)/graduation",
                endURL: "/console/enrolments/\(enrolment.id)/end") : nil
        var facts: [Fact] = []
        if reader == .park {
            facts.append(
                .link(t("fact.startup"), LinkText(name, "/console/startups/\(enrolment.startup.description)")))
            facts.append(
                .link(
                    t("fact.application"),
                    LinkText(t("fact.application_link"), "/console/applications/\(enrolment.application.description)")))
        }
        facts.append(.text(t("fact.programme"), program))
        facts.append(.text(t("fact.cohort"), summary.cohortName.string))
        facts.append(.time(t("fact.started"), TimeText(enrolment.startedOn, in: language)))
        if enrolment.mentor != nil {
            facts.append(.text(t("fact.mentor"), summary.mentorName ?? t("fact.mentor_named")))
        }
        self.facts = Facts(facts)
    }

    private static func lede(
        _ summary: EnrolmentSummary, for reader: Onlooker, in language: Pages.Language
    ) -> String? {
        let t = PageKit.incubation.texts(in: language)
        guard summary.enrolment.state == .active else { return nil }
        if reader == .park, summary.awaiting > 0 { return t("lede.awaiting", count: summary.awaiting) }
        if summary.overdue > 0 { return t("lede.overdue.\(reader.rawValue)", count: summary.overdue) }
        guard let due = summary.nextDueOn else { return t("lede.complete.\(reader.rawValue)") }
        return t("progress.next_due", ["date": due.text(in: language)])
    }
}

/// A milestone: what has to be shown, what was shown, how it was judged, and the one form that fits.
struct MilestonePage: ViewModel {
    var header: PageHeader
    var criteria: String
    var due: TimeText
    var evidence: [Shown]
    var hasEvidence: Bool
    var assessments: [Judged]
    var hasAssessments: Bool
    var evidenceForm: Form?
    var assessmentForm: Form?
    /// Why there is no form to assess with.
    var barrier: String?

    struct Shown: ViewModel {
        var text: String
        var link: LinkText?
        var who: String
        var time: TimeText
    }

    struct Judged: ViewModel {
        var badge: Badge
        var credit: String?
        var note: String
        var who: String
        var time: TimeText
    }

    init(
        _ milestone: Milestone, of summary: EnrolmentSummary, for reader: Onlooker, evidenceForm: Form?,
        assessmentForm: Form?, barrier: String?, in language: Pages.Language
    ) {
        let t = PageKit.incubation.texts(in: language)
        let spoken = Vocabulary.Language(language)
        let isOverdue = summary.enrolment.state == .active && milestone.isOverdue(on: summary.today)
        header = PageHeader(
            title: milestone.title.string,
            kind: reader == .startup ? summary.programName.text(for: spoken) : summary.startupName.text(for: spoken),
            badge: milestone.standing.badge(isOverdue: isOverdue, t),
            lede: t("milestone_next.\(reader.rawValue).\(milestone.standing.rawValue)"))
        criteria = milestone.criteria.string
        due = TimeText(milestone.dueOn, in: language)
        evidence = milestone.evidence.map { shown in
            Shown(
                text: shown.text.string,
                link: shown.link.flatMap { link in
                    SafeURL(external: link.description).map { LinkText(link.site, $0) }
                },
                who: shown.submittedBy ?? t("who.startup"),
                time: TimeText(shown.submittedAt, in: .hongKong, language: language))
        }
        hasEvidence = !evidence.isEmpty
        assessments = milestone.assessments.map { judged in
            var credit: String?
            if case .partlyMet(let share) = judged.outcome { credit = t("assessed.credit", ["credit": "\(share)"]) }
            return Judged(
                badge: judged.outcome.result.badge(t), credit: credit, note: judged.note.string,
                who: judged.assessedBy ?? t("who.park"),
                time: TimeText(judged.assessedAt, in: .hongKong, language: language))
        }
        hasAssessments = !assessments.isEmpty
        self.evidenceForm = evidenceForm
        self.assessmentForm = assessmentForm
        self.barrier = barrier
    }
}

struct EndPage: ViewModel {
    var confirmation: Confirmation
}

extension PageTemplate<EnrolmentListPage> {
    static let enrolmentList = PageTemplate("incubation/list", in: .incubation)
}

extension PageTemplate<EnrolmentPage> {
    static let enrolment = PageTemplate("incubation/enrolment", in: .incubation)
}

extension PageTemplate<MilestonePage> {
    static let milestone = PageTemplate("incubation/milestone", in: .incubation)
}

extension PageTemplate<EndPage> {
    static let endEnrolment = PageTemplate("incubation/end", in: .incubation)
}

extension Milestone {
    /// What is to be said of it beside its badge.
    func creditNote(_ t: Texts) -> String? {
        switch assessments.last?.outcome {
        case .partlyMet(let credit)?: t("assessed.credit", ["credit": "\(credit)"])
        case .met?, .notMet?, nil: evidence.isEmpty ? nil : t("evidence.count", count: evidence.count)
        }
    }
}

extension Assessment.Result {
    func badge(_ t: Texts) -> Badge {
        switch self {
        case .met: Badge(t("milestone.met"), .success)
        case .partlyMet: Badge(t("milestone.partly_met"), .success)
        case .notMet: Badge(t("milestone.not_met"), .warning)
        }
    }
}
