internal import API
internal import Accounts
internal import Foundation
internal import Postgres
package import Programs
internal import Vocabulary

internal import struct API.Operation

/// What a call will show whoever applies to it and whoever judges: its form up to a round, and the rubric of that round.
package struct CallPreview: Sendable {
    /// Who it is shown to.
    package enum Reader: String, Codable, Sendable, CaseIterable {
        /// A founder who fills in the form.
        case applicant
        /// A reviewer in a round that does not name the startup.
        case blind
        /// A reviewer in a round that does.
        case named
    }

    /// What is asked, up to which round and for which stream.
    let form: FormPreview
    /// The batch whose rubric is shown; nil where it is that of all, or of none.
    package let batch: Int?
    /// How many rounds there is something to see of: as many as exist, or as questions are asked with.
    package let rounds: Int
    /// What is judged by in that round; as the stream is designed while there is no such round.
    package let rubric: [ReviewRound.Criterion]
    /// Whether that is the rubric of a round, to whose criteria scores refer.
    package let isOfRound: Bool

    /// The call, with the questions of its form.
    package var call: CallForApplications { form.call }
    /// Up to which round questions are asked, from 1.
    package var round: Int { form.round }
    /// The stream that is applied to and judged for; nil for all of them.
    package var stream: ProgramStream.ID? { form.stream }

    private var asked: [CallForApplications.Question] { form.form.questions }

    /// The questions whose answers a reader gets, in order: of an applicant those they answer.
    package func shown(to reader: Reader) -> [CallForApplications.Question] { asked.filter { reader.reads($0) } }

    /// The questions that are asked and whose answers a reader does not get.
    package func withheld(from reader: Reader) -> [CallForApplications.Question] { asked.filter { !reader.reads($0) } }
}

extension CallPreview.Reader {
    fileprivate func reads(_ question: CallForApplications.Question) -> Bool {
        self == .applicant || ReviewRound.audiences(isBlind: self == .blind).contains(question.audience)
    }
}

extension Statements {
    /// The preview of a call, for managers, also while it is a draft. Nil where there is no such call, it is not of the
    /// stream, or it does not take the batch.
    ///
    /// - Parameters:
    ///   - round: up to which round; nil for all of them.
    ///   - batch: the batch by whose rubric is judged; nil for that of which such a round was planned last.
    package func preview(
        of id: CallForApplications.ID, upTo round: Int?, for stream: ProgramStream.ID?, in batch: Int?
    ) async throws -> CallPreview? {
        guard var form = try await formPreview(of: id, upTo: round, for: stream), form.call.takes(batch) else {
            return nil
        }
        let call = form.call
        // A call of one stream has no rounds of a stream.
        let judged = call.offersChoice ? stream : nil
        let rounds = try await rounds(of: id)
        let last = max(1, call.laterRounds.max() ?? 1, rounds.map(\.number).max() ?? 1)
        let number = round ?? last
        form.round = number
        // Each batch has a round of that number.
        let numbered = rounds.filter { $0.number == number && !$0.criteria.isEmpty && $0.judges(for: judged) }
        let batch = batch ?? numbered.max { $0.position < $1.position }?.batch
        let there = numbered.filter { $0.judges(in: batch) }
        let judging = there.first { $0.stream == judged } ?? there.first
        let rubric = if let judging { judging.criteria } else { try await plannedRubric(of: id, for: judged) }
        return CallPreview(
            form: form, batch: judging?.batch, rounds: last, rubric: rubric, isOfRound: judging != nil)
    }
}

/// The preview of a call by API.
enum CallPreviewAPI {
    static let operations: [AnyOperation] = [previewCall]

    private static var previewCall: AnyOperation {
        Operation(
            .get, "/v1/calls/{call}/preview", "previewCall",
            summary: "What a call will show applicants, or reviewers with its rubric",
            description: """
                Also while the call is a draft. A question with a `condition` or with `streams` is asked where they hold. Not \
                found when the call is not of the `stream`, or does not take the `batch`.
                """, tag: "reviews", access: .roles([.manager]), parameters: CallPreviewQuery.self,
            output: CallPreviewView.self, problems: [.notFound]
        ) { call in
            let wanted = call.parameters
            let reader = wanted.as ?? .applicant
            let round = try wanted.checkedRound()
            return try await call.database.snapshot(as: call.context) { snapshot in
                let preview = try await snapshot.preview(
                    of: wanted.call, upTo: round ?? (reader == .applicant ? 1 : nil), for: wanted.stream,
                    in: wanted.batch)
                guard let preview else { throw Problem.notFound }
                return .ok(CallPreviewView(preview, for: reader))
            }
        }.erased
    }
}

/// Which preview of a call.
struct CallPreviewQuery: Described {
    let call: CallForApplications.ID
    let `as`: CallPreview.Reader?
    let round: Int?
    let stream: ProgramStream.ID?
    let batch: Int?

    static let documentation = [
        "as": """
        Who looks: an applicant, or a reviewer in a blind round or in one that names startups. An applicant unless given.
        """,
        "round": """
        Up to which round questions are asked, 1 to 20. For applicants the first unless given, for reviewers all of them.
        """,
        "stream": "Only what is asked of applications that name this stream, and its rubric.",
        "batch": """
        Of a rolling call, the batch whose rubric is wanted, from 1. The one of which such a round was planned last unless given.
        """,
    ]

    /// The round that is wanted; refuses one that no call has.
    func checkedRound() throws(Problem) -> Int? {
        guard let round, !(1...20).contains(round) else { return round }
        throw Problem(.invalid, errors: [.init("?round", .outOfRange, "Choose a round from 1 to 20.")])
    }
}

/// A preview of a call as JSON.
struct CallPreviewView: Described {
    let call: CallForApplications.ID
    let `as`: CallPreview.Reader
    let round: Int
    let stream: ProgramStream.ID?
    let batch: Int?
    let questions: [QuestionView]
    let withheld: [QuestionView]
    let laterQuestions: Int
    let rubric: [CriterionView]?

    static let documentation = [
        "batch": "The batch whose rubric it is; absent where the rubric is for all.",
        "questions": "What an applicant is asked, or what a reviewer reads the answers to.",
        "withheld": "What is asked and this reviewer does not read the answer to.",
        "later_questions": "How many questions come only after that round.",
        "rubric": """
        For reviewers: what they judge by in that round. While there is no such round, as the stream is designed; criteria \
        have an id once they are a round's.
        """,
    ]

    init(_ preview: CallPreview, for reader: CallPreview.Reader) {
        call = preview.call.id
        `as` = reader
        round = preview.round
        stream = preview.stream
        batch = reader == .applicant ? nil : preview.batch
        questions = preview.shown(to: reader).map(QuestionView.init)
        withheld = preview.withheld(from: reader).map(QuestionView.init)
        laterQuestions = preview.call.questionsToCome(after: preview.round)
        rubric = reader == .applicant ? nil : preview.rubric.map { CriterionView($0, isNamed: preview.isOfRound) }
    }
}
