internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

internal import struct API.Operation

/// Who reviews in the workspace, by API.
enum ReviewersAPI {
    static let operations: [AnyOperation] = [listReviewers]

    private static var listReviewers: AnyOperation {
        Operation(
            .get, "/v1/reviewers", "listReviewers", summary: "Who reviews in the workspace, by name",
            description: """
                Everybody who holds a reviewer's seat, with what they have to do in the rounds that are not closed, and when \
                they are away.
                """, tag: "reviews", access: .roles([.manager]), parameters: ListReviewers.self,
            output: Page<ReviewerView>.self
        ) { call in
            let query = call.parameters
            let found = try await call.database.snapshot(as: call.context) { snapshot in
                try await snapshot.reviewers(
                    named: query.q?.string, reading: query.language,
                    after: try call.position(query.cursor, as: Reviewer.Position.self),
                    limit: PageSize.rows(for: query.limit))
            }
            return .ok(
                try call.page(found.map(ReviewerView.init), size: query.limit) {
                    Reviewer.Position(name: $0.name, person: $0.person)
                })
        }.erased
    }
}

struct ListReviewers: Codable {
    let q: ShortText?
    let language: Vocabulary.Language?
    let limit: PageSize?
    let cursor: PageCursor?
}

/// A reviewer as JSON.
struct ReviewerView: Described {
    let person: Person.ID
    let name: String
    let email: String
    let languages: [Vocabulary.Language]
    let focusAreas: [FocusArea.ID]
    let assigned: Int
    let submitted: Int
    let most: Int
    let absences: [AbsenceView]
    let rounds: [SittingView]

    static let documentation = [
        "languages": "What they were asked to read on any panel.",
        "assigned": "How many applications they have in the rounds that are not closed.",
        "submitted": "How many of those they have judged.",
        "most": "How many they take there at the most, where they have accepted.",
        "absences": "Today and later.", "rounds": "Those that are not closed.",
    ]

    struct SittingView: Described {
        let round: ReviewRound.ID
        let name: LocalizedName
        let callTitle: LocalizedName
        let dueAt: Date
        let isOpen: Bool
        let isChair: Bool
        let answer: Panelist.Answer
        let most: Int
        let assigned: Int
        let submitted: Int

        init(_ seat: Reviewer.Sitting) {
            round = seat.round
            name = seat.name
            callTitle = seat.callTitle
            dueAt = seat.dueAt
            isOpen = seat.isOpen
            isChair = seat.isChair
            answer = seat.answer
            most = seat.most
            assigned = seat.assigned
            submitted = seat.submitted
        }
    }

    init(_ reviewer: Reviewer) {
        person = reviewer.person
        name = reviewer.name
        email = reviewer.email
        languages = reviewer.languages
        focusAreas = reviewer.focusAreas
        assigned = reviewer.assigned
        submitted = reviewer.submitted
        most = reviewer.most
        absences = reviewer.absences.map(AbsenceView.init)
        rounds = reviewer.seats.map(SittingView.init)
    }
}

/// Who reviews in the workspace, as a manager looks at it.
struct ReviewersConsole {
    let site: Site

    var routes: [AnyRoute] { [list] }

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/reviewers", "consoleReviewers", access: .roles([.manager]), parameters: ListReviewers.self
        ) { call in
            let query = call.parameters
            let viewer = try await call.viewer()
            let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
            let t = words.t
            let found = try await call.database.snapshot(as: call.context) { snapshot in
                try await snapshot.reviewers(
                    named: query.q?.string, reading: query.language,
                    after: try call.position(query.cursor, as: Reviewer.Position.self),
                    limit: PageSize.rows(for: query.limit))
            }
            let page = try call.page(found.map(ReviewerView.init), size: query.limit) {
                Reviewer.Position(name: $0.name, person: $0.person)
            }
            let address: SafeURL = "/console/reviewers"
            let filters: [(name: String, value: String)] = [
                ("q", query.q?.string), ("language", query.language?.rawValue),
            ].compactMap { name, value in value.map { (name, $0) } }
            let model = RoundsPage(
                header: PageHeader(title: t("reviewers.title"), lede: t("reviewers.lede")),
                filters: Filters(
                    action: address, search: Filters.Search(label: t("reviewers.search"), value: query.q?.string ?? ""),
                    choices: [
                        Filters.Choice(
                            name: "language", label: t("panel.languages"), all: t("reviewers.every_language"),
                            options: Vocabulary.Language.allCases.map {
                                ($0.rawValue, t("language.\($0.rawValue)"))
                            }, chosen: query.language?.rawValue ?? "")
                    ], clearURL: filters.isEmpty ? nil : address),
                table: Table(
                    caption: t("reviewers.title"),
                    columns: [
                        .init(t("panel.person")), .init(t("panel.knows")), .init(t("panel.load")),
                        .init(t("reviewers.rounds")), .init(t("reviewers.away")),
                    ],
                    rows: found.prefix(page.items.count).map { Self.row($0, words) },
                    empty: EmptyState(title: t("reviewers.empty"), text: t("reviewers.empty_text")),
                    pager: RoundDesk.pager(
                        first: query.cursor == nil ? nil : address.adding(filters),
                        next: page.next.map { address.adding(filters + [("cursor", $0)]) })))
            let frame = Frame(
                title: t("reviewers.title"), site: site, viewer: viewer, current: "rounds",
                breadcrumbs: [Breadcrumb(t("rounds.title"), "/console/rounds")])
            return HTML(bytes: try PageTemplate.rounds.render(model, in: frame))
        }.erased
    }

    private static func row(_ reviewer: Reviewer, _ words: RoundWords) -> [Table.Cell] {
        let t = words.t
        let languages = reviewer.languages.map { t("language.\($0.rawValue)") }.joined(separator: t("list.comma"))
        let areas = reviewer.focusAreas.map { $0.label(in: t.language) }.joined(separator: t("list.comma"))
        let load = [
            "assigned": Figures.grouped(reviewer.assigned), "submitted": Figures.grouped(reviewer.submitted),
            "most": Figures.grouped(reviewer.most),
        ]
        let rounds = reviewer.seats.map { seat in
            t(
                "reviewers.round",
                ["round": seat.name.text(for: words.spoken), "answer": t("panel.\(seat.answer.rawValue)")])
        }
        return [
            .text(reviewer.name, note: reviewer.email),
            .text(areas.isEmpty ? t("panel.knows_nothing") : areas, note: languages),
            .text(reviewer.most > 0 ? t("reviewers.load", load) : "–"),
            .text(rounds.isEmpty ? "–" : rounds.joined(separator: t("list.comma"))),
            .text(
                reviewer.absences.first.map {
                    t(
                        "reviewers.away_from",
                        ["first": $0.firstDay.text(in: t.language), "last": $0.lastDay.text(in: t.language)])
                } ?? "–",
                note: reviewer.absences.count > 1
                    ? t("reviewers.away_more", count: reviewer.absences.count - 1) : nil),
        ]
    }
}
