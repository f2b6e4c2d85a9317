/// Cells of a CSV file that a spreadsheet may open.
public enum CSVCell {
    /// A text as a cell: quoted where it must be, and with an apostrophe before what a spreadsheet would take for a formula
    /// (OWASP, "CSV Injection"). `plain` takes it away again.
    public static func text(_ text: String) -> String {
        let harmless = isFormula(text) ? "'" + text : text
        let mustBeQuoted = harmless.utf8.contains { [34, 44, 10, 13, 9, 59].contains($0) }
        return mustBeQuoted ? "\"" + harmless.replacing("\"", with: "\"\"") + "\"" : harmless
    }

    /// What was written as a cell by `text`.
    public static func plain(_ cell: String) -> String {
        guard cell.utf8.first == UInt8(ascii: "'") else { return cell }
        let rest = String(cell.dropFirst())
        return isFormula(rest) ? rest : cell
    }

    /// Whether a text begins, behind apostrophes and white space, with what begins a formula.
    private static func isFormula(_ text: String) -> Bool {
        let first = text.unicodeScalars.first { $0 != "'" && $0 != " " }
        return first.map { formulaic.contains($0) } ?? false
    }

    /// The last four are the same signs as East Asian keyboards write them.
    private static let formulaic: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
}
