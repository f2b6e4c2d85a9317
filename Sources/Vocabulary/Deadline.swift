public import Foundation

/// The last moment something is accepted: an instant, the zone it was set in, and how much lateness is forgiven.
///
/// The instant decides; the zone says how to print it and lets a person check what they set. JSON:
/// `{"at": "2026-03-31T15:59:59Z", "zone": "Asia/Hong_Kong", "grace_seconds": 60}`.
public struct Deadline: Hashable, Sendable {
    /// The moment that is announced.
    public let instant: Date
    /// The zone in which it was set.
    public let zone: TimeZoneName
    /// Lateness that is forgiven and not announced, up to a day.
    public let graceSeconds: Int

    /// The grace that a deadline has unless its keeper says otherwise.
    public static let usualGraceSeconds = 60

    /// A deadline at an instant; the grace is held between none and one day.
    public init(_ instant: Date, in zone: TimeZoneName, graceSeconds: Int = usualGraceSeconds) {
        self.instant = instant
        self.zone = zone
        self.graceSeconds = min(max(graceSeconds, 0), 86_400)
    }

    /// A deadline at the time a person read off the clock of `zone`.
    public init(_ time: LocalTime, in zone: TimeZoneName, graceSeconds: Int = usualGraceSeconds) {
        self.init(time.instant(in: zone), in: zone, graceSeconds: graceSeconds)
    }

    /// The moment after which nothing is accepted.
    public var closes: Date { instant.addingTimeInterval(Double(graceSeconds)) }

    /// Whether something done at `now` is still in time; the last moment itself is. Ask with the database's clock.
    public func admits(_ now: Date) -> Bool {
        now <= closes
    }

    /// Whether `now` is in time only thanks to the grace.
    public func needsGrace(at now: Date) -> Bool {
        now > instant && admits(now)
    }

    /// What the clock of the deadline's own zone shows at the deadline.
    public var localTime: LocalTime { LocalTime(instant, in: zone) }
}

extension Deadline: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case at, zone
        case graceSeconds = "grace_seconds"
    }

    /// Decodes the object shown above; `grace_seconds` may be left out.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let at = try container.decode(Instant.self, forKey: .at).date
        let grace = try container.decodeIfPresent(Int.self, forKey: .graceSeconds) ?? Self.usualGraceSeconds
        guard (0...86_400).contains(grace) else {
            throw DecodingError.dataCorruptedError(
                forKey: .graceSeconds, in: container, debugDescription: "expected 0 to 86400 seconds")
        }
        self.init(at, in: try container.decode(TimeZoneName.self, forKey: .zone), graceSeconds: grace)
    }

    /// Encodes the object shown above.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Instant(date: instant), forKey: .at)
        try container.encode(zone, forKey: .zone)
        try container.encode(graceSeconds, forKey: .graceSeconds)
    }
}

/// An instant as RFC 3339 text, so that the form does not hang on the date strategy of the encoder around it.
struct Instant: Codable {
    let date: Date

    init(date: Date) {
        self.date = date
    }

    init?(_ string: String) {
        guard let seconds = Instant.seconds(string) else { return nil }
        date = Date(timeIntervalSince1970: seconds)
    }

    init(from decoder: any Decoder) throws {
        self = try decoder.readString(as: "an instant such as 2026-03-31T15:59:59Z") { Instant($0) }
    }

    func encode(to encoder: any Encoder) throws {
        try encoder.writeString(description)
    }

    var description: String {
        let whole = LocalTime.wholeSeconds(date)
        let milliseconds = Int(((date.timeIntervalSince1970 - Double(whole)) * 1000).rounded(.down))
        guard (1...999).contains(milliseconds) else { return "\(LocalTime(secondsSince1970: whole))Z" }
        let digits = String(1000 + milliseconds).dropFirst()
        return "\(LocalTime(secondsSince1970: whole)).\(digits)Z"
    }

    private static func seconds(_ string: String) -> Double? {
        let bytes = Array(string.utf8)
        guard (20...35).contains(bytes.count), let wall = LocalTime(String(string.prefix(19))) else { return nil }
        var rest = bytes[19...]
        var fraction = 0.0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (48...57).contains($0) }
            guard (1...9).contains(digits.count) else { return nil }
            var scale = 0.1
            for digit in digits {
                fraction += Double(digit - 48) * scale
                scale /= 10
            }
            rest = rest[digits.endIndex...]
        }
        let base = Double(wall.secondsSince1970) + fraction
        if rest.elementsEqual([UInt8(ascii: "Z")]) { return base }
        let zone = Array(rest)
        guard zone.count == 6, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
            zone[3] == UInt8(ascii: ":"),
            [1, 2, 4, 5].allSatisfy({ (48...57).contains(zone[$0]) })
        else { return nil }
        let (hours, minutes) = (Int(zone[1] - 48) * 10 + Int(zone[2] - 48), Int(zone[4] - 48) * 10 + Int(zone[5] - 48))
        guard hours <= 18, minutes <= 59 else { return nil }
        let offset = Double(hours * 3600 + minutes * 60)
        return zone[0] == UInt8(ascii: "+") ? base - offset : base + offset
    }
}
