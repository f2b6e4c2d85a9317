import Foundation
import Postgres
import TestWorld
import Testing

@testable import House

@Suite("Invariants")
struct InvariantTests {
    @Test("hold in the demo world")
    func demoWorld() async throws {
        let world = try await World()
        let broken = try await world.owner.snapshot(as: .none) { try await Self.broken($0) }
        #expect(broken == [:])
    }

    @Test("each say a sentence of its own, and each has been seen broken")
    func sentences() {
        let names = House.invariants.flatMap(\.invariants).map(\.name)
        #expect(names.count >= 70)
        #expect(Set(names).count == names.count)
        for name in names { #expect(name.allSatisfy { $0.isLowercase || $0 == "_" }, "\(name)") }
        #expect(Set(names) == Set(Self.plants.map(\.breaks)))
    }

    @Test("are broken one at a time, by a row that says so")
    func planted() async throws {
        let world = try await World()
        // The trail goes on being written while every other trigger, and every foreign key, looks away.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                DO $$ DECLARE t record; BEGIN
                    FOR t IN SELECT tgrelid::regclass AS place, tgname FROM pg_trigger
                             WHERE tgname IN ('audit_inserted', 'audit_changed') OR tgname LIKE '%tallied' LOOP
                        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.place, t.tgname);
                    END LOOP;
                END $$
                """)
        }
        for plant in Self.plants {
            do {
                try await world.owner.write(as: .none) { transaction in
                    try await transaction.execute("SET LOCAL session_replication_role = replica")
                    for statement in plant.statements {
                        let planted = try await transaction.execute(statement)
                        if !statement.sql.utf8.starts(with: "ALTER".utf8), !statement.sql.utf8.starts(with: "DROP".utf8)
                        {
                            #expect(planted > 0, "\(plant.breaks) plants nothing: \(statement)")
                        }
                    }
                    throw Undone(broken: try await Self.broken(transaction))
                }
            } catch let error as DatabaseError {
                Issue.record("\(plant.breaks) cannot be planted: \(String(reflecting: error))")
            } catch let undone as Undone {
                #expect(Array(undone.broken.keys) == [plant.breaks], "\(plant.breaks): \(undone.broken)")
            }
        }
    }

    @Test("are not asked by a role from which rows are hidden")
    func hidden() async throws {
        let world = try await World()
        await #expect {
            try await world.database.snapshot(as: .none) { try await Self.broken($0) }
        } throws: { ($0 as? DatabaseError)?.sqlState == "42501" }
    }

    private struct Undone: Error {
        let broken: [String: [String]]
    }

    private static func broken(_ transaction: Transaction) async throws -> [String: [String]] {
        var broken: [String: [String]] = [:]
        for invariant in House.invariants.flatMap(\.invariants) {
            for try await violation in try await transaction.violations(of: invariant) {
                broken[invariant.name, default: []].append("\(violation.id): \(violation.detail)")
            }
        }
        return broken
    }
}

// MARK: - One violation of each

extension InvariantTests {
    struct Plant: Sendable {
        let breaks: String
        let statements: [Query]

        init(_ breaks: String, _ statements: Query...) {
            self.breaks = breaks
            self.statements = statements
        }

        init(_ breaks: String, after before: [Query], _ statements: Query...) {
            self.breaks = breaks
            self.statements = before + statements
        }
    }

    static let plants =
        jobs + accounts + institutions + partnerships + programs + applications + letters + reviews
        + decisions + incubation + investment + demoDays + fundraising + imports

    /// Takes one insertion into a table off the trail.
    static func offTrail(_ breaks: String, _ noun: String) -> Plant {
        Plant(
            breaks,
            """
            DELETE FROM audit_events WHERE seq = (
                SELECT min(seq) FROM audit_events WHERE noun = \(noun) AND deed = 'insert')
            """)
    }

    /// Tells the trail of an insertion that never was.
    static func inventTrail(_ breaks: String, _ noun: String) -> Plant {
        Plant(
            breaks,
            """
            INSERT INTO audit_events (tenant_id, deed, noun) SELECT id, 'insert', \(noun) FROM tenants WHERE slug = 'harbour'
            """)
    }
}
