internal import Foundation
internal import Pages
internal import Vocabulary
internal import Wording

/// The outbox as a list.
struct OutboxPage: ViewModel {
    var header: PageHeader
    var notice: String?
    var stats: StatTiles
    var filters: Filters
    var letters: Table

    init(
        _ found: [Letter], counts: [Letter.State: Int], query: OutboxQuery, next: String?, sendsMail: Bool,
        language: Pages.Language, _ t: Texts
    ) {
        let held = counts[.held] ?? 0
        header = PageHeader(
            title: t("outbox.title"), lede: t("outbox.lede"),
            actions: (held > 0
                ? [.link(t("outbox.review", count: held), "/console/letters/held", style: .primary)] : [])
                + (counts[.failed] ?? 0 > 0
                    ? [.link(t("outbox.retry"), "/console/letters/releases?state=failed")] : [])
                + [.link(t("several.cancellation"), "/console/letters/cancellations")])
        notice = sendsMail ? nil : t("outbox.no_server")
        let address: SafeURL = "/console/letters"
        stats = StatTiles(
            [Letter.State.held, .released, .sent, .failed].map { state in
                StatTiles.Tile(
                    t("state.\(state.rawValue)"),
                    figure: state == .held
                        ? Figures.grouped(held) : Figures.grouped(counts[state] ?? 0, upTo: Letter.mostCounted),
                    url: address.adding([("state", state.rawValue)]))
            })
        let chosen = [("state", query.state?.rawValue), ("kind", query.kind?.rawValue)]
            .compactMap { name, value in value.map { (name: name, value: $0) } }
        filters = Filters(
            action: address,
            choices: [
                Filters.Choice(
                    name: "state", label: t("letter.state"), all: t("outbox.any_state"),
                    options: Letter.State.allCases.map { ($0.rawValue, t("state.\($0.rawValue)")) },
                    chosen: query.state?.rawValue ?? ""),
                Filters.Choice(
                    name: "kind", label: t("letter.kind"), all: t("outbox.any_kind"),
                    options: Letter.Kind.allCases.map { ($0.rawValue, t("kind.\($0.rawValue)")) },
                    chosen: query.kind?.rawValue ?? ""),
            ], clearURL: chosen.isEmpty ? nil : address)
        letters = Table(
            caption: t("outbox.title"),
            columns: [
                Table.Column(t("letter.subject")), Table.Column(t("letter.recipient")),
                Table.Column(t("letter.kind")), Table.Column(t("letter.state")), Table.Column(t("letter.written_at")),
            ],
            rows: found.map { letter in
                [
                    .link(letter.text.subject.string, "/console/letters/\(letter.id)"),
                    .text(letter.recipientName, note: letter.address), .text(t("kind.\(letter.kind.rawValue)")),
                    .badge(Self.badge(of: letter.state, t)),
                    .time(TimeText(letter.writtenAt, in: .hongKong, language: language)),
                ]
            },
            empty: chosen.isEmpty
                ? EmptyState(title: t("outbox.none"), text: t("outbox.none_text"))
                : EmptyState(title: t("outbox.no_match"), text: t("outbox.no_match_text")),
            pager: Pager(
                firstURL: query.cursor == nil ? nil : address.adding(chosen),
                nextURL: next.map { address.adding(chosen + [("cursor", $0)]) }))
    }

    static func badge(of state: Letter.State, _ t: Texts) -> Badge {
        let tone: Badge.Tone =
            switch state {
            case .held: .warning
            case .released: .info
            case .sent: .success
            case .failed: .danger
            case .cancelled: .neutral
            }
        return Badge(t("state.\(state.rawValue)"), tone)
    }

    /// A language by its own name.
    static func name(of language: Vocabulary.Language) -> String {
        (Pages.Language(tag: language.rawValue) ?? .english).endonym
    }
}

/// A letter as its recipient reads it.
struct LetterPreview: ViewModel {
    var lang: String
    var recipient: String
    var subject: String
    var paragraphs: [LetterParagraph]
    var action: LinkText?

    init(_ letter: Letter) {
        lang = letter.language.rawValue
        recipient = "\(letter.recipientName) <\(letter.address)>"
        subject = letter.text.subject.string
        paragraphs = letter.text.viewed
        action = letter.text.action.map { LinkText($0.label.string, $0.page) }
    }
}

/// Held letters, read one below the other and then let go.
struct HeldPage: ViewModel {
    var header: PageHeader
    var notice: String?
    var more: String?
    var letters: [HeldLetter]
    var hasLetters: Bool
    var key: String
    var empty: EmptyState

    init(_ found: [Letter], of total: Int, key: String, sendsMail: Bool, _ t: Texts) {
        header = PageHeader(title: t("held.title"), lede: t("held.lede"))
        notice = sendsMail ? nil : t("outbox.no_server")
        more =
            total > found.count
            ? t("held.more", ["shown": Figures.grouped(found.count), "total": Figures.grouped(total)]) : nil
        letters = found.map { letter in
            HeldLetter(
                id: letter.id.description, url: "/console/letters/\(letter.id)",
                label: t("held.choose", ["name": letter.recipientName]),
                kind: t("kind.\(letter.kind.rawValue)"), preview: LetterPreview(letter))
        }
        hasLetters = !found.isEmpty
        self.key = key
        empty = EmptyState(
            title: t("held.none"), text: t("held.none_text"),
            action: LinkText(t("held.to_outbox"), "/console/letters"))
    }
}

/// One of them, with the box that chooses it.
struct HeldLetter: ViewModel {
    var id: String
    var url: SafeURL
    var label: String
    var kind: String
    var preview: LetterPreview
}

/// One letter of the outbox.
struct LetterPage: ViewModel {
    var header: PageHeader
    var notice: String?
    var preview: LetterPreview
    var facts: Facts
    var history: Timeline
    var attempts: Table?

    init(
        _ letter: Letter, _ deeds: [LetterDeed], _ tries: [LetterAttempt], topic: SafeURL?, sendsMail: Bool,
        language: Pages.Language, _ t: Texts
    ) {
        func time(_ instant: Date) -> TimeText { TimeText(instant, in: .hongKong, language: language) }
        let selected = [HiddenField("letters", letter.id.description), HiddenField("sure", "true")]
        var actions: [Action] = []
        switch letter.state {
        case .held:
            actions = [
                .post(t("letter.release"), "/console/letters/releases", style: .primary, hidden: selected),
                .link(t("letter.rewrite"), "/console/letters/\(letter.id)/text"),
            ]
        case .failed:
            actions = [.post(t("letter.retry"), "/console/letters/releases", style: .primary, hidden: selected)]
        case .released, .sent, .cancelled: break
        }
        if letter.state != .sent, letter.state != .cancelled {
            actions.append(
                .post(t("letter.cancel"), "/console/letters/cancellations", style: .danger, hidden: selected))
        }
        let lede =
            switch letter.state {
            case .held: t("letter.lede_held")
            case .released where letter.attempts > 0: t("letter.lede_tried", ["report": letter.lastReport ?? "–"])
            case .released: t("letter.lede_released")
            case .sent: t("letter.lede_sent")
            case .failed: t("letter.lede_failed", ["report": letter.lastReport ?? "–"])
            case .cancelled: t("letter.lede_cancelled")
            }
        header = PageHeader(
            title: letter.text.subject.string, kind: t("letter.to", ["name": letter.recipientName]),
            badge: OutboxPage.badge(of: letter.state, t), lede: lede, actions: actions)
        notice = sendsMail || letter.state != .released ? nil : t("outbox.no_server")
        preview = LetterPreview(letter)
        facts = Facts(
            title: t("letter.facts"),
            [
                .text(t("letter.recipient"), letter.recipientName), .text(t("letter.address"), letter.address),
                .text(t("letter.language"), OutboxPage.name(of: letter.language)),
                .text(t("letter.kind"), t("kind.\(letter.kind.rawValue)")),
                .text(t("letter.version"), Figures.grouped(letter.version)),
            ] + (topic.map { [.link(t("letter.about"), LinkText(t("letter.see"), $0))] } ?? []))
        history = Timeline(
            title: t("letter.history"),
            deeds.map { deed in
                Timeline.Step(t("deed.\(deed.deed)"), .done, who: deed.name, time: time(deed.at))
            })
        attempts =
            tries.isEmpty
            ? nil
            : Table(
                caption: t("letter.attempts"),
                columns: [
                    Table.Column(t("attempt.begun_at")), Table.Column(t("attempt.outcome")),
                    Table.Column(t("attempt.report")),
                ],
                // The last ones tell most, and there may be many.
                rows: tries.suffix(20).reversed().map { attempt in
                    [
                        .time(time(attempt.begunAt)), .text(t("outcome.\(attempt.outcome?.rawValue ?? "under_way")")),
                        .text(attempt.report ?? "–"),
                    ]
                },
                empty: EmptyState(title: t("letter.no_attempts"), text: ""))
    }
}

/// A letter's words in a form.
struct RewritePage: ViewModel {
    var header: PageHeader
    var form: Form
}

/// One's own letters.
struct OwnLettersPage: ViewModel {
    var header: PageHeader
    var letters: Table

    init(_ found: [OwnLetterView], next: String?, isFirst: Bool, language: Pages.Language, _ t: Texts) {
        header = PageHeader(title: t("own.title"), lede: t("own.lede"))
        letters = Table(
            caption: t("own.title"), columns: [Table.Column(t("letter.subject")), Table.Column(t("own.received_at"))],
            rows: found.map { letter in
                [
                    .link(letter.subject, "/letters/\(letter.id)", note: t("kind.\(letter.kind.rawValue)")),
                    .time(TimeText(letter.releasedAt, in: .hongKong, language: language)),
                ]
            },
            empty: EmptyState(title: t("own.none"), text: t("own.none_text")),
            pager: Pager(
                firstURL: isFirst ? nil : "/letters",
                nextURL: next.map { ("/letters" as SafeURL).adding([("cursor", $0)]) }))
    }
}

/// One of one's own letters.
struct OwnLetterPage: ViewModel {
    var header: PageHeader
    var preview: LetterPreview
    var received: TimeText

    init(_ letter: Letter, language: Pages.Language, _ t: Texts) {
        header = PageHeader(title: letter.text.subject.string, kind: t("kind.\(letter.kind.rawValue)"))
        preview = LetterPreview(letter)
        received = TimeText(letter.releasedAt ?? letter.writtenAt, in: .hongKong, language: language)
    }
}

extension PageTemplate<OutboxPage> {
    static let outbox = PageTemplate("letters/outbox", in: .letters)
}

extension PageTemplate<HeldPage> {
    static let held = PageTemplate("letters/held", in: .letters)
}

extension PageTemplate<LetterPage> {
    static let letter = PageTemplate("letters/letter", in: .letters)
}

extension PageTemplate<RewritePage> {
    static let rewrite = PageTemplate("letters/rewrite", in: .letters)
}

extension PageTemplate<OwnLettersPage> {
    static let ownLetters = PageTemplate("letters/own-letters", in: .letters)
}

extension PageTemplate<OwnLetterPage> {
    static let ownLetter = PageTemplate("letters/own-letter", in: .letters)
}
