import API
import Accounts
import Vocabulary

import struct API.Operation

/// Sessions of knowledge exchange under agreements, by API.
enum SessionsAPI {
    static let operations: [AnyOperation] = [listSessions, recordSession, removeSession]

    private static var listSessions: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/sessions", "listMoUSessions",
            summary: "Sessions of knowledge exchange under an agreement, the latest first", tag: "partnerships",
            access: .roles([.manager, .partner]), parameters: MoUPath.self, output: SessionList.self,
            problems: [.notFound]
        ) { call in
            guard let mou = try await call.reader.mou(call.parameters.mou) else { throw Problem.notFound }
            return .ok(SessionList(try await call.reader.sessions(under: mou.id)))
        }.erased
    }

    private static var recordSession: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/sessions", "recordMoUSession",
            summary: "Record a session that was held under an agreement",
            description: "On a day on which the agreement was in force. Targets count it, and the people who came.",
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, body: SessionBody.self,
            output: SessionList.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, mou) = (ExchangeSession.ID(), call.parameters.mou)
            return try await call.write { transaction in
                try await transaction.recordSession(
                    call.body.new, as: id, under: mou, in: tenant, by: principal.personID)
                return .ok(SessionList(try await transaction.sessions(under: mou)))
            }
        }.erased
    }

    private static var removeSession: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/sessions/{session}/removal", "removeMoUSession",
            summary: "Take back the record of a session", tag: "partnerships", access: .roles([.manager]),
            parameters: SessionPath.self, output: SessionList.self, problems: [.notFound]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.removeSession(path.session, of: path.mou)
                return .ok(SessionList(try await transaction.sessions(under: path.mou)))
            }
        }.erased
    }
}

struct SessionPath: Codable {
    let mou: MoU.ID
    let session: ExchangeSession.ID
}

/// What a manager sends to record a session.
struct SessionBody: Described {
    let title: LocalizedName
    let heldOn: CalendarDate
    let area: FocusArea.ID?
    let hosts: [Name]
    let attendance: Int
    let minutes: WebAddress?

    static let documentation = [
        "area": "The area of the agreement that it served.", "hosts": "Who hosted it, 1 to 20.",
        "attendance": "How many people came.", "minutes": "Where its minutes are.",
    ]

    var new: NewExchangeSession {
        NewExchangeSession(title, on: heldOn, by: hosts, attendance: attendance, in: area, minutes: minutes)
    }
}

/// Sessions as JSON.
struct SessionList: Described {
    let items: [Item]

    struct Item: Codable {
        let id: ExchangeSession.ID
        let title: LocalizedName
        let heldOn: CalendarDate
        let area: FocusArea.ID?
        let hosts: [Name]
        let attendance: Int
        let minutes: WebAddress?
    }

    init(_ sessions: [ExchangeSession]) {
        items = sessions.map {
            Item(
                id: $0.id, title: $0.title, heldOn: $0.heldOn, area: $0.area, hosts: $0.hosts,
                attendance: $0.attendance, minutes: $0.minutes)
        }
    }
}
