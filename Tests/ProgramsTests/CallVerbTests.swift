import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Partnerships
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Programs

@Suite("Keeping programs and calls")
struct CallVerbTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let general: ProgramStream.ID = demoID("stream incubation general")
    private let fintech: ProgramStream.ID = demoID("stream acceleration fintech")
    private let second: MoU.ID = demoID("mou MoU-2")

    private func draft(
        of stream: ProgramStream.ID, opens: Double = 5, closes: Double = 30, questions: Int = 2, grace: Int = 60
    ) throws -> CallDraft {
        let now = Date.now
        return try CallDraft(
            stream: stream, title: LocalizedName(en: "Autumn intake", ja: "秋の公募"),
            opensAt: now.addingTimeInterval(opens * 86_400),
            deadline: Deadline(now.addingTimeInterval(closes * 86_400), in: .hongKong, graceSeconds: grace),
            questions: (0..<questions).map { index in
                try CallDraft.Question(
                    id: CallForApplications.Question.ID(), prompt: LocalizedLine(en: "Question \(index + 1)?"),
                    hint: index == 0 ? LocalizedLine(en: "In short.") : nil, isRequired: index == 0, maxLength: 500)
            })
    }

    @Test("a program, its stream, its cohort and a call with its form")
    func adding() async throws {
        let world = try await World()
        let (program, stream, cohort) = (Program.ID(), ProgramStream.ID(), Cohort.ID())
        let robotics = try #require(FocusArea.ID("robotics"))
        let id = CallForApplications.ID()
        let draft = try draft(of: stream)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.addProgram(
                NewProgram(kind: .ideation, name: LocalizedName(en: "Ideas")), as: program, in: tenant)
            let added = try await transaction.addStream(
                NewStream(
                    program: program, name: LocalizedName(en: "Robots"), focusAreas: [robotics],
                    partners: [ProgramStream.Partner(Cast.institution("harbour/sakuragi"), under: second)]),
                as: stream, in: tenant)
            #expect(try await transaction.stream(stream)?.partners == added.partners)
            #expect(try await transaction.stream(stream)?.focusAreas == [robotics])
            let today = CalendarDate(transaction.now, in: .hongKong)
            _ = try await transaction.addCohort(
                NewCohort(
                    stream: stream, name: Name("First"), startsOn: today, endsOn: today.adding(days: 90), capacity: 5),
                as: cohort, in: tenant)
            #expect(try await transaction.cohorts(of: stream).map(\.id) == [cohort])
            #expect(try await transaction.cohort(cohort)?.capacity == 5)
            let call = try await transaction.draftCall(draft, as: id, in: tenant)
            #expect(call.program == program)
            #expect(call.status(at: transaction.now) == .draft)
            #expect(call.questions.map(\.position) == [1, 2])
            #expect(call.questions.map(\.id) == draft.questions.map(\.id))
            #expect(call.questions.map(\.isRequired) == [true, false])
            #expect(call.questions.first?.hint?.description == "In short.")
            #expect(call.deadline.zone == .hongKong)
        }
    }

    @Test("an agreement that ends early takes with it the calls that would have opened later")
    func endedAgreement() async throws {
        let world = try await World()
        let (soon, late) = (CallForApplications.ID(), CallForApplications.ID())
        let drafts = [
            (soon, try draft(of: fintech, opens: 2)), (late, try draft(of: fintech, opens: 20, closes: 40)),
        ]
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            for (id, draft) in drafts {
                _ = try await transaction.draftCall(draft, as: id, in: tenant)
                _ = try await transaction.publishCall(id, by: mei)
            }
            let day = CalendarDate(transaction.now, in: .hongKong).adding(days: 10)
            _ = try await transaction.terminateMoU(
                second, on: day, MoU.Termination(reason: ShortText("Both go another way."), isMutual: true), in: tenant,
                by: mei)
            #expect(try await transaction.call(soon)?.status(at: transaction.now) == .scheduled)
            #expect(try await transaction.call(late)?.status(at: transaction.now) == .cancelled)
        }
    }

    @Test("what contradicts itself is refused by the schema, and has words")
    func constraints() async throws {
        let world = try await World()
        let today = CalendarDate(Date.now, in: .hongKong)
        let cohort = try NewCohort(
            stream: general, name: Name("X"), startsOn: today, endsOn: today, capacity: 1)
        #expect(
            await refused(world) { _ = try await $0.addCohort(cohort, as: Cohort.ID(), in: tenant) }
                == "cohort_ends_after_it_starts")
        let tiny = try NewCohort(
            stream: general, name: Name("X"), startsOn: today, endsOn: today.adding(days: 1), capacity: 0)
        #expect(
            await refused(world) { _ = try await $0.addCohort(tiny, as: Cohort.ID(), in: tenant) }
                == "cohort_has_room_for_one")
        let twice = try NewCohort(
            stream: general, name: Name("Cohort \(today.year)"), startsOn: today, endsOn: today.adding(days: 1),
            capacity: 1)
        #expect(
            await refused(world) { _ = try await $0.addCohort(twice, as: Cohort.ID(), in: tenant) }
                == "cohorts_have_distinct_names_in_a_stream")
        let stranger = try NewStream(
            program: demoID("program incubation"), name: LocalizedName(en: "S"),
            partners: [ProgramStream.Partner(Cast.institution("harbour/kitagawa"), under: second)])
        #expect(
            await refused(world) { _ = try await $0.addStream(stranger, as: ProgramStream.ID(), in: tenant) }
                == "stream_partner_is_party_to_the_mou")
        let nowhere = try NewStream(program: Program.ID(), name: LocalizedName(en: "S"))
        #expect(
            await refused(world) { _ = try await $0.addStream(nowhere, as: ProgramStream.ID(), in: tenant) }
                == "streams_tenant_id_program_id_fkey")
        let backwards = try draft(of: general, opens: 3, closes: 2)
        #expect(
            await refused(world) { _ = try await $0.draftCall(backwards, as: .init(), in: tenant) }
                == "call_closes_after_it_opens")
        let generous = try draft(of: general, grace: 3601)
        #expect(
            await refused(world) { _ = try await $0.draftCall(generous, as: .init(), in: tenant) }
                == "call_grace_is_at_most_an_hour")
        for name in [
            "cohort_ends_after_it_starts", "cohort_has_room_for_one", "cohorts_have_distinct_names_in_a_stream",
            "streams_tenant_id_program_id_fkey", "call_closes_after_it_opens", "call_grace_is_at_most_an_hour",
            "calls_open_while_their_mou_is_in_force",
        ] {
            #expect(ProgramsRoom.constraints[name] != nil, "\(name) has no words")
        }
    }

    @Test("a revision replaces the form, and only before publication")
    func revision() async throws {
        let world = try await World()
        let id = CallForApplications.ID()
        let (first, other) = (try draft(of: general), try draft(of: general, questions: 3))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(first, as: id, in: tenant)
            let revised = try await transaction.reviseCall(id, to: other, in: tenant) { current in
                #expect(current.questions.count == 2)
            }
            #expect(revised.questions.map(\.id) == other.questions.map(\.id))
            _ = try await transaction.publishCall(id, by: mei)
        }
        await #expect(throws: CallRefusal.published) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.reviseCall(id, to: first, in: tenant) { _ in }
            }
        }
    }

    @Test("a partnered stream's call goes out only while the agreement is in force on the day it opens")
    func agreementBehind() async throws {
        let world = try await World()
        let id = CallForApplications.ID()
        let reason = try ShortText("The partner leaves")
        let inTime = try draft(of: fintech, opens: 99, closes: 110)
        let tooLate = try draft(of: fintech, opens: 101, closes: 110)
        let alone = try draft(of: general, opens: 101, closes: 110)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(tooLate, as: id, in: tenant)
            let today = CalendarDate(transaction.now, in: .hongKong)
            _ = try await transaction.terminateMoU(
                second, on: today.adding(days: 100), MoU.Termination(reason: reason, isMutual: true), in: tenant,
                by: mei)
        }
        #expect(
            await refused(world) { _ = try await $0.publishCall(id, by: mei) }
                == "calls_open_while_their_mou_is_in_force")
        #expect(
            await refused(world) {
                _ = try await $0.reviseCall(id, to: inTime, in: tenant) { _ in }
                _ = try await $0.publishCall(id, by: mei)
            } == nil)
        #expect(
            await refused(world) {
                let other = CallForApplications.ID()
                _ = try await $0.draftCall(alone, as: other, in: tenant)
                _ = try await $0.publishCall(other, by: mei)
            } == nil)
    }

    @Test("an extension keeps what it moved, and why")
    func extending() async throws {
        let world = try await World()
        let id: CallForApplications.ID = demoID("call fintech")
        let reason = try ShortText("The network was down")
        let reader = world.database.reader(as: world.context(Cast.ada))
        let before = try #require(try await reader.call(id))
        let later = before.deadline.instant.addingTimeInterval(7 * 86_400)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.extendCall(id, to: later, because: reason, in: tenant, by: mei)
        }
        #expect(try await reader.call(id)?.deadline.instant == later)
        let made = try await reader.extensions(of: id)
        #expect(made.map(\.reason) == [reason])
        #expect(made.map(\.closedAt) == [before.deadline.instant])
        await #expect(throws: CallRefusal.closingIsNotLater) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.extendCall(
                    id, to: before.deadline.instant, because: reason, in: tenant, by: mei)
            }
        }
    }

    @Test("a cancelled call stays to be read and no longer stands among the open ones")
    func cancelling() async throws {
        let world = try await World()
        let id: CallForApplications.ID = demoID("call incubation")
        let reason = try ShortText("No space")
        let reader = world.database.reader(as: world.context(Cast.ada))
        #expect(try await reader.openCalls().map(\.id).contains(id))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.cancelCall(id, because: reason, by: mei)
        }
        #expect(try await reader.openCalls().contains { $0.id == id } == false)
        #expect(try await reader.call(id)?.cancellationReason == reason)
        #expect(try await reader.calls(standing: .cancelled).map(\.id) == [id])
    }

    /// The name of the constraint that refuses a manager's deed; nil when nothing does.
    private func refused(
        _ world: World, _ deed: @Sendable @escaping (Transaction) async throws -> Void
    ) async -> String? {
        do {
            try await world.database.write(as: world.context(Cast.mei), deed)
            return nil
        } catch {
            return (error as? DatabaseError)?.constraint ?? "\(error)"
        }
    }
}
