/// Reads JSON Lines: one object on each line, as strictly as RFC 8259 allows and a little more.
///
/// Two members of one name, nesting without end, NUL characters, lone surrogates and numbers with leading zeros are
/// refused, since readers disagree on what they mean. Empty lines do not count. A line that breaks the rules is handed
/// out as a problem and reading goes on with the next.
public struct JSONLinesReader: RecordReader {
    private var window: Window
    private let limits: Limits
    private var line = 1
    private var rows = 0

    /// Opens a source.
    public init(_ source: some ByteSource, limits: Limits = Limits()) throws {
        window = Window(source, piece: 1 << 18)
        self.limits = limits
        try window.skipMark()
    }

    /// The place behind the last row handed out.
    public var position: Position { Position(offset: window.offset, line: line) }

    /// Bytes of the whole file, where that is known.
    public var size: Int? { window.size }

    /// Goes to a place that was reported for this file.
    public mutating func resume(at position: Position) throws {
        guard position != self.position else { return }
        try window.seek(to: position.offset)
        line = position.line
        if position == .start { try window.skipMark() }
    }

    /// The next line that is not empty.
    public mutating func next() throws -> Row? {
        while let (range, isTooLong) = try nextLine() {
            let number = line
            line += 1
            defer { window.advance(by: min(range.upperBound + 1, window.bytes.count) - window.head) }
            let isBlank = !isTooLong && window.bytes[range].allSatisfy { $0 == 32 || $0 == 9 || $0 == 13 }
            if isBlank { continue }
            rows += 1
            guard rows <= limits.rows else { throw UnreadableFile.tooManyRows(limit: limits.rows) }
            guard !isTooLong else {
                return .malformed(RowProblem(line: number, reason: .malformed("the line is too long")))
            }
            return window.bytes.withUnsafeBufferPointer { bytes in
                var parser = JSONParser(UnsafeBufferPointer(rebasing: bytes[range]), limits: limits)
                do throws(JSONParser.Fault) {
                    let members = try parser.wholeObject()
                    return .record(Record(line: number, content: .members(members)))
                } catch {
                    return .malformed(
                        RowProblem(line: number, field: error.path, reason: .malformed(error.description)))
                }
            }
        }
        return nil
    }

    /// Where the next line lies in the window, without its end.
    private mutating func nextLine() throws -> (Range<Int>, isTooLong: Bool)? {
        var searched = 0
        var isTooLong = false
        while true {
            let from = window.head + searched
            let end = window.bytes.withUnsafeBufferPointer { bytes in
                bytes[from...].firstIndex(of: 10)
            }
            if let end { return (window.head..<end, isTooLong || end - window.head > limits.rowBytes) }
            searched = window.bytes.count - window.head
            if searched > limits.rowBytes {
                // Far too long already: let go of it, and only look for its end.
                isTooLong = true
                window.advance(by: searched)
                searched = 0
            }
            guard try window.grow() else {
                guard searched > 0 || isTooLong else { return nil }
                return (window.head..<window.bytes.count, isTooLong)
            }
        }
    }
}
