import API
import Accounts
import Eligibility
import Foundation
import Pages
import Postgres
import Vocabulary
import Wording

/// What a call requires, as a manager keeps it: from templates whose numbers can be changed, or in the rule language.
struct ConditionsConsole {
    let site: Site

    var routes: [AnyRoute] { [list, adding, add, editing, revise, remove] }

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/conditions", "consoleCallConditions", access: .roles([.manager]),
            parameters: ConditionsPath.self
        ) { call in
            try await page(for: call, of: call.parameters.call, done: call.parameters.done)
        }.erased
    }

    private var adding: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/conditions/new", "consoleNewCallCondition", access: .roles([.manager]),
            parameters: NewConditionPath.self
        ) { call in
            let template = ConditionTemplate.all.first { $0.slug == call.parameters.template }
            let values = template.map { Self.values($0.name, $0.explanation, $0.rule, blocks: $0.blocks) } ?? [:]
            return try await form(for: call, of: call.parameters.call, nil, values: values)
        }.erased
    }

    private var add: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/conditions/new", "addConsoleCallCondition", access: .roles([.manager]),
            parameters: CallPath.self, body: ConditionFields.self
        ) { call in
            let tenant = try call.principal.workspace
            let id = call.parameters.call
            return try await answering {
                let condition = try call.decoded().condition(as: CallCondition.ID())
                return try await call.write { transaction in
                    _ = try await transaction.reviseConditions(of: id, in: tenant) { $0 + [condition] }
                    return .redirect(to: "/console/calls/\(id)/conditions?done=added")
                }
            } again: { problem in
                try await form(for: call, of: id, nil, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var editing: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/conditions/{condition}/edit", "consoleEditCallCondition",
            access: .roles([.manager]), parameters: ConditionPath.self
        ) { call in
            let found = try await find(call)
            return try await form(
                for: call, of: call.parameters.call, found,
                values: Self.values(found.name, found.explanation, found.rule.term, blocks: found.blocks))
        }.erased
    }

    private var revise: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/conditions/{condition}/edit", "reviseConsoleCallCondition",
            access: .roles([.manager]), parameters: ConditionPath.self, body: ConditionFields.self
        ) { call in
            let tenant = try call.principal.workspace
            let id = call.parameters.call
            let found = try await find(call)
            return try await answering {
                let condition = try call.decoded().condition(as: found.id)
                return try await call.write { transaction in
                    _ = try await transaction.reviseConditions(of: id, in: tenant) { conditions in
                        guard conditions.contains(where: { $0.id == found.id }) else { throw Problem.notFound }
                        return conditions.map { $0.id == found.id ? condition : $0 }
                    }
                    return .redirect(to: "/console/calls/\(id)/conditions?done=revised")
                }
            } again: { problem in
                try await form(for: call, of: id, found, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var remove: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/conditions/{condition}/removal", "removeConsoleCallCondition",
            access: .roles([.manager]), parameters: ConditionPath.self
        ) { call in
            let tenant = try call.principal.workspace
            let (id, condition) = (call.parameters.call, call.parameters.condition)
            return try await answering {
                try await call.write { transaction in
                    _ = try await transaction.reviseConditions(of: id, in: tenant) { conditions in
                        conditions.filter { $0.id != condition }
                    }
                    return .redirect(to: "/console/calls/\(id)/conditions?done=removed")
                }
            } again: { problem in
                try await page(for: call, of: id, refusal: problem)
            }
        }.erased
    }

    // MARK: What is shown

    private func find<B>(_ call: FormCall<ConditionPath, B>) async throws -> CallCondition {
        let conditions = try await call.reader.conditions(of: call.parameters.call)
        guard let found = conditions.first(where: { $0.id == call.parameters.condition }) else {
            throw Problem.notFound
        }
        return found
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: CallForApplications.ID, done: ConditionDone? = nil,
        refusal: FormProblem? = nil
    ) async throws -> HTML {
        guard let found = try await call.reader.call(id) else { throw Problem.notFound }
        let conditions = try await call.reader.conditions(of: id)
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.programs.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let words = ConditionWords(in: viewer.language)
        let isDraft = found.publishedAt == nil && found.cancelledAt == nil
        let key = call.freshIdempotencyKey
        let model = ConditionsPage(
            header: PageHeader(
                title: t("conditions.title"), kind: found.title.text(for: spoken),
                lede: isDraft ? t("conditions.lede") : t("conditions.stand"),
                actions: isDraft
                    ? [.link(t("conditions.blank"), "/console/calls/\(id)/conditions/new", style: .primary)] : []),
            refusal: refusal.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) },
            conditions: conditions.map { condition in
                ConditionsPage.Item(
                    condition: ConditionItem(condition, words, t),
                    actions: isDraft
                        ? [
                            .link(
                                t("conditions.edit"), "/console/calls/\(id)/conditions/\(condition.id)/edit"),
                            .post(
                                t("conditions.remove"), "/console/calls/\(id)/conditions/\(condition.id)/removal",
                                hidden: [HiddenField("idempotency_key", key)]),
                        ] : [])
            },
            hasConditions: !conditions.isEmpty,
            templates: isDraft
                ? Table(
                    caption: t("conditions.templates"),
                    columns: [.init(t("conditions.template")), .init(t("conditions.requires"))],
                    rows: ConditionTemplate.all.map { template in
                        [
                            .link(
                                template.name.text(for: spoken),
                                ("/console/calls/\(id)/conditions/new" as SafeURL).adding([("template", template.slug)])
                            ),
                            .text(
                                EligibilityRule(stored: template.rule).demands.map(words.requirement).joined(
                                    separator: t("condition.semicolon"))),
                        ]
                    }, empty: EmptyState(title: t("conditions.none"), text: t("conditions.none_text"))) : nil)
        let frame = frame(t("conditions.title"), of: found, viewer, t, done: done)
        return HTML(bytes: try PageTemplate.conditions.render(model, in: frame))
    }

    private func form<P, B>(
        for call: FormCall<P, B>, of id: CallForApplications.ID, _ existing: CallCondition?,
        values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let found = try await call.reader.call(id) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.programs.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let words = ConditionWords(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let constants = (try? ConditionFields.term(values["rule"]?.first ?? "").constants) ?? []
        var sections = [
            FormSection(
                title: t("conditions.words"),
                fields: [
                    input.localized("name", label: t("conditions.name")),
                    input.localized(
                        "explanation", label: t("conditions.explanation"), hint: t("conditions.explanation_hint"),
                        rows: 3, isOptional: true),
                    input.checkbox(
                        "blocks", label: t("conditions.blocks"), statement: t("conditions.blocks_statement"),
                        hint: t("conditions.blocks_hint")),
                ])
        ]
        if !constants.isEmpty {
            sections.append(
                FormSection(
                    title: t("conditions.numbers"), intro: t("conditions.numbers_intro"),
                    fields: constants.enumerated().map { index, constant in
                        input.text("numbers.\(index).value", label: words.label(constant), limit: 200, width: "medium")
                    }))
        }
        sections.append(
            FormSection(
                title: t("conditions.rule"), intro: t("conditions.rule_intro"),
                fields: [
                    input.area(
                        "rule", label: t("conditions.rule_label"),
                        hint: t(
                            "conditions.rule_hint",
                            ["facts": ApplicantFact.allCases.map(\.rawValue).joined(separator: ", ")]),
                        rows: 8)
                ]))
        let title = existing == nil ? t("conditions.add") : t("conditions.edit_title")
        let address: SafeURL =
            existing.map { "/console/calls/\(id)/conditions/\($0.id)/edit" } ?? "/console/calls/\(id)/conditions/new"
        let model = ProgramsFormPage(
            header: PageHeader(title: title, kind: found.title.text(for: spoken), lede: t("conditions.form_lede")),
            form: Form(
                action: address, sections: sections,
                submit: t("conditions.save"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                    + constants.indices.map {
                        HiddenField("numbers.\($0).was", values["numbers.\($0).was"]?.first ?? "")
                    },
                cancel: LinkText(t("form.cancel"), "/console/calls/\(id)/conditions"),
                problem: problem?.sentence(besides: sections.flatMap(\.fields))))
        return try HTML(bytes: PageTemplate.form.render(model, in: frame(title, of: found, viewer, t)))
    }

    private func frame(
        _ title: String, of call: CallForApplications, _ viewer: Viewer, _ t: Texts, done: ConditionDone? = nil
    ) -> Frame {
        Frame(
            title: title, site: site, viewer: viewer, current: "programs",
            breadcrumbs: [
                Breadcrumb(t("programs.title"), "/console/programs"),
                Breadcrumb(call.title.text(for: Vocabulary.Language(viewer.language)), "/console/calls/\(call.id)"),
            ], flash: done.map { FlashNotice(t("conditions.done.\($0.rawValue)")) })
    }

    /// The fields of a form that shows a condition.
    private static func values(
        _ name: LocalizedName, _ explanation: LocalizedText?, _ rule: Term, blocks: Bool
    ) -> [String: [String]] {
        var values = ["rule": [ConditionFields.text(of: rule)], "blocks": [blocks ? "true" : ""]]
        for language in name.languages { values["name.\(language.rawValue)"] = name[language].map { [$0.string] } }
        for language in explanation?.languages ?? [] {
            values["explanation.\(language.rawValue)"] = explanation?[language].map { [$0.string] }
        }
        for (index, constant) in rule.constants.enumerated() {
            values["numbers.\(index).value"] = [ConditionFields.text(of: constant.value)]
            values["numbers.\(index).was"] = [ConditionFields.text(of: constant.value)]
        }
        return values
    }
}

/// A condition as its form sends it: a rule, and the values that stand in it by themselves.
struct ConditionFields: Codable {
    let name: LocalizedName
    let explanation: LocalizedText?
    let blocks: Bool?
    let rule: String
    let numbers: [Number]?

    /// A value that stands in the rule: what it was when the form was opened, and what it shall be.
    struct Number: Codable {
        let value: String?
        let was: String?
    }

    func condition(as id: CallCondition.ID) throws -> CallCondition {
        var term = try Self.term(rule)
        let constants = term.constants
        // The rule is the expert's: values beside it count where they were changed and the rule is still of that form.
        if let numbers, numbers.count == constants.count {
            var fresh = constants.map(\.value)
            for (index, number) in numbers.enumerated() where number.value != number.was {
                guard let value = Self.value(number.value ?? "", like: constants[index].value) else {
                    throw Problem(
                        .invalid,
                        errors: [.init("/numbers/\(index)/value", .invalid, "is no value that fits here")])
                }
                fresh[index] = value
            }
            var rest = fresh[...]
            term = term.replacingConstants { rest.popFirst() ?? $0.value }
        }
        do throws(RuleRefusal) {
            return try CallCondition(
                id: id, name: name, explanation: explanation, checking: term, blocks: blocks ?? false)
        } catch {
            let found = error.fieldError(below: "")
            throw Problem(
                .invalid,
                errors: [
                    .init(
                        "/rule", found.code, found.pointer.isEmpty ? found.detail : "\(found.pointer): \(found.detail)")
                ])
        }
    }

    static func term(_ text: String) throws(Problem) -> Term {
        do {
            return try JSONDecoder().decode(Term.self, from: Data(text.utf8))
        } catch let DecodingError.dataCorrupted(context) where !context.codingPath.isEmpty {
            let pointer = context.codingPath.map { "/\($0.intValue.map(String.init) ?? $0.stringValue)" }.joined()
            throw Problem(
                .invalid, errors: [.init("/rule", .invalid, "\(pointer): \(context.debugDescription).")])
        } catch {
            throw Problem(
                .invalid, errors: [.init("/rule", .invalid, "This is no rule. See the words beside the field.")])
        }
    }

    static func text(of rule: Term) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(rule)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    static func text(of value: FactValue) -> String {
        guard case .percent(let points) = value else { return value.description }
        return String(ConditionWords.percent(points).dropLast(2))
    }

    private static func value(_ typed: String, like old: FactValue) -> FactValue? {
        let text = typed.trimmingCharacters(in: .whitespaces)
        switch old {
        case .integer: return Int(text).map(FactValue.integer)
        case .percent: return FactValue(percent: text)
        case .date: return Day(text).map(FactValue.date)
        case .country: return Country(reading: text).map { .country($0.code) }
        case .text: return text.isEmpty ? nil : .text(text)
        case .boolean, .awards, .holders: return nil
        }
    }
}

extension FactValue {
    /// A percentage as people type it: `50`, `33.34`, with or without the sign.
    package init?(percent typed: String) {
        let text = typed.hasSuffix("%") ? typed.dropLast() : typed[...]
        let parts = text.trimmingCharacters(in: .whitespaces).split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let whole = Int(first), (0...100).contains(whole), !first.hasPrefix("-") else {
            return nil
        }
        let cents = parts.count > 1 ? parts[1] : "0"
        guard (1...2).contains(cents.count), let part = Int(cents.count == 1 ? "\(cents)0" : String(cents)), part >= 0
        else { return nil }
        guard whole * 100 + part <= 10_000 else { return nil }
        self = .percent(whole * 100 + part)
    }
}

/// What a call requires, for a manager.
struct ConditionsPage: ViewModel {
    struct Item: ViewModel {
        var condition: ConditionItem
        var actions: [Action]
    }

    var header: PageHeader
    var refusal: ErrorSummary?
    var conditions: [Item]
    var hasConditions: Bool
    var templates: Table?
}

/// A condition in words.
struct ConditionItem: ViewModel {
    var name: String
    var explanation: String?
    var requirements: [String]
    /// What it does to an application.
    var effect: String

    init(_ condition: CallCondition, _ words: ConditionWords, _ t: Texts) {
        let spoken = Vocabulary.Language(t.language)
        name = condition.name.text(for: spoken)
        explanation = condition.explanation?.text(for: spoken)
        requirements = condition.rule.demands.map(words.requirement)
        effect = condition.blocks ? t("conditions.blocking") : t("conditions.informing")
    }
}

extension PageTemplate<ConditionsPage> {
    static let conditions = PageTemplate("programs/conditions", in: .programs)
}

/// What was just done to a condition, as the address of the page after it says.
enum ConditionDone: String, Codable, CaseIterable {
    case added, revised, removed
}

struct ConditionsPath: Codable {
    let call: CallForApplications.ID
    let done: ConditionDone?
}

struct NewConditionPath: Codable {
    let call: CallForApplications.ID
    let template: String?
}

struct ConditionPath: Codable {
    let call: CallForApplications.ID
    let condition: CallCondition.ID
}
