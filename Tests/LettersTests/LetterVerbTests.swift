import API
import Accounts
import DemoWorld
import Foundation
import Jobs
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Letters

@Suite("The outbox")
struct LetterVerbTests {
    @Test("the writer learns the reader's language, and the letter goes to where the reader is")
    func written() async throws {
        let office = try await Office()
        let id = try await office.write(at: "ada@elsewhere.example", named: "Ada W.", language: "ja")
        let second = Letter.ID()
        let letter = try await office.found(id)
        #expect(letter.state == .held)
        #expect(letter.language == .japanese)
        #expect(letter.address == "ada@elsewhere.example")
        #expect(letter.recipientName == "Ada W.")
        try await office.world.database.write(as: office.mei) { transaction in
            _ = try await transaction.writeLetter(
                NewLetter(.notice, to: Cast.ada.person.id) { reader in
                    try LetterText(subject: reader.language.rawValue, paragraphs: [reader.name])
                }, held: true, as: second)
        }
        #expect(try await office.found(second).text.subject.string == "ja")
        #expect(try await office.found(second).text.body.string == "Ada W.")
    }

    @Test("nobody outside the workspace, and nobody whose seat has ended, can be written to")
    func outsiders() async throws {
        let office = try await Office()
        for member in [Cast.leo, Cast.olga, Cast.grace] {
            await #expect(throws: Problem.self) { try await office.write(to: member) }
        }
        try await office.world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE memberships SET ended_at = now() WHERE person_id = \(Cast.ravi.person.id)")
        }
        await #expect(throws: Problem.self) { try await office.write(to: Cast.ravi) }
        // The database says so by itself, and takes nobody's word for an address.
        let refused = await #expect(throws: DatabaseError.self) {
            try await office.world.database.write(as: office.mei) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO letters (tenant_id, id, recipient_id, language, kind)
                    VALUES (\(Cast.harbour.id), \(Letter.ID()), \(Cast.leo.person.id), 'en', 'notice')
                    """)
            }
        }
        #expect(refused?.constraint == "letters_go_to_people_with_a_seat")
        let id = Letter.ID()
        try await office.world.database.write(as: office.mei) { transaction in
            try await transaction.execute(
                """
                INSERT INTO letters (tenant_id, id, recipient_id, language, kind, address, recipient_name)
                VALUES (\(Cast.harbour.id), \(id), \(Cast.ada.person.id), 'en', 'notice', 'eve@evil.example', 'Eve')
                """)
        }
        let address: String = try await office.world.owner.reader(as: .none).value(
            "SELECT address FROM letters WHERE id = \(id)")
        #expect(address == Cast.ada.person.email)
    }

    @Test("a founder causes a receipt to a colleague without seeing it, and is its manager in nothing")
    func caused() async throws {
        let office = try await Office()
        let id = try await office.write(to: Cast.ravi, held: false, by: Cast.ada)
        #expect(try await office.found(id).state == .released)
        let ada = office.world.database.reader(as: office.world.context(Cast.ada))
        #expect(try await ada.letter(id) == nil)
        #expect(try await ada.ownLetter(id) == nil)
        let nothing = Problem.notFound.detail ?? Problem.notFound.kind.title
        for step in [LetterStep.release, .cancel] {
            #expect(try await office.handle([id], step, by: office.world.context(Cast.ada)) == [nothing])
        }
        await #expect(throws: DatabaseError.self) {
            try await office.world.database.write(as: office.world.context(Cast.ada)) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO letter_texts (tenant_id, letter_id, version, subject, body)
                    VALUES (\(Cast.harbour.id), \(id), 2, 'Other words', 'x')
                    """)
            }
        }
    }

    @Test("release and cancel give every letter its verdict, and enqueue a job for each that goes")
    func verdicts() async throws {
        let office = try await Office()
        let (one, two, gone) = (try await office.write(), try await office.write(), Letter.ID())
        try await office.cancel(two)
        let nothing = Problem.notFound.detail ?? Problem.notFound.kind.title
        #expect(try await office.release(one, two, gone) == [nil, "It was cancelled.", nothing])
        #expect(try await office.found(one).state == .released)
        #expect(try await office.release(one) == ["It is on its way."])
        let jobs: Int = try await office.world.owner.reader(as: .none).value(
            "SELECT count(*) FROM jobs WHERE kind = 'letters.send'")
        #expect(jobs == 1)
    }

    @Test("a held letter is rewritten and keeps its former words; one that is out of hand is not")
    func rewritten() async throws {
        let office = try await Office()
        let id = try await office.write()
        func rewrite(_ subject: String) async throws -> Letter {
            try await office.world.database.write(as: office.mei) { transaction in
                try await transaction.rewriteLetter(id, subject: ShortText(subject), body: LongText("Other words."))
            }
        }
        let letter = try await rewrite("Better")
        #expect(letter.version == 2)
        #expect(letter.text.subject.string == "Better")
        #expect(try await rewrite("Better").version == 2)
        let kept: Int = try await office.world.owner.reader(as: .none).value(
            "SELECT count(*) FROM letter_texts WHERE letter_id = \(id)")
        #expect(kept == 2)
        try await office.release(id)
        await #expect(throws: LetterRefusal.notHeld(.released)) { try await rewrite("Too late") }
        await #expect(throws: DatabaseError.self) {
            try await office.world.database.write(as: office.mei) { transaction in
                try await transaction.execute("UPDATE letters SET version = 1 WHERE id = \(id)")
            }
        }
        let deeds = try await office.world.database.reader(as: office.mei).deeds(of: id)
        #expect(deeds.map(\.deed) == ["written", "rewritten", "released"])
        #expect(deeds.map(\.name) == [Cast.mei.person.name, Cast.mei.person.name, Cast.mei.person.name])
    }

    @Test("a sent letter stays as it went, whoever asks the database")
    func final() async throws {
        let office = try await Office()
        let id = try await office.write(held: false)
        _ = try await office.settled(id)
        for context in [office.mei, .system(in: Cast.harbour.id)] {
            let refused = await #expect(throws: DatabaseError.self) {
                try await office.world.database.write(as: context) { transaction in
                    try await transaction.execute("UPDATE letters SET sent_at = NULL WHERE id = \(id)")
                }
            }
            #expect(refused?.constraint == "letters_that_ended_stay_as_they_are")
            await #expect(throws: DatabaseError.self) {
                try await office.world.database.write(as: context) {
                    try await $0.execute("DELETE FROM letters WHERE id = \(id)")
                }
            }
            await #expect(throws: DatabaseError.self) {
                try await office.world.database.write(as: context) {
                    try await $0.execute("UPDATE letter_texts SET body = 'x' WHERE letter_id = \(id)")
                }
            }
        }
    }

    @Test("readers see what is theirs and released; others see nothing, and nothing of how it travelled, by SQL either")
    func walls() async throws {
        let office = try await Office()
        let held = try await office.write(), cancelled = try await office.write(held: false)
        let failed = try await office.write(held: false, at: "nobody@there.example")
        try await office.cancel(cancelled)
        _ = try await office.settled(failed)
        // A second wording: only the one that counts is the reader's.
        let rewritten = try await office.write()
        _ = try await office.world.database.write(as: office.mei) { transaction in
            try await transaction.rewriteLetter(rewritten, subject: ShortText("Second"), body: LongText("Second."))
        }
        try await office.release(rewritten)
        func seen(_ member: Cast.Member) async throws -> (letters: Set<UUID>, texts: Int, attempts: Int) {
            let reader = office.world.database.reader(as: office.world.context(member))
            let ids = [held, cancelled, failed, rewritten].map(\.uuid)
            let letters = try await reader.rows("SELECT id FROM letters WHERE id = ANY (\(ids))")
            return (
                Set(try letters.map { try $0("id") as UUID }),
                try await reader.value("SELECT count(*) FROM letter_texts WHERE letter_id = ANY (\(ids))"),
                try await reader.value("SELECT count(*) FROM letter_attempts WHERE letter_id = ANY (\(ids))")
            )
        }
        let mei = try await seen(Cast.mei)
        #expect((mei.letters.count, mei.texts) == (4, 5))
        #expect(mei.attempts > 0)
        let ada = try await seen(Cast.ada)
        #expect(ada.letters == [failed.uuid, rewritten.uuid])
        #expect((ada.texts, ada.attempts) == (2, 0))
        for member in [Cast.ravi, Cast.kenji, Cast.jun, Cast.iris, Cast.leo, Cast.olga] {
            let other = try await seen(member)
            #expect((other.letters.count, other.texts, other.attempts) == (0, 0, 0), "\(member.person.name)")
        }
        let own = try await office.world.database.reader(as: office.world.context(Cast.ada)).ownLetters(limit: 10)
        #expect(own.map(\.id.uuid).filter(ada.letters.contains).count == 2)
        #expect(own.allSatisfy { $0.attempts == 0 && $0.lastReport == nil })
    }

    @Test("the trail tells of letters and does not repeat their words")
    func trail() async throws {
        let office = try await Office()
        let id = try await office.write(LetterText(subject: "Most secret", paragraphs: ["Utterly confidential."]))
        try await office.release(id)
        let owner = office.world.owner.reader(as: .none)
        let told: Int = try await owner.value("SELECT count(*) FROM audit_events WHERE object_id = \(id)")
        #expect(told == 2)
        // In no row at all, whatever it is about.
        let repeated: Int = try await owner.value(
            """
            SELECT count(*) FROM audit_events
            WHERE concat(before, after) LIKE '%Most secret%' OR concat(before, after) LIKE '%Utterly confidential%'
            """)
        #expect(repeated == 0)
    }

    @Test("a list of one and a list of three cost the same statements")
    func statements() async throws {
        let office = try await Office()
        let reader = office.world.database.reader(as: office.mei)
        func cost(limit: Int) async throws -> [Int] {
            let before = office.world.database.statistics.statements
            let letters = try await reader.letters(limit: limit)
            return [letters.count, office.world.database.statistics.statements - before]
        }
        _ = try await cost(limit: 3)
        #expect(try await cost(limit: 1) == [1, 1])
        #expect(try await cost(limit: 3) == [3, 1])
    }
}
