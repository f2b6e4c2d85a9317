/// An amount in minor units of one currency: 150 in HKD is one dollar and fifty cents, in JPY a hundred and fifty yen.
///
/// Whole numbers only; sums that do not fit or mix currencies are refused, never rounded or trapped.
/// JSON: `{"amount_minor": 12345, "currency": "HKD"}`.
public struct Money: Hashable, Sendable {
    /// The amount in minor units; negative for what is owed back.
    public let minor: Int
    /// The currency.
    public let currency: Currency

    /// An amount of so many minor units.
    public init(minor: Int, currency: Currency) {
        self.minor = minor
        self.currency = currency
    }

    /// Nothing, in a currency.
    public static func zero(_ currency: Currency) -> Money { Money(minor: 0, currency: currency) }

    /// Why a sum could not be made.
    public enum Failure: Error, Hashable, Sendable {
        /// The amounts are in different currencies.
        case currenciesDiffer(Currency, Currency)
        /// The result has no room in 64 bits.
        case overflow
        /// A share was asked of nothing: the divisor is zero or negative.
        case badDivisor
    }
}

extension Money {
    /// The sum, in the one currency of both.
    public func adding(_ other: Money) throws(Failure) -> Money {
        guard currency == other.currency else { throw .currenciesDiffer(currency, other.currency) }
        let (sum, overflow) = minor.addingReportingOverflow(other.minor)
        guard !overflow else { throw .overflow }
        return Money(minor: sum, currency: currency)
    }

    /// The difference, in the one currency of both.
    public func subtracting(_ other: Money) throws(Failure) -> Money {
        guard currency == other.currency else { throw .currenciesDiffer(currency, other.currency) }
        let (difference, overflow) = minor.subtractingReportingOverflow(other.minor)
        guard !overflow else { throw .overflow }
        return Money(minor: difference, currency: currency)
    }

    /// So many times the amount.
    public func multiplied(by factor: Int) throws(Failure) -> Money {
        let (product, overflow) = minor.multipliedReportingOverflow(by: factor)
        guard !overflow else { throw .overflow }
        return Money(minor: product, currency: currency)
    }

    /// The `numerator`/`denominator` part of the amount, rounded half to even so that many roundings do not drift.
    public func share(_ numerator: Int, of denominator: Int) throws(Failure) -> Money {
        guard denominator > 0 else { throw .badDivisor }
        // The product of two 64-bit numbers needs 128 bits; the quotient has to fit again.
        let product = Int128(minor) * Int128(numerator)
        let divisor = Int128(denominator)
        var quotient = product / divisor
        let twice = (product % divisor).magnitude * 2
        if twice > divisor.magnitude || (twice == divisor.magnitude && quotient % 2 != 0) {
            quotient += (product < 0) ? -1 : 1
        }
        guard let minor = Int(exactly: quotient) else { throw .overflow }
        return Money(minor: minor, currency: currency)
    }

    /// The amount in parts proportional to `weights` that sum to it exactly; the first parts carry what does not divide.
    public func split(by weights: [Int]) throws(Failure) -> [Money] {
        let total = weights.reduce(Int128(0)) { $0 + Int128($1) }
        guard total > 0, weights.allSatisfy({ $0 >= 0 }) else { throw .badDivisor }
        var parts = weights.map { Int(Int128(minor) * Int128($0) / total) }
        var rest = minor - parts.reduce(0, +)
        let step = rest < 0 ? -1 : 1
        for index in parts.indices where rest != 0 && weights[index] > 0 {
            parts[index] += step
            rest -= step
        }
        return parts.map { Money(minor: $0, currency: currency) }
    }

    /// Whether this is the smaller amount; `nil` when the currencies differ.
    public func isLess(than other: Money) -> Bool? {
        currency == other.currency ? minor < other.minor : nil
    }

    /// The sum of a list in `currency`, nothing when it is empty.
    public static func sum(_ amounts: some Sequence<Money>, in currency: Currency) throws(Failure) -> Money {
        var total = Money.zero(currency)
        for amount in amounts { total = try total.adding(amount) }
        return total
    }
}

extension Money {
    /// Reads an amount as people write it: `1234`, `1,234.5`, `-0.05`; at most the currency's digits after the point,
    /// commas only between groups of three.
    public init?(_ amount: String, _ currency: Currency) {
        var text = Substring(amount)
        let isNegative = text.hasPrefix("-")
        if isNegative { text = text.dropFirst() }
        let halves = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = halves.first, !whole.isEmpty else { return nil }
        let groups = whole.split(separator: ",", omittingEmptySubsequences: false)
        if groups.count > 1 {
            guard (1...3).contains(groups[0].utf8.count), groups.dropFirst().allSatisfy({ $0.utf8.count == 3 }) else {
                return nil
            }
        }
        let fraction = halves.count == 2 ? halves[1] : ""
        guard halves.count == 1 || (1...max(1, currency.exponent)).contains(fraction.utf8.count) else { return nil }
        guard fraction.utf8.count <= currency.exponent else { return nil }
        let padding = String(repeating: "0", count: currency.exponent - fraction.utf8.count)
        var minor = 0
        for byte in groups.joined().utf8 + Array(fraction.utf8) + Array(padding.utf8) {
            guard (48...57).contains(byte) else { return nil }
            let (tens, first) = minor.multipliedReportingOverflow(by: 10)
            let (sum, second) = tens.subtractingReportingOverflow(Int(byte - 48))
            guard !first, !second else { return nil }
            minor = sum
        }
        // Digits are gathered below zero, where there is room for one more than above.
        guard isNegative || minor != Int.min else { return nil }
        self.init(minor: isNegative ? minor : -minor, currency: currency)
    }

    /// The amount as a plain decimal, for files and machines: `1234.50`.
    public var decimal: String { written(groupedBy: "") }

    /// The amount as people read it, with the code before it: `HKD 1,234.50`.
    public var formatted: String { "\(currency) \(written(groupedBy: ","))" }

    private func written(groupedBy separator: String) -> String {
        var digits = String(minor.magnitude)
        let exponent = currency.exponent
        if digits.count <= exponent {
            digits = String(repeating: "0", count: exponent + 1 - digits.count) + digits
        }
        let whole = digits.dropLast(exponent)
        var grouped = ""
        for (offset, digit) in whole.enumerated() {
            if offset > 0, (whole.count - offset) % 3 == 0 { grouped += separator }
            grouped.append(digit)
        }
        let fraction = exponent > 0 ? "." + digits.suffix(exponent) : ""
        return (minor < 0 ? "-" : "") + grouped + fraction
    }
}

extension Money: CustomStringConvertible {
    /// `HKD 1,234.50`.
    public var description: String { formatted }
}

extension Money: Codable {
    private enum CodingKeys: String, CodingKey {
        case minor = "amount_minor"
        case currency
    }
}
