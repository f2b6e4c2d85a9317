package import API
package import Accounts
package import Foundation
package import Jobs
internal import Matching
package import Vocabulary

/// A matching model that a workspace has learned from its own history.
///
/// Its state is where its job is, until it is trained; from then on it never changes. Putting it in use is another matter:
/// see `ModelUse`.
package struct LearnedModel: Codable, Sendable, Identifiable {
    /// Names a model within its tenant.
    package typealias ID = Identifier<LearnedModel>

    /// Where a model is. One whose training was stopped or failed left nothing.
    package typealias State = WorkState

    /// The model.
    package let id: ID
    /// What people and match runs call it.
    package let version: String
    /// Where it is.
    package let state: State
    /// How many steps of the training are done, while it runs.
    package let progress: WorkProgress?
    /// The day it was asked for; what is dated later is not looked at.
    package let asOf: CalendarDate
    /// Whether the service asked for it, after an import or overnight; it is then put in use by itself if it ranks better by
    /// more than chance.
    package let isAutomatic: Bool
    /// When it was asked for.
    package let requestedAt: Date
    /// Who asked; nil for the service.
    package let requestedBy: Person.ID?
    /// When it was trained.
    package let trainedAt: Date?
    /// SHA-256 over everything it was learned from, in hexadecimal.
    package let dataHash: String?
    /// Whether match runs rank by it now.
    package let isInUse: Bool
    /// How it was learned and how it does; present once it is trained.
    package let report: Report?
    /// The job that trains it.
    package let job: UUID

    /// How a model was learned and how well it does.
    package struct Report: Codable, Sendable, Equatable {
        /// The day on which the history was looked back at: that after its last deal.
        package let until: CalendarDate
        /// Earlier days it was taught with.
        package let lessons: Int
        /// Pairs of an investor at work and a startup that raised, in all lessons.
        package let pairs: Int
        /// Those of them in which the investor joined or asked to meet: a deal counts in each lesson that it follows, two
        /// at most. With none the model equals the standard one.
        package let joined: Int
        /// The mean loss of a pair, in natural units, for startups without and with backers.
        package let loss: [Double]
        /// Newton steps taken, for startups without and with backers.
        package let steps: [Int]
        /// The share of startups that say what round they are raising.
        package let asks: Double
        /// How the same way of learning did on the newest lesson, kept from it; absent where no investor joined anything.
        package let trial: Trial?
        /// What the model's scores mean: how likely an investor at work joins a startup that raises within half a year, by what
        /// became of the newest lesson. Absent where investors joined fewer than a hundred times in it, and in models of
        /// earlier versions.
        package let calibration: [Step]?
        /// Of how many answers and outcomes it has learned beside the deals; absent in models of earlier versions.
        package let evidence: Evidence?
        /// The signals that are weightiest, or were in the model then in use, for startups nobody has funded yet.
        package let cold: [Weight]
        /// The same for all other startups.
        package let warm: [Weight]
    }

    /// What a model has learned from beside deals: each pair of an investor and a startup once, by the latest answer and the
    /// last introduction.
    package struct Evidence: Codable, Sendable, Equatable {
        /// Startups that an investor asked to meet.
        package var answers = 0
        /// Those that it met, and no more is known.
        package var met = 0
        /// Those that it looked into, or offered terms.
        package var inDiligence = 0
        /// Those in which it invested.
        package var invested = 0
        /// Those that it gave up because their stage, sector, place or size did not fit; they are no examples.
        package var fellThrough = 0

        /// Nothing yet.
        package init() {}

        /// Introductions of which it is known what came.
        package var outcomes: Int { met + inDiligence + invested + fellThrough }

        mutating func count(_ outcome: Outcome?) {
            switch outcome {
            case .met: met += 1
            case .inDiligence: inDiligence += 1
            case .invested: invested += 1
            case nil: break
            }
        }
    }

    /// How models rank the newest lesson, of which the learned one knew nothing.
    package struct Trial: Codable, Sendable, Equatable {
        /// The day of the lesson; the half year after it is the answer.
        package let day: CalendarDate
        /// Investors that joined anything in it.
        package let investors: Int
        /// Startups that raised in it.
        package let startups: Int
        /// Pairs in which the investor joined.
        package let joined: Int
        /// The model that has not seen the lesson.
        package let learned: Quality
        /// The model that ships.
        package let standard: Quality
        /// The model that was in use. If it was learned after the lesson, it has seen the answers.
        package let current: Quality
        /// What that one is called.
        package let currentVersion: String
        /// How much better the learned model ranks than that one; absent where too few investors joined anything to tell, and
        /// in models of earlier versions.
        package let gain: Gain?
        /// Ten tenths of the pairs, from the least likely on.
        package let reliability: [Reliability]
    }

    /// How well a model ranks.
    package struct Quality: Codable, Sendable, Equatable {
        /// NDCG@10: how much of what investors joined stands in the first ten places, 0 to 1.
        package let ndcg: Double
        /// Recall@50: the share of what they joined that stands in the first fifty, 0 to 1.
        package let recall: Double
    }

    /// How much better a model ranks than another: the mean difference of an investor's NDCG@10, and the bounds within which
    /// chance leaves it with 95 % confidence.
    package struct Gain: Codable, Sendable, Equatable {
        /// The mean difference.
        package let mean: Double
        /// The lower bound. Above zero, the difference is not chance.
        package let low: Double
        /// The upper bound.
        package let high: Double
    }

    /// A tenth of the pairs.
    package struct Reliability: Codable, Sendable, Equatable {
        /// How many pairs.
        package let pairs: Int
        /// The mean probability the model gave them.
        package let predicted: Double
        /// The mean probability by a calibration on the other half of the investors; absent where too few joined anything.
        package let calibrated: Double?
        /// The share in which the investor joined.
        package let observed: Double
    }

    /// Scores that have meant the same.
    package struct Step: Codable, Sendable, Equatable {
        /// The score from which on it holds, in thousandths of a point; the first holds below it too.
        package let from: Int
        /// The share of pairs of such scores in which the investor joined.
        package let probability: Double
    }

    /// What a unit of a signal is worth.
    package struct Weight: Codable, Sendable, Equatable {
        /// The signal.
        package let signal: String
        /// In points; ten multiply the odds by e.
        package let points: Double
        /// What it was worth in the model that was in use when this one was learned; absent in models of earlier versions.
        package let current: Double?
    }
}

extension LearnedModel.Report {
    /// Signals a report names for each kind of startup.
    private static let weights = 12

    init(_ training: Training, of inputs: TrainingInputs) {
        until = CalendarDate(daysSince1970: inputs.world.today)
        lessons = training.report.lessons.count
        pairs = training.report.pairs
        joined = training.report.joined
        loss = training.report.loss
        steps = training.report.steps
        asks = inputs.asks
        trial = training.trial.map { LearnedModel.Trial($0, current: inputs.current.version) }
        calibration = training.model.calibration?.steps.map {
            LearnedModel.Step(from: $0.from, probability: $0.probability)
        }
        evidence = inputs.evidence
        func weightiest(isCold: Bool) -> [LearnedModel.Weight] {
            let (own, current) = (points(of: training.model), points(of: inputs.current))
            return Set(own.keys).union(current.keys)
                .map { LearnedModel.Weight(signal: $0.rawValue, points: own[$0] ?? 0, current: current[$0] ?? 0) }
                .sorted { ($1.heaviest, $0.signal) < ($0.heaviest, $1.signal) }
                .prefix(Self.weights).sorted { ($1.points.magnitude, $0.signal) < ($0.points.magnitude, $1.signal) }
            func points(of model: Model) -> [Signal: Double] {
                Dictionary(uniqueKeysWithValues: model.points(isCold: isCold).map { ($0.signal, $0.points) })
            }
        }
        cold = weightiest(isCold: true)
        warm = weightiest(isCold: false)
    }

    /// Whether a model that nobody asked for takes the place of the one in use.
    ///
    /// It must rank the newest lesson, which it has not seen, better than the one in use by more than chance, and better than
    /// the standard model: of equals the old one stays, since a change of what ranks is felt by everybody. The one in use may
    /// have seen that lesson and is flattered then; a manager can always choose otherwise.
    var earnsUse: Bool {
        guard let trial else { return false }
        return trial.verdict == .better && trial.learned.ndcg > trial.standard.ndcg
    }
}

extension LearnedModel.Weight {
    /// The greater of what it is and was worth, in whichever direction.
    fileprivate var heaviest: Double { max(points.magnitude, (current ?? 0).magnitude) }
}

extension LearnedModel.Trial {
    /// How a model does against the one that was in use.
    package enum Verdict: Sendable {
        /// Better by more than chance.
        case better
        /// Worse by more than chance.
        case worse
        /// The difference may be chance.
        case even
        /// Too few investors joined anything to tell.
        case unknown
    }

    /// How the learned model does against the one that was in use.
    package var verdict: Verdict {
        guard let gain else { return .unknown }
        return gain.low > 0 ? .better : gain.high < 0 ? .worse : .even
    }
}

extension LearnedModel.Trial {
    fileprivate init(_ trial: Matching.Trial, current: String) {
        day = CalendarDate(daysSince1970: trial.day)
        investors = trial.investors
        startups = trial.startups
        joined = trial.joined
        learned = LearnedModel.Quality(trial.learned)
        standard = LearnedModel.Quality(trial.standard)
        self.current = LearnedModel.Quality(trial.current)
        currentVersion = current
        gain = trial.gain.map { LearnedModel.Gain(mean: $0.mean, low: $0.low, high: $0.high) }
        reliability = trial.reliability.map {
            LearnedModel.Reliability(
                pairs: $0.pairs, predicted: $0.predicted, calibrated: $0.calibrated, observed: $0.observed)
        }
    }
}

extension LearnedModel.Quality {
    fileprivate init(_ quality: Quality) {
        self.init(ndcg: quality.ndcg, recall: quality.recall)
    }
}

/// That a model was put in use. The latest counts; without any, the standard model is in use.
package struct ModelUse: Codable, Sendable, Identifiable {
    /// Names a use.
    package typealias ID = Identifier<ModelUse>

    /// The use.
    package let id: ID
    /// The model; nil for the standard one.
    package let model: LearnedModel.ID?
    /// What it is called.
    package let version: String
    /// Since when.
    package let usedFrom: Date
    /// Who chose it; nil for the service.
    package let chosenBy: Person.ID?
}

/// Why something about models is refused.
package enum ModelRefusal: Refusal, Equatable {
    /// There is no such model here.
    case unknown
    /// The model has not been trained, or its training left nothing.
    case untrained
    /// The model is in use already.
    case inUse
    /// The training has ended already.
    case over

    package var problem: Problem {
        switch self {
        case .unknown: .invalid("/model", "There is no such model. Leave it out for the standard one.")
        case .untrained: .conflict("The model has not been trained.")
        case .inUse: .conflict("The model is in use already.")
        case .over: .conflict("The training has ended already.")
        }
    }
}
