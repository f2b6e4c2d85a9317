package import API
package import Applications

/// Why deciding refuses.
package enum DecisionRefusal: Refusal, Equatable {
    /// The batch has been released; what was told stands.
    case released
    /// Budget and award are in two currencies.
    case currenciesDiffer
    /// One decision cannot be prepared.
    case fault(DecisionFault)
    /// These of several cannot be prepared, by their place in the list.
    case faults([Int: DecisionFault])
    /// Nothing is prepared.
    case nothingPrepared
    /// The batch cannot be released, for all of these reasons.
    case notReleasable([Problem.FieldError])
    /// The round judges applications to another call.
    case otherCall
    /// The round tells no order: nothing of it is calibrated, or nothing is judged.
    case noStanding
    /// Reviews have come or gone, and the calibrated scores are being computed.
    case standingAwaited
    /// The application stands where no released decision led it.
    case nothingToChange(Application.State)
    /// It would stay as it is.
    case sameDecision
    /// There are not enough places, or there is not enough money.
    case noPlace(String)
    /// The change has been answered.
    case changeAnswered
    /// The startup has answered since the change was proposed.
    case overtaken
    /// Who proposed a change does not answer it.
    case needsSecondPerson
    /// The reviews are enough to decide.
    case enoughReviews
    /// The waiver has been answered.
    case waiverAnswered
    /// Who asked for a waiver does not answer it.
    case waiverNeedsSecondPerson
    /// Another decision is prepared than the waiver is for.
    case waiverOutdated
    /// It was neither rejected nor found not eligible.
    case nothingToAppeal
    /// The time to appeal is over.
    case appealOver
    /// The appeal has been answered.
    case appealAnswered
    /// No partner has a say in what is prepared.
    case nobodyToConsult
    /// The batch is another than was seen.
    case batchChanged
    /// What is proposed is another than was seen.
    case proposalChanged
    /// Partners that decide together with the park have not been asked about this answer.
    case partnersNotAsked
    /// No partner is silent past its time whose silence is consent.
    case nobodyIsSilent
    /// They have not agreed, for all of these reasons.
    case partnersDisagree([Problem.FieldError])

    package var problem: Problem {
        switch self {
        case .released: .conflict("The batch has been released. What was told changes only by two.")
        case .currenciesDiffer: .invalid("/award", "Budget and award are in different currencies.")
        case .fault(let fault) where fault.field.isEmpty: .conflict(fault.detail)
        case .fault(let fault):
            Problem(.invalid, errors: [.init("/\(fault.field)", fault.code, fault.detail)])
        case .faults(let faults):
            Problem(
                .invalid, "Some decisions cannot be prepared; none was.",
                errors: faults.sorted { $0.key < $1.key }.map { place, fault in
                    .init(
                        "/decisions/\(place)\(fault.field.isEmpty ? "" : "/\(fault.field)")", fault.code, fault.detail)
                })
        case .nothingPrepared: .conflict("Nothing is prepared in this batch.")
        case .notReleasable(let errors):
            Problem(.invalid, "The batch cannot be released as it stands.", errors: errors)
        case .otherCall: .invalid("/standing/round", "The round judges applications to another call.")
        case .noStanding:
            .invalid("/standing/by", "The reviews are too few to be calibrated. Use the raw means, or a list.")
        case .standingAwaited:
            .conflict("The calibrated scores are being computed. Try again in a moment, or use the raw means.")
        case .nothingToChange(let state):
            .conflict("No released decision can be changed while the application is \(state.rawValue).")
        case .sameDecision: .conflict("The application is decided like that already.")
        case .noPlace(let why): Problem(.conflict, why)
        case .changeAnswered: .conflict("The change has been answered already.")
        case .overtaken:
            .conflict(
                "The startup has answered since this was proposed. Turn it down, and propose it anew if it still holds."
            )
        case .needsSecondPerson: .conflict("Another manager than the one who proposed it answers a change.")
        case .enoughReviews: .conflict("Enough reviews are in. There is no quorum to waive.")
        case .waiverAnswered: .conflict("The waiver has been answered already.")
        case .waiverNeedsSecondPerson: .conflict("Another manager than the one who asked for it answers a waiver.")
        case .waiverOutdated: .conflict("Another decision is prepared by now. Ask for a waiver of that one.")
        case .nothingToAppeal: .conflict("There is nothing to appeal.")
        case .appealOver: .conflict("The time to appeal is over.")
        case .appealAnswered: .conflict("The appeal has been answered already.")
        case .nobodyToConsult: .conflict("No partner has a say in what is prepared here.")
        case .batchChanged: .conflict("The batch has changed since you looked. Look at it as it is now.")
        case .proposalChanged: .conflict("Something else is proposed by now. Look at it as it is.")
        case .partnersNotAsked:
            .conflict("Partners decide together with the park here. Propose the answer, and ask them first.")
        case .nobodyIsSilent:
            .conflict("No partner is silent past its time whose silence is consent by the terms of its seat.")
        case .partnersDisagree(let errors):
            Problem(.conflict, "Partners that decide together with the park have not agreed.", errors: errors)
        }
    }
}
