internal import API
package import Accounts
package import Postgres
internal import Programs
internal import Vocabulary

extension Transaction {
    /// Takes earlier answers of the startup into a draft. Nothing but what was picked is overwritten, and of that nothing
    /// that somebody else has changed since.
    ///
    /// Throws what `saveAnswers` throws; invalid for a pick that is no answer of the startup.
    package func reuseAnswers(
        _ picks: [AnswerPick], in id: Application.ID, by person: Person.ID
    ) async throws -> SavedAnswers {
        guard try await lockApplication(id) != nil else { throw Problem.notFound }
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
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
        return try await saveAnswers(edits, of: id, by: person)
    }

    /// Begins again what the startup took back, with the answers it had, while the call is open.
    ///
    /// Throws `ApplicationRefusal`, or not found; refused by `applications_once_per_call`.
    package func beginAgain(
        from earlier: Application.ID, as id: Application.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> Application {
        guard let before = try await lockApplication(earlier) else { throw Problem.notFound }
        guard before.state == .withdrawn else { throw ApplicationRefusal.wrongState(before.state, for: .beginAgain) }
        let answers = try await answers(of: earlier)
        let draft = try await beginApplication(
            to: before.call, for: before.startup, as: id, in: tenant, by: person)
        guard !answers.isEmpty else { return draft }
        return try await saveAnswers(
            Dictionary(answers.map { ($0.question, AnswerEdit($0.text)) }, uniquingKeysWith: { first, _ in first }),
            of: id, by: person
        ).application
    }
}
