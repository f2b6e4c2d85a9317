internal import Logging
internal import Postgres

extension Worker {
    /// Prolongs the leases of all that is held, ended or not, and passes on what others wish or have done meanwhile.
    func keepLeases() async {
        var heardBack = ContinuousClock.now
        while (try? await Task.sleep(for: configuration.heartbeat)) != nil {
            let leases = floor.leasesToRenew()
            if leases.isEmpty {
                heardBack = .now
                continue
            }
            let asked = ContinuousClock.now
            do {
                let heartbeats = try await keeper.write(as: Self.renewingContext) { [lease = configuration.lease] in
                    try await $0.renewLeases(leases, for: lease)
                }
                floor.apply(heartbeats, to: leases)
                heardBack = asked
            } catch {
                logger.warning("Leases could not be prolonged.", metadata: ["error": "\(Self.report(error))"])
                // Nothing wrong can come of a run that goes on, since its end is fenced; it only wastes its effort.
                if .now - heardBack > configuration.lease { floor.loseAll() }
            }
        }
    }

    /// Writes down how runs ended. While one statement is under way the next endings gather, so that a busy worker
    /// commits once for many jobs and an idle one at once.
    func settleEndings() async {
        for await _ in floor.endings.rings {
            await writeDownEndings()
        }
    }

    private func writeDownEndings() async {
        while true {
            let endings = floor.takeEndings()
            if endings.isEmpty { return }
            do {
                try await settle(endings)
                floor.settled(endings)
            } catch {
                logger.warning(
                    "Endings of jobs could not be written down.", metadata: ["error": "\(Self.report(error))"])
                floor.putBack(endings)
                // They stay leased meanwhile. If the upkeep is being ended, the leases will expire.
                guard (try? await Task.sleep(for: .milliseconds(500))) != nil else { return }
            }
        }
    }

    private func settle(_ endings: [Ending]) async throws {
        _ = try await keeper.write(as: Self.keepingContext) { [configuration] transaction in
            try await transaction.settle(
                endings, retryingAfter: configuration.retryPause, atMost: configuration.longestRetryPause)
        }
    }

    /// Waits for the runs to end and gives back those that do not.
    func closeTheFloor(after grace: Duration) async {
        await emptyTheFloor(within: grace)
        let unfinished = floor.close()
        if !unfinished.isEmpty {
            logger.info("Jobs are given back at shutdown.", metadata: ["count": "\(unfinished.count)"])
        }
        // Cancelled handlers mostly end at once and report that themselves.
        await emptyTheFloor(within: .seconds(1))
        let leftovers = floor.close().map { Ending(id: $0.job, token: $0.token, manner: .released) }
        guard !leftovers.isEmpty else { return }
        let release = Task { try await settle(leftovers) }
        do {
            try await release.value
        } catch {
            logger.warning("Leases could not be given back; they expire.", metadata: ["error": "\(Self.report(error))"])
        }
    }

    private func emptyTheFloor(within limit: Duration) async {
        let (floor, bell) = (floor, floor.departures)
        guard !floor.isEmpty else { return }
        // Not children of the task that is being shut down: a cancelled task could not wait.
        // The deadline first: an alarm that rang before it would not ring again.
        let deadline = ContinuousClock.now + limit
        let alarm = Task {
            try? await Task.sleep(until: deadline)
            bell.ring()
        }
        await Task {
            while !floor.isEmpty, .now < deadline { await bell.next() }
        }.value
        alarm.cancel()
    }

    /// Keeps the tables small, a batch at a time.
    func forget() async {
        let memory = configuration.memory
        while (try? await Task.sleep(for: .seconds(Double.random(in: 30...90)))) != nil {
            do {
                var forgotten = 0
                repeat {
                    forgotten = try await keeper.write(as: Self.renewingContext) { transaction in
                        try await transaction.forgetJobs(endedBefore: memory, upTo: 1_000)
                            + transaction.forgetEvents(dispatchedBefore: memory, upTo: 1_000)
                            + transaction.forgetTicks(firedBefore: memory)
                    }
                } while forgotten >= 1_000 && !Task.isCancelled
            } catch {
                logger.warning("Old jobs could not be deleted.", metadata: ["error": "\(Self.report(error))"])
            }
        }
    }
}
