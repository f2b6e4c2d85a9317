package import Postgres
internal import Vocabulary

extension Statements {
    /// How much a startup has stored and may store; nil when that is not the seat's to know.
    package func storage(of startup: Startup.ID) async throws -> StartupStorage? {
        let row = try await one(
            """
            -- storage of a startup
            SELECT bytes_stored(\(startup), acting_role(), acting_institution()) AS used, storage_limit() AS bytes
            """)
        guard let used = try row.value("used", as: Int?.self) else { return nil }
        return StartupStorage(used: used, limit: try row("bytes"))
    }

    /// What the acting workspace lets each of its startups store.
    package func storageLimit() async throws -> StorageLimit {
        StorageLimit(bytes: try await one("-- storageLimit\nSELECT storage_limit() AS bytes")("bytes"))
    }
}

extension Transaction {
    /// Lets each startup of the acting workspace store so much, after `matching` has looked at what is being replaced. What is
    /// there already stays, also where it is more.
    ///
    /// Refused by `storage_limits_are_reasonable`.
    package func setStorageLimit(
        _ limit: StorageLimit, matching: (StorageLimit) throws -> Void = { _ in }
    ) async throws {
        // There may be no row yet to be locked.
        try await execute(
            """
            -- setStorageLimit: one after the other
            SELECT pg_advisory_xact_lock('storage_limits'::regclass::oid::integer, hashtext(acting_tenant()::text))
            """)
        try matching(try await storageLimit())
        try await execute(
            """
            -- setStorageLimit
            INSERT INTO storage_limits (tenant_id, bytes) VALUES (acting_tenant(), \(limit.bytes))
            ON CONFLICT (tenant_id) DO UPDATE SET bytes = excluded.bytes, set_at = now(), set_by = acting_person()
            """)
    }
}
