internal import Forms
package import Postgres
internal import Programs
internal import Vocabulary

extension Statements {
    /// What the acting founder's startup answered in its other applications, the latest first.
    func earlierAnswers(besides id: Application.ID) async throws -> [EarlierAnswer] {
        try await rows(
            """
            -- earlierAnswers
            SELECT w.application_id, c.title, w.question_id, q.prompt, w.text, w.saved_at, q.kind
            FROM application_answers AS w
            JOIN applications AS a ON a.tenant_id = w.tenant_id AND a.id = w.application_id
            JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
            JOIN call_questions AS q ON q.tenant_id = w.tenant_id AND q.call_id = w.call_id AND q.id = w.question_id
            WHERE w.tenant_id = acting_tenant() AND acts_as('founder') AND a.startup_id = acting_institution()
              AND a.id <> \(id)
            ORDER BY w.saved_at DESC, w.application_id, w.question_id
            LIMIT 1000
            """
        ).map { row in
            try EarlierAnswer(
                application: row("application_id"), callTitle: row("title"), question: row("question_id"),
                prompt: row("prompt"), text: row("text"), savedAt: row("saved_at"),
                kind: Field.Kind(rawValue: row("kind")) ?? .longText)
        }
    }

    /// The files that the acting founder's startup gave in its other applications and that are known to be clean, the latest
    /// first.
    func earlierDocuments(besides id: Application.ID) async throws -> [EarlierDocument] {
        try await rows(
            """
            -- earlierDocuments
            SELECT d.id, d.application_id, d.question_id, d.name, d.media_type, d.bytes, d.sha256, d.state, d.scanner,
                   d.reason, d.uploaded_at, d.damaged_at, c.title, q.prompt
            FROM documents AS d
            JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
            JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
            JOIN call_questions AS q ON q.tenant_id = d.tenant_id AND q.call_id = d.call_id AND q.id = d.question_id
            WHERE d.tenant_id = acting_tenant() AND acts_as('founder') AND a.startup_id = acting_institution()
              AND a.id <> \(id) AND d.removed_at IS NULL AND d.state = 'clean' AND d.damaged_at IS NULL
            ORDER BY d.uploaded_at DESC, d.id
            LIMIT 1000
            """
        ).map { row in
            try EarlierDocument(document: Document(row), callTitle: row("title"), prompt: row("prompt"))
        }
    }

    /// The application of the acting startup to a call that it took back last, if there is one.
    func withdrawnApplication(to call: CallForApplications.ID) async throws -> Application.ID? {
        try await first(
            """
            -- withdrawnApplication
            SELECT id FROM applications
            WHERE tenant_id = acting_tenant() AND call_id = \(call) AND startup_id = acting_institution()
              AND withdrawn_at IS NOT NULL
            ORDER BY withdrawn_at DESC LIMIT 1
            """
        ).map { try $0("id") }
    }

    /// Earlier answers of the acting founder's startup that fit questions of a draft; nil when there is no such
    /// application, or nothing of it is open.
    package func reusableAnswers(for id: Application.ID) async throws -> [ReusableAnswer]? {
        guard let draft = try await dossier(id)?.draft,
            [.draft, .changesRequested].contains(draft.summary.application.state)
        else { return nil }
        return ReusableAnswer.offers(
            for: draft.reopened.asking(of: draft.choices).questions, answered: draft.answers,
            from: try await earlierAnswers(besides: id))
    }

    /// Earlier files of the acting founder's startup that fit questions of a draft; nil as for answers.
    package func reusableDocuments(for id: Application.ID) async throws -> [ReusableDocument]? {
        guard let draft = try await dossier(id)?.draft,
            [.draft, .changesRequested].contains(draft.summary.application.state)
        else { return nil }
        return ReusableDocument.offers(
            for: draft.reopened.asking(of: draft.choices).questions, having: draft.documents,
            from: try await earlierDocuments(besides: id))
    }
}
