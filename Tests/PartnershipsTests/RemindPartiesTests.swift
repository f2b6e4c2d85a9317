import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("Reminders of agreements")
struct RemindPartiesTests {
    private let second: MoU.ID = demoID("mou MoU-2")
    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    /// Who was written to about an agreement, and under which subject.
    private func letters(about mou: MoU.ID, in world: World) async throws -> [String] {
        try await world.owner.reader(as: .none).rows(
            """
            SELECT split_part(l.recipient_name, ' ', 1) || ': ' || x.subject AS line
            FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
            WHERE l.about_noun = 'mou' AND l.about_id = \(mou) ORDER BY 1
            """
        ).map { try $0("line") }
    }

    private func remind(_ world: World) async throws {
        let system = Context.system(in: Cast.harbour.id)
        let due = try await world.database.reader(as: system).partiesToRemind()
        for reminders in Dictionary(grouping: due, by: \.mou).values {
            try await world.database.write(as: system) { try await $0.remindParties(reminders) }
        }
    }

    private func end(_ mou: MoU.ID, in days: Int, notice: Int = 10, _ world: World) async throws {
        try await world.owner.write(as: .none) { transaction in
            _ = try await transaction.execute(
                """
                UPDATE mous SET ends_on = \(today.adding(days: days)), notice_days = \(notice) WHERE id = \(mou)
                """)
        }
    }

    @Test("managers and the staff of the parties are told half a year, three months and a month before the end, once")
    func ends() async throws {
        let world = try await World()
        try await remind(world)
        #expect(try await letters(about: second, in: world).isEmpty)
        try await world.owner.write(as: .none) { transaction in
            _ = try await transaction.execute("UPDATE people SET locale = 'ja' WHERE id = \(Cast.kenji.person.id)")
        }
        try await end(second, in: 178, world)
        try await remind(world)
        let half = [
            "Kenji: MoU-2は半年後に満了します", "Mei: MoU-2 ends in half a year", "Tom: MoU-2 ends in half a year",
            "Wing: MoU-2 ends in half a year",
        ]
        #expect(try await letters(about: second, in: world) == half)
        try await remind(world)
        #expect(try await letters(about: second, in: world) == half)
        // Weeks late it is nobody's news any more.
        try await end(second, in: 160, world)
        try await remind(world)
        #expect(try await letters(about: second, in: world) == half)
        try await end(second, in: 90, world)
        try await remind(world)
        try await end(second, in: 29, world)
        try await remind(world)
        #expect(try await letters(about: second, in: world).count == 12)
        try await end(second, in: 60, notice: 60, world)
        try await remind(world)
        #expect(try await letters(about: second, in: world).contains("Mei: MoU-2: notice is due"))
    }

    @Test("where notice is due within a week of another letter, both are one")
    func oneLetter() async throws {
        let world = try await World()
        try await end(second, in: 30, notice: 28, world)
        try await remind(world)
        let told = ["Kenji", "Mei", "Tom", "Wing"].map { "\($0): MoU-2: notice is due" }
        #expect(try await letters(about: second, in: world) == told)
        for days in [28, 24] {
            // The same end, some days later.
            try await world.owner.write(as: .none) { transaction in
                _ = try await transaction.execute(
                    "UPDATE mou_reminders SET about_day = \(today.adding(days: days)) WHERE mou_id = \(second)")
            }
            try await end(second, in: days, notice: 28, world)
            try await remind(world)
            #expect(try await letters(about: second, in: world) == told)
        }
        // A week apart they are two.
        try await end(second, in: 92, notice: 97, world)
        try await remind(world)
        try await end(second, in: 90, notice: 97, world)
        try await remind(world)
        let all = try await letters(about: second, in: world)
        #expect(all.count { $0.hasPrefix("Mei") } == 3 && all.contains("Mei: MoU-2 ends in three months"))
    }

    @Test("what is renewed need not be, and what ends by termination ends by itself")
    func quiet() async throws {
        let world = try await World()
        try await end(second, in: 90, world)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            _ = try await transaction.execute(
                """
                INSERT INTO mous (tenant_id, id, reference, title, kind, state, signed_on, effective_on, prior_mou_id)
                SELECT tenant_id, gen_random_uuid(), 'MoU-2b', title, kind, 'signed', \(today), \(today), id
                FROM mous WHERE id = \(second)
                """)
        }
        try await remind(world)
        #expect(try await letters(about: second, in: world).isEmpty)
    }

    @Test("an agreement under which nothing happens for 180 days is dormant, and says so once")
    func dormancy() async throws {
        let world = try await World()
        // MoU-1 has been in force for more than a year; what keeps it alive is the meeting of its group.
        let first: MoU.ID = demoID("mou MoU-1")
        try await remind(world)
        #expect(try await letters(about: first, in: world).isEmpty)
        try await world.owner.write(as: .none) { transaction in
            _ = try await transaction.execute(
                "UPDATE mou_meetings SET held_on = \(today.adding(days: -180)) WHERE mou_id = \(first)")
        }
        try await remind(world)
        let told = ["Mei: MoU-1 is dormant", "Tom: MoU-1 is dormant", "Wing: MoU-1 is dormant"]
        #expect(try await letters(about: first, in: world) == told)
        try await remind(world)
        #expect(try await letters(about: first, in: world) == told)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.report(on: first).dormantSince == today.adding(days: -180))
        #expect(try await reader.report(on: second).dormantSince == nil)
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await mei.open("/console/mous/\(first)/report").text.contains("it is dormant"))
        // The list says so, and finds it.
        let listed = await mei.open("/console/mous?dormant=true").text
        #expect(listed.contains("/console/mous/\(first)\"") && !listed.contains("/console/mous/\(second)\""))
        #expect(listed.contains("nothing since"))
        #expect(await !mei.open("/console/mous?dormant=false").text.contains("/console/mous/\(first)\""))
        let items = try await mei.ask("GET", "/v1/mous?dormant=true").json()["items"]?.elements ?? []
        #expect(items.map { $0["id"]?.text } == [first.description])
        #expect(items.first?["dormant_since"]?.text == today.adding(days: -180).description)
        #expect(try await reader.mous(dormant: false).contains { $0.id == second })
        // Nobody else sees who was written to.
        let kenji = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await kenji.mous(dormant: true).isEmpty)
        #expect(try await kenji.value("SELECT count(*) FROM mou_reminders", as: Int.self) == 0)
        #expect(try await reader.value("SELECT count(*) FROM mou_reminders", as: Int.self) == 3)
    }

    @Test("what the list asks of an agreement's last days agrees with what its report says of all of them")
    func lately() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        var signs = Set<String>()
        for id in try await reader.mous().map(\.id) {
            signs.formUnion(try await reader.activities(under: id).map(\.kind.rawValue))
            let days = [today.adding(days: -179), today] + [try await reader.lastSignOfLife(of: id)].compactMap(\.self)
            // An agreement may rest on a text alone, and then nothing ever happened under it.
            for day in days + days.map({ $0.adding(days: 1) }) {
                let last = try await reader.lastSignOfLife(of: id)
                #expect(
                    try await reader.value(
                        "SELECT lives_since('manager', NULL, \(id), \(day))", as: Bool.self)
                        == (last.map { $0 >= day } ?? false), "\(id) since \(day), last \(String(describing: last))")
            }
        }
        #expect(signs.isSuperset(of: ["application_submitted", "call_opened", "startup_enrolled"]))
        // Whoever may not know of an agreement is told nothing.
        let (kenji, closed): (Reader, MoU.ID) = (
            world.database.reader(as: world.context(Cast.kenji)), demoID("mou MoU-1")
        )
        let isTold = try await kenji.value(
            "SELECT lives_since('partner', acting_institution(), \(closed), \(today.adding(days: -999)))", as: Bool.self
        )
        #expect(!isTold)
    }
}
