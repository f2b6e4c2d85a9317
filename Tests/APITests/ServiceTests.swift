import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import API

/// Speaks HTTP by hand, because a polite client could not misbehave as some of these tests must.
struct Wire: Sendable {
    let port: Int

    /// Sends bytes, piece by piece, and returns what comes back until the server closes or `until` is seen.
    func exchange(_ pieces: [String], until: String? = nil, pause: Duration = .milliseconds(10)) async throws -> String
    {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            for (index, piece) in pieces.enumerated() {
                if index > 0 { try await Task.sleep(for: pause) }
                try await outbound.write(ByteBuffer(string: piece))
            }
            var text = ""
            for try await buffer in inbound {
                text += String(buffer: buffer)
                if let until, text.contains(until) { break }
            }
            return text
        }
    }

    func get(_ path: String, headers: String = "") async throws -> String {
        try await exchange(["GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(headers)\r\n"])
    }
}

/// Runs an edge on a port for the time of a test.
private func serving<R: Sendable>(
    _ site: Site, _ body: @Sendable (Wire, ServiceGroup) async throws -> R
) async throws -> R {
    let group = ServiceGroup(
        configuration: .init(services: [site.edge], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let result = try await body(Wire(port: await site.edge.listeningPort()), group)
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return result
    }
}

@Suite struct ServiceTests {
    private let bearer = "Authorization: Bearer manager\r\n"

    @Test func servesOverASocket() async throws {
        let site = try await Site()
        try await serving(site) { wire, _ in
            #expect(try await wire.get("/livez").hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(try await wire.get("/readyz").hasSuffix("ready\n"))
            let body = #"{"title":"over the wire","mood":"calm"}"#
            let created = try await wire.exchange(
                [
                    "POST /v1/notes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(bearer)Idempotency-Key: k\r\n"
                        + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n",
                    String(body.prefix(10)), String(body.dropFirst(10)),
                ])
            #expect(created.hasPrefix("HTTP/1.1 201 Created\r\n"))
            #expect(try await wire.get("/v1/notes", headers: bearer).contains("over the wire"))
            let head = try await wire.exchange(
                ["HEAD /v1/notes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(bearer)\r\n"])
            #expect(head.hasSuffix("\r\n\r\n"))
            let metrics = try await wire.get("/metrics")
            #expect(
                metrics.contains(
                    #"trellis_http_requests_total{route="createNote",method="POST",status="201"} 1"#))
            #expect(metrics.contains("process_resident_memory_bytes "))
            #expect(!metrics.contains("process_resident_memory_bytes 0\n"))
            #expect(try await wire.get("/metrics", headers: "X-Forwarded-For: 1.2.3.4\r\n").contains(" 404 "))
        }
    }

    @Test func refusesWhatIsNoHTTP() async throws {
        try await serving(try await Site()) { wire, _ in
            let nonsense = try await wire.exchange(["NONSENSE\r\n\r\n"])
            #expect(nonsense.hasPrefix("HTTP/1.1 400") && nonsense.contains(#""type":"/problems/malformed""#))
            #expect(nonsense.contains("application/problem+json") && nonsense.contains("Connection: close"))
            let large = "X-Large: \(String(repeating: "a", count: 20_000))\r\n"
            #expect(try await wire.get("/livez", headers: large).hasPrefix("HTTP/1.1 431"))
            // The last is more than the parser takes, which does not say of what.
            for (length, status, slug) in [
                (9_000, 414, "target-too-long"), (60_000, 414, "target-too-long"), (90_000, 431, "headers-too-large"),
            ] {
                let answer = try await wire.get("/livez?" + String(repeating: "a", count: length))
                #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(length)")
                #expect(answer.contains(#""type":"/problems/\#(slug)""#), "\(length)")
            }
            let smuggled = try await wire.exchange([
                "POST /v1/notes HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ])
            #expect(smuggled.hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test func bodiesWithoutEndAreCutOff() async throws {
        let site = try await Site { $0.deadline = .milliseconds(300) }
        try await serving(site) { wire, _ in
            let head =
                "POST /v1/notes HTTP/1.1\r\nHost: localhost\r\n\(bearer)Idempotency-Key: k\r\n"
                + "Content-Type: application/json\r\n"
            let slow = try await wire.exchange([head + "Content-Length: 100\r\n\r\n{"])
            #expect(slow.hasPrefix("HTTP/1.1 503"))
            let chunk = "8000\r\n" + String(repeating: " ", count: 0x8000) + "\r\n"
            let endless = try await wire.exchange(
                [head + "Transfer-Encoding: chunked\r\n\r\n"] + Array(repeating: chunk, count: 12),
                until: "\r\n\r\n", pause: .zero)
            #expect(endless.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test func shutdownFinishesWhatIsUnderWay() async throws {
        let gate = Gate()
        let slow = API.Operation(
            .get, "/v1/slow", "slow", summary: "", tag: "notes", access: .signedIn, output: NoOutput.self
        ) { _ in
            await gate.pass()
            return .noContent
        }.erased
        let site = try await Site(operations: [slow]) { $0.drain = .milliseconds(500) }
        try await serving(site) { wire, group in
            async let answer = wire.get("/v1/slow", headers: bearer)
            await gate.entered()
            await group.triggerGracefulShutdown()
            var ready = ""
            for _ in 0..<20 {
                ready = try await wire.get("/readyz")
                if ready.hasPrefix("HTTP/1.1 503") { break }
            }
            #expect(ready.hasPrefix("HTTP/1.1 503"), "readiness says no before the listener closes")
            #expect(try await wire.get("/livez").hasPrefix("HTTP/1.1 200"))
            await gate.open()
            #expect(try await answer.hasPrefix("HTTP/1.1 204"))
        }
        // The group ended, so nobody listens any more.
        await #expect(throws: (any Error).self) {
            try await Wire(port: await site.edge.listeningPort()).get("/livez")
        }
    }

    @Test func shutdownCutsOffWhatDoesNotEnd() async throws {
        let stuck = API.Operation(
            .get, "/v1/stuck", "stuck", summary: "", tag: "notes", access: .signedIn, output: NoOutput.self
        ) { _ in
            try await Task.sleep(for: .seconds(60))
            return .noContent
        }.erased
        let site = try await Site(operations: [stuck]) {
            $0.grace = .milliseconds(300)
            $0.deadline = .seconds(30)
        }
        let begun = ContinuousClock.now
        try await serving(site) { wire, group in
            async let answer = try? await wire.get("/v1/stuck", headers: bearer)
            try await Task.sleep(for: .milliseconds(100))
            await group.triggerGracefulShutdown()
            _ = await answer
        }
        #expect(ContinuousClock.now - begun < .seconds(10))
    }
}

@Suite struct PrincipalCacheTests {
    @Test func oneLookupASecond() async throws {
        let site = try await Site()
        for _ in 0..<5 { #expect(await site.send("GET", "/v1/notes").status == 200) }
        #expect(site.people.lookups.count == 1)
        let fresh = try await Site { $0.principalLifetime = .zero }
        for _ in 0..<3 { #expect(await fresh.send("GET", "/v1/notes").status == 200) }
        #expect(fresh.people.lookups.count == 3)
    }

    @Test func forgettingIsImmediate() async throws {
        let cache = PrincipalCache(lifetime: .seconds(1))
        let people = People()
        let credential = PrincipalCache.Credential(cookie: "x")
        _ = try await cache.principal(for: credential) { people.founder }
        #expect(try await cache.principal(for: credential) { nil } != nil)
        cache.forget(credential)
        #expect(try await cache.principal(for: credential) { nil } == nil)
        // An answer that was under way when the credential was forgotten is not kept.
        let other = PrincipalCache.Credential(cookie: "y")
        _ = try await cache.principal(for: other) {
            cache.forget(other)
            return people.founder
        }
        #expect(try await cache.principal(for: other) { nil } == nil)
    }

    @Test func lifetimeIsCapped() async throws {
        let cache = PrincipalCache(lifetime: .seconds(3_600))
        let credential = PrincipalCache.Credential(token: "x")
        _ = try await cache.principal(for: credential) { People().manager }
        try await Task.sleep(for: .milliseconds(1_050))
        #expect(try await cache.principal(for: credential) { nil } == nil)
    }
}

@Suite struct LogTests {
    @Test func linesAreJSONWithoutUserText() async throws {
        let pipe = Pipe()
        let stream = LogStream(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let site = try await Site { $0.requestLog = stream }
        let id = UUID()
        _ = await site.send("GET", "/v1/notes/\(id)?secret=\"reset\"", headers: [("X-Request-Id", "request-1")])
        let logger = Logger(label: "a\"b") { JSONLogHandler(label: $0, stream: stream) }
        logger.warning("careful", metadata: ["who": "x\ny", "list": ["a"]])
        stream.flush()
        try pipe.fileHandleForWriting.close()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        let lines = try Array(data).split(separator: 0x0A).map { try JSON(parsing: Array($0)) }
        #expect(lines.count == 2)
        #expect(lines[0]["request"]?.text == "request-1")
        #expect(lines[0]["route"]?.text == "getNote")
        #expect(lines[0]["status"] == 422)
        #expect(lines[0]["note"]?.text == id.uuidString)
        #expect(lines[0]["role"]?.text == "manager")
        #expect(!String(decoding: data, as: UTF8.self).contains("reset"))
        #expect(lines[1]["who"]?.text == "x\ny")
        #expect(lines[1]["level"]?.text == "warning")
    }
}
