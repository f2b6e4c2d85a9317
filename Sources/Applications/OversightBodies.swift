internal import API
internal import Foundation
internal import Programs
internal import Vocabulary

/// A step for many applications, and which ones: named, or all that a filter lets through.
struct MovesBody: Described {
    enum Move: String, Codable, CaseIterable {
        case eligible, ineligible, shortlist, interview, questions
    }

    let move: Move
    let note: LongText?
    let round: Int?
    let dueOn: CalendarDate?
    let applications: [Application.ID]?
    let filter: ApplicationFilter?
    let dryRun: Bool?
    let partial: Bool?

    static var documentation: [String: String] {
        [
            "note": "Required with `ineligible`, `interview` and `questions`. The startups read it.",
            "round": "With `questions`, the round up to which the call's later questions are asked.",
            "due_on": "With `questions`, the last day, to its end in the zone of the call.",
            "applications": "At most \(StageMove.most); either these or `filter`.",
            "filter": "All that it lets through, if they are at most \(StageMove.most).",
            "dry_run": BulkMode.dryRunMeaning,
            "partial": BulkMode.partialMeaning,
        ]
    }

    func step() throws -> StageMove { try move.step(with: note, round: round, by: dueOn) }
}

extension MovesBody.Move {
    /// The step; an ineligible one, an interview and further questions need a note.
    func step(with note: LongText?, round: Int? = nil, by dueOn: CalendarDate? = nil) throws -> StageMove {
        switch (self, note) {
        case (.questions, _):
            var errors: [Problem.FieldError] = []
            if note == nil { errors.append(.init("/note", .required, "Say what the questions are for.")) }
            if round == nil { errors.append(.init("/round", .required, "Say of which round.")) }
            if dueOn == nil { errors.append(.init("/due_on", .required, "Say by which day.")) }
            guard let note, let round, let dueOn else { throw Problem(.invalid, errors: errors) }
            return .questions(QuestionsWanted(ofRound: round, note, by: dueOn))
        case (.eligible, _): return .eligible
        case (.ineligible, let reason?): return .ineligible(because: reason)
        case (.shortlist, _): return .shortlist(note: note)
        case (.interview, let note?): return .interview(note: note)
        case (.ineligible, nil):
            throw Problem(.invalid, errors: [.init("/note", .required, "Say which condition is not met.")])
        case (.interview, nil):
            throw Problem(.invalid, errors: [.init("/note", .required, "Say when and where you will talk.")])
        }
    }
}

/// What a move found of each application.
struct MovesView: Described {
    let moved: Int
    let refused: Int
    let dryRun: Bool
    let items: [Item]

    struct Item: Described {
        let application: Application.ID
        let from: Application.State?
        let to: Application.State?
        let refusal: String?

        static var documentation: [String: String] {
            ["to": "Absent when it does not move.", "refusal": "Why it does not move."]
        }
    }

    static var documentation: [String: String] { ["moved": "How many moved, or would with `dry_run`."] }

    init(_ verdicts: [MoveVerdict], dryRun: Bool) {
        moved = verdicts.count { $0.to != nil }
        refused = verdicts.count - moved
        self.dryRun = dryRun
        items = verdicts.map { verdict in
            Item(
                application: verdict.application, from: verdict.from, to: verdict.to,
                refusal: verdict.to == nil ? verdict.words ?? "There is no such application." : nil)
        }
    }
}

/// A step with one application, from its page.
struct StepBody: Described {
    let move: MovesBody.Move
    let note: LongText?

    func step() throws -> StageMove { try move.step(with: note) }
}

/// What the list's form sends: a step, what was ticked, and the filter, for all that it lets through.
struct MovesForm: Described {
    let move: MovesBody.Move
    let note: LongText?
    let round: Int?
    let dueOn: CalendarDate?
    let applications: [Application.ID]?
    let filter: ApplicationFilter?
    let all: Bool?
    let partial: Bool?
    let board: Bool?

    func step() throws -> StageMove { try move.step(with: note, round: round, by: dueOn) }
}

struct InterviewBody: Described {
    let note: LongText

    static var documentation: [String: String] { ["note": "When and where. The startup reads it."] }
}

struct StreamPath: Codable {
    let stream: ProgramStream.ID
}

/// Days that the park takes for each stage; what is not said is as usual.
struct ServiceLevelsBody: Described {
    let submitted: Int?
    let inReview: Int?
    let shortlisted: Int?
    let interview: Int?

    static var documentation: [String: String] {
        ["submitted": "From submission to the end of screening. 1 to 366, as are all."]
    }

    func levels() throws -> [Application.State: Int] {
        var levels: [Application.State: Int] = [:]
        for (state, days) in [
            (Application.State.submitted, submitted), (.inReview, inReview), (.shortlisted, shortlisted),
            (.interview, interview),
        ] {
            guard let days else { continue }
            guard (1...366).contains(days) else {
                throw Problem.invalid("/\(state.rawValue)", "A stage takes 1 to 366 days.")
            }
            levels[state] = days
        }
        return levels
    }
}

/// Of each stage its days, and whether the stream says so or they are the usual ones.
struct ServiceLevelsView: Described {
    let items: [Level]

    struct Level: Described {
        let state: Application.State
        let days: Int
        let isUsual: Bool
    }

    init(_ levels: [ServiceLevel]) {
        items = levels.map { Level(state: $0.state, days: $0.days, isUsual: $0.isUsual) }
    }
}

/// How many applications stand in a state.
struct StageCountView: Described {
    let state: Application.State
    let applications: Int
    let overdue: Int

    static var documentation: [String: String] { ["overdue": "Those whose stage takes longer than its days."] }

    init(_ state: Application.State, _ count: StageCount) {
        self.state = state
        applications = count.applications
        overdue = count.overdue
    }
}

/// How many applications stand in each state.
struct StageCountsView: Described {
    let applications: Int
    let overdue: Int
    let items: [StageCountView]

    static var documentation: [String: String] {
        ["items": "Every state that was asked for, in the order an application goes through them."]
    }

    init(_ counts: [Application.State: StageCount], of states: [Application.State]) {
        items = Application.State.allCases.filter { states.isEmpty || states.contains($0) }.map {
            StageCountView($0, counts[$0] ?? .none)
        }
        applications = items.reduce(0) { $0 + $1.applications }
        overdue = items.reduce(0) { $0 + $1.overdue }
    }
}

/// Applications as a board of stages.
struct BoardView: Described {
    let stages: [Stage]
    let ended: [StageCountView]

    static var documentation: [String: String] { ["ended": "How many stand in each state that nothing follows."] }

    /// A column of it.
    struct Stage: Described {
        let state: Application.State
        let applications: Int
        let overdue: Int
        let items: [ApplicationView]

        static var documentation: [String: String] {
            ["items": "Those that have stood there longest, the oldest first."]
        }
    }

    init(
        _ stages: [Application.State], _ ended: [Application.State], _ counts: [Application.State: StageCount],
        _ found: [ApplicationSummary]
    ) {
        self.ended = ended.map { StageCountView($0, counts[$0] ?? .none) }
        self.stages = stages.map { state in
            let count = counts[state] ?? .none
            return Stage(
                state: state, applications: count.applications, overdue: count.overdue,
                items: found.filter { $0.application.state == state }.map { ApplicationView($0, answers: nil) })
        }
    }
}

struct NewSavedFilter: Described {
    let name: ShortText
    let filter: ApplicationFilter
    let isShared: Bool?

    static var documentation: [String: String] { ["is_shared": "Whether the whole team sees it."] }
}

struct FilterName: Described {
    let name: ShortText
}

struct SavedFilterPath: Codable {
    let filter: SavedFilter.ID
}

struct SavedFilterView: Described {
    let id: SavedFilter.ID
    let name: ShortText
    let filter: ApplicationFilter
    let isShared: Bool
    let isOwn: Bool
    let createdAt: Date

    init(_ saved: SavedFilter) {
        id = saved.id
        name = saved.name
        filter = saved.filter
        isShared = saved.isShared
        isOwn = saved.isOwn
        createdAt = saved.createdAt
    }
}

/// The filters a manager may choose from.
struct SavedFilters: Described {
    let items: [SavedFilterView]
}
