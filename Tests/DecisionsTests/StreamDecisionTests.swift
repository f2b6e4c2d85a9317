import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Institutions
import Letters
import Pages
import Postgres
import Programs
import Reviews
import TestWorld
import Testing
import Vocabulary

@testable import Decisions

@Suite("Deciding between streams")
struct StreamDecisionTests {
    private let note: LongText
    private let mei = Cast.mei.person.id

    init() throws {
        note = try LongText("Thank you for applying.")
    }

    @Test("Places go in order of standing, each in the first chosen stream that has one left")
    func seats() {
        let ids = (0..<5).map { _ in Application.ID() }
        let (a, b) = (ProgramStream.ID(), ProgramStream.ID())
        let seats = Seats(offers: 4, waitlist: 1, streams: [a: 1, b: 1])
        let given = seats.given(
            to: ids, wanting: [ids[0]: [a, b], ids[1]: [a, b], ids[2]: [a], ids[3]: [b, a], ids[4]: [b]])
        #expect(given.map(\.application) == ids)
        #expect(given.map(\.outcome) == [.offer, .offer, .waitlist, .reject, .reject])
        #expect(given.map(\.stream) == [a, b, nil, nil, nil] && given.map(\.rank) == [nil, nil, 1, nil, nil])
        // Without streams, the best get what there is.
        let plain = Seats(offers: 2, waitlist: 2, streams: [:]).given(to: ids, wanting: [:])
        #expect(plain.map(\.outcome) == [.offer, .offer, .waitlist, .waitlist, .reject])
        #expect(plain.map(\.rank) == [nil, nil, 1, 2, nil])
    }

    @Test("No order but the true one gets anybody a place they want more")
    func strategyProof() {
        var seed: UInt64 = 41
        func next(_ limit: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % limit
        }
        let streams = (0..<3).map { _ in ProgramStream.ID() }
        /// Every way to name some of three streams in order.
        let orders: [[Int]] = [
            [0], [1], [2], [0, 1], [1, 0], [0, 2], [2, 0], [1, 2], [2, 1], [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0],
            [2, 0, 1], [2, 1, 0],
        ]
        for _ in 0..<60 {
            let ids = (0..<5).map { _ in Application.ID() }
            let truth = Dictionary(
                uniqueKeysWithValues: ids.map { ($0, orders[next(orders.count)].map { streams[$0] }) })
            let seats = Seats(
                offers: 1 + next(5), waitlist: next(3),
                streams: Dictionary(uniqueKeysWithValues: streams.map { ($0, next(3)) }))
            for id in ids {
                func worth(_ wanting: [Application.ID: [ProgramStream.ID]]) -> Int {
                    let stream = seats.given(to: ids, wanting: wanting).first { $0.application == id }?.stream
                    return stream.flatMap { truth[id]?.firstIndex(of: $0) } ?? 99
                }
                let honest = worth(truth)
                for order in orders {
                    var told = truth
                    told[id] = order.map { streams[$0] }
                    #expect(worth(told) >= honest)
                }
            }
        }
    }

    @Test("An offer names a chosen stream, the first unless said, for the verb and for the database")
    func single() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing([["own"], ["other", "own"]])
        let batch = try await world.open(call.id, places: 5, preparing: [])
        let reader = world.database.reader(as: world.context(Cast.mei))
        try await world.prepare(ids[1], Preparation(.offer, note: note), in: batch)
        #expect(try await reader.preparedDecision(on: ids[1], in: batch)?.preparation.stream == call.other)
        try await world.prepare(ids[1], Preparation(.offer, note: note, stream: call.own), in: batch)
        #expect(try await reader.preparedDecision(on: ids[1], in: batch)?.preparation.stream == call.own)
        let dry = try await world.prepare(
            [
                (ids[0], Preparation(.offer, note: note, stream: call.other)),
                (ids[1], Preparation(.waitlist, note: note, stream: call.own)),
            ], in: batch, .dryRun)
        #expect(dry.map { $0.fault?.field } == ["stream", "stream"])
        let walls: [(Query, String)] = [
            (
                "UPDATE prepared_decisions SET stream_id = NULL WHERE application_id = \(ids[1])",
                "offers_name_their_stream"
            ),
            (
                "UPDATE prepared_decisions SET stream_id = \(ProgramStream.ID()) WHERE application_id = \(ids[1])",
                "places_are_in_a_chosen_stream"
            ),
        ]
        for (sql, constraint) in walls {
            let wall = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(sql) }
            }
            #expect(wall?.constraint == constraint)
        }
        // A call of one stream has none to name.
        let (plain, applicants) = try await world.applicants(1, from: 10)
        let other = try await world.open(plain, places: 1, preparing: [])
        let verdict = try await world.prepare(
            [(applicants[0], Preparation(.offer, note: note, stream: call.own))], in: other, .dryRun)
        #expect(verdict.first?.fault?.field == "stream")
        try await world.prepare(applicants[0], Preparation(.offer, note: note), in: other)
        #expect(try await reader.preparedDecision(on: applicants[0], in: other)?.preparation.stream == nil)
    }

    @Test("By standing, with places by stream; the release keeps to them, and letter and page name the stream")
    func bulk() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing(
            [["other", "own"], ["other", "own"], ["other"], ["own"]], places: (nil, 1))
        let round = try await world.openRound(for: call.id)
        for (index, id) in ids.enumerated() { try await world.judge(id, worth: 5 - index) }
        let batch = try await world.open(call.id, places: 3, preparing: [])
        let note = note
        let rows = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let rows = try await transaction.decisions(
                ByStanding(round, by: .raw, waitlist: 1) { _ in note }, in: batch)
            _ = try await transaction.prepareDecisions(rows, in: batch, .allOrNothing, by: mei)
            return rows
        }
        #expect(rows.map(\.preparation.outcome) == [.offer, .offer, .waitlist, .offer])
        #expect(rows.map(\.preparation.stream) == [call.other, call.own, nil, call.own])
        let reader = world.database.reader(as: world.context(Cast.mei))
        let tally = try #require(try await reader.tallies(of: [batch])[batch])
        #expect(tally.streams.map(\.offers) == [2, 1] && tally.streams.map(\.places) == [nil, 1])
        let park = try await Visitor(Cast.mei, in: world)
        #expect(await park.open("/console/decisions/\(batch)").text.contains("Places in Deep tech"))
        #expect(
            await park.open("/console/decisions/\(batch)/release").text.contains("Deep tech: 1 offers; 0 of 1 places"))
        let form = await park.open("/console/decisions/\(batch)/applications/\(ids[1])")
        #expect(form.text.contains("1. Deep tech") && form.text.contains("name=\"stream\""))

        // One more in the stream than there is.
        try await world.prepare(ids[1], Preparation(.offer, note: note, stream: call.other), in: batch)
        let refusal = await #expect(throws: DecisionRefusal.self) { try await world.release(batch) }
        #expect(refusal?.problem.errors.map(\.pointer) == ["/places"])
        try await world.prepare(ids[1], Preparation(.offer, note: note, stream: call.own), in: batch)
        try await world.release(batch)
        let founder = world.database.reader(as: try await world.founder(of: 0))
        let decision = try #require(try await founder.releasedDecision(on: ids[0]))
        #expect(decision.stream == call.other && decision.streamName?.text(for: .english) == "Deep tech")
        let part = try await DecisionPortal.part(of: ids[0], founder, .english)
        #expect(part?.facts != nil)
        let letters = try await reader.letters(about: ids[0].uuid, limit: 5)
        #expect(letters.contains { $0.text.body.string.contains("Deep tech") })
        // Another startup learns nothing of it.
        let stranger = world.database.reader(as: try await world.founder(of: 3))
        #expect(try await stranger.placeStream(of: ids[0]) == nil)

        // Two change it, and not past the places of the stream.
        let change = DecisionChange.ID()
        try await world.propose(Preparation(.offer, note: note, stream: call.other), for: ids[1], as: change)
        let full = await #expect(throws: DecisionRefusal.self) { try await world.confirm(change, by: Cast.tom) }
        #expect(full == .noPlace("All 1 places of the stream are taken."))
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute(
                    "UPDATE decisions SET stream_id = \(call.other) WHERE application_id = \(ids[1])")
            }
        }
        #expect(wall?.constraint == "offers_keep_to_the_places_of_their_stream")
    }

    @Test("An application counts for the streams it names, and its place for that of its place, with their partners")
    func counted() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing([["own"], ["other", "own"], ["other"]])
        let bank = Cast.institution("harbour/sakuragi")
        // The bank takes part in the further stream and not in the call's own.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("DELETE FROM stream_partners WHERE stream_id = \(call.own)")
            try await transaction.execute(
                """
                INSERT INTO stream_partners (tenant_id, stream_id, institution_id, mou_id)
                SELECT tenant_id, \(call.other), \(bank), id FROM mous WHERE reference = 'MoU-2'
                """)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        func listed(_ filter: ApplicationFilter) async throws -> Set<Application.ID> {
            Set(try await reader.applications(matching: filter, limit: 1_000).map(\.application.id))
        }
        func check(_ own: [Application.ID], _ other: [Application.ID]) async throws {
            let all = ApplicationFilter(call: call.id)
            for (stream, expected) in [(call.own, own), (call.other, other)] {
                var filter = all
                filter.stream = stream
                #expect(try await listed(filter) == Set(expected))
                let counts = try await reader.applicationCounts(matching: filter)
                #expect(counts.values.reduce(0) { $0 + $1.applications } == expected.count)
            }
            var filter = all
            filter.partner = bank
            #expect(try await listed(filter) == Set(other))
            let counts = try await reader.applicationCounts(matching: filter)
            #expect(counts.values.reduce(0) { $0 + $1.applications } == other.count)
        }
        try await check([ids[0], ids[1]], [ids[1], ids[2]])
        /// Of the further stream: how many submitted, how many offered.
        func line(_ member: Cast.Member) async throws -> [JSON?] {
            let visitor = try await Visitor(member, in: world)
            let funnel = try await visitor.ask("GET", "/v1/applications/funnel").json()
            let stream = funnel["streams"]?.elements?.first { $0["id"]?.text == call.other.description }
            return ["submitted", "offered"].map { stage in
                stream?["stages"]?.elements?.first { $0["stage"]?.text == stage }?["applications"]
            }
        }
        #expect(try await line(Cast.mei) == [2, 0])
        #expect(try await line(Cast.kenji) == [2, 0], "the partner of the further stream reads who applied to it")

        let day = CalendarDate(Date(), in: .hongKong).adding(days: 7)
        try await world.decide([
            (ids[1], Preparation(.offer, lastDay: day, note: note, stream: call.own)),
            (ids[2], Preparation(.offer, lastDay: day, note: note, stream: call.other)),
        ])
        try await check([ids[0], ids[1]], [ids[2]])
        #expect(try await line(Cast.mei) == [2, 1])
        #expect(try await line(Cast.kenji) == [2, 1])
    }

    @Test("A place that becomes free goes to the next who chose its stream")
    func promotion() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing([["other"], ["own"], ["own"], ["own", "other"]], places: (1, 1))
        let batch = try await world.open(
            call.id, places: 2,
            preparing: [
                (ids[0], Preparation(.offer, note: note)), (ids[1], Preparation(.offer, note: note)),
                (ids[2], Preparation(.waitlist, rank: 1, note: note)),
                (ids[3], Preparation(.waitlist, rank: 2, note: note)),
            ])
        try await world.release(batch)
        let first = try await world.founder(of: 0)
        _ = try await world.database.write(as: first) { try await $0.declineOffer(ids[0], because: nil, by: mei) }
        let system = try await world.system()
        let promoted = try await world.database.write(as: system) { try await $0.fillPlaces(of: call.id) }
        #expect(promoted == [ids[3]])
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.releasedDecision(on: ids[3])?.stream == call.other)
        #expect(try await reader.application(ids[2])?.application.state == .waitlisted)
        let letters = try await reader.letters(about: ids[3].uuid, limit: 5)
        #expect(letters.contains { $0.text.body.string.contains("Deep tech") })
        // Nobody waits for the other stream; a place in the own one goes to who does.
        let fourth = try await world.founder(of: 3)
        _ = try await world.database.write(as: fourth) { try await $0.declineOffer(ids[3], because: nil, by: mei) }
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call.id) } == [])
        let second = try await world.founder(of: 1)
        _ = try await world.database.write(as: second) { try await $0.declineOffer(ids[1], because: nil, by: mei) }
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call.id) } == [ids[2]])
    }
}

extension World {
    /// A call that offers two streams with applications in review, each wanting these, the most wanted first.
    func choosing(
        _ wanted: [[String]], places: (own: Int?, other: Int?) = (nil, nil)
    ) async throws -> (CallOfTwoStreams, [Application.ID]) {
        let call = try await callOfTwoStreams(places: places)
        let ids = try await apply(wanted.count, to: call.id)
        try await owner.write(as: .none) { transaction in
            // What was handed in takes no choice any more.
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            for (id, names) in zip(ids, wanted) {
                try await transaction.execute(
                    """
                    INSERT INTO stream_choices (tenant_id, application_id, call_id, stream_id, rank, saved_by)
                    SELECT \(Cast.harbour.id), \(id), \(call.id), s, n, \(Cast.mei.person.id)
                    FROM unnest(\(names.map { $0 == "own" ? call.own : call.other })) WITH ORDINALITY AS f (s, n)
                    """)
            }
            try await transaction.execute(
                """
                UPDATE applications AS a SET streams_chosen = (
                    SELECT count(*) FROM stream_choices AS k WHERE k.application_id = a.id)
                WHERE a.id = ANY (\(ids))
                """)
        }
        return (call, ids)
    }
}
