internal import Forms
internal import Foundation
internal import Pages
internal import Programs
internal import Vocabulary
internal import Wording

/// An application that is no longer being written, for its startup or for the park.
struct ApplicationPage: ViewModel {
    var header: PageHeader
    /// The moment until which something has to happen.
    var deadline: TimeText?
    /// What was said with the last step.
    var note: Note?
    var offer: Offer?
    /// What was found of each condition when it was handed in, for whoever screens.
    var findings: Table?
    /// What might be funded twice, for managers.
    var overlaps: Table?
    var screening: Form?
    /// The stage before the decision.
    var step: Form?
    var decision: DecisionPart?
    var answers: [AnsweredQuestion]
    var hasAnswers: Bool
    /// Said in place of the answers.
    var noAnswers: String?
    /// The files that came with the answers.
    var documents: DocumentLines?
    /// What happened, where the startup comes to read it.
    var timeline: Timeline?
    /// The same beside the answers, where somebody works through many.
    var history: Timeline?
    var facts: Facts
    var tools: [LinkText]
    var hasTools: Bool

    /// Words that came with a decision.
    struct Note: ViewModel {
        var title: String
        var text: String
    }

    /// The two answers to an offer.
    struct Offer: ViewModel {
        var acceptURL: SafeURL
        var declineURL: SafeURL
    }

    struct AnsweredQuestion: ViewModel {
        var prompt: String
        var text: String?
    }
}

extension PageTemplate<ApplicationPage> {
    static let application = PageTemplate("applications/application", in: .applications)
}

/// An application with everything its page shows.
struct Dossier: Sendable {
    let summary: ApplicationSummary
    let call: CallForApplications
    let answers: [Answer]
    let documents: [Document]
    let history: [ApplicationEvent]
    /// The streams that are wanted, the most wanted first.
    let choices: [ProgramStream.ID]
    /// The changes that it waits for.
    var changes: ChangeRequest?
    /// What changed of the form since its startup read it.
    var news: FormNews?

    var id: Application.ID { summary.id }

    /// What is asked and was answered, in order; an answer may be missing where it was not required.
    func answered(in language: Vocabulary.Language) -> [ApplicationPage.AnsweredQuestion] {
        let texts = Dictionary(answers.map { ($0.question, $0.text) }, uniquingKeysWith: { first, _ in first })
        let asked = Completeness(of: call.questions, naming: choices, answers: answers).asked
        return call.questions.filter { $0.files == nil && asked.contains($0.id) }.map { question in
            ApplicationPage.AnsweredQuestion(
                prompt: "\(question.position). \(question.prompt.text(for: language))",
                text: texts[question.id].map { question.takes.display($0.string, in: language) })
        }
    }

    /// Who did what and when, and what comes next.
    func timeline(for side: Standing.Side, in language: Pages.Language) -> Timeline {
        let t = PageKit.applications.texts(in: language)
        let zone = call.deadline.zone
        var steps = history.map { event in
            Timeline.Step(
                event.label(t), .done, who: event.who(t),
                time: TimeText(event.at, in: zone, language: language), note: event.note?.string)
        }
        let standing = Standing(summary, for: side, in: language)
        if !summary.application.state.isFinal {
            steps.append(
                Timeline.Step(
                    t("timeline.next"), .current, time: standing.deadlineText(from: summary.readAt, in: language),
                    note: standing.next))
        }
        return Timeline(title: t("timeline.title"), steps)
    }

    /// The words of the step that led to the present state.
    func note(_ t: Texts) -> ApplicationPage.Note? {
        guard let event = history.last(where: { $0.occasion == nil }), !event.isByStartup, let note = event.note else {
            return nil
        }
        return ApplicationPage.Note(title: t("note.title"), text: note.string)
    }

    /// What a partner last found of it and leaves to the park; nil where none did.
    func findingOfPartner(_ t: Texts) -> ApplicationPage.Note? {
        guard let event = history.last(where: { $0.occasion == .foundUnfit }), let partner = event.actingFor,
            let reason = event.note
        else { return nil }
        let values = ["partner": partner.text(for: Vocabulary.Language(t.language))]
        return ApplicationPage.Note(
            title: t("note.partner_found", values), text: "\(reason.string)\n\n\(t("note.partner_found_text", values))")
    }

    /// - Parameter awaited: what it waits for in review, for the park.
    func facts(in language: Pages.Language, withStartup: Bool, awaiting awaited: AwaitedReviews? = nil) -> Facts {
        let t = PageKit.applications.texts(in: language)
        let spoken = Vocabulary.Language(language)
        let zone = call.deadline.zone
        let application = summary.application
        var facts: [Fact] = []
        if withStartup {
            facts.append(
                .link(
                    t("fact.startup"),
                    LinkText(
                        summary.startupName.text(for: spoken),
                        "/console/startups/\(application.startup.description)")))
        }
        facts.append(.text(t("fact.call"), call.title.text(for: spoken)))
        facts.append(.text(t("fact.programme"), call.programName.text(for: spoken)))
        facts.append(call.streamFact(choices, t, in: spoken))
        if let submitted = application.submittedAt {
            facts.append(
                .time(t("fact.submitted"), TimeText(submitted, in: zone, and: zone.companion, language: language)))
        } else {
            facts.append(.text(t("fact.complete"), summary.count.words(t)))
        }
        if withStartup {
            facts.append(.text(t("fact.stage"), summary.clock.words(at: summary.readAt, in: zone, language)))
            if let awaited = awaited?.words(t) { facts.append(.text(t("fact.awaited"), awaited)) }
        }
        facts.append(
            .time(
                t("fact.deadline"),
                TimeText(
                    call.deadline.instant, in: zone, and: zone.companion, from: summary.readAt, language: language)))
        facts += call.closingsOfStreams(at: summary.readAt, in: language)
        if let batch = summary.fact(of: call, in: language) { facts.append(batch) }
        return Facts(facts)
    }
}

extension ApplicationSummary {
    /// The batch of a rolling call that it belongs to; of a draft, the one that would take it now.
    func fact(of call: CallForApplications, in language: Pages.Language) -> Fact? {
        let t = PageKit.applications.texts(in: language)
        let zone = call.deadline.zone
        return batch.map { batch in
            .time(
                t("fact.batch", ["number": "\(batch.number)"]),
                TimeText(batch.closesAt, in: zone, and: zone.companion, language: language))
        }
    }
}

extension Application.State {
    /// Whether nothing follows.
    var isFinal: Bool {
        switch self {
        case .ineligible, .rejected, .declined, .withdrawn: true
        case .draft, .submitted, .changesRequested, .inReview, .shortlisted, .interview, .offered, .waitlisted,
            .accepted:
            false
        }
    }
}

extension ApplicationEvent {
    /// Whether the step was the startup's.
    var isByStartup: Bool {
        // What is handed in again goes back to where it stood, and so does what the park no longer wants changed.
        if from == .changesRequested, [.submitted, .inReview, .shortlisted, .interview].contains(to) {
            return isResubmission
        }
        if let occasion { return occasion == .appealed }
        if from == .ineligible { return false }
        return switch to {
        case .draft, .submitted, .withdrawn, .accepted, .declined: true
        case .changesRequested, .inReview, .shortlisted, .interview, .ineligible, .offered, .waitlisted, .rejected:
            false
        }
    }

    /// Who did it, and for whom.
    func who(_ t: Texts) -> String {
        let name = personName ?? (isByStartup ? t("who.startup") : t("who.park"))
        guard let partner = actingFor else { return name }
        return t("who.for", ["name": name, "partner": partner.text(for: Vocabulary.Language(t.language))])
    }

    /// What happened.
    func label(_ t: Texts) -> String {
        if let occasion {
            return occasion == .upheld && to == .ineligible
                ? t("event.screening_upheld") : t("event.\(occasion.rawValue)")
        }
        return switch (from, to) {
        case (.changesRequested?, .changesRequested):
            isAboutQuestions ? t("event.questions_extended") : t("event.changes_extended")
        case (_, .changesRequested) where isAboutQuestions: t("event.questions_asked")
        case (.changesRequested?, .submitted), (.changesRequested?, .inReview), (.changesRequested?, .shortlisted),
            (.changesRequested?, .interview):
            isResubmission
                ? t(isAboutQuestions ? "event.answered" : "event.resubmitted")
                : t(isAboutQuestions ? "event.questions_cancelled" : "event.changes_cancelled")
        case (.rejected?, .inReview): t("event.reopened")
        case (.ineligible?, .submitted): t("event.screening_reopened")
        case (.offered?, .rejected), (.offered?, .waitlisted), (.accepted?, .rejected), (.accepted?, .waitlisted):
            t("event.taken_back")
        case (.accepted?, .declined): t("event.given_back")
        default: t("event.\(to.rawValue)")
        }
    }
}
