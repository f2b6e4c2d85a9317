import Foundation
import Testing
import Vocabulary

@Suite struct MoneyTests {
    @Test func knowsMinorUnits() throws {
        #expect(Currency.jpy.exponent == 0)
        #expect(Currency.hkd.exponent == 2)
        #expect(Currency.kwd.exponent == 3)
        #expect(Currency.allCases.count == 156)
        for currency in Currency.allCases { #expect(Currency(currency.code) == currency) }
        for code in ["", "HK", "hkd", "HKDX", "XXX", "ZZZ"] { #expect(Currency(code) == nil) }
    }

    @Test(arguments: [
        ("1234.5", Currency.hkd, 123_450), ("1,234.50", .hkd, 123_450), ("-0.05", .hkd, -5), ("0", .jpy, 0),
        ("1,000,000", .jpy, 1_000_000), ("1.234", .kwd, 1234), ("92233720368547758.07", .hkd, Int.max),
        ("-92233720368547758.08", .hkd, Int.min), ("007", .jpy, 7),
    ])
    func readsAmounts(text: String, currency: Currency, minor: Int) {
        #expect(Money(text, currency) == Money(minor: minor, currency: currency))
    }

    @Test(arguments: [
        "", "-", ".5", "1.", "1.234", "1,23", "1,2345", ",123", "1,,000", "1e3", "0x10", "１２", "NaN", " 1", "1 ", "+1",
        "--1", "1.-5", "92233720368547758.08", "99999999999999999999", "1.2.3", "1,000.0,0",
    ])
    func refusesWhatIsNoAmount(text: String) {
        #expect(Money(text, .hkd) == nil)
    }

    @Test func yenHasNoFraction() {
        #expect(Money("10.0", .jpy) == nil)
        #expect(Money("10.", .jpy) == nil)
    }

    @Test func writesAmounts() {
        #expect(Money(minor: 123_456_789, currency: .hkd).formatted == "HKD 1,234,567.89")
        #expect(Money(minor: -5, currency: .hkd).formatted == "HKD -0.05")
        #expect(Money(minor: 1_000_000, currency: .jpy).formatted == "JPY 1,000,000")
        #expect(Money(minor: 5, currency: .kwd).decimal == "0.005")
        #expect(Money(minor: .min, currency: .jpy).decimal == "-9223372036854775808")
    }

    @Test func readsWhatItWrites() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let currency = [Currency.hkd, .jpy, .kwd][Int.random(in: 0...2, using: &generator)]
            let money = Money(minor: Int.random(in: .min ... .max, using: &generator), currency: currency)
            #expect(Money(money.decimal, currency) == money)
            #expect(Money(String(money.formatted.dropFirst(4)), currency) == money)
        }
    }

    @Test func refusesSumsThatDoNotFit() throws {
        let most = Money(minor: .max, currency: .hkd)
        let least = Money(minor: .min, currency: .hkd)
        let one = Money(minor: 1, currency: .hkd)
        #expect(throws: Money.Failure.overflow) { try most.adding(one) }
        #expect(throws: Money.Failure.overflow) { try least.subtracting(one) }
        #expect(throws: Money.Failure.overflow) { try most.multiplied(by: 2) }
        #expect(throws: Money.Failure.overflow) { try most.share(3, of: 2) }
        #expect(throws: Money.Failure.currenciesDiffer(.hkd, .jpy)) { try one.adding(.zero(.jpy)) }
        #expect(throws: Money.Failure.badDivisor) { try one.share(1, of: 0) }
        #expect(try Money.sum([one, one], in: .hkd).minor == 2)
        #expect(one.isLess(than: most) == true)
        #expect(one.isLess(than: .zero(.jpy)) == nil)
    }

    @Test(arguments: [(5, 1, 2, 2), (15, 1, 2, 8), (-5, 1, 2, -2), (-15, 1, 2, -8), (10, 1, 3, 3), (20, 1, 3, 7)])
    func roundsHalfToEven(minor: Int, numerator: Int, denominator: Int, result: Int) throws {
        #expect(try Money(minor: minor, currency: .hkd).share(numerator, of: denominator).minor == result)
    }

    @Test func partsSumToTheWhole() throws {
        for minor in [-100, -7, 0, 1, 99, 100, 101, Int.max, Int.min] {
            for weights in [[1], [1, 1, 1], [0, 3, 0, 4], [.max, .max, 1]] {
                let parts = try Money(minor: minor, currency: .hkd).split(by: weights)
                #expect(try Money.sum(parts, in: .hkd).minor == minor)
            }
        }
        #expect(try Money(minor: 100, currency: .hkd).split(by: [1, 1, 1]).map(\.minor) == [34, 33, 33])
        #expect(throws: Money.Failure.badDivisor) { try Money.zero(.hkd).split(by: [0, 0]) }
        #expect(throws: Money.Failure.badDivisor) { try Money.zero(.hkd).split(by: [1, -1, 1]) }
    }

    @Test func travelsAsWholeMinorUnits() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let money = Money(minor: 12_345, currency: .hkd)
        let json = #"{"amount_minor":12345,"currency":"HKD"}"#
        #expect(String(decoding: try encoder.encode(money), as: UTF8.self) == json)
        #expect(try JSONDecoder().decode(Money.self, from: Data(json.utf8)) == money)
        for bad in [
            #"{"amount_minor":1.5,"currency":"HKD"}"#, #"{"amount_minor":"1","currency":"HKD"}"#,
            #"{"amount_minor":1,"currency":"hkd"}"#, #"{"amount_minor":1}"#,
        ] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(Money.self, from: Data(bad.utf8)) }
        }
    }
}
