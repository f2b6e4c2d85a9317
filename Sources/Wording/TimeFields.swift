public import API
public import Foundation
public import Vocabulary

extension TimeZoneName {
    /// The zones that a form offers: where parks and their partners sit.
    public static let offered = [
        "Asia/Hong_Kong", "Asia/Tokyo", "Asia/Shanghai", "Asia/Taipei", "Asia/Singapore", "Asia/Seoul", "Asia/Kolkata",
        "Australia/Sydney", "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Etc/UTC",
    ].compactMap { TimeZoneName($0) }

    /// Every zone that a person may live in: those that forms offer first, then all that the system knows, by name.
    public static let all: [TimeZoneName] =
        offered
        + TimeZone.knownTimeZoneIdentifiers.sorted().compactMap { TimeZoneName($0) }.filter { !offered.contains($0) }

    /// The zone that whoever is written for chose; nil where they chose none.
    public static var ofReader: TimeZoneName? { ReaderZone.current.flatMap { TimeZoneName($0) } }

    /// The second zone to say a moment in: the reader's own. For those who chose none, parks in Hong Kong and partners in
    /// Tokyo are an hour apart.
    public var companion: TimeZoneName { Self.ofReader ?? (self == .hongKong ? .tokyo : .hongKong) }
}

/// A moment by the clock of whoever asks, beside one that was set in another zone.
public struct ReaderTime: Codable, Sendable, Equatable {
    /// The zone they chose.
    public let zone: TimeZoneName
    /// What its clock shows: `2026-11-01T01:30:00`.
    public let localTime: String
    /// How far that clock is ahead of UTC, which tells apart the two hours of the night on which it is set back.
    public let secondsFromUtc: Int

    /// The moment by the reader's clock; nil where they chose no zone, or its clock shows what that of `zone` does.
    public init?(_ instant: Date, beside zone: TimeZoneName) {
        guard let own = TimeZoneName.ofReader,
            own.secondsFromUTC(at: instant) != zone.secondsFromUTC(at: instant)
        else { return nil }
        self.zone = own
        localTime = LocalTime(instant, in: own).description
        secondsFromUtc = own.secondsFromUTC(at: instant)
    }

    /// The deadline by the reader's clock.
    public init?(_ deadline: Deadline) { self.init(deadline.instant, beside: deadline.zone) }
}

extension LocalTime {
    /// As a `datetime-local` field takes it: `2026-11-27T18:00`.
    public var field: String { String(description.prefix(16)) }

    /// The time that a field was sent with; refuses, with a pointer to it, what no clock shows.
    public init(field text: String, at pointer: String) throws(Problem) {
        guard let time = LocalTime(text) else {
            throw Problem(
                .invalid, errors: [.init(pointer, .invalid, "Choose a day and a time, such as 2026-11-27 18:00.")])
        }
        self = time
    }
}
