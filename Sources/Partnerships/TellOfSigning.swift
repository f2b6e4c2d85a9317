internal import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
internal import Letters
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Writes to a person that they are asked to sign, or no longer are, or need not since a manager recorded that their party has, and
/// to who asked them what they did. A job, because neither
/// may look up the other.
struct TellOfSigning: Job {
    static let kind = "partnerships.tell-of-signing"
    static let maxAttempts = 5

    /// What happened.
    enum Step: String, Codable, Sendable, CaseIterable {
        case asked, signed, refused, settled
        case takenBack = "taken_back"
    }

    let mou: UUID
    let party: UUID
    let step: Step
    /// Whom the letter is for that says that they are asked, or no longer are: another may be asked in their place before it is
    /// written.
    let person: UUID?
    /// What was to be signed, where it was not the agreement itself.
    var amendment: UUID? = nil
    /// Which amendment that was, where it is withdrawn and can be looked up no more.
    var number: Int? = nil
}

extension TellOfSigning {
    init(
        _ mou: MoU.ID, _ amendment: Amendment.ID?, of party: Institution.ID, _ step: Step, _ person: Person.ID? = nil,
        number: Int? = nil
    ) {
        self.init(
            mou: mou.uuid, party: party.uuid, step: step, person: person?.uuid, amendment: amendment?.uuid,
            number: number)
    }
}

extension Transaction {
    /// Writes the letter of a step. Whoever was asked in another's place meanwhile, or has left, is not written to.
    func tell(of told: TellOfSigning) async throws {
        let (id, party) = (MoU.ID(told.mou), Institution.ID(told.party))
        guard let mou = try await mou(id) else { return }
        let amendment = try await amendments(of: id).first { $0.id.uuid == told.amendment }
        guard amendment != nil || told.amendment == nil || told.number != nil else { return }
        let names = try await institutionNames([party])
        for reader in try await readers(of: told) {
            try await writeLetter(
                letter(of: told, to: reader, about: mou, amendment, party: names[party]), held: false)
        }
    }

    private func readers(of told: TellOfSigning) async throws -> [Person.ID] {
        let (party, person) = (Institution.ID(told.party), told.person.map { Person.ID($0) })
        let readers = try await readers(
            ofRequestOf: MoU.ID(told.mou), amendment: told.amendment.map { Amendment.ID($0) }, for: party)
        switch told.step {
        case .asked: return readers.asked.map { person == nil || $0 == person ? [$0] : [] } ?? []
        case .takenBack:
            guard let person, readers.asked != person, try await isStaff(person, of: party) else { return [] }
            return [person]
        case .settled:
            guard let person, try await isStaff(person, of: party) else { return [] }
            return [person]
        case .signed, .refused: return readers.askers
        }
    }

    private func letter(
        of told: TellOfSigning, to reader: Person.ID, about mou: MoU, _ amendment: Amendment?,
        party name: LocalizedName?
    ) -> NewLetter {
        NewLetter(.notice, to: reader, about: Letter.Topic("mou", mou.id)) { reader in
            let t = PageKit.partnerships.texts(in: reader.pageLanguage)
            let spoken = Vocabulary.Language(reader.pageLanguage)
            let values = [
                "name": LetterText.quoted(reader.name), "mou": LetterText.quoted(mou.title.text(for: spoken)),
                "reference": LetterText.quoted(mou.reference.string),
                "party": LetterText.quoted(name?.text(for: spoken) ?? t("institution.unnamed")),
                "number": (amendment?.number ?? told.number).map { "\($0)" } ?? "",
                "day": amendment?.effectiveOn.text(in: reader.pageLanguage) ?? "",
            ]
            let page: SafeURL =
                switch told.step {
                case .asked: MoU.signature(of: mou.id, amendment?.id)
                case .takenBack, .settled: "/partner/agreements/\(mou.id)"
                case .signed, .refused: "/console/mous/\(mou.id)"
                }
            let subject: String
            let paragraph: String
            if told.amendment == nil {
                subject = t("letter.subject.signing_\(told.step.rawValue)", values)
                paragraph = t("letter.signing_\(told.step.rawValue)", values)
            } else {
                subject = t("letter.subject.amending_\(told.step.rawValue)", values)
                paragraph = t("letter.amending_\(told.step.rawValue)", values)
            }
            return try LetterText(
                subject: subject, paragraphs: [t("letter.salutation", values), paragraph],
                action: LetterText.Action(Name(t("letter.open")), to: page))
        }
    }
}
