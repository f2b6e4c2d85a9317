import API
import Accounts
import Foundation
import Postgres
import Vocabulary

import struct API.Operation

/// Calls as everybody reads them, without an account, and whether a workspace lets its own be read so.
enum AnnouncedCallsAPI {
    static let operations: [AnyOperation] = [
        listPublicCalls, getPublicCall, getRegistrationSettings, setRegistrationSettings,
    ]

    /// What everybody is answered alike may be kept for as long as nobody minds that it is old.
    static let cacheable = HeaderField("Cache-Control", "public, max-age=60")

    private static var listPublicCalls: AnyOperation {
        Operation(
            .get, "/v1/public/calls", "listPublicCalls",
            summary: "Public calls that are open or will be, the next to close first",
            description: """
                Of the workspaces that take registrations; of one by its short name. Calls by invitation or on a fast track, \
                drafts and those called off are not among them.
                """, tag: "public", access: .anyone(because: "it is announced to everybody"),
            parameters: ListPublicCalls.self, output: PublicCallList.self
        ) { call in
            let found = try await call.reader.announcedCalls(in: call.parameters.workspace)
            let now = Date.now
            return .ok(PublicCallList(items: found.map { PublicCallItem($0, at: now) }), headers: [cacheable])
        }.erased
    }

    private static var getPublicCall: AnyOperation {
        Operation(
            .get, "/v1/public/calls/{call}", "getPublicCall",
            summary: "A public call: its window, its form and what it requires",
            description: """
                Also after it has closed. Any call that is not announced is answered like one that does not exist.
                """, tag: "public", access: .anyone(because: "it is announced to everybody"),
            parameters: CallPath.self, output: PublicCallView.self, problems: [.notFound]
        ) { call in
            let found = try await AnnouncedReading(of: call.parameters.call, in: call.database)
            return .ok(PublicCallView(found, at: .now), headers: [cacheable])
        }.erased
    }

    private static var getRegistrationSettings: AnyOperation {
        Operation(
            .get, "/v1/registration-settings", "getRegistrationSettings",
            summary: "Whether startups register by themselves for the workspace's public calls", tag: "programs",
            access: .roles([.manager]), output: RegistrationSettings.self
        ) { call in
            .ok(RegistrationSettings(try await call.reader.registrationRules()))
        }.erased
    }

    private static var setRegistrationSettings: AnyOperation {
        Operation(
            .post, "/v1/registration-settings", "setRegistrationSettings",
            summary: "Let startups register by themselves for the workspace's public calls, or no longer",
            description: """
                With it everybody finds the public calls, without an account. Nobody does unless a manager has said so. Beyond \
                `letters_per_day` no letter is sent to those who register, and they are not told.
                """, tag: "programs", access: .roles([.manager]), body: NewRegistrationSettings.self,
            output: RegistrationSettings.self
        ) { call in
            try await call.write { transaction in
                try await transaction.setRegistrationDoor(
                    call.body.registrations, lettersPerDay: call.body.lettersPerDay)
                return .ok(RegistrationSettings(try await transaction.registrationRules()))
            }
        }.erased
    }
}

/// A call with all that everybody reads of it, read as a visitor of its workspace.
struct AnnouncedReading: Sendable {
    let announced: AnnouncedCall
    let call: CallForApplications
    let program: Program?
    let stream: ProgramStream?
    let conditions: [CallCondition]
    let extensions: [CallExtension]

    /// Not found unless the call is announced.
    init(of id: CallForApplications.ID, in database: Database) async throws {
        guard let announced = try await database.reader(as: .gate).announcedCall(id) else { throw Problem.notFound }
        let reader = database.reader(as: .visitor(in: announced.tenant))
        guard let call = try await reader.call(id) else { throw Problem.notFound }
        self.announced = announced
        self.call = call
        async let program = reader.program(call.program)
        async let stream = reader.stream(call.stream)
        async let conditions = reader.conditions(of: id)
        async let extensions = reader.extensions(of: id)
        (self.program, self.stream, self.conditions, self.extensions) =
            try await (program, stream, conditions, extensions)
    }
}

struct ListPublicCalls: Codable {
    /// The short name of one workspace.
    let workspace: String?
}

/// A workspace as the public knows it.
struct PublicWorkspace: Codable {
    let slug: String
    let name: String
}

struct PublicCallList: Described {
    let items: [PublicCallItem]
}

/// A call in the list of what is announced.
struct PublicCallItem: Described {
    let id: CallForApplications.ID
    let workspace: PublicWorkspace
    let title: LocalizedName
    let program: LocalizedName
    let stream: LocalizedName
    let status: CallForApplications.Status
    let opensAt: Date
    let closesAt: Date
    let timeZone: TimeZoneName

    static let documentation = ["time_zone": "The zone in which the opening and the closing were set."]

    init(_ call: AnnouncedCall, at now: Date) {
        id = call.id
        workspace = PublicWorkspace(slug: call.workspace, name: call.workspaceName)
        title = call.title
        program = call.programName
        stream = call.streamName
        status = call.status(at: now)
        opensAt = call.opensAt
        closesAt = call.closesAt
        timeZone = call.zone
    }
}

/// A call with what it asks, as everybody reads it. Which partners stand behind it is theirs and the park's to tell.
struct PublicCallView: Described {
    let id: CallForApplications.ID
    let workspace: PublicWorkspace
    let title: LocalizedName
    let program: LocalizedName
    let programSummary: LocalizedText?
    let stream: LocalizedName
    let focusAreas: [FocusArea.ID]
    let status: CallForApplications.Status
    let opensAt: Date
    let closesAt: Date
    let timeZone: TimeZoneName
    let cutoffs: [Date]
    let offeredStreams: [OfferedStreamView]?
    let questions: [QuestionView]
    let laterQuestions: Int
    let conditions: [ConditionBody]
    let extensions: [ExtensionView]
    let cohort: CohortReference?

    static let documentation = [
        "cohort": "Where those will be whom it takes. Absent where nobody has said.",
        "status": "Scheduled, open or closed, by the window and the clock. While it is open, startups register for it.",
        "time_zone": "The zone in which the opening and the closing were set.",
        "cutoffs": "What came in by one of these is looked at together; none for a fixed window.",
        "offered_streams": "The streams that applicants put in order. Absent where there is no choice.",
        "later_questions": "How many questions are asked later, of applications that come as far as a round of review.",
    ]

    init(_ found: AnnouncedReading, at now: Date) {
        let (announced, call) = (found.announced, found.call)
        id = call.id
        workspace = PublicWorkspace(slug: announced.workspace, name: announced.workspaceName)
        title = call.title
        program = call.programName
        programSummary = found.program?.summary
        stream = call.streamName
        focusAreas = found.stream?.focusAreas ?? []
        status = call.status(at: now)
        opensAt = call.opensAt
        closesAt = call.deadline.instant
        timeZone = call.deadline.zone
        cutoffs = call.cutoffs
        offeredStreams = call.offersChoice ? call.offered.map(OfferedStreamView.init) : nil
        questions = call.questions.map(QuestionView.init)
        laterQuestions = call.laterRounds.count
        conditions = found.conditions.map(ConditionBody.init)
        extensions = found.extensions.map(ExtensionView.init)
        cohort = call.cohort.map(CohortReference.init)
    }
}

/// Whether startups register by themselves.
struct RegistrationSettings: Described {
    let registrations: RegistrationDoor
    let workspace: String
    let lettersPerDay: Int
    let lettersToday: Int

    static let documentation = [
        "workspace": "The workspace's short name, by which its public calls are found.",
        "letters_per_day": "How many letters strangers may ask for in 24 hours, by registering.",
        "letters_today": "How many they asked for in the last 24 hours.",
    ]

    init(_ found: RegistrationRules) {
        registrations = found.door
        workspace = found.workspace
        lettersPerDay = found.lettersPerDay
        lettersToday = found.lettersToday
    }
}

struct NewRegistrationSettings: Described {
    let registrations: RegistrationDoor
    let lettersPerDay: Int?

    static let documentation = ["letters_per_day": "1 to 100,000; left as it is unless given."]
}
