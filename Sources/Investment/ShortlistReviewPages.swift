internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// What managers decide about lists before their investors see them: startup by startup, list by list, and many at once.
struct ShortlistReviewPages {
    let site: Site

    var routes: [AnyRoute] { [withhold, putBack, decline, ask, review] }

    /// Most lists that are offered for ticking; a form may have a thousand fields.
    private static let shown = 400

    private var withhold: AnyRoute {
        PageRoute(
            .post, "/shortlists/{shortlist}/withholdings", "withholdForm", access: .roles([.manager]),
            parameters: ShortlistPath.self, body: WithholdingForm.self
        ) { call in
            let (list, person) = (call.parameters.shortlist, try call.principal.personID)
            return try await FormProblem.answering(InvestmentRoom.constraints) {
                let form = try call.decoded()
                let startups = try BulkMode.rows(form.startups, at: "/startups")
                let withholding = NewWithholding(form.reason, note: form.note)
                return try await call.write { transaction in
                    for startup in startups {
                        _ = try await transaction.withholdShortlistItem(startup, of: list, withholding, by: person)
                    }
                    return .redirect(to: "/shortlists/\(list)#withheld")
                }
            } again: { problem in
                try await listPage(for: call, again: (.withholding, call.fields, problem))
            }
        }.erased
    }

    private var putBack: AnyRoute {
        PageRoute(
            .post, "/shortlists/{shortlist}/items/{startup}/return", "putBackForm", access: .roles([.manager]),
            parameters: ItemPath.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                _ = try await transaction.putBackShortlistItem(path.startup, of: path.shortlist, by: person)
                return .redirect(to: "/shortlists/\(path.shortlist)#startup-\(path.startup)")
            }
        }.erased
    }

    private var decline: AnyRoute {
        PageRoute(
            .post, "/shortlists/{shortlist}/decline", "declineShortlistForm", access: .roles([.manager]),
            parameters: ShortlistPath.self, body: NewDecline.self
        ) { call in
            let (list, person) = (call.parameters.shortlist, try call.principal.personID)
            return try await FormProblem.answering(InvestmentRoom.constraints) {
                let decline = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.declineShortlist(list, because: decline, by: person)
                    return .redirect(to: "/shortlists/\(list)")
                }
            } again: { problem in
                try await listPage(for: call, again: (.decline, call.fields, problem))
            }
        }.erased
    }

    private func listPage<B>(
        for call: FormCall<ShortlistPath, B>, again: ListReview.Again
    ) async throws -> HTML {
        try await ShortlistPages(site: site).listPage(
            for: call,
            ShowShortlist(
                shortlist: call.parameters.shortlist, show: nil, focusArea: nil, stage: nil, country: nil), again: again
        )
    }

    // MARK: Many at once

    private var ask: AnyRoute {
        PageRoute(
            .get, "/console/match-runs/{run}/review", "consoleReviewLists", access: .roles([.manager]),
            parameters: RunPath.self
        ) { call in
            try await bulkPage(for: call)
        }.erased
    }

    private var review: AnyRoute {
        PageRoute(
            .post, "/console/match-runs/{run}/review", "reviewConsoleLists", access: .roles([.manager]),
            parameters: RunPath.self, body: ListsForm.self
        ) { call in
            let (run, person) = (call.parameters.run, try call.principal.personID)
            return try await BulkPage.answering(call, InvestmentRoom.constraints) { form in
                let lists = try BulkMode.rows(form.shortlists, at: "/shortlists")
                let decline = try form.decline()
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    guard let decline else { return try await transaction.releaseShortlists(lists, mode, by: person) }
                    return try await transaction.declineShortlists(lists, because: decline, mode, by: person)
                }
            } done: { _, _ in
                .redirect(to: "/console/match-runs/\(run)")
            } page: { refusals, problem in
                try await bulkPage(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func bulkPage<B>(
        for call: FormCall<RunPath, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let run = try await call.reader.matchRun(call.parameters.run) else { throw Problem.notFound }
        let found = try await call.reader.shortlists(of: run.id, underReview: true, limit: Self.shown + 1)
        let reading = try await Reading(call)
        let t = reading.t
        func name(_ list: Shortlist) -> String {
            t(
                "review.list",
                ["investor": list.investorName.text(for: reading.spoken), "mandate": list.mandateName.string])
        }
        let names = Dictionary(found.map { ($0.id, name($0)) }, uniquingKeysWith: { first, _ in first })
        let input = FormInput(
            values: call.fields(ticking: "shortlists", refusals), errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.checkboxes(
                "shortlists", label: t("run.lists"),
                hint: found.count > Self.shown ? t("review.more_wait", count: Self.shown) : nil,
                options: found.prefix(Self.shown).map { list in
                    let kept = list.withheld ?? 0
                    let hints = [
                        t("review.on_list", count: list.items), kept > 0 ? t("review.kept_back", count: kept) : nil,
                        list.barrier.map { t("barrier.\($0.rawValue)") },
                    ].compactMap(\.self)
                    return (list.id.description, name(list), hints.joined(separator: " · "))
                }, isOptional: false),
            input.radios(
                "deed", label: t("review.deed"),
                options: ListsForm.Deed.allCases.map {
                    ($0.rawValue, t("review_deed.\($0.rawValue)"), t("review_deed_hint.\($0.rawValue)"))
                }),
            ListReview.declineReason(input, t, hint: t("review.decline_only"), isOptional: true),
            input.area(
                "note", label: t("review.note"), hint: t("review.note_hint"), isOptional: true, limit: 500, rows: 2),
        ]
        let model = BulkPage(
            t("review.several"), kind: t("run.title", ["day": reading.words(run.requestedAt)]),
            lede: t("review.several_lede"), subject: t("shortlist.kind"),
            rows: zip(call.ids("shortlists", as: Shortlist.ID.init), refusals).map {
                BulkRow(names[$0] ?? $0.description, refusal: $1)
            },
            action: "/console/match-runs/\(run.id)/review", sections: [FormSection(fields: fields)],
            submit: t("review.submit_several"), cancel: "/console/match-runs/\(run.id)",
            nothing: found.isEmpty ? t("run.lede_reviewed") : nil, key: call.freshIdempotencyKey,
            fields: call.fields, problem: problem, in: t.language)
        let frame = Frame(
            title: t("review.several"), site: site, viewer: reading.viewer, current: "match-runs",
            breadcrumbs: [
                Breadcrumb(t("runs.title"), "/console/match-runs"),
                Breadcrumb(t("run.kind"), "/console/match-runs/\(run.id)"),
            ])
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: frame))
    }
}

/// Startups that are ticked on a list, and why they are withheld.
struct WithholdingForm: Codable {
    let startups: [Startup.ID]?
    let reason: WithholdingReason
    let note: ShortText?
}

/// Lists that are ticked, and what becomes of them.
struct ListsForm: Codable {
    let shortlists: [Shortlist.ID]?
    let deed: Deed
    let reason: DeclineReason?
    let note: ShortText?
    let partial: Bool?
    let sure: Bool?

    enum Deed: String, Codable, CaseIterable {
        case release, decline
    }

    /// Why they are declined; nil where they are released.
    func decline() throws -> NewDecline? {
        guard deed == .decline else { return nil }
        guard let reason else { throw Problem(.invalid, errors: [.init("/reason", .required, "Say why.")]) }
        let decline = NewDecline(reason, note: note)
        try decline.check()
        return decline
    }
}

/// What a manager decides about one list, on its page.
struct ListReview {
    /// The forms of the page.
    enum Deed {
        case withholding, decline
    }

    /// What was sent with one of them, and what is wrong with it.
    typealias Again = (deed: Deed, fields: [String: [String]], problem: FormProblem)

    /// The form around the cards; nil once the review has ended.
    let withholding: WithholdForm?
    /// What is ticked in it.
    let ticked: Set<String>?
    /// What is kept back; nil where that is nothing.
    let withheld: Table?
    /// The form that declines the list; nil once the review has ended.
    let decline: Form?

    init(
        of list: Shortlist, _ items: [WithheldItem], _ again: Again?, key: () -> String, _ reading: Reading
    ) {
        let t = reading.t
        withheld = items.isEmpty ? nil : Self.table(items, of: list, reading)
        guard list.isUnderReview else {
            (withholding, ticked, decline) = (nil, nil, nil)
            return
        }
        let (withholdAgain, declineAgain) = (
            again?.deed == .withholding ? again : nil, again?.deed == .decline ? again : nil
        )
        ticked = Set(withholdAgain?.fields["startups"] ?? [])
        let input = FormInput(
            values: withholdAgain?.fields ?? [:], errors: withholdAgain?.problem.errors ?? [], texts: t)
        let fields = [
            input.select(
                "reason", label: t("review.reason"), hint: t("review.reason_hint"),
                options: WithholdingReason.allCases.map { ($0.rawValue, t("withhold_reason.\($0.rawValue)")) }),
            input.area(
                "note", label: t("review.note"), hint: t("review.note_hint"), isOptional: true, limit: 500, rows: 2),
        ]
        withholding = WithholdForm(
            action: "/shortlists/\(list.id.description)/withholdings",
            errorSummary: withholdAgain.flatMap {
                ErrorSummary(fields: fields, problem: $0.problem.sentence(besides: fields), texts: t)
            },
            hidden: [HiddenField("idempotency_key", key())], fields: fields)
        let declining = FormInput(
            values: declineAgain?.fields ?? [:], errors: declineAgain?.problem.errors ?? [], texts: t)
        // Two forms of one page have their controls under the same names, and need ids of their own.
        let reasons = [
            Self.declineReason(declining, t),
            declining.area(
                "note", label: t("review.note"), hint: t("review.note_hint"), isOptional: true, limit: 500, rows: 2),
        ].map { $0.placed("decline") }
        decline = Form(
            action: "/shortlists/\(list.id.description)/decline",
            sections: [FormSection(title: t("review.decline"), intro: t("review.decline_text"), fields: reasons)],
            submit: t("review.decline_do"), texts: t, hidden: [HiddenField("idempotency_key", key())],
            isDangerous: true, problem: declineAgain?.problem.sentence(besides: reasons))
    }

    static func declineReason(
        _ input: FormInput, _ t: Texts, hint: String? = nil, isOptional: Bool = false
    ) -> FormField {
        input.select(
            "reason", label: t("review.decline_reason"), hint: hint,
            options: DeclineReason.allCases.map { ($0.rawValue, t("decline_reason.\($0.rawValue)")) },
            isOptional: isOptional)
    }

    private static func table(_ items: [WithheldItem], of list: Shortlist, _ reading: Reading) -> Table {
        let t = reading.t
        return Table(
            caption: t("review.withheld"),
            columns: [
                Table.Column(t("introductions.startup")), Table.Column(t("review.reason")),
                Table.Column(t("review.withheld_on")), Table.Column(t("review.put_back")),
            ],
            rows: items.map { withheld in
                let startup = withheld.item.startup
                let address: SafeURL =
                    "/shortlists/\(list.id.description)/items/\(startup.id.description)/return"
                return [
                    .text(startup.name.text(for: reading.spoken), note: startup.pitch?.string),
                    .text(t("withhold_reason.\(withheld.reason.rawValue)"), note: withheld.note?.string),
                    .time(reading.day(withheld.withheldAt)),
                    list.isUnderReview ? .action(.post(t("review.put_back"), address)) : .text("–"),
                ]
            },
            empty: EmptyState(title: t("review.withheld"), text: ""))
    }
}

/// A form that stands around the cards of a list.
struct WithholdForm: ViewModel {
    var action: SafeURL
    var errorSummary: ErrorSummary?
    var hidden: [HiddenField]
    var fields: [FormField]
}

extension FormField {
    /// The same field with an id of its own.
    fileprivate func placed(_ form: String) -> FormField {
        var field = self
        field.id = "\(form)-\(name)"
        field.describedBy = describedBy.map { $0.replacing(id, with: field.id) }
        return field
    }
}
