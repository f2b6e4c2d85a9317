/// A day of the Gregorian calendar, between the years 1 and 9999; arithmetic that would leave them stops at their edge.
package struct Day: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01; negative before it.
    package let number: Int

    /// 0001-01-01.
    package static let earliest = Day(unchecked: -719_162)
    /// 9999-12-31.
    package static let latest = Day(unchecked: 2_932_896)

    private init(unchecked number: Int) {
        self.number = number
    }

    /// The day that many days after 1970-01-01, held within the calendar.
    package init(_ number: Int) {
        self.init(unchecked: min(max(number, Self.earliest.number), Self.latest.number))
    }

    /// The day of that year, month and day of the month; nil when the calendar has no such day.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.length(month, year) else {
            return nil
        }
        self.init(unchecked: Self.number(year, month, day))
    }

    /// A day as `2026-03-01` says it; nil for anything else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
        func digits(_ range: Range<Int>) -> Int? {
            var number = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                number = number * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return number
        }
        guard let year = digits(0..<4), let month = digits(5..<7), let day = digits(8..<10) else { return nil }
        self.init(year: year, month: month, day: day)
    }

    package static func < (one: Day, other: Day) -> Bool { one.number < other.number }

    /// Year, month and day of the month.
    package var parts: (year: Int, month: Int, day: Int) {
        // Years are counted from March, so that the leap day is the last one; eras are the 400 years that repeat.
        let shifted = number + 719_468
        let era = shifted / 146_097
        let inEra = shifted - era * 146_097
        let year = (inEra - inEra / 1460 + inEra / 36_524 - inEra / 146_096) / 365
        let inYear = inEra - (365 * year + year / 4 - year / 100)
        let march = (5 * inYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (year + era * 400 + (month <= 2 ? 1 : 0), month, inYear - (153 * march + 2) / 5 + 1)
    }

    /// The day so many days later.
    package func adding(days: Int) -> Day {
        let (sum, overflow) = number.addingReportingOverflow(days)
        return overflow ? (days > 0 ? .latest : .earliest) : Day(sum)
    }

    /// The same day of the month so many months later; the last day of that month where it is shorter.
    package func adding(months: Int) -> Day {
        let (year, month, day) = parts
        let (index, overflow) = (year * 12 + month - 1).addingReportingOverflow(months)
        guard !overflow, index < 10_000 * 12 else { return months > 0 ? .latest : .earliest }
        guard index >= 12 else { return .earliest }
        return Day(
            unchecked: Self.number(
                index / 12, index % 12 + 1, min(day, Self.length(index % 12 + 1, index / 12))))
    }

    /// Whole months that have gone by until `other`: the most that can be added without passing it. A day still to come is
    /// a negative number of months ago.
    package func months(until other: Day) -> Int {
        let (from, to) = (parts, other.parts)
        let months = (to.year - from.year) * 12 + to.month - from.month
        return adding(months: months) <= other ? months : months - 1
    }

    private static func length(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func number(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear / 400
        let inEra = marchYear - era * 400
        let inYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + inEra * 365 + inEra / 4 - inEra / 100 + inYear - 719_468
    }
}

extension Day: CustomStringConvertible, Codable {
    /// `2026-03-01`
    package var description: String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        let (year, month, day) = parts
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let day = Day(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected a day such as 2026-03-01")
        }
        self = day
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
