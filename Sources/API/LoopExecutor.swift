import HummingbirdCore
import Logging
import NIOCore
import Postgres

/// Runs tasks on the thread of one event loop.
///
/// A request would otherwise change threads four times between socket, handler and answer, which costs more than all
/// else that a short read does. The price is that whoever computes for long keeps the other connections of the loop
/// waiting: such work belongs into a job, and passwords are hashed on threads of their own.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

/// One executor for each loop of a group.
struct Executors: Sendable {
    private let executors: [ObjectIdentifier: LoopExecutor]

    init(of group: some EventLoopGroup) {
        executors = group.makeIterator().reduce(into: [:]) { executors, loop in
            loop.execute { ThreadScheduling.waitForTurn() }
            executors[ObjectIdentifier(loop)] = LoopExecutor(loop)
        }
    }

    /// Nil for a loop of another group, whose tasks then run where all others do.
    subscript(loop: any EventLoop) -> LoopExecutor? { executors[ObjectIdentifier(loop)] }
}

/// A connection whose task runs on the loop that reads its socket.
struct OnItsLoop<Base: ServerChildChannel>: ServerChildChannel {
    let channel: Base
    let executors: Executors

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        self.channel.setup(channel: channel, logger: logger)
    }

    func handle(value: Base.Value, logger: Logger) async {
        await withTaskExecutorPreference(executors[value.channel.eventLoop]) {
            await channel.handle(value: value, logger: logger)
        }
    }
}
