/// Everything on a page that is not the page: language, title, navigation, the seat one acts from, a notice.
public struct Frame: ViewModel {
    /// The language of the whole page.
    public var lang: String
    /// What the browser's tab and its history show, with the product last.
    public var title: String
    /// The name in the header.
    public var product: String
    /// Where the name in the header leads.
    public var homeURL: SafeURL
    /// The stylesheet, by its hash.
    public var stylesheet: SafeURL
    /// The scripts, by their hash.
    public var script: SafeURL
    /// The icon, by its hash.
    public var icon: SafeURL
    /// The places of this seat, in groups.
    public var navigation: [NavigationGroup]
    /// Whether there is any navigation at all.
    public var hasNavigation: Bool
    /// Where the page stands, outermost first, without the page itself.
    public var breadcrumbs: [Breadcrumb]
    /// Who is signed in and from which seat; absent before that.
    public var seat: SeatBar?
    /// The languages one may read in, where the service lets a reader choose.
    public var languages: LanguageMenu?
    /// The same as links, on pages that everybody may find.
    public var languageLinks: [LanguageLink] = []
    /// Whether there are any.
    public var hasLanguageLinks = false
    /// What search engines say below the title.
    public var searchSummary: String?
    /// What just succeeded. Never an error: those stand with their field.
    public var flash: FlashNotice?
    /// The page's own keys, told before those of every page.
    public var keys: [KeyHint]
    /// What a form sends along to prove that it is ours.
    public var csrf: String

    /// A frame, for a viewer or for nobody yet.
    public init(
        title: String, site: Site, viewer: Viewer, current: String? = nil, breadcrumbs: [Breadcrumb] = [],
        flash: FlashNotice? = nil, path: SafeURL? = nil, keys: [KeyHint] = []
    ) {
        let texts = PageKit.base.texts(in: viewer.language)
        lang = viewer.language.tag
        self.title = title.isEmpty ? site.product : title + " – " + site.product
        product = site.product
        homeURL = site.homeURL
        stylesheet = Assets.shared.url(of: "trellis.css")
        script = Assets.shared.url(of: "trellis.js")
        icon = Assets.shared.url(of: "icon.svg")
        navigation = site.navigation(for: viewer, current: current)
        hasNavigation = !navigation.isEmpty
        self.breadcrumbs = breadcrumbs
        seat = viewer.seat.map { SeatBar($0, of: viewer, site: site, texts: texts) }
        // A visitor reads what their browser asks for.
        languages =
            viewer.seat == nil
            ? nil
            : site.languageURL.map { LanguageMenu(action: $0, next: path ?? viewer.page, current: viewer.language) }
        self.flash = flash
        self.keys = keys
        csrf = viewer.csrf
    }

    /// The frame of a page that everybody may find: what it is about in a sentence, and its address in each language, since
    /// nobody is there whose choice could be kept.
    public func found(as summary: String, at page: SafeURL) -> Frame {
        var copy = self
        copy.searchSummary = summary
        copy.languageLinks = Language.allCases.map { language in
            LanguageLink(
                label: language.endonym, lang: language.tag, url: page.adding([("lang", language.tag)]),
                isCurrent: language.tag == lang)
        }
        copy.hasLanguageLinks = true
        return copy
    }
}

/// A page in one of its languages.
public struct LanguageLink: ViewModel {
    /// The language's own name for itself.
    public var label: String
    /// Its tag.
    public var lang: String
    /// The page in it.
    public var url: SafeURL
    /// Whether it is the one being read.
    public var isCurrent: Bool
}

/// What a key does on a page.
public struct KeyHint: ViewModel {
    /// The key: `s`, `1 – 5`.
    public var key: String
    /// What it does.
    public var label: String

    /// A key, and what it does.
    public init(_ key: String, _ label: String) {
        self.key = key
        self.label = label
    }
}

/// A step back out of the page.
public struct Breadcrumb: ViewModel {
    /// The title of the page it leads to.
    public var label: String
    /// That page.
    public var url: SafeURL

    /// A step to a page.
    public init(_ label: String, _ url: SafeURL) {
        self.label = label
        self.url = url
    }
}

/// Places that belong together.
public struct NavigationGroup: ViewModel {
    /// What they have in common; none for the first.
    public var label: String?
    /// The places.
    public var items: [NavigationItem]

    /// A group of places.
    public init(label: String? = nil, items: [NavigationItem]) {
        self.label = label
        self.items = items
    }
}

/// One place in the navigation.
public struct NavigationItem: ViewModel {
    /// Its name.
    public var label: String
    /// Where it is.
    public var url: SafeURL
    /// Whether the reader is in it.
    public var isCurrent: Bool
    /// What waits there, if anything.
    public var count: String?

    /// A place, and what waits there.
    public init(label: String, url: SafeURL, isCurrent: Bool = false, count: String? = nil) {
        self.label = label
        self.url = url
        self.isCurrent = isCurrent
        self.count = count
    }
}

/// The person in the header, the seat they act from and those they may change to.
public struct SeatBar: ViewModel {
    /// The person.
    public var name: String
    /// The institution and role, in words.
    public var label: String
    /// The other seats; empty for most people.
    public var others: [SeatChoice]
    /// Whether there are others.
    public var hasOthers: Bool
    /// Where a seat is changed, by POST.
    public var changeURL: SafeURL
    /// The person's own account.
    public var accountURL: SafeURL
    /// Where one signs out, by POST.
    public var signOutURL: SafeURL

    init(_ seat: Viewer.Seat, of viewer: Viewer, site: Site, texts: Texts) {
        name = viewer.name
        label = seat.label
        others = viewer.otherSeats.map { SeatChoice(id: $0.id, label: $0.label) }
        hasOthers = !others.isEmpty
        changeURL = site.changeSeatURL
        accountURL = site.accountURL
        signOutURL = site.signOutURL
    }
}

/// A seat one may change to.
public struct SeatChoice: ViewModel {
    /// The membership, as the form sends it.
    public var id: String
    /// Its institution and role, in words.
    public var label: String

    /// A seat to offer.
    public init(id: String, label: String) {
        self.id = id
        self.label = label
    }
}

/// The languages in the footer.
public struct LanguageMenu: ViewModel {
    /// Where the choice is sent, by POST, as `lang` with `next`.
    public var action: SafeURL
    /// The page to come back to.
    public var next: String
    /// The languages.
    public var choices: [Choice]

    /// One language.
    public struct Choice: ViewModel {
        /// Its own name for itself.
        public var label: String
        /// Its tag.
        public var lang: String
        /// Whether it is the one being read.
        public var isCurrent: Bool
    }

    init(action: SafeURL, next: SafeURL?, current: Language) {
        self.action = action
        self.next = (next ?? "/").description
        choices = Language.allCases.map { Choice(label: $0.endonym, lang: $0.tag, isCurrent: $0 == current) }
    }
}
