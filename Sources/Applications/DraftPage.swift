internal import Forms
internal import Foundation
internal import Institutions
internal import Pages
internal import Programs
internal import Vocabulary
internal import Wording

/// The form in which a startup answers a call.
struct DraftPage: ViewModel {
    var header: PageHeader
    /// Why the draft cannot be submitted, if it cannot.
    var notice: String?
    /// The questions that came up with the answers that were to be handed in.
    var further: Further?
    var conflicts: [TheirVersion]
    var hasConflicts: Bool
    var form: Form
    /// The streams in the order in which they are wanted, apart: its lists are one question.
    var choices: FormSection?
    /// Whether the form carries files.
    var hasFiles: Bool
    /// How much the startup has stored, where the form takes files.
    var storage: String?
    /// What was uploaded so far.
    var documents: DocumentLines?
    /// Where a script sends the form while somebody types.
    var autosaveURL: SafeURL
    /// Where the form goes to be handed in.
    var submitURL: SafeURL
    var canSubmit: Bool
    var deadline: TimeText
    var words: AutosaveWords
    /// Each question, and whether it is done; a script renews the lines.
    var checklist: Facts
    var checklistSummary: String
    /// How many questions come later, if any.
    var later: String?
    var facts: Facts
    var withdrawURL: SafeURL
    /// Whether the startup may apply, rule by rule; nothing where the call requires nothing.
    var eligibility: EligibilityPanel?
    /// Where earlier answers are taken from.
    var reuseURL: SafeURL
    /// What the park asks to be changed, and the answers that stand.
    var asked: Asked?
    /// How the form was changed since its startup read it.
    var news: News?

    /// What somebody else wrote meanwhile, to be weighed against what was typed here.
    struct TheirVersion: ViewModel {
        var question: String
        var text: String
        var url: SafeURL
    }

    /// What nobody has seen yet of a form that was to be handed in.
    struct Further: ViewModel {
        var title: String
        var questions: [LinkText]
    }

    /// What changed of a form, and why.
    struct News: ViewModel {
        var title: String
        var reasons: [String]
        var items: [String]
    }

    /// What a script says while it saves.
    struct AutosaveWords: ViewModel {
        var saving: String
        var offline: String
        var signedOut: String
    }

}

extension PageTemplate<DraftPage> {
    static let draft = PageTemplate("applications/draft", in: .applications)
}

/// A draft with everything its form shows.
struct Draft: Sendable {
    let summary: ApplicationSummary
    let call: CallForApplications
    let answers: [Answer]
    let documents: [Document]
    /// The streams that are wanted, the most wanted first.
    let choices: [ProgramStream.ID]
    var changes: ChangeRequest?
    /// What changed of the form since its startup read it.
    var news: FormNews?

    var id: Application.ID { summary.id }

    /// What the form begins with.
    var values: [String: [String]] {
        Dictionary(
            answers.flatMap { answer in
                call.questions.first { $0.id == answer.question }.map { Array($0.values(of: answer.text.string)) } ?? []
            }, uniquingKeysWith: { first, _ in first }
        ).merging(call.choiceValues(of: choices)) { first, _ in first }
    }

    /// What is stored of a question, or nothing.
    func text(of question: CallForApplications.Question) -> String {
        answers.first { $0.question == question.id }?.text.string ?? ""
    }

    /// The questions that the answers lead to, and the streams.
    var asked: Set<CallForApplications.Question.ID> {
        Completeness(of: call.questions, naming: choices, answers: answers).asked
    }

    /// What is missing of what is open to be written.
    var completeness: Completeness {
        Completeness(
            of: call.questions, naming: choices, answers: answers, documents: documents,
            only: Set(reopened.questions.map(\.id)),
            order: changes == nil ? call.gaps(in: choices, at: summary.readAt) : [])
    }

    /// Whether it is in time to be handed in.
    var canSubmit: Bool {
        changes.map { !$0.isOverdue(at: summary.readAt) } ?? call.admits(summary.readAt)
    }

    /// The questions that are asked and open, and that a form which was sent did not show.
    func unseen(in form: [String: [String]]) -> [CallForApplications.Question] {
        reopened.asking(only: asked).further(than: form[CallForApplications.shownField]?.first)
    }

    /// The page, with the values and errors of a form that was sent, or with what is stored.
    ///
    /// - Parameter seen: what the writer has seen of what comes back as it was typed, by hidden field; of all else it is what is
    ///   stored and shown.
    func page(
        values: [String: [String]]? = nil, seen: [String: String] = [:],
        errors: [(field: String, message: String)] = [], problem: String? = nil,
        conflicts: [SavedAnswers.Conflict] = [], theirs: [ProgramStream.ID]? = nil,
        further: [CallForApplications.Question] = [],
        finding eligibility: EligibilityReport? = nil, storage: StartupStorage? = nil, in language: Pages.Language
    ) -> DraftPage {
        let t = PageKit.applications.texts(in: language)
        let spoken = Vocabulary.Language(language)
        let completeness = completeness
        let (whole, form, call) = (call, reopened, reopened.asking(only: completeness.asked))
        let standing = Standing(summary, for: .startup, finding: eligibility, in: language)
        let conflictErrors = conflicts.map { (field: call.field(of: $0.question), message: t("draft.conflict")) }
        let input = FormInput(values: values ?? self.values, errors: errors + conflictErrors, texts: t)
        let stored = Dictionary(answers.map { ($0.question, $0.text) }, uniquingKeysWith: { first, _ in first })
        let gaps = completeness.gaps
        let order = changes == nil ? whole.choicesSection(input, t, in: spoken) : nil
        var page = DraftPage(
            header: PageHeader(
                title: call.title.text(for: spoken), kind: call.programName.text(for: spoken), badge: standing.badge,
                lede: standing.next),
            notice: !canSubmit
                ? changes == nil ? t("draft.cannot_submit") : t("changes.cannot_submit")
                : gaps.first { $0.question == nil && !choices.isEmpty }?.words(t),
            further: further.isEmpty
                ? nil
                : DraftPage.Further(
                    title: t("draft.come_up", count: further.count),
                    // Places have moved where the form was changed meanwhile: its news name what is new.
                    questions: news != nil
                        ? []
                        : further.map { question in
                            LinkText(
                                "\(question.position). \(question.prompt.text(for: spoken))", "#f-\(question.field)")
                        }),
            conflicts: theirChoice(theirs, of: whole, t, in: spoken)
                + conflicts.map { conflict in
                    DraftPage.TheirVersion(
                        question: call.prompt(of: conflict.question, in: spoken),
                        text: conflict.stored.map { call.display($0, to: conflict.question, in: spoken) }
                            ?? t("draft.cleared"),
                        url: "#f-\(call.field(of: conflict.question))")
                },
            hasConflicts: !conflicts.isEmpty || theirs != nil,
            form: Form(
                action: "/portal/applications/\(id)/answers",
                sections: [order].compactMap(\.self)
                    + form.questions.parts(
                        in: spoken, { $0.anyControl(input, t, in: spoken) }, asking: completeness.asked),
                submit: t("draft.save"), texts: t,
                // After a conflict the form has seen the other text: saving once more is a decision.
                hidden: call.questions.filter { $0.files == nil }.map {
                    HiddenField($0.seenField, seen[$0.seenField] ?? Fingerprint(stored[$0.id]).description)
                } + call.questions.compactMap(\.presence)
                    // Saving with this page says that its notice was read, too.
                    + [call.shown]
                    + (order == nil
                        ? []
                        : [
                            HiddenField(
                                TypedChoices.seenField,
                                seen[TypedChoices.seenField] ?? StreamChoices.fingerprint(of: choices).description)
                        ]),
                draft: "application-\(id)", saved: saveState(in: language), problem: problem),
            choices: order,
            hasFiles: call.questions.contains { $0.files != nil },
            storage: call.questions.contains { $0.files != nil } ? storage?.words(in: language) : nil,
            documents: documents.isEmpty ? nil : documentLines(in: language),
            autosaveURL: "/portal/applications/\(id)/autosave",
            submitURL: "/portal/applications/\(id)/\(changes == nil ? "submission" : "resubmission")",
            canSubmit: canSubmit,
            deadline: TimeText(
                changes?.dueAt ?? summary.due.instant, in: call.deadline.zone, and: call.deadline.zone.companion,
                from: summary.readAt,
                language: language),
            words: DraftPage.AutosaveWords(
                saving: t("draft.saving"), offline: t("draft.offline"), signedOut: t("draft.signed_out")),
            checklist: Facts(
                checklist(t, in: spoken).map { .link($0.standing, LinkText($0.label, "#f-\($0.field)")) }),
            checklistSummary: summary.count.words(t),
            later: whole.later(after: summary.application.askedRound, t),
            facts: Facts(
                [
                    .text(t("fact.programme"), call.programName.text(for: spoken)),
                    whole.streamFact(changes == nil ? [] : choices, t, in: spoken),
                ] + whole.closingsOfStreams(at: summary.readAt, in: language)
                    + [summary.fact(of: call, in: language)].compactMap(\.self)),
            withdrawURL: "/portal/applications/\(id)/withdrawal",
            eligibility: eligibility.map {
                EligibilityPanel(
                    $0, of: id, closing: call.deadline, isOpen: changes?.facts.isEmpty != true, in: language)
            }, reuseURL: "/portal/applications/\(id)/reuse", asked: asked(of: whole, in: language),
            news: news.map { DraftPage.News($0, of: whole, in: language) })
        // The summary of errors knows of all fields; the order stands in a group of its own.
        if order != nil { page.form.sections.removeFirst() }
        return page
    }

    /// The order of the streams, where there is one, and each question that is asked: the part of the page that answers it,
    /// what it is called, and how it stands.
    func checklist(
        _ t: Texts, in language: Vocabulary.Language
    ) -> [(field: String, label: String, standing: String)] {
        let completeness = completeness
        let stored = Set(answers.map(\.question) + documents.filter { $0.state != .rejected }.map(\.question))
        let order: [(field: String, label: String, standing: String)] =
            changes != nil || !call.offersChoice
            ? []
            : [
                (
                    "\(TypedChoices.field)-0", t("choices.title"),
                    completeness.gaps.first { $0.question == nil }?.brief(t) ?? t("draft.done")
                )
            ]
        return order
            + reopened.asking(only: completeness.asked).questions.map { question in
                let gap = completeness.gaps.first { $0.question == question.id }
                return (
                    question.field, "\(question.position). \(question.prompt.text(for: language))",
                    gap?.brief(t) ?? t(stored.contains(question.id) ? "draft.done" : "draft.optional")
                )
            }
    }

    private func theirChoice(
        _ theirs: [ProgramStream.ID]?, of call: CallForApplications, _ t: Texts, in language: Vocabulary.Language
    ) -> [DraftPage.TheirVersion] {
        guard let theirs else { return [] }
        let names = theirs.compactMap { call.name(of: $0)?.text(for: language) }
        return [
            DraftPage.TheirVersion(
                question: t("choices.title"),
                text: names.isEmpty
                    ? t("draft.cleared") : names.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n"),
                url: "#f-choices_streams-0")
        ]
    }

    /// When the draft was last saved, to the second and by the database's clock.
    func saveState(in language: Pages.Language) -> SaveState {
        SaveState(at: summary.application.savedAt, in: call.deadline.zone, language: language)
    }
}

extension DraftPage.News {
    init(_ news: FormNews, of call: CallForApplications, in language: Pages.Language) {
        let t = PageKit.applications.texts(in: language)
        let spoken = Vocabulary.Language(language)
        let day = LocalTime(news.at, in: call.deadline.zone).date.text(in: language)
        title = t("form_news.title", ["day": day])
        reasons = news.reasons.map(\.string)
        items = news.items.map { item in
            let parts = item.parts.map { t("form_news.\($0.rawValue)") }.joined(separator: " · ")
            return "\(item.position). \(item.prompt.text(for: spoken)) (\(parts))"
        }
    }
}

extension CallForApplications {
    /// The name of the hidden field that says which questions a page shows, and of which version of the form.
    static let shownField = "shown"

    /// The version, such as `v2`, and the questions by their places.
    fileprivate var shown: HiddenField {
        let words = (formVersion.map { ["v\($0)"] } ?? []) + questions.map { "\($0.position)" }
        return HiddenField(Self.shownField, words.joined(separator: " "))
    }

    /// Which version of the form a page says that it shows.
    static func version(in shown: String?) -> Int? {
        shown?.split(separator: " ").first { $0.utf8.first == UInt8(ascii: "v") }.flatMap { Int($0.dropFirst()) }
    }

    /// The questions that are asked and that a form does not show; none of one that does not say what it shows.
    func further(than shown: String?) -> [Question] {
        guard let shown else { return [] }
        let places = Set(shown.split(separator: " ").compactMap { Int($0) })
        return questions.filter { !places.contains($0.position) }
    }

    /// The field of a question by its id.
    func field(of question: Question.ID) -> String { "answers_\(question)" }

    /// How many questions come after a round, in a sentence.
    func later(after round: Int, _ t: Texts) -> String? {
        let more = questionsToCome(after: round)
        return more == 0 ? nil : t("later.questions", count: more)
    }

    /// What a question asks.
    func prompt(of question: Question.ID, in language: Vocabulary.Language) -> String {
        questions.first { $0.id == question }?.prompt.text(for: language) ?? ""
    }
}

extension Completeness.Gap {
    /// What a question still needs, beside the question.
    func words(_ t: Texts) -> String {
        switch reason {
        case .unanswered: t("gap.unanswered")
        case .tooLong(let over): t("gap.too_long", count: over)
        case .unfit(let problem): problem.words(t)
        case .tooManyFiles(let over): t("gap.too_many_files", count: over)
        case .notChecked: t("gap.not_checked")
        case .damaged: t("gap.damaged")
        case .noStreamChosen: t("gap.no_stream")
        case .streamClosed(_, let name, let deadline):
            t(
                "gap.stream_closed",
                [
                    "stream": name.text(for: Vocabulary.Language(t.language)),
                    "closed": deadline.sentence(in: t.language),
                ])
        }
    }

    /// The same in a word or two.
    func brief(_ t: Texts) -> String {
        switch reason {
        case .unanswered, .noStreamChosen: t("draft.missing")
        case .streamClosed: t("state.draft_stream_closed")
        case .tooLong: t("draft.too_long")
        case .unfit: t("draft.unfit")
        case .tooManyFiles: t("draft.too_many_files")
        case .notChecked: t("draft.not_checked")
        case .damaged: t("document.damaged")
        }
    }
}

extension Deadline {
    /// The moment in the zone it was set in, and by the reader's own clock where they chose one that differs.
    func sentence(in language: Pages.Language) -> String {
        TimeText(instant, in: zone, and: .ofReader, language: language).sentence
    }
}

extension ApplicationSummary.Count {
    /// “5 of 8 required answers”.
    func words(_ t: Texts) -> String {
        t("count.required", ["done": Figures.grouped(requiredAnswered), "all": Figures.grouped(required)])
    }
}
