internal import API
internal import Accounts
package import Foundation
package import Jobs
package import Letters
internal import Pages
internal import Postgres
internal import Vocabulary

/// Writes to an address that somebody registered with. The link is made when the letter goes out, so that no copy of it is
/// kept anywhere; every try has its own, and the last letter's is the one that opens.
package struct SendRegistrationLink: Job {
    /// The name it is stored under.
    package static let kind = "applications.send-registration-link"
    /// Some two days: pauses double from seconds to an hour.
    package static let maxAttempts = 60
    /// Longer than the mailer's own time limit.
    package static let timeLimit = Duration.seconds(240)

    /// The registration.
    package let registration: UUID
}

extension ApplicationsRoom {
    /// Says how registrations are answered. Without it they wait: a worker that has no mail server leaves them to one that has.
    package static func register(in worker: Worker, post: LetterPost) {
        worker.register(SendRegistrationLink.self, acting: .system) { job, run in
            let id = Registration.ID(job.registration)
            let written = try await run.write { transaction in
                try await transaction.forgetRegistrations()
                return try await transaction.writeRegistrationLetter(id)
            }
            guard let (text, registration, moment) = written else { return }
            // What is refused for good has no reader, and nobody waits to hear of it.
            _ = try await post.hand(
                text, called: "registration.\(id).\(run.attempt)", to: registration.email, in: registration.language,
                at: moment, of: registration.workspace)
        }
    }
}

extension Transaction {
    /// What the owner of an address is told, and the link that goes with it. Nothing is said that somebody typed: the letter
    /// goes to whom they named, and is the park's.
    fileprivate func writeRegistrationLetter(
        _ id: Registration.ID
    ) async throws -> (text: LetterText, registration: Registration, moment: Date)? {
        guard let registration = try await unusedRegistration(id) else { return nil }
        let holder = try await self.holder(of: registration.email, seatedAs: Registration.seatsThatStay)
        guard holder?.isDisabled != true else { return nil }
        let t = PageKit.applications.texts(in: Pages.Language(tag: registration.language.rawValue) ?? .english)
        let names = [
            "call": LetterText.quoted(registration.callTitle.text(for: registration.language)),
            "workspace": LetterText.quoted(registration.workspace),
        ]
        if holder?.isSeated == true {
            let page = ("/sign-in" as SafeURL).adding([("next", "/portal/calls/\(registration.call)/apply")])
            let text = try LetterText(
                subject: t("letter.registered_subject", names),
                paragraphs: [t("letter.registration_greeting"), t("letter.registered", names)],
                action: LetterText.Action(Name(t("letter.registered_see")), to: page))
            return (text, registration, now)
        }
        let link = WorkspaceSecret(in: registration.tenant)
        try await renewLink(of: id, to: link.secret)
        let body =
            holder?.hasPassword == true ? t("letter.registration_account", names) : t("letter.registration", names)
        let text = try LetterText(
            subject: t("letter.registration_subject", names),
            paragraphs: [t("letter.registration_greeting"), body, t("letter.registration_until")],
            action: LetterText.Action(
                Name(t("letter.registration_see")),
                to: ("/registration" as SafeURL).adding([
                    ("code", link.secret.text), ("lang", registration.language.rawValue),
                ])))
        return (text, registration, now)
    }
}
