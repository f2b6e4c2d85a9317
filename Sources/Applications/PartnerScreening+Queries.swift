package import Postgres
internal import Programs
internal import Vocabulary

extension Statements {
    /// What waits to be screened by the principal for their partner, the longest waiting first, 500 at the most. Nothing for
    /// anybody but the staff of a partner that screens.
    package func screenings() async throws -> [PartnerScreening] {
        try await rows(
            """
            -- screenings
            \(fragment: .screenings())
            """
        ).map(PartnerScreening.init)
    }

    /// One of these with what was handed in; nil when there is none.
    package func screening(_ id: Application.ID) async throws -> PartnerScreening? {
        try await first(
            """
            -- screening
            \(fragment: .screenings(only: id))
            """
        ).map(PartnerScreening.init)
    }
}

extension Transaction {
    /// Whether an application that waits for the principal's partner names streams that the partner does not screen. The
    /// principal is not told.
    func namesStreamsOfOthers(_ id: Application.ID) async throws -> Bool {
        try await value(
            """
            -- screenApplication: what else it names
            SELECT names_streams_of_others(\(id))
            """)
    }
}

extension Query {
    /// The function asks by the seat whom it tells what.
    fileprivate static func screenings(only application: Application.ID? = nil) -> Query {
        """
        SELECT s.application_id, s.call_id, s.call_title, s.time_zone, s.startup_names, s.stream_names, s.submitted_at,
               s.content
        FROM screenings(\(application)) AS s
        ORDER BY s.submitted_at, s.application_id
        """
    }
}

extension PartnerScreening {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("application_id"), call: row("call_id"), callTitle: row("call_title"), zone: row("time_zone"),
            startupName: row("startup_names"), streams: (row("stream_names") as JSONB<[LocalizedName]>).value,
            submittedAt: row("submitted_at"),
            content: (row("content") as JSONB<ApplicationSnapshot.Content>?)?.value)
    }
}
