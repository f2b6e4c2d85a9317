package import API
package import Accounts
package import Foundation
package import Institutions
package import Jobs
package import Vocabulary

/// One pass of the engine over a tenant: every standing mandate against every startup that agreed to be shown.
///
/// Its state is where its job is, until it has finished; from then on its results never change. Run again over the same
/// inputs it gives the same bytes, which the two hashes prove.
package struct MatchRun: Codable, Sendable, Identifiable {
    /// Names a match run within its tenant.
    package typealias ID = Identifier<MatchRun>

    /// Where a run is. One that was stopped or failed left nothing.
    package typealias State = WorkState

    /// How evenly the startups are spread over the shortlists of a run, and what it cost.
    package struct Exposure: Codable, Sendable, Equatable {
        /// How many startups are on at least one list.
        package let shown: Int
        /// How many lists hold the startup that is on most.
        package let mostLists: Int
        /// Gini coefficient of what the startups are shown, the upper places counting more; in thousandths.
        package let gini: Int
        /// The share of the answers to be expected of each mandate's best alone that was given up, in thousandths.
        package let givenUp: Int
        /// Startups on fewer lists than the rules ask for; nil where they ask for none.
        package let belowFloor: Int?
    }

    /// What is left of the lists after what managers withheld and declined: whom the investors have been shown, or still may
    /// be.
    package struct Review: Codable, Sendable, Equatable {
        /// How many items are withheld from lists that were not declined.
        package let withheld: Int
        /// How many startups are left on at least one list.
        package let shown: Int
        /// How many lists still hold the startup that is on most.
        package let mostLists: Int
        /// Startups left on fewer lists than the rules ask for; nil where they ask for none.
        package let belowFloor: Int?
    }

    /// A stream whose startups alone a run looks at.
    package struct Stream: Codable, Sendable, Identifiable {
        /// Names a stream within its tenant, as the room of programs does.
        package typealias ID = Identifier<Stream>

        /// The stream.
        package let id: ID
        /// What it is called.
        package let name: LocalizedName
    }

    /// The run.
    package let id: ID
    /// The job that performs it.
    package let job: UUID?
    /// Where it is.
    package let state: State
    /// How many mandates are done, while it runs.
    package let progress: WorkProgress?
    /// The engine's version and that of the model it ranks by: until the run has finished, the one in use when it was asked for.
    package let engine: String
    /// How many startups a shortlist holds at most.
    package let length: Int
    /// What it kept to in sharing startups out; nil where nothing was asked for.
    package let rules: MatchRules?
    /// The stream whose startups alone it looks at; nil for every startup that agreed to be shown.
    package let stream: Stream?
    /// The day as of which everything was judged.
    package let asOf: CalendarDate
    /// When it was asked for.
    package let requestedAt: Date
    /// Who asked.
    package let requestedBy: Person.ID?
    /// When it finished.
    package let finishedAt: Date?
    /// SHA-256 over everything the engine was given, in hexadecimal.
    package let inputsHash: String?
    /// SHA-256 over every shortlist it made, in hexadecimal.
    package let resultsHash: String?
    /// How many mandates it looked at.
    package let mandates: Int?
    /// How many startups it looked at.
    package let startups: Int?
    /// How many pairs a gate kept apart.
    package let gatedOut: Int?
    /// How evenly the startups are spread over the shortlists; nil until it has finished, and for runs of earlier engines.
    package let exposure: Exposure?
    /// How many shortlists it made.
    package let shortlists: Int
    /// How many of those have been released.
    package let released: Int
    /// How many were declined.
    package let declined: Int
    /// What review has left of what it shows; nil while nothing was withheld or declined.
    package let review: Review?

    /// How many lists wait for a manager.
    var waiting: Int { shortlists - released - declined }
}

/// What a manager asks for.
package struct MatchRunRequest: Codable, Sendable, Equatable {
    /// How many startups a shortlist holds at most, 1 to 200; 20 unless given.
    package var length: Int?
    /// The day as of which everything is judged; today unless given.
    package var asOf: CalendarDate?
    /// Only these mandates; all that stand unless given.
    package var mandates: [Mandate.ID]?
    /// Only the mandates of these investors, as they stand now, beside those of `mandates`; all that stand unless given.
    package var investors: [Institution.ID]?
    /// Only startups that are or were enrolled in this stream and did not leave before its end; all that agreed to be shown unless
    /// given.
    package var stream: MatchRun.Stream.ID?
    /// What to keep to in sharing startups out; nothing unless given.
    package var rules: MatchRules?

    /// A request for whatever is usual.
    package init(
        length: Int? = nil, asOf: CalendarDate? = nil, mandates: [Mandate.ID]? = nil,
        investors: [Institution.ID]? = nil, stream: MatchRun.Stream.ID? = nil, rules: MatchRules? = nil
    ) {
        self.length = length
        self.asOf = asOf
        self.mandates = mandates
        self.investors = investors
        self.stream = stream
        self.rules = rules
    }

    /// The usual length of a shortlist.
    package static let usualLength = 20

    func check() throws(MatchRunRefusal) {
        guard (1...200).contains(length ?? Self.usualLength) else { throw .lengthOutOfRange }
        guard mandates.map({ !$0.isEmpty && $0.count <= 1000 }) ?? true else { throw .mandatesOutOfRange }
        guard investors.map({ !$0.isEmpty && $0.count <= 1000 }) ?? true else { throw .investorsOutOfRange }
        try rules?.check()
    }
}

/// Why a match run is refused.
package enum MatchRunRefusal: Refusal, Equatable {
    /// A shortlist holds 1 to 200 startups.
    case lengthOutOfRange
    /// Nobody can be served by an empty list of mandates.
    case mandatesOutOfRange
    /// A mandate of the list does not stand.
    case mandateUnknown
    /// Nobody can be served by an empty list of investors.
    case investorsOutOfRange
    /// An investor of the list has no mandate that stands.
    case investorUnknown
    /// Some mandates were searched for and none of what was found was chosen: a search is not for everybody.
    case nobodyChosen
    /// There is no such stream.
    case streamUnknown
    /// A startup may be on 1 to 1,000 lists.
    case capOutOfRange
    /// A startup is to be on 1 to 1,000 lists.
    case floorOutOfRange
    /// A startup cannot be on more lists than it may be on.
    case floorAboveCap
    /// A startup rests for 1 to 1,096 days.
    case restOutOfRange
    /// The run has ended already.
    case over
    /// The run has not finished, so that there is nothing to release.
    case notFinished
    /// Every shortlist of the run has been released or declined.
    case nothingToRelease

    package var problem: Problem {
        switch self {
        case .lengthOutOfRange: .invalid("/length", "A shortlist holds 1 to 200 startups.")
        case .mandatesOutOfRange: .invalid("/mandates", "Name 1 to 1,000 mandates, or leave the list out.")
        case .mandateUnknown: .invalid("/mandates", "Name only mandates that stand and are deploying.")
        case .investorsOutOfRange: .invalid("/investors", "Name 1 to 1,000 investors, or leave the list out.")
        case .investorUnknown:
            .invalid("/investors", "Name only investors with a mandate that stands and is deploying.")
        case .nobodyChosen:
            .invalid("/investors", "Choose whom the run is for, or empty the search to run for everybody.")
        case .streamUnknown: .invalid("/stream", "Choose a stream of the park.")
        case .capOutOfRange: .invalid("/rules/most_lists", "Give 1 to 1,000 lists, or leave it out.")
        case .floorOutOfRange: .invalid("/rules/least_lists", "Give 1 to 1,000 lists, or leave it out.")
        case .floorAboveCap: .invalid("/rules/least_lists", "A startup cannot be on more lists than it may be on.")
        case .restOutOfRange: .invalid("/rules/rest_days", "Give 1 to 1,096 days, or leave it out.")
        case .over: .conflict("The run has ended already.")
        case .notFinished: .conflict("The run has not finished.")
        case .nothingToRelease: .conflict("Every shortlist of this run has been released or declined.")
        }
    }
}
