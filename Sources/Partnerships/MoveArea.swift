import API
package import Postgres
package import Vocabulary

/// How a signed area of cooperation goes on.
package struct AreaStep: Sendable {
    /// Where to.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case active, paused, delivered, dropped

        var status: MoU.Area.Status {
            switch self {
            case .active: .active
            case .paused: .paused
            case .delivered: .delivered
            case .dropped: .dropped
            }
        }
    }

    let kind: Kind
    let since: CalendarDate?
    let reason: ShortText

    /// A step for a reason, from a day on that has come; from today unless given.
    package init(_ kind: Kind, since: CalendarDate? = nil, because reason: ShortText) {
        self.kind = kind
        self.since = since
        self.reason = reason
    }
}

extension Transaction {
    /// Says how a signed area of an agreement goes on. What is paused or dropped binds nothing new; what began under it stays.
    ///
    /// Not found when there is no such area; refused by `areas_live_while_signed` and `areas_change_on_a_day_that_has_come`.
    package func moveArea(_ area: FocusArea.ID, of mou: MoU.ID, _ step: AreaStep) async throws -> MoU {
        guard try await lockMoU(mou) != nil, try await save(step, of: area, of: mou),
            let moved = try await self.mou(mou)
        else { throw Problem.notFound }
        return moved
    }
}
