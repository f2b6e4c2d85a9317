internal import Accounts
package import Postgres
package import Programs

extension Statements {
    /// The streams that an applicant wants, the most wanted first. For its founders, and for managers once it was handed in:
    /// whoever judges it does not know.
    package func streamChoices(of id: Application.ID) async throws -> [ProgramStream.ID] {
        try await rows(
            """
            -- streamChoices
            SELECT k.stream_id FROM stream_choices AS k
            JOIN applications AS a ON a.tenant_id = k.tenant_id AND a.id = k.application_id
            WHERE k.tenant_id = acting_tenant() AND k.application_id = \(id)
              AND (acts_as('system') OR acts_as('manager') AND a.submitted_at IS NOT NULL
                   OR acts_as('founder') AND a.startup_id = acting_institution())
            ORDER BY k.rank
            """
        ).map { try $0("stream_id") }
    }

    /// The stream that the place of an application is in; nil where its call offers no choice, where it is offered none, and
    /// where the principal may not know. For its founders and for managers.
    package func placeStream(of id: Application.ID) async throws -> OfferedStream? {
        try await first(
            """
            -- placeStream
            SELECT o.stream_id, s.name, o.places
            FROM decisions AS d
            JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
            JOIN offered_streams AS o ON o.tenant_id = d.tenant_id AND o.call_id = a.call_id AND o.stream_id = d.stream_id
            JOIN streams AS s ON s.tenant_id = o.tenant_id AND s.id = o.stream_id
            WHERE d.tenant_id = acting_tenant() AND d.application_id = \(id) AND \(fragment: .reachOfApplications)
            """
        ).map { try OfferedStream(stream: $0("stream_id"), name: $0("name"), places: $0("places")) }
    }
}

extension Statements {
    /// The orders of several applications that were handed in, for managers.
    func streamChoices(ofAll ids: [Application.ID]) async throws -> [Application.ID: [ProgramStream.ID]] {
        let found: [(Application.ID, ProgramStream.ID)] = try await rows(
            """
            -- streamChoices of several applications
            SELECT k.application_id, k.stream_id FROM stream_choices AS k
            JOIN applications AS a ON a.tenant_id = k.tenant_id AND a.id = k.application_id
            WHERE k.tenant_id = acting_tenant() AND acts_as('manager') AND a.submitted_at IS NOT NULL
              AND k.application_id = ANY (\(ids))
            ORDER BY k.application_id, k.rank
            """
        ).map { try ($0("application_id"), $0("stream_id")) }
        return Dictionary(grouping: found, by: \.0).mapValues { $0.map(\.1) }
    }
}

extension Transaction {
    func store(_ streams: [ProgramStream.ID], of application: Application, by person: Person.ID) async throws {
        try await execute(
            """
            -- chooseStreams: the order before
            DELETE FROM stream_choices WHERE tenant_id = acting_tenant() AND application_id = \(application.id)
            """)
        try await execute(
            """
            -- chooseStreams
            INSERT INTO stream_choices (tenant_id, application_id, call_id, stream_id, rank, saved_by)
            SELECT acting_tenant(), \(application.id), \(application.call), fresh.stream, fresh.rank, \(person)
            FROM unnest(\(streams)) WITH ORDINALITY AS fresh (stream, rank)
            """)
        try await execute(
            """
            -- chooseStreams: how many
            UPDATE applications SET streams_chosen = \(streams.count)
            WHERE tenant_id = acting_tenant() AND id = \(application.id)
            """)
        // What is asked follows the streams.
        _ = try await noteAnswers(of: application)
    }
}
