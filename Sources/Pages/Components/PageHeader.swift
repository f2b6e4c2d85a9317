/// The head of a page: what this is, in which state, and what one can do.
public struct PageHeader: ViewModel {
    /// The kind of thing, above the title.
    public var kind: String?
    /// The title, the page's only `h1`.
    public var title: String
    /// The state it is in.
    public var badge: Badge?
    /// What happens next and by when, in a sentence or two.
    public var lede: String?
    /// What one can do, the most likely first.
    public var actions: [Action]

    /// A title, and what belongs to it.
    public init(title: String, kind: String? = nil, badge: Badge? = nil, lede: String? = nil, actions: [Action] = []) {
        self.title = title
        self.kind = kind
        self.badge = badge
        self.lede = lede
        self.actions = actions
    }
}

/// Something one can do: a link, or a button that sends a small form.
public struct Action: ViewModel {
    /// The verb and its object: “Submit application”.
    public var label: String
    /// `primary`, `secondary` or `danger`.
    public var style: String
    /// Where it leads.
    public var url: SafeURL?
    /// Where it is sent by POST.
    public var postURL: SafeURL?
    /// What is sent along.
    public var hidden: [HiddenField]

    /// How much an action weighs.
    public enum Style: String, Sendable {
        /// The one thing most people come for; at most one a page.
        case primary
        /// Everything else.
        case secondary
        /// What cannot be undone.
        case danger
    }

    /// A link that looks like a button.
    public static func link(_ label: String, _ url: SafeURL, style: Style = .secondary) -> Action {
        Action(label: label, style: style.rawValue, url: url, postURL: nil, hidden: [])
    }

    /// A button that sends a form of its own.
    public static func post(
        _ label: String, _ url: SafeURL, style: Style = .secondary, hidden: [HiddenField] = []
    ) -> Action {
        Action(label: label, style: style.rawValue, url: nil, postURL: url, hidden: hidden)
    }
}

/// A state in a word, never by colour alone.
public struct Badge: ViewModel {
    /// The word.
    public var label: String
    /// `neutral`, `info`, `success`, `warning`, `danger` or `accent`.
    public var tone: String

    /// What a state means for its reader.
    public enum Tone: String, Sendable {
        /// Nothing to do: a draft, an archive.
        case neutral
        /// Under way.
        case info
        /// Reached.
        case success
        /// Somebody should look.
        case warning
        /// Refused, late or failed.
        case danger
        /// Chosen or new.
        case accent
    }

    /// A word and what it means.
    public init(_ label: String, _ tone: Tone = .neutral) {
        self.label = label
        self.tone = tone.rawValue
    }
}

/// Pages beside each other under one head.
public struct Tabs: ViewModel {
    /// What they are, for those who cannot see them.
    public var label: String
    /// The pages.
    public var items: [NavigationItem]

    /// Pages beside each other.
    public init(label: String, items: [NavigationItem]) {
        self.label = label
        self.items = items
    }
}
