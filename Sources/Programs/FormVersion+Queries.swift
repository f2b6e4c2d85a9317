import Accounts
import Forms
import Foundation
package import Postgres
import Vocabulary

extension Statements {
    /// The versions of a form, the latest first, for managers.
    package func formVersions(of id: CallForApplications.ID) async throws -> [FormVersion] {
        try await rows(
            """
            -- formVersions
            SELECT v.number, v.made_at, v.reason, p.name AS made_by_name, (
                       SELECT coalesce(jsonb_agg(q.content ORDER BY (q.content ->> 'position')::integer), '[]')
                       FROM form_version_questions AS q
                       WHERE q.tenant_id = v.tenant_id AND q.call_id = v.call_id AND q.number = v.number) AS questions
            FROM form_versions AS v LEFT JOIN people AS p ON p.id = v.made_by
            WHERE v.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND v.call_id = \(id)
            ORDER BY v.number DESC
            """
        ).map { row in
            try FormVersion(
                number: row("number"), madeAt: row("made_at"), madeByName: row("made_by_name"), reason: row("reason"),
                questions: (row("questions") as JSONB<[CallForApplications.Question]>).value)
        }
    }

    /// What changed of a form since a version of it, as whoever answers the call may know: of questions that are asked first, of
    /// applications that name these streams, with the reasons of those changes alone. Nil where nothing of these did.
    package func formNews(
        of id: CallForApplications.ID, since version: Int, naming streams: [ProgramStream.ID]
    ) async throws -> FormNews? {
        var told: Set<Int> = []
        let items = try await rows(
            """
            -- formNews: what
            SELECT q.content, (
                       SELECT jsonb_agg(DISTINCT part) FROM jsonb_each(q.changes) AS made
                       CROSS JOIN jsonb_array_elements(made.value) AS part
                       WHERE made.key::integer > \(version)) AS parts,
                   ARRAY(SELECT made::integer FROM jsonb_object_keys(q.changes) AS made
                         WHERE made::integer > \(version)) AS numbers
            FROM form_version_questions AS q
            WHERE q.tenant_id = acting_tenant() AND q.call_id = \(id)
              AND q.number = (SELECT max(v.number) FROM form_versions AS v
                              WHERE v.tenant_id = q.tenant_id AND v.call_id = q.call_id)
              AND q.content ->> 'fromRound' IS NULL
              AND EXISTS (SELECT FROM jsonb_object_keys(q.changes) AS made WHERE made::integer > \(version))
            ORDER BY (q.content ->> 'position')::integer
            """
        ).compactMap { row -> FormNews.Item? in
            let question = (try row("content") as JSONB<CallForApplications.Question>).value
            guard question.isAsked(of: streams) else { return nil }
            told.formUnion(try row("numbers") as [Int])
            let stored = Set((try row("parts") as JSONB<[String]>).value.compactMap(FormVersion.Part.init(stored:)))
            // What is new is all new, also where it was changed since.
            let parts = stored.contains(.added) ? [.added] : FormVersion.Part.allCases.filter(stored.contains)
            return FormNews.Item(position: question.position, prompt: question.prompt, parts: parts)
        }
        // Why something changed that others are asked may tell of it.
        let versions: [(at: Date, reason: ShortText?)] = try await rows(
            """
            -- formNews
            SELECT v.made_at, v.reason FROM form_versions AS v
            WHERE v.tenant_id = acting_tenant() AND v.call_id = \(id) AND v.number = ANY (\(told.sorted()))
            ORDER BY v.number DESC
            """
        ).map { try ($0("made_at"), $0("reason")) }
        guard let last = versions.first else { return nil }
        return FormNews(at: last.at, reasons: versions.compactMap(\.reason), items: items)
    }
}

extension FormVersion.Part {
    /// By the name of what differs in a question.
    fileprivate init?(stored name: String) {
        switch name {
        case "added": self = .added
        case "prompt": self = .wording
        case "hint": self = .hint
        case "section": self = .section
        case "isRequired": self = .optional
        case "maxLength", "settings", "files": self = .answer
        default: return nil
        }
    }
}

extension Transaction {
    func store(_ revision: FormRevision, of id: CallForApplications.ID, in tenant: Tenant.ID) async throws {
        for question in revision.changed {
            try await execute(
                """
                -- reviseForm: question
                UPDATE call_questions SET
                    prompt = \(question.prompt), hint = \(question.hint), required = \(question.isRequired),
                    max_length = \(question.maxLength), files = \(question.files.map { JSONB($0) }),
                    settings = \(JSONB(question.settings)), section = \(question.section.map { JSONB($0) })
                WHERE tenant_id = acting_tenant() AND call_id = \(id) AND id = \(question.id)
                """)
        }
        if revision.isRenumbered {
            // Out of the way first: no two stand at one place at any moment.
            try await execute(
                """
                -- reviseForm: room
                UPDATE call_questions SET position = position + 100000
                WHERE tenant_id = acting_tenant() AND call_id = \(id)
                """)
            try await execute(
                """
                -- reviseForm: places
                UPDATE call_questions AS q SET position = fresh.position
                FROM unnest(\(revision.questions.map(\.id)), \(revision.questions.map(\.position)))
                    AS fresh (id, position)
                WHERE q.tenant_id = acting_tenant() AND q.call_id = \(id) AND q.id = fresh.id
                """)
        }
        for question in revision.added {
            try await execute(
                """
                -- reviseForm: further question
                INSERT INTO call_questions (
                    tenant_id, call_id, id, position, prompt, hint, required, max_length, audience, files, kind, settings,
                    section, condition, from_round, streams, added_in)
                VALUES (\(tenant), \(id), \(question.id), \(question.position), \(question.prompt), \(question.hint),
                        \(question.isRequired), \(question.maxLength), \(question.audience.rawValue),
                        \(question.files.map { JSONB($0) }), \(question.kind.rawValue), \(JSONB(question.settings)),
                        \(question.section.map { JSONB($0) }), \(question.condition.map { JSONB($0) }),
                        \(question.fromRound), \(question.streams), \(question.addedIn))
                """)
        }
    }

    func insertFormVersion(
        of id: CallForApplications.ID, because reason: ShortText, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        // Its number and its questions are the triggers'.
        try await execute(
            """
            -- reviseForm: version
            INSERT INTO form_versions (tenant_id, call_id, number, made_by, reason)
            VALUES (\(tenant), \(id), 2, \(person), \(reason))
            """)
    }
}
