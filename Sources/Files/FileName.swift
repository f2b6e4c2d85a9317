import Foundation

/// A file's name as it is kept: what its owner called it, without folders and without what would make it look like
/// another. It is data and never becomes a path.
public struct FileName: Sendable, Hashable {
    /// At most 200 bytes, never empty.
    public let text: String

    private static let limit = 200

    /// Cleans any text.
    public init(cleaning given: String) {
        var scalars = String.UnicodeScalarView()
        for scalar in given.unicodeScalars {
            if scalar == "/" || scalar == "\\" {
                scalars = String.UnicodeScalarView()
                continue
            }
            switch scalar.properties.generalCategory {
            // Controls, and what turns the direction of reading: `gpj.exe` must not be read as `exe.jpg`.
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: continue
            default: scalars.append(scalar)
            }
        }
        let trimmed = String(scalars).precomposedStringWithCanonicalMapping
            .trimmingCharacters(in: .whitespaces.union(CharacterSet(charactersIn: ".")))
        let plain = trimmed.utf8.isEmpty ? "document" : trimmed
        // The ending is kept: without it nobody knows what the file is.
        let bytes = Array(plain.utf8)
        guard bytes.count > FileName.limit else {
            text = plain
            return
        }
        let dot = bytes.lastIndex(of: UInt8(ascii: ".")) ?? bytes.count
        let ending = bytes.count - dot <= 16 ? Array(bytes[dot...]) : []
        var stem = ""
        for scalar in plain.unicodeScalars {
            guard stem.utf8.count + String(scalar).utf8.count + ending.count <= FileName.limit else { break }
            stem.unicodeScalars.append(scalar)
        }
        text = stem + String(decoding: ending, as: UTF8.self)
    }

    /// The kind the name ends with.
    public var kind: FileKind? { FileKind(name: text) }
}
