internal import Foundation
internal import Institutions
package import Postgres
package import Programs
internal import Vocabulary

extension Statements {
    /// Applications that a filter lets through, in its order. Founders see those of their startup, managers all of the
    /// tenant, drafts included.
    ///
    /// - Parameters:
    ///   - position: after which to go on.
    ///   - limit: how many at the most.
    package func applications(
        matching filter: ApplicationFilter, after position: ApplicationPosition? = nil, limit: Int
    ) async throws -> [ApplicationSummary] {
        let order = filter.order
        let after: Query =
            position.map { position in
                order.isDescending
                    ? " AND (\(fragment: order.key), a.id) < (\(position.key), \(position.id))"
                    : " AND (\(fragment: order.key), a.id) > (\(position.key), \(position.id))"
            } ?? .empty
        let sorting: Query =
            order.isDescending ? "\(fragment: order.key) DESC, a.id DESC" : "\(fragment: order.key), a.id"
        return try await rows(
            """
            -- applications
            \(fragment: .selectApplications)
            WHERE \(fragment: filter.condition)\(fragment: after)
            ORDER BY \(fragment: sorting)
            LIMIT \(limit)
            """
        ).map(ApplicationSummary.init)
    }

    /// Applications, the newest first.
    ///
    /// - Parameters:
    ///   - call: only those to this call; nil for all.
    ///   - state: only those that stand there; nil for all.
    package func applications(
        to call: CallForApplications.ID? = nil, in state: Application.State? = nil,
        after position: ApplicationPosition? = nil, limit: Int
    ) async throws -> [ApplicationSummary] {
        try await applications(
            matching: ApplicationFilter(call: call, state: state.map { [$0] }), after: position, limit: limit)
    }

    /// Of each stage those that have stood there longest, as many as `each`; the stages in the order given.
    package func applicationBoard(
        of stages: [Application.State], matching filter: ApplicationFilter, each: Int
    ) async throws -> [ApplicationSummary] {
        try await rows(
            """
            -- applicationBoard
            SELECT x.* FROM unnest(\(stages)::text[]) WITH ORDINALITY AS stage (state, position)
            CROSS JOIN LATERAL (
                \(fragment: .selectApplications)
                WHERE \(fragment: filter.condition) AND a.state = stage.state
                ORDER BY a.stage_entered_at, a.id
                LIMIT \(each)) AS x
            ORDER BY stage.position, x.stage_entered_at, x.id
            """
        ).map(ApplicationSummary.init)
    }

    /// How many applications stand in each state, and how many of them too long.
    package func applicationCounts(
        matching filter: ApplicationFilter = ApplicationFilter()
    ) async throws -> [Application.State: StageCount] {
        // Every row of the workspace is counted: the tables that only some filters look into are left out of the others.
        let startups: Query =
            filter.q == nil ? .empty : "JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id"
        let streams: Query =
            filter.program == nil
            ? .empty : "JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id"
        return try await rows(
            """
            -- applicationCounts
            SELECT a.state, count(*) AS applications, count(*) FILTER (WHERE \(fragment: .isOverdue)) AS overdue
            FROM applications AS a
            JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
            \(fragment: startups)
            \(fragment: streams)
            LEFT JOIN service_levels AS l ON l.tenant_id = c.tenant_id AND l.stream_id = c.stream_id AND l.state = a.state
            WHERE \(fragment: filter.condition)
            GROUP BY a.state
            """
        ).reduce(into: [:]) { counts, row in
            let state: Application.State = try row("state")
            counts[state] = try StageCount(applications: row("applications"), overdue: row("overdue"))
        }
    }
}

extension ApplicationFilter.Order {
    fileprivate var isDescending: Bool { self == .newest || self == .submitted }

    /// What it sorts by; the second as the index has it.
    fileprivate var key: Query {
        switch self {
        case .newest: "a.created_at"
        case .submitted: "coalesce(a.submitted_at, '1970-01-01 00:00:00+00')"
        case .longestInStage: "a.stage_entered_at"
        case .due: "coalesce(\(fragment: .stageEnds), '9999-12-31 00:00:00+00')"
        }
    }
}

extension ApplicationFilter {
    /// Whether the filter lets `a` through, over the tables of `fromApplications`. Only what is asked for is said, so that
    /// each question has a plan of its own.
    var condition: Query {
        var all: [Query] = ["a.tenant_id = acting_tenant()", .reachOfApplications]
        if let call { all.append("a.call_id = \(call)") }
        if let stream { all.append(Self.counts(for: "\(stream)")) }
        if let program { all.append("s.program_id = \(program)") }
        if let partner {
            all.append(
                Self.counts(
                    for: """
                        SELECT p.stream_id FROM stream_partners AS p
                        WHERE p.tenant_id = acting_tenant() AND p.institution_id = \(partner)
                        """))
        }
        if states.count == 1, let one = states.first {
            all.append("a.state = \(one)")
        } else if !states.isEmpty {
            all.append("a.state = ANY (\(states))")
        }
        if let overdue { all.append("\(fragment: .isOverdue) = \(overdue)") }
        if let stageDays { all.append("a.stage_entered_at <= now() - \(stageDays) * interval '24 hours'") }
        if let submittedFrom {
            all.append("(a.submitted_at AT TIME ZONE c.time_zone)::date >= \(submittedFrom)")
        }
        if let submittedTo { all.append("(a.submitted_at AT TIME ZONE c.time_zone)::date <= \(submittedTo)") }
        if let q {
            all.append(.anyText(of: "i.names", contains: q.string))
        }
        if let batch { all.append("batch_taking(a.submitted_at, c.cutoffs, c.closes_at) = \(batch)") }
        if let overlap {
            all.append(
                "a.id = ANY ((SELECT applications_that_overlap(\(overlap), acting_role(), acting_person()))::uuid[])")
        }
        if let complete {
            all.append("(\(fragment: .requiredAnswered) >= \(fragment: .requiredQuestions)) = \(complete)")
        }
        return all.joined(separator: " AND ")
    }

    /// Whether `a` counts for one of some streams, as the funnel counts it: in a call that offers several, for those it names
    /// and, once it has a place, for that of its place alone; a draft, whose choice is its startup's, for all of them.
    ///
    /// The calls are asked for first, so that whoever applied to others is not looked at.
    private static func counts(for streams: Query) -> Query {
        """
        a.call_id IN (
            SELECT k.id FROM calls AS k WHERE k.tenant_id = acting_tenant() AND k.stream_id IN (\(fragment: streams))
            UNION ALL
            SELECT o.call_id FROM offered_streams AS o
            WHERE o.tenant_id = acting_tenant() AND o.stream_id IN (\(fragment: streams)))
        AND CASE WHEN a.submitted_at IS NULL
                 THEN true
                 WHEN EXISTS (SELECT FROM stream_choices AS h
                              WHERE h.tenant_id = a.tenant_id AND h.application_id = a.id)
                 THEN EXISTS (SELECT FROM stream_choices AS h
                              LEFT JOIN decisions AS d
                                  ON d.tenant_id = h.tenant_id AND d.application_id = h.application_id
                              WHERE h.tenant_id = a.tenant_id AND h.application_id = a.id
                                AND h.stream_id IN (\(fragment: streams))
                                AND coalesce(d.stream_id, h.stream_id) = h.stream_id)
                 ELSE c.stream_id IN (\(fragment: streams)) END
        """
    }
}

extension Statements {
    /// The calls of the workspace, for the filter, with how many batches each takes: none where its window is fixed.
    func callsToFilter() async throws -> [(id: CallForApplications.ID, title: LocalizedName, batches: Int)] {
        try await rows(
            """
            -- callsToFilter
            SELECT c.id, c.title, batches_of_call(c.cutoffs, c.closes_at) AS batches
            FROM calls AS c
            WHERE c.tenant_id = acting_tenant() AND acts_as('manager')
            ORDER BY c.id
            """
        ).map { try ($0("id"), $0("title"), $0("batches")) }
    }

    /// The institutions that take part in a stream, for the filter.
    func streamPartners() async throws -> [(id: Institution.ID, name: LocalizedName)] {
        try await rows(
            """
            -- streamPartners
            SELECT i.id, i.names FROM institutions AS i
            WHERE i.tenant_id = acting_tenant() AND acts_as('manager')
              AND EXISTS (SELECT FROM stream_partners AS p WHERE p.tenant_id = i.tenant_id AND p.institution_id = i.id)
            ORDER BY i.id
            """
        ).map { try ($0("id"), $0("names")) }
    }
}
