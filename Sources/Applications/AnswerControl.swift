internal import Forms
internal import Foundation
internal import Pages
internal import Programs
internal import Vocabulary
internal import Wording

extension CallForApplications.Question {
    /// The control that the question's kind is answered with. What stands there and would not be shown by it, and be lost with
    /// the next save, is shown as a line of text.
    func control(_ input: FormInput, _ t: Texts, in language: Vocabulary.Language) -> FormField {
        let label = "\(position). \(prompt.text(for: language))"
        let (hint, isOptional) = (hint?.text(for: language), !isRequired)
        let options = (settings.options ?? []).map { (value: $0.key, label: $0.label.text(for: language)) }
        let value = input.value(field)
        switch kind {
        case .longText:
            return input.area(field, label: label, hint: hint, isOptional: isOptional, limit: maxLength, rows: rows)
        case .shortText:
            return input.text(field, label: label, hint: hint, isOptional: isOptional, limit: maxLength)
        case .link: return input.text(field, label: label, hint: hint, type: "url", isOptional: isOptional)
        case .date where value.isEmpty || CalendarDate(value) != nil:
            return input.date(field, label: label, hint: hint, isOptional: isOptional)
        case .number:
            return input.number(
                field, label: label, hint: hint, isOptional: isOptional, isDecimal: (settings.decimals ?? 0) > 0)
        case .money:
            return input.money(
                field, label: label, currencies: takes.allCurrencies.map(\.code), hint: hint, isOptional: isOptional)
        case .choice where value.isEmpty || options.contains { $0.value == value }:
            return input.select(field, label: label, hint: hint, options: options, isOptional: isOptional)
        case .choices where value.isEmpty || options.contains { $0.value == value }:
            return input.checkboxes(
                field, label: label, hint: hint, options: options.map { ($0.value, $0.label, nil) },
                isOptional: isOptional)
        case .date, .choice, .choices: return input.text(field, label: label, hint: hint, isOptional: isOptional)
        case .people where value.isEmpty, .rows where value.isEmpty:
            let name = kind.rawValue
            return input.grid(
                field, label: label, hint: hint, columns: columns(input, t, in: language),
                words: FormField.GridWords(
                    row: { t("answer.row.\(name)", ["row": Figures.grouped($0)]) }, add: t("answer.add.\(name)"),
                    remove: { t("answer.remove.\(name)", ["row": Figures.grouped($0)]) }),
                fewest: settings.fewest ?? 0, most: settings.most ?? Field.listLimit, isOptional: isOptional)
        case .people, .rows:
            let columns = columns(input, t, in: language).map(\.label)
            let how = t("answer.rows_hint", ["columns": columns.joined(separator: " | ")])
            return input.area(
                field, label: label, hint: [hint, how].compactMap(\.self).joined(separator: " "),
                isOptional: isOptional, rows: 5)
        }
    }

    /// The columns of rows, as cells of a form.
    private func columns(
        _ input: FormInput, _ t: Texts, in language: Vocabulary.Language
    ) -> [FormField.Column] {
        let rows = input.rows(field, columns: takes.allColumns.map(\.key))
        return takes.allColumns.enumerated().map { index, column in
            // A control for days shows nothing of what is none.
            let isDay = column.kind == .date && rows.allSatisfy { $0[index].isEmpty || CalendarDate($0[index]) != nil }
            let keys: String? =
                switch column.kind {
                case .number: "decimal"
                case .link: "url"
                default: kind == .people && column.key == "email" ? "email" : nil
                }
            return FormField.Column(
                column.key, label: column.label?.text(for: language) ?? t("answer.people.\(column.key)"),
                type: isDay ? "date" : "text", inputmode: keys, isOptional: !column.isRequired)
        }
    }

    /// The same for a question that is answered by files, too.
    func anyControl(_ input: FormInput, _ t: Texts, in language: Vocabulary.Language) -> FormField {
        guard let files else { return control(input, t, in: language) }
        return input.text(
            field, label: "\(position). \(prompt.text(for: language))",
            hint: files.words(with: hint?.text(for: language), t), type: "file", isOptional: !isRequired)
    }

    /// What the control begins with, by the names of its parts.
    func values(of text: String) -> [String: [String]] {
        switch kind {
        case .choices:
            guard let keys = try? JSONDecoder().decode([String].self, from: Data(text.utf8)),
                Set(keys).isSubset(of: (settings.options ?? []).map(\.key))
            else { return [field: [text]] }
            return [field: keys]
        case .money:
            let (currency, amount) = moneyParts(text)
            return ["\(field).currency": [currency], "\(field).amount": [amount]]
        case .people, .rows:
            guard let rows = takes.cells(of: text) else { return [field: [text]] }
            return rows.enumerated().reduce(into: [:]) { values, row in
                for (key, cell) in row.element { values["\(field).\(row.offset).\(key)"] = [cell] }
            }
        case .shortText, .longText, .number, .date, .choice, .link: return [field: [text]]
        }
    }

    /// What a form sends of the question, as one text; nil when it does not ask it.
    ///
    /// - Parameter stored: the rest of an answer of which a part is sent, or the way it is written.
    func typed(_ fields: [String: [String]], over stored: String) -> String? {
        switch kind {
        case .money:
            let (amount, currency) = (fields["\(field).amount"]?.first, fields["\(field).currency"]?.first)
            guard amount != nil || currency != nil else { return fields[field]?.first }
            let before = moneyParts(stored)
            let written = (amount ?? before.amount).trimmingCharacters(in: .whitespaces)
            let code = currency ?? before.currency
            // Somebody who writes the currency into the amount means that one.
            let isPlain = written.unicodeScalars.first.map { !$0.properties.isAlphabetic } ?? true
            return written.isEmpty || code.isEmpty || !isPlain ? written : "\(code) \(written)"
        case .choices:
            guard let values = fields[field] else { return nil }
            let keys = values.filter { !$0.isEmpty }
            let isChosen = Set(keys).isSubset(of: (settings.options ?? []).map(\.key))
            return isChosen ? takes.text(ofChoices: keys) : keys.first
        case .people, .rows:
            guard let rows = typedCells(fields) else {
                return fields[field]?.first.map {
                    $0.replacing("\r\n", with: "\n") == stored ? stored : takes.rows(ofLines: $0)
                }
            }
            let text = takes.text(ofRows: rows)
            // Who wrote by the API may have written the same otherwise, and nobody has touched it.
            return takes.cells(of: stored).map(takes.text(ofRows:)) == text ? stored : text
        case .shortText, .longText, .number, .date, .choice, .link: return fields[field]?.first
        }
    }

    /// The rows that a form sends cell by cell, in their order; nil where it sends none.
    private func typedCells(_ fields: [String: [String]]) -> [[String: String]]? {
        let keys = takes.allColumns.map(\.key)
        var rows: [Int: [String: String]] = [:]
        for (name, values) in fields where name.hasPrefix("\(field).") {
            let parts = name.dropFirst(field.count + 1).split(separator: ".", maxSplits: 1)
            guard parts.count == 2, let row = Int(parts[0]), let key = keys.first(where: { $0 == parts[1] }) else {
                continue
            }
            rows[row, default: [:]][key] = values.first
        }
        return rows.isEmpty ? nil : rows.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Whether the question takes a field of this name.
    func owns(_ name: String) -> Bool { name == field || name.hasPrefix("\(field).") }

    /// Whether an answer is needed, and how much or which.
    func beginWords(_ t: Texts, in language: Vocabulary.Language) -> String {
        var words: [String]
        switch kind {
        case .shortText, .longText:
            words = [t(isRequired ? "begin.required" : "begin.optional", ["limit": Figures.grouped(maxLength)])]
        default:
            let options = (settings.options ?? []).map { $0.label.text(for: language) }
            words = [t(isRequired ? "begin.required_kind" : "begin.optional_kind")] + options
        }
        if condition != nil { words.append(t("begin.conditional")) }
        return words.joined(separator: " · ")
    }

    private func moneyParts(_ text: String) -> (currency: String, amount: String) {
        let codes = takes.allCurrencies.map(\.code)
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        if parts.count == 2, codes.contains(parts[0]) { return (parts[0], parts[1]) }
        return (codes.first ?? "", text)
    }

    /// What a form sends so that a group without a tick is told from one that was not there.
    var presence: HiddenField? { kind == .choices && files == nil ? HiddenField(field, "") : nil }
}

extension CallForApplications {
    /// The same call, asking what it has asked of an application up to now, whichever streams that names and whatever it
    /// answered: the questions of the rounds it has come to, and nothing that was added to the form behind its handing in.
    func asking(_ application: Application) -> CallForApplications {
        let asked = asking(upTo: application.askedRound)
        return application.submittedAt == nil ? asked : asked.asking(asOf: application.formVersion)
    }

    /// What is stored of which questions are asked; nil where nothing decides about it.
    func askedOnly(_ asked: Set<Question.ID>) -> [Question.ID]? {
        laterRounds.isEmpty && formVersion ?? 1 == 1
            && questions.allSatisfy { $0.condition == nil && $0.streams.isEmpty }
            ? nil : questions.map(\.id).filter(asked.contains)
    }
}

extension Collection<CallForApplications.Question> {
    /// The parts of a form, each with the questions that are asked in it; one without any has no heading.
    func parts(
        in language: Vocabulary.Language, _ field: (CallForApplications.Question) -> FormField,
        asking asked: Set<CallForApplications.Question.ID>
    ) -> [FormSection] {
        var parts: [FormSection] = []
        for question in self {
            if let section = question.section {
                parts.append(
                    FormSection(
                        title: section.title.text(for: language), intro: section.intro?.text(for: language), fields: [])
                )
            } else if parts.isEmpty {
                parts.append(FormSection(fields: []))
            }
            if asked.contains(question.id) { parts[parts.count - 1].fields.append(field(question)) }
        }
        return parts.filter { !$0.fields.isEmpty }
    }
}

extension CallForApplications {
    /// Answers in their canonical form, where they have one.
    func canonical(_ edits: [Question.ID: AnswerEdit]) -> [Question.ID: AnswerEdit] {
        var edits = edits
        for question in questions {
            guard let edit = edits[question.id], let text = edit.text else { continue }
            let canonical = question.takes.canonical(text.string)
            edits[question.id] = AnswerEdit((try? LongText(canonical)) ?? text, seen: edit.seen)
        }
        return edits
    }

    /// What speaks against submitting, for the fields of a form: of rows each cell.
    func errors(
        of gaps: [Completeness.Gap], in answers: [Answer], _ t: Texts
    ) -> [(field: String, message: String)] {
        gaps.flatMap { gap -> [(field: String, message: String)] in
            let whole = [(field: gap.field, message: gap.words(t))]
            guard case .unfit(let problem) = gap.reason, problem.cell != nil,
                let question = questions.first(where: { $0.id == gap.question }),
                let text = answers.first(where: { $0.question == gap.question })?.text.string,
                let rows = question.takes.cells(of: text)
            else { return whole }
            // The form leaves empty rows out and counts without them.
            let cells = question.takes.cellProblems(question.takes.text(ofRows: rows)).compactMap(\.cell)
            return cells.isEmpty
                ? whole
                : cells.map {
                    ("\(question.field).\($0.row - 1).\($0.column)", $0.problem?.words(t) ?? t("gap.no_cell"))
                }
        }
    }

    /// An answer as a reader of `language` reads it.
    func display(_ text: LongText, to question: Question.ID, in language: Vocabulary.Language) -> String {
        questions.first { $0.id == question }?.takes.display(text.string, in: language) ?? text.string
    }
}

extension FieldProblem {
    /// The cell that it is about, and what is wrong with what stands there; nil where nothing does.
    var cell: (row: Int, column: String, problem: FieldProblem?)? {
        switch self {
        case .emptyCell(let row, let column): (row, column, nil)
        case .cell(let row, let column, let problem): (row, column, problem)
        default: nil
        }
    }

    /// What to do about it.
    func words(_ t: Texts) -> String {
        switch self {
        case .tooLong(let over): t("gap.too_long", count: over)
        case .severalLines: t("gap.several_lines")
        case .notANumber: t("gap.not_a_number")
        case .tooPrecise(let most): t("gap.too_precise", ["most": Figures.grouped(most)])
        case .tooSmall(let bound): t("gap.too_small", ["bound": bound])
        case .tooLarge(let bound): t("gap.too_large", ["bound": bound])
        case .notAnAmount: t("gap.not_an_amount")
        case .wrongCurrency: t("gap.wrong_currency")
        case .notADate: t("gap.not_a_date")
        case .tooEarly(let day): t("gap.too_early", ["day": day.text(in: t.language)])
        case .tooLate(let day): t("gap.too_late", ["day": day.text(in: t.language)])
        case .notALink: t("gap.not_a_link")
        case .notAnAddress: t("gap.not_an_address")
        case .unknownOption: t("gap.unknown_option")
        case .tooFew(let fewest): t("gap.too_few", ["fewest": Figures.grouped(fewest)])
        case .tooMany(let most): t("gap.too_many", ["most": Figures.grouped(most)])
        case .malformed: t("gap.malformed")
        case .emptyCell(let row, _): t("gap.empty_cell", ["row": Figures.grouped(row)])
        case .cell(let row, _, let problem):
            t("gap.cell", ["row": Figures.grouped(row), "problem": problem.words(t)])
        }
    }

    /// The same for a problem.
    var words: String {
        switch self {
        case .tooLong(let over): "is \(over) characters too long"
        case .severalLines: "has more than one line"
        case .notANumber: "is no number"
        case .tooPrecise(let most): "has more than \(most) decimal places"
        case .tooSmall(let bound): "is less than \(bound)"
        case .tooLarge(let bound): "is more than \(bound)"
        case .notAnAmount: "is no amount such as HKD 1200"
        case .wrongCurrency: "is in a currency that is not taken"
        case .notADate: "is no day such as 2026-03-01"
        case .tooEarly(let day): "is before \(day)"
        case .tooLate(let day): "is after \(day)"
        case .notALink: "is no web address"
        case .notAnAddress: "is no e-mail address"
        case .unknownOption: "is none of the options"
        case .tooFew(let fewest): "has fewer than \(fewest)"
        case .tooMany(let most): "has more than \(most)"
        case .malformed: "cannot be read as the kind of answer that is asked for"
        case .emptyCell(let row, let column): "has no \(column) in row \(row)"
        case .cell(let row, let column, let problem): "has a \(column) in row \(row) that \(problem.words)"
        }
    }
}
