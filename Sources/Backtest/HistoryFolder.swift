internal import Foundation
public import Matching
internal import Tabular

/// Funding history in a folder, cut at a day: what a ranking is made from, without a database.
///
/// | file | of it is read |
/// |---|---|
/// | `startups.jsonl` | `id name categories[] tags[] description country region state city founded_on stage last_round_on last_round_usd` |
/// | `interactions.csv` | `investor_id,startup_id,date,round_type,amount_usd`: who joined whose round, the amount being that of the whole round |
/// | `queries.csv` | `investor_id` of those who are to be served |
/// | `candidates.csv` | `startup_id` of those who are on offer |
/// | `asks.csv` | `startup_id,seeking`, where asks are to be known |
/// | `investors.jsonl` | `id thesis{focus_areas[] stages[] countries[] regions[] round_size_usd{p25 p75}}` of those to be served, where theses are to be declared |
/// | `meta.json` | `split`, the day of the cut; without the file, the day after the last interaction |
///
/// What is missing is empty or null. Nothing else in the folder is opened.
public struct HistoryFolder: Sendable {
    /// The history as the engine takes it; its mandates are those of the investors to be served.
    public let world: World
    private let startupNames: [String]
    private let investorNames: [String]

    /// Reads a folder.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - asks: whether what startups are raising is to be known.
    ///   - theses: whether the investors to be served declare their theses as mandates.
    /// - Throws: ``UnreadableHistory``, with file, line and field of what is wrong.
    public init(path: String, asks: Bool, theses: Bool = false) throws {
        var reading = Reading(folder: path)
        try reading.startups()
        try reading.interactions()
        try reading.queries()
        try reading.candidates()
        if asks { try reading.asks() }
        if theses { try reading.theses() }
        let today = try reading.cut()
        guard reading.problems.isEmpty else { throw UnreadableHistory(problems: reading.problems) }

        // Numbered in the order of their ids, so that ties fall the same way whatever order the files are in.
        let startupNames = Set(reading.startupRows.keys).union(reading.deals.map(\.startup)).sorted(by: Self.bytewise)
        let investorNames = Set(reading.deals.map(\.investor)).union(reading.investors).sorted(by: Self.bytewise)
        let startupKeys = Self.keys(startupNames)
        let investorKeys = Self.keys(investorNames)
        let startups = startupNames.enumerated().map { number, name in
            var startup = reading.startupRows[name] ?? World.Startup(Self.key(number))
            startup.key = Self.key(number)
            startup.isOptedIn = reading.offered.contains(name)
            startup.askedStage = reading.sought[name]
            return startup
        }
        let deals = reading.deals.compactMap { row -> World.Deal? in
            guard let investor = investorKeys[row.investor], let startup = startupKeys[row.startup] else { return nil }
            return World.Deal(investor: investor, startup: startup, day: row.day, kind: row.kind, amount: row.amount)
        }
        let mandates = reading.investors.compactMap { name -> World.Mandate? in
            guard let key = investorKeys[name] else { return nil }
            var mandate = reading.declared[name] ?? World.Mandate(key, of: key)
            (mandate.key, mandate.investor) = (key, key)
            return mandate
        }
        world = World(today: today, startups: startups, mandates: mandates, deals: deals)
        self.startupNames = startupNames
        self.investorNames = investorNames
    }

    /// What the folder calls a startup.
    public func startup(_ key: Key) -> String { startupNames[Int(key.low)] }

    /// What the folder calls an investor.
    public func investor(_ key: Key) -> String { investorNames[Int(key.low)] }

    private static func key(_ number: Int) -> Key { Key(high: 0, low: UInt64(number)) }

    /// A key that no investor of the folder has, for what an investor did under another name.
    static func namesake(of investor: Key) -> Key { Key(high: 1, low: investor.low) }

    private static func keys(_ names: [String]) -> [String: Key] {
        Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, key($0)) })
    }

    private static func bytewise(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

/// Why a folder of history cannot be used.
public struct UnreadableHistory: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, file by file, in the order it was found.
    public let problems: [String]

    /// The first twenty problems, a line each.
    public var description: String {
        problems.prefix(20).joined(separator: "\n") + (problems.count > 20 ? "\nand \(problems.count - 20) more" : "")
    }
}

/// The rows of a folder on their way to a world.
private struct Reading {
    let folder: String
    var startupRows: [String: World.Startup] = [:]
    var deals: [(investor: String, startup: String, day: Int, kind: String?, amount: Int?)] = []
    var investors: [String] = []
    var offered: Set<String> = []
    var sought: [String: String] = [:]
    var declared: [String: World.Mandate] = [:]
    var problems: [String] = []

    mutating func startups() throws {
        try rows(of: "startups.jsonl", { try JSONLinesReader($0) }) { reading, fields in
            let id = fields.string("id", .required)
            var startup = World.Startup(Key(high: 0, low: 0))
            startup.text = [fields.string("name"), fields.string("description")].compactMap(\.self).joined(
                separator: ". ")
            startup.areas = fields.list("categories").map { World.Weighted($0) }
            startup.tags = fields.list("tags")
            startup.country = fields.string("country")
            startup.region = fields.string("region")
            startup.state = fields.string("state")
            startup.city = fields.string("city")
            startup.founded = fields.date("founded_on")?.number
            let stage = fields.string("stage")
            let day = fields.date("last_round_on")?.number
            let amount = fields.wholeNumber("last_round_usd")
            startup.lastRound = stage == nil && day == nil ? .none : .round(kind: stage, day: day, amount: amount)
            guard let id else { return }
            if reading.startupRows.updateValue(startup, forKey: id) != nil {
                fields.refuse("id", .expected("an id that no other row has"), found: id)
            }
        }
    }

    mutating func interactions() throws {
        let columns = ["investor_id", "startup_id", "date"]
        try rows(of: "interactions.csv", { try CSVReader($0, required: columns) }) { reading, fields in
            let investor = fields.string("investor_id", .required)
            let startup = fields.string("startup_id", .required)
            let day = fields.date("date", .required)
            let kind = fields.string("round_type")
            let amount = fields.wholeNumber("amount_usd")
            guard let investor, let startup, let day else { return }
            reading.deals.append((investor, startup, day.number, kind, amount))
        }
    }

    mutating func queries() throws {
        var seen: Set<String> = []
        try rows(of: "queries.csv", { try CSVReader($0, required: ["investor_id"]) }) { reading, fields in
            guard let investor = fields.string("investor_id", .required), seen.insert(investor).inserted else { return }
            reading.investors.append(investor)
        }
    }

    mutating func candidates() throws {
        try rows(of: "candidates.csv", { try CSVReader($0, required: ["startup_id"]) }) { reading, fields in
            guard let startup = fields.string("startup_id", .required) else { return }
            if reading.startupRows[startup] == nil {
                fields.refuse("startup_id", .expected("a startup of startups.jsonl"), found: startup)
            }
            reading.offered.insert(startup)
        }
    }

    mutating func asks() throws {
        try rows(of: "asks.csv", { try CSVReader($0, required: ["startup_id", "seeking"]) }) { reading, fields in
            let (startup, kind) = (fields.string("startup_id", .required), fields.string("seeking"))
            if let startup, let kind { reading.sought[startup] = kind }
        }
    }

    /// Read after the queries: of nobody else is a thesis asked.
    mutating func theses() throws {
        let served = Set(investors)
        try rows(of: "investors.jsonl", { try JSONLinesReader($0) }) { reading, fields in
            guard let id = fields.string("id", .required), served.contains(id) else { return }
            let thesis = fields.object("thesis") { World.Mandate(thesis: &$0) }
            if reading.declared.updateValue(thesis ?? World.Mandate.silent, forKey: id) != nil {
                fields.refuse("id", .expected("an id that no other row has"), found: id)
            }
        }
    }

    /// The day from which on nothing is known.
    mutating func cut() throws -> Int {
        struct Meta: Decodable {
            let split: String
        }
        let path = folder + "/meta.json"
        guard FileManager.default.fileExists(atPath: path) else { return (deals.map(\.day).max() ?? 0) + 1 }
        let bytes = FileManager.default.contents(atPath: path) ?? Data()
        guard let meta = try? JSONDecoder().decode(Meta.self, from: bytes), let day = Day(meta.split) else {
            problems.append("meta.json: expected an object with “split”, a date as YYYY-MM-DD")
            return 0
        }
        return day.number
    }

    private mutating func rows(
        of name: String, _ open: (FileSource) throws -> some RecordReader,
        _ take: (inout Reading, inout Fields) -> Void
    ) throws {
        do {
            var reader = try open(try FileSource(path: folder + "/" + name))
            while let row = try reader.next() {
                if let problem = row.problem { problems.append("\(name): \(problem)") }
                guard var fields = row.record?.fields else { continue }
                take(&self, &fields)
                problems += fields.problems.map { "\(name): \($0)" }
            }
        } catch let error as UnreadableFile {
            throw UnreadableHistory(problems: ["\(name): \(error)"])
        } catch is CocoaError {
            throw UnreadableHistory(problems: ["\(name): there is no such file in \(folder), or it cannot be read"])
        }
    }
}

extension World.Mandate {
    /// Nobody's mandate, until it is told whose.
    fileprivate static var silent: Self { Self(Key(high: 0, low: 0), of: Key(high: 0, low: 0)) }

    /// What a thesis declares. Stages and regions are wishes, countries are a condition, as in the product.
    fileprivate init(thesis: inout Fields) {
        self = .silent
        areas = thesis.list("focus_areas").map { World.Weighted($0) }
        stages = thesis.list("stages")
        countries = Set(thesis.list("countries"))
        regions = thesis.list("regions")
        cheque = thesis.object("round_size_usd") { $0.cheque() } ?? nil
    }
}

extension Fields {
    /// The cheque of one who joins rounds of these sizes. A cheque is looked for in rounds up to twenty times its size;
    /// a twentieth is thus what reaches the middle half of the rounds and none above.
    fileprivate mutating func cheque() -> ClosedRange<Int>? {
        guard let low = wholeNumber("p25"), let high = wholeNumber("p75") else { return nil }
        guard 0 <= low, low <= high else {
            refuse("p75", .expected("an amount no less than p25"), found: "\(high)")
            return nil
        }
        return low / 20...high / 20
    }

    /// An amount in whole units; sources write some of them with a fraction.
    fileprivate mutating func wholeNumber(_ field: String) -> Int? {
        guard let amount = number(field) else { return nil }
        guard let whole = Int(exactly: amount.rounded()) else {
            refuse(field, .expected("an amount"))
            return nil
        }
        return whole
    }
}

extension Day {
    /// Days since 1970-01-01 (H. Hinnant, *chrono-Compatible Low-Level Date Algorithms*, `days_from_civil`).
    fileprivate var number: Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
