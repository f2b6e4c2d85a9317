import API
import Accounts
import Forms
import Foundation
import Institutions
import Partnerships
import Vocabulary
import Wording

/// A call as its form sends it: times as the clock of its zone shows them, rows without a question are not meant.
struct CallFormFields: Codable {
    let title: LocalizedName
    let opensAt: String
    let closesAt: String
    let timeZone: TimeZoneName
    let graceMinutes: Int
    let questions: [QuestionRow]
    let access: CallForApplications.Access?
    let cutoffs: [String]?
    let offeredStreams: [OfferedRow]?
    let cohort: Cohort.ID?

    /// A stream as its row of a form sends it: the first is the call's own, rows without a stream are not meant.
    struct OfferedRow: Codable {
        let stream: ProgramStream.ID?
        let places: Int?
        let closesAt: String?
    }

    /// A question as its row of a form sends it.
    struct QuestionRow: Codable {
        let id: CallForApplications.Question.ID?
        let prompt: LocalizedLine?
        let hint: LocalizedLine?
        let isRequired: Bool?
        let maxLength: Int?
        let audience: CallForApplications.Question.Audience?
        let files: String?
        let mostFiles: Int?
        let kind: Field.Kind?
        let settings: SettingsRow?
        let section: SectionRow?
        let condition: String?
        let fromRound: Int?
        let streams: [ProgramStream.ID]?
    }

    /// The draft the form means; refuses times that no clock shows.
    func draft(of stream: ProgramStream.ID) throws(Problem) -> CallDraft {
        let opens = try LocalTime(field: opensAt, at: "/opens_at")
        let closes = try LocalTime(field: closesAt, at: "/closes_at")
        guard (0...60).contains(graceMinutes) else {
            throw Problem(.invalid, errors: [.init("/grace_minutes", .outOfRange, "Forgive 0 to 60 minutes.")])
        }
        var moments: [Date] = []
        for (place, text) in (cutoffs ?? []).enumerated() where !text.isEmpty {
            moments.append(try LocalTime(field: text, at: "/cutoffs/\(place)").instant(in: timeZone))
        }
        let (rows, asked) = try QuestionRow.asked(questions)
        do { try CallDraft.check(asked.map(\.question)) { "/questions/\(rows[$0])" } } catch { throw error.toldByField }
        let chosen = (offeredStreams ?? []).enumerated().filter { $0.element.stream != nil }
        let offered = try chosen.map { row, element throws(Problem) in
            let closing = try element.closesAt.map { text throws(Problem) in
                text.isEmpty
                    ? nil : try LocalTime(field: text, at: "/offered_streams/\(row)/closes_at").instant(in: timeZone)
            }
            return element.stream.map {
                CallDraft.Offered($0, places: element.places, closesAt: closing ?? nil)
            }
        }
        let draft = CallDraft(
            stream: stream, title: title, opensAt: opens.instant(in: timeZone),
            deadline: Deadline(closes, in: timeZone, graceSeconds: graceMinutes * 60),
            questions: asked.map(\.question), access: access ?? .public, cutoffs: moments,
            // The own stream alone is nothing to choose among.
            offered: chosen.count < 2 ? [] : offered.compactMap(\.self), cohort: cohort)
        if draft.offered.isEmpty, let row = (offeredStreams ?? []).firstIndex(where: { $0.places != nil }) {
            throw .invalid("/offered_streams/\(row)/places", "Places are counted by stream where several are offered.")
        }
        if draft.offered.isEmpty, let row = (offeredStreams ?? []).firstIndex(where: { $0.closesAt?.isEmpty == false })
        {
            throw .invalid(
                "/offered_streams/\(row)/closes_at", "A stream closes by itself where several are offered.")
        }
        try draft.checkOffered { "/offered_streams/\(chosen[$0].offset)" }
        // The boxes of a question are one field.
        do { try draft.checkAsked { "/questions/\(rows[$0])" } } catch { throw error.toldByField }
        return draft
    }

    /// The fields of a form that shows a call, by name.
    static func values(of call: CallForApplications) -> [String: String] {
        let zone = call.deadline.zone
        var values = [
            "opens_at": LocalTime(call.opensAt, in: zone).field, "closes_at": call.deadline.localTime.field,
            "time_zone": zone.description, "grace_minutes": "\(call.deadline.graceSeconds / 60)",
        ]
        for language in call.title.languages {
            values["title.\(language.rawValue)"] = call.title[language]?.string
        }
        values["access"] = call.access.rawValue
        values["cohort"] = call.cohort?.id.description
        for (index, cutoff) in call.cutoffs.enumerated() {
            values["cutoffs.\(index)"] = LocalTime(cutoff, in: zone).field
        }
        // The own stream has the first row, which the form writes itself.
        let rows = call.offered.filter { $0.stream == call.stream } + call.offered.filter { $0.stream != call.stream }
        for (index, offered) in rows.enumerated() {
            values["offered_streams.\(index).stream"] = offered.stream.description
            values["offered_streams.\(index).places"] = offered.places.map { "\($0)" }
            values["offered_streams.\(index).closes_at"] = offered.closesAt.map { LocalTime($0, in: zone).field }
        }
        return values.merging(Self.values(of: call.questions.map { NewQuestion($0) })) { first, _ in first }
    }

    /// The ticked boxes of questions that are asked for some streams only, by name.
    static func streams(of questions: [NewQuestion]) -> [String: [String]] {
        questions.enumerated().reduce(into: [:]) { values, question in
            values["questions.\(question.offset).streams"] = question.element.streams?.map(\.description)
        }
    }

    /// The fields of the questions, by name.
    static func values(of questions: [NewQuestion]) -> [String: String] {
        var values: [String: String] = [:]
        let places = Dictionary(
            questions.enumerated().compactMap { index, question in question.id.map { ($0.uuid, index + 1) } },
            uniquingKeysWith: { first, _ in first })
        for (index, question) in questions.enumerated() {
            let row = "questions.\(index)"
            values.merge(question.answerFields(of: row, places)) { $1 }
            values["\(row).id"] = question.id?.description
            values["\(row).max_length"] = question.maxLength.map { "\($0)" }
            values["\(row).audience"] = question.audience?.rawValue
            values["\(row).files"] = question.files?.typed
            values["\(row).most_files"] = question.files.map { "\($0.most)" }
            values["\(row).is_required"] = question.isRequired ?? true ? "true" : ""
            for language in question.prompt.languages {
                values["\(row).prompt.\(language.rawValue)"] = question.prompt[language]?.string
            }
            for language in question.hint?.languages ?? [] {
                values["\(row).hint.\(language.rawValue)"] = question.hint?[language]?.string
            }
        }
        return values
    }
}

/// The cut-offs of a rolling call as its form sends them: empty ones are not meant.
struct CutoffsFields: Codable {
    let cutoffs: [String]

    /// The moments that are meant. A form shows no seconds: one that it showed comes back as the one there is.
    func moments(over call: CallForApplications) throws(Problem) -> [Date] {
        let zone = call.deadline.zone
        var moments: [Date] = []
        for (place, text) in cutoffs.enumerated() where !text.isEmpty {
            let typed = try LocalTime(field: text, at: "/cutoffs/\(place)").instant(in: zone)
            moments.append(call.cutoffs.first { LocalTime($0, in: zone).field == text } ?? typed)
        }
        return moments
    }
}

/// A later closing as its form sends it.
struct ExtensionFields: Codable {
    let stream: ProgramStream.ID?
    let closesAt: String
    let reason: ShortText

    func closing(in zone: TimeZoneName) throws(Problem) -> Date {
        return try LocalTime(field: closesAt, at: "/closes_at").instant(in: zone)
    }
}

/// Who of its partners' staff takes part in a stream, as a form sends it: who is ticked, and who was as it was opened.
struct StreamSeatFields: Codable {
    let seats: [String]?
    let before: [String]?

    /// Whose seats are given, and whose end.
    func changes() throws -> (given: [StreamSeatBody], ended: [StreamSeatBody]) {
        let (ticked, before) = (Set(seats ?? []), Set(before ?? []))
        return (
            try ticked.subtracting(before).sorted().map(Self.seat),
            try before.subtracting(ticked).sorted().map(Self.seat)
        )
    }

    private static func seat(_ field: String) throws -> StreamSeatBody {
        let parts = field.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let institution = Institution.ID(parts[0]), let person = Person.ID(parts[1]) else {
            throw Problem.invalid("/seats", "They are not of the partner's staff.")
        }
        return StreamSeatBody(institution: institution, person: person)
    }
}

/// A stream as its form sends it.
struct StreamFields: Codable {
    let name: LocalizedName
    let focusAreas: [FocusArea.ID]
    let partners: [String]
    let terms: [Terms]?

    /// What a partner brings, which a form asks of those that take part already.
    struct Terms: Codable {
        let partner: String
        let seats: Int?
        let coDecides: Bool?
        let recommends: Bool?
        let screens: Bool?
        let places: Int?
        let answerDays: Int?
        let silenceConsents: Bool?

        var institution: Substring? { StreamFields.institution(partner) }
    }

    /// The institution of a choice of partner and agreement.
    private static func institution(_ choice: String) -> Substring? { choice.split(separator: " ").first }

    /// What the form means, for a stream that is added and one that is revised.
    func revised() throws(Problem) -> RevisedStream {
        var members: [ProgramStream.Partner] = []
        for text in partners {
            // A partner that is moved to the next term of its agreement keeps what was said of it under the term before.
            let terms = terms?.first { $0.partner == text } ?? terms?.first { $0.institution == Self.institution(text) }
            guard
                let partner = ProgramStream.Partner(
                    field: text, seats: terms?.seats ?? 0, coDecides: terms?.coDecides ?? false,
                    recommends: terms?.recommends ?? false, screens: terms?.screens ?? false, places: terms?.places,
                    answerDays: terms?.answerDays, silenceConsents: terms?.silenceConsents ?? false)
            else { throw Problem.invalid("/partners", "Choose partners from the list.") }
            members.append(partner)
        }
        return RevisedStream(name: name, focusAreas: focusAreas, partners: members)
    }

    /// The fields of a form that shows a stream, by name.
    static func values(of stream: ProgramStream) -> [String: [String]] {
        var values = [
            "focus_areas": stream.focusAreas.map(\.description), "partners": stream.partners.map(\.field),
        ]
        for language in stream.name.languages {
            values["name.\(language.rawValue)"] = [stream.name[language]?.string ?? ""]
        }
        for (index, partner) in stream.partners.enumerated() {
            values["terms.\(index).partner"] = [partner.field]
            values["terms.\(index).seats"] = ["\(partner.seats)"]
            values["terms.\(index).co_decides"] = partner.coDecides ? ["true"] : []
            values["terms.\(index).recommends"] = partner.recommends ? ["true"] : []
            values["terms.\(index).screens"] = partner.screens ? ["true"] : []
            values["terms.\(index).places"] = partner.places.map { ["\($0)"] }
            values["terms.\(index).answer_days"] = partner.answerDays.map { ["\($0)"] }
            values["terms.\(index).silence_consents"] = partner.silenceConsents ? ["true"] : []
        }
        return values
    }
}

extension ProgramStream.Partner {
    /// Partner and agreement as one choice of a list.
    var field: String { "\(institution) \(mou)" }

    init?(
        field: String, seats: Int = 0, coDecides: Bool = false, recommends: Bool = false, screens: Bool = false,
        places: Int? = nil, answerDays: Int? = nil, silenceConsents: Bool = false
    ) {
        let parts = field.split(separator: " ").map(String.init)
        guard parts.count == 2, let institution = Identifier<Institution>(parts[0]), let mou = Identifier<MoU>(parts[1])
        else { return nil }
        self.init(
            institution, under: mou, seats: seats, coDecides: coDecides, recommends: recommends, screens: screens,
            places: places, answerDays: answerDays, silenceConsents: silenceConsents)
    }
}

/// A cohort as its form sends it.
struct CohortFields: Codable {
    let name: Name
    let startsOn: CalendarDate
    let endsOn: CalendarDate
    let capacity: Int
}
