import Accounts
import DemoWorld
import Foundation
import Institutions
import Partnerships
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

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

    @Test("Several are answered at once: looked at first, as a whole or in part, by managers alone")
    func several() async throws {
        let world = try await World()
        _ = try await world.database.write(as: world.context(Cast.kenji)) { transaction in
            try await transaction.nominateReviewers(
                [kenji], for: stream, as: Cast.institution("harbour/sakuragi"), in: Cast.harbour.id, by: kenji)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let nomination = try #require(try await reader.pool(of: stream).first { $0.status == .nominated })
        let park = try await Visitor(Cast.mei, in: world)
        let target = "/v1/streams/\(stream)/nomination-answers"
        let both = #""nominations": ["\#(nomination.id)", "\#(StreamReviewer.ID())"]"#
        let rehearsed = await park.ask("POST", target, json: #"{\#(both), "answer": "accept", "dry_run": true}"#)
        #expect(rehearsed.status == 200 && rehearsed.text.contains(#""done":0,"refused":1"#), "\(rehearsed.text)")
        let whole = await park.ask("POST", target, json: #"{\#(both), "answer": "accept"}"#)
        #expect(whole.status == 409 && whole.problem?.errors.map(\.pointer) == ["/nominations/1"], "\(whole.text)")
        let mute = await park.ask("POST", target, json: #"{\#(both), "answer": "refuse"}"#)
        #expect(mute.problem?.errors.map(\.pointer) == ["/reason"], "\(mute.text)")
        #expect(try await reader.streamReviewer(nomination.id)?.status == .nominated)
        let bank = try await Visitor(Cast.kenji, in: world)
        #expect(await bank.ask("POST", target, json: #"{\#(both), "answer": "accept", "partial": true}"#).status == 403)
        // In the pool of another stream there is no such nomination.
        let general: ProgramStream.ID = demoID("stream incubation general")
        let elsewhere = await park.ask(
            "POST", "/v1/streams/\(general)/nomination-answers",
            json: #"{\#(both), "answer": "accept", "dry_run": true}"#)
        #expect(elsewhere.text.contains(#""refused":2"#), "\(elsewhere.text)")

        let page = "/console/streams/\(stream)/nomination-answers"
        #expect(await park.open("/console/streams/\(stream)/reviewers").text.contains("href=\"\(page)\""))
        #expect(await park.open(page).text.contains("Kenji Mori"))
        let ticked = [("nominations", "\(nomination.id)"), ("answer", "accept"), ("partial", "false")]
        let looked = await park.send(page, ticked)
        #expect(looked.status == 200 && looked.text.contains("1 can be done."), "\(looked.text)")
        let done = await park.send(page, ticked + [("sure", "true")])
        #expect(done.header("Location") == "/console/streams/\(stream)/reviewers?done=answered", "\(done.text)")
        #expect(try await reader.streamReviewer(nomination.id)?.status == .member)
        let late = await park.send(page, ticked + [("sure", "true")])
        #expect(late.status == 409, "\(late.text)")
    }

    @Test("Whoever has left the partner since is not accepted in its name")
    func left() async throws {
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
                UPDATE memberships SET ended_at = now()
                WHERE person_id = \(kenji) AND institution_id = \(Cast.institution("harbour/sakuragi"))
                """)
        }
        let park = try await Visitor(Cast.mei, in: world)
        let place = "/v1/nominations/\(nomination.id)"
        let late = await park.ask("POST", "\(place)/acceptance")
        #expect(late.status == 409 && late.text.contains("They have left the partner"), "\(late.text)")
        #expect(await park.ask("POST", "\(place)/refusal", json: #"{"reason": "They left."}"#).status == 200)
    }

    @Test("A partner whose agreement has ended nominates nobody; one whose agreement begins later does")
    func agreement() async throws {
        let world = try await World()
        func agree(_ terms: Query) async throws {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                try await transaction.execute(
                    "UPDATE mous SET \(fragment: terms) WHERE id = \(demoID("mou MoU-2") as MoU.ID)")
            }
        }
        func nominate() async throws {
            _ = try await world.database.write(as: world.context(Cast.kenji)) { transaction in
                try await transaction.nominateReviewers(
                    [kenji], for: stream, as: Cast.institution("harbour/sakuragi"), in: Cast.harbour.id, by: kenji)
            }
        }
        try await agree(
            """
            renews_itself = false, signed_on = current_date - 99, effective_on = current_date - 90, ends_on = current_date - 9
            """)
        let ended = await #expect(throws: RowsRefused.self) { try await nominate() }
        #expect(ended?.problem.errors.first?.detail.contains("Your agreement has ended.") == true, "\(ended as Any)")
        try await agree("effective_on = current_date + 30, ends_on = current_date + 90")
        try await nominate()
        let pool = try await world.database.reader(as: world.context(Cast.kenji)).pool(of: stream)
        #expect(pool.contains { $0.status == .nominated })
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
