internal import API
internal import Accounts
internal import Eligibility
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// "Am I eligible?": the facts a startup declares, and what the conditions of the call come to.
struct EligibilityPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [show, save, autosave] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/portal/applications/{application}/eligibility", "portalEligibility", access: .roles([.founder]),
            parameters: EligibilityPagePath.self
        ) { call in
            try await page(
                for: call, of: call.parameters.application, at: call.parameters.at, done: call.parameters.done)
        }.erased
    }

    private var save: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/eligibility", "savePortalFacts", access: .roles([.founder]),
            parameters: ApplicationPath.self, body: FactsFields.self
        ) { call in
            let (id, person) = (call.parameters.application, try call.principal.personID)
            var edits: [ApplicantFact: FactEdit] = [:]
            do {
                let fields = try call.decoded()
                let asked = try await asked(of: id, call.reader)
                edits = try fields.edits(of: asked, sent: call.fields)
                let saved = try await call.database.write(as: call.context) { [edits] transaction in
                    try await transaction.saveFacts(edits, of: id, by: person)
                }
                guard saved.conflicts.isEmpty else {
                    return try await page(for: call, of: id, retrying: edits, conflicts: saved.conflicts)
                }
                return .redirect(to: "/portal/applications/\(id)/eligibility?done=saved")
            } catch is ApplicationRefusal {
                return .redirect(to: "/portal/applications/\(id)")
            } catch is ChangesRefusal {
                return .redirect(to: "/portal/applications/\(id)/eligibility")
            } catch let problem as Problem where problem.status == 422 {
                return try await page(for: call, of: id, problem: problem, retrying: edits)
            } catch let error as DatabaseError {
                guard let known = error.constraint.flatMap({ ApplicationsRoom.constraints[$0] }), known.status == 422
                else { throw error }
                return try await page(for: call, of: id, problem: known, retrying: edits)
            }
        }.erased
    }

    /// Each fact that a script sends is kept for itself: one that is half typed keeps no other back.
    private var autosave: AnyRoute {
        PageRoute(
            .post, "/portal/applications/{application}/eligibility/autosave", "autosavePortalFacts",
            access: .roles([.founder]), parameters: ApplicationPath.self, body: FactsFields.self
        ) { call in
            let (id, person) = (call.parameters.application, try call.principal.personID)
            let language = Pages.Language(tag: call.locale) ?? .english
            guard let before = try await call.reader.application(id) else { throw Problem.notFound }
            guard try await !call.reader.openFacts(of: before.application).isEmpty else {
                throw Problem.conflict("The application was submitted meanwhile.")
            }
            var attempt = FactsAttempt(call, to: try await asked(of: id, call.reader))
            do {
                try await attempt.keep(of: id, by: person, call, PageKit.applications.texts(in: language))
            } catch is ApplicationRefusal {
                throw Problem.conflict("The application was submitted meanwhile.")
            } catch is ChangesRefusal {
                throw Problem.conflict("The application was submitted meanwhile.")
            }
            guard let summary = try await call.reader.application(id),
                let to = try await call.reader.call(summary.application.call)
            else { throw Problem.notFound }
            let report = try await call.reader.eligibility(of: summary.application, to: to, on: nil).report
            let reply = AutosaveReply(
                saved: SaveState(at: summary.application.savedAt, in: to.deadline.zone, language: language),
                count: EligibilityPanel(report, of: id, closing: to.deadline, in: language).sentence,
                // A disputed fact keeps its old name, so that it stays disputed until somebody decides.
                seen: Dictionary(
                    attempt.edits.keys.map {
                        (FactsFields.seenField(of: $0), Fingerprint(of: attempt.edits[$0]?.value).description)
                    }, uniquingKeysWith: { first, _ in first }),
                errors: attempt.errors)
            return HTML(bytes: try reply.bytes, mediaType: AutosaveReply.mediaType)
        }.erased
    }

    /// The facts that the conditions of the call look at and that are open, in the order people are asked for them.
    private func asked(of id: Application.ID, _ reader: Reader) async throws -> [ApplicantFact] {
        guard let summary = try await reader.application(id) else { throw Problem.notFound }
        let open = try await reader.openFacts(of: summary.application)
        return try await reader.conditions(of: summary.application.call).askedFacts.filter { open.contains($0) }
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: Application.ID, at day: CalendarDate? = nil, done: String? = nil,
        problem: Problem? = nil, retrying edits: [ApplicantFact: FactEdit] = [:],
        conflicts: [SavedFacts.Conflict] = []
    ) async throws -> HTML {
        guard let summary = try await call.reader.application(id),
            let to = try await call.reader.call(summary.application.call)
        else { throw Problem.notFound }
        let open = try await call.reader.openFacts(of: summary.application)
        guard !open.isEmpty else { return .redirect(to: "/portal/applications/\(id)") }
        let (facts, report) = try await call.reader.eligibility(of: summary.application, to: to, on: day)
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let asked = report.results.map(\.condition).askedFacts.filter { open.contains($0) }
        // What could not be stored comes back as it was typed; all else as it stands, which a co-founder may have changed.
        let unsaved = problem == nil ? Set(conflicts.map(\.fact)) : Set(edits.filter(\.value.isTouched).keys)
        var shown = facts.facts
        for fact in unsaved { shown[fact] = edits[fact]?.value }
        let isUnread = problem != nil && edits.isEmpty
        let values = isUnread ? call.fields : FactsFields.values(of: shown)
        // After a conflict the form has seen the other value: saving once more is a decision.
        let seen = asked.compactMap { fact -> HiddenField? in
            let name = FactsFields.seenField(of: fact)
            if isUnread { return call.field(name).map { HiddenField(name, $0) } }
            // The very value that is shown beside it, though a newer one may stand by now.
            if let conflict = conflicts.first(where: { $0.fact == fact }) {
                return HiddenField(name, Fingerprint(of: conflict.stored).description)
            }
            guard problem != nil, unsaved.contains(fact) else {
                return HiddenField(name, Fingerprint(of: facts.facts[fact]).description)
            }
            return edits[fact]?.seen.map { HiddenField(name, $0.description) }
        }
        let conflictErrors = conflicts.map { (field: FactsFields.field(of: $0.fact), message: t("draft.conflict")) }
        let input = FormInput(values: values, errors: (problem?.fieldErrors ?? []) + conflictErrors, texts: t)
        let words = ConditionWords(in: viewer.language)
        let model = EligibilityPage(
            header: PageHeader(
                title: t("eligibility.title"), kind: to.title.text(for: spoken), lede: t("eligibility.lede")),
            panel: EligibilityPanel(report, of: id, closing: to.deadline, in: viewer.language),
            note: facts.isDeclared ? nil : t("eligibility.prefilled"),
            conflicts: conflicts.map { conflict in
                DraftPage.TheirVersion(
                    question: words.name(of: conflict.fact),
                    text: conflict.stored.map { $0.lines(words) } ?? t("draft.cleared"),
                    url: "#\(FormInput.id(of: FactsFields.field(of: conflict.fact)))")
            }, hasConflicts: !conflicts.isEmpty,
            form: asked.isEmpty
                ? nil
                : Form(
                    action: "/portal/applications/\(id)/eligibility",
                    sections: FactsFields.sections(asked, input, rows: FactsFields.rows(in: values), viewer.language),
                    submit: t("eligibility.save"), texts: t, hidden: seen,
                    cancel: LinkText(t("eligibility.back"), "/portal/applications/\(id)"),
                    saved: SaveState(
                        at: summary.application.savedAt, in: to.deadline.zone, language: viewer.language),
                    problem: problem?.headline),
            autosaveURL: "/portal/applications/\(id)/eligibility/autosave",
            words: DraftPage.AutosaveWords(
                saving: t("draft.saving"), offline: t("draft.offline"), signedOut: t("draft.signed_out")),
            whatIf: EligibilityPage.WhatIf(
                action: "/portal/applications/\(id)/eligibility", label: t("eligibility.at"),
                value: day?.description ?? ""),
            backURL: "/portal/applications/\(id)")
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "portal",
            breadcrumbs: [
                Breadcrumb(t("portal.title"), "/portal"),
                Breadcrumb(to.title.text(for: spoken), "/portal/applications/\(id)"),
            ], flash: done == "saved" ? FlashNotice(t("eligibility.saved")) : nil)
        return HTML(
            status: problem != nil ? 422 : conflicts.isEmpty ? 200 : 409,
            bytes: try PageTemplate.eligibility.render(model, in: frame))
    }
}

extension [CallCondition] {
    /// The facts these conditions look at, in the order people are asked for them.
    var askedFacts: [ApplicantFact] {
        let names = Set(flatMap(\.rule.facts))
        return ApplicantFact.allCases.filter { names.contains($0.rawValue) }
    }
}

/// The facts a startup declares, and what comes of them.
struct EligibilityPage: ViewModel {
    /// Another day to ask for.
    struct WhatIf: ViewModel {
        var action: SafeURL
        var label: String
        var value: String
    }

    var header: PageHeader
    var panel: EligibilityPanel
    /// That nothing is declared yet.
    var note: String?
    /// What somebody else declared meanwhile, to be weighed against what was typed here.
    var conflicts: [DraftPage.TheirVersion]
    var hasConflicts: Bool
    var form: Form?
    /// Where a script sends the form while somebody types.
    var autosaveURL: SafeURL
    var words: DraftPage.AutosaveWords
    var whatIf: WhatIf
    var backURL: SafeURL
}

/// What the conditions come to, rule by rule.
struct EligibilityPanel: ViewModel {
    var verdict: Badge
    var sentence: String
    var rules: Table
    /// Where facts are declared; nil while none is open.
    var url: SafeURL?

    init(
        _ report: EligibilityReport, of id: Application.ID, closing: Deadline, isOpen: Bool = true,
        in language: Pages.Language
    ) {
        let (t, words) = (PageKit.applications.texts(in: language), ConditionWords(in: language))
        let spoken = Vocabulary.Language(language)
        let lastDay = CalendarDate(closing.instant, in: closing.zone)
        verdict = report.verdict.badge(t)
        var sentences = [t("eligibility.says.\(report.verdict.rawValue)")]
        if report.verdict == .notMet, let day = report.outlook.day {
            sentences.append(t("eligibility.again", ["day": day.text(in: language)]))
            if day > lastDay { sentences.append(t("eligibility.closes_before", ["day": lastDay.text(in: language)])) }
        }
        sentence = sentences.joined(separator: t("eligibility.space"))
        rules = Table(
            caption: t("eligibility.rules"),
            columns: [
                .init(t("eligibility.condition")), .init(t("eligibility.result")), .init(t("eligibility.found")),
                .init(t("eligibility.required")),
            ],
            rows: report.results.map { result in
                let again =
                    result.finding.verdict == .notMet
                    ? result.outlook.day.map { t("eligibility.from", ["day": $0.text(in: language)]) } : nil
                return [
                    .text(
                        result.condition.name.text(for: spoken),
                        note: result.condition.blocks ? nil : t("eligibility.informs")),
                    .badge(result.finding.verdict.badge(t), note: again),
                    .text(result.finding.foundWords(words, t)), .text(result.finding.requiredWords(words, t)),
                ]
            }, empty: EmptyState(title: t("eligibility.none"), text: t("eligibility.none_text")))
        url = isOpen ? "/portal/applications/\(id)/eligibility" : nil
    }
}

extension PageTemplate<EligibilityPage> {
    static let eligibility = PageTemplate("applications/eligibility", in: .applications)
}

extension RuleVerdict {
    /// A tick, a cross or a question mark, with its word.
    func badge(_ t: Texts) -> Badge {
        switch self {
        case .met: Badge(t("verdict.met"), .success)
        case .notMet: Badge(t("verdict.not_met"), .danger)
        case .unknown: Badge(t("verdict.unknown"), .warning)
        }
    }
}

extension RuleFinding {
    func foundWords(_ words: ConditionWords, _ t: Texts) -> String {
        checks.map(words.found).joined(separator: t("eligibility.semicolon"))
    }

    func requiredWords(_ words: ConditionWords, _ t: Texts) -> String {
        checks.map(words.requirement).joined(separator: t("eligibility.semicolon"))
    }
}

/// What became of facts that a script sent.
struct FactsAttempt {
    /// What can be read of them; in the end, what is stored.
    private(set) var edits: [ApplicantFact: FactEdit] = [:]
    /// Why the others are not stored, by the name that the script knows them by.
    private(set) var errors: [String: String] = [:]

    /// Reads each of the facts for itself.
    init(_ call: FormCall<ApplicationPath, FactsFields>, to asked: [ApplicantFact]) {
        for fact in asked {
            let own = call.fields.filter { FactsFields.isField($0.key, of: fact) }
            guard !own.isEmpty else { continue }
            do throws(Problem) {
                let typed = try call.decoded { FactsFields.isField($0, of: fact) }
                edits.merge(try typed.edits(of: [fact], sent: own)) { $1 }
            } catch {
                errors[fact.rawValue] = error.errors.first?.words ?? error.words
            }
        }
    }

    /// Stores what can be stored.
    ///
    /// Throws what `saveFacts` throws, but for what is said of single facts.
    mutating func keep(
        of id: Application.ID, by person: Person.ID, _ call: FormCall<ApplicationPath, FactsFields>, _ t: Texts
    ) async throws {
        while !edits.isEmpty {
            do {
                let saved = try await call.database.write(as: call.context) { [edits] transaction in
                    try await transaction.saveFacts(edits, of: id, by: person)
                }
                for conflict in saved.conflicts { refuse([conflict.fact], t("draft.conflict")) }
                return
            } catch let problem as Problem where problem.status == 422 {
                // Facts that contradict each other are left, the others are tried again without them.
                let named = problem.errors.compactMap { ApplicantFact(rawValue: String($0.pointer.dropFirst())) }
                    .filter { edits[$0] != nil }
                refuse(named.isEmpty ? Array(edits.keys) : named, problem.errors.first?.words ?? problem.words)
            } catch let error as DatabaseError {
                guard let known = error.constraint.flatMap({ ApplicationsRoom.constraints[$0] }), known.status == 422
                else { throw error }
                refuse(Array(edits.keys), known.errors.first?.words ?? known.words)
            }
        }
    }

    private mutating func refuse(_ facts: [ApplicantFact], _ sentence: String) {
        for fact in facts {
            edits[fact] = nil
            errors[fact.rawValue] = sentence
        }
    }
}

/// Facts as their form sends them.
struct FactsFields: Codable {
    let incorporatedOn: CalendarDate?
    let incorporatedIn: Country?
    let fullTimeStaff: Int?
    let technicalStaff: Int?
    let staffWorldwide: Int?
    let technicalEquity: String?
    let project: Name?
    let noAwards: Bool?
    let awards: [AwardRow]?
    let holders: [HolderRow]?
    // What the writer saw of each fact, which the form carries along.
    let seenIncorporatedOn: String?
    let seenIncorporatedIn: String?
    let seenFullTimeStaff: String?
    let seenTechnicalStaff: String?
    let seenStaffWorldwide: String?
    let seenTechnicalEquity: String?
    let seenProject: String?
    let seenAwards: String?
    let seenHolders: String?

    struct AwardRow: Codable {
        let scheme: Name?
        let source: Name?
        let project: Name?
        let from: CalendarDate?
        let until: CalendarDate?
        let heldInCommon: String?
    }

    struct HolderRow: Codable {
        let name: Name?
        let share: String?
    }

    /// What was declared of the facts that were asked.
    func facts(_ asked: [ApplicantFact]) throws(Problem) -> DeclaredFacts {
        var checked = CheckedFacts()
        checked[.incorporatedOn] = incorporatedOn.map { .date(Day($0)) }
        checked[.incorporatedIn] = incorporatedIn.map { .country($0.code) }
        checked.set(.fullTimeStaff, fullTimeStaff)
        checked.set(.technicalStaff, technicalStaff)
        checked.set(.staffWorldwide, staffWorldwide)
        checked.set(.technicalEquity, Self.points(technicalEquity, "/technical_equity", &checked))
        checked[.project] = project.map { .text($0.string) }
        var named: [Award] = []
        for (index, row) in (awards ?? []).enumerated() {
            guard let scheme = row.scheme else {
                if row.project != nil || row.source != nil || row.from != nil || row.until != nil {
                    checked.refuse("/awards/\(index)/scheme", "is needed to say what was given")
                }
                continue
            }
            let held = Self.points(row.heldInCommon, "/awards/\(index)/held_in_common", &checked)
            named.append(
                Award(
                    scheme: scheme.string, source: row.source?.string, project: row.project?.string,
                    from: row.from.map(Day.init), until: row.until.map(Day.init), heldInCommon: held ?? 10_000))
        }
        // No award is a statement only where it is made: an untouched form does not say that there were none.
        if !named.isEmpty || noAwards == true { checked.set(named) }
        if noAwards == true, !named.isEmpty { checked.refuse("/no_awards", "contradicts the awards below") }
        var owners: [HeldShare] = []
        for (index, row) in (holders ?? []).enumerated() {
            guard let name = row.name else { continue }
            guard let share = Self.points(row.share, "/holders/\(index)/share", &checked) else {
                checked.refuse("/holders/\(index)/share", "is needed")
                continue
            }
            owners.append(HeldShare(name.string, share: share))
        }
        if !owners.isEmpty { checked.set(owners) }
        return try checked.facts().filter { name, _ in asked.contains { $0.rawValue == name } }
    }

    /// The field of a fact, or the first of its fields.
    static func field(of fact: ApplicantFact) -> String {
        switch fact {
        case .awards: "no_awards"
        case .holders: "holders.0.name"
        default: fact.rawValue
        }
    }

    /// Whether a field says something of a fact, or what its writer saw.
    static func isField(_ name: String, of fact: ApplicantFact) -> Bool {
        name == fact.rawValue || name.hasPrefix("\(fact.rawValue).") || name == field(of: fact)
            || name == seenField(of: fact)
    }

    /// The name of the hidden field that remembers what the writer saw.
    static func seenField(of fact: ApplicantFact) -> String { "seen_\(fact.rawValue)" }

    /// What the form says of the facts that were asked, beside what its writer saw. A fact of which it sends nothing stays.
    func edits(
        of asked: [ApplicantFact], sent fields: [String: [String]]
    ) throws(Problem) -> [ApplicantFact: FactEdit] {
        let typed = try facts(asked)
        return asked.reduce(into: [:]) { edits, fact in
            let seen = fields[Self.seenField(of: fact)]?.first
            guard
                seen != nil || fields[Self.field(of: fact)] != nil
                    || fields.keys.contains(where: { $0.hasPrefix("\(fact.rawValue).") })
            else { return }
            edits[fact] = FactEdit(typed[fact], seen: seen.flatMap(Fingerprint.init))
        }
    }

    private static func points(_ typed: String?, _ pointer: String, _ checked: inout CheckedFacts) -> Int? {
        guard let typed, !typed.allSatisfy(\.isWhitespace) else { return nil }
        guard case .percent(let points)? = FactValue(percent: typed) else {
            checked.refuse(pointer, "is no percentage between 0 and 100")
            return nil
        }
        return points
    }

    // MARK: The form

    /// How many rows of awards and holders a form has.
    static func rows(in values: [String: [String]]) -> (awards: Int, holders: Int) {
        func filled(_ list: String) -> Int {
            values.compactMap { name, texts -> Int? in
                let parts = name.split(separator: ".")
                guard parts.count == 3, parts[0] == list, let index = Int(parts[1]), (0..<50).contains(index),
                    texts.contains(where: { !$0.isEmpty })
                else { return nil }
                return index + 1
            }.max() ?? 0
        }
        return (min(50, filled("awards") + 2), min(50, filled("holders") + 2))
    }

    static func values(of facts: DeclaredFacts) -> [String: [String]] {
        var values: [String: [String]] = [:]
        for fact in ApplicantFact.allCases {
            switch facts[fact] {
            case .integer(let number)?: values[fact.rawValue] = ["\(number)"]
            case .percent(let points)?: values[fact.rawValue] = [percent(points)]
            case .date(let day)?: values[fact.rawValue] = [day.description]
            case .country(let text)?, .text(let text)?: values[fact.rawValue] = [text]
            case .awards(let awards)?:
                if awards.isEmpty { values["no_awards"] = ["true"] }
                for (index, award) in awards.enumerated() {
                    let row = "awards.\(index)"
                    values["\(row).scheme"] = [award.scheme]
                    values["\(row).source"] = [award.source ?? ""]
                    values["\(row).project"] = [award.project ?? ""]
                    values["\(row).from"] = [award.from?.description ?? ""]
                    values["\(row).until"] = [award.until?.description ?? ""]
                    values["\(row).held_in_common"] = [award.heldInCommon == 10_000 ? "" : percent(award.heldInCommon)]
                }
            case .holders(let holders)?:
                for (index, holder) in holders.enumerated() {
                    values["holders.\(index).name"] = [holder.name]
                    values["holders.\(index).share"] = [percent(holder.share)]
                }
            case .boolean?, nil: break
            }
        }
        return values
    }

    private static func percent(_ points: Int) -> String { String(ConditionWords.percent(points).dropLast(2)) }

    static func sections(
        _ asked: [ApplicantFact], _ input: FormInput, rows: (awards: Int, holders: Int), _ language: Pages.Language
    ) -> [FormSection] {
        let (t, words) = (PageKit.applications.texts(in: language), ConditionWords(in: language))
        let single = asked.filter { !$0.type.isList }
        var sections: [FormSection] = []
        if !single.isEmpty {
            sections.append(
                FormSection(
                    title: t("facts.title"), intro: t("facts.intro"),
                    fields: single.map { field(for: $0, input, words, t) }))
        }
        if asked.contains(.awards) {
            sections.append(
                FormSection(
                    title: words.name(of: .awards), intro: t("facts.awards_intro"),
                    fields: [
                        input.checkbox(
                            "no_awards", label: t("facts.no_awards"), statement: t("facts.no_awards_statement"))
                    ]))
            for index in 0..<rows.awards {
                let row = "awards.\(index)"
                sections.append(
                    FormSection(
                        title: t("facts.award", ["number": "\(index + 1)"]),
                        fields: [
                            input.text("\(row).scheme", label: t("facts.scheme"), isOptional: true, limit: 200),
                            input.text("\(row).source", label: t("facts.source"), isOptional: true, limit: 200),
                            input.text("\(row).project", label: t("facts.award_project"), isOptional: true, limit: 200),
                            input.date("\(row).from", label: t("facts.from"), isOptional: true),
                            input.date("\(row).until", label: t("facts.until"), isOptional: true),
                            input.number(
                                "\(row).held_in_common", label: t("facts.held"), hint: t("facts.held_hint"),
                                isOptional: true, suffix: "%", isDecimal: true),
                        ]))
            }
        }
        if asked.contains(.holders) {
            for index in 0..<rows.holders {
                sections.append(
                    FormSection(
                        title: t("facts.holder", ["number": "\(index + 1)"]),
                        fields: [
                            input.text(
                                "holders.\(index).name", label: t("facts.holder_name"), isOptional: true, limit: 200),
                            input.number(
                                "holders.\(index).share", label: t("facts.holder_share"), isOptional: true, suffix: "%",
                                isDecimal: true),
                        ]))
            }
        }
        return sections
    }

    private static func field(
        for fact: ApplicantFact, _ input: FormInput, _ words: ConditionWords, _ t: Texts
    ) -> FormField {
        let (name, label) = (fact.rawValue, words.name(of: fact))
        let hint = t("facts.hint.\(name)")
        switch fact {
        case .incorporatedOn: return input.date(name, label: label, hint: hint, isOptional: true)
        case .incorporatedIn:
            return input.text(name, label: label, hint: hint, isOptional: true, limit: 2, width: "short")
        case .technicalEquity:
            return input.number(name, label: label, hint: hint, isOptional: true, suffix: "%", isDecimal: true)
        case .project: return input.text(name, label: label, hint: hint, isOptional: true, limit: 200)
        default: return input.number(name, label: label, hint: hint, isOptional: true)
        }
    }
}

extension FactValue {
    /// The value in words that tell two apart: lists with all that is said of their items, a line each.
    func lines(_ words: ConditionWords) -> String {
        guard case .awards(let awards) = self, !awards.isEmpty else { return words.value(self) }
        return awards.map { award in
            let days = [award.from, award.until].map { $0.map { words.value(.date($0)) } ?? "" }
            let parts: [String?] = [
                award.scheme, award.source, award.project,
                award.from == nil && award.until == nil ? nil : days.joined(separator: " – "),
                award.heldInCommon == 10_000 ? nil : ConditionWords.percent(award.heldInCommon),
            ]
            return parts.compactMap(\.self).joined(separator: " · ")
        }.joined(separator: "\n")
    }
}

struct EligibilityPagePath: Codable {
    let application: Application.ID
    let at: CalendarDate?
    let done: String?
}
