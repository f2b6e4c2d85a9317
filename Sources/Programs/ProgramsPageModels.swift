import Forms
package import Foundation
import Institutions
package import Pages
import Partnerships
import Vocabulary
import Wording

/// Programs with their streams and calls, for a manager.
struct ProgramsPage: ViewModel {
    var header: PageHeader
    var programs: [ProgramCard]
    var empty: EmptyState?

    struct ProgramCard: ViewModel {
        var kind: String
        var name: String
        var summary: String?
        var streams: [StreamCard]
        var hasStreams: Bool
        var actions: [Action]
    }

    struct StreamCard: ViewModel {
        var name: String
        var tags: [String]
        var hasTags: Bool
        var partners: [Partner]
        var hasPartners: Bool
        var calls: Table
        var cohorts: [String]
        var hasCohorts: Bool
        var actions: [Action]
    }
}

/// A partner of a stream and the agreement it takes part under.
struct Partner: ViewModel {
    var name: String
    var agreement: LinkText
    var status: Badge
    var terms: String
    var warning: String?
}

/// A call, for a manager.
struct CallPage: ViewModel {
    var header: PageHeader
    var refusal: ErrorSummary?
    /// What is missing, although the call can be published without it.
    var warning: String?
    var questions: [QuestionItem]
    var hasQuestions: Bool
    var conditions: [ConditionItem]
    var hasConditions: Bool
    var conditionsURL: SafeURL
    var partners: [Partner]
    var hasPartners: Bool
    var extensions: [ExtensionItem]
    var hasExtensions: Bool
    var facts: Facts
}

/// A question as those read it who will answer it.
struct QuestionItem: ViewModel {
    /// The heading of the part that begins with it.
    var section: String?
    var prompt: String
    var lang: String
    var hint: String?
    var rule: String
}

/// A closing that was moved.
struct ExtensionItem: ViewModel {
    var text: String
    var reason: String
}

/// A call, for everybody with a seat.
struct PublicCallPage: ViewModel {
    var header: PageHeader
    var summary: String?
    var closes: TimeText
    var opens: TimeText
    var isWaiting: Bool
    var isOpen: Bool
    var questions: [QuestionItem]
    /// How many more are asked later, if any.
    var later: String?
    var conditions: [ConditionItem]
    var hasConditions: Bool
    var extensions: [ExtensionItem]
    var hasExtensions: Bool
    var facts: Facts
}

/// The calls one can apply to, now or soon.
struct PublicCallsPage: ViewModel {
    var header: PageHeader
    var table: Table
}

/// What managers let strangers see, and how many letters these may ask for.
struct RegistrationsPage: ViewModel {
    var header: PageHeader
    var table: Table
    var limit: Form
}

/// A form under a head, with nothing beside it.
struct ProgramsFormPage: ViewModel {
    var header: PageHeader
    var form: Form
}

/// A question before something that cannot be undone.
struct CallConfirmationPage: ViewModel {
    var header: PageHeader
    var confirmation: Confirmation
}

extension PageTemplate<ProgramsPage> {
    static let overview = PageTemplate("programs/overview", in: .programs)
}

extension PageTemplate<CallPage> {
    static let call = PageTemplate("programs/call", in: .programs)
}

extension PageTemplate<PublicCallPage> {
    static let publicCall = PageTemplate("programs/public-call", in: .programs)
}

extension PageTemplate<PublicCallsPage> {
    static let publicCalls = PageTemplate("programs/public-calls", in: .programs)
}

extension PageTemplate<RegistrationsPage> {
    static let registrations = PageTemplate("programs/registrations", in: .programs)
}

extension PageTemplate<ProgramsFormPage> {
    static let form = PageTemplate("programs/form", in: .programs)
}

extension PageTemplate<CallConfirmationPage> {
    static let confirm = PageTemplate("programs/confirm", in: .programs)
}

extension CallForApplications {
    /// When streams close that close before the call, each in the zone it was set in and in a second one.
    package func closingsOfStreams(at now: Date, in language: Pages.Language) -> [Fact] {
        let t = PageKit.programs.texts(in: language)
        let words = ProgramWords(t: t, now: now)
        return offered.compactMap { offered in
            guard let closing = offered.closesAt else { return nil }
            let isNext = status(at: now) == .open && closing >= now
            return .time(
                t("fact.stream_closes", ["stream": offered.name.text(for: words.spoken)]),
                words.time(closing, in: deadline.zone, isRelative: isNext))
        }
    }
}

/// Says programs and calls in a reader's language.
struct ProgramWords {
    let t: Texts
    let now: Date

    var language: Pages.Language { t.language }
    var spoken: Vocabulary.Language { Vocabulary.Language(language) }

    func badge(_ status: CallForApplications.Status) -> Badge {
        let tone: Badge.Tone =
            switch status {
            case .draft, .closed: .neutral
            case .scheduled: .info
            case .open: .success
            case .cancelled: .danger
            }
        return Badge(t("status.\(status.rawValue)"), tone)
    }

    /// An instant where it was set and by the reader's clock.
    func time(_ instant: Date, in zone: TimeZoneName, isRelative: Bool = false) -> TimeText {
        TimeText(
            instant, in: zone, and: zone.companion, from: isRelative ? now : nil, language: language)
    }

    /// The same in a sentence.
    func sentence(_ instant: Date, in zone: TimeZoneName) -> String {
        time(instant, in: zone).sentence
    }

    /// What holds now, what happens next and by when.
    func lede(_ call: CallForApplications) -> String {
        let zone = call.deadline.zone
        let values = [
            "opens": sentence(call.opensAt, in: zone), "closes": sentence(call.deadline.instant, in: zone),
            "reason": call.cancellationReason?.string ?? "",
        ]
        switch call.status(at: now) {
        case .draft: return t("next.draft")
        case .scheduled: return t("next.scheduled", values)
        case .open: return t("next.open", values)
        case .closed: return t("next.closed", values)
        case .cancelled: return t("next.cancelled", values)
        }
    }

    func questions(_ call: CallForApplications) -> [QuestionItem] {
        call.questions.map { question in
            let prompt = question.prompt.best(for: spoken)
            var limit = NewQuestion(question).question.answerWords(t, in: spoken)
            if let streams = call.streamsAsked(by: question, in: spoken) {
                limit += " · " + t("question.for_streams", ["streams": streams])
            }
            return QuestionItem(
                section: question.section?.title.text(for: spoken), prompt: prompt.text, lang: prompt.language.rawValue,
                hint: question.hint?.text(for: spoken),
                rule: question.isRequired ? limit : t("question.optional", ["limit": limit]))
        }
    }

    /// How many questions of a call come later than those that its reader sees, in a sentence.
    func later(_ call: CallForApplications) -> String? {
        let more = call.laterRounds.count - call.questions.count { $0.fromRound != nil }
        return more == 0 ? nil : t("question.later", count: more)
    }

    func conditions(_ list: [CallCondition]) -> [ConditionItem] {
        let words = ConditionWords(in: language)
        return list.map { ConditionItem($0, words, t) }
    }

    func extensions(_ list: [CallExtension], of call: CallForApplications) -> [ExtensionItem] {
        list.map { made in
            var values = [
                "before": sentence(made.closedAt, in: call.deadline.zone),
                "after": sentence(made.closesAt, in: call.deadline.zone),
            ]
            guard let name = made.stream.flatMap(call.name) else {
                return ExtensionItem(text: t("extension.line", values), reason: made.reason.string)
            }
            values["stream"] = name.text(for: spoken)
            return ExtensionItem(text: t("extension.line_of_stream", values), reason: made.reason.string)
        }
    }

    func window(_ call: CallForApplications) -> [Fact] {
        [
            .time(t("fact.opens"), time(call.opensAt, in: call.deadline.zone)),
            .time(
                t("fact.closes"),
                time(call.deadline.instant, in: call.deadline.zone, isRelative: call.status(at: now) == .open)),
        ] + call.closingsOfStreams(at: now, in: language)
    }

    /// A cohort with the day on which it begins.
    func line(_ cohort: Cohort) -> String {
        t("call.cohort", ["name": cohort.name.string, "start": cohort.startsOn.text(in: language)])
    }

    /// The cohort that a call leads into, with its stream where the call offers several.
    func line(_ cohort: Cohort, of call: CallForApplications) -> String {
        let stream = call.offered.first { $0.stream == cohort.stream }
        return [stream?.name.text(for: spoken), line(cohort)].compactMap(\.self).joined(separator: " · ")
    }

    /// Calls with where they stand, the latest first.
    func table(_ calls: [CallForApplications], empty: EmptyState? = nil) -> Table {
        Table(
            caption: t("calls.title"),
            columns: [Table.Column(t("calls.call")), Table.Column(t("calls.status")), Table.Column(t("calls.closes"))],
            rows: calls.sorted { $0.opensAt > $1.opensAt }.map { call in
                let status = call.status(at: now)
                return [
                    .link(
                        call.title.text(for: spoken), "/console/calls/\(call.id)",
                        note: call.access == .public ? nil : t("access.\(call.access.rawValue)")),
                    .badge(badge(status)),
                    .time(time(call.deadline.instant, in: call.deadline.zone, isRelative: status == .open)),
                ]
            },
            empty: empty ?? EmptyState(title: t("overview.no_calls"), text: t("overview.no_calls_text")))
    }

    /// The streams that applicants choose among, each with its places; nil where there is no choice.
    func offered(_ call: CallForApplications) -> Fact? {
        guard call.offersChoice else { return nil }
        return .tags(
            t("fact.offered"),
            call.offered.map { offered in
                let name = offered.name.text(for: spoken)
                return offered.places.map { t("offered.places", ["stream": name, "places": Figures.grouped($0)]) }
                    ?? name
            })
    }

    /// Who is let in, and when a rolling call looks at what came in.
    func kinds(_ call: CallForApplications) -> [Fact] {
        var facts: [Fact] = []
        if call.access != .public { facts.append(.text(t("field.access"), t("access.\(call.access.rawValue)"))) }
        for batch in call.batches {
            let number = t("batch.until", ["number": "\(batch.number)"])
            let isNext = call.status(at: now) == .open && call.batch(at: now) == batch
            facts.append(.time(number, time(batch.closesAt, in: call.deadline.zone, isRelative: isNext)))
        }
        return facts
    }

    /// The partners of a stream, with how each one's agreement stands; a warning where it is none of the `bound` of `day`.
    func partners(
        _ stream: ProgramStream, _ mous: [MoU.ID: MoU], _ names: [Institution.ID: LocalizedName],
        opening day: CalendarDate? = nil, bound: Set<ProgramStream.Partner> = [], seated: [StreamSeat]? = nil
    ) -> [Partner] {
        stream.partners.compactMap { partner in
            guard let mou = mous[partner.mou] else { return nil }
            let holders = seated?.filter { $0.institution == partner.institution }.compactMap(\.personName)
            return Partner(
                name: names[partner.institution]?.text(for: spoken) ?? mou.reference.string,
                agreement: LinkText(mou.reference.string, "/console/mous/\(mou.id)"),
                status: Badge(mou.status, in: language),
                terms: [
                    partner.seats > 0 ? t("partner.seats", count: partner.seats) : nil,
                    partner.coDecides ? t("partner.co_decides") : partner.recommends ? t("partner.recommends") : nil,
                    partner.screens ? t("partner.screens") : nil,
                    partner.places.map { t("partner.places", count: $0) },
                    partner.answerDays.map { t("partner.answer_days", count: $0) },
                    partner.silenceConsents ? t("partner.silence_consents") : nil,
                    holders.flatMap {
                        $0.isEmpty
                            ? nil : t("partner.seat_holders", ["names": $0.joined(separator: t("list.comma"))])
                    },
                ].compactMap(\.self).joined(separator: " · "),
                warning: day.flatMap { day in
                    bound.contains(partner)
                        ? nil : t("partner.not_in_force", ["date": day.text(in: language)])
                } ?? (holders?.isEmpty == true && stream.endedAt == nil ? t("partner.nobody_seated") : nil))
        }
    }
}
