internal import Crypto
internal import Foundation

/// A SHA-256 over values in a form that leaves no doubt: each with its kind and its length, numbers in one byte order.
/// Two lists of values have one hash only if they are the same.
struct CanonicalHash {
    private var hash = SHA256()
    private var buffer: [UInt8] = []

    mutating func add(_ number: Int) {
        buffer.append(1)
        withUnsafeBytes(of: Int64(number).bigEndian) { buffer += $0 }
        drain()
    }

    mutating func add(_ number: Double) {
        buffer.append(2)
        withUnsafeBytes(of: number.bitPattern.bigEndian) { buffer += $0 }
        drain()
    }

    mutating func add(_ flag: Bool) {
        buffer += [3, flag ? 1 : 0]
        drain()
    }

    mutating func add(_ text: String) {
        buffer.append(4)
        withUnsafeBytes(of: Int64(text.utf8.count).bigEndian) { buffer += $0 }
        buffer += text.utf8
        drain()
    }

    mutating func add(_ number: Int?) {
        if let number { add(number) } else { buffer.append(0) }
    }

    mutating func add(_ text: String?) {
        if let text { add(text) } else { buffer.append(0) }
    }

    /// Values whose order means nothing.
    mutating func add(unordered texts: some Collection<String>) {
        add(texts.count)
        for text in texts.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) { add(text) }
    }

    private mutating func drain() {
        guard buffer.count >= 1 << 16 else { return }
        hash.update(data: buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    /// The 32 bytes.
    consuming func bytes() -> [UInt8] {
        hash.update(data: buffer)
        return Array(hash.finalize())
    }
}
