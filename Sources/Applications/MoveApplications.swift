package import API
package import Accounts
internal import Foundation
package import Postgres
internal import Programs
package import Vocabulary

/// A step that the park may take with many applications at once.
package enum StageMove: Sendable, Equatable {
    /// They meet the conditions of their call.
    case eligible
    /// They do not, for this reason, which the startups read.
    case ineligible(because: LongText)
    /// They are among the best; the startups read the note.
    case shortlist(note: LongText?)
    /// The park wants to talk to them; the note says when and where.
    case interview(note: LongText)
    /// They are asked what their call asks only from a round on.
    case questions(QuestionsWanted)
}

/// What a move would do, or has done, to one application.
package struct MoveVerdict: Sendable {
    /// Which one.
    package let application: Application.ID
    /// Whose; nil when there is no such application.
    package let startupName: LocalizedName?
    /// Where it stands before.
    package let from: Application.State?
    /// Where it stands after; nil when it does not move.
    package let to: Application.State?
    /// Why it does not move.
    package let refusal: ApplicationRefusal?
}

/// Some of the applications of a move that was to be made whole or not at all do not move, so none did.
package struct MovesRefused: Refusal {
    /// What was found of each.
    package let verdicts: [MoveVerdict]

    package var problem: Problem {
        Problem(
            .conflict, "Some of the applications cannot be moved, so none was.",
            errors: verdicts.enumerated().compactMap { index, verdict in
                verdict.to == nil
                    ? .init("/applications/\(index)", .notAllowed, verdict.words ?? "There is no such application.")
                    : nil
            })
    }
}

extension MoveVerdict {
    /// Why it does not move, in English, for programs.
    var words: String? { refusal.map { $0.problem.detail ?? $0.problem.kind.title } }
}

extension StageMove {
    /// How many applications one move takes at the most.
    package static let most = 500

    /// What it would do to an application, by the same transitions that each single verb asks.
    func outcome(for one: Movable) -> Result<Application.State, ApplicationRefusal> {
        guard !one.isOwn else { return .failure(.ownStartup) }
        var (moved, now) = (one.application, one.readAt)
        do throws(ApplicationRefusal) {
            switch self {
            case .eligible: try moved.screen(.eligible, now: now)
            case .ineligible(let reason): try moved.screen(.ineligible(because: reason), now: now)
            case .shortlist: try moved.shortlist(now: now)
            case .interview: try moved.callToInterview(now: now)
            case .questions(let wanted):
                guard let form = one.form else { return .failure(.nothingToAsk(round: wanted.round)) }
                _ = try moved.askQuestions(
                    wanted, of: form, naming: one.streams, answers: one.answers, now: now)
            }
            return .success(moved.state)
        } catch {
            return .failure(error)
        }
    }
}

extension Statements {
    /// What a move would do to each of some applications, in the order asked. Nothing changes.
    package func verdicts(on ids: [Application.ID], by move: StageMove) async throws -> [MoveVerdict] {
        MoveVerdict.verdicts(on: ids, by: move, among: try await movables(ids, for: move, locking: false))
    }

    /// Some applications with what the step asks of each.
    fileprivate func movables(_ ids: [Application.ID], for move: StageMove, locking: Bool) async throws -> [Movable] {
        var found = try await movables(ids, locking: locking)
        guard case .questions = move else { return found }
        let forms = try await calls(Array(Set(found.map(\.application.call))).sorted())
        let answers = try await answers(ofAll: found.map(\.application.id))
        let streams = try await streamChoices(ofAll: found.map(\.application.id))
        for index in found.indices {
            found[index].form = forms[found[index].application.call]
            found[index].answers = answers[found[index].application.id] ?? []
            found[index].streams = streams[found[index].application.id] ?? []
        }
        return found
    }
}

extension MoveVerdict {
    fileprivate static func verdicts(on ids: [Application.ID], by move: StageMove, among found: [Movable])
        -> [MoveVerdict]
    {
        let known = Dictionary(found.map { ($0.application.id, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<Application.ID> = []
        return ids.filter { seen.insert($0).inserted }.map { id in
            guard let one = known[id] else {
                return MoveVerdict(application: id, startupName: nil, from: nil, to: nil, refusal: nil)
            }
            let (to, refusal): (Application.State?, ApplicationRefusal?) =
                switch move.outcome(for: one) {
                case .success(let state): (state, nil)
                case .failure(let refusal): (nil, refusal)
                }
            return MoveVerdict(
                application: id, startupName: one.startupName, from: one.application.state, to: to, refusal: refusal)
        }
    }
}

extension Transaction {
    /// Takes one step with many applications: each moves, with its event and its letters, as the single verb would move it.
    ///
    /// A dry run moves none. Throws `MovesRefused` when it is all or nothing and not all of them move.
    package func moveApplications(
        _ ids: [Application.ID], by move: StageMove, _ mode: BulkMode, by person: Person.ID
    ) async throws -> [MoveVerdict] {
        let verdicts = MoveVerdict.verdicts(on: ids, by: move, among: try await movables(ids, for: move, locking: true))
        guard mode != .dryRun else { return verdicts }
        guard mode == .whatCanBe || verdicts.allSatisfy({ $0.to != nil }) else {
            throw MovesRefused(verdicts: verdicts)
        }
        for verdict in verdicts where verdict.to != nil {
            _ = try await moveApplication(verdict.application, by: move, by: person)
        }
        return verdicts
    }

    /// Takes one step with one application.
    ///
    /// Throws `ApplicationRefusal`, or not found.
    package func moveApplication(
        _ id: Application.ID, by step: StageMove, by person: Person.ID
    ) async throws -> Application {
        switch step {
        case .eligible: return try await screenApplication(id, finding: .eligible, by: person)
        case .ineligible(let reason):
            return try await screenApplication(id, finding: .ineligible(because: reason), by: person)
        case .shortlist(let note): return try await shortlistApplication(id, note: note, by: person)
        case .interview(let note): return try await callToInterview(id, note: note, by: person)
        case .questions(let wanted):
            _ = try await askLaterQuestions(wanted, of: id, as: ChangeRequest.ID(), by: person)
            guard let asked = try await lockApplication(id) else { throw Problem.notFound }
            return asked
        }
    }

    /// Takes an application that was judged among the best. The startup reads the note; a letter follows only with the
    /// interview or the decision.
    ///
    /// Throws `ApplicationRefusal`, or not found.
    package func shortlistApplication(
        _ id: Application.ID, note: LongText?, by person: Person.ID
    ) async throws -> Application {
        try await move(id, by: person, note: note) { application in try application.shortlist(now: now) }
    }

    /// Asks a shortlisted startup to an interview, and writes a letter that says so, and is held.
    ///
    /// Throws `ApplicationRefusal`, or not found.
    package func callToInterview(
        _ id: Application.ID, note: LongText, by person: Person.ID
    ) async throws -> Application {
        let called = try await move(id, by: person, note: note) { application in
            try application.callToInterview(now: now)
        }
        try await announce(called, as: "interview", note: note, held: true)
        return called
    }
}
