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
    /// written to, unless they are for the batch as it is. Asked again, those hear again whose word is outdated.
    ///
    /// Throws `DecisionRefusal`, or not found.
    package func consultPartners(
        on id: DecisionBatch.ID, by person: Person.ID, matching: (DecisionBatch) async throws -> Void = { _ in }
    ) async throws -> [PartnerSay] {
        guard let batch = try await lockBatch(id) else { throw Problem.notFound }
        try await matching(batch)
        try batch.checkOpen()
        let says = try await partnerSays(on: id)
        guard !says.isEmpty else { throw DecisionRefusal.nobodyToConsult }
        try await markConsulted(id, by: person)
        let asked = says.filter { !$0.agrees }.map(\.institution)
        for reader in try await staff(of: asked, toldOf: batch.call) {
            try await writeLetter(Self.letter(about: batch, to: reader), held: false)
        }
        return says
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

    private static func letter(about batch: DecisionBatch, to reader: Person.ID) -> NewLetter {
        NewLetter(.notice, to: reader) { reader in
            let t = PageKit.decisions.texts(in: reader.pageLanguage)
            let values = [
                "name": LetterText.quoted(reader.name),
                "call": LetterText.quoted(batch.callTitle.text(for: Vocabulary.Language(reader.pageLanguage))),
            ]
            return try LetterText(
                subject: t("joint.letter_subject", values),
                paragraphs: [t("joint.letter_salutation", values), t("joint.letter_text", values)],
                action: LetterText.Action(Name(t("joint.letter_open")), to: "/partner/decisions/\(batch.id)"))
        }
    }
}
