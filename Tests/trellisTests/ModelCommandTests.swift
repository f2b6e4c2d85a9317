import ArgumentParser
import Foundation
import Jobs
import Testing
import Vocabulary

@testable import Investment
@testable import trellis

@Suite("Commands about models and match runs")
struct ModelCommandTests {
    @Test("are understood as they are typed")
    func understood() throws {
        let train = try #require(try Trellis.parseAsRoot(["model", "train", "--tenant", "harbour"]) as? Models.Train)
        #expect(train.tenant == "harbour")
        let list = try #require(try Trellis.parseAsRoot(["model", "list"]) as? Models.List)
        #expect(list.tenant == "harbour")
        let report = try #require(
            try Trellis.parseAsRoot(["model", "report", "learned-2026-11-28-1"]) as? Models.Report)
        #expect(report.version == .learned("learned-2026-11-28-1"))
        let use = try #require(try Trellis.parseAsRoot(["model", "use", "standard"]) as? Models.Use)
        #expect(use.version == .standard)
        let match = try #require(
            try Trellis.parseAsRoot(["match", "--tenant", "port", "--length", "5", "--as-of", "2026-01-15"]) as? Match)
        #expect(match.tenant == "port")
        #expect(match.length == 5)
        #expect(match.asOf == CalendarDate("2026-01-15"))
        let usual = try #require(try Trellis.parseAsRoot(["match"]) as? Match)
        #expect(usual.length == 20)
        #expect(usual.asOf == nil)
        #expect(usual.mostLists == nil && usual.leastLists == nil && usual.restDays == nil)
        let ruled = try #require(
            try Trellis.parseAsRoot(["match", "--most-lists", "6", "--least-lists", "1", "--rest-days", "90"]) as? Match
        )
        #expect(ruled.mostLists == 6)
        #expect(ruled.leastLists == 1)
        #expect(ruled.restDays == 90)
    }

    @Test(
        "say what is wrong with them",
        arguments: [
            (["model", "use"], "<version>"), (["model", "use", "best"], "'best' is invalid"),
            (["model", "report", "standard"], "was not learned here"), (["model", "train", "now"], "'now'"),
            (["match", "--length", "0"], "1 to 200"), (["match", "--length", "201"], "1 to 200"),
            (["match", "--length", "many"], "'many' is invalid"), (["match", "--as-of", "2026-02-30"], "is not a day"),
            (["match", "--most-lists", "0"], "1 to 1000"), (["match", "--rest-days", "1097"], "1 to 1096"),
            (["match", "--most-lists", "1", "--least-lists", "2"], "no more than --most-lists"),
        ])
    func refused(_ arguments: [String], _ words: String) {
        do {
            _ = try Trellis.parseAsRoot(arguments)
            Issue.record("\(arguments) was understood")
        } catch {
            #expect(Trellis.exitCode(for: error) == .validationFailure)
            #expect(Trellis.fullMessage(for: error).contains(words), "\(Trellis.fullMessage(for: error))")
        }
    }

    @Test("tell how a model does, or that its history was too small")
    func summary() throws {
        let day = try #require(CalendarDate("2026-05-29"))
        func quality(_ ndcg: Double) -> LearnedModel.Quality { LearnedModel.Quality(ndcg: ndcg, recall: 0.5) }
        func told(joined: Int, _ trial: LearnedModel.Trial?, _ evidence: LearnedModel.Evidence? = nil) -> String {
            let report = LearnedModel.Report(
                until: day, lessons: 16, pairs: 900, joined: joined, loss: [0.2, 0.1], steps: [4, 5], asks: 0,
                trial: trial, calibration: nil, evidence: evidence,
                cold: [], warm: [])
            let model = LearnedModel(
                id: LearnedModel.ID(), version: "learned-2026-11-28-2", state: .finished, progress: nil, asOf: day,
                isAutomatic: false, requestedAt: Date(), requestedBy: nil, trainedAt: Date(), dataHash: nil,
                isInUse: true, report: report, job: UUID())
            return Models.summary(model, report)
        }
        let trial = LearnedModel.Trial(
            day: day, investors: 7, startups: 22, joined: 22, learned: quality(0.0755), standard: quality(0.0689),
            current: quality(0.0701), currentVersion: "learned-2026-11-28-1",
            gain: LearnedModel.Gain(mean: 0.0054, low: -0.0102, high: 0.021), reliability: [])
        #expect(
            told(joined: 12, trial) == """
                learned-2026-11-28-2, in use
                Learned from 12 deals and requests to meet in 16 lessons (900 pairs of an investor and a startup), before \
                2026-05-29.
                Judged on the half year after 2026-05-29, which was kept from it: 7 investors joined 22 times; 22 startups \
                raised.
                                        NDCG@10  recall@50
                  it                    0.0755   0.5000
                  standard              0.0689   0.5000
                  learned-2026-11-28-1  0.0701   0.5000
                Against learned-2026-11-28-1, then in use: +0.0054 NDCG@10, 95 % interval -0.0102 to +0.0210, which may \
                be chance.
                """)
        let untold = LearnedModel.Trial(
            day: day, investors: 5, startups: 22, joined: 22, learned: quality(0.0755), standard: quality(0.0689),
            current: quality(0.0689), currentVersion: "2026-2", gain: nil, reliability: [])
        #expect(told(joined: 12, untold).contains("Too few investors joined anything to tell it from 2026-2."))
        #expect(told(joined: 0, nil).contains("too small to teach anything: it equals the standard model"))
        #expect(told(joined: 3, nil).contains("nothing is known by which it could be judged"))
        var evidence = LearnedModel.Evidence()
        (evidence.answers, evidence.met, evidence.fellThrough) = (7, 2, 1)
        #expect(
            told(joined: 3, nil, evidence)
                .contains("Beside deals it was given 7 answers and 3 outcomes of introductions."))
    }
}
