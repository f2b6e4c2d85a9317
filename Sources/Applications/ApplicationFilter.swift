internal import API
package import Foundation
package import Institutions
package import Programs
package import Vocabulary

/// Which applications of a workspace a list shows, and in which order. Table, board, counts, bulk moves and the export ask
/// by the same one, and it is the list's address.
package struct ApplicationFilter: Described, Hashable {
    /// Only those to this call.
    package var call: CallForApplications.ID?
    /// Only those to this stream: by the call, or where it offers several, by what they name and where they have a place.
    package var stream: ProgramStream.ID?
    /// Only those to calls of this program.
    package var program: Program.ID?
    /// Only those to streams in which this institution takes part.
    package var partner: Institution.ID?
    /// Only those that stand in one of these states.
    package var state: [Application.State]?
    /// Only those whose stage takes longer than it should, or only the others.
    package var overdue: Bool?
    /// Only those that have stood in their stage for as many days.
    package var stageDays: Int?
    /// Only those handed in on this day or later, where the call is.
    package var submittedFrom: CalendarDate?
    /// Only those handed in on this day or earlier.
    package var submittedTo: CalendarDate?
    /// Only those of startups with this in a name.
    package var q: ShortText?
    /// Only those with every required answer, or only the others.
    package var complete: Bool?
    /// Only those handed in to this batch of a rolling call, counted from 1.
    package var batch: Int?
    /// Only those that might be funded twice, by what was made of it. Of what is told to managers alone: to others nothing.
    package var overlap: OverlapStanding?
    /// The order; the newest first unless said.
    package var sort: Order?

    /// Orders of a list; each is total, by id where all else is equal.
    package enum Order: String, Codable, Sendable, CaseIterable {
        /// The drafts begun last first.
        case newest
        /// Those handed in last first, drafts last.
        case submitted
        /// Those that have stood longest in their stage first.
        case longestInStage = "longest_in_stage"
        /// Those due soonest, or overdue longest, first; those without a clock last.
        case due
    }

    package static var documentation: [String: String] {
        [
            "state": "One or several.", "overdue": "Whether the stage takes longer than its days.",
            "stage_days": "At least as many days in the stage.",
            "submitted_from": "The first day of submission, in the zone of the call.",
            "submitted_to": "The last day of submission, in the zone of the call.",
            "q": "A part of a name of the startup, in any language.",
            "complete": "Whether every required question has its answer.", "partner": "An institution of the stream.",
            "stream": """
            Of calls that offer several, those that name it, and once they have a place, those whose place is in it; drafts of \
            every such call.
            """,
            "batch": "Of a rolling call, counted from 1.",
            "overlap": "Whether they might be funded twice: not judged yet, confirmed, or either. For managers.",
        ]
    }

    /// A filter; what is not said does not matter.
    package init(
        call: CallForApplications.ID? = nil, stream: ProgramStream.ID? = nil, program: Program.ID? = nil,
        partner: Institution.ID? = nil, state: [Application.State]? = nil, overdue: Bool? = nil, stageDays: Int? = nil,
        submittedFrom: CalendarDate? = nil, submittedTo: CalendarDate? = nil, q: ShortText? = nil,
        complete: Bool? = nil, batch: Int? = nil, overlap: OverlapStanding? = nil, sort: Order? = nil
    ) {
        self.call = call
        self.stream = stream
        self.program = program
        self.partner = partner
        self.state = state
        self.overdue = overdue
        self.stageDays = stageDays
        self.submittedFrom = submittedFrom
        self.submittedTo = submittedTo
        self.q = q
        self.complete = complete
        self.batch = batch
        self.overlap = overlap
        self.sort = sort
    }

    /// The states asked for; empty for all.
    package var states: [Application.State] { state ?? [] }
    /// The stages that a board shows of them.
    var stagesOfBoard: [Application.State] {
        Application.State.board.filter { states.isEmpty || states.contains($0) }
    }
    /// The states without a column that it counts of them.
    var endedOfBoard: [Application.State] {
        Application.State.ended.filter { states.isEmpty || states.contains($0) }
    }
    /// The order asked for.
    package var order: Order { sort ?? .newest }

    /// The filter as the query of an address.
    package var items: [(name: String, value: String)] {
        var items: [(name: String, value: String?)] = [
            ("call", call?.description), ("stream", stream?.description), ("program", program?.description),
            ("partner", partner?.description),
        ]
        items += states.map { ("state", $0.rawValue) }
        items += [
            ("overdue", overdue.map { "\($0)" }), ("stage_days", stageDays.map { "\($0)" }),
            ("submitted_from", submittedFrom?.description), ("submitted_to", submittedTo?.description),
            ("q", q?.string), ("complete", complete.map { "\($0)" }), ("batch", batch.map { "\($0)" }),
            ("overlap", overlap?.rawValue), ("sort", sort?.rawValue),
        ]
        return items.compactMap { name, value in value.map { (name, $0) } }
    }

    /// Whether it leaves anything out.
    package var isOpen: Bool { items.allSatisfy { $0.name == "sort" } }
}

/// Where a list of applications goes on, whatever its order.
package struct ApplicationPosition: Codable, Sendable {
    /// What the list is sorted by, of the last one before.
    package let key: Date
    /// Which one it was.
    package let id: Application.ID

    /// After an application and what it is sorted by.
    package init(key: Date, id: Application.ID) {
        self.key = key
        self.id = id
    }

    /// What stands for a submission that was not, and for an end where no clock runs.
    static let (never, endless) = (Date(timeIntervalSince1970: 0), Date(timeIntervalSince1970: 253_402_214_400))
}

extension ApplicationView {
    /// The position after this application, of whose end the view knows the day alone.
    func position(by order: ApplicationFilter.Order) -> ApplicationPosition {
        let key =
            switch order {
            case .newest: createdAt
            case .submitted: submittedAt ?? ApplicationPosition.never
            case .longestInStage: stage.enteredAt
            case .due:
                stage.dueOn.flatMap {
                    LocalTime($0.adding(days: 1), hour: 0, minute: 0)?.instant(in: call.deadline.zone)
                }
                    ?? ApplicationPosition.endless
            }
        return ApplicationPosition(key: key, id: id)
    }
}

/// How many applications stand in a state, and how many of them too long.
package struct StageCount: Sendable, Equatable {
    /// All of them.
    package let applications: Int
    /// Those whose stage takes longer than it should.
    package let overdue: Int

    /// Nothing.
    package static let none = StageCount(applications: 0, overdue: 0)

    /// Of these those that a filter's `overdue` lets through.
    func narrowed(toOverdue wanted: Bool?) -> StageCount {
        switch wanted {
        case true?: StageCount(applications: overdue, overdue: overdue)
        case false?: StageCount(applications: applications - overdue, overdue: 0)
        case nil: self
        }
    }
}
