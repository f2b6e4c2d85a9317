internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Letters
internal import Pages
internal import Postgres
internal import Vocabulary

extension Transaction {
    /// Writes to the founders of startups that a call is by invitation and they are invited: once it is published, and
    /// while one can still apply. The letters wait for a look.
    func announceInvitations(of startups: [Startup.ID], to call: CallForApplications) async throws {
        guard call.publishedAt != nil, call.cancelledAt == nil, now <= call.deadline.instant else { return }
        var letters: [Startup.ID: [Letter.ID]] = [:]
        for founder in try await founders(of: startups) {
            let id = Letter.ID()
            try await writeLetter(Self.letter(about: call, to: founder), held: true, as: id)
            letters[founder.startup, default: []].append(id)
        }
        for (startup, ids) in letters.sorted(by: { $0.key < $1.key }) {
            try await keep(ids, with: startup, invitedTo: call.id)
        }
    }

    private static func letter(about call: CallForApplications, to founder: InvitedFounder) -> NewLetter {
        NewLetter(.callInvitation, to: founder.person, about: Letter.Topic("call", call.id)) { reader in
            let words = ProgramWords(t: PageKit.programs.texts(in: reader.pageLanguage), now: call.opensAt)
            let t = words.t
            let names = [
                "name": LetterText.quoted(reader.name),
                "startup": LetterText.quoted(founder.startupName.text(for: words.spoken)),
                "call": LetterText.quoted(call.title.text(for: words.spoken)),
                "opens": words.sentence(call.opensAt, in: call.deadline.zone),
                "closes": words.sentence(call.deadline.instant, in: call.deadline.zone),
            ]
            return try LetterText(
                subject: t("letter.invitation_subject", names),
                paragraphs: [
                    t("letter.salutation", names), t("letter.invitation", names), t("letter.invitation_window", names),
                ],
                action: LetterText.Action(Name(t("letter.invitation_see")), to: "/calls/\(call.id)"))
        }
    }
}
