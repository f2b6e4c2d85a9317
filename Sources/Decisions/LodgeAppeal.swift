internal import API
package import Accounts
package import Applications
package import Postgres
package import Vocabulary

extension Transaction {
    /// Asks once that a rejection be looked at again, within the days its batch gives, or that an application was found not
    /// eligible, within as many since it was screened.
    ///
    /// Throws `DecisionRefusal`, or not found; refused by `appeals_pkey` and `rejections_are_appealed_in_time`.
    package func lodgeAppeal(
        against application: Application.ID, saying grounds: LongText, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> Appeal {
        guard try await self.application(application) != nil else { throw Problem.notFound }
        guard let decided = try await appealable(application) else { throw DecisionRefusal.nothingToAppeal }
        guard now <= decided.until else { throw DecisionRefusal.appealOver }
        try await insertAppeal(of: application, saying: grounds, in: tenant, by: person)
        try await recordAppeal(of: application, saying: grounds, by: person)
        guard let appeal = try await appeal(of: application) else { throw Problem.notFound }
        return appeal
    }

    /// Hears an appeal: the rejection stands, or the application is judged again; it stays not eligible, or is screened again.
    /// The founders are written to at once.
    ///
    /// Where partners co-decide in its streams, that is what they agreed to: see `proposeAnswer`.
    ///
    /// Throws `DecisionRefusal`, or not found; refused by `appeals_are_heard_by_somebody_else` and
    /// `appeals_are_answered_with_their_partners`.
    package func answerAppeal(
        of application: Application.ID, _ verdict: Appeal.Verdict, because answer: LongText, by person: Person.ID
    ) async throws -> Appeal {
        guard let appeal = try await lockAppeal(of: application) else { throw Problem.notFound }
        guard appeal.verdict == nil else { throw DecisionRefusal.appealAnswered }
        try await checkPartnersAgree(on: application, to: verdict, because: answer)
        try await record(verdict, on: application, because: answer, by: person)
        switch verdict {
        case .upheld: try await upholdRejection(of: application, because: answer, by: person)
        case .reopened:
            // First the application: it may have been decided otherwise since.
            _ = try await reopenApplication(application, because: answer, by: person)
            try await removeDecision(on: application)
        }
        guard let answered = try await self.appeal(of: application) else { throw Problem.notFound }
        return answered
    }
}
