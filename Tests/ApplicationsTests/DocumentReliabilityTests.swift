import Accounts
import DemoWorld
import Files
import Foundation
import Glibc
import Jobs
import Logging
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Applications

/// What is cut short leaves nothing behind: no lock, no session, no row, no file.
@Suite("Documents cut short", .timeLimit(.minutes(3)))
struct DocumentReliabilityTests {
    let call: CallForApplications.ID = demoID("call incubation")

    /// A file of more pieces than one.
    private var large: String {
        "%PDF-1.7\n" + String(repeating: "% harbours, and how we know them\n", count: 20_000) + "%%EOF\n"
    }

    @Test("A worker that dies in a scan gives the job back: the document waits, and the next worker ends it")
    func scanning() async throws {
        let world = try await World()
        let deck = try await world.deck(of: call)
        let id = try await world.draft(to: call)
        let edge = try Edge(
            operations: ApplicationsRoom.operations(hasScanner: true), authenticator: Gate(database: world.database),
            database: world.database, configuration: .ephemeral(), logger: Logger(label: "test"))
        let ravi = try await Visitor(Cast.ravi, in: world, before: edge)
        let kept = try await world.upload(large, to: deck, of: id, by: ravi)
        let taken = try await world.upload("%PDF-1.7\nTaken away\n%%EOF\n", to: deck, of: id, by: ravi)

        // One that listens, and says nothing.
        let silent = try Listener()
        try await working(in: world, by: try #require(Clamd("127.0.0.1:\(silent.port)", seconds: 20))) {
            let running = try await world.awaiting({ try await leases(in: world) }, until: { $0 == 2 })
            #expect(running == 2)
            // Meanwhile nobody waits for it: no transaction stays open, and its startup takes a document away.
            let waiting = try await world.awaiting({ try await sessions(in: world) }, until: { $0 == 0 })
            #expect(waiting == 0)
            #expect(await ravi.ask("POST", "/v1/applications/\(id)/documents/\(taken)/removal").status == 200)
        }
        let reader = world.database.reader(as: world.context(Cast.ravi))
        #expect(try await reader.documents(of: id).map(\.state) == [.quarantined])
        #expect(try await leases(in: world) == 0)
        #expect(try await sessions(in: world) == 0)

        try await withScanner { scanner in
            try await working(in: world, by: scanner) {
                let waiting = try await world.awaiting({ try await unfinished(in: world) }, until: { $0 == 0 })
                #expect(waiting == 0)
            }
        }
        let found = try await reader.documents(of: id)
        #expect(found.map(\.id) == [kept] && found.map(\.state) == [.clean])
        // Of what was taken away there is neither a byte nor a verdict.
        let left: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT (SELECT count(*) FROM document_chunks WHERE document_id = \(taken))
                 + (SELECT count(*) FROM documents WHERE id = \(taken) AND state <> 'quarantined') AS rows
            """)
        #expect(left == 0)
    }

    @Test("Readers who take a piece and stop hold nothing, and get no more of what is gone")
    func slowReaders() async throws {
        let world = try await World()
        let deck = try await world.deck(of: call)
        let id = try await world.draft(to: call)
        let ravi = try await Visitor(Cast.ravi, in: world)
        let document = try await world.upload(large, to: deck, of: id, by: ravi)
        var slow: [StreamedDownload] = []
        // More than the service has connections.
        for _ in 0..<12 {
            let stream = try #require(await ravi.ask("GET", "/v1/applications/\(id)/documents/\(document)").stream)
            #expect(try await stream.piece(0)?.count == CheckedFile.piece)
            slow.append(stream)
        }
        #expect(try await sessions(in: world) == 0)
        // Others read and write as before, and the document is taken away under them.
        _ = try await world.upload("%PDF-1.7\nAnother\n%%EOF\n", to: deck, of: id, by: ravi)
        #expect(try await slow[0].piece(1)?.isEmpty == false)
        #expect(await ravi.ask("POST", "/v1/applications/\(id)/documents/\(document)/removal").status == 200)
        for stream in slow { #expect(try await stream.piece(2) == nil) }
        #expect(try await sessions(in: world) == 0)
    }

    @Test("An upload that is cut off in its midst leaves no row, no file and no open descriptor")
    func killedUpload() async throws {
        let world = try await World()
        let deck = try await world.deck(of: call)
        let id = try await world.draft(to: call)
        let ravi = try await Visitor(Cast.ravi, in: world)
        let folder = FileManager.default.temporaryDirectory.appending(path: "spool-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = Edge.Configuration.ephemeral()
        configuration.spoolFolder = folder.path
        let edge = try world.edge(configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await edge.run() }
            defer { group.cancelAll() }
            let port = await edge.listeningPort()
            let head = """
                POST /v1/applications/\(id)/documents?question=\(deck)&filename=deck.pdf HTTP/1.1\r
                Host: localhost\r
                Authorization: Bearer \(ravi.token)\r
                Idempotency-Key: \(UUID())\r
                Content-Type: application/octet-stream\r
                Content-Length: \(large.utf8.count)\r
                \r

                """
            for _ in 0..<4 {
                let peer = try Peer(port: port)
                peer.send(Array(head.utf8) + Array(large.utf8.prefix(300_000)))
                let coming = try await world.awaiting({ spooled(in: folder) }, until: { $0 == 1 })
                #expect(coming == 1)
                peer.close()
                let left = try await world.awaiting({ spooled(in: folder) }, until: { $0 == 0 })
                #expect(left == 0)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
            let rows: Int = try await world.owner.reader(as: .none).value(
                """
                SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM document_chunks)
                     + (SELECT count(*) FROM jobs WHERE kind = \(ScanDocument.kind)) AS rows
                """)
            #expect(rows == 0)
            #expect(try await sessions(in: world) == 0)
            // Sent whole, it is taken: nothing of the attempts is in its way.
            let whole = try Peer(port: port)
            whole.send(Array(head.utf8) + Array(large.utf8))
            let taken = try await world.awaiting(
                { try await world.database.reader(as: world.context(Cast.ravi)).documents(of: id).count },
                until: { $0 == 1 })
            #expect(taken == 1)
            whole.close()
        }
    }

    /// Files of the spool that this process has open, with a name or without.
    private func spooled(in folder: URL) -> Int {
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return open.count { descriptor in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
            return target?.utf8.starts(with: folder.path.utf8) == true
        }
    }

    /// Sessions of the service that are in a transaction.
    private func sessions(in world: World) async throws -> Int {
        try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) AS rows FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'
            """)
    }

    private func leases(in world: World) async throws -> Int {
        try await world.owner.reader(as: .none).value(
            "SELECT count(*) AS rows FROM jobs WHERE kind = \(ScanDocument.kind) AND lease_until > now()")
    }

    private func unfinished(in world: World) async throws -> Int {
        try await world.owner.reader(as: .none).value(
            "SELECT count(*) AS rows FROM jobs WHERE kind = \(ScanDocument.kind) AND finished_at IS NULL")
    }

    /// A worker with this scanner, which ends when `body` does without waiting for what it is at.
    private func working(in world: World, by scanner: Clamd, _ body: () async throws -> Void) async throws {
        var configuration = Worker.Configuration()
        configuration.poll = .milliseconds(20)
        configuration.retryPause = .milliseconds(50)
        configuration.shutdownGrace = .milliseconds(50)
        let worker = Worker(
            database: world.database, keeper: world.database, logger: Logger(label: "test"),
            configuration: configuration)
        ApplicationsRoom.register(in: worker, scanner: scanner)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            do { try await body() } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            while let ended = await group.nextResult() { _ = ended }
        }
    }

    /// A scanner that finds everything clean, and ends with the test.
    private func withScanner(_ body: (Clamd) async throws -> Void) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            """
            import socket, struct, threading
            def exactly(c, n):
                data = b""
                while len(data) < n:
                    more = c.recv(n - len(data))
                    if not more: raise EOFError
                    data += more
                return data
            def answer(c):
                with c:
                    exactly(c, 10)
                    while (n := struct.unpack(">I", exactly(c, 4))[0]): exactly(c, n)
                    c.sendall(b"stream: OK\\0")
            s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
            print(s.getsockname()[1], flush=True)
            while True: threading.Thread(target=answer, args=(s.accept()[0],), daemon=True).start()
            """,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        // A child of a test inherits blocked signals; this one cannot be.
        defer { kill(process.processIdentifier, SIGKILL) }
        let port = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try await body(try #require(Clamd("127.0.0.1:\(port)", seconds: 20)))
    }
}

/// A socket that takes connections and never reads them.
private final class Listener: Sendable {
    let descriptor: Int32
    let port: UInt16

    init() throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(socket, pointer, length) == 0 && listen(socket, 8) == 0
                    && getsockname(socket, pointer, &length) == 0
            }
        }
        descriptor = socket
        port = UInt16(bigEndian: address.sin_port)
        try #require(isListening)
    }

    deinit { Glibc.close(descriptor) }
}

/// A client who hangs up when told to.
private final class Peer: Sendable {
    private let descriptor: Int32

    init(port: Int) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in.loopback(port: UInt16(port))
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                connect(socket, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        descriptor = socket
        try #require(isConnected)
    }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let written = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard written > 0 else { return }
            sent += written
        }
    }

    func close() { Glibc.close(descriptor) }
}

extension sockaddr_in {
    fileprivate static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
