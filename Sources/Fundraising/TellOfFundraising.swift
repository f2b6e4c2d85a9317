internal import API
internal import Accounts
internal import Files
internal import Foundation
internal import Institutions
internal import Jobs
internal import Letters
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Writes to those who are to know of an indication. A job, because an investor may not know whom a startup consists of.
///
/// These letters go out without a look: they tell what a person on the other side did.
struct TellOfIndication: Job {
    static let kind = "fundraising.tell-of-indication"
    static let maxAttempts = 5

    let round: UUID
    let indication: UUID
    let occasion: Occasion

    enum Occasion: String, Codable, Sendable {
        case given, withdrawn, released
    }
}

/// Writes to the firm that a startup lets read a document.
struct TellOfGrant: Job {
    static let kind = "fundraising.tell-of-grant"
    static let maxAttempts = 5

    let startup: UUID
    let document: UUID
    let investor: UUID
}

extension Transaction {
    /// Writes the letters of an indication: to the founders, or to the investor whom they let go.
    func tell(of told: TellOfIndication) async throws {
        let id = FundingRound.ID(told.round)
        guard let round = try await fundingRound(id),
            let giver = try await giver(of: Indication.ID(told.indication), of: id)
        else { return }
        let founders = try await seated(at: round.startup.uuid, as: Role.founder.rawValue)
        let readers: [Person.ID]
        switch told.occasion {
        // Whom it has blocked the startup does not hear of; it reads every word in its sheet.
        case .given:
            readers = try await isFromWhomItBlocked(Indication.ID(told.indication), of: id) ? [] : founders
        case .withdrawn: readers = founders
        // Who has left the workspace since is not written to.
        case .released:
            guard let firm = try await firm(of: Indication.ID(told.indication), of: id) else { return }
            readers = try await seated(at: firm.uuid, as: Role.investor.rawValue).filter { $0 == giver }
        }
        for reader in readers {
            try await writeLetter(
                NewLetter(.notice, to: reader, about: Letter.Topic("funding_round", id)) { reader in
                    let t = PageKit.fundraising.texts(in: reader.pageLanguage)
                    let names = [
                        "name": LetterText.quoted(reader.name),
                        "startup": LetterText.quoted(
                            round.startupName?.text(for: Vocabulary.Language(reader.pageLanguage)) ?? "–"),
                    ]
                    let page: SafeURL =
                        told.occasion == .released ? "/raising/\(round.startup.description)" : "/round"
                    return try LetterText(
                        subject: t("letter.indication_\(told.occasion.rawValue)_subject", names),
                        paragraphs: [
                            t("letter.salutation", names), t("letter.indication_\(told.occasion.rawValue)", names),
                        ],
                        action: LetterText.Action(Name(t("letter.see_round")), to: page))
                }, held: false)
        }
    }

    /// Has the firms written to that were let read a document before the scanner had found anything of it clean.
    func tellOfGrants(of document: RoomDocument.ID, in startup: Startup.ID) async throws {
        let versions = try await versions(of: document, in: startup)
        guard versions.count(where: { $0.state == .clean }) == 1 else { return }
        for case let investor? in try await roomGrants(of: startup, document: document).map(\.investor) {
            try await enqueue(
                TellOfGrant(startup: startup.uuid, document: document.uuid, investor: investor.uuid))
        }
    }

    /// Writes to everybody who acts for the firm, while it can read what the letter says.
    func tell(of told: TellOfGrant) async throws {
        let startup = Startup.ID(told.startup)
        guard
            try await lets(Institution.ID(told.investor), read: RoomDocument.ID(told.document), of: startup),
            let name = try await institution(Institution.ID(told.startup))?.name,
            let document = try await roomDocument(RoomDocument.ID(told.document), of: startup)
        else { return }
        for reader in try await seated(at: told.investor, as: Role.investor.rawValue) {
            try await writeLetter(
                NewLetter(.notice, to: reader, about: Letter.Topic("data_room", startup)) { reader in
                    let t = PageKit.fundraising.texts(in: reader.pageLanguage)
                    let names = [
                        "name": LetterText.quoted(reader.name), "document": LetterText.quoted(document.title.string),
                        "startup": LetterText.quoted(name.text(for: Vocabulary.Language(reader.pageLanguage))),
                    ]
                    return try LetterText(
                        subject: t("letter.grant_subject", names),
                        paragraphs: [t("letter.salutation", names), t("letter.grant", names)],
                        action: LetterText.Action(
                            Name(t("letter.see_room")), to: "/raising/\(startup.description)"))
                }, held: false)
        }
    }

    /// Notes that a version takes no watermark, once, and tells the founders.
    func note(_ told: NoteUnmarkable) async throws {
        let (startup, id) = (Startup.ID(told.startup), RoomDocument.ID(told.document))
        guard try await recordFault(told.fault, of: told.number, of: id, in: startup),
            let document = try await roomDocument(id, of: startup)
        else { return }
        for reader in try await seated(at: told.startup, as: Role.founder.rawValue) {
            try await writeLetter(
                NewLetter(.notice, to: reader, about: Letter.Topic("data_room", startup)) { reader in
                    let t = PageKit.fundraising.texts(in: reader.pageLanguage)
                    let names = [
                        "name": LetterText.quoted(reader.name), "document": LetterText.quoted(document.title.string),
                        "fault": t("fault.\(told.fault.rawValue)"),
                    ]
                    return try LetterText(
                        subject: t("letter.unmarkable_subject", names),
                        paragraphs: [t("letter.salutation", names), t("letter.unmarkable", names)],
                        action: LetterText.Action(
                            Name(t("letter.see_document")), to: "/data-room/documents/\(id.description)"))
                }, held: false)
        }
    }
}
