import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// Whom a part in one application to a call keeps from judging the others.
@Suite("Rivals in a call")
struct RivalTests {
    private let vera = Cast.vera.person.id
    /// What runs against Plumbline. KelpSense has taken its place, Tideglass and Quayside are out, Pavement is a draft.
    private let others = ["gridfellow", "skylarkinspect", "lanterncare"]
    private let call = [
        "gridfellow", "skylarkinspect", "lanterncare", "plumbline", "kelpsense", "tideglass", "pavement",
    ]

    /// The startups that have Vera for a rival.
    private func rivals(in world: World) async throws -> Set<Startup.ID> {
        let found = try await world.database.reader(as: world.context(Cast.mei)).rows(
            """
            SELECT startup_id FROM conflicts_of_interest
            WHERE person_id = \(vera) AND kind = 'rival' AND startup_id = ANY (\(call.map(Cast.startup)))
            """)
        return Set(try found.map { try $0("startup_id") })
    }

    private func state(_ slug: String, in world: World) async throws -> ReviewAssignment.State? {
        try await world.database.reader(as: world.context(Cast.mei)).assignment(World.assignment(Cast.vera, slug))?
            .state
    }

    private func write(_ sql: Query, in world: World) async throws {
        try await world.database.write(as: .system(in: Cast.harbour.id)) { try await $0.execute(sql) }
    }

    /// Vera comes to sit in a startup.
    private func sit(in slug: String = "plumbline", until ended: Query = "NULL", _ world: World) async throws {
        try await write(
            """
            INSERT INTO memberships (id, tenant_id, person_id, institution_id, role, ended_at)
            VALUES (gen_random_uuid(), \(Cast.harbour.id), \(vera), \(Cast.startup(slug)), 'founder',
                    \(fragment: ended))
            """, in: world)
    }

    /// Gridfellow's application names Vera.
    private func name(in world: World) async throws {
        try await write(
            """
            INSERT INTO application_people (tenant_id, application_id, question_id, email)
            SELECT w.tenant_id, w.application_id, w.question_id, \(Cast.vera.person.email) FROM application_answers AS w
            WHERE w.application_id = \(World.application("gridfellow")) LIMIT 1
            """, in: world)
    }

    /// Plumbline's application as it would be in another state, with no trigger of its table but the one that is tried.
    private func move(to state: String, in world: World) async throws {
        try await world.owner.write(as: .system(in: Cast.harbour.id)) { transaction in
            try await transaction.execute("ALTER TABLE applications DISABLE TRIGGER USER")
            try await transaction.execute("ALTER TABLE applications ENABLE TRIGGER who_runs_may_be_a_rival")
            let moved = try await transaction.execute(
                "UPDATE applications SET state = \(state) WHERE id = \(World.application("plumbline"))")
            #expect(moved == 1)
        }
    }

    @Test("who sits in an applicant judges none of the others; what they handed in before stays, unseen by them")
    func seats() async throws {
        let world = try await World()
        #expect(try await rivals(in: world).isEmpty)
        try await sit(world)
        #expect(try await rivals(in: world) == Set(others.map(Cast.startup)))
        #expect(try await state("skylarkinspect", in: world) == .conflicted)
        #expect(try await state("gridfellow", in: world) == .assigned)
        let judge = world.database.reader(as: world.context(Cast.vera))
        for slug in ["gridfellow", "skylarkinspect"] {
            #expect(try await judge.sheet(World.assignment(Cast.vera, slug)) == nil, "\(slug)")
        }
        let refused = await #expect(throws: DatabaseError.self) { try await world.assign(Cast.vera, "skylarkinspect") }
        #expect(refused?.constraint == "reviewers_have_no_conflict")

        let mei = try await Visitor(Cast.mei, in: world)
        let page = await mei.open("/console/rounds/\(World.round)/conflicts")
        #expect(page.status == 200 && page.text.contains("Has a part in an application that competes"))
        #expect(page.text.contains("One review stands although its writer was named or became a rival since"))
        #expect(
            page.text.contains("2 other applicants") && page.text.contains("Became a rival after handing in a review"))
        let file = await mei.open("/console/rounds/\(World.round)/applications/\(World.application("gridfellow"))")
        #expect(file.text.contains("Vera Ito, with a part in a competing application since"), "\(file.text)")
        let items = try await mei.ask("GET", "/v1/rounds/\(World.round)/conflicts").json()["items"]?.elements ?? []
        let told = items.filter { $0["kind"] == "rival" }
        // By which application, nobody is told.
        #expect(!told.isEmpty && told.allSatisfy { $0["through"]?.text == nil && $0["application"]?.text == nil })
        // Once of all that run, and of what she has judged apart.
        #expect(told.map { $0["startup"]?["id"]?.text } == [nil, Cast.startup("gridfellow").description])
        let reader = world.database.reader(as: world.context(Cast.mei))
        let between = try await reader.conflicts(between: [vera], and: call.map(Cast.startup))
        #expect(between.filter { $0.kind == .rival }.map(\.rivals) == [2, nil])
        let email = try #require(EmailAddress(Cast.vera.person.email))
        let reached = try await reader.conflicts(at: [email], and: call.map(Cast.startup))
        #expect(reached.filter { $0.kind == .rival }.map(\.rivals) == [2, nil])
    }

    @Test("who is given what their startup comes to compete with at the same moment does not keep it")
    func atOnce() async throws {
        let world = try await World()
        try await sit(world)
        try await move(to: "draft", in: world)
        let (vera, mei) = (vera, world.context(Cast.mei))
        async let given: ReviewAssignment? = try? world.database.write(as: mei) { transaction in
            let made = try await transaction.assignReviewer(
                vera, to: World.application("skylarkinspect"), in: World.round, as: .init(), in: Cast.harbour.id,
                by: Cast.mei.person.id)
            // Long enough for the application to be handed in before this is on record.
            try await transaction.execute("SELECT pg_sleep(0.7)")
            return made
        }
        try await Task.sleep(for: .milliseconds(300))
        try await move(to: "submitted", in: world)
        _ = await given
        #expect(try await rivals(in: world).contains(Cast.startup("skylarkinspect")))
        let kept: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) AS n FROM review_assignments
            WHERE person_id = \(vera) AND application_id = \(World.application("skylarkinspect")) AND state = 'assigned'
            """)
        #expect(kept == 0)
    }

    @Test("a seat that ended before the startup handed in is none; one that ended since is")
    func formerSeats() async throws {
        for (ended, isRival) in [("now()" as Query, true), ("timestamptz '2001-01-01'", false)] {
            let world = try await World()
            try await sit(until: ended, world)
            #expect(try await rivals(in: world).isEmpty != isRival)
        }
    }

    @Test("drafts and what has ended have no rivals, and nobody is told of them; it begins with handing in")
    func running() async throws {
        let world = try await World()
        for slug in ["pavement", "tideglass", "kelpsense"] {
            try await sit(in: slug, world)
            #expect(try await rivals(in: world).isEmpty, "\(slug)")
        }
        try await move(to: "draft", in: world)
        try await sit(world)
        #expect(try await rivals(in: world).isEmpty)
        #expect(try await state("skylarkinspect", in: world) == .assigned)
        for state in ["ineligible", "rejected", "declined"] {
            try await move(to: state, in: world)
            #expect(try await rivals(in: world).isEmpty, "\(state)")
        }
        try await move(to: "submitted", in: world)
        #expect(try await rivals(in: world) == Set(others.map(Cast.startup)))
        #expect(try await state("skylarkinspect", in: world) == .conflicted)
    }

    @Test("taking it back ends it")
    func withdrawn() async throws {
        let world = try await World()
        try await sit(world)
        try await world.database.write(as: world.context(Cast.wing, seat: 1)) { transaction in
            _ = try await transaction.withdrawApplication(
                World.application("plumbline"), because: nil, by: Cast.wing.person.id)
        }
        #expect(try await rivals(in: world).isEmpty)
        try await world.assign(Cast.vera, "skylarkinspect")
    }

    @Test("whom an application only names judges the others: by an address nobody takes a judge from the whole call")
    func named() async throws {
        let world = try await World()
        try await name(in: world)
        let judge = world.database.reader(as: world.context(Cast.vera))
        #expect(try await judge.sheet(World.assignment(Cast.vera, "gridfellow")) == nil)
        #expect(try await rivals(in: world).isEmpty)
        #expect(try await state("skylarkinspect", in: world) == .assigned)
    }

    @Test("is told of to nobody who asks the database itself, but managers")
    func walls() async throws {
        let world = try await World()
        try await sit(world)
        func found(_ member: Cast.Member) async throws -> Int {
            try await world.database.reader(as: world.context(member)).value(
                "SELECT count(*) FROM rivals_of(\(Cast.harbour.id), \(vera))")
        }
        #expect(try await found(Cast.mei) == others.count)
        for member in [Cast.nora, Cast.vera, Cast.jun, Cast.ada, Cast.ravi, Cast.kenji, Cast.iris, Cast.leo] {
            #expect(try await found(member) == 0, "\(member.person.name)")
        }
    }
}
