internal import CXlsxWriter
public import Foundation

/// Tables as an Excel workbook, each on a sheet of its own under a head that stays in sight.
public struct Workbook: Sendable {
    /// The media type of `xlsx`.
    public static let mediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    private let sheets: [Sheet]
    private let made: Date

    /// A workbook of these tables, in their order.
    ///
    /// - Parameter made: the date it bears: the same tables of one date are the same bytes.
    public init(_ sheets: [Sheet], made: Date) {
        self.sheets = sheets
        self.made = made
    }

    /// Why a workbook could not be made.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// What the library says.
        public let description: String
    }

    /// The file. It is written row by row to a temporary one, so that memory does not grow with the rows.
    public func xlsx() throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).xlsx")
        defer { try? FileManager.default.removeItem(at: file) }
        try write(to: file.path(percentEncoded: false))
        return Array(try Data(contentsOf: file))
    }

    private func write(to path: String) throws {
        var options = lxw_workbook_options()
        options.constant_memory = UInt8(LXW_TRUE.rawValue)
        guard let book = workbook_new_opt(path, &options) else { throw Failure(description: "no memory") }
        var properties = lxw_doc_properties()
        properties.created = time_t(made.timeIntervalSince1970)
        workbook_set_properties(book, &properties)
        let formats = Formats(of: book)
        var names: Set<String> = []
        for sheet in sheets {
            guard let page = workbook_add_worksheet(book, Self.name(sheet.name, besides: &names)) else {
                lxw_workbook_free(book)
                throw Failure(description: "a sheet cannot be added")
            }
            Self.fill(page, with: sheet, formats)
        }
        let outcome = workbook_close(book)
        guard outcome == LXW_NO_ERROR else { throw Failure(description: String(cString: lxw_strerror(outcome))) }
    }

    private static func fill(_ page: UnsafeMutablePointer<lxw_worksheet>, with sheet: Sheet, _ formats: Formats) {
        var place: lxw_col_t = 0
        for column in sheet.columns {
            for title in column.titles {
                worksheet_set_column(page, place, place, Double(column.width), nil)
                worksheet_write_string(page, 0, place, written(title), formats.head)
                place += 1
            }
        }
        worksheet_freeze_panes(page, 1, 0)
        if place > 0, !sheet.rows.isEmpty { worksheet_autofilter(page, 0, 0, lxw_row_t(sheet.rows.count), place - 1) }
        for (index, row) in sheet.rows.enumerated() {
            var place: lxw_col_t = 0
            for (column, cell) in zip(sheet.columns, row) {
                put(cell, on: page, lxw_row_t(index + 1), place, formats)
                place += lxw_col_t(column.titles.count)
            }
        }
    }

    private static func put(
        _ cell: Cell, on page: UnsafeMutablePointer<lxw_worksheet>, _ row: lxw_row_t, _ column: lxw_col_t,
        _ formats: Formats
    ) {
        switch cell {
        case .none: break
        case .text(let text): worksheet_write_string(page, row, column, written(text), formats.text)
        case .integer(let number):
            // A spreadsheet's numbers have 53 bits; what is larger would be rounded.
            if number.magnitude < 1 << 53 {
                worksheet_write_number(page, row, column, Double(number), nil)
            } else {
                worksheet_write_string(page, row, column, String(number), nil)
            }
        case .decimal(let number):
            worksheet_write_number(page, row, column, (number as NSDecimalNumber).doubleValue, nil)
        case .money(let amount):
            worksheet_write_number(page, row, column, Double(amount.decimal) ?? 0, formats.money(digits: amount.digits))
            worksheet_write_string(page, row, column + 1, written(amount.currency), nil)
        case .date(let day):
            // The calendar of a spreadsheet begins in 1900.
            guard day.year >= 1900 else {
                worksheet_write_string(page, row, column, day.written, nil)
                return
            }
            var date = lxw_datetime(
                year: Int32(day.year), month: Int32(day.month), day: Int32(day.day), hour: 0, min: 0, sec: 0)
            worksheet_write_datetime(page, row, column, &date, formats.day)
        case .instant(let instant):
            worksheet_write_unixtime(page, row, column, Int64(instant.timeIntervalSince1970.rounded()), formats.instant)
        case .link(let link):
            let outcome = worksheet_write_url_opt(
                page, row, column, link.address, formats.link, written(link.label), nil)
            if outcome != LXW_NO_ERROR { worksheet_write_string(page, row, column, written(link.address), nil) }
        }
    }

    /// As much of a text as a cell holds, without what would end it for C.
    private static func written(_ text: String) -> String {
        let whole = text.contains("\0") ? text.replacing("\0", with: "") : text
        guard whole.unicodeScalars.count > 32_000 else { return whole }
        return String(String.UnicodeScalarView(whole.unicodeScalars.prefix(32_000)))
    }

    /// A name that a sheet may have: no more than 31 characters, none that is used in references, and no other sheet's.
    private static func name(_ wanted: String, besides taken: inout Set<String>) -> String {
        let plain = String(wanted.filter { !"[]:*?/\\'".contains($0) }.prefix(28))
        let base = plain.isEmpty ? "Sheet" : plain
        var (name, number) = (base, 1)
        while !taken.insert(name.lowercased()).inserted {
            number += 1
            name = "\(base) \(number)"
        }
        return name
    }

    /// How cells look, made once a workbook.
    private struct Formats {
        let head: UnsafeMutablePointer<lxw_format>?
        let text: UnsafeMutablePointer<lxw_format>?
        let day: UnsafeMutablePointer<lxw_format>?
        let instant: UnsafeMutablePointer<lxw_format>?
        let link: UnsafeMutablePointer<lxw_format>?
        private let amounts: [UnsafeMutablePointer<lxw_format>?]

        init(of book: UnsafeMutablePointer<lxw_workbook>) {
            func format(_ pattern: String?) -> UnsafeMutablePointer<lxw_format>? {
                let format = workbook_add_format(book)
                if let pattern { format_set_num_format(format, pattern) }
                return format
            }
            head = format(nil)
            format_set_bold(head)
            // Text, whatever is typed over it.
            text = format("@")
            day = format("yyyy-mm-dd")
            instant = format("yyyy-mm-dd hh:mm:ss")
            link = workbook_get_default_url_format(book)
            amounts = ["#,##0", "#,##0.0", "#,##0.00", "#,##0.000", "#,##0.0000"].map(format)
        }

        func money(digits: Int) -> UnsafeMutablePointer<lxw_format>? { amounts[min(max(digits, 0), 4)] }
    }
}
