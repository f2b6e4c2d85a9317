package import API
package import Applications
package import Foundation
package import Programs
package import Reviews
package import Vocabulary

/// What is to become of an application.
package enum Outcome: String, Codable, Sendable, CaseIterable {
    /// A place, if the startup accepts in time.
    case offer
    /// A place, if one becomes free.
    case waitlist
    /// No place.
    case reject
}

/// What a manager means for an application, as it was said: what is left out follows from the batch.
package struct Preparation: Sendable, Equatable {
    /// What becomes of it.
    package var outcome: Outcome
    /// In which of the streams that the applicant chose the place is; the first of them unless given.
    package var stream: ProgramStream.ID?
    /// Who comes first on the waiting list; behind those already there unless given.
    package var rank: Int?
    /// What the place comes with; the batch's award unless given.
    package var award: Money?
    /// The last day on which the offer can be accepted; the batch's unless given.
    package var lastDay: CalendarDate?
    /// What stands in the letter.
    package var note: LongText
    /// What the panel thinks of the application, read on its page after the release.
    package var feedback: LongText?
    /// Whether what reviewers wrote for the startup joins the feedback.
    package var withComments: Bool
    /// By which round's standing it is meant; nil where somebody says so.
    package var round: ReviewRound.ID?
    /// When the scores of that round were calibrated whose order it follows; nil where it follows the raw means, or none.
    package var calibratedAt: Date?

    /// Something meant for an application.
    package init(
        _ outcome: Outcome, rank: Int? = nil, award: Money? = nil, lastDay: CalendarDate? = nil, note: LongText,
        feedback: LongText? = nil, stream: ProgramStream.ID? = nil, withComments: Bool = false,
        round: ReviewRound.ID? = nil, calibratedAt: Date? = nil
    ) {
        self.outcome = outcome
        self.rank = rank
        self.award = award
        self.lastDay = lastDay
        self.note = note
        self.feedback = feedback
        self.stream = stream
        self.withComments = withComments
        self.round = round
        self.calibratedAt = calibratedAt
    }
}

/// A decision as it stands prepared in a batch.
package struct PreparedDecision: Sendable {
    /// The application.
    package let application: Application.ID
    /// Who applies.
    package let startupName: LocalizedName
    /// Where the application stands at this moment.
    package let state: Application.State
    /// What is meant for it, with nothing left out.
    package let preparation: Preparation
    /// When it was prepared, or replaced.
    package let preparedAt: Date
    /// By whom.
    package let preparedByName: String?
    /// The stream for which the round judged by whose standing it is prepared.
    package let judgedFor: ProgramStream.ID?
}

extension [PreparedDecision] {
    /// In which stream each application is to be offered a place, where its call offers several.
    var places: [Application.ID: ProgramStream.ID] {
        reduce(into: [:]) { $0[$1.application] = $1.preparation.stream }
    }
}

/// Why one decision cannot be prepared, or not be released: the field at fault, and a sentence about it.
package struct DecisionFault: Sendable, Equatable {
    /// The field of the decision; empty for the application itself.
    package let field: String
    /// Why, for programs.
    package let code: Problem.FieldError.Code
    /// Why, as a sentence.
    package let detail: String

    init(_ field: String = "", _ code: Problem.FieldError.Code = .invalid, _ detail: String) {
        self.field = field
        self.code = code
        self.detail = detail
    }
}

/// What came of one decision of several that were to be prepared.
package struct PreparationVerdict: Sendable {
    /// The application.
    package let application: Application.ID
    /// Who applies; nil when there is no such application.
    package let startupName: LocalizedName?
    /// What is meant for it, with nothing left out.
    package let preparation: Preparation
    /// Whether something was prepared for it before, in this batch.
    package let replaces: Bool
    /// Why it is refused; nil where it is, or would be, prepared.
    package let fault: DecisionFault?
}

/// An application on its way into a batch, as the database knows it.
struct Candidate: Sendable {
    let application: Application.ID
    let startupName: LocalizedName
    let isOfTheCall: Bool
    let state: Application.State
    /// Whether it is prepared in this batch, and in another that is not released.
    let isHere: Bool
    let isElsewhere: Bool
    /// The streams the applicant chose, the most wanted first; none where the call offers no choice.
    let choices: [ProgramStream.ID]
    /// What reviewers wrote for the startup; asked for only where somebody wants it taken over.
    var comments: [LongText] = []
}

extension Preparation {
    /// The same with nothing left out, or why that cannot be.
    ///
    /// - Parameters:
    ///   - next: the rank behind everybody on the waiting list.
    ///   - today: the day in the zone of the call.
    ///   - choices: the streams that the applicant chose, the most wanted first.
    ///   - comments: what reviewers wrote for the startup.
    func completed(
        by terms: BatchTerms, next: Int, today: CalendarDate, choices: [ProgramStream.ID] = [],
        comments: [LongText] = []
    ) -> Result<Preparation, PreparationFailure> {
        var whole = self
        if withComments {
            whole.withComments = false
            do throws(TextRefusal) {
                whole.feedback = try feedback.followed(by: comments)
            } catch {
                return .failure(
                    .init("feedback", .tooLong, "With what reviewers wrote it is longer than 10,000 characters."))
            }
        }
        switch outcome {
        case .offer:
            if let award, award.currency != terms.currency {
                return .failure(
                    terms.currency == nil
                        ? .init("award", .notAllowed, "The batch awards no money.")
                        : .init("award", .notAllowed, "The batch awards money in another currency."))
            }
            if let award, award.minor < 0 { return .failure(.init("award", .outOfRange, "must not be negative")) }
            whole.award = award ?? terms.award
            let day = lastDay ?? terms.lastDay
            guard day >= today else {
                return .failure(.init("last_day", .outOfRange, "The offer would have expired already."))
            }
            whole.lastDay = day
            whole.stream = stream ?? choices.first
            if let named = whole.stream, !choices.contains(named) {
                return .failure(
                    choices.isEmpty
                        ? .init("stream", .notAllowed, "The call offers one stream alone.")
                        : .init("stream", .notAllowed, "The applicant did not choose this stream."))
            }
        case .waitlist, .reject:
            if award != nil { return .failure(.init("award", .notAllowed, "Only an offer comes with an award.")) }
            if stream != nil {
                return .failure(.init("stream", .notAllowed, "Only the place of an offer is in a stream."))
            }
            if lastDay != nil { return .failure(.init("last_day", .notAllowed, "Only an offer has a last day.")) }
        }
        guard outcome == .waitlist else {
            guard rank == nil else {
                return .failure(.init("rank", .notAllowed, "Only the waiting list is ranked."))
            }
            return .success(whole)
        }
        whole.rank = rank ?? next
        guard (1...100_000).contains(whole.rank ?? 0) else {
            return .failure(.init("rank", .outOfRange, "must be 1 to 100,000"))
        }
        return .success(whole)
    }

    /// A fault on the way, where the standard library wants an error.
    struct PreparationFailure: Error, Equatable {
        let fault: DecisionFault

        init(_ field: String, _ code: Problem.FieldError.Code, _ detail: String) {
            fault = DecisionFault(field, code, detail)
        }
    }
}

extension LongText? {
    /// The text with others below it, each a paragraph of its own; what stands there already is not said twice, so that taking
    /// them over again changes nothing.
    fileprivate func followed(by others: [LongText]) throws(TextRefusal) -> LongText? {
        let whole = others.reduce(into: self?.string ?? "") { whole, other in
            guard !"\n\n\(whole)\n\n".contains("\n\n\(other.string)\n\n") else { return }
            whole += (whole.isEmpty ? "" : "\n\n") + other.string
        }
        return whole.isEmpty ? nil : try LongText(whole)
    }
}

extension Outcome {
    /// What an application is told; an offer needs its day.
    func decision(until day: CalendarDate?) -> Decision? {
        switch self {
        case .offer: day.map(Decision.offer(until:))
        case .waitlist: .waitlist
        case .reject: .reject
        }
    }
}

extension PreparationVerdict {
    /// Judges what is to be prepared, one row after another: pure, so that a dry run and the real one cannot differ.
    static func verdicts(
        on rows: [(application: Application.ID, preparation: Preparation)], of candidates: [Candidate],
        in batch: DecisionBatch, nextRank: Int, today: CalendarDate
    ) -> [PreparationVerdict] {
        let known = Dictionary(candidates.map { ($0.application, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<Application.ID> = []
        var next = nextRank
        return rows.map { id, preparation in
            let candidate = known[id]
            func verdict(_ whole: Preparation, _ fault: DecisionFault?) -> PreparationVerdict {
                PreparationVerdict(
                    application: id, startupName: candidate?.startupName, preparation: whole,
                    replaces: candidate?.isHere ?? false, fault: fault)
            }
            guard let candidate, candidate.isOfTheCall else {
                return verdict(preparation, DecisionFault("", .unknown, "It is no application to this call."))
            }
            guard seen.insert(id).inserted else {
                return verdict(preparation, DecisionFault("", .repeated, "It stands here twice."))
            }
            guard candidate.state.isJudged else {
                return verdict(preparation, DecisionFault("", .notAllowed, "It is not in review."))
            }
            guard !candidate.isElsewhere else {
                return verdict(preparation, DecisionFault("", .notAllowed, "It is prepared in another batch."))
            }
            let whole = preparation.completed(
                by: batch.terms, next: next, today: today, choices: candidate.choices, comments: candidate.comments)
            switch whole {
            case .failure(let failure): return verdict(preparation, failure.fault)
            case .success(let whole):
                if let rank = whole.rank { next = max(next, rank + 1) }
                return verdict(whole, nil)
            }
        }
    }
}

/// Everything that keeps a batch from being released: pure, and said all at once.
func faults(
    of decisions: [PreparedDecision], in batch: DecisionBatch, _ tally: BatchTally,
    short: [Application.ID: (submitted: Int, quorum: Int)], waived: Set<Application.ID>, partners: [PartnerSay] = [],
    today: CalendarDate
) -> [Problem.FieldError] {
    var faults: [Problem.FieldError] = []
    if tally.offers + tally.taken > batch.terms.places {
        faults.append(
            .init(
                "/places", .tooMany,
                "Offers (\(tally.offers)) and places taken (\(tally.taken)) are more than there are (\(batch.terms.places))."
            ))
    }
    for stream in tally.streams where stream.isOver {
        let name = stream.name.text(for: .english)
        faults.append(
            .init(
                "/places", .tooMany,
                "\(name): \(stream.offers) offers and \(stream.taken) places taken are more than its \(stream.places ?? 0) places."
            ))
    }
    for partner in tally.partners where partner.offers + partner.taken > partner.places {
        let name = partner.name.text(for: .english)
        faults.append(
            .init(
                "/places", .tooMany,
                "\(name): \(partner.offers) offers and \(partner.taken) places taken are more than the \(partner.places) it takes part in."
            ))
    }
    faults += partners.compactMap(\.fault)
    if let budget = batch.terms.budget, tally.awards + tally.takenAwards > budget.minor {
        let sum = Money(minor: tally.awards + tally.takenAwards, currency: budget.currency)
        faults.append(.init("/budget", .tooMany, "Awards of \(sum) are more than the budget of \(budget)."))
    }
    var ranks: [Int: Application.ID] = [:]
    for decision in decisions {
        let place = "/decisions/\(decision.application)"
        if !decision.state.isJudged {
            faults.append(.init(place, .notAllowed, "It is no longer in review."))
        }
        if let found = short[decision.application], !waived.contains(decision.application) {
            faults.append(
                .init(place, .tooFew, "It has \(found.submitted) of the \(found.quorum) reviews that can decide."))
        }
        if let day = decision.preparation.lastDay, day < today {
            faults.append(.init("\(place)/last_day", .outOfRange, "The offer would have expired already."))
        }
        if let rank = decision.preparation.rank, ranks.updateValue(decision.application, forKey: rank) != nil {
            faults.append(.init("\(place)/rank", .repeated, "Another has rank \(rank)."))
        }
    }
    return faults
}
