internal import API
package import Accounts
internal import Foundation
package import Institutions
internal import Letters
internal import Pages
package import Postgres
package import Vocabulary
internal import Wording

extension Transaction {
    /// Asks the partners who have a say in a batch: from now on their staff see what of it is about their streams, and are
    /// written to, unless they are for the batch as it is. Asked again, those hear again whose word is outdated, and have the
    /// time anew that their terms give them.
    ///
    /// Throws `DecisionRefusal`, or not found.
    package func consultPartners(
        on id: DecisionBatch.ID, in tenant: Tenant.ID, by person: Person.ID,
        matching: (DecisionBatch) async throws -> Void = { _ in }
    ) async throws -> [PartnerSay] {
        guard let batch = try await lockBatch(id) else { throw Problem.notFound }
        try await matching(batch)
        try batch.checkOpen()
        let says = try await partnerSays(on: id)
        guard !says.isEmpty else { throw DecisionRefusal.nobodyToConsult }
        try await markConsulted(id, by: person)
        let asked = says.filter { !$0.agrees }.map(\.institution)
        let terms = try await ask(asked, about: id, in: tenant, by: person)
        for institution in asked {
            for reader in try await speakers(of: [institution], on: id, toldOf: batch.call) {
                try await writeLetter(
                    Self.letter(
                        about: batch, to: reader, by: terms[institution]?.answerBy,
                        silenceConsents: terms[institution]?.silenceConsents ?? false), held: false)
            }
        }
        return try await partnerSays(on: id)
    }

    /// Notes why a batch goes on without the word of those who decide together with the park, had time to answer and have not,
    /// and whose silence is consent by the terms of their seat. It holds as long as they stay silent and the batch as it is.
    ///
    /// Throws `DecisionRefusal`, or not found; refused by `silence_consents_where_it_was_agreed`.
    package func noteSilence(
        on id: DecisionBatch.ID, because reason: LongText, by person: Person.ID
    ) async throws -> [PartnerSay] {
        guard let batch = try await lockBatch(id) else { throw Problem.notFound }
        try batch.checkOpen()
        guard try await recordSilence(on: id, because: reason, by: person) > 0 else {
            throw DecisionRefusal.nobodyIsSilent
        }
        return try await partnerSays(on: id)
    }

    /// Says what a partner thinks of a batch as it was seen.
    ///
    /// Refused by `partners_speak_where_they_are_asked`, `a_released_batch_stands`,
    /// `opinions_are_about_the_batch_as_it_stands` and `objections_are_explained`.
    ///
    /// - Parameter version: of the batch as whoever says so has seen it.
    package func giveOpinion(
        _ stance: PartnerOpinion.Stance, saying words: LongText?, on id: DecisionBatch.ID, seen version: String,
        as opinion: PartnerOpinion.ID, of institution: Institution.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await insert(
            stance, words, as: opinion, on: id, seen: version, of: institution, in: tenant, by: person)
    }

    /// - Parameter answerBy: the last day on which the partner answers in time.
    /// - Parameter again: whether it was asked before and has not answered.
    static func letter(
        about batch: DecisionBatch, to reader: Person.ID, by answerBy: CalendarDate?, silenceConsents: Bool,
        again: Bool = false
    ) -> NewLetter {
        NewLetter(.notice, to: reader, about: Letter.Topic("decision_batch", batch.id)) { reader in
            let t = PageKit.decisions.texts(in: reader.pageLanguage)
            let values = [
                "day": answerBy?.text(in: reader.pageLanguage) ?? "",
                "name": LetterText.quoted(reader.name),
                "call": LetterText.quoted(batch.callTitle.text(for: Vocabulary.Language(reader.pageLanguage))),
            ]
            return try LetterText(
                subject: again ? t("joint.letter_reminder", values) : t("joint.letter_subject", values),
                paragraphs: [
                    t("joint.letter_salutation", values), t("joint.letter_text", values),
                    answerBy == nil ? nil : t("joint.letter_by", values),
                    silenceConsents ? t("joint.letter_silence", values) : nil,
                ].compactMap(\.self),
                action: LetterText.Action(Name(t("joint.letter_open")), to: "/partner/decisions/\(batch.id)"))
        }
    }
}
