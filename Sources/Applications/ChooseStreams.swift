internal import API
package import Accounts
package import Postgres
package import Programs

extension Transaction {
    /// Puts the streams of a draft in order, under its lock, replacing the order there was. None clears it: a draft may wait.
    ///
    /// Throws `ChoicesRefusal`, `ApplicationRefusal.answersAreFrozen`, or not found.
    ///
    /// - Parameter places: what stands at each place, as a form sends it; nil for nothing.
    /// - Parameter seen: the order that the writer saw when they began; nil when they do not say, and then the last writer
    ///   wins.
    package func chooseStreams(
        _ places: [ProgramStream.ID?], seen: Fingerprint? = nil, of id: Application.ID, by person: Person.ID,
        matching: (Application) async throws -> Void = { _ in }
    ) async throws -> [ProgramStream.ID] {
        guard let application = try await lockApplication(id), let call = try await call(application.call) else {
            throw Problem.notFound
        }
        try await matching(application)
        // What the park asks to be changed are answers; the order was handed in with the rest, and stands.
        guard application.state == .draft else { throw ApplicationRefusal.answersAreFrozen }
        guard call.offersChoice else { throw ChoicesRefusal.nothingToChoose }
        let choices = try StreamChoices(places, among: call.offered)
        let stored = try await streamChoices(of: id)
        guard choices.streams != stored else { return stored }
        if let seen, seen != StreamChoices.fingerprint(of: stored) {
            // A form sends its order also where nobody touched it: it must not carry a co-founder's newer one away.
            guard seen != StreamChoices.fingerprint(of: choices.streams) else { return stored }
            throw ChoicesRefusal.changed(stored)
        }
        try await store(choices.streams, of: application, by: person)
        return choices.streams
    }
}
