import Postgres

extension InvariantTests {
    static let partnerships: [Plant] = [
        Plant(
            "agreements_stand_where_their_history_says", "UPDATE mous SET state = 'agreed' WHERE reference = 'MoU-1'"),
        Plant(
            "agreements_move_along_their_states",
            """
            UPDATE mou_events SET from_state = 'draft'
            WHERE to_state = 'signed' AND mou_id = (SELECT id FROM mous WHERE reference = 'MoU-1')
            """),
        Plant(
            "agreements_begin_and_end_once",
            """
            INSERT INTO mou_events (tenant_id, mou_id, id, from_state, to_state)
            SELECT tenant_id, id, gen_random_uuid(), NULL, 'draft' FROM mous WHERE reference = 'MoU-1'
            """),
        Plant(
            "signed_agreements_bind_two_parties",
            """
            DELETE FROM mou_parties
            WHERE institution_id <> tenant_id AND mou_id = (SELECT id FROM mous WHERE reference = 'MoU-4')
            """),
        Plant(
            "signed_agreements_are_signed_for_each_party",
            """
            DELETE FROM mou_participants WHERE kind = 'signatory' AND institution_id = tenant_id
              AND mou_id = (SELECT id FROM mous WHERE reference = 'MoU-4')
            """),
        Plant(
            "agreements_end_after_they_are_signed",
            """
            INSERT INTO mou_events (tenant_id, mou_id, id, from_state, to_state)
            SELECT tenant_id, id, gen_random_uuid(), 'signed', 'terminated' FROM mous WHERE reference = 'MoU-1'
            """,
            """
            UPDATE mous SET state = 'terminated', terminated_on = signed_on - 1, termination_reason = 'Test',
                            termination_is_mutual = true WHERE reference = 'MoU-1'
            """),
        Plant(
            "agreements_are_signed_by_every_party_on_its_day",
            """
            DELETE FROM mou_signatures
            WHERE institution_id = tenant_id AND mou_id = (SELECT id FROM mous WHERE reference = 'MoU-4')
            """),
        Plant("renewals_have_a_first_term", "UPDATE mous SET prior_mou_id = id WHERE reference = 'MoU-1'"),
        Plant(
            "texts_bear_their_hash",
            """
            INSERT INTO mou_texts (tenant_id, mou_id, language, version, body, sha256, written_by)
            SELECT tenant_id, id, 'en', 1, 'A text', 'another', id FROM mous WHERE reference = 'MoU-1'
            """),
        Plant(
            "amendments_count_once_every_party_has_signed",
            """
            INSERT INTO mou_amendments (tenant_id, mou_id, id, number, words, sha256, effective_on, drafted_by, signed_on)
            SELECT tenant_id, id, gen_random_uuid(), 1, 'More', '', current_date, id, current_date
            FROM mous WHERE reference = 'MoU-1'
            """),
        Plant(
            "agreements_end_as_they_were_last_amended",
            """
            INSERT INTO mou_amendments (tenant_id, mou_id, id, number, words, sha256, effective_on, ends_on, drafted_by, signed_on)
            SELECT tenant_id, id, id, 1, 'More', '', current_date, ends_on + 1, id, current_date
            FROM mous WHERE reference = 'MoU-1'
            """,
            """
            INSERT INTO mou_amendment_signatures
                (tenant_id, mou_id, amendment_id, institution_id, signed_on, person_name, title, recorded_by)
            SELECT p.tenant_id, p.mou_id, p.mou_id, p.institution_id, current_date, 'A', 'B', p.mou_id
            FROM mou_parties AS p WHERE p.mou_id = (SELECT id FROM mous WHERE reference = 'MoU-1')
            """),
        Plant(
            "links_rest_on_signed_agreements",
            """
            INSERT INTO mous (tenant_id, id, reference, title, kind)
            SELECT tenant_id, gen_random_uuid(), 'MoU-9', title, kind FROM mous WHERE reference = 'MoU-1'
            """,
            """
            INSERT INTO mou_events (tenant_id, mou_id, id, to_state)
            SELECT tenant_id, id, gen_random_uuid(), 'draft' FROM mous WHERE reference = 'MoU-9'
            """,
            "UPDATE mou_links SET mou_id = (SELECT id FROM mous WHERE reference = 'MoU-9')"),
        Plant(
            "benefits_are_used_within_their_quota",
            "UPDATE mou_benefits SET quota = 1 WHERE kind = 'mentoring'",
            """
            INSERT INTO mou_benefit_uses (tenant_id, mou_id, benefit_id, id, used_on, recorded_by)
            SELECT tenant_id, mou_id, benefit_id, gen_random_uuid(), used_on, recorded_by FROM mou_benefit_uses
            """),
        Plant(
            "files_of_agreements_are_whole",
            """
            INSERT INTO mou_documents (
                tenant_id, mou_id, id, kind, name, media_type, bytes, sha256, institution_id, state, given_by)
            SELECT tenant_id, id, id, 'annex', 'a.txt', 'text/plain', 4, sha256('deck'), tenant_id, 'clean', id
            FROM mous WHERE reference = 'MoU-1'
            """,
            """
            INSERT INTO mou_document_chunks (tenant_id, mou_id, document_id, seq, bytes)
            SELECT tenant_id, mou_id, id, 0, 'desk' FROM mou_documents
            """),
        offTrail("promises_are_on_the_trail", "mou_targets"),
        offTrail("agreements_are_on_the_trail", "mous"),
        inventTrail("terms_of_agreements_are_on_the_trail", "mou_areas"),
    ]
}
