import Foundation
import Testing
import Vocabulary

@testable import DemoDays

@Suite("The clock of a demo day")
struct DayClockTests {
    /// A day of slots of half an hour that begins on 20 January 2099 by the clock of Hong Kong.
    static func terms(from clock: String, slots: Int, rooms: [DemoDayRoom] = []) throws -> DemoDayTerms {
        DemoDayTerms(
            title: try LocalizedName(en: "Demo night"), startsAt: try moment("20T\(clock)"), in: .hongKong,
            slots: slots,
            slotMinutes: 25, breakMinutes: 5, rooms: rooms, floor: 1, mostPerStartup: 4, mostPerInvestor: 4)
    }

    static func moment(_ text: String) throws -> Date {
        let time = LocalTime("2099-01-\(text)")
        return try #require(time).instant(in: .hongKong)
    }

    @Test(
        "goes on after midnight where the day does",
        arguments: [
            ("20:00", 12, "00:30", "21T00:30"), ("20:00", 12, "02:00", "21T02:00"), ("20:00", 12, "21:00", "20T21:00"),
            // Who is there before the day begins is not there after it has ended.
            ("20:00", 12, "19:00", "20T19:00"), ("20:00", 12, "02:30", "20T02:30"),
            ("14:00", 4, "13:00", "20T13:00"), ("14:00", 4, "00:30", "20T00:30"),
        ])
    func opening(_ begins: String, _ slots: Int, _ said: String, _ meant: String) throws {
        let opening = try DayClock(Self.terms(from: begins, slots: slots)).opening(said, at: "/opens_at")
        #expect(opening == (try Self.moment(meant)))
    }

    @Test(
        "reads until when after the time from when, and mends no mistake",
        arguments: [
            ("20:00", 12, nil, "01:00", "21T01:00"), ("20:00", 12, "21:00", "22:00", "20T22:00"),
            ("20:00", 12, "22:00", "03:00", "21T03:00"), ("20:00", 12, "00:30", "01:30", "21T01:30"),
            ("14:00", 4, nil, "00:00", "21T00:00"), ("14:00", 4, "15:00", "14:00", "20T14:00"),
            ("14:00", 4, "15:00", "15:00", "20T15:00"), ("14:00", 4, nil, "13:00", "20T13:00"),
        ])
    func closing(_ begins: String, _ slots: Int, _ from: String?, _ said: String, _ meant: String) throws {
        let clock = DayClock(try Self.terms(from: begins, slots: slots))
        let opening = try clock.opening(from, at: "/opens_at")
        #expect(try clock.closing(said, after: opening, at: "/closes_at") == (try Self.moment(meant)))
    }

    @Test("looks at no number twice, and reads no time where there is none")
    func unchecked() throws {
        let clock = DayClock(try Self.terms(from: "20:00", slots: .max))
        #expect(try clock.opening("00:30", at: "/opens_at") == (try Self.moment("21T00:30")))
        #expect(
            try clock.opening("", at: "/opens_at") == nil && clock.closing(nil, after: nil, at: "/closes_at") == nil)
    }

    @Test("gives back what it was given when a form is sent as it was opened")
    func unchanged() throws {
        let room = DemoDayRoom(
            try Name("Bar"), capacity: 2, from: try Self.moment("21T00:30"), until: try Self.moment("21T02:00"))
        let terms = try Self.terms(from: "20:00", slots: 12, rooms: [room])
        let values = DemoDayForm.values(of: terms).compactMapValues(\.first)
        let form = DemoDayForm(
            title: terms.title, startsAt: values["starts_at"] ?? "", timeZone: terms.timeZone, slots: terms.slots,
            slotMinutes: terms.slotMinutes, breakMinutes: terms.breakMinutes, floor: terms.floor,
            mostPerStartup: terms.mostPerStartup, mostPerInvestor: terms.mostPerInvestor,
            rooms: [
                DemoDayForm.RoomRow(
                    name: room.name, capacity: room.capacity, link: nil, opensAt: values["rooms.0.opens_at"],
                    closesAt: values["rooms.0.closes_at"])
            ])
        #expect(try form.terms() == terms)
    }
}
