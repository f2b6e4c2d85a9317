import API
import Accounts
import Foundation
package import Postgres
import Vocabulary

extension Statements {
    /// What is announced and has not closed, of all workspaces or of one, the next to close first. Whoever asks is answered
    /// alike.
    package func announcedCalls(in workspace: String? = nil) async throws -> [AnnouncedCall] {
        try await rows(
            """
            -- announcedCalls
            SELECT a.call, a.park, a.park_slug, a.park_name, a.call_title, a.call_program, a.call_stream, a.opening,
                   a.closing, a.zone
            FROM announced_calls(\(workspace), NULL) AS a
            WHERE now() <= a.closing ORDER BY a.closing, a.call
            """
        ).map(AnnouncedCall.init)
    }

    /// One announced call, also when it has closed; nil for any other, whether there is one or not.
    package func announcedCall(_ id: CallForApplications.ID) async throws -> AnnouncedCall? {
        try await first(
            """
            -- announcedCall
            SELECT a.call, a.park, a.park_slug, a.park_name, a.call_title, a.call_program, a.call_stream, a.opening,
                   a.closing, a.zone
            FROM announced_calls(NULL, \(id)) AS a
            """
        ).map(AnnouncedCall.init)
    }

    /// Whether anything is announced that has not closed.
    package func announcesAnything() async throws -> Bool {
        try await one(
            """
            -- announcesAnything
            SELECT EXISTS (SELECT FROM announced_calls(NULL, NULL) AS a WHERE now() <= a.closing) AS announced
            """
        )("announced")
    }

    /// How the acting workspace takes registrations.
    package func registrationRules() async throws -> RegistrationRules {
        let row = try await first(
            """
            -- registrationRules
            SELECT t.takes_registrations, t.slug, t.registration_letters_a_day, letters_of_the_day(t.id) AS letters_today
            FROM tenants AS t WHERE t.id = acting_tenant() AND acts_as('manager', 'system')
            """)
        guard let row else { throw Problem.notFound }
        let isOpen: Bool = try row("takes_registrations")
        return try RegistrationRules(
            door: isOpen ? .taken : .notTaken, workspace: row("slug"), lettersPerDay: row("registration_letters_a_day"),
            lettersToday: row("letters_today"))
    }
}

extension Transaction {
    /// Lets the acting workspace's public calls be found by everybody, or no longer. What was registered for in between
    /// stays as it is; links that are not used yet open again with the door.
    ///
    /// Refused by `registration_letters_a_day_are_reasonable`.
    ///
    /// - Parameter lettersPerDay: how many letters strangers may ask for in 24 hours; nil leaves it as it is.
    package func setRegistrationDoor(_ door: RegistrationDoor, lettersPerDay: Int? = nil) async throws {
        try await execute(
            """
            -- setRegistrationDoor
            UPDATE tenants SET takes_registrations = \(door == .taken),
                registration_letters_a_day = coalesce(\(lettersPerDay), registration_letters_a_day)
            WHERE id = acting_tenant() AND acts_as('manager', 'system')
            """)
    }
}

extension AnnouncedCall {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("call"), tenant: row("park"), workspace: row("park_slug"), workspaceName: row("park_name"),
            title: row("call_title"), programName: row("call_program"), streamName: row("call_stream"),
            opensAt: row("opening"), closesAt: row("closing"), zone: row("zone"))
    }
}
