/// What all pages of a running service share.
public struct Site: Sendable {
    /// The product's name.
    public var product: String
    /// Where the product's name leads.
    public var homeURL: SafeURL
    /// Where a seat is changed.
    public var changeSeatURL: SafeURL
    /// The signed-in person's account.
    public var accountURL: SafeURL
    /// Where one signs out.
    public var signOutURL: SafeURL
    /// Where a reader chooses a language, if the service remembers it.
    public var languageURL: SafeURL?
    /// Every place of every room; a viewer sees those of their role.
    public var places: [Place]

    /// A site with the places its rooms bring.
    public init(
        product: String = "Trellis", places: [Place] = [], homeURL: SafeURL = "/", changeSeatURL: SafeURL = "/seat",
        accountURL: SafeURL = "/account", signOutURL: SafeURL = "/sign-out", languageURL: SafeURL? = nil
    ) {
        self.product = product
        self.places = places
        self.homeURL = homeURL
        self.changeSeatURL = changeSeatURL
        self.accountURL = accountURL
        self.signOutURL = signOutURL
        self.languageURL = languageURL
    }

    /// Somewhere the navigation leads.
    public struct Place: Sendable {
        /// What `current` is compared with.
        public var id: String
        /// The key of its name in the kit's translations.
        public var key: String
        /// Whose translations.
        public var kit: PageKit
        /// The key of the group it stands in; places of one group follow each other.
        public var groupKey: String?
        /// Where it is.
        public var url: SafeURL
        /// The roles that see it.
        public var roles: Set<String>

        /// A place for some roles.
        public init(
            _ id: String, key: String, in kit: PageKit, groupKey: String? = nil, url: SafeURL, roles: Set<String>
        ) {
            self.id = id
            self.key = key
            self.kit = kit
            self.groupKey = groupKey
            self.url = url
            self.roles = roles
        }
    }

    /// The places of a viewer's role, named in the viewer's language.
    public func navigation(for viewer: Viewer, current: String?) -> [NavigationGroup] {
        guard let role = viewer.seat?.role else { return [] }
        var groups: [(key: String?, group: NavigationGroup)] = []
        for place in places where place.roles.contains(role) {
            let texts = place.kit.texts(in: viewer.language)
            let item = NavigationItem(
                label: texts(place.key), url: place.url, isCurrent: place.id == current,
                count: viewer.waiting[place.id].flatMap { $0 > 0 ? Figures.grouped($0) : nil })
            if let index = groups.firstIndex(where: { $0.key == place.groupKey }) {
                groups[index].group.items.append(item)
            } else {
                groups.append((place.groupKey, NavigationGroup(label: place.groupKey.map { texts($0) }, items: [item])))
            }
        }
        return groups.map(\.group)
    }
}

/// Who reads a page, as far as the page shows it.
public struct Viewer: Sendable {
    /// The person's name; empty for a visitor.
    public var name: String
    /// The seat they act from.
    public var seat: Seat?
    /// The other seats they may change to.
    public var otherSeats: [Seat]
    /// The language they read.
    public var language: Language
    /// The token of their session.
    public var csrf: String
    /// What waits for them, by the id of the place.
    public var waiting: [String: Int]
    /// The page they read, to come back to; nil where they sent something.
    public var page: SafeURL?

    /// A person at a seat, or a visitor in a language.
    public init(
        name: String = "", seat: Seat? = nil, otherSeats: [Seat] = [], language: Language, csrf: String = "",
        waiting: [String: Int] = [:], page: SafeURL? = nil
    ) {
        self.page = page
        self.name = name
        self.seat = seat
        self.otherSeats = otherSeats
        self.language = language
        self.csrf = csrf
        self.waiting = waiting
    }

    /// A membership, as its holder sees it.
    public struct Seat: Sendable {
        /// The membership.
        public var id: String
        /// Its role, as navigation compares it.
        public var role: String
        /// Its institution and role, in words.
        public var label: String

        /// A seat and its name.
        public init(id: String, role: String, label: String) {
            self.id = id
            self.role = role
            self.label = label
        }
    }
}
