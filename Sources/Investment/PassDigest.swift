internal import API
package import Vocabulary

/// Why investors passed a startup over, for its founders: by reason, never by name.
///
/// Of few passes each could be guessed, so nothing is told of fewer than ``fewest``.
package struct PassDigest: Codable, Sendable {
    /// Passes since this day count, UTC.
    package let since: CalendarDate
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
        ["investors": "Absent while fewer than three passed, of whom nothing is told."]
    }
}
