internal import Foundation
internal import Postgres
package import Programs
internal import Vocabulary

extension ReviewsRoom {
    /// The rounds that go into the next year with their call: as they were run, whatever its stream is designed with.
    package static let callRounds = CallRounds(
        asRun: { call, statements in try await statements.roundsAsRun(of: call) },
        draft: { clone, tenant, transaction in
            guard !clone.rounds.isEmpty, let call = try await transaction.call(clone.id) else { return }
            let sources = try await transaction.rounds(of: clone.source)
            for made in clone.rounds where call.judges(for: made.stream) && call.takes(made.batch) {
                guard let source = sources.first(where: { $0.id.uuid == made.source.uuid }) else { continue }
                _ = try await transaction.draftRound(
                    RoundDraft(source, as: made), as: ReviewRound.ID(made.id.uuid), of: clone.id, in: tenant)
            }
        })
}

extension Statements {
    /// The rounds of a call that were opened, in order; those drafted where none was.
    fileprivate func roundsAsRun(of call: CallForApplications.ID) async throws -> [ProgramClone.Round] {
        let rounds = try await rounds(of: call)
        let run = rounds.filter { $0.status != .draft }
        return (run.isEmpty ? rounds : run).map { round in
            let year = CalendarDate(round.due.instant, in: round.due.zone).year
            var dated: [ProgramClone.ToCheck] = []
            dated.look(at: round.name, .round, year: year)
            for criterion in round.criteria {
                dated.look(atCriterion: criterion.name, criterion.guidance, criterion.anchors, year: year)
            }
            return ProgramClone.Round(
                id: .init(), source: .init(round.id.uuid), name: round.name, stream: round.stream, batch: round.batch,
                isBlind: round.isBlind, reviewsWanted: round.reviewsWanted, criteria: round.criteria.count,
                due: round.due, toCheck: dated)
        }
    }
}

extension RoundDraft {
    /// A round as it was run, a year later; its criteria are its own.
    fileprivate init(_ source: ReviewRound, as made: ProgramClone.Round) {
        self.init(
            name: source.name, stream: made.stream, batch: made.batch, isBlind: source.isBlind,
            isShared: source.isShared, reviewsWanted: source.reviewsWanted, quorum: source.quorum, due: made.due,
            criteria: source.criteria.map { criterion in
                ReviewRound.Criterion(
                    id: .init(), name: criterion.name, guidance: criterion.guidance, weight: criterion.weight,
                    lowest: criterion.lowest, highest: criterion.highest, anchors: criterion.anchors)
            })
    }
}
