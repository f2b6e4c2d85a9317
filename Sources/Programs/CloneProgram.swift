import API
package import Accounts
package import Postgres
import Vocabulary

extension Transaction {
    /// Takes a program, a stream or a call into the next year, as `planClone` says it would.
    ///
    /// Not found when there is nothing to clone; refused by the constraints `calls_belong_to_a_running_stream` and those of
    /// what it makes.
    ///
    /// - Parameter rounds: whence calls take their rounds as they were run; nil to let them begin as their streams are designed.
    package func clone(
        _ scope: CloneScope, in tenant: Tenant.ID, rounds: CallRounds? = nil
    ) async throws -> ProgramClone {
        let plan = try await planClone(of: scope, now: now, rounds: rounds)
        if let made = plan.program, let source = try await program(made.source) {
            _ = try await addProgram(
                NewProgram(kind: source.kind, name: made.name, summary: source.summary), as: made.id, in: tenant)
        }
        for made in plan.streams {
            guard let source = try await stream(made.source) else { continue }
            _ = try await addStream(
                NewStream(
                    program: made.program, name: made.name, focusAreas: source.focusAreas, partners: made.partners),
                as: made.id, in: tenant)
            try await copyDesign(of: made.source, to: made.id)
            if !made.moved.isEmpty { try await moveDays(ofDesignOf: made.id, in: tenant) }
            try await copyPool(of: made.source, to: made.id)
        }
        for made in plan.cohorts {
            _ = try await addCohort(
                NewCohort(
                    stream: made.stream, name: made.name, startsOn: made.startsOn, endsOn: made.endsOn,
                    capacity: made.capacity), as: made.id, in: tenant)
        }
        let copies = Dictionary(plan.streams.map { ($0.source, $0.id) }, uniquingKeysWith: { first, _ in first })
        for made in plan.calls {
            try await copyCall(made, streams: copies)
            if !made.moved.isEmpty { try await moveDays(of: made.id) }
            try await rounds?.draft(made, tenant, self)
        }
        return plan
    }

    /// The days that a design names, a year later.
    private func moveDays(ofDesignOf stream: ProgramStream.ID, in tenant: Tenant.ID) async throws {
        guard var design = try await design(of: stream) else { return }
        let written = design.written(in: CalendarDate(now, in: .hongKong).year)
        design.form = written.form
        design.conditions = written.conditions.map(ConditionBody.init)
        try await replace(design, of: stream, in: tenant)
    }

    /// The days that the questions and conditions of a draft name, a year later.
    private func moveDays(of id: CallForApplications.ID) async throws {
        guard let call = try await call(id) else { throw Problem.notFound }
        let asked = call.questions.map { NewQuestion($0) }
        let required = try await conditions(of: id)
        let written = WrittenForAYear(
            asked, requiring: required, in: CalendarDate(call.opensAt, in: call.deadline.zone).year)
        try await replaceDays(
            of: id, in: zip(asked, written.form).filter { $0 != $1 }.map(\.1),
            zip(required, written.conditions).filter { $0 != $1 }.map(\.1))
    }
}
