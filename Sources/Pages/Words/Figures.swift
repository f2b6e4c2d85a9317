/// Numbers as pages write them.
public enum Figures {
    /// Digits in groups of three: 12,345.
    public static func grouped(_ number: Int) -> String {
        let digits = Array(number.magnitude.description.utf8)
        var grouped: [UInt8] = number < 0 ? Array("−".utf8) : []
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { grouped.append(UInt8(ascii: ",")) }
            grouped.append(digit)
        }
        return String(decoding: grouped, as: UTF8.self)
    }

    /// A number that was counted no further than one above `most`: 1,000+.
    public static func grouped(_ number: Int, upTo most: Int) -> String {
        number > most ? grouped(most) + "+" : grouped(number)
    }

    /// An amount in minor units: 123456 with 2 digits is 1,234.56; a whole amount has no decimals.
    public static func amount(minor: Int, digits: Int) -> String {
        guard (1...9).contains(digits) else { return grouped(minor) }
        let scale = (0..<digits).reduce(UInt(1)) { scale, _ in scale * 10 }
        let (whole, fraction) = minor.magnitude.quotientAndRemainder(dividingBy: scale)
        guard fraction > 0 else { return (minor < 0 ? "−" : "") + grouped(Int(clamping: whole)) }
        let decimals = fraction.description
        let padded = String(repeating: "0", count: max(0, digits - decimals.utf8.count)) + decimals
        return (minor < 0 ? "−" : "") + grouped(Int(clamping: whole)) + "." + padded
    }
}
