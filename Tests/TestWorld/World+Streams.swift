internal import Accounts
internal import DemoWorld
package import Foundation
internal import Postgres
package import Programs
internal import Vocabulary

/// A call that offers two streams to choose among.
package struct CallOfTwoStreams: Sendable {
    /// The call.
    package let id: CallForApplications.ID
    /// Its own stream.
    package let own: ProgramStream.ID
    /// The further one.
    package let other: ProgramStream.ID
}

extension World {
    /// An open call of the demo's incubation program, with one question, that offers its own stream and a further one.
    ///
    /// - Parameter further: questions that it asks besides.
    package func callOfTwoStreams(
        places: (own: Int?, other: Int?) = (nil, nil), closing other: Date? = nil,
        asking further: (CallOfTwoStreams) throws -> [CallDraft.Question] = { _ in [] }
    ) async throws -> CallOfTwoStreams {
        let made = CallOfTwoStreams(id: .init(), own: demoID("stream incubation general"), other: .init())
        let (tenant, mei) = (Cast.harbour.id, Cast.mei.person.id)
        let draft = try CallDraft(
            stream: made.own, title: LocalizedName(en: "Two ways in"), opensAt: Date().addingTimeInterval(-86_400),
            deadline: Deadline(Date().addingTimeInterval(86_400), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "What do you build?"))]
                + further(made),
            offered: [.init(made.own, places: places.own), .init(made.other, places: places.other, closesAt: other)])
        try await database.write(as: context(Cast.mei)) { transaction in
            _ = try await transaction.addStream(
                NewStream(program: demoID("program incubation"), name: LocalizedName(en: "Deep tech"), focusAreas: []),
                as: made.other, in: tenant)
            _ = try await transaction.draftCall(draft, as: made.id, in: tenant)
            _ = try await transaction.publishCall(made.id, by: mei)
        }
        return made
    }

    /// Lets a stream of a call close so far from now.
    package func closes(
        _ stream: ProgramStream.ID, of call: CallForApplications.ID, in interval: String
    ) async throws {
        try await owner.write(as: .none) { transaction in
            try await transaction.execute("ALTER TABLE offered_streams DISABLE TRIGGER USER")
            try await transaction.execute(
                """
                UPDATE offered_streams SET closes_at = now() + \(interval)::interval
                WHERE call_id = \(call) AND stream_id = \(stream)
                """)
            try await transaction.execute("ALTER TABLE offered_streams ENABLE TRIGGER USER")
        }
    }
}
