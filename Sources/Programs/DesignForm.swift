import API
import Foundation
import Pages
import Vocabulary
import Wording

/// The design of a stream as its form sends it: rows without a name are not meant.
struct DesignForm: Codable {
    let places: Int?
    let award: Amount?
    let budget: Amount?
    let durationMonths: Int?
    let closing: Closing?
    let milestones: LocalizedText?
    let eligibility: LocalizedText?
    let panelHints: LongText?
    let questions: [CallFormFields.QuestionRow]
    let rubric: [Row]
    let rounds: [Round]

    /// An amount as people write it; the currency is sent even when there is no amount.
    struct Amount: Codable {
        let amount: String?
        let currency: Currency?
    }

    /// The usual closing; its zone is sent even when there is none.
    struct Closing: Codable {
        let month: Int?
        let day: Int?
        let time: String?
        let zone: TimeZoneName?
        let cutoffs: [Cutoff]?
    }

    /// A day on which a batch is cut off: rows without one are not meant.
    struct Cutoff: Codable {
        let month: Int?
        let day: Int?
    }

    /// A criterion.
    struct Row: Codable {
        let name: LocalizedName?
        let guidance: LocalizedText?
        let weight: Int?
        let lowest: Int?
        let highest: Int?
        let lowMeaning: LocalizedLine?
        let highMeaning: LocalizedLine?
    }

    /// A planned round.
    struct Round: Codable {
        let name: LocalizedName?
        let isBlind: Bool?
        let reviewsWanted: Int?
        let days: Int?
    }

    /// The design that is meant: what the form has no field for stays as it was.
    func design(over before: StreamDesign) throws(Problem) -> StreamDesign {
        var errors: [Problem.FieldError] = []
        func money(_ typed: Amount?, _ field: String) -> Money? {
            guard let text = typed?.amount, !text.isEmpty else { return nil }
            let money = Money(text, typed?.currency ?? .hkd)
            if money == nil { errors.append(.init("/\(field)/amount", .invalid, "Write an amount such as 500,000.")) }
            return money
        }
        var design = before
        design.places = places
        design.award = money(award, "award")
        design.budget = money(budget, "budget")
        design.durationMonths = durationMonths
        design.closing = nil
        if let month = closing?.month, let day = closing?.day {
            let parts = (closing?.time ?? "").split(separator: ":").map(String.init)
            let time = parts.count >= 2 ? (Int(parts[0]), Int(parts[1])) : (nil, nil)
            if let hour = time.0, let minute = time.1 {
                var usual = StreamDesign.Closing(
                    month: month, day: day, hour: hour, minute: minute, zone: closing?.zone ?? .hongKong)
                usual.cutoffs = cutoffs(before: usual, &errors)
                design.closing = usual
            } else {
                errors.append(.init("/closing/time", .invalid, "Write a time such as 18:00."))
            }
        } else if let row = (closing?.cutoffs ?? []).firstIndex(where: { $0.month != nil || $0.day != nil }) {
            errors.append(
                .init(
                    "/closing/cutoffs/\(row)/month", .invalid, "Say when calls close, too: a rolling call has an end."))
        }
        design.milestones = milestones
        design.eligibility = eligibility
        design.panelHints = panelHints
        let asked = try CallFormFields.QuestionRow.asked(questions)
        design.form = asked.questions
        design.rubric = rubric.enumerated().compactMap { index, row in
            row.name.map { name in
                let (lowest, highest) = (row.lowest ?? 1, row.highest ?? 5)
                // Meanings between the two ends have no field here.
                let stored = before.rubric.indices.contains(index) ? before.rubric[index] : nil
                var anchors = (stored?.anchors ?? [:]).filter { key, _ in
                    Int(key).map { lowest < $0 && $0 < highest } ?? false
                }
                anchors["\(lowest)"] = row.lowMeaning
                anchors["\(highest)"] = row.highMeaning
                return StreamDesign.Criterion(
                    name: name, guidance: row.guidance, weight: row.weight ?? 0, lowest: lowest, highest: highest,
                    anchors: anchors)
            }
        }
        design.rounds = rounds.compactMap { row in
            row.name.map {
                StreamDesign.Round(
                    name: $0, isBlind: row.isBlind ?? false, reviewsWanted: row.reviewsWanted ?? 3,
                    days: row.days ?? 21)
            }
        }
        // Rows without a name are not meant: what is at fault is told by the row it stands in.
        let rows = [
            StreamDesign.List.form: asked.rows, .rubric: rubric.indices.filter { rubric[$0].name != nil },
            .rounds: rounds.indices.filter { rounds[$0].name != nil },
        ]
        do {
            try design.check { list, place in
                let row = rows[list].map { $0[place] } ?? place
                return "/\(list == .form ? "questions" : list.rawValue)/\(row)"
            }
        } catch {
            errors += error.toldByField.errors
        }
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
        return design
    }

    /// The cut-offs that are meant; what is at fault is told by the row it stands in.
    private func cutoffs(
        before closing: StreamDesign.Closing, _ errors: inout [Problem.FieldError]
    ) -> [StreamDesign.YearDay]? {
        var days: [StreamDesign.YearDay] = []
        for (row, typed) in (self.closing?.cutoffs ?? []).enumerated() where typed.month != nil || typed.day != nil {
            let day = StreamDesign.YearDay(month: typed.month ?? 0, day: typed.day ?? 0)
            if !day.isKnown {
                errors.append(.init("/closing/cutoffs/\(row)/day", .invalid, "No calendar shows this day."))
            } else if days.contains(day) {
                errors.append(.init("/closing/cutoffs/\(row)/day", .repeated, "Name each cut-off once."))
            } else if day.isDay(of: closing) {
                errors.append(
                    .init(
                        "/closing/cutoffs/\(row)/day", .invalid,
                        "A batch is not cut off on the day of the closing, which ends the last one."))
            } else {
                days.append(day)
            }
        }
        return days.isEmpty ? nil : days
    }

    /// The fields of a form that shows a design, by name.
    static func values(of design: StreamDesign) -> [String: [String]] {
        var values = CallFormFields.values(of: design.form).mapValues { [$0] }
        values["places"] = design.places.map { ["\($0)"] }
        for (name, money) in [("award", design.award), ("budget", design.budget)] {
            values["\(name).amount"] = money.map { [$0.decimal] }
            values["\(name).currency"] = [money?.currency.code ?? Currency.hkd.code]
        }
        values["duration_months"] = design.durationMonths.map { ["\($0)"] }
        values["closing.zone"] = [(design.closing?.zone ?? .hongKong).description]
        if let closing = design.closing {
            values["closing.month"] = ["\(closing.month)"]
            values["closing.day"] = ["\(closing.day)"]
            values["closing.time"] = [closing.time]
            for (index, cutoff) in (closing.cutoffs ?? []).enumerated() {
                values["closing.cutoffs.\(index).month"] = ["\(cutoff.month)"]
                values["closing.cutoffs.\(index).day"] = ["\(cutoff.day)"]
            }
        }
        put(design.milestones, "milestones", &values)
        put(design.eligibility, "eligibility", &values)
        values["panel_hints"] = design.panelHints.map { [$0.string] }
        for (index, criterion) in design.rubric.enumerated() {
            let row = "rubric.\(index)"
            let (lowest, highest) = (criterion.lowest ?? 1, criterion.highest ?? 5)
            put(criterion.name, "\(row).name", &values)
            put(criterion.guidance, "\(row).guidance", &values)
            values["\(row).weight"] = ["\(criterion.weight)"]
            values["\(row).lowest"] = ["\(lowest)"]
            values["\(row).highest"] = ["\(highest)"]
            put(criterion.anchors?["\(lowest)"], "\(row).low_meaning", &values)
            put(criterion.anchors?["\(highest)"], "\(row).high_meaning", &values)
        }
        for (index, round) in design.rounds.enumerated() {
            let row = "rounds.\(index)"
            put(round.name, "\(row).name", &values)
            values["\(row).is_blind"] = round.isBlind ? ["true"] : []
            values["\(row).reviews_wanted"] = ["\(round.reviewsWanted)"]
            values["\(row).days"] = ["\(round.days)"]
        }
        return values
    }

    private static func put<Rule>(_ text: Localized<Rule>?, _ name: String, _ values: inout [String: [String]]) {
        for language in text?.languages ?? [] {
            values["\(name).\(language.rawValue)"] = text.map { [$0.text(for: language)] }
        }
    }

    /// How many rows of a kind a form was filled in with.
    private static func rows(_ kind: String, in values: [String: [String]]) -> Int {
        values.compactMap { name, texts -> Int? in
            let parts = name.split(separator: ".")
            guard parts.count == 4, parts[0] == kind, parts[2] == "name", let index = Int(parts[1]), index < 100,
                texts.contains(where: { !$0.isEmpty })
            else { return nil }
            return index + 1
        }.max() ?? 0
    }

    /// How many rows of cut-offs a form was filled in with.
    private static func cutoffs(in values: [String: [String]]) -> Int {
        values.compactMap { name, texts -> Int? in
            let parts = name.split(separator: ".")
            guard parts.count == 4, parts[0] == "closing", parts[1] == "cutoffs", let index = Int(parts[2]),
                (0..<StreamDesign.Closing.mostCutoffs).contains(index), texts.contains(where: { !$0.isEmpty })
            else { return nil }
            return index + 1
        }.max() ?? 0
    }

    static func sections(_ input: FormInput, _ values: [String: [String]], _ t: Texts) -> [FormSection] {
        let currencies = ["HKD", "JPY", "USD", "CNY", "EUR"]
        let offer = FormSection(
            title: t("section.offer"),
            fields: [
                input.number(
                    "places", label: t("field.places"), isOptional: true, suffix: t("field.capacity_suffix")),
                input.money("award", label: t("field.award"), currencies: currencies, isOptional: true),
                input.money("budget", label: t("field.budget"), currencies: currencies, isOptional: true),
                input.number(
                    "duration_months", label: t("field.duration"), isOptional: true, suffix: t("field.months")),
                input.localized("milestones", label: t("field.milestones"), rows: 3, isOptional: true),
                input.localized("eligibility", label: t("field.eligibility"), rows: 3, isOptional: true),
            ])
        let closing = FormSection(
            title: t("section.closing"), intro: t("section.closing_intro"),
            fields: [
                input.number("closing.month", label: t("field.month"), isOptional: true),
                input.number("closing.day", label: t("field.day"), isOptional: true),
                input.text("closing.time", label: t("field.time"), type: "time", isOptional: true, width: "medium"),
                input.select(
                    "closing.zone", label: t("field.time_zone"),
                    options: TimeZoneName.offered.map { ($0.description, $0.place) }),
            ])
        let cutoffs = FormSection(
            title: t("section.cutoffs"), intro: t("section.design_cutoffs_intro"),
            fields: (0..<(cutoffs(in: values) + 2)).flatMap { index in
                let number = ["number": "\(index + 1)"]
                return [
                    input.number(
                        "closing.cutoffs.\(index).month", label: t("field.cutoff_month", number), isOptional: true),
                    input.number(
                        "closing.cutoffs.\(index).day", label: t("field.cutoff_day", number), isOptional: true),
                ]
            })
        let rounds = (0..<(rows("rounds", in: values) + 1)).map { index in
            FormSection(
                title: t("section.round", ["number": "\(index + 1)"]),
                intro: index == 0 ? t("section.rounds_intro") : nil,
                fields: [
                    input.localized("rounds.\(index).name", label: t("field.round_name"), isOptional: true),
                    input.checkbox(
                        "rounds.\(index).is_blind", label: t("field.blind"), statement: t("field.blind_statement")),
                    input.number("rounds.\(index).reviews_wanted", label: t("field.reviews_wanted"), isOptional: true),
                    input.number(
                        "rounds.\(index).days", label: t("field.days"), isOptional: true, suffix: t("field.days_suffix")
                    ),
                ])
        }
        let rubric = (0..<(rows("rubric", in: values) + 2)).map { index in
            let row = "rubric.\(index)"
            return FormSection(
                title: t("section.criterion", ["number": "\(index + 1)"]),
                intro: index == 0 ? t("section.rubric_intro") : nil,
                fields: [
                    input.localized("\(row).name", label: t("field.criterion"), isOptional: true),
                    input.localized("\(row).guidance", label: t("field.guidance"), rows: 2, isOptional: true),
                    input.number("\(row).weight", label: t("field.weight"), isOptional: true),
                    input.number("\(row).lowest", label: t("field.lowest"), isOptional: true),
                    input.number("\(row).highest", label: t("field.highest"), isOptional: true),
                    input.localized("\(row).low_meaning", label: t("field.low_meaning"), isOptional: true),
                    input.localized("\(row).high_meaning", label: t("field.high_meaning"), isOptional: true),
                ])
        }
        let panel = FormSection(
            title: t("section.panel"),
            fields: [input.area("panel_hints", label: t("field.panel_hints"), isOptional: true, limit: 10_000, rows: 3)]
        )
        let questions = (0..<(QuestionFields.count(in: values) + 2)).map { input.question($0, t) }
        return [offer, closing, cutoffs] + questions + rubric + rounds + [panel]
    }
}

extension StreamDesign.Closing {
    /// The time on the clock, as a field has it.
    var time: String {
        "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }
}
