internal import API
internal import Accounts
internal import Applications
internal import Decisions
internal import Foundation
internal import Incubation
internal import Jobs
internal import Letters
internal import Postgres
internal import Programs
internal import Reviews
internal import Vocabulary

extension GoldenYear {
    /// What keeps a year from being made.
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// Draws up a round, fills its panel, has the plan worked out and taken, and lets the panel judge.
    func review(_ call: Call) async throws {
        let entering = applicants.filter {
            $0.call.number == call.number && ($0.fate == .inReview || $0.fate == .withdrawnInReview)
        }
        guard !entering.isEmpty else { return }
        let panel = panel(of: call)
        try await open(call, panel, most: max(3, entering.count * 3 * 3 / (2 * panel.count) + 1))
        try await assign(call)
        try await judge(call, entering)
        try await each(entering.filter { $0.fate == .withdrawnInReview }) { applicant, transaction in
            _ = try await transaction.withdrawApplication(
                applicant.id, because: LongText("The team has parted ways."), by: applicant.startup.founder)
        }
        guard call.isDecided else { return }
        try await database.write(as: context) { transaction in
            _ = try await transaction.closeRound(call.round, by: manager.id)
        }
    }

    /// Each stream's pool is whoever sits on a panel of its calls.
    func fillPools() async throws {
        let calls = Dictionary(grouping: calls, by: \.stream)
        try await database.write(as: context, statementTimeout: .seconds(60)) { transaction in
            for stream in calls.keys.sorted() {
                let people = Set((calls[stream] ?? []).flatMap(panel).map(\.person.id)).sorted()
                _ = try await transaction.addToPool(
                    people.map { .known($0) }, of: id("stream \(stream)"), .allOrNothing, in: tenant.id, by: manager.id)
            }
        }
    }

    private func panel(of call: Call) -> [Judge] {
        let (reviewers, count) = (reviewers, max(8, size.reviewers / 12))
        return (0..<count).map { reviewers[(call.number * count + $0) % reviewers.count] }
    }

    private func open(_ call: Call, _ panel: [Judge], most: Int) async throws {
        guard let due = LocalTime(today.adding(days: call.closes + 30), hour: 18, minute: 0) else { return }
        try await database.write(as: context, statementTimeout: .seconds(60)) { transaction in
            _ = try await transaction.draftRound(
                RoundDraft(
                    name: LocalizedName(en: "Admission panel", zhHant: "入選評審", ja: "入居審査"),
                    isBlind: call.number.isMultiple(of: 2), reviewsWanted: 3, quorum: 2,
                    due: Deadline(due, in: .hongKong), criteria: try criteria(of: call)), as: call.round, of: call.id,
                in: tenant.id)
            for (seat, reviewer) in panel.enumerated() {
                guard let address = EmailAddress(reviewer.person.email) else { continue }
                var draw = draw("terms \(call.number) \(reviewer.number)")
                let areas = Self.streams[call.stream].areas + [draw.one(of: Self.streams).areas[0]]
                _ = try await transaction.invitePanelist(
                    PanelInvitation(
                        email: address, name: Name(reviewer.person.name), isChair: seat == 0,
                        terms: PanelTerms(
                            most: most, languages: reviewer.languages,
                            focusAreas: Set(areas).sorted().compactMap { FocusArea.ID($0) })),
                    to: call.round, in: tenant.id, by: manager.id)
                if seat % 17 == 9 {
                    try await transaction.declinePanelInvitation(
                        to: call.round, because: ShortText("I travel that month."), by: reviewer.person.id)
                } else {
                    try await transaction.acceptPanelInvitation(
                        to: call.round, taking: nil, by: reviewer.person.id)
                }
            }
            _ = try await transaction.openRound(call.round, in: tenant.id, by: manager.id)
        }
    }

    private func criteria(of call: Call) throws -> [ReviewRound.Criterion] {
        let asked: [(String, String, String, Int)] = [
            ("Team", "團隊", "チーム", 30), ("Innovation", "創新", "革新性", 30), ("Market", "市場", "市場", 40),
        ]
        return try asked.map { name, chinese, japanese, weight in
            ReviewRound.Criterion(
                id: id("criterion \(call.number) \(name)"),
                name: try LocalizedName(en: name, zhHant: chinese, ja: japanese), weight: weight)
        }
    }

    /// Waits for the worker's plan and takes it.
    private func assign(_ call: Call) async throws {
        let run: AssignmentRun.ID = id("plan \(call.number)")
        try await database.write(as: context) { transaction in
            _ = try await transaction.requestAssignmentRun(
                of: call.round, as: run, in: tenant.id, by: manager.id)
        }
        let deadline = ContinuousClock.now + .seconds(300)
        while let state = try await database.reader(as: context).assignmentRun(run)?.state, state.isUnderWay {
            guard ContinuousClock.now < deadline else {
                throw Failed(description: "No worker has worked out the plan of \(call.name).")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        try await database.write(as: context, statementTimeout: .seconds(120)) { transaction in
            _ = try await transaction.applyPlan(of: run, by: manager.id)
        }
    }

    private func judge(_ call: Call, _ entering: [Applicant]) async throws {
        let criteria = try criteria(of: call)
        let applicants = Dictionary(uniqueKeysWithValues: entering.map { ($0.id, $0) })
        let judges = Dictionary(uniqueKeysWithValues: reviewers.map { ($0.person.id, $0) })
        let assignments = try await database.snapshot(as: context) { snapshot in
            try await snapshot.assignments(in: call.round, standing: .assigned, limit: 100_000).map(\.assignment)
        }
        try await each(assignments) { assignment, transaction in
            guard let applicant = applicants[assignment.application], let judge = judges[assignment.person] else {
                throw Failed(description: "\(call.name) has an assignment that nobody made.")
            }
            var draw = draw("review \(applicant.number) \(judge.number)")
            let diligence = draw.share()
            if diligence < 0.02 {
                try await transaction.abstain(
                    from: assignment.id, because: ShortText("Too far from my field."), by: judge.person.id)
                return
            }
            if diligence < 0.03 {
                try await transaction.declareConflict(
                    over: assignment.id, note: LongText("I advised the founders last year."),
                    as: id("recusal \(applicant.number) \(judge.number)"), in: tenant.id, by: judge.person.id)
                return
            }
            var scores: [ReviewRound.Criterion.ID: Int] = [:]
            for criterion in criteria {
                let seen = 3 + applicant.quality * 0.8 + judge.leniency + draw.normal() * judge.noise
                scores[criterion.id] = Int(min(max(seen.rounded(), 1), 5))
            }
            let review = ReviewDraft(
                scores: diligence < 0.07 ? scores.filter { $0.key == criteria[0].id } : scores,
                comment: try LongText(Self.verdict(draw.number(below: 5), in: judge.languages[draw.number(below: 2)])),
                confidence: 1 + draw.number(below: 4))
            if diligence < 0.07 {
                _ = try await transaction.saveReview(review, of: assignment.id, by: judge.person.id)
            } else {
                _ = try await transaction.submitReview(review, of: assignment.id, by: judge.person.id)
            }
        }
    }

    // MARK: Decisions and after

    func conclude(_ call: Call) async throws {
        // A call that nobody's application came through has no round.
        guard try await database.reader(as: context).round(call.round) != nil else { return }
        // The job does the same; here the order is known before anything is decided by it.
        try await database.write(as: context, statementTimeout: .seconds(60)) { transaction in
            try await transaction.calibrateRound(call.round)
        }
        let standings = try await database.snapshot(as: context) { snapshot in
            try await snapshot.standings(of: call.round, places: places)
        }
        guard let standings else { return }
        let ranked = standings.entries.filter(\.isDecidable).map(\.application)
        let offered = Array(ranked.prefix(places + places / 3 + 1))
        let waiting = Array(ranked.dropFirst(offered.count).prefix(max(1, places / 2)))
        let rejected = Array(ranked.dropFirst(offered.count + waiting.count))
        try await decide(call, offered, waiting, rejected)
        try await reconsider(call, rejected)
        try await answerOffers(of: call, offered)
    }

    /// One batch a call, released as soon as it is prepared.
    private func decide(
        _ call: Call, _ offered: [Application.ID], _ waiting: [Application.ID], _ rejected: [Application.ID]
    ) async throws {
        let batch: DecisionBatch.ID = id("batch \(call.number)")
        let note = try LongText("Decided by the admission panel.")
        // Whoever chose among streams named this one, if not as the first.
        let stream: ProgramStream.ID? = call.offered.isEmpty ? nil : id("stream \(call.stream)")
        let prepared =
            offered.map { (application: $0, preparation: Preparation(.offer, note: note, stream: stream)) }
            + waiting.map { (application: $0, preparation: Preparation(.waitlist, note: note)) }
            + rejected.map { (application: $0, preparation: Preparation(.reject, note: note)) }
        guard !prepared.isEmpty else { return }
        let terms = try BatchTerms(
            name: try Name("Admission panel"), places: offered.count, lastDay: today.adding(days: 21), acceptDays: 14,
            promotesItself: true, appealDays: 14)
        try await database.write(as: context, statementTimeout: .seconds(60)) { transaction in
            _ = try await transaction.openBatch(terms, as: batch, of: call.id, in: tenant.id, by: manager.id)
            _ = try await transaction.prepareDecisions(prepared, in: batch, .allOrNothing, by: manager.id)
            _ = try await transaction.releaseBatch(batch, by: manager.id)
        }
    }

    /// Startups take their places or do not; who waited is asked next; the cohort fills up in the order of the ranking.
    private func answerOffers(of call: Call, _ offered: [Application.ID]) async throws {
        let applicants = Dictionary(uniqueKeysWithValues: applicants.map { ($0.id, $0) })
        var (accepted, asked): ([Applicant], [Application.ID]) = ([], offered)
        while let application = asked.first {
            asked.removeFirst()
            guard let applicant = applicants[application] else { continue }
            var draw = draw("answer \(applicant.number)")
            let share = draw.share()
            guard share < 0.92 else { continue }
            asked += try await database.write(as: context) { transaction in
                guard share >= 0.78 else {
                    _ = try await transaction.acceptOffer(application, by: applicant.startup.founder)
                    return []
                }
                _ = try await transaction.declineOffer(
                    application, because: LongText("We stay where our first customer is."),
                    by: applicant.startup.founder)
                // The job does the same; here the next one answers in a known order.
                return try await transaction.fillPlaces(of: call.id)
            }
            if share < 0.78 { accepted.append(applicant) }
        }
        for (place, applicant) in accepted.prefix(places).enumerated() {
            try await enrol(applicant, at: place, in: call)
        }
    }

    private func enrol(_ applicant: Applicant, at place: Int, in call: Call) async throws {
        var drawing = draw("enrolment \(applicant.number)")
        let (end, effort) = (drawing.share(), drawing.share())
        let enrolment: Enrolment.ID = id("enrolment \(applicant.number)")
        try await database.write(as: context, statementTimeout: .seconds(60)) { transaction in
            _ = try await transaction.enrolStartup(
                of: applicant.id,
                NewEnrolment(in: call.cohort, mentor: mentors[applicant.number % mentors.count].id), as: enrolment,
                in: tenant.id, by: manager.id)
            guard call.hasStarted else { return }
            let milestones = try await transaction.milestones(of: enrolment)
            // The first cohort has been through all of it.
            let reached = call.number == 0 ? milestones.count : 1
            for milestone in milestones.prefix(reached) {
                _ = try await transaction.showEvidence(
                    NewEvidence(LongText("What was asked for is shown in the report of this quarter.")),
                    for: milestone.id, as: id("evidence \(applicant.number) \(milestone.position)"), in: tenant.id,
                    by: applicant.startup.founder)
                let outcome: Assessment.Outcome =
                    effort < 0.6 ? .met : effort < 0.85 ? .partlyMet(credit: 40 + Int(effort * 50)) : .notMet
                _ = try await transaction.assessMilestone(
                    milestone.id, outcome, note: LongText("Judged at the meeting."),
                    as: id("assessment \(applicant.number) \(milestone.position)"), in: tenant.id, by: manager.id)
            }
            if call.number == 0, effort < 0.85 {
                _ = try await transaction.graduate(enrolment, by: manager.id)
            } else if end < 0.12 {
                _ = try await transaction.endEnrolment(
                    enrolment, because: LongText("The founders went back to research."), by: manager.id)
            }
        }
    }
}
