internal import Accounts
internal import Foundation
internal import Institutions
package import Postgres
package import Programs
internal import Vocabulary

extension Statements {
    /// What might fund the same thing as an application that was handed in, the strongest suggestions first. For managers
    /// alone, and nothing to one who founded or owns part of either side.
    package func overlaps(of id: Application.ID) async throws -> [FundingOverlap] {
        let found = try await rows(
            """
            -- overlaps of an application
            SELECT x.other_id, i.names AS startup_name, c.title, p.name AS program_name, o.state,
                   EXISTS (SELECT FROM enrolments AS e
                           WHERE e.tenant_id = o.tenant_id AND e.application_id = o.id) AS is_enrolled,
                   x.kind, x.detail, x.share, v.verdict, v.reason, v.judged_at, who.name AS judged_by
            FROM funding_overlaps(ARRAY[\(id)]::uuid[], acting_role(), acting_person()) AS x
            JOIN applications AS o ON o.tenant_id = acting_tenant() AND o.id = x.other_id
            JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = o.startup_id
            JOIN calls AS c ON c.tenant_id = acting_tenant() AND c.id = o.call_id
            JOIN streams AS s ON s.tenant_id = acting_tenant() AND s.id = c.stream_id
            JOIN programs AS p ON p.tenant_id = acting_tenant() AND p.id = s.program_id
            LEFT JOIN funding_overlap_verdicts AS v ON v.tenant_id = acting_tenant() AND v.id = x.verdict_id
                AND v.application_id IN (\(id), x.other_id) AND v.other_id IN (\(id), x.other_id)
            LEFT JOIN people AS who ON who.id = v.judged_by
            ORDER BY x.other_id, x.kind, x.detail
            LIMIT 500
            """)
        var overlaps: [FundingOverlap] = []
        for row in found {
            let evidence = try FundingOverlap.Evidence(
                kind: row("kind"), detail: row("detail"), share: row("share"))
            if try overlaps.last?.other == row("other_id") {
                overlaps[overlaps.count - 1].evidence.append(evidence)
            } else {
                overlaps.append(try FundingOverlap(row, evidence))
            }
        }
        return overlaps.sorted {
            ($0.judgement == nil ? 0 : 1, -$0.evidence.count) < ($1.judgement == nil ? 0 : 1, -$1.evidence.count)
        }
    }

    /// What nobody has judged yet of a call's applications that may still be funded, each two once. For managers alone, and
    /// nothing to one who founded or owns part of either side.
    ///
    /// - Parameter limit: how many at the most.
    package func openOverlaps(of call: CallForApplications.ID, limit: Int) async throws -> [OpenOverlap] {
        let found = try await rows(
            """
            -- open overlaps of a call
            SELECT x.application_id, ours.names AS own_name, x.other_id, i.names AS startup_name, c.title,
                   p.name AS program_name, o.state,
                   EXISTS (SELECT FROM enrolments AS e
                           WHERE e.tenant_id = o.tenant_id AND e.application_id = o.id) AS is_enrolled,
                   x.kind, x.detail, x.share, NULL::text AS verdict
            FROM open_overlaps(\(call), acting_role(), acting_person()) AS x
            JOIN applications AS a ON a.tenant_id = acting_tenant() AND a.id = x.application_id
            JOIN institutions AS ours ON ours.tenant_id = acting_tenant() AND ours.id = a.startup_id
            JOIN applications AS o ON o.tenant_id = acting_tenant() AND o.id = x.other_id
            JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = o.startup_id
            JOIN calls AS c ON c.tenant_id = acting_tenant() AND c.id = o.call_id
            JOIN streams AS s ON s.tenant_id = acting_tenant() AND s.id = c.stream_id
            JOIN programs AS p ON p.tenant_id = acting_tenant() AND p.id = s.program_id
            ORDER BY x.application_id, x.other_id, x.kind, x.detail
            LIMIT 10000
            """)
        var overlaps: [OpenOverlap] = []
        var seen: Set<OverlapPair> = []
        for row in found {
            let pair = OverlapPair(try row("application_id"), try row("other_id"))
            // Told of both, it was listed with the other.
            guard !seen.contains(OverlapPair(pair.other, pair.application)) else { continue }
            let evidence = try FundingOverlap.Evidence(
                kind: row("kind"), detail: row("detail"), share: row("share"))
            if overlaps.last?.pair == pair {
                overlaps[overlaps.count - 1].overlap.evidence.append(evidence)
            } else if overlaps.count < limit {
                seen.insert(pair)
                overlaps.append(
                    OpenOverlap(
                        application: pair.application, startupName: try row("own_name"),
                        overlap: try FundingOverlap(row, evidence)))
            } else {
                break
            }
        }
        return overlaps
    }

    /// The suggestions about each of several applications, judged or not. For managers alone, and nothing to one who founded
    /// or owns part of either side.
    func suggestedOverlaps(of ids: [Application.ID]) async throws -> Set<OverlapPair> {
        try await rows(
            """
            -- suggested overlaps
            SELECT DISTINCT x.application_id, x.other_id
            FROM funding_overlaps(\(ids), acting_role(), acting_person()) AS x
            """
        ).reduce(into: []) { $0.insert(OverlapPair(try $1("application_id"), try $1("other_id"))) }
    }

    /// How many suggestions there are about each of several applications, of those about which there are any. For managers
    /// alone.
    package func overlapTallies(of applications: [Application.ID]) async throws -> [Application.ID: OverlapTally] {
        guard !applications.isEmpty else { return [:] }
        return try await rows(
            """
            -- overlapTallies
            SELECT t.application_id, t.open, t.confirmed
            FROM overlap_tallies(\(applications), acting_role(), acting_person()) AS t
            WHERE t.open > 0 OR t.confirmed > 0
            """
        ).reduce(into: [:]) { tallies, row in
            let application: Application.ID = try row("application_id")
            tallies[application] = try OverlapTally(open: row("open"), confirmed: row("confirmed"))
        }
    }

    /// The same applications with what is counted of each. They are counted in pieces, since a file may have all of a park's.
    func countingOverlaps(
        of found: [ApplicationSummary], inPiecesOf most: Int = 5_000
    ) async throws -> [ApplicationSummary] {
        var tallies: [Application.ID: OverlapTally] = [:]
        for start in stride(from: 0, to: found.count, by: most) {
            let piece = found[start..<min(start + most, found.count)]
            tallies.merge(try await overlapTallies(of: piece.map(\.id))) { first, _ in first }
        }
        return found.map { summary in
            var counted = summary
            counted.overlaps = tallies[summary.id] ?? OverlapTally.none
            return counted
        }
    }
}

extension Transaction {
    func insert(
        _ verdict: FundingOverlap.Verdict, because reason: LongText?, on id: Application.ID, and other: Application.ID,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- judgeOverlap
            INSERT INTO funding_overlap_verdicts (tenant_id, application_id, other_id, id, verdict, reason, judged_by)
            VALUES (acting_tenant(), \(id), \(other), gen_random_uuid(), \(verdict), \(reason), \(person))
            """)
    }
}

extension FundingOverlap.Kind: PostgresCodable {}
extension OverlapStanding: PostgresCodable {}
extension FundingOverlap.Verdict: PostgresCodable {}

extension FundingOverlap {
    fileprivate init(_ row: Row, _ evidence: Evidence) throws {
        let verdict: Verdict? = try row("verdict")
        try self.init(
            other: row("other_id"), startupName: row("startup_name"), callTitle: row("title"),
            programName: row("program_name"), state: row("state"), isEnrolled: row("is_enrolled"), evidence: [evidence],
            judgement: verdict.map {
                try Judgement(verdict: $0, reason: row("reason"), at: row("judged_at"), by: row("judged_by"))
            })
    }
}
