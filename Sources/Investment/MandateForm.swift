internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Vocabulary
internal import Wording

/// A mandate as its form asks for it: lists are typed, one entry a line or between commas.
struct MandateForm: Codable {
    let name: Name?
    let focus: LongText?
    let stages: [FundingStage]
    let firmOnStages: Bool
    let regions: LongText?
    let countriesIn: LongText?
    let countriesOut: LongText?
    let exclusions: LongText?
    let chequeMin: TypedAmount?
    let chequeMax: TypedAmount?
    let deploying: Bool
    let mostOpen: Int?

    /// An amount as people write it; the currency is sent even when there is no amount.
    struct TypedAmount: Codable {
        let amount: String?
        let currency: Currency?
    }

    /// What the form means, or which fields mean nothing.
    ///
    /// - Parameter unnamed: the name of terms that are looked at and not kept; nil where the form must give one.
    func terms(unnamed: Name? = nil) throws -> MandateTerms {
        var errors: [Problem.FieldError] = []
        if name == nil, unnamed == nil { errors.append(.init("/name", .required, "is required")) }
        var terms = try MandateTerms(name: name ?? unnamed ?? Name("–"))
        readFocus(into: &terms, &errors)
        terms.stages = stages
        terms.firmOnStages = firmOnStages
        terms.regions = Self.words(regions, "regions", &errors)
        terms.countriesIn = Self.countries(countriesIn, "countries_in", &errors)
        terms.countriesOut = Self.countries(countriesOut, "countries_out", &errors)
        terms.exclusions = Self.words(exclusions, "exclusions", &errors)
        terms.chequeMin = Self.money(chequeMin, "cheque_min", &errors)
        terms.chequeMax = Self.money(chequeMax, "cheque_max", &errors)
        terms.deploying = deploying
        terms.mostOpen = mostOpen
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
        return terms
    }

    /// `Fintech 80`: an area by any of its names, with a weight if some matter more. What the taxonomy does not know is
    /// kept in the investor's own words.
    private func readFocus(into terms: inout MandateTerms, _ errors: inout [Problem.FieldError]) {
        let taxonomy = FocusAreaTaxonomy.standard
        for entry in Self.entries(focus) {
            var (area, weight) = (taxonomy.area(called: entry), 100)
            // A number that follows no area is part of a word: “Web 3”.
            if area == nil, let space = entry.lastIndex(of: " "), let number = Int(entry[entry.index(after: space)...]),
                let weighted = taxonomy.area(called: String(entry[..<space]))
            {
                guard (1...100).contains(number) else {
                    errors.append(.init("/focus", .outOfRange, "A weight runs from 1 to 100: “\(entry)”."))
                    continue
                }
                (area, weight) = (weighted, number)
            }
            if let area {
                if terms.focusAreas.contains(where: { $0.area == area.id }) {
                    errors.append(.init("/focus", .repeated, "Name each focus area once: “\(entry)”."))
                } else {
                    terms.focusAreas.append(WeightedFocusArea(area.id, weight: weight))
                }
            } else {
                Self.append(entry, to: &terms.tags, "focus", &errors)
            }
        }
    }

    private static func append(
        _ entry: String, to words: inout [Name], _ field: String, _ errors: inout [Problem.FieldError]
    ) {
        if let word = try? Name(entry) {
            if !words.contains(word) { words.append(word) }
        } else {
            errors.append(.init("/\(field)", .invalid, "Shorten “\(entry.prefix(40))…”."))
        }
    }

    private static func isSeparator(_ character: Character) -> Bool {
        character.isNewline || [",", "、", "，", ";"].contains(character)
    }

    private static func isOneEntry(_ text: String) -> Bool { !text.contains(where: isSeparator) }

    private static func entries(_ text: LongText?) -> [String] {
        let parts = (text?.string ?? "").split(whereSeparator: isSeparator)
        return parts.map { $0.split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty }
    }

    private static func words(
        _ text: LongText?, _ field: String, _ errors: inout [Problem.FieldError]
    ) -> [Name] {
        var words: [Name] = []
        for entry in entries(text) { append(entry, to: &words, field, &errors) }
        return words
    }

    private static func countries(
        _ text: LongText?, _ field: String, _ errors: inout [Problem.FieldError]
    ) -> [Country] {
        var countries: [Country] = []
        for entry in entries(text) {
            if let country = Country(reading: entry) {
                if !countries.contains(country) { countries.append(country) }
            } else {
                errors.append(.init("/\(field)", .invalid, "Write a country’s name or code in place of “\(entry)”."))
            }
        }
        return countries
    }

    private static func money(
        _ typed: TypedAmount?, _ field: String, _ errors: inout [Problem.FieldError]
    ) -> Money? {
        guard let amount = typed?.amount, !amount.isEmpty else { return nil }
        guard let money = Money(amount, typed?.currency ?? .hkd) else {
            errors.append(.init("/\(field)/amount", .invalid, "Write an amount such as 500,000."))
            return nil
        }
        return money
    }
}

extension MandateForm {
    /// What the form begins with.
    static func values(_ terms: MandateTerms, in language: Pages.Language) -> [String: [String]] {
        let areas = terms.focusAreas.map { focus in
            let label = focus.area.label(in: language)
            return focus.weight == 100 ? label : "\(label) \(focus.weight)"
        }
        let focus = areas + terms.tags.map(\.string)
        func names(_ countries: [Country]) -> [String] {
            let names = countries.map { country in
                let name = country.name(in: Vocabulary.Language(language))
                // A name that would be read as several entries, or as none, gives way to the code.
                return Country(reading: name) == country && Self.isOneEntry(name) ? name : country.code
            }
            return [names.joined(separator: ", ")]
        }
        var values: [String: [String]] = [
            "name": [terms.name.string], "focus": [focus.joined(separator: "\n")],
            "stages": terms.stages.map(\.rawValue), "regions": [terms.regions.map(\.string).joined(separator: ", ")],
            "countries_in": names(terms.countriesIn), "countries_out": names(terms.countriesOut),
            "exclusions": [terms.exclusions.map(\.string).joined(separator: ", ")],
        ]
        if terms.firmOnStages { values["firm_on_stages"] = ["true"] }
        if terms.deploying { values["deploying"] = ["true"] }
        if let most = terms.mostOpen { values["most_open"] = ["\(most)"] }
        for (field, money) in [("cheque_min", terms.chequeMin), ("cheque_max", terms.chequeMax)] {
            if let money {
                values["\(field).amount"] = [MoneyText(money).figure]
                values["\(field).currency"] = [money.currency.code]
            }
        }
        return values
    }

    static func form(
        action: SafeURL, count: SafeURL, values: [String: [String]], problem: Problem?, reading: Reading,
        hidden: [HiddenField]
    ) -> Form {
        let t = reading.t
        // A constraint's pointer speaks of the operation's body, where the terms stand one level deeper.
        let input = FormInput(values: values, errors: problem?.fields(within: "terms") ?? [], texts: t)
        let currencies = ["HKD", "USD", "JPY", "CNY", "EUR", "GBP", "SGD", "TWD", "KRW"]
        return Form(
            action: action,
            sections: [
                FormSection(
                    title: t("form.looks_for"),
                    fields: [
                        input.text("name", label: t("form.name"), hint: t("form.name_hint"), limit: 200),
                        input.area(
                            "focus", label: t("form.focus"), hint: t("form.focus_hint"), isOptional: true, rows: 6),
                        input.checkboxes(
                            "stages", label: t("form.stages"),
                            options: FundingStage.listed.filter { $0 != .unknown && $0 != .other }
                                .map { ($0.rawValue, $0.label(in: reading.spoken), nil) }),
                        input.checkbox("firm_on_stages", label: t("form.firm"), statement: t("form.firm_statement")),
                    ]),
                FormSection(
                    title: t("form.places"),
                    fields: [
                        input.area(
                            "countries_in", label: t("form.countries_in"), hint: t("form.countries_hint"),
                            isOptional: true, rows: 2),
                        input.area("countries_out", label: t("form.countries_out"), isOptional: true, rows: 2),
                        input.area(
                            "regions", label: t("form.regions"), hint: t("form.regions_hint"), isOptional: true, rows: 2
                        ),
                    ]),
                FormSection(
                    title: t("form.cheque"), intro: t("form.cheque_intro"),
                    fields: [
                        input.money(
                            "cheque_min", label: t("form.cheque_min"), currencies: currencies, isOptional: true),
                        input.money(
                            "cheque_max", label: t("form.cheque_max"), currencies: currencies, isOptional: true),
                        input.checkbox(
                            "deploying", label: t("form.deploying"), statement: t("form.deploying_statement")),
                        input.number(
                            "most_open", label: t("form.most_open"), hint: t("form.most_open_hint"), isOptional: true),
                    ]),
                FormSection(
                    title: t("form.never"),
                    fields: [
                        input.area(
                            "exclusions", label: t("form.exclusions"), hint: t("form.exclusions_hint"),
                            isOptional: true, rows: 3)
                    ]),
            ],
            submit: t("form.submit"), texts: t, hidden: hidden,
            alternatives: [FormButton(t("form.count"), url: count, isLive: true)], draft: "mandate",
            problem: problem?.sentence)
    }
}
