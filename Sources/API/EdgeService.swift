import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
public import ServiceLifecycle

/// The socket side: Hummingbird reads and writes HTTP, the edge answers.
extension Edge: Service {
    /// Serves until shut down. On a graceful shutdown readiness says no first, then the listener closes, then requests
    /// under way may finish within the configured grace.
    public func run() async throws {
        let application = Application(
            responder: Responder(edge: self),
            server: .http1(
                configuration: .init(
                    idleTimeout: .nanoseconds(Edge.nanoseconds(configuration.idleTimeout)),
                    // Above our own limits, so that most senders of too much are told what they did (431, 414).
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 24_576, maxHeaderListSize: 49_152, maxHeaderFieldCount: 128))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: configuration.backlog,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections)),
            onServerRunning: { [listening] channel in listening.begin(port: channel.localAddress?.port ?? 0) },
            logger: logger)
        var groupConfiguration = ServiceGroupConfiguration(services: [application], logger: logger)
        groupConfiguration.maximumGracefulShutdownDuration = configuration.grace
        groupConfiguration.maximumCancellationDuration = .seconds(5)
        let group = ServiceGroup(configuration: groupConfiguration)
        // Detached, because the server would otherwise hear of the shutdown before the balancer does.
        let server = Task.detached { try await group.run() }
        defer { listening.end() }
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                do {
                    try await server.value
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
            server.cancel()
        }
    }

    /// The port being listened on, as soon as it is.
    public func listeningPort() async -> Int { await listening.port() }

    static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return Swift.min(seconds, 86_400) * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    private struct Source: InitializableFromSource {
        let channel: any Channel

        init(source: ApplicationRequestContextSource) {
            channel = source.channel
        }
    }

    private struct Responder: HTTPResponder {
        let edge: Edge

        func respond(to request: Request, context: Source) async throws -> Response {
            let incoming = Incoming(
                head: request.head, body: .stream(request.body), address: context.channel.remoteAddress?.ipAddress ?? ""
            )
            let outgoing = await edge.respond(to: incoming)
            if outgoing.closes {
                // Whoever still sends a body we refused is not listened to any longer; the answer goes out first.
                context.channel.eventLoop.scheduleTask(in: .seconds(1)) { context.channel.close(promise: nil) }
            }
            return Response(
                status: HTTPResponse.Status(code: outgoing.status), headers: outgoing.headers,
                body: outgoing.body.isEmpty
                    ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: outgoing.body)))
        }
    }
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
