package import Vocabulary

extension MoU {
    /// How an agreement stands on a day, in the words people use.
    package enum Status: String, Codable, Sendable, CaseIterable {
        case draft
        case inReview = "in_review"
        case agreed, pending
        case inForce = "in_force"
        case expiring, expired, terminated, abandoned
    }

    /// What was decided about an agreement and the dates that count; its standing on any day follows from these alone.
    ///
    /// The database has the same function twice over, `mou_status` and `mou_is_in_force`, for filters and for the
    /// constraint that keeps calls from going out without an agreement behind them. A test holds the three together.
    package struct Term: Sendable, Equatable {
        /// What was decided.
        package var state: State
        /// Its first day in force; nil before it is signed.
        package var effectiveOn: CalendarDate?
        /// The first day it is no longer in force; nil when it runs until somebody ends it.
        package var endsOn: CalendarDate?
        /// The first day after a termination.
        package var terminatedOn: CalendarDate?

        /// A state with its dates.
        package init(
            _ state: State, effectiveOn: CalendarDate? = nil, endsOn: CalendarDate? = nil,
            terminatedOn: CalendarDate? = nil
        ) {
            self.state = state
            self.effectiveOn = effectiveOn
            self.endsOn = endsOn
            self.terminatedOn = terminatedOn
        }

        /// An agreement is called expiring for so many days before it ends.
        package static let warningDays = 90

        /// The first day it is no longer in force, whatever ends it; nil when nothing does.
        package var lastsUntil: CalendarDate? {
            [endsOn, terminatedOn].compactMap(\.self).min()
        }

        /// How it stands on a day.
        package func status(on day: CalendarDate) -> Status {
            switch state {
            case .draft: return .draft
            case .inReview: return .inReview
            case .agreed: return .agreed
            case .abandoned: return .abandoned
            case .signed, .terminated: break
            }
            if let terminatedOn, terminatedOn <= day { return .terminated }
            if let effectiveOn, day < effectiveOn { return .pending }
            if let endsOn, endsOn <= day { return .expired }
            if let lastsUntil, day.days(until: lastsUntil) <= Self.warningDays { return .expiring }
            return .inForce
        }

        /// Whether calls may open under it on a day.
        package func isInForce(on day: CalendarDate) -> Bool {
            status(on: day).isInForce
        }
    }
}

extension MoU.Status {
    /// Whether an agreement that stands so is in force.
    package var isInForce: Bool { self == .inForce || self == .expiring }
}
