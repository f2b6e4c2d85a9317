/// A decimal number with up to six digits after the point, exact: what people write into forms.
package struct Figure: Sendable, Hashable, Comparable, LosslessStringConvertible {
    /// The number in millionths, within ±9 × 10¹⁸, so up to nine million millions.
    package let millionths: Int

    /// Nothing.
    package static let zero = Figure(millionths: 0)

    private init(millionths: Int) { self.millionths = millionths }

    /// Reads `1234`, `1,234.5` or `-0.05`; nil for whatever is no such number.
    package init?(_ text: String) {
        var bytes = Array(text.utf8)[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes = bytes.dropFirst() }
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, let digits = Self.ungrouped(whole), digits.count <= 13 else { return nil }
        let fraction = parts.count == 2 ? Array(parts[1]) : []
        guard parts.count == 1 || (1...6).contains(fraction.count), fraction.allSatisfy(Self.isDigit) else {
            return nil
        }
        let padded = fraction + Array(repeating: UInt8(ascii: "0"), count: 6 - fraction.count)
        var value = 0
        for digit in digits + padded {
            let (tens, full) = value.multipliedReportingOverflow(by: 10)
            let (sum, over) = tens.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            guard !full, !over else { return nil }
            value = sum
        }
        guard value <= 9_000_000_000_000_000_000 else { return nil }
        millionths = isNegative ? -value : value
    }

    /// How many digits after the point it takes.
    package var decimals: Int {
        var (rest, count) = (millionths.magnitude % 1_000_000, 6)
        guard rest > 0 else { return 0 }
        while rest % 10 == 0 { (rest, count) = (rest / 10, count - 1) }
        return count
    }

    /// The number as a plain decimal without needless digits.
    package var description: String {
        let (whole, rest) = millionths.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        let sign = millionths < 0 ? "-" : ""
        guard rest > 0 else { return "\(sign)\(whole)" }
        let digits = String(rest)
        let fraction = String(repeating: "0", count: 6 - digits.utf8.count) + digits
        return "\(sign)\(whole).\(fraction.utf8.prefix(decimals).map { String(UnicodeScalar($0)) }.joined())"
    }

    /// By value.
    package static func < (left: Figure, right: Figure) -> Bool { left.millionths < right.millionths }

    /// The digits of a whole number; commas stand only between groups of three.
    private static func ungrouped(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        let groups = bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard let first = groups.first, !first.isEmpty, groups.allSatisfy({ $0.allSatisfy(isDigit) }),
            groups.count == 1 || first.count <= 3 && groups.dropFirst().allSatisfy({ $0.count == 3 })
        else { return nil }
        return groups.flatMap(Array.init)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
