internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Vocabulary

struct ListLetters: Codable {
    let state: Letter.State?
    let kind: Letter.Kind?
    let about: UUID?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct ListOwnLetters: Codable {
    let limit: PageSize?
    let cursor: PageCursor?
}

struct LetterPath: Codable {
    let letter: Letter.ID
}

/// Other words for a held letter.
struct Rewriting: Described {
    let subject: ShortText
    let body: LongText
}

/// Letters to be released or cancelled.
struct LetterSelection: Described {
    let letters: [Letter.ID]
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]
}

/// What came of a letter.
struct LetterItem: Described {
    let letter: Letter.ID
    let fault: RowFault?
}

/// The page that a letter leads to.
struct LetterActionView: Described {
    let label: String
    let path: String
}

/// A letter as managers see it.
struct LetterView: Described {
    let id: Letter.ID
    let recipient: Person.ID
    let recipientName: String
    let address: String
    let language: String
    let kind: Letter.Kind
    let aboutNoun: String?
    let aboutID: UUID?
    let subject: String
    let body: String?
    let action: LetterActionView?
    let state: Letter.State
    let writtenAt: Date
    let releasedAt: Date?
    let sentAt: Date?
    let failedAt: Date?
    let cancelledAt: Date?
    let attempts: Int
    let lastReport: String?

    static var documentation: [String: String] {
        [
            "address": "Where it goes: the recipient's address when it was written.",
            "body": "Absent in lists. Paragraphs with blank lines between them, never markup.",
            "lastReport": "What the mail server said last.",
        ]
    }

    init(_ letter: Letter, withBody: Bool = true) {
        id = letter.id
        recipient = letter.recipient
        recipientName = letter.recipientName
        address = letter.address
        language = letter.language.rawValue
        kind = letter.kind
        aboutNoun = letter.about?.noun
        aboutID = letter.about?.id
        subject = letter.text.subject.string
        body = withBody ? letter.text.body.string : nil
        action = letter.text.action.map { LetterActionView(label: $0.label.string, path: $0.page.description) }
        state = letter.state
        writtenAt = letter.writtenAt
        releasedAt = letter.releasedAt
        sentAt = letter.sentAt
        failedAt = letter.failedAt
        cancelledAt = letter.cancelledAt
        attempts = letter.attempts
        lastReport = letter.lastReport
    }
}

/// A letter as its recipient sees it: nothing of how it was made or travelled.
struct OwnLetterView: Described {
    let id: Letter.ID
    let language: String
    let kind: Letter.Kind
    let subject: String
    let body: String
    let action: LetterActionView?
    let releasedAt: Date

    init(_ letter: Letter) {
        id = letter.id
        language = letter.language.rawValue
        kind = letter.kind
        subject = letter.text.subject.string
        body = letter.text.body.string
        action = letter.text.action.map { LetterActionView(label: $0.label.string, path: $0.page.description) }
        releasedAt = letter.releasedAt ?? letter.writtenAt
    }
}
