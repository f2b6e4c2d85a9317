internal import Accounts
internal import Applications
internal import Calibration
internal import Foundation
internal import Jobs
internal import Postgres
internal import Vocabulary

extension Statements {
    /// What is kept of a round's calibration, or of that of some applications, read for so many places; for managers.
    func calibration(
        of round: ReviewRound, places: Int, among some: [Application.ID]? = nil
    ) async throws -> RoundCalibration {
        // More places than anybody could be compared for are as good as all.
        let places = min(max(1, places), CalibrationSample.mostApplications)
        let kept = try await first(
            """
            -- calibration
            SELECT r.call_id = ANY ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[]) AS is_withheld,
                   k.calibrated_at, k.inputs, h.holds, CASE WHEN h.holds THEN k.refusal END AS refusal,
                   CASE WHEN h.holds THEN k.figures END AS figures,
                   k.steadiness[least(\(places)::integer, cardinality(k.steadiness))] AS overlap
            FROM review_rounds AS r
            LEFT JOIN round_calibrations AS k ON k.tenant_id = r.tenant_id AND k.round_id = r.id
            CROSS JOIN LATERAL (
                -- What was kept by other arithmetic is not even read: it may say things in other words. OFFSET has it asked
                -- once: all reviews of the round are gone through.
                SELECT k.engine IS NOT DISTINCT FROM \(CalibratedScores.version)
                       AND k.inputs = calibration_inputs(r.tenant_id, r.id) AS holds OFFSET 0) AS h
            WHERE r.tenant_id = acting_tenant() AND r.id = \(round.id) AND acts_as('manager', 'system')
            """)
        guard let kept else { return .awaited(last: nil) }
        guard try !kept("is_withheld") else { return .withheld }
        let at: Date? = try kept("calibrated_at")
        guard let at, try kept("holds") == true else { return .awaited(last: at) }
        if let refusal = (try kept("refusal") as JSONB<CalibrationRefusal>?)?.value { return .refused(refusal, at: at) }
        let figures = (try kept("figures") as JSONB<CalibrationFinding.Figures>).value
        let applications = try await calibrated(in: round.id, from: kept("inputs"), places: places, among: some)
        // What was found is of somebody. Where it is of nobody, others have been kept between the two statements.
        guard some != nil || !applications.isEmpty else { return .awaited(last: at) }
        return .found(
            CalibratedRound(
                at: at, applications: applications,
                expectedOverlap: try kept("overlap"), figures: figures))
    }

    /// The applications that were compared from the reviews that `inputs` says; none where others have been kept since.
    private func calibrated(
        in round: ReviewRound.ID, from inputs: String, places: Int, among some: [Application.ID]?
    ) async throws -> [Application.ID: CalibratedStanding] {
        try await rows(
            """
            -- calibrated applications
            SELECT c.application_id, c.score, c.low, c.high, c.rank, c.raw_mean, c.raw_rank, c.best_rank, c.worst_rank,
                   width_bucket(\(places)::integer, c.likely_ranks)::double precision / 100 AS chance
            FROM calibrated_applications AS c
            WHERE \(inputs) = (SELECT k.inputs FROM round_calibrations AS k
                               WHERE k.tenant_id = acting_tenant() AND k.round_id = \(round))
              AND c.tenant_id = acting_tenant() AND c.round_id = \(round) AND acts_as('manager', 'system')
              AND c.call_id <> ALL ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[])
              \(given: some, { "AND c.application_id = ANY (\($0))" })
            """
        ).reduce(into: [:]) { found, row in
            let application: Application.ID = try row("application_id")
            let (low, high): (Double, Double) = try (row("low"), row("high"))
            let (best, worst): (Int, Int) = try (row("best_rank"), row("worst_rank"))
            found[application] = try CalibratedStanding(
                score: row("score"), interval: low...high, rank: row("rank"), rawMean: row("raw_mean"),
                rawRank: row("raw_rank"), rankInterval: best...worst, placeProbability: row("chance"))
        }
    }

    /// The reviews of a round that count, as one word: another one when one of them comes or goes.
    func calibrationInputs(of round: ReviewRound.ID) async throws -> String {
        try await value("SELECT calibration_inputs(acting_tenant(), \(round))")
    }

    /// The opened rounds of the tenant that are not calibrated from the reviews they have, nor about to be. What was given up
    /// is found again after a day, since the same reviews are likely to fail it again; a review that comes asks by itself.
    /// A round that has been closed for a day is looked at only where nothing of this arithmetic is kept.
    func roundsToCalibrate() async throws -> [ReviewRound.ID] {
        try await rows(
            """
            -- roundsToCalibrate
            SELECT r.id FROM review_rounds AS r
            LEFT JOIN round_calibrations AS k ON k.tenant_id = r.tenant_id AND k.round_id = r.id
            WHERE r.tenant_id = acting_tenant() AND acts_as('system') AND r.opened_at IS NOT NULL
              AND (r.closed_at IS NULL OR r.closed_at > now() - interval '1 day' OR k.round_id IS NULL
                   OR k.engine <> \(CalibratedScores.version))
              AND NOT EXISTS (
                  SELECT FROM jobs AS j
                  WHERE j.tenant_id = r.tenant_id AND j.kind = \(CalibrateRound.kind)
                    AND lower(j.arguments ->> 'round') = r.id::text
                    AND (j.finished_at IS NULL OR j.outcome = 'dead' AND j.finished_at > now() - interval '1 day'))
              AND (k.round_id IS NOT NULL OR EXISTS (
                  SELECT FROM review_tallies AS t
                  WHERE t.tenant_id = r.tenant_id AND t.round_id = r.id AND t.submitted > 0))
              AND (k.engine, k.inputs) IS DISTINCT FROM
                  (\(CalibratedScores.version)::integer, calibration_inputs(r.tenant_id, r.id))
            ORDER BY r.id
            """
        ).map { try $0("id") }
    }
}

extension Transaction {
    /// Asks for the calibration of a round, unless somebody is asking for it at this moment. Never waits for them, as the
    /// trigger does not (`ask_for_calibration`).
    func askForCalibration(of round: ReviewRound.ID) async throws {
        guard try await value("SELECT may_ask_for_calibration(\(round))") as Bool else { return }
        try await enqueue(CalibrateRound(round: round.uuid), key: round.description)
    }

    /// Keeps what was found in place of what was kept before, unless reviews have come or gone since: then another job has
    /// been asked for, and may have kept what it found already.
    func keep(_ finding: CalibrationFinding, of round: ReviewRound) async throws {
        try await execute(
            """
            -- keepCalibration: one after another
            SELECT pg_advisory_xact_lock('round_calibrations'::regclass::oid::integer, hashtext(\(round.id)::text))
            """)
        guard try await calibrationInputs(of: round.id) == finding.inputs else { return }
        let (scores, refusal) = (try? finding.outcome.get(), finding.refusal)
        try await execute(
            """
            -- keepCalibration: what was kept
            DELETE FROM round_calibrations WHERE tenant_id = acting_tenant() AND round_id = \(round.id)
            """)
        try await execute(
            """
            -- keepCalibration
            INSERT INTO round_calibrations (tenant_id, round_id, call_id, inputs, engine, refusal, figures, steadiness)
            VALUES (acting_tenant(), \(round.id), \(round.call), \(finding.inputs), \(CalibratedScores.version),
                    \(refusal.map { JSONB($0) }), \(scores.map { JSONB($0.figures) }), \(scores?.overlaps))
            """)
        guard let scores else { return }
        try await execute(
            """
            -- keepCalibration: applications
            INSERT INTO calibrated_applications (
                tenant_id, round_id, application_id, call_id, score, low, high, rank, raw_mean, raw_rank, best_rank,
                worst_rank, likely_ranks)
            SELECT acting_tenant(), \(round.id), c.application, \(round.call), c.score, c.low, c.high, c.rank, c."rawMean",
                   c."rawRank", c."bestRank", c."worstRank", c."likelyRanks"
            FROM jsonb_to_recordset(\(JSONB(scores.applications))) AS c (
                application uuid, score double precision, low double precision, high double precision, rank integer,
                "rawMean" double precision, "rawRank" integer, "bestRank" integer, "worstRank" integer,
                "likelyRanks" integer[])
            """)
    }
}

extension CalibrationFinding {
    fileprivate var refusal: CalibrationRefusal? {
        if case .failure(let refusal) = outcome { refusal } else { nil }
    }
}
