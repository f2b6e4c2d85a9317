import API
import Foundation
import Institutions
import Vocabulary

/// What came of an agreement, as JSON.
struct ReportView: Described {
    let mou: MoU.ID
    let reference: Name
    let title: LocalizedName
    let status: MoU.Status
    let from: CalendarDate?
    let to: CalendarDate
    let figures: [FigureView]
    let targets: [TargetView]
    let deliverables: [DeliverableView]
    let deliverablesDue: Int
    let deliverablesOnTime: Int
    let benefits: [BenefitView]
    let areas: [AreaActivityView]
    let activeAreas: Int
    let standing: [StandingView]
    let firstActivityOn: CalendarDate?
    let daysToFirstActivity: Int?
    let dormantSince: CalendarDate?

    static let documentation = [
        "figures": "A number for each kind of what happened; `activities` is the address of what it counts.",
        "deliverables_due": "Due by the last day and not cancelled.",
        "active_areas": "Areas that something stands under or happened for.",
        "standing": "What is done under the agreement, by a link or because a partner takes part in it.",
        "days_to_first_activity": "From the signature.",
        "dormant_since": "The last sign of life of an agreement in force, if that is 180 days ago or more.",
    ]

    init(_ report: PartnerReport) {
        let id = report.mou.id
        mou = id
        reference = report.mou.reference
        title = report.mou.title
        status = report.mou.status
        (from, to) = (report.from, report.to)
        figures = report.figures.map { FigureView($0, of: id) }
        targets = report.targets.map { TargetView($0, of: id) }
        deliverables = report.deliverables.map(DeliverableView.init)
        (deliverablesOnTime, deliverablesDue) = report.deliveredOnTime
        benefits = report.benefits.map { BenefitView($0, of: id) }
        areas = report.areas.map { AreaActivityView($0, of: id) }
        activeAreas = report.activeAreas
        standing = report.standing.map(StandingView.init)
        firstActivityOn = report.firstActivity
        daysToFirstActivity = report.daysToFirstActivity
        dormantSince = report.dormantSince
    }
}

struct FigureView: Codable {
    let kind: MoU.Activity.Kind?
    let from: CalendarDate?
    let to: CalendarDate?
    let count: Int
    let activities: String

    init(_ figure: PartnerReport.Figure, of mou: MoU.ID) {
        (kind, from, to) = (figure.filter.kind, figure.filter.from, figure.filter.to)
        count = figure.count
        let query = figure.filter.items.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        activities = "/v1/mous/\(mou)/activities" + (query.isEmpty ? "" : "?" + query)
    }
}

struct TargetView: Codable {
    let id: MoU.Target.ID
    let title: LocalizedName
    let direction: MoU.Target.Direction
    let number: Int
    let baseline: Int
    let dueOn: CalendarDate
    let area: FocusArea.ID?
    let country: Country?
    let value: Int
    let status: PartnerReport.Progress.Status
    let counted: FigureView

    init(_ progress: PartnerReport.Progress, of mou: MoU.ID) {
        let target = progress.target
        (id, title, direction) = (target.id, target.title, target.direction)
        (number, baseline, dueOn) = (target.number, target.baseline, target.dueOn)
        (area, country) = (target.area, target.country)
        (value, status) = (progress.value, progress.status)
        counted = FigureView(progress.figure, of: mou)
    }
}

struct DeliverableView: Codable {
    let id: MoU.Deliverable.ID
    let title: LocalizedName
    let kind: MoU.Deliverable.Kind
    let area: FocusArea.ID?
    let dueOn: CalendarDate
    let status: MoU.Deliverable.Status
    let settledOn: CalendarDate?
    let evidence: LongText?

    init(_ deliverable: MoU.Deliverable) {
        (id, title, kind, area) = (deliverable.id, deliverable.title, deliverable.kind, deliverable.area)
        (dueOn, status) = (deliverable.dueOn, deliverable.status)
        (settledOn, evidence) = (deliverable.settledOn, deliverable.evidence)
    }
}

struct BenefitView: Codable {
    let id: MoU.Benefit.ID
    let kind: MoU.Benefit.Kind
    let title: LocalizedName
    let beneficiaries: ShortText
    let program: UUID?
    let quota: Int?
    let used: FigureView

    init(_ use: PartnerReport.Use, of mou: MoU.ID) {
        let benefit = use.benefit
        (id, kind, title, beneficiaries) = (benefit.id, benefit.kind, benefit.title, benefit.beneficiaries)
        (program, quota) = (benefit.program, benefit.quota)
        used = FigureView(use.figure, of: mou)
    }
}

struct AreaActivityView: Codable {
    let area: FocusArea.ID
    let wording: ShortText
    let status: MoU.Area.Status
    let since: CalendarDate?
    let reason: ShortText?
    let standing: Int
    let happened: FigureView

    init(_ activity: PartnerReport.AreaActivity, of mou: MoU.ID) {
        (area, wording) = (activity.area.focusArea, activity.area.wording)
        (status, since, reason) = (activity.area.status, activity.area.since, activity.area.reason)
        standing = activity.standing
        happened = FigureView(activity.figure, of: mou)
    }
}

struct StandingView: Codable {
    let noun: MoU.Standing.Noun
    let id: UUID?
    let name: LocalizedName?
    let within: LocalizedName?
    let areas: [FocusArea.ID]
    let serviceLine: MoU.ServiceLine?
    let link: MoU.Link.ID?
    let note: ShortText?

    init(_ standing: MoU.Standing) {
        (noun, id, name, within) = (standing.noun, standing.object, standing.name, standing.within)
        (areas, serviceLine) = (standing.areas, standing.line)
        (link, note) = (standing.link, standing.note)
    }
}

/// Something that happened under an agreement, as JSON.
struct ActivityView: Described {
    let position: Int
    let kind: MoU.Activity.Kind
    let day: CalendarDate
    let noun: MoU.Activity.Noun
    let id: UUID?
    let title: LocalizedName
    let startup: Startup.ID?
    let startupName: LocalizedName?
    let country: Country?
    let areas: [FocusArea.ID]
    let serviceLine: MoU.ServiceLine?
    let attendance: Int?

    static let documentation = [
        "position": "Its place in the list, from 1.", "day": "In the workspace's zone.",
        "id": "What it happened to; absent where the reader may not know.",
        "title": "The call's, the session's or the benefit's.", "attendance": "How many people came to a session.",
        "startup": "Partners know the startups enrolled in the streams they take part in.",
    ]

    init(_ activity: MoU.Activity, at position: Int) {
        self.position = position
        (kind, day, noun, id) = (activity.kind, activity.day, activity.noun, activity.object)
        (title, startup, startupName) = (activity.title, activity.startup, activity.startupName)
        (country, areas, serviceLine) = (activity.country, activity.areas, activity.line)
        attendance = activity.attendance
    }

    /// What a filter lets through, numbered.
    static func list(_ activities: [MoU.Activity], matching filter: ActivityFilter) -> [ActivityView] {
        activities.filter(filter.admits).enumerated().map { ActivityView($1, at: $0 + 1) }
    }
}
