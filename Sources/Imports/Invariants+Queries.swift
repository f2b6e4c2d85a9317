package import Postgres

extension ImportsRoom {
    /// What holds for imports beside their constraints.
    package static let invariants: [Invariant] = [
        Invariant(
            "files_are_kept_as_long_as_their_import_needs_them",
            violatedBy: """
                SELECT i.tenant_id, i.id, 'finished at ' || i.finished_at AS detail
                FROM imports AS i JOIN import_files AS f ON f.tenant_id = i.tenant_id AND f.import_id = i.id
                WHERE i.finished_at IS NOT NULL
                """),
        Invariant(
            "files_are_as_long_as_was_handed_in",
            violatedBy: """
                SELECT i.tenant_id, i.id, octet_length(f.content) || ' of ' || i.bytes || ' bytes' AS detail
                FROM imports AS i JOIN import_files AS f ON f.tenant_id = i.tenant_id AND f.import_id = i.id
                WHERE octet_length(f.content) <> i.bytes
                """),
        Invariant.trail("imports_are_on_the_trail", of: ["imports"]),
    ]
}
