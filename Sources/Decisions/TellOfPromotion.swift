internal import API
internal import Accounts
internal import Applications
internal import Letters
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

extension Transaction {
    /// Writes to the managers who decide on a call who got a place that became free, and whether the letter about it waits for
    /// them: until it goes out, the startup's days do not begin.
    func tellOfPromotion(of id: Application.ID, letterWaits: Bool) async throws {
        guard let summary = try await application(id), let decision = try await releasedDecision(on: id) else { return }
        for manager in try await managers(decidingOn: summary.application.call) {
            try await writeLetter(
                Self.letter(about: summary, in: decision.batch, letterWaits: letterWaits, to: manager), held: false)
        }
    }

    private static func letter(
        about summary: ApplicationSummary, in batch: DecisionBatch.ID, letterWaits: Bool, to reader: Person.ID
    ) -> NewLetter {
        let id = summary.application.id
        // Kept in the outbox from managers who may not know of decisions on the call, as what is about a batch is.
        return NewLetter(.notice, to: reader, about: Letter.Topic("decision_batch", batch)) { reader in
            let t = PageKit.decisions.texts(in: reader.pageLanguage)
            let spoken = Vocabulary.Language(reader.pageLanguage)
            let values = [
                "name": LetterText.quoted(reader.name),
                "startup": LetterText.quoted(summary.startupName.text(for: spoken)),
                "call": LetterText.quoted(summary.callTitle.text(for: spoken)),
            ]
            return try LetterText(
                subject: letterWaits ? t("promotion.subject_waits", values) : t("promotion.subject", values),
                paragraphs: [
                    t("promotion.salutation", values), t("promotion.text", values),
                    letterWaits ? t("promotion.waits") : t("promotion.sent"),
                ],
                action: letterWaits
                    ? LetterText.Action(Name(t("promotion.review")), to: "/console/letters/held")
                    : LetterText.Action(Name(t("promotion.open")), to: "/console/applications/\(id)"))
        }
    }
}
