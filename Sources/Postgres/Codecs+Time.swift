public import Foundation

/// How PostgreSQL counts time: microseconds since the start of the year 2000.
enum PostgresClock {
    /// From Foundation's reference date (2001-01-01) back to PostgreSQL's (2000-01-01, a leap year).
    static let secondsBeforeReference: Double = 366 * 86_400

    /// Every `Date` has an answer: infinities become PostgreSQL's own, and what no calendar reaches becomes a value
    /// that the server refuses with SQLSTATE 22008.
    static func microseconds(_ date: Date) -> Int64 {
        let seconds = date.timeIntervalSinceReferenceDate
        if seconds == .infinity { return .max }
        if seconds == -.infinity { return .min }
        let micros = ((seconds + secondsBeforeReference) * 1_000_000).rounded()
        return Int64(exactly: micros) ?? (micros < 0 ? .min + 1 : .max - 1)
    }

    static func date(_ microseconds: Int64) -> Date {
        switch microseconds {
        case .max: return Date(timeIntervalSinceReferenceDate: .infinity)
        case .min: return Date(timeIntervalSinceReferenceDate: -.infinity)
        default:
            // Whole and fractional part apart, so that no microsecond is lost to rounding.
            let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
            return Date(
                timeIntervalSinceReferenceDate: Double(seconds) - secondsBeforeReference + Double(rest) / 1_000_000)
        }
    }
}

extension Date: PostgresCodable {
    /// `timestamptz`
    public static var postgresType: PostgresType { .timestamptz }

    /// Microseconds, as PostgreSQL keeps them: `Date` is finer and is rounded. Infinite dates are `infinity`.
    public func encode(into buffer: inout [UInt8]) {
        PostgresClock.microseconds(self).appendBigEndian(to: &buffer)
    }

    /// Reads `timestamptz`. `timestamp` and `date` are refused: they name no instant.
    public init(postgres cell: Cell) throws {
        guard cell.type == .timestamptz, cell.format == .binary else { throw Cell.Mismatch.type }
        self = PostgresClock.date(try cell.integer(Int64.self))
    }
}
