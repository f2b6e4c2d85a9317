internal import Forms
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

extension DraftPage {
    /// What the park asks to be changed, beside the form of what is open again.
    struct Asked: ViewModel {
        var title: String
        var message: String
        /// Where the facts are changed that were asked about, if any.
        var openFacts: LinkText?
        /// The answers that were not asked about.
        var standing: [ApplicationPage.AnsweredQuestion]
        var copiesURL: SafeURL
    }
}

extension Draft {
    /// The call with the questions that are open: all of a draft's, or those that the park asked about.
    var reopened: CallForApplications {
        guard let changes else { return call }
        return call.asking(only: Set(changes.questions))
    }

    func asked(of call: CallForApplications, in language: Pages.Language) -> DraftPage.Asked? {
        changes.map { changes in
            let texts = Dictionary(answers.map { ($0.question, $0.text) }, uniquingKeysWith: { first, _ in first })
            let spoken = Vocabulary.Language(language)
            let t = PageKit.applications.texts(in: language)
            return DraftPage.Asked(
                title: t(changes.round == nil ? "changes.asked" : "later.asked"), message: changes.message.string,
                openFacts: changes.facts.isEmpty
                    ? nil
                    : LinkText(
                        t(
                            "changes.open_facts",
                            [
                                "facts": changes.facts.map { ConditionWords(in: language).name(of: $0) }
                                    .joined(separator: t("eligibility.semicolon"))
                            ]), "/portal/applications/\(id)/eligibility"),
                standing: call.questions.filter { !changes.questions.contains($0.id) && asked.contains($0.id) }.map {
                    question in
                    ApplicationPage.AnsweredQuestion(
                        prompt: "\(question.position). \(question.prompt.text(for: spoken))",
                        text: texts[question.id].map { question.takes.display($0.string, in: spoken) })
                },
                copiesURL: "/portal/applications/\(id)/copies")
        }
    }
}

extension Statements {
    /// Answers as a manager reads them: those that a startup is changing as it handed them in.
    func answersAsHandedIn(of id: Application.ID) async throws -> [Answer] {
        let answers = try await answers(of: id)
        guard let request = try await changeRequests(of: id).first, let last = try await snapshots(of: id).last else {
            return answers
        }
        let open = Set(request.questions)
        let kept = last.content.questions.compactMap { question -> Answer? in
            guard open.contains(question.id), let text = question.answer?.text.flatMap({ try? LongText($0) }) else {
                return nil
            }
            return Answer(to: question.id, text, savedAt: last.submittedAt)
        }
        return answers.filter { !open.contains($0.question) } + kept
    }

    /// The same of documents.
    func documentsAsHandedIn(of id: Application.ID) async throws -> [Document] {
        let documents = try await documents(of: id)
        guard let request = try await changeRequests(of: id).first, let last = try await snapshots(of: id).last else {
            return documents
        }
        let open = Set(request.questions)
        return documents.filter { !open.contains($0.question) }
            + (try await self.documents(of: id, inCopy: last.number).filter { open.contains($0.question) })
    }
}

extension Dossier {
    /// The same with the answers that a startup is changing as it handed them in, for a manager.
    func asHandedIn(_ statements: some Statements) async throws -> Dossier {
        guard changes != nil else { return self }
        return Dossier(
            summary: summary, call: call, answers: try await statements.answersAsHandedIn(of: id),
            documents: try await statements.documentsAsHandedIn(of: id), history: history, choices: choices,
            changes: changes)
    }

    /// Where the copies of what was handed in are.
    func copies(for side: Standing.Side, _ t: Texts) -> [LinkText] {
        summary.application.submittedAt == nil
            ? [] : [LinkText(t("copies.title"), side.copies(of: id))]
    }

    /// What a manager finds beside an application.
    func tools(_ t: Texts) -> [LinkText] {
        let application = summary.application
        return copies(for: .park, t)
            + (application.allows(.requestChanges, at: summary.readAt)
                ? [LinkText(t("changes.ask"), "/console/applications/\(id)/changes")] : [])
            + (application.allows(.askQuestions, at: summary.readAt)
                ? call.roundsToAsk(after: application.askedRound).map {
                    LinkText(t("later.ask", ["round": "\($0)"]), "/console/applications/\(id)/changes?round=\($0)")
                } : [])
    }
}
