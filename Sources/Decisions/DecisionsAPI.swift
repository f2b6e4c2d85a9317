internal import API
internal import Accounts
internal import Applications
internal import Exports
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Reviews
internal import Vocabulary

internal import struct API.Operation

/// Batches by API: a manager opens, fills and releases them.
enum DecisionsAPI {
    static let operations: [AnyOperation] = [
        listBatches, getBatch, openBatch, reviseBatch, listDecisions, getDecisionFile, getDecisionWorkbook,
        prepareDecision, withdrawPreparation, withdrawPreparations,
        prepareDecisions, releaseBatch,
    ]

    private static var listBatches: AnyOperation {
        Operation(
            .get, "/v1/decision-batches", "listDecisionBatches",
            summary: "Batches of decisions, those not released first",
            description: "Those of calls to which a startup of the manager's own applied are not among them.",
            tag: "decisions", access: .roles([.manager]), parameters: ListBatches.self, output: BatchList.self
        ) { call in
            let wanted = call.parameters.call
            return try await call.database.snapshot(as: call.context) { snapshot in
                let batches = try await snapshot.decisionBatches(of: wanted)
                let tallies = try await snapshot.tallies(of: batches.map(\.id))
                return .ok(
                    BatchList(items: batches.compactMap { batch in tallies[batch.id].map { BatchView(batch, $0) } }))
            }
        }.erased
    }

    private static var getBatch: AnyOperation {
        Operation(
            .get, "/v1/decision-batches/{batch}", "getDecisionBatch", summary: "A batch, and what it comes to",
            tag: "decisions", access: .roles([.manager]), parameters: BatchPath.self, output: BatchView.self,
            problems: [.notFound]
        ) { call in
            let id = call.parameters.batch
            return try await call.database.snapshot(as: call.context) { .ok(try await $0.batchView(id)) }
        }.erased
    }

    private static var openBatch: AnyOperation {
        Operation(
            .post, "/v1/calls/{call}/decision-batches", "openDecisionBatch",
            summary: "Open a batch of decisions for a call",
            description: "Nobody but managers knows of it, or of anything in it, before it is released.",
            tag: "decisions", access: .roles([.manager]), parameters: BatchCallPath.self, body: BatchBody.self,
            output: BatchView.self, success: .created, problems: [.notFound]
        ) { call in
            let principal = try call.principal
            let (tenant, target) = (try principal.workspace, call.parameters.call)
            let id = DecisionBatch.ID()
            return try await call.write { transaction in
                let terms = try call.body.terms(planned: try await transaction.design(ofStreamOf: target))
                _ = try await transaction.openBatch(terms, as: id, of: target, in: tenant, by: principal.personID)
                return .created(try await transaction.batchView(id), location: "/v1/decision-batches/\(id)")
            }
        }.erased
    }

    private static var reviseBatch: AnyOperation {
        Operation(
            .put, "/v1/decision-batches/{batch}", "reviseDecisionBatch",
            summary: "Replace the rules of a batch that was not released",
            description: "What is prepared keeps the amounts and days it has.", tag: "decisions",
            access: .roles([.manager]), parameters: BatchPath.self, body: BatchBody.self, output: BatchView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (id, terms) = (call.parameters.batch, try call.body.terms())
            return try await call.write { transaction in
                _ = try await transaction.reviseBatch(id, to: terms) { _ in
                    try call.match(try await transaction.batchView(id))
                }
                return .ok(try await transaction.batchView(id))
            }
        }.erased
    }

    private static var listDecisions: AnyOperation {
        Operation(
            .get, "/v1/decision-batches/{batch}/decisions", "listPreparedDecisions",
            summary: "What a batch decides, and what keeps it from being released", tag: "decisions",
            access: .roles([.manager]), parameters: BatchPath.self, output: BatchDecisionsView.self,
            problems: [.notFound]
        ) { call in
            let (id, language) = (call.parameters.batch, Pages.Language(tag: call.locale) ?? .english)
            return try await call.database.snapshot(as: call.context) { snapshot in
                guard let batch = try await snapshot.decisionBatch(id) else { throw Problem.notFound }
                let decisions = try await snapshot.preparedDecisions(in: id)
                let undecided = try await snapshot.undecided(in: id)
                let streams = try await snapshot.streamColumn(
                    of: id, decisions.map(\.application) + undecided.map(\.application))
                let short = try await snapshot.shortOfQuorum(in: batch.call, offering: decisions.places)
                let overlaps = try await snapshot.overlapTallies(
                    of: decisions.map(\.application) + undecided.map(\.application))
                let doubtful = decisions.filter {
                    $0.preparation.outcome != .reject && overlaps[$0.application].map { $0.open > 0 } == true
                }
                let standings =
                    batch.releasedAt == nil
                    ? [:] : try await snapshot.placeStandings(of: decisions.map(\.application), in: batch.call)
                let faults =
                    batch.releasedAt == nil
                    ? try await snapshot.releaseFaults(of: batch, decisions, at: Date()) : []
                return .ok(
                    BatchDecisionsView(
                        items: decisions.map {
                            PreparedView($0, streams, overlaps[$0.application], standings[$0.application])
                        },
                        undecided: undecided.map {
                            ApplicantLine(
                                application: $0.application, startup: $0.startupName,
                                choices: streams.chosen(by: $0.application), overlaps: overlaps[$0.application])
                        },
                        belowQuorum: short.sorted { $0.key < $1.key }.map {
                            ShortView(application: $0.key, submitted: $0.value.submitted, quorum: $0.value.quorum)
                        },
                        waivers: try await snapshot.quorumWaivers(in: id).map(WaiverView.init),
                        faults: faults.map { FaultView($0) },
                        warnings: batch.releasedAt == nil
                            ? doubtful.map {
                                FaultView(of: $0.application, overlaps[$0.application]?.words(in: language) ?? "")
                            } : []))
            }
        }.erased
    }

    private static var getDecisionFile: AnyOperation {
        Operation(
            .get, "/v1/decision-batches/{batch}/decisions.csv", "getDecisionFile",
            summary: "What a batch decides, as CSV",
            description: """
                Columns are named in the reader's language; where the call offers several streams, one says which the place \
                is in. Texts that a spreadsheet would take for formulas begin with an apostrophe.
                """, tag: "decisions", access: .roles([.manager]), parameters: BatchPath.self, output: Download.self,
            problems: [.notFound], produces: "text/csv"
        ) { call in
            let sheet = try await call.reader.decisionSheet(
                of: call.parameters.batch, in: Pages.Language(tag: call.locale) ?? .english)
            return .ok(Download(bytes: sheet.csv, filename: sheet.name + ".csv"))
        }.erased
    }

    private static var getDecisionWorkbook: AnyOperation {
        Operation(
            .get, "/v1/decision-batches/{batch}/decisions.xlsx", "getDecisionWorkbook",
            summary: "What a batch decides, as an Excel workbook", tag: "decisions", access: .roles([.manager]),
            parameters: BatchPath.self, output: Download.self, problems: [.notFound], produces: Workbook.mediaType
        ) { call in
            let sheet = try await call.reader.decisionSheet(
                of: call.parameters.batch, in: Pages.Language(tag: call.locale) ?? .english)
            return .ok(Download(bytes: try sheet.workbook.xlsx(), filename: sheet.name + ".xlsx"))
        }.erased
    }

    private static var prepareDecision: AnyOperation {
        Operation(
            .put, "/v1/decision-batches/{batch}/decisions/{application}", "prepareDecision",
            summary: "Prepare a decision, in place of what was prepared before",
            description: "The application stays in review until the batch is released.", tag: "decisions",
            access: .roles([.manager]), precondition: Precondition.none, parameters: PreparedPath.self,
            body: PreparationBody.self, output: PreparedView.self, problems: [.notFound, .conflict]
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                try await transaction.prepareDecision(
                    on: path.application, call.body.preparation, in: path.batch, by: person)
                let prepared = try await transaction.preparedDecision(on: path.application, in: path.batch)
                guard let prepared else { throw Problem.notFound }
                return .ok(
                    PreparedView(
                        prepared, try await transaction.streamColumn(of: path.batch, [prepared.application]),
                        try await transaction.overlapTallies(of: [prepared.application])[prepared.application]))
            }
        }.erased
    }

    private static var withdrawPreparation: AnyOperation {
        Operation(
            .delete, "/v1/decision-batches/{batch}/decisions/{application}", "withdrawPreparation",
            summary: "Take back what is prepared for an application",
            description: "`If-Match` is the entity tag of the batch.", tag: "decisions", access: .roles([.manager]),
            parameters: PreparedPath.self, output: BatchView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.withdrawPreparation(of: path.application, in: path.batch) {
                    try call.match(try await transaction.batchView(path.batch))
                }
                return .ok(try await transaction.batchView(path.batch))
            }
        }.erased
    }

    private static var withdrawPreparations: AnyOperation {
        Operation(
            .post, "/v1/decision-batches/{batch}/preparation-withdrawals", "withdrawPreparations",
            summary: "Take back what is prepared for several applications",
            description: "Each as by `withdrawPreparation`. The applications stay in review.", tag: "decisions",
            access: .roles([.manager]), parameters: BatchPath.self, body: PreparationWithdrawalsBody.self,
            output: RowVerdicts<PreparationWithdrawalItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (body, id) = (call.body, call.parameters.batch)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            let applications = try BulkMode.rows(body.applications, at: "/applications")
            return try await call.write { transaction in
                let verdicts = try await transaction.withdrawPreparations(of: applications, in: id, mode)
                return .ok(
                    RowVerdicts(verdicts, of: applications, mode) {
                        PreparationWithdrawalItem(application: $0, fault: $1.fault)
                    })
            }
        }.erased
    }

    private static var prepareDecisions: AnyOperation {
        Operation(
            .post, "/v1/decision-batches/{batch}/preparations", "prepareDecisions",
            summary: "Prepare several decisions at once, or see what would come of it",
            description: """
                A list, or what the standing of a round means: offers to the best for as many places as are free, the \
                waiting list to the next, and a rejection to the rest. A round of one stream gives places in that stream \
                alone. Whoever is prepared for a place in a stream they want more keeps it, and whoever is rejected by one \
                stream's round keeps a better waiting place by another's.
                """,
            tag: "decisions", access: .roles([.manager]), parameters: BatchPath.self, body: PreparationsBody.self,
            output: VerdictsView.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.batch, try call.principal.personID)
            let (mode, asked) = (call.body.mode, try call.body.asked())
            let standing = try asked.standing?.meant()
            return try await call.write { transaction in
                let rows =
                    if let standing {
                        try await transaction.decisions(standing, in: id)
                    } else {
                        (asked.rows ?? []).map { (application: $0.application, preparation: $0.preparation) }
                    }
                return .ok(
                    VerdictsView(try await transaction.prepareDecisions(rows, in: id, mode, by: person), mode))
            }
        }.erased
    }

    private static var releaseBatch: AnyOperation {
        Operation(
            .post, "/v1/decision-batches/{batch}/release", "releaseDecisionBatch",
            summary: "Release a batch: everybody is told at once",
            description: """
                All or nothing, and refused with every reason: more offers or awards than there is, too few reviews, an \
                application that has moved on. The letters go out with it. `If-Match` with the entity tag of the batch \
                makes sure that nobody has changed it meanwhile.
                """,
            tag: "decisions", access: .roles([.manager]), parameters: BatchPath.self,
            output: BatchView.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.batch, try call.principal.personID)
            return try await call.write { transaction in
                _ = try await transaction.releaseBatch(id, by: person) { _ in
                    try call.match(try await transaction.batchView(id))
                }
                return .ok(try await transaction.batchView(id))
            }
        }.erased
    }
}

extension Statements {
    /// How the stream of a call is designed: what a batch begins with. Nil where there is no design, or no such call.
    func design(ofStreamOf id: CallForApplications.ID) async throws -> StreamDesign? {
        guard let call = try await call(id) else { return nil }
        return try await design(of: call.stream)
    }

    /// A batch as its reader may see it; not found when they may not know of it.
    func batchView(_ id: DecisionBatch.ID) async throws -> BatchView {
        guard let batch = try await decisionBatch(id), let tally = try await tallies(of: [id])[id] else {
            throw Problem.notFound
        }
        return BatchView(batch, tally)
    }
}

struct BatchPath: Codable {
    let batch: DecisionBatch.ID
}

struct BatchCallPath: Codable {
    let call: CallForApplications.ID
}

struct PreparedPath: Codable {
    let batch: DecisionBatch.ID
    let application: Application.ID
}

struct ListBatches: Codable {
    let call: CallForApplications.ID?
}
