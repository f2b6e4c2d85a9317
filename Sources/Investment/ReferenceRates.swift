internal import Vocabulary

/// What a unit of a currency is worth in US dollars, roughly: enough to see whether a cheque and an ask are of one size,
/// and nothing else. Amounts that people see are never converted.
///
/// The rates are a part of the engine's version: were they looked up, the same inputs would not give the same lists.
enum ReferenceRates {
    /// Millionths of a US dollar for one unit; means of 2025, rounded.
    private static let millionths: [Currency: Int] = [
        .usd: 1_000_000, .hkd: 128_000, .jpy: 6_700, .cny: 139_000, .eur: 1_130_000, .gbp: 1_320_000, .sgd: 766_000,
        .twd: 32_000, .krw: 703, .mop: 124_000,
    ]

    /// The amount in whole US dollars; nil for a currency without a rate.
    static func dollars(_ money: Money) -> Int? {
        guard let rate = millionths[money.currency] else { return nil }
        return Int(exactly: Int128(money.minor) * Int128(rate) / (Int128(money.currency.minorUnits) * 1_000_000))
    }
}
