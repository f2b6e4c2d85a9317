internal import Accounts
internal import Applications
internal import Institutions
internal import Postgres
internal import Programs
internal import Vocabulary

extension DemoWorld {
    /// An application that waits for changes: the park asks Halyard about two of its answers.
    func askForChanges(at call: CallForApplications.ID, _ transaction: Transaction) async throws {
        let application: Application.ID = demoID("application \(Cast.startup("halyard")) \(call)")
        guard let questions = try await transaction.call(call)?.questions, questions.count > 3 else { return }
        _ = try await transaction.requestChanges(
            ChangesWanted(
                LongText(
                    "Please name the two pilot customers, and say what the second sensor supplier costs. In the plan for "
                        + "the first year, add when you expect the licence."),
                to: [questions[1].id, questions[3].id], by: today.adding(days: 10)),
            of: application, as: demoID("changes halyard"), by: Cast.mei.person.id)
    }
}
