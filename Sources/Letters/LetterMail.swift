internal import Delivery
internal import Foundation
internal import Pages
internal import Vocabulary

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
        let language = Pages.Language(tag: letter.language.rawValue) ?? .english
        let t = PageKit.letters.texts(in: language)
        let footer = t("mail.footer", ["workspace": workspace])
        let link = letter.text.action.flatMap { action in
            action.page.absolute(on: site).map { LinkText(action.label.string, $0) }
        }
        let html = try PageTemplate.mail.renderAlone(
            LetterMail(
                lang: language.tag, subject: letter.text.subject.string, paragraphs: letter.text.viewed, action: link,
                footer: footer), in: language)
        var plain = letter.text.paragraphs.map { $0.joined(separator: "\n") }
        if let link { plain.append("\(link.label):\n\(link.url)") }
        // Two dashes and a blank begin what mail programs show as no part of the text.
        plain.append("-- \n\(footer)")
        return try MailMessage(
            id: "letter.\(letter.id)@\(sender.domain)",
            from: try Mailbox(sender.address, name: sender.name ?? workspace),
            to: Mailbox(letter.address, name: letter.recipientName), replyTo: replyTo,
            subject: letter.text.subject.string, date: letter.releasedAt ?? letter.writtenAt, language: language.tag,
            plain: plain.joined(separator: "\n\n") + "\n", html: String(decoding: html, as: UTF8.self))
    }
}
