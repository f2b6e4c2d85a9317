import Foundation
import Postgres
import Synchronization
import Testing

@testable import Jobs

/// How fast it is. Figures need a quiet machine and an optimized build:
/// `JOBS_FIGURES=1 swift test -c release -Xswiftc -enable-testing --no-parallel --filter JobsFigures`
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["JOBS_FIGURES"] != nil)) struct JobsFigures {
    @Test(arguments: [(1, 8), (1, 64), (2, 64)])
    func jobsPerSecond(workers: Int, concurrency: Int) async throws {
        try await withJobs { world async throws in
            for isFenced in [false, true] {
                let count = 20_000
                for _ in 1...20 {
                    try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) {
                        _ = try await $0.enqueue(contentsOf: (1...count / 20).map { Mark(label: "\($0)") })
                    }
                }
                let done = Counter()
                let start = ContinuousClock.now
                let workers = (1...workers).map { _ in
                    let worker = world.worker {
                        $0.concurrency = concurrency
                        $0.poll = .seconds(1)
                        $0.heartbeat = .seconds(10)
                        $0.lease = .seconds(30)
                    }
                    worker.register(Mark.self) { _, run in
                        if isFenced { try await run.finish { _ in } }
                        done.increment()
                    }
                    return worker
                }
                try await working(workers) {
                    try await eventually("all are done", within: .seconds(120)) { done.value >= count }
                }
                let seconds = (ContinuousClock.now - start).interval
                print(
                    "jobs/s, no-op, \(isFenced ? "fenced finish" : "returning"), \(workers.count) x \(concurrency):",
                    Int(Double(count) / seconds))
                #expect(try await world.database.reader(as: JobsWorld.system).jobCounts().isEmpty)
            }
        }
    }

    @Test(arguments: [true, false])
    func startLatency(listens: Bool) async throws {
        try await withJobs { world async throws in
            let latencies = Mutex<[Double]>([])
            let committed = Mutex<[String: ContinuousClock.Instant]>([:])
            let worker = world.worker {
                $0.listens = listens
                $0.poll = .seconds(1)
            }
            worker.register(Mark.self) { job, _ in
                let now = ContinuousClock.now
                // The handler may start before the enqueuer has heard that its transaction committed.
                let since = committed.withLock { $0[job.label] } ?? now
                latencies.withLock { $0.append((now - since).interval * 1_000) }
            }
            let count = listens ? 1_000 : 60
            try await working([worker]) {
                for number in 1...count {
                    // Times are taken before the transaction begins: what is shown includes its commit.
                    committed.withLock { $0["\(number)"] = .now }
                    try await world.enqueue(Mark(label: "\(number)"))
                    let pause = listens ? Double.random(in: 0...40) : Double.random(in: 300...1_500)
                    try await Task.sleep(for: .milliseconds(pause))
                }
                try await eventually("all have started") { latencies.withLock(\.count) == count }
            }
            let sorted = latencies.withLock { $0.sorted() }
            func percentile(_ share: Double) -> String {
                String(format: "%.1f", sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))])
            }
            print(
                "start latency \(listens ? "with" : "without") notifications, ms: p50 \(percentile(0.5)),",
                "p90 \(percentile(0.9)), p99 \(percentile(0.99)), most \(percentile(1))")
        }
    }
}
