import Accounts
import DemoWorld
import Foundation
import Institutions
import Jobs
import Postgres
import TestWorld
import Testing
import Vocabulary

import struct Matching.Model

@testable import Investment

/// A workspace's past made up from nothing: each investor keeps to one field and one place of its own.
enum InventedHistory {
    private static let areas = ["fintech", "robotics", "biotech", "agritech"]
    private static let regions = ["Greater Tokyo", "Kansai", "Pearl River Delta"]
    private static let investors = 24
    private static let startups = 420

    static var startupRows: String {
        (0..<startups).map { number in
            """
            {"id": "s\(number)", "name": "Startup \(number)", "country": "HK", "tags": ["\(area(of: number))"], \
            "region": "\(region(of: number))", "founded_on": "\(2000 + number % 20)-01-01"}
            """
        }.joined(separator: "\n")
    }

    static var investorRows: String {
        (0..<investors).map { "{\"id\": \"i\($0)\", \"name\": \"Investor \($0)\"}" }.joined(separator: "\n")
    }

    /// Deals up to a day, each startup raising once in the seven years before.
    static func dealRows(until today: CalendarDate) -> String {
        var rows = ["investor_id,startup_id,date,round_type,amount_usd"]
        for number in 0..<startups {
            let day = today.adding(days: -1 - draw(number, 0) % 2200)
            for investor in 0..<investors {
                let likes =
                    areas[investor % areas.count] == area(of: number)
                    && regions[investor % regions.count] == region(of: number)
                if draw(number, investor + 1) % 100 < (likes ? 40 : 1) {
                    rows.append("i\(investor),s\(number),\(day),seed,1000000")
                }
            }
        }
        return rows.joined(separator: "\n")
    }

    /// Brings it into the Harbour's workspace.
    static func bring(into world: World, until today: CalendarDate = CalendarDate(Date(), in: .utc)) async throws {
        let importer = Importer(into: Cast.harbour.id, of: world.database, as: .system(in: Cast.harbour.id))
        _ = try await importer.importStartups(from: ImportFile(startupRows, named: "s", as: .jsonLines))
        _ = try await importer.importInvestors(from: ImportFile(investorRows, named: "i", as: .jsonLines))
        _ = try await importer.importInvestments(from: ImportFile(dealRows(until: today), named: "d", as: .csv))
    }

    /// A number that looks drawn, and is the same each time.
    private static func draw(_ first: Int, _ second: Int) -> Int {
        var mixed = UInt64(first * 1000 + second + 1) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        return Int((mixed ^ (mixed >> 27)) >> 33)
    }

    private static func area(of startup: Int) -> String { areas[startup % areas.count] }
    private static func region(of startup: Int) -> String { regions[startup / areas.count % regions.count] }
}

/// A world in which models are learned.
struct ModelWorld {
    let match: MatchWorld
    var world: World { match.world }
    var mei: Context { world.context(Cast.mei) }

    /// - Parameter hasHistory: whether there is more of a past than the demo's, from which nothing can be learned.
    init(hasHistory: Bool = true) async throws {
        match = try await MatchWorld()
        if hasHistory { try await InventedHistory.bring(into: world) }
    }

    func request() async throws -> LearnedModel {
        try await world.database.write(as: mei) {
            try await $0.requestTraining(as: LearnedModel.ID(), in: Cast.harbour.id, by: Cast.mei.person.id)
        }
    }

    /// What follows an import of past investments.
    func askForNewHistory() async throws {
        try await world.database.write(as: .system(in: Cast.harbour.id)) {
            try await $0.requestTrainingOfNewHistory(as: LearnedModel.ID(), in: Cast.harbour.id)
        }
    }

    /// What a night does, to its end and that of what it asked for.
    func night() async throws {
        let job = try await world.database.write(as: .system(in: Cast.harbour.id)) {
            try await $0.enqueue(LearnOvernight())
        }
        let end: String? = try await world.working {
            try await world.awaiting(
                {
                    try await world.owner.reader(as: .none).first("SELECT outcome FROM jobs WHERE id = \(job)")?(
                        "outcome")
                }, until: { $0 != nil })
        }
        #expect(end == "succeeded")
        _ = try await perform()
    }

    func model(_ id: LearnedModel.ID) async throws -> LearnedModel? {
        try await world.database.reader(as: mei).learnedModel(id)
    }

    func models() async throws -> [LearnedModel] {
        try await world.database.reader(as: mei).learnedModels(limit: 100)
    }

    /// Works until no training is under way, and gives the latest model.
    func perform() async throws -> LearnedModel? {
        try await world.working {
            try await world.awaiting {
                try await models()
            } until: {
                $0.allSatisfy { !$0.state.isUnderWay }
            }
        }.first
    }

    func trained() async throws -> LearnedModel? {
        let asked = try await request()
        _ = try await perform()
        return try await model(asked.id)
    }

    /// A model that ranks by nothing, as if it had been learned.
    func learnedNothing() async throws -> LearnedModel {
        let asked = try await request()
        let nothing = LearnedModel.Report(
            until: asked.asOf, lessons: 0, pairs: 0, joined: 0, loss: [], steps: [], asks: 0, trial: nil,
            calibration: nil, evidence: nil, cold: [],
            warm: [])
        _ = try await world.database.write(as: .system(in: Cast.harbour.id)) {
            try await $0.keep(
                Model(version: asked.version, cold: [:], warm: [:]), nothing, hash: [UInt8](repeating: 0, count: 32),
                as: asked.id)
        }
        return asked
    }

    @discardableResult
    func use(_ model: LearnedModel.ID?) async throws -> ModelUse {
        try await world.database.write(as: mei) {
            try await $0.useModel(model, as: ModelUse.ID(), by: Cast.mei.person.id)
        }
    }

    func uses() async throws -> [ModelUse] { try await world.database.reader(as: mei).modelUses(limit: 100) }
}
