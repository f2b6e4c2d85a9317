import API
import Accounts
import Delivery
import DemoWorld
import Foundation
import Jobs
import Pages
import Postgres
import TestMail
import TestWorld
import Testing
import Vocabulary

@testable import Letters

@Suite("Sending letters")
struct SendLetterTests {
    @Test("a released letter arrives once, in its reader's language, and says nothing but what it says")
    func arrives() async throws {
        let office = try await Office()
        let text = try LetterText(
            subject: "關於 <b>KelpSense</b> 的決定 & 其他",
            paragraphs: ["親愛的 \"Ada\"：", "<a href=\"https://evil.example\">恭喜</a>\n第二行", ".\n..點"],
            action: LetterText.Action(Name("查看決定"), to: "/portal/applications/7"))
        let id = try await office.write(
            at: "ada@there.example", named: #"Wong, "Ada" 黃"#, language: "zh-Hant", text)
        #expect(try await office.release(id) == [nil])
        let letter = try await office.settled(id)
        #expect(letter.state == .sent)
        #expect(letter.sentAt != nil)
        #expect(try await office.outcomes(id) == [.accepted])
        let received = try office.receiver.received
        #expect(received.count == 1)
        let mail = try #require(received.first)
        #expect(mail.envelopeTo == "ada@there.example")
        #expect(mail.to == [.init(name: #"Wong, "Ada" 黃"#, address: "ada@there.example")])
        #expect(mail.from == [.init(name: "Harbour Science Park", address: "office@harbour.example")])
        #expect(mail.subject == text.subject.string)
        #expect(mail.language == "zh-Hant")
        #expect(mail.htmlLang == "zh-Hant")
        #expect(mail.messageId == "<letter.\(id)@harbour.example>")
        #expect(mail.autoSubmitted == "auto-generated")
        #expect(
            mail.plain.hasPrefix("親愛的 \"Ada\"：\n\n<a href=\"https://evil.example\">恭喜</a>\n第二行\n\n.\n..點\n\n查看決定:\n"))
        #expect(mail.plain.contains("https://trellis.example/portal/applications/7\n\n-- \nHarbour Science Park 透過"))
        // One link, ours; what people wrote is words.
        #expect(mail.links == ["https://trellis.example/portal/applications/7"])
        #expect(mail.htmlWords.contains("<a href=\"https://evil.example\">恭喜</a>"))
        #expect(!mail.htmlTags.contains("b"))
        #expect(mail.defects == [])
        #expect(try await office.release(id) == ["A mail server has taken it."])
    }

    @Test("451 is tried again until the letter is taken; 550 and 554 end it, and a manager may try once more")
    func refusals() async throws {
        let office = try await Office()
        let later = try await office.write(to: Cast.ada, held: false, at: "busy-3@there.example")
        let nobody = try await office.write(to: Cast.ravi, held: false, at: "nobody@there.example")
        let spam = try await office.write(to: Cast.jun, held: false, at: "spam@there.example")
        #expect(try await office.settled(later).state == .sent)
        #expect(try await office.outcomes(later) == [.refusedForNow, .refusedForNow, .refusedForNow, .accepted])
        #expect(try await office.settled(nobody).state == .failed)
        #expect(try await office.found(nobody).lastReport?.contains("550 5.1.1") == true)
        #expect(try await office.settled(spam).state == .failed)
        #expect(try await office.found(spam).lastReport == "554 5.7.1 not this letter")
        #expect(try office.receiver.received.map(\.envelopeTo) == ["busy-3@there.example"])
        // Neither job is left over: a failed letter waits for a manager, not for an operator.
        #expect(try await office.world.owner.reader(as: .none).deadJobs().isEmpty)
        #expect(try await office.release(nobody) == [nil])
        #expect(try await office.settled(nobody).state == .failed)
        #expect(try await office.outcomes(nobody) == [.refused, .refused])
    }

    @Test("a connection lost after the message may bring it twice, the same bytes under the same name")
    func unknown() async throws {
        let office = try await Office()
        let id = try await office.write(held: false, at: "lost-after-1@there.example")
        #expect(try await office.settled(id).state == .sent)
        #expect(try await office.outcomes(id) == [.unknown, .accepted])
        let received = try office.receiver.received
        #expect(received.count == 2)
        #expect(received.first?.raw == received.last?.raw)
        #expect(received.first?.messageId == "<letter.\(id)@harbour.example>")
    }

    @Test("without a mail server letters wait, and go out with the first worker that has one")
    func noServer() async throws {
        let office = try await Office()
        let id = try await office.write(held: false)
        try await office.world.working { try await Task.sleep(for: .milliseconds(300)) }
        #expect(try await office.found(id).state == .released)
        #expect(try await office.outcomes(id) == [])
        #expect(try await office.settled(id).state == .sent)
    }

    @Test("a mail server that is down delays letters and loses none")
    func serverDown() async throws {
        let office = try await Office()
        let id = try await office.write(held: false)
        let away = try office.post(to: 1)
        try await office.world.working(post: away, retryPause: .milliseconds(20)) {
            _ = try await office.world.awaiting {
                try await office.outcomes(id)
            } until: {
                $0.count > 2
            }
        }
        let letter = try await office.found(id)
        #expect(letter.state == .released)
        #expect(letter.lastReport?.contains("connect") == true)
        // Operators see no tenant's people: what the server says is not theirs to read.
        let told: String? = try await office.world.owner.reader(as: .none).value(
            "SELECT last_error FROM jobs WHERE kind = 'letters.send'")
        #expect(told == "The mail server has not taken the letter yet; its attempts say why.")
        #expect(try await office.settled(id).state == .sent)
        #expect(try office.receiver.received.count == 1)
    }

    @Test("an attempt that a dead worker left open is told as unknown, and the letter is tried again")
    func deadWorker() async throws {
        let office = try await Office()
        let id = try await office.write(held: false)
        let begun = try await office.world.database.write(as: .system(in: Cast.harbour.id)) {
            try await $0.beginAttempt(at: id) != nil
        }
        #expect(begun)
        // It is on its way as far as anybody knows: too late to keep it back.
        #expect(try await office.cancel(id) == ["It is on its way."])
        #expect(try await office.settled(id).state == .sent)
        #expect(try await office.outcomes(id) == [.unknown, .accepted])
    }

    @Test("a letter that is given up after the last attempt is the managers' business")
    func givenUp() async throws {
        let office = try await Office()
        let id = try await office.write(held: false, at: "busy-9@there.example")
        try await office.world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE jobs SET max_attempts = 2 WHERE kind = 'letters.send'")
        }
        let letter = try await office.settled(id)
        #expect(letter.state == .failed)
        #expect(letter.lastReport == "450 4.2.1 try later")
        #expect(try await office.outcomes(id) == [.refusedForNow, .refusedForNow])
    }

    @Test("a cancelled letter does not go out, even where its job is waiting")
    func cancelled() async throws {
        let office = try await Office()
        let (id, other) = (try await office.write(held: false), try await office.write(to: Cast.ravi, held: false))
        #expect(try await office.cancel(id) == [nil])
        #expect(try await office.settled(other).state == .sent)
        #expect(try await office.outcomes(id) == [])
        #expect(try office.receiver.received.map(\.envelopeTo) == [Cast.ravi.person.email])
    }

    @Test("the same letter is the same bytes, with the name its sender has")
    func rendering() async throws {
        let office = try await Office()
        let id = try await office.write(held: false)
        let letter = try await office.found(id)
        let post = LetterPost(
            by: SMTPMailer(try SMTPServer("smtp://127.0.0.1:1")), from: try Mailbox(parsing: "Office <o@h.example>"),
            replyTo: try Mailbox("desk@h.example"), site: "https://trellis.example")
        let mail = try post.mail(letter, of: "Harbour")
        #expect(try mail.bytes == post.mail(letter, of: "Harbour").bytes)
        let text = String(decoding: mail.bytes, as: UTF8.self)
        #expect(text.contains("From: \"Office\" <o@h.example>\r\n"))
        #expect(text.contains("Reply-To: desk@h.example\r\n"))
    }
}
