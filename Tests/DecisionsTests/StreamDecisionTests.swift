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

    @Test("Lists say which stream each decision is for, or what was chosen: as JSON, on the page, and as files")
    func column() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing([["other", "own"], ["own"], ["own", "other"]])
        let batch = try await world.open(call.id, places: 3, preparing: [])
        try await world.prepare(ids[0], Preparation(.offer, note: note, stream: call.own), in: batch)
        try await world.prepare(ids[1], Preparation(.reject, note: note), in: batch)
        let park = try await Visitor(Cast.mei, in: world)
        let listed = await park.ask("GET", "/v1/decision-batches/\(batch)/decisions")
        let decisions = try JSON(parsing: listed.body)
        let offered = try #require(
            decisions["items"]?.elements?.first { $0["application"]?.text == ids[0].description })
        #expect(offered["stream"]?.text == call.own.description && offered["stream_name"] != nil)
        #expect(offered["choices"]?.elements?.map(\.text) == [call.other.description, call.own.description])
        let open = try #require(decisions["undecided"]?.elements?.first)
        #expect(open["choices"]?.elements?.map(\.text) == [call.own.description, call.other.description])
        let page = await park.open("/console/decisions/\(batch)")
        #expect(page.text.contains("1. Deep tech, 2. "), "\(page.text)")
        #expect(page.text.contains("/console/decisions/\(batch)/decisions.csv"))
        let file = await park.ask("GET", "/v1/decision-batches/\(batch)/decisions.csv")
        #expect(file.status == 200 && file.text.contains("Streams chosen"), "\(file.text)")
        let line = try #require(file.text.split(whereSeparator: \.isNewline).first { $0.contains("\(ids[0])") })
        #expect(line.contains("1. Deep tech, 2. ") && line.contains("Offer"), "\(line)")
        let workbook = await park.ask("GET", "/v1/decision-batches/\(batch)/decisions.xlsx")
        #expect(workbook.status == 200 && workbook.body.starts(with: Array("PK".utf8)))
        #expect(await park.open("/console/decisions/\(batch)/decisions.xlsx").status == 200)

        // A call of one stream has nothing to tell.
        let (plain, applicants) = try await world.applicants(1, from: 20)
        let other = try await world.open(plain, places: 1, preparing: [])
        try await world.prepare(applicants[0], Preparation(.offer, note: note), in: other)
        let without = await park.ask("GET", "/v1/decision-batches/\(other)/decisions.csv")
        #expect(without.status == 200 && !without.text.contains("Stream"), "\(without.text)")
        #expect(await !park.ask("GET", "/v1/decision-batches/\(other)/decisions").text.contains("choices"))
    }

    @Test("Several prepared decisions are taken back at once, as a whole or in part")
    func takingBack() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(3)
        let batch = try await world.open(call, places: 3, preparing: [])
        for id in ids.prefix(2) { try await world.prepare(id, Preparation(.reject, note: note), in: batch) }
        let park = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let target = "/v1/decision-batches/\(batch)/preparation-withdrawals"
        let list = ids.map { #""\#($0)""# }.joined(separator: ", ")
        let rehearsed = await park.ask("POST", target, json: #"{"applications": [\#(list)], "dry_run": true}"#)
        #expect(rehearsed.status == 200 && rehearsed.text.contains(#""refused":1"#), "\(rehearsed.text)")
        let whole = await park.ask("POST", target, json: #"{"applications": [\#(list)]}"#)
        #expect(whole.status == 409 && whole.text.contains("/applications/2"), "\(whole.text)")
        #expect(try await reader.preparedDecisions(in: batch).count == 2)
        let page = "/console/decisions/\(batch)/withdrawals"
        #expect(await park.open(page).text.contains("\(ids[0])"))
        let ticked = [("applications", "\(ids[0])"), ("partial", "false")]
        let looked = await park.send(page, ticked)
        #expect(looked.status == 200 && looked.text.contains("1 can be done."), "\(looked.text)")
        #expect(await park.send(page, ticked + [("sure", "true")]).status == 303)
        #expect(try await reader.preparedDecisions(in: batch).map(\.application) == [ids[1]])
        let part = await park.ask("POST", target, json: #"{"applications": [\#(list)], "partial": true}"#)
        #expect(part.status == 200 && part.text.contains(#""done":1"#), "\(part.text)")
        #expect(try await reader.preparedDecisions(in: batch).isEmpty)
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

    @Test("By the standing of a stream: places of that stream, and nothing worse for who has something elsewhere")
    func seatsOfOne() {
        let ids = (0..<6).map { _ in Application.ID() }
        let (a, b) = (ProgramStream.ID(), ProgramStream.ID())
        let seats = Seats(offers: 1, waitlist: 2, streams: [a: 2, b: 9])
        // The second moves from a stream it wants less and costs nobody a place; the third, who would, too, finds none left.
        let given = seats.given(
            to: ids, in: a, keeping: [ids[1], ids[2]], listed: [ids[3]: 1, ids[4]: 7, ids[5]: 4])
        #expect(given.map(\.application) == [ids[0], ids[1], ids[4]])
        #expect(given.map(\.outcome) == [.offer, .offer, .waitlist])
        #expect(given.map(\.stream) == [a, a, nil] && given.map(\.rank) == [nil, nil, 2])
        // A stream without a place gives none.
        #expect(
            Seats(offers: 5, waitlist: 0, streams: [a: 0]).given(to: ids, in: a, keeping: [], listed: [:])
                .allSatisfy { $0.outcome == .reject })
    }

    @Test("An offer in a stream rests on the rounds that judged for it, for the verb and for the database")
    func quorum() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing([["own", "other"], ["other"]])
        let own = try await world.openRound(for: call.id, of: call.own)
        let other = try await world.openRound(for: call.id, of: call.other)
        let reader = world.database.reader(as: world.context(Cast.mei))
        try await world.judge(ids[0], in: own, worth: 4)
        func short(_ stream: ProgramStream.ID?) async throws -> Bool {
            let places = stream.map { [ids[0]: $0] } ?? [:]
            return try await reader.shortOfQuorum(in: call.id, offering: places)[ids[0]] != nil
        }
        // Reviewed in the one stream is not reviewed in the other.
        func reviewed() async throws -> JSON? {
            let funnel = try await Visitor(Cast.mei, in: world).ask("GET", "/v1/applications/funnel").json()
            let stream = funnel["streams"]?.elements?.first { $0["id"]?.text == call.other.description }
            return stream?["stages"]?.elements?.first { $0["stage"]?.text == "reviewed" }?["applications"]
        }
        #expect(try await reviewed() == 0)
        #expect(try await short(call.own) == false)
        #expect(try await short(call.other) == true)
        #expect(try await short(nil) == true, "whatever is no offer rests on both")

        // The wall says the same of what a manager releases.
        let batch = try await world.open(call.id, places: 5, preparing: [])
        try await world.prepare(ids[0], Preparation(.offer, note: note, stream: call.other), in: batch)
        let refusal = await #expect(throws: DecisionRefusal.self) { try await world.release(batch) }
        #expect(refusal?.problem.errors.map(\.pointer) == ["/decisions/\(ids[0])"])
        let counted: [Application.ID] = try await reader.value(
            """
            SELECT short_of_quorum(\([ids[0], ids[0], ids[1]]), \([call.own, call.other, call.other]))
            """)
        #expect(counted.sorted() == [ids[0], ids[1]].sorted())

        // A waiver of the one place is none of the other.
        let waiver = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.proposeWaiver(
                of: ids[0], in: batch, because: note, as: .init(), in: Cast.harbour.id, by: mei)
        }
        #expect(waiver.stream == call.other)
        try await world.database.write(as: world.context(Cast.tom)) { transaction in
            _ = try await transaction.confirmWaiver(waiver.id, by: Cast.tom.person.id)
        }
        let known = try #require(try await reader.decisionBatch(batch))
        func faults() async throws -> [String] {
            try await reader.releaseFaults(of: known, reader.preparedDecisions(in: batch), at: Date()).map(\.pointer)
        }
        #expect(try await faults().isEmpty)
        try await world.judge(ids[1], in: other, worth: 3)
        #expect(try await reviewed() == 1)
        try await world.prepare(ids[1], Preparation(.offer, note: note), in: batch)
        try await world.release(batch)
        #expect(try await reader.releasedDecision(on: ids[0])?.stream == call.other)
    }

    @Test("The rounds of two streams give the places of each; nobody loses what they want more")
    func standings() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing(
            [["own", "other"], ["other", "own"], ["own"], ["other"]], places: (1, 1))
        let own = try await world.openRound(for: call.id, of: call.own)
        let other = try await world.openRound(for: call.id, of: call.other)
        // Both streams like the second best, and the first next.
        for (id, score) in [(ids[0], 4), (ids[1], 5), (ids[2], 1)] { try await world.judge(id, in: own, worth: score) }
        for (id, score) in [(ids[0], 4), (ids[1], 5), (ids[3], 1)] {
            try await world.judge(id, in: other, worth: score)
        }
        let batch = try await world.open(call.id, places: 2, preparing: [])
        let (note, mei) = (note, mei)
        func prepare(by round: ReviewRound.ID) async throws -> [Application.ID: Preparation] {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                let rows = try await transaction.decisions(
                    ByStanding(round, by: .raw, waitlist: 1) { _ in note }, in: batch)
                _ = try await transaction.prepareDecisions(rows, in: batch, .allOrNothing, by: mei)
            }
            let reader = world.database.reader(as: world.context(Cast.mei))
            return Dictionary(
                uniqueKeysWithValues: try await reader.preparedDecisions(in: batch).map {
                    ($0.application, $0.preparation)
                })
        }
        let first = try await prepare(by: own)
        #expect(first[ids[1]]?.outcome == .offer && first[ids[1]]?.stream == call.own)
        #expect(first[ids[0]]?.outcome == .waitlist && first[ids[2]]?.outcome == .reject && first[ids[3]] == nil)
        // The second moves to the stream it wants more, and leaves its place to whoever comes next there.
        let second = try await prepare(by: other)
        #expect(second[ids[1]]?.stream == call.other)
        #expect(second[ids[0]]?.outcome == .waitlist && second[ids[0]]?.rank == 1)
        #expect(second[ids[3]]?.outcome == .reject && second[ids[2]]?.outcome == .reject)
        let third = try await prepare(by: own)
        #expect(third[ids[1]]?.stream == call.other, "what they want more stays")
        #expect(third[ids[0]]?.outcome == .offer && third[ids[0]]?.stream == call.own)
        // The page says what each stream's round found.
        let park = try await Visitor(Cast.mei, in: world)
        let page = await park.open("/console/decisions/\(batch)/bulk/chosen")
        #expect(page.text.contains("Deep tech 100 "), "\(page.text)")
        let form = await park.open("/console/decisions/\(batch)/bulk")
        #expect(form.text.contains("Panel · Deep tech"), "\(form.text)")
    }

    @Test("After a late review the round of the same stream gives a worse place to who names two streams")
    func lateReview() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing([["own", "other"], ["own"]])
        let own = try await world.openRound(for: call.id, of: call.own)
        let other = try await world.openRound(for: call.id, of: call.other)
        try await world.judge(ids[0], in: own, worth: 4)
        try await world.judge(ids[0], in: other, worth: 4)
        let batch = try await world.open(call.id, places: 2, preparing: [])
        let (note, mei) = (note, mei)
        func prepare(by round: ReviewRound.ID) async throws -> [Application.ID: PreparedDecision] {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                let rows = try await transaction.decisions(
                    ByStanding(round, by: .raw, offers: 0, waitlist: 2) { _ in note }, in: batch)
                _ = try await transaction.prepareDecisions(rows, in: batch, .allOrNothing, by: mei)
            }
            let reader = world.database.reader(as: world.context(Cast.mei))
            return Dictionary(
                uniqueKeysWithValues: try await reader.preparedDecisions(in: batch).map { ($0.application, $0) })
        }
        let before = try await prepare(by: own)
        #expect(before[ids[0]]?.preparation.rank == 1 && before[ids[0]]?.judgedFor == call.own)
        try await world.judge(ids[1], in: own, worth: 5)
        let after = try await prepare(by: own)
        #expect(after[ids[1]]?.preparation.rank == 1)
        #expect(after[ids[0]]?.preparation.rank == 2)
        // The round of the other stream betters it, and that stands against this one.
        #expect(try await prepare(by: other)[ids[0]]?.preparation.rank == 1)
        #expect(try await prepare(by: own)[ids[0]]?.preparation.rank == 1)
    }

    @Test("A place that becomes free goes to nobody who was not judged for its stream")
    func unjudged() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing([["other"], ["own", "other"], ["own", "other"]], places: (nil, 1))
        let own = try await world.openRound(for: call.id, of: call.own)
        let other = try await world.openRound(for: call.id, of: call.other)
        // As if it had been handed in when the round of the further stream was open already.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "DELETE FROM review_files WHERE round_id = \(other) AND application_id = \(ids[1])")
        }
        try await world.judge(ids[0], in: other, worth: 5)
        for id in ids.dropFirst() { try await world.judge(id, in: own, worth: 4) }
        try await world.judge(ids[2], in: other, worth: 3)
        let batch = try await world.open(
            call.id, places: 1,
            preparing: [
                (ids[0], Preparation(.offer, note: note)), (ids[1], Preparation(.waitlist, rank: 1, note: note)),
                (ids[2], Preparation(.waitlist, rank: 2, note: note)),
            ])
        try await world.release(batch)
        let first = try await world.founder(of: 0)
        _ = try await world.database.write(as: first) { try await $0.declineOffer(ids[0], because: nil, by: mei) }
        let system = try await world.system()
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call.id) } == [ids[2]])
    }

    @Test("A place that is left for another stream goes to the next who chose its stream")
    func left() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing([["other", "own"], ["other"]], places: (1, 1))
        let batch = try await world.open(
            call.id, places: 2,
            preparing: [
                (ids[0], Preparation(.offer, note: note, stream: call.other)),
                (ids[1], Preparation(.waitlist, rank: 1, note: note)),
            ])
        try await world.release(batch)
        let change = DecisionChange.ID()
        try await world.propose(Preparation(.offer, note: note, stream: call.own), for: ids[0], as: change)
        try await world.confirm(change, by: Cast.tom)
        let system = try await world.system()
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call.id) } == [ids[1]])
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.releasedDecision(on: ids[1])?.stream == call.other)
        #expect(try await reader.releasedDecision(on: ids[0])?.stream == call.own)
        let list = try #require(try await reader.waitingList(of: call.id))
        #expect(list.streams.map(\.taken) == [1, 1] && list.taken == 2)
        // What was left and filled is left once.
        #expect(try await world.database.write(as: system) { try await $0.fillPlaces(of: call.id) } == [])
        try await world.lapse(ids[0])
        _ = try await world.database.write(as: system) { try await $0.fillPlaces(of: call.id) }
        let freed: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM freed_places WHERE application_id = \(ids[0])")
        #expect(freed == 2, "the stream that was left, and the one that was let go")
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
        // The waiting list says for which streams each waits, and what is taken in each.
        let list = try #require(try await reader.waitingList(of: call.id))
        #expect(list.entries.map(\.application) == [ids[2], ids[3]])
        #expect(list.entries.map(\.streams) == [[call.own], [call.own, call.other]])
        #expect(list.streams.map(\.taken) == [1, 1] && list.waiting == 1)
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
    /// Has the demo's first reviewer judge an application in a round that she sits in.
    func judge(_ id: Application.ID, in round: ReviewRound.ID, worth score: Int) async throws {
        let (mei, nora, assignment) = (Cast.mei.person.id, Cast.nora.person.id, ReviewAssignment.ID())
        let known = try #require(try await database.reader(as: context(Cast.mei)).round(round))
        try await database.write(as: context(Cast.mei)) { transaction in
            _ = try await transaction.assignReviewer(
                nora, to: id, in: round, as: assignment, in: Cast.harbour.id, by: mei)
        }
        let draft = ReviewDraft(
            scores: Dictionary(uniqueKeysWithValues: known.criteria.map { ($0.id, score) }),
            comment: try LongText("Judged."))
        _ = try await database.write(as: context(Cast.nora)) { transaction in
            try await transaction.submitReview(draft, of: assignment, by: nora)
        }
    }

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
