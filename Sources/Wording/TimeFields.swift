public import API
public import Vocabulary

extension TimeZoneName {
    /// The zones that a form offers: where parks and their partners sit.
    public static let offered = [
        "Asia/Hong_Kong", "Asia/Tokyo", "Asia/Shanghai", "Asia/Taipei", "Asia/Singapore", "Asia/Seoul", "Asia/Kolkata",
        "Australia/Sydney", "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Etc/UTC",
    ].compactMap { TimeZoneName($0) }

    /// The second zone to say a moment in: parks in Hong Kong and partners in Tokyo are an hour apart.
    public var companion: TimeZoneName { self == .hongKong ? .tokyo : .hongKong }
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
