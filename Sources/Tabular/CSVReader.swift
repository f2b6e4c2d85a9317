/// Reads comma-separated values as RFC 4180 has them, row by row.
///
/// ```swift
/// var reader = try CSVReader(FileSource(path: path), columns: ["name": "Organization Name"])
/// while let row = try reader.next() {
///     guard let record = row.record else { report(row.problem); continue }
///     var fields = record.fields
///     let name = fields.string("name", .required)
/// }
/// ```
/// The first row names the columns. A byte order mark is stepped over, rows end with CRLF, LF or CR, empty lines do not
/// count. A row that breaks the rules is handed out as a problem and reading goes on with the next line: after a quote
/// that never closes that is the line below the one it stands on.
public struct CSVReader: RecordReader {
    private var window: Window
    private let limits: Limits
    private let delimiter: UInt8
    private var line = 1
    private var rows = 0
    /// The columns, as the file names them.
    public let columns: [String]
    private let header: Record.Header

    /// Reads the header.
    ///
    /// - Parameters:
    ///   - columns: what the file calls the fields that go by another name here, as in `["name": "Organization Name"]`.
    ///     Upper and lower case do not matter.
    ///   - required: fields without whose columns the file makes no sense.
    ///   - delimiter: what stands between two cells.
    public init(
        _ source: some ByteSource, columns mapping: [String: String] = [:], required: [String] = [],
        delimiter: Unicode.Scalar = ",", limits: Limits = Limits()
    ) throws {
        window = Window(source, piece: 1 << 18)
        self.limits = limits
        self.delimiter = UInt8(exactly: delimiter.value) ?? UInt8(ascii: ",")
        try window.skipMark()
        var scan = Scan(delimiter: self.delimiter, limits: limits)
        let cells: Cells
        switch try Self.row(&window, &line, &scan) {
        case nil: throw UnreadableFile.noHeader
        case .malformed(let problem): throw UnreadableFile.badHeader(problem)
        case .cells(let row, _): cells = row
        }
        columns = cells.ranges.indices.map { index in
            cells.text(index)?.split { $0 == " " || $0 == "\t" || $0 == "\n" }.joined(separator: " ") ?? ""
        }
        header = try Record.Header(columns, mapping: mapping)
        let missing = required.filter { header.index(of: $0) == nil }
        guard missing.isEmpty else { throw UnreadableFile.columnsMissing(missing.map { mapping[$0] ?? $0 }) }
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
    }

    /// The next row that is not empty.
    public mutating func next() throws -> Row? {
        var scan = Scan(delimiter: delimiter, limits: limits)
        let outcome = try Self.row(&window, &line, &scan)
        guard let outcome else { return nil }
        rows += 1
        guard rows <= limits.rows else { throw UnreadableFile.tooManyRows(limit: limits.rows) }
        switch outcome {
        case .malformed(let problem):
            return .malformed(
                RowProblem(
                    line: problem.line, field: problem.field.map(columnName), reason: problem.reason,
                    found: problem.found))
        case .cells(let cells, let line):
            guard cells.ranges.count == columns.count else {
                return .malformed(
                    RowProblem(
                        line: line,
                        reason: .malformed("expected \(columns.count) cells, found \(cells.ranges.count)")))
            }
            for index in cells.ranges.indices {
                guard let reason = cells.fault(index) else { continue }
                return .malformed(RowProblem(line: line, field: columns[index], reason: .malformed(reason)))
            }
            return .record(Record(line: line, content: .cells(cells, header)))
        }
    }

    /// Scanning numbers the cells; a reader of the file knows them by name.
    private func columnName(_ number: String) -> String {
        guard let index = Int(number), columns.indices.contains(index), !columns[index].isEmpty else {
            return "cell \((Int(number) ?? 0) + 1)"
        }
        return columns[index]
    }
}

/// The unescaped bytes of a row and where each cell lies in them.
struct Cells: Sendable {
    var bytes: [UInt8] = []
    var ranges: [Range<Int>] = []

    func text(_ index: Int) -> String? {
        String(validating: bytes[ranges[index]], as: UTF8.self)
    }

    /// What makes a cell no text.
    func fault(_ index: Int) -> String? {
        var isASCII = true
        for byte in bytes[ranges[index]] {
            if byte == 0 { return "holds a NUL" }
            isASCII = isASCII && byte < 0x80
        }
        return isASCII || text(index) != nil ? nil : "is not UTF-8"
    }
}

extension CSVReader {
    fileprivate enum Outcome {
        case cells(Cells, line: Int)
        case malformed(RowProblem)
    }

    /// The next row that is not empty, or the problem with it; leaves the window behind it.
    fileprivate static func row(_ window: inout Window, _ line: inout Int, _ scan: inout Scan) throws -> Outcome? {
        while true {
            var step = scan.row(window.bytes, from: window.head, isAtEnd: window.isAtEnd)
            while case .needsMore = step {
                _ = try window.grow()
                step = scan.row(window.bytes, from: window.head, isAtEnd: window.isAtEnd)
            }
            let start = line
            switch step {
            case .end: return nil
            case .needsMore: continue
            case .row(let length, let lines):
                window.advance(by: length)
                line += lines
                let isBlank = scan.cells.ranges.count == 1 && scan.cells.ranges[0].isEmpty && !scan.hadQuotes
                if !isBlank { return .cells(scan.cells, line: start) }
            case .fault(let reason):
                let cell = scan.cells.ranges.count
                try skipLine(&window, &line)
                return .malformed(RowProblem(line: start, field: "\(cell)", reason: .malformed(reason)))
            }
        }
    }

    /// Steps behind the end of the line the window stands on.
    private static func skipLine(_ window: inout Window, _ line: inout Int) throws {
        while true {
            let rest = window.bytes[window.head...]
            guard let end = rest.firstIndex(where: { $0 == 10 || $0 == 13 }) else {
                window.advance(by: rest.count)
                guard try window.grow() else { return }
                continue
            }
            let isReturn = rest[end] == 13
            window.advance(by: end + 1 - window.head)
            line += 1
            while isReturn, window.head == window.bytes.count, try window.grow() {}
            if isReturn, window.head < window.bytes.count, window.bytes[window.head] == 10 { window.advance(by: 1) }
            return
        }
    }

    fileprivate struct Scan {
        enum Step {
            case row(length: Int, lines: Int)
            case fault(String)
            case needsMore
            case end
        }

        let delimiter: UInt8
        let limits: Limits
        var cells = Cells()
        var hadQuotes = false

        init(delimiter: UInt8, limits: Limits) {
            self.delimiter = delimiter
            self.limits = limits
        }

        /// Scans one row from its start. A row that runs over the end of the window is scanned again from its start
        /// when more is there; windows are far longer than rows, so that this is rare.
        mutating func row(_ bytes: [UInt8], from head: Int, isAtEnd: Bool) -> Step {
            guard head < bytes.count else { return isAtEnd ? .end : .needsMore }
            cells.bytes.removeAll(keepingCapacity: true)
            cells.ranges.removeAll(keepingCapacity: true)
            hadQuotes = false
            return bytes.withUnsafeBufferPointer { scan($0, from: head, isAtEnd: isAtEnd) }
        }

        private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, from head: Int, isAtEnd: Bool) -> Step {
            var index = head
            var lines = 0
            var start = 0
            let quote = UInt8(ascii: "\"")
            while true {
                // At the start of a cell.
                guard cells.ranges.count < limits.columns else { return .fault("the row has too many cells") }
                if index < bytes.count, bytes[index] == quote {
                    hadQuotes = true
                    index += 1
                    while true {
                        let from = index
                        while index < bytes.count, bytes[index] != quote {
                            if bytes[index] == 10 || (bytes[index] == 13 && !isPair(bytes, index)) { lines += 1 }
                            index += 1
                        }
                        cells.bytes.append(contentsOf: bytes[from..<index])
                        if cells.bytes.count - start > limits.cellBytes { return .fault("the cell is too long") }
                        if index - head > limits.rowBytes { return .fault("the row is too long") }
                        guard index < bytes.count else {
                            return isAtEnd ? .fault("the quote is never closed") : .needsMore
                        }
                        index += 1
                        guard index < bytes.count || isAtEnd else { return .needsMore }
                        guard index < bytes.count, bytes[index] == quote else { break }
                        cells.bytes.append(quote)
                        index += 1
                    }
                } else {
                    let from = index
                    while index < bytes.count {
                        let byte = bytes[index]
                        if byte == delimiter || byte == 10 || byte == 13 { break }
                        if byte == quote { return .fault("a quote stands inside a cell that does not begin with one") }
                        index += 1
                    }
                    cells.bytes.append(contentsOf: bytes[from..<index])
                    if index - from > limits.cellBytes { return .fault("the cell is too long") }
                    if index - head > limits.rowBytes { return .fault("the row is too long") }
                    guard index < bytes.count || isAtEnd else { return .needsMore }
                }
                // Behind a cell.
                if index < bytes.count, bytes[index] != delimiter, bytes[index] != 10, bytes[index] != 13 {
                    return .fault("text follows the closing quote")
                }
                cells.ranges.append(start..<cells.bytes.count)
                start = cells.bytes.count
                guard index < bytes.count else { return .row(length: index - head, lines: lines) }
                if bytes[index] == delimiter {
                    index += 1
                    guard index < bytes.count || isAtEnd else { return .needsMore }
                    continue
                }
                if bytes[index] == 13 {
                    guard index + 1 < bytes.count || isAtEnd else { return .needsMore }
                    if isPair(bytes, index) { index += 1 }
                }
                return .row(length: index + 1 - head, lines: lines + 1)
            }
        }

        private func isPair(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
            index + 1 < bytes.count && bytes[index + 1] == 10
        }
    }
}
