internal import API
internal import Accounts
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// Rounds by API: a manager drafts, opens and closes them; a reviewer reads those they were invited to.
enum RoundsAPI {
    static let operations: [AnyOperation] = [
        listRounds, getRound, getPlannedRound, draftRound, reviseRound, openRound, renewFile, closeRound,
        getStandings,
    ]

    private static var listRounds: AnyOperation {
        Operation(
            .get, "/v1/rounds", "listRounds", summary: "Rounds of review, those of the latest call first",
            description: "Reviewers see the rounds they were invited to. With `stream` or `batch`, those of it alone.",
            tag: "reviews",
            access: .roles([.manager, .reviewer]), parameters: ListRounds.self, output: RoundList.self
        ) { call in
            let wanted = call.parameters
            return try await call.database.snapshot(as: call.context) { snapshot in
                let rounds = try await snapshot.rounds(of: wanted.call, for: wanted.stream, in: wanted.batch)
                let progress = try await snapshot.progress(of: rounds.map(\.id))
                return .ok(RoundList(items: rounds.map { RoundView($0, progress[$0.id]) }))
            }
        }.erased
    }

    private static var getRound: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}", "getRound", summary: "A round with its rubric", tag: "reviews",
            access: .roles([.manager, .reviewer]), parameters: RoundPath.self, output: RoundView.self,
            problems: [.notFound]
        ) { call in
            let id = call.parameters.round
            return try await call.database.snapshot(as: call.context) { .ok(try await $0.roundView(id)) }
        }.erased
    }

    private static var getPlannedRound: AnyOperation {
        Operation(
            .get, "/v1/calls/{call}/planned-round", "getPlannedRound",
            summary: "The round that the design of a call's stream has next",
            description: """
                What a manager drafts from: without `position`, `number` and `days` it can be sent to draft the round. With the \
                `stream` of a call that offers several, it is a round of that stream as the stream's own design has it; \
                with a `batch` of a rolling call, it is due once that batch has closed. Not found when the call has as \
                many rounds as are planned, does not offer the stream, or takes no such batch.
                """, tag: "reviews", access: .roles([.manager]), parameters: PlannedRoundPath.self,
            output: PlannedRoundView.self, problems: [.notFound]
        ) { call in
            let wanted = call.parameters
            return try await call.database.snapshot(as: call.context) { snapshot in
                guard
                    let planned = try await snapshot.plannedRound(
                        of: wanted.call, for: wanted.stream, in: wanted.batch, now: .now)
                else { throw Problem.notFound }
                return .ok(PlannedRoundView(planned))
            }
        }.erased
    }

    private static var draftRound: AnyOperation {
        Operation(
            .post, "/v1/calls/{call}/rounds", "draftRound", summary: "Draft a round of review for a call",
            description: """
                Reviewers see nothing of it before it opens. Without `criteria` it begins with the rubric that its \
                `stream`, or else the call's own, is designed with. A round of a stream judges what names the stream, at \
                whatever place, and one of a batch what came in it; rounds of several may be open beside each other.
                """, tag: "reviews", access: .roles([.manager]),
            parameters: RoundCallPath.self, body: RoundBody.self, output: RoundView.self, success: .created,
            problems: [.notFound]
        ) { call in
            let tenant = try call.principal.workspace
            let draft = try call.body.draft()
            let id = ReviewRound.ID()
            return try await call.write { transaction in
                // A rubric that is not sent is the one the stream is designed with.
                let rubric =
                    call.body.criteria == nil
                    ? try await transaction.plannedRubric(of: call.parameters.call, for: draft.stream) : draft.criteria
                _ = try await transaction.draftRound(
                    draft.judging(by: rubric), as: id, of: call.parameters.call, in: tenant)
                return .created(try await transaction.roundView(id), location: "/v1/rounds/\(id)")
            }
        }.erased
    }

    private static var reviseRound: AnyOperation {
        Operation(
            .put, "/v1/rounds/{round}", "reviseRound", summary: "Replace a round that has not opened",
            tag: "reviews", access: .roles([.manager]), parameters: RoundPath.self, body: RoundBody.self,
            output: RoundView.self, problems: [.notFound, .conflict]
        ) { call in
            let tenant = try call.principal.workspace
            let draft = try call.body.draft()
            let id = call.parameters.round
            return try await call.write { transaction in
                let current = try await transaction.roundView(id)
                _ = try await transaction.reviseRound(id, to: draft, in: tenant) { _ in try call.match(current) }
                return .ok(try await transaction.roundView(id))
            }
        }.erased
    }

    private static var openRound: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/opening", "openRound",
            summary: "Open a round: its rubric stands, and what is in review enters it",
            description: "Into a round of one stream comes what names it, into one of a batch what came in it.",
            tag: "reviews",
            access: .roles([.manager]), parameters: RoundPath.self, output: RoundView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (tenant, id) = (try principal.workspace, call.parameters.round)
            return try await call.write { transaction in
                _ = try await transaction.openRound(id, in: tenant, by: principal.personID)
                return .ok(try await transaction.roundView(id))
            }
        }.erased
    }

    private static var renewFile: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/applications/{application}/renewal", "renewReviewFile",
            summary: "Let reviewers read the changes that a startup handed in",
            description: """
                The file of an application is frozen when it enters a round, and stays so when the startup hands in \
                changes, unless a manager takes them into the file. Reviews that were submitted stand.
                """,
            tag: "reviews", access: .roles([.manager]), parameters: RoundApplicationPath.self, output: NoOutput.self,
            success: .noContent, problems: [.notFound, .conflict]
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                try await transaction.renewFile(of: path.application, in: path.round, by: person)
                return .noContent
            }
        }.erased
    }

    private static var closeRound: AnyOperation {
        Operation(
            .post, "/v1/rounds/{round}/closing", "closeRound",
            summary: "Close a round: nothing more is assigned or written", tag: "reviews", access: .roles([.manager]),
            parameters: RoundPath.self, output: RoundView.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.round, try call.principal.personID)
            return try await call.write { transaction in
                _ = try await transaction.closeRound(id, by: person)
                return .ok(try await transaction.roundView(id))
            }
        }.erased
    }

    private static var getStandings: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/standings", "getStandings",
            summary: "What the submitted reviews say of each application, the best first",
            description: """
                The raw mean, and beside it what is left when the leniency of its reviewers has been taken out, with an \
                interval and the chance to be among the places. Below a sample that can tell, nothing is calibrated, and \
                the reason is given. It is computed some seconds after reviews have come or gone; until then all is raw, \
                and `is_being_calibrated` says so. A page at a time, while ranks, reviewers and stability are of the whole \
                round; `getStandingsFile` has all of it.
                """,
            tag: "reviews", access: .roles([.manager]), parameters: StandingsQuery.self, output: StandingsView.self,
            problems: [.notFound]
        ) { call in
            let query = call.parameters
            let places = try Standings.places(query.places)
            let position = try call.position(query.cursor, as: Standings.Position.self)
            let found = try await call.database.snapshot(as: call.context) { snapshot in
                try await snapshot.standings(of: query.round, places: places)
            }
            guard let found else { throw Problem.notFound }
            let shown = found.places(after: position, limit: PageSize.rows(for: query.limit))
            let page = try call.page(found.views(shown), size: query.limit) {
                Standings.Position(of: $0, inPageFrom: shown.lowerBound, size: query.limit)
            }
            return .ok(StandingsView(found, page))
        }.erased
    }
}

extension Statements {
    /// A round as its reader may see it; not found when they may not know of it.
    fileprivate func roundView(_ id: ReviewRound.ID) async throws -> RoundView {
        guard let round = try await round(id) else { throw Problem.notFound }
        return RoundView(round, try await progress(of: [id])[id])
    }
}

struct RoundPath: Codable {
    let round: ReviewRound.ID
}

struct RoundCallPath: Codable {
    let call: CallForApplications.ID
}

struct PlannedRoundPath: Codable {
    let call: CallForApplications.ID
    let stream: ProgramStream.ID?
    let batch: Int?
}

struct StandingsQuery: Codable {
    let round: ReviewRound.ID
    let places: Int?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct ListRounds: Codable {
    let call: CallForApplications.ID?
    let stream: ProgramStream.ID?
    let batch: Int?
}
