internal import API
package import Accounts
internal import Pages
package import Postgres
package import Programs
package import Vocabulary

extension Transaction {
    /// Checks a submitted application against the conditions of its call. Of one that does not meet them a letter to the
    /// startup is written, and held.
    ///
    /// Throws `ApplicationRefusal`, or not found.
    ///
    /// - Parameter conditions: those that are named as not met; on record with what was found of them.
    package func screenApplication(
        _ id: Application.ID, finding screening: Screening, citing conditions: [CallCondition.ID] = [],
        by person: Person.ID
    ) async throws -> Application {
        var reason: LongText?
        if case .ineligible(let because) = screening { reason = because }
        let screened = try await move(id, by: person, note: reason) { application in
            try application.screen(screening, now: now)
        }
        if screened.state == .ineligible {
            let found = Set(try await findings(of: id).map(\.condition))
            if let stranger = conditions.firstIndex(where: { !found.contains($0) }) {
                throw Problem.invalid("/conditions/\(stranger)", "Nothing was found of this condition.")
            }
            if !conditions.isEmpty { try await cite(conditions, of: id, by: person) }
            try await announce(screened, as: "ineligible", note: reason)
        }
        return screened
    }

    /// Decides on an application that was judged. The startup reads the note with the decision, and a letter to it is
    /// written, and held.
    ///
    /// An offer stands until the end of its last day in the zone of the call. Throws `ApplicationRefusal`, or not found.
    package func decideApplication(
        _ id: Application.ID, _ decision: Decision, note: LongText, by person: Person.ID
    ) async throws -> Application {
        guard let summary = try await application(id) else { throw Problem.notFound }
        let decided = try await move(id, by: person, note: note) { application in
            try application.decide(decision, in: summary.deadline.zone, now: now)
        }
        var lastDay: CalendarDate?
        if case .offer(let day) = decision { lastDay = day }
        try await announce(decided, as: decided.state.rawValue, note: note, until: lastDay)
        return decided
    }
}

extension Statements {
    /// The verdict that a form or a body means: named conditions without a reason say it by what was found of them.
    func screening(_ body: ScreeningBody, of id: Application.ID) async throws -> Screening {
        guard body.verdict == .ineligible, body.reason == nil, let named = body.conditions, !named.isEmpty,
            let summary = try await application(id)
        else { return try body.screening() }
        let conditions = try await conditions(of: summary.application.call)
        let lines = try await findings(of: id).filter { named.contains($0.condition) }.compactMap { found in
            conditions.first { $0.id == found.condition }.map { found.finding.sentence(of: $0, in: .english) }
        }
        guard !lines.isEmpty else { return try body.screening() }
        return .ineligible(because: try LongText(lines.joined(separator: "\n")))
    }
}
