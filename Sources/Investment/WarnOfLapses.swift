internal import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
internal import Letters
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Warns the principals of a tenant's firms, and its managers, of verifications and mandates that lapse: 30 and 7 days before
/// the last day, and once it is over. One letter a person for all that is due together, and of each thing once an occasion.
///
/// The letters go out without a look: they say what the pages of both say.
struct WarnOfLapses: Job {
    static let kind = "investment.warn-of-lapses"
    static let maxAttempts = 3

    /// A letter names so many, and counts the others.
    static let mostNamed = 15
}

extension Transaction {
    /// Writes what is due of the acting tenant's investors.
    func warnOfLapses() async throws {
        var due: [[Lapse]] = []
        for lapse in try await lapsesToWarnOf() where try await note(lapse) {
            if let other = due.last?.first, other.person == lapse.person, other.isPark == lapse.isPark {
                due[due.count - 1].append(lapse)
            } else {
                due.append([lapse])
            }
        }
        for lapses in due {
            guard let first = lapses.first else { continue }
            try await writeLetter(Self.letter(lapses, to: first.person, ofPark: first.isPark), held: false)
        }
    }

    private static func letter(_ lapses: [Lapse], to person: Person.ID, ofPark isPark: Bool) -> NewLetter {
        let only = Set(lapses.map(\.investor)).count == 1 ? lapses.first?.investor : nil
        return NewLetter(.notice, to: person, about: only.map { Letter.Topic("institution", $0) }) { reader in
            let t = PageKit.investment.texts(in: reader.pageLanguage)
            let spoken = Vocabulary.Language(reader.pageLanguage)
            let told = lapses.prefix(WarnOfLapses.mostNamed).map { lapse in
                let values = [
                    "investor": LetterText.quoted(lapse.investorName.text(for: spoken)),
                    "mandate": lapse.mandateName.map { LetterText.quoted($0) } ?? "",
                    "day": lapse.lastDay.text(in: reader.pageLanguage),
                ]
                return switch (lapse.mandate == nil, lapse.occasion == .lapsed) {
                case (true, false):
                    isPark ? t("letter.lapse_verification_park", values) : t("letter.lapse_verification", values)
                case (true, true):
                    isPark ? t("letter.lapsed_verification_park", values) : t("letter.lapsed_verification", values)
                case (false, false):
                    isPark ? t("letter.lapse_mandate_park", values) : t("letter.lapse_mandate", values)
                case (false, true):
                    isPark ? t("letter.lapsed_mandate_park", values) : t("letter.lapsed_mandate", values)
                }
            }
            let unnamed = lapses.count - told.count
            let ahead = lapses.count { $0.occasion != .lapsed }
            let page: SafeURL =
                if isPark {
                    only.map { "/console/investors/\($0.description)" } ?? "/console/investors"
                } else if lapses.contains(where: { $0.mandate != nil }) {
                    // What the firm can confirm itself.
                    "/mandates"
                } else {
                    "/standing"
                }
            return try LetterText(
                subject: isPark
                    ? ahead > 0
                        ? t("letter.lapse_park_subject", count: ahead)
                        : t("letter.lapsed_park_subject", count: lapses.count)
                    : ahead > 0 ? t("letter.lapse_subject") : t("letter.lapsed_subject"),
                paragraphs: [t("letter.salutation", ["name": LetterText.quoted(reader.name)])] + told
                    + (unnamed > 0 ? [t("letter.lapse_others", count: unnamed)] : []),
                action: LetterText.Action(Name(t("letter.see_lapse")), to: page))
        }
    }
}
