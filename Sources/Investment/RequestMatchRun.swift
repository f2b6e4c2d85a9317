internal import API
package import Accounts
internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Asks for a match run: it is performed by a job that starts when this transaction has committed.
    ///
    /// It ranks by the model that is in use when it starts.
    ///
    /// - Parameter person: who asks; nil for the service.
    ///
    /// Throws `MatchRunRefusal`.
    package func requestMatchRun(
        _ request: MatchRunRequest, as id: MatchRun.ID, in tenant: Tenant.ID, by person: Person.ID?
    ) async throws -> MatchRun {
        try request.check()
        if let asked = request.mandates, try await countStanding(asked) != Set(asked).count {
            throw MatchRunRefusal.mandateUnknown
        }
        var asked = request.mandates
        if let investors = request.investors {
            let served = try await mandatesServed(of: investors)
            guard Set(served.map(\.investor)) == Set(investors) else { throw MatchRunRefusal.investorUnknown }
            asked = Array(Set(served.map(\.mandate)).union(asked ?? []))
        }
        if let stream = request.stream, try await streamsToServe(stream).isEmpty { throw MatchRunRefusal.streamUnknown }
        let job = try await enqueue(RunMatch(run: id.uuid))
        try await insert(
            id, job: job, engine: MatchRun.engine(try await modelVersionInUse()),
            length: request.length ?? MatchRunRequest.usualLength, rules: request.rules,
            asOf: request.asOf ?? CalendarDate(now, in: .utc), asked: asked, stream: request.stream, in: tenant,
            by: person)
        guard let run = try await matchRun(id) else { throw Problem.notFound }
        return run
    }

    /// Stops a match run: at once if it waits, soon if it runs. What was computed is thrown away.
    ///
    /// Throws `MatchRunRefusal.over` when it has ended, or not found.
    package func cancelMatchRun(_ id: MatchRun.ID) async throws -> MatchRun {
        guard let run = try await matchRun(id) else { throw Problem.notFound }
        guard run.state.isUnderWay, let job = run.job else { throw MatchRunRefusal.over }
        try await cancelJob(job)
        guard let stopped = try await matchRun(id) else { throw Problem.notFound }
        return stopped
    }

    /// Shows every shortlist of a finished run to its investor, but for those that are not taken now, see
    /// `Shortlist.barrier`.
    ///
    /// Throws `MatchRunRefusal.notFinished` or `.nothingToRelease`, or not found.
    package func releaseMatchRun(_ id: MatchRun.ID, by person: Person.ID) async throws -> MatchRun {
        guard let run = try await matchRun(id) else { throw Problem.notFound }
        guard run.state == .finished else { throw MatchRunRefusal.notFinished }
        let answerBy = CalendarDate(now, in: .utc).adding(days: ProposalState.days)
        let lists = try await release(run: id, by: person, answerBy: answerBy)
        guard !lists.isEmpty else { throw MatchRunRefusal.nothingToRelease }
        try await enqueue(contentsOf: lists.map { TellOfShortlists($0.value, to: $0.key) })
        guard let released = try await matchRun(id) else { throw Problem.notFound }
        return released
    }
}
