import Forms
import Foundation
import Pages

extension FormInput {
    /// A question's row of a form.
    ///
    /// - Parameter streams: those that it may be asked for alone, with what they are called; none where there is no choice.
    func question(_ index: Int, _ t: Texts, streams: [(value: String, label: String)]) -> FormSection {
        var section = question(index, t)
        guard !streams.isEmpty else { return section }
        section.fields.append(
            checkboxes(
                "questions.\(index).streams", label: t("field.asked_streams"), hint: t("field.asked_streams_hint"),
                options: streams.map { ($0.value, $0.label, nil) }))
        return section
    }

    /// The same where a form is of one stream.
    func question(_ index: Int, _ t: Texts) -> FormSection {
        let row = "questions.\(index)"
        return FormSection(
            title: t("section.question", ["number": "\(index + 1)"]),
            intro: index == 0 ? t("section.questions_intro") : nil,
            fields: [
                text("\(row).prompt.en", label: t("field.prompt_en"), isOptional: true, limit: 500),
                text("\(row).prompt.zh-Hant", label: t("field.prompt_zh"), isOptional: true, limit: 500),
                text("\(row).prompt.ja", label: t("field.prompt_ja"), isOptional: true, limit: 500),
                text("\(row).hint.en", label: t("field.hint"), isOptional: true, limit: 500),
                select(
                    "\(row).kind", label: t("field.answer_kind"), hint: t("field.answer_kind_hint"),
                    options: Field.Kind.allCases.map { ($0.rawValue, t("answer.\($0.rawValue)")) },
                    prompt: t("answer.usual"), isOptional: true),
                area(
                    "\(row).settings.options", label: t("field.options"), hint: t("field.options_hint"),
                    isOptional: true, rows: 3),
                area(
                    "\(row).settings.columns", label: t("field.columns"), hint: t("field.columns_hint"),
                    isOptional: true, rows: 3),
                text("\(row).settings.lowest", label: t("field.answer_lowest"), isOptional: true, width: "medium"),
                text("\(row).settings.highest", label: t("field.answer_highest"), isOptional: true, width: "medium"),
                number("\(row).settings.decimals", label: t("field.decimals"), isOptional: true),
                text(
                    "\(row).settings.currencies", label: t("field.currencies"), hint: t("field.currencies_hint"),
                    isOptional: true, width: "medium"),
                number("\(row).settings.fewest", label: t("field.fewest"), isOptional: true),
                number("\(row).settings.most", label: t("field.most"), isOptional: true),
                text(
                    "\(row).condition", label: t("field.condition"), hint: t("field.condition_hint"),
                    isOptional: true, limit: 2000),
                number(
                    "\(row).from_round", label: t("field.from_round"), hint: t("field.from_round_hint"),
                    isOptional: true),
                localized(
                    "\(row).section.title", label: t("field.section"), hint: t("field.section_hint"),
                    isOptional: true),
                localized(
                    "\(row).section.intro", label: t("field.section_intro"), hint: t("field.section_intro_hint"),
                    rows: 2,
                    isOptional: true),
                number(
                    "\(row).max_length", label: t("field.max_length"), hint: t("field.max_length_hint"),
                    isOptional: true, suffix: t("field.max_length_suffix")),
                text(
                    "\(row).files", label: t("field.files"), hint: t("field.files_hint"), isOptional: true, limit: 100),
                number("\(row).most_files", label: t("field.most_files"), isOptional: true),
                select(
                    "\(row).audience", label: t("field.audience"), hint: t("field.audience_hint"),
                    options: CallForApplications.Question.Audience.allCases.map {
                        ($0.rawValue, t("audience.\($0.rawValue)"))
                    }, prompt: t("audience.usual"), isOptional: true),
                checkbox(
                    "\(row).is_required", label: t("field.required"), statement: t("field.required_statement")),
            ])
    }
}

/// The rows of questions in a form that was sent.
enum QuestionFields {
    /// What the form has no field for and must bring back: the ids of questions, and hints in further languages.
    static func kept(in values: [String: [String]]) -> [HiddenField] {
        values.sorted { $0.key < $1.key }.compactMap { name, texts in
            let parts = name.split(separator: ".")
            let isKept =
                parts.first == "questions"
                && (parts.last == "id" || (parts.dropFirst(2).first == "hint" && parts.last != "en"))
            guard isKept, let text = texts.first, !text.isEmpty else { return nil }
            return HiddenField(name, text)
        }
    }

    /// How many questions a form was filled in with.
    static func count(in values: [String: [String]]) -> Int {
        values.compactMap { name, texts -> Int? in
            let parts = name.split(separator: ".")
            guard parts.count == 4, parts[0] == "questions", parts[2] == "prompt", let index = Int(parts[1]),
                index < 100, texts.contains(where: { !$0.isEmpty })
            else { return nil }
            return index + 1
        }.max() ?? 0
    }
}
