package import API
package import Accounts
package import Foundation
package import Institutions
package import Vocabulary

/// An investor that would meet a startup it was shown, and what comes of it.
///
///     asked ──► introduced ──► meeting_set ──► met ──► in_diligence ──► committed ──► term_sheet ──► closed
///       │           └────────────┴──────────────┴──────────┴──────────────┴─────────────┴─► passed, stalled
///       └─► not_now, withdrawn
///
/// Neither side learns whom to write to before both have consented: the investor by its interest, the startup by its word.
/// Every introduction ends. Where nobody acts, a clock does: after 7 days without the startup's word, after 90 without a
/// step. What ends it is told as a stage; why, only the park and the side that ended it read.
package struct Introduction: Codable, Sendable, Identifiable {
    /// Names an introduction within its tenant.
    package typealias ID = Identifier<Introduction>

    /// The introduction.
    package let id: ID
    /// Who asked.
    package let investor: Institution.ID
    /// What it is called.
    package let investorName: LocalizedName?
    /// Who was asked for.
    package let startup: Startup.ID
    /// What it is called.
    package let startupName: LocalizedName?
    /// On which list the investor found it.
    package let shortlist: Shortlist.ID
    /// For which mandate.
    package let mandate: Mandate.ID
    /// By which text of the mandate.
    package let mandateVersion: Int
    /// Where it stands, as both sides know it.
    package let stage: Stage
    /// When the investor asked.
    package let askedAt: Date
    /// The last day on which the startup may consent, UTC.
    package let consentBy: CalendarDate
    /// When both had consented.
    package let introducedAt: Date?
    /// When it last moved.
    package let movedAt: Date
    /// When it ended.
    package let endedAt: Date?
    /// Why it ended, for whom may know.
    package let ending: Ending?
    /// Whom to write to; none before both have consented.
    package let contacts: [Contact]
    /// When the two meet.
    package let meeting: IntroductionMeeting?

    /// Where an introduction stands.
    package enum Stage: String, Codable, Sendable, CaseIterable {
        case asked, introduced
        case meetingSet = "meeting_set"
        case met
        case inDiligence = "in_diligence"
        case committed
        case termSheet = "term_sheet"
        /// The investor invested.
        case closed
        /// One of the two does not go on.
        case passed
        /// Nobody took a step for 90 days, or the park says so.
        case stalled
        /// The startup did not consent: it said so, let the time pass, or is no longer to be shown.
        case notNow = "not_now"
        /// The investor took its question back.
        case withdrawn

        /// Whether nothing follows.
        package var isLast: Bool {
            switch self {
            case .closed, .passed, .stalled, .notNow, .withdrawn: true
            default: false
            }
        }

        /// How one ends that nobody has consented to.
        static func unintroduced(by side: IntroductionSide) -> Stage { side == .investor ? .withdrawn : .notNow }
    }

    /// Why an introduction ended.
    package struct Ending: Codable, Sendable, Equatable {
        /// Who ended it.
        package let side: IntroductionSide
        /// Why.
        package let reason: EndingReason
        /// In words.
        package let note: ShortText?
    }

    /// Whom to write to.
    package struct Contact: Codable, Sendable, Equatable {
        /// On which side.
        package let side: IntroductionSide
        /// What they are called.
        package let name: String
        /// Where they are written to.
        package let email: String
    }

    /// Days in which a startup may consent.
    package static let consentDays = 7
    /// Days without a step after which an introduction has stalled.
    package static let silentDays = 90

    /// The steps that may follow, as somebody takes them by hand. A deal may be said anew by who said it and by the park,
    /// who know why the introduction ended.
    package var nextSteps: [Stage] {
        if stage == .closed { return ending == nil ? [] : [.closed] }
        let order: [Stage] = [.introduced, .meetingSet, .met, .inDiligence, .committed, .termSheet]
        guard let place = order.firstIndex(of: stage) else { return [] }
        // A commitment or a term sheet may be followed by a better one.
        let repeated: [Stage] = stage == .committed || stage == .termSheet ? [stage] : []
        return repeated + order[(place + 1)...].filter { $0 != .meetingSet } + [.closed, .passed, .stalled]
    }
}

/// Who acts on an introduction.
package enum IntroductionSide: String, Codable, Sendable, CaseIterable {
    case investor, startup, park
    /// Nobody: time ran out, or what it rested on fell away.
    case clock
}

/// Who takes a step of an introduction.
package struct IntroductionActor: Sendable {
    /// For which side.
    package let side: IntroductionSide
    /// Who; nil for the clock.
    package let person: Person.ID?

    /// Somebody on a side.
    package init(_ person: Person.ID, for side: IntroductionSide) {
        self.side = side
        self.person = person
    }

    private init() {
        side = .clock
        person = nil
    }

    /// Nobody.
    package static let clock = IntroductionActor()
}

/// Why an introduction ended.
package enum EndingReason: String, Codable, Sendable, CaseIterable {
    // What a clock or a rule says.
    case noAnswer = "no_answer"
    case silence
    case optedOut = "opted_out"
    case unverified, blocked
    case changedMind = "changed_mind"
    case deal
    // What a startup says.
    case notRaising = "not_raising"
    case notAFit = "not_a_fit"
    case terms, valuation, timing
    case roundIsFull = "round_is_full"
    // What an investor says, in the words of a pass.
    case tooEarly = "too_early"
    case tooLate = "too_late"
    case notOurSector = "not_our_sector"
    case notOurPlace = "not_our_place"
    case chequeDoesNotFit = "cheque_does_not_fit"
    case conflict, team, market
    case other

    /// What a side may give as its reason.
    package static func offered(to side: IntroductionSide) -> [EndingReason] {
        switch side {
        case .startup: [.notRaising, .notAFit, .timing, .roundIsFull, .terms, .valuation, .conflict, .other]
        case .investor:
            [
                .tooEarly, .tooLate, .notOurSector, .notOurPlace, .chequeDoesNotFit, .team, .market, .valuation, .terms,
                .conflict, .timing, .other,
            ]
        case .park: [.silence, .conflict, .timing, .other]
        case .clock: []
        }
    }
}

/// How an investor puts money in.
package enum Instrument: String, Codable, Sendable, CaseIterable {
    case equity
    /// A simple agreement for future equity.
    case safe
    case convertibleNote = "convertible_note"
    case debt, grant
}

/// When the two sides of an introduction meet.
package struct IntroductionMeeting: Codable, Sendable, Equatable {
    /// How often it was changed: calendars take the highest for true.
    package let sequence: Int
    /// When it begins.
    package let startsAt: Date
    /// In which zone that was meant.
    package let timeZone: TimeZoneName
    /// How long it lasts, 5 minutes to a day.
    package let minutes: Int
    /// Where.
    package let place: ShortText?
    /// Where on the net.
    package let link: WebAddress?
    /// When it was called off; nil while it stands.
    package let cancelledAt: Date?
}

/// One step of an introduction, as both sides may know it.
package struct IntroductionStep: Codable, Sendable {
    /// When.
    package let at: Date
    /// By whom.
    package let side: IntroductionSide
    /// To which stage.
    package let stage: Introduction.Stage
    /// In words that both sides read.
    package let note: ShortText?
    /// How much: a commitment, a term sheet or a deal.
    package let amount: Money?
    /// How it is put in.
    package let instrument: Instrument?
    /// Whether the investor is bound by it.
    package let binding: Bool?
    /// The last day on which it stands, or the day of the deal.
    package let day: CalendarDate?
}

/// A step as somebody takes it.
package struct NewStep: Codable, Sendable, Equatable {
    /// To which stage.
    package let stage: Introduction.Stage
    /// Why it ends; for `passed` and `stalled` only. Only the park and one's own side read it.
    package let reason: EndingReason?
    /// In words that both sides read.
    package let note: ShortText?
    /// How much; for a commitment, a term sheet or a deal.
    package let amount: Money?
    /// How it is put in.
    package let instrument: Instrument?
    /// Whether the investor is bound by it; for a commitment.
    package let binding: Bool?
    /// The last day on which it stands, or the day of the deal.
    package let day: CalendarDate?

    /// A step with what belongs to it.
    package init(
        _ stage: Introduction.Stage, because reason: EndingReason? = nil, note: ShortText? = nil, amount: Money? = nil,
        instrument: Instrument? = nil, binding: Bool? = nil, day: CalendarDate? = nil
    ) {
        self.stage = stage
        self.reason = reason
        self.note = note
        self.amount = amount
        self.instrument = instrument
        self.binding = binding
        self.day = day
    }

    /// Refuses what does not go together.
    func check(by side: IntroductionSide) throws(IntroductionRefusal) {
        switch stage {
        case .closed, .committed:
            guard let amount else { throw .missing("/amount", "Say how much.") }
            guard amount.minor > 0 else { throw .missing("/amount/amount_minor", "Say how much.") }
            if stage == .closed, instrument == nil { throw .missing("/instrument", "Say how it was put in.") }
            if stage == .committed, binding == nil { throw .missing("/binding", "Say whether it binds the investor.") }
            guard day != nil else {
                throw .missing("/day", stage == .closed ? "Say when it closed." : "Say until when it stands.")
            }
        case .termSheet:
            if let amount, amount.minor <= 0 { throw .missing("/amount/amount_minor", "Say how much.") }
        default:
            if amount != nil { throw .misplaced("/amount") }
            if instrument != nil { throw .misplaced("/instrument") }
            if binding != nil { throw .misplaced("/binding") }
            if day != nil { throw .misplaced("/day") }
        }
        guard stage == .passed || stage == .stalled else {
            if reason != nil { throw .misplaced("/reason") }
            return
        }
        if let reason {
            guard EndingReason.offered(to: side).contains(reason) else { throw .reasonOfTheOthers }
        } else if stage == .passed || side == .park {
            throw .missing("/reason", "Say why.")
        }
    }
}

/// Why a step of an introduction is refused.
package enum IntroductionRefusal: Refusal, Equatable {
    /// The startup has answered, or the introduction is over.
    case notAsked(Introduction.Stage)
    /// The time to consent has passed.
    case tooLate(CalendarDate)
    /// There is no consent yet, or the introduction is over.
    case doesNotFollow(Introduction.Stage)
    /// Something that belongs to the step is missing.
    case missing(String, String)
    /// Something that does not belong to the step.
    case misplaced(String)
    /// A reason that is the other side's to give.
    case reasonOfTheOthers
    /// A meeting in the past.
    case meetingIsOver
    /// A meeting without a place.
    case meetingHasNoPlace
    /// A meeting too short or too long.
    case meetingLength
    /// There is no meeting to call off.
    case noMeeting

    package var problem: Problem {
        switch self {
        case .notAsked(let stage):
            .conflict("The introduction waits for no consent: it is \(stage.rawValue.replacing("_", with: " ")).")
        case .tooLate(let day): .conflict("The time to consent ended on \(day).")
        case .doesNotFollow(let stage):
            .conflict("This step does not follow: the introduction is \(stage.rawValue.replacing("_", with: " ")).")
        case .missing(let pointer, let words): .invalid(pointer, words)
        case .misplaced(let pointer): .invalid(pointer, "This does not belong to the step.")
        case .reasonOfTheOthers: .invalid("/reason", "Choose one of the reasons that are offered to you.")
        case .meetingIsOver: .invalid("/starts_at", "Choose a time to come.")
        case .meetingHasNoPlace: .invalid("/place", "Say where: a place, a link, or both.")
        case .meetingLength: .invalid("/minutes", "Choose 5 minutes to 24 hours.")
        case .noMeeting: .conflict("There is no meeting to call off.")
        }
    }
}
