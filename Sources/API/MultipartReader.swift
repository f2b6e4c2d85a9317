import Foundation

/// Reads `multipart/form-data` (RFC 7578) as it arrives, in whatever pieces, and holds no more than a part's head.
///
/// Strict, because what two readers understand differently is a way past one of them: nothing before the first boundary or
/// after the last, only the two fields of a head that forms have, each once, and no second spelling of a file's name. It
/// works on bytes; the boundary is found wherever the pieces are cut.
struct MultipartReader {
    struct Malformed: Error, Equatable {
        let reason: String
    }

    /// The head of a part.
    struct Head: Equatable {
        let name: String
        /// Nil for a field that is no file.
        let filename: String?
        let mediaType: String
    }

    enum Event: Equatable {
        case began(Head)
        case data([UInt8])
        case ended
    }

    private enum Place {
        case start, boundary, head, data, end
    }

    private static let maximumHead = 4_096
    private static let maximumParts = 1_000

    /// A line break, two dashes and the boundary.
    private let delimiter: [UInt8]
    private var place = Place.start
    private var pending: [UInt8] = []
    private var parts = 0

    /// Nil when the text cannot be a boundary.
    init?(boundary: String) {
        let bytes = Array(boundary.utf8)
        guard (1...70).contains(bytes.count), bytes.last != 0x20, bytes.allSatisfy(MultipartReader.isBoundary) else {
            return nil
        }
        delimiter = [0x0D, 0x0A, 0x2D, 0x2D] + bytes
    }

    /// The boundary a `Content-Type` names; nil when it is no multipart form.
    static func boundary(in contentType: String) -> String? {
        let pieces = contentType.utf8.split(separator: UInt8(ascii: ";"))
        guard let type = pieces.first, lowered(EntityTag.trimmed(type)) == Array("multipart/form-data".utf8) else {
            return nil
        }
        var found: String?
        for piece in pieces.dropFirst() {
            let parameter = EntityTag.trimmed(piece)
            guard let equals = parameter.firstIndex(of: UInt8(ascii: "=")),
                lowered(parameter[..<equals]) == Array("boundary".utf8)
            else { continue }
            guard found == nil else { return nil }
            var value = Array(parameter[parameter.index(after: equals)...])
            if value.count >= 2, value.first == 0x22, value.last == 0x22 { value = Array(value.dropFirst().dropLast()) }
            found = String(decoding: value, as: UTF8.self)
        }
        return found
    }

    /// What the next bytes mean.
    mutating func feed(_ bytes: some Collection<UInt8>) throws(Malformed) -> [Event] {
        pending.append(contentsOf: bytes)
        var events: [Event] = []
        var at = 0
        loop: while true {
            switch place {
            case .start:
                // The first boundary has no line break before it.
                let first = delimiter.dropFirst(2)
                guard pending.count - at >= first.count else { break loop }
                guard pending[at...].starts(with: first) else {
                    throw Malformed(reason: "it does not begin with its boundary")
                }
                at += first.count
                place = .boundary
            case .boundary:
                guard pending.count - at >= 2 else { break loop }
                if pending[at] == 0x0D, pending[at + 1] == 0x0A {
                    parts += 1
                    guard parts <= MultipartReader.maximumParts else {
                        throw Malformed(reason: "it has too many parts")
                    }
                    place = .head
                } else if pending[at] == 0x2D, pending[at + 1] == 0x2D {
                    place = .end
                } else {
                    throw Malformed(reason: "something follows a boundary")
                }
                at += 2
            case .head:
                guard let end = MultipartReader.endOfHead(pending, from: at) else {
                    guard pending.count - at <= MultipartReader.maximumHead else {
                        throw Malformed(reason: "the head of a part is too long")
                    }
                    break loop
                }
                guard end - at <= MultipartReader.maximumHead else {
                    throw Malformed(reason: "the head of a part is too long")
                }
                events.append(.began(try MultipartReader.head(pending[at..<end])))
                at = end + 4
                place = .data
            case .data:
                let (ends, whole) = search(from: at)
                if ends > at { events.append(.data(Array(pending[at..<ends]))) }
                at = ends
                guard whole else { break loop }
                at += delimiter.count
                events.append(.ended)
                place = .boundary
            case .end:
                // One line break may end the body.
                let rest = pending[at...]
                guard rest.isEmpty || rest.elementsEqual([0x0D]) || rest.elementsEqual([0x0D, 0x0A]) else {
                    throw Malformed(reason: "something follows the last boundary")
                }
                break loop
            }
        }
        if at > 0 { pending.removeFirst(at) }
        return events
    }

    /// Whether everything that began has ended.
    func finish() throws(Malformed) {
        guard case .end = place, pending.isEmpty || pending.count == 2 else {
            throw Malformed(reason: "it ends before its last boundary")
        }
    }

    /// Where data ends for now: at the delimiter, or before what may yet become one.
    private func search(from start: Int) -> (end: Int, whole: Bool) {
        pending.withUnsafeBufferPointer { bytes in
            delimiter.withUnsafeBufferPointer { delimiter in
                guard let base = bytes.baseAddress, let wanted = delimiter.baseAddress else { return (start, false) }
                var at = start
                while at < bytes.count, let found = memchr(base + at, 0x0D, bytes.count - at) {
                    let begins = UnsafeRawPointer(found) - UnsafeRawPointer(base)
                    let length = Swift.min(delimiter.count, bytes.count - begins)
                    if memcmp(base + begins, wanted, length) == 0 { return (begins, length == delimiter.count) }
                    at = begins + 1
                }
                return (bytes.count, false)
            }
        }
    }

    // MARK: Heads

    private static func endOfHead(_ bytes: [UInt8], from start: Int) -> Int? {
        let limit = Swift.min(bytes.count, start + maximumHead + 4)
        guard limit - start >= 4 else { return nil }
        return (start...(limit - 4)).first { bytes[$0..<($0 + 4)].elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]) }
    }

    private static func head(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> Head {
        var (disposition, mediaType): (Head?, String?) = (nil, nil)
        var rest = bytes
        while !rest.isEmpty {
            let end = rest.indices.first { $0 + 1 < rest.endIndex && rest[$0] == 0x0D && rest[$0 + 1] == 0x0A }
            let line = rest[..<(end ?? rest.endIndex)]
            rest = end.map { rest[($0 + 2)...] } ?? []
            guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }), let colon = line.firstIndex(of: 0x3A),
                let text = EdgeText.string(line[(colon + 1)...])
            else { throw Malformed(reason: "the head of a part cannot be read") }
            let value = trimmed(Array(text.utf8)[...])
            switch String(decoding: lowered(line[..<colon]), as: UTF8.self) {
            case "content-disposition" where disposition == nil: disposition = try self.disposition(value)
            case "content-type" where mediaType == nil: mediaType = String(decoding: value, as: UTF8.self)
            default: throw Malformed(reason: "the head of a part has a field that forms do not send")
            }
        }
        guard let disposition else { throw Malformed(reason: "a part has no name") }
        return Head(
            name: disposition.name, filename: disposition.filename, mediaType: mediaType ?? "application/octet-stream")
    }

    private static func disposition(_ value: ArraySlice<UInt8>) throws(Malformed) -> Head {
        let type = Array("form-data".utf8)
        guard lowered(value.prefix(type.count)) == type else { throw Malformed(reason: "a part is no form data") }
        var rest = trimmed(value.dropFirst(type.count))
        var (name, filename): (String?, String?) = (nil, nil)
        while !rest.isEmpty {
            guard rest.first == 0x3B else { throw Malformed(reason: "a part's name cannot be read") }
            rest = trimmed(rest.dropFirst())
            guard let equals = rest.firstIndex(of: 0x3D) else {
                throw Malformed(reason: "a part's name cannot be read")
            }
            let parameter = String(decoding: lowered(rest[..<equals]), as: UTF8.self)
            rest = rest[(equals + 1)...]
            let text: ArraySlice<UInt8>
            if rest.first == 0x22 {
                guard let end = rest.dropFirst().firstIndex(of: 0x22) else {
                    throw Malformed(reason: "a part's name has no end")
                }
                text = rest[(rest.startIndex + 1)..<end]
                rest = trimmed(rest[(end + 1)...])
            } else {
                let end = rest.firstIndex { $0 == 0x3B || $0 == 0x20 } ?? rest.endIndex
                text = rest[..<end]
                rest = trimmed(rest[end...])
                guard !text.isEmpty else { throw Malformed(reason: "a part's name cannot be read") }
            }
            switch parameter {
            case "name" where name == nil: name = unescaped(text)
            case "filename" where filename == nil: filename = unescaped(text)
            default: throw Malformed(reason: "a part's name is given in a way that forms do not")
            }
        }
        guard let name, !name.utf8.isEmpty else { throw Malformed(reason: "a part has no name") }
        return Head(name: name, filename: filename, mediaType: "")
    }

    /// Forms write the three bytes that cannot stand in a name as `%22`, `%0D` and `%0A`, and no others (WHATWG HTML).
    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        var plain: [UInt8] = []
        var at = bytes.startIndex
        while at < bytes.endIndex {
            let code = String(decoding: bytes[at...].prefix(3), as: UTF8.self)
            switch code {
            case "%22": plain.append(0x22)
            case "%0D", "%0d": plain.append(0x0D)
            case "%0A", "%0a": plain.append(0x0A)
            default:
                plain.append(bytes[at])
                at += 1
                continue
            }
            at += 3
        }
        return String(decoding: plain, as: UTF8.self)
    }

    private static func isBoundary(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A)
            || Array("'()+_,-./:=? ".utf8).contains(byte)
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        var bytes = bytes.drop(while: isSpace)
        while let last = bytes.last, isSpace(last) { bytes.removeLast() }
        return bytes
    }

    private static func lowered(_ bytes: some Collection<UInt8>) -> [UInt8] {
        bytes.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    }
}
