import API
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

    struct QuestionRow: Codable {
        let id: CallForApplications.Question.ID?
        let prompt: LocalizedLine?
        let hint: LocalizedLine?
        let isRequired: Bool?
        let maxLength: Int?
        let audience: CallForApplications.Question.Audience?
    }

    /// The draft the form means; refuses times that no clock shows.
    func draft(of stream: ProgramStream.ID) throws(Problem) -> CallDraft {
        let opens = try LocalTime(field: opensAt, at: "/opens_at")
        let closes = try LocalTime(field: closesAt, at: "/closes_at")
        guard (0...60).contains(graceMinutes) else {
            throw Problem(.invalid, errors: [.init("/grace_minutes", .outOfRange, "Forgive 0 to 60 minutes.")])
        }
        return CallDraft(
            stream: stream, title: title, opensAt: opens.instant(in: timeZone),
            deadline: Deadline(closes, in: timeZone, graceSeconds: graceMinutes * 60),
            questions: questions.compactMap { row in
                row.prompt.map { prompt in
                    CallDraft.Question(
                        id: row.id ?? CallForApplications.Question.ID(), prompt: prompt, hint: row.hint,
                        isRequired: row.isRequired ?? false, maxLength: row.maxLength ?? 2000,
                        audience: row.audience ?? .reviewers)
                }
            })
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
        for (index, question) in call.questions.enumerated() {
            let row = "questions.\(index)"
            values["\(row).id"] = question.id.description
            values["\(row).max_length"] = "\(question.maxLength)"
            values["\(row).audience"] = question.audience.rawValue
            values["\(row).is_required"] = question.isRequired ? "true" : ""
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

/// A later closing as its form sends it.
struct ExtensionFields: Codable {
    let closesAt: String
    let reason: ShortText

    func closing(in zone: TimeZoneName) throws(Problem) -> Date {
        return try LocalTime(field: closesAt, at: "/closes_at").instant(in: zone)
    }
}

/// A stream as its form sends it.
struct StreamFields: Codable {
    let name: LocalizedName
    let focusAreas: [FocusArea.ID]
    let partners: [String]

    func stream(of program: Program.ID) throws(Problem) -> NewStream {
        var members: [ProgramStream.Partner] = []
        for text in partners {
            guard let partner = ProgramStream.Partner(field: text) else {
                throw Problem.invalid("/partners", "Choose partners from the list.")
            }
            members.append(partner)
        }
        return NewStream(program: program, name: name, focusAreas: focusAreas, partners: members)
    }
}

extension ProgramStream.Partner {
    /// Partner and agreement as one choice of a list.
    var field: String { "\(institution) \(mou)" }

    init?(field: String) {
        let parts = field.split(separator: " ").map(String.init)
        guard parts.count == 2, let institution = Identifier<Institution>(parts[0]), let mou = Identifier<MoU>(parts[1])
        else { return nil }
        self.init(institution, under: mou)
    }
}

/// A cohort as its form sends it.
struct CohortFields: Codable {
    let name: Name
    let startsOn: CalendarDate
    let endsOn: CalendarDate
    let capacity: Int
}
