/// Names and what they stand for, one a line.
public struct Facts: ViewModel {
    /// A heading.
    public var title: String?
    /// The lines.
    public var items: [Fact]

    /// Lines under a heading.
    public init(title: String? = nil, _ items: [Fact]) {
        self.title = title
        self.items = items
    }
}

/// One line of ``Facts``.
public struct Fact: ViewModel {
    /// The name.
    public var label: String
    /// Words.
    public var text: String?
    /// Words that lead somewhere.
    public var link: LinkText?
    /// A state.
    public var badge: Badge?
    /// An amount.
    public var money: MoneyText?
    /// An instant.
    public var time: TimeText?
    /// Several words, as tags.
    public var tags: [String]

    /// Words; a person's own line breaks are kept.
    public static func text(_ label: String, _ text: String) -> Fact { Fact(label: label, text: text) }
    /// Words that lead somewhere.
    public static func link(_ label: String, _ link: LinkText) -> Fact { Fact(label: label, link: link) }
    /// A state.
    public static func badge(_ label: String, _ badge: Badge) -> Fact { Fact(label: label, badge: badge) }
    /// An amount.
    public static func money(_ label: String, _ money: MoneyText) -> Fact { Fact(label: label, money: money) }
    /// An instant.
    public static func time(_ label: String, _ time: TimeText) -> Fact { Fact(label: label, time: time) }
    /// Several words.
    public static func tags(_ label: String, _ tags: [String]) -> Fact { Fact(label: label, tags: tags) }

    init(
        label: String, text: String? = nil, link: LinkText? = nil, badge: Badge? = nil, money: MoneyText? = nil,
        time: TimeText? = nil, tags: [String] = []
    ) {
        self.label = label
        self.text = text
        self.link = link
        self.badge = badge
        self.money = money
        self.time = time
        self.tags = tags
    }
}

/// An amount as it is read: the currency, the figure, and perhaps another currency below.
public struct MoneyText: ViewModel {
    /// The sign or code that comes first: `HK$`.
    public var currency: String
    /// The figure in groups: `1,250,000`.
    public var figure: String
    /// The same in another currency, and at which rate.
    public var note: String?

    /// An amount in minor units; `digits` is how many of them make the decimals.
    public init(minor: Int, digits: Int, currency: String, note: String? = nil) {
        figure = Figures.amount(minor: minor, digits: digits)
        self.currency = currency
        self.note = note
    }

    /// An amount that is already words: “500,000–2,000,000”.
    public init(currency: String, figure: String, note: String? = nil) {
        self.currency = currency
        self.figure = figure
        self.note = note
    }
}

/// An instant in the zone it was set in, and in the reader's where that differs.
public struct TimeText: ViewModel {
    /// The instant for machines, ISO 8601.
    public var instant: String
    /// The instant where it was set: “Fri 27 Nov 2026, 18:00”.
    public var text: String
    /// That zone's name: “Hong Kong”.
    public var zone: String?
    /// The same in the reader's zone: “19:00 in Tokyo”.
    public var viewer: String?
    /// How far off it is: “in 3 days”.
    public var relative: String?

    /// Words for an instant.
    public init(instant: String, text: String, zone: String? = nil, viewer: String? = nil, relative: String? = nil) {
        self.instant = instant
        self.text = text
        self.zone = zone
        self.viewer = viewer
        self.relative = relative
    }
}

/// What happened, who did it, when, and what comes next.
public struct Timeline: ViewModel {
    /// A heading.
    public var title: String?
    /// The steps, the oldest first.
    public var steps: [Step]

    /// Steps under a heading.
    public init(title: String? = nil, _ steps: [Step]) {
        self.title = title
        self.steps = steps
    }

    /// One step.
    public struct Step: ViewModel {
        /// What happened or will.
        public var label: String
        /// Who did it or must.
        public var who: String?
        /// When it happened, or by when it must.
        public var time: TimeText?
        /// More about it.
        public var note: String?
        /// `done`, `current` or `next`.
        public var phase: String
        /// Whether it is the one that is under way.
        public var isCurrent: Bool

        /// Where a step stands.
        public enum Phase: String, Sendable {
            /// It happened.
            case done
            /// It is under way.
            case current
            /// It comes later.
            case next
        }

        /// A step.
        public init(_ label: String, _ phase: Phase, who: String? = nil, time: TimeText? = nil, note: String? = nil) {
            self.label = label
            self.phase = phase.rawValue
            self.who = who
            self.time = time
            self.note = note
            isCurrent = phase == .current
        }
    }
}

/// Figures side by side, each leading to what it counts.
public struct StatTiles: ViewModel {
    /// The figures.
    public var tiles: [Tile]

    /// Figures side by side.
    public init(_ tiles: [Tile]) { self.tiles = tiles }

    /// One figure.
    public struct Tile: ViewModel {
        /// What it counts.
        public var label: String
        /// The figure.
        public var figure: String
        /// What it is out of, or against what.
        public var note: String?
        /// What it counts, listed.
        public var url: SafeURL?

        /// A figure.
        public init(_ label: String, figure: String, note: String? = nil, url: SafeURL? = nil) {
            self.label = label
            self.figure = figure
            self.note = note
            self.url = url
        }
    }
}

/// How far along a row of milestones is.
public struct Milestones: ViewModel {
    /// What is under way.
    public var label: String
    /// “3 of 5 milestones”.
    public var summary: String
    /// How many are done.
    public var done: Int
    /// How many there are.
    public var total: Int
    /// The milestones.
    public var milestones: [Timeline.Step]

    /// Milestones, of which those that are done count.
    public init(_ label: String, summary: String, milestones: [Timeline.Step]) {
        self.label = label
        self.summary = summary
        self.milestones = milestones
        done = milestones.count { $0.phase == Timeline.Step.Phase.done.rawValue }
        total = milestones.count
    }
}

/// What is about to happen and cannot be undone, said before it does.
public struct Confirmation: ViewModel {
    /// The question.
    public var title: String
    /// What will happen, line by line.
    public var consequences: [String]
    /// The form that does it.
    public var form: Form

    /// What will happen, and the form that makes it happen.
    public init(title: String, consequences: [String], form: Form) {
        self.title = title
        self.consequences = consequences
        self.form = form
    }
}
