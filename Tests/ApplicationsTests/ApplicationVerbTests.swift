import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

/// The verbs on a real database: what each does, and who stops it.
@Suite("Applying")
struct ApplicationVerbTests {
    let call: CallForApplications.ID = demoID("call incubation")
    let ravi = Cast.ravi.person.id
    let mei = Cast.mei.person.id

    @Test("A draft takes any answers, counts them, and lets go of them again")
    func drafts() async throws {
        let world = try await World()
        let questions = try await world.questions(of: call)
        let id = try await world.draft(to: call)
        let tooLong = try LongText(String(repeating: "長", count: questions[1].maxLength + 1))
        let short = try LongText("Harbours silt up unseen.")
        let saved = try await world.save(
            [questions[0].id: AnswerEdit(short), questions[1].id: AnswerEdit(tooLong)], of: id)
        #expect(saved.conflicts.isEmpty)
        let reader = world.database.reader(as: world.context(Cast.ravi))
        var summary = try #require(try await reader.application(id))
        #expect(summary.count == .init(answered: 2, questions: 4, requiredAnswered: 1, required: 4))
        #expect(try await reader.answers(of: id).map(\.text) == [short, tooLong])

        _ = try await world.save([questions[0].id: AnswerEdit(nil)], of: id)
        summary = try #require(try await reader.application(id))
        #expect(summary.count.answered == 1 && summary.count.requiredAnswered == 0)
        #expect(summary.application.version > saved.application.version)
    }

    @Test("A question of another call is refused, and nothing of the save is kept")
    func strangers() async throws {
        let world = try await World()
        let other = try await world.questions(of: demoID("call fintech"))
        let questions = try await world.questions(of: call)
        let id = try await world.draft(to: call)
        let text = try LongText("x")
        let problem = await #expect(throws: Problem.self) {
            try await world.save([questions[0].id: AnswerEdit(text), other[0].id: AnswerEdit(text)], of: id)
        }
        #expect(problem?.errors.map(\.pointer) == ["/answers/\(other[0].id)"])
        #expect(try await world.database.reader(as: world.context(Cast.ravi)).answers(of: id).isEmpty)
    }

    @Test("A conflicting answer is reported, and the others of the same save are kept")
    func conflicts() async throws {
        let world = try await World()
        let questions = try await world.questions(of: call)
        let id = try await world.draft(to: call)
        let (old, theirs, mine) = (try LongText("old"), try LongText("theirs"), try LongText("mine"))
        _ = try await world.save([questions[0].id: AnswerEdit(old)], of: id)
        _ = try await world.save([questions[0].id: AnswerEdit(theirs)], of: id)
        let saved = try await world.save(
            [
                questions[0].id: AnswerEdit(mine, seen: Fingerprint(old)),
                questions[1].id: AnswerEdit(mine, seen: Fingerprint(nil)),
            ], of: id)
        #expect(saved.conflicts.map(\.question) == [questions[0].id])
        #expect(saved.conflicts.first?.stored == theirs)
        let stored = try await world.database.reader(as: world.context(Cast.ravi)).answers(of: id)
        #expect(stored.map(\.text) == [theirs, mine])
    }

    @Test("A startup applies to a call once, unless it withdrew")
    func once() async throws {
        let world = try await World()
        let first = try await world.draft(to: call)
        let refusal = await #expect(throws: DatabaseError.self) { try await world.draft(to: call) }
        #expect(refusal?.constraint == "applications_once_per_call")
        #expect(ApplicationsRoom.constraints["applications_once_per_call"] != nil)
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.withdrawApplication(first, because: nil, by: ravi)
        }
        let second = try await world.draft(to: call)
        let live = try await world.database.reader(as: world.context(Cast.ravi)).liveApplication(to: call)
        #expect(live == second)
    }

    @Test("Submitting an incomplete draft names the gaps; a complete one is frozen, for the database, too")
    func submission() async throws {
        let world = try await World()
        let questions = try await world.questions(of: call)
        let id = try await world.draft(to: call)
        let refusal = await #expect(throws: ApplicationRefusal.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                try await transaction.submitApplication(id, by: ravi)
            }
        }
        #expect(refusal == .incomplete(Completeness(of: questions, naming: [], answers: []).gaps))

        try await world.fill(id, of: call)
        let submitted = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            let application = try await transaction.submitApplication(id, by: ravi)
            #expect(application.submittedAt == transaction.now)
            return application
        }
        #expect(submitted.state == .submitted)
        let edit = [questions[0].id: AnswerEdit(try LongText("later"))]
        await #expect(throws: ApplicationRefusal.answersAreFrozen) { try await world.save(edit, of: id) }
        for sql: Query in [
            "UPDATE application_answers SET text = 'later' WHERE application_id = \(id)",
            "DELETE FROM application_answers WHERE application_id = \(id)",
        ] {
            let frozen = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.ravi)) { try await $0.execute(sql) }
            }
            #expect(frozen?.constraint == "answers_are_frozen_once_submitted")
        }
        let history = try await world.database.reader(as: world.context(Cast.ravi)).history(of: id)
        #expect(history.map(\.to) == [.draft, .submitted])
        #expect(history.map(\.from) == [nil, .draft])
        #expect(history.allSatisfy { $0.person == ravi && $0.personName == "Ravi Nair" })
    }

    @Test("After the deadline and its grace nothing is submitted, whoever asks the database")
    func late() async throws {
        let world = try await World()
        let id = try await world.draft(to: call)
        try await world.fill(id, of: call)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE calls SET closes_at = now() - interval '30 seconds', grace_seconds = 60 WHERE id = \(call)")
        }
        // Still within the grace: the edit of the call below is what closes it.
        let inGrace = try await world.database.reader(as: world.context(Cast.ravi)).call(call)
        #expect(inGrace?.admits(Date()) == true)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE calls SET closes_at = now() - interval '61 seconds' WHERE id = \(call)")
        }
        let refusal = await #expect(throws: ApplicationRefusal.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                try await transaction.submitApplication(id, by: ravi)
            }
        }
        #expect(refusal?.problem.kind == .callClosed)
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                try await transaction.execute(
                    "UPDATE applications SET state = 'submitted', submitted_at = now() WHERE id = \(id)")
            }
        }
        #expect(wall?.constraint == "submissions_are_in_time")
        // What is written after the deadline is still kept.
        let questions = try await world.questions(of: call)
        let kept = try await world.save([questions[0].id: AnswerEdit(try LongText("still here"))], of: id)
        #expect(kept.conflicts.isEmpty)
    }

    @Test("From submission to an accepted offer, every step with who, when and what was said")
    func life() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let tomorrow = CalendarDate(Date(), in: .hongKong).adding(days: 1)
        let note = try LongText("Welcome. Bring the buoy.")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.screenApplication(id, finding: .eligible, by: mei)
        }
        try await world.offer(id, until: tomorrow, note: note)
        let accepted = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.acceptOffer(id, by: ravi)
        }
        #expect(accepted.state == .accepted)
        let forManager = try await world.database.reader(as: world.context(Cast.mei)).history(of: id)
        #expect(forManager.map(\.to) == [.draft, .submitted, .inReview, .offered, .accepted])
        #expect(forManager[3].note == note && forManager[3].person == mei)
        // A founder reads the note and not the name of who decided.
        let forFounder = try await world.database.reader(as: world.context(Cast.ravi)).history(of: id)
        #expect(forFounder[3].note == note && forFounder[3].personName == nil)
        #expect(forFounder[4].personName == "Ravi Nair")
    }

    @Test("An expired offer is not accepted; it may still be declined")
    func expiry() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let today = CalendarDate(Date(), in: .hongKong)
        let note = try LongText("A place.")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.screenApplication(id, finding: .eligible, by: mei)
        }
        try await world.offer(id, until: today, note: note)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE applications SET offer_expires_at = now() - interval '1 second' WHERE id = \(id)")
        }
        await #expect(throws: ApplicationRefusal.offerExpired) {
            try await world.database.write(as: world.context(Cast.ravi)) { try await $0.acceptOffer(id, by: ravi) }
        }
        let declined = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.declineOffer(id, because: nil, by: ravi)
        }
        #expect(declined.state == .declined)
    }

    @Test("Neither side makes the other's moves, whatever statement it sends", arguments: ["offered", "accepted"])
    func sides(state: String) async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let member = state == "offered" ? Cast.ravi : Cast.mei
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.execute(
                    """
                    UPDATE applications SET state = \(state), offer_expires_at = now() + interval '1 day'
                    WHERE id = \(id)
                    """)
            }
        }
        #expect(wall?.constraint == "each_side_makes_its_own_moves")
    }

    @Test("History is added to and never rewritten")
    func historyIsKept() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        for sql: Query in [
            "UPDATE application_events SET note = 'other' WHERE application_id = \(id)",
            "DELETE FROM application_events WHERE application_id = \(id)",
        ] {
            let wall = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(sql) }
            }
            #expect(wall?.kind == .insufficientPrivilege)
        }
    }
}

/// What row-level security keeps apart.
@Suite("Walls of applications")
struct ApplicationWallTests {
    let call: CallForApplications.ID = demoID("call incubation")

    @Test("A manager sees that a draft exists and how complete it is, never what it says")
    func drafts() async throws {
        let world = try await World()
        let questions = try await world.questions(of: call)
        let id = try await world.draft(to: call)
        let secret = try LongText("The reef grows back in nine days.")
        _ = try await world.save([questions[0].id: AnswerEdit(secret)], of: id)
        _ = try await world.save([questions[0].id: AnswerEdit(try LongText("Ten days."))], of: id)

        let manager = world.database.reader(as: world.context(Cast.mei))
        let summary = try #require(try await manager.application(id))
        #expect(summary.application.state == .draft)
        #expect(summary.count == .init(answered: 1, questions: 4, requiredAnswered: 1, required: 4))
        #expect(try await manager.answers(of: id).isEmpty)
        #expect(try await manager.applicationView(id, for: .manager)?.answers == nil)
        // Nor does the trail of what was written repeat it.
        let trail = try await manager.rows("SELECT before::text AS before, after::text AS after FROM audit_events")
        let words = try trail.map { row in
            try ((row("before") as String?) ?? "") + ((row("after") as String?) ?? "")
        }
        #expect(words.contains { $0.contains(questions[0].id.description) })
        #expect(!words.contains { $0.contains("reef") || $0.contains("Ten days") })

        try await world.fill(id, of: call)
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.submitApplication(id, by: Cast.ravi.person.id)
        }
        #expect(try await manager.answers(of: id).count == 4)
    }

    @Test("A discarded draft stays its startup's own")
    func discarded() async throws {
        let world = try await World()
        let id = try await world.draft(to: call)
        try await world.fill(id, of: call)
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.withdrawApplication(id, because: nil, by: Cast.ravi.person.id)
        }
        #expect(try await world.database.reader(as: world.context(Cast.mei)).answers(of: id).isEmpty)
        #expect(try await world.database.reader(as: world.context(Cast.ravi)).answers(of: id).count == 4)
    }

    @Test(
        "Others know nothing of an application",
        arguments: [Cast.ada, Cast.kenji, Cast.jun, Cast.iris, Cast.leo, Cast.grace, Cast.olga])
    func others(member: Cast.Member) async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let reader = world.database.reader(as: world.context(member))
        #expect(try await reader.application(id) == nil)
        #expect(try await reader.answers(of: id).isEmpty)
        #expect(try await reader.history(of: id).isEmpty)
        #expect(try await !reader.applications(limit: 100).contains { $0.id == id })
        await #expect(throws: Problem.notFound) {
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.withdrawApplication(id, because: nil, by: member.person.id)
            }
        }
    }

    @Test("Nobody applies for another startup")
    func impersonation() async throws {
        let world = try await World()
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                _ = try await transaction.beginApplication(
                    to: demoID("call fintech"), for: Cast.startup("kelpsense"), as: Application.ID(),
                    in: Cast.harbour.id, by: Cast.ravi.person.id)
            }
        }
        #expect(wall?.kind == .insufficientPrivilege)
    }

    @Test("A list of one and a list of three cost the same statements")
    func statements() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        func cost(limit: Int) async throws -> (rows: Int, statements: Int) {
            let before = world.database.statistics.statements
            let found = try await reader.applications(limit: limit)
            return (found.count, world.database.statistics.statements - before)
        }
        let (one, three) = (try await cost(limit: 1), try await cost(limit: 3))
        #expect(one.rows == 1 && three.rows == 3)
        #expect(one.statements == three.statements)
    }

    @Test("Pages of a list neither repeat nor skip, and filters hold")
    func pages() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let all = try await reader.applications(limit: 100)
        var seen: [Application.ID] = []
        var position: ApplicationPosition?
        repeat {
            let page = try await reader.applications(after: position, limit: 2)
            seen += page.map(\.id)
            position = page.last.map { ApplicationView($0, answers: nil).position(by: .newest) }
        } while position != nil && seen.count < 100
        #expect(seen == all.map(\.id))
        let waitlisted = try await reader.applications(to: call, in: .waitlisted, limit: 100)
        #expect(!waitlisted.isEmpty && waitlisted.allSatisfy { $0.application.state == .waitlisted })
        let counts = try await reader.applicationCounts()
        #expect(counts.values.reduce(0) { $0 + $1.applications } == all.count)
    }
}

extension World {
    /// The form of a call, as Ravi reads it.
    func questions(of call: CallForApplications.ID) async throws -> [CallForApplications.Question] {
        let found = try await database.reader(as: context(Cast.ravi)).call(call)
        return try #require(found).questions
    }

    /// A draft of Ravi's startup.
    @discardableResult
    func draft(to call: CallForApplications.ID) async throws -> Application.ID {
        let id = Application.ID()
        return try await database.write(as: context(Cast.ravi)) { transaction in
            try await transaction.beginApplication(
                to: call, for: Cast.startup("ledgerleaf"), as: id, in: Cast.harbour.id, by: Cast.ravi.person.id
            ).id
        }
    }

    @discardableResult
    func save(
        _ edits: [CallForApplications.Question.ID: AnswerEdit], of id: Application.ID
    ) async throws -> SavedAnswers {
        try await database.write(as: context(Cast.ravi)) { transaction in
            try await transaction.saveAnswers(edits, of: id, by: Cast.ravi.person.id)
        }
    }

    /// Answers every question.
    func fill(_ id: Application.ID, of call: CallForApplications.ID) async throws {
        let text = try LongText("We know harbours, and harbours know us.")
        let edits = try await questions(of: call).map { ($0.id, AnswerEdit(text)) }
        try await save(Dictionary(uniqueKeysWithValues: edits), of: id)
    }

    /// A complete application of Ravi's startup, handed in.
    func submitted(to call: CallForApplications.ID) async throws -> Application.ID {
        let id = try await draft(to: call)
        try await fill(id, of: call)
        return try await database.write(as: context(Cast.ravi)) { transaction in
            try await transaction.submitApplication(id, by: Cast.ravi.person.id).id
        }
    }
}
