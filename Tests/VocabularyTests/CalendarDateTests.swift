import Foundation
import Testing
import Vocabulary

@Suite struct CalendarDateTests {
    @Test func everyDayOfTenThousandYearsRoundTrips() {
        // One walk over the whole calendar, against a clock that counts by hand.
        var (year, month, day) = (1, 1, 1)
        var mismatches = 0
        for number in CalendarDate.earliest.daysSince1970...CalendarDate.latest.daysSince1970 {
            let date = CalendarDate(daysSince1970: number)
            let parts = date.parts
            if parts != (year, month, day) { mismatches += 1 }
            if CalendarDate(year: year, month: month, day: day) != date { mismatches += 1 }
            day += 1
            if day > CalendarDate.length(ofMonth: month, year: year) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect(mismatches == 0)
        #expect((year, month, day) == (10_000, 1, 1))
    }

    @Test(arguments: [
        ("1970-01-01", 0, 4), ("2000-02-29", 11_016, 2), ("1969-12-31", -1, 3), ("2026-03-31", 20_543, 2),
        ("0001-01-01", -719_162, 1), ("9999-12-31", 2_932_896, 5),
    ])
    func knownDays(text: String, days: Int, weekday: Int) throws {
        let date = try #require(CalendarDate(text))
        #expect(date.daysSince1970 == days)
        #expect(date.weekday == weekday)
        #expect(date.description == text)
    }

    @Test(arguments: [
        "", "2023-02-29", "1900-02-29", "2023-13-01", "2023-00-10", "2023-01-00", "2023-01-32", "0000-01-01",
        "2023-1-01",
        "2023-01-1", "20230101", "2023-01-01 ", " 2023-01-01", "2023-01-01T00:00", "+2023-1-01", "２０２３-01-01",
        "-001-01-01", "2023/01/01",
    ])
    func refusesWhatIsNoDate(text: String) {
        #expect(CalendarDate(text) == nil)
    }

    @Test func monthsEndWhereTheyEnd() throws {
        let end = try #require(CalendarDate("2024-01-31"))
        #expect(end.adding(months: 1).description == "2024-02-29")
        #expect(end.adding(months: 13).description == "2025-02-28")
        #expect(end.adding(months: -2).description == "2023-11-30")
        #expect(end.adding(months: -24).description == "2022-01-31")
    }

    @Test func countsWholeMonths() throws {
        let start = try #require(CalendarDate("2024-01-31"))
        let end = try #require(CalendarDate("2024-02-29"))
        #expect(start.months(until: end) == 1)
        #expect(start.months(until: end.adding(days: -1)) == 0)
        #expect(end.months(until: start) == -1)
        #expect(start.days(until: end) == 29)
    }

    @Test func farAwayStopsAtTheEdge() {
        for step in [Int.max, Int.max - 1, 10_000_000] {
            #expect(CalendarDate.latest.adding(days: step) == .latest)
            #expect(CalendarDate.earliest.adding(months: step) == .latest)
            #expect(CalendarDate.earliest.adding(days: -step) == .earliest)
            #expect(CalendarDate.latest.adding(months: -step) == .earliest)
        }
        #expect(CalendarDate.latest.adding(days: .min) == .earliest)
        #expect(CalendarDate.latest.adding(months: .min) == .earliest)
        #expect(CalendarDate(daysSince1970: .min) == .earliest)
    }

    @Test func theDayDependsOnTheZone() throws {
        let instant = Date(timeIntervalSince1970: 1_774_972_800)  // 2026-03-31T16:00:00Z
        #expect(CalendarDate(instant, in: .utc).description == "2026-03-31")
        #expect(CalendarDate(instant, in: .hongKong).description == "2026-04-01")
        for odd in [Double.nan, .infinity, -.infinity, 1e300] {
            _ = CalendarDate(Date(timeIntervalSince1970: odd), in: .tokyo)
        }
    }

    @Test func travelsAsAString() throws {
        let date = try #require(CalendarDate("2026-03-31"))
        #expect(String(decoding: try JSONEncoder().encode([date]), as: UTF8.self) == #"["2026-03-31"]"#)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([CalendarDate].self, from: Data("[7]".utf8)) }
    }
}
