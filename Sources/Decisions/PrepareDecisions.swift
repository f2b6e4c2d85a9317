package import API
package import Accounts
package import Applications
internal import Calibration
internal import Foundation
package import Postgres
package import Programs
package import Reviews
package import Vocabulary

/// What is meant for applications by where they stand in a round.
package struct ByStanding: Sendable {
    /// What an order is made of.
    package enum Measure: String, Codable, Sendable, CaseIterable {
        /// What is left when the leniency of the reviewers has been taken out.
        case calibrated
        /// The means as they are.
        case raw
    }

    /// The round that judged.
    package let round: ReviewRound.ID
    /// What its order is made of.
    package let measure: Measure
    /// How many are offered a place; as many as are free unless given.
    package let offers: Int?
    /// How many come on the waiting list behind them; the rest is rejected.
    package let waitlist: Int
    /// What stands in the letters.
    package let notes: @Sendable (Outcome) -> LongText
    /// Whether what reviewers wrote for each startup becomes its feedback.
    package let withComments: Bool

    /// Offers to the best, the waiting list to the next, and a rejection to the rest.
    package init(
        _ round: ReviewRound.ID, by measure: Measure, offers: Int? = nil, waitlist: Int, withComments: Bool = false,
        notes: @Sendable @escaping (Outcome) -> LongText
    ) {
        self.round = round
        self.measure = measure
        self.offers = offers
        self.waitlist = waitlist
        self.notes = notes
        self.withComments = withComments
    }
}

extension Transaction {
    /// Opens a batch of decisions for a call.
    ///
    /// Not found when there is no such call, or when a startup of the manager's own applied to it; refused by the
    /// constraints of `decision_batches`.
    package func openBatch(
        _ terms: BatchTerms, as id: DecisionBatch.ID, of call: CallForApplications.ID, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws -> DecisionBatch {
        guard try await maySee(decisionsOn: call) else { throw Problem.notFound }
        try await insert(terms, as: id, of: call, in: tenant, by: person)
        guard let batch = try await decisionBatch(id) else { throw Problem.notFound }
        return batch
    }

    /// Replaces the rules of a batch as a whole, after `matching` has looked at what is replaced. What is prepared keeps the
    /// amounts and days it has; money stays in its currency while something is awarded.
    ///
    /// Throws `DecisionRefusal.released`, or not found.
    package func reviseBatch(
        _ id: DecisionBatch.ID, to terms: BatchTerms, matching: (DecisionBatch) async throws -> Void
    ) async throws -> DecisionBatch {
        guard let current = try await lockBatch(id) else { throw Problem.notFound }
        try await matching(current)
        try current.checkOpen()
        if terms.currency != current.terms.currency,
            try await preparedDecisions(in: id).contains(where: { $0.preparation.award != nil })
        {
            throw DecisionRefusal.currenciesDiffer
        }
        try await update(id, to: terms)
        guard let batch = try await decisionBatch(id) else { throw Problem.notFound }
        return batch
    }

    /// Prepares a decision on one application, in place of what was prepared for it before.
    ///
    /// Throws `DecisionRefusal`, or not found.
    package func prepareDecision(
        on application: Application.ID, _ preparation: Preparation, in id: DecisionBatch.ID, by person: Person.ID
    ) async throws {
        do {
            _ = try await prepareDecisions([(application, preparation)], in: id, .allOrNothing, by: person)
        } catch DecisionRefusal.faults(let faults) {
            guard let fault = faults[0] else { throw DecisionRefusal.faults(faults) }
            guard fault.code != .unknown else { throw Problem.notFound }
            throw DecisionRefusal.fault(fault)
        }
    }

    /// Prepares decisions on several applications, or says what would come of it.
    ///
    /// Throws `DecisionRefusal.released`, in the mode `allOrNothing` `DecisionRefusal.faults`, or not found.
    package func prepareDecisions(
        _ rows: [(application: Application.ID, preparation: Preparation)], in id: DecisionBatch.ID, _ mode: BulkMode,
        by person: Person.ID
    ) async throws -> [PreparationVerdict] {
        guard let batch = try await lockBatch(id) else { throw Problem.notFound }
        try batch.checkOpen()
        var candidates = try await candidates(rows.map(\.application), for: batch)
        let taken = rows.filter(\.preparation.withComments).map(\.application)
        if !taken.isEmpty {
            let comments = try await reviewerComments(on: taken)
            for place in candidates.indices {
                candidates[place].comments = comments[candidates[place].application] ?? []
            }
        }
        let found = PreparationVerdict.verdicts(
            on: rows, of: candidates, in: batch, nextRank: try await nextRank(in: batch),
            today: CalendarDate(now, in: batch.zone))
        guard mode != .dryRun else { return found }
        let refused = Dictionary(
            uniqueKeysWithValues: found.enumerated().compactMap { place, verdict in
                verdict.fault.map { (place, $0) }
            })
        guard refused.isEmpty || mode == .whatCanBe else { throw DecisionRefusal.faults(refused) }
        let prepared = found.filter { $0.fault == nil }
        if !prepared.isEmpty {
            try await store(prepared.map { ($0.application, $0.preparation) }, in: id, by: person)
        }
        return found
    }

    /// What a standing means for the applications of a batch: rows for `prepareDecisions`, the best first.
    ///
    /// The round of one stream gives places in that stream. What the rounds of others led to stands where its applicant
    /// would have it so: a place in a stream they want more, or a waiting place that is no worse. What a round of the same
    /// stream led to it replaces: a review that came late may make a place worse. The round of one batch of a rolling call
    /// gives what the decisions on the others leave. Holds the batch until the transaction ends, so that two standings that
    /// are prepared at once do not both give the places that are left.
    ///
    /// Throws `DecisionRefusal`, or not found.
    package func decisions(
        _ standing: ByStanding, in id: DecisionBatch.ID
    ) async throws -> [(application: Application.ID, preparation: Preparation)] {
        guard let batch = try await lockBatch(id), let tally = try await tallies(of: [id])[id] else {
            throw Problem.notFound
        }
        let prepared = try await preparedDecisions(in: id)
        let free = standing.offers ?? max(0, batch.terms.places - tally.taken)
        guard let standings = try await standings(of: standing.round, places: max(1, free)) else {
            throw Problem.notFound
        }
        guard standings.round.call == batch.call else { throw DecisionRefusal.otherCall }
        // The raw means are not what was asked for, and what was calibrated before is wrong by now.
        guard standing.measure == .raw || !standings.isAwaited else { throw DecisionRefusal.standingAwaited }
        let calibratedAt = standing.measure == .calibrated ? standings.calibration?.at : nil
        // What was decided before stands in the round, too, and keeps its decision.
        let open = Set(
            try await undecided(in: id).map(\.application) + prepared.map(\.application))
        let entries = standings.entries.filter { open.contains($0.application) }
        let ranked = entries.ranked(by: standing.measure)
        guard !ranked.isEmpty else { throw DecisionRefusal.noStanding }
        let order = ranked.map(\.application)
        let choices = try await streamChoices(of: order)
        // What another batch was given it keeps: this round says nothing of it.
        let isOfOneBatch = standings.round.batch != nil
        let held = isOfOneBatch ? prepared.places(besides: Set(order)) : []
        let lastWaiting = isOfOneBatch ? try await nextWaitingRank(for: batch.call) - 1 : 0
        func ranks(besides placed: Set<Application.ID>) -> Seats.HeldRanks {
            isOfOneBatch ? prepared.ranks(besides: placed, behind: lastWaiting) : .init()
        }
        let streams = Dictionary(
            tally.streams.map { stream in
                (stream.stream, stream.free.map { max(0, $0 - held.count { $0 == stream.stream }) } ?? .max)
            }, uniquingKeysWith: { first, _ in first })
        let given: [Seats.Seat]
        if let stream = standings.round.stream {
            let before = PreparedElsewhere(prepared, than: stream, choices)
            let seats = Seats(
                // A number that is said is of this stream alone; what is free of the call is shared with the others.
                offers: standing.offers ?? max(0, free - before.places.count - held.count { $0 == stream }),
                waitlist: standing.waitlist,
                streams: streams, held: ranks(besides: Set(order).subtracting(before.listed.keys)))
            given = seats.given(
                to: order.filter { !before.settled.contains($0) }, in: stream, keeping: before.movable,
                listed: before.listed)
        } else {
            given = Seats(
                offers: standing.offers ?? max(0, free - held.count), waitlist: standing.waitlist, streams: streams,
                held: ranks(besides: Set(order))
            )
            .given(to: order, wanting: choices)
        }
        return given.map { seat in
            (
                seat.application,
                Preparation(
                    seat.outcome, rank: seat.rank, note: standing.notes(seat.outcome), stream: seat.stream,
                    withComments: standing.withComments, round: standing.round, calibratedAt: calibratedAt)
            )
        }
    }

    /// Takes back what is prepared for an application.
    ///
    /// Throws `DecisionRefusal.released`, or not found.
    package func withdrawPreparation(
        of application: Application.ID, in id: DecisionBatch.ID, matching: () async throws -> Void = {}
    ) async throws {
        guard let batch = try await lockBatch(id) else { throw Problem.notFound }
        try await matching()
        try batch.checkOpen()
        guard try await removePreparation(of: application, in: id) else { throw Problem.notFound }
    }
}

extension [PreparedDecision] {
    /// In which stream, where the call offers several, each place is that is meant for others than those who are placed now:
    /// for somebody of another batch of a rolling call, or whom the round judges and says nothing of.
    fileprivate func places(besides placed: Set<Application.ID>) -> [ProgramStream.ID?] {
        filter { $0.preparation.outcome == .offer && !placed.contains($0.application) }.map(\.preparation.stream)
    }

    /// Where others wait than those who are placed now. These begin where they waited before, so that the same round asked
    /// again says the same; for the first time, behind all.
    ///
    /// - Parameter released: the last rank of those who wait since a release.
    fileprivate func ranks(besides placed: Set<Application.ID>, behind released: Int) -> Seats.HeldRanks {
        let own = filter { placed.contains($0.application) }.compactMap(\.preparation.rank).min() ?? .max
        let others = Set(filter { !placed.contains($0.application) }.compactMap(\.preparation.rank))
        return Seats.HeldRanks(behind: Swift.max(released, others.filter { $0 < own }.max() ?? 0), others: others)
    }
}

/// What a batch holds already by the rounds of other streams than one, as it stands in that one's way.
private struct PreparedElsewhere {
    /// Who is prepared for a place in another stream.
    let places: Set<Application.ID>
    /// Who of them would not rather have one in this stream.
    let settled: Set<Application.ID>
    /// Who of them would.
    var movable: Set<Application.ID> { places.subtracting(settled) }
    /// At which place those wait who name other streams, too, and wait by another round than this stream's.
    let listed: [Application.ID: Int]

    init(
        _ prepared: [PreparedDecision], than stream: ProgramStream.ID, _ choices: [Application.ID: [ProgramStream.ID]]
    ) {
        var (places, settled): (Set<Application.ID>, Set<Application.ID>) = ([], [])
        var listed: [Application.ID: Int] = [:]
        for decision in prepared {
            let wanted = choices[decision.application] ?? []
            if let held = decision.preparation.stream, held != stream {
                places.insert(decision.application)
                let (here, there) = (wanted.firstIndex(of: stream), wanted.firstIndex(of: held))
                if (here ?? .max) > (there ?? -1) { settled.insert(decision.application) }
            } else if decision.preparation.outcome == .waitlist, wanted.count > 1, decision.judgedFor != stream {
                listed[decision.application] = decision.preparation.rank
            }
        }
        (self.places, self.settled, self.listed) = (places, settled, listed)
    }
}

extension Transaction {
    /// Takes back what is prepared for several applications.
    ///
    /// Throws `DecisionRefusal.released`, `RowsRefused`, or not found.
    package func withdrawPreparations(
        of applications: [Application.ID], in id: DecisionBatch.ID, _ mode: BulkMode
    ) async throws -> [RowVerdict<Application.ID>] {
        guard let batch = try await lockBatch(id) else { throw Problem.notFound }
        try batch.checkOpen()
        return try await each(
            of: applications, inOrderOf: \.self, mode, at: "/applications", constraints: DecisionsRoom.constraints
        ) {
            try await $0.withdrawPreparation(of: $1, in: id)
            return $1
        }
    }
}

extension [Standings.Entry] {
    /// Those the measure says something about, the best first; equals by their codes.
    fileprivate func ranked(by measure: ByStanding.Measure) -> [Standings.Entry] {
        func worth(_ entry: Standings.Entry) -> Double? {
            switch measure {
            case .calibrated: entry.calibrated?.score
            case .raw: entry.mean
            }
        }
        return compactMap { entry in worth(entry).map { (worth: $0, entry: entry) } }
            .sorted { ($1.worth, $0.entry.code) < ($0.worth, $1.entry.code) }
            .map(\.entry)
    }
}
