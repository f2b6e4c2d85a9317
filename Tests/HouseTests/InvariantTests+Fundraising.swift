import Postgres

extension InvariantTests {
    /// An indication to the round of the demo.
    private static func indicated(at moment: String, by person: Query) -> Query {
        """
        INSERT INTO round_indications
            (tenant_id, round_id, id, investor_id, given_at, given_by, amount_minor, binding, stands_until,
             told)
        SELECT r.tenant_id, r.id, gen_random_uuid(), v.investor_id, \(moment)::timestamptz, \(fragment: person), 100, false,
               now() + interval '9 days', 'contacts'
        FROM funding_rounds AS r
        JOIN investor_verifications AS v ON v.tenant_id = r.tenant_id
        ORDER BY v.id LIMIT 1
        """
    }

    /// A watermarked document with one whole version.
    private static let roomDocument: [Query] = [
        """
        INSERT INTO data_room_documents (tenant_id, startup_id, id, folder, title, watermarked, added_by)
        SELECT tenant_id, startup_id, gen_random_uuid(), 'Pitch', 'Deck', true, planned_by FROM funding_rounds
        """,
        """
        INSERT INTO data_room_versions
            (tenant_id, startup_id, document_id, number, name, media_type, bytes, sha256, state, uploaded_by)
        SELECT tenant_id, startup_id, id, 1, 'deck.pdf', 'application/pdf', 4, sha256('deck'), 'clean', added_by
        FROM data_room_documents
        """,
        """
        INSERT INTO data_room_pieces (tenant_id, startup_id, document_id, number, seq, bytes)
        SELECT tenant_id, startup_id, document_id, number, 0, 'deck' FROM data_room_versions
        """,
    ]

    static let fundraising: [Plant] = [
        Plant(
            "indications_were_given_while_their_round_was_open",
            indicated(at: "2020-01-01", by: "(SELECT id FROM people ORDER BY id LIMIT 1)"),
            """
            INSERT INTO indication_contacts (tenant_id, round_id, indication_id, name, email)
            SELECT n.tenant_id, n.round_id, n.id, 'Jun', 'jun@x.example' FROM round_indications AS n
            WHERE n.given_at < '2021-01-01'
            """),
        Plant("indications_say_who_gave_them", indicated(at: "now", by: "gen_random_uuid()")),
        Plant("versions_are_whole_while_they_are_read", after: roomDocument, "DELETE FROM data_room_pieces"),
        Plant(
            "watermarked_documents_left_with_a_watermark", after: roomDocument,
            """
            INSERT INTO data_room_accesses
                (tenant_id, startup_id, id, document_id, number, person_id, institution_id, person_name, firm_name, deed,
                 watermarked)
            SELECT tenant_id, startup_id, gen_random_uuid(), document_id, number, uploaded_by, tenant_id, 'Jun', 'Firm', 'view',
                   false
            FROM data_room_versions
            """),
        offTrail("fundraising_is_on_the_trail", "funding_rounds"),
        inventTrail("what_belongs_to_fundraising_is_on_the_trail", "indication_contacts"),
    ]
}
