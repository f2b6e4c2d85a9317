import API
import Accounts
import Foundation
import Institutions
import Postgres
import Vocabulary

import struct API.Operation

/// The working groups of agreements, by API.
enum GroupsAPI {
    static let operations: [AnyOperation] = [
        listGroups, formGroup, getGroup, reviseGroup, endGroup, recordMeeting, finishAction,
    ]

    private static var listGroups: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/working-groups", "listMoUGroups",
            summary: "The working groups of an agreement, with minutes and actions", tag: "partnerships",
            access: .roles([.manager, .partner]), parameters: MoUPath.self, output: GroupList.self,
            problems: [.notFound]
        ) { call in
            guard let mou = try await call.reader.mou(call.parameters.mou) else { throw Problem.notFound }
            return .ok(GroupList(try await call.reader.workingGroups(of: mou.id)))
        }.erased
    }

    private static var formGroup: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/working-groups", "formMoUGroup", summary: "Form a group of people of the parties",
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, body: GroupBody.self,
            output: GroupList.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, mou) = (WorkingGroup.ID(), call.parameters.mou)
            return try await call.write { transaction in
                try await transaction.formGroup(call.body.new, as: id, of: mou, in: tenant, by: principal.personID)
                return .ok(GroupList(try await transaction.workingGroups(of: mou)))
            }
        }.erased
    }

    private static var getGroup: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/working-groups/{group}", "getMoUGroup",
            summary: "A working group, with minutes and actions", tag: "partnerships",
            access: .roles([.manager, .partner]), parameters: GroupPath.self, output: GroupView.self,
            problems: [.notFound]
        ) { call in
            .ok(try await call.reader.group(call.parameters))
        }.erased
    }

    private static var reviseGroup: AnyOperation {
        Operation(
            .put, "/v1/mous/{mou}/working-groups/{group}", "reviseMoUGroup",
            summary: "Replace a group's name, cadence and members", tag: "partnerships", access: .roles([.manager]),
            parameters: GroupPath.self, body: GroupBody.self, output: GroupView.self, problems: [.notFound, .conflict]
        ) { call in
            let tenant = try call.principal.workspace
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.reviseGroup(path.group, of: path.mou, to: call.body.new, in: tenant) {
                    try call.match(GroupView($0))
                }
                return .ok(try await transaction.group(path))
            }
        }.erased
    }

    private static var endGroup: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/working-groups/{group}/end", "endMoUGroup", summary: "End a working group",
            description: "It stands as it was from then on; what it was to do can still be finished.",
            tag: "partnerships", access: .roles([.manager]), parameters: GroupPath.self, body: GroupEndBody.self,
            output: GroupView.self, problems: [.notFound, .conflict]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.endGroup(path.group, of: path.mou, call.body.end)
                return .ok(try await transaction.group(path))
            }
        }.erased
    }

    private static var recordMeeting: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/working-groups/{group}/meetings", "recordMoUMeeting",
            summary: "Record a meeting with its minutes and actions", tag: "partnerships", access: .roles([.manager]),
            parameters: GroupPath.self, body: MeetingBody.self, output: GroupList.self, problems: [.notFound]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, path) = (WorkingGroup.Meeting.ID(), call.parameters)
            return try await call.write { transaction in
                try await transaction.recordMeeting(
                    call.body.new, as: id, of: path.group, path.mou, in: tenant, by: principal.personID)
                return .ok(GroupList(try await transaction.workingGroups(of: path.mou)))
            }
        }.erased
    }

    private static var finishAction: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/actions/{action}/completion", "finishMoUAction",
            summary: "Say that an action is done",
            tag: "partnerships", access: .roles([.manager]), parameters: ActionPath.self, output: GroupList.self,
            problems: [.notFound]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.finishAction(path.action, of: path.mou)
                return .ok(GroupList(try await transaction.workingGroups(of: path.mou)))
            }
        }.erased
    }
}

struct GroupPath: Codable {
    let mou: MoU.ID
    let group: WorkingGroup.ID
}

struct ActionPath: Codable {
    let mou: MoU.ID
    let action: WorkingGroup.Action.ID
}

/// What a manager sends to form a group.
struct GroupBody: Described {
    let name: Name
    let cadence: ShortText?
    let members: [MemberBody]

    static let documentation = ["cadence": "How often it meets, in words."]

    struct MemberBody: Codable {
        let name: Name
        let institution: Institution.ID
        let isChair: Bool?
    }

    var new: NewWorkingGroup {
        NewWorkingGroup(
            name, cadence: cadence,
            members: members.map { WorkingGroup.Member($0.name, of: $0.institution, isChair: $0.isChair ?? false) })
    }
}

/// What a manager sends to record a meeting.
struct MeetingBody: Described {
    let heldOn: CalendarDate
    let minutes: LongText
    let actions: [ActionBody]?

    struct ActionBody: Codable {
        let text: ShortText
        let owner: Name
        let dueOn: CalendarDate?
    }

    var new: NewMeeting {
        NewMeeting(
            on: heldOn, minutes: minutes,
            actions: (actions ?? []).map { NewMeeting.NewAction($0.text, by: $0.owner, until: $0.dueOn) })
    }
}

/// What a manager sends to end a group.
struct GroupEndBody: Described {
    let endedOn: CalendarDate?
    let reason: ShortText

    static let documentation = ["ended_on": "A day from its last meeting to today; today unless given."]

    var end: GroupEnd { GroupEnd(on: endedOn, because: reason) }
}

/// Working groups as JSON.
struct GroupList: Described {
    let items: [GroupView]

    init(_ groups: [WorkingGroup]) {
        items = groups.map(GroupView.init)
    }
}

/// A working group as JSON.
struct GroupView: Described {
    let id: WorkingGroup.ID
    let name: Name
    let cadence: ShortText?
    let endedOn: CalendarDate?
    let endReason: ShortText?
    let members: [Member]
    let meetings: [Meeting]
    let actions: [Action]

    static let documentation = ["cadence": "How often it meets, in words."]

    struct Member: Codable {
        let name: Name
        let institution: Institution.ID
        let isChair: Bool
    }

    struct Meeting: Codable {
        let id: WorkingGroup.Meeting.ID
        let heldOn: CalendarDate
        let minutes: LongText
    }

    struct Action: Codable {
        let id: WorkingGroup.Action.ID
        let text: ShortText
        let owner: Name
        let dueOn: CalendarDate?
        let doneOn: CalendarDate?
    }

    init(_ group: WorkingGroup) {
        (id, name, cadence) = (group.id, group.name, group.cadence)
        (endedOn, endReason) = (group.endedOn, group.endReason)
        members = group.members.map { Member(name: $0.name, institution: $0.institution, isChair: $0.isChair) }
        meetings = group.meetings.map { Meeting(id: $0.id, heldOn: $0.heldOn, minutes: $0.minutes) }
        actions = group.actions.map {
            Action(id: $0.id, text: $0.text, owner: $0.owner, dueOn: $0.dueOn, doneOn: $0.doneOn)
        }
    }
}

extension Statements {
    /// A group of an agreement as JSON. Not found when there is none, or the principal may not know of it.
    fileprivate func group(_ path: GroupPath) async throws -> GroupView {
        guard let group = try await workingGroups(of: path.mou).first(where: { $0.id == path.group })
        else { throw Problem.notFound }
        return GroupView(group)
    }
}
