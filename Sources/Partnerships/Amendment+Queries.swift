internal import Accounts
internal import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// What was changed of an agreement since it was signed, the first first.
    package func amendments(of mou: MoU.ID) async throws -> [Amendment] {
        try await rows(
            """
            -- amendments of an mou
            SELECT d.id, d.number, d.words, encode(d.sha256, 'hex') AS sha256, d.effective_on, d.ends_on, d.notice_days,
                   d.signed_on, d.ends_on_before,
                   (SELECT coalesce(jsonb_agg(jsonb_build_object(
                               'institution', s.institution_id, 'signedOn', s.signed_on, 'name', s.person_name,
                               'title', s.title, 'isByOwnHand', s.signed_by IS NOT NULL) ORDER BY s.signed_on, s.institution_id), '[]')
                    FROM mou_amendment_signatures AS s
                    WHERE s.tenant_id = d.tenant_id AND s.mou_id = d.mou_id AND s.amendment_id = d.id) AS signatures
            FROM mou_amendments AS d
            WHERE d.tenant_id = acting_tenant() AND d.mou_id = \(mou)
              AND EXISTS (SELECT FROM mous AS m
                          WHERE m.tenant_id = d.tenant_id AND m.id = d.mou_id AND \(fragment: .reachOfMoUs))
            ORDER BY d.number
            """
        ).map { row in
            try Amendment(
                id: row("id"), number: row("number"), words: row("words"), sha256: row("sha256"),
                effectiveOn: row("effective_on"), endsOn: row("ends_on"), noticeDays: row("notice_days"),
                signedOn: row("signed_on"), endsOnBefore: row("ends_on_before"),
                signatures: (row("signatures") as JSONB<[Amendment.Signature]>).value)
        }
    }
}

extension Transaction {
    func insert(
        _ new: NewAmendment, as id: Amendment.ID, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- draftAmendment
            INSERT INTO mou_amendments (tenant_id, mou_id, id, number, words, sha256, effective_on, ends_on, notice_days,
                                        drafted_by)
            SELECT \(tenant), \(mou), \(id),
                   1 + (SELECT coalesce(max(d.number), 0) FROM mou_amendments AS d
                        WHERE d.tenant_id = \(tenant) AND d.mou_id = \(mou)),
                   \(new.words), '', \(new.effectiveOn), \(new.endsOn), \(new.noticeDays), \(person)
            """)
    }

    func insert(
        _ signature: Amendment.Signature, of id: Amendment.ID, _ mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- signAmendment
            INSERT INTO mou_amendment_signatures (tenant_id, mou_id, amendment_id, institution_id, signed_on, person_name,
                                                  title, recorded_by, signed_by)
            VALUES (\(tenant), \(mou), \(id), \(signature.institution), \(signature.signedOn), \(signature.name),
                    \(signature.title), \(person), \(signature.isByOwnHand ? person : nil))
            """)
    }

    /// Says whether there was such an amendment.
    func delete(_ id: Amendment.ID, of mou: MoU.ID) async throws -> Bool {
        try await execute(
            """
            -- withdrawAmendment
            DELETE FROM mou_amendments
            WHERE tenant_id = acting_tenant() AND mou_id = \(mou) AND id = \(id) AND acts_as('manager')
            """) == 1
    }

    /// Says that all parties have signed. The agreement ends when the amendment says, or another that was signed on a later day;
    /// when it was to end is kept with it.
    func settle(_ amendment: Amendment, of mou: MoU.ID) async throws {
        try await execute(
            """
            -- signAmendment: by all
            UPDATE mou_amendments AS d
            SET signed_on = \(amendment.signedOn), ends_on_before = m.ends_on
            FROM mous AS m
            WHERE d.tenant_id = acting_tenant() AND d.mou_id = \(mou) AND d.id = \(amendment.id)
              AND m.tenant_id = d.tenant_id AND m.id = d.mou_id
            """)
        guard amendment.endsOn != nil else { return }
        try await execute(
            """
            -- signAmendment: the new end
            UPDATE mous SET ends_on = end_last_amended(tenant_id, id) WHERE tenant_id = acting_tenant() AND id = \(mou)
            """)
    }
}
