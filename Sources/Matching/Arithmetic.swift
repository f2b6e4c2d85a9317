/// Logarithm and exponential from IEEE additions, multiplications and divisions alone.
///
/// A C library may round its own in the last place differently from version to version; shortlists that are kept and
/// checked again years later must not depend on that.
enum Arithmetic {
    private static let ln2 = 0.693_147_180_559_945_3

    /// The natural logarithm of a positive finite number; 0 for anything else, since a fact that cannot be measured
    /// counts neither for nor against.
    static func log(_ x: Double) -> Double {
        guard x.isFinite, x > 0 else { return 0 }
        var (exponent, mantissa) = (Double(x.exponent), x.significand)
        if mantissa > 1.414_213_562_373_095 {
            mantissa /= 2
            exponent += 1
        }
        // log m = 2 atanh((m - 1)/(m + 1)), whose series converges fast this close to 1.
        let s = (mantissa - 1) / (mantissa + 1)
        let square = s * s
        // The inverses of the odd numbers from 23 down, written out: a division takes longer than all else here.
        var sum = 1.0 / 23
        sum = sum * square + 1.0 / 21
        sum = sum * square + 1.0 / 19
        sum = sum * square + 1.0 / 17
        sum = sum * square + 1.0 / 15
        sum = sum * square + 1.0 / 13
        sum = sum * square + 1.0 / 11
        sum = sum * square + 1.0 / 9
        sum = sum * square + 1.0 / 7
        sum = sum * square + 1.0 / 5
        sum = sum * square + 1.0 / 3
        sum = sum * square + 1
        return 2 * s * sum + exponent * ln2
    }

    /// e to the power of `x`, for `x` from -700 to 700, held there.
    static func exp(_ x: Double) -> Double {
        guard x.isFinite else { return x > 0 ? .greatestFiniteMagnitude : 0 }
        let held = min(max(x, -700), 700)
        let power = (held / ln2).rounded()
        let rest = held - power * ln2
        var sum = 1.0
        var step = 16.0
        while step > 0 {
            sum = 1 + sum * rest / step
            step -= 1
        }
        return sum * Double(sign: .plus, exponent: Int(power), significand: 1)
    }

    /// Thousandths of a point, as they are added up and shown.
    static func thousandths(_ points: Double) -> Int {
        guard points.isFinite else { return 0 }
        return Int((min(max(points, -1e9), 1e9) * 1000).rounded(.toNearestOrEven))
    }
}
