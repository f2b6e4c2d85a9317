/// A startup on a mandate's list.
public struct Ranked: Hashable, Sendable {
    /// The startup.
    public let startup: Key
    /// Thousandths of a point; comparable between all pairs of one index.
    public let score: Int
}

/// What the engine says about one pair.
public enum Verdict: Hashable, Sendable {
    /// It may not be proposed, for these reasons.
    case gated([Gate])
    /// It scores, and this is why.
    case scored(Explanation)
}

/// A score and the parts it is the sum of.
public struct Explanation: Hashable, Sendable, Codable {
    /// The sum of the parts, in thousandths of a point.
    public let score: Int
    /// Whether the startup has backers, whose company then counts too.
    public let isWarm: Bool
    /// The parts that are not zero, largest magnitude first.
    public let parts: [Part]

    /// A score is what its parts sum to.
    public init(isWarm: Bool, parts: [Part]) {
        self.isWarm = isWarm
        self.parts = parts
        score = parts.reduce(0) { $0 + $1.value }
    }

    /// The parts summed by heading; headings without a part are left out.
    public var totals: [(kind: Signal.Kind, value: Int)] {
        Signal.Kind.allCases.compactMap { kind in
            let own = parts.filter { $0.signal.kind == kind }
            return own.isEmpty ? nil : (kind, own.reduce(0) { $0 + $1.value })
        }
    }
}

/// One addend of a score, with the facts it rests on.
public struct Part: Hashable, Sendable, Codable {
    /// What was looked at.
    public let signal: Signal
    /// Thousandths of a point, for or against.
    public let value: Int
    /// Facts that a page can put in words, most telling first.
    public let evidence: [Evidence]

    /// An addend and its facts.
    public init(signal: Signal, value: Int, evidence: [Evidence]) {
        self.signal = signal
        self.value = value
        self.evidence = evidence
    }
}

/// A fact behind a part of a score: what was found, not how to say it.
public enum Evidence: Hashable, Sendable, Codable {
    /// So many of the investor's deals share this fact, so many times the market's habit (in hundredths).
    case habit(of: Fact, deals: Int, total: Int, timesMarket: Int)
    /// The investor has no such habit of its own; those it often invests with are the source.
    case habitOfCompany(Fact)
    /// The investor has passed over so many startups for this.
    case passed(Fact, startups: Int)
    /// The mandate names this: the wish, and the startup's fact that meets it.
    case declared(wish: String, Fact)
    /// Words or names that the portfolio and the profile share.
    case words([String])
    /// Investors who back the startup and have backed startups together with this one.
    case companions([Companion])

    /// A fact of the startup: which question, and the answer as the source gave it.
    public struct Fact: Hashable, Sendable, Codable {
        /// The question: `area`, `region`, `previousStage`, …
        public let question: String
        /// The answer; two for questions that join two.
        public let answers: [String]

        /// A fact of a startup.
        public init(question: String, answers: [String]) {
            self.question = question
            self.answers = answers
        }
    }

    /// An investor in common.
    public struct Companion: Hashable, Sendable, Codable {
        /// The investor.
        public let investor: Key
        /// Startups that both have backed.
        public let shared: Int

        /// An investor in common.
        public init(investor: Key, shared: Int) {
            self.investor = investor
            self.shared = shared
        }
    }
}
