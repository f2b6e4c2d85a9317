import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// Whom a firm's word that it would put money into a startup keeps from judging it.
@Suite("Money indicated in a startup")
struct IndicationConflictTests {
    private let lionPeak = Cast.institution("harbour/lion-peak")
    private let kelpsense = Cast.startup("kelpsense")
    private let vera = Cast.vera.person.id

    /// Vera comes to work for Lion Peak, which would put money into KelpSense's round.
    private func indicate(in world: World) async throws {
        try await world.database.write(as: .system(in: Cast.harbour.id)) { [lionPeak, kelpsense, vera] transaction in
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (gen_random_uuid(), \(Cast.harbour.id), \(vera), \(lionPeak), 'investor')
                """)
            let given = try await transaction.execute(
                """
                INSERT INTO round_indications
                    (tenant_id, round_id, id, investor_id, given_by, amount_minor, binding, stands_until, told)
                SELECT r.tenant_id, r.id, gen_random_uuid(), \(lionPeak), \(Cast.chloe.person.id), 123456700, false,
                       r.closes_on, 'contacts'
                FROM funding_rounds AS r WHERE r.startup_id = \(kelpsense) AND r.state = 'open'
                """)
            #expect(given == 1)
        }
    }

    private func kinds(in world: World) async throws -> [Conflict.Kind] {
        try await world.database.reader(as: world.context(Cast.mei)).conflicts(between: [vera], and: [kelpsense])
            .map(\.kind)
    }

    @Test("keeps the firm's people from judging it; managers are told of an interest and no more")
    func keepsAway() async throws {
        let world = try await World()
        #expect(try await !kinds(in: world).contains(.considering))
        try await indicate(in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.assignment(World.assignment(Cast.vera, "kelpsense"))?.state == .conflicted)
        #expect(try await kinds(in: world).filter { $0 == .considering } == [.considering])
        let told = await (try await Visitor(Cast.mei, in: world)).open("/console/rounds/\(World.round)/conflicts")
        #expect(told.status == 200 && told.text.contains("Works for an investor who is interested"), "\(told.text)")
        #expect(!told.text.contains("1,234,567"))
        #expect(try await reader.rows("SELECT id FROM round_indications").isEmpty)
        let refused = await #expect(throws: DatabaseError.self) { try await world.assign(Cast.vera, "kelpsense") }
        #expect(refused?.constraint == "reviewers_have_no_conflict")
        // She reads nothing of it, by whatever door, and the reason nowhere.
        let judge = world.database.reader(as: world.context(Cast.vera))
        #expect(try await judge.sheet(World.assignment(Cast.vera, "kelpsense")) == nil)
        #expect(try await judge.rows("SELECT kind FROM conflicts_of_interest WHERE kind = 'considering'").isEmpty)
    }

    @Test("counts until the firm takes it back, also once its day has passed or the startup has let it go")
    func ends() async throws {
        for (ending, member, stands) in [("withdrawn", Cast.chloe, false), ("released", Cast.ada, true)] {
            let world = try await World()
            try await indicate(in: world)
            let ended = try await world.database.write(as: world.context(member)) { [lionPeak] transaction in
                try await transaction.execute(
                    """
                    UPDATE round_indications SET ended_at = now(), ended_by = acting_person(), ending = \(ending)
                    WHERE investor_id = \(lionPeak)
                    """)
            }
            #expect(ended == 1)
            #expect(try await kinds(in: world).contains(.considering) == stands, "\(ending)")
        }
        let world = try await World()
        try await indicate(in: world)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                UPDATE round_indications SET given_at = now() - interval '9 days', stands_until = current_date - 2
                """)
        }
        #expect(try await kinds(in: world).contains(.considering))
    }

    @Test("is told of to nobody who asks the database itself, but managers")
    func walls() async throws {
        let world = try await World()
        try await indicate(in: world)
        func found(_ member: Cast.Member) async throws -> Int {
            try await world.database.reader(as: world.context(member)).value(
                "SELECT count(*) FROM startups_wanted_by(\(Cast.harbour.id), \(lionPeak))")
        }
        #expect(try await found(Cast.mei) == 1)
        for member in [Cast.nora, Cast.vera, Cast.jun, Cast.ada, Cast.ravi, Cast.kenji, Cast.iris] {
            #expect(try await found(member) == 0, "\(member.person.name)")
        }
        // Nor do managers of other parks, who are told of their own.
        for member in [Cast.leo, Cast.grace] { #expect(try await found(member) == 0, "\(member.person.name)") }
        // What is looked up for that is to be had by no other way.
        for member in [Cast.mei, Cast.vera] {
            await #expect(throws: DatabaseError.self, "\(member.person.name)") {
                try await world.database.reader(as: world.context(member)).rows(
                    "SELECT startup_id FROM startups_indicated_by(\(Cast.harbour.id), \(lionPeak))")
            }
        }
    }
}
