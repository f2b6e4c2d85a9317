public import Exports
public import Foundation
public import Pages
public import Vocabulary

extension Day {
    /// The same day in a file.
    public init(_ date: CalendarDate) {
        let (year, month, day) = date.parts
        self.init(year: year, month: month, day: day)
    }
}

extension Amount {
    /// The same amount in a file.
    public init(_ money: Money) {
        self.init(minor: money.minor, digits: money.currency.exponent, currency: money.currency.description)
    }
}

extension Vocabulary.Language {
    /// The language of a page, to ask localized texts in.
    public init(_ language: Pages.Language) {
        self = Vocabulary.Language(rawValue: language.tag) ?? .english
    }
}

extension MoneyText {
    /// An amount with the sign that the trade writes in Hong Kong.
    public init(_ money: Money) {
        let sign =
            switch money.currency {
            case .hkd: "HK$"
            case .usd: "US$"
            case .jpy: "JP¥"
            default: money.currency.code + " "
            }
        self.init(minor: money.minor, digits: money.currency.exponent, currency: sign)
        // Whole amounts are read more easily without their zeros, and asks and cheques nearly always are.
        if money.currency.exponent > 0, money.minor.isMultiple(of: money.currency.minorUnits) {
            figure = Figures.grouped(money.minor / money.currency.minorUnits)
        }
    }
}

extension CalendarDate {
    /// The day as people write it: “27 Nov 2026”, “2026年11月27日”.
    public func text(in language: Pages.Language) -> String {
        switch language {
        case .english: "\(day) \(Self.months[month - 1]) \(year)"
        case .chinese, .japanese: "\(year)年\(month)月\(day)日"
        }
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension TimeText {
    /// A day, for `time` where the hour does not matter.
    public init(_ day: CalendarDate, in language: Pages.Language) {
        self.init(instant: day.description, text: day.text(in: language))
    }

    /// An instant in the zone it was set in: “27 Nov 2026, 18:00 Hong Kong”.
    ///
    /// - Parameters:
    ///   - elsewhere: a second zone to say it in, where the clock there differs.
    ///   - now: how far off it is from this instant; nil says nothing of that.
    public init(
        _ instant: Date, in zone: TimeZoneName, and elsewhere: TimeZoneName? = nil, from now: Date? = nil,
        language: Pages.Language
    ) {
        func clock(_ time: LocalTime) -> String { "\(Self.two(time.hour)):\(Self.two(time.minute))" }
        let local = LocalTime(instant, in: zone)
        let other = elsewhere.map { LocalTime(instant, in: $0) }
        self.init(
            instant: instant.formatted(.iso8601), text: "\(local.date.text(in: language)), \(clock(local))",
            zone: zone.place,
            viewer: other.flatMap { time in
                guard let zone = elsewhere, time != local else { return nil }
                let day = time.date == local.date ? "" : "\(time.date.text(in: language)), "
                return "\(day)\(clock(time)) \(zone.place)"
            },
            relative: now.map { Self.distance(to: instant, from: $0, language) })
    }

    /// The same in a sentence: “27 Nov 2026, 18:00 Hong Kong (05:00 New York)”.
    public var sentence: String {
        [text, zone, viewer.map { "(\($0))" }].compactMap(\.self).joined(separator: " ")
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func distance(to instant: Date, from now: Date, _ language: Pages.Language) -> String {
        let seconds = instant.timeIntervalSince(now)
        let (key, count): (String, Int) =
            switch abs(seconds) {
            case ..<3_600: ("minutes", max(1, Int(abs(seconds) / 60)))
            case ..<172_800: ("hours", Int(abs(seconds) / 3_600))
            case let long: ("days", Int(min(long, 1e9) / 86_400))
            }
        let t = PageKit.wording.texts(in: language)
        switch (key, seconds < 0) {
        case ("minutes", false): return t("wording.in_minutes", count: count)
        case ("hours", false): return t("wording.in_hours", count: count)
        case (_, false): return t("wording.in_days", count: count)
        case ("minutes", true): return t("wording.minutes_ago", count: count)
        case ("hours", true): return t("wording.hours_ago", count: count)
        default: return t("wording.days_ago", count: count)
        }
    }
}

extension SaveState {
    /// When something was last kept, to the second and by the clock of a zone: “Saved at 14:02:33, Hong Kong”.
    public init(at instant: Date, in zone: TimeZoneName, language: Pages.Language) {
        let time = LocalTime(instant, in: zone)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let t = PageKit.wording.texts(in: language)
        self.init(
            t(
                "wording.saved_at",
                ["time": "\(two(time.hour)):\(two(time.minute)):\(two(time.second))", "place": zone.place]),
            instant: instant.formatted(.iso8601))
    }
}

extension TimeZoneName {
    /// The place that gives the zone its name: “Hong Kong”.
    public var place: String {
        let last = description.utf8.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? []
        return String(decoding: last.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }
}

extension FocusArea.ID {
    /// What the concept is called; its slug where the taxonomy no longer has it.
    public func label(in language: Pages.Language) -> String {
        FocusAreaTaxonomy.standard[self]?.label.text(for: Vocabulary.Language(language)) ?? description
    }
}

extension PageKit {
    static let wording = PageKit("wording", bundle: .module)
}
