/// One row: fields by name, whatever format they came in.
public struct Record: Sendable {
    /// The line of the file on which the row begins, from 1.
    public let line: Int
    let content: Content

    enum Content: Sendable {
        case cells(Cells, Header)
        case members([JSONMember])
    }

    init(line: Int, content: Content) {
        self.line = line
        self.content = content
    }

    /// The fields, to be taken out one by one; what is wrong with them gathers in ``Fields/problems``.
    public var fields: Fields { Fields(record: self, prefix: "") }

    /// The names of the fields that are there.
    public var names: [String] {
        switch content {
        case .cells(_, let header): header.names
        case .members(let members): members.map(\.name)
        }
    }

    /// Which column holds which field.
    final class Header: Sendable {
        let names: [String]
        private let indices: [String: Int]
        private let mapping: [String: String]

        init(_ columns: [String], mapping: [String: String]) throws {
            var indices: [String: Int] = [:]
            for (index, column) in columns.enumerated() where !column.isEmpty {
                guard indices.updateValue(index, forKey: column.lowercased()) == nil else {
                    throw UnreadableFile.columnTwice(column)
                }
            }
            names = columns
            self.indices = indices
            self.mapping = mapping
        }

        func index(of field: String) -> Int? {
            indices[(mapping[field] ?? field).lowercased()]
        }

        func name(of field: String) -> String {
            index(of: field).map { names[$0] } ?? mapping[field] ?? field
        }
    }

    enum Found {
        case nothing
        /// A cell, to be read as whatever is asked for.
        case cell(String)
        case json(JSONValue)
    }

    func find(_ field: String) -> Found {
        switch content {
        case .cells(let cells, let header):
            guard let index = header.index(of: field), let text = cells.text(index) else { return .nothing }
            let trimmed = text.trimmingSpaces()
            return trimmed.isEmpty ? .nothing : .cell(trimmed)
        case .members(let members):
            guard let member = members.first(where: { $0.name == field }) else { return .nothing }
            if case .null = member.value { return .nothing }
            return .json(member.value)
        }
    }

    func name(of field: String) -> String {
        if case .cells(_, let header) = content { header.name(of: field) } else { field }
    }
}

extension String {
    /// Without spaces, tabs and line ends at both ends.
    fileprivate func trimmingSpaces() -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
        guard let first = utf8.first, let last = utf8.last, isSpace(first) || isSpace(last) else { return self }
        guard let start = utf8.firstIndex(where: { !isSpace($0) }), let end = utf8.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(self[start...end])
    }
}
