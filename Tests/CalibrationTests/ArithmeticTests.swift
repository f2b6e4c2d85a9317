import Foundation
import Testing

@testable import Calibration

@Suite struct ArithmeticTests {
    @Test func logarithmsAreThoseOfTheLibrary() {
        for x in [1e-300, 1e-9, 0.3, 0.999_999, 1, 1.414_213_562_373_095, 2, 3, 10, 1e9, 1e300] {
            #expect(abs(logarithm(x) - log(x)) <= 4e-15 * max(1, abs(log(x))))
        }
        for x in [0.1, 0.5, 1, 1.5, 2, 7.9, 8, 8.1, 100, 1000] {
            #expect(abs(logarithmOfGamma(x) - lgamma(x)) <= 1e-10 * max(1, abs(lgamma(x))))
        }
    }

    /// Of a table of Student's distribution.
    @Test func studentsNumbersAreThoseOfTheTable() {
        for (freedom, quantile) in [(10.0, 1.8125), (20, 1.7247), (60, 1.6706), (1e9, 1.6449)] {
            #expect(abs(studentNinety(freedom: freedom) - quantile) < 2e-4)
        }
    }

    @Test func drawnNumbersAreNormal() {
        var draws = Draws(seed: 3)
        let numbers = (0..<20_000).map { _ in draws.normal() }
        #expect(abs(numbers.reduce(0, +) / 20_000) < 0.03)
        #expect(abs(numbers.reduce(0) { $0 + $1 * $1 } / 20_000 - 1) < 0.04)
        #expect(abs(Double(numbers.count { abs($0) > 1.6449 }) / 20_000 - 0.1) < 0.01)
    }
}
