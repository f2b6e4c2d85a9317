package import Vocabulary

/// What came of an agreement in a span of days: every figure says what it counts, and by the same filter its events are
/// listed.
package struct PartnerReport: Sendable {
    /// A number, and what it is the number of.
    package struct Figure: Sendable {
        /// Which activities it counts.
        package let filter: ActivityFilter
        /// How many there are.
        package let count: Int
    }

    /// How a target stands.
    package struct Progress: Sendable {
        /// Whether it can still change.
        package enum Status: String, Codable, Sendable, CaseIterable {
            case open, reached, missed
        }

        /// The target.
        package let target: MoU.Target
        /// What happened since it counts.
        package let figure: Figure
        /// What was there before and what happened since.
        package let value: Int
        /// Whether that is enough.
        package let status: Status
    }

    /// How often a benefit was used.
    package struct Use: Sendable {
        /// The benefit.
        package let benefit: MoU.Benefit
        /// Its uses.
        package let figure: Figure
    }

    /// What serves an area.
    package struct AreaActivity: Sendable {
        /// The area.
        package let area: MoU.Area
        /// How many things stand under the agreement for it.
        package let standing: Int
        /// What happened for it.
        package let figure: Figure
    }

    /// The agreement.
    package let mou: MoU
    /// The first day; nil before it is in force.
    package let from: CalendarDate?
    /// The last day.
    package let to: CalendarDate
    /// A figure for each kind of activity.
    package let figures: [Figure]
    /// How the targets stand on the last day.
    package let targets: [Progress]
    /// What was to be made or held.
    package let deliverables: [MoU.Deliverable]
    /// What startups may have, and how often they had it.
    package let benefits: [Use]
    /// What serves which area.
    package let areas: [AreaActivity]
    /// What stands under the agreement.
    package let standing: [MoU.Standing]
    /// The day of the first activity.
    package let firstActivity: CalendarDate?
    /// The last day on which something happened, a group met or a deliverable was settled, whether in the span or not.
    package let lastSignOfLife: CalendarDate?
    /// The activities of the span, by day.
    package let activities: [MoU.Activity]

    /// Since when nothing has happened under an agreement that is in force; nil unless that is long ago.
    package var dormantSince: CalendarDate? {
        guard mou.status.isInForce, let last = lastSignOfLife ?? mou.term.effectiveOn,
            last.days(until: mou.asOf) >= MoU.dormantAfterDays
        else { return nil }
        return last
    }

    /// How many areas something stands under or happened for.
    package var activeAreas: Int { areas.count { $0.standing > 0 || $0.figure.count > 0 } }

    /// Days from the signature to the first activity.
    package var daysToFirstActivity: Int? {
        guard let signed = mou.signedOn, let first = firstActivity else { return nil }
        return max(0, signed.days(until: first))
    }

    /// Deliverables that were due by the last day and not cancelled, and how many of them were met on time.
    package var deliveredOnTime: (met: Int, due: Int) {
        let due = deliverables.filter { $0.dueOn <= to && $0.status != .cancelled }
        return (due.count(where: \.isOnTime), due.count)
    }
}

extension PartnerReport {
    /// The report over a span; the whole term up to the day it is read unless given.
    package init(
        of mou: MoU, from: CalendarDate?, to: CalendarDate?, targets: [MoU.Target], deliverables: [MoU.Deliverable],
        benefits: [MoU.Benefit], standing: [MoU.Standing], activities: [MoU.Activity], lastSignOfLife: CalendarDate?
    ) {
        let first = from ?? mou.term.effectiveOn
        let last = to ?? mou.asOf
        func figure(_ filter: ActivityFilter) -> Figure {
            Figure(filter: filter, count: filter.count(activities))
        }
        func span(_ kind: MoU.Activity.Kind?, area: FocusArea.ID? = nil, benefit: MoU.Benefit.ID? = nil) -> Figure {
            figure(ActivityFilter(kind: kind, from: first, to: last, area: area, benefit: benefit))
        }
        self.mou = mou
        self.from = first
        self.to = last
        figures = MoU.Activity.Kind.allCases.map { span($0) }
        self.targets = targets.map { target in
            let counted = figure(
                ActivityFilter(
                    kind: target.metric, from: target.countsFrom ?? mou.term.effectiveOn, to: min(target.dueOn, last),
                    area: target.area, country: target.country))
            let value = target.baseline + counted.count
            return Progress(
                target: target, figure: counted, value: value, status: target.status(of: value, on: last))
        }
        self.deliverables = deliverables
        self.benefits = benefits.map { benefit in
            Use(
                benefit: benefit,
                figure: benefit.kind == .fastTrack
                    ? figure(ActivityFilter(kind: .fastTrackUsed, to: last))
                    : figure(ActivityFilter(kind: .benefitUsed, to: last, benefit: benefit.id)))
        }
        areas = mou.areas.map { area in
            AreaActivity(
                area: area, standing: standing.count { $0.areas.contains(area.focusArea) },
                figure: span(nil, area: area.focusArea))
        }
        self.standing = standing
        firstActivity = activities.first?.day
        self.lastSignOfLife = lastSignOfLife
        self.activities = activities.filter(ActivityFilter(from: first, to: last).admits)
    }
}

extension MoU {
    /// An agreement in force is called dormant when nothing has happened under it for so many days.
    package static let dormantAfterDays = 180
}

extension MoU.Target {
    /// Whether a value is enough on a day. A number to be reached is reached for good; one not to be exceeded can be
    /// exceeded until the target is due.
    func status(of value: Int, on day: CalendarDate) -> PartnerReport.Progress.Status {
        let isOver = dueOn < day
        switch direction {
        case .atLeast: return value >= number ? .reached : isOver ? .missed : .open
        case .atMost: return value > number ? .missed : isOver ? .reached : .open
        }
    }
}
