internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Reviews
internal import Vocabulary
internal import Wording

/// An amount as people write it; the currency is sent even when there is no amount.
struct TypedAmount: Codable {
    let amount: String?
    let currency: Currency?

    func money(_ field: String) throws(Problem) -> Money? {
        guard let amount, !amount.isEmpty else { return nil }
        guard let money = Money(amount, currency ?? .hkd) else {
            throw .invalid("/\(field)/amount", "Write an amount such as 500,000.")
        }
        return money
    }

    static let currencies = ["HKD", "USD", "JPY", "CNY", "EUR"]
}

/// A batch as its form sends it.
struct BatchForm: Codable {
    let call: CallForApplications.ID?
    let name: Name
    let places: Int?
    let budget: TypedAmount?
    let award: TypedAmount?
    let lastDay: CalendarDate
    let acceptDays: Int
    let promotesItself: Bool?
    let appealDays: Int

    /// - Parameter planned: what is given by a call whose places are not said.
    func terms(planned: StreamDesign? = nil) throws -> BatchTerms {
        try BatchTerms(
            name: name, places: places.orPlanned(planned), budget: try budget?.money("budget"),
            award: try award?.money("award"),
            lastDay: lastDay, acceptDays: acceptDays, promotesItself: promotesItself ?? false, appealDays: appealDays)
    }

    /// What a batch begins with in a stream that is designed.
    static func values(_ design: StreamDesign) -> [String: [String]] {
        [
            "places": design.places.map(String.init), "budget.amount": design.budget?.decimal,
            "budget.currency": design.budget?.currency.code, "award.amount": design.award?.decimal,
            "award.currency": design.award?.currency.code,
        ].compactMapValues { $0.map { [$0] } }
    }

    static func values(_ terms: BatchTerms) -> [String: [String]] {
        [
            "name": terms.name.string, "places": "\(terms.places)", "budget.amount": terms.budget?.decimal,
            "budget.currency": terms.budget?.currency.code, "award.amount": terms.award?.decimal,
            "award.currency": terms.award?.currency.code, "last_day": terms.lastDay.description,
            "accept_days": "\(terms.acceptDays)", "promotes_itself": terms.promotesItself ? "true" : nil,
            "appeal_days": "\(terms.appealDays)",
        ].compactMapValues { $0.map { [$0] } }
    }
}

/// A decision as its form sends it.
struct PreparationForm: Codable {
    let outcome: Outcome
    let rank: Int?
    let award: TypedAmount?
    let lastDay: CalendarDate?
    let note: LongText
    let feedback: LongText?
    /// Why a released decision changes.
    let reason: LongText?
    let stream: ProgramStream.ID?
    let withComments: Bool?

    /// What a form has fields for belongs to one outcome; what is left in the others is not meant.
    func preparation() throws(Problem) -> Preparation {
        var meant =
            switch outcome {
            case .offer:
                Preparation(
                    .offer, award: try award?.money("award"), lastDay: lastDay, note: note, feedback: feedback,
                    stream: stream)
            case .waitlist: Preparation(.waitlist, rank: rank, note: note, feedback: feedback)
            case .reject: Preparation(.reject, note: note, feedback: feedback)
            }
        meant.withComments = withComments ?? false
        return meant
    }

    static func values(_ meant: Preparation) -> [String: [String]] {
        [
            "outcome": meant.outcome.rawValue, "rank": meant.rank.map(String.init),
            "award.amount": meant.award?.decimal,
            "award.currency": meant.award?.currency.code, "last_day": meant.lastDay?.description,
            "note": meant.note.string, "feedback": meant.feedback?.string, "stream": meant.stream?.description,
        ].compactMapValues { $0.map { [$0] } }
    }
}

/// Whether several decisions are looked at or prepared.
enum BulkStep: String, Codable, CaseIterable {
    case preview, prepare
}

/// What a standing means, as its form sends it, and whether it is to be done.
struct BulkForm: Codable {
    let round: ReviewRound.ID
    let by: ByStanding.Measure
    let offers: Int?
    let waitlist: Int
    let offerNote: LongText
    let waitlistNote: LongText
    let rejectNote: LongText
    let withComments: Bool?
    let partial: Bool?
    let step: BulkStep?

    func meant() throws(Problem) -> ByStanding {
        for (field, number) in [("offers", offers ?? 0), ("waitlist", waitlist)] where !(0...100_000).contains(number) {
            throw Problem(.invalid, errors: [.init("/\(field)", .outOfRange, "must be 0 to 100,000")])
        }
        let notes: [Outcome: LongText] = [.offer: offerNote, .waitlist: waitlistNote, .reject: rejectNote]
        let spare = rejectNote
        return ByStanding(
            round, by: by, offers: offers, waitlist: waitlist, withComments: withComments ?? false
        ) { notes[$0] ?? spare }
    }
}

/// One decision for all that are ticked, as its form sends it. Ranks follow the order of the ticks.
struct ChosenForm: Codable {
    let applications: [Application.ID]?
    let outcome: Outcome
    let award: TypedAmount?
    let lastDay: CalendarDate?
    let note: LongText
    let feedback: LongText?
    let withComments: Bool?
    let partial: Bool?
    let step: BulkStep?

    func preparation() throws(Problem) -> Preparation {
        try PreparationForm(
            outcome: outcome, rank: nil, award: award, lastDay: lastDay, note: note, feedback: feedback,
            reason: nil, stream: nil, withComments: withComments
        ).preparation()
    }
}

/// A list of decisions as its form sends it, and what the letters say where a line says nothing.
struct ListForm: Codable {
    let list: String
    let offerNote: LongText?
    let waitlistNote: LongText?
    let rejectNote: LongText?
    let withComments: Bool?
    let partial: Bool?
    let step: BulkStep?

    var notes: [Outcome: LongText] {
        [.offer: offerNote, .waitlist: waitlistNote, .reject: rejectNote].compactMapValues(\.self)
    }
}

/// What somebody may want to do with a batch, a change or an appeal: words and a form.
struct DecisionsPage: ViewModel {
    var header: PageHeader
    var refusal: ErrorSummary?
    var tabs: Tabs?
    var stats: StatTiles?
    var filters: Filters?
    var faults: [String] = []
    var hasFaults = false
    var facts: Facts?
    var quotes: [Quote] = []
    var parts: [Part] = []
    var forms: [Form] = []

    struct Part: ViewModel {
        var title: String?
        var table: Table
    }

    struct Quote: ViewModel {
        var title: String
        var text: String
    }
}

struct DecisionsConfirmPage: ViewModel {
    var header: PageHeader
    var refusal: ErrorSummary?
    /// What keeps nobody from it, and should be looked at before.
    var warnings: Table?
    var confirmation: Confirmation
}

extension PageTemplate<DecisionsPage> {
    static let decisions = PageTemplate("decisions/page", in: .decisions)
}

extension PageTemplate<DecisionsConfirmPage> {
    static let confirm = PageTemplate("decisions/confirm", in: .decisions)
}

/// What was just done, as the address of the page after it says.
enum DecisionDone: String, Codable, CaseIterable {
    case opened, revised, prepared
    case preparedSome = "prepared_some"
    case withdrawn, released, proposed, confirmed, refused, answered
    case waiverProposed = "waiver_proposed"
    case waiverConfirmed = "waiver_confirmed"
    case waiverRefused = "waiver_refused"
    case proposedSeveral = "proposed_several"
    case answeredSeveral = "answered_several"
    case waiversProposed = "waivers_proposed"
    case waiversAnswered = "waivers_answered"
    case consulted, said, silence
}

struct DoneQuery: Codable {
    let done: DecisionDone?
}

/// A list of what takes a second person's answer: all of it, or only what waits for the reader's.
struct AnswersQuery: Codable {
    let done: DecisionDone?
    let waiting: Bool?

    var isWaiting: Bool { waiting == true }
}

struct BatchDonePath: Codable {
    let batch: DecisionBatch.ID
    let done: DecisionDone?
    /// How many of several were not prepared.
    let left: Int?
    /// The last row of the page before, of what is prepared.
    let after: Application.ID?
    /// The same, of what is not.
    let undecided: Application.ID?
}

/// Who reads a manager's page about decisions, and in which words.
struct DecisionDesk {
    enum Place {
        case batches, changes, appeals
    }

    let site: Site
    let viewer: Viewer
    let t: Texts
    let spoken: Vocabulary.Language

    init<P, B>(_ call: FormCall<P, B>, in site: Site) async throws {
        self.site = site
        viewer = try await call.viewer()
        t = PageKit.decisions.texts(in: viewer.language)
        spoken = Vocabulary.Language(viewer.language)
    }

    func frame(_ title: String, under trail: [Breadcrumb] = [], done: DecisionDone? = nil, left: Int? = nil) -> Frame {
        Frame(
            title: title, site: site, viewer: viewer, current: "decisions", breadcrumbs: trail,
            flash: done.map { FlashNotice(t("done.\($0.rawValue)", count: left ?? 0)) })
    }

    var home: Breadcrumb { Breadcrumb(t("batches.title"), "/console/decisions") }

    func tabs(_ current: Place) -> Tabs {
        Tabs(
            label: t("tabs.label"),
            items: [
                NavigationItem(
                    label: t("batches.title"), url: "/console/decisions", isCurrent: current == .batches),
                NavigationItem(
                    label: t("changes.title"), url: "/console/decision-changes", isCurrent: current == .changes),
                NavigationItem(label: t("appeals.title"), url: "/console/appeals", isCurrent: current == .appeals),
            ])
    }

    /// Leads from a list of answers to what of it waits, and back.
    func narrowing(_ list: SafeURL, _ isWaiting: Bool) -> Action {
        isWaiting
            ? .link(t("answers.show_all"), list)
            : .link(t("answers.show_waiting"), list.adding([("waiting", "true")]))
    }

    func html(_ model: DecisionsPage, _ frame: Frame) throws -> HTML {
        HTML(bytes: try PageTemplate.decisions.render(model, in: frame))
    }

    func outcome(_ outcome: Outcome) -> Badge {
        let tone: Badge.Tone =
            switch outcome {
            case .offer: .success
            case .waitlist: .warning
            case .reject: .danger
            }
        return Badge(t("outcome.\(outcome.rawValue)"), tone)
    }

    /// What an application might be funded twice with, as a way to look at it.
    func overlaps(_ tally: OverlapTally?, of application: Application.ID) -> Table.Cell {
        tally?.words(in: t.language).map { .link($0, "/console/applications/\(application)#overlaps") } ?? .text("–")
    }

    /// Where stands what takes a second manager.
    func badge(_ status: DecisionChange.Status) -> Badge {
        switch status {
        case .open: Badge(t("changes.open"), .warning)
        case .confirmed: Badge(t("changes.confirmed"), .success)
        case .refused: Badge(t("changes.refused"))
        }
    }

    func time(_ instant: Date, in zone: TimeZoneName = .hongKong) -> TimeText {
        TimeText(instant, in: zone, language: viewer.language)
    }

    private func outcomes(_ input: FormInput) -> FormField {
        input.radios(
            "outcome", label: t("field.outcome"),
            options: Outcome.allCases.map {
                ($0.rawValue, t("outcome.\($0.rawValue)"), t("outcome_hint.\($0.rawValue)"))
            })
    }

    /// The fields of a decision; several at once have no rank and no stream of their own.
    ///
    /// - Parameter choices: the streams that the applicant chose, the most wanted first, with what they are called.
    func fields(
        _ input: FormInput, batch: DecisionBatch, choices: [(stream: ProgramStream.ID, name: LocalizedName)] = [],
        isRanked: Bool = true
    ) -> [FormField] {
        let places =
            choices.isEmpty
            ? []
            : [
                input.select(
                    "stream", label: t("field.stream"), hint: t("field.stream_hint"),
                    options: choices.enumerated().map { place, choice in
                        (choice.stream.description, "\(place + 1). \(choice.name.text(for: spoken))")
                    }, isOptional: true)
            ]
        let money =
            batch.terms.currency.map { currency in
                [
                    input.money(
                        "award", label: t("field.award"), currencies: [currency.code], hint: t("field.award_hint"),
                        isOptional: true)
                ]
            } ?? []
        let rank =
            isRanked
            ? [input.number("rank", label: t("field.rank"), hint: t("field.rank_hint"), isOptional: true)] : []
        return [outcomes(input)] + places + rank
            + [
                input.date("last_day", label: t("field.last_day"), hint: t("field.last_day_hint"), isOptional: true)
            ] + money
            + [input.area("note", label: t("field.note"), hint: t("field.note_hint"), limit: 10_000, rows: 5)]
    }

    /// Whether what reviewers wrote for the startup is taken over.
    func comments(_ input: FormInput) -> FormField {
        input.checkbox(
            "with_comments", label: t("field.comments"), statement: t("field.with_comments"),
            hint: t("field.with_comments_hint"))
    }
}

extension Statements {
    /// The streams that an applicant chose, the most wanted first, with what they are called.
    func namedChoices(
        of application: ApplicationSummary
    ) async throws -> [(stream: ProgramStream.ID, name: LocalizedName)] {
        let streams = try await streamChoices(of: application.id)
        guard !streams.isEmpty, let call = try await call(application.application.call) else { return [] }
        return streams.compactMap { stream in call.name(of: stream).map { (stream, $0) } }
    }
}

extension FormCall {
    /// A batch that the manager may know of; not found otherwise.
    func batch(_ id: DecisionBatch.ID) async throws -> DecisionBatch {
        guard let batch = try await reader.decisionBatch(id) else { throw Problem.notFound }
        return batch
    }
}

/// Runs a form's deed, and shows the form again with what its sender can mend.
func deciding(_ deed: () async throws -> HTML, again: (FormProblem) async throws -> HTML) async throws -> HTML {
    try await FormProblem.answering(DecisionsRoom.constraints, deed, again: again)
}
