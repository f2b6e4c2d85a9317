import Foundation
import Postgres

/// Counts and latencies by route and status, written as Prometheus text.
final class RequestMetrics: Sendable {
    /// Upper bounds of the latency histogram in seconds.
    static let bounds: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    private static let nanoseconds: [UInt64] = bounds.map { UInt64($0 * 1_000_000_000) }

    /// The figures of one route behind a lock of their own, so that routes do not wait for each other.
    final class Route: Sendable {
        let id: String
        let method: String

        fileprivate struct Figures: Sendable {
            var statuses: [Int: Int] = [:]
            var buckets = [Int](repeating: 0, count: RequestMetrics.bounds.count + 1)
            var nanoseconds: UInt64 = 0
        }
        fileprivate let figures = Locked(Figures())

        init(id: String, method: String) {
            self.id = id
            self.method = method
        }

        func record(status: Int, nanoseconds: UInt64) {
            let bucket =
                RequestMetrics.nanoseconds.firstIndex { nanoseconds <= $0 } ?? RequestMetrics.nanoseconds.count
            figures.withLock {
                $0.statuses[status, default: 0] &+= 1
                $0.buckets[bucket] &+= 1
                $0.nanoseconds &+= nanoseconds
            }
        }
    }

    private let routes: [Route]
    let unrouted = Route(id: "none", method: "ANY")

    init(_ routes: [Route]) {
        self.routes = routes
    }

    func text(database: Statistics, draining: Bool) -> String {
        var text = "# HELP trellis_http_requests_total Answers by route and status.\n"
        text += "# TYPE trellis_http_requests_total counter\n"
        let all = (routes + [unrouted]).map { ($0, $0.figures.value) }.filter { !$0.1.statuses.isEmpty }
        for (route, figures) in all {
            for (status, count) in figures.statuses.sorted(by: { $0.key < $1.key }) {
                text += "trellis_http_requests_total{route=\"\(route.id)\",method=\"\(route.method)\","
                text += "status=\"\(status)\"} \(count)\n"
            }
        }
        text += "# HELP trellis_http_request_seconds Time from the request's head to the answer's last byte.\n"
        text += "# TYPE trellis_http_request_seconds histogram\n"
        for (route, figures) in all {
            var total = 0
            let labels = "route=\"\(route.id)\",method=\"\(route.method)\""
            for (bound, count) in zip(RequestMetrics.bounds, figures.buckets) {
                total += count
                text += "trellis_http_request_seconds_bucket{\(labels),le=\"\(bound)\"} \(total)\n"
            }
            total += figures.buckets.last ?? 0
            text += "trellis_http_request_seconds_bucket{\(labels),le=\"+Inf\"} \(total)\n"
            text += "trellis_http_request_seconds_sum{\(labels)} \(Double(figures.nanoseconds) / 1_000_000_000)\n"
            text += "trellis_http_request_seconds_count{\(labels)} \(total)\n"
        }
        func gauge(_ name: String, _ help: String, _ value: some CustomStringConvertible) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n\(name) \(value)\n"
        }
        func counter(_ name: String, _ help: String, _ value: Int) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) counter\n\(name) \(value)\n"
        }
        gauge("trellis_draining", "Whether the process is shutting down.", draining ? 1 : 0)
        gauge("trellis_postgres_read_connections", "Open connections for reads.", database.readConnections)
        gauge("trellis_postgres_reads_in_flight", "Reads sent and not answered.", database.readsInFlight)
        gauge("trellis_postgres_reads_waiting", "Reads waiting for a connection.", database.readsWaiting)
        gauge(
            "trellis_postgres_transaction_connections", "Open connections for transactions.",
            database.transactionConnections)
        gauge("trellis_postgres_transactions_active", "Transactions under way.", database.transactionsActive)
        gauge("trellis_postgres_transactions_waiting", "Transactions waiting.", database.transactionsWaiting)
        counter("trellis_postgres_statements_total", "Statements sent.", database.statements)
        counter("trellis_postgres_errors_total", "Statements refused.", database.errors)
        counter("trellis_postgres_retries_total", "Transactions run again.", database.retries)
        counter("trellis_postgres_rejections_total", "Callers refused because of a full pool.", database.rejections)
        counter("trellis_postgres_connections_opened_total", "Connections opened.", database.connectionsOpened)
        counter("trellis_postgres_connections_lost_total", "Connections lost.", database.connectionsLost)
        counter("trellis_postgres_commits_unknown_total", "Commits whose outcome is unknown.", database.commitsUnknown)
        gauge("process_resident_memory_bytes", "Resident memory.", ProcessFigures.residentBytes())
        gauge("process_open_fds", "Open file descriptors.", ProcessFigures.openDescriptors())
        return text
    }
}

/// What the kernel knows about this process.
enum ProcessFigures {
    static func residentBytes() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let fields = text.utf8.split(separator: 0x20)
        guard fields.count > 1, let pages = Int(String(fields[1]) ?? "") else { return 0 }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    static func openDescriptors() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }
}
