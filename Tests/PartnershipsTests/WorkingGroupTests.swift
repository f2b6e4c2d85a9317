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

@Suite("Working groups of agreements")
struct WorkingGroupTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let own = Institution.ID(Cast.harbour.id.uuid)
    private let bank = Cast.institution("harbour/sakuragi")
    private let second: MoU.ID = demoID("mou MoU-2")
    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    @Test("are formed of the parties' people, meet, and do what they said they would")
    func life() async throws {
        let world = try await World()
        let id = WorkingGroup.ID()
        let (first, then) = (WorkingGroup.Action.ID(), WorkingGroup.Action.ID())
        let group = try NewWorkingGroup(
            Name("Fintech"), cadence: ShortText("Monthly"),
            members: [
                WorkingGroup.Member(Name("Mei Lam"), of: own),
                WorkingGroup.Member(Name("Naoko Sakuragi"), of: bank, isChair: true),
            ])
        let meeting = try NewMeeting(
            on: today, minutes: LongText("They met."),
            actions: [
                .init(ShortText("Find a room"), by: Name("Mei Lam"), until: today.adding(days: 9), as: first),
                .init(ShortText("Find a key"), by: Name("Naoko Sakuragi"), until: today.adding(days: 2), as: then),
            ])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.formGroup(group, as: id, of: second, in: tenant, by: mei)
            try await transaction.recordMeeting(meeting, as: .init(), of: id, second, in: tenant, by: mei)
            try await transaction.finishAction(first, of: second)
        }
        let kept = try #require(
            try await world.database.reader(as: world.context(Cast.kenji)).workingGroups(of: second).first)
        #expect(kept.members.map(\.name.string) == ["Naoko Sakuragi", "Mei Lam"])
        #expect(kept.actions.map(\.id) == [then, first] && kept.actions.map(\.doneOn) == [nil, today])
        #expect(kept.meetings.map(\.minutes.string) == ["They met."])
        await #expect(throws: Problem.notFound) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.finishAction(first, of: second)
            }
        }
        for member in [Cast.leo, Cast.ada, Cast.jun, Cast.iris, Cast.nora] {
            let reader = world.database.reader(as: world.context(member))
            #expect(try await reader.workingGroups(of: second).isEmpty)
            let tables: [SQLIdentifier] = ["mou_working_groups", "mou_group_members", "mou_meetings", "mou_actions"]
            for table in tables {
                #expect(
                    try await reader.value(
                        "SELECT count(*) FROM \(identifier: table) WHERE mou_id = \(second)", as: Int.self) == 0)
            }
        }
    }

    @Test("have one chair, and members of the parties alone")
    func refusals() async throws {
        let world = try await World()
        func refused(_ members: [WorkingGroup.Member]) async throws -> String? {
            let group = try NewWorkingGroup(Name("G"), members: members)
            return await constraint {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.formGroup(group, as: .init(), of: second, in: tenant, by: mei)
                }
            }
        }
        let name = try Name("Somebody")
        #expect(
            try await refused([.init(name, of: Cast.institution("harbour/kitagawa"))]) == "group_members_are_of_a_party"
        )
        #expect(
            try await refused([.init(name, of: own, isChair: true), .init(name, of: bank, isChair: true)])
                == "groups_have_one_chair")
        for name in ["group_members_are_of_a_party", "groups_have_one_chair"] {
            #expect(PartnershipsRoom.constraints[name] != nil, "\(name) has no words")
        }
    }

    @Test("by HTTP and by pages")
    func edge() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let formed = await mei.ask(
            "POST", "/v1/mous/\(second)/working-groups",
            json: #"{"name": "Fintech", "members": [{"name": "A", "institution": "\#(bank)", "is_chair": true}]}"#)
        #expect(formed.status == 200, "\(formed.text)")
        let id = try #require(try formed.json()["items"]?.elements?.first?["id"]?.text)
        let address = "/console/mous/\(second)/working-groups"
        #expect(await mei.open(address).text.contains("Fintech"))
        #expect(await mei.open("\(address)/new").status == 200)
        let half = await mei.send(
            "\(address)/new",
            [("name", "Robotics"), ("cadence", ""), ("members.0.name", "Somebody"), ("members.0.institution", "")])
        #expect(half.status == 422 && half.text.contains("Robotics") && half.text.contains("Choose the party"))
        let whole = await mei.send(
            "\(address)/new",
            [
                ("name", "Robotics"), ("cadence", "Monthly"), ("members.0.name", "Somebody"),
                ("members.0.institution", own.description), ("members.1.name", ""), ("members.1.institution", ""),
            ])
        #expect(whole.status == 303, "\(whole.text)")
        #expect(await mei.open("\(address)/\(id)/meetings").status == 200)
        let bare = await mei.send(
            "\(address)/\(id)/meetings",
            [
                ("held_on", today.description), ("minutes", "They met."), ("actions.0.text", "Find a room"),
                ("actions.0.owner", ""), ("actions.0.due_on", ""),
            ])
        #expect(bare.status == 422 && bare.text.contains("Say who does it."))
        let met = await mei.send(
            "\(address)/\(id)/meetings",
            [
                ("held_on", today.description), ("minutes", "They met."), ("actions.0.text", "Find a room"),
                ("actions.0.owner", "Mei"), ("actions.0.due_on", today.adding(days: -1).description),
                ("actions.1.text", ""), ("actions.1.owner", ""), ("actions.1.due_on", ""),
            ])
        #expect(met.status == 303, "\(met.text)")
        let recorded = await mei.ask(
            "POST", "/v1/mous/\(second)/working-groups/\(id)/meetings",
            json: #"{"held_on": "\#(today)", "minutes": "Again.", "actions": [{"text": "Find a key", "owner": "Tom"}]}"#
        )
        #expect(recorded.status == 200, "\(recorded.text)")
        let kenji = try await Visitor(Cast.kenji, in: world)
        let theirs = await kenji.open("/partner/agreements/\(second)/working-groups")
        #expect(
            theirs.text.contains("Overdue") && theirs.text.contains("They met.") && !theirs.text.contains("/console/"))
        let action = try #require(
            try await kenji.ask("GET", "/v1/mous/\(second)/working-groups").json()["items"]?.elements?
                .first { $0["id"]?.text == id }?["actions"]?.elements?.first?["id"]?.text)
        #expect(await mei.send("/console/mous/\(second)/actions/\(action)/completion").status == 303)
        #expect(await mei.send("/console/mous/\(second)/actions/\(action)/completion").status == 404)
        #expect(await kenji.ask("POST", "/v1/mous/\(second)/actions/\(action)/completion").status == 403)
        #expect(await kenji.open("/partner/agreements/\(demoID("mou MoU-1") as MoU.ID)/working-groups").status == 404)
    }

    @Test("are revised, and end between their last meeting and today; then they stand as they were")
    func ending() async throws {
        let world = try await World()
        let (id, action) = (WorkingGroup.ID(), WorkingGroup.Action.ID())
        let name = try Name("Fintech")
        let held = today.adding(days: -5)
        let meeting = try NewMeeting(
            on: held, minutes: LongText("They met."),
            actions: [.init(ShortText("Find a room"), by: Name("Mei Lam"), as: action)])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.formGroup(
                NewWorkingGroup(name, members: [.init(name, of: own)]), as: id, of: second, in: tenant, by: mei)
            try await transaction.recordMeeting(meeting, as: .init(), of: id, second, in: tenant, by: mei)
            try await transaction.reviseGroup(
                id, of: second,
                to: NewWorkingGroup(
                    Name("Payments"), cadence: ShortText("Weekly"),
                    members: [.init(Name("Naoko Sakuragi"), of: bank, isChair: true)]), in: tenant)
        }
        let reader = world.database.reader(as: world.context(Cast.kenji))
        func kept() async throws -> WorkingGroup? { try await reader.workingGroups(of: second).first { $0.id == id } }
        let revised = try #require(try await kept())
        #expect(revised.name.string == "Payments" && revised.members.map(\.name.string) == ["Naoko Sakuragi"])
        #expect(revised.meetings.count == 1 && revised.endedOn == nil)
        func end(on day: CalendarDate?) async -> String? {
            await constraint {
                let end = try GroupEnd(on: day, because: ShortText("It is done."))
                try await world.database.write(as: world.context(Cast.mei)) {
                    try await $0.endGroup(id, of: second, end)
                }
            }
        }
        #expect(await end(on: today.adding(days: 1)) == "groups_end_after_they_met")
        #expect(await end(on: held.adding(days: -1)) == "groups_end_after_they_met")
        #expect(await end(on: today.adding(days: -2)) == nil)
        #expect(await end(on: today) == "ended_groups_stand")
        #expect(try await kept()?.endReason?.string == "It is done.")
        let refused = await constraint {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.reviseGroup(
                    id, of: second, to: NewWorkingGroup(name, members: []), in: tenant)
            }
        }
        #expect(refused == "ended_groups_stand")
        func meet(on day: CalendarDate) async -> String? {
            await constraint {
                let late = try NewMeeting(on: day, minutes: LongText("Again."))
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.recordMeeting(late, as: .init(), of: id, second, in: tenant, by: mei)
                }
            }
        }
        #expect(await meet(on: today) == "ended_groups_do_not_meet")
        #expect(await meet(on: today.adding(days: -3)) == nil)
        try await world.database.write(as: world.context(Cast.mei)) { try await $0.finishAction(action, of: second) }
        for name in ["ended_groups_stand", "ended_groups_do_not_meet", "groups_end_after_they_met"] {
            #expect(PartnershipsRoom.constraints[name] != nil, "\(name) has no words")
        }
    }

    @Test("are revised and ended by HTTP and by pages, against the version that was read")
    func endingEdge() async throws {
        let world = try await World()
        let id = WorkingGroup.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.formGroup(
                NewWorkingGroup(
                    Name("Fintech"), members: (0..<8).map { .init(try Name("Member \($0)"), of: own) }), as: id,
                of: second, in: tenant, by: Cast.mei.person.id)
        }
        let (mei, kenji) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        let (api, page) = ("/v1/mous/\(second)/working-groups/\(id)", "/console/mous/\(second)/working-groups/\(id)")
        let tag = try #require(await mei.ask("GET", api).header("ETag"))
        let body = #"{"name": "Payments", "members": [{"name": "A", "institution": "\#(bank)"}]}"#
        #expect(await mei.ask("PUT", api, json: body).status == 428)
        let form = await mei.open("\(page)/edit").text
        #expect(form.contains("Member 7") && form.contains("members.8.name"))
        let put = await mei.ask("PUT", api, json: body, headers: [("If-Match", tag)])
        #expect(put.status == 200 && put.text.contains("Payments"), "\(put.text)")
        #expect(await mei.ask("PUT", api, json: body, headers: [("If-Match", tag)]).status == 412)
        let stale = await mei.send("\(page)/edit", [("version", tag), ("name", "Stale"), ("cadence", "")])
        #expect(stale.status == 412, "\(stale.text)")
        let fresh = try #require(await mei.ask("GET", api).header("ETag"))
        let half = await mei.send(
            "\(page)/edit",
            [("version", fresh), ("name", "Robotics"), ("members.0.name", "B"), ("members.0.institution", "")])
        #expect(half.status == 422 && half.text.contains("Robotics") && half.text.contains("Choose the party"))
        #expect(
            await mei.send("\(page)/edit", [("version", fresh), ("name", "Robotics"), ("cadence", "")]).status == 303)
        #expect(await kenji.ask("GET", api).text.contains("Robotics"))
        #expect(await kenji.ask("POST", "\(api)/end", json: #"{"reason": "x"}"#).status == 403)
        #expect(await mei.open("\(page)/end").status == 200)
        let early = await mei.send(
            "\(page)/end", [("ended_on", today.adding(days: 1).description), ("reason", "It is done.")])
        #expect(early.status == 422 && early.text.contains("It is done."))
        #expect(await mei.send("\(page)/end", [("ended_on", ""), ("reason", "It is done.")]).status == 303)
        #expect(await mei.ask("POST", "\(api)/end", json: #"{"reason": "x"}"#).status == 409)
        let theirs = await kenji.open("/partner/agreements/\(second)/working-groups").text
        #expect(theirs.contains("It is done.") && !theirs.contains("/console/"))
        #expect(await !mei.open("/console/mous/\(second)/working-groups").text.contains("\(page)/edit"))
    }
}
