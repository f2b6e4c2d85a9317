import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("Signed areas of cooperation")
struct AreaTests {
    private let second: MoU.ID = demoID("mou MoU-2")
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    private func fintech() throws -> FocusArea.ID { try #require(FocusArea.ID("fintech")) }

    private func move(_ step: AreaStep, _ world: World, by member: Cast.Member = Cast.mei) async throws {
        let area = try fintech()
        _ = try await world.database.write(as: world.context(member)) {
            try await $0.moveArea(area, of: second, step)
        }
    }

    @Test("go on from a day and for a reason, which the parties read")
    func steps() async throws {
        let world = try await World()
        let bank = world.database.reader(as: world.context(Cast.kenji))
        func read() async throws -> MoU.Area? {
            let area = try fintech()
            return try await bank.mou(second)?.areas.first { $0.focusArea == area }
        }
        let signed = try #require(try await read())
        #expect(signed.status == .exploring && signed.since == nil)
        try await move(AreaStep(.active, since: today.adding(days: -9), because: ShortText("The desk is open.")), world)
        let active = try #require(try await read())
        #expect(active.status == .active && active.since == today.adding(days: -9))
        try await move(AreaStep(.dropped, because: ShortText("The desk has closed.")), world)
        let dropped = try #require(try await read())
        #expect((dropped.status, dropped.since, dropped.reason?.string) == (.dropped, today, "The desk has closed."))
        #expect(dropped.wording.string == "Fintech")
        let report = try await bank.report(on: second)
        #expect(report.areas.contains { $0.area == dropped })
        for days in [1, -400] {
            #expect(
                await constraint {
                    try await move(AreaStep(.paused, since: today.adding(days: days), because: ShortText("r")), world)
                } == "areas_change_on_a_day_that_has_come")
        }
        let termination = MoU.Termination(reason: try ShortText("Done"), isMutual: true)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.terminateMoU(second, on: today, termination, in: tenant, by: mei)
        }
        #expect(
            await constraint { try await move(AreaStep(.active, because: ShortText("r")), world) }
                == "areas_live_while_signed")
    }

    @Test("bind nothing new once they are paused or dropped, and what began under them stays")
    func bindNothing() async throws {
        let world = try await World()
        let area = try fintech()
        let manager = world.database.reader(as: world.context(Cast.mei))
        func served() async throws -> Int {
            try await manager.activities(under: second).count { $0.areas.contains(area) }
        }
        let (targets, before) = (try await manager.targets(of: second).count, try await served())
        #expect(before > 0)
        let yesterday = today.adding(days: -1)
        try await move(AreaStep(.paused, since: yesterday, because: ShortText("Nobody has time.")), world)
        // The calls of its stream opened before that.
        #expect(try await served() == before)
        let title = try LocalizedName(en: "t")
        let refused = [
            await constraint {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.setTarget(
                        NewTarget(title, .callOpened, 1, by: today, in: area), as: .init(), of: second, in: tenant,
                        by: mei)
                }
            },
            await constraint {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.promiseDeliverable(
                        NewDeliverable(title, .event, by: today, in: area), as: .init(), of: second, in: tenant, by: mei
                    )
                }
            },
            await constraint {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.linkActivity(
                        NewLink(.stream, (demoID("stream incubation general") as ProgramStream.ID).uuid, in: area),
                        as: .init(), to: second, in: tenant, by: mei)
                }
            },
            await constraint { try await hold(on: today, in: area, world) },
        ]
        #expect(refused == Array(repeating: "dropped_areas_bind_nothing_new", count: 4))
        // What was held before is written down late.
        try await hold(on: yesterday.adding(days: -1), in: area, world)
        #expect(try await manager.targets(of: second).count == targets)
        try await move(AreaStep(.active, because: ShortText("Somebody has.")), world)
        try await hold(on: today, in: area, world)
        // As if it had been dropped before any call of its stream opened.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            _ = try await transaction.execute(
                """
                UPDATE mou_areas SET status = 'dropped', status_since = \(today.adding(days: -300)), status_reason = 'r'
                WHERE mou_id = \(second) AND focus_area = 'fintech'
                """)
        }
        #expect(try await manager.activities(under: second).allSatisfy { $0.kind != .callOpened || $0.areas != [area] })
    }

    private func hold(on day: CalendarDate, in area: FocusArea.ID, _ world: World) async throws {
        let session = try NewExchangeSession(
            LocalizedName(en: "s"), on: day, by: [Name("A")], attendance: 1, in: area)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.recordSession(session, as: .init(), under: second, in: tenant, by: mei)
        }
    }

    @Test("are moved by managers alone, and stay as they are worded")
    func walls() async throws {
        let world = try await World()
        let update: Query = """
            UPDATE mou_areas SET status = 'active', status_since = \(today), status_reason = 'r' WHERE mou_id = \(second)
            """
        for member in [Cast.kenji, Cast.ada, Cast.jun, Cast.nora, Cast.leo] {
            let changed = try? await world.database.write(as: world.context(member)) { try await $0.execute(update) }
            #expect((changed ?? 0) == 0, "\(member.part)")
        }
        #expect(
            await constraint {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    _ = try await transaction.execute(
                        """
                        UPDATE mou_areas SET wording = 'Another', status_since = \(today), status_reason = 'r'
                        WHERE mou_id = \(second)
                        """)
                }
            } == "areas_stay_as_signed")
        let names = [
            "areas_live_while_signed", "areas_stay_as_signed", "areas_change_on_a_day_that_has_come",
            "dropped_areas_bind_nothing_new",
        ]
        for name in names { #expect(PartnershipsRoom.constraints[name] != nil, "\(name) has no words") }
    }

    @Test("by HTTP and by pages")
    func edge() async throws {
        let world = try await World()
        let (mei, kenji) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        let address = "/v1/mous/\(second)/areas/fintech/status"
        let moved = await mei.ask("POST", address, json: #"{"status": "paused", "reason": "Nobody has time."}"#)
        #expect(moved.status == 200 && moved.text.contains("Nobody has time."), "\(moved.text)")
        #expect(await mei.ask("POST", address, json: #"{"status": "exploring", "reason": "x"}"#).status == 422)
        #expect(await mei.ask("POST", address, json: #"{"status": "paused"}"#).status == 422)
        #expect(await kenji.ask("POST", address, json: #"{"status": "active", "reason": "x"}"#).status == 403)
        let none = await mei.ask(
            "POST", "/v1/mous/\(second)/areas/biometrics/status", json: #"{"status": "active", "reason": "x"}"#)
        #expect(none.status == 404, "\(none.text)")
        let page = "/console/mous/\(second)/areas/fintech"
        #expect(await mei.open("/console/mous/\(second)").text.contains(page))
        #expect(await mei.open(page).status == 200)
        let tomorrow = today.adding(days: 1).description
        let late = await mei.send(page, [("status", "dropped"), ("since", tomorrow), ("reason", "No more.")])
        #expect(late.status == 422 && late.text.contains("No more.") && late.text.contains(tomorrow), "\(late.text)")
        #expect(await mei.send(page, [("status", "dropped"), ("since", ""), ("reason", "No more.")]).status == 303)
        for path in ["", "/report"] {
            let theirs = await kenji.open("/partner/agreements/\(second)\(path)").text
            #expect(theirs.contains("Dropped") && theirs.contains("No more.") && !theirs.contains("/console/"))
        }
        let taken = await mei.send(
            "/console/mous/\(second)/targets/new",
            [
                ("title.en", "T"), ("metric", "session_held"), ("direction", ""), ("number", "3"), ("due_on", tomorrow),
                ("counts_from", ""), ("baseline", ""), ("area", "fintech"), ("country", ""),
            ])
        #expect(taken.status == 422 && taken.text.contains("paused or dropped"), "\(taken.text)")
    }
}
