import Foundation

/// Where a reader takes its bytes from, piece by piece.
public protocol ByteSource {
    /// The next bytes, at most about `count`; none at the end.
    mutating func read(upTo count: Int) throws -> [UInt8]
    /// Goes to an offset from the start.
    mutating func seek(to offset: Int) throws
    /// How many bytes there are in all, where that is known.
    var size: Int? { get }
}

/// The bytes of a file, never more than a piece of them in memory.
public struct FileSource: ByteSource {
    private let handle: FileHandle
    /// The size when the file was opened.
    public let size: Int?

    /// Opens a file for reading.
    public init(path: String) throws {
        handle = try FileHandle(forReadingFrom: URL(filePath: path))
        size = try Int(handle.seekToEnd())
        try handle.seek(toOffset: 0)
    }

    /// The next bytes of the file.
    public mutating func read(upTo count: Int) throws -> [UInt8] {
        [UInt8](try handle.read(upToCount: count) ?? Data())
    }

    /// Goes to an offset from the start.
    public mutating func seek(to offset: Int) throws {
        try handle.seek(toOffset: UInt64(max(0, offset)))
    }
}

/// Bytes that are in memory already, such as an upload.
public struct MemorySource: ByteSource {
    private let bytes: [UInt8]
    private var offset = 0

    /// Reads from these bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads from a text's UTF-8.
    public init(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// How many bytes there are.
    public var size: Int? { bytes.count }

    /// The next bytes.
    public mutating func read(upTo count: Int) -> [UInt8] {
        let end = min(bytes.count, offset + max(0, count))
        defer { offset = end }
        return Array(bytes[offset..<end])
    }

    /// Goes to an offset from the start.
    public mutating func seek(to offset: Int) {
        self.offset = min(max(0, offset), bytes.count)
    }
}

/// A place in a file between two rows, from which reading can go on later.
public struct Position: Hashable, Sendable, Codable {
    /// Bytes before it.
    public let offset: Int
    /// The line that begins here, from 1.
    public let line: Int

    /// A place that a reader reported.
    public init(offset: Int, line: Int) {
        self.offset = offset
        self.line = line
    }

    /// The beginning of a file.
    public static let start = Position(offset: 0, line: 1)
}

/// A window of bytes that slides over a source.
struct Window {
    private var source: any ByteSource
    private(set) var bytes: [UInt8] = []
    /// Where in `bytes` the next unread byte is.
    private(set) var head = 0
    /// The offset in the file of `bytes[0]`.
    private var base = 0
    private(set) var isAtEnd = false
    private let piece: Int

    init(_ source: some ByteSource, piece: Int) {
        self.source = source
        self.piece = piece
    }

    var size: Int? { source.size }
    var offset: Int { base + head }

    /// Reads one piece more behind what is there; false at the end of the source.
    mutating func grow() throws -> Bool {
        guard !isAtEnd else { return false }
        if head > 0 {
            bytes.removeSubrange(..<head)
            base += head
            head = 0
        }
        let more = try source.read(upTo: piece)
        isAtEnd = more.isEmpty
        bytes += more
        return !isAtEnd
    }

    mutating func advance(by count: Int) {
        head += count
    }

    mutating func seek(to offset: Int) throws {
        try source.seek(to: offset)
        (bytes, head, base, isAtEnd) = ([], 0, offset, false)
    }

    /// Refuses what is plainly not UTF-8 text and steps over a byte order mark; call at the start.
    mutating func skipMark() throws {
        while bytes.count - head < 3, try grow() {}
        let first = Array(bytes[head...].prefix(3))
        if first == [0xEF, 0xBB, 0xBF] { advance(by: 3) }
        if first.starts(with: [0xFF, 0xFE]) || first.starts(with: [0xFE, 0xFF]) { throw UnreadableFile.utf16 }
        if first.starts(with: [0x50, 0x4B, 0x03]) { throw UnreadableFile.archive }
    }
}

/// Why a file cannot be read at all, as against one row of it.
public enum UnreadableFile: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file is UTF-16.
    case utf16
    /// The file is a ZIP archive, as spreadsheets are.
    case archive
    /// There is no header row.
    case noHeader
    /// The header row cannot be read.
    case badHeader(RowProblem)
    /// Two columns have one name.
    case columnTwice(String)
    /// Columns that are needed are missing.
    case columnsMissing([String])
    /// More rows than a file may have.
    case tooManyRows(limit: Int)

    /// What to do about it.
    public var description: String {
        switch self {
        case .utf16: "the file is UTF-16; save it as UTF-8"
        case .archive: "the file is a spreadsheet or an archive; save it as CSV in UTF-8"
        case .noHeader: "the file is empty; its first row must name the columns"
        case .badHeader(let problem): "the header cannot be read: \(problem)"
        case .columnTwice(let name): "two columns are called \(name)"
        case .columnsMissing(let names): "columns are missing: \(names.joined(separator: ", "))"
        case .tooManyRows(let limit): "the file has more than \(limit) rows"
        }
    }
}
