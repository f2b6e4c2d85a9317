import API
import Accounts
import DemoWorld
import Foundation
import Postgres
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
        try await world.plantFunnel(count: 300, &chance)
        let raw = try await world.rawFunnel()
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
            #expect(try lines(all.json(), "partners") == raw.byPartner(expected), "\(query)")
            // A partner's staff: their streams, their own line, and nothing else.
            let theirs = await kenji.ask("GET", "/v1/applications/funnel?\(query)")
            #expect(theirs.status == 200, "\(theirs.text)")
            let reached = expected.filter { raw.partners[own]?.contains($0.key) == true }
            #expect(try lines(theirs.json(), "streams") == reached, "\(query)")
            #expect(
                try lines(theirs.json(), "partners") == raw.byPartner(expected).filter { $0.key == own }, "\(query)")
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
                "SELECT count(*) FROM funnel_of_partner(acting_role(), acting_institution(), NULL, NULL)")
            #expect(seen == (member.person.id == Cast.kenji.person.id ? mine.count { raw.isApplied(to: $0) } : 0))
            let direct: Int = try await reader.value("SELECT count(*) FROM applications")
            if member.person.id == Cast.kenji.person.id { #expect(direct == 0) }
            if member.person.id == Cast.kenji.person.id {
                let through: Int = try await reader.value(
                    "SELECT count(*) FROM funnel_of_streams(NULL, NULL, NULL)")
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
        let stream: String
        let begun: Date
        let reached: [Bool]
    }

    let applications: [Applied]
    /// Of each partner the streams.
    let partners: [String: Set<String>]

    func isApplied(to stream: String) -> Bool { applications.contains { $0.stream == stream } }

    func streams(from first: CalendarDate?, to last: CalendarDate?) -> [String: [Int]] {
        var counts: [String: [Int]] = [:]
        for one in applications {
            let day = CalendarDate(one.begun, in: .hongKong)
            if let first, day < first { continue }
            if let last, day > last { continue }
            for (place, isReached) in one.reached.enumerated() where isReached {
                counts[one.stream, default: Array(repeating: 0, count: one.reached.count)][place] += 1
            }
        }
        return counts
    }

    /// An application to a stream of two partners counts with both.
    func byPartner(_ streams: [String: [Int]]) -> [String: [Int]] {
        partners.compactMapValues { mine in
            let theirs = mine.compactMap { streams[$0] }
            guard let first = theirs.first else { return nil }
            return theirs.dropFirst().reduce(first) { zip($0, $1).map(+) }
        }
    }
}

extension World {
    /// Applications of a few months to every call, with a random history of each.
    fileprivate func plantFunnel(count: Int, _ chance: inout Dice) async throws {
        let harbour = Cast.harbour.id
        var (calls, begun, submitted): ([Int], [Int], [Bool]) = ([], [], [])
        var events: [(application: Int, state: String)] = []
        var (assigned, states): ([Int], [String]) = ([], [])
        var enrolled: [Int] = []
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
        }
        let partners = (0..<6).map { _ in (chance.below(1_000), chance.below(1_000)) }
        let midnight = (LocalTime(CalendarDate(Date(), in: .hongKong), hour: 0, minute: 0)?.instant(in: .hongKong))
        let base = try #require(midnight)
        try await owner.write(as: .none) { [calls, begun, submitted, events, assigned, states, enrolled] transaction in
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
            try await transaction.execute(
                """
                INSERT INTO application_events (tenant_id, application_id, id, to_state)
                SELECT \(harbour), md5('funnel ' || application)::uuid, gen_random_uuid(), state
                FROM unnest(\(events.map(\.application)), \(events.map(\.state))) AS e (application, state)
                """)
            try await transaction.execute(
                """
                INSERT INTO review_assignments (tenant_id, id, round_id, application_id, person_id, state, assigned_by,
                                                ended_at)
                SELECT \(harbour), gen_random_uuid(), gen_random_uuid(), md5('funnel ' || application)::uuid,
                       \(Cast.nora.person.id.uuid), state, \(Cast.mei.person.id.uuid),
                       CASE WHEN state <> 'assigned' THEN now() END
                FROM unnest(\(assigned), \(states)) AS r (application, state)
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
            let judged: Set<String> = Set(
                try await snapshot.rows(
                    "SELECT application_id, state FROM review_assignments WHERE tenant_id = \(harbour)"
                ).compactMap { row in
                    (try row("state") as String) == "assigned" ? (try row("application_id") as UUID).lower : nil
                })
            let enrolled: Set<String> = Set(
                try await snapshot.rows("SELECT application_id FROM enrolments WHERE tenant_id = \(harbour)")
                    .map { (try $0("application_id") as UUID).lower })
            let applications = try await snapshot.rows(
                "SELECT id, call_id, created_at, submitted_at FROM applications WHERE tenant_id = \(harbour)"
            ).map { row in
                let id = (try row("id") as UUID).lower
                let been = told[id] ?? []
                return RawFunnel.Applied(
                    stream: streams[(try row("call_id") as UUID).lower] ?? "", begun: try row("created_at"),
                    reached: [
                        true, (try row("submitted_at") as Date?) != nil, been.contains("in_review"),
                        judged.contains(id), been.contains("shortlisted"), been.contains("interview"),
                        been.contains("offered"), been.contains("accepted"), enrolled.contains(id),
                    ])
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

extension UUID {
    fileprivate var lower: String { uuidString.lowercased() }
}
