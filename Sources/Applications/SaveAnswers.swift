internal import API
package import Accounts
internal import Foundation
package import Postgres
package import Programs
package import Vocabulary

/// What became of answers that were saved.
package struct SavedAnswers: Sendable {
    /// An edit that was not stored, because somebody else had changed the same answer.
    package struct Conflict: Sendable {
        /// The question.
        package let question: CallForApplications.Question.ID
        /// What stands there now; nil when it was cleared.
        package let stored: LongText?
    }

    /// The draft as it is now.
    package let application: Application
    /// What was left as it was. All else is stored.
    package let conflicts: [Conflict]
    /// What was asked for, in the form in which it is stored: what the writer has seen from now on of each answer that is in no
    /// conflict. What stands there a moment later may be somebody else's already.
    package let edits: [CallForApplications.Question.ID: AnswerEdit]
}

extension Transaction {
    /// Saves any of a draft's answers, one or all. Incomplete and too long ones are welcome; what is not mentioned stays. What
    /// can be read as the kind that is asked for is stored in its one canonical form, all else as it was typed.
    ///
    /// Throws `ApplicationRefusal.answersAreFrozen`, `ChangesRefusal.notReopened`, or invalid for a question that is not one of the call's. An edit
    /// that would overwrite somebody else's newer text is reported, and the others are saved.
    ///
    /// - Parameter matching: looks at the version being changed, under its lock.
    package func saveAnswers(
        _ edits: [CallForApplications.Question.ID: AnswerEdit], of id: Application.ID, by person: Person.ID,
        matching: (Application) async throws -> Void = { _ in }
    ) async throws -> SavedAnswers {
        guard var application = try await lockApplication(id) else { throw Problem.notFound }
        try await matching(application)
        try application.checkAnswersAreOpen()
        try await checkReopened(edits.keys, of: application)
        guard let call = try await call(application.call)?.asking(application) else {
            throw Problem.notFound
        }
        try call.checkQuestions(edits.keys)
        let edits = call.canonical(edits)

        let stored = Dictionary(uniqueKeysWithValues: try await answers(of: id).map { ($0.question, $0.text) })
        var (texts, cleared): ([(CallForApplications.Question.ID, LongText)], [CallForApplications.Question.ID]) = (
            [], []
        )
        var conflicts: [SavedAnswers.Conflict] = []
        for question in call.questions {
            guard let edit = edits[question.id] else { continue }
            switch (edit.outcome(over: stored[question.id]), edit.text) {
            case (.keep, _): break
            case (.save, let text?): texts.append((question.id, text))
            case (.save, nil): cleared.append(question.id)
            case (.conflict, _): conflicts.append(.init(question: question.id, stored: stored[question.id]))
            }
        }
        if !texts.isEmpty { try await store(texts, of: application, by: person) }
        if !cleared.isEmpty { try await clear(cleared, of: application) }
        // A save that changes nothing is still a save: the writer is told a fresh time.
        if conflicts.count < max(edits.count, 1) {
            (application.version, application.savedAt) = try await noteAnswers(of: application, to: call)
        }
        return SavedAnswers(application: application, conflicts: conflicts, edits: edits)
    }
}

extension CallForApplications {
    /// Refuses answers to questions of another call.
    func checkQuestions(_ asked: some Collection<Question.ID>) throws(Problem) {
        let known = Set(questions.filter { $0.files == nil }.map(\.id))
        let unknown = asked.filter { !known.contains($0) }.sorted()
        guard unknown.isEmpty else {
            throw Problem(
                .invalid, "An answer belongs to no question of the call.",
                errors: unknown.map {
                    .init("/answers/\($0)", .unknown, "is not a question of this call that is answered by text")
                })
        }
    }
}
