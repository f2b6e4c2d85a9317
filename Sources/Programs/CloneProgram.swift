package import Accounts
package import Postgres

extension Transaction {
    /// Takes a program, a stream or a call into the next year, as `planClone` says it would.
    ///
    /// Not found when there is nothing to clone; refused by the constraints `calls_belong_to_a_running_stream` and those of
    /// what it makes.
    package func clone(_ scope: CloneScope, in tenant: Tenant.ID) async throws -> ProgramClone {
        let plan = try await planClone(of: scope, now: now)
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
            try await copyPool(of: made.source, to: made.id)
        }
        for made in plan.cohorts {
            _ = try await addCohort(
                NewCohort(
                    stream: made.stream, name: made.name, startsOn: made.startsOn, endsOn: made.endsOn,
                    capacity: made.capacity), as: made.id, in: tenant)
        }
        let copies = Dictionary(plan.streams.map { ($0.source, $0.id) }, uniquingKeysWith: { first, _ in first })
        let cohorts = Dictionary(plan.cohorts.map { ($0.source, $0.id) }, uniquingKeysWith: { first, _ in first })
        for made in plan.calls { try await copyCall(made, streams: copies, cohorts: cohorts) }
        return plan
    }
}
