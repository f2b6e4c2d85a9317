import Dispatch
import Foundation

/// The virus scanner ClamAV, spoken to in its own words (`INSTREAM`). Every conversation blocks a thread of a queue of its
/// own, never one of Swift's.
public struct Clamd: Sendable {
    /// How the scanner is called on record.
    public static let name = "clamd"

    /// What the scanner says of a file.
    public enum Verdict: Sendable, Equatable {
        /// Nothing was found.
        case clean
        /// This was found.
        case found(String)
    }

    /// The scanner said nothing that is a verdict: it is away, silent, or says what it cannot know.
    public struct Failure: Error, CustomStringConvertible {
        /// What an operator reads.
        public let description: String
    }

    private enum Address: Sendable {
        case path(String)
        case host(String, port: String)
    }

    private let address: Address
    private let seconds: Int

    /// The scanner at `host:port`, or at the path of its socket; nil when the text is neither.
    ///
    /// - Parameter seconds: how long one word of the conversation may take.
    public init?(_ text: String, seconds: Int = 60) {
        self.seconds = seconds
        if text.utf8.first == UInt8(ascii: "/") {
            guard text.utf8.count < 108 else { return nil }
            address = .path(text)
            return
        }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")),
            let port = UInt16(text[text.index(after: colon)...]),
            port > 0, colon > text.startIndex
        else { return nil }
        var host = String(text[..<colon])
        if host.utf8.first == UInt8(ascii: "["), host.utf8.last == UInt8(ascii: "]") {
            host = String(host.dropFirst().dropLast())
        }
        address = .host(host, port: String(port))
    }

    private static let queue = DispatchQueue(label: "clamd", attributes: .concurrent)

    fileprivate static func offLoop<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: work)) }
        }
    }

    /// Connects and announces a file.
    public func begin() async throws -> Conversation {
        let (address, seconds) = (address, seconds)
        return try await Clamd.offLoop {
            let conversation = Conversation(descriptor: try Clamd.connect(address, seconds))
            try conversation.write(Array("zINSTREAM\0".utf8))
            return conversation
        }
    }

    private static func connect(_ address: Address, _ seconds: Int) throws -> Int32 {
        switch address {
        case .path(let path):
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw Failure(description: "The scanner cannot be reached.") }
            limit(descriptor, seconds)
            var place = sockaddr_un()
            place.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &place.sun_path) { $0.copyBytes(from: path.utf8) }
            let connected = withUnsafePointer(to: &place) { place in
                place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            guard connected == 0 else {
                close(descriptor)
                throw Failure(description: "The scanner cannot be reached.")
            }
            return descriptor
        case .host(let host, let port):
            var hints = addrinfo()
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            var found: UnsafeMutablePointer<addrinfo>?
            guard getaddrinfo(host, port, &hints, &found) == 0 else {
                throw Failure(description: "The scanner's host is not known.")
            }
            defer { freeaddrinfo(found) }
            var next = found
            while let place = next?.pointee {
                let descriptor = socket(place.ai_family, place.ai_socktype, place.ai_protocol)
                if descriptor >= 0 {
                    limit(descriptor, seconds)
                    if Foundation.connect(descriptor, place.ai_addr, place.ai_addrlen) == 0 { return descriptor }
                    close(descriptor)
                }
                next = place.ai_next
            }
            throw Failure(description: "The scanner cannot be reached.")
        }
    }

    private static func limit(_ descriptor: Int32, _ seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    /// One file on its way through the scanner; the connection ends with it.
    public final class Conversation: Sendable {
        private let descriptor: Int32

        fileprivate init(descriptor: Int32) {
            self.descriptor = descriptor
        }

        deinit { close(descriptor) }

        /// Sends the next bytes of the file.
        public func send(_ bytes: [UInt8]) async throws {
            guard !bytes.isEmpty else { return }
            try await Clamd.offLoop { [self] in
                let length = UInt32(clamping: bytes.count)
                try write([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + bytes)
            }
        }

        /// Ends the file and hears what was found.
        public func verdict() async throws -> Verdict {
            try await Clamd.offLoop { [self] in
                try write([0, 0, 0, 0])
                return try Clamd.verdict(in: try read())
            }
        }

        fileprivate func write(_ bytes: [UInt8]) throws {
            try bytes.withUnsafeBytes { buffer in
                var done = 0
                while done < buffer.count {
                    let sent = Foundation.send(
                        descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, Int32(MSG_NOSIGNAL))
                    if sent > 0 {
                        done += sent
                    } else if errno != EINTR {
                        throw Failure(description: "The scanner stopped listening.")
                    }
                }
            }
        }

        private func read() throws -> [UInt8] {
            var answer: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while answer.count <= 4_096 {
                let got = recv(descriptor, &buffer, buffer.count, 0)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { throw Failure(description: "The scanner gave no answer.") }
                answer += buffer[..<got]
                if let end = answer.firstIndex(of: 0) { return Array(answer[..<end]) }
            }
            throw Failure(description: "The scanner's answer has no end.")
        }
    }

    /// Only the exact words of a verdict are one.
    static func verdict(in answer: [UInt8]) throws -> Verdict {
        let (prefix, found) = (Array("stream: ".utf8), Array(" FOUND".utf8))
        if answer.elementsEqual("stream: OK".utf8) { return .clean }
        guard answer.starts(with: prefix), answer.count > prefix.count + found.count,
            answer.suffix(found.count).elementsEqual(found)
        else { throw Failure(description: "The scanner's answer is no verdict.") }
        let signature = answer.dropFirst(prefix.count).dropLast(found.count).prefix(100)
        return .found(String(decoding: signature.filter { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self))
    }
}
