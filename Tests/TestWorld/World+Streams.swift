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
    /// Gives all staff of the partners of a stream a seat there, as mei, but for those who hold one.
    package func seatPartners(in stream: ProgramStream.ID) async throws {
        let (tenant, mei) = (Cast.harbour.id, Cast.mei.person.id)
        _ = try await database.write(as: context(Cast.mei)) { transaction in
            let staff = try await transaction.rows(
                """
                SELECT m.person_id, m.institution_id FROM stream_partners AS p
                JOIN memberships AS m ON m.tenant_id = p.tenant_id AND m.institution_id = p.institution_id
                    AND m.role = 'partner' AND m.ended_at IS NULL
                WHERE p.stream_id = \(stream)
                  AND NOT EXISTS (SELECT FROM stream_seats AS k
                                  WHERE k.stream_id = p.stream_id AND k.membership_id = m.id AND k.ended_at IS NULL)
                """)
            for row in staff {
                try await transaction.giveStreamSeat(
                    to: row("person_id"), of: row("institution_id"), in: stream, in: tenant, by: mei)
            }
        }
    }

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
