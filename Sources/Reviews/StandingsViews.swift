internal import API
internal import Accounts
internal import Applications
internal import Calibration
internal import Foundation
internal import Vocabulary

/// Standings as JSON.
struct StandingsView: Described {
    let round: ReviewRound.ID
    let stream: RoundStream?
    let batch: Int?
    let places: Int
    let items: [StandingView]
    let next: String?
    let reviewers: [ReviewerStandingView]
    let stability: StabilityView?
    let notCalibrated: String?
    let isBeingCalibrated: Bool
    let calibratedAt: Date?

    static let documentation = [
        "stream": "The one of the call's streams that the round judges for; absent for all of them.",
        "batch": "The one of a rolling call's batches that the round judges, from 1; absent for all of them.",
        "places": "How many would be chosen.",
        "next": "Pass it as `cursor` for the next page. Absent on the last page.",
        "reviewers": "The most lenient first; empty where nothing is calibrated.",
        "stability": "How sure the ranking is; absent where nothing is calibrated.",
        "not_calibrated": "Why nothing is calibrated, where nothing is.",
        "is_being_calibrated":
            "Whether reviews have come or gone and the calibrated scores are being computed: until then all is raw.",
        "calibrated_at": "When the calibrated scores were last computed, or what they were refused for was found.",
    ]

    /// - Parameter page: the part of the ranking that is shown; all else is of the whole round.
    init(_ standings: Standings, _ page: Page<StandingView>) {
        round = standings.round.id
        stream = RoundStream(of: standings.round)
        batch = standings.round.batch
        places = standings.places
        items = page.items
        next = page.next
        reviewers = standings.reviewers.map(ReviewerStandingView.init)
        stability = standings.calibration.map { StabilityView($0, places: standings.places) }
        isBeingCalibrated = standings.isAwaited
        (notCalibrated, calibratedAt) =
            switch standings.state {
            case .found(let found): (nil, found.at)
            case .refused(let refusal, let at): (refusal.reason, at)
            case .awaited(let last): ("The calibrated scores are being computed.", last)
            case .withheld:
                ("Calibrated scores are not shown to those whose own startup applied to the call.", nil)
            }
    }
}

struct StandingView: Described {
    let application: Application.ID
    let code: String
    let startupName: LocalizedName
    let choice: Int?
    let reviews: Int
    let mean: Double?
    let spread: Double?
    let isDecidable: Bool
    let calibrated: CalibratedView?

    static let documentation = [
        "choice": "At which place it names the round's stream, from 1; absent in a round of all streams.",
        "mean": "Of what the reviews are worth, 0 to 100; absent without any.",
        "spread": "The highest less the lowest; absent with fewer than two.",
        "is_decidable": "Whether there are as many reviews as can decide.",
        "calibrated": "Without its reviewers' leniency; absent where that cannot be told.",
    ]

    init(_ entry: Standings.Entry, places: Int) {
        application = entry.application
        code = entry.code
        startupName = entry.startupName
        choice = entry.choice
        reviews = entry.reviews
        mean = entry.mean.map(hundredths)
        spread = entry.spread.map(hundredths)
        isDecidable = entry.isDecidable
        calibrated = entry.calibrated.map { CalibratedView($0, places: places) }
    }
}

struct CalibratedView: Described {
    let score: Double
    let low: Double
    let high: Double
    let rank: Int
    let rawRank: Int
    let bestRank: Int
    let worstRank: Int
    let placeProbability: Double
    let isInDoubt: Bool

    static let documentation = [
        "score": "An estimate: close to the ends of the scale, it may lie beyond 0 or 100, as its interval may.",
        "low": "The lower end of the interval that holds the score nine times in ten.", "high": "Its upper end.",
        "raw_rank": "Its rank by the mean.", "best_rank": "The lower end of nine in ten ranks.",
        "worst_rank": "Their upper end.", "place_probability": "The chance to be among the places.",
        "is_in_doubt": "Whether other reviews might well decide otherwise.",
    ]

    init(_ found: CalibratedStanding, places: Int) {
        score = hundredths(found.score)
        low = hundredths(found.interval.lowerBound)
        high = hundredths(found.interval.upperBound)
        rank = found.rank
        rawRank = found.rawRank
        bestRank = found.rankInterval.lowerBound
        worstRank = found.rankInterval.upperBound
        placeProbability = hundredths(found.placeProbability)
        isInDoubt = found.isInDoubt(places: places)
    }
}

struct ReviewerStandingView: Described {
    let person: Person.ID
    let name: String
    let reviews: Int
    let leniency: Double
    let low: Double
    let high: Double
    let noise: Double
    let isHarsh: Bool
    let isLenient: Bool

    static let documentation = [
        "leniency": "How many points above the others they score the same application.",
        "low": "The lower end of the interval that holds it nine times in ten.", "high": "Its upper end.",
        "noise": "How far their scores stray, in points.",
        "is_harsh": "Whether the whole interval is below zero.", "is_lenient": "Whether the whole interval is above.",
    ]

    init(_ reviewer: Standings.Reviewer) {
        person = reviewer.person
        name = reviewer.name
        reviews = reviewer.found.reviews
        leniency = hundredths(reviewer.found.leniency)
        low = hundredths(reviewer.found.low)
        high = hundredths(reviewer.found.high)
        noise = hundredths(reviewer.found.noise)
        isHarsh = reviewer.found.isHarsh
        isLenient = reviewer.found.isLenient
    }
}

struct StabilityView: Described {
    let expectedOverlap: Double
    let reliability: Double
    let calibratedReliability: Double
    let inDoubt: Int

    static let documentation = [
        "expected_overlap": "How many of the places, in the mean, other reviewers would give to the same applications.",
        "reliability":
            "Of the raw means: 1 where reviews say nothing but what an application is worth, 0 where nothing of it.",
        "calibrated_reliability": "The same of the calibrated scores.",
        "in_doubt": "Applications that other reviews might well place otherwise.",
    ]

    init(_ found: CalibratedRound, places: Int) {
        expectedOverlap = hundredths(found.expectedOverlap)
        reliability = hundredths(found.figures.reliability)
        calibratedReliability = hundredths(found.figures.calibratedReliability)
        inDoubt = found.inDoubt(places: places)
    }
}

/// Figures are said to a hundredth: further digits would claim what nobody knows.
private func hundredths(_ value: Double) -> Double { (value * 100).rounded() / 100 }

extension Standings {
    /// One page of the ranking, as JSON.
    func views(_ places: Range<Int>) -> [StandingView] {
        entries[places].map { StandingView($0, places: self.places) }
    }
}

extension Standings.Position {
    /// The end of a page.
    init(of last: StandingView, inPageFrom start: Int, size: PageSize?) {
        self.init(application: last.application, place: start + (size ?? .usual).value)
    }
}

extension CalibrationRefusal {
    /// What a manager is told.
    var reason: String {
        switch self {
        case .tooFewApplications(let found, let least):
            "Only \(found) applications were reviewed; it takes \(least) to tell leniency from worth."
        case .tooFewReviewers(let found, let least): "Only \(found) people have reviewed; it takes \(least)."
        case .tooFewReviews(let found, let least):
            "Reviewers gave \(found.formatted(.number.precision(.fractionLength(1)))) reviews in the mean; it takes \(Int(least))."
        case .tooLittleOverlap(let share, let least):
            "Only \(Int(share * 100)) in a hundred applications were reviewed twice or more; it takes \(Int(least * 100))."
        case .tooFewSpareReviews(let found, let least):
            "There are only \(found) reviews beyond what tells applications and reviewers apart; it takes \(least)."
        case .disconnected(let parts):
            "The reviewers fall into \(parts.count) groups that share no application, so that they cannot be compared."
        case .noVariance: "All reviews say the same."
        case .badPlaces: "There are not so many places to fill."
        case .badScale, .badCounts, .badReview: "The scores cannot be compared."
        }
    }
}
