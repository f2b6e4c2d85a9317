package import API
internal import Accounts
internal import Foundation
internal import Jobs
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

extension InsightRoom {
    /// The JSON operations: the funnel; what is damaged; an operator's dead letters, the jobs that failed for good.
    package static func operations() -> [AnyOperation] {
        [FunnelPages.operation, StoredFilesPages.operation, listDeadLetters, retryDeadLetter, discardDeadLetter]
    }

    /// What the room's constraints mean to a sender.
    package static let constraints: ConstraintProblems = [
        "jobs_once_per_key_while_unfinished": .conflict("A newer job does the same work already.")
    ]

    private static var listDeadLetters: AnyOperation {
        Operation(
            .get, "/v1/dead-letters", "listDeadLetters", summary: "Jobs that failed for good, the latest first",
            tag: "insight", access: .roles([.operator]), output: DeadLetterList.self
        ) { call in
            .ok(DeadLetterList(items: try await call.reader.deadJobs(limit: 200).map(DeadLetter.init)))
        }.erased
    }

    private static var retryDeadLetter: AnyOperation {
        Operation(
            .post, "/v1/dead-letters/{job}/retry", "retryDeadLetter", summary: "Start over with all attempts",
            tag: "insight", access: .roles([.operator]), parameters: DeadLetterPath.self,
            problems: [.notFound, .conflict]
        ) { call in
            try await call.write { transaction in
                guard try await transaction.retryJob(call.parameters.job) else { throw Problem.notFound }
                return .noContent
            }
        }.erased
    }

    private static var discardDeadLetter: AnyOperation {
        Operation(
            .post, "/v1/dead-letters/{job}/discard", "discardDeadLetter", summary: "Put aside without doing it",
            tag: "insight", access: .roles([.operator]), parameters: DeadLetterPath.self, problems: [.notFound]
        ) { call in
            try await call.write { transaction in
                guard try await transaction.discardJob(call.parameters.job) else { throw Problem.notFound }
                return .noContent
            }
        }.erased
    }
}

struct DeadLetterPath: Codable {
    let job: UUID
}

struct DeadLetterList: Described {
    let items: [DeadLetter]
}

/// A job that failed for good.
struct DeadLetter: Described {
    let id: UUID
    let kind: String
    let tenant: UUID?
    let attempts: Int
    let createdAt: Date
    let failedAt: Date?
    let error: String?

    init(_ job: JobRecord) {
        id = job.status.id
        kind = job.status.kind
        tenant = job.tenant
        attempts = job.status.attempt
        createdAt = job.status.createdAt
        failedAt = job.status.finishedAt
        error = job.lastError
    }
}

/// The operator's first page: what the workers could not do, and what waits for them.
struct DeadLetterPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [list, show, retry, discard] }

    private static let address: SafeURL = "/operator/jobs"

    private var list: AnyRoute {
        PageRoute(
            .get, "/operator/jobs", "operatorJobs", access: .roles([.operator]), parameters: DeadLettersDone.self
        ) { call in
            let viewer = try await call.viewer()
            let t = PageKit.insight.texts(in: viewer.language)
            async let dead = call.reader.deadJobs(limit: 200)
            async let counts = call.reader.jobCounts()
            let model = try await DeadLettersPage(dead: dead, counts: counts, language: viewer.language, t)
            let done = call.parameters.done.flatMap { ["retried", "discarded"].contains($0) ? $0 : nil }
            let frame = Frame(
                title: t("jobs.title"), site: site, viewer: viewer, current: "jobs",
                flash: done.map { FlashNotice(t("jobs.\($0)")) })
            return HTML(bytes: try PageTemplate.deadLetters.render(model, in: frame))
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/operator/jobs/{job}", "operatorJob", access: .roles([.operator]), parameters: DeadLetterPath.self
        ) { call in
            guard let job = try await call.reader.deadJob(call.parameters.job) else { throw Problem.notFound }
            let viewer = try await call.viewer()
            let t = PageKit.insight.texts(in: viewer.language)
            let model = DeadLetterPage(job, language: viewer.language, t)
            let frame = Frame(
                title: model.header.title, site: site, viewer: viewer, current: "jobs",
                breadcrumbs: [Breadcrumb(t("jobs.title"), Self.address)])
            return HTML(bytes: try PageTemplate.deadLetter.render(model, in: frame))
        }.erased
    }

    private var retry: AnyRoute {
        PageRoute(
            .post, "/operator/jobs/{job}/retry", "retryOperatorJob", access: .roles([.operator]),
            parameters: DeadLetterPath.self
        ) { call in
            try await call.write { transaction in
                guard try await transaction.retryJob(call.parameters.job) else { throw Problem.notFound }
                return .redirect(to: "/operator/jobs?done=retried")
            }
        }.erased
    }

    private var discard: AnyRoute {
        PageRoute(
            .post, "/operator/jobs/{job}/discard", "discardOperatorJob", access: .roles([.operator]),
            parameters: DeadLetterPath.self
        ) { call in
            try await call.write { transaction in
                guard try await transaction.discardJob(call.parameters.job) else { throw Problem.notFound }
                return .redirect(to: "/operator/jobs?done=discarded")
            }
        }.erased
    }
}

struct DeadLettersDone: Codable {
    let done: String?
}

struct DeadLettersPage: ViewModel {
    var header: PageHeader
    var dead: Table
    var waiting: Table

    init(dead: [JobRecord], counts: [JobCount], language: Pages.Language, _ t: Texts) {
        header = PageHeader(title: t("jobs.title"), lede: t("jobs.lede"))
        self.dead = Table(
            caption: t("jobs.dead"),
            columns: [
                Table.Column(t("jobs.kind")), Table.Column(t("jobs.failed_at")), Table.Column(t("jobs.attempts")),
                Table.Column(t("jobs.error")),
            ],
            rows: dead.map { job in
                [
                    .link(job.status.kind, "/operator/jobs/\(job.status.id.text)"),
                    job.status.finishedAt.map { .time(TimeText($0, in: .utc, language: language)) } ?? .text("–"),
                    .number(job.status.attempt), .text(String((job.lastError ?? "–").prefix(120))),
                ]
            },
            empty: EmptyState(title: t("jobs.none_dead"), text: t("jobs.none_dead_text")))
        waiting = Table(
            caption: t("jobs.under_way"),
            columns: [Table.Column(t("jobs.kind")), Table.Column(t("jobs.state")), Table.Column(t("jobs.count"))],
            rows: counts.filter { $0.state != .dead }.map { count in
                [.text(count.kind), .text(t("jobs.state_\(count.state.rawValue)")), .number(count.count)]
            },
            empty: EmptyState(title: t("jobs.none_waiting"), text: t("jobs.none_waiting_text")))
    }
}

struct DeadLetterPage: ViewModel {
    var header: PageHeader
    var error: String
    var facts: Facts

    init(_ job: JobRecord, language: Pages.Language, _ t: Texts) {
        let id = job.status.id.text
        header = PageHeader(
            title: job.status.kind, kind: t("jobs.dead_letter"), lede: t("jobs.dead_letter_lede"),
            actions: [
                .post(t("jobs.retry"), "/operator/jobs/\(id)/retry", style: .primary),
                .post(t("jobs.discard"), "/operator/jobs/\(id)/discard", style: .danger),
            ])
        error = job.lastError ?? t("jobs.no_error")
        facts = Facts(
            title: t("jobs.facts"),
            [
                .text(t("jobs.id"), id), .text(t("jobs.tenant"), job.tenant?.text ?? "–"),
                .text(t("jobs.attempts"), Figures.grouped(job.status.attempt)),
                .time(t("jobs.created_at"), TimeText(job.status.createdAt, in: .utc, language: language)),
            ])
    }
}

extension PageTemplate<DeadLettersPage> {
    static let deadLetters = PageTemplate("insight/dead-letters", in: .insight)
}

extension PageTemplate<DeadLetterPage> {
    static let deadLetter = PageTemplate("insight/dead-letter", in: .insight)
}
