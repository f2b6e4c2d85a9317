/// What a form was sent with, or begins with, and what was wrong with it; it makes the fields.
///
///     let input = FormInput(values: form.values, errors: problem.errors.map { ($0.pointer, $0.detail) }, texts: t)
///     let fields = [input.text("name", label: t("name"), limit: 200), input.area("pitch", label: t("pitch"), limit: 500)]
public struct FormInput: Sendable {
    private let values: [String: [String]]
    private let errors: [String: String]
    private let t: Texts

    /// Values by name of field; errors by name or by JSON pointer (`/name`), the first of each winning.
    public init(
        values: [String: [String]] = [:], errors: [(field: String, message: String)] = [], texts: Texts
    ) {
        self.values = values
        self.errors = Dictionary(
            errors.map { (Self.name(ofPointer: $0.field), $0.message) }, uniquingKeysWith: { first, _ in first })
        t = texts
    }

    /// One value a field, for a form that is opened for the first time.
    public init(_ values: [String: String], texts: Texts) {
        self.init(values: values.mapValues { [$0] }, texts: texts)
    }

    /// What stands in a field.
    public func value(_ name: String) -> String { values[name]?.first ?? "" }

    /// A line of text.
    public func text(
        _ name: String, label: String, hint: String? = nil, type: String = "text", isOptional: Bool = false,
        limit: Int? = nil, width: String = "wide", autocomplete: String? = nil
    ) -> FormField {
        var field = field(name, label, hint, isOptional)
        // A password is typed anew.
        field.input = FormField.Input(
            type: type, value: type == "password" ? "" : value(name), autocomplete: autocomplete, inputmode: nil,
            limit: limit, width: width, suffix: nil)
        return field
    }

    /// A whole or decimal number, as digits; `suffix` is its unit.
    public func number(
        _ name: String, label: String, hint: String? = nil, isOptional: Bool = false, suffix: String? = nil,
        isDecimal: Bool = false
    ) -> FormField {
        var field = field(name, label, hint, isOptional)
        field.input = FormField.Input(
            type: "text", value: value(name), autocomplete: "off", inputmode: isDecimal ? "decimal" : "numeric",
            limit: 20, width: "short", suffix: suffix)
        return field
    }

    /// Several lines, with a counter where there is a limit.
    public func area(
        _ name: String, label: String, hint: String? = nil, isOptional: Bool = false, limit: Int? = nil, rows: Int = 5
    ) -> FormField {
        var field = field(name, label, hint, isOptional)
        let counter = limit.map { limit in
            // A line break is sent as two scalars and kept as one.
            let count = value(name).unicodeScalars.count { $0 != "\r" }
            let figures = ["count": Figures.grouped(count), "limit": Figures.grouped(limit)]
            return FormField.Counter(
                limit: limit, text: t("kit.counter", figures),
                pattern: t("kit.counter", ["count": "{count}", "limit": "{limit}"]), isOver: count > limit)
        }
        if counter != nil { field.describedBy = ((field.describedBy.map { $0 + " " }) ?? "") + "\(field.id)-counter" }
        field.area = FormField.Area(value: value(name), rows: rows, counter: counter)
        return field
    }

    /// One of a list; `prompt` stands for no answer.
    public func select(
        _ name: String, label: String, hint: String? = nil, options: [(value: String, label: String)],
        prompt: String? = nil, isOptional: Bool = false
    ) -> FormField {
        var field = field(name, label, hint, isOptional)
        field.select = FormField.Choices(
            prompt: prompt ?? t("kit.choose"), choices: choices(field, options.map { ($0.value, $0.label, nil) }))
        return field
    }

    /// One of a few, all in sight.
    public func radios(
        _ name: String, label: String, hint: String? = nil, options: [(value: String, label: String, hint: String?)],
        isOptional: Bool = false
    ) -> FormField {
        var field = field(name, label, hint, isOptional)
        field.isGroup = true
        field.radios = FormField.Choices(prompt: nil, choices: choices(field, options))
        return field
    }

    /// Several of a few.
    public func checkboxes(
        _ name: String, label: String, hint: String? = nil, options: [(value: String, label: String, hint: String?)],
        isOptional: Bool = true
    ) -> FormField {
        var field = field(name, label, hint, isOptional)
        field.isGroup = true
        field.isOptional = false
        field.checkboxes = FormField.Choices(prompt: nil, choices: choices(field, options))
        return field
    }

    /// A single box to tick, sent as `true`.
    public func checkbox(_ name: String, label: String, statement: String, hint: String? = nil) -> FormField {
        checkboxes(name, label: label, options: [("true", statement, hint)])
    }

    /// A date, sent and shown to begin with as an ISO date (`2026-12-01`).
    public func date(_ name: String, label: String, hint: String? = nil, isOptional: Bool = false) -> FormField {
        var field = field(name, label, hint, isOptional)
        field.input = FormField.Input(
            type: "date", value: value(name), autocomplete: nil, inputmode: nil, limit: nil, width: "medium",
            suffix: nil)
        return field
    }

    /// A text in every language: `name.en`, `name.zh-Hant`, `name.ja`; `rows` makes it several lines.
    public func localized(
        _ name: String, label: String, hint: String? = nil, rows: Int? = nil, isOptional: Bool = false
    ) -> FormField {
        var field = field(name, label, hint, isOptional)
        let languages = [t.language] + Language.allCases.filter { $0 != t.language }
        let isWritten = languages.contains { !value("\(name).\($0.tag)").utf8.isEmpty }
        field.isGroup = true
        field.translations = FormField.Translations(
            parts: languages.map { language in
                let name = "\(name).\(language.tag)"
                return FormField.Translation(
                    id: "f-" + Self.identifier(name), name: name, lang: language.tag, label: language.endonym,
                    value: value(name), isMissing: isWritten && value(name).utf8.isEmpty, rows: rows)
            })
        return field
    }

    /// An amount as people write it under `name.amount`, and its currency under `name.currency`.
    public func money(
        _ name: String, label: String, currencies: [String], hint: String? = nil, isOptional: Bool = false
    ) -> FormField {
        var field = field(name, label, hint, isOptional)
        let chosen = value("\(name).currency")
        field.money = FormField.Amount(
            value: value("\(name).amount"), amountName: "\(name).amount", currencyID: "\(field.id)-currency",
            currencyName: "\(name).currency",
            currencyLabel: t("kit.currency"),
            currencies: currencies.map {
                FormField.Choice(id: "\(field.id)-\($0)", value: $0, label: $0, hint: nil, isChosen: $0 == chosen)
            })
        return field
    }

    /// What stands in the rows of a grid, one after the other until one is empty.
    public func rows(_ name: String, columns keys: [String]) -> [[String]] {
        var rows: [[String]] = []
        while true {
            let cells = keys.map { value("\(name).\(rows.count).\($0)") }
            if cells.allSatisfy(\.isEmpty) { return rows }
            rows.append(cells)
        }
    }

    /// Rows of cells: `name.0.key`. One row more than is filled is shown, `fewest` at least, and never more than `most`
    /// unless they are filled. A button sends `add` with the name, or `remove` with the name and number of a row.
    public func grid(
        _ name: String, label: String, hint: String? = nil, columns: [FormField.Column], words: FormField.GridWords,
        fewest: Int, most: Int, isOptional: Bool = false
    ) -> FormField {
        // What is wrong with a cell is said there.
        var field = field(name, label, hint, isOptional, errors[name])
        let filled = rows(name, columns: columns.map(\.key))
        let shown = max(filled.count, min(max(filled.count + 1, fewest), most))
        field.isGroup = true
        field.grid = FormField.Grid(
            rows: (0..<shown).map { row in
                let isEmpty = row >= filled.count
                return FormField.GridRow(
                    label: words.row(row + 1), row: "\(name).\(row)",
                    remove: isEmpty ? nil : words.remove(row + 1),
                    cells: columns.enumerated().map { index, column in
                        let cell = "\(name).\(row).\(column.key)"
                        return FormField.Cell(
                            id: row == filled.count
                                ? Self.emptyCell(of: name, column.key) : "f-" + Self.identifier(cell),
                            name: cell, label: column.label, type: column.type, value: value(cell),
                            inputmode: column.inputmode, isOptional: column.isOptional, error: errors[cell],
                            isFirst: row == filled.count && index == 0 && value("add") == name)
                    })
            }, add: filled.count < most ? words.add : nil)
        return field
    }

    /// The id of a cell in the first empty row of a grid, whichever row that is: where a page goes on.
    public static func emptyCell(of name: String, _ key: String) -> String {
        "f-\(identifier(name))-new-\(identifier(key))"
    }

    /// The id of a field by its name: what a link to it ends with.
    public static func id(of name: String) -> String { "f-" + identifier(name) }

    private func field(
        _ name: String, _ label: String, _ hint: String?, _ isOptional: Bool
    ) -> FormField { field(name, label, hint, isOptional, error(name)) }

    private func field(
        _ name: String, _ label: String, _ hint: String?, _ isOptional: Bool, _ error: String?
    ) -> FormField {
        let id = Self.id(of: name)
        let described = [hint.map { _ in "\(id)-hint" }, error.map { _ in "\(id)-error" }].compactMap { $0 }
        return FormField(
            name: name, id: id, label: label, hint: hint, error: error,
            describedBy: described.isEmpty ? nil : described.joined(separator: " "), isRequired: !isOptional,
            isOptional: isOptional, isGroup: false)
    }

    private func choices(
        _ field: FormField, _ options: [(value: String, label: String, hint: String?)]
    ) -> [FormField.Choice] {
        let chosen = Set(values[field.name] ?? [])
        return options.map { option in
            FormField.Choice(
                id: "\(field.id)-\(Self.identifier(option.value))", value: option.value, label: option.label,
                hint: option.hint, isChosen: chosen.contains(option.value))
        }
    }

    /// `/title/en` is the field `title.en`.
    private static func name(ofPointer pointer: String) -> String {
        guard pointer.utf8.first == UInt8(ascii: "/") else { return pointer }
        let bytes = pointer.utf8.dropFirst().map { $0 == UInt8(ascii: "/") ? UInt8(ascii: ".") : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What is wrong with a field, or with a part of it such as the currency of an amount.
    private func error(_ name: String) -> String? {
        let part = Array("\(name).".utf8)
        return errors[name] ?? errors.filter { $0.key.utf8.starts(with: part) }.min { $0.key < $1.key }?.value
    }

    /// An id may hold no blank, and a script looks it up as it is.
    private static func identifier(_ text: String) -> String {
        let bytes = text.utf8.map { byte -> UInt8 in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
                ? byte : UInt8(ascii: "-")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
