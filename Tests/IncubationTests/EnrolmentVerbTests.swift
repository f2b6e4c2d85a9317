import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Incubation

/// The verbs on a real database. KelpSense is enrolled in the demo world, with its first milestone met.
@Suite("Incubating")
struct EnrolmentVerbTests {
    let kelp: Enrolment.ID = demoID("enrolment kelpsense")
    let call: CallForApplications.ID = demoID("call incubation")
    let cohort: Cohort.ID = demoID("cohort spring")

    @Test("An accepted offer leads into a cohort with its whole plan")
    func enrolling() async throws {
        let world = try await World()
        let application = try await world.accepted(call)
        let id = Enrolment.ID()
        let enrolment = try await world.enrol(application, NewEnrolment(in: cohort), as: id)
        let reader = world.database.reader(as: world.context(Cast.ravi))
        let milestones = try await reader.milestones(of: id)
        #expect(milestones.map(\.position) == [1, 2, 3, 4, 5, 6])
        #expect(milestones.first?.dueOn == enrolment.startedOn.adding(months: 3))
        #expect(milestones.last?.dueOn == enrolment.startedOn.adding(months: 33))
        let summary = try #require(try await reader.enrolment(id))
        #expect(summary.milestones == 6 && summary.earned == 0 && summary.awaiting == 0)
        #expect(summary.nextDueOn == milestones.first?.dueOn)
        let again = await #expect(throws: DatabaseError.self) {
            try await world.enrol(application, NewEnrolment(in: cohort), as: .init())
        }
        #expect(again?.constraint == "enrolments_once_per_application")
    }

    @Test("Not without an accepted offer, not elsewhere, not with just anybody as a mentor")
    func refusals() async throws {
        let world = try await World()
        let offered: Application.ID = demoID("application \(Cast.startup("gridfellow")) \(call)")
        await #expect(throws: EnrolmentRefusal.offerNotAccepted) {
            try await world.enrol(offered, NewEnrolment(in: cohort), as: .init())
        }
        let application = try await world.accepted(call)
        await #expect(throws: EnrolmentRefusal.cohortOfAnotherStream) {
            try await world.enrol(application, NewEnrolment(in: demoID("cohort fintech")), as: .init())
        }
        await #expect(throws: EnrolmentRefusal.noSuchCohort) {
            try await world.enrol(application, NewEnrolment(in: .init()), as: .init())
        }
        await #expect(throws: EnrolmentRefusal.noSuchMentor) {
            try await world.enrol(application, NewEnrolment(in: cohort, mentor: Cast.jun.person.id), as: .init())
        }
        _ = try await world.enrol(application, NewEnrolment(in: cohort, mentor: Cast.iris.person.id), as: .init())
    }

    @Test("A cohort takes no more startups than it has places; an early end frees one")
    func capacity() async throws {
        let world = try await World()
        try await world.plant("UPDATE cohorts SET capacity = 1 WHERE id = \(cohort)")
        let application = try await world.accepted(call)
        let full = await #expect(throws: DatabaseError.self) {
            try await world.enrol(application, NewEnrolment(in: cohort), as: .init())
        }
        #expect(full?.constraint == "cohort_has_places_left")
        let reason = try LongText("Moved away.")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.endEnrolment(kelp, because: reason, by: Cast.mei.person.id)
        }
        _ = try await world.enrol(application, NewEnrolment(in: cohort), as: .init())
    }

    @Test("Evidence waits, is judged, and may be added to until the milestone is met")
    func assessing() async throws {
        let world = try await World()
        let second = try await world.milestones(of: kelp)[1].id
        let none = await #expect(throws: DatabaseError.self) { try await world.assess(second, .met) }
        #expect(none?.constraint == "assessment_follows_evidence")
        try await world.show(second)
        #expect(try await world.milestones(of: kelp)[1].standing == .evidenceSubmitted)
        #expect(try await world.summary(of: kelp).awaiting == 1)
        try await world.assess(second, .notMet)
        #expect(try await world.milestones(of: kelp)[1].standing == .notMet)
        try await world.show(second)
        #expect(try await world.milestones(of: kelp)[1].standing == .evidenceSubmitted)
        try await world.assess(second, .partlyMet(credit: 60))
        #expect(
            try await world.milestones(of: kelp)[1].assessments.map(\.outcome) == [.notMet, .partlyMet(credit: 60)])
        #expect(try await world.summary(of: kelp).earned == 2)
        try await world.assess(second, .met)
        let again = await #expect(throws: DatabaseError.self) { try await world.assess(second, .notMet) }
        #expect(again?.constraint == "a_met_milestone_stays_met")
        let more = await #expect(throws: DatabaseError.self) { try await world.show(second) }
        #expect(more?.constraint == "a_met_milestone_needs_no_evidence")
    }

    @Test("The numbers of a list agree with the milestones they count")
    func numbers() async throws {
        let world = try await World()
        try await world.plant(
            "UPDATE milestones SET due_on = current_date - 5 WHERE enrolment_id = \(kelp) AND position <= 3")
        let milestones = try await world.milestones(of: kelp)
        try await world.show(milestones[2].id)
        let (summary, now) = (try await world.summary(of: kelp), try await world.milestones(of: kelp))
        #expect(summary.earned == now.count(where: \.isEarned))
        #expect(summary.awaiting == now.count { $0.standing == .evidenceSubmitted })
        #expect(summary.overdue == now.count { $0.isOverdue(on: summary.today) })
        #expect((summary.earned, summary.awaiting, summary.overdue) == (1, 1, 1))
        #expect(summary.nextDueOn == now[1].dueOn)
    }

    @Test("Nobody assesses the startup they mentor")
    func mentors() async throws {
        let world = try await World()
        // A second manager who mentors the startup, too.
        try await world.plant("UPDATE enrolments SET mentor_id = \(Cast.tom.person.id) WHERE id = \(kelp)")
        let second = try await world.milestones(of: kelp)[1].id
        try await world.show(second)
        let own = await #expect(throws: DatabaseError.self) { try await world.assess(second, .met, as: Cast.tom) }
        #expect(own?.constraint == "mentors_do_not_assess_their_mentees")
        try await world.assess(second, .met)
    }

    @Test("Graduation names what is missing, then happens once; after it nothing is added")
    func graduation() async throws {
        let world = try await World()
        let refusal = await #expect(throws: EnrolmentRefusal.self) { try await world.graduate(kelp) }
        guard case .milestonesOpen(let open) = refusal else {
            Issue.record("refused with \(String(describing: refusal))")
            return
        }
        #expect(open.map(\.position) == [2, 3, 4, 5, 6])
        for milestone in try await world.milestones(of: kelp).dropFirst() {
            try await world.show(milestone.id)
            try await world.assess(milestone.id, milestone.position == 4 ? .partlyMet(credit: 50) : .met)
        }
        try await world.graduate(kelp)
        #expect(try await world.summary(of: kelp).enrolment.state == .graduated)
        await #expect(throws: EnrolmentRefusal.isOver(.graduated)) { try await world.graduate(kelp) }
        let fourth = try await world.milestones(of: kelp)[3].id
        await #expect(throws: EnrolmentRefusal.isOver(.graduated)) { try await world.assess(fourth, .met) }
        let late = await #expect(throws: DatabaseError.self) { try await world.show(fourth) }
        #expect(late?.constraint == "evidence_is_for_a_running_enrolment")
    }

    @Test(
        "Evidence and assessments are added to, never rewritten",
        arguments: ["milestone_evidence", "milestone_assessments"])
    func kept(table: String) async throws {
        let world = try await World()
        let sql: Query =
            table == "milestone_evidence"
            ? "DELETE FROM milestone_evidence" : "UPDATE milestone_assessments SET note = 'other'"
        for member in [Cast.mei, Cast.ada] {
            let wall = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(member)) { try await $0.execute(sql) }
            }
            #expect(wall?.kind == .insufficientPrivilege)
        }
    }
}

/// What row-level security keeps apart.
@Suite("Walls of incubation")
struct EnrolmentWallTests {
    let kelp: Enrolment.ID = demoID("enrolment kelpsense")

    @Test("The startup, its mentor and the park see the progress", arguments: [Cast.ada, Cast.iris, Cast.mei])
    func insiders(member: Cast.Member) async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(member))
        let summary = try #require(try await reader.enrolment(kelp))
        #expect(summary.startupName.description == "KelpSense")
        #expect(try await reader.milestones(of: kelp).first?.evidence.count == 1)
        #expect(try await reader.enrolments(limit: 10).map(\.id) == [kelp])
        #expect(summary.mentorName == "Iris Kwok")
    }

    @Test(
        "Nobody else does", arguments: [Cast.ravi, Cast.kenji, Cast.jun, Cast.chloe, Cast.leo, Cast.grace, Cast.olga])
    func outsiders(member: Cast.Member) async throws {
        let world = try await World()
        let first = try await world.milestones(of: kelp)[1].id
        let reader = world.database.reader(as: world.context(member))
        #expect(try await reader.enrolment(kelp) == nil)
        #expect(try await reader.milestones(of: kelp).isEmpty)
        #expect(try await reader.enrolments(limit: 10).isEmpty)
        let (text, person) = (try LongText("planted"), member.person.id)
        await #expect(throws: Problem.notFound) {
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.showEvidence(
                    NewEvidence(text), for: first, as: .init(), in: Cast.harbour.id, by: person)
            }
        }
        await #expect(throws: Problem.notFound) {
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.endEnrolment(kelp, because: text, by: person)
            }
        }
    }

    @Test("A mentor reads and writes nothing", arguments: ["evidence", "assessment", "end"])
    func readOnly(deed: String) async throws {
        let world = try await World()
        let second = try await world.milestones(of: kelp)[1].id
        let (text, iris) = (try LongText("planted"), Cast.iris.person.id)
        let error = await #expect(throws: (any Error).self) {
            try await world.database.write(as: world.context(Cast.iris)) { transaction in
                switch deed {
                case "evidence":
                    _ = try await transaction.showEvidence(
                        NewEvidence(text), for: second, as: .init(), in: Cast.harbour.id, by: iris)
                case "assessment":
                    _ = try await transaction.assessMilestone(
                        second, .met, note: text, as: .init(), in: Cast.harbour.id, by: iris)
                default: _ = try await transaction.endEnrolment(kelp, because: text, by: iris)
                }
            }
        }
        let isWall = (error as? DatabaseError)?.kind == .insufficientPrivilege || (error as? Problem) == .notFound
        #expect(isWall, "\(String(describing: error))")
    }

    @Test("A founder neither judges nor moves their own enrolment")
    func founders() async throws {
        let world = try await World()
        let second = try await world.milestones(of: kelp)[1].id
        try await world.show(second)
        let (note, ada) = (try LongText("Splendid."), Cast.ada.person.id)
        await #expect(throws: Problem.notFound) {
            try await world.database.write(as: world.context(Cast.ada)) { transaction in
                try await transaction.assessMilestone(
                    second, .met, note: note, as: .init(), in: Cast.harbour.id, by: ada)
            }
        }
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ada)) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO milestone_assessments
                        (tenant_id, milestone_id, id, result, credit, note, assessed_by)
                    VALUES (\(Cast.harbour.id), \(second), gen_random_uuid(), 'met', 100, 'x', \(ada))
                    """)
            }
        }
        #expect(wall?.kind == .insufficientPrivilege)
    }

    @Test("A list of one and a list of three cost the same statements")
    func statements() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let call: CallForApplications.ID = demoID("call incubation")
        _ = try await world.enrol(
            try await world.accepted(call), NewEnrolment(in: demoID("cohort spring")), as: .init())
        func cost(limit: Int) async throws -> (rows: Int, statements: Int) {
            let before = world.database.statistics.statements
            let found = try await reader.enrolments(limit: limit)
            return (found.count, world.database.statistics.statements - before)
        }
        let (one, more) = (try await cost(limit: 1), try await cost(limit: 3))
        #expect(one.rows == 1 && more.rows == 2)
        #expect(one.statements == more.statements)
        let filtered = try await reader.enrolments(standing: .graduated, limit: 10)
        #expect(filtered.isEmpty)
    }
}

extension World {
    /// An accepted application of Ravi's startup.
    func accepted(_ call: CallForApplications.ID) async throws -> Application.ID {
        let (id, ravi, mei) = (Application.ID(), Cast.ravi.person.id, Cast.mei.person.id)
        let (text, day) = (try LongText("We know harbours."), CalendarDate(Date(), in: .hongKong).adding(days: 7))
        try await database.write(as: context(Cast.ravi)) { transaction in
            _ = try await transaction.beginApplication(
                to: call, for: Cast.startup("ledgerleaf"), as: id, in: Cast.harbour.id, by: ravi)
            let questions = try await transaction.call(call)?.questions ?? []
            let edits = Dictionary(uniqueKeysWithValues: questions.map { ($0.id, AnswerEdit(text)) })
            _ = try await transaction.saveAnswers(edits, of: id, by: ravi)
            _ = try await transaction.submitApplication(id, by: ravi)
        }
        try await database.write(as: context(Cast.mei)) { transaction in
            _ = try await transaction.screenApplication(id, finding: .eligible, by: mei)
        }
        try await offer(id, until: day, note: text)
        try await database.write(as: context(Cast.ravi)) { transaction in
            _ = try await transaction.acceptOffer(id, by: ravi)
        }
        return id
    }

    @discardableResult
    func enrol(_ application: Application.ID, _ new: NewEnrolment, as id: Enrolment.ID) async throws -> Enrolment {
        try await database.write(as: context(Cast.mei)) { transaction in
            try await transaction.enrolStartup(
                of: application, new, as: id, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
    }

    func milestones(of id: Enrolment.ID) async throws -> [Milestone] {
        try await database.reader(as: context(Cast.mei)).milestones(of: id)
    }

    func summary(of id: Enrolment.ID) async throws -> EnrolmentSummary {
        try #require(try await database.reader(as: context(Cast.mei)).enrolment(id))
    }

    /// Ada shows something.
    func show(_ milestone: Milestone.ID) async throws {
        let new = NewEvidence(try LongText("Readings of four weeks."), link: WebAddress("https://kelpsense.example/r"))
        try await database.write(as: context(Cast.ada)) { transaction in
            _ = try await transaction.showEvidence(
                new, for: milestone, as: .init(), in: Cast.harbour.id, by: Cast.ada.person.id)
        }
    }

    func assess(_ milestone: Milestone.ID, _ outcome: Assessment.Outcome, as member: Cast.Member = Cast.mei)
        async throws
    {
        let note = try LongText("Read with care.")
        try await database.write(as: context(member)) { transaction in
            _ = try await transaction.assessMilestone(
                milestone, outcome, note: note, as: .init(), in: Cast.harbour.id, by: member.person.id)
        }
    }

    @discardableResult
    func graduate(_ id: Enrolment.ID) async throws -> Enrolment {
        try await database.write(as: context(Cast.mei)) { transaction in
            try await transaction.graduate(id, by: Cast.mei.person.id)
        }
    }

    /// Writes as the owner, past every policy.
    func plant(_ sql: Query) async throws {
        try await owner.write(as: .none) { transaction in _ = try await transaction.execute(sql) }
    }
}
