package import API
package import Accounts
package import Foundation
package import Pages
package import Vocabulary
internal import Wording

/// A letter of a tenant to one person, by mail and to be read in the product.
///
/// ```
/// held ──► released ──► sent
///   │         ├──► failed ──► released again
///   └────┬────┴──────┴──► cancelled
/// ```
package struct Letter: Sendable, Identifiable {
    /// Names a letter within its tenant.
    package typealias ID = Identifier<Letter>

    /// As far as letters that wait for nobody are counted for the outbox.
    package static let mostCounted = 1_000

    /// The letter.
    package let id: ID
    /// Whom it is for.
    package let recipient: Person.ID
    /// What they were called when it was written.
    package let recipientName: String
    /// Where it goes: their address when it was written.
    package let address: String
    /// The language of its words, which was theirs.
    package let language: Vocabulary.Language
    /// Why it was written.
    package let kind: Kind
    /// What it is about.
    package let about: Topic?
    /// Which of its wordings counts, from 1.
    package let version: Int
    /// What it says.
    package let text: LetterText
    /// Where it stands.
    package let state: State
    /// When it was written.
    package let writtenAt: Date
    /// Since when it may go out.
    package let releasedAt: Date?
    /// When the mail server took it.
    package let sentAt: Date?
    /// When it was given up.
    package let failedAt: Date?
    /// When somebody decided that it does not go out.
    package let cancelledAt: Date?
    /// How often it was tried.
    package let attempts: Int
    /// What came of the last try that ended, in the words of the mail server; told to managers alone.
    package let lastReport: String?

    /// Where a letter stands. Follows from what was done with it.
    package enum State: String, Codable, Sendable, CaseIterable {
        /// Waits for somebody to look at it.
        case held
        /// May go out, and goes when a mail server takes it.
        case released
        /// A mail server has taken it.
        case sent
        /// It was refused for good, or for too long.
        case failed
        /// It does not go out.
        case cancelled
    }

    /// Why letters are written. A room that writes for another reason adds it here, with its words in `Translations/`.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// An application was handed in.
        case submissionReceipt = "submission_receipt"
        /// What the park decided about an application.
        case decision
        /// A startup is invited to a call that is not for everybody.
        case callInvitation = "call_invitation"
        /// Somebody is asked to review.
        case reviewInvitation = "review_invitation"
        /// Somebody has not reviewed yet.
        case reviewReminder = "review_reminder"
        /// Anything else that people are told.
        case notice
    }

    /// What a letter is about: a noun of another room, by its short name.
    package struct Topic: Sendable, Hashable, Codable {
        /// The noun, `application` say.
        package let noun: String
        /// Which one.
        package let id: UUID

        /// A thing of another room.
        package init<Noun>(_ noun: String, _ id: Identifier<Noun>) {
            self.init(noun: noun, id: id.uuid)
        }

        init(noun: String, id: UUID) {
            self.noun = noun
            self.id = id
        }
    }
}

/// What a letter says: a subject, paragraphs, and at most one link, to a page of the product. Plain text and HTML are both
/// made of it, so that nothing in it is ever markup.
package struct LetterText: Sendable, Hashable {
    /// The subject of the mail.
    package var subject: ShortText
    /// Paragraphs with blank lines between them; single line breaks are kept.
    package var body: LongText
    /// What to do about it.
    package var action: Action?

    /// The one link of a letter.
    package struct Action: Sendable, Hashable {
        /// The words: “See the decision”.
        package let label: Name
        /// The page.
        package let page: SafeURL

        /// A link to a page of the product, by its path.
        package init(_ label: Name, to page: SafeURL) {
            self.label = label
            self.page = page
        }
    }

    /// A letter's words.
    package init(subject: ShortText, body: LongText, action: Action? = nil) {
        self.subject = subject
        self.body = body
        self.action = action
    }

    /// A letter's words from strings, as translations give them. Throws `TextRefusal`.
    package init(subject: String, paragraphs: [String], action: Action? = nil) throws {
        try self.init(
            subject: ShortText(subject), body: LongText(paragraphs.joined(separator: "\n\n")), action: action)
    }

    /// The body in paragraphs, each in its lines.
    package var paragraphs: [[String]] {
        body.string.split(separator: "\n", omittingEmptySubsequences: false)
            .split { line in line.unicodeScalars.allSatisfy(\.properties.isWhitespace) }
            .map { $0.map(String.init) }
    }

    /// A name or a title that somebody gave, to stand within a letter's words.
    ///
    /// Mail programs make links of whatever looks like an address, and a startup called “win.example” would have put one
    /// into a letter of the park. An invisible joiner after each dot, colon and @ keeps it words.
    package static func quoted(_ text: some CustomStringConvertible) -> String {
        var words = String.UnicodeScalarView()
        for scalar in text.description.unicodeScalars {
            words.append(scalar)
            if scalar == "." || scalar == ":" || scalar == "@" { words.append("\u{2060}") }
        }
        return String(words)
    }
}

/// A letter to be written: to one person, in their language.
package struct NewLetter: Sendable {
    /// Whom it is for: somebody with a seat in the workspace.
    package let recipient: Person.ID
    /// Why it is written.
    package let kind: Letter.Kind
    /// What it is about.
    package let about: Letter.Topic?
    /// What it says to a reader.
    package let text: @Sendable (LetterReader) throws -> LetterText

    /// A letter whose words are chosen when its reader is known.
    package init(
        _ kind: Letter.Kind, to recipient: Person.ID, about: Letter.Topic? = nil,
        text: @Sendable @escaping (LetterReader) throws -> LetterText
    ) {
        self.recipient = recipient
        self.kind = kind
        self.about = about
        self.text = text
    }
}

/// What a writer knows of whom a letter is for.
package struct LetterReader: Sendable {
    /// As the person writes it. In a letter's words it is `LetterText.quoted`.
    package let name: String
    /// What they read.
    package let language: Vocabulary.Language
    /// The IANA name of the zone they chose, if any.
    package let timeZone: String?

    /// A moment of a letter where it was set, and by the reader's own clock where they chose one that differs.
    package func said(_ instant: Date, in zone: TimeZoneName) -> String {
        TimeText(instant, in: zone, and: timeZone.flatMap { TimeZoneName($0) }, language: pageLanguage).sentence
    }

    /// The same for a room's translations: `PageKit.reviews.texts(in: reader.pageLanguage)`.
    package var pageLanguage: Pages.Language { Pages.Language(tag: language.rawValue) ?? .english }
}

/// What is done with many letters at once.
package enum LetterStep: Sendable {
    case release, cancel
}

/// Why a letter is not rewritten, sent or kept.
package enum LetterRefusal: Refusal, Equatable {
    /// Only a held letter can be rewritten.
    case notHeld(Letter.State)
    /// It cannot be released or cancelled, as it stands.
    case stays(Letter.State)

    package var problem: Problem {
        switch self {
        case .stays(.held): .conflict("It waits for somebody to look at it.")
        case .stays(.released): .conflict("It is on its way.")
        case .stays(.sent): .conflict("A mail server has taken it.")
        case .stays(.failed): .conflict("A mail server has refused it.")
        case .stays(.cancelled): .conflict("It was cancelled.")
        case .notHeld(let state): .conflict("A letter is rewritten while it is held; this one is \(state.rawValue).")
        }
    }
}

/// One try to hand a letter over.
package struct LetterAttempt: Sendable {
    /// Counted from 1.
    package let number: Int
    /// When it began.
    package let begunAt: Date
    /// What came of it; absent while it is under way.
    package let outcome: Outcome?
    /// What the server said.
    package let report: String?

    /// What can come of a try.
    package enum Outcome: String, Sendable, CaseIterable {
        /// Taken.
        case accepted
        /// To be tried again.
        case refusedForNow = "refused_for_now"
        /// Not to be tried again.
        case refused
        /// It may have been taken.
        case unknown
    }
}
