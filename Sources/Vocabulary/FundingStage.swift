/// The kind of round in which money is raised: `pre-seed`, `seed`, `series-a`, `grant`, …
///
/// An open list: sources have kinds of their own, which are kept as they come, in lower case with hyphens. Those that
/// stand on the ladder from idea to listing can be compared; a grant or a token sale stands beside it.
public struct FundingStage: RawRepresentable, Hashable, Sendable, LosslessStringConvertible {
    /// The slug, as stored.
    public let rawValue: String

    /// The slug, as stored.
    public var description: String { rawValue }

    private init(known slug: String) {
        rawValue = slug
    }

    /// Takes a slug of at most 40 characters: lower-case letters, digits, `-` and `+`.
    public init?(rawValue: String) {
        let bytes = rawValue.utf8
        guard (1...40).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-"),
            bytes.allSatisfy({ byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
            })
        else { return nil }
        self.init(known: rawValue)
    }

    /// Takes a slug, as ``init(rawValue:)``.
    public init?(_ description: String) {
        self.init(rawValue: description)
    }

    /// The stage a file calls by another name: `Series C`, `Pre Seed Round`, `seed_stage`, `Angel`.
    public init?(reading text: String) {
        var words: [String] = []
        var word = ""
        for scalar in text.unicodeScalars.prefix(60) {
            let isWord =
                scalar.isASCII && (scalar.properties.isAlphabetic || scalar == "+" || ("0"..."9").contains(scalar))
            if isWord {
                word.unicodeScalars.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            } else if !word.isEmpty {
                words.append(word)
                word = ""
            }
        }
        if !word.isEmpty { words.append(word) }
        while let last = words.last, words.count > 1, ["round", "stage", "funding"].contains(last) {
            words.removeLast()
        }
        let slug = words.joined(separator: "-")
        if slug.hasPrefix("series-"), let letter = slug.dropFirst(7).first, ("c"..."z").contains(letter) {
            self = .seriesCPlus
        } else if let stage = Self.synonyms[slug] ?? FundingStage(rawValue: slug) {
            self = stage
        } else {
            return nil
        }
    }

    /// Friends, family and founders, before a product.
    public static let preSeed = FundingStage(known: "pre-seed")
    /// Private persons.
    public static let angel = FundingStage(known: "angel")
    /// The first institutional money.
    public static let seed = FundingStage(known: "seed")
    /// First priced growth round.
    public static let seriesA = FundingStage(known: "series-a")
    /// Second growth round.
    public static let seriesB = FundingStage(known: "series-b")
    /// Third growth round and every later one.
    public static let seriesCPlus = FundingStage(known: "series-c+")
    /// Venture money whose series nobody named.
    public static let venture = FundingStage(known: "venture")
    /// Buy-out and late growth money.
    public static let privateEquity = FundingStage(known: "private-equity")
    /// After the listing.
    public static let postIPO = FundingStage(known: "post-ipo")
    /// A corporate partner's money.
    public static let strategic = FundingStage(known: "strategic")
    /// Sale of tokens.
    public static let tokenSale = FundingStage(known: "token-sale")
    /// Many small sums from the public.
    public static let crowdfunding = FundingStage(known: "crowdfunding")
    /// Note or SAFE that converts in a later round.
    public static let convertible = FundingStage(known: "convertible")
    /// Money that is lent.
    public static let debt = FundingStage(known: "debt")
    /// Money that need not be given back.
    public static let grant = FundingStage(known: "grant")
    /// Known to be none of the listed kinds.
    public static let other = FundingStage(known: "other")
    /// Not known.
    public static let unknown = FundingStage(known: "unknown")

    private static let synonyms: [String: FundingStage] = [
        "preseed": .preSeed, "family-friends": .preSeed, "friends-family": .preSeed, "angels": .angel,
        "a": .seriesA, "b": .seriesB, "c": .seriesCPlus, "c+": .seriesCPlus, "growth": .seriesCPlus,
        "early-vc": .seriesA, "late-vc": .seriesCPlus, "vc": .venture, "series-unknown": .venture,
        "pe": .privateEquity, "ico": .tokenSale, "initial-coin-offering": .tokenSale, "ido": .tokenSale,
        "ieo": .tokenSale, "corporate": .strategic, "equity-crowdfunding": .crowdfunding,
        "product-crowdfunding": .crowdfunding, "convertible-note": .convertible, "safe": .convertible,
        "debt-financing": .debt, "loan": .debt, "non-equity-assistance": .grant, "undisclosed": .unknown,
    ]
}

extension FundingStage {
    /// The listed kinds, in the order a form shows them.
    public static let listed: [FundingStage] = [
        .preSeed, .angel, .seed, .seriesA, .seriesB, .seriesCPlus, .venture, .convertible, .grant, .debt, .strategic,
        .crowdfunding, .tokenSale, .privateEquity, .postIPO, .other, .unknown,
    ]

    /// The rung on the ladder from idea to listing, or `nil` for what stands beside it.
    public var rung: Int? {
        switch self {
        case .preSeed: 0
        case .angel: 1
        case .seed: 2
        case .seriesA: 3
        case .seriesB: 4
        case .seriesCPlus: 5
        case .privateEquity: 6
        case .postIPO: 7
        default: nil
        }
    }

    /// Whether this round comes before `other`; `nil` when one of them has no rung.
    public func precedes(_ other: FundingStage) -> Bool? {
        guard let rung, let otherRung = other.rung else { return nil }
        return rung < otherRung
    }

    /// What a reader of `language` calls it; the slug for kinds that are not listed.
    public func label(in language: Language) -> String {
        guard let labels = Self.labels[self] else { return rawValue }
        return switch language {
        case .english: labels.0
        case .traditionalChinese: labels.1
        case .japanese: labels.2
        }
    }

    private static let labels: [FundingStage: (String, String, String)] = [
        .preSeed: ("Pre-seed", "種子前輪", "プレシード"), .angel: ("Angel", "天使輪", "エンジェル"),
        .seed: ("Seed", "種子輪", "シード"), .seriesA: ("Series A", "A 輪", "シリーズA"),
        .seriesB: ("Series B", "B 輪", "シリーズB"), .seriesCPlus: ("Series C and later", "C 輪及以後", "シリーズC以降"),
        .venture: ("Venture, series not stated", "創投（輪次不詳）", "ベンチャー（ラウンド不明）"),
        .privateEquity: ("Private equity", "私募股權", "プライベートエクイティ"), .postIPO: ("After listing", "上市後", "上場後"),
        .strategic: ("Strategic", "策略投資", "戦略投資"), .tokenSale: ("Token sale", "代幣發售", "トークンセール"),
        .crowdfunding: ("Crowdfunding", "眾籌", "クラウドファンディング"),
        .convertible: ("Convertible", "可換股票據", "転換型"), .debt: ("Debt", "債務融資", "デット"),
        .grant: ("Grant", "資助", "助成金"), .other: ("Other", "其他", "その他"), .unknown: ("Not known", "不詳", "不明"),
    ]
}

extension FundingStage: Codable {
    /// Decodes a slug.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readString(as: "a funding stage such as seed or series-a") { Self(rawValue: $0) }
    }

    /// Encodes the slug.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeString(rawValue)
    }
}
