internal import API
internal import Foundation
internal import Pages
internal import Programs
internal import Vocabulary
internal import Wording

/// A round as its form sends it: times as the clock of its zone shows them, rows without a name are not meant.
struct RoundForm: Codable {
    let name: LocalizedName
    /// Nothing for all streams of the call.
    let stream: ProgramStream.ID?
    /// Nothing for all batches of the call.
    let batch: Int?
    let isBlind: Bool
    let isShared: Bool?
    let reviewsWanted: Int
    let quorum: Int
    let dueAt: String
    let timeZone: TimeZoneName
    let criteria: [Row]

    struct Row: Codable {
        let id: ReviewRound.Criterion.ID?
        let name: LocalizedName?
        let guidance: LocalizedText?
        let weight: Int?
        let lowest: Int?
        let highest: Int?
        let lowMeaning: LocalizedLine?
        let highMeaning: LocalizedLine?
        let meanings: [Meaning]?
    }

    /// What a score between the ends of a scale means; without words where nobody said.
    struct Meaning: Codable {
        let score: Int
        let meaning: LocalizedLine?
    }

    /// The draft the form means; refuses times that no clock shows, and meanings of scores that are not on their scale.
    func draft() throws(Problem) -> RoundDraft {
        let due = try LocalTime(field: dueAt, at: "/due_at")
        var rubric: [ReviewRound.Criterion] = []
        var errors: [Problem.FieldError] = []
        for (index, row) in criteria.enumerated() {
            guard let name = row.name else { continue }
            let (lowest, highest) = (row.lowest ?? 1, row.highest ?? 5)
            var anchors: [String: LocalizedLine] = [:]
            for (place, between) in (row.meanings ?? []).enumerated() {
                guard let meaning = between.meaning else { continue }
                if lowest > between.score || between.score > highest {
                    errors.append(
                        .init("/criteria/\(index)/meanings/\(place)/meaning", .invalid, "is not on the scale"))
                }
                anchors["\(between.score)"] = meaning
            }
            if let meaning = row.lowMeaning { anchors["\(lowest)"] = meaning }
            if let meaning = row.highMeaning { anchors["\(highest)"] = meaning }
            rubric.append(
                ReviewRound.Criterion(
                    id: row.id ?? .init(), name: name, guidance: row.guidance, weight: row.weight ?? 0, lowest: lowest,
                    highest: highest, anchors: anchors))
        }
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
        return RoundDraft(
            name: name, stream: stream, batch: batch, isBlind: isBlind, isShared: isShared ?? false,
            reviewsWanted: reviewsWanted, quorum: quorum, due: Deadline(due, in: timeZone, graceSeconds: 0),
            criteria: rubric)
    }

    /// The fields of a form that shows a round, by name.
    static func values(of round: ReviewRound) -> [String: [String]] {
        var values = rubric(of: round.criteria, keepingIDs: true)
        values["stream"] = round.stream.map { [$0.description] }
        values["batch"] = round.batch.map { ["\($0)"] }
        values["is_blind"] = [round.isBlind ? "true" : "false"]
        values["is_shared"] = round.isShared ? ["true"] : []
        values["reviews_wanted"] = ["\(round.reviewsWanted)"]
        values["quorum"] = ["\(round.quorum)"]
        values["due_at"] = [round.due.localTime.field]
        values["time_zone"] = [round.due.zone.description]
        put(round.name, under: "name", in: &values)
        return values
    }

    /// The fields of a round that is planned; its criteria get their ids when it is drafted.
    static func values(of planned: RoundDraft) -> [String: [String]] {
        var values = rubric(of: planned.criteria, keepingIDs: false)
        values["stream"] = planned.stream.map { [$0.description] }
        values["batch"] = planned.batch.map { ["\($0)"] }
        values["is_blind"] = [planned.isBlind ? "true" : "false"]
        values["is_shared"] = planned.isShared ? ["true"] : []
        values["reviews_wanted"] = ["\(planned.reviewsWanted)"]
        values["quorum"] = ["\(planned.quorum)"]
        values["due_at"] = [planned.due.localTime.field]
        values["time_zone"] = [planned.due.zone.description]
        put(planned.name, under: "name", in: &values)
        return values
    }

    /// The fields of a rubric; without the ids where another round takes it over.
    static func rubric(of criteria: [ReviewRound.Criterion], keepingIDs: Bool) -> [String: [String]] {
        var values: [String: [String]] = [:]
        for (index, criterion) in criteria.enumerated() {
            let row = "criteria.\(index)"
            if keepingIDs { values["\(row).id"] = [criterion.id.description] }
            values["\(row).weight"] = ["\(criterion.weight)"]
            values["\(row).lowest"] = ["\(criterion.lowest)"]
            values["\(row).highest"] = ["\(criterion.highest)"]
            put(criterion.name, under: "\(row).name", in: &values)
            if let guidance = criterion.guidance { put(guidance, under: "\(row).guidance", in: &values) }
            let meanings = [("low_meaning", criterion.lowest), ("high_meaning", criterion.highest)]
            for (field, score) in meanings {
                if let meaning = criterion.anchors["\(score)"] { put(meaning, under: "\(row).\(field)", in: &values) }
            }
            for (place, score) in criterion.anchoredBetween.enumerated() {
                values["\(row).meanings.\(place).score"] = ["\(score)"]
                if let meaning = criterion.anchors["\(score)"] {
                    put(meaning, under: "\(row).meanings.\(place).meaning", in: &values)
                }
            }
        }
        return values
    }

    /// The scores between the ends of a scale whose meanings a form asks for: those it was filled in with, or else the one
    /// in the middle.
    static func scoresBetween(ofRow index: Int, in values: [String: [String]]) -> [Int] {
        func number(_ name: String) -> Int? { values["criteria.\(index).\(name)"]?.first.flatMap { Int($0) } }
        var scores: [Int] = []
        while scores.count < 100, let score = number("meanings.\(scores.count).score") { scores.append(score) }
        guard scores.isEmpty else { return scores }
        let (lowest, highest) = (number("lowest") ?? 1, number("highest") ?? 5)
        guard lowest >= 0, lowest < highest, highest <= 100, highest - lowest > 1 else { return [] }
        return [(lowest + highest) / 2]
    }

    private static func put<Rule>(_ text: Localized<Rule>, under name: String, in values: inout [String: [String]]) {
        for language in text.languages { values["\(name).\(language.rawValue)"] = [text.text(for: language)] }
    }
}

extension ReviewRound {
    /// What incubation programs in Hong Kong judge an applicant by, each weighing the same: where a rubric begins that has
    /// none before it.
    static func usualCriteria() throws(TextRefusal) -> [Criterion] {
        let asked: [(String, String, String, String, String, String)] = [
            (
                "Team", "團隊", "チーム", "Do they know the trade, and do they complete each other?",
                "是否熟悉行業，能否互補長短？", "業界を知り、互いに補い合っているか。"
            ),
            (
                "Business potential", "商業潛力", "事業性", "Who pays, how much, and how do they know?",
                "誰會付款、付多少，如何得知？", "誰がいくら払うのか、その根拠は何か。"
            ),
            (
                "Innovation", "創新", "革新性", "What is new, and what keeps others from doing the same?",
                "有何新意，他人為何難以仿效？", "何が新しく、他者がまねできないのはなぜか。"
            ),
            (
                "Research and development", "研究與發展", "研究開発", "Can they build it, and what is still unknown?",
                "能否做得出來，還有甚麼未知？", "作り上げられるか、何がまだ分からないか。"
            ),
        ]
        var criteria: [Criterion] = []
        for (name, chinese, japanese, guidance, chineseGuidance, japaneseGuidance) in asked {
            criteria.append(
                Criterion(
                    id: .init(), name: try LocalizedName(en: name, zhHant: chinese, ja: japanese),
                    guidance: try LocalizedText(en: guidance, zhHant: chineseGuidance, ja: japaneseGuidance),
                    weight: 25,
                    anchors: [
                        "1": try LocalizedLine(en: "No evidence", zhHant: "沒有證據", ja: "根拠がない"),
                        "5": try LocalizedLine(en: "Convincing evidence", zhHant: "證據充分", ja: "十分な根拠がある"),
                    ]))
        }
        return criteria
    }
}
