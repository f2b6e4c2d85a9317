import Crypto
import Foundation
import NIOCore
import NIOPosix

/// A file that somebody sends, taken from the socket without being held in memory.
///
/// As the body of an ``Operation`` it is the whole body; a form of a ``PageRoute`` with an `uploadLimit` may carry several.
/// Either way it is complete and hashed before the handler runs, and no transaction waits for a slow sender.
public struct Upload: Codable, Sendable {
    /// What the sender calls it; nil for a body, which has no name. Anything may stand here.
    public let filename: String?
    /// What the sender says it is. Anything may stand here.
    public let mediaType: String
    /// What was sent.
    public let file: SpooledFile

    init(filename: String?, mediaType: String, file: SpooledFile) {
        self.filename = filename
        self.mediaType = mediaType
        self.file = file
    }

    /// A file comes by a body, never inside JSON.
    public init(from decoder: any Decoder) throws {
        throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "is a file"))
    }

    /// A file goes by a body, never inside JSON.
    public func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(self, .init(codingPath: encoder.codingPath, debugDescription: "is a file"))
    }
}

/// Bytes on disk under no name: whoever drops the last reference, or is killed, leaves nothing behind.
public final class SpooledFile: Sendable {
    /// How many bytes it has.
    public let count: Int
    /// Their SHA-256.
    public let sha256: [UInt8]
    private let opened: OpenedFile

    fileprivate init(count: Int, sha256: [UInt8], opened: OpenedFile) {
        self.count = count
        self.sha256 = sha256
        self.opened = opened
    }

    /// Some of its bytes, fewer at the end. Read by a thread that may wait for the disk.
    public func bytes(at offset: Int, upTo limit: Int) async throws -> [UInt8] {
        let opened = opened
        let wanted = Swift.max(0, Swift.min(limit, count - offset))
        return try await NIOThreadPool.singleton.runIfActive { try opened.read(at: offset, count: wanted) }
    }

    /// Looks at the file on a thread that may wait for the disk. The descriptor is open for reading as long as `look` runs.
    public func inspect<Value: Sendable>(
        _ look: @escaping @Sendable (_ descriptor: Int32) throws -> Value
    ) async throws -> Value {
        let opened = opened
        return try await NIOThreadPool.singleton.runIfActive {
            try withExtendedLifetime(opened) { try look(opened.descriptor) }
        }
    }
}

extension SpooledFile {
    /// A file that `fill` writes by its descriptor, which is open as long as that runs.
    package static func filled(
        in folder: String, by fill: @Sendable (_ descriptor: Int32) async throws -> Void
    ) async throws -> SpooledFile {
        let opened = try await NIOThreadPool.singleton.runIfActive { try OpenedFile(in: folder) }
        try await fill(opened.descriptor)
        return try await NIOThreadPool.singleton.runIfActive {
            var (hash, count) = (SHA256(), 0)
            while case let bytes = try opened.read(at: count, count: Spool.batch), !bytes.isEmpty {
                hash.update(data: bytes)
                count += bytes.count
            }
            return SpooledFile(count: count, sha256: Array(hash.finalize()), opened: opened)
        }
    }

    /// Lends the descriptor to whoever waits somewhere else than on a thread of ours.
    package func lending<Value>(_ use: (_ descriptor: Int32) async throws -> Value) async throws -> Value {
        let value = try await use(opened.descriptor)
        withExtendedLifetime(opened) {}
        return value
    }
}

/// A descriptor that is closed when nobody has it any more.
private final class OpenedFile: Sendable {
    let descriptor: Int32

    init(in folder: String) throws {
        // A file that never had a name. The flag's own bit is the same on every Linux, that of a directory is not.
        let unnamed = 0o20_000_000 | O_DIRECTORY
        var descriptor = open(folder, unnamed | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor < 0, errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL {
            var template = Array("\(folder)/trellis.XXXXXX".utf8CString)
            descriptor = mkstemp(&template)
            if descriptor >= 0 { unlink(&template) }
        }
        guard descriptor >= 0 else { throw SpoolFailure(code: errno) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8], at offset: Int) throws {
        try bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let written = pwrite(
                    descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset + done))
                if written > 0 { done += written } else if errno != EINTR { throw SpoolFailure(code: errno) }
            }
        }
    }

    func read(at offset: Int, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset + filled))
                if got > 0 {
                    filled += got
                } else if got == 0 {
                    return
                } else if errno != EINTR {
                    throw SpoolFailure(code: errno)
                }
            }
        }
    }
}

/// The disk did not take a file, or did not give it back.
struct SpoolFailure: Error, CustomStringConvertible {
    let code: Int32

    var description: String { "The spool folder failed: \(String(cString: strerror(code)))" }
}

/// Writes and hashes what arrives, a quarter of a megabyte at a time and never on a thread that reads sockets.
package struct Spool {
    fileprivate static let batch = 256 * 1024

    private let opened: OpenedFile
    private var hash = SHA256()
    private var pending: [UInt8] = []
    private(set) var count = 0

    /// An empty file in a folder.
    package init(in folder: String) async throws {
        opened = try await NIOThreadPool.singleton.runIfActive { try OpenedFile(in: folder) }
    }

    /// Takes what comes next.
    package mutating func append(_ bytes: some Collection<UInt8>) async throws {
        pending.append(contentsOf: bytes)
        if pending.count >= Spool.batch { try await flush() }
    }

    /// The file as a whole.
    package mutating func finish() async throws -> SpooledFile {
        if !pending.isEmpty { try await flush() }
        return SpooledFile(count: count, sha256: Array(hash.finalize()), opened: opened)
    }

    private mutating func flush() async throws {
        let (opened, bytes, offset, hashed) = (opened, pending, count, hash)
        hash = try await NIOThreadPool.singleton.runIfActive {
            try opened.write(bytes, at: offset)
            var hash = hashed
            hash.update(data: bytes)
            return hash
        }
        count += bytes.count
        pending.removeAll(keepingCapacity: true)
    }
}
