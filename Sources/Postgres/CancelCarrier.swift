import CLibPQ

/// Carries a cancel request to the thread that sends it.
final class CancelCarrier: @unchecked Sendable {
    private let cancel: OpaquePointer

    init(_ cancel: OpaquePointer) {
        self.cancel = cancel
    }

    func send() {
        var message = [CChar](repeating: 0, count: 256)
        // Whether it arrives is not certain in any case; the session ends either way.
        _ = PQcancel(cancel, &message, Int32(message.count))
    }

    deinit {
        PQfreeCancel(cancel)
    }
}
