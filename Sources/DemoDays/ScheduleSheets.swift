internal import API
internal import Calendars
internal import Exports
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// The plan in force as files, in a reader's language.
struct ScheduleSheets {
    private let day: DemoDay
    private let meetings: [DemoDayMeeting]
    private let participants: [Participant]
    private let t: Texts

    init(_ day: DemoDay, _ meetings: [DemoDayMeeting], _ participants: [Participant], in language: Pages.Language) {
        self.day = day
        self.meetings = meetings.filter(\.takesPlace)
        self.participants = participants
        t = PageKit.demoDays.texts(in: language)
    }

    /// What the files are called: by the day, since not every file system takes a title.
    var name: String { "demo-day-\(day.terms.day)" }

    var csv: [UInt8] { schedule.csv }

    var workbook: Workbook {
        Workbook([schedule, guests], made: day.publishedAt ?? day.createdAt)
    }

    private func text(_ name: LocalizedName?) -> String? { name?.text(for: Vocabulary.Language(t.language)) }

    private var schedule: Sheet {
        let zone = day.terms.timeZone
        return Sheet(
            t("schedule.title"),
            [
                .integer(t("schedule.slot")) { $0.slot + 1 },
                .text(t("schedule.begins", ["place": zone.place])) { LocalTime($0.startsAt, in: zone).clock },
                .text(t("schedule.ends", ["place": zone.place])) { LocalTime($0.endsAt, in: zone).clock },
                .instant(t("schedule.begins", ["place": "UTC"])) { $0.startsAt },
                .text(t("schedule.room")) { $0.room.string },
                .text(t("schedule.investor"), width: 40) { text($0.investorName) },
                .text(t("schedule.startup"), width: 40) { text($0.startupName) },
                .text(t("schedule.outcome")) { $0.outcome.map { t("outcome.\($0.rawValue)") } },
            ], of: meetings)
    }

    private var guests: Sheet {
        var counts: [UUID: Int] = [:]
        for meeting in meetings {
            counts[meeting.investor.uuid, default: 0] += 1
            counts[meeting.startup.uuid, default: 0] += 1
        }
        return Sheet(
            t("participants.title"),
            [
                .text(t("participants.name"), width: 40) { text($0.name) },
                .text(t("participants.side")) { t("side.\($0.side.rawValue)") },
                .text(t("participants.state")) { t("participation.\($0.state.rawValue)") },
                .integer(t("participants.meetings")) { counts[$0.institution.uuid] ?? 0 },
            ], of: participants)
    }
}

extension Statements {
    /// The plan in force as files. Throws not found where none is, and for whoever does not keep the day.
    func scheduleSheets(of id: DemoDay.ID, in language: Pages.Language) async throws -> ScheduleSheets {
        guard let day = try await demoDay(id), let plan = day.plan, try await demoDayPlan(plan, of: id) != nil else {
            throw Problem.notFound
        }
        return ScheduleSheets(
            day, try await meetings(of: plan, on: id), try await participants(of: id), in: language)
    }
}

extension LocalTime {
    /// The hour and the minute: `14:20`.
    var clock: String { String(description.dropFirst(11).prefix(5)) }
}

extension DemoDay {
    /// Somebody's own meetings for a calendar, as they are now. Those that were dropped are told as cancelled, under the same
    /// name, and without the other side, of whom there may be nothing more to be told.
    ///
    /// A later file counts as the newer version, by the seconds since the day was made: a meeting may be called off and come
    /// back by what nobody counts, the end of a verification or of a block, and a calendar takes no lower number for true.
    func calendarFile(of meetings: [DemoDayMeeting], in language: Pages.Language, at now: Date) -> String {
        let spoken = Vocabulary.Language(language)
        let title = terms.title.text(for: spoken)
        let version = max(Int(now.timeIntervalSince(createdAt)), 0)
        return CalendarEvent.file(
            of: meetings.map { meeting in
                CalendarEvent(
                    uid: "demo-day-\(id)-\(meeting.investor)-\(meeting.startup)@trellis", sequence: version,
                    changedAt: now, startsAt: meeting.startsAt, zone: terms.timeZone.description,
                    minutes: Int(meeting.endsAt.timeIntervalSince(meeting.startsAt) / 60),
                    summary: [(meeting.investorName ?? meeting.startupName)?.text(for: spoken), title]
                        .compactMap(\.self).joined(separator: " · "),
                    details: ReaderTime(meeting.startsAt, beside: terms.timeZone).map { _ in
                        TimeText(meeting.startsAt, in: terms.timeZone, and: .ofReader, language: language).sentence
                    },
                    location: meeting.isDropped ? nil : meeting.room.string,
                    url: meeting.isDropped ? nil : meeting.link?.description, isCancelled: meeting.isDropped)
            })
    }
}
