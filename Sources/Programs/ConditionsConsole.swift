import API
import Accounts
import Eligibility
import Foundation
import Pages
import Postgres
import Vocabulary
import Wording

/// What a call requires, or what a stream's calls begin by requiring, as a manager keeps it: from templates whose numbers
/// can be changed, or in the rule language.
struct ConditionsConsole {
    let site: Site

    var routes: [AnyRoute] {
        routes(
            "/console/calls/{call}/conditions", "Call", CallConditionsPath.self, NewCallConditionPath.self,
            CallConditionPath.self)
            + routes(
                "/console/streams/{stream}/conditions", "Design", DesignConditionsPath.self,
                NewDesignConditionPath.self, DesignConditionPath.self)
    }

    private func routes<All: ConditionsAddress, New: NewConditionAddress, One: ConditionAddress>(
        _ path: String, _ noun: String, _: All.Type, _: New.Type, _: One.Type
    ) -> [AnyRoute] {
        [
            PageRoute(
                .get, path, "console\(noun)Conditions", access: .roles([.manager]), parameters: All.self
            ) { call in
                try await page(for: call, of: call.parameters.keeper, done: call.parameters.done)
            }.erased,
            PageRoute(
                .get, "\(path)/new", "consoleNew\(noun)Condition", access: .roles([.manager]), parameters: New.self
            ) { call in
                let template = ConditionTemplate.all.first { $0.slug == call.parameters.template }
                let values = template.map { Self.values($0.name, $0.explanation, $0.rule, blocks: $0.blocks) } ?? [:]
                return try await form(for: call, of: call.parameters.keeper, nil, values: values)
            }.erased,
            PageRoute(
                .post, "\(path)/new", "addConsole\(noun)Condition", access: .roles([.manager]), parameters: New.self,
                body: ConditionFields.self
            ) { call in
                let tenant = try call.principal.workspace
                let keeper = call.parameters.keeper
                return try await answering {
                    let condition = try call.decoded().condition(as: CallCondition.ID())
                    return try await call.write { transaction in
                        try await keeper.revise(in: tenant, transaction) { $0 + [condition] }
                        return .redirect(to: "\(keeper.path)?done=added")
                    }
                } again: { problem in
                    try await form(for: call, of: keeper, nil, values: call.fields, problem: problem)
                }
            }.erased,
            PageRoute(
                .get, "\(path)/{condition}/edit", "consoleEdit\(noun)Condition", access: .roles([.manager]),
                parameters: One.self
            ) { call in
                let found = try await find(call)
                return try await form(
                    for: call, of: call.parameters.keeper, found,
                    values: Self.values(found.name, found.explanation, found.rule.term, blocks: found.blocks))
            }.erased,
            PageRoute(
                .post, "\(path)/{condition}/edit", "reviseConsole\(noun)Condition", access: .roles([.manager]),
                parameters: One.self, body: ConditionFields.self
            ) { call in
                let tenant = try call.principal.workspace
                let keeper = call.parameters.keeper
                let found = try await find(call)
                return try await answering {
                    let condition = try call.decoded().condition(as: found.id)
                    return try await call.write { transaction in
                        try await keeper.revise(in: tenant, transaction) { conditions in
                            guard conditions.contains(where: { $0.id == found.id }) else { throw Problem.notFound }
                            return conditions.map { $0.id == found.id ? condition : $0 }
                        }
                        return .redirect(to: "\(keeper.path)?done=revised")
                    }
                } again: { problem in
                    try await form(for: call, of: keeper, found, values: call.fields, problem: problem)
                }
            }.erased,
            PageRoute(
                .post, "\(path)/{condition}/removal", "removeConsole\(noun)Condition", access: .roles([.manager]),
                parameters: One.self
            ) { call in
                let tenant = try call.principal.workspace
                let (keeper, condition) = (call.parameters.keeper, call.parameters.condition)
                return try await answering {
                    try await call.write { transaction in
                        try await keeper.revise(in: tenant, transaction) { conditions in
                            conditions.filter { $0.id != condition }
                        }
                        return .redirect(to: "\(keeper.path)?done=removed")
                    }
                } again: { problem in
                    try await page(for: call, of: keeper, refusal: problem)
                }
            }.erased,
        ]
    }

    // MARK: What is shown

    /// Whose conditions a page shows, and what they are.
    private struct Kept {
        /// What the call or the stream is called.
        let name: LocalizedName
        /// Its page.
        let page: SafeURL
        let conditions: [CallCondition]
        /// Whether they can be changed.
        let isOpen: Bool
    }

    private func kept(by keeper: ConditionKeeper, _ reader: Reader) async throws -> Kept {
        switch keeper {
        case .call(let id):
            guard let call = try await reader.call(id) else { throw Problem.notFound }
            return Kept(
                name: call.title, page: "/console/calls/\(id)", conditions: try await reader.conditions(of: id),
                isOpen: call.publishedAt == nil && call.cancelledAt == nil)
        case .design(let id):
            guard let stream = try await reader.stream(id) else { throw Problem.notFound }
            return Kept(
                name: stream.name, page: "/console/streams/\(id)",
                conditions: try await reader.design(of: id)?.required ?? [], isOpen: stream.endedAt == nil)
        }
    }

    private func find<P: ConditionAddress, B>(_ call: FormCall<P, B>) async throws -> CallCondition {
        let kept = try await kept(by: call.parameters.keeper, call.reader)
        guard let found = kept.conditions.first(where: { $0.id == call.parameters.condition }) else {
            throw Problem.notFound
        }
        return found
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of keeper: ConditionKeeper, done: ConditionDone? = nil, refusal: FormProblem? = nil
    ) async throws -> HTML {
        let kept = try await kept(by: keeper, call.reader)
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.programs.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let words = ConditionWords(in: viewer.language)
        let key = call.freshIdempotencyKey
        let model = ConditionsPage(
            header: PageHeader(
                title: t("conditions.title"), kind: kept.name.text(for: spoken),
                lede: t("conditions.\(keeper.isDesign ? "design_" : "")\(kept.isOpen ? "lede" : "stand")"),
                actions: kept.isOpen ? [.link(t("conditions.blank"), keeper.address("/new"), style: .primary)] : []),
            refusal: refusal.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) },
            conditions: kept.conditions.map { condition in
                ConditionsPage.Item(
                    condition: ConditionItem(condition, words, t),
                    actions: kept.isOpen
                        ? [
                            .link(t("conditions.edit"), keeper.address("/\(condition.id)/edit")),
                            .post(
                                t("conditions.remove"), keeper.address("/\(condition.id)/removal"),
                                hidden: [HiddenField("idempotency_key", key)]),
                        ] : [])
            },
            hasConditions: !kept.conditions.isEmpty,
            templates: kept.isOpen ? templates(keeper.address("/new"), words, t) : nil)
        let frame = frame(t("conditions.title"), of: kept, viewer, t, done: done)
        return HTML(bytes: try PageTemplate.conditions.render(model, in: frame))
    }

    private func templates(_ adding: SafeURL, _ words: ConditionWords, _ t: Texts) -> Table {
        Table(
            caption: t("conditions.templates"),
            columns: [.init(t("conditions.template")), .init(t("conditions.requires"))],
            rows: ConditionTemplate.all.map { template in
                [
                    .link(
                        template.name.text(for: Vocabulary.Language(t.language)),
                        adding.adding([("template", template.slug)])),
                    .text(
                        EligibilityRule(stored: template.rule).demands.map(words.requirement).joined(
                            separator: t("condition.semicolon"))),
                ]
            }, empty: EmptyState(title: t("conditions.none"), text: t("conditions.none_text")))
    }

    private func form<P, B>(
        for call: FormCall<P, B>, of keeper: ConditionKeeper, _ existing: CallCondition?,
        values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        let kept = try await kept(by: keeper, call.reader)
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
        let address = keeper.address(existing.map { "/\($0.id)/edit" } ?? "/new")
        let model = ProgramsFormPage(
            header: PageHeader(title: title, kind: kept.name.text(for: spoken), lede: t("conditions.form_lede")),
            form: Form(
                action: address, sections: sections,
                submit: t("conditions.save"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                    + constants.indices.map {
                        HiddenField("numbers.\($0).was", values["numbers.\($0).was"]?.first ?? "")
                    },
                cancel: LinkText(t("form.cancel"), keeper.address()),
                problem: problem?.sentence(besides: sections.flatMap(\.fields))))
        return try HTML(bytes: PageTemplate.form.render(model, in: frame(title, of: kept, viewer, t)))
    }

    private func frame(
        _ title: String, of kept: Kept, _ viewer: Viewer, _ t: Texts, done: ConditionDone? = nil
    ) -> Frame {
        Frame(
            title: title, site: site, viewer: viewer, current: "programs",
            breadcrumbs: [
                Breadcrumb(t("programs.title"), "/console/programs"),
                Breadcrumb(kept.name.text(for: Vocabulary.Language(viewer.language)), kept.page),
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

/// Who keeps conditions: a call, until it is published, or the design of a stream, for calls that are yet to be drafted.
enum ConditionKeeper: Sendable {
    case call(CallForApplications.ID)
    case design(ProgramStream.ID)

    var path: String {
        switch self {
        case .call(let id): "/console/calls/\(id)/conditions"
        case .design(let id): "/console/streams/\(id)/conditions"
        }
    }

    /// A page below that of the conditions.
    func address(_ rest: String = "") -> SafeURL { SafeURL(path: path + rest) ?? .nowhere }

    var isDesign: Bool {
        if case .design = self { true } else { false }
    }

    func revise(
        in tenant: Tenant.ID, _ transaction: Transaction, _ change: ([CallCondition]) throws -> [CallCondition]
    ) async throws {
        switch self {
        case .call(let id): _ = try await transaction.reviseConditions(of: id, in: tenant, change)
        case .design(let id): _ = try await transaction.reviseConditions(designedFor: id, in: tenant, change)
        }
    }
}

/// The parameters of a page about conditions.
protocol ConditionsAddress: Codable, Sendable {
    var keeper: ConditionKeeper { get }
    var done: ConditionDone? { get }
}

/// Those of a page that adds a condition.
protocol NewConditionAddress: Codable, Sendable {
    var keeper: ConditionKeeper { get }
    var template: String? { get }
}

/// Those of a page about one condition.
protocol ConditionAddress: Codable, Sendable {
    var keeper: ConditionKeeper { get }
    var condition: CallCondition.ID { get }
}

struct CallConditionsPath: ConditionsAddress {
    let call: CallForApplications.ID
    let done: ConditionDone?

    var keeper: ConditionKeeper { .call(call) }
}

struct NewCallConditionPath: NewConditionAddress {
    let call: CallForApplications.ID
    let template: String?

    var keeper: ConditionKeeper { .call(call) }
}

struct CallConditionPath: ConditionAddress {
    let call: CallForApplications.ID
    let condition: CallCondition.ID

    var keeper: ConditionKeeper { .call(call) }
}

struct DesignConditionsPath: ConditionsAddress {
    let stream: ProgramStream.ID
    let done: ConditionDone?

    var keeper: ConditionKeeper { .design(stream) }
}

struct NewDesignConditionPath: NewConditionAddress {
    let stream: ProgramStream.ID
    let template: String?

    var keeper: ConditionKeeper { .design(stream) }
}

struct DesignConditionPath: ConditionAddress {
    let stream: ProgramStream.ID
    let condition: CallCondition.ID

    var keeper: ConditionKeeper { .design(stream) }
}
