import Foundation
import Testing

@testable import Eligibility

@Suite("Days")
struct DayTests {
    @Test("Days, and months added to them, are those of the Gregorian calendar")
    func calendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        var dice = Dice(seed: 7)
        for _ in 0..<2_000 {
            let day = Day(dice.roll(0...30_000))
            let months = dice.roll(0...400)
            let date = Date(timeIntervalSince1970: Double(day.number) * 86_400)
            let later = try #require(calendar.date(byAdding: .month, value: months, to: date))
            #expect(day.adding(months: months).number == Int(later.timeIntervalSince1970 / 86_400))
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            #expect(day.parts.year == parts.year && day.parts.month == parts.month && day.parts.day == parts.day)
            #expect(Day(day.description) == day)
        }
    }

    @Test("An age in months is the most that can be added without passing the day, before it as after it")
    func age() {
        var dice = Dice(seed: 11)
        for _ in 0..<2_000 {
            let (born, today) = (Day(dice.roll(0...20_000)), Day(dice.roll(0...20_000)))
            let months = born.months(until: today)
            #expect(born.adding(months: months) <= today && born.adding(months: months + 1) > today)
        }
    }

    @Test("What is no day is refused, and arithmetic stops at the calendar's edges")
    func edges() {
        for text in ["2023-02-29", "2023-13-01", "2023-1-01", "0000-01-01", "2023-01-001", "２０２３-01-01", ""] {
            #expect(Day(text) == nil)
        }
        #expect(Day("2024-02-29")?.adding(months: 12) == Day("2025-02-28"))
        for count in [Int.max, Int.min] {
            let edge = count > 0 ? Day.latest : .earliest
            #expect(Day(0).adding(days: count) == edge && Day(0).adding(months: count) == edge)
            #expect(Term.Unit.years.add(count, to: Day(0)) == edge)
        }
    }
}

/// A small generator of numbers, the same for the same seed.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    }

    mutating func roll(_ range: ClosedRange<Int>) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return range.lowerBound + Int(state % UInt64(range.count))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[roll(0...elements.count - 1)] }
}
