package import API
import Accounts
import Foundation
import Postgres
import Vocabulary

package import struct API.Operation

extension ProgramsRoom {
    /// The operations, for the router.
    ///
    /// - Parameter clonedRounds: the rounds of review that go into the next year with their call, which another room keeps.
    package static func operations(clonedRounds: CallRounds) -> [AnyOperation] {
        [
            listPrograms, getProgram, addProgram, listStreams, getStream, addStream, listCohorts, getCohort, addCohort,
            listCalls, getCall, getCallForm, listCallExtensions, draftCall, reviseCall, leadCall, publishCall,
            extendCall,
            cancelCall,
        ] + StreamsAPI.operations + AdmissionsAPI.operations + ExtensionsAPI.operations
            + ClonesAPI.operations(clonedRounds) + ConditionsAPI.operations
            + FormVersionsAPI.operations + AnnouncedCallsAPI.operations
    }

    private static var listPrograms: AnyOperation {
        Operation(
            .get, "/v1/programs", "listPrograms", summary: "Programs",
            description: "Founders read those that have a call they may know of, or that their startup is enrolled in.",
            tag: "programs", access: .roles(Role.ofATenant), parameters: ListPrograms.self, output: Page<Program>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: Program.ID.self)
            let found = try await call.reader.programs(
                of: call.parameters.kind, after: after, limit: PageSize.rows(for: call.parameters.limit))
            return .ok(try call.page(found, size: call.parameters.limit) { $0.id })
        }.erased
    }

    private static var getProgram: AnyOperation {
        Operation(
            .get, "/v1/programs/{program}", "getProgram", summary: "A program", tag: "programs",
            access: .roles(Role.ofATenant), parameters: ProgramPath.self, output: Program.self, problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.program(call.parameters.program) else { throw Problem.notFound }
            return .ok(found)
        }.erased
    }

    private static var addProgram: AnyOperation {
        Operation(
            .post, "/v1/programs", "addProgram", summary: "Add a program", tag: "programs", access: .roles([.manager]),
            body: NewProgram.self, output: Program.self, success: .created
        ) { call in
            let tenant = try call.principal.workspace
            let id = Program.ID()
            return try await call.write { transaction in
                .created(
                    try await transaction.addProgram(call.body, as: id, in: tenant), location: "/v1/programs/\(id)")
            }
        }.erased
    }

    private static var listStreams: AnyOperation {
        Operation(
            .get, "/v1/streams", "listStreams", summary: "Streams of programs",
            description: """
                Managers read all partners of a stream, a partner only itself, nobody else any. Founders read the streams that \
                have a call they may know of, or that their startup is enrolled in.
                """,
            tag: "programs", access: .roles(Role.ofATenant), parameters: ListStreams.self,
            output: Page<ProgramStream>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: ProgramStream.ID.self)
            let found = try await call.reader.streams(
                of: call.parameters.program, after: after, limit: PageSize.rows(for: call.parameters.limit))
            return .ok(try call.page(found, size: call.parameters.limit) { $0.id })
        }.erased
    }

    private static var getStream: AnyOperation {
        Operation(
            .get, "/v1/streams/{stream}", "getStream", summary: "A stream", tag: "programs",
            access: .roles(Role.ofATenant), parameters: StreamPath.self, output: ProgramStream.self,
            problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.stream(call.parameters.stream) else { throw Problem.notFound }
            return .ok(found)
        }.erased
    }

    private static var addStream: AnyOperation {
        Operation(
            .post, "/v1/streams", "addStream", summary: "Add a stream to a program", tag: "programs",
            access: .roles([.manager]), body: StreamBody.self, output: ProgramStream.self, success: .created,
            problems: [.conflict]
        ) { call in
            let tenant = try call.principal.workspace
            let id = ProgramStream.ID()
            return try await call.write { transaction in
                .created(
                    try await transaction.addStream(call.body.stream, as: id, in: tenant),
                    location: "/v1/streams/\(id)")
            }
        }.erased
    }

    private static var listCohorts: AnyOperation {
        Operation(
            .get, "/v1/cohorts", "listCohorts", summary: "Cohorts of streams",
            description: "Founders read those of the streams that have a call they may know of, and their own.",
            tag: "programs", access: .roles(Role.ofATenant), parameters: ListCohorts.self, output: Page<Cohort>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: Cohort.ID.self)
            let found = try await call.reader.cohorts(
                of: call.parameters.stream, after: after, limit: PageSize.rows(for: call.parameters.limit))
            return .ok(try call.page(found, size: call.parameters.limit) { $0.id })
        }.erased
    }

    private static var getCohort: AnyOperation {
        Operation(
            .get, "/v1/cohorts/{cohort}", "getCohort", summary: "A cohort", tag: "programs",
            access: .roles(Role.ofATenant), parameters: CohortPath.self, output: Cohort.self, problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.cohort(call.parameters.cohort) else { throw Problem.notFound }
            return .ok(found)
        }.erased
    }

    private static var addCohort: AnyOperation {
        Operation(
            .post, "/v1/cohorts", "addCohort", summary: "Add a cohort to a stream", tag: "programs",
            access: .roles([.manager]), body: NewCohort.self, output: Cohort.self, success: .created
        ) { call in
            let tenant = try call.principal.workspace
            let id = Cohort.ID()
            return try await call.write { transaction in
                .created(
                    try await transaction.addCohort(call.body, as: id, in: tenant), location: "/v1/cohorts/\(id)")
            }
        }.erased
    }

    private static var listCalls: AnyOperation {
        Operation(
            .get, "/v1/calls", "listCalls", summary: "Calls for applications",
            description: "Everybody with a seat reads what is published; managers also drafts.", tag: "programs",
            access: .roles(Role.ofATenant), parameters: ListCalls.self, output: Page<CallView>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: CallForApplications.ID.self)
            let found = try await call.reader.calls(
                of: call.parameters.stream, into: call.parameters.cohort, standing: call.parameters.status,
                after: after,
                limit: PageSize.rows(for: call.parameters.limit))
            let now = Date.now
            return .ok(try call.page(found.map { CallView($0, at: now) }, size: call.parameters.limit) { $0.id })
        }.erased
    }

    private static var getCall: AnyOperation {
        Operation(
            .get, "/v1/calls/{call}", "getCall", summary: "A call with its window and form", tag: "programs",
            access: .roles(Role.ofATenant), parameters: CallPath.self, output: CallView.self, problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.call(call.parameters.call) else { throw Problem.notFound }
            return .ok(CallView(found, at: .now))
        }.erased
    }

    private static var getCallForm: AnyOperation {
        Operation(
            .get, "/v1/calls/{call}/form", "getCallForm", summary: "The questions of a call", tag: "programs",
            access: .roles(Role.ofATenant), parameters: CallPath.self, output: CallForm.self, problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.call(call.parameters.call) else { throw Problem.notFound }
            return .ok(CallForm(found))
        }.erased
    }

    private static var listCallExtensions: AnyOperation {
        Operation(
            .get, "/v1/calls/{call}/extensions", "listCallExtensions",
            summary: "How the closing of a call was moved, the latest first", tag: "programs",
            access: .roles(Role.ofATenant), parameters: CallPath.self, output: ExtensionList.self,
            problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.call(call.parameters.call) else { throw Problem.notFound }
            let extensions = try await call.reader.extensions(of: found.id)
            return .ok(ExtensionList(items: extensions.map(ExtensionView.init)))
        }.erased
    }

    private static var draftCall: AnyOperation {
        Operation(
            .post, "/v1/calls", "draftCall", summary: "Draft a call with its form",
            description: """
                Without `questions` it asks what its stream is designed to ask; where it offers several streams, what all of \
                them are is asked of everybody and the rest with the streams that ask it. Where nothing is designed its form \
                is empty, as with an empty list: it is published once it asks something. Conditions, and the rubric of its \
                rounds, begin as the stream is designed, too. Without `cutoffs` it cuts off batches on the days designed that \
                lie in its window; an empty list makes it a call with a fixed window.
                """, tag: "programs",
            access: .roles([.manager]), body: NewCall.self, output: CallView.self, success: .created
        ) { call in
            let tenant = try call.principal.workspace
            let id = CallForApplications.ID()
            let draft = call.body.draft()
            return try await call.write { transaction in
                // A form that is not sent is the one the streams are designed with.
                let form =
                    call.body.questions == nil
                    ? try await transaction.designedForm(of: draft.stream, beside: Set(draft.offered.map(\.stream)))
                        .map(\.question) : draft.questions
                // Likewise cut-offs that are not sent, of the stream whose call it is.
                let cutoffs =
                    call.body.cutoffs == nil
                    ? try await transaction.design(of: draft.stream)?.closing?
                        .cutoffs(after: draft.opensAt, before: draft.deadline.instant) ?? [] : draft.cutoffs
                let drafted = try await transaction.draftCall(
                    draft.asking(form).cuttingOff(at: cutoffs), as: id, in: tenant)
                return .created(CallView(drafted, at: transaction.now), location: "/v1/calls/\(id)")
            }
        }.erased
    }

    private static var reviseCall: AnyOperation {
        Operation(
            .put, "/v1/calls/{call}", "reviseCall", summary: "Replace a call that is not published yet",
            description: "As a whole: without `questions` it asks nothing, and without `cutoffs` it cuts off nothing.",
            tag: "programs", access: .roles([.manager]), parameters: CallPath.self, body: NewCall.self,
            output: CallView.self, problems: [.notFound, .conflict]
        ) { call in
            let tenant = try call.principal.workspace
            let draft = call.body.draft()
            return try await call.write { transaction in
                let revised = try await transaction.reviseCall(call.parameters.call, to: draft, in: tenant) {
                    try call.match(CallView($0, at: transaction.now))
                }
                return .ok(CallView(revised, at: transaction.now))
            }
        }.erased
    }

    private static var leadCall: AnyOperation {
        Operation(
            .put, "/v1/calls/{call}/cohort", "leadCall", summary: "Choose the cohort that a call leads into",
            description: "Also once the call is published: it binds nobody. `If-Match` is the call's.",
            tag: "programs", access: .roles([.manager]), parameters: CallPath.self, body: CohortOfCall.self,
            output: CallView.self, problems: [.notFound, .conflict]
        ) { call in
            try await call.write { transaction in
                let led = try await transaction.leadCall(call.parameters.call, into: call.body.cohort) {
                    try call.match(CallView($0, at: transaction.now))
                }
                return .ok(CallView(led, at: transaction.now))
            }
        }.erased
    }

    private static var publishCall: AnyOperation {
        Operation(
            .post, "/v1/calls/{call}/publication", "publishCall", summary: "Publish a call",
            description: "Refused while a partner's agreement is not in force on the day the call opens.",
            tag: "programs", access: .roles([.manager]), parameters: CallPath.self, output: CallView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                let published = try await transaction.publishCall(call.parameters.call, by: person)
                return .ok(CallView(published, at: transaction.now))
            }
        }.erased
    }

    private static var extendCall: AnyOperation {
        Operation(
            .post, "/v1/calls/{call}/extension", "extendCall", summary: "Move the closing of a published call later",
            description: "Or that of one of its streams that closes before it.",
            tag: "programs", access: .roles([.manager]), parameters: CallPath.self, body: NewExtension.self,
            output: CallView.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            return try await call.write { transaction in
                let extended = try await transaction.extendCall(
                    call.parameters.call, stream: call.body.stream, to: call.body.closesAt, because: call.body.reason,
                    in: tenant, by: principal.personID)
                return .ok(CallView(extended, at: transaction.now))
            }
        }.erased
    }

    private static var cancelCall: AnyOperation {
        Operation(
            .post, "/v1/calls/{call}/cancellation", "cancelCall", summary: "Call a call off", tag: "programs",
            access: .roles([.manager]), parameters: CallPath.self, body: NewCancellation.self, output: CallView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                let cancelled = try await transaction.cancelCall(
                    call.parameters.call, because: call.body.reason, by: person)
                return .ok(CallView(cancelled, at: transaction.now))
            }
        }.erased
    }
}

extension Program: Described {}
extension NewProgram: Described {}
extension ProgramStream: Described {}
extension Cohort: Described {}
extension NewCohort: Described {}

struct ProgramPath: Codable {
    let program: Program.ID
}

struct StreamPath: Codable {
    let stream: ProgramStream.ID
}

/// A stream, and others of its program that a call is to offer beside it.
struct JointFormPath: Codable {
    let stream: ProgramStream.ID
    let beside: [ProgramStream.ID]?

    var others: Set<ProgramStream.ID> { Set(beside ?? []) }
}

struct CohortPath: Codable {
    let cohort: Cohort.ID
}

struct CallPath: Codable {
    let call: CallForApplications.ID
}

struct ListPrograms: Codable {
    let kind: Program.Kind?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct ListStreams: Codable {
    let program: Program.ID?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct ListCohorts: Codable {
    let stream: ProgramStream.ID?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct ListCalls: Codable {
    let stream: ProgramStream.ID?
    let cohort: Cohort.ID?
    let status: CallForApplications.Status?
    let limit: PageSize?
    let cursor: PageCursor?
}
