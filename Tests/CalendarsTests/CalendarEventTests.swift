import Calendars
import Foundation
import Testing

@Suite("Calendar files")
struct CalendarEventTests {
    private func event(_ change: (inout CalendarEvent) -> Void = { _ in }) -> [String] {
        var event = CalendarEvent(
            uid: "introduction-1@trellis", sequence: 2, changedAt: Date(timeIntervalSince1970: 1_796_000_000),
            startsAt: Date(timeIntervalSince1970: 1_796_101_200), zone: "Asia/Hong_Kong", minutes: 45,
            summary: "KelpSense, Tidewater; first meeting")
        change(&event)
        // Long lines are folded: a line break and a space within them mean nothing.
        return event.file().replacing("\r\n ", with: "").split(separator: "\r\n").map(String.init)
    }

    @Test("tell time, zone and change as calendars take them, with the rules of the zone")
    func hongKong() {
        let lines = event()
        #expect(lines.first == "BEGIN:VCALENDAR")
        #expect(lines.last == "END:VCALENDAR")
        #expect(lines.contains("METHOD:PUBLISH"))
        #expect(lines.contains("TZID:Asia/Hong_Kong"))
        #expect(lines.contains("DTSTART;TZID=Asia/Hong_Kong:20261201T130000"))
        #expect(lines.contains("DTEND;TZID=Asia/Hong_Kong:20261201T134500"))
        #expect(lines.contains("SEQUENCE:2"))
        #expect(lines.contains("UID:introduction-1@trellis"))
        #expect(lines.contains("STATUS:CONFIRMED"))
    }

    @Test("hold words that mean something to the format, and drop what it has no room for")
    func escapes() {
        let lines = event {
            $0.summary = "海藻感測, 第一次; 會面\u{7}\u{0}"
            $0.details = "Two lines\nof \\ text"
        }
        #expect(lines.contains("SUMMARY:海藻感測\\, 第一次\\; 會面"))
        #expect(lines.contains("DESCRIPTION:Two lines\\nof \\\\ text"))
    }

    @Test("call a meeting off")
    func cancelled() {
        let lines = event { $0.isCancelled = true }
        #expect(lines.contains("METHOD:CANCEL"))
        #expect(lines.contains("STATUS:CANCELLED"))
    }

    @Test("hold several events, each zone's rules once, and call one off beside others that take place")
    func several() {
        func event(_ uid: String, in zone: String, isCancelled: Bool = false) -> CalendarEvent {
            CalendarEvent(
                uid: uid, sequence: 1, changedAt: Date(timeIntervalSince1970: 1_796_000_000),
                startsAt: Date(timeIntervalSince1970: 1_796_101_200), zone: zone, minutes: 20, summary: "Meeting",
                isCancelled: isCancelled)
        }
        let lines = CalendarEvent.file(of: [
            event("first", in: "Asia/Hong_Kong"), event("second", in: "Asia/Hong_Kong", isCancelled: true),
            event("third", in: "Asia/Tokyo"),
        ]).split(separator: "\r\n")
        #expect(lines.count { $0 == "BEGIN:VEVENT" } == 3)
        #expect(lines.count { $0 == "TZID:Asia/Hong_Kong" } == 1 && lines.count { $0 == "TZID:Asia/Tokyo" } == 1)
        #expect(lines.contains("METHOD:PUBLISH"))
        #expect(lines.count { $0 == "STATUS:CANCELLED" } == 1 && lines.count { $0 == "STATUS:CONFIRMED" } == 2)
        #expect(
            CalendarEvent.file(of: []).contains("BEGIN:VCALENDAR"), "nobody has a meeting, and still there is a file")
    }

    @Test("count a zone that there is not as UTC")
    func noZone() {
        #expect(event { $0.zone = "Asia/Atlantis" }.contains("DTSTART:20261201T050000Z"))
    }

    @Test("are written by many at once")
    func threads() async {
        let files = await withTaskGroup(of: String.self) { group in
            for number in 0..<200 {
                group.addTask {
                    CalendarEvent(
                        uid: "same", sequence: 0, changedAt: Date(timeIntervalSince1970: 0),
                        startsAt: Date(timeIntervalSince1970: 1_796_101_200),
                        zone: number.isMultiple(of: 2) ? "Asia/Tokyo" : "Asia/Hong_Kong", minutes: 30,
                        summary: "Meeting"
                    ).file()
                }
            }
            var files: Set<String> = []
            for await file in group { files.insert(file) }
            return files
        }
        #expect(files.count == 2)
    }
}
