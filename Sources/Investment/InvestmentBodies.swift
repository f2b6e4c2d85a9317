internal import API
package import Institutions
internal import Vocabulary

/// What declares a mandate. An investor declares its own and leaves `investor` out.
package struct NewMandate: Codable, Sendable {
    /// Whose mandate; the acting institution unless given.
    package let investor: Institution.ID?
    /// What it says.
    package let terms: MandateTerms

    /// A mandate of an investor.
    package init(investor: Institution.ID?, terms: MandateTerms) {
        self.investor = investor
        self.terms = terms
    }
}

struct MandatePath: Codable {
    let mandate: Mandate.ID
}

struct ListMandates: Codable {
    let investor: Institution.ID?
    let standing: Bool?
    let q: ShortText?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct MandateRevisions: Codable {
    let items: [MandateRevision]
}

struct InvestorPath: Codable {
    let investor: Institution.ID
    let limit: PageSize?
    let cursor: PageCursor?
}

struct InvestmentPath: Codable {
    let investment: PastInvestment.ID
}

/// Why an investment is taken back.
struct TakenBack: Codable {
    let reason: ShortText
}

struct TakenBackInvestments: Codable {
    let items: [TakenBackInvestment]
}

struct ListInvestors: Codable {
    let q: ShortText?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct RunPath: Codable {
    let run: MatchRun.ID
}

struct ListRuns: Codable {
    let limit: PageSize?
    let cursor: PageCursor?
}

/// The page of match runs; `q` searches the mandates that its form offers.
struct ConsoleRuns: Codable {
    let q: ShortText?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct ModelPath: Codable {
    let model: LearnedModel.ID
}

/// Which model is to rank; the standard one unless given.
struct NewModelUse: Codable {
    let model: LearnedModel.ID?
}

struct ModelUses: Codable {
    let items: [ModelUse]

    static let limit = 200
}

struct ShortlistPath: Codable {
    let shortlist: Shortlist.ID
}

struct ItemPath: Codable {
    let shortlist: Shortlist.ID
    let startup: Startup.ID
}

struct ListShortlists: Codable {
    let run: MatchRun.ID?
    let investor: Institution.ID?
    let mandate: Mandate.ID?
    let limit: PageSize?
    let cursor: PageCursor?
}

struct AnswerList: Codable {
    let items: [Answer]
}

extension Mandate: Described {
    package static var documentation: [String: String] {
        [
            "version": "Counts the texts the mandate has had, from 1.",
            "confirmed_until": "The last day on which it gets shortlists unless it is confirmed or changed, UTC.",
            "withdrawn_at": "Present once the mandate has ended; it then gets no more shortlists.",
        ]
    }
}

extension MandateTerms: Described {
    package static var documentation: [String: String] {
        [
            "focus_areas": "A focus area covers everything below it. Empty means any.",
            "firm_on_stages": "Whether `stages` rule out all others; otherwise they are preferred.",
            "regions": "Liked best, without ruling out others.",
            "exclusions": "Focus areas, with everything below them, or words that rule a startup out.",
            "deploying": "A mandate that is not deploying gets no shortlists.",
            "most_open": "Proposals to answer and introductions that run, which the investor wants in hand at a time.",
        ]
    }
}

extension InvestorSummary: Described {}

extension PastInvestment: Described {
    package static var documentation: [String: String] {
        [
            "round": "The whole amount of the round.",
            "amount": "The firm's own part; absent for what was imported.",
            "source": "`introduction` where one ended in it, also where a file knew of it.",
        ]
    }
}

extension TakenBackInvestment: Described {}

extension NewInvestment: Described {
    package static var documentation: [String: String] {
        [
            "investor": "Left out by an investor, which records for itself.",
            "made_on": "The day of the deal, no later than today.",
            "round": "The whole amount of the round.",
            "amount": "The firm's own part.",
        ]
    }
}

extension MatchRun: Described {
    package static var documentation: [String: String] {
        [
            "inputs_hash": "SHA-256 over everything the engine was given.",
            "results_hash": "SHA-256 over every list it made: the same inputs and engine give the same hash.",
            "exposure": "As the run made the lists.",
            "review": "Of what managers withheld and declined since; absent while that is nothing.",
        ]
    }
}

extension MatchRules: Described {
    package static var documentation: [String: String] {
        [
            "most_lists": "Shortlists that one startup may be on, 1 to 1,000. Lists then may stay shorter than asked.",
            "least_lists": """
            Shortlists that each startup is to be on, 1 to 1,000 and no more than `most_lists`; kept where mandates have \
            room and the startup is among the first two hundred of one, or twice the length. \
            `exposure.below_floor` counts the others. Ask for no more than the lists have places for.
            """,
            "rest_days": """
            Days, 1 to 1,096, for which a startup that was on a released shortlist of an investor is not proposed to it \
            again unless it was answered.
            """,
        ]
    }
}

extension LearnedModel: Described {
    package static var documentation: [String: String] {
        [
            "data_hash": "SHA-256 over everything it was learned from.",
            "is_automatic": """
            Asked for by the service, after an import or overnight; then put in use by itself if it ranks better by more \
            than chance.
            """,
            "report": "Present once it is trained.",
        ]
    }
}

extension ModelUse: Described {
    package static var documentation: [String: String] {
        [
            "model": "Absent for the standard model.",
            "chosen_by": "Absent where the service chose.",
        ]
    }
}

extension Shortlist: Described {
    package static var documentation: [String: String] {
        [
            "answer_by":
                "The last day on which its proposals wait for an answer, UTC; absent while it is not released.",
            "declined": "Present once a manager declined it: then nobody is shown it; for managers.",
            "barrier": "Why it may not be released now; for managers.",
            "open": "How many proposals wait for an answer.",
            "withheld": "How many startups managers keep back from it, beside `items`; for managers.",
        ]
    }
}
extension ShortlistItem: Described {
    package static var documentation: [String: String] {
        [
            "score": "In thousandths of a point; the sum of the values of `parts`, exactly.",
            "parts": "What speaks for the startup and what against, the weightiest first.",
        ]
    }
}
