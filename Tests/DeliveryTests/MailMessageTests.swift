import Foundation
import TestMail
import Testing

@testable import Delivery

@Suite("Mail as it is written")
struct MailMessageTests {
    private static let date = Date(timeIntervalSince1970: 1_796_031_906)

    private func message(
        to: Mailbox, subject: String = "Subject", plain: String = "Words.", html: String = "<p>Words.</p>",
        language: String = "en", replyTo: Mailbox? = nil
    ) throws -> MailMessage {
        try MailMessage(
            id: "letter.1@park.example", from: Mailbox("park@park.example", name: "Harbour 科學園"), to: to,
            replyTo: replyTo, subject: subject, date: Self.date, language: language, plain: plain, html: html)
    }

    @Test("another program reads every header and both bodies exactly as they were meant")
    func readBack() async throws {
        let receiver = try MailReceiver()
        let mailer = SMTPMailer(try SMTPServer("smtp://127.0.0.1:\(receiver.port)"))
        let names = [
            "Ada Wong", #"O'Brien, "Bob" \ <eve@evil.example>"#, "陳大文", "山田 太郎 (株式会社トレリス)",
            "=?UTF-8?Q?=3Cb=3E?=", String(repeating: "很長的名字", count: 30), "José Ñandú", "👩‍🔬 Lab; group: x",
        ]
        let subjects = [
            "A decision", "關於您的申請：已獲取錄", "ご応募の結果について", "=?UTF-8?B?aGk=?=", String(repeating: "long ", count: 60) + ".",
            String(repeating: "審", count: 200), "Ünïcödé & <b>", "trailing  spaces",
        ]
        let bodies = [
            "Dear Ada,\n\nyou are in.\n", ".\n..\n.leading dots\n\nFrom here\n=41 = 100%\n", "親愛的陳先生：\n\n恭喜！\n",
            "拝啓\n\n" + String(repeating: "長い行", count: 500) + "\n", String(repeating: "x", count: 5_000) + "\n",
            "ends in blanks   \nand a tab\t\n", "mixed é ü ß words, mostly ASCII as French is\n",
            "\n\nempty lines\n\n\n",
        ]
        for (index, name) in names.enumerated() {
            let to = try Mailbox("r\(index)@there.example", name: name)
            let sent = try message(
                to: to, subject: subjects[index], plain: bodies[index], html: "<p>\(bodies[index])</p>",
                language: index == 2 ? "zh-Hant" : "ja", replyTo: Mailbox("office@park.example", name: name))
            #expect(await mailer.send(sent) == .accepted("250 2.0.0 taken"))
        }
        let received = try receiver.received
        #expect(received.count == names.count)
        for (index, mail) in received.enumerated() {
            let box = ReceivedMail.Box(name: names[index], address: "r\(index)@there.example")
            #expect(mail.envelopeFrom == "park@park.example")
            #expect(mail.envelopeTo == box.address)
            #expect(mail.from == [.init(name: "Harbour 科學園", address: "park@park.example")])
            #expect(mail.to == [box])
            #expect(mail.replyTo == [.init(name: names[index], address: "office@park.example")])
            #expect(mail.subject == subjects[index])
            #expect(mail.date == "2026-11-30T09:45:06+00:00")
            #expect(mail.messageId == "<letter.1@park.example>")
            #expect(mail.autoSubmitted == "auto-generated")
            #expect(mail.language == (index == 2 ? "zh-Hant" : "ja"))
            #expect(mail.type == "multipart/alternative")
            #expect(mail.parts == ["text/plain", "text/html"])
            #expect(mail.plain == bodies[index])
            #expect(mail.html == "<p>\(bodies[index])</p>")
            #expect(mail.defects == [])
            #expect(mail.longestLine <= 76)
            #expect(mail.bareLineEnds == 0)
        }
        #expect(received[0].encodings == ["quoted-printable", "quoted-printable"])
        #expect(received[2].encodings == ["base64", "base64"])
    }

    @Test("the same message is the same bytes")
    func same() throws {
        let to = try Mailbox("a@b.example")
        #expect(try message(to: to).bytes == message(to: to).bytes)
    }

    @Test(
        "a control character in any header is refused, wherever a grapheme hides it",
        arguments: ["a\r\nBcc: eve@evil.example", "a\nb", "a\rb", "a\u{0}b", "a\u{1B}b", "a\r\n\u{301}b", "\u{7F}"])
    func controls(text: String) throws {
        #expect(throws: MailFault.control(header: "name")) { try Mailbox("a@b.example", name: text) }
        let to = try Mailbox("a@b.example")
        #expect(throws: MailFault.control(header: "Subject")) { try message(to: to, subject: text) }
        #expect(throws: MailFault.malformed(header: "Content-Language")) { try message(to: to, language: text) }
        #expect(throws: MailFault.address) { try Mailbox("a\(text)@b.example") }
        #expect(throws: MailFault.malformed(header: "Message-ID")) {
            try MailMessage(
                id: "\(text)@b.example", from: to, to: to, subject: "s", date: Self.date, language: "en", plain: "",
                html: "")
        }
    }

    @Test(
        "an address that would need quoting is refused",
        arguments: [
            "", "a", "@b.example", "a@", "a b@c.example", "a@b@c.example", "<a@b.example>", "a@b.example,c@d.example",
            "\"a\"@b.example", "a@[127.0.0.1]", "ä@b.example", "a@b.example> SIZE=1", "a@bücher.example",
        ])
    func addresses(text: String) {
        #expect(throws: MailFault.address) { try Mailbox(text) }
    }

    @Test("a mailbox is read as people write it")
    func parsed() throws {
        #expect(try Mailbox(parsing: "a@b.example") == Mailbox("a@b.example"))
        #expect(try Mailbox(parsing: "Harbour Park <a@b.example>") == Mailbox("a@b.example", name: "Harbour Park"))
        #expect(
            try Mailbox(parsing: "\"Park, Harbour\" <a@b.example>") == Mailbox("a@b.example", name: "Park, Harbour"))
        #expect(try Mailbox(parsing: "港灣科學園 <a@b.example>").name == "港灣科學園")
        #expect(throws: MailFault.address) { try Mailbox(parsing: "a@b.example>") }
        #expect(throws: MailFault.address) { try Mailbox(parsing: "Park <a@b.example") }
    }
}
