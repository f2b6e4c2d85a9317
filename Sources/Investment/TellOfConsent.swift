internal import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
internal import Letters
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Writes to a startup's founders that the park has decided in its place to whom it may be shown. A job, because the park need
/// not know whom the startup consists of.
///
/// The letters go out without a look: a manager has just decided what they tell.
struct TellOfConsent: Job {
    static let kind = "investment.tell-of-consent"
    static let maxAttempts = 5

    let startup: UUID
    /// Which of the startup's decisions.
    let number: Int
}

extension Transaction {
    /// Writes the letters, unless something else has been decided since.
    func tell(of told: TellOfConsent) async throws {
        let id = Startup.ID(told.startup)
        guard let startup = try await startup(id),
            let consent = try await consents(of: id).first(where: { $0.number == told.number }),
            consent.supersededAt == nil
        else { return }
        let founders = try await founders(of: id)
        let seated = try await seated(founders)
        for founder in founders where seated.contains(founder) {
            let letter = NewLetter(.notice, to: founder, about: Letter.Topic("startup", id)) { reader in
                let t = PageKit.investment.texts(in: reader.pageLanguage)
                let names = [
                    "name": LetterText.quoted(reader.name),
                    "startup": LetterText.quoted(startup.name.text(for: Vocabulary.Language(reader.pageLanguage))),
                    "purpose": t("purpose.\(consent.purpose.rawValue)"),
                    "audience": t("audience.\(consent.audience.rawValue)"),
                ]
                return try LetterText(
                    subject: t("letter.consent_subject", names),
                    paragraphs: [t("letter.salutation", names), t("letter.consent", names)],
                    action: LetterText.Action(Name(t("letter.see_consents")), to: "/consents"))
            }
            try await writeLetter(letter, held: false)
        }
    }
}
