internal import Foundation
package import Tabular

/// A file of rows, CSV or JSON Lines, and what it calls the fields.
package struct ImportFile: Sendable {
    /// How the rows are written.
    package enum Format: String, Codable, Sendable {
        /// Comma-separated values, the first row names the columns.
        case csv
        /// One JSON object a line.
        case jsonLines = "json_lines"
    }

    /// Its name, for reports.
    package let name: String
    /// How the rows are written.
    package let format: Format
    private let content: Content

    private enum Content {
        case path(String)
        case bytes([UInt8])
    }

    /// A file on disk; `.csv` is CSV, everything else JSON Lines.
    package init(path: String) {
        name = URL(filePath: path).lastPathComponent
        format = name.lowercased().hasSuffix(".csv") ? .csv : .jsonLines
        content = .path(path)
    }

    /// A file that was handed in. What begins with an object is JSON Lines, everything else CSV.
    package init(_ bytes: [UInt8], named name: String) {
        self.name = name
        // A byte order mark may stand before either.
        let first = bytes.first { $0 > 0x20 && ![0xEF, 0xBB, 0xBF].contains($0) }
        format = first == UInt8(ascii: "{") ? .jsonLines : .csv
        content = .bytes(bytes)
    }

    /// A file that is in memory already.
    package init(_ text: String, named name: String, as format: Format) {
        self.name = name
        self.format = format
        content = .bytes(Array(text.utf8))
    }

    /// Begins to read.
    ///
    /// - Parameter names: what else a field may be called in a header, by field, the likeliest first. JSON Lines call
    ///   fields by their own names.
    package func open(_ names: [String: [String]] = [:]) throws -> any RecordReader {
        switch format {
        case .jsonLines: try JSONLinesReader(source())
        case .csv: try CSVReader(source(), columns: mapping(names))
        }
    }

    /// The columns of the header; nothing for JSON Lines, which have none.
    package func columns() throws -> [String] {
        guard format == .csv else { return [] }
        return try CSVReader(source()).columns
    }

    /// Which column is read as which field, for fields that go by another name in this file.
    package func mapping(_ names: [String: [String]]) throws -> [String: String] {
        let columns = try columns()
        let known = Dictionary(columns.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        var mapping: [String: String] = [:]
        for (field, others) in names where known[field] == nil {
            mapping[field] = others.lazy.compactMap { known[$0.lowercased()] }.first
        }
        return mapping
    }

    private func source() throws -> any ByteSource {
        switch content {
        case .path(let path): try FileSource(path: path)
        case .bytes(let bytes): MemorySource(bytes)
        }
    }
}

/// The first rows of a file as an import would understand them, before anything is written.
package struct ImportPreview: Codable, Sendable, Equatable {
    /// One field of a row and what is understood by it.
    package struct Field: Codable, Sendable, Equatable {
        /// Our name for the field.
        package let name: String
        /// What is understood.
        package let value: String

        /// A field as it is understood.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Which column is read as which field; only fields that go by another name in the file.
    package let mapping: [String: String]
    /// Columns that no field is read from.
    package let ignored: [String]
    /// The first rows.
    package let rows: [[Field]]
    /// What is wrong with those rows that are not shown.
    package let faults: [ImportFault]
}

extension ImportFault {
    init(_ problem: RowProblem) {
        let message =
            switch problem.reason {
            case .missing: "is missing"
            case .expected(let what): "expected \(what)"
            case .malformed(let what): what
            }
        self.init(line: problem.line, field: problem.field, message: message)
    }
}
