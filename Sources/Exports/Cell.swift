internal import Foundation

/// A day without a time or a zone.
public struct Day: Hashable, Sendable {
    /// The year, 1 to 9999.
    public let year: Int
    /// The month, 1 to 12.
    public let month: Int
    /// The day of the month, from 1.
    public let day: Int

    /// A day of the calendar, which is not checked.
    public init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }
}

/// An amount of money: whole minor units, and how many digits of them stand behind the point.
public struct Amount: Hashable, Sendable {
    /// Minor units.
    public let minor: Int
    /// Digits behind the point, such as 2 for HKD and 0 for JPY.
    public let digits: Int
    /// ISO 4217.
    public let currency: String

    /// An amount of a currency.
    public init(minor: Int, digits: Int, currency: String) {
        self.minor = minor
        self.digits = digits
        self.currency = currency
    }
}

/// A place to go to, and what to call it.
public struct Link: Hashable, Sendable {
    /// What is shown where links can be followed.
    public let label: String
    /// The whole address, which is all that a text file has of it.
    public let address: String

    /// A place under a name.
    public init(_ label: String, to address: String) {
        self.label = label
        self.address = address
    }
}

/// What stands at one place of a table; nothing that a reader would take for something else.
enum Cell: Hashable, Sendable {
    case none
    case text(String)
    case integer(Int)
    case decimal(Decimal)
    case money(Amount)
    case date(Day)
    case instant(Date)
    case link(Link)
}
