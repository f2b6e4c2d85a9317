package import Postgres

extension FundraisingRoom {
    /// What holds for rounds and data rooms beside their constraints.
    package static let invariants: [Invariant] = [
        Invariant(
            "indications_were_given_while_their_round_was_open",
            violatedBy: """
                SELECT n.tenant_id, n.round_id || ' ' || n.id AS id, 'given at ' || n.given_at AS detail
                FROM round_indications AS n
                JOIN funding_rounds AS r ON r.tenant_id = n.tenant_id AND r.id = n.round_id
                WHERE r.opened_at IS NULL OR n.given_at < r.opened_at OR n.given_at > r.ended_at
                """),
        Invariant(
            "indications_say_who_gave_them",
            violatedBy: """
                SELECT n.tenant_id, n.round_id || ' ' || n.id AS id, 'nobody' AS detail FROM round_indications AS n
                WHERE NOT EXISTS (
                    SELECT FROM indication_contacts AS c
                    WHERE c.tenant_id = n.tenant_id AND c.round_id = n.round_id AND c.indication_id = n.id)
                """),
        Invariant(
            "versions_are_whole_while_they_are_read",
            violatedBy: """
                SELECT v.tenant_id, v.document_id || ' ' || v.number AS id,
                       CASE WHEN p.bytes IS DISTINCT FROM v.bytes THEN 'not ' || v.bytes || ' bytes'
                            ELSE 'other bytes than were given' END
                       || coalesce(', known since ' || v.damaged_at, '') AS detail
                FROM data_room_versions AS v
                JOIN data_room_documents AS d
                    ON d.tenant_id = v.tenant_id AND d.startup_id = v.startup_id AND d.id = v.document_id
                LEFT JOIN LATERAL (
                    SELECT sum(octet_length(p.bytes)) AS bytes, string_agg(p.bytes, '' ORDER BY p.seq) AS whole
                    FROM data_room_pieces AS p
                    WHERE p.tenant_id = v.tenant_id AND p.startup_id = v.startup_id AND p.document_id = v.document_id
                      AND p.number = v.number) AS p ON true
                WHERE d.removed_at IS NULL AND v.state <> 'rejected'
                  AND (p.bytes IS DISTINCT FROM v.bytes OR sha256(p.whole) <> v.sha256)
                """),
        Invariant(
            "watermarked_documents_left_with_a_watermark",
            violatedBy: """
                SELECT a.tenant_id, a.id, a.person_name || ', ' || a.firm_name AS detail FROM data_room_accesses AS a
                JOIN data_room_documents AS d
                    ON d.tenant_id = a.tenant_id AND d.startup_id = a.startup_id AND d.id = a.document_id
                WHERE d.watermarked AND NOT a.watermarked AND a.institution_id <> a.startup_id
                """),
        Invariant.trail(
            "fundraising_is_on_the_trail",
            of: [
                "funding_rounds", "round_indications", "data_room_documents", "data_room_grants", "data_room_accesses",
            ]),
        Invariant.trailCounts(
            "what_belongs_to_fundraising_is_on_the_trail", of: ["indication_contacts", "data_room_versions"]),
    ]
}
