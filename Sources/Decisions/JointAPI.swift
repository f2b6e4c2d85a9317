internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// Joint decisions by API: managers ask the partners of a batch's streams, whose staff read it and say what they think.
enum JointAPI {
    static let operations: [AnyOperation] = [
        consult, noteSilence, listOpinions, listJoint, getJoint, giveOpinion,
    ]

    private static var consult: AnyOperation {
        Operation(
            .post, "/v1/decision-batches/{batch}/consultation", "consultPartners",
            summary: "Ask the partners who have a say in a batch",
            description: """
                From now on their staff see what of it is about their streams. Those are written to who are not for the \
                batch as it is. `If-Match` with the entity tag of the batch makes sure that nobody has changed it meanwhile.
                """,
            tag: "decisions", access: .roles([.manager]), parameters: BatchPath.self, output: PartnerSayList.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (id, principal) = (call.parameters.batch, try call.principal)
            let tenant = try principal.workspace
            return try await call.write { transaction in
                .ok(
                    PartnerSayList(
                        try await transaction.consultPartners(on: id, in: tenant, by: principal.personID) { _ in
                            try call.match(try await transaction.batchView(id))
                        }))
            }
        }.erased
    }

    private static var noteSilence: AnyOperation {
        Operation(
            .post, "/v1/decision-batches/{batch}/silence", "noteSilenceOfPartners",
            summary: "Say why a batch goes on without the word of partners who did not answer in time",
            description: """
                Of those whose silence is consent by the terms of their seat. A word of theirs before the release, or a change \
                of the batch, voids it.
                """,
            tag: "decisions", access: .roles([.manager]), parameters: BatchPath.self, body: ReasonBody.self,
            output: PartnerSayList.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.batch, try call.principal.personID)
            return try await call.write { transaction in
                .ok(
                    PartnerSayList(
                        try await transaction.noteSilence(on: id, because: call.body.reason, by: person)))
            }
        }.erased
    }

    private static var listOpinions: AnyOperation {
        Operation(
            .get, "/v1/decision-batches/{batch}/opinions", "listBatchOpinions",
            summary: "The partners who have a say in a batch, with the last each said", tag: "decisions",
            access: .roles([.manager]), parameters: BatchPath.self, output: PartnerSayList.self, problems: [.notFound]
        ) { call in
            guard let batch = try await call.reader.decisionBatch(call.parameters.batch) else { throw Problem.notFound }
            return .ok(PartnerSayList(try await call.reader.partnerSays(on: batch.id)))
        }.erased
    }

    private static var listJoint: AnyOperation {
        Operation(
            .get, "/v1/joint-batches", "listJointBatches",
            summary: "Batches of decisions in which the partner has a say", tag: "decisions",
            access: .roles([.partner]), output: JointBatchList.self
        ) { call in
            .ok(JointBatchList(items: try await call.reader.jointBatches().map { JointBatchView($0) }))
        }.erased
    }

    private static var getJoint: AnyOperation {
        Operation(
            .get, "/v1/joint-batches/{batch}", "getJointBatch",
            summary: "Such a batch, with what of it is about the partner's streams", tag: "decisions",
            access: .roles([.partner]), parameters: BatchPath.self, output: JointBatchView.self, problems: [.notFound]
        ) { call in
            .ok(try await call.reader.jointView(call.parameters.batch))
        }.erased
    }

    private static var giveOpinion: AnyOperation {
        Operation(
            .post, "/v1/joint-batches/{batch}/opinions", "giveBatchOpinion",
            summary: "Say what the partner thinks of a batch",
            description: """
                About the batch as it was seen: `version` is that of the batch, and any change of what the partner sees \
                voids what was said. A batch is not released before every partner that co-decides is for it as it is.
                """,
            tag: "decisions", access: .roles([.partner]), parameters: BatchPath.self, body: OpinionBody.self,
            output: JointBatchView.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, principal, body) = (call.parameters.batch, try call.principal, call.body)
            let (tenant, own) = (try principal.workspace, Institution.ID(try principal.actsFor))
            let opinion = PartnerOpinion.ID()
            return try await call.write { transaction in
                try await transaction.giveOpinion(
                    body.stance, saying: body.words, on: id, seen: body.version, as: opinion, of: own, in: tenant,
                    by: principal.personID)
                return .ok(try await transaction.jointView(id))
            }
        }.erased
    }
}

extension Statements {
    /// A batch as a partner's staff see it; not found when they have no say in it.
    func jointView(_ id: DecisionBatch.ID) async throws -> JointBatchView {
        guard let batch = try await jointBatch(id) else { throw Problem.notFound }
        return JointBatchView(batch, try await jointDecisions(in: id))
    }
}

/// What a partner's staff send to say what they think.
struct OpinionBody: Described {
    let stance: PartnerOpinion.Stance
    let words: LongText?
    let version: String

    static let documentation = [
        "words": "Required where it is against.", "version": "Of the batch as it was seen.",
    ]
}

struct OpinionView: Described {
    let stance: PartnerOpinion.Stance
    let words: LongText?
    let givenAt: Date
    let givenBy: String?
    let isCurrent: Bool

    static let documentation = ["is_current": "Whether it was said to the batch as it is now."]

    init?(_ opinion: PartnerOpinion?, by name: String?, isCurrent: Bool) {
        guard let opinion else { return nil }
        (stance, words, givenAt) = (opinion.stance, opinion.words, opinion.givenAt)
        (givenBy, self.isCurrent) = (name, isCurrent)
    }
}

/// A partner that has a say in a batch, for managers.
struct PartnerSayView: Described {
    let institution: Institution.ID
    let name: LocalizedName
    let coDecides: Bool
    let opinion: OpinionView?
    let answerBy: CalendarDate?
    let consentsBySilence: Bool
    let silenceReason: LongText?
    let reachedNobody: Bool

    static let documentation = [
        "co_decides": "Whether nothing is released without it; otherwise it advises.",
        "answer_by": "The last day on which it answers in time what it was asked last; any where absent.",
        "consents_by_silence":
            "Whether that day is over without a word, and its silence is consent by the terms of its seat.",
        "silence_reason": "Why a manager takes its silence for consent.",
        "reached_nobody":
            "Whether none of its people could be told when it was asked last: nobody has a seat there, or all are too near the call. Its silence is no consent then.",
    ]

    init(_ say: PartnerSay) {
        (answerBy, consentsBySilence, silenceReason) = (say.answerBy, say.consentsBySilence, say.silenceReason)
        (institution, name, coDecides) = (say.institution, say.name, say.coDecides)
        reachedNobody = say.reachedNobody
        opinion = OpinionView(say.opinion, by: say.givenByName, isCurrent: say.isCurrent)
    }
}

struct PartnerSayList: Described {
    let items: [PartnerSayView]

    init(_ says: [PartnerSay]) { items = says.map(PartnerSayView.init) }
}

/// A batch as a partner's staff see it.
struct JointBatchView: Described {
    let id: DecisionBatch.ID
    let call: LocalizedName
    let name: Name
    let places: Int
    let award: Money?
    let lastDay: CalendarDate
    let consultedAt: Date
    let releasedAt: Date?
    let coDecides: Bool
    let answerBy: CalendarDate?
    let silenceConsents: Bool
    let silenceReason: LongText?
    let version: String
    let opinion: OpinionView?
    let decisions: [JointDecisionView]?

    static let documentation = [
        "co_decides": "Whether nothing is released without the partner; otherwise it advises.",
        "answer_by": "The last day on which the partner answers in time; any where absent.",
        "silence_consents": "Whether its silence counts as agreement after that day.",
        "silence_reason": "Why its silence was taken for agreement, if it was.",
        "version": "Other after every change of what the partner sees; an opinion is about one version.",
        "decisions": "Those about the partner's streams; absent in lists.",
    ]

    init(_ batch: JointBatch, _ decisions: [JointDecision]? = nil) {
        (id, call, name) = (batch.id, batch.callTitle, batch.name)
        (places, award, lastDay) = (batch.places, batch.award, batch.lastDay)
        (consultedAt, releasedAt) = (batch.consultedAt, batch.releasedAt)
        (coDecides, version) = (batch.coDecides, batch.version)
        (answerBy, silenceConsents, silenceReason) = (batch.answerBy, batch.silenceConsents, batch.silenceReason)
        opinion = OpinionView(batch.opinion, by: nil, isCurrent: batch.isCurrent)
        self.decisions = decisions?.map(JointDecisionView.init)
    }
}

struct JointBatchList: Described {
    let items: [JointBatchView]
}

/// A decision on an applicant to a partner's stream.
struct JointDecisionView: Described {
    let startup: LocalizedName
    let stream: LocalizedName?
    let outcome: Outcome
    let rank: Int?
    let award: Money?
    let lastDay: CalendarDate?
    let note: LongText

    init(_ decision: JointDecision) {
        (startup, stream, outcome) = (decision.startupName, decision.streamName, decision.outcome)
        (rank, award, lastDay, note) = (decision.rank, decision.award, decision.lastDay, decision.note)
    }
}
