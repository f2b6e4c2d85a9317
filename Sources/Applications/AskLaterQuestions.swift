internal import API
package import Accounts
internal import Foundation
package import Postgres
internal import Programs
package import Vocabulary

/// The questions of a round, as a manager wants them answered.
package struct QuestionsWanted: Sendable, Equatable {
    /// The round; what comes with earlier ones and was not asked yet is asked with it.
    package let round: Int
    /// What the startup reads above them.
    package let message: LongText
    /// The last day, which counts to its end in the zone of the call.
    package let dueOn: CalendarDate

    /// The questions up to a round, by a day.
    package init(ofRound round: Int, _ message: LongText, by dueOn: CalendarDate) {
        self.round = round
        self.message = message
        self.dueOn = dueOn
    }
}

extension Application {
    /// Asks what comes with a later round: those questions open, as if changes to their answers were requested.
    mutating func askQuestions(
        _ wanted: QuestionsWanted, of form: CallForApplications, naming streams: [ProgramStream.ID], answers: [Answer],
        now: Date
    ) throws(ApplicationRefusal) -> (open: ChangesWanted, due: Date) {
        guard allows(.askQuestions, at: now) else { throw .wrongState(state, for: .askQuestions) }
        let asked = askedRound
        let next = form.asking(of: streams).questions.filter { question in
            question.fromRound.map { asked < $0 && $0 <= wanted.round } ?? false
        }
        // Whose answers lead to none of them has nothing to hand in.
        let led = Completeness(of: form.asking(upTo: wanted.round).questions, naming: streams, answers: answers).asked
        guard let last = next.compactMap(\.fromRound).max(), next.contains(where: { led.contains($0.id) }) else {
            throw .nothingToAsk(round: wanted.round)
        }
        guard let due = wanted.dueOn.end(in: form.deadline.zone), due > now else { throw .dueInThePast }
        state = .changesRequested
        askedRound = last
        return (ChangesWanted(wanted.message, to: next.map(\.id), by: wanted.dueOn), due)
    }
}

extension Transaction {
    /// Asks a startup that advanced what its call asks only from a round on, by a day. It answers as it would change answers:
    /// only these questions are open, and the application comes back to where it stood. A letter goes out at once, for
    /// writing the message was the look.
    ///
    /// Throws `ApplicationRefusal`, or not found.
    package func askLaterQuestions(
        _ wanted: QuestionsWanted, of id: Application.ID, as request: ChangeRequest.ID, by person: Person.ID
    ) async throws -> ChangeRequest {
        guard var application = try await lockApplication(id), let call = try await call(application.call) else {
            throw Problem.notFound
        }
        guard try await !isTheirOwn(id) else { throw ApplicationRefusal.ownStartup }
        let from = application.state
        let (open, due) = try application.askQuestions(
            wanted, of: call, naming: try await streamChoices(of: id), answers: try await answers(of: id), now: now)
        try await insert(
            open, as: request, of: application, from: from, due: due, asking: application.askedRound, by: person)
        application = try await settle(application, from: from, by: person, note: wanted.message)
        _ = try await noteAnswers(of: application)
        try await announce(application, as: "questions_asked", note: wanted.message, until: wanted.dueOn, held: false)
        return try await changeRequest(request, of: id)
    }
}
