internal import CSodium
internal import Foundation
public import NIOPosix
import Synchronization

/// Hashes and verifies passwords by Argon2id (libsodium), at OWASP's minimum of 19 MiB and two passes.
///
/// A hash costs some 25 ms and 19 MiB, so the work happens on a few threads of its own, never on Swift's cooperative
/// pool, and at most `queue` callers wait: a flood of sign-ins is refused instead of starving everybody else.
public final class PasswordHasher: Sendable {
    /// Thrown when too many sign-ins wait already. The caller may try again in a second.
    public struct Busy: Error {}

    /// Memory in bytes and passes of one hash.
    public struct Cost: Sendable {
        let memory: Int
        let passes: UInt64

        /// The OWASP minimum: 19 MiB, two passes.
        public static let standard = Cost(memory: 19 << 20, passes: 2)
        /// The least libsodium accepts, for worlds of invented people.
        public static let least = Cost(memory: 8192, passes: 1)
    }

    /// The longest password kept whole, in bytes of UTF-8.
    public static let longest = 256

    private let threads: NIOThreadPool
    private let cost: Cost
    private let queue: Int
    private let waiting = Mutex(0)

    /// Starts nothing until the first hash is asked for.
    public init(threads: NIOThreadPool, cost: Cost = .standard, queue: Int = 32) {
        self.threads = threads
        self.cost = cost
        self.queue = queue
    }

    /// The hash of a password in PHC form, salt included.
    public func hash(_ password: String) async throws -> String {
        let text = Self.prepared(password)
        let cost = cost
        return try await working {
            guard sodium_init() >= 0 else { throw Busy() }
            var hash = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
            let failed = crypto_pwhash_str(&hash, text, UInt64(text.utf8.count), cost.passes, cost.memory)
            // libsodium fails only when it cannot have the memory.
            guard failed == 0 else { throw Busy() }
            return String(decoding: hash.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Whether the password is the one behind the hash, compared in constant time.
    ///
    /// With no hash (nobody has this e-mail) the same time is spent on a hash that no password has, so that the answer's
    /// delay does not tell who has an account.
    public func verify(_ password: String, against hash: String?) async throws -> Bool {
        let text = Self.prepared(password)
        let stored = hash ?? Self.nobodys
        let matches = try await working {
            guard sodium_init() >= 0 else { throw Busy() }
            return crypto_pwhash_str_verify(stored, text, UInt64(text.utf8.count)) == 0
        }
        return matches && hash != nil
    }

    /// Whether a hash was made at a lower cost than today's and should be renewed at the next sign-in.
    public func isOutdated(_ hash: String) -> Bool {
        crypto_pwhash_str_needs_rehash(hash, cost.passes, cost.memory) != 0
    }

    /// NFC, so that the same password typed on another keyboard is the same bytes; kept whole to `longest` bytes.
    private static func prepared(_ password: String) -> String {
        password.precomposedStringWithCanonicalMapping
    }

    private func working<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        let admitted = waiting.withLock { waiting in
            guard waiting < queue else { return false }
            waiting += 1
            return true
        }
        guard admitted else { throw Busy() }
        defer { waiting.withLock { $0 -= 1 } }
        return try await threads.runIfActive(body)
    }

    // Argon2id of a random string that was thrown away.
    private static let nobodys =
        "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCEhIQ$eZ1YzYtV2tq0rQb0b8N1d1Zz2i8yq4Zt2H7rQJ0c3xk"
}
