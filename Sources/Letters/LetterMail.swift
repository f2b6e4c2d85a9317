internal import Delivery
package import Foundation
internal import Pages
package import Vocabulary

/// A letter as the HTML of a mail: words in paragraphs and one link, nothing that has to be fetched.
struct LetterMail: ViewModel {
    var lang: String
    var subject: String
    var paragraphs: [LetterParagraph]
    var action: LinkText?
    var footer: String
}

/// Lines that belong together.
struct LetterParagraph: ViewModel {
    var lines: [String]
}

extension LetterText {
    var viewed: [LetterParagraph] { paragraphs.map(LetterParagraph.init) }
}

extension PageTemplate<LetterMail> {
    static let mail = PageTemplate("letters/mail", in: .letters, layout: .quiet)
}

extension LetterPost {
    /// The letter as it goes over the wire; the same bytes at every try. Throws `MailFault`.
    func mail(_ letter: Letter, of workspace: String) throws -> MailMessage {
        try mail(
            letter.text, called: "letter.\(letter.id)", to: Mailbox(letter.address, name: letter.recipientName),
            in: letter.language, at: letter.releasedAt ?? letter.writtenAt, of: workspace
        ) { t in t("mail.footer", ["workspace": workspace]) }
    }

    /// Hands words to somebody who holds no seat, and whom no letter of the outbox could be for: whoever has only just typed
    /// their address. What carries a secret goes this way too, since the outbox keeps what it sends.
    ///
    /// - Parameters:
    ///   - name: names the mail; the same at every try that says the same.
    ///   - moment: when it was written.
    ///   - workspace: what people call the workspace that writes.
    /// - Returns: whether a mail server has taken it; not when it never will. Throws what a job ends with that is to be tried
    ///   again.
    package func hand(
        _ text: LetterText, called name: String, to address: EmailAddress, in language: Vocabulary.Language,
        at moment: Date, of workspace: String
    ) async throws -> Bool {
        let message: MailMessage
        do {
            message = try mail(
                text, called: name, to: Mailbox(address.description), in: language, at: moment, of: workspace
            ) { t in t("mail.footer_visitor", ["workspace": workspace]) }
        } catch is MailFault {
            return false
        }
        switch await mailer.send(message) {
        case .accepted: return true
        case .refused: return false
        case .refusedForNow, .unknown: throw LetterDelayed()
        }
    }

    private func mail(
        _ text: LetterText, called name: String, to recipient: Mailbox, in spoken: Vocabulary.Language, at moment: Date,
        of workspace: String, footer: (Texts) -> String
    ) throws -> MailMessage {
        let language = Pages.Language(tag: spoken.rawValue) ?? .english
        let t = PageKit.letters.texts(in: language)
        let footer = footer(t)
        let link = text.action.flatMap { action in
            action.page.absolute(on: site).map { LinkText(action.label.string, $0) }
        }
        let html = try PageTemplate.mail.renderAlone(
            LetterMail(
                lang: language.tag, subject: text.subject.string, paragraphs: text.viewed, action: link,
                footer: footer), in: language)
        var plain = text.paragraphs.map { $0.joined(separator: "\n") }
        if let link { plain.append("\(link.label):\n\(link.url)") }
        // Two dashes and a blank begin what mail programs show as no part of the text.
        plain.append("-- \n\(footer)")
        return try MailMessage(
            id: "\(name)@\(sender.domain)", from: try Mailbox(sender.address, name: sender.name ?? workspace),
            to: recipient, replyTo: replyTo, subject: text.subject.string, date: moment, language: language.tag,
            plain: plain.joined(separator: "\n\n") + "\n", html: String(decoding: html, as: UTF8.self))
    }
}
