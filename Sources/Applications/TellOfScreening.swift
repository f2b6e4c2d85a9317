internal import Accounts
internal import Foundation
internal import Jobs
internal import Postgres
internal import Vocabulary

/// Writes to a startup that its application was found not eligible by a partner of its stream, who neither knows its founders
/// nor writes the park's letters.
struct TellOfScreening: Job {
    static let kind = "applications.tell-of-screening"

    /// The application.
    let application: UUID
}

extension Transaction {
    /// Writes the letter, and holds it; none where the application has gone on since.
    func tellOfScreening(of id: Application.ID) async throws {
        guard let application = try await application(id)?.application, application.state == .ineligible else { return }
        let reason = try await history(of: id).last { $0.to == .ineligible && $0.occasion == nil }?.note
        try await announce(application, as: "ineligible", note: reason, held: true)
    }
}
