package import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
internal import Letters
internal import Pages
package import Postgres
internal import Vocabulary
internal import Wording

/// Writes to the founders of a tenant's startups why investors passed, by reason and never by name: in the first days of a
/// month, and where enough of it is new that nobody's answer can be guessed. One letter a founder, startup and month.
///
/// The letters go out without a look: they say what the founders' page says.
struct TellOfPasses: Job {
    static let kind = "investment.tell-of-passes"
    static let maxAttempts = 3
}

extension Transaction {
    /// Writes what is due of the acting tenant's startups.
    func tellOfPasses() async throws {
        for due in try await passDigestsDue() {
            guard try await note(due), let startup = try await startup(due.startup) else { continue }
            let digest = try await passDigest(of: due.startup, since: due.since, until: due.until)
            guard let investors = digest.investors else { continue }
            for founder in try await founders(toTellOfPassesOf: due.startup) {
                try await writeLetter(
                    Self.letter(digest, of: investors, about: startup, to: founder), held: false)
            }
        }
    }

    /// Has the acting founder written to about it, or not. Throws whatever the database refuses.
    package func choosePassLetters(_ choice: PassLetters, by person: Person.ID) async throws -> PassLetters {
        if choice.wanted { try await wantPassLetters(of: person) } else { try await declinePassLetters(of: person) }
        return try await passLetters()
    }

    private static func letter(
        _ digest: PassDigest, of investors: Int, about startup: Startup, to founder: Person.ID
    ) -> NewLetter {
        NewLetter(.notice, to: founder, about: Letter.Topic("startup", startup.id)) { reader in
            let t = PageKit.investment.texts(in: reader.pageLanguage)
            let values = [
                "name": LetterText.quoted(reader.name),
                "startup": LetterText.quoted(startup.name.text(for: Vocabulary.Language(reader.pageLanguage))),
                "since": digest.since.text(in: reader.pageLanguage),
                "until": digest.until.text(in: reader.pageLanguage),
            ]
            let reasons = digest.reasons.map {
                t("letter.passes_reason", ["reason": t("reason.\($0.reason.rawValue)"), "count": "\($0.investors)"])
            }
            return try LetterText(
                subject: t("letter.passes_subject", values),
                paragraphs: [
                    t("letter.salutation", values), t("letter.passes", count: investors, values),
                    reasons.joined(separator: "\n"), t("letter.passes_note"),
                ],
                action: LetterText.Action(Name(t("letter.see_passes")), to: "/introductions"))
        }
    }
}
