import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Letters
import Pages
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Programs

/// What is written to founders whose startup is invited to a call.
@Suite("Letters of invitation")
struct InvitationLetterTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let fintech: ProgramStream.ID = demoID("stream acceleration fintech")
    private let kelpsense = Cast.startup("kelpsense")

    private func draft(in world: World, closes: TimeInterval = 20 * 86_400) async throws -> CallForApplications.ID {
        let id = CallForApplications.ID()
        let draft = try CallDraft(
            stream: fintech, title: LocalizedName(en: "Sealed letters.example", ja: "封書"),
            opensAt: Date.now.addingTimeInterval(-86_400),
            deadline: Deadline(Date.now.addingTimeInterval(closes), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Q?"))], access: .invitation)
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.draftCall(draft, as: id, in: tenant)
        }
        return id
    }

    private func publish(_ id: CallForApplications.ID, in world: World) async throws {
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.publishCall(id, by: mei)
        }
    }

    private func invite(to id: CallForApplications.ID, in world: World) async throws {
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.inviteStartups([kelpsense], to: id, in: tenant, by: mei)
        }
    }

    private func withdraw(from id: CallForApplications.ID, in world: World) async throws {
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.withdrawInvitation(of: kelpsense, to: id)
        }
    }

    private func letters(about id: CallForApplications.ID, in world: World) async throws -> [Letter] {
        try await world.database.reader(as: world.context(Cast.mei)).letters(about: id.uuid, limit: 50)
    }

    private func founders(in world: World) async throws -> Set<Person.ID> {
        let rows = try await world.owner.reader(as: .none).rows(
            """
            SELECT DISTINCT person_id FROM memberships
            WHERE institution_id = \(kelpsense) AND role = 'founder' AND ended_at IS NULL
            """)
        return Set(try rows.map { try $0("person_id") })
    }

    @Test("who is invited to a published call is written to once, in their language, with its closing in both zones")
    func invited() async throws {
        let world = try await World()
        let ada = Cast.ada.person.id
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE people SET locale = 'ja' WHERE id = \(ada)")
        }
        let id = try await draft(in: world)
        try await publish(id, in: world)
        try await invite(to: id, in: world)
        let written = try await letters(about: id, in: world)
        let founders = try await founders(in: world)
        #expect(!founders.isEmpty && founders.contains(ada))
        #expect(Set(written.map(\.recipient)) == founders && written.count == founders.count)
        #expect(written.allSatisfy { $0.state == .held && $0.kind == .callInvitation })
        let letter = try #require(written.first { $0.recipient == ada })
        #expect(letter.language == .japanese && letter.text.subject.string == "応募のご案内：封書")
        let body = letter.text.body.string
        let closing = LocalTime(Date.now.addingTimeInterval(20 * 86_400), in: .tokyo)
        #expect(body.contains("Hong Kong") && body.contains("Tokyo"), "\(body)")
        #expect(body.contains("\(closing.hour < 10 ? "0" : "")\(closing.hour):"), "\(body)")
        #expect(letter.text.action?.page.description == "/calls/\(id)")
        // Held: she reads it once it is released, and the page behind it is there for her.
        let own = world.database.reader(as: world.context(Cast.ada))
        #expect(try await !own.ownLetters(limit: 50).contains { $0.id == letter.id })
        #expect(await (try await Visitor(Cast.ada, in: world)).open("/calls/\(id)").status == 200)
        // Invited again, she is not written to again.
        try await invite(to: id, in: world)
        #expect(try await letters(about: id, in: world).count == founders.count)
        // A name is no link in a letter.
        for other in written where other.recipient != ada { #expect(!other.text.subject.string.contains("s.example")) }
    }

    @Test("who is invited to a draft is written to when it is published")
    func published() async throws {
        let world = try await World()
        let id = try await draft(in: world)
        try await invite(to: id, in: world)
        #expect(try await letters(about: id, in: world).isEmpty)
        try await publish(id, in: world)
        #expect(try await Set(letters(about: id, in: world).map(\.recipient)) == founders(in: world))
    }

    @Test("an invitation that is taken back is not told of, and no other letter says so")
    func withdrawn() async throws {
        let world = try await World()
        let id = try await draft(in: world)
        try await publish(id, in: world)
        try await invite(to: id, in: world)
        let first = try await letters(about: id, in: world)
        try await withdraw(from: id, in: world)
        let after = try await letters(about: id, in: world)
        #expect(after.map(\.id) == first.map(\.id) && after.allSatisfy { $0.state == .cancelled })
        // Invited anew, the letters wait for a look anew.
        try await invite(to: id, in: world)
        let anew = try await letters(about: id, in: world).filter { $0.state == .held }
        #expect(anew.count == first.count)
        // What has gone out stays as it went.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                UPDATE letters SET released_at = now(), released_by = \(mei), sent_at = now()
                WHERE id = ANY (\(anew.map(\.id)))
                """)
        }
        try await withdraw(from: id, in: world)
        let last = try await letters(about: id, in: world)
        #expect(last.count == first.count + anew.count && last.filter { $0.state == .sent }.count == anew.count)
    }

    @Test("nobody is written to about a call that is over, and none goes out about one that is called off")
    func over() async throws {
        let world = try await World()
        let closed = try await draft(in: world)
        try await publish(closed, in: world)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE calls SET closes_at = now() - interval '1 minute' WHERE id = \(closed)")
        }
        try await invite(to: closed, in: world)
        #expect(try await letters(about: closed, in: world).isEmpty)
        let id = try await draft(in: world)
        try await publish(id, in: world)
        try await invite(to: id, in: world)
        let reason = try ShortText("The bank withdrew.")
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.cancelCall(id, because: reason, by: mei)
        }
        let written = try await letters(about: id, in: world)
        #expect(!written.isEmpty && written.allSatisfy { $0.state == .cancelled })
    }

    @Test("letters and invitation are one deed: what fails leaves neither")
    func together() async throws {
        let world = try await World()
        let id = try await draft(in: world)
        try await publish(id, in: world)
        await #expect(throws: CancellationError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.inviteStartups([kelpsense], to: id, in: tenant, by: mei)
                throw CancellationError()
            }
        }
        #expect(try await letters(about: id, in: world).isEmpty)
        #expect(try await world.database.reader(as: world.context(Cast.mei)).admissions(to: id).isEmpty)
    }
}
