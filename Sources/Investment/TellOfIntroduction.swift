internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
internal import Letters
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Writes to those who are to know of a step of an introduction. A job, because who takes the step may not know whom the other
/// side consists of.
///
/// The letters go out without a look: they tell what a person on the other side did, and a startup has seven days to answer.
struct TellOfIntroduction: Job {
    static let kind = "investment.tell-of-introduction"
    static let maxAttempts = 5

    let introduction: UUID
    let stage: String
}

extension Transaction {
    /// Writes the letters of a step.
    func tell(of told: TellOfIntroduction) async throws {
        let id = Introduction.ID(told.introduction)
        guard let stage = Introduction.Stage(rawValue: told.stage), let introduction = try await introduction(id),
            let people = try await people(of: id)
        else { return }
        let both = [people.asked] + (people.consented.map { [$0] } ?? [])
        let readers: [Person.ID] =
            switch stage {
            case .asked, .withdrawn: try await founders(of: introduction.startup)
            case .notNow: [people.asked]
            case .introduced, .meetingSet, .closed, .passed, .stalled: both
            // Each side sees on its page how far they have come.
            case .met, .inDiligence, .committed, .termSheet: []
            }
        // Who has left the workspace since is not written to.
        let seated = try await seated(readers)
        for reader in readers where seated.contains(reader) {
            try await writeLetter(
                letter(of: introduction, at: stage, to: reader, atInvestor: reader == people.asked), held: false)
        }
    }

    private func letter(
        of introduction: Introduction, at stage: Introduction.Stage, to reader: Person.ID, atInvestor: Bool
    ) -> NewLetter {
        NewLetter(.notice, to: reader, about: Letter.Topic("introduction", introduction.id)) { reader in
            let t = PageKit.investment.texts(in: reader.pageLanguage)
            let spoken = Vocabulary.Language(reader.pageLanguage)
            let meeting = introduction.meeting
            var names = [
                "name": LetterText.quoted(reader.name),
                "startup": LetterText.quoted(introduction.startupName?.text(for: spoken) ?? "–"),
                "investor": LetterText.quoted(introduction.investorName?.text(for: spoken) ?? "–"),
                "day": introduction.consentBy.text(in: reader.pageLanguage),
            ]
            if let meeting {
                names["time"] = reader.said(meeting.startsAt, in: meeting.timeZone)
                names["place"] = [meeting.place?.string, meeting.link?.description].compactMap(\.self)
                    .map(LetterText.quoted).joined(separator: ", ")
            }
            let occasion =
                stage == .meetingSet && meeting?.cancelledAt != nil
                ? "meeting_cancelled"
                : stage == .introduced ? (atInvestor ? "introduced_investor" : "introduced_startup") : stage.rawValue
            return try LetterText(
                subject: t("letter.\(occasion)_subject", names),
                paragraphs: [t("letter.salutation", names), t("letter.\(occasion)", names)],
                action: LetterText.Action(Name(t("letter.see_introduction")), to: "/introductions/\(introduction.id)"))
        }
    }
}
