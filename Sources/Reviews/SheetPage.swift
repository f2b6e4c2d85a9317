internal import Applications
internal import Forms
internal import Foundation
internal import Pages
internal import Vocabulary
internal import Wording

/// An application beside what it is judged by: to be judged, or as it was judged.
struct SheetPage: ViewModel {
    var header: PageHeader
    var due: TimeText
    /// Since when it holds changes that the startup was asked for.
    var renewed: TimeText?
    var language: String
    /// What the application says, in the language it says it in.
    var answers: [Answer]
    var form: ScoreForm?
    /// The review, once it can be changed no more.
    var own: ReviewCard?
    /// Why it cannot, and who could change that.
    var standing: String?
    /// What others made of it.
    var others: [ReviewCard]
    var hasOthers: Bool
    var tools: [LinkText]
    var hasTools: Bool

    struct Answer: ViewModel {
        var prompt: String
        var text: String?
        /// The language of the text.
        var lang: String
        /// Files in place of a text.
        var documents: [LinkText]
    }

    /// The rubric to be filled in.
    struct ScoreForm: ViewModel {
        var action: SafeURL
        var submitURL: SafeURL
        var autosaveURL: SafeURL
        /// Under which name a browser keeps what was typed.
        var draft: String
        var errorSummary: ErrorSummary?
        var criteria: [CriterionField]
        var comment: FormField
        var privateNote: FormField
        var confidence: FormField
        /// How many criteria have a score, and what those are worth.
        var total: String
        var saved: SaveState?
        /// What a script says while it saves.
        var saving: String
        var offline: String
        var signedOut: String
    }

    /// One criterion: what to look for, its scale, and a note.
    struct CriterionField: ViewModel {
        var id: String
        var label: String
        var weight: String
        var guidance: String?
        var describedBy: String?
        var isWrong: Bool
        var score: FormField
        /// What scores mean where the scale is too long to show them beside each.
        var anchors: [Anchor]
        var hasAnchors: Bool
        var note: FormField
        var isNoteOpen: Bool

        struct Anchor: ViewModel {
            var score: String
            var meaning: String
        }
    }

    /// A submitted review, without who wrote it.
    struct ReviewCard: ViewModel {
        var title: String
        var total: String?
        var time: TimeText?
        var scores: [Score]
        var comment: String?
        var privateNote: String?
        var confidence: String?

        struct Score: ViewModel {
            var label: String
            var weight: String
            var score: String
            var meaning: String?
            var note: String?
        }
    }
}

extension PageTemplate<SheetPage> {
    static let sheet = PageTemplate("reviews/sheet", in: .reviews)
}

extension ReviewSheet {
    var id: ReviewAssignment.ID { summary.id }
    /// What the application goes by in this round.
    func title(in language: Vocabulary.Language) -> String { summary.startupName?.text(for: language) ?? summary.code }
    /// Whether the review is still being written.
    var isOpen: Bool { round.status == .open && review?.submittedAt == nil }

    /// The page, with the values and errors of a form that was sent, or with what is stored.
    ///
    /// - Parameter others: submitted reviews of the same application, for a review that is submitted itself.
    func page(
        typed: [String: [String]] = [:], errors: [(field: String, message: String)] = [], problem: String? = nil,
        others: [Review] = [], now: Date, in language: Pages.Language
    ) -> SheetPage {
        let t = PageKit.reviews.texts(in: language)
        let spoken = Vocabulary.Language(language)
        let kind = "\(round.name.text(for: spoken)) · \(round.subject(for: spoken))"
        var tools: [LinkText] = []
        if isOpen { tools.append(LinkText(t("reviewer.abstain"), "/reviews/\(id)/abstention")) }
        if round.status == .open { tools.append(LinkText(t("reviewer.conflict"), "/reviews/\(id)/conflict")) }
        return SheetPage(
            header: PageHeader(
                title: title(in: spoken), kind: kind, badge: summary.badge(of: round.criteria.count, t),
                lede: summary.startupName == nil ? t("reviewer.blind_lede") : nil),
            due: round.dueText(from: round.status == .open ? now : nil, in: language),
            renewed: file.renewedAt.map { TimeText($0, in: round.due.zone, language: language) },
            language: Pages.Language(tag: file.language.rawValue)?.endonym ?? file.language.rawValue,
            answers: file.shown(with: documents, in: language) { "/reviews/\(id)/documents/\($0)" },
            form: isOpen ? form(typed: typed, errors: errors, problem: problem, in: language) : nil,
            own: isOpen ? nil : review.map { round.card(of: $0, t("reviewer.own"), isDated: true, in: language) },
            standing: isOpen ? nil : standing(t),
            others: others.enumerated().map { index, review in
                let numbered = ["number": "\(index + 1)", "all": "\(others.count)"]
                let title = others.count == 1 ? t("reviewer.other") : t("reviewer.other_of", numbered)
                return round.card(of: review, title, isDated: false, in: language)
            },
            hasOthers: !others.isEmpty, tools: tools, hasTools: !tools.isEmpty)
    }

    private func standing(_ t: Texts) -> String {
        if round.status != .open { return t("reviewer.standing.closed") }
        return t("reviewer.standing.submitted")
    }

    private func form(
        typed: [String: [String]], errors: [(field: String, message: String)], problem: String?,
        in language: Pages.Language
    ) -> SheetPage.ScoreForm {
        let t = PageKit.reviews.texts(in: language)
        let stored = review?.values(by: round.criteria) ?? [:]
        let input = FormInput(values: stored.merging(typed) { _, sent in sent }, errors: errors, texts: t)
        let criteria = round.criteria.map { field(for: $0, input, in: language, t) }
        let comment = input.area(
            "comment", label: t("reviewer.comment"), hint: t("reviewer.comment_hint"), isOptional: true, rows: 4)
        let privateNote = input.area(
            "private_note", label: t("reviewer.private_note"), hint: t("reviewer.private_note_hint"),
            isOptional: true, rows: 3)
        let confidence = input.radios(
            "confidence", label: t("reviewer.confidence"), hint: t("reviewer.confidence_hint"),
            options: (1...4).map { ("\($0)", "\($0)", t("reviewer.confidence.\($0)")) }, isOptional: true)
        let fields = criteria.flatMap { [$0.score, $0.note] } + [comment, privateNote, confidence]
        return SheetPage.ScoreForm(
            action: "/reviews/\(id)/review", submitURL: "/reviews/\(id)/submission",
            autosaveURL: "/reviews/\(id)/autosave", draft: "review-\(id)",
            errorSummary: ErrorSummary(fields: fields, problem: problem, texts: t), criteria: criteria,
            comment: comment, privateNote: privateNote, confidence: confidence, total: total(t),
            saved: saveState(in: language), saving: t("reviewer.saving"), offline: t("reviewer.not_saved"),
            signedOut: t("reviewer.signed_out"))
    }

    private func field(
        for criterion: ReviewRound.Criterion, _ input: FormInput, in language: Pages.Language, _ t: Texts
    ) -> SheetPage.CriterionField {
        let spoken = Vocabulary.Language(language)
        let name = criterion.name.text(for: spoken)
        let score =
            criterion.isLong
            ? input.number(
                criterion.scoreField,
                label: t(
                    "reviewer.score_of",
                    ["name": name, "lowest": "\(criterion.lowest)", "highest": "\(criterion.highest)"]))
            : input.radios(
                criterion.scoreField, label: name,
                options: (criterion.lowest...criterion.highest).map { score in
                    ("\(score)", "\(score)", criterion.anchors["\(score)"]?.text(for: spoken))
                })
        let note = input.area(
            criterion.noteField, label: t("reviewer.note_of", ["name": name]), isOptional: true, rows: 2)
        let anchors =
            criterion.isLong
            ? criterion.anchors.sorted { Int($0.key) ?? 0 < Int($1.key) ?? 0 }.map {
                SheetPage.CriterionField.Anchor(score: $0.key, meaning: $0.value.text(for: spoken))
            } : []
        let described = [
            criterion.guidance.map { _ in "guidance-\(criterion.id)" }, score.error.map { _ in "\(score.id)-error" },
        ].compactMap { $0 }
        return SheetPage.CriterionField(
            id: criterion.id.description, label: name, weight: t("reviewer.weight", ["weight": "\(criterion.weight)"]),
            guidance: criterion.guidance?.text(for: spoken),
            describedBy: described.isEmpty ? nil : described.joined(separator: " "),
            isWrong: score.error != nil || note.error != nil, score: score, anchors: anchors,
            hasAnchors: !anchors.isEmpty, note: note,
            isNoteOpen: note.error != nil || !input.value(criterion.noteField).isEmpty)
    }

    /// How many criteria have a score, and what those are worth.
    func total(_ t: Texts) -> String {
        let scores = review?.scores ?? [:]
        let counted = ["done": Figures.grouped(scores.count), "all": Figures.grouped(round.criteria.count)]
        if let total = round.total(of: scores) {
            return t("reviewer.total_all", counted.merging(["points": ReviewRound.points(total)]) { first, _ in first })
        }
        guard !scores.isEmpty else { return t("reviewer.total_none", counted) }
        let judged = round.criteria.filter { scores[$0.id] != nil }
        let worth = ReviewRound.worth(of: judged, scores)
        return t(
            "reviewer.total_some",
            counted.merging(["points": ReviewRound.points(worth), "possible": "\(judged.reduce(0) { $0 + $1.weight })"])
            {
                first, _ in
                first
            })
    }

    /// When the review was last saved; nil before anything was.
    func saveState(in language: Pages.Language) -> SaveState? {
        review.map { SaveState(at: $0.savedAt, in: round.due.zone, language: language) }
    }
}

extension ReviewFile {
    /// What the application says, in the language it says it in, with the files among its answers at their addresses.
    func shown(
        with documents: [Document], in language: Pages.Language, at address: (Document.ID) -> SafeURL
    ) -> [SheetPage.Answer] {
        let spoken = Vocabulary.Language(language)
        return answers.map { answer in
            SheetPage.Answer(
                prompt: answer.prompt.text(for: spoken),
                text: answer.text.map { answer.takes.display($0.string, in: spoken) },
                lang: (answer.isProse ? self.language : spoken).rawValue,
                documents: documents.enumerated().filter { $1.question == answer.question }.map { index, document in
                    LinkText(
                        "\(name(of: document, at: index)) (\(FileSize.text(document.bytes)))", address(document.id))
                })
        }
    }
}

extension ReviewRound {
    /// A submitted review, without who wrote it.
    func card(
        of review: Review, _ title: String, isDated: Bool, in language: Pages.Language
    ) -> SheetPage.ReviewCard {
        let t = PageKit.reviews.texts(in: language)
        let spoken = Vocabulary.Language(language)
        return SheetPage.ReviewCard(
            title: title, total: total(of: review.scores).map { t("reviewer.total", ["points": Self.points($0)]) },
            time: isDated
                ? review.submittedAt.map { TimeText($0, in: due.zone, language: language) } : nil,
            scores: criteria.map { criterion in
                let score = review.scores[criterion.id]
                return SheetPage.ReviewCard.Score(
                    label: criterion.name.text(for: spoken),
                    weight: t("reviewer.weight", ["weight": "\(criterion.weight)"]),
                    score: score.map {
                        t("reviewer.score", ["score": "\($0)", "highest": "\(criterion.highest)"])
                    } ?? t("reviewer.unscored"),
                    meaning: score.flatMap { criterion.anchors["\($0)"]?.text(for: spoken) },
                    note: review.notes[criterion.id]?.string)
            },
            comment: review.comment?.string, privateNote: review.privateNote?.string,
            confidence: review.confidence.map {
                t("reviewer.confidence_is", ["level": t("reviewer.confidence.\($0)")])
            })
    }

    /// Tenths are enough to tell two applications apart.
    static func points(_ points: Double) -> String {
        let tenths = Int((points * 10).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

extension AutosaveReply {
    /// What the script of a sheet is told.
    init?(_ attempt: ReviewerPages.Attempt, in language: Pages.Language) {
        guard let saved = attempt.sheet.saveState(in: language) else { return nil }
        self.init(
            saved: saved, count: attempt.sheet.total(PageKit.reviews.texts(in: language)),
            errors: Dictionary(
                attempt.typed.errors.map { ($0.field, $0.message) }, uniquingKeysWith: { first, _ in first }))
    }
}
