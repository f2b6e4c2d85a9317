import API
package import Accounts
package import Postgres
package import Vocabulary

/// A session in which the parties of an agreement exchanged what they know: a talk, a visit, a workshop.
package struct ExchangeSession: Sendable, Identifiable {
    /// Names a session within its tenant.
    package typealias ID = Identifier<ExchangeSession>

    /// The session.
    package let id: ID
    /// In the parties' words.
    package let title: LocalizedName
    /// When it was held.
    package let heldOn: CalendarDate
    /// The area of the agreement that it served.
    package let area: FocusArea.ID?
    /// Who hosted it.
    package let hosts: [Name]
    /// How many people came.
    package let attendance: Int
    /// Where its minutes are.
    package let minutes: WebAddress?
}

/// What a manager says of a session.
package struct NewExchangeSession: Sendable {
    let title: LocalizedName
    let heldOn: CalendarDate
    let area: FocusArea.ID?
    let hosts: [Name]
    let attendance: Int
    let minutes: WebAddress?

    /// A session that was held on a day, by 1 to 20 hosts.
    package init(
        _ title: LocalizedName, on heldOn: CalendarDate, by hosts: [Name], attendance: Int,
        in area: FocusArea.ID? = nil,
        minutes: WebAddress? = nil
    ) {
        self.title = title
        self.heldOn = heldOn
        self.hosts = hosts
        self.attendance = attendance
        self.area = area
        self.minutes = minutes
    }
}

extension Transaction {
    /// Records a session that was held under an agreement.
    ///
    /// Not found when there is no such agreement; refused by `sessions_are_held_in_force`, `sessions_are_recorded_once_held`,
    /// `sessions_name_an_area_of_their_agreement`, `dropped_areas_bind_nothing_new`, `sessions_have_some_hosts` and
    /// `session_attendance_is_reasonable`.
    package func recordSession(
        _ new: NewExchangeSession, as id: ExchangeSession.ID, under mou: MoU.ID, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws {
        guard try await self.mou(mou) != nil else { throw Problem.notFound }
        try await insert(new, as: id, under: mou, in: tenant, by: person)
    }

    /// Takes back the record of a session; the trail keeps it. Not found when there is none.
    package func removeSession(_ id: ExchangeSession.ID, of mou: MoU.ID) async throws {
        guard try await deleteSession(id, of: mou) else { throw Problem.notFound }
    }
}
