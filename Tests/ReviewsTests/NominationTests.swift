import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import Programs
import TestWorld
import Testing

@testable import API
@testable import Reviews

/// Nominations whose stream changed before a manager answered.
@Suite("Nominations that wait")
struct NominationTests {
    private let stream: ProgramStream.ID = demoID("stream acceleration fintech")
    private let kenji = Cast.kenji.person.id

    @Test("Nobody is taken into the pool of a stream that has ended, and the nomination can still be refused")
    func ended() async throws {
        let world = try await World()
        _ = try await world.database.write(as: world.context(Cast.kenji)) { transaction in
            try await transaction.nominateReviewers(
                [kenji], for: stream, as: Cast.institution("harbour/sakuragi"), in: Cast.harbour.id, by: kenji)
        }
        let pool = try await world.database.reader(as: world.context(Cast.kenji)).pool(of: stream)
        let nomination = try #require(pool.first { $0.status == .nominated })
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                UPDATE streams SET ended_at = now(), ended_by = \(Cast.mei.person.id), end_reason = 'Over.'
                WHERE id = \(stream)
                """)
        }
        let park = try await Visitor(Cast.mei, in: world)
        let place = "/v1/nominations/\(nomination.id)"
        let late = await park.ask("POST", "\(place)/acceptance")
        #expect(late.status == 409 && late.text.contains("The stream has ended."), "\(late.text)")
        let refused = await park.ask("POST", "\(place)/refusal", json: #"{"reason": "It is over."}"#)
        #expect(refused.status == 200, "\(refused.text)")
    }

    @Test("A line of the form that no name can be read from is refused at its field")
    func lines() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let long = String(repeating: "n", count: 5_000)
        let sent = await park.send(
            "/console/streams/\(stream)/reviewers", [("addresses", "ken@institute.example, \(long)")])
        #expect(sent.status == 422 && sent.text.contains("Say what they are called."), "\(sent.status)")
    }
}
