public import Foundation

/// What the clock on the wall shows: a day and a time of day, without a zone.
public struct LocalTime: Hashable, Sendable {
    /// The day.
    public let date: CalendarDate
    /// The hour, 0 to 23.
    public let hour: Int
    /// The minute, 0 to 59.
    public let minute: Int
    /// The second, 0 to 59.
    public let second: Int

    /// A time of a day, or `nil` when the clock has no such time.
    public init?(_ date: CalendarDate, hour: Int, minute: Int, second: Int = 0) {
        guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { return nil }
        (self.date, self.hour, self.minute, self.second) = (date, hour, minute, second)
    }

    /// What the clock shows in `zone` at `instant`; fractions of a second are dropped.
    public init(_ instant: Date, in zone: TimeZoneName) {
        self.init(secondsSince1970: Self.wholeSeconds(instant) + zone.secondsFromUTC(at: instant))
    }

    /// Reads `YYYY-MM-DDTHH:MM` with optional `:SS`, as an HTML `datetime-local` field sends it.
    public init?(_ string: String) {
        let halves = string.split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == 2, let date = CalendarDate(String(halves[0])) else { return nil }
        let fields = halves[1].split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count == 2 || fields.count == 3 else { return nil }
        var numbers: [Int] = []
        for field in fields {
            guard field.utf8.count == 2, field.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(field)
            else { return nil }
            numbers.append(number)
        }
        self.init(date, hour: numbers[0], minute: numbers[1], second: numbers.count == 3 ? numbers[2] : 0)
    }

    /// The instant at which the clock of `zone` shows this time.
    ///
    /// Where the clock shows it twice (summer time ends) the later instant counts, and where it never does (summer time
    /// begins) the instant as far into the new time: a deadline is never earlier than the person who wrote it meant.
    public func instant(in zone: TimeZoneName) -> Date {
        let wall = secondsSince1970
        // The offsets a day before and a day after include both sides of any change of the clock.
        let offsets = Set([-86_400, 0, 86_400].map { zone.secondsFromUTC(at: Self.moment(wall + $0)) })
        let candidates = offsets.map { wall - $0 }
            .filter { zone.secondsFromUTC(at: Self.moment($0)) == wall - $0 }
        if let latest = candidates.max() { return Self.moment(latest) }
        return Self.moment(wall - (offsets.min() ?? 0))
    }
}

extension LocalTime: CustomStringConvertible {
    /// The time as `YYYY-MM-DDTHH:MM:SS`.
    public var description: String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(date)T\(two(hour)):\(two(minute)):\(two(second))"
    }
}

extension LocalTime {
    init(secondsSince1970 seconds: Int) {
        let (days, rest) = (seconds / 86_400, seconds % 86_400)
        let (day, second) = rest < 0 ? (days - 1, rest + 86_400) : (days, rest)
        date = CalendarDate(daysSince1970: day)
        (hour, minute, self.second) = (second / 3600, second / 60 % 60, second % 60)
    }

    var secondsSince1970: Int {
        date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second
    }

    static func wholeSeconds(_ instant: Date) -> Int {
        let seconds = instant.timeIntervalSince1970.rounded(.down)
        return seconds.isFinite ? Int(max(-1e12, min(1e12, seconds))) : 0
    }

    private static func moment(_ seconds: Int) -> Date {
        Date(timeIntervalSince1970: Double(seconds))
    }
}
