import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

/// How far applications came, counted by the database and by looking at each.
@Suite("The funnel")
struct FunnelTests {
    static let stages = [
        "begun", "submitted", "eligible", "reviewed", "shortlisted", "interview", "offered", "accepted", "enrolled",
    ]

    /// The lines of an answer: by id, how many reached each stage.
    private func lines(_ answer: JSON, _ part: String) throws -> [String: [Int]] {
        var lines: [String: [Int]] = [:]
        for line in answer[part]?.elements ?? [] {
            let stages = line["stages"]?.elements ?? []
            #expect(stages.compactMap { $0["stage"]?.text } == Self.stages)
            let counts = stages.compactMap { stage in
                if case .number(let number)? = stage["applications"] { number.integer } else { nil }
            }
            lines[try #require(line["id"]?.text)] = counts
        }
        return lines
    }

    @Test("The database counts what Swift finds by looking at each application", arguments: 0..<6)
    func bruteForce(seed: Int) async throws {
        let world = try await World()
        var chance = Dice(seed: seed)
        let choice = try await world.callOfTwoStreams()
        try await world.plantFunnel(count: 300, &chance, choosing: choice)
        let raw = try await world.rawFunnel()
        #expect(raw.applications.contains { $0.reached.count == 2 }, "some have to name two streams")
        #expect(raw.applications.count > 300 && raw.partners.count > 2)
        let (mei, kenji) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        let own = Cast.institution("harbour/sakuragi").description
        let today = CalendarDate(Date(), in: .hongKong)
        let spans: [(CalendarDate?, CalendarDate?)] =
            [(nil, nil), (today.adding(days: -30), nil), (nil, today.adding(days: -30))]
            + (0..<5).map { _ in
                let first = -chance.below(90)
                return (today.adding(days: first), today.adding(days: first + chance.below(30)))
            }
        for (first, last) in spans {
            let query = [first.map { "from=\($0)" }, last.map { "to=\($0)" }].compactMap(\.self).joined(separator: "&")
            let expected = raw.streams(from: first, to: last)
            let all = await mei.ask("GET", "/v1/applications/funnel?\(query)")
            #expect(all.status == 200, "\(all.text)")
            #expect(try lines(all.json(), "streams") == expected, "\(query)")
            let byPartner = raw.byPartner(from: first, to: last)
            #expect(try lines(all.json(), "partners") == byPartner, "\(query)")
            // A partner's staff: their streams, their own line, and nothing else.
            let theirs = await kenji.ask("GET", "/v1/applications/funnel?\(query)")
            #expect(theirs.status == 200, "\(theirs.text)")
            let reached = expected.filter { raw.partners[own]?.contains($0.key) == true }
            #expect(try lines(theirs.json(), "streams") == reached, "\(query)")
            #expect(try lines(theirs.json(), "partners") == byPartner.filter { $0.key == own }, "\(query)")
        }
    }

    @Test("A partner reads the funnel on their page, and no application; others have no funnel")
    func partners() async throws {
        let world = try await World()
        var chance = Dice(seed: 11)
        try await world.plantFunnel(count: 60, &chance)
        let own = Cast.institution("harbour/sakuragi").description
        // One stream is not theirs, and one is.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                DELETE FROM stream_partners
                WHERE institution_id = \(Cast.institution("harbour/sakuragi"))
                  AND stream_id <> \(demoID("stream acceleration fintech") as Identifier<Never>)
                """)
        }
        let raw = try await world.rawFunnel()
        let kenji = try await Visitor(Cast.kenji, in: world)
        let page = await kenji.open("/partner/funnel?from=2020-01-01&to=")
        #expect(page.status == 200, "\(page.text)")
        let names = try await world.streamNames()
        let mine = raw.partners[own] ?? []
        #expect(!mine.isEmpty && mine.count < names.count)
        for (stream, name) in names where raw.streams(from: nil, to: nil)[stream] != nil {
            #expect(page.text.contains(name) == mine.contains(stream), "\(name)")
        }
        #expect(await kenji.open("/console/funnel").status == 403)
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await mei.open("/partner/funnel").status == 403)
        #expect(await mei.ask("GET", "/v1/applications/funnel?from=tomorrow").status == 422)
        // The wall behind: the functions count for nobody else, whatever is said of the institution.
        for member in [Cast.ada, Cast.nora, Cast.jun, Cast.leo, Cast.kenji] {
            let reader = world.database.reader(as: world.context(member))
            let seen: Int = try await reader.value(
                "SELECT count(*) FROM lines_of_own_funnel(NULL, NULL) WHERE NOT is_partner")
            #expect(seen == (member.person.id == Cast.kenji.person.id ? mine.count { raw.isApplied(to: $0) } : 0))
            let direct: Int = try await reader.value("SELECT count(*) FROM applications")
            if member.person.id == Cast.kenji.person.id { #expect(direct == 0) }
            let line: Int = try await reader.value(
                "SELECT count(*) FROM lines_of_own_funnel(NULL, NULL) WHERE is_partner")
            #expect(line == (member.person.id == Cast.kenji.person.id ? 1 : 0))
            if member.person.id == Cast.kenji.person.id {
                let through: Int = try await reader.value(
                    """
                    SELECT (SELECT count(*) FROM reached_in_streams(NULL, NULL, NULL))
                        + (SELECT count(*) FROM lines_of_funnel(NULL, NULL, NULL, NULL))
                    """)
                #expect(through == 0)
            }
        }
    }
}

/// Chance that a failing test can repeat.
private struct Dice {
    var state: UInt64

    init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 0xD1B5_4A32_D192_ED03 }

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }

    mutating func isOne(in count: Int) -> Bool { below(count) == 0 }
}

/// The rows that a funnel is made of, as they lie in the tables.
private struct RawFunnel {
    struct Applied {
        let begun: Date
        /// Of each stream it counts for, which stages it reached there.
        let reached: [String: [Bool]]
    }

    let applications: [Applied]
    /// Of each partner the streams.
    let partners: [String: Set<String>]

    func isApplied(to stream: String) -> Bool { applications.contains { $0.reached[stream] != nil } }

    private func begun(from first: CalendarDate?, to last: CalendarDate?) -> [Applied] {
        applications.filter { one in
            let day = CalendarDate(one.begun, in: .hongKong)
            return first.map { day >= $0 } ?? true && last.map { day <= $0 } ?? true
        }
    }

    func streams(from first: CalendarDate?, to last: CalendarDate?) -> [String: [Int]] {
        var counts: [String: [Int]] = [:]
        for one in begun(from: first, to: last) {
            for (stream, reached) in one.reached { counts[stream, default: []].add(reached) }
        }
        return counts
    }

    /// An application to a stream of two partners counts with both, and one to two streams of a partner once.
    func byPartner(from first: CalendarDate?, to last: CalendarDate?) -> [String: [Int]] {
        var counts: [String: [Int]] = [:]
        for one in begun(from: first, to: last) {
            for (partner, streams) in partners {
                let theirs = one.reached.filter { streams.contains($0.key) }.map(\.value)
                guard let any = theirs.first else { continue }
                counts[partner, default: []].add(theirs.dropFirst().reduce(any) { zip($0, $1).map { $0 || $1 } })
            }
        }
        return counts
    }
}

extension [Int] {
    /// Counts one more at each place that was reached.
    fileprivate mutating func add(_ reached: [Bool]) {
        if isEmpty { self = reached.map { _ in 0 } }
        for (place, isReached) in reached.enumerated() where isReached { self[place] += 1 }
    }
}

extension World {
    /// Applications of a few months to every call, with a random history of each.
    fileprivate func plantFunnel(
        count: Int, _ chance: inout Dice, choosing choice: CallOfTwoStreams? = nil
    ) async throws {
        let harbour = Cast.harbour.id
        var (calls, begun, submitted): ([Int], [Int], [Bool]) = ([], [], [])
        var events: [(application: Int, state: String)] = []
        var (assigned, states): ([Int], [String]) = ([], [])
        var enrolled: [Int] = []
        /// Of applications to the call of two streams: what each names in which order, and where it has a place.
        var (choosing, named, placed): ([Int], [ProgramStream.ID], [Bool]) = ([], [], [])
        let steps = [
            "submitted", "in_review", "shortlisted", "interview", "offered", "accepted", "declined", "withdrawn",
        ]
        for number in 1...count {
            calls.append(chance.below(1_000))
            // In minutes: many stand close to a midnight of Hong Kong.
            begun.append(chance.below(80) * 1_440 + (chance.isOne(in: 3) ? chance.below(3) : chance.below(1_440)))
            submitted.append(!chance.isOne(in: 4))
            for _ in 0..<chance.below(7) { events.append((number, steps[chance.below(steps.count)])) }
            for _ in 0..<chance.below(3) {
                assigned.append(number)
                states.append(chance.isOne(in: 3) ? "withdrawn" : "assigned")
            }
            if chance.isOne(in: 5) { enrolled.append(number) }
            guard let choice else { continue }
            let order = chance.isOne(in: 2) ? [choice.own, choice.other] : [choice.other, choice.own]
            let chosen = order.prefix(chance.below(3))
            for (rank, stream) in chosen.enumerated() {
                choosing.append(number)
                named.append(stream)
                placed.append(rank == chosen.count - 1 && chance.isOne(in: 2))
            }
        }
        let partners = (0..<6).map { _ in (chance.below(1_000), chance.below(1_000)) }
        let midnight = (LocalTime(CalendarDate(Date(), in: .hongKong), hour: 0, minute: 0)?.instant(in: .hongKong))
        let base = try #require(midnight)
        try await owner.write(as: .none) {
            [
                calls, begun, submitted, events, assigned, states, enrolled, choosing, named, placed
            ] transaction in
            // Past every rule of how an application comes about: what is counted are the rows.
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO applications (tenant_id, id, call_id, startup_id, state, created_by, created_at, submitted_at)
                SELECT \(harbour), md5('funnel ' || n)::uuid,
                       (SELECT array_agg(c.id ORDER BY c.id) FROM calls AS c WHERE c.tenant_id = \(harbour))
                           [1 + call % (SELECT count(*) FROM calls AS c WHERE c.tenant_id = \(harbour))::integer],
                       md5('funnel startup ' || n)::uuid,
                       CASE WHEN submitted THEN 'in_review' ELSE 'draft' END, \(Cast.mei.person.id.uuid),
                       \(base) - begun * interval '1 minute', CASE WHEN submitted THEN now() END
                FROM unnest(\(calls), \(begun), \(submitted)) WITH ORDINALITY AS f (call, begun, submitted, n)
                """)
            if let choice {
                try await transaction.execute(
                    """
                    INSERT INTO stream_choices (tenant_id, application_id, call_id, stream_id, rank, saved_by)
                    SELECT a.tenant_id, a.id, a.call_id, k.stream, row_number() OVER (PARTITION BY a.id ORDER BY k.n),
                           \(Cast.mei.person.id.uuid)
                    FROM unnest(\(choosing), \(named)) WITH ORDINALITY AS k (application, stream, n)
                    JOIN applications AS a ON a.id = md5('funnel ' || k.application)::uuid AND a.call_id = \(choice.id)
                    """)
                try await transaction.execute(
                    """
                    INSERT INTO decisions (tenant_id, application_id, batch_id, outcome, last_day, note, stream_id)
                    SELECT a.tenant_id, a.id, \(demoID("batch second") as Identifier<Never>), 'offer', current_date, 'Welcome.',
                           k.stream
                    FROM unnest(\(choosing), \(named), \(placed)) AS k (application, stream, placed)
                    JOIN applications AS a ON a.id = md5('funnel ' || k.application)::uuid AND a.call_id = \(choice.id)
                    WHERE k.placed AND a.submitted_at IS NOT NULL
                    """)
                // Of some, a place was taken back: of a few, a second one after it.
                try await transaction.execute(
                    """
                    INSERT INTO freed_places (
                        tenant_id, application_id, offer_expires_at, call_id, cause, stream_id, freed_at)
                    SELECT a.tenant_id, a.id, now(), a.call_id, 'taken_back', k.stream, now() + k.n * interval '1 minute'
                    FROM unnest(\(choosing), \(named)) WITH ORDINALITY AS k (application, stream, n)
                    JOIN applications AS a ON a.id = md5('funnel ' || k.application)::uuid AND a.call_id = \(choice.id)
                    WHERE k.n % 3 <> 0
                    """)
            }
            try await transaction.execute(
                """
                INSERT INTO application_events (tenant_id, application_id, id, to_state)
                SELECT \(harbour), md5('funnel ' || application)::uuid, gen_random_uuid(), state
                FROM unnest(\(events.map(\.application)), \(events.map(\.state))) AS e (application, state)
                """)
            // Each in a round of its own: of all streams, of the call's own, or of the other.
            try await transaction.execute(
                """
                INSERT INTO review_rounds (tenant_id, id, call_id, position, number, name, is_blind, is_shared,
                                           reviews_wanted, quorum, due_at, time_zone, stream_id)
                SELECT \(harbour), md5('funnel round ' || n)::uuid, gen_random_uuid(), 1, 1, '{"en": "Round"}', true,
                       true, 1, 1, now(), 'UTC', CASE n % 3 WHEN 1 THEN \(choice?.own)::uuid WHEN 2 THEN \(choice?.other)::uuid END
                FROM generate_series(1, \(assigned.count)) AS n
                """)
            try await transaction.execute(
                """
                INSERT INTO review_assignments (tenant_id, id, round_id, application_id, person_id, state, assigned_by,
                                                ended_at)
                SELECT \(harbour), gen_random_uuid(), md5('funnel round ' || n)::uuid,
                       md5('funnel ' || application)::uuid, \(Cast.nora.person.id.uuid), state,
                       \(Cast.mei.person.id.uuid), CASE WHEN state <> 'assigned' THEN now() END
                FROM unnest(\(assigned), \(states)) WITH ORDINALITY AS r (application, state, n)
                """)
            // What the triggers keep, which look away here.
            try await transaction.execute(
                """
                UPDATE applications AS a SET reached = (
                    SELECT coalesce(bit_or(stage_reached(e.to_state)), 0) FROM application_events AS e
                    WHERE e.tenant_id = a.tenant_id AND e.application_id = a.id)
                WHERE a.tenant_id = \(harbour)
                """)
            try await transaction.execute(
                """
                INSERT INTO review_tallies (tenant_id, round_id, application_id, assigned)
                SELECT tenant_id, round_id, application_id, count(*) FILTER (WHERE state = 'assigned')
                FROM review_assignments WHERE tenant_id = \(harbour)
                GROUP BY tenant_id, round_id, application_id
                ON CONFLICT (tenant_id, round_id, application_id) DO NOTHING
                """)
            try await transaction.execute(
                """
                INSERT INTO enrolments (tenant_id, id, application_id, startup_id, cohort_id, started_on, created_by)
                SELECT \(harbour), gen_random_uuid(), md5('funnel ' || n)::uuid, md5('funnel startup ' || n)::uuid,
                       gen_random_uuid(), current_date, \(Cast.mei.person.id.uuid)
                FROM unnest(\(enrolled)) AS e (n)
                """)
            try await transaction.execute(
                """
                INSERT INTO stream_partners (tenant_id, stream_id, institution_id, mou_id)
                SELECT DISTINCT \(harbour),
                       (SELECT array_agg(s.id ORDER BY s.id) FROM streams AS s WHERE s.tenant_id = \(harbour))
                           [1 + stream % (SELECT count(*) FROM streams AS s WHERE s.tenant_id = \(harbour))::integer],
                       (SELECT array_agg(i.id ORDER BY i.id) FROM institutions AS i
                        WHERE i.tenant_id = \(harbour) AND i.kind <> 'startup')
                           [1 + partner % (SELECT count(*) FROM institutions AS i
                                           WHERE i.tenant_id = \(harbour) AND i.kind <> 'startup')::integer],
                       gen_random_uuid()
                FROM unnest(\(partners.map(\.0)), \(partners.map(\.1))) AS p (stream, partner)
                ON CONFLICT DO NOTHING
                """)
        }
    }

    fileprivate func rawFunnel() async throws -> RawFunnel {
        let harbour = Cast.harbour.id
        return try await owner.snapshot(as: .none) { snapshot in
            let streams: [String: String] = try await snapshot.rows(
                "SELECT id, stream_id FROM calls WHERE tenant_id = \(harbour)"
            ).reduce(into: [:]) { $0[(try $1("id") as UUID).lower] = (try $1("stream_id") as UUID).lower }
            var told: [String: Set<String>] = [:]
            for row in try await snapshot.rows(
                "SELECT application_id, to_state FROM application_events WHERE tenant_id = \(harbour)")
            {
                told[(try row("application_id") as UUID).lower, default: []].insert(try row("to_state"))
            }
            /// Of each application the streams that it was to be judged for; of all of them where that is nil.
            var judged: [String: Set<String?>] = [:]
            for row in try await snapshot.rows(
                """
                SELECT s.application_id, s.state, r.stream_id
                FROM review_assignments AS s JOIN review_rounds AS r ON r.tenant_id = s.tenant_id AND r.id = s.round_id
                WHERE s.tenant_id = \(harbour)
                """) where (try row("state") as String) == "assigned"
            {
                judged[(try row("application_id") as UUID).lower, default: []]
                    .insert((try row("stream_id") as UUID?)?.lower)
            }
            let enrolled: Set<String> = Set(
                try await snapshot.rows("SELECT application_id FROM enrolments WHERE tenant_id = \(harbour)")
                    .map { (try $0("application_id") as UUID).lower })
            let offered = try await snapshot.pairs("SELECT call_id AS one, stream_id AS other FROM offered_streams")
            let chosen = try await snapshot.pairs(
                "SELECT application_id AS one, stream_id AS other FROM stream_choices")
            let placed = try await snapshot.pairs(
                "SELECT application_id AS one, stream_id AS other FROM decisions WHERE stream_id IS NOT NULL")
            /// Of each application the stream of the last place that it left.
            let left: [String: String] = try await snapshot.rows(
                """
                SELECT application_id, stream_id FROM freed_places
                WHERE tenant_id = \(harbour) AND stream_id IS NOT NULL ORDER BY freed_at
                """
            ).reduce(into: [:]) { $0[(try $1("application_id") as UUID).lower] = (try $1("stream_id") as UUID).lower }
            let applications = try await snapshot.rows(
                "SELECT id, call_id, created_at, submitted_at FROM applications WHERE tenant_id = \(harbour)"
            ).map { row in
                let id = (try row("id") as UUID).lower
                let call = (try row("call_id") as UUID).lower
                let been = told[id] ?? []
                let isSubmitted = (try row("submitted_at") as Date?) != nil
                let own = streams[call] ?? ""
                let counted = isSubmitted ? chosen[id] ?? [own] : offered[call] ?? [own]
                var reached: [String: [Bool]] = [:]
                for stream in counted {
                    let isHere = placed[id]?.contains(stream) ?? left[id].map { $0 == stream } ?? true
                    reached[stream] = [
                        true, isSubmitted, been.contains("in_review"),
                        judged[id].map { $0.contains(nil) || $0.contains(stream) } ?? false,
                        been.contains("shortlisted"), been.contains("interview"), been.contains("offered") && isHere,
                        been.contains("accepted") && isHere, enrolled.contains(id) && isHere,
                    ]
                }
                return RawFunnel.Applied(begun: try row("created_at"), reached: reached)
            }
            var partners: [String: Set<String>] = [:]
            for row in try await snapshot.rows(
                "SELECT stream_id, institution_id FROM stream_partners WHERE tenant_id = \(harbour)")
            {
                partners[(try row("institution_id") as UUID).lower, default: []]
                    .insert((try row("stream_id") as UUID).lower)
            }
            return RawFunnel(applications: applications, partners: partners)
        }
    }

    fileprivate func streamNames() async throws -> [String: String] {
        try await owner.snapshot(as: .none) { snapshot in
            try await snapshot.rows(
                "SELECT id, name ->> 'en' AS name FROM streams WHERE tenant_id = \(Cast.harbour.id)"
            )
            .reduce(into: [:]) { $0[(try $1("id") as UUID).lower] = try $1("name") }
        }
    }
}

extension Statements {
    /// Of each `one` the `other`s.
    fileprivate func pairs(_ query: Query) async throws -> [String: Set<String>] {
        try await rows(query).reduce(into: [:]) { pairs, row in
            pairs[(try row("one") as UUID).lower, default: []].insert((try row("other") as UUID).lower)
        }
    }
}

extension UUID {
    fileprivate var lower: String { uuidString.lowercased() }
}
