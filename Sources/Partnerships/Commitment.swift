package import Foundation
package import Institutions
package import Vocabulary

extension MoU {
    /// A number that the parties mean to reach by a day, or not to exceed until then. What it counts is what happened under
    /// the agreement, see ``Activity``.
    package struct Target: Sendable, Identifiable {
        /// Names a target within its tenant.
        package typealias ID = Identifier<Target>

        /// Which side of the number is meant.
        package enum Direction: String, Codable, Sendable, CaseIterable {
            case atLeast = "at_least"
            case atMost = "at_most"
        }

        /// The target.
        package let id: ID
        /// In the parties' words.
        package let title: LocalizedName
        /// What is counted.
        package let metric: Activity.Kind
        /// Where the number stood when the target was set; what is counted is added to it.
        package let baseline: Int
        /// The number to be reached.
        package let number: Int
        /// Which side of it is meant.
        package let direction: Direction
        /// The first day that counts; nil for the first day in force.
        package let countsFrom: CalendarDate?
        /// The last day that counts.
        package let dueOn: CalendarDate
        /// Only what concerns this area.
        package let area: FocusArea.ID?
        /// Only startups of this country.
        package let country: Country?
    }

    /// Something the parties mean to make or hold together.
    package struct Deliverable: Sendable, Identifiable {
        /// Names a deliverable within its tenant.
        package typealias ID = Identifier<Deliverable>

        /// What it is.
        package enum Kind: String, Codable, Sendable, CaseIterable {
            case platform, program, stream, event, report, pilot
            case dataSet = "data_set"
            case fund, other
        }

        /// What came of it.
        package enum Status: String, Codable, Sendable, CaseIterable {
            case scheduled
            case partiallyMet = "partially_met"
            case met
            case notMet = "not_met"
            case cancelled
        }

        /// The deliverable.
        package let id: ID
        /// In the parties' words.
        package let title: LocalizedName
        /// What it is.
        package let kind: Kind
        /// The area it belongs to.
        package let area: FocusArea.ID?
        /// By when.
        package let dueOn: CalendarDate
        /// What came of it.
        package let status: Status
        /// When that was so; nil while it is scheduled.
        package let settledOn: CalendarDate?
        /// What shows it.
        package let evidence: LongText?

        /// Whether it was met by its day.
        package var isOnTime: Bool { status == .met && settledOn.map { $0 <= dueOn } == true }
    }

    /// What a party lets startups have.
    package struct Benefit: Sendable, Identifiable {
        /// Names a benefit within its tenant.
        package typealias ID = Identifier<Benefit>

        /// What it is.
        package enum Kind: String, Codable, Sendable, CaseIterable {
            case fastTrack = "fast_track"
            case feeWaiver = "fee_waiver"
            case space
            case dataAccess = "data_access"
            case coInvestment = "co_investment"
            case mentoring
        }

        /// The benefit.
        package let id: ID
        /// What it is.
        package let kind: Kind
        /// In the parties' words.
        package let title: LocalizedName
        /// Whom it is for.
        package let beneficiaries: ShortText
        /// The program it concerns.
        package let program: UUID?
        /// How often it may be used; nil for as often as is asked.
        package let quota: Int?
    }

    /// A time that a benefit was used.
    package struct BenefitUse: Sendable {
        /// Names a use within its benefit.
        package typealias ID = Identifier<BenefitUse>

        /// The use.
        package let id: ID
        /// When it was used.
        package let usedOn: CalendarDate
        /// By which startup, where somebody said so.
        package let startup: Startup.ID?
        /// What it is called.
        package let startupName: LocalizedName?
        /// What was said of it.
        package let note: ShortText?
        /// When it was recorded.
        package let recordedAt: Date
        /// The name of whoever recorded it.
        package let recordedBy: String?
    }

    /// A use of a benefit that was taken back as a mistake.
    package struct TakenBackUse: Sendable {
        /// What was recorded.
        package let use: BenefitUse
        /// Why it was a mistake.
        package let reason: ShortText
        /// When it was taken back.
        package let takenBackAt: Date
        /// The name of whoever took it back.
        package let takenBackBy: String?

        /// As many as are listed, the latest first.
        package static let limit = 200
    }

    /// What an agreement helps startups with.
    package enum ServiceLine: String, Codable, Sendable, CaseIterable {
        case incubationAcceleration = "incubation_acceleration"
        case investmentMatching = "investment_matching"
        case knowledgeExchange = "knowledge_exchange"
        case marketAccess = "market_access"
    }

    /// Something that somebody linked to an agreement.
    package struct Link: Sendable {
        /// Names a link within its tenant.
        package typealias ID = Identifier<Link>
    }

    /// Something that stands under an agreement, by a link or because a partner takes part in it.
    package struct Standing: Sendable {
        /// What it is.
        package enum Noun: String, Codable, Sendable, CaseIterable {
            case program, stream, cohort, call, enrolment, introduction, investment
            case demoDay = "demo_day"
        }

        /// What it is.
        package let noun: Noun
        /// Which; nil where the reader may not know.
        package let object: UUID?
        /// What it is called; nil where the reader may not know.
        package let name: LocalizedName?
        /// What it belongs to.
        package let within: LocalizedName?
        /// The agreement's areas that it serves.
        package let areas: [FocusArea.ID]
        /// What it helps startups with.
        package let line: ServiceLine?
        /// The link that put it there; nil where it follows by itself.
        package let link: Link.ID?
        /// Why it was linked.
        package let note: ShortText?
    }
}

/// What a manager says of a new target.
package struct NewTarget: Sendable {
    let title: LocalizedName
    let metric: MoU.Activity.Kind
    let baseline: Int
    let number: Int
    let direction: MoU.Target.Direction
    let countsFrom: CalendarDate?
    let dueOn: CalendarDate
    let area: FocusArea.ID?
    let country: Country?

    /// A number of what happens, by a day.
    package init(
        _ title: LocalizedName, _ metric: MoU.Activity.Kind, _ number: Int, by dueOn: CalendarDate,
        from countsFrom: CalendarDate? = nil, direction: MoU.Target.Direction = .atLeast, baseline: Int = 0,
        in area: FocusArea.ID? = nil, of country: Country? = nil
    ) {
        self.title = title
        self.metric = metric
        self.baseline = baseline
        self.number = number
        self.direction = direction
        self.countsFrom = countsFrom
        self.dueOn = dueOn
        self.area = area
        self.country = country
    }
}

/// What a manager says of a new deliverable.
package struct NewDeliverable: Sendable {
    let title: LocalizedName
    let kind: MoU.Deliverable.Kind
    let area: FocusArea.ID?
    let dueOn: CalendarDate

    /// Something to be made or held by a day.
    package init(
        _ title: LocalizedName, _ kind: MoU.Deliverable.Kind, by dueOn: CalendarDate, in area: FocusArea.ID? = nil
    ) {
        self.title = title
        self.kind = kind
        self.area = area
        self.dueOn = dueOn
    }
}

/// What came of a deliverable.
package struct DeliverableReport: Sendable {
    let status: MoU.Deliverable.Status
    let settledOn: CalendarDate?
    let evidence: LongText?

    /// What came of it, on which day and what shows it; the day counts unless it is scheduled again.
    package init(_ status: MoU.Deliverable.Status, on settledOn: CalendarDate?, evidence: LongText? = nil) {
        self.status = status
        self.settledOn = status == .scheduled ? nil : settledOn
        self.evidence = evidence
    }
}

/// What a manager says of a new benefit.
package struct NewBenefit: Sendable {
    let kind: MoU.Benefit.Kind
    let title: LocalizedName
    let beneficiaries: ShortText
    let program: UUID?
    let quota: Int?

    /// Something for some, as often as `quota` says.
    package init(
        _ kind: MoU.Benefit.Kind, _ title: LocalizedName, for beneficiaries: ShortText, in program: UUID? = nil,
        quota: Int? = nil
    ) {
        self.kind = kind
        self.title = title
        self.beneficiaries = beneficiaries
        self.program = program
        self.quota = quota
    }
}

/// What a manager says of a use of a benefit.
package struct NewBenefitUse: Sendable {
    let usedOn: CalendarDate
    let startup: Startup.ID?
    let note: ShortText?

    /// A use on a day.
    package init(on usedOn: CalendarDate, by startup: Startup.ID? = nil, note: ShortText? = nil) {
        self.usedOn = usedOn
        self.startup = startup
        self.note = note
    }
}

/// What a manager links to an agreement.
package struct NewLink: Sendable {
    let noun: MoU.Standing.Noun
    let object: UUID
    let area: FocusArea.ID?
    let line: MoU.ServiceLine?
    let note: ShortText?

    /// A program with all its streams, a stream, a cohort with whoever is enrolled in it, a call, an enrolment, an
    /// introduction with the deal it leads to, an investment, or a demo day with the meetings held at it.
    package init(
        _ noun: MoU.Standing.Noun, _ object: UUID, in area: FocusArea.ID? = nil, for line: MoU.ServiceLine? = nil,
        note: ShortText? = nil
    ) {
        self.noun = noun
        self.object = object
        self.area = area
        self.line = line
        self.note = note
    }
}
