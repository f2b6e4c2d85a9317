internal import API
internal import Eligibility
internal import Foundation
internal import Programs
internal import Vocabulary

/// The facts of an application as JSON.
struct FactsBody: Described {
    let incorporatedOn: CalendarDate?
    let incorporatedIn: Country?
    let fullTimeStaff: Int?
    let technicalStaff: Int?
    let staffWorldwide: Int?
    let technicalEquity: Int?
    let project: Name?
    let awards: [AwardBody]?
    let holders: [HeldShareBody]?

    static var documentation: [String: String] {
        [
            "incorporated_on": "A day to come where that is planned.",
            "technical_equity": "In hundredths of a per cent.",
            "project": "What the project is called; awards for the same project are told by the name.",
            "awards":
                "All awards of the company and of companies close to it. An empty list says that there were none.",
            "holders": "Who owns how much. Absent facts are not known, never zero.",
        ]
    }

    init(_ facts: DeclaredFacts) {
        func integer(_ fact: ApplicantFact) -> Int? {
            switch facts[fact] {
            case .integer(let number), .percent(let number): number
            default: nil
            }
        }
        incorporatedOn = if case .date(let day) = facts[.incorporatedOn] { CalendarDate(day) } else { nil }
        incorporatedIn = if case .country(let code) = facts[.incorporatedIn] { Country(code) } else { nil }
        fullTimeStaff = integer(.fullTimeStaff)
        technicalStaff = integer(.technicalStaff)
        staffWorldwide = integer(.staffWorldwide)
        technicalEquity = integer(.technicalEquity)
        project = if case .text(let text) = facts[.project] { try? Name(text) } else { nil }
        awards = if case .awards(let awards) = facts[.awards] { awards.compactMap(AwardBody.init) } else { nil }
        holders =
            if case .holders(let holders) = facts[.holders] { holders.compactMap(HeldShareBody.init) } else { nil }
    }

    /// The facts it declares. All refusals are told at once.
    func facts() throws(Problem) -> DeclaredFacts {
        var checked = CheckedFacts()
        checked[.incorporatedOn] = incorporatedOn.map { .date(Day($0)) }
        checked[.incorporatedIn] = incorporatedIn.map { .country($0.code) }
        checked.set(.fullTimeStaff, fullTimeStaff)
        checked.set(.technicalStaff, technicalStaff)
        checked.set(.staffWorldwide, staffWorldwide)
        checked.set(.technicalEquity, technicalEquity)
        checked[.project] = project.map { .text($0.string) }
        checked.set(awards?.map(\.award))
        checked.set(holders?.map(\.share))
        return try checked.facts()
    }
}

struct AwardBody: Codable {
    let scheme: Name
    let source: Name?
    let project: Name?
    let from: CalendarDate?
    let until: CalendarDate?
    let heldInCommon: Int?

    init?(_ award: Award) {
        guard let scheme = try? Name(award.scheme) else { return nil }
        self.scheme = scheme
        source = award.source.flatMap { try? Name($0) }
        project = award.project.flatMap { try? Name($0) }
        from = award.from.map(CalendarDate.init)
        until = award.until.map(CalendarDate.init)
        heldInCommon = award.heldInCommon == 10_000 ? nil : award.heldInCommon
    }

    var award: Award {
        Award(
            scheme: scheme.string, source: source?.string, project: project?.string, from: from.map(Day.init),
            until: until.map(Day.init), heldInCommon: heldInCommon ?? 10_000)
    }
}

struct HeldShareBody: Codable {
    let name: Name
    let basisPoints: Int

    init?(_ share: HeldShare) {
        guard let name = try? Name(share.name) else { return nil }
        self.name = name
        basisPoints = share.share
    }

    var share: HeldShare { HeldShare(name.string, share: basisPoints) }
}

/// Facts on their way in, with what is wrong with them.
struct CheckedFacts {
    private var values: DeclaredFacts = [:]
    private var errors: [Problem.FieldError] = []

    subscript(_ fact: ApplicantFact) -> FactValue? {
        get { values[fact] }
        set { values[fact] = newValue }
    }

    /// A number within what its fact can be.
    mutating func set(_ fact: ApplicantFact, _ number: Int?) {
        guard let number else { return }
        let most = fact.type == .percent ? 10_000 : 10_000_000
        guard (0...most).contains(number) else {
            errors.append(.init("/\(fact.rawValue)", .outOfRange, "is not between 0 and \(most)"))
            return
        }
        values[fact] = fact.type == .percent ? .percent(number) : .integer(number)
    }

    mutating func set(_ awards: [Award]?) {
        guard let awards else { return }
        check(awards.count, of: .awards)
        for (index, award) in awards.enumerated() {
            if let from = award.from, let until = award.until, until < from {
                errors.append(.init("/awards/\(index)/until", .outOfRange, "is before the first day"))
            }
            if !(0...10_000).contains(award.heldInCommon) {
                errors.append(.init("/awards/\(index)/held_in_common", .outOfRange, "is not between 0 and 10000"))
            }
        }
        values[.awards] = .awards(awards)
    }

    mutating func set(_ holders: [HeldShare]?) {
        guard let holders else { return }
        check(holders.count, of: .holders)
        for (index, holder) in holders.enumerated() where !(1...10_000).contains(holder.share) {
            errors.append(.init("/holders/\(index)/basis_points", .outOfRange, "is not between 1 and 10000"))
        }
        if holders.reduce(0, { $0 + min($1.share, 10_000) }) > 10_000 {
            errors.append(.init("/holders", .outOfRange, "own more than the whole together"))
        }
        values[.holders] = .holders(holders)
    }

    mutating func refuse(_ pointer: String, _ why: String) {
        errors.append(.init(pointer, .invalid, why))
    }

    private mutating func check(_ count: Int, of fact: ApplicantFact) {
        guard count > EligibilityRule.longestList else { return }
        errors.append(.init("/\(fact.rawValue)", .tooMany, "has more than \(EligibilityRule.longestList) entries"))
    }

    func facts() throws(Problem) -> DeclaredFacts {
        let errors = errors + values.contradictions
        guard errors.isEmpty else { throw Problem(.invalid, errors: errors) }
        return values
    }
}

/// The facts of an application, and where they are from.
struct FactsView: Described {
    let facts: FactsBody
    let isDeclared: Bool

    static var documentation: [String: String] {
        ["is_declared": "Whether somebody declared them. Otherwise they are what is known of the startup."]
    }

    init(_ facts: ApplicationFacts) {
        self.facts = FactsBody(facts.facts)
        isDeclared = facts.isDeclared
    }
}

/// What the conditions of a call come to, rule by rule.
struct EligibilityView: Described {
    let on: CalendarDate
    let snapshot: Int?
    let verdict: RuleVerdict
    let eligibleAgainOn: CalendarDate?
    let conditions: [ConditionResultView]

    static var documentation: [String: String] {
        [
            "on": "The day it was asked for.",
            "snapshot": "The copy of what was handed in that it belongs to; absent where it was asked now.",
            "verdict": "Whether what blocks is met.",
            "eligible_again_on":
                "The first later day on which all that blocks is met, the facts staying as they are; absent without one.",
        ]
    }

    init(_ report: EligibilityReport) {
        on = CalendarDate(report.on)
        snapshot = nil
        verdict = report.verdict
        eligibleAgainOn = report.outlook.day
        conditions = report.results.map { result in
            ConditionResultView(
                result.condition, result.finding, eligibleAgainOn: result.outlook.day, isCited: nil)
        }
    }

    /// What was found when an application was handed in.
    init(_ findings: [ApplicationFinding], of conditions: [CallCondition], on day: CalendarDate) {
        let known = Dictionary(conditions.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let obstacles = findings.filter { known[$0.condition]?.blocks == true && $0.finding.verdict != .met }
        on = findings.first?.on ?? day
        snapshot = findings.first?.copy
        verdict = obstacles.isEmpty ? .met : obstacles.contains { $0.finding.verdict == .notMet } ? .notMet : .unknown
        eligibleAgainOn = nil
        self.conditions = findings.compactMap { finding in
            known[finding.condition].map {
                ConditionResultView($0, finding.finding, eligibleAgainOn: nil, isCited: finding.isCited)
            }
        }
    }
}

struct ConditionResultView: Codable {
    let condition: CallCondition.ID
    let name: LocalizedName
    let blocks: Bool
    let verdict: RuleVerdict
    let eligibleAgainOn: CalendarDate?
    let isCited: Bool?
    let checks: [CheckView]

    init(_ condition: CallCondition, _ finding: RuleFinding, eligibleAgainOn: CalendarDate?, isCited: Bool?) {
        self.condition = condition.id
        name = condition.name
        blocks = condition.blocks
        verdict = finding.verdict
        self.eligibleAgainOn = eligibleAgainOn
        self.isCited = isCited
        checks = finding.checks.map(CheckView.init)
    }
}

struct CheckView: Codable {
    let measure: String
    let comparison: Term.Comparison
    let required: [String]
    let found: String?
    let counted: [String]
    let verdict: RuleVerdict

    init(_ check: RuleFinding.Check) {
        measure = check.measure.description
        comparison = check.comparison
        required = check.required.map(\.description)
        found = check.found?.description
        counted = check.counted
        verdict = check.verdict
    }
}

extension Outlook {
    /// The later day, if there is one.
    var day: CalendarDate? {
        if case .on(let day) = self { CalendarDate(day) } else { nil }
    }
}
