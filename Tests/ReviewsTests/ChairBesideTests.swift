import Accounts
import Applications
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Programs
@testable import Reviews

/// Who knows from one round what they judge blind in another that is open beside it.
@Suite("Chairs and judges of rounds beside each other")
struct ChairBesideTests {
    private let mei = Cast.mei.person.id
    private let nora = Cast.nora.person.id
    private let tenant = Cast.harbour.id

    private func drafted(
        _ world: World, _ call: CallOfTwoStreams, _ stream: ProgramStream.ID, blind: Bool
    ) async throws -> ReviewRound.ID {
        let id = ReviewRound.ID()
        let draft = RoundDraft(
            name: try LocalizedName(en: blind ? "Hidden" : "Named"), stream: stream, isBlind: blind, reviewsWanted: 1,
            quorum: 1, due: Deadline(Date().addingTimeInterval(864_000), in: .hongKong),
            criteria: [.init(id: .init(), name: try LocalizedName(en: "Worth"), guidance: nil, weight: 100)])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftRound(draft, as: id, of: call.id, in: tenant)
        }
        return id
    }

    private func seat(_ world: World, in round: ReviewRound.ID, isChair: Bool = false) async throws {
        let address = try #require(EmailAddress(Cast.nora.person.email))
        let name = try Name(Cast.nora.person.name)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.invitePanelist(
                PanelInvitation(
                    email: address, name: name, isChair: isChair, terms: PanelTerms(most: 9, languages: [.english])),
                to: round, in: tenant, by: mei)
        }
        try await world.database.write(as: world.context(Cast.nora)) { transaction in
            try await transaction.acceptPanelInvitation(to: round, taking: nil, by: nora)
        }
    }

    private func open(_ world: World, _ round: ReviewRound.ID) async throws {
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.openRound(round, in: tenant, by: mei)
        }
    }

    private func assign(
        _ world: World, _ id: Application.ID, in round: ReviewRound.ID, as assignment: ReviewAssignment.ID
    ) async throws {
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.assignReviewer(
                nora, to: id, in: round, as: assignment, in: tenant, by: mei)
        }
    }

    @Test("A chair reads nothing by name that they were given to judge blind before, until they have judged it")
    func laterKnown() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let ids = try await world.naming([["own", "other"], ["other"]], of: call)
        let hidden = try await drafted(world, call, call.own, blind: true)
        let named = try await drafted(world, call, call.other, blind: false)
        try await seat(world, in: hidden)
        try await open(world, hidden)
        let assignment = ReviewAssignment.ID()
        try await assign(world, ids[0], in: hidden, as: assignment)
        // The application comes into the round that they chair after it was given to them.
        try await seat(world, in: named, isChair: true)
        try await open(world, named)
        let reader = world.database.reader(as: world.context(Cast.nora))
        #expect(try await reader.chairedFiles(in: named, limit: 9).map(\.application) == [ids[1]])
        #expect(try await reader.file(of: ids[0], in: named) == nil)
        #expect(try await reader.file(of: ids[0], in: hidden)?.startupName == nil)
        // Row-level security says so alone.
        let rows: Int = try await reader.value(
            "SELECT count(*) AS rows FROM review_files WHERE round_id = \(named) AND application_id = \(ids[0])")
        #expect(rows == 0)
        let visitor = try await Visitor(Cast.nora, in: world)
        #expect(await visitor.open("/reviews/rounds/\(named)/files/\(ids[0])").status == 404)
        #expect(await visitor.open("/reviews/rounds/\(named)/files/\(ids[1])").status == 200)

        let round = try #require(try await reader.round(hidden))
        let review = ReviewDraft(
            scores: Dictionary(uniqueKeysWithValues: round.criteria.map { ($0.id, 4) }),
            comment: try LongText("Sound."))
        try await world.database.write(as: world.context(Cast.nora)) { transaction in
            _ = try await transaction.submitReview(review, of: assignment, by: nora)
        }
        #expect(Set(try await reader.chairedFiles(in: named, limit: 9).map(\.application)) == Set(ids))
        #expect(try await reader.file(of: ids[0], in: named)?.startupName != nil)
    }

    @Test("What somebody was given by name they judge blind nowhere else, also once it is taken back")
    func takenBack() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let ids = try await world.naming([["own", "other"]], of: call)
        let hidden = try await drafted(world, call, call.own, blind: true)
        let named = try await drafted(world, call, call.other, blind: false)
        for round in [hidden, named] {
            try await seat(world, in: round)
            try await open(world, round)
        }
        let assignment = ReviewAssignment.ID()
        try await assign(world, ids[0], in: named, as: assignment)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.withdrawAssignment(assignment, because: nil)
        }
        let known = await #expect(throws: DatabaseError.self) {
            try await assign(world, ids[0], in: hidden, as: .init())
        }
        #expect(known?.constraint == "nobody_judges_blind_what_they_know_by_name")
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.knownPairs(in: hidden).map(\.1) == [ids[0]])
        // Blind work that was taken back tells nothing.
        #expect(try await reader.knownPairs(in: named).isEmpty)
    }

    @Test("Who had the chair where names are shown judges blind nothing that they read there, also off the panel")
    func formerChair() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let ids = try await world.naming([["own", "other"]], of: call)
        let hidden = try await drafted(world, call, call.own, blind: true)
        let named = try await drafted(world, call, call.other, blind: false)
        try await seat(world, in: hidden)
        try await open(world, hidden)
        try await seat(world, in: named, isChair: true)
        try await open(world, named)
        let nora = nora
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.removePanelist(nora, of: named)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.knownPairs(in: hidden).map(\.0) == [nora])
        let known = await #expect(throws: DatabaseError.self) {
            try await assign(world, ids[0], in: hidden, as: .init())
        }
        #expect(known?.constraint == "nobody_judges_blind_what_they_know_by_name")
        // What came into the round after that they have not read.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE review_files SET entered_at = now() + interval '1 minute' WHERE round_id = \(named)")
        }
        #expect(try await reader.knownPairs(in: hidden).isEmpty)
        try await assign(world, ids[0], in: hidden, as: .init())
        // Managers read who it was, and nobody else.
        for (member, count) in [(Cast.mei, 1), (Cast.nora, 0), (Cast.ada, 0), (Cast.iris, 0)] {
            let rows: Int = try await world.database.reader(as: world.context(member)).value(
                "SELECT count(*) AS n FROM former_chairs")
            #expect(rows == count, "\(member.person.email)")
        }
    }

    @Test("Of two assignments at once, one blind and one by name, one is made")
    func atOnce() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let ids = try await world.naming([["own", "other"]], of: call)
        let hidden = try await drafted(world, call, call.own, blind: true)
        let named = try await drafted(world, call, call.other, blind: false)
        for round in [hidden, named] {
            try await seat(world, in: round)
            try await open(world, round)
        }
        let (nora, mei, tenant) = (nora, mei, tenant)
        @Sendable func give(in round: ReviewRound.ID) async -> Bool {
            let made: ()? = try? await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.assignReviewer(
                    nora, to: ids[0], in: round, as: .init(), in: tenant, by: mei)
                // Long enough for the other to look before this one is on record.
                try await transaction.execute("SELECT pg_sleep(0.5)")
            }
            return made != nil
        }
        async let blind = give(in: hidden)
        async let open = give(in: named)
        let made = await [blind, open]
        #expect(made.count { $0 } == 1, "\(made)")
    }
}
