import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("Sessions under agreements")
struct SessionTests {
    private let first: MoU.ID = demoID("mou MoU-1")
    private let second: MoU.ID = demoID("mou MoU-2")
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    private func hold(
        on day: CalendarDate, attendance: Int = 12, hosts: [String] = ["Sakuragi"], in area: FocusArea.ID? = nil,
        under mou: MoU.ID, as id: ExchangeSession.ID = .init(), _ world: World
    ) async throws {
        let session = try NewExchangeSession(
            LocalizedName(en: "Open banking"), on: day, by: hosts.map { try Name($0) }, attendance: attendance,
            in: area,
            minutes: WebAddress("https://minutes.example/1"))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.recordSession(session, as: id, under: mou, in: tenant, by: mei)
        }
    }

    @Test("count as sessions and as the people who came, and each figure is the number of its events")
    func figures() async throws {
        let world = try await World()
        let area = try #require(FocusArea.ID("fintech"))
        try await hold(on: today, in: area, under: second, world)
        try await hold(on: today.adding(days: -3), attendance: 30, under: second, world)
        let target = try NewTarget(
            LocalizedName(en: "People"), .sessionAttended, 40, by: today, from: today.adding(days: -3))
        let sessions = try NewTarget(LocalizedName(en: "Sessions"), .sessionHeld, 1, by: today, in: area)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.setTarget(target, as: .init(), of: second, in: tenant, by: mei)
            try await transaction.setTarget(sessions, as: .init(), of: second, in: tenant, by: mei)
        }
        for member in [Cast.mei, Cast.kenji] {
            let reader = world.database.reader(as: world.context(member))
            let report = try await reader.report(on: second)
            func figure(_ kind: MoU.Activity.Kind) -> PartnerReport.Figure? {
                report.figures.first { $0.filter.kind == kind }
            }
            #expect(figure(.sessionHeld)?.count == 2 && figure(.sessionAttended)?.count == 42)
            let counted = try await reader.activities(under: second)
                .filter(try #require(figure(.sessionAttended)).filter.admits)
            #expect(counted.map(\.attendance) == [30, 12] && counted.allSatisfy { $0.kind == .sessionHeld })
            #expect(counted.map(\.areas) == [[], [area]] && counted.allSatisfy { $0.line == .knowledgeExchange })
            #expect(report.targets.first { $0.target.metric == .sessionAttended }?.status == .reached)
            #expect(report.targets.first { $0.target.metric == .sessionHeld }?.value == 1)
            // A session is one event of its area, however many came.
            let served = report.areas.first { $0.area.focusArea == area }?.figure
            #expect(served?.count == report.activities.count { $0.areas.contains(area) })
        }
    }

    @Test("keep an agreement from being dormant")
    func life() async throws {
        let world = try await World()
        try await world.owner.write(as: .none) { transaction in
            _ = try await transaction.execute(
                "UPDATE mou_meetings SET held_on = \(today.adding(days: -181)) WHERE mou_id = \(first)")
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.report(on: first).dormantSince != nil)
        try await hold(on: today.adding(days: -1), under: first, world)
        #expect(try await reader.report(on: first).dormantSince == nil)
        #expect(try await reader.lastSignOfLife(of: first) == today.adding(days: -1))
    }

    @Test("are held while the agreement is in force, by somebody, and recorded once they are held")
    func refusals() async throws {
        let world = try await World()
        let refused = [
            await constraint { try await hold(on: today.adding(days: 1), under: second, world) },
            await constraint { try await hold(on: today.adding(days: -299), under: second, world) },
            await constraint { try await hold(on: today, hosts: [], under: second, world) },
            await constraint { try await hold(on: today, attendance: -1, under: second, world) },
            await constraint { try await hold(on: today, attendance: 100_001, under: second, world) },
            await constraint {
                try await hold(on: today, in: FocusArea.ID("biometrics"), under: second, world)
            },
        ]
        let names = [
            "sessions_are_recorded_once_held", "sessions_are_held_in_force", "sessions_have_some_hosts",
            "session_attendance_is_reasonable", "session_attendance_is_reasonable",
            "sessions_name_an_area_of_their_agreement",
        ]
        #expect(refused == names)
        for name in names { #expect(PartnershipsRoom.constraints[name] != nil, "\(name) has no words") }
        await #expect(throws: Problem.notFound) { try await hold(on: today, under: .init(), world) }
    }

    @Test("are recorded by managers, and read by them and by the staff of the parties")
    func walls() async throws {
        let world = try await World()
        let id = ExchangeSession.ID()
        try await hold(on: today, under: second, as: id, world)
        try await hold(on: today, under: first, world)
        let kenji = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await kenji.sessions(under: second).map(\.id) == [id])
        #expect(try await kenji.sessions(under: first).isEmpty)
        #expect(try await kenji.value("SELECT count(*) FROM mou_sessions", as: Int.self) == 1)
        for member in [Cast.leo, Cast.ada, Cast.jun, Cast.iris, Cast.nora] {
            let reader = world.database.reader(as: world.context(member))
            #expect(try await reader.sessions(under: second).isEmpty)
            #expect(try await reader.value("SELECT count(*) FROM mou_sessions", as: Int.self) == 0)
        }
        for member in [Cast.kenji, Cast.leo, Cast.ada] {
            await #expect(throws: Problem.notFound) {
                try await world.database.write(as: world.context(member)) {
                    try await $0.removeSession(id, of: second)
                }
            }
        }
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.kenji)) { transaction in
                _ = try await transaction.execute(
                    """
                    INSERT INTO mou_sessions (tenant_id, mou_id, id, title, held_on, hosts, attendance, recorded_by)
                    VALUES (\(tenant), \(second), gen_random_uuid(), '{"en": "x"}', \(today), '{A}', 1, \(mei))
                    """)
            }
        }
    }

    @Test("by HTTP and by pages")
    func edge() async throws {
        let world = try await World()
        let (mei, kenji) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        let (api, page) = ("/v1/mous/\(second)/sessions", "/console/mous/\(second)/sessions")
        let recorded = await mei.ask(
            "POST", api,
            json: """
                {"title": {"en": "Open banking"}, "held_on": "\(today)", "hosts": ["Sakuragi"], "attendance": 12,
                 "area": "fintech", "minutes": "https://minutes.example/1"}
                """)
        #expect(recorded.status == 200, "\(recorded.text)")
        let early = await mei.ask(
            "POST", api,
            json: """
                {"title": {"en": "x"}, "held_on": "\(today.adding(days: 2))", "hosts": ["A"], "attendance": 1}
                """)
        #expect(early.status == 422 && early.problem?.errors.map(\.pointer) == ["/held_on"], "\(early.text)")
        let huge = await mei.ask(
            "POST", api,
            json: """
                {"title": {"en": "x"}, "held_on": "\(today)", "hosts": ["A"], "attendance": 9999999999}
                """)
        #expect(huge.status == 422, "\(huge.text)")
        let fields = [
            ("title.en", "Payments"), ("title.zh-Hant", ""), ("title.ja", ""), ("held_on", today.description),
            ("hosts", "Sakuragi\nHarbour"), ("attendance", "7"), ("area", ""), ("minutes", ""),
        ]
        func with(_ name: String, _ value: String) -> [(String, String)] {
            fields.map { $0.0 == name ? (name, value) : $0 }
        }
        let wrong = await mei.send(page, with("attendance", "100001"))
        #expect(wrong.status == 422 && wrong.text.contains("Payments") && wrong.text.contains("100,000"))
        #expect(await mei.send(page, with("hosts", String(repeating: "x", count: 300))).status == 422)
        #expect(await mei.send(page, with("minutes", "javascript:alert(1)")).status == 422)
        #expect(await mei.send(page, fields).status == 303)
        let read = await mei.open(page).text
        #expect(read.contains("Payments") && read.contains("https://minutes.example/1"))
        let theirs = await kenji.open("/partner/agreements/\(second)/sessions").text
        #expect(theirs.contains("Open banking") && !theirs.contains("/console/") && !theirs.contains("Take away"))
        #expect(await kenji.open("/partner/agreements/\(first)/sessions").status == 404)
        let events = await kenji.open("/partner/agreements/\(second)/report/events?kind=session_attended").text
        #expect(events.contains("Open banking") && events.contains("12 participants"))
        let report = await kenji.open("/partner/agreements/\(second)/report").text
        for language in ["en", "zh-Hant", "ja"] { #expect(report.contains("report.csv?lang=\(language)\"")) }
        let file = await kenji.open("/partner/agreements/\(second)/report.csv").text
        #expect(file.contains("Participants in sessions"))
        let items = try await kenji.ask("GET", api).json()["items"]?.elements
        let id = try #require(items?.first { $0["attendance"]?.text == "7" || $0["area"]?.text == nil }?["id"]?.text)
        #expect(await kenji.ask("POST", "\(api)/\(id)/removal").status == 403)
        #expect(await mei.send("\(page)/\(id)/removal").status == 303)
        #expect(await mei.ask("POST", "\(api)/\(id)/removal").status == 404)
        #expect(await !mei.open(page).text.contains("Payments"))
    }
}
