import Foundation
import Synchronization
import Testing

@testable import Postgres

@Suite(.serialized) struct NotificationTests {
    @Test func hearsWhatIsNotified() async throws {
        try await TestServer.withDatabase { database in
            try await within(.seconds(10)) {
                var notifications = database.notifications(on: ["jobs", "we\"ird"]).makeAsyncIterator()
                #expect(await notifications.next() == .reconnected)
                try await database.write(as: .none) { transaction in
                    try await transaction.execute("SELECT pg_notify('jobs', 'one'), pg_notify('other', 'two')")
                    try await transaction.execute("SELECT pg_notify('we\"ird', 'three')")
                }
                #expect(await notifications.next() == .message(channel: "jobs", payload: "one"))
                #expect(await notifications.next() == .message(channel: "we\"ird", payload: "three"))
            }
        }
    }

    @Test func listensAgainAfterTheConnectionBroke() async throws {
        try await TestServer.withDatabase { database in
            try await within(.seconds(20)) {
                var notifications = database.notifications(on: ["jobs"]).makeAsyncIterator()
                for round in 0..<3 {
                    #expect(await notifications.next() == .reconnected)
                    try await database.write(as: .none) {
                        try await $0.execute("SELECT pg_notify('jobs', \("\(round)"))")
                    }
                    #expect(await notifications.next() == .message(channel: "jobs", payload: "\(round)"))
                    try await database.reader(as: .none).execute(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = current_database() AND query LIKE 'LISTEN%'
                        """)
                }
            }
        }
    }

    @Test func servesSeveralSubscribersOnOneConnection() async throws {
        try await TestServer.withDatabase { database in
            try await within(.seconds(10)) {
                var one = database.notifications(on: ["a"]).makeAsyncIterator()
                var two = database.notifications(on: ["a", "b"]).makeAsyncIterator()
                #expect(await one.next() == .reconnected)
                #expect(await two.next() == .reconnected)
                try await database.write(as: .none) {
                    try await $0.execute("SELECT pg_notify('b', ''), pg_notify('a', '')")
                }
                #expect(await one.next()?.channel == "a")
                #expect(await two.next()?.channel == "b")
                #expect(await two.next()?.channel == "a")
                let listening: Int = try await database.reader(as: .none).value(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE 'LISTEN%'
                    """)
                #expect(listening == 1)
            }
        }
    }

    @Test func closingEndsTheStream() async throws {
        let conninfo = try await TestServer.shared().conninfo()
        let database = Database(.init(conninfo: conninfo), logger: TestServer.logger)
        let notifications = database.notifications(on: ["x"])
        let listener = Task {
            var count = 0
            for await _ in notifications { count += 1 }
            return count
        }
        #expect(
            try await eventually {
                let count: Int = try await database.reader(as: .none).value(
                    "SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN \"x\"'")
                return count == 1
            })
        await database.close()
        #expect(await listener.value == 1)
    }
}
