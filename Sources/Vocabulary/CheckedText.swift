import Foundation

/// Text that has passed its rule on the way in, so that everything behind the edge can print, store and compare it.
///
/// White space at both ends goes, line ends become LF, the rest is brought to Unicode normalisation form C. Control
/// characters, bidirectional controls, private and unassigned characters, and piles of marks are refused, not removed:
/// silently changing what somebody wrote is worse than asking again.
public struct CheckedText<Rule: TextRule>: Hashable, Sendable {
    /// The text, normalised.
    public let string: String

    /// Takes a text that keeps the rule.
    public init(_ string: String) throws(TextRefusal) {
        self.string = try Self.checked(string)
    }
}

extension CheckedText: CustomStringConvertible {
    /// The text itself.
    public var description: String { string }
}

extension CheckedText: Comparable {
    /// Orders by Unicode scalars: stable and the same everywhere, not a dictionary's order.
    public static func < (left: Self, right: Self) -> Bool {
        left.string.unicodeScalars.lexicographicallyPrecedes(right.string.unicodeScalars)
    }
}

extension CheckedText: Codable {
    /// Decodes a string that keeps the rule.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readString(as: "text") { try Self($0) }
    }

    /// Encodes the string.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeString(string)
    }
}

extension CheckedText {
    private static func checked(_ raw: String) throws(TextRefusal) -> String {
        if let plain = plain(raw) { return plain }
        // Normalisation shortens a text at most threefold; what is longer needs no look.
        guard raw.utf8.count <= Rule.limit * 12 + 64 else { throw .tooLong(limit: Rule.limit) }
        var lines = raw
        if Rule.isMultiline, raw.utf8.contains(13) {
            lines = raw.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
        }
        let isASCII = lines.utf8.allSatisfy { $0 < 0x80 }
        let normal = isASCII ? lines : lines.precomposedStringWithCanonicalMapping
        let scalars = normal.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else {
            if let control = scalars.first(where: { !allows($0, after: nil) }) {
                throw .forbidden(scalar: control.value)
            }
            throw .empty
        }
        // Trimming must not carry off a forbidden scalar unseen: a vertical tab at the end is refused like one inside.
        var (count, marks) = (0, 0)
        var previous: Unicode.Scalar?
        for index in scalars.indices {
            let scalar = scalars[index]
            guard allows(scalar, after: previous) else { throw .forbidden(scalar: scalar.value) }
            if index >= first, index <= last {
                count += 1
                guard count <= Rule.limit else { throw .tooLong(limit: Rule.limit) }
            }
            marks = scalar.value >= 0x300 && isMark(scalar) ? marks + 1 : 0
            guard marks <= 8 else { throw .tooManyMarks }
            previous = scalar
        }
        return String(scalars[first...last])
    }

    /// The text when it is a line of printable ASCII, as most texts are: nothing in it needs a closer look.
    private static func plain(_ raw: String) -> String? {
        var raw = raw
        return raw.withUTF8 { bytes in
            guard bytes.count <= Rule.limit, bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }),
                let first = bytes.firstIndex(where: { $0 != 0x20 }), let last = bytes.lastIndex(where: { $0 != 0x20 })
            else { return nil }
            return String(decoding: bytes[first...last], as: UTF8.self)
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: true
        default: false
        }
    }

    private static func allows(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: return true
        case 0x09, 0x0A: return Rule.isMultiline
        case 0x00...0x1F, 0x7F...0x9F: return false
        case 0x4E00...0x9FFF, 0x3041...0x30FF, 0xAC00...0xD7A3: return true
        default: break
        }
        if scalar.properties.isNoncharacterCodePoint { return false }
        switch scalar.properties.generalCategory {
        case .control, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        case .format: return allowsFormat(scalar, after: previous)
        default: return true
        }
    }

    /// Format characters are invisible. Joiners are spelling in some scripts and glue in emoji; the soft hyphen and the
    /// zero-width space are harmless where nothing is named. All others reorder, tag or hide text.
    private static func allowsFormat(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?) -> Bool {
        switch scalar.value {
        case 0x200C, 0x200D:
            guard let previous else { return false }
            switch previous.value {
            case 0x0600...0x08FF, 0x0900...0x0DFF, 0x0F00...0x109F, 0x1780...0x18AF, 0xA840...0xA87F: return true
            default:
                return scalar.value == 0x200D && !Rule.isName
                    && (previous.properties.isEmoji || previous.value == 0xFE0F)
            }
        case 0x00AD, 0x200B, 0x2060: return !Rule.isName
        default: return false
        }
    }
}
