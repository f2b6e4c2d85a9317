internal import Accounts
internal import Applications
internal import Decisions
internal import Foundation
internal import Postgres
internal import Vocabulary

extension GoldenYear {
    /// What follows a release: two managers put the first of those rejected on the waiting list after all, and of the others
    /// some appeal. One appeal in five is granted; whoever wins it is in review again.
    func reconsider(_ call: Call, _ rejected: [Application.ID]) async throws {
        guard let first = rejected.first else { return }
        try await database.write(as: context) { transaction in
            let change = try await transaction.proposeChange(
                of: first, to: Preparation(.waitlist, note: LongText("A place may become free after all.")),
                because: LongText("The panel's note on the team had been overlooked."), as: id("change \(call.number)"),
                in: tenant.id, by: manager.id)
            _ = try await transaction.confirmChange(change.id, by: deputy.id)
        }
        let applicants = Dictionary(uniqueKeysWithValues: applicants.map { ($0.id, $0) })
        try await each(rejected.dropFirst().compactMap { applicants[$0] }) { applicant, transaction in
            var draw = draw("appeal \(applicant.number)")
            guard draw.share() < 0.08 else { return }
            _ = try await transaction.lodgeAppeal(
                against: applicant.id, saying: LongText("The second pilot began after we had handed in."),
                in: tenant.id, by: applicant.startup.founder)
            let isGranted = draw.share() < 0.2
            _ = try await transaction.answerAppeal(
                of: applicant.id, isGranted ? .reopened : .upheld,
                because: isGranted
                    ? LongText("The pilot should have been heard of. The panel looks again.")
                    : LongText("The panel judged what was handed in, and its reasons stand."), by: deputy.id)
        }
    }
}
