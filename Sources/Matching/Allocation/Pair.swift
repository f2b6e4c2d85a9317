/// One who chooses and a startup: what a list proposes, what a meeting brings together.
public struct Pair: Hashable, Sendable {
    /// A mandate or an investor.
    public let seeker: Key
    /// The startup.
    public let startup: Key

    /// A mandate or investor, and a startup.
    public init(_ seeker: Key, _ startup: Key) {
        self.seeker = seeker
        self.startup = startup
    }
}

extension Pair: Comparable {
    /// Orders by the one who chooses, then by the startup.
    public static func < (left: Self, right: Self) -> Bool {
        left.seeker != right.seeker ? left.seeker < right.seeker : left.startup < right.startup
    }
}

/// A floor that cannot be met, and why.
public struct UnmetFloor: Hashable, Sendable {
    /// The startup that was promised more.
    public let startup: Key
    /// Lists or meetings that it was promised.
    public let promised: Int
    /// Those that it gets: the most that can be given without breaking another promise instead.
    public let given: Int
    /// Why there are no more.
    public let reason: Reason

    /// What stands in the way of a floor.
    public enum Reason: Hashable, Sendable {
        /// The rules allow a startup no more than this.
        case capped(at: Int)
        /// No more than this many could choose it at all.
        case fewSeekers(Int)
        /// Every place it could take is needed for the promises made to these, in the order of their keys; where
        /// nobody is named, there is no place at all that it could take.
        case contested(by: [Key])
        /// There is somebody to meet, but no time that suits both, or no room then.
        case noCommonTime
    }
}
