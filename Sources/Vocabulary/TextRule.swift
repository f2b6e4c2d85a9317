/// What a kind of text may hold; the type parameter of ``CheckedText``.
public protocol TextRule: Sendable {
    /// Most Unicode scalars after normalisation.
    static var limit: Int { get }
    /// Whether it may run over several lines (and hold tabs).
    static var isMultiline: Bool { get }
    /// Whether it names something, so that no invisible character may make two names look alike.
    static var isName: Bool { get }
}

/// Rule of ``Name``.
public enum NameRule: TextRule {
    /// Most scalars of a name.
    public static let limit = 200
    /// A name stands on one line.
    public static let isMultiline = false
    /// A name names something.
    public static let isName = true
}

/// Rule of ``ShortText``.
public enum ShortTextRule: TextRule {
    /// Most scalars of a short text.
    public static let limit = 500
    /// A short text stands on one line.
    public static let isMultiline = false
    /// A short text describes.
    public static let isName = false
}

/// Rule of ``LongText``.
public enum LongTextRule: TextRule {
    /// Most scalars of a long text.
    public static let limit = 10_000
    /// A long text has paragraphs.
    public static let isMultiline = true
    /// A long text describes.
    public static let isName = false
}

/// What people and things are called: one line, at most 200 scalars, nothing invisible.
public typealias Name = CheckedText<NameRule>
/// A sentence or two on one line, at most 500 scalars.
public typealias ShortText = CheckedText<ShortTextRule>
/// Paragraphs, at most 10,000 scalars.
public typealias LongText = CheckedText<LongTextRule>

/// Why a text was not taken.
public enum TextRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nothing is left once white space at both ends is gone.
    case empty
    /// More scalars than the kind of text holds.
    case tooLong(limit: Int)
    /// A scalar that no such text may hold: a control, a bidirectional override, a private or unassigned character.
    case forbidden(scalar: UInt32)
    /// More than eight marks on one base character.
    case tooManyMarks

    /// What is wrong, without the text itself.
    public var description: String {
        switch self {
        case .empty: "expected text that is not empty"
        case .tooLong(let limit): "expected at most \(limit) characters"
        case .forbidden(let scalar):
            "expected text without the character U+\(String(scalar, radix: 16, uppercase: true).leftPadded(to: 4))"
        case .tooManyMarks: "expected at most 8 combining marks on one character"
        }
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String {
        String(repeating: "0", count: max(0, width - count)) + self
    }
}
