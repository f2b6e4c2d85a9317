package import API
package import Pages
package import Postgres
internal import Synchronization

/// A form that does something with many at once, above it what would come of each.
package struct BulkPage: ViewModel {
    /// What the page is for, or how many of what was looked at can be done.
    package var header: PageHeader
    var filters: Filters?
    /// What would come of each; nil where nothing was looked at.
    package var verdicts: Table?
    /// What is said in the place of the form where there is nothing to do it with.
    var empty: EmptyState?
    /// The form, filled in with what was sent.
    package var form: Form

    /// Whether the page that is being made tells what came of something that was done in part, and not what would come of it.
    @TaskLocal package static var isDone = false
}

/// What is taken out of a transaction and told when it has committed.
package final class Aside<Value: Sendable>: Sendable {
    private let kept = Mutex<Value?>(nil)

    /// Nothing yet.
    package init() {}

    /// What was kept last; nil where nothing was, because the answer to the same form was there already.
    package var value: Value? { kept.withLock { $0 } }

    /// Keeps it in the place of what was kept before.
    package func keep(_ value: Value) { kept.withLock { $0 = value } }
}

extension PageTemplate<BulkPage> {
    /// One page for whatever is done with many at once.
    package static let bulkForm = PageTemplate("wording/bulk", in: .wording)
}

/// What a form asks for with many at once, once it was read.
package struct BulkDeed<Done: Sendable>: Sendable {
    let isSure: Bool
    let mode: BulkMode
    let verb: @Sendable (Transaction, BulkMode) async throws -> [RowVerdict<Done>]

    /// - Parameters:
    ///   - isSure: whether it was sent with the button that does it; it is looked at otherwise.
    ///   - isPartial: whether what can be done is done although some cannot.
    package init(
        isSure: Bool?, isPartial: Bool?,
        _ verb: @Sendable @escaping (Transaction, BulkMode) async throws -> [RowVerdict<Done>]
    ) {
        self.isSure = isSure ?? false
        mode = isPartial == true ? .whatCanBe : .allOrNothing
        self.verb = verb
    }
}

/// One row of what was looked at.
package struct BulkRow: Sendable {
    let name: String
    let note: String?
    let refusal: Problem?

    /// A row by its name, and why it is refused.
    package init(_ name: String, note: String? = nil, refusal: Problem?) {
        self.name = name
        self.note = note
        self.refusal = refusal
    }
}

extension BulkPage {
    /// Looks at what a form asks for, or does it.
    ///
    /// - Parameters:
    ///   - done: where it leads once something was done, with what came of each. Where some were refused, the form is shown
    ///     in the place of that, above it which and why; what is no redirection is shown as it is, and says so itself.
    ///   - page: the form again, filled in, with why each row is refused in the order of the rows; empty where nothing could be
    ///     looked at.
    package static func answering<P, B, Done>(
        _ call: FormCall<P, B>, _ constraints: ConstraintProblems, reading: (B) throws -> BulkDeed<Done>,
        done: @Sendable @escaping (Transaction, [RowVerdict<Done>]) async throws -> HTML,
        page: ([Problem?], FormProblem?) async throws -> HTML
    ) async throws -> HTML {
        try await FormProblem.answering(constraints) {
            let deed = try reading(try call.decoded())
            guard deed.isSure else {
                let verdicts = try await call.database.write(as: call.context) { transaction in
                    try await deed.verb(transaction, .dryRun)
                }
                return try await page(verdicts.map(\.refusal), nil)
            }
            do {
                let refusals = Aside<[Problem?]>()
                let html = try await call.write { transaction in
                    let verdicts = try await deed.verb(transaction, deed.mode)
                    guard verdicts.contains(where: { $0.refusal == nil }) else {
                        throw RowsRefused(verdicts.map(\.refusal), at: "")
                    }
                    refusals.keep(verdicts.map(\.refusal))
                    return try await done(transaction, verdicts)
                }
                guard html.status == 303, let found = refusals.value, found.contains(where: { $0 != nil }) else {
                    return html
                }
                return try await tellingWhatWasDone { try await page(found, nil) }
            } catch let refused as RowsRefused {
                let problem = Problem(.conflict, RowsRefused.sentence)
                var html = try await page(refused.refusals, FormProblem(problem, constraints: constraints))
                html.status = 409
                return html
            }
        } again: { problem in
            try await page([], problem)
        }
    }

    /// Makes a page that tells what came of something that was done in part.
    package static func tellingWhatWasDone(_ page: () async throws -> HTML) async throws -> HTML {
        try await $isDone.withValue(true) { try await page() }
    }

    /// The form, and above it what was found of each row.
    ///
    /// - Parameters:
    ///   - lede: what the page is for, until there is something to say of rows.
    ///   - subject: what a row is, as the heading of the first column.
    ///   - submit: the verb on the button that does it, which is there once something can be done.
    ///   - nothing: that there is nothing to do it with, where there is not: then no form is offered, unless it was sent.
    ///   - fields: what was sent, so that the choice between all and some comes back.
    package init(
        _ title: String, kind: String? = nil, lede: String, subject: String, rows: [BulkRow], action: SafeURL,
        sections: [FormSection], submit: String, cancel: SafeURL, filters: Filters? = nil,
        nothing: String? = nil, key: String, fields: [String: [String]], problem: FormProblem?,
        in language: Language
    ) {
        let t = PageKit.wording.texts(in: language)
        let refused = rows.count { $0.refusal != nil }
        let can = rows.count - refused
        let said =
            Self.isDone
            ? [t("several.done", count: can), t("several.left", count: refused)]
            : [
                can > 0 ? t("several.can", count: can) : nil, refused > 0 ? t("several.cannot", count: refused) : nil,
                rows.isEmpty ? nil : t("several.nothing_yet"),
            ].compactMap(\.self)
        header = PageHeader(
            title: title, kind: kind,
            lede: said.isEmpty ? lede : said.joined(separator: language == .english ? " " : ""))
        self.filters = filters
        // What was done is found where it now stands; what was not is found here alone.
        verdicts =
            rows.isEmpty
            ? nil
            : Self.table(
                Self.isDone ? t("several.not_done") : t("several.preview"), subject: subject,
                Self.isDone ? rows.filter { $0.refusal != nil } : rows, t)
        let isUntouched = rows.isEmpty && problem == nil
        empty = (isUntouched ? nothing : nil).map {
            EmptyState(title: t("several.none"), text: $0, action: LinkText(t("several.back"), cancel))
        }
        let input = FormInput(
            values: fields.merging(["partial": ["false"]]) { sent, _ in sent }, errors: problem?.errors ?? [], texts: t)
        let mode = input.radios(
            "partial", label: t("several.mode"),
            options: [("false", t("several.all_or_nothing"), nil), ("true", t("several.what_can_be"), nil)])
        let all = sections + [FormSection(fields: [mode])]
        form = Form(
            action: action, sections: all, submit: t("several.show"), texts: t,
            hidden: [HiddenField("idempotency_key", key)],
            alternatives: can > 0 && !Self.isDone ? [FormButton(submit, name: "sure", value: "true")] : [],
            cancel: LinkText(Self.isDone ? t("several.back") : t("several.cancel"), cancel),
            problem: problem?.sentence(besides: all.flatMap(\.fields)))
    }

    /// Those of several that were refused, and why, for a page that is no form; nil where none was.
    package static func refused(_ rows: [BulkRow], subject: String, in language: Language) -> Table? {
        let t = PageKit.wording.texts(in: language)
        let refused = rows.filter { $0.refusal != nil }
        return refused.isEmpty ? nil : table(t("several.not_done"), subject: subject, refused, t)
    }

    private static func table(_ caption: String, subject: String, _ rows: [BulkRow], _ t: Texts) -> Table {
        Table(
            caption: caption, columns: [.init(subject), .init(t("several.verdict"))],
            rows: rows.map { row in
                [
                    .text(row.name, note: row.note),
                    row.refusal.map { .badge(Badge(t("several.refused"), .warning), note: $0.sentences) }
                        ?? .badge(Badge(t("several.would"), .success)),
                ]
            }, empty: EmptyState(title: caption, text: ""))
    }
}

extension FormCall {
    /// What was ticked under a name, each once, as far as it can be read.
    package func ids<ID: Hashable>(_ name: String, as read: (String) -> ID?) -> [ID] {
        var seen: Set<ID> = []
        return (fields[name] ?? []).compactMap(read).filter { seen.insert($0).inserted }
    }

    /// What was sent, for the form that comes back: once something was done in part, only what was refused stays ticked.
    package func fields(ticking name: String, _ refusals: [Problem?]) -> [String: [String]] {
        guard BulkPage.isDone else { return fields }
        return fields.merging([name: zip(fields[name] ?? [], refusals).filter { $1 != nil }.map(\.0)]) { $1 }
    }
}

extension Problem {
    /// Why a row is refused: what is wrong with each of its fields, or what this occurrence says.
    fileprivate var sentences: String {
        guard !errors.isEmpty else { return words }
        return errors.map(\.words).joined(separator: Language.ofPage == .english ? " " : "")
    }
}
