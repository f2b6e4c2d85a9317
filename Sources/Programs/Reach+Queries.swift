internal import API
internal import Postgres

/// What a founder reaches of a workspace's programs, said a second time beside row-level security: what has a call that
/// they may know of or such a call leads into, and what their startup is enrolled in. Everybody else is asked nothing, since the whole of it is theirs
/// to read or, to visitors, row-level security's to leave out.
extension Statements {
    /// Which programs.
    var reachOfPrograms: Query {
        guard actingRole == .founder else { return "true" }
        return """
            EXISTS (SELECT FROM streams AS s
                    WHERE s.tenant_id = programs.tenant_id AND s.program_id = programs.id
                      AND \(fragment: .isKnownToFounder))
            """
    }

    /// Which streams `s`.
    var reachOfStreams: Query { actingRole == .founder ? .isKnownToFounder : "true" }

    /// Which cohorts.
    var reachOfCohorts: Query {
        guard actingRole == .founder else { return "true" }
        return """
            (\(fragment: .hasKnownCall("cohorts.tenant_id", "cohorts.stream_id")) OR EXISTS (
                SELECT FROM enrolments AS e
                WHERE e.tenant_id = cohorts.tenant_id AND e.cohort_id = cohorts.id
                  AND e.startup_id = acting_institution()) OR EXISTS (
                SELECT FROM calls AS c
                WHERE c.tenant_id = cohorts.tenant_id AND c.cohort_id = cohorts.id AND \(fragment: .reachOfCalls)))
            """
    }
}

extension Query {
    /// Whether a founder may know of the stream `s`.
    fileprivate static var isKnownToFounder: Query {
        """
        (\(fragment: .hasKnownCall("s.tenant_id", "s.id")) OR EXISTS (
            SELECT FROM cohorts AS h JOIN enrolments AS e ON e.tenant_id = h.tenant_id AND e.cohort_id = h.id
            WHERE h.tenant_id = s.tenant_id AND h.stream_id = s.id AND e.startup_id = acting_institution()))
        """
    }

    /// Whether a call of a stream, its own or one that offers it, is known to whoever asks.
    fileprivate static func hasKnownCall(_ tenant: Query, _ stream: Query) -> Query {
        """
        EXISTS (
            SELECT FROM calls AS c
            WHERE c.tenant_id = \(fragment: tenant) AND \(fragment: .reachOfCalls) AND (
                c.stream_id = \(fragment: stream) OR EXISTS (
                    SELECT FROM offered_streams AS o
                    WHERE o.tenant_id = c.tenant_id AND o.call_id = c.id AND o.stream_id = \(fragment: stream))))
        """
    }
}
