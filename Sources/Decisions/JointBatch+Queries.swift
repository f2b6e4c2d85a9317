internal import Accounts
internal import Applications
internal import Foundation
internal import Institutions
package import Postgres
internal import Programs
internal import Vocabulary

extension Statements {
    /// The batches in which the partner's staff have a say and are asked, those not released first. Nothing for anybody else.
    package func jointBatches() async throws -> [JointBatch] {
        try await rows(
            """
            -- jointBatches
            \(fragment: .jointBatches())
            ORDER BY j.released_at IS NOT NULL, j.consulted_at DESC, j.batch_id
            LIMIT 500
            """
        ).map(JointBatch.init)
    }

    /// Such a batch; nil when it does not exist or the principal has no say in it.
    package func jointBatch(_ id: DecisionBatch.ID) async throws -> JointBatch? {
        try await first(
            """
            -- jointBatch
            \(fragment: .jointBatches(only: id))
            """
        ).map(JointBatch.init)
    }

    /// What of such a batch is about the partner's streams: offers, then the waiting list by rank, then rejections.
    package func jointDecisions(in batch: DecisionBatch.ID) async throws -> [JointDecision] {
        try await rows(
            """
            -- jointDecisions
            SELECT d.startup, d.stream, d.outcome, d.rank, d.award_minor, d.currency, d.last_day, d.note
            FROM joint_decisions(acting_role(), acting_institution(), acting_person(), \(batch)) AS d
            """
        ).map { row in
            try JointDecision(
                startupName: row("startup"), streamName: row("stream"), outcome: row("outcome"), rank: row("rank"),
                award: row.money("award_minor", "currency"), lastDay: row("last_day"), note: row("note"))
        }
    }

    /// The partners who have a say in a batch, with the last each said. For managers.
    package func partnerSays(on batch: DecisionBatch.ID) async throws -> [PartnerSay] {
        try await rows(
            """
            -- partnerSays
            SELECT s.institution_id, i.names, s.co_decides, s.is_current, o.stance, o.words, o.given_at,
                   who.name AS given_by_name, k.answer_by, k.silence_reason,
                   coalesce(k.silence_consents AND k.is_silent, false) AS consents_by_silence,
                   coalesce(q.reached_nobody, false) AS reached_nobody
            FROM decision_batches AS b
            CROSS JOIN LATERAL partners_of_batch(b.id) AS s
            JOIN institutions AS i ON i.tenant_id = b.tenant_id AND i.id = s.institution_id
            LEFT JOIN batch_opinions AS o ON o.tenant_id = b.tenant_id AND o.batch_id = b.id AND o.id = s.opinion_id
            LEFT JOIN people AS who ON who.id = o.given_by
            LEFT JOIN last_consultations(\(batch)) AS k ON k.institution_id = s.institution_id
            LEFT JOIN batch_consultations AS q ON q.tenant_id = b.tenant_id AND q.batch_id = b.id
                AND q.institution_id = k.institution_id AND q.asked_at = k.asked_at
            WHERE b.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches) AND b.id = \(batch)
            ORDER BY s.co_decides DESC, s.institution_id
            """
        ).map(PartnerSay.init)
    }
}

extension Query {
    /// The function asks by role, institution and person whom it tells what.
    fileprivate static func jointBatches(only batch: DecisionBatch.ID? = nil) -> Query {
        """
        SELECT j.batch_id, j.call_title, j.time_zone, j.name, j.places, j.currency, j.award_minor, j.last_day,
               j.consulted_at, j.released_at, j.co_decides, encode(j.version, 'hex') AS version, j.decisions,
               j.is_current, j.answer_by, j.silence_consents, j.silence_reason, o.stance, o.words, o.given_at
        FROM joint_batches(acting_role(), acting_institution(), acting_person(), \(batch)) AS j
        LEFT JOIN batch_opinions AS o ON o.tenant_id = acting_tenant() AND o.batch_id = j.batch_id AND o.id = j.opinion_id
            AND o.institution_id = acting_institution()
        """
    }
}

extension PartnerOpinion.Stance: PostgresCodable {}

extension PartnerSay {
    init(_ row: Row) throws {
        try self.init(
            institution: row("institution_id"), name: row("names"), coDecides: row("co_decides"),
            opinion: PartnerOpinion(row), givenByName: row("given_by_name"), isCurrent: row("is_current"),
            answerBy: row("answer_by"), consentsBySilence: row("consents_by_silence"),
            silenceReason: row("silence_reason"), reachedNobody: row("reached_nobody"))
    }
}

extension PartnerOpinion {
    init?(_ row: Row) throws {
        guard let stance: Stance = try row("stance") else { return nil }
        try self.init(stance: stance, words: row("words"), givenAt: row("given_at"))
    }
}

extension JointBatch {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("batch_id"), callTitle: row("call_title"), zone: row("time_zone"), name: row("name"),
            places: row("places"), award: row.money("award_minor", "currency"), lastDay: row("last_day"),
            consultedAt: row("consulted_at"), releasedAt: row("released_at"), coDecides: row("co_decides"),
            answerBy: row("answer_by"), silenceConsents: row("silence_consents"),
            silenceReason: row("silence_reason"),
            version: row("version"), decisions: row("decisions"), opinion: PartnerOpinion(row),
            isCurrent: row("is_current"))
    }
}

extension Transaction {
    func markConsulted(_ id: DecisionBatch.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- consultPartners
            UPDATE decision_batches AS b SET consulted_at = now(), consulted_by = \(person)
            WHERE b.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches) AND b.id = \(id)
            """)
    }

    /// Notes whom a batch was asked of; the database says on which terms. Until when each answers, where that is said.
    func ask(
        _ institutions: [Institution.ID], about batch: DecisionBatch.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> [Institution.ID: (answerBy: CalendarDate?, silenceConsents: Bool)] {
        let asked = try await rows(
            """
            -- consultPartners: whom
            INSERT INTO batch_consultations (tenant_id, batch_id, institution_id, asked_by)
            SELECT \(tenant), \(batch), asked.institution, \(person) FROM unnest(\(institutions)) AS asked (institution)
            RETURNING institution_id, answer_by, silence_consents
            """
        ).map { row in
            try (
                row("institution_id") as Institution.ID,
                (row("answer_by") as CalendarDate?, row("silence_consents") as Bool)
            )
        }
        return Dictionary(
            asked.map { ($0.0, (answerBy: $0.1.0, silenceConsents: $0.1.1)) }, uniquingKeysWith: { first, _ in first })
    }

    /// How many of the partners of a batch are silent past their time, by terms on which that is consent, and now are noted so.
    func recordSilence(on batch: DecisionBatch.ID, because reason: LongText, by person: Person.ID) async throws -> Int {
        try await execute(
            """
            -- noteSilence
            UPDATE batch_consultations AS n
            SET silence_reason = \(reason), silence_noted_at = now(), silence_noted_by = \(person)
            FROM last_consultations(\(batch)) AS k
            WHERE n.tenant_id = acting_tenant() AND n.batch_id = \(batch) AND n.institution_id = k.institution_id
              AND n.asked_at = k.asked_at AND k.silence_consents AND k.is_silent
            """)
    }

    func call(of application: Application.ID) async throws -> CallForApplications.ID {
        try await one(
            "/* askPartners */ SELECT call_id FROM applications WHERE tenant_id = acting_tenant() AND id = \(application)"
        )("call_id")
    }

    /// Who speaks for institutions on a batch or on a revision of a call, and so is written to: who holds their seats in the
    /// streams that it is about, but for those who may know nothing of its decisions.
    func speakers(
        of institutions: [Institution.ID], on batch: DecisionBatch.ID? = nil,
        onRevision revision: JointRevision.ID? = nil,
        toldOf call: CallForApplications.ID
    ) async throws -> [Person.ID] {
        try await rows(
            """
            -- consultPartners: speakers
            SELECT DISTINCT s.person_id FROM speakers_on(\(batch), \(revision)) AS s
            WHERE s.institution_id = ANY (\(institutions))
              AND \(call) <> ALL (calls_too_near('manager', s.person_id))
            ORDER BY s.person_id
            """
        ).map { try $0("person_id") }
    }

    /// A version that is none is another than that of any batch.
    func insert(
        _ stance: PartnerOpinion.Stance, _ words: LongText?, as id: PartnerOpinion.ID, on batch: DecisionBatch.ID,
        seen version: String, of institution: Institution.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- giveOpinion
            INSERT INTO batch_opinions (tenant_id, batch_id, id, institution_id, stance, words, version, given_by)
            VALUES (\(tenant), \(batch), \(id), \(institution), \(stance), \(words),
                    CASE WHEN \(version) ~ '^([0-9a-f]{2})*$' THEN decode(\(version), 'hex') ELSE '' END, \(person))
            """)
    }
}
