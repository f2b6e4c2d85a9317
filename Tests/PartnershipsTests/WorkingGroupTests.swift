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
}
