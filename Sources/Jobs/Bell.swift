/// Wakes one loop. Rings while the loop is busy are remembered as one.
struct Bell: Sendable {
    let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func ring() {
        continuation.yield()
    }

    /// Waits for one ring.
    func next() async {
        for await _ in rings { return }
    }
}
