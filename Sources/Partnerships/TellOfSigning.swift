internal import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
internal import Letters
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Writes to a person that they are asked to sign, and to who asked them what they did. A job, because neither may look up the
/// other.
struct TellOfSigning: Job {
    static let kind = "partnerships.tell-of-signing"
    static let maxAttempts = 5

    /// What happened.
    enum Step: String, Codable, Sendable, CaseIterable {
        case asked, signed, refused
    }

    let mou: UUID
    let party: UUID
    let step: Step
    /// Whom the letter is for that says that they are asked: another may be asked in their place before it is written.
    let person: UUID?
}

extension Transaction {
    /// Writes the letter of a step. Whoever was asked in another's place meanwhile, or has left, is not written to.
    func tell(of told: TellOfSigning) async throws {
        let (id, party) = (MoU.ID(told.mou), Institution.ID(told.party))
        guard let mou = try await mou(id) else { return }
        let readers = try await readers(ofRequestOf: id, for: party)
        guard let reader = told.step == .asked ? readers.asked : readers.asker else { return }
        if told.step == .asked, let person = told.person, reader.uuid != person { return }
        let names = try await institutionNames([party])
        try await writeLetter(
            NewLetter(.notice, to: reader, about: Letter.Topic("mou", id)) { reader in
                let t = PageKit.partnerships.texts(in: reader.pageLanguage)
                let spoken = Vocabulary.Language(reader.pageLanguage)
                let values = [
                    "name": LetterText.quoted(reader.name), "mou": LetterText.quoted(mou.title.text(for: spoken)),
                    "reference": LetterText.quoted(mou.reference.string),
                    "party": LetterText.quoted(names[party]?.text(for: spoken) ?? t("institution.unnamed")),
                ]
                return try LetterText(
                    subject: t("letter.subject.signing_\(told.step.rawValue)", values),
                    paragraphs: [t("letter.salutation", values), t("letter.signing_\(told.step.rawValue)", values)],
                    action: LetterText.Action(
                        Name(t("letter.open")),
                        to: told.step == .asked ? "/partner/agreements/\(id)/signature" : "/console/mous/\(id)"))
            }, held: false)
    }
}
