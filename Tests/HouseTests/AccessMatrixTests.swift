import Accounts
import DemoWorld
import Foundation
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Postgres

/// Who may do what, on every route, asked by everybody: `authorization.matrix` beside this file is what was reviewed.
///
/// Each wall is taken away once, and the other holds every cell alone. What it does not say alone, without row-level
/// security, is narrower than a cell, and stands here so that nobody believes otherwise: names of colleagues beside
/// evidence, assessments and steps; names of startups beside an investor's own past investments; the focus areas of a
/// mentee, which row-level security keeps from mentors; a mandate that an investor enters for the host. What stands too near
/// to be judged is known by one function to both walls.
@Suite("The authorization matrix", .serialized)
struct AccessMatrixTests {
    private let matrix: Matrix

    init() throws {
        let file = try #require(Bundle.module.url(forResource: "authorization", withExtension: "matrix"))
        matrix = Matrix(parsing: try String(contentsOf: file, encoding: .utf8))
    }

    /// Texts that only some may ever read, wherever they turn up.
    private static let confidences: [(text: String, of: Set<Asker>)] = [
        // Who judges its application reads what it wrote, which speaks of it, and not its name.
        ("KelpSense", [.mei, .tom, .wing, .ada, .iris, .jun]),
        ("Three buoys have reported", [.mei, .tom, .wing, .ada, .iris]),
        ("Ten paying customers by the sixth month", [.mei, .tom, .wing, .ada, .nora, .vera]),
        ("Joint smart city data platform", [.mei, .tom, .wing]),
        ("Chief Partnership Officer", [.mei, .tom, .wing, .kenji]),
        ("Harbour cities", [.mei, .tom, .wing, .jun]),
        ("First cheques", [.mei, .tom, .wing, .chloe]),
        ("The park has made up its mind", [.mei, .tom, .wing, .ada]),
        ("Buoys in figures", [.ada, .jun]),
    ]

    @Test("every route has a row, and every row a route")
    func rows() async throws {
        let routes = Self.routes(of: try await World()).map(\.id).sorted()
        #expect(routes == matrix.rows.map(\.id).sorted())
    }

    @Test("whoever has several seats asks from each of them")
    func seats() {
        for member in Cast.everybody where member.seats.count > 1 {
            let asked = Asker.allCases.filter { $0.member?.person.id == member.person.id }.map(\.seat)
            #expect(asked.sorted() == Array(member.seats.indices), "\(member.part)")
        }
    }

    @Test("everybody is answered on every route as the matrix says")
    func wholeMatrix() async throws {
        var found: [String: [Asker: String]] = [:]
        var statuses: [String: [Asker: String]] = [:]
        var ids: [String] = []
        var report = Report()
        for asker in Asker.allCases {
            let world = try await World()
            let objects = try await Objects(of: world)
            let questioner = try await Questioner(asker, in: world)
            ids = Self.routes(of: world).map(\.id)
            for route in Self.routes(of: world) {
                let answer = await questioner.ask(route, about: objects)
                let cell = questioner.cell(route, answer)
                found[route.id, default: [:]][asker] = cell
                statuses[route.id, default: [:]][asker] = String(answer.status)
                report.count(cell == matrix[route.id, asker], route, asker, "\(answer.status)")
                report.tells(answer, route, asker)
            }
        }
        if let path = ProcessInfo.processInfo.environment["TRELLIS_MATRIX"] {
            try Matrix.text(ids.map { ($0, found[$0] ?? [:]) }).write(toFile: path, atomically: true, encoding: .utf8)
            try Matrix.text(ids.map { ($0, statuses[$0] ?? [:]) })
                .write(toFile: path + ".statuses", atomically: true, encoding: .utf8)
        }
        report.print("the whole matrix")
        #expect(report.deviations == [])
    }

    @Test("another tenant's objects are answered exactly like absent ones")
    func strangersLearnNothing() async throws {
        let world = try await World()
        let objects = try await Objects(of: world)
        let absent = objects.absent
        let leo = try await Questioner(.leo, in: world)
        var report = Report()
        // What is announced to everybody is no secret of its workspace.
        let announced: Set = [
            "getPublicCall", "announcedCall", "registerForCall", "askRegistration", "sendRegistration",
            "registrationSent",
        ]
        for route in Self.routes(of: world)
        where leo.speaksOfObjects(route, objects, absent) && !announced.contains(route.id) {
            let theirs = await leo.ask(route, about: objects)
            let nobodys = await leo.ask(route, about: absent)
            let same =
                theirs.status == nobodys.status
                && Self.masked(theirs, objects) == Self.masked(nobodys, absent)
            report.count(same, route, .leo, "\(theirs.status) and \(nobodys.status)")
        }
        report.print("another tenant's objects like absent ones")
        #expect(report.deviations == [])
    }

    @Test("without declared access, row-level security alone hides what is others'")
    func rowSecurityAlone() async throws {
        var report = Report()
        for asker in Asker.allCases {
            let world = try await World()
            let objects = try await Objects(of: world)
            var configuration = Edge.Configuration.ephemeral()
            configuration.ignoresDeclaredAccess = true
            let questioner = try await Questioner(asker, in: world, before: try world.edge(configuration))
            for route in Self.routes(of: world) {
                let declared = matrix[route.id, asker]
                guard declared != "ok" else { continue }
                let before = try await Self.trail(of: asker, in: world)
                let answer = await questioner.ask(route, about: objects)
                let cell = questioner.cell(route, answer)
                // What was written left a row in the trail; managers may write all of their tenant's.
                let written = try await Self.trail(of: asker, in: world)
                // An investor may end their own mandate, keep their firm's portfolio and show the firm to founders, a
                // founder read their own document, which is noted, a reviewer note their own absence, and a partner the
                // files of its agreement, of which it withdraws its own; which door they take to it, only declared access
                // says.
                let isOwn =
                    asker == .jun
                    && [
                        "consoleWithdrawMandate", "consoleShowToFounders", "consoleRecordInvestment",
                        "consoleTakeBackInvestment",
                    ].contains(route.id)
                    || asker == .ada && route.id == "downloadConsoleDocument"
                    || asker == .vera && route.id == "noteConsoleAbsence"
                    || asker == .kenji
                        && ["downloadConsoleMoUDocument", "withdrawConsoleMoUDocument"].contains(route.id)
                let isKept = written == before || isOwn || [.mei, .tom, .wing, .leo].contains(asker)
                let holds = declared == "404" ? cell == "404" : answer.status < 500 && isKept
                report.count(holds, route, asker, "\(declared) became \(answer.status), \(written - before) written")
                report.tells(answer, route, asker)
            }
        }
        report.print("row-level security alone")
        #expect(report.deviations == [])
    }

    @Test("without row-level security, declared access and the queries alone keep others out")
    func queriesAlone() async throws {
        var report = Report()
        for asker in Asker.allCases {
            let world = try await World()
            let objects = try await Objects(of: world)
            let questioner = try await Questioner(asker, in: world)
            try await Self.dropRowSecurity(in: world)
            for route in Self.routes(of: world) {
                let declared = matrix[route.id, asker]
                let answer = await questioner.ask(route, about: objects)
                let cell = questioner.cell(route, answer)
                report.count(declared == "ok" || cell == declared, route, asker, "\(declared) became \(answer.status)")
                report.tells(answer, route, asker)
            }
        }
        report.print("declared access and queries alone")
        #expect(report.deviations == [])
    }

    // MARK: What the tests share

    /// The routes in the order in which they can be asked for: whoever parts from another and leaves last has been everywhere.
    private static func routes(of world: World) -> [RegistryEntry] {
        let closing = ["blockForm", "signOut"]
        return world.edge.registry.filter { !closing.contains($0.id) }
            + closing.compactMap { id in world.edge.registry.first { $0.id == id } }
    }

    /// How many rows of the trail the asker has left.
    private static func trail(of asker: Asker, in world: World) async throws -> Int {
        let seat = asker.member?.seat(asker.seat).uuid
        return try await world.owner.reader(as: .none).one(
            "SELECT count(*) AS rows FROM audit_events WHERE membership_id IS NOT DISTINCT FROM \(seat)")("rows")
    }

    private static func masked(_ answer: Outgoing, _ objects: Objects) -> String {
        var text = objects.masked(answer.text)
        if let request = answer.header("X-Request-Id") { text = text.replacing(request, with: "*") }
        return text.replacing(#/[0-9a-f]{32,64}/#, with: "*")
    }

    private static func dropRowSecurity(in world: World) async throws {
        let tables = try await world.owner.reader(as: .none).rows(
            """
            SELECT c.relname AS name FROM pg_class AS c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relrowsecurity
            """)
        for table in tables {
            let name: String = try table("name")
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute(
                    Query(unchecked: "ALTER TABLE \(name) DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"))
            }
        }
        #expect(tables.count > 30)
    }

    /// How many cells were asked, and which did not hold.
    private struct Report {
        private var cells = 0
        private(set) var deviations: [String] = []

        mutating func count(_ holds: Bool, _ route: RegistryEntry, _ asker: Asker, _ what: String) {
            cells += 1
            if !holds { deviations.append("\(route.id) \(asker.rawValue): \(what)") }
        }

        mutating func tells(_ answer: Outgoing, _ route: RegistryEntry, _ asker: Asker) {
            for (text, readers) in confidences where !readers.contains(asker) && answer.text.contains(text) {
                deviations.append("\(route.id) \(asker.rawValue): tells of \(text)")
            }
        }

        func print(_ what: String) {
            Swift.print("\(what): \(cells) cells, \(deviations.count) deviations")
        }
    }
}
