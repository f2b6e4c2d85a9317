import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
public import ServiceLifecycle

/// The socket side: Hummingbird reads and writes HTTP, the edge answers.
extension Edge: Service {
    /// Serves until shut down. On a graceful shutdown readiness says no first, then the listener closes, then requests
    /// under way may finish within the configured grace.
    public func run() async throws {
        defer { listening.end() }
        let server = try makeServer()
        var groupConfiguration = ServiceGroupConfiguration(services: [server], logger: logger)
        groupConfiguration.maximumGracefulShutdownDuration = configuration.grace
        groupConfiguration.maximumCancellationDuration = .seconds(5)
        let group = ServiceGroup(configuration: groupConfiguration)
        // Detached, because the server would otherwise hear of the shutdown before the balancer does.
        let serving = Task.detached { try await group.run() }
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                do {
                    try await serving.value
                } catch  where self.isDraining {
                    // The grace is over and what remained was cancelled; that is how a shutdown may end.
                    logger.notice("requests were cut off at shutdown")
                }
            } onGracefulShutdown: {
                self.isDraining = true
                let drain = self.configuration.drain
                Task.detached {
                    try? await Task.sleep(for: drain)
                    await group.triggerGracefulShutdown()
                }
            }
        } onCancel: {
            serving.cancel()
        }
    }

    /// The port being listened on, as soon as it is.
    public func listeningPort() async -> Int { await listening.port() }

    static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return Swift.min(seconds, 86_400) * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// The library's server without its `Application`, whose logger, identifier and task-local value of every request
    /// would come beside our own.
    private func makeServer() throws -> any Service {
        let loops = MultiThreadedEventLoopGroup.singleton
        let executors = Executors(of: loops)
        let clock = DateLine()
        let builder = HTTPServerBuilder { [configuration] responder in
            OnItsLoop(
                channel: HTTP1Channel(
                    responder: responder,
                    configuration: .init(
                        additionalChannelHandlers: [ParserRefusal()],
                        idleTimeout: .nanoseconds(Edge.nanoseconds(configuration.idleTimeout)),
                        // Above our own limits, so that most senders of too much are told what they did (431, 414). The parser
                        // does not say which of the two it was.
                        httpDecoderConfiguration: .init(
                            maxHeaderFieldSize: 65_536, maxHeaderListSize: 81_920, maxHeaderFieldCount: 128))),
                executors: executors)
        }
        return try builder.buildServer(
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: configuration.backlog,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections)),
            eventLoopGroup: loops, logger: logger
        ) { request, writer, channel in
            let incoming = Incoming(
                head: request.head, body: .stream(request.body), address: channel.remoteAddress?.ipAddress ?? "")
            var outgoing = await self.respond(to: incoming, on: executors[channel.eventLoop])
            if outgoing.closes {
                // Whoever still sends a body we refused is not listened to any longer; the answer goes out first.
                channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
            }
            outgoing.headers[.date] = clock.text
            let head = HTTPResponse(
                status: HTTPResponse.Status(code: outgoing.status), headerFields: outgoing.headers)
            do {
                try await writer.write(
                    response: head,
                    body: outgoing.stream.map { self.pieces(of: $0) }
                        ?? (outgoing.body.isEmpty
                            ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: outgoing.body))))
            } catch is HTTPParserError {
                // Otherwise the server would write a second answer.
                throw ConnectionBroke()
            }
        } onServerRunning: { [listening] channel in
            listening.begin(port: channel.localAddress?.port ?? 0)
        }
    }

    /// A piece is made when the socket has taken the one before: the writer waits for a slow reader, and so do we.
    private func pieces(of stream: StreamedDownload) -> ResponseBody {
        ResponseBody(contentLength: stream.count) { [logger] writer in
            var (index, sent) = (0, 0)
            do {
                while let piece = try await stream.piece(index) {
                    try await writer.write(ByteBuffer(bytes: piece))
                    sent += piece.count
                    index += 1
                }
            } catch {
                logger.notice("a download broke off", metadata: ["error": .string(String(reflecting: error))])
                throw ConnectionBroke()
            }
            // A file that is not what its length promised must not end as if it were.
            guard sent == stream.count else { throw ConnectionBroke() }
            try await writer.finish(nil)
        }
    }

    private struct ConnectionBroke: Error {}
}

/// Lets others wait for the port.
final class Listening: Sendable {
    private struct State: Sendable {
        var port: Int?
        var waiting: [CheckedContinuation<Int, Never>] = []
    }

    private let state = Locked(State())

    func begin(port: Int) {
        let waiting = state.withLock { state in
            state.port = port
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: port) }
    }

    /// Whoever still waits when the server ended learns that there is no port.
    func end() { begin(port: 0) }

    func port() async -> Int {
        await withCheckedContinuation { continuation in
            let port = state.withLock { state in
                if state.port == nil { state.waiting.append(continuation) }
                return state.port
            }
            if let port { continuation.resume(returning: port) }
        }
    }
}

/// The text of the `Date` field, made once a second.
final class DateLine: Sendable {
    private let kept = Locked<(second: Int, text: String)>((0, ""))

    var text: String {
        let second = Int(Date().timeIntervalSince1970)
        return kept.withLock { kept in
            if kept.second != second { kept = (second, Timestamp.httpText(second: second)) }
            return kept.text
        }
    }
}
