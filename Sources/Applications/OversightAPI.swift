internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary

/// What managers oversee, by API: stages and moves of many, clocks, saved filters, the export.
enum OversightAPI {
    static var operations: [AnyOperation] {
        [
            counts, board, shortlist, interview, moves, listFilters, saveFilter, renameFilter, forgetFilter,
            getServiceLevels,
            setServiceLevels, export,
        ]
    }

    private static var counts: AnyOperation {
        Operation(
            .get, "/v1/applications/counts", "countApplications",
            summary: "How many applications stand in each state, and how many too long, by any filter",
            description: "Drafts are counted; what is in them is not read.", tag: "applications",
            access: .roles([.manager]), parameters: ApplicationFilter.self, output: StageCountsView.self
        ) { call in
            let filter = call.parameters
            return .ok(StageCountsView(try await call.reader.applicationCounts(matching: filter), of: filter.states))
        }.erased
    }

    private static var board: AnyOperation {
        Operation(
            .get, "/v1/applications/board", "getApplicationBoard",
            summary: "Applications as a board of stages, by any filter",
            description: """
                Of each stage how many stand there, and those that have stood there longest, \(Application.State.cards) at \
                the most; `listApplications` with the stage and `sort=longest_in_stage` goes on. Of what has ended, how many. \
                Together they are all that the filter lets through. Drafts come without answers.
                """,
            tag: "applications", access: .roles([.manager]), parameters: ApplicationFilter.self,
            output: BoardView.self
        ) { call in
            let filter = call.parameters
            let stages = filter.stagesOfBoard
            return try await call.database.snapshot(as: call.context) { snapshot in
                let counts = try await snapshot.applicationCounts(matching: filter)
                let found = try await snapshot.countingOverlaps(
                    of: try await snapshot.applicationBoard(
                        of: stages, matching: filter, each: Application.State.cards))
                return .ok(BoardView(stages, filter.endedOfBoard, counts, found))
            }
        }.erased
    }

    private static var shortlist: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/shortlisting", "shortlistApplication",
            summary: "Take an application that was judged among the best", tag: "applications",
            access: .roles([.manager]), parameters: ApplicationPath.self, body: OptionalNote.self,
            output: ApplicationView.self, problems: [.notFound, .conflict]
        ) { call in
            try await ApplicationsRoom.move(call) { transaction, id, person in
                try await transaction.shortlistApplication(id, note: call.body.note, by: person)
            }
        }.erased
    }

    private static var interview: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/interview", "callToInterview",
            summary: "Ask a shortlisted startup to an interview",
            description: "The note says when and where. A letter is written, and held.", tag: "applications",
            access: .roles([.manager]), parameters: ApplicationPath.self, body: InterviewBody.self,
            output: ApplicationView.self, problems: [.notFound, .conflict]
        ) { call in
            try await ApplicationsRoom.move(call) { transaction, id, person in
                try await transaction.callToInterview(id, note: call.body.note, by: person)
            }
        }.erased
    }

    private static var moves: AnyOperation {
        Operation(
            .post, "/v1/applications/moves", "moveApplications", summary: "Take one step with many applications",
            description: """
                Each moves as by the single operation, with its event and its held letter, in one transaction. With \
                `dry_run` nothing changes and the same is said of each. All move or none does, and the 409 points to those \
                that cannot; with `partial` these stay, and the others move.
                """,
            tag: "applications", access: .roles([.manager]), parameters: NoParameters.self, body: MovesBody.self,
            output: MovesView.self, problems: [.conflict]
        ) { call in
            let (body, person) = (call.body, try call.principal.personID)
            let (step, mode) = (try body.step(), BulkMode(dryRun: body.dryRun, partial: body.partial))
            if mode == .dryRun {
                let ids = try await call.reader.targets(of: body.applications, or: body.filter)
                return .ok(MovesView(try await call.reader.verdicts(on: ids, by: step), dryRun: true))
            }
            return try await call.write { transaction in
                let ids = try await transaction.targets(of: body.applications, or: body.filter)
                let verdicts = try await transaction.moveApplications(ids, by: step, mode, by: person)
                return .ok(MovesView(verdicts, dryRun: false))
            }
        }.erased
    }

    private static var listFilters: AnyOperation {
        Operation(
            .get, "/v1/application-filters", "listSavedFilters", summary: "Filters of one's own and of the team",
            tag: "applications", access: .roles([.manager]), parameters: NoParameters.self, output: SavedFilters.self
        ) { call in
            .ok(SavedFilters(items: try await call.reader.savedFilters().map(SavedFilterView.init)))
        }.erased
    }

    private static var saveFilter: AnyOperation {
        Operation(
            .post, "/v1/application-filters", "saveFilter", summary: "Keep a filter of applications under a name",
            tag: "applications", access: .roles([.manager]), parameters: NoParameters.self, body: NewSavedFilter.self,
            output: SavedFilterView.self, success: .created
        ) { call in
            let (body, principal, id) = (call.body, try call.principal, SavedFilter.ID())
            let tenant = try principal.workspace
            return try await call.write { transaction in
                try await transaction.saveFilter(
                    body.filter, as: id, named: body.name, isShared: body.isShared ?? false, in: tenant,
                    by: principal.personID)
                let saved = SavedFilter(
                    id: id, name: body.name, filter: body.filter, isShared: body.isShared ?? false, isOwn: true,
                    createdAt: transaction.now)
                return .created(SavedFilterView(saved), location: "/v1/application-filters/\(id)")
            }
        }.erased
    }

    private static var renameFilter: AnyOperation {
        Operation(
            .put, "/v1/application-filters/{filter}/name", "renameFilter",
            summary: "Give a filter of one's own another name", tag: "applications", access: .roles([.manager]),
            precondition: Precondition.none, parameters: SavedFilterPath.self, body: FilterName.self,
            output: SavedFilterView.self, problems: [.notFound]
        ) { call in
            let (id, name) = (call.parameters.filter, call.body.name)
            return try await call.write { transaction in
                guard try await transaction.renameFilter(id, to: name),
                    let renamed = try await transaction.savedFilters().first(where: { $0.id == id })
                else { throw Problem.notFound }
                return .ok(SavedFilterView(renamed))
            }
        }.erased
    }

    private static var forgetFilter: AnyOperation {
        Operation(
            .delete, "/v1/application-filters/{filter}", "forgetFilter", summary: "Forget a filter of one's own",
            tag: "applications", access: .roles([.manager]), precondition: Precondition.none,
            parameters: SavedFilterPath.self, output: NoOutput.self, problems: [.notFound]
        ) { call in
            let id = call.parameters.filter
            return try await call.write { transaction in
                guard try await transaction.forgetFilter(id) else { throw Problem.notFound }
                return .noContent
            }
        }.erased
    }

    private static var getServiceLevels: AnyOperation {
        Operation(
            .get, "/v1/streams/{stream}/service-levels", "getServiceLevels",
            summary: "In how many days each stage of a stream is to be done", tag: "applications",
            access: .roles([.manager]), parameters: StreamPath.self, output: ServiceLevelsView.self,
            problems: [.notFound]
        ) { call in
            let levels = try await call.reader.serviceLevels(of: call.parameters.stream)
            guard !levels.isEmpty else { throw Problem.notFound }
            return .ok(ServiceLevelsView(levels))
        }.erased
    }

    private static var setServiceLevels: AnyOperation {
        Operation(
            .put, "/v1/streams/{stream}/service-levels", "setServiceLevels",
            summary: "Say in how many days each stage of a stream is to be done",
            description: "What is not said is as usual again. Startups read the days that follow from it.",
            tag: "applications", access: .roles([.manager]), parameters: StreamPath.self, body: ServiceLevelsBody.self,
            output: ServiceLevelsView.self, problems: [.notFound]
        ) { call in
            let (stream, tenant) = (call.parameters.stream, try call.principal.workspace)
            let said = try call.body.levels()
            return try await call.write { transaction in
                let before = try await transaction.serviceLevels(of: stream)
                guard !before.isEmpty else { throw Problem.notFound }
                try call.match(ServiceLevelsView(before))
                try await transaction.setServiceLevels(said, of: stream, in: tenant)
                return .ok(ServiceLevelsView(try await transaction.serviceLevels(of: stream)))
            }
        }.erased
    }

    private static var export: AnyOperation {
        Operation(
            .get, "/v1/applications.csv", "exportApplications", summary: "Applications by any filter, as a CSV file",
            description: """
                UTF-8 with a byte order mark; instants in UTC and days where the call is, as ISO 8601. A text that a \
                spreadsheet would take for a formula begins with an apostrophe. Refused where the filter lets through \
                more than 50,000, so that no file lacks rows without saying so.
                """,
            tag: "applications", access: .roles([.manager]), parameters: ApplicationListQuery.self,
            output: Download.self, produces: "text/csv"
        ) { call in
            let (parameters, language) = (call.parameters, Pages.Language(tag: call.locale) ?? .english)
            let found = try await call.reader.applicationsForSheet(
                matching: parameters.filter, with: parameters.columns)
            return .ok(
                Download(
                    bytes: ApplicationSheet(found, columns: parameters.columns, in: language).bytes,
                    filename: "applications.csv"))
        }.erased
    }
}

extension Statements {
    /// The applications that a move names: one by one, or all that a filter lets through, if they are not too many.
    func targets(of ids: [Application.ID]?, or filter: ApplicationFilter?) async throws -> [Application.ID] {
        switch (ids, filter) {
        case (let ids?, nil):
            guard !ids.isEmpty else { throw Problem.invalid("/applications", "Choose an application at least.") }
            guard ids.count <= StageMove.most else {
                throw Problem.invalid("/applications", "Move at most \(StageMove.most) at a time.")
            }
            return ids
        case (nil, let filter?):
            let found = try await applications(matching: filter, limit: StageMove.most + 1)
            guard found.count <= StageMove.most else {
                throw Problem.invalid("/filter", "It lets more than \(StageMove.most) through. Narrow it.")
            }
            guard !found.isEmpty else { throw Problem.invalid("/filter", "It lets nothing through.") }
            return found.map(\.id)
        default: throw Problem.invalid("/applications", "Name applications, or a filter.")
        }
    }
}
