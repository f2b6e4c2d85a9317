import API
import Accounts
import Foundation
import Institutions
import Vocabulary

import struct API.Operation

/// The working groups of agreements, by API.
enum GroupsAPI {
    static let operations: [AnyOperation] = [listGroups, formGroup, recordMeeting, finishAction]

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

/// Working groups as JSON.
struct GroupList: Described {
    let items: [Item]

    struct Item: Codable {
        let id: WorkingGroup.ID
        let name: Name
        let cadence: ShortText?
        let members: [Member]
        let meetings: [Meeting]
        let actions: [Action]
    }

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

    init(_ groups: [WorkingGroup]) {
        items = groups.map { group in
            Item(
                id: group.id, name: group.name, cadence: group.cadence,
                members: group.members.map { Member(name: $0.name, institution: $0.institution, isChair: $0.isChair) },
                meetings: group.meetings.map { Meeting(id: $0.id, heldOn: $0.heldOn, minutes: $0.minutes) },
                actions: group.actions.map {
                    Action(id: $0.id, text: $0.text, owner: $0.owner, dueOn: $0.dueOn, doneOn: $0.doneOn)
                })
        }
    }
}
