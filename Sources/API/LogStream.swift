import Foundation
public import Logging

/// Lines for a file descriptor, written by a thread of their own: a slow log must not hold a request, and thousands of
/// lines a second must not be thousands of system calls.
public final class LogStream: @unchecked Sendable {
    /// The usual place of a service's log.
    public static let standardError = LogStream(descriptor: 2)

    private let condition = NSCondition()
    private var pending: [UInt8] = []
    private var dropped = 0
    private var writing = false
    private var urgent = false
    private let descriptor: Int32
    private let limit = 4 * 1024 * 1024

    /// Writes to a descriptor that stays open as long as the process.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
        let thread = Thread { [self] in run() }
        thread.name = "log"
        thread.start()
    }

    /// Adds one line without its line break. When the reader of the log stands still for 4 MiB, lines are dropped and
    /// counted instead of filling the memory.
    public func write(_ line: [UInt8], urgent: Bool = false) {
        condition.lock()
        defer { condition.unlock() }
        guard pending.count < limit else {
            dropped += 1
            return
        }
        pending.append(contentsOf: line)
        pending.append(0x0A)
        if urgent {
            self.urgent = true
            condition.broadcast()
        }
    }

    /// Waits until everything so far is written, at most `seconds`.
    public func flush(seconds: Double = 2) {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        urgent = true
        condition.broadcast()
        while !pending.isEmpty || writing {
            if !condition.wait(until: deadline) { return }
        }
    }

    private func run() {
        while true {
            condition.lock()
            while pending.isEmpty || !urgent {
                // Ordinary lines wait up to 50 ms for company.
                if !condition.wait(until: Date(timeIntervalSinceNow: 0.05)), !pending.isEmpty { break }
            }
            urgent = false
            var batch = pending
            if dropped > 0 {
                batch += Array("{\"level\":\"warning\",\"message\":\"log lines dropped\",\"count\":\(dropped)}\n".utf8)
                dropped = 0
            }
            pending.removeAll(keepingCapacity: true)
            writing = true
            condition.unlock()
            write(batch)
            condition.lock()
            writing = false
            condition.broadcast()
            condition.unlock()
        }
    }

    private func write(_ batch: [UInt8]) {
        batch.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let written = Foundation.write(
                    descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
                if written > 0 {
                    offset += written
                } else if errno != EINTR && errno != EAGAIN {
                    return
                }
            }
        }
    }
}

/// Writes log messages as JSON, one line each. Texts that came from users belong into metadata, never into messages.
public struct JSONLogHandler: LogHandler {
    /// What is less severe is not written.
    public var logLevel: Logger.Level = .info
    /// Members of every line.
    public var metadata: Logger.Metadata = [:]
    /// Members found when a line is written.
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let stream: LogStream

    /// For `LoggingSystem.bootstrap { JSONLogHandler(label: $0) }`.
    public init(label: String, stream: LogStream = .standardError) {
        self.label = label
        self.stream = stream
    }

    /// One member of every line.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the line; warnings and worse do not wait for company.
    public func log(event: LogEvent) {
        var line: [UInt8] = Array("{\"time\":\"".utf8)
        Timestamp.append(Date(), to: &line)
        line += Array("\",\"level\":\"\(event.level.rawValue)\",\"logger\":".utf8)
        JSON.write(label, to: &line)
        line += Array(",\"message\":".utf8)
        JSON.write(event.message.description, to: &line)
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { $1 } }
        if let own = event.metadata { merged.merge(own) { $1 } }
        for (key, value) in merged.sorted(by: { $0.key < $1.key }) {
            line.append(UInt8(ascii: ","))
            JSON.write(key, to: &line)
            line.append(UInt8(ascii: ":"))
            JSONLogHandler.tree(value).write(to: &line)
        }
        line.append(UInt8(ascii: "}"))
        stream.write(line, urgent: event.level >= .warning)
    }

    private static func tree(_ value: Logger.Metadata.Value) -> JSON {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): .string(value.description)
        case .array(let values): .array(values.map(tree))
        case .dictionary(let values):
            .object(values.sorted { $0.key < $1.key }.map { JSON.Member($0.key, tree($0.value)) })
        }
    }
}
