public import Foundation

/// A day of the Gregorian calendar without a time or a zone: a founding date, the first day of a programme.
///
/// Pure integer arithmetic on days since 1970-01-01; the calendar reaches back proleptically and covers the years 1 to
/// 9999. Arithmetic that would leave those years stops at their first or last day.
public struct CalendarDate: Hashable, Sendable {
    /// Days since 1970-01-01; negative before it.
    public let daysSince1970: Int

    /// 0001-01-01.
    public static let earliest = CalendarDate(unchecked: -719_162)
    /// 9999-12-31.
    public static let latest = CalendarDate(unchecked: 2_932_896)

    private init(unchecked days: Int) {
        daysSince1970 = days
    }

    /// The day that many days after 1970-01-01, held within the years 1 to 9999.
    public init(daysSince1970 days: Int) {
        self.init(unchecked: min(max(days, Self.earliest.daysSince1970), Self.latest.daysSince1970))
    }

    /// The day of that year, month and day of month, or `nil` when the calendar has no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.length(ofMonth: month, year: year)
        else { return nil }
        self.init(unchecked: Self.days(year: year, month: month, day: day))
    }

    /// The day that `instant` falls on in `zone`.
    public init(_ instant: Date, in zone: TimeZoneName) {
        let seconds = instant.timeIntervalSince1970 + Double(zone.secondsFromUTC(at: instant))
        let days = (seconds / 86_400).rounded(.down)
        self.init(daysSince1970: days.isFinite ? Int(max(-1e9, min(1e9, days))) : 0)
    }
}

extension CalendarDate {
    /// The year, 1 to 9999.
    public var year: Int { parts.year }
    /// The month, 1 to 12.
    public var month: Int { parts.month }
    /// The day of the month, 1 to 31.
    public var day: Int { parts.day }

    /// Year, month and day of month in one step.
    public var parts: (year: Int, month: Int, day: Int) {
        // Years are counted from March so that the leap day is the last one; eras are the 400 years that repeat.
        let shifted = daysSince1970 + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    /// The day of the week as ISO 8601 counts it: 1 is Monday, 7 is Sunday.
    public var weekday: Int {
        let fromThursday = (daysSince1970 + 3) % 7
        return (fromThursday < 0 ? fromThursday + 7 : fromThursday) + 1
    }

    /// The day `days` later, or earlier when negative.
    public func adding(days: Int) -> CalendarDate {
        let (sum, overflow) = daysSince1970.addingReportingOverflow(days)
        return overflow ? (days > 0 ? .latest : .earliest) : CalendarDate(daysSince1970: sum)
    }

    /// The same day of the month `months` later; the last day of that month where it is shorter.
    public func adding(months: Int) -> CalendarDate {
        let (year, month, day) = parts
        let (index, overflow) = (year * 12 + month - 1).addingReportingOverflow(months)
        guard !overflow, index >= 12 else { return months > 0 ? .latest : .earliest }
        guard index < 10_000 * 12 else { return .latest }
        let (newYear, newMonth) = (index / 12, index % 12 + 1)
        let newDay = min(day, Self.length(ofMonth: newMonth, year: newYear))
        return CalendarDate(unchecked: Self.days(year: newYear, month: newMonth, day: newDay))
    }

    /// Days from this day to `other`; negative when `other` is earlier.
    public func days(until other: CalendarDate) -> Int {
        other.daysSince1970 - daysSince1970
    }

    /// Whole months from this day to `other`, negative when `other` is earlier: what an age in months means.
    public func months(until other: CalendarDate) -> Int {
        if other < self { return -other.months(until: self) }
        let (from, to) = (parts, other.parts)
        let months = (to.year - from.year) * 12 + to.month - from.month
        return adding(months: months) <= other ? months : months - 1
    }

    /// Whether the year has a 29th of February.
    public static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// How many days a month has; `month` is 1 to 12.
    public static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func days(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

extension CalendarDate: Comparable {
    /// Earlier days come first.
    public static func < (left: Self, right: Self) -> Bool { left.daysSince1970 < right.daysSince1970 }
}

extension CalendarDate: LosslessStringConvertible {
    /// Reads exactly `YYYY-MM-DD`.
    public init?(_ description: String) {
        let bytes = Array(description.utf8.prefix(11))
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The day as `YYYY-MM-DD`.
    public var description: String {
        let (year, month, day) = parts
        return String(unsafeUninitializedCapacity: 10) { buffer in
            func put(_ value: Int, _ digits: Int, at start: Int) {
                var rest = value
                for place in stride(from: start + digits - 1, through: start, by: -1) {
                    buffer[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
            }
            put(year, 4, at: 0)
            put(month, 2, at: 5)
            put(day, 2, at: 8)
            buffer[4] = UInt8(ascii: "-")
            buffer[7] = UInt8(ascii: "-")
            return 10
        }
    }
}

extension CalendarDate: Codable {
    /// Decodes `YYYY-MM-DD`.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readString(as: "a date as YYYY-MM-DD") { Self($0) }
    }

    /// Encodes `YYYY-MM-DD`.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeString(description)
    }
}
