internal import API
package import Applications
package import Foundation
internal import Institutions
internal import Postgres
package import Programs
package import Vocabulary

/// An enrolment as its reader may see it.
package struct EnrolmentView: Described {
    package let id: Enrolment.ID
    package let application: Application.ID
    package let startup: StartupLine
    package let cohort: CohortLine
    package let programName: LocalizedName
    package let mentor: MentorLine?
    package let state: Enrolment.State
    package let startedOn: CalendarDate
    package let graduatedAt: Date?
    package let endedAt: Date?
    package let endedReason: LongText?
    package let progress: ProgressView
    package let milestones: [MilestoneView]?

    package static var documentation: [String: String] { ["milestones": "In order. Absent in lists."] }

    init(_ summary: EnrolmentSummary, milestones: [Milestone]?) {
        let enrolment = summary.enrolment
        id = enrolment.id
        application = enrolment.application
        startup = StartupLine(id: enrolment.startup, name: summary.startupName)
        cohort = CohortLine(id: enrolment.cohort, name: summary.cohortName)
        programName = summary.programName
        mentor = enrolment.mentor.map { MentorLine(id: $0.uuid, name: summary.mentorName) }
        state = enrolment.state
        startedOn = enrolment.startedOn
        switch enrolment.ending {
        case nil: (graduatedAt, endedAt, endedReason) = (nil, nil, nil)
        case .graduated(let at): (graduatedAt, endedAt, endedReason) = (at, nil, nil)
        case .ended(let at, let reason): (graduatedAt, endedAt, endedReason) = (nil, at, reason)
        }
        progress = ProgressView(
            earned: summary.earned, milestones: summary.milestones, awaiting: summary.awaiting,
            overdue: summary.overdue, nextDueOn: summary.nextDueOn)
        self.milestones = milestones?.map(MilestoneView.init)
    }
}

/// The cohort of an enrolment, as much as a list needs.
package struct CohortLine: Described {
    package let id: Cohort.ID
    package let name: Name
}

/// The mentor of an enrolment.
package struct MentorLine: Described {
    package let id: UUID
    package let name: String?
}

/// How far an enrolment has come.
package struct ProgressView: Described {
    package let earned: Int
    package let milestones: Int
    package let awaiting: Int
    package let overdue: Int
    package let nextDueOn: CalendarDate?

    package static var documentation: [String: String] {
        [
            "earned": "Milestones that are met, or partly met with credit.",
            "awaiting": "Milestones with evidence that nobody has judged yet.",
            "overdue": "Milestones past their day for which nothing was shown.",
        ]
    }
}

/// A milestone with what was shown and how it was judged.
package struct MilestoneView: Described {
    package let id: Milestone.ID
    package let position: Int
    package let title: Name
    package let criteria: LongText
    package let dueOn: CalendarDate
    package let standing: Milestone.Standing
    package let evidence: [EvidenceView]
    package let assessments: [AssessmentView]

    init(_ milestone: Milestone) {
        id = milestone.id
        position = milestone.position
        title = milestone.title
        criteria = milestone.criteria
        dueOn = milestone.dueOn
        standing = milestone.standing
        evidence = milestone.evidence.map(EvidenceView.init)
        assessments = milestone.assessments.map(AssessmentView.init)
    }
}

/// A piece of evidence.
package struct EvidenceView: Described {
    package let id: Evidence.ID
    package let text: LongText
    package let link: WebAddress?
    package let submittedAt: Date
    package let submittedBy: String?

    init(_ evidence: Evidence) {
        id = evidence.id
        text = evidence.text
        link = evidence.link
        submittedAt = evidence.submittedAt
        submittedBy = evidence.submittedBy
    }
}

/// A judgement of a milestone.
package struct AssessmentView: Described {
    package let id: Assessment.ID
    package let result: Assessment.Result
    package let credit: Int
    package let note: LongText
    package let assessedAt: Date
    package let assessedBy: String?

    package static var documentation: [String: String] {
        ["credit": "Per cent: 100 for met, 0 for not met, 1 to 99 for partly met."]
    }

    init(_ assessment: Assessment) {
        id = assessment.id
        result = assessment.outcome.result
        credit = assessment.outcome.credit
        note = assessment.note
        assessedAt = assessment.assessedAt
        assessedBy = assessment.assessedBy
    }
}

extension Statements {
    /// An enrolment with its milestones; nil when the principal may not know of it.
    func enrolmentView(_ id: Enrolment.ID) async throws -> EnrolmentView? {
        guard let summary = try await enrolment(id) else { return nil }
        return EnrolmentView(summary, milestones: try await milestones(of: id))
    }
}
