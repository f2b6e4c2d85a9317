internal import Foundation

/// What the script of a form with `data-autosave` is told after it saved.
public struct AutosaveReply: Encodable, Sendable {
    let text: String
    let savedAt: String
    let count: String
    let checklist: [String: String]
    let seen: [String: String]
    let errors: [String: String]

    private enum CodingKeys: String, CodingKey {
        case text, count, checklist, seen, errors
        case savedAt = "saved_at"
    }

    /// What ``bytes`` are.
    public static let mediaType = "application/json"

    /// A reply.
    ///
    /// - Parameters:
    ///   - saved: when the form was last kept.
    ///   - count: how far it has come, for the element with `data-autosave-count`.
    ///   - checklist: how each part of the form stands, by the part's id without its `f-`, for the lines that lead there within
    ///     the element with `data-autosave-checklist`. A line whose part is not named is hidden.
    ///   - seen: new values of hidden fields, by name.
    ///   - errors: why a field could not be kept, by name.
    public init(
        saved: SaveState, count: String, checklist: [String: String] = [:], seen: [String: String] = [:],
        errors: [String: String] = [:]
    ) {
        text = saved.text
        savedAt = saved.instant
        self.count = count
        self.checklist = checklist
        self.seen = seen
        self.errors = errors
    }

    /// The reply as JSON.
    public var bytes: [UInt8] { get throws { Array(try JSONEncoder().encode(self)) } }
}
