internal import API
internal import Accounts
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// The order in which an applicant wants the streams of a call, by API.
enum ChoicesAPI {
    static let operations: [AnyOperation] = [getChoices, saveChoices]

    private static var getChoices: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/choices", "getStreamChoices",
            summary: "The streams an applicant wants, the most wanted first",
            description: "Managers read what was handed in. Whoever judges the application does not.",
            tag: "applications", access: .roles([.manager, .founder]), parameters: ApplicationPath.self,
            output: ChoicesView.self, problems: [.notFound]
        ) { call in
            let (id, role) = (call.parameters.application, try call.principal.role)
            return try await call.database.snapshot(as: call.context) { snapshot in
                let summary = try await snapshot.openApplication(id, for: role)
                return .ok(try await snapshot.choices(of: summary.application))
            }
        }.erased
    }

    private static var saveChoices: AnyOperation {
        Operation(
            .put, "/v1/applications/{application}/choices", "saveStreamChoices",
            summary: "Put the streams of a draft in order",
            description: """
                Of the streams that the call offers, those that the startup wants, the most wanted first. None clears the \
                order; one at least is needed to hand the draft in. From then on it stands.
                """,
            tag: "applications", access: .roles([.founder]), parameters: ApplicationPath.self, body: ChoicesBody.self,
            output: ChoicesView.self, problems: [.notFound, .conflict, .answerChanged]
        ) { call in
            let (id, person) = (call.parameters.application, try call.principal.personID)
            return try await call.write { transaction in
                var before: Application?
                _ = try await transaction.chooseStreams(call.body.streams, of: id, by: person) { application in
                    try call.match(try await transaction.choices(of: application))
                    before = application
                }
                guard let before else { throw Problem.notFound }
                return .ok(try await transaction.choices(of: before))
            }
        }.erased
    }
}

extension Statements {
    /// The order of an application, with what the streams are called.
    fileprivate func choices(of application: Application) async throws -> ChoicesView {
        guard let call = try await call(application.call) else { throw Problem.notFound }
        let streams = try await streamChoices(of: application.id)
        return ChoicesView(
            streams: streams.compactMap { stream in call.name(of: stream).map { ChosenStream(id: stream, name: $0) } })
    }
}

/// The streams an applicant wants, as JSON.
struct ChoicesView: Described {
    let streams: [ChosenStream]

    static let documentation = ["streams": "The most wanted first; empty while nothing was chosen."]
}

/// One of them.
struct ChosenStream: Codable {
    let id: ProgramStream.ID
    let name: LocalizedName
}

/// What a founder sends to put streams in order.
struct ChoicesBody: Described {
    let streams: [ProgramStream.ID]

    static let documentation = ["streams": "Each once, the most wanted first."]
}
