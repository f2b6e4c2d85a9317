internal import API
internal import Institutions
package import Vocabulary

/// Why investors passed a startup over, for its founders: by reason, never by name.
///
/// Of few passes each could be guessed, so nothing is told of fewer than ``fewest``. Founders read what was counted for the last
/// letter and not what has changed since: it is counted anew at the beginning of a month, and only once that differs by the
/// answers of as many investors, for one more pass between two looks would say whose it was.
package struct PassDigest: Codable, Sendable {
    /// Passes since this day count, UTC.
    package let since: CalendarDate
    /// Until the end of this day, UTC.
    package let until: CalendarDate
    /// How many investors passed; nil while they are too few to be told of.
    package let investors: Int?
    /// Their reasons, the most frequent first.
    package let reasons: [Counted]

    /// A reason and how many gave it.
    package struct Counted: Codable, Sendable, Equatable {
        /// The reason.
        package let reason: Answer.PassReason
        /// How many investors gave it last.
        package let investors: Int
    }

    /// As many investors have to have passed before anything is told.
    package static let fewest = 3
    /// Days that are looked back on.
    package static let days = 365
}

extension PassDigest: Described {
    package static var documentation: [String: String] {
        [
            "until": "For founders the last day before the month in which they were last written to.",
            "investors": "Absent while fewer than three passed, of whom nothing is told.",
        ]
    }
}

/// Whether a founder is written to about why investors passed.
package struct PassLetters: Codable, Sendable {
    /// Once a month at most; the page stays either way.
    package let wanted: Bool

    /// A choice.
    package init(wanted: Bool) {
        self.wanted = wanted
    }
}

/// What a startup's founders are to be told of.
struct PassDigestDue: Sendable {
    let startup: Startup.ID
    /// The first day of the month in which it is told.
    let month: CalendarDate
    let since: CalendarDate
    let until: CalendarDate
}
