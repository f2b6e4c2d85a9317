import API
import Accounts
import Delivery
import DemoWorld
import Foundation
import Jobs
import Letters
import Pages
import Postgres
import TestMail
import TestWorld
import Testing
import Vocabulary

/// A world whose letters go to a mail server of its own.
struct Office {
    let world: World
    let receiver: MailReceiver
    let mei: Context

    init(_ receiver: MailReceiver? = nil) async throws {
        world = try await World()
        // The demo's own letters, those written and those that its jobs write, would go out among those of a test.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("DELETE FROM jobs")
        }
        self.receiver = try receiver ?? MailReceiver()
        mei = world.context(Cast.mei)
    }

    func post(to port: Int? = nil) throws -> LetterPost {
        LetterPost(
            by: SMTPMailer(try SMTPServer("smtp://127.0.0.1:\(port ?? receiver.port)"), timeout: .seconds(10)),
            from: try Mailbox("office@harbour.example"), site: "https://trellis.example")
    }

    /// Has somebody write a letter; at another address than theirs, if one is given.
    func write(
        to member: Cast.Member = Cast.ada, held: Bool = true, by writer: Cast.Member = Cast.mei,
        at address: String? = nil,
        named name: String? = nil, language: String? = nil, _ text: LetterText? = nil
    ) async throws -> Letter.ID {
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                UPDATE people SET email = coalesce(\(address), email), name = coalesce(\(name), name),
                                  locale = coalesce(\(language), locale)
                WHERE id = \(member.person.id)
                """)
        }
        let words = try text ?? LetterText(subject: "A decision", paragraphs: ["Dear reader,", "it is made."])
        return try await world.database.write(as: world.context(writer)) { transaction in
            try await transaction.writeLetter(
                NewLetter(.decision, to: member.person.id, about: Letter.Topic("application", Identifier<Letter>())) {
                    _ in
                    words
                }, held: held)
        }
    }

    func found(_ id: Letter.ID) async throws -> Letter {
        try #require(try await world.database.reader(as: mei).letter(id))
    }

    @discardableResult
    func release(_ ids: Letter.ID...) async throws -> [String?] {
        try await handle(ids, .release, by: mei)
    }

    @discardableResult
    func cancel(_ ids: Letter.ID...) async throws -> [String?] {
        try await handle(ids, .cancel, by: mei)
    }

    /// Why each of some letters stays as it is; nil for those with which something was done.
    func handle(_ ids: [Letter.ID], _ step: LetterStep, by context: Context) async throws -> [String?] {
        try await world.database.write(as: context) { try await $0.handle(ids, step, .whatCanBe) }
            .map { $0.refusal.map { $0.detail ?? $0.kind.title } }
    }

    /// Works with a mail server until a letter is no longer `released`.
    func settled(_ id: Letter.ID, post: LetterPost? = nil) async throws -> Letter {
        try await world.working(post: try post ?? self.post(), retryPause: .milliseconds(20)) {
            try await world.awaiting {
                try await found(id)
            } until: {
                $0.state != .released
            }
        }
    }

    func outcomes(_ id: Letter.ID) async throws -> [LetterAttempt.Outcome?] {
        try await world.database.reader(as: mei).attempts(at: id).map(\.outcome)
    }
}
