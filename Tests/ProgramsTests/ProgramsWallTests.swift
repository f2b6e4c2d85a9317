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
