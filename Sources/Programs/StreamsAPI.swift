import API
import Accounts
import Foundation
import Institutions
import Partnerships
import Postgres
import Vocabulary

import struct API.Operation

/// Revising programs, streams and cohorts, designing streams, ending them.
enum StreamsAPI {
    static let operations: [AnyOperation] = [
        reviseProgram, reviseStream, reviseCohort, endStream, getDesign, designStream,
        getJointForm, listStreamSeats, giveStreamSeat, endStreamSeat,
    ]

    private static var reviseProgram: AnyOperation {
        Operation(
            .put, "/v1/programs/{program}", "reviseProgram", summary: "Replace what is said of a program",
            tag: "programs", access: .roles([.manager]), parameters: ProgramPath.self, body: NewProgram.self,
            output: Program.self, problems: [.notFound]
        ) { call in
            try await call.write { transaction in
                .ok(
                    try await transaction.reviseProgram(call.parameters.program, to: call.body) {
                        try call.match($0)
                    })
            }
        }.erased
    }

    private static var reviseStream: AnyOperation {
        Operation(
            .put, "/v1/streams/{stream}", "reviseStream", summary: "Replace what is said of a stream",
            description: "Its program stays, and so does a stream that has ended.", tag: "programs",
            access: .roles([.manager]), parameters: StreamPath.self, body: StreamRevision.self,
            output: ProgramStream.self, problems: [.notFound, .conflict]
        ) { call in
            let tenant = try call.principal.workspace
            return try await call.write { transaction in
                .ok(
                    try await transaction.reviseStream(call.parameters.stream, to: call.body.revised, in: tenant) {
                        try call.match($0)
                    })
            }
        }.erased
    }

    private static var reviseCohort: AnyOperation {
        Operation(
            .put, "/v1/cohorts/{cohort}", "reviseCohort", summary: "Replace what is said of a cohort",
            tag: "programs", access: .roles([.manager]), parameters: CohortPath.self, body: RevisedCohort.self,
            output: Cohort.self, problems: [.notFound]
        ) { call in
            try await call.write { transaction in
                .ok(
                    try await transaction.reviseCohort(call.parameters.cohort, to: call.body) { try call.match($0) })
            }
        }.erased
    }

    private static var endStream: AnyOperation {
        Operation(
            .post, "/v1/streams/{stream}/ending", "endStream", summary: "End a stream",
            description: "It takes no further call. Refused while a call of it is scheduled or open.",
            tag: "programs", access: .roles([.manager]), parameters: StreamPath.self, body: NewEnding.self,
            output: ProgramStream.self, problems: [.notFound, .conflict]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                .ok(
                    try await transaction.endStream(
                        call.parameters.stream, because: call.body.reason, by: person))
            }
        }.erased
    }

    private static var getDesign: AnyOperation {
        Operation(
            .get, "/v1/streams/{stream}/design", "getStreamDesign",
            summary: "What the next call and the next rounds of a stream begin with",
            description: "Managers read any, a partner that of the streams it takes part in.", tag: "programs",
            access: .roles([.manager, .partner]), parameters: StreamPath.self, output: StreamDesign.self,
            problems: [.notFound]
        ) { call in
            let id = call.parameters.stream
            let found = try await call.reader.design(of: id)
            if found == nil {
                guard try call.principal.role == .manager, try await call.reader.stream(id) != nil else {
                    throw Problem.notFound
                }
            }
            return .ok(found ?? .blank)
        }.erased
    }

    private static var getJointForm: AnyOperation {
        Operation(
            .get, "/v1/streams/{stream}/joint-form", "getJointForm",
            summary: "The questions that a call of a stream and of others beside it begins with",
            description: """
                What all of them are designed to ask is asked of everybody, and the rest with the streams that ask it: to be \
                sent with a call that offers these streams. Questions have fresh ids each time.
                """, tag: "programs", access: .roles([.manager]), parameters: JointFormPath.self,
            output: JointForm.self, problems: [.notFound]
        ) { call in
            guard let own = try await call.reader.stream(call.parameters.stream) else { throw Problem.notFound }
            let forms = try await call.reader.designedForms(of: own.program)
            return .ok(
                JointForm(questions: StreamDesign.jointForm(of: own.id, beside: call.parameters.others, among: forms)))
        }.erased
    }

    private static var designStream: AnyOperation {
        Operation(
            .put, "/v1/streams/{stream}/design", "designStream", summary: "Replace how a stream is designed",
            description: "Calls and rounds that there are stay as they are.", tag: "programs",
            access: .roles([.manager]), parameters: StreamPath.self, body: StreamDesign.self,
            output: StreamDesign.self, problems: [.notFound, .conflict]
        ) { call in
            let tenant = try call.principal.workspace
            return try await call.write { transaction in
                .ok(
                    try await transaction.designStream(call.parameters.stream, as: call.body, in: tenant) {
                        try call.match($0)
                    })
            }
        }.erased
    }

    private static var listStreamSeats: AnyOperation {
        Operation(
            .get, "/v1/streams/{stream}/seats", "listStreamSeats",
            summary: "Who of its partners' staff holds a seat in a stream",
            description: """
                They screen, advise and decide together with the park in that stream, as far as their partner does. A manager \
                reads all of them, a partner those of its own staff.
                """, tag: "programs", access: .roles([.manager, .partner]), parameters: StreamPath.self,
            output: StreamSeatList.self, problems: [.notFound]
        ) { call in
            let id = call.parameters.stream
            let isManager = try call.principal.role == .manager
            return try await call.database.snapshot(as: call.context) { snapshot in
                guard let stream = try await snapshot.stream(id), isManager || !stream.partners.isEmpty else {
                    throw Problem.notFound
                }
                return .ok(StreamSeatList(items: try await snapshot.seats(in: id)))
            }
        }.erased
    }

    private static var giveStreamSeat: AnyOperation {
        Operation(
            .post, "/v1/streams/{stream}/seats", "giveStreamSeat",
            summary: "Give somebody of a partner's staff a seat in a stream",
            description: "Who holds seats in that stream now.", tag: "programs", access: .roles([.manager]),
            parameters: StreamPath.self, body: StreamSeatBody.self, output: StreamSeatList.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (stream, body, principal) = (call.parameters.stream, call.body, try call.principal)
            let tenant = try principal.workspace
            return try await call.write { transaction in
                try await transaction.giveStreamSeat(
                    to: body.person, of: body.institution, in: stream, in: tenant, by: principal.personID)
                return .ok(StreamSeatList(items: try await transaction.seats(in: stream)))
            }
        }.erased
    }

    private static var endStreamSeat: AnyOperation {
        Operation(
            .post, "/v1/streams/{stream}/seats/endings", "endStreamSeat", summary: "End somebody's seat in a stream",
            description: "What they said there stands. Who holds seats in that stream now.", tag: "programs",
            access: .roles([.manager]), parameters: StreamPath.self, body: StreamSeatBody.self,
            output: StreamSeatList.self, problems: [.notFound]
        ) { call in
            let (stream, body, person) = (call.parameters.stream, call.body, try call.principal.personID)
            return try await call.write { transaction in
                try await transaction.endStreamSeat(
                    of: body.person, of: body.institution, in: stream, by: person)
                return .ok(StreamSeatList(items: try await transaction.seats(in: stream)))
            }
        }.erased
    }
}

extension RevisedCohort: Described {}

/// Whose seat in a stream is given or ended.
struct StreamSeatBody: Described {
    let institution: Institution.ID
    let person: Person.ID

    static let documentation = ["institution": "The partner,", "person": "and who of its staff."]
}

/// Who holds a seat in a stream.
struct StreamSeatList: Described {
    let items: [StreamSeat]
}

/// What a manager sends to end a stream.
struct NewEnding: Described {
    let reason: ShortText
}

/// A partner of a stream as it is sent.
struct PartnerBody: Codable {
    let institution: Institution.ID
    let mou: MoU.ID
    let seats: Int?
    let coDecides: Bool?
    let recommends: Bool?
    let screens: Bool?
    let places: Int?
    let answerDays: Int?
    let silenceConsents: Bool?

    var partner: ProgramStream.Partner {
        ProgramStream.Partner(
            institution, under: mou, seats: seats ?? 0, coDecides: coDecides ?? false, recommends: recommends ?? false,
            screens: screens ?? false, places: places, answerDays: answerDays,
            silenceConsents: silenceConsents ?? false)
    }
}

/// What a manager sends to add a stream.
struct StreamBody: Described {
    let program: Program.ID
    let name: LocalizedName
    let focusAreas: [FocusArea.ID]?
    let partners: [PartnerBody]?

    static let documentation = [
        "partners": """
        Who takes part, each under an agreement (`mou`) that it is a party to: how many reviewers it seats, whether its \
        staff decide together with the park's (`co_decides`) or are asked for advice (`recommends`), whether they screen \
        the applications to the stream (`screens`), and how many places of a call are given in the stream at the most. \
        Once asked, it has so many days to answer (`answer_days`); where it agreed to that with its seat, its silence \
        then counts as agreement (`silence_consents`).
        """
    ]

    var stream: NewStream {
        NewStream(
            program: program, name: name, focusAreas: focusAreas ?? [], partners: (partners ?? []).map(\.partner))
    }
}

/// What a manager sends to revise a stream.
struct StreamRevision: Described {
    let name: LocalizedName
    let focusAreas: [FocusArea.ID]?
    let partners: [PartnerBody]?

    static let documentation = ["partners": "Who takes part from now on; whoever is not named does no longer."]

    var revised: RevisedStream {
        RevisedStream(name: name, focusAreas: focusAreas ?? [], partners: (partners ?? []).map(\.partner))
    }
}
