import API
import Foundation
import Institutions
import Vocabulary

/// What a manager sends to set a target.
struct TargetBody: Described {
    let title: LocalizedName
    let metric: MoU.Activity.Kind
    let number: Int
    let direction: MoU.Target.Direction?
    let dueOn: CalendarDate
    let countsFrom: CalendarDate?
    let baseline: Int?
    let area: FocusArea.ID?
    let country: Country?

    static let documentation = [
        "metric": "What is counted of what happens under the agreement.",
        "direction": "Whether the number is to be reached or not to be exceeded; reached unless given.",
        "due_on": "The last day that counts.",
        "counts_from": "The first day that counts; the first day in force unless given.",
        "baseline": "Where the number stood before; what is counted is added to it.",
        "area": "Only what concerns this area of the agreement.", "country": "Only startups of this country.",
    ]

    var new: NewTarget {
        NewTarget(
            title, metric, number, by: dueOn, from: countsFrom, direction: direction ?? .atLeast,
            baseline: baseline ?? 0, in: area, of: country)
    }
}

/// What a manager sends to promise a deliverable.
struct DeliverableBody: Described {
    let title: LocalizedName
    let kind: MoU.Deliverable.Kind
    let dueOn: CalendarDate
    let area: FocusArea.ID?

    static let documentation = ["area": "The area of the agreement it belongs to."]

    var new: NewDeliverable { NewDeliverable(title, kind, by: dueOn, in: area) }
}

/// What a manager sends to say what came of a deliverable.
struct DeliverableReportBody: Described {
    let status: MoU.Deliverable.Status
    let settledOn: CalendarDate?
    let evidence: LongText?

    static let documentation = [
        "settled_on": "When that was so; needed unless it is scheduled again.",
        "evidence": "What shows it; needed where it is met or partially met.",
    ]

    var report: DeliverableReport { DeliverableReport(status, on: settledOn, evidence: evidence) }
}

/// What a manager sends to grant a benefit.
struct BenefitBody: Described {
    let kind: MoU.Benefit.Kind
    let title: LocalizedName
    let beneficiaries: ShortText
    let program: UUID?
    let quota: Int?

    static let documentation = [
        "kind": "The uses of a fast track are those of its codes; an agreement has one fast track.",
        "beneficiaries": "Whom it is for.", "program": "The program it concerns.",
        "quota": "How often it may be used; without it, as often as is asked.",
    ]

    var new: NewBenefit { NewBenefit(kind, title, for: beneficiaries, in: program, quota: quota) }
}

/// What a manager sends to record that a benefit was used.
struct BenefitUseBody: Described {
    let usedOn: CalendarDate
    let startup: Startup.ID?
    let note: ShortText?

    var new: NewBenefitUse { NewBenefitUse(on: usedOn, by: startup, note: note) }
}

/// What a manager sends to take a use of a benefit back.
struct BenefitUseWithdrawalBody: Described {
    let reason: ShortText

    static let documentation = ["reason": "Why it was a mistake; it stays on record."]
}

/// Which use is taken back, and why, as the form on its page sends it.
struct BenefitUseWithdrawalForm: Codable {
    let use: MoU.BenefitUse.ID
    let reason: ShortText
}

/// A use of a benefit as JSON.
struct BenefitUseView: Described {
    let id: MoU.BenefitUse.ID
    let usedOn: CalendarDate
    let startup: Startup.ID?
    let startupName: LocalizedName?
    let note: ShortText?
    let recordedAt: Date
    let recordedBy: String?

    init(_ use: MoU.BenefitUse) {
        (id, usedOn, startup, startupName) = (use.id, use.usedOn, use.startup, use.startupName)
        (note, recordedAt, recordedBy) = (use.note, use.recordedAt, use.recordedBy)
    }
}

/// Uses of a benefit that were taken back, as JSON.
struct BenefitUsesTakenBack: Described {
    let items: [Item]

    struct Item: Codable {
        let use: BenefitUseView
        let reason: ShortText
        let takenBackAt: Date
        let takenBackBy: String?
    }

    init(_ uses: [MoU.TakenBackUse]) {
        items = uses.map {
            Item(
                use: BenefitUseView($0.use), reason: $0.reason, takenBackAt: $0.takenBackAt,
                takenBackBy: $0.takenBackBy)
        }
    }
}

/// What a manager sends to link something to an agreement: one thing.
struct LinkBody: Described {
    let program: UUID?
    let stream: UUID?
    let call: UUID?
    let enrolment: UUID?
    let cohort: UUID?
    let introduction: UUID?
    let investment: UUID?
    let demoDay: UUID?
    let area: FocusArea.ID?
    let serviceLine: MoU.ServiceLine?
    let note: ShortText?

    static let documentation = [
        "program": "With all its streams.", "cohort": "With whoever is enrolled in it.",
        "introduction": "With the deal it leads to.", "demo_day": "With the meetings held at it.",
        "investment": "A deal, however it came to be known. One that came of an introduction counts once.",
        "area": "The area of the agreement that it serves.",
        "service_line": "What it helps startups with.",
    ]

    func new() throws(Problem) -> NewLink {
        let named = [
            (MoU.Standing.Noun.program, program), (.stream, stream), (.call, call), (.enrolment, enrolment),
            (.cohort, cohort), (.introduction, introduction), (.investment, investment), (.demoDay, demoDay),
        ].compactMap { noun, id in id.map { (noun, $0) } }
        guard let (noun, id) = named.first, named.count == 1 else {
            throw .invalid(
                "/program",
                "Name one thing: a program, stream, cohort, call, enrolment, introduction, investment or demo day.")
        }
        return NewLink(noun, id, in: area, for: serviceLine, note: note)
    }
}

/// What is chosen to be linked, as a form sends it: `stream:` and its id.
struct LinkChoice: Equatable {
    let noun: MoU.Standing.Noun
    let id: UUID

    var text: String { "\(noun.rawValue):\(id.text)" }

    init(_ noun: MoU.Standing.Noun, _ id: UUID) { (self.noun, self.id) = (noun, id) }

    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let noun = MoU.Standing.Noun(rawValue: String(parts[0])),
            let id = UUID(text: String(parts[1]))
        else { return nil }
        (self.noun, self.id) = (noun, id)
    }
}

/// A link as its form sends it.
struct LinkForm: Codable {
    /// What is linked, see ``LinkChoice``.
    let object: ShortText
    let area: FocusArea.ID?
    let serviceLine: MoU.ServiceLine?
    let note: ShortText?

    func new() throws(Problem) -> NewLink {
        guard let chosen = LinkChoice(object.string) else { throw .invalid("/object", "Choose from the list.") }
        return NewLink(chosen.noun, chosen.id, in: area, for: serviceLine, note: note)
    }
}

struct TargetPath: Codable {
    let mou: MoU.ID
    let target: MoU.Target.ID
}

struct DeliverablePath: Codable {
    let mou: MoU.ID
    let deliverable: MoU.Deliverable.ID
}

struct BenefitPath: Codable {
    let mou: MoU.ID
    let benefit: MoU.Benefit.ID
}

struct BenefitUsePath: Codable {
    let mou: MoU.ID
    let benefit: MoU.Benefit.ID
    let use: MoU.BenefitUse.ID
}

/// Which uses of a benefit.
struct BenefitUsesQuery: Codable {
    let mou: MoU.ID
    let benefit: MoU.Benefit.ID
    let limit: PageSize?
    let cursor: PageCursor?
}

/// The same on a page, with what is searched for among the startups that it offers.
struct BenefitUsesPageQuery: Codable {
    let mou: MoU.ID
    let benefit: MoU.Benefit.ID
    let q: ShortText?
    let limit: PageSize?
    let cursor: PageCursor?
}

extension BenefitUsesPageQuery {
    init(_ path: BenefitPath) {
        self.init(mou: path.mou, benefit: path.benefit, q: nil, limit: nil, cursor: nil)
    }
}

/// The form of a link: what is searched for among what it offers, and what is chosen already.
struct NewLinkQuery: Codable {
    let mou: MoU.ID
    let q: ShortText?
    let object: ShortText?
}

struct LinkPath: Codable {
    let mou: MoU.ID
    let link: MoU.Link.ID
}

/// Which span of an agreement's report.
struct ReportQuery: Codable {
    let mou: MoU.ID
    let from: CalendarDate?
    let to: CalendarDate?
    let lang: Vocabulary.Language?
}

/// The same on a page, with what was just done.
struct ReportPageQuery: Codable {
    let mou: MoU.ID
    let from: CalendarDate?
    let to: CalendarDate?
    let done: ReportDone?
}

/// What was just done, as the address of the report after it says.
enum ReportDone: String, Codable, CaseIterable {
    case target, targetDropped = "target_dropped", deliverable, reported, benefit, used
    case useTakenBack = "use_taken_back"
    case linked, unlinked
}

/// Which activities of an agreement.
struct ActivitiesQuery: Codable {
    let mou: MoU.ID
    let kind: MoU.Activity.Kind?
    let from: CalendarDate?
    let to: CalendarDate?
    let area: FocusArea.ID?
    let country: Country?
    let benefit: MoU.Benefit.ID?
    let limit: PageSize?
    let cursor: PageCursor?

    var filter: ActivityFilter {
        ActivityFilter(kind: kind, from: from, to: to, area: area, country: country, benefit: benefit)
    }
}
