internal import Foundation
internal import Institutions
internal import Pages
internal import Vocabulary
internal import Wording

/// One introduction: where it stands, what can be done about it, whom to write to, and how it came this far.
struct IntroductionPage: ViewModel {
    var header: PageHeader
    /// Why it ended, for whom may know.
    var ending: String?
    var contacts: Table?
    var meeting: Facts?
    var forms: [Form]
    var timeline: Timeline
    var facts: Facts

    init(
        _ introduction: Introduction, _ steps: [IntroductionStep], _ mandate: MandateTerms?, side: IntroductionSide,
        forms: IntroductionForms, _ reading: Reading
    ) {
        let t = reading.t
        let investor = introduction.investorName?.text(for: reading.spoken) ?? "–"
        let startup = introduction.startupName?.text(for: reading.spoken) ?? t("introduction.hidden_startup")
        let names = [
            "investor": investor, "startup": startup, "day": introduction.consentBy.text(in: reading.viewer.language),
        ]
        header = PageHeader(
            title: side == .startup ? investor : side == .investor ? startup : "\(startup) × \(investor)",
            kind: t("introduction.kind"), badge: introduction.stage.badge(t),
            lede: Self.lede(introduction.stage, side, names, t))
        ending = introduction.ending.map { ending in
            t(
                "introduction.ended_because",
                [
                    "side": t("side.\(ending.side.rawValue)"), "reason": t("ending.\(ending.reason.rawValue)"),
                    "note": ending.note.map { " \($0.string)" } ?? "",
                ])
        }
        contacts =
            introduction.contacts.isEmpty
            ? nil
            : Table(
                caption: t("introduction.contacts"),
                columns: [
                    Table.Column(t("introduction.side")), Table.Column(t("introduction.name")),
                    Table.Column(t("introduction.email")),
                ],
                rows: introduction.contacts.map {
                    [.text(t("side.\($0.side.rawValue)")), .text($0.name), .text($0.email)]
                },
                empty: EmptyState(title: "", text: ""))
        meeting = introduction.meeting.map { Self.meeting($0, of: introduction, reading) }
        self.forms = forms.all
        timeline = Timeline(
            title: t("introduction.history"),
            steps.map { step in
                Timeline.Step(
                    t("stage.\(step.stage.rawValue)"), .done, who: t("side.\(step.side.rawValue)"),
                    time: reading.day(step.at), note: Self.note(of: step, reading))
            })
        var facts: [Fact] = [
            .text(t("introductions.investor"), investor), .text(t("introductions.startup"), startup),
            .time(t("introductions.asked"), reading.day(introduction.askedAt)),
            introduction.introducedAt.map { .time(t("stage.introduced"), reading.day($0)) }
                ?? .time(
                    t("introduction.consent_by"), TimeText(introduction.consentBy, in: reading.viewer.language)),
        ]
        // What a mandate says is the investor's own; a startup does not read it.
        if let mandate {
            facts.append(
                .link(
                    t("introduction.list"),
                    LinkText(
                        mandate.name.string,
                        "/shortlists/\(introduction.shortlist.description)/items/\(introduction.startup.description)")))
        }
        if side == .investor {
            facts.append(
                .link(
                    t("introduction.raising"),
                    LinkText(t("introduction.raising_link"), "/raising/\(introduction.startup.description)")))
        }
        self.facts = Facts(facts)
    }

    private static func lede(
        _ stage: Introduction.Stage, _ side: IntroductionSide, _ names: [String: String], _ t: Texts
    ) -> String {
        switch stage {
        case .asked, .notNow: t("introduction.\(stage.rawValue)_\(side.rawValue)", names)
        default: t("introduction.\(stage.rawValue)", names)
        }
    }

    private static func meeting(
        _ meeting: IntroductionMeeting, of introduction: Introduction, _ reading: Reading
    ) -> Facts {
        let t = reading.t
        var items: [Fact] = [
            .time(
                t("meeting.starts"),
                TimeText(
                    meeting.startsAt, in: meeting.timeZone, and: .ofReader, language: reading.viewer.language)
            ),
            .text(t("meeting.length"), t("meeting.minutes", count: meeting.minutes)),
        ]
        if meeting.cancelledAt != nil { items.insert(.badge(t("meeting.state"), Badge(t("meeting.cancelled"))), at: 0) }
        if let place = meeting.place { items.append(.text(t("meeting.place"), place.string)) }
        if let link = meeting.link, let url = SafeURL(external: link.description) {
            items.append(.link(t("meeting.link"), LinkText(link.site, url)))
        }
        items.append(
            .link(
                t("meeting.calendar"),
                LinkText(t("meeting.download"), "/introductions/\(introduction.id.description)/meeting.ics")))
        return Facts(title: t("meeting.title"), items)
    }

    /// What is known of a step beside its name.
    private static func note(of step: IntroductionStep, _ reading: Reading) -> String? {
        let t = reading.t
        var words: [String] = []
        if let amount = step.amount {
            let text = MoneyText(amount)
            words.append("\(text.currency) \(text.figure)")
        }
        if let instrument = step.instrument { words.append(t("instrument.\(instrument.rawValue)")) }
        if let binding = step.binding { words.append(binding ? t("step.binding") : t("step.not_binding")) }
        if let day = step.day { words.append(day.text(in: reading.viewer.language)) }
        if let note = step.note { words.append(note.string) }
        return words.isEmpty ? nil : words.joined(separator: " · ")
    }
}

/// What can be done about an introduction, each as a form; the one that failed comes back filled in.
struct IntroductionForms {
    /// The forms of the page.
    enum Which {
        case consent, refusal, block, meeting, step
    }

    let introduction: Introduction
    let side: IntroductionSide
    let reading: Reading
    let values: [String: [String]]
    let failed: Which?
    let problem: FormProblem?
    let key: () -> String

    private var t: Texts { reading.t }

    var all: [Form] {
        switch introduction.stage {
        case .asked: side == .startup ? [consent, refusal] : side == .park ? [refusal] : []
        // A deal said anew.
        case .closed: introduction.nextSteps.isEmpty ? [] : [step]
        case let stage where stage.isLast: []
        default: [step, meeting] + (hasMeeting ? [cancellation] : []) + (side == .park ? [] : [block])
        }
    }

    private var hasMeeting: Bool { introduction.meeting.map { $0.cancelledAt == nil } ?? false }

    private func input(_ which: Which, _ usual: [String: [String]] = [:]) -> FormInput {
        failed == which
            ? FormInput(values: values, errors: problem?.errors ?? [], texts: t)
            : FormInput(values: usual, errors: [], texts: t)
    }

    private func form(
        _ which: Which, _ path: SafeURL, title: String, intro: String? = nil, fields: [FormField], submit: String,
        isDangerous: Bool = false
    ) -> Form {
        Form(
            action: path, sections: [FormSection(title: title, intro: intro, fields: fields)], submit: submit, texts: t,
            hidden: [HiddenField("idempotency_key", key())], isDangerous: isDangerous,
            problem: failed == which ? problem?.sentence(besides: fields) : nil)
    }

    private var consent: Form {
        form(
            .consent, "/introductions/\(introduction.id.description)/consent", title: t("consent.title"),
            intro: t("consent.intro", ["investor": introduction.investorName?.text(for: reading.spoken) ?? "–"]),
            fields: [], submit: t("consent.submit"))
    }

    private var refusal: Form {
        let input = input(.refusal)
        return form(
            .refusal, "/introductions/\(introduction.id.description)/refusal", title: t("refusal.title"),
            intro: t("refusal.intro"),
            fields: [
                input.select(
                    "reason", label: t("refusal.reason"),
                    options: EndingReason.offered(to: side).map { ($0.rawValue, t("ending.\($0.rawValue)")) }),
                input.text("note", label: t("refusal.note"), isOptional: true, limit: 500),
                input.checkbox("never", label: t("refusal.never"), statement: t("refusal.never_statement")),
            ], submit: t("refusal.submit"))
    }

    private var block: Form {
        form(
            .block, "/introductions/\(introduction.id.description)/block", title: t("block.title"),
            intro: t("block.intro"), fields: [], submit: t("block.submit"), isDangerous: true)
    }

    private var meeting: Form {
        var usual: [String: [String]] = ["time_zone": ["Asia/Hong_Kong"], "minutes": ["30"]]
        if let meeting = introduction.meeting {
            usual = [
                "starts_at": [LocalTime(meeting.startsAt, in: meeting.timeZone).field],
                "time_zone": [meeting.timeZone.description], "minutes": ["\(meeting.minutes)"],
                "place": [meeting.place?.string ?? ""], "link": [meeting.link?.description ?? ""],
            ]
        }
        let input = input(.meeting, usual)
        return form(
            .meeting, "/introductions/\(introduction.id.description)/meeting",
            title: hasMeeting ? t("meeting.change") : t("meeting.set"),
            fields: [
                input.text("starts_at", label: t("meeting.starts"), type: "datetime-local", width: "medium"),
                input.select(
                    "time_zone", label: t("meeting.zone"),
                    options: TimeZoneName.offered.map { ($0.description, $0.place) }),
                input.number("minutes", label: t("meeting.length"), suffix: t("meeting.minutes_unit")),
                input.text("place", label: t("meeting.place"), isOptional: true, limit: 500),
                input.text("link", label: t("meeting.link"), type: "url", isOptional: true),
            ], submit: hasMeeting ? t("meeting.submit_change") : t("meeting.submit"))
    }

    private var cancellation: Form {
        form(
            .meeting, "/introductions/\(introduction.id.description)/meeting/cancellation",
            title: t("meeting.cancel_title"),
            fields: [], submit: t("meeting.cancel"), isDangerous: true)
    }

    private var step: Form {
        let isCorrection = introduction.stage == .closed
        let input = input(.step, isCorrection ? ["stage": [Introduction.Stage.closed.rawValue]] : [:])
        let currencies = ["HKD", "USD", "JPY", "CNY", "EUR", "GBP", "SGD"]
        return form(
            .step, "/introductions/\(introduction.id.description)/steps",
            title: isCorrection ? t("step.correct_title") : t("step.title"),
            intro: isCorrection ? t("step.correct_intro") : t("step.intro"),
            fields: [
                input.select(
                    "stage", label: t("step.stage"),
                    options: introduction.nextSteps.map { ($0.rawValue, t("step.\($0.rawValue)")) }),
                input.select(
                    "reason", label: t("step.reason"), hint: t("step.reason_hint"),
                    options: EndingReason.offered(to: side).map { ($0.rawValue, t("ending.\($0.rawValue)")) },
                    isOptional: true),
                input.money(
                    "amount", label: t("step.amount"), currencies: currencies, hint: t("step.amount_hint"),
                    isOptional: true),
                input.select(
                    "instrument", label: t("step.instrument"),
                    options: Instrument.allCases.map { ($0.rawValue, t("instrument.\($0.rawValue)")) }, isOptional: true
                ),
                input.checkbox("binding", label: t("step.binds"), statement: t("step.binds_statement")),
                input.date("day", label: t("step.day"), hint: t("step.day_hint"), isOptional: true),
                input.text("note", label: t("step.note"), isOptional: true, limit: 500),
            ], submit: t("step.submit"))
    }
}
