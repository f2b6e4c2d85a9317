internal import API
package import Foundation
package import Postgres
package import Programs
internal import Vocabulary

/// The round that the design of a stream has next for a call, or for those of its applicants who name the stream.
package struct PlannedRound: Sendable {
    /// Its place among the rounds of the call, from 1.
    package let position: Int
    /// Which round it would be for the applications that go through it, from 1.
    package let number: Int
    /// How many days reviewers have once the call, or the batch, has closed.
    package let days: Int
    /// What a manager drafts from.
    package let draft: RoundDraft
}

extension Statements {
    /// The round that the stream of a call plans next, after those that judge for it: for managers to draft from. Nil when
    /// nothing is planned any more, or there is no such call.
    ///
    /// It is due so many days after the call, or the batch, closes as are planned, or after `now` where that is past.
    ///
    /// - Parameters:
    ///   - stream: one of those the call offers, for a round of it alone; nil for a round of all, as the call's own stream
    ///     plans it.
    ///   - batch: one of those the call takes, for a round of it alone; nil for a round of all.
    package func plannedRound(
        of id: CallForApplications.ID, for stream: ProgramStream.ID? = nil, in batch: Int? = nil, now: Date
    ) async throws -> PlannedRound? {
        guard let call = try await call(id), call.judges(for: stream), call.takes(batch),
            let design = try await design(of: stream ?? call.stream)
        else { return nil }
        let before = try await rounds(of: id)
        // A round of all batches follows whatever any of them has gone through.
        let batches = batch.map { [$0] } ?? [nil] + Set(before.map(\.batch))
        let place =
            batches.map { one in
                before.count { $0.judges(for: stream ?? call.stream) && $0.judges(in: one) }
            }.max() ?? 0
        guard design.rounds.indices.contains(place) else { return nil }
        let planned = design.rounds[place]
        let closing = stream.map { call.deadline(of: $0) } ?? call.deadline
        let cutoff = call.batches.first { $0.number == batch }?.closesAt ?? closing.instant
        let end = LocalTime(max(min(closing.instant, cutoff), now), in: call.deadline.zone)
        guard let due = LocalTime(end.date.adding(days: planned.days), hour: end.hour, minute: end.minute) else {
            return nil
        }
        return PlannedRound(
            position: before.count + 1, number: ReviewRound.number(after: before, for: stream, in: batch),
            days: planned.days,
            draft: RoundDraft(
                name: planned.name, stream: stream, batch: batch, isBlind: planned.isBlind,
                reviewsWanted: planned.reviewsWanted,
                quorum: min(2, planned.reviewsWanted), due: Deadline(due, in: call.deadline.zone, graceSeconds: 0),
                criteria: design.rubric.map(ReviewRound.Criterion.init)))
    }

    /// The rubric that the stream of a call is designed with, or one of those it offers; empty when there is none.
    func plannedRubric(
        of id: CallForApplications.ID, for stream: ProgramStream.ID?
    ) async throws -> [ReviewRound.Criterion] {
        guard let call = try await call(id), call.judges(for: stream) else { return [] }
        return try await design(of: stream ?? call.stream)?.rubric.map(ReviewRound.Criterion.init) ?? []
    }
}

extension CallForApplications {
    /// Whether a round of the call can judge for a stream: one that it offers, or all of them.
    func judges(for stream: ProgramStream.ID?) -> Bool { stream.map { name(of: $0) != nil } ?? true }

    /// Whether a round of the call can judge a batch: one that it takes, or all of them.
    func takes(_ batch: Int?) -> Bool { batch == nil || batches.contains { $0.number == batch } }
}

extension ReviewRound.Criterion {
    /// A criterion of a design, with an id of its own.
    init(_ designed: StreamDesign.Criterion) {
        self.init(
            id: ID(), name: designed.name, guidance: designed.guidance, weight: designed.weight,
            lowest: designed.lowest ?? 1, highest: designed.highest ?? 5, anchors: designed.anchors ?? [:])
    }
}

extension RoundDraft {
    /// The same round judged by another rubric.
    func judging(by criteria: [ReviewRound.Criterion]) -> RoundDraft {
        RoundDraft(
            name: name, stream: stream, batch: batch, isBlind: isBlind, isShared: isShared,
            reviewsWanted: reviewsWanted, quorum: quorum, due: due, criteria: criteria)
    }
}
