import Foundation
import Postgres
import Testing

@testable import Jobs

@Suite struct RowSecurityTests {
    private let nobody = Context.none
    private let north = JobsWorld.member(of: JobsWorld.north)
    private let south = JobsWorld.member(of: JobsWorld.south)

    @Test func everyTableIsSecuredAndNothingIsPublic() async throws {
        try await withJobs { world async throws in
            for table in ["jobs", "schedules", "outbox_events"] {
                let row = try await world.database.reader(as: nobody).one(
                    """
                    SELECT relrowsecurity AS secured, relforcerowsecurity AS forced,
                        (SELECT count(*) FROM pg_policy WHERE polrelid = pg_class.oid) AS policies,
                        EXISTS (SELECT FROM aclexplode(relacl) WHERE grantee = 0) AS is_public
                    FROM pg_class WHERE oid = \(table)::regclass
                    """)
                #expect(try row("secured") && row("forced"), "\(table)")
                #expect(try row.value("policies", as: Int.self) > 0, "\(table)")
                #expect(try !row("is_public"), "\(table)")
            }
        }
    }

    @Test func nobodySeesAndAsksForNothing() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Mark(label: "a"))
            try await world.database.write(as: north) { _ = try await $0.publish(Happened(label: "a")) }
            #expect(try await world.database.reader(as: nobody).jobStatus(id) == nil)
            for table: Query in ["jobs", "schedules", "outbox_events"] {
                let count: Int = try await world.database.reader(as: nobody).value(
                    "SELECT count(*) FROM \(fragment: table)")
                #expect(count == 0)
            }
            await expectRefusal { _ = try await world.enqueue(Mark(label: "a"), as: nobody) }
            await expectRefusal { try await world.database.write(as: nobody) { _ = try await $0.publish(Unheard()) } }
            try await world.database.write(as: nobody) { transaction async throws in
                #expect(try await !transaction.cancelJob(id))
            }
        }
    }

    @Test func anotherTenantSeesAndCancelsNothing() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Mark(label: "a"))
            #expect(try await world.database.reader(as: north).jobStatus(id) != nil)
            #expect(try await world.database.reader(as: south).jobStatus(id) == nil)
            #expect(try await world.database.reader(as: south).jobs(in: .waiting).isEmpty)
            try await world.database.write(as: south) { transaction async throws in
                #expect(try await !transaction.cancelJob(id))
            }
            // Work that belongs to no tenant is not everybody's.
            let housekeeping = try await world.enqueue(Mark(label: "b"), as: JobsWorld.system)
            #expect(try await world.database.reader(as: north).jobStatus(housekeeping) == nil)
            #expect(try await world.database.reader(as: JobsWorld.gate).jobStatus(housekeeping) == nil)
        }
    }

    @Test func nobodyCanAskForWorkAsSomebodyElse() async throws {
        try await withJobs { world async throws in
            let forgeries = [
                // as the system
                #"{"tenant": "\#(JobsWorld.north.uuidString)", "role": "system"}"#,
                // as a member of another tenant
                #"{"tenant": "\#(JobsWorld.south.uuidString)", "role": "manager"}"#,
                // as somebody else of one's own tenant
                #"{"tenant": "\#(JobsWorld.north.uuidString)", "role": "manager", "person": "\#(UUID().uuidString)"}"#,
            ]
            for forgery in forgeries {
                await expectRefusal {
                    try await world.database.write(as: north) {
                        _ = try await $0.execute(
                            """
                            INSERT INTO jobs (id, kind, arguments, tenant_id, context)
                            SELECT \(UUID()), 'k', '{}', (forged ->> 'tenant')::uuid, forged
                            FROM (VALUES (\(forgery)::text::jsonb)) AS forgeries (forged)
                            """)
                    }
                }
                await expectRefusal {
                    try await world.database.write(as: north) {
                        _ = try await $0.execute(
                            """
                            INSERT INTO outbox_events (id, topic, payload, tenant_id, context)
                            SELECT \(UUID()), 't', '{}', (forged ->> 'tenant')::uuid, forged
                            FROM (VALUES (\(forgery)::text::jsonb)) AS forgeries (forged)
                            """)
                    }
                }
            }
            #expect(try await world.jobs().isEmpty)
        }
    }

    @Test func aTenantMayAskForCancellationAndChangeNothingElse() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Fragile())
            let changes: [Query] = [
                "arguments = '{\"label\": \"other\"}'", "context = context || '{\"role\": \"system\"}'",
                "priority = -9",
                "max_attempts = 99", "run_at = 'infinity'", "kind = 'mark'",
                "finished_at = now(), outcome = 'succeeded'",
                "cancel_requested_at = now(), arguments = '[]'",
            ]
            for change in changes {
                await expectRefusal {
                    try await world.database.write(as: north) {
                        _ = try await $0.execute("UPDATE jobs SET \(fragment: change) WHERE id = \(id)")
                    }
                }
            }
            let deleted = try await world.database.write(as: north) {
                try await $0.execute("DELETE FROM jobs WHERE id = \(id)")
            }
            #expect(deleted == 0)
            await expectRefusal {
                try await world.database.write(as: north) { _ = try await $0.discardJob(try await world.dead()) }
            }
            await expectRefusal {
                try await world.database.write(as: north) { _ = try await $0.retryJob(try await world.dead()) }
            }
            // Nor does a run change more than its own end.
            let claim = try #require(try await world.claim([Fragile.kind]).first)
            let run = north.setting("trellis.lease", to: claim.token.uuidString)
            await expectRefusal {
                try await world.database.write(as: run) {
                    _ = try await $0.execute("UPDATE jobs SET max_attempts = 99 WHERE id = \(claim.id)")
                }
            }
            try await world.database.write(as: north) { transaction async throws in
                #expect(try await transaction.cancelJob(id))
            }
            await expectRefusal {
                try await world.database.write(as: north) {
                    _ = try await $0.execute("UPDATE jobs SET cancel_requested_at = NULL WHERE id = \(id)")
                }
            }
        }
    }

    @Test func operatorsSeeAllAndSteerButDoNotRewrite() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Fragile())
            try await world.database.write(as: north) { _ = try await $0.publish(Happened(label: "a")) }
            let reader = world.database.reader(as: JobsWorld.operator)
            #expect(try await reader.jobs(in: .waiting).map(\.tenant) == [JobsWorld.north])
            #expect(try await reader.jobCounts().map(\.count) == [1])
            #expect(try await reader.outboxBacklog().map(\.count) == [1])
            await expectRefusal {
                try await world.database.write(as: JobsWorld.operator) {
                    _ = try await $0.execute("UPDATE jobs SET arguments = '[]' WHERE id = \(id)")
                }
            }
            let deleted = try await world.database.write(as: JobsWorld.operator) {
                try await $0.execute("DELETE FROM jobs")
            }
            #expect(deleted == 0)
        }
    }

    @Test func errorsAreForOperatorsOnly() async throws {
        try await withJobs { world async throws in
            try await world.enqueue(Fragile())
            let claim = try #require(try await world.claim([Fragile.kind]).first)
            _ = try await world.settle(claim, .abandoned, error: "secret")
            #expect(try await world.database.reader(as: JobsWorld.operator).deadJobs().map(\.lastError) == ["secret"])
            #expect(try await world.database.reader(as: north).deadJobs().map(\.lastError) == [nil])
        }
    }

    private func expectRefusal(
        sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
    ) async {
        let error = await #expect(throws: DatabaseError.self, sourceLocation: sourceLocation) { try await body() }
        #expect(error?.sqlState == "42501", sourceLocation: sourceLocation)
    }
}

extension JobsWorld {
    /// A dead letter of the northern tenant.
    func dead() async throws -> UUID {
        let id = try await enqueue(Mark(label: "dead"))
        let claims = try await claim([Mark.kind])
        for claim in claims { _ = try await settle(claim, .abandoned, error: "no") }
        return id
    }
}
