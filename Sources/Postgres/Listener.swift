import Logging

/// One connection that listens for all subscribers. Confined to the loop.
final class Listener: ConnectionOwner, @unchecked Sendable {
    final class Subscriber: @unchecked Sendable {
        let channels: Set<String>
        let continuation: AsyncStream<Notification>.Continuation

        init(channels: Set<String>, continuation: AsyncStream<Notification>.Continuation) {
            self.channels = channels
            self.continuation = continuation
        }
    }

    private let loop: EventLoop
    private let source: ConnectionSource
    private let logger: Logger
    private var subscribers: [Subscriber] = []
    private var connection: Connection?
    private var backoff = Backoff()
    private var isBackingOff = false
    private var isClosed = false

    init(loop: EventLoop, source: ConnectionSource, logger: Logger) {
        self.loop = loop
        self.source = source
        self.logger = logger
    }

    func add(_ subscriber: Subscriber) {
        guard !isClosed else {
            subscriber.continuation.finish()
            return
        }
        subscribers.append(subscriber)
        if let connection, connection.isReady {
            listen(on: connection, for: [subscriber])
        } else {
            connect()
        }
    }

    func remove(_ subscriber: Subscriber) {
        subscribers.removeAll { $0 === subscriber }
        guard let connection, connection.isReady else { return }
        if subscribers.isEmpty {
            connection.close(Closed())
            return
        }
        let wanted = subscribers.reduce(into: Set<String>()) { $0.formUnion($1.channels) }
        for channel in subscriber.channels.subtracting(wanted) {
            connection.run(unit("UNLISTEN", channel) { _, _ in })
        }
    }

    func close() {
        isClosed = true
        connection?.close(Closed())
        for subscriber in subscribers { subscriber.continuation.finish() }
        subscribers = []
    }

    private func connect() {
        guard connection == nil, !isBackingOff, !isClosed, !subscribers.isEmpty else { return }
        let connection = source.make(owner: self)
        self.connection = connection
        connection.open(preferring: source.lastHost)
    }

    private func listen(on connection: Connection, for subscribers: [Subscriber]) {
        let channels = subscribers.reduce(into: Set<String>()) { $0.formUnion($1.channels) }.sorted()
        for channel in channels.dropLast() { connection.run(unit("LISTEN", channel) { _, _ in }) }
        guard let last = channels.last else { return }
        // Units come to their end in order, so all channels are heard when the last one is.
        connection.run(
            unit("LISTEN", last) { _, result in
                guard case .success = result else { return }
                for subscriber in subscribers { subscriber.continuation.yield(.reconnected) }
            })
    }

    private func unit(
        _ verb: String, _ channel: String, completion: @escaping Unit.Completion
    ) -> Unit {
        let name = SQLIdentifier(unchecked: channel).quoted
        return Unit([Query(unchecked: "\(verb) \(name)")], prepares: false, limit: .seconds(10), completion: completion)
    }

    // MARK: ConnectionOwner

    func connectionDidOpen(_ connection: Connection) {
        backoff.succeeded()
        source.opened(connection)
        listen(on: connection, for: subscribers)
        if subscribers.isEmpty { connection.close(Closed()) }
    }

    func connectionDidClose(_ connection: Connection, because error: any Error) {
        guard self.connection === connection else { return }
        self.connection = nil
        if !(error is Closed) {
            logger.warning("the listening connection was lost", metadata: ["reason": "\(debug(error))"])
        }
        isBackingOff = true
        loop.schedule(after: backoff.failed()) { [self] in
            isBackingOff = false
            connect()
        }
    }

    func connectionDidFinishWork(_ connection: Connection) {}

    func connection(_ connection: Connection, didReceive notification: Notification) {
        guard let channel = notification.channel else { return }
        for subscriber in subscribers where subscriber.channels.contains(channel) {
            subscriber.continuation.yield(notification)
        }
    }
}
