internal import API
package import Accounts
internal import Institutions
package import Postgres
internal import Programs
package import Vocabulary

extension Transaction {
    /// Hands a complete draft in that meets what its call requires, by the database's clock. Its answers and what it declares
    /// are frozen from then on with what was found of each condition, and whoever did it is sent a receipt.
    ///
    /// Throws `ApplicationRefusal`, or not found.
    package func submitApplication(_ id: Application.ID, by person: Person.ID) async throws -> Application {
        guard var application = try await lockApplication(id), let call = try await call(application.call) else {
            throw Problem.notFound
        }
        let streams = call.offersChoice ? try await streamChoices(of: id) : []
        let completeness = Completeness(
            of: call.asking(application).questions, naming: streams,
            answers: try await answers(of: id), documents: try await documents(of: id),
            order: call.gaps(in: streams, at: now))
        // What was saved under an earlier version may be asked, or fit, otherwise by now.
        if call.formVersion ?? 1 > 1 {
            (application.version, application.savedAt) = try await noteAnswers(of: application)
        }
        try application.submit(to: call, with: completeness, now: now)
        let today = CalendarDate(now, in: call.deadline.zone)
        let eligibility = try await eligibility(of: application, to: call, on: today)
        try eligibility.report.checkAdmits()
        if !eligibility.report.results.isEmpty {
            if !eligibility.facts.isDeclared { try await store(eligibility.facts.facts, of: application, by: person) }
            try await insert(eligibility.report, of: application)
        }
        let submitted = try await settle(application, from: .draft, by: person)
        try await takeSnapshot(of: id, by: person)
        try await acknowledgeSubmission(of: submitted, by: person)
        return submitted
    }

    /// Takes an application back, as long as no place was offered. The startup may apply to the same call again.
    ///
    /// Throws `ApplicationRefusal`, or not found.
    package func withdrawApplication(
        _ id: Application.ID, because note: LongText?, by person: Person.ID
    ) async throws -> Application {
        try await move(id, by: person, note: note) { application in try application.withdraw(now: now) }
    }

    /// Locks, asks the transition, saves and records.
    func move(
        _ id: Application.ID, by person: Person.ID?, note: LongText?,
        _ transition: (inout Application) throws -> Void
    ) async throws -> Application {
        guard var application = try await lockApplication(id) else { throw Problem.notFound }
        let from = application.state
        try transition(&application)
        return try await settle(application, from: from, by: person, note: note)
    }

    /// Saves and records.
    ///
    /// - Parameter partner: for which the person acts; nil for the park or the startup.
    func settle(
        _ application: Application, from: Application.State, by person: Person.ID?, for partner: Institution.ID? = nil,
        note: LongText? = nil
    ) async throws -> Application {
        var application = application
        try await save(application)
        try await record(
            ApplicationEvent.ID(), of: application, from: from, by: person, for: partner, note: note)
        application.version += 1
        return application
    }
}
