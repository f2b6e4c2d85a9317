import Foundation
import Testing
import Vocabulary

@Suite struct DeadlineTests {
    @Test func admitsUpToTheEndOfTheGrace() throws {
        let time = try #require(LocalTime("2026-03-31T23:59"))
        let deadline = Deadline(time, in: .hongKong, graceSeconds: 60)
        #expect(deadline.instant == Date(timeIntervalSince1970: 1_774_972_740))
        #expect(deadline.admits(deadline.instant))
        #expect(!deadline.needsGrace(at: deadline.instant))
        #expect(deadline.admits(deadline.instant.addingTimeInterval(60)))
        #expect(deadline.needsGrace(at: deadline.instant.addingTimeInterval(0.5)))
        #expect(!deadline.admits(deadline.instant.addingTimeInterval(60.001)))
        #expect(deadline.localTime.description == "2026-03-31T23:59:00")
    }

    @Test func aTimeTheClockSkipsIsTakenLate() throws {
        // In New York the clock went from 02:00 to 03:00 on 2026-03-08.
        let zone = try #require(TimeZoneName("America/New_York"))
        let skipped = try #require(LocalTime("2026-03-08T02:30")).instant(in: zone)
        #expect(LocalTime(skipped, in: zone).description == "2026-03-08T03:30:00")
    }

    @Test func aTimeTheClockShowsTwiceIsTheLater() throws {
        // In New York the clock went from 02:00 back to 01:00 on 2026-11-01.
        let zone = try #require(TimeZoneName("America/New_York"))
        let repeated = try #require(LocalTime("2026-11-01T01:30")).instant(in: zone)
        #expect(repeated == Date(timeIntervalSince1970: 1_793_514_600))
        #expect(LocalTime(repeated, in: zone).description == "2026-11-01T01:30:00")
    }

    @Test func aDayThatAZoneLeftOutIsTakenLate() throws {
        // Samoa crossed the date line and had no 2011-12-30.
        let zone = try #require(TimeZoneName("Pacific/Apia"))
        let skipped = try #require(LocalTime("2011-12-30T12:00")).instant(in: zone)
        #expect(LocalTime(skipped, in: zone).date >= (try #require(CalendarDate("2011-12-31"))))
    }

    @Test(arguments: ["Asia/Hong_Kong", "Asia/Tokyo", "Europe/London", "America/New_York", "Australia/Lord_Howe"])
    func everyHourOfAYearRoundTrips(name: String) throws {
        let zone = try #require(TimeZoneName(name))
        for hour in 0..<8784 {
            let instant = Date(timeIntervalSince1970: 1_767_225_600 + Double(hour) * 3600)
            let wall = LocalTime(instant, in: zone)
            let back = wall.instant(in: zone)
            #expect(back >= instant)
            #expect(LocalTime(back, in: zone) == wall)
        }
    }

    @Test(arguments: ["", "EST", "GMT+8", "Asia/Atlantis", "/", "Asia/Hong_Kong\0", "../../etc/passwd", "Asia/ Tokyo"])
    func refusesWhatIsNoZone(name: String) {
        #expect(TimeZoneName(name) == nil)
    }

    @Test(arguments: [
        "2026-03-31", "2026-03-31T24:00", "2026-03-31T23:60", "2026-03-31T9:00", "T10:00", "2026-03-31T10:00Z",
    ])
    func refusesWhatIsNoTime(text: String) {
        #expect(LocalTime(text) == nil)
    }

    @Test func travelsAsAnObject() throws {
        let json = #"{"at":"2026-03-31T15:59:00Z","grace_seconds":60,"zone":"Asia\/Hong_Kong"}"#
        let deadline = try JSONDecoder().decode(Deadline.self, from: Data(json.utf8))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(deadline), as: UTF8.self) == json)
        let offset = #"{"at":"2026-03-31T23:59:00.500+08:00","zone":"Asia/Hong_Kong"}"#
        let shifted = try JSONDecoder().decode(Deadline.self, from: Data(offset.utf8))
        #expect(shifted.instant == deadline.instant.addingTimeInterval(0.5))
        #expect(shifted.graceSeconds == 60)
    }

    @Test(arguments: [
        #"{"at":"2026-03-31","zone":"Asia/Tokyo"}"#, #"{"at":"2026-03-31T15:59:00","zone":"Asia/Tokyo"}"#,
        #"{"at":"2026-03-31T15:59:00Z","zone":"Tokyo"}"#, #"{"at":"2026-03-31T15:59:00Z"}"#,
        #"{"at":"2026-03-31T15:59:00Z","zone":"Asia/Tokyo","grace_seconds":-1}"#,
        #"{"at":"2026-03-31T15:59:00Z","zone":"Asia/Tokyo","grace_seconds":86401}"#,
    ])
    func refusesWhatIsNoDeadline(json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Deadline.self, from: Data(json.utf8)) }
    }
}
