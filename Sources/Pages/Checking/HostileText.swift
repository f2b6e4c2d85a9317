/// Values that would break out of the markup if any of them were printed as it is.
enum HostileText {
    /// Scalars that join what stands beside them into one character, and a carriage return.
    static let joiners: [Unicode.Scalar] = [
        "\u{0600}", "\u{0601}", "\u{0602}", "\u{0603}", "\u{0604}", "\u{0605}", "\u{06DD}", "\u{070F}", "\u{0890}",
        "\u{0891}", "\u{08E2}", "\u{110BD}", "\u{110CD}", "\u{0301}", "\u{0338}", "\u{20E3}", "\u{200D}", "\u{FE0E}",
        "\u{FE0F}", "\u{E0100}", "\u{1F3FD}", "\u{0D}", "\u{200F}", "\u{0903}",
    ]

    /// The scalars that mean something in markup.
    static let specials: [Unicode.Scalar] = ["<", ">", "&", "\"", "'", "`"]

    /// Each special with each joiner before it, after it and on both sides.
    static let corpus: [String] = joiners.flatMap { joiner in
        specials.map { special in
            let markup = "img src=x onerror=alert(1)//"
            return "\(joiner)\(special)\(markup) \(special)\(joiner)\(markup)\(joiner)\(special)\(joiner)>"
        }
    }

    /// One of each special, for worlds that differ only in what is open.
    static let brief = "\u{0600}<img src=x>\" \u{0600}\" \"\u{0301} x='y'>"

    /// What every text of a page is set to in turn: the corpus whole, and the ways out of each kind of place.
    static let values: [String] = [
        corpus.joined(separator: " "),
        "</textarea></title></script></style></select></svg><script>alert(1)</script>",
        "\" onmouseover=\"alert(1)\" x=\"", "' onmouseover='alert(1)' x='", "--><img src=x>", "]]><img src=x>",
        "{{page}} {{{page}}} {{#page}} {{=<% %>=}}", "\u{FF1C}img\u{FF1E}", "",
    ]

    /// An address a person may have written, with every special in it.
    static let address = SafeURL(external: "https://example.org/?\"><img/src=x>&'`\u{0600}<\"\u{0301}") ?? .nowhere
}

/// Values made up for a shape: its flags and optionals tossed, each text given by the name of its field.
struct SampleWorld {
    let model: ModelShape
    let text: (String) -> String
    let address: SafeURL
    let toss: Toss
    private var state: UInt64

    enum Toss: Hashable {
        case open, closed, flagsOff, random(UInt64)
    }

    /// Worlds enough that every value of a page is printed in one of them.
    static let tosses: [Toss] = [.open, .closed, .flagsOff] + (1...4).map { .random($0) }

    init(model: ModelShape, address: SafeURL, toss: Toss, text: @escaping (String) -> String) {
        self.model = model
        self.text = text
        self.address = address
        self.toss = toss
        state = if case .random(let seed) = toss { seed &* 0x9E37_79B9_7F4A_7C15 | 1 } else { 1 }
    }

    mutating func object() -> RenderedObject {
        value(of: model.root, named: "", depth: 0) as? RenderedObject ?? RenderedObject()
    }

    private mutating func value(of shape: Shape, named name: String, depth: Int) -> Any {
        switch shape {
        case .text: return text(name)
        case .number: return 7
        case .address: return address.description
        case .flag: return isOpen(flag: true)
        case .optional(let wrapped):
            return isOpen(flag: false) ? value(of: wrapped, named: name, depth: depth) : RenderedNothing()
        case .list(let element):
            let list = RenderedList()
            let count = depth < 8 && isOpen(flag: false) ? 2 : 0
            for _ in 0..<count { list.values.append(value(of: element, named: name, depth: depth + 1)) }
            return list
        case .object:
            let object = RenderedObject()
            // In the order of names, so that a seed always tosses the same world.
            for (name, field) in (model.fields(of: shape) ?? [:]).sorted(by: { $0.key < $1.key }) {
                object.add(name, value(of: field, named: name, depth: depth + 1))
            }
            return object
        }
    }

    private mutating func isOpen(flag: Bool) -> Bool {
        switch toss {
        case .open: return true
        case .closed: return false
        case .flagsOff: return !flag
        case .random:
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state % 3 != 0
        }
    }
}
