internal import API
package import Accounts
package import Applications
internal import Foundation
package import Institutions
internal import Letters
internal import Pages
package import Postgres
package import Vocabulary
internal import Wording

extension Transaction {
    /// Says what a partner thinks of what is to become of a released decision, as it was seen.
    ///
    /// Throws `DecisionRefusal`, or not found; refused by `opinions_are_about_what_is_proposed`,
    /// `partners_speak_where_they_are_asked` and `objections_are_explained`.
    ///
    /// - Parameter version: of the revision as whoever says so has seen it.
    package func giveOpinion(
        _ stance: PartnerOpinion.Stance, saying words: LongText?, on id: JointRevision.ID, seen version: String,
        as opinion: PartnerOpinion.ID, of institution: Institution.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> JointRevision {
        guard let revision = try await jointRevision(id) else { throw Problem.notFound }
        guard version == revision.version else { throw DecisionRefusal.proposalChanged }
        try await insert(stance, words, as: opinion, on: id, seen: version, of: institution, in: tenant, by: person)
        guard let heard = try await jointRevision(id) else { throw Problem.notFound }
        return heard
    }

    /// Says what is meant to be answered to an appeal, and asks the partners without whom it is not. Nothing happens before they
    /// agree and it is answered so. Another proposal voids what they said to the one before.
    ///
    /// Throws `DecisionRefusal`, or not found; refused by `appeals_are_heard_by_somebody_else`.
    package func proposeAnswer(
        to application: Application.ID, _ verdict: Appeal.Verdict, because answer: LongText, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws -> [PartnerSay] {
        guard let appeal = try await lockAppeal(of: application) else { throw Problem.notFound }
        guard appeal.verdict == nil else { throw DecisionRefusal.appealAnswered }
        guard try await appealIsJoint(of: application) else { throw DecisionRefusal.nobodyToConsult }
        try await propose(verdict, because: answer, to: application, in: tenant, by: person)
        return try await askPartners(on: .answer(to: application), to: application, of: appeal.callTitle)
    }

    /// Writes to the staff of the partners without whom a revision of an application to a call does not come about, unless they
    /// are for it.
    func askPartners(
        on revision: JointRevision.ID, to application: Application.ID, of title: LocalizedName
    ) async throws -> [PartnerSay] {
        let says = try await partnerSays(on: revision)
        let awaited = says.filter { !$0.agrees }.map(\.institution)
        let speakers = try await speakers(
            of: awaited, onRevision: revision, toldOf: try await call(of: application))
        for reader in speakers {
            try await writeLetter(
                NewLetter(.notice, to: reader, about: Letter.Topic("joint_revision", application)) { reader in
                    let t = PageKit.decisions.texts(in: reader.pageLanguage)
                    let values = [
                        "name": LetterText.quoted(reader.name),
                        "call": LetterText.quoted(title.text(for: Vocabulary.Language(reader.pageLanguage))),
                    ]
                    return try LetterText(
                        subject: t("joint.letter_subject", values),
                        paragraphs: [t("joint.letter_salutation", values), t("revision.letter_text", values)],
                        action: LetterText.Action(Name(t("revision.letter_open")), to: "/partner/revisions/\(revision)")
                    )
                }, held: false)
        }
        return says
    }

    /// Refuses what partners who decide together with the park have not agreed to.
    func checkPartnersAgree(on revision: JointRevision.ID) async throws {
        let faults = try await partnerSays(on: revision).compactMap(\.fault)
        guard faults.isEmpty else { throw DecisionRefusal.partnersDisagree(faults) }
    }

    /// Refuses an answer to an appeal that partners were not asked about, or have not agreed to.
    func checkPartnersAgree(
        on application: Application.ID, to verdict: Appeal.Verdict, because answer: LongText
    ) async throws {
        guard try await appealIsJoint(of: application) else { return }
        let proposal = try await appealProposal(of: application)
        guard proposal?.verdict == verdict, proposal?.answer == answer else { throw DecisionRefusal.partnersNotAsked }
        try await checkPartnersAgree(on: .answer(to: application))
    }
}

extension Identifier<JointRevision> {
    /// The revision that a proposed change is.
    package static func change(_ id: DecisionChange.ID) -> Self { Self(id.uuid) }

    /// The revision that the answer to an appeal is.
    package static func answer(to application: Application.ID) -> Self { Self(application.uuid) }
}
