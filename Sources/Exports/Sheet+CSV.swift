internal import Foundation
internal import Tabular

extension Sheet {
    /// The media type of `csv`.
    public static var csvMediaType: String { "text/csv; charset=utf-8" }

    /// The table as RFC 4180 has it, in UTF-8 with a byte order mark, without which Excel takes Chinese for Latin. Texts that a
    /// spreadsheet would take for formulas begin with an apostrophe; numbers are not texts, and are left alone.
    public var csv: [UInt8] {
        var text = "\u{FEFF}" + Self.line(columns.flatMap(\.titles).map(CSVCell.text))
        for row in rows {
            text += Self.line(zip(columns, row).flatMap { Self.written($1, in: $0.titles.count) })
        }
        return Array(text.utf8)
    }

    private static func line(_ cells: [String]) -> String { cells.joined(separator: ",") + "\r\n" }

    private static func written(_ cell: Cell, in places: Int) -> [String] {
        switch cell {
        case .none: Array(repeating: "", count: places)
        case .text(let text): [CSVCell.text(text)]
        case .integer(let number): [String(number)]
        case .decimal(let number): [number.description]
        case .money(let amount): [amount.decimal, CSVCell.text(amount.currency)]
        case .date(let day): [day.written]
        case .instant(let instant): [instant.formatted(.iso8601)]
        // The address alone: a text file has nothing to follow.
        case .link(let link): [CSVCell.text(link.address)]
        }
    }
}

extension Amount {
    /// The amount with a point and nothing else: `-12.50`.
    var decimal: String {
        guard digits > 0 else { return String(minor) }
        var figures = String(minor.magnitude)
        if figures.utf8.count <= digits {
            figures = String(repeating: "0", count: digits + 1 - figures.utf8.count) + figures
        }
        return (minor < 0 ? "-" : "") + figures.dropLast(digits) + "." + figures.suffix(digits)
    }
}

extension Day {
    /// As ISO 8601 has it.
    var written: String {
        func padded(_ number: Int, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
}
