import Postgres

extension InvariantTests {
    static func handedIn(_ bytes: Int, isFinished: Bool) -> [Query] {
        [
            """
            INSERT INTO imports (tenant_id, id, job_id, kind, file_name, bytes, is_rehearsal, finished_at, report)
            SELECT t.id, gen_random_uuid(), gen_random_uuid(), 'startups', 'test.csv', \(bytes), false,
                   CASE WHEN \(isFinished) THEN now() END, CASE WHEN \(isFinished) THEN '{}'::jsonb END
            FROM tenants AS t WHERE t.slug = 'harbour'
            """,
            "INSERT INTO import_files (tenant_id, import_id, content) SELECT tenant_id, id, 'name' FROM imports",
        ]
    }

    static let imports: [Plant] = [
        Plant(
            "files_are_kept_as_long_as_their_import_needs_them", after: handedIn(4, isFinished: true)),
        Plant("files_are_as_long_as_was_handed_in", after: handedIn(5, isFinished: false)),
        Plant(
            "imports_are_on_the_trail", after: handedIn(4, isFinished: false),
            "DELETE FROM audit_events WHERE noun = 'imports'"),
    ]
}
