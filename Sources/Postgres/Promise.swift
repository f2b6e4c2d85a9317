import Synchronization

/// A result that one side settles and the other awaits. The first settlement counts and later ones are ignored, so
/// a cancelled caller, a timeout and the event loop need no agreement about who answers.
final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case pending
        case awaited(UnsafeContinuation<Value, any Error>)
        case settled(Result<Value, any Error>)
    }

    private let state = Mutex(State.pending)

    var isSettled: Bool {
        state.withLock {
            if case .settled = $0 { true } else { false }
        }
    }

    @discardableResult
    func settle(_ result: Result<Value, any Error>) -> Bool {
        let (first, continuation) = state.withLock { state -> (Bool, UnsafeContinuation<Value, any Error>?) in
            switch state {
            case .settled: return (false, nil)
            case .pending:
                state = .settled(result)
                return (true, nil)
            case .awaited(let continuation):
                state = .settled(result)
                return (true, continuation)
            }
        }
        continuation?.resume(with: result)
        return first
    }

    func succeed(_ value: Value) {
        settle(.success(value))
    }

    func fail(_ error: any Error) {
        settle(.failure(error))
    }

    /// Awaited once. Deaf to cancellation: COMMIT and ROLLBACK must be heard to their end.
    func value() async throws -> Value {
        try await withUnsafeThrowingContinuation { continuation in
            let settled = state.withLock { state -> Result<Value, any Error>? in
                if case .settled(let result) = state { return result }
                state = .awaited(continuation)
                return nil
            }
            if let settled { continuation.resume(with: settled) }
        }
    }

    /// Awaited once. When the task is cancelled, the caller gets `CancellationError` at once and `onCancel` is told.
    func value(onCancel: @escaping @Sendable () -> Void) async throws -> Value {
        try await withTaskCancellationHandler {
            try await value()
        } onCancel: {
            if settle(.failure(CancellationError())) { onCancel() }
        }
    }
}
