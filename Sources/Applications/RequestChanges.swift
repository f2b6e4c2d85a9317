internal import API
package import Accounts
internal import Foundation
package import Postgres
internal import Programs
package import Vocabulary

extension Transaction {
    /// Asks a startup to change its answers to some questions, and facts it declared, by a day. Only those open again, and a letter to each founder
    /// goes out at once: writing the request was the look that letters to applicants get.
    ///
    /// Throws `ChangesRefusal`, `ApplicationRefusal`, or not found.
    package func requestChanges(
        _ wanted: ChangesWanted, of id: Application.ID, as request: ChangeRequest.ID, by person: Person.ID
    ) async throws -> ChangeRequest {
        guard var application = try await lockApplication(id),
            let call = try await call(application.call)?.asking(application)
                .asking(of: try await streamChoices(of: id))
        else { throw Problem.notFound }
        guard try await !isTheirOwn(id) else { throw ChangesRefusal.theirOwn }
        guard !wanted.questions.isEmpty || !wanted.facts.isEmpty else { throw ChangesRefusal.nothingNamed }
        let known = Set(call.questions.map(\.id))
        let unknown = wanted.questions.indices.filter { !known.contains(wanted.questions[$0]) }
        guard unknown.isEmpty else {
            throw Problem(
                .invalid,
                errors: unknown.map { .init("/questions/\($0)", .unknown, "is not a question of this call") })
        }
        let asked = try await conditions(of: call.id).askedFacts
        let strange = wanted.facts.indices.filter { !asked.contains(wanted.facts[$0]) }
        guard strange.isEmpty else {
            throw Problem(
                .invalid,
                errors: strange.map { .init("/facts/\($0)", .unknown, "is no fact that the call asks for") })
        }
        guard let due = wanted.dueOn.end(in: call.deadline.zone), due > now else { throw ChangesRefusal.dueInThePast }
        // A changed answer may lead to questions that were not asked before: those open with it.
        let following = call.following(wanted.questions).subtracting(wanted.questions)
        let wanted = ChangesWanted(
            wanted.message, to: wanted.questions + call.questions.map(\.id).filter(following.contains),
            facts: wanted.facts, by: wanted.dueOn)
        let from = application.state
        try application.requestChanges()
        try await insert(wanted, as: request, of: application, from: from, due: due, by: person)
        application = try await settle(application, from: from, by: person, note: wanted.message)
        try await announce(
            application, as: "changes_requested", note: wanted.message, until: wanted.dueOn, held: false)
        return try await changeRequest(request, of: id)
    }

    /// Gives a startup more time for its changes, also after the day has passed.
    ///
    /// Throws `ChangesRefusal`, or not found.
    package func extendChanges(
        _ request: ChangeRequest.ID, of id: Application.ID, to dueOn: CalendarDate, by person: Person.ID
    ) async throws -> ChangeRequest {
        let (application, open, call) = try await openRequest(request, of: id)
        guard try await !isTheirOwn(id) else { throw ChangesRefusal.theirOwn }
        guard let due = dueOn.end(in: call.deadline.zone), due > now else { throw ChangesRefusal.dueInThePast }
        guard due > open.dueAt else { throw ChangesRefusal.dueNotLater }
        try await extend(request, of: id, to: due)
        try await record(ApplicationEvent.ID(), of: application, from: application.state, by: person)
        try await announce(
            application, as: open.round == nil ? "changes_extended" : "questions_extended", note: nil, until: dueOn,
            held: false)
        return try await changeRequest(request, of: id)
    }

    /// Goes on with what was handed in before; what the startup has written since the request goes.
    ///
    /// Throws `ChangesRefusal`, or not found.
    package func cancelChanges(
        _ request: ChangeRequest.ID, of id: Application.ID, by person: Person.ID
    ) async throws -> Application {
        var (application, open, _) = try await openRequest(request, of: id)
        guard try await !isTheirOwn(id) else { throw ChangesRefusal.theirOwn }
        try application.cancelChanges(open, among: try await changeRequests(of: id))
        try await cancel(request, of: id, by: person)
        application = try await settle(application, from: .changesRequested, by: person)
        (application.version, application.savedAt) = try await noteAnswers(of: application)
        try await announce(
            application, as: open.round == nil ? "changes_cancelled" : "questions_cancelled", note: nil, held: false)
        return application
    }

    /// Hands the changes in: the answers that were asked about are complete, a further snapshot is kept with what is found
    /// of each condition that day, the application goes back to where it stood, and whoever asked is told. A condition that
    /// is met no more refuses nothing: what the park asked for is handed in, and whoever screens it reads the finding.
    ///
    /// Throws `ChangesRefusal`, `ApplicationRefusal`, or not found.
    package func resubmitApplication(_ id: Application.ID, by person: Person.ID) async throws -> Application {
        guard var application = try await lockApplication(id), let call = try await call(application.call) else {
            throw Problem.notFound
        }
        guard application.state == .changesRequested, let request = try await changeRequests(of: id).first else {
            throw ApplicationRefusal.wrongState(application.state, for: .resubmit)
        }
        if call.formVersion ?? 1 > 1 {
            (application.version, application.savedAt) = try await noteAnswers(of: application)
        }
        let asked = Set(request.questions)
        let completeness = Completeness(
            of: call.asking(application).questions, naming: try await streamChoices(of: id),
            answers: try await answers(of: id), documents: try await documents(of: id), only: asked)
        try application.resubmit(request, with: completeness, now: now)
        let today = CalendarDate(now, in: call.deadline.zone)
        try await insert(try await eligibility(of: application, to: call, on: today).report, of: application)
        application = try await settle(application, from: .changesRequested, by: person)
        try await takeSnapshot(of: id, answering: request.id, by: person)
        try await tellOfChanges(application, request)
        return application
    }

    /// Refuses edits of answers that were not asked about, while changes are.
    func checkReopened(
        _ questions: some Collection<CallForApplications.Question.ID>, of application: Application
    ) async throws {
        guard application.state == .changesRequested else { return }
        let open = Set(try await changeRequests(of: application.id).first?.questions ?? [])
        let closed = questions.filter { !open.contains($0) }.sorted()
        guard closed.isEmpty else { throw ChangesRefusal.notReopened(closed) }
    }

    private func openRequest(
        _ request: ChangeRequest.ID, of id: Application.ID
    ) async throws -> (Application, ChangeRequest, CallForApplications) {
        guard let application = try await lockApplication(id), let call = try await call(application.call) else {
            throw Problem.notFound
        }
        let requests = try await changeRequests(of: id)
        guard requests.contains(where: { $0.id == request }) else { throw Problem.notFound }
        guard application.state == .changesRequested, let open = requests.first, open.id == request else {
            throw ChangesRefusal.notOpen
        }
        return (application, open, call)
    }

    /// A request that was made.
    func changeRequest(_ request: ChangeRequest.ID, of id: Application.ID) async throws -> ChangeRequest {
        guard let found = try await changeRequests(of: id).first(where: { $0.id == request }) else {
            throw Problem.notFound
        }
        return found
    }
}
