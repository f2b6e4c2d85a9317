internal import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
internal import Letters
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Writes to those of a firm who answer for it that lists wait for them: one letter to each, however many lists were released
/// together. A job, because who releases need not know whom the firm consists of.
///
/// The letters go out without a look: a manager has just looked at what they tell of, and the days to answer run.
struct TellOfShortlists: Job {
    static let kind = "investment.tell-of-shortlists"
    static let maxAttempts = 5

    let investor: UUID
    let shortlists: [UUID]

    init(_ lists: [Shortlist.ID], to investor: Institution.ID) {
        self.investor = investor.uuid
        shortlists = lists.map(\.uuid)
    }
}

extension Transaction {
    /// Writes the letters, each with a link of its reader's own.
    func tell(of told: TellOfShortlists) async throws {
        let firm = Institution.ID(told.investor)
        // What was taken back since is not told of.
        guard try await isVerified(firm) else { return }
        let lists = try await teasedLists(told.shortlists.map { Shortlist.ID($0) })
        guard let until = lists.map(\.answerBy).max() else { return }
        let tenant = try await actingTenant()
        for person in try await people(answeringFor: firm) {
            let (id, token) = (Teaser.ID(), TeaserToken(in: tenant))
            try await insert(id, token.secret, to: person, of: firm, telling: lists, until: until)
            try await writeLetter(letter(to: person, about: id, lists, by: token, until: until), held: false)
        }
    }

    private func letter(
        to person: Person.ID, about id: Teaser.ID, _ lists: [TeasedList], by token: TeaserToken, until: CalendarDate
    ) -> NewLetter {
        NewLetter(.notice, to: person, about: Letter.Topic("teaser", id)) { reader in
            let t = PageKit.investment.texts(in: reader.pageLanguage)
            let words = TeaserWords(t)
            let count = lists.reduce(0) { $0 + $1.items.count }
            let told = lists.map { list in
                ([words.title(of: list, quoted: true)] + words.reasons(list).prefix(TeaserWords.mostInLetter))
                    .joined(separator: "\n")
            }
            return try LetterText(
                subject: t("letter.shortlists_subject", count: count),
                paragraphs: [
                    t("letter.salutation", ["name": LetterText.quoted(reader.name)]),
                    t("letter.shortlists", count: count, ["day": until.text(in: reader.pageLanguage)]),
                ] + told + [t("letter.shortlists_link")],
                action: LetterText.Action(Name(t("letter.see_shortlists")), to: "/t/\(token.secret.text)"))
        }
    }
}

/// What a teaser says of lists: headings and counts. Evidence is none of it, since words and names of a startup stand there.
struct TeaserWords {
    /// A letter says what speaks for so many of each list; its link tells of the others.
    static let mostInLetter = 3

    private let t: Texts

    init(_ t: Texts) {
        self.t = t
    }

    /// Under which mandate how many startups wait. A name that somebody gave is no link in a letter.
    func title(of list: TeasedList, quoted: Bool) -> String {
        t(
            "teaser.list", count: list.items.count,
            ["mandate": quoted ? LetterText.quoted(list.mandateName) : list.mandateName.string])
    }

    /// What speaks for each startup and what against, in headings, the best first.
    func reasons(_ list: TeasedList) -> [String] {
        let words = ScoreWords(t)
        return list.items.enumerated().map { place, parts in
            t("teaser.reason", ["rank": "\(place + 1)", "reason": words.summary(words.groups(parts))])
        }
    }
}
