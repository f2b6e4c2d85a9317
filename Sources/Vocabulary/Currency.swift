/// A currency of ISO 4217 and how many digits its minor unit has.
public struct Currency: Hashable, Sendable, LosslessStringConvertible {
    /// The three-letter code.
    public let description: String

    /// The three-letter code.
    public var code: String { description }

    /// Takes the code of a currency in use, in capitals.
    public init?(_ description: String) {
        guard Self.exponents[description] != nil else { return nil }
        self.description = description
    }

    private init(known code: String) {
        description = code
    }

    /// Digits after the decimal separator: 0 for yen, 2 for Hong Kong dollars, 3 for Kuwaiti dinars.
    public var exponent: Int { Self.exponents[description] ?? 2 }

    /// Minor units in one unit: 1, 100, 1,000 or 10,000.
    public var minorUnits: Int {
        switch exponent {
        case 0: 1
        case 3: 1000
        case 4: 10_000
        default: 100
        }
    }

    /// Hong Kong dollar.
    public static let hkd = Currency(known: "HKD")
    /// Yen.
    public static let jpy = Currency(known: "JPY")
    /// US dollar.
    public static let usd = Currency(known: "USD")
    /// Renminbi.
    public static let cny = Currency(known: "CNY")
    /// Euro.
    public static let eur = Currency(known: "EUR")
    /// Pound sterling.
    public static let gbp = Currency(known: "GBP")
    /// Singapore dollar.
    public static let sgd = Currency(known: "SGD")
    /// New Taiwan dollar.
    public static let twd = Currency(known: "TWD")
    /// South Korean won.
    public static let krw = Currency(known: "KRW")
    /// Pataca of Macao.
    public static let mop = Currency(known: "MOP")
    /// Kuwaiti dinar.
    public static let kwd = Currency(known: "KWD")
}

extension Currency: Comparable {
    /// Orders by code.
    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

extension Currency: CaseIterable {
    /// Every currency in use, by code.
    public static let allCases: [Currency] = exponents.keys.sorted().map(Currency.init(known:))
}

extension Currency: Codable {
    /// Decodes a code.
    public init(from decoder: any Decoder) throws {
        self = try decoder.readString(as: "a currency code of ISO 4217 such as HKD") { Self($0) }
    }

    /// Encodes the code.
    public func encode(to encoder: any Encoder) throws {
        try encoder.writeString(description)
    }
}

extension Currency {
    /// Currencies people pay with; funds, metals, testing codes and bond units of ISO 4217 are left out.
    private static let exponents: [String: Int] = {
        let codes: [(exponent: Int, codes: String)] = [
            (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
            (
                2,
                """
                AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF \
                CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG \
                HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU \
                MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR \
                SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED \
                VES WST XCD XCG YER ZAR ZMW ZWG
                """
            ),
            (3, "BHD IQD JOD KWD LYD OMR TND"),
        ]
        var table: [String: Int] = [:]
        for group in codes {
            for code in group.codes.split(separator: " ") { table[String(code)] = group.exponent }
        }
        return table
    }()
}
