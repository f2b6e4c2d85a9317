package import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

package import struct API.Operation

/// Incubation by API: enrolment, milestones, graduation.
package enum IncubationRoom {
    /// The operations, for the router.
    package static func operations() -> [AnyOperation] {
        [
            enrolStartup, listEnrolments, getEnrolment, showEvidence, assessMilestone, graduateEnrolment, endEnrolment,
        ] + ManyEnrolmentsAPI.operations
    }

    /// What the room's constraints mean to a sender.
    package static let constraints: ConstraintProblems = [
        "enrolments_once_per_application": .conflict("The startup is enrolled already."),
        "who_accepted_is_enrolled": EnrolmentRefusal.offerNotAccepted.problem,
        "cohort_has_places_left": .conflict("The cohort is full."),
        "evidence_is_for_a_running_enrolment": .conflict("The enrolment is over; nothing more needs to be shown."),
        "a_met_milestone_needs_no_evidence": .conflict("The milestone is met; nothing more needs to be shown."),
        "mentors_do_not_assess_their_mentees": .conflict(
            "You are the mentor of this startup. Somebody else assesses its milestones."),
        "assessment_follows_evidence": .conflict(
            "The startup has shown nothing yet. A milestone is judged on evidence."),
        "a_met_milestone_stays_met": .conflict("The milestone is met, and stays so."),
    ]

    private static var enrolStartup: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/enrolment", "enrolStartup",
            summary: "Enrol the startup of an accepted offer in a cohort",
            description: "The milestone plan of the kind of program is laid out from the cohort's first day.",
            tag: "incubation", access: .roles([.manager]), parameters: ApplicationPath.self, body: EnrolmentBody.self,
            output: EnrolmentView.self, success: .created, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = Enrolment.ID()
            let new = NewEnrolment(in: call.body.cohort, mentor: call.body.mentor.map { Person.ID($0) })
            return try await call.write { transaction in
                _ = try await transaction.enrolStartup(
                    of: call.parameters.application, new, as: id, in: tenant, by: principal.personID)
                return .created(try await transaction.view(of: id), location: "/v1/enrolments/\(id)")
            }
        }.erased
    }

    private static var listEnrolments: AnyOperation {
        Operation(
            .get, "/v1/enrolments", "listEnrolments", summary: "Enrolments, the newest first",
            description: "Founders see those of their startup, mentors those of the startups they advise.",
            tag: "incubation", access: .roles([.manager, .founder, .mentor]), parameters: ListEnrolments.self,
            output: Page<EnrolmentView>.self
        ) { call in
            let parameters = call.parameters
            let found = try await call.reader.enrolments(
                in: parameters.cohort, standing: parameters.state,
                after: try call.position(parameters.cursor, as: EnrolmentPosition.self),
                limit: PageSize.rows(for: parameters.limit))
            let positions = Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0.position) })
            return .ok(
                try call.page(found.map { EnrolmentView($0, milestones: nil) }, size: parameters.limit) {
                    positions[$0.id]
                })
        }.erased
    }

    private static var getEnrolment: AnyOperation {
        Operation(
            .get, "/v1/enrolments/{enrolment}", "getEnrolment", summary: "An enrolment with its milestones",
            tag: "incubation", access: .roles([.manager, .founder, .mentor]), parameters: EnrolmentPath.self,
            output: EnrolmentView.self, problems: [.notFound]
        ) { call in
            let id = call.parameters.enrolment
            let view = try await call.database.snapshot(as: call.context) { try await $0.enrolmentView(id) }
            guard let view else { throw Problem.notFound }
            return .ok(view)
        }.erased
    }

    private static var showEvidence: AnyOperation {
        Operation(
            .post, "/v1/milestones/{milestone}/evidence", "showEvidence", summary: "Show something for a milestone",
            description: "Evidence is added to; nothing that was shown before is replaced.", tag: "incubation",
            access: .roles([.founder]), parameters: MilestonePath.self, body: EvidenceBody.self,
            output: EnrolmentView.self, success: .created, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = Evidence.ID()
            let new = NewEvidence(call.body.text, link: call.body.link)
            return try await call.write { transaction in
                let enrolment = try await transaction.showEvidence(
                    new, for: call.parameters.milestone, as: id, in: tenant, by: principal.personID)
                return .created(try await transaction.view(of: enrolment), location: "/v1/enrolments/\(enrolment)")
            }
        }.erased
    }

    private static var assessMilestone: AnyOperation {
        Operation(
            .post, "/v1/milestones/{milestone}/assessment", "assessMilestone",
            summary: "Judge a milestone on what was shown",
            description: "The latest judgement counts. Nobody assesses a startup they mentor.", tag: "incubation",
            access: .roles([.manager]), parameters: MilestonePath.self, body: AssessmentBody.self,
            output: EnrolmentView.self, success: .created, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = Assessment.ID()
            let outcome = try call.body.outcome()
            return try await call.write { transaction in
                let enrolment = try await transaction.assessMilestone(
                    call.parameters.milestone, outcome, note: call.body.note, as: id, in: tenant,
                    by: principal.personID)
                return .created(try await transaction.view(of: enrolment), location: "/v1/enrolments/\(enrolment)")
            }
        }.erased
    }

    private static var graduateEnrolment: AnyOperation {
        Operation(
            .post, "/v1/enrolments/{enrolment}/graduation", "graduateEnrolment",
            summary: "Let a startup graduate that has earned every milestone", tag: "incubation",
            access: .roles([.manager]), parameters: EnrolmentPath.self, output: EnrolmentView.self,
            problems: [.notFound, .conflict, .milestonesOpen]
        ) { call in
            let principal = try call.principal
            let id = call.parameters.enrolment
            return try await call.write { transaction in
                _ = try await transaction.graduate(id, by: principal.personID)
                return .ok(try await transaction.view(of: id))
            }
        }.erased
    }

    private static var endEnrolment: AnyOperation {
        Operation(
            .post, "/v1/enrolments/{enrolment}/end", "endEnrolment", summary: "End an enrolment before graduation",
            description: "The startup reads the reason, and its place becomes free.", tag: "incubation",
            access: .roles([.manager]), parameters: EnrolmentPath.self, body: EndBody.self, output: EnrolmentView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let id = call.parameters.enrolment
            return try await call.write { transaction in
                _ = try await transaction.endEnrolment(id, because: call.body.reason, by: principal.personID)
                return .ok(try await transaction.view(of: id))
            }
        }.erased
    }
}

extension Transaction {
    /// What the principal reads after a write.
    fileprivate func view(of id: Enrolment.ID) async throws -> EnrolmentView {
        guard let view = try await enrolmentView(id) else { throw Problem.notFound }
        return view
    }
}

extension EnrolmentSummary {
    /// The position after this enrolment.
    var position: EnrolmentPosition { EnrolmentPosition(createdAt: createdAt, id: id) }
}

struct ApplicationPath: Codable {
    let application: Application.ID
}

struct EnrolmentPath: Codable {
    let enrolment: Enrolment.ID
}

struct MilestonePath: Codable {
    let milestone: Milestone.ID
}

struct ListEnrolments: Codable {
    let cohort: Cohort.ID?
    let state: Enrolment.State?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct EnrolmentBody: Described {
    let cohort: Cohort.ID
    let mentor: UUID?

    static var documentation: [String: String] {
        ["cohort": "A cohort of the stream that was applied to.", "mentor": "Somebody with a mentor's seat here."]
    }
}

struct EvidenceBody: Described {
    let text: LongText
    let link: WebAddress?
}

struct AssessmentBody: Described {
    let result: Assessment.Result
    let credit: Int?
    let note: LongText

    static var documentation: [String: String] {
        ["credit": "Required with `partly_met`: 1 to 99 per cent.", "note": "Why. The startup reads it."]
    }

    func outcome() throws(EnrolmentRefusal) -> Assessment.Outcome {
        switch result {
        case .met: return .met
        case .notMet: return .notMet
        case .partlyMet:
            guard let credit, (1...99).contains(credit) else { throw .creditOutOfRange }
            return .partlyMet(credit: credit)
        }
    }
}

struct EndBody: Described {
    let reason: LongText
}
