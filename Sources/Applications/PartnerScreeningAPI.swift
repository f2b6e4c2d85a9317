internal import API
internal import Accounts
internal import Eligibility
internal import Foundation
internal import Institutions
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// Screening by the staff of a partner of a stream, by API.
enum PartnerScreeningAPI {
    static let operations: [AnyOperation] = [list, get, screen]

    private static var list: AnyOperation {
        Operation(
            .get, "/v1/partner/screening", "listPartnerScreening",
            summary: "Applications that wait for the partner's staff to screen them",
            description: """
                Of the streams in which it screens, the longest waiting first, 500 at the most. None of a call that somebody \
                is too near, nor of one that they judge without knowing whose the applications are.
                """,
            tag: "applications", access: .roles([.partner]), output: PartnerScreeningList.self
        ) { call in
            .ok(PartnerScreeningList(items: try await call.reader.screenings().map { PartnerScreeningView($0) }))
        }.erased
    }

    private static var get: AnyOperation {
        Operation(
            .get, "/v1/partner/screening/{application}", "getPartnerScreening",
            summary: "Such an application, with what was handed in and what was found of each condition",
            description: "Without what the park alone reads, and without what is about other streams.",
            tag: "applications", access: .roles([.partner]), parameters: ApplicationPath.self,
            output: PartnerScreeningView.self, problems: [.notFound]
        ) { call in
            let id = call.parameters.application
            guard let screening = try await call.reader.screening(id) else { throw Problem.notFound }
            let findings = try await call.reader.findings(of: id)
            let conditions = try await call.reader.conditions(of: screening.call)
            let today = CalendarDate(try await call.reader.clock(), in: screening.zone)
            return .ok(
                PartnerScreeningView(
                    screening,
                    finding: findings.isEmpty ? nil : EligibilityView(findings, of: conditions, on: today)))
        }.erased
    }

    private static var screen: AnyOperation {
        Operation(
            .post, "/v1/partner/screening/{application}", "screenForPartner",
            summary: "Say for the partner whether an application meets the conditions of its call",
            description: """
                As the park says it. From then on it is no longer the partner's to read. Of what names streams of others, too, \
                the park decides whether it ends; the answer is the same.
                """,
            tag: "applications", access: .roles([.partner]), parameters: ApplicationPath.self, body: ScreeningBody.self,
            output: PartnerScreeningResult.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, principal, body) = (call.parameters.application, try call.principal, call.body)
            let partner = Institution.ID(try principal.actsFor)
            return try await call.write { transaction in
                let screening = try await transaction.screening(body, of: id)
                _ = try await transaction.screenApplication(
                    id, finding: screening, citing: body.conditions ?? [], for: partner, by: principal.personID)
                // What it found, not where the application stands: that would tell whether it names streams of others.
                return .ok(PartnerScreeningResult(application: id, state: screening.state))
            }
        }.erased
    }
}

/// An application as the staff of a partner read it who screen it.
struct PartnerScreeningView: Described {
    let application: Application.ID
    let call: CallForApplications.ID
    let callTitle: LocalizedName
    let startup: LocalizedName
    let streams: [LocalizedName]
    let submittedAt: Date
    let answers: [Answer]?
    let documents: [SnapshotDocument]?
    let facts: FactsBody?
    let eligibility: EligibilityView?

    static let documentation = [
        "streams": "Those of the partner's streams that it is for.",
        "answers": "As they were handed in, in the order of the form; absent in lists.",
        "documents": "Files that answered questions; `downloadDocument` gives the clean ones. Absent in lists.",
        "facts": "What was declared. Absent in lists, and where nothing was.",
        "eligibility": "What was found of each condition. Absent in lists, and where the call has none.",
    ]

    /// A question and its answer.
    struct Answer: Described {
        let question: CallForApplications.Question.ID
        let position: Int
        let prompt: LocalizedLine
        let text: String?

        static let documentation = ["text": "Absent where nothing was answered, or by files."]
    }

    init(_ screening: PartnerScreening, finding eligibility: EligibilityView? = nil) {
        (application, call, callTitle) = (screening.id, screening.call, screening.callTitle)
        (startup, streams, submittedAt) = (screening.startupName, screening.streams, screening.submittedAt)
        answers = screening.content?.questions.map { question in
            Answer(
                question: question.id, position: question.position, prompt: question.prompt,
                text: question.answer?.text)
        }
        documents = screening.content?.questions.flatMap { question in
            (question.documents ?? []).map { SnapshotDocument($0, to: question.id) }
        }
        facts = screening.content?.facts.map { FactsBody($0) }
        self.eligibility = eligibility
    }
}

struct PartnerScreeningList: Described {
    let items: [PartnerScreeningView]
}

/// What was found.
struct PartnerScreeningResult: Described {
    let application: Application.ID
    let state: Application.State

    static let documentation = ["state": "Where the application stands for the partner's streams."]
}

extension Screening {
    /// Where it leads.
    fileprivate var state: Application.State {
        switch self {
        case .eligible: .inReview
        case .ineligible: .ineligible
        }
    }
}
