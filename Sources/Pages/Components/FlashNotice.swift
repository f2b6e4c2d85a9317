/// What just succeeded, said once at the top of the next page.
public struct FlashNotice: ViewModel {
    /// What happened, as a sentence.
    public var text: String
    /// Where to look at it.
    public var link: LinkText?

    /// A notice of success.
    public init(_ text: String, link: LinkText? = nil) {
        self.text = text
        self.link = link
    }
}

/// Words that lead somewhere.
public struct LinkText: ViewModel {
    /// The words.
    public var label: String
    /// Where they lead.
    public var url: SafeURL

    /// Words and where they lead.
    public init(_ label: String, _ url: SafeURL) {
        self.label = label
        self.url = url
    }
}
