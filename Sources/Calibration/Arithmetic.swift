/// The natural logarithm from IEEE operations alone, for positive finite numbers.
///
/// A C library may round its own in the last place differently from version to version, and a decision on places must
/// come out the same when it is looked at again.
func logarithm(_ x: Double) -> Double {
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
    return 2 * s * sum + exponent * 0.693_147_180_559_945_3
}

/// The logarithm of the gamma function for positive numbers, by Stirling's series from 8 on.
func logarithmOfGamma(_ x: Double) -> Double {
    var (x, product) = (x, 1.0)
    while x < 8 {
        product *= x
        x += 1
    }
    let square = 1 / (x * x)
    let series = (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680))) / x
    return (x - 0.5) * logarithm(x) - x + 0.918_938_533_204_672_7 + series - logarithm(product)
}

/// Beyond which on either side are five in a hundred of Student's numbers with ten degrees of freedom or more (Abramowitz and
/// Stegun, *Handbook of mathematical functions*, 26.7.5).
func studentNinety(freedom: Double) -> Double {
    let z = 1.644_853_6
    let cube = z * z * z
    let (fifth, seventh) = (cube * z * z, cube * cube * z)
    let first = (cube + z) / 4
    let second = (5 * fifth + 16 * cube + 3 * z) / 96
    let third = (3 * seventh + 19 * fifth + 17 * cube - 15 * z) / 384
    return z + (first + (second + third / freedom) / freedom) / freedom
}

/// The sum of products, in four strands: a chain of single additions would wait for each.
func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
    var strands = SIMD4<Double>.zero
    var index = 0
    while index + 4 <= count {
        strands +=
            SIMD4(a[index], a[index + 1], a[index + 2], a[index + 3])
            * SIMD4(b[index], b[index + 1], b[index + 2], b[index + 3])
        index += 4
    }
    var sum = strands.sum()
    while index < count {
        sum += a[index] * b[index]
        index += 1
    }
    return sum
}

/// Standard normal numbers from a seed: SplitMix64 (Steele, Lea and Flood 2014) and Marsaglia's polar method.
struct Draws {
    private var state: UInt64
    private var spare: Double?

    init(seed: UInt64) { state = seed }

    mutating func normal() -> Double {
        if let spare {
            self.spare = nil
            return spare
        }
        while true {
            let (x, y) = (2 * uniform() - 1, 2 * uniform() - 1)
            let square = x * x + y * y
            guard square > 0, square < 1 else { continue }
            let stretch = (-2 * logarithm(square) / square).squareRoot()
            spare = y * stretch
            return x * stretch
        }
    }

    private mutating func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
    }
}
