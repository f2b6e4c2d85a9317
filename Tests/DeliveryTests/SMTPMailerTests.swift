import Foundation
import TestMail
import Testing

@testable import Delivery

@Suite("Mail as it is sent")
struct SMTPMailerTests {
    private func send(
        to local: String, at url: String, timeout: Duration = .seconds(20), length: Int = 10
    ) async throws -> DeliveryOutcome {
        let message = try MailMessage(
            id: "letter.\(local)@park.example", from: Mailbox("park@park.example"),
            to: Mailbox("\(local)@there.example"), subject: "Subject", date: Date(timeIntervalSince1970: 0),
            language: "en", plain: String(repeating: "words ", count: length), html: "<p>words</p>")
        return await SMTPMailer(try SMTPServer(url), connectTimeout: .seconds(2), timeout: timeout).send(message)
    }

    @Test("what the server says decides: taken, not now, or never")
    func verdicts() async throws {
        let receiver = try MailReceiver()
        let url = "smtp://127.0.0.1:\(receiver.port)"
        #expect(try await send(to: "busy-1", at: url) == .refusedForNow("450 4.2.1 try later"))
        #expect(try await send(to: "busy-1", at: url) == .accepted("250 2.0.0 taken"))
        #expect(try await send(to: "full-1", at: url) == .refusedForNow("452 4.3.1 no room"))
        #expect(try await send(to: "full-1", at: url) == .accepted("250 2.0.0 taken"))
        #expect(
            try await send(to: "nobody", at: url)
                == .refused("550-5.1.1 there is nobody / 550 5.1.1 of this name here"))
        #expect(try await send(to: "spam", at: url) == .refused("554 5.7.1 not this letter"))
        #expect(try receiver.received.map(\.envelopeTo) == ["busy-1@there.example", "full-1@there.example"])
    }

    @Test("a connection lost within the message is no delivery; one lost after it may be one, under the same name")
    func losses() async throws {
        let receiver = try MailReceiver()
        let url = "smtp://127.0.0.1:\(receiver.port)"
        // More than the sockets hold, so that not all of it can have been given to libcurl.
        guard case .refusedForNow = try await send(to: "lost-amid-1", at: url, length: 2_000_000) else {
            Issue.record("a message that was cut was taken for more than that")
            return
        }
        #expect(try receiver.received.isEmpty)
        guard case .unknown = try await send(to: "lost-after-1", at: url) else {
            Issue.record("nobody can know whether it was taken")
            return
        }
        #expect(try await send(to: "lost-after-1", at: url) == .accepted("250 2.0.0 taken"))
        let received = try receiver.received
        #expect(received.map(\.messageId) == Array(repeating: "<letter.lost-after-1@park.example>", count: 2))
        #expect(received[0].raw == received[1].raw)
    }

    @Test("a server that is slow, away or unknown is tried again later")
    func away() async throws {
        let receiver = try MailReceiver()
        let url = "smtp://127.0.0.1:\(receiver.port)"
        guard case .unknown = try await send(to: "slow-3", at: url, timeout: .seconds(1)) else {
            Issue.record("no answer in time means not knowing")
            return
        }
        for url in ["smtp://127.0.0.1:1", "smtp://no-such-host.invalid"] {
            guard case .refusedForNow(let report) = try await send(to: "a", at: url) else {
                Issue.record("\(url) cannot have answered")
                continue
            }
            #expect(!report.isEmpty)
        }
    }

    @Test("TLS is used where it is offered, and demanded of a server whose certificate must then hold")
    func tls() async throws {
        let offering = try MailReceiver(.offersTLS)
        #expect(try await send(to: "a", at: "smtp://127.0.0.1:\(offering.port)") == .accepted("250 2.0.0 taken"))
        let demanded = "smtp://localhost:\(offering.port)?tls=required"
        #expect(
            try await send(to: "b", at: "\(demanded)&ca=\(offering.authority)") == .accepted("250 2.0.0 taken"))
        #expect(try offering.received.map(\.isEncrypted) == [true, true])
        guard case .refusedForNow = try await send(to: "c", at: demanded) else {
            Issue.record("a certificate that nobody vouches for was trusted")
            return
        }
        let atOnce = try MailReceiver(.tlsAtOnce)
        let url = "smtps://localhost:\(atOnce.port)?ca=\(atOnce.authority)"
        #expect(try await send(to: "d", at: url) == .accepted("250 2.0.0 taken"))
        let clear = try MailReceiver()
        guard case .refusedForNow = try await send(to: "e", at: "smtp://127.0.0.1:\(clear.port)?tls=required") else {
            Issue.record("a message went out in the clear that must not")
            return
        }
        #expect(try clear.received.isEmpty)
        #expect(try offering.received.count == 2)
    }

    @Test("name and password are given; a wrong one is our fault and not the message's")
    func credentials() async throws {
        let receiver = try MailReceiver(user: "park:p@ss word")
        #expect(
            try await send(to: "a", at: "smtp://park:p%40ss%20word@127.0.0.1:\(receiver.port)")
                == .accepted("250 2.0.0 taken"))
        guard case .refusedForNow = try await send(to: "b", at: "smtp://park:wrong@127.0.0.1:\(receiver.port)") else {
            Issue.record("a wrong password must not condemn a message")
            return
        }
        #expect(try receiver.received.count == 1)
    }

    @Test("an address of a server keeps its password to itself, and demands TLS for it beyond this machine")
    func servers() throws {
        let server = try SMTPServer("smtp://park:secret@relay.example:587/park.example")
        #expect("\(server)" == "smtp://relay.example:587")
        #expect((server.user, server.password, server.greeting) == ("park", "secret", "park.example"))
        #expect(server.demandsTLS)
        #expect(try !SMTPServer("smtp://relay.example").demandsTLS)
        #expect(try SMTPServer("smtps://relay.example").demandsTLS)
        #expect(try SMTPServer("smtp://relay.example?tls=required").demandsTLS)
        #expect(try !SMTPServer("smtp://a:b@127.0.0.1:2525").demandsTLS)
        for wrong in ["", "relay.example", "http://relay.example", "smtp://", "smtp://h?tls=no", "smtp://h/a b"] {
            #expect(throws: SMTPServer.Malformed.self) { try SMTPServer(wrong) }
        }
        let secret = "smtp://a:very-secret@h?x=1"
        #expect { try SMTPServer(secret) } throws: { !"\($0)".contains("very-secret") }
    }

    @Test("many at a time all arrive, and none keeps the cooperative threads waiting")
    func many() async throws {
        let receiver = try MailReceiver()
        let url = "smtp://127.0.0.1:\(receiver.port)"
        let slowest = try await withThrowingTaskGroup(of: Duration?.self) { group in
            for index in 0..<24 {
                group.addTask {
                    _ = try await send(to: index < 12 ? "slow-2" : "m\(index)", at: url)
                    return nil
                }
            }
            // Twelve conversations wait two seconds each; the threads of tasks are free meanwhile.
            group.addTask {
                let start = ContinuousClock.now
                for _ in 0..<20 { try await Task.sleep(for: .milliseconds(5)) }
                return ContinuousClock.now - start
            }
            return try await group.reduce(nil as Duration?) { $1 ?? $0 }
        }
        #expect(try receiver.received.count == 24)
        #expect(try #require(slowest) < .seconds(2))
    }
}
