import API
import Foundation
import Programs
import Testing
import Vocabulary

@testable import Reviews

/// The rules, without a database.
@Suite("The rules of review")
struct ReviewTests {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)

    static func criterion(_ name: String, weight: Int, _ scale: ClosedRange<Int> = 1...5) throws
        -> ReviewRound.Criterion
    {
        ReviewRound.Criterion(
            id: .init(), name: try LocalizedName(en: name), weight: weight, lowest: scale.lowerBound,
            highest: scale.upperBound)
    }

    static func round(_ criteria: [ReviewRound.Criterion], due: Date = now.addingTimeInterval(86_400)) throws
        -> ReviewRound
    {
        ReviewRound(
            id: .init(), call: .init(), callTitle: try LocalizedName(en: "Call"), position: 1,
            number: 1, name: try LocalizedName(en: "Panel"), isBlind: true, isShared: true, reviewsWanted: 3, quorum: 2,
            due: Deadline(due, in: .hongKong), criteria: criteria)
    }

    @Test("A review is worth each criterion's share of its scale times its weight, once all are scored")
    func total() throws {
        let criteria = try [
            Self.criterion("Team", weight: 30), Self.criterion("Market", weight: 50, 0...10),
            Self.criterion("Place", weight: 20, 1...2),
        ]
        let round = try Self.round(criteria)
        let ids = criteria.map(\.id)
        #expect(round.total(of: [ids[0]: 5, ids[1]: 10, ids[2]: 2]) == 100)
        #expect(round.total(of: [ids[0]: 1, ids[1]: 0, ids[2]: 1]) == 0)
        #expect(round.total(of: [ids[0]: 3, ids[1]: 5, ids[2]: 1]) == 40)
        #expect(round.total(of: [ids[0]: 3, ids[1]: 5]) == nil)
    }

    @Test("A round opens once, with weights that sum to a hundred and time left, and closes once")
    func opening() throws {
        let half = try Self.criterion("Half", weight: 50)
        var empty = try Self.round([])
        #expect(throws: ReviewRefusal.noCriteria) { try empty.open(at: Self.now) }
        var light = try Self.round([half])
        #expect(throws: ReviewRefusal.weights(sum: 50)) { try light.open(at: Self.now) }
        var late = try Self.round([half, Self.criterion("Other", weight: 50)], due: Self.now)
        #expect(throws: ReviewRefusal.dueInThePast) { try late.open(at: Self.now) }

        var round = try Self.round([half, Self.criterion("Other", weight: 50)])
        #expect(throws: ReviewRefusal.roundNotOpen(.draft)) { try round.close(at: Self.now) }
        try round.open(at: Self.now)
        #expect(round.status == .open && round.openedAt == Self.now)
        #expect(throws: ReviewRefusal.roundOpened) { try round.open(at: Self.now) }
        try round.close(at: Self.now)
        #expect(round.status == .closed)
        #expect(throws: ReviewRefusal.roundNotOpen(.closed)) { try round.close(at: Self.now) }
    }

    @Test("Scores off their scale, for something else or missing are named by their criterion")
    func scores() throws {
        let criteria = try [Self.criterion("Team", weight: 50), Self.criterion("Market", weight: 50, 0...10)]
        let (team, market, other) = (criteria[0].id, criteria[1].id, ReviewRound.Criterion.ID())
        try ReviewDraft(scores: [team: 1, market: 10]).check(against: criteria)
        #expect(throws: ReviewRefusal.offScale(team, lowest: 1, highest: 5)) {
            try ReviewDraft(scores: [team: 0]).check(against: criteria)
        }
        #expect(throws: ReviewRefusal.offScale(market, lowest: 0, highest: 10)) {
            try ReviewDraft(scores: [market: 11]).check(against: criteria)
        }
        #expect(throws: ReviewRefusal.unknownCriterion(other)) {
            try ReviewDraft(scores: [other: 1]).check(against: criteria)
        }
        #expect(throws: ReviewRefusal.unscored([market])) {
            try ReviewDraft(scores: [team: 3]).checkComplete(for: criteria)
        }
        #expect(ReviewRefusal.unscored([market]).problem.errors.map(\.pointer) == ["/scores/\(market)"])
    }

    @Test(
        "The language of a text is told by its letters",
        arguments: [
            (["We monitor kelp farms from buoys."], Language.english), ([], .english), (["2026: 100%"], .english),
            (["我們以浮標監察海帶養殖場。"], .traditionalChinese),
            (["我們的產品 KelpSense 以浮標監察海帶養殖場，並向農戶發出警報。"], .traditionalChinese),
            (["ブイで昆布の養殖場を見守ります。"], .japanese),
            (["当社は昆布養殖場の監視サービスを提供しています。"], .japanese),
            (["Our partner is 港灣科學園 in Hong Kong, and we sell in Tokyo."], .english),
        ])
    func language(_ texts: [String], _ language: Language) {
        #expect(Language(mostOf: texts) == language)
    }

    @Test("An application's name in a round is its own, the same again, and another where it is taken")
    func codes() {
        let (round, other) = (ReviewRound.ID(), ReviewRound.ID())
        var taken: Set<String> = []
        var again: [String] = []
        let applications = (0..<3_000).map { _ in Identifier<Never>().uuid }
        for id in applications {
            let code = ReviewFile.code(of: .init(id), in: round, besides: taken)
            #expect(code.count == 6 && taken.insert(code).inserted)
            again.append(ReviewFile.code(of: .init(id), in: round, besides: []))
        }
        #expect(again == applications.map { ReviewFile.code(of: .init($0), in: round, besides: []) })
        #expect(again != applications.map { ReviewFile.code(of: .init($0), in: other, besides: []) })
        let first = ReviewFile.code(of: .init(applications[0]), in: round, besides: [])
        #expect(ReviewFile.code(of: .init(applications[0]), in: round, besides: [first]) != first)
    }
}
