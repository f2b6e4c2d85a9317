internal import Accounts
package import Applications
internal import Foundation
internal import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// What waits for the word of the partner whose staff ask, the oldest first. Nothing for anybody else.
    package func jointRevisions() async throws -> [JointRevision] {
        try await rows(
            """
            -- jointRevisions
            \(fragment: .jointRevisions)
            ORDER BY j.proposed_at, j.revision_id
            LIMIT 500
            """
        ).map(JointRevision.init)
    }

    /// One of these; nil when it does not exist, is settled, or the principal has no say in it.
    package func jointRevision(_ id: JointRevision.ID) async throws -> JointRevision? {
        try await first(
            """
            -- jointRevision
            \(fragment: .jointRevisions)
            WHERE j.revision_id = \(id)
            """
        ).map(JointRevision.init)
    }

    /// The partners without whom a revision does not come about, with the last each said. None once it is settled. For managers.
    package func partnerSays(on revision: JointRevision.ID) async throws -> [PartnerSay] {
        try await rows(
            """
            -- partnerSays on a revision
            SELECT s.institution_id, i.names, true AS co_decides, s.is_current, o.stance, o.words, o.given_at,
                   who.name AS given_by_name, NULL::date AS answer_by, NULL::text AS silence_reason,
                   false AS consents_by_silence, false AS reached_nobody
            FROM open_revisions() AS r
            JOIN applications AS a ON a.tenant_id = acting_tenant() AND a.id = r.application_id
            CROSS JOIN LATERAL partners_of_revision(r.revision_id) AS s
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = s.institution_id
            LEFT JOIN revision_opinions AS o
                ON o.tenant_id = a.tenant_id AND o.revision_id = r.revision_id AND o.id = s.opinion_id
            LEFT JOIN people AS who ON who.id = o.given_by
            WHERE \(fragment: .reachOfManagers) AND r.revision_id = \(revision)
            ORDER BY s.institution_id
            """
        ).map(PartnerSay.init)
    }

    /// Whether partners have a say in the answer to an appeal; what is eligible is for the park to say. For managers.
    package func appealIsJoint(of application: Application.ID) async throws -> Bool {
        try await value(
            """
            -- appealIsJoint
            SELECT EXISTS (
                SELECT FROM applications AS a
                CROSS JOIN LATERAL co_deciders(ARRAY(SELECT s FROM streams_of_decision(a.id, NULL) AS s))
                WHERE a.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND a.id = \(application)
                  AND a.state <> 'ineligible')
            """)
    }

    /// What is meant to be answered to an appeal, where partners were asked. For managers.
    package func appealProposal(of application: Application.ID) async throws -> AppealProposal? {
        try await first(
            """
            -- appealProposal
            SELECT r.verdict, r.answer, r.proposed_at
            FROM appeal_proposals AS r
            JOIN applications AS a ON a.tenant_id = r.tenant_id AND a.id = r.application_id
            WHERE r.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND r.application_id = \(application)
            """
        ).map { try AppealProposal(verdict: $0("verdict"), answer: $0("answer"), proposedAt: $0("proposed_at")) }
    }
}

extension Query {
    /// The function knows by the seat whom it tells what.
    fileprivate static var jointRevisions: Query {
        """
        SELECT j.revision_id, j.kind, j.call_title, j.time_zone, j.startup, j.proposed_at, j.stood, j.stood_stream,
               j.stood_note, j.outcome, j.stream, j.rank, j.award_minor, j.currency, j.last_day, j.note, j.reason, j.grounds,
               encode(j.version, 'hex') AS version, j.is_current, o.stance, o.words, o.given_at
        FROM joint_revisions() AS j
        LEFT JOIN revision_opinions AS o ON o.tenant_id = acting_tenant() AND o.revision_id = j.revision_id
            AND o.id = j.opinion_id AND o.institution_id = acting_institution()
        """
    }
}

extension JointRevision {
    fileprivate init(_ row: Row) throws {
        let kind: Kind
        if let reason: LongText = try row("reason") {
            kind = try .change(
                Preparation(
                    row("outcome"), rank: row("rank"), award: row.money("award_minor", "currency"),
                    lastDay: row("last_day"), note: row("note")),
                streamName: row("stream"), because: reason)
        } else {
            kind = try .appeal(row("outcome"), answer: row("note"), grounds: row("grounds"))
        }
        try self.init(
            id: row("revision_id"), kind: kind, callTitle: row("call_title"), zone: row("time_zone"),
            startupName: row("startup"), stood: row("stood"), stoodStreamName: row("stood_stream"),
            stoodNote: row("stood_note"), proposedAt: row("proposed_at"), version: row("version"),
            opinion: PartnerOpinion(row), isCurrent: row("is_current"))
    }
}

extension Transaction {
    func insert(
        _ stance: PartnerOpinion.Stance, _ words: LongText?, as id: PartnerOpinion.ID, on revision: JointRevision.ID,
        seen version: String, of institution: Institution.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- giveOpinion: on a revision
            INSERT INTO revision_opinions (tenant_id, revision_id, id, institution_id, stance, words, version, given_by)
            VALUES (\(tenant), \(revision), \(id), \(institution), \(stance), \(words), decode(\(version), 'hex'), \(person))
            """)
    }

    func propose(
        _ verdict: Appeal.Verdict, because answer: LongText, to application: Application.ID, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- proposeAnswer
            INSERT INTO appeal_proposals (tenant_id, application_id, verdict, answer, proposed_by)
            VALUES (\(tenant), \(application), \(verdict), \(answer), \(person))
            ON CONFLICT (tenant_id, application_id) DO UPDATE
            SET verdict = excluded.verdict, answer = excluded.answer, proposed_at = now(),
                proposed_by = excluded.proposed_by
            """)
    }
}
