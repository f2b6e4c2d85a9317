import API
import Accounts
import DemoWorld
import Foundation
import Partnerships
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Programs

@Suite("Who reads programs and calls")
struct ProgramsWallTests {
    private let open: CallForApplications.ID = demoID("call incubation")
    private let fintech: ProgramStream.ID = demoID("stream acceleration fintech")

    @Test(
        "everybody with a seat reads what is published",
        arguments: [
            Cast.mei, Cast.kenji, Cast.ada, Cast.jun, Cast.iris,
        ])
    func published(member: Cast.Member) async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(member))
        let call = try #require(try await reader.call(open))
        #expect(call.questions.count == 4)
        #expect(call.programName.description == "Incubation")
        // One is by invitation: its stream's partner knows of it, and so do managers.
        let isKnown = [Cast.mei, Cast.kenji].contains { $0.person.email == member.person.email }
        #expect(try await reader.openCalls().count == (isKnown ? 5 : 4))
        #expect(try await (reader.call(demoID("call invitation")) != nil) == isKnown)
        #expect(try await reader.programs().count == 2)
        #expect(try await reader.streams().count == 2)
        #expect(try await reader.cohorts().count == 2)
    }

    @Test(
        "a draft, with its questions, is the managers' alone", arguments: [Cast.kenji, Cast.ada, Cast.jun, Cast.iris])
    func drafts(member: Cast.Member) async throws {
        let world = try await World()
        let id = CallForApplications.ID()
        let now = Date.now
        let draft = try CallDraft(
            stream: fintech, title: LocalizedName(en: "Secret"), opensAt: now.addingTimeInterval(86_400),
            deadline: Deadline(now.addingTimeInterval(172_800), in: .tokyo),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Hidden?"))])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: id, in: Cast.harbour.id)
        }
        let reader = world.database.reader(as: world.context(member))
        #expect(try await reader.call(id) == nil)
        #expect(try await reader.calls().contains { $0.id == id } == false)
        #expect(try await reader.value("SELECT count(*) FROM call_questions WHERE call_id = \(id)", as: Int.self) == 0)
        await #expect(throws: Problem.notFound) {
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.publishCall(id, by: member.person.id)
            }
        }
    }

    @Test("a founder knows of no program, stream or cohort before it has a call they may know of, or takes them in")
    func foundersReach() async throws {
        let world = try await World()
        let (program, stream, cohort) = (Program.ID(), ProgramStream.ID(), Cohort.ID())
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.addProgram(
                NewProgram(kind: .ideation, name: LocalizedName(en: "Under wraps")), as: program, in: Cast.harbour.id)
            _ = try await transaction.addStream(
                NewStream(program: program, name: LocalizedName(en: "Hidden")), as: stream, in: Cast.harbour.id)
            _ = try await transaction.addCohort(
                NewCohort(
                    stream: stream, name: Name("Nobody yet"), startsOn: CalendarDate(daysSince1970: 20_820),
                    endsOn: CalendarDate(daysSince1970: 21_000), capacity: 3), as: cohort, in: Cast.harbour.id)
        }
        /// What somebody reads of the three, by id and in lists.
        func known(to member: Cast.Member) async throws -> [Bool] {
            let reader = world.database.reader(as: world.context(member))
            return [
                try await reader.program(program) != nil, try await reader.programs().contains { $0.id == program },
                try await reader.stream(stream) != nil, try await reader.streams().contains { $0.id == stream },
                try await reader.cohort(cohort) != nil, try await reader.cohorts().contains { $0.id == cohort },
            ]
        }
        let (all, nothing) = (Array(repeating: true, count: 6), Array(repeating: false, count: 6))
        #expect(try await known(to: Cast.ada) == nothing)
        for member in [Cast.mei, Cast.kenji, Cast.jun, Cast.iris, Cast.vera] {
            #expect(try await known(to: member) == all, "\(member.person.name)")
        }
        // So it is behind the query.
        let wall = world.database.reader(as: world.context(Cast.ada))
        #expect(try await wall.value("SELECT count(*) FROM streams WHERE id = \(stream)", as: Int.self) == 0)
        // Whom the park enrols knows what in.
        try await world.owner.write(as: .none) {
            try await $0.execute(
                """
                UPDATE enrolments SET cohort_id = \(cohort)
                WHERE id = (SELECT id FROM enrolments WHERE startup_id = \(Cast.startup("kelpsense")) LIMIT 1)
                """)
        }
        #expect(try await known(to: Cast.ada) == all)
        #expect(try await known(to: Cast.ravi) == nothing)
        // A call by invitation tells those whom it invites, and a public one everybody.
        let now = Date.now
        let call = CallForApplications.ID()
        let draft = try CallDraft(
            stream: stream, title: LocalizedName(en: "By invitation"), opensAt: now.addingTimeInterval(86_400),
            deadline: Deadline(now.addingTimeInterval(172_800), in: .tokyo),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Why?"))], access: .invitation)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: call, in: Cast.harbour.id)
            _ = try await transaction.publishCall(call, by: Cast.mei.person.id)
        }
        #expect(try await known(to: Cast.ravi) == nothing)
        try await world.owner.write(as: .none) {
            try await $0.execute(
                """
                INSERT INTO call_admissions (tenant_id, call_id, startup_id, admitted_by)
                VALUES (\(Cast.harbour.id), \(call), \(Cast.startup("ledgerleaf")), \(Cast.mei.person.id))
                """)
        }
        #expect(try await known(to: Cast.ravi) == all)
    }

    @Test("nothing crosses to another workspace")
    func otherWorkspace() async throws {
        let world = try await World()
        for member in [Cast.leo, Cast.grace] {
            let reader = world.database.reader(as: world.context(member))
            #expect(try await reader.call(open) == nil)
            #expect(try await reader.openCalls().isEmpty)
            #expect(try await reader.programs().isEmpty)
            #expect(try await reader.streams().isEmpty)
        }
        let bankAtRival = world.database.reader(as: world.context(Cast.kenji, seat: 1))
        #expect(try await bankAtRival.streams().isEmpty)
    }

    @Test("a partner sees where it takes part itself, founders see no agreement behind a stream")
    func partners() async throws {
        let world = try await World()
        let kitagawa = Cast.institution("harbour/kitagawa")
        let first: MoU.ID = demoID("mou MoU-1")
        // Plant a second partner, which the bank must not see.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO stream_partners (tenant_id, stream_id, institution_id, mou_id)
                VALUES (\(Cast.harbour.id), \(fintech), \(kitagawa), \(first))
                """)
        }
        let manager = try await world.database.reader(as: world.context(Cast.mei)).stream(fintech)
        #expect(manager?.partners.count == 2)
        let bank = try await world.database.reader(as: world.context(Cast.kenji)).stream(fintech)
        #expect(bank?.partners.map(\.institution) == [Cast.institution("harbour/sakuragi")])
        let founder = try await world.database.reader(as: world.context(Cast.ada)).stream(fintech)
        #expect(founder?.partners.isEmpty == true)
    }

    @Test("a list of one and a list of three cost the same statements")
    func statements() async throws {
        let world = try await World()
        let now = Date.now
        let draft = try CallDraft(
            stream: fintech, title: LocalizedName(en: "Third"), opensAt: now.addingTimeInterval(86_400),
            deadline: Deadline(now.addingTimeInterval(172_800), in: .tokyo), questions: [])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: .init(), in: Cast.harbour.id)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        func cost(limit: Int) async throws -> (rows: Int, statements: Int) {
            let before = world.database.statistics.statements
            let calls = try await reader.calls(limit: limit)
            return (calls.count, world.database.statistics.statements - before)
        }
        _ = try await cost(limit: 3)
        let (one, three) = (try await cost(limit: 1), try await cost(limit: 3))
        #expect(one == (1, 1))
        #expect(three == (3, 1))
    }
}
