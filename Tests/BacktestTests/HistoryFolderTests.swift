import Backtest
import Foundation
import Matching
import Testing

/// A folder of invented history that is gone after the test.
private struct Folder: ~Copyable {
    let path = NSTemporaryDirectory() + "history-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try write(
            "startups.jsonl",
            """
            {"id":"s:b","name":"Beacon Pay","categories":["payments"],"region":"Harbour","founded_on":"2019-02-03","stage":"seed","last_round_on":"2020-01-01","last_round_usd":1000000.4}
            {"id":"s:a","name":"Aster","categories":["payments","data"],"tags":["b2b"],"description":"Wallets for ferries","city":null,"stage":null}
            {"id":"s:c","name":"Cedar","categories":[],"founded_on":null}
            """)
        try write(
            "interactions.csv",
            "investor_id,startup_id,date,round_type,amount_usd\ni:one,s:b,2020-01-01,seed,1000000\ni:two,s:gone,2019-05-06,,\n"
        )
        try write("queries.csv", "investor_id,portfolio_size\ni:two,12\ni:one,11\n")
        try write("candidates.csv", "startup_id,regime\ns:a,cold\ns:c,cold\ns:b,warm\n")
        try write("asks.csv", "startup_id,seeking\ns:a,seed\ns:c,\n")
        try write("investors.jsonl", #"{"id": "i:one"}"#)
        try write("meta.json", #"{"split": "2021-01-01", "candidates": 3}"#)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }
}

@Suite struct HistoryFolderTests {
    @Test func aFolderIsReadAsItIsWritten() throws {
        let folder = try Folder()
        let history = try HistoryFolder(path: folder.path, asks: true)
        let world = history.world
        #expect(world.today == 18_628)
        #expect(world.startups.map { history.startup($0.key) } == ["s:a", "s:b", "s:c", "s:gone"])
        #expect(world.startups.map(\.isOptedIn) == [true, true, true, false])
        #expect(world.startups.map(\.askedStage) == ["seed", nil, nil, nil])
        #expect(world.startups[0].text == "Aster. Wallets for ferries")
        #expect(world.startups[0].tags == ["b2b"])
        #expect(world.startups[0].lastRound == .none)
        #expect(world.startups[1].lastRound == .round(kind: "seed", day: 18_262, amount: 1_000_000))
        #expect(world.startups[1].founded == 17_930)
        #expect(world.mandates.map { history.investor($0.investor) } == ["i:two", "i:one"])
        #expect(world.deals.count == 2)
        #expect(try HistoryFolder(path: folder.path, asks: false).world.startups.allSatisfy { $0.askedStage == nil })
    }

    @Test func withoutACutNothingAfterTheLastDealIsKnown() throws {
        let folder = try Folder()
        try folder.remove("meta.json")
        #expect(try HistoryFolder(path: folder.path, asks: false).world.today == 18_263)
    }

    @Test func theTruthIsNotOpened() throws {
        let folder = try Folder()
        let before = try HistoryFolder(path: folder.path, asks: false).world
        try folder.write("labels.csv", "\"this is no CSV")
        let after = try HistoryFolder(path: folder.path, asks: false).world
        #expect(before.startups == after.startups)
        #expect(before.deals == after.deals)
    }

    @Test func everyFaultIsToldWithItsPlace() throws {
        let folder = try Folder()
        try folder.write(
            "startups.jsonl",
            """
            {"id":"s:a","founded_on":"2019-02-30"}
            {"id":"s:a"}
            {"name":"no id"}
            {"id":"s:d","last_round_usd":"plenty"
            """)
        try folder.write("candidates.csv", "startup_id\ns:unknown\n")
        let error = #expect(throws: UnreadableHistory.self) { try HistoryFolder(path: folder.path, asks: false) }
        #expect(
            error?.problems == [
                "startups.jsonl: line 1, founded_on: expected a date as YYYY-MM-DD",
                "startups.jsonl: line 2, id: expected an id that no other row has",
                "startups.jsonl: line 3, id: is missing",
                "startups.jsonl: line 4, last_round_usd: expected a comma or the end of the object at byte 38",
                "candidates.csv: line 2, startup_id: expected a startup of startups.jsonl",
            ])
    }

    @Test func thesesAreDeclaredOnlyWhenAsked() throws {
        let folder = try Folder()
        try folder.write(
            "investors.jsonl",
            """
            {"id":"i:one","thesis":{"focus_areas":["payments","data"],"stages":["seed"],"countries":["FR"],"regions":["Harbour"],"round_size_usd":{"p25":1000000,"median":2e6,"p75":4000000}}}
            {"id":"i:two","thesis":{"focus_areas":[],"stages":null,"round_size_usd":{"p25":null,"p75":1}}}
            {"id":"i:other","thesis":"none of our business"}
            """)
        let silent = try HistoryFolder(path: folder.path, asks: false).world.mandates
        #expect(silent.allSatisfy { $0.areas.isEmpty && $0.stages.isEmpty && $0.cheque == nil })
        let history = try HistoryFolder(path: folder.path, asks: false, theses: true)
        let mandates = history.world.mandates
        #expect(mandates.map { history.investor($0.investor) } == ["i:two", "i:one"])
        #expect(mandates[0] == silent[0])
        #expect(mandates[1].key == silent[1].key)
        #expect(mandates[1].areas == [World.Weighted("payments"), World.Weighted("data")])
        #expect(mandates[1].stages == ["seed"])
        #expect(!mandates[1].isFirmOnStages)
        #expect(mandates[1].countries == ["FR"])
        #expect(mandates[1].regions == ["Harbour"])
        #expect(mandates[1].cheque == 50_000...200_000)
    }

    @Test func everyFaultOfAThesisIsToldWithItsPlace() throws {
        let folder = try Folder()
        try folder.write(
            "investors.jsonl",
            """
            {"id":"i:one","thesis":{"stages":"seed","round_size_usd":{"p25":5,"p75":4}}}
            {"id":"i:one"}
            {"id":"i:two","thesis":["seed"]}
            {"thesis":{}}
            """)
        let error = #expect(throws: UnreadableHistory.self) {
            try HistoryFolder(path: folder.path, asks: false, theses: true)
        }
        #expect(
            error?.problems == [
                "investors.jsonl: line 1, thesis.stages: expected a list of texts",
                "investors.jsonl: line 1, thesis.round_size_usd.p75: expected an amount no less than p25",
                "investors.jsonl: line 2, id: expected an id that no other row has",
                "investors.jsonl: line 3, thesis: expected an object",
                "investors.jsonl: line 4, id: is missing",
            ])
    }

    @Test func whatIsForgottenStandsUnderAnotherName() throws {
        let folder = try Folder()
        try folder.write(
            "interactions.csv",
            """
            investor_id,startup_id,date,round_type,amount_usd
            i:one,s:b,2020-01-01,seed,1000000
            i:one,s:c,2019-02-01,seed,
            i:one,s:c,2020-09-01,series-a,
            i:one,s:gone,2019-05-06,,
            i:two,s:gone,2019-05-06,,
            i:other,s:c,2019-02-01,seed,
            """)
        let history = try HistoryFolder(path: folder.path, asks: false)
        func known(_ count: Int) throws -> [[[String]]] {
            let names = Set(history.world.deals.map(\.investor))
            return try history.worlds(knowing: count).map { world in
                // Nothing but names is changed.
                #expect(world.deals.map(\.startup) == history.world.deals.map(\.startup))
                #expect(world.deals.map(\.day) == history.world.deals.map(\.day))
                #expect(Set(world.deals.map(\.investor)).count >= 3)
                let mandate = try #require(world.mandates.first)
                #expect(world.mandates.count == 1)
                return world.deals.filter { names.contains($0.investor) }.map {
                    [history.investor($0.investor), history.startup($0.startup)]
                } + [["unseen"] + mandate.excludedStartups.map { history.startup($0) }.sorted()]
            }
        }
        let (two, other) = (["i:two", "s:gone"], ["i:other", "s:c"])
        let one = [["i:one", "s:b"], ["i:one", "s:c"], ["i:one", "s:c"], ["i:one", "s:gone"]]
        #expect(
            try known(0) == [[two, other, ["unseen", "s:b", "s:c", "s:gone"]], one + [other, ["unseen", "s:gone"]]])
        // The latest is the one it came to last, whenever it gave more to the others.
        #expect(try known(1) == [[one[0], two, other, ["unseen", "s:c", "s:gone"]], one + [two, other, ["unseen"]]])
        #expect(try known(3) == [one + [two, other, ["unseen"]], one + [two, other, ["unseen"]]])
    }

    @Test func everyInvestorIsServedOnceAndMostRememberWhileItForgets() throws {
        let folder = try Folder()
        let names = (0..<40).map { "i:\($0)" }
        try folder.write(
            "interactions.csv",
            "investor_id,startup_id,date\n" + names.map { "\($0),s:b,2020-01-01\n" }.joined())
        try folder.write("queries.csv", "investor_id\n" + names.map { $0 + "\n" }.joined())
        let history = try HistoryFolder(path: folder.path, asks: false)
        let worlds = history.worlds(knowing: 0)
        #expect(worlds.flatMap(\.mandates).map { history.investor($0.investor) }.sorted() == names.sorted())
        let known = Set(history.world.deals.map(\.investor))
        for world in worlds {
            let gone = known.subtracting(world.deals.map(\.investor))
            #expect(gone == Set(world.mandates.map(\.investor)))
            #expect((2...3).contains(gone.count))
        }
    }

    @Test func whatAnInvestorHasFundedIsNotProposedThoughForgotten() throws {
        let folder = try Folder()
        let history = try HistoryFolder(path: folder.path, asks: false)
        let lists = history.worlds(knowing: 0).flatMap { world in
            let index = Index(world)
            return index.mandates.map { index.rank($0, limit: .max).map { history.startup($0.startup) } }
        }
        #expect(lists.map(\.count) == [2, 3])
        #expect(!lists[0].contains("s:b"))
    }

    @Test(arguments: ["startups.jsonl", "interactions.csv", "queries.csv", "candidates.csv", "investors.jsonl"])
    func aMissingFileIsNamed(_ name: String) throws {
        let folder = try Folder()
        try folder.remove(name)
        let error = #expect(throws: UnreadableHistory.self) {
            try HistoryFolder(path: folder.path, asks: false, theses: true)
        }
        #expect(error?.description.hasPrefix("\(name): there is no such file") == true)
    }

    @Test func aRunIsWrittenWholeOrNotAtAll() throws {
        let folder = try Folder()
        let history = try HistoryFolder(path: folder.path, asks: false)
        let path = folder.path + "/run"
        try Data("what stood there".utf8).write(to: URL(filePath: path))
        let index = Index(history.world)
        let run = RunFile(history)
        let file = try RunFile.Output(path: path)
        for mandate in index.mandates { try file.write(run.lines(mandate, index.rank(mandate, limit: .max))) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "what stood there")
        try file.close()
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: " ")
        }
        // The investor's own startup is not proposed to it.
        #expect(lines.map(\.[0]) == ["i:one", "i:one", "i:two", "i:two", "i:two"])
        #expect(lines.map(\.[1]) == ["1", "2", "1", "2", "3"])
        #expect(Set(lines.filter { $0[0] == "i:one" }.map(\.[2])) == ["s:a", "s:c"])
        for line in lines { #expect(Double(line[3]) != nil) }
    }
}
