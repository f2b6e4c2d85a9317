import Accounts
import Institutions
import Letters
import Partnerships
package import Postgres
import Vocabulary

extension Statements {
    /// Which startups a call lets in that is not public, the latest first, for managers.
    package func admissions(to call: CallForApplications.ID) async throws -> [CallAdmission] {
        try await rows(
            """
            -- admissions to a call
            SELECT x.startup_id, i.names, x.admitted_at, x.code_id,
                   EXISTS (SELECT FROM applications AS a
                           WHERE a.tenant_id = x.tenant_id AND a.call_id = x.call_id AND a.startup_id = x.startup_id)
                       AS has_applied
            FROM call_admissions AS x
            JOIN institutions AS i ON i.tenant_id = x.tenant_id AND i.id = x.startup_id
            WHERE x.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND x.call_id = \(call)
            ORDER BY x.admitted_at DESC, x.startup_id
            """
        ).map { row in
            try CallAdmission(
                startup: row("startup_id"), startupName: row("names"), admittedAt: row("admitted_at"),
                code: row("code_id"), hasApplied: row("has_applied"))
        }
    }

    /// The codes of a call, the latest first, for managers.
    package func fastTrackCodes(of call: CallForApplications.ID) async throws -> [FastTrackCode] {
        try await rows(
            """
            -- fastTrackCodes
            \(fragment: selectCodes())
            WHERE k.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND k.call_id = \(call)
            ORDER BY k.created_at DESC, k.id
            """
        ).map(FastTrackCode.init)
    }

    func fastTrackCode(_ id: FastTrackCode.ID) async throws -> FastTrackCode? {
        try await first(
            """
            -- fastTrackCode
            \(fragment: selectCodes())
            WHERE k.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND k.id = \(id)
            """
        ).map(FastTrackCode.init)
    }

    /// The agreements under which codes for calls of a stream are given: those its partners take part under, with the signed
    /// terms that renew them or were renewed by them. For managers.
    func agreementsForCodes(of stream: ProgramStream.ID) async throws -> [MoU.ID] {
        try await rows(
            """
            -- agreementsForCodes
            SELECT DISTINCT m.id
            FROM stream_partners AS p
            JOIN mous AS m ON m.tenant_id = p.tenant_id
                AND (m.id = p.mou_id
                     OR m.state = 'signed' AND m.id IN (SELECT chain_of(p.tenant_id, p.mou_id)))
            WHERE p.tenant_id = acting_tenant() AND acts_as('manager') AND p.stream_id = \(stream)
            """
        ).map { try $0("id") }
    }

    private func selectCodes() -> Query {
        """
        SELECT k.id, k.call_id, k.mou_id, k.label, k.valid_from, k.valid_until, k.uses_allowed, k.revoked_at,
               (SELECT count(*) FROM call_admissions AS x WHERE x.tenant_id = k.tenant_id AND x.code_id = k.id) AS used
        FROM fast_track_codes AS k
        """
    }
}

extension FastTrackCode {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), call: row("call_id"), mou: row("mou_id"), label: row("label"), validFrom: row("valid_from"),
            validUntil: row("valid_until"), usesAllowed: row("uses_allowed"), used: row("used"),
            revokedAt: row("revoked_at"))
    }
}

/// Somebody to be told that their startup is invited.
struct InvitedFounder: Sendable {
    let person: Person.ID
    let startup: Startup.ID
    let startupName: LocalizedName
}

extension Transaction {
    func founders(of startups: [Startup.ID]) async throws -> [InvitedFounder] {
        try await rows(
            """
            -- invited founders
            SELECT DISTINCT m.person_id, i.id, i.names
            FROM memberships AS m JOIN institutions AS i ON i.tenant_id = m.tenant_id AND i.id = m.institution_id
            WHERE m.tenant_id = acting_tenant() AND acts_as('manager', 'system')
              AND m.institution_id = ANY (\(startups)) AND m.role = 'founder' AND m.ended_at IS NULL
            ORDER BY i.id, m.person_id
            """
        ).map { try InvitedFounder(person: $0("person_id"), startup: $0("id"), startupName: $0("names")) }
    }

    func keep(_ letters: [Letter.ID], with startup: Startup.ID, invitedTo call: CallForApplications.ID) async throws {
        try await execute(
            """
            -- announceInvitations
            UPDATE call_admissions SET letters = letters || \(letters)
            WHERE tenant_id = acting_tenant() AND call_id = \(call) AND startup_id = \(startup)
            """)
    }

    /// The letters that tell of invitations to a call.
    func lettersOfInvitations(to call: CallForApplications.ID) async throws -> [Letter.ID] {
        try await rows(
            """
            -- lettersOfInvitations
            SELECT unnest(x.letters) AS letter FROM call_admissions AS x
            WHERE x.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND x.call_id = \(call)
            """
        ).map { try $0("letter") }
    }

    /// Who was let in by this: whoever was in before is not told again.
    func admit(
        _ startups: [Startup.ID], to call: CallForApplications.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> [Startup.ID] {
        try await rows(
            """
            -- inviteStartups
            INSERT INTO call_admissions (tenant_id, call_id, startup_id, admitted_by)
            SELECT \(tenant), \(call), named.startup, \(person) FROM unnest(\(startups)) AS named (startup)
            ON CONFLICT (tenant_id, call_id, startup_id) DO NOTHING
            RETURNING startup_id
            """
        ).map { try $0("startup_id") }
    }

    /// The letters that told of the admission; nil where there was none.
    func withdrawAdmission(of startup: Startup.ID, to call: CallForApplications.ID) async throws -> [Letter.ID]? {
        try await first(
            """
            -- withdrawInvitation
            DELETE FROM call_admissions
            WHERE tenant_id = acting_tenant() AND call_id = \(call) AND startup_id = \(startup)
            RETURNING letters
            """
        ).map { try $0("letters") }
    }

    func insert(
        _ new: NewFastTrackCode, hash: [UInt8], as id: FastTrackCode.ID, for call: CallForApplications.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- giveFastTrackCode
            INSERT INTO fast_track_codes (tenant_id, id, call_id, mou_id, hash, label, valid_from, valid_until,
                                          uses_allowed, created_by)
            VALUES (\(tenant), \(id), \(call), \(new.mou), \(hash), \(new.label), \(new.validFrom),
                    \(new.validUntil), \(new.usesAllowed), \(person))
            """)
    }

    func revoke(_ id: FastTrackCode.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- revokeFastTrackCode
            UPDATE fast_track_codes SET revoked_at = now(), revoked_by = \(person)
            WHERE tenant_id = acting_tenant() AND id = \(id) AND revoked_at IS NULL
            """)
    }

    func callBehind(_ word: FastTrackWord) async throws -> CallForApplications.ID {
        try await value("/* redeemFastTrackCode */ SELECT redeem_fast_track_code(\(word.hash))")
    }
}
