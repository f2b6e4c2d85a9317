internal import Accounts
package import Foundation
internal import Jobs
internal import Matching
package import Postgres
internal import Vocabulary

extension Statements {
    /// A model, and how far its training is; nil when it does not exist or the principal may not know of it.
    package func learnedModel(_ id: LearnedModel.ID) async throws -> LearnedModel? {
        try await first(
            """
            -- learnedModel
            \(fragment: .learnedModels)
            WHERE m.tenant_id = acting_tenant() AND \(fragment: .reachOfModels) AND m.id = \(id)
            """
        ).map(LearnedModel.init)
    }

    /// A model by what it is called.
    package func learnedModel(called version: String) async throws -> LearnedModel? {
        try await first(
            """
            -- learnedModel(called:)
            \(fragment: .learnedModels)
            WHERE m.tenant_id = acting_tenant() AND \(fragment: .reachOfModels) AND m.version = \(version)
            """
        ).map(LearnedModel.init)
    }

    /// Models, the latest first.
    package func learnedModels(
        after cursor: LearnedModelPosition? = nil, limit: Int
    ) async throws -> [LearnedModel] {
        try await rows(
            """
            -- learnedModels
            \(fragment: .learnedModels)
            WHERE m.tenant_id = acting_tenant() AND \(fragment: .reachOfModels)
              \(given: cursor, { "AND (m.requested_at, m.id) < (\($0.requestedAt), \($0.id))" })
            ORDER BY m.requested_at DESC, m.id DESC
            LIMIT \(limit)
            """
        ).map(LearnedModel.init)
    }

    /// Which models were put in use when and by whom, the latest first. The first is in use; of none, the standard one.
    package func modelUses(limit: Int) async throws -> [ModelUse] {
        try await rows(
            """
            -- modelUses
            SELECT u.id, u.model_id, u.used_from, u.chosen_by,
                   (SELECT m.version FROM learned_models AS m
                    WHERE m.tenant_id = u.tenant_id AND m.id = u.model_id) AS version
            FROM model_uses AS u
            WHERE u.tenant_id = acting_tenant() AND \(fragment: .reachOfModels)
            ORDER BY u.number DESC
            LIMIT \(limit)
            """
        ).map { row in
            try ModelUse(
                id: row("id"), model: row("model_id"), version: row("version") ?? Model.standard.version,
                usedFrom: row("used_from"), chosenBy: row("chosen_by"))
        }
    }

    /// What the model in use is called.
    func modelVersionInUse() async throws -> String {
        try await modelUses(limit: 1).first?.version ?? Model.standard.version
    }

    /// The model in use, ready to rank by.
    func modelInUse() async throws -> Model {
        let row = try await first(
            """
            -- modelInUse
            SELECT (SELECT m.weights FROM learned_models AS m
                    WHERE m.tenant_id = u.tenant_id AND m.id = u.model_id) AS weights
            FROM model_uses AS u
            WHERE u.tenant_id = acting_tenant() AND \(fragment: .reachOfModels)
            ORDER BY u.number DESC
            LIMIT 1
            """)
        let weights: JSONB<Model>? = try row?("weights")
        return weights?.value ?? .standard
    }
}

/// Where a list of models goes on.
package struct LearnedModelPosition: Codable, Sendable {
    /// When the last model of the page was asked for.
    package let requestedAt: Date
    /// That model.
    package let id: LearnedModel.ID

    /// Behind a model.
    package init(_ model: LearnedModel) {
        requestedAt = model.requestedAt
        id = model.id
    }
}

extension Query {
    /// Models are the managers' own, in the query as in row-level security.
    fileprivate static var reachOfModels: Query { "acts_as('manager', 'system')" }

    fileprivate static var learnedModels: Query {
        """
        SELECT m.id, m.job_id, m.version, m.as_of, m.is_automatic, m.requested_at, m.requested_by, m.trained_at,
               encode(m.data_hash, 'hex') AS data_hash, m.report,
               coalesce(m.id = (SELECT u.model_id FROM model_uses AS u WHERE u.tenant_id = acting_tenant()
                                ORDER BY u.number DESC LIMIT 1), false) AS is_in_use,
               j.state AS job_state, j.done AS job_done, j.total AS job_total
        FROM learned_models AS m
        LEFT JOIN (\(fragment: .jobStates)) AS j ON j.id = m.job_id
        """
    }
}

extension LearnedModel {
    fileprivate init(_ row: Row) throws {
        let trainedAt: Date? = try row("trained_at")
        let progress = try WorkProgress(done: row("job_done"), total: row("job_total"))
        try self.init(
            id: row("id"), version: row("version"),
            state: State(of: row("job_state"), hasResult: trainedAt != nil),
            progress: trainedAt == nil ? progress : nil, asOf: row("as_of"), isAutomatic: row("is_automatic"),
            requestedAt: row("requested_at"), requestedBy: row("requested_by"), trainedAt: trainedAt,
            dataHash: row("data_hash"), isInUse: row("is_in_use"),
            report: (row("report") as JSONB<Report>?)?.value, job: row("job_id"))
    }
}

/// What an unfinished training was asked to do.
struct OrderedTraining: Sendable {
    let version: String
    let asOf: CalendarDate
    let isAutomatic: Bool
}

extension Transaction {
    /// Keeps that a model is to be learned, unless the job is there for another. Models of a day are numbered.
    func insert(
        _ model: LearnedModel.ID, job: UUID, asOf: CalendarDate, isAutomatic: Bool, in tenant: Tenant.ID,
        by person: Person.ID?
    ) async throws {
        // Whoever counts sees all that were asked for before, and nobody counts beside them. A sequence would leave gaps
        // and go on from day to day; the tenant's row would make everybody wait who writes anything that hangs on it.
        try await execute(
            """
            -- requestTraining: one at a time in a tenant, until the transaction ends
            SELECT pg_advisory_xact_lock('learned_models'::regclass::oid::integer, hashtext(\(tenant)::text))
            """)
        try await execute(
            """
            -- requestTraining
            INSERT INTO learned_models (tenant_id, id, job_id, version, as_of, is_automatic, requested_by)
            SELECT \(tenant), \(model), \(job),
                   'learned-' || to_char(\(asOf)::date, 'YYYY-MM-DD') || '-' ||
                   (SELECT count(*) + 1 FROM learned_models WHERE tenant_id = \(tenant) AND as_of = \(asOf)),
                   \(asOf), \(isAutomatic), \(person)
            WHERE NOT EXISTS (SELECT FROM learned_models WHERE tenant_id = \(tenant) AND job_id = \(job))
            """)
    }

    /// Whether a model has been learned from these very data; see `TrainingInputs.hash()`.
    func hasLearned(from hash: [UInt8]) async throws -> Bool {
        try await value(
            """
            -- learnOvernight
            SELECT EXISTS (SELECT FROM learned_models WHERE tenant_id = acting_tenant() AND data_hash = \(hash))
            """)
    }

    func orderedTraining(_ id: LearnedModel.ID) async throws -> OrderedTraining? {
        try await first(
            """
            -- orderedTraining
            SELECT version, as_of, is_automatic FROM learned_models
            WHERE tenant_id = acting_tenant() AND id = \(id) AND trained_at IS NULL
            """
        ).map { row in
            try OrderedTraining(version: row("version"), asOf: row("as_of"), isAutomatic: row("is_automatic"))
        }
    }

    /// Keeps what was learned; false when an earlier attempt has done so.
    func keep(
        _ model: Model, _ report: LearnedModel.Report, hash: [UInt8], as id: LearnedModel.ID
    ) async throws -> Bool {
        try await execute(
            """
            -- finishTraining
            UPDATE learned_models
            SET trained_at = now(), data_hash = \(hash), weights = \(JSONB(model)), report = \(JSONB(report))
            WHERE tenant_id = acting_tenant() AND id = \(id) AND trained_at IS NULL
            """) == 1
    }

    func insert(
        _ use: ModelUse.ID, of model: LearnedModel.ID?, by person: Person.ID?
    ) async throws {
        try await execute(
            """
            -- useModel
            INSERT INTO model_uses (tenant_id, id, model_id, chosen_by)
            VALUES (acting_tenant(), \(use), \(model), \(person))
            """)
    }
}
