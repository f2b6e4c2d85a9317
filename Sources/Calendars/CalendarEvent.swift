internal import CICal
public import Foundation
internal import Synchronization

/// A meeting as calendar programs take it in: a file by RFC 5545.
///
/// A calendar that has the event already takes over what has a higher `sequence` under the same `uid`. The zone's rules are in
/// the file, so that a calendar that does not know the zone shows the right time, too.
public struct CalendarEvent: Sendable {
    /// The same for ever, and the same nowhere else.
    public var uid: String
    /// From 0, and higher whenever the event is told otherwise than before.
    public var sequence: Int
    /// When it was last changed, or the file was made.
    public var changedAt: Date
    /// When it begins.
    public var startsAt: Date
    /// The IANA name of the zone in which that was meant; what is no zone counts as UTC.
    public var zone: String
    /// How long it lasts.
    public var minutes: Int
    /// What it is, in a line.
    public var summary: String
    /// More about it.
    public var details: String?
    /// Where.
    public var location: String?
    /// Where on the net.
    public var url: String?
    /// Whether it was called off.
    public var isCancelled: Bool

    /// A meeting.
    public init(
        uid: String, sequence: Int, changedAt: Date, startsAt: Date, zone: String, minutes: Int, summary: String,
        details: String? = nil, location: String? = nil, url: String? = nil, isCancelled: Bool = false
    ) {
        self.uid = uid
        self.sequence = sequence
        self.changedAt = changedAt
        self.startsAt = startsAt
        self.zone = zone
        self.minutes = minutes
        self.summary = summary
        self.details = details
        self.location = location
        self.url = url
        self.isCancelled = isCancelled
    }

    /// The file, of media type `text/calendar; charset=utf-8`.
    public func file() -> String { Self.file(of: [self]) }

    /// Several events in one file. Calendars take what is called off out by its status, beside others that take place.
    public static func file(of events: [CalendarEvent]) -> String {
        // The library keeps its zones in one table for all threads.
        library.withLock { _ in write(events) }
    }

    private static let library = Mutex(())

    private static func write(_ events: [CalendarEvent]) -> String {
        let calendar = icalcomponent_new(ICAL_VCALENDAR_COMPONENT)
        // It owns what is added to it.
        defer { icalcomponent_free(calendar) }
        add(icalproperty_new_version("2.0"), to: calendar)
        add(icalproperty_new_prodid("-//Trellis//Trellis//EN"), to: calendar)
        let isCancelled = !events.isEmpty && events.allSatisfy(\.isCancelled)
        add(icalproperty_new_method(isCancelled ? ICAL_METHOD_CANCEL : ICAL_METHOD_PUBLISH), to: calendar)
        for zone in Set(events.map(\.zone)).sorted() {
            guard let known = icaltimezone_get_builtin_timezone(zone), let rules = icaltimezone_get_component(known)
            else { continue }
            let copy = icalcomponent_new_clone(rules)
            // By the name that everybody knows, without the prefix of the library's makers.
            icalproperty_set_tzid(icalcomponent_get_first_property(copy, ICAL_TZID_PROPERTY), zone)
            icalcomponent_add_component(calendar, copy)
        }
        for event in events { icalcomponent_add_component(calendar, entry(event)) }
        guard let text = icalcomponent_as_ical_string_r(calendar) else { return "" }
        defer { icalmemory_free_buffer(text) }
        return String(cString: text)
    }

    private static func entry(_ event: CalendarEvent) -> OpaquePointer? {
        let utc = icaltimezone_get_utc_timezone()
        let zone = icaltimezone_get_builtin_timezone(event.zone)
        func time(_ instant: Date, in zone: OpaquePointer?) -> icaltimetype {
            var time = icaltime_from_timet_with_zone(time_t(instant.timeIntervalSince1970.rounded(.down)), 0, zone)
            // It is converted and still calls itself UTC.
            time.zone = zone
            return time
        }
        func local(_ property: OpaquePointer?) -> OpaquePointer? {
            if zone != nil { icalproperty_add_parameter(property, icalparameter_new_tzid(event.zone)) }
            return property
        }
        let entry = icalcomponent_new(ICAL_VEVENT_COMPONENT)
        add(icalproperty_new_uid(plain(event.uid)), to: entry)
        add(icalproperty_new_sequence(Int32(clamping: event.sequence)), to: entry)
        add(icalproperty_new_dtstamp(time(event.changedAt, in: utc)), to: entry)
        let ends = event.startsAt.addingTimeInterval(Double(event.minutes) * 60)
        add(local(icalproperty_new_dtstart(time(event.startsAt, in: zone ?? utc))), to: entry)
        add(local(icalproperty_new_dtend(time(ends, in: zone ?? utc))), to: entry)
        add(icalproperty_new_summary(plain(event.summary)), to: entry)
        if let details = event.details { add(icalproperty_new_description(plain(details)), to: entry) }
        if let location = event.location { add(icalproperty_new_location(plain(location)), to: entry) }
        if let url = event.url { add(icalproperty_new_url(plain(url)), to: entry) }
        add(icalproperty_new_status(event.isCancelled ? ICAL_STATUS_CANCELLED : ICAL_STATUS_CONFIRMED), to: entry)
        return entry
    }

    private static func add(_ property: OpaquePointer?, to component: OpaquePointer?) {
        icalcomponent_add_property(component, property)
    }

    /// Without what the format has no room for: control characters other than the end of a line.
    private static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { $0 == "\n" || $0.properties.generalCategory != .control }))
    }
}
