internal import API
package import Accounts
internal import Foundation
package import Institutions
internal import Letters
internal import Pages
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Tells one's firm what one would have it answer. An answer is given by those who answer for it.
    ///
    /// Throws not found for an item that the firm may not see.
    package func recommend(
        _ new: NewRecommendation, for startup: Startup.ID, of list: Shortlist.ID, as id: Recommendation.ID,
        by person: Person.ID
    ) async throws -> Recommendation {
        _ = try await ownItem(startup, of: list)
        try await insert(new, for: startup, of: list, as: id, by: person)
        guard let kept = try await recommendation(id) else { throw Problem.notFound }
        return kept
    }

    /// Asks a colleague of one's firm to look at a startup of its list, and writes to them. The proposal waits on.
    ///
    /// The letter names neither who asks nor the list nor what is asked: the park reads what is written, and what a firm's
    /// people say among themselves is their own. Where they have to look, the colleague reads on the page of their lists.
    ///
    /// Throws `FirmRefusal.notColleague`, as `referrals_stay_within_the_firm` does, or not found for an item that the firm may
    /// not see.
    package func referStartup(
        _ new: NewReferral, _ startup: Startup.ID, of list: Shortlist.ID, as id: Referral.ID, by person: Person.ID
    ) async throws -> Referral {
        let shortlist = try await ownItem(startup, of: list)
        let people = try await people(of: shortlist.investor)
        guard new.colleague != person, people.contains(where: { $0.person == new.colleague }) else {
            throw FirmRefusal.notColleague
        }
        try await insert(new, of: startup, on: list, as: id, by: person)
        try await writeLetter(letter(to: new.colleague), held: false)
        guard let kept = try await referral(id) else { throw Problem.notFound }
        return kept
    }

    private func ownItem(_ startup: Startup.ID, of list: Shortlist.ID) async throws -> Shortlist {
        guard try await actingFirmRole() != nil, let shortlist = try await shortlist(list),
            try await item(startup, of: list) != nil
        else { throw Problem.notFound }
        return shortlist
    }

    private func letter(to colleague: Person.ID) -> NewLetter {
        NewLetter(.notice, to: colleague) { reader in
            let t = PageKit.investment.texts(in: reader.pageLanguage)
            return try LetterText(
                subject: t("letter.referred_subject"),
                paragraphs: [
                    t("letter.salutation", ["name": LetterText.quoted(reader.name)]), t("letter.referred"),
                ],
                action: LetterText.Action(Name(t("letter.see_referred")), to: "/shortlists"))
        }
    }
}
