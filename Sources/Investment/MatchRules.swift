/// What a match run keeps to in sharing the startups out; without any of it, it only asks a rising price for being on many
/// lists, see `Allocation`.
package struct MatchRules: Codable, Sendable, Equatable {
    /// Shortlists that one startup may be on.
    package var mostLists: Int?
    /// Shortlists that each startup is to be on, as far as mandates have room and it is among what they could be shown. More
    /// than all places hold takes places from those for whom it cannot be kept anyway.
    package var leastLists: Int?
    /// Days for which a startup that was on an investor's released list, and got no answer, is not proposed to it again.
    package var restDays: Int?

    /// Rules; none but those that are given.
    package init(mostLists: Int? = nil, leastLists: Int? = nil, restDays: Int? = nil) {
        self.mostLists = mostLists
        self.leastLists = leastLists
        self.restDays = restDays
    }

    /// What a cap or a floor may be.
    package static let lists = 1...1000
    /// How long a startup may rest.
    package static let days = 1...1096

    /// Whether nothing is asked for.
    var isEmpty: Bool { self == MatchRules() }

    func check() throws(MatchRunRefusal) {
        guard Self.lists.contains(mostLists ?? 1) else { throw .capOutOfRange }
        guard Self.lists.contains(leastLists ?? 1) else { throw .floorOutOfRange }
        guard (leastLists ?? 1) <= (mostLists ?? .max) else { throw .floorAboveCap }
        guard Self.days.contains(restDays ?? 1) else { throw .restOutOfRange }
    }
}
