import API
import Applications
import Foundation
import Programs
import Testing
import Vocabulary

@testable import Incubation

/// Plans, standings and transitions, without a database.
@Suite("Enrolment")
struct EnrolmentTests {
    static let noon = Date(timeIntervalSince1970: 1_800_000_000)

    @Test("Incubation has six assessments in three years, the first in month 3, then one every six months")
    func incubation() throws {
        #expect(MilestonePlan.incubation.steps.map(\.month) == [3, 9, 15, 21, 27, 33])
        #expect(MilestonePlan.ideation.steps.count == 2)
        #expect(MilestonePlan.acceleration.steps.count == 3)
        for kind in Program.Kind.allCases {
            let months = MilestonePlan.standard(for: kind).steps.map(\.month)
            #expect(months == months.sorted() && !months.isEmpty)
        }
    }

    @Test("A plan is laid out from the first day of the cohort, also over short months")
    func dates() throws {
        let start = try #require(CalendarDate("2026-11-30"))
        let milestones = MilestonePlan.incubation.milestones(from: start, until: start.adding(months: 36)) {
            Milestone.ID()
        }
        #expect(milestones.map(\.position) == [1, 2, 3, 4, 5, 6])
        #expect(milestones.map(\.dueOn.description).prefix(3) == ["2027-02-28", "2027-08-30", "2028-02-29"])
        #expect(Set(milestones.map(\.id)).count == 6)
    }

    @Test("A cohort shorter than the plan keeps its order and ends with its last milestone")
    func shortCohort() throws {
        let start = try #require(CalendarDate("2027-03-01"))
        let end = start.adding(days: 84)
        let days = MilestonePlan.acceleration.milestones(from: start, until: end) { Milestone.ID() }.map(\.dueOn)
        #expect(days == days.sorted())
        #expect(days.last == end)
        #expect(start.days(until: days[0]) == 21)
    }

    @Test("A milestone stands where its last evidence and judgement put it")
    func standings() throws {
        #expect(try milestone().standing == .planned)
        #expect(try milestone(shown: [1]).standing == .evidenceSubmitted)
        #expect(try milestone(shown: [1], judged: [(2, .notMet)]).standing == .notMet)
        #expect(try milestone(shown: [1, 3], judged: [(2, .notMet)]).standing == .evidenceSubmitted)
        #expect(try milestone(shown: [1], judged: [(2, .partlyMet(credit: 40))]).standing == .partlyMet)
        #expect(try milestone(shown: [1, 3], judged: [(2, .partlyMet(credit: 40))]).standing == .evidenceSubmitted)
        #expect(try milestone(shown: [1], judged: [(2, .notMet), (3, .met)]).standing == .met)
        #expect(try milestone(shown: [1, 9], judged: [(3, .met)]).standing == .met)
    }

    @Test("A credit once given counts until a later judgement takes it away")
    func earned() throws {
        #expect(try milestone(shown: [1, 3], judged: [(2, .partlyMet(credit: 40))]).isEarned)
        #expect(try !milestone(shown: [1, 3], judged: [(2, .partlyMet(credit: 40)), (4, .notMet)]).isEarned)
        #expect(try !milestone(shown: [1]).isEarned)
    }

    @Test("Overdue is what nobody showed anything for; what waits to be judged is not")
    func overdue() throws {
        let due = try milestone().dueOn
        #expect(try !milestone().isOverdue(on: due))
        #expect(try milestone().isOverdue(on: due.adding(days: 1)))
        #expect(try !milestone(shown: [1]).isOverdue(on: due.adding(days: 1)))
        #expect(try milestone(shown: [1], judged: [(2, .notMet)]).isOverdue(on: due.adding(days: 1)))
        #expect(try !milestone(shown: [1], judged: [(2, .met)]).isOverdue(on: due.adding(days: 1)))
    }

    @Test("Only an accepted offer leads into a cohort, and only into one of its stream")
    func begin() throws {
        let stream = ProgramStream.ID()
        let call = try call(of: stream)
        let cohort = try cohort(of: stream)
        for state in Application.State.allCases where state != .accepted {
            #expect(throws: EnrolmentRefusal.offerNotAccepted) {
                try Enrolment.begin(.init(), of: application(state), to: call, in: cohort, mentor: nil)
            }
        }
        let accepted = application(.accepted)
        #expect(throws: EnrolmentRefusal.cohortOfAnotherStream) {
            try Enrolment.begin(.init(), of: accepted, to: call, in: try self.cohort(of: .init()), mentor: nil)
        }
        let enrolment = try Enrolment.begin(.init(), of: accepted, to: call, in: cohort, mentor: nil)
        #expect(enrolment.startedOn == cohort.startsOn && enrolment.startup == accepted.startup)
        #expect(enrolment.state == .active)
    }

    @Test("Graduation needs every milestone, and names those that are missing")
    func graduation() throws {
        let done = try milestone(shown: [1], judged: [(2, .met)])
        let partly = try milestone(shown: [1], judged: [(2, .partlyMet(credit: 1))])
        let open = try milestone(shown: [1])
        var enrolment = enrolment()
        #expect(
            throws: EnrolmentRefusal.milestonesOpen([
                .init(position: open.position, title: open.title, standing: .evidenceSubmitted)
            ])
        ) {
            try enrolment.graduate(with: [done, open, partly], now: Self.noon)
        }
        #expect(enrolment.state == .active)
        try enrolment.graduate(with: [done, partly], now: Self.noon)
        #expect(enrolment.ending == .graduated(at: Self.noon))
        let reason = try LongText("too late")
        #expect(throws: EnrolmentRefusal.isOver(.graduated)) { try enrolment.end(because: reason, now: Self.noon) }
        let problem = EnrolmentRefusal.milestonesOpen([
            .init(position: 3, title: open.title, standing: .planned)
        ]).problem
        #expect(problem.errors.first?.pointer == "/milestones/3")
    }

    @Test("An early end keeps its reason and is final")
    func end() throws {
        var enrolment = enrolment()
        let reason = try LongText("Acquired.")
        try enrolment.end(because: reason, now: Self.noon)
        #expect(enrolment.state == .ended)
        #expect(throws: EnrolmentRefusal.isOver(.ended)) { try enrolment.graduate(with: [], now: Self.noon) }
    }

    @Test("A partly met milestone carries a credit from 1 to 99", arguments: [nil, 0, 100, -1])
    func credit(credit: Int?) throws {
        let note = try LongText("x")
        #expect(throws: EnrolmentRefusal.creditOutOfRange) {
            try AssessmentBody(result: .partlyMet, credit: credit, note: note).outcome()
        }
    }

    // MARK: Examples

    private func milestone(
        shown: [Int] = [], judged: [(at: Int, outcome: Assessment.Outcome)] = []
    ) throws -> Milestone {
        let text = try LongText("words")
        return try Milestone(
            id: .init(), position: 2, title: Name("Month 9"), criteria: text,
            dueOn: #require(CalendarDate("2027-08-30")),
            evidence: shown.map {
                Evidence(
                    id: .init(), text: text, link: nil, submittedAt: Self.noon.addingTimeInterval(Double($0)),
                    submittedBy: nil)
            },
            assessments: judged.map {
                Assessment(
                    id: .init(), outcome: $0.outcome, note: text,
                    assessedAt: Self.noon.addingTimeInterval(Double($0.at)), assessedBy: nil)
            })
    }

    private func application(_ state: Application.State) -> Application {
        Application(
            id: .init(), call: .init(), startup: .init(), state: state, createdAt: Self.noon, savedAt: Self.noon)
    }

    private func enrolment() -> Enrolment {
        Enrolment(
            id: .init(), application: .init(), startup: .init(), cohort: .init(),
            startedOn: CalendarDate(Self.noon, in: .hongKong))
    }

    private func call(of stream: ProgramStream.ID) throws -> CallForApplications {
        try CallForApplications(
            id: .init(), stream: stream, streamName: LocalizedName(en: "S"), program: .init(),
            programName: LocalizedName(en: "P"), title: LocalizedName(en: "C"), opensAt: Self.noon,
            deadline: Deadline(Self.noon, in: .hongKong))
    }

    private func cohort(of stream: ProgramStream.ID) throws -> Cohort {
        // A cohort is only ever read from the database, so it is decoded here.
        let json = """
            {"id": "\(Cohort.ID())", "stream": "\(stream)", "name": "2027", "startsOn": "2027-03-01",
             "endsOn": "2030-03-01", "capacity": 3}
            """
        return try JSONDecoder().decode(Cohort.self, from: Data(json.utf8))
    }
}
