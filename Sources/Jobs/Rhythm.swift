public import Foundation

/// When a schedule ticks. Every worker computes the same ticks from the same instant, so that they can agree on who
/// fires one by its time alone.
public struct Rhythm: Sendable, Hashable {
    private enum Form: Hashable {
        case every(seconds: Double)
        case daily(hour: Int, minute: Int, zone: TimeZone, weekday: Int?)
    }

    private let form: Form

    /// At each multiple of the interval since 1970, so that `.every(.seconds(3600))` ticks at the full hour (UTC).
    public static func every(_ interval: Duration) -> Rhythm {
        precondition(interval > .zero, "a schedule needs time between its ticks")
        return Rhythm(form: .every(seconds: interval.interval))
    }

    /// Once on each day of a zone. Where the clock is put forward over that time, it ticks as much later; where it is put
    /// back and the time comes twice, only the first time.
    public static func daily(at hour: Int, _ minute: Int = 0, in zone: TimeZone) -> Rhythm {
        precondition((0..<24).contains(hour) && (0..<60).contains(minute), "\(hour):\(minute) is not a time of day")
        return Rhythm(form: .daily(hour: hour, minute: minute, zone: zone, weekday: nil))
    }

    /// Once a week; weekdays count from 1 for Sunday.
    public static func weekly(on weekday: Int, at hour: Int, _ minute: Int = 0, in zone: TimeZone) -> Rhythm {
        precondition((1...7).contains(weekday), "\(weekday) is not a day of the week")
        precondition((0..<24).contains(hour) && (0..<60).contains(minute), "\(hour):\(minute) is not a time of day")
        return Rhythm(form: .daily(hour: hour, minute: minute, zone: zone, weekday: weekday))
    }

    /// The latest tick that is due at an instant.
    public func tick(dueAt now: Date) -> Date {
        switch form {
        case .every(let seconds):
            // From 1970 and not from Foundation's 2001: intervals that do not divide the years between would differ.
            return Date(timeIntervalSince1970: (now.timeIntervalSince1970 / seconds).rounded(.down) * seconds)
        case .daily(let hour, let minute, let zone, let weekday):
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = zone
            var day = calendar.dateComponents([.year, .month, .day], from: now)
            day.hour = hour
            day.minute = minute
            // Eight days back lie a whole week even if today's time has not come yet.
            for _ in 0...8 {
                if let tick = calendar.date(from: day), tick <= now,
                    weekday == nil || calendar.component(.weekday, from: tick) == weekday
                {
                    return tick
                }
                day.day = (day.day ?? 0) - 1
            }
            return .distantPast
        }
    }
}
