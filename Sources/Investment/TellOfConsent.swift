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
        try await tellFounders(of: startup) { t in
            let named = [
                "purpose": t("purpose.\(consent.purpose.rawValue)"),
                "audience": consent.audience.words(for: consent.purpose, t),
            ]
            return { t("letter.consent", $0.merging(named) { $1 }) }
        }
    }

    /// Writes to the founders of startups for which a file has agreed, one letter a person and startup, unless something else has
    /// been decided since.
    func tell(of told: TellOfImportedConsents) async throws {
        for id in told.startups.map({ Startup.ID($0) }) {
            guard let startup = try await startup(id) else { continue }
            let purposes = try await consents(of: id)
                .filter { $0.supersededAt == nil && $0.decidedAs == .system && $0.audience == .everyone }
                .map(\.purpose).sorted { $0.rawValue > $1.rawValue }
            guard !purposes.isEmpty else { continue }
            try await tellFounders(of: startup) { t in
                let named = purposes.map { t("purpose.\($0.rawValue)") }.joined(separator: t("list.separator"))
                return { t("letter.consent_by_file", $0.merging(["purposes": named]) { $1 }) }
            }
        }
    }

    /// - Parameter words: what the letter says, in a language and with the reader's and the startup's name.
    private func tellFounders(
        of startup: Startup, _ words: @escaping @Sendable (Texts) -> ([String: String]) -> String
    ) async throws {
        let founders = try await founders(of: startup.id)
        let seated = try await seated(founders)
        for founder in founders where seated.contains(founder) {
            let letter = NewLetter(.notice, to: founder, about: Letter.Topic("startup", startup.id)) { reader in
                let t = PageKit.investment.texts(in: reader.pageLanguage)
                let names = [
                    "name": LetterText.quoted(reader.name),
                    "startup": LetterText.quoted(startup.name.text(for: Vocabulary.Language(reader.pageLanguage))),
                ]
                return try LetterText(
                    subject: t("letter.consent_subject", names),
                    paragraphs: [t("letter.salutation", names), words(t)(names)],
                    action: LetterText.Action(Name(t("letter.see_consents")), to: "/consents"))
            }
            try await writeLetter(letter, held: false)
        }
    }
}
