import Crypto
import Foundation

/// Remembers for at most one second who a credential is, so that one authenticated read stays one round trip.
/// A right that was taken away is gone after that second at the latest, and at once where `forget` is called.
final class PrincipalCache: Sendable {
    /// The hash of what was presented; the secret itself is not kept.
    struct Credential: Hashable, Sendable {
        let hash: SHA256.Digest
        let isToken: Bool

        init(token: String) {
            hash = SHA256.hash(data: Array(token.utf8))
            isToken = true
        }

        init(cookie: String) {
            hash = SHA256.hash(data: Array(cookie.utf8))
            isToken = false
        }
    }

    private struct Entry: Sendable {
        let principal: Principal?
        let until: UInt64
    }

    private struct State: Sendable {
        var entries: [Credential: Entry] = [:]
        /// Counts calls of `forget`, so that an answer fetched before one is not kept after it.
        var generation = 0
    }

    private let state = Locked(State())
    private let lifetime: UInt64
    private let capacity = 10_000

    init(lifetime: Duration) {
        // Never more than a second, whatever is configured: revocation must not wait.
        let parts = min(max(lifetime, .zero), .seconds(1)).components
        self.lifetime = UInt64(parts.seconds) * 1_000_000_000 + UInt64(parts.attoseconds / 1_000_000_000)
    }

    func principal(
        for credential: Credential, orFetch fetch: () async throws -> Principal?
    ) async throws -> Principal? {
        let now = DispatchTime.now().uptimeNanoseconds
        let (entry, generation) = state.withLock { ($0.entries[credential], $0.generation) }
        if let entry, entry.until > now { return entry.principal }
        let principal = try await fetch()
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.entries.count >= capacity { state.entries = state.entries.filter { $0.value.until > now } }
            if state.entries.count >= capacity { state.entries = [:] }
            // Counted from before the fetch: the second begins when the rights were read, not when they arrived.
            state.entries[credential] = Entry(principal: principal, until: now &+ lifetime)
        }
        return principal
    }

    func forget(_ credential: Credential) {
        state.withLock {
            $0.entries[credential] = nil
            $0.generation += 1
        }
    }

    func forgetAll() {
        state.withLock {
            $0.entries = [:]
            $0.generation += 1
        }
    }
}
