internal import API
internal import Foundation
internal import Pages
internal import Vocabulary
internal import Wording

/// A demo day as its form sends it: empty rows of rooms are not meant.
struct DemoDayForm: Codable {
    let title: LocalizedName
    let startsAt: String
    let timeZone: TimeZoneName
    let slots: Int
    let slotMinutes: Int
    let breakMinutes: Int
    let floor: Int
    let mostPerStartup: Int
    let mostPerInvestor: Int
    let rooms: [RoomRow]?

    struct RoomRow: Codable {
        let name: Name?
        let capacity: Int?
        let link: WebAddress?
        let opensAt: String?
        let closesAt: String?

        var isEmpty: Bool { name == nil && capacity == nil && link == nil && opensAt == nil && closesAt == nil }
    }

    func terms() throws -> DemoDayTerms {
        var terms = DemoDayTerms(
            title: title, startsAt: try LocalTime(field: startsAt, at: "/starts_at").instant(in: timeZone),
            in: timeZone,
            slots: slots, slotMinutes: slotMinutes, breakMinutes: breakMinutes, rooms: [], floor: floor,
            mostPerStartup: mostPerStartup, mostPerInvestor: mostPerInvestor)
        let clock = DayClock(terms)
        for row in self.rooms ?? [] {
            guard !row.isEmpty else { continue }
            let place = "/rooms/\(terms.rooms.count)"
            guard let name = row.name else { throw Problem.invalid(place + "/name", "Give the room a name.") }
            let opensAt = try clock.opening(row.opensAt, at: place + "/opens_at")
            terms.rooms.append(
                DemoDayRoom(
                    name, capacity: row.capacity, link: row.link, from: opensAt,
                    until: try clock.closing(row.closesAt, after: opensAt, at: place + "/closes_at")))
        }
        return terms
    }

    /// What the fields of a new demo day begin with.
    static let usual: [String: [String]] = [
        "time_zone": ["Asia/Hong_Kong"], "slots": ["12"], "slot_minutes": ["20"], "break_minutes": ["5"],
        "floor": ["2"], "most_per_startup": ["8"], "most_per_investor": ["8"],
    ]

    /// What the fields begin with for a demo day that is known.
    static func values(of terms: DemoDayTerms) -> [String: [String]] {
        var values = [
            "starts_at": LocalTime(terms.startsAt, in: terms.timeZone).field, "time_zone": terms.timeZone.description,
            "slots": "\(terms.slots)", "slot_minutes": "\(terms.slotMinutes)",
            "break_minutes": "\(terms.breakMinutes)", "floor": "\(terms.floor)",
            "most_per_startup": "\(terms.mostPerStartup)", "most_per_investor": "\(terms.mostPerInvestor)",
        ]
        for language in Vocabulary.Language.allCases {
            values["title.\(language.rawValue)"] = terms.title[language]?.string ?? ""
        }
        for (index, room) in terms.rooms.enumerated() {
            let place = "rooms.\(index)"
            values["\(place).name"] = room.name.string
            values["\(place).capacity"] = room.capacity.map { "\($0)" } ?? ""
            values["\(place).link"] = room.link?.description ?? ""
            values["\(place).opens_at"] = room.opensAt.map { LocalTime($0, in: terms.timeZone).clock } ?? ""
            values["\(place).closes_at"] = room.closesAt.map { LocalTime($0, in: terms.timeZone).clock } ?? ""
        }
        return values.mapValues { [$0] }
    }

    /// The rows of a grid without the empty ones, one after the other, as they are counted when they are read.
    static func closingGaps(_ values: [String: [String]], in grid: String) -> [String: [String]] {
        var closed = values.filter { !$0.key.hasPrefix("\(grid).") }
        var rows: [Int: [String: [String]]] = [:]
        for (name, value) in values where name.hasPrefix("\(grid).") {
            let parts = name.split(separator: ".")
            guard parts.count == 3, let row = Int(parts[1]) else { continue }
            rows[row, default: [:]][String(parts[2])] = value
        }
        let meant = rows.sorted { $0.key < $1.key }.filter { !$0.value.values.allSatisfy { $0.allSatisfy(\.isEmpty) } }
        for (place, row) in meant.enumerated() {
            for (column, value) in row.value { closed["\(grid).\(place).\(column)"] = value }
        }
        return closed
    }

    static func sections(_ input: FormInput, _ t: Texts) -> [FormSection] {
        [
            FormSection(fields: [
                input.localized("title", label: t("form.title")),
                input.text("starts_at", label: t("form.starts_at"), type: "datetime-local", width: "medium"),
                input.select(
                    "time_zone", label: t("form.time_zone"),
                    options: TimeZoneName.offered.map { ($0.description, $0.place) }),
            ]),
            FormSection(
                title: t("form.slots_title"),
                fields: [
                    input.number("slots", label: t("form.slots"), hint: t("form.slots_hint")),
                    input.number("slot_minutes", label: t("form.slot_minutes"), suffix: t("form.minutes")),
                    input.number("break_minutes", label: t("form.break_minutes"), suffix: t("form.minutes")),
                ]),
            FormSection(
                title: t("form.promises_title"), intro: t("form.promises_intro"),
                fields: [
                    input.number("floor", label: t("day.floor"), hint: t("form.floor_hint")),
                    input.number("most_per_startup", label: t("day.most_per_startup")),
                    input.number("most_per_investor", label: t("day.most_per_investor")),
                ]),
            FormSection(
                title: t("day.rooms"), intro: t("form.rooms_intro"),
                fields: [
                    ClockField.grid(
                        input, "rooms", label: t("day.rooms"), hint: t("form.rooms_hint"),
                        columns: [
                            FormField.Column("name", label: t("form.room_name")),
                            FormField.Column(
                                "capacity", label: t("form.room_capacity"), inputmode: "numeric", isOptional: true),
                            FormField.Column("link", label: t("form.room_link"), inputmode: "url", isOptional: true),
                            FormField.Column("opens_at", label: t("form.room_opens"), type: "time", isOptional: true),
                            FormField.Column("closes_at", label: t("form.room_closes"), type: "time", isOptional: true),
                        ], row: { t("form.room", ["number": "\($0)"]) })
                ]),
        ]
    }
}

/// Reads times such as `14:20`, which are sent without a date: a demo day may go on after midnight. nil is no time; what no clock
/// shows is refused, with a pointer to it.
struct DayClock {
    private let begins: Date
    private let ends: Date
    private let date: CalendarDate
    private let zone: TimeZoneName

    /// The clock of a day, whose numbers nobody has looked at yet.
    init(_ terms: DemoDayTerms) {
        let minutes = Double(terms.slots) * (Double(terms.slotMinutes) + Double(terms.breakMinutes))
        begins = terms.startsAt
        ends = begins.addingTimeInterval(min(minutes, 1440) * 60)
        date = terms.day
        zone = terms.timeZone
    }

    /// The moment from when. An hour before the day begins is of the date after where the day lasts until then.
    func opening(_ text: String?, at pointer: String) throws(Problem) -> Date? {
        guard let (same, after) = try moments(text, at: pointer) else { return nil }
        return same < begins && after <= ends ? after : same
    }

    /// The moment until when, which comes after the one from when; a mistake is not taken for a time of the date after.
    func closing(_ text: String?, after opening: Date?, at pointer: String) throws(Problem) -> Date? {
        guard let (same, after) = try moments(text, at: pointer) else { return nil }
        let opening = opening ?? begins
        return same <= opening && (after <= ends || after <= opening.addingTimeInterval(12 * 3600)) ? after : same
    }

    private func moments(_ text: String?, at pointer: String) throws(Problem) -> (same: Date, after: Date)? {
        guard let text, !text.isEmpty else { return nil }
        guard let same = LocalTime("\(date)T\(text)"), let after = LocalTime("\(date.adding(days: 1))T\(text)") else {
            throw .invalid(pointer, "Give a time such as 14:20.")
        }
        return (same.instant(in: zone), after.instant(in: zone))
    }
}

/// Times of a day in rows of cells.
enum ClockField {
    /// Rows with two empty ones at the end. Saving once makes room for two more, so that no button is needed for them.
    static func grid(
        _ input: FormInput, _ name: String, label: String, hint: String?, columns: [FormField.Column],
        row: @escaping @Sendable (Int) -> String
    ) -> FormField {
        let filled = input.rows(name, columns: columns.map(\.key)).count
        var field = input.grid(
            name, label: label, hint: hint, columns: columns,
            words: FormField.GridWords(row: row, add: "", remove: { _ in "" }), fewest: filled + 2, most: filled + 2,
            isOptional: false)
        field.grid?.add = nil
        for row in field.grid?.rows.indices ?? 0..<0 { field.grid?.rows[row].remove = nil }
        return field
    }
}
