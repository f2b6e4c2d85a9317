internal import API
package import Accounts
package import Postgres
internal import Programs
internal import Vocabulary

extension Transaction {
    /// Takes earlier answers and files of the startup into a draft. Nothing but what was picked is overwritten, and of that
    /// nothing that somebody else has changed since; files come to those that are there.
    ///
    /// Throws what `saveAnswers` throws, or `DocumentRefusal`; invalid for a pick that is nothing of the startup.
    ///
    /// - Parameter waitsForScanner: whether a scanner has the next word on files that none has seen.
    package func reuseAnswers(
        _ picks: [AnswerPick], _ files: [DocumentPick] = [], in id: Application.ID, waitsForScanner: Bool = false,
        by person: Person.ID
    ) async throws -> SavedAnswers {
        guard let draft = try await lockApplication(id) else { throw Problem.notFound }
        let earlier = try await earlierAnswers(besides: id)
        var edits: [CallForApplications.Question.ID: AnswerEdit] = [:]
        var errors: [Problem.FieldError] = []
        for (index, pick) in picks.enumerated() {
            guard
                let answer = earlier.first(where: { $0.application == pick.application && $0.question == pick.from })
            else {
                errors.append(.init("/answers/\(index)", .unknown, "is not an earlier answer of the startup"))
                continue
            }
            guard edits.updateValue(AnswerEdit(answer.text, seen: pick.seen), forKey: pick.question) == nil else {
                errors.append(.init("/answers/\(index)", .repeated, "is the second answer to its question"))
                continue
            }
        }
        let lying = files.isEmpty ? [] : try await earlierDocuments(besides: id).map(\.document)
        let asked = files.isEmpty ? [] : try await call(draft.call)?.asking(draft).questions ?? []
        var taken: [(Document, CallForApplications.Question)] = []
        for (index, pick) in files.enumerated() {
            guard let document = lying.first(where: { $0.application == pick.application && $0.id == pick.document })
            else {
                errors.append(.init("/documents/\(index)", .unknown, "is not an earlier document of the startup"))
                continue
            }
            guard let question = asked.first(where: { $0.id == pick.question && $0.files != nil }) else {
                errors.append(.init("/documents/\(index)", .unknown, "is not a question that is answered by files"))
                continue
            }
            taken.append((document, question))
        }
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
        let saved = try await saveAnswers(edits, of: id, by: person)
        guard !taken.isEmpty, saved.conflicts.isEmpty else { return saved }
        try await checkReopened(taken.map(\.1.id), of: saved.application)
        for (document, question) in taken {
            try await takeDocument(
                document, to: question, of: saved.application, waitsForScanner: waitsForScanner, by: person)
        }
        var application = saved.application
        (application.version, application.savedAt) = try await noteAnswers(of: application)
        return SavedAnswers(application: application, conflicts: [], edits: saved.edits)
    }

    /// Begins again what the startup took back, with the answers and files it gave to what is asked first, what it declared
    /// and the order of streams it had, while the call is open. What it was asked in later rounds may never be asked again,
    /// and stays where it was answered.
    ///
    /// Throws `ApplicationRefusal`, or not found; refused by `applications_once_per_call`.
    package func beginAgain(
        from earlier: Application.ID, as id: Application.ID, in tenant: Tenant.ID, waitsForScanner: Bool = false,
        by person: Person.ID
    ) async throws -> Application {
        guard let before = try await lockApplication(earlier) else { throw Problem.notFound }
        guard before.state == .withdrawn else { throw ApplicationRefusal.wrongState(before.state, for: .beginAgain) }
        guard let questions = try await call(before.call)?.asking(upTo: 1).questions else { throw Problem.notFound }
        let asked = Set(questions.map(\.id))
        let (answers, choices) = (
            try await answers(of: earlier).filter { asked.contains($0.question) }, try await streamChoices(of: earlier)
        )
        let files = try await documents(of: earlier).filter {
            $0.state != .rejected && $0.damagedAt == nil && asked.contains($0.question)
        }
        let facts = try await declaredFacts(of: earlier)
        let draft = try await beginApplication(
            to: before.call, for: before.startup, as: id, in: tenant, by: person)
        if !choices.isEmpty { _ = try await chooseStreams(choices, of: id, by: person) }
        if let facts { try await store(facts, of: draft, by: person) }
        for document in files {
            guard let question = questions.first(where: { $0.id == document.question }) else { continue }
            try await takeDocument(document, to: question, of: draft, waitsForScanner: waitsForScanner, by: person)
        }
        guard !answers.isEmpty || !files.isEmpty else { return draft }
        return try await saveAnswers(
            Dictionary(answers.map { ($0.question, AnswerEdit($0.text)) }, uniquingKeysWith: { first, _ in first }),
            of: id, by: person
        ).application
    }
}
