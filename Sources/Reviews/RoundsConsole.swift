internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// Rounds as a manager keeps them: the list; their form and their pages stand beside it.
struct RoundsConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] { [list, new, create, show, edit, revise, open, closing, close] }

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/rounds", "consoleRounds", access: .roles([.manager]), parameters: ListRounds.self
        ) { call in
            let (wanted, stream, batch) = (call.parameters.call, call.parameters.stream, call.parameters.batch)
            let viewer = try await call.viewer()
            let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
            let t = words.t
            let rounds = try await call.reader.rounds(of: wanted, for: stream, in: batch)
            let progress = try await call.reader.progress(of: rounds.map(\.id))
            let calls = try await call.reader.callTitles()
            let address: SafeURL = "/console/rounds"
            let new: SafeURL = wanted.map { "/console/rounds/new?call=\($0)" } ?? "/console/rounds/new"
            let model = RoundsPage(
                header: PageHeader(
                    title: t("rounds.title"), lede: t("rounds.lede"),
                    actions: [
                        .link(t("round.new"), new, style: .primary),
                        .link(t("reviewers.title"), "/console/reviewers"),
                    ]),
                filters: Filters(
                    action: address,
                    choices: [
                        Filters.Choice(
                            name: "call", label: t("round.call"), all: t("rounds.every_call"),
                            options: calls.map { ($0.id.description, $0.title.text(for: words.spoken)) },
                            chosen: wanted?.description ?? "")
                    ] + Self.streams(of: wanted, in: rounds, chosen: stream, words)
                        + Self.batches(of: wanted, in: rounds, chosen: batch, words),
                    clearURL: wanted == nil && stream == nil && batch == nil ? nil : address),
                table: Table(
                    caption: t("rounds.title"),
                    columns: [
                        .init(t("round.kind")), .init(t("round.status")), .init(t("round.due")),
                        .init(t("round.reviews")),
                    ],
                    rows: rounds.map { round in
                        let done = progress[round.id]
                        return [
                            .link(
                                round.name.text(for: words.spoken), "/console/rounds/\(round.id)",
                                note: round.subject(for: words.spoken)),
                            .badge(words.badge(round.status)), .time(words.time(round.due)),
                            .text(words.submitted(done), note: words.applications(done)),
                        ]
                    },
                    empty: EmptyState(
                        title: t("rounds.empty"), text: t("rounds.empty_text"),
                        action: LinkText(t("round.new"), new))))
            let frame = Frame(title: t("rounds.title"), site: site, viewer: viewer, current: "rounds")
            return HTML(bytes: try PageTemplate.rounds.render(model, in: frame))
        }.erased
    }

    /// Rounds of several streams are told apart once a call is chosen that has some.
    private static func streams(
        of call: CallForApplications.ID?, in rounds: [ReviewRound], chosen: ProgramStream.ID?, _ words: RoundWords
    ) -> [Filters.Choice] {
        let found = rounds.compactMap { round in
            round.stream.flatMap { stream in round.streamName.map { (stream, $0) } }
        }
        let streams = Dictionary(found, uniquingKeysWith: { first, _ in first }).sorted { $0.key < $1.key }
        guard call != nil, !streams.isEmpty || chosen != nil else { return [] }
        let t = words.t
        return [
            Filters.Choice(
                name: "stream", label: t("round.stream"), all: t("rounds.every_round"),
                options: streams.map { ($0.key.description, $0.value.text(for: words.spoken)) },
                chosen: chosen?.description ?? "")
        ]
    }

    /// Rounds of several batches, likewise.
    private static func batches(
        of call: CallForApplications.ID?, in rounds: [ReviewRound], chosen: Int?, _ words: RoundWords
    ) -> [Filters.Choice] {
        let found = rounds.compactMap { round in
            round.batch.flatMap { batch in round.batchName(for: words.spoken).map { (batch, $0) } }
        }
        let batches = Dictionary(found, uniquingKeysWith: { first, _ in first }).sorted { $0.key < $1.key }
        guard call != nil, !batches.isEmpty || chosen != nil else { return [] }
        let t = words.t
        return [
            Filters.Choice(
                name: "batch", label: t("round.batch"), all: t("rounds.every_round"),
                options: batches.map { ("\($0.key)", $0.value) }, chosen: chosen.map { "\($0)" } ?? "")
        ]
    }
}

/// Runs a form's deed, and shows the form again with what its sender can mend.
func answering(_ deed: () async throws -> HTML, again: (FormProblem) async throws -> HTML) async throws -> HTML {
    try await FormProblem.answering(ReviewsRoom.constraints, deed, again: again)
}
