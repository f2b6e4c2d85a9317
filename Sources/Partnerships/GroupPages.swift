import API
import Accounts
import Foundation
import Institutions
import Pages
import Postgres
import Vocabulary
import Wording

/// The working groups of an agreement: kept by managers, read by the staff of its parties, too.
struct GroupPages {
    let site: Site

    var routes: [AnyRoute] {
        [
            read(isManager: true), read(isManager: false), newGroup, formGroup, editGroup, reviseGroup, ending,
            endGroup,
            newMeeting, record, finish,
        ]
    }

    private func read(isManager: Bool) -> AnyRoute {
        PageRoute(
            .get, isManager ? "/console/mous/{mou}/working-groups" : "/partner/agreements/{mou}/working-groups",
            isManager ? "consoleMoUGroups" : "partnerMoUGroups", access: .roles([isManager ? .manager : .partner]),
            parameters: GroupsQuery.self
        ) { call in
            try await page(for: call, of: call.parameters.mou, isManager: isManager, done: call.parameters.done)
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: MoU.ID, isManager: Bool, done: GroupDone? = nil, refusal: FormProblem? = nil
    ) async throws -> HTML {
        guard let mou = try await call.reader.mou(id) else { throw Problem.notFound }
        let groups = try await call.reader.workingGroups(of: id)
        let names = try await call.reader.institutionNames(mou.parties.map(\.institution))
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let words = GroupWords(t: t, mou: mou, names: names, isManager: isManager, key: call.freshIdempotencyKey)
        let name = mou.title.text(for: Vocabulary.Language(viewer.language))
        let back: SafeURL = isManager ? "/console/mous/\(id)" : "/partner/agreements/\(id)"
        let model = GroupsPage(
            header: PageHeader(
                title: t("group.section"), kind: name,
                actions: isManager && mou.status != .abandoned
                    ? [.link(t("group.action"), "/console/mous/\(id)/working-groups/new", style: .primary)] : []),
            refusal: refusal.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) },
            groups: groups.map(words.section),
            empty: groups.isEmpty ? EmptyState(title: t("group.none"), text: t("group.none_text")) : nil)
        let frame = Frame(
            title: t("group.section"), site: site, viewer: viewer, current: isManager ? "mous" : "agreements",
            breadcrumbs: [
                isManager
                    ? Breadcrumb(t("list.title"), "/console/mous")
                    : Breadcrumb(t("agreements.title"), "/partner/agreements"), Breadcrumb(name, back),
            ], flash: done.map { FlashNotice(t("grouped.\($0.rawValue)")) })
        return HTML(bytes: try PageTemplate.groups.render(model, in: frame))
    }

    private var newGroup: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/working-groups/new", "consoleNewMoUGroup", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            try await groupForm(for: call, of: call.parameters.mou, values: [:])
        }.erased
    }

    private var formGroup: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/working-groups/new", "formConsoleMoUGroup", access: .roles([.manager]),
            parameters: MoUPath.self, body: GroupForm.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, mou) = (WorkingGroup.ID(), call.parameters.mou)
            return try await answering {
                let new = try call.decoded().new()
                return try await call.write { transaction in
                    try await transaction.formGroup(new, as: id, of: mou, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(mou)/working-groups?done=formed")
                }
            } again: { problem in
                try await groupForm(for: call, of: mou, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var editGroup: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/working-groups/{group}/edit", "consoleEditMoUGroup", access: .roles([.manager]),
            parameters: GroupPath.self
        ) { call in
            let group = try await find(call.parameters, call.reader)
            return try await groupForm(
                for: call, of: call.parameters.mou, group, values: GroupForm.values(of: group),
                version: try call.version(of: GroupView(group)))
        }.erased
    }

    private var reviseGroup: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/working-groups/{group}/edit", "reviseConsoleMoUGroup",
            access: .roles([.manager]), parameters: GroupPath.self, body: GroupForm.self
        ) { call in
            let tenant = try call.principal.workspace
            let path = call.parameters
            let group = try await find(path, call.reader)
            return try await answering {
                let new = try call.decoded().new()
                return try await call.write { transaction in
                    try await transaction.reviseGroup(path.group, of: path.mou, to: new, in: tenant) {
                        try call.match(GroupView($0))
                    }
                    return .redirect(to: "/console/mous/\(path.mou)/working-groups?done=revised")
                }
            } again: { problem in
                try await groupForm(
                    for: call, of: path.mou, group, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    private var ending: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/working-groups/{group}/end", "consoleEndingMoUGroup", access: .roles([.manager]),
            parameters: GroupPath.self
        ) { call in
            try await endForm(for: call, call.parameters, values: [:])
        }.erased
    }

    private var endGroup: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/working-groups/{group}/end", "endConsoleMoUGroup", access: .roles([.manager]),
            parameters: GroupPath.self, body: GroupEndBody.self
        ) { call in
            let path = call.parameters
            return try await answering {
                let end = try call.decoded().end
                return try await call.write { transaction in
                    try await transaction.endGroup(path.group, of: path.mou, end)
                    return .redirect(to: "/console/mous/\(path.mou)/working-groups?done=ended")
                }
            } again: { problem in
                try await endForm(for: call, path, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func endForm<P, B>(
        for call: FormCall<P, B>, _ path: GroupPath, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        let group = try await find(path, call.reader)
        return try await form.page(
            for: call, of: path.mou, "working-groups/\(path.group)/end", values: values, problem
        ) { form in
            let (t, input) = (form.t, form.input)
            return AgreementForm.Contents(
                t("group.end_title", ["group": group.name.string]), lede: t("group.end_lede"),
                submit: t("group.end_submit"),
                [
                    input.text(
                        "ended_on", label: t("group.ended_on"), hint: t("group.ended_hint"), type: "date",
                        isOptional: true, width: "medium"),
                    input.area("reason", label: t("group.end_reason"), hint: t("reason.hint"), limit: 500, rows: 3),
                ])
        }
    }

    private func find(_ path: GroupPath, _ reader: Reader) async throws -> WorkingGroup {
        guard let group = try await reader.workingGroups(of: path.mou).first(where: { $0.id == path.group })
        else { throw Problem.notFound }
        return group
    }

    private func groupForm<P, B>(
        for call: FormCall<P, B>, of id: MoU.ID, _ group: WorkingGroup? = nil, values: [String: [String]],
        version: String? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let mou = try await call.reader.mou(id) else { throw Problem.notFound }
        let names = try await call.reader.institutionNames(mou.parties.map(\.institution))
        let path = group.map { "working-groups/\($0.id)/edit" } ?? "working-groups/new"
        let rows = max(6, (group?.members.count ?? 0) + 1, MoUConsole.rows("members", in: values))
        return try await form.page(for: call, of: id, path, values: values, problem, version: version) { form in
            let (t, input) = (form.t, form.input)
            let parties = mou.parties.map {
                ($0.institution.description, names[$0.institution]?.text(for: form.spoken) ?? t("institution.unnamed"))
            }
            let members = (0..<rows).map { index in
                FormSection(
                    title: t("group.member", ["number": "\(index + 1)"]),
                    intro: index == 0 ? t("group.members_intro") : nil,
                    fields: [
                        input.text("members.\(index).name", label: t("field.person"), isOptional: true, limit: 200),
                        input.select(
                            "members.\(index).institution", label: t("field.person_party"), options: parties,
                            isOptional: true),
                        input.checkbox(
                            "members.\(index).is_chair", label: t("group.chair"), statement: t("group.takes_the_chair")),
                    ])
            }
            return AgreementForm.Contents(
                group == nil ? t("group.title") : t("group.edit_title"),
                submit: group == nil ? t("group.submit") : t("edit.submit"),
                [
                    FormSection(fields: [
                        input.text("name", label: t("group.name"), limit: 200),
                        input.text(
                            "cadence", label: t("group.cadence"), hint: t("group.cadence_hint"), isOptional: true,
                            limit: 500),
                    ])
                ] + members)
        }
    }

    private var newMeeting: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/working-groups/{group}/meetings", "consoleNewMoUMeeting",
            access: .roles([.manager]), parameters: GroupPath.self
        ) { call in
            try await meetingForm(for: call, call.parameters, values: [:])
        }.erased
    }

    private var record: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/working-groups/{group}/meetings", "recordConsoleMoUMeeting",
            access: .roles([.manager]), parameters: GroupPath.self, body: MeetingForm.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, path) = (WorkingGroup.Meeting.ID(), call.parameters)
            return try await answering {
                let new = try call.decoded().new()
                return try await call.write { transaction in
                    try await transaction.recordMeeting(
                        new, as: id, of: path.group, path.mou, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(path.mou)/working-groups?done=recorded")
                }
            } again: { problem in
                try await meetingForm(for: call, path, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func meetingForm<P, B>(
        for call: FormCall<P, B>, _ path: GroupPath, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        let group = try await find(path, call.reader)
        return try await form.page(
            for: call, of: path.mou, "working-groups/\(path.group)/meetings", values: values, problem
        ) { form in
            let (t, input) = (form.t, form.input)
            let actions = (0..<4).map { index in
                FormSection(
                    title: t("group.todo", ["number": "\(index + 1)"]),
                    intro: index == 0 ? t("group.todo_intro") : nil,
                    fields: [
                        input.text("actions.\(index).text", label: t("group.what"), isOptional: true, limit: 500),
                        input.text("actions.\(index).owner", label: t("group.who"), isOptional: true, limit: 200),
                        input.text(
                            "actions.\(index).due_on", label: t("report.due"), type: "date", isOptional: true,
                            width: "medium"),
                    ])
            }
            return AgreementForm.Contents(
                t("group.meeting_title", ["group": group.name.string]), submit: t("group.meeting_submit"),
                [
                    FormSection(fields: [
                        input.text("held_on", label: t("group.held_on"), type: "date", width: "medium"),
                        input.area("minutes", label: t("group.minutes"), limit: 10_000, rows: 10),
                    ])
                ] + actions)
        }
    }

    private var finish: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/actions/{action}/completion", "finishConsoleMoUAction",
            access: .roles([.manager]),
            parameters: ActionPath.self
        ) { call in
            let path = call.parameters
            return try await answering {
                try await call.write { transaction in
                    try await transaction.finishAction(path.action, of: path.mou)
                    return .redirect(to: "/console/mous/\(path.mou)/working-groups?done=finished")
                }
            } again: { problem in
                try await page(for: call, of: path.mou, isManager: true, refusal: problem)
            }
        }.erased
    }

    private var form: AgreementForm {
        AgreementForm(site: site, parent: ("working-groups", titleKey: "group.section"))
    }
}

/// What was just done, as the address of the page after it says.
enum GroupDone: String, Codable, CaseIterable {
    case formed, revised, ended, recorded, finished
}

struct GroupsQuery: Codable {
    let mou: MoU.ID
    let done: GroupDone?
}

/// A group as its form sends it: rows without a name are not meant.
struct GroupForm: Codable {
    let name: Name
    let cadence: ShortText?
    let members: [MemberRow]?

    struct MemberRow: Codable {
        let name: Name?
        let institution: Institution.ID?
        let isChair: Bool?
    }

    /// What the form is filled in with.
    static func values(of group: WorkingGroup) -> [String: [String]] {
        var values = ["name": [group.name.string], "cadence": [group.cadence?.string ?? ""]]
        for (index, member) in group.members.enumerated() {
            values["members.\(index).name"] = [member.name.string]
            values["members.\(index).institution"] = [member.institution.description]
            if member.isChair { values["members.\(index).is_chair"] = ["true"] }
        }
        return values
    }

    func new() throws(Problem) -> NewWorkingGroup {
        var members: [WorkingGroup.Member] = []
        for (index, row) in (self.members ?? []).enumerated() {
            guard let name = row.name else { continue }
            guard let institution = row.institution else {
                throw .invalid("/members/\(index)/institution", "Choose the party they come from.")
            }
            members.append(WorkingGroup.Member(name, of: institution, isChair: row.isChair ?? false))
        }
        return NewWorkingGroup(name, cadence: cadence, members: members)
    }
}

/// A meeting as its form sends it: rows without words are not meant.
struct MeetingForm: Codable {
    let heldOn: CalendarDate
    let minutes: LongText
    let actions: [ActionRow]?

    struct ActionRow: Codable {
        let text: ShortText?
        let owner: Name?
        let dueOn: CalendarDate?
    }

    func new() throws(Problem) -> NewMeeting {
        var actions: [NewMeeting.NewAction] = []
        for (index, row) in (self.actions ?? []).enumerated() {
            guard let text = row.text else { continue }
            guard let owner = row.owner else { throw .invalid("/actions/\(index)/owner", "Say who does it.") }
            actions.append(NewMeeting.NewAction(text, by: owner, until: row.dueOn))
        }
        return NewMeeting(on: heldOn, minutes: minutes, actions: actions)
    }
}

/// The groups of an agreement.
struct GroupsPage: ViewModel {
    var header: PageHeader
    var refusal: ErrorSummary?
    var groups: [Section]
    var empty: EmptyState?

    struct Section: ViewModel {
        var anchor: String
        var name: String
        var cadence: String?
        var members: Table
        var actions: Table
        var meetings: Table
        var ended: String?
        var steps: [Action]
        var hasSteps: Bool
    }
}

extension PageTemplate<GroupsPage> {
    static let groups = PageTemplate("partnerships/groups", in: .partnerships)
}

/// Says groups in a reader's language.
private struct GroupWords {
    let t: Texts
    let mou: MoU
    let names: [Institution.ID: LocalizedName]
    let isManager: Bool
    let key: String

    func section(_ group: WorkingGroup) -> GroupsPage.Section {
        let spoken = Vocabulary.Language(t.language)
        return GroupsPage.Section(
            anchor: "group-\(group.id)", name: group.name.string, cadence: group.cadence?.string,
            members: Table(
                caption: t("group.members"),
                columns: [Table.Column(t("field.person")), Table.Column(t("parties.name"))],
                rows: group.members.map { member in
                    [
                        .text(member.name.string, note: member.isChair ? t("group.chair") : nil),
                        .text(names[member.institution]?.text(for: spoken) ?? t("institution.unnamed")),
                    ]
                }, empty: EmptyState(title: t("group.nobody"), text: t("group.nobody_text"))),
            actions: Table(
                caption: t("group.actions"),
                columns: [
                    Table.Column(t("group.what")), Table.Column(t("group.who")), Table.Column(t("report.due")),
                    Table.Column(t("report.status")),
                ],
                rows: group.actions.map { action in
                    [
                        .text(action.text.string), .text(action.owner.string),
                        action.dueOn.map { .time(TimeText($0, in: t.language)) } ?? .text("–"), status(of: action),
                    ]
                }, empty: EmptyState(title: t("group.no_actions"), text: t("group.no_actions_text"))),
            meetings: Table(
                caption: t("group.meetings"),
                columns: [Table.Column(t("group.held_on")), Table.Column(t("group.minutes"))],
                rows: group.meetings.map { meeting in
                    [.time(TimeText(meeting.heldOn, in: t.language)), .text(meeting.minutes.string)]
                }, empty: EmptyState(title: t("group.no_meetings"), text: t("group.no_meetings_text"))),
            ended: group.endedOn.map { day in
                t("group.ended", ["day": day.text(in: t.language), "reason": group.endReason?.string ?? ""])
            },
            steps: isManager ? steps(of: group) : [], hasSteps: isManager)
    }

    private func steps(of group: WorkingGroup) -> [Action] {
        let meeting = Action.link(
            t("group.meeting_action"), "/console/mous/\(mou.id)/working-groups/\(group.id)/meetings")
        guard group.endedOn == nil else { return [meeting] }
        return [
            meeting, .link(t("group.edit_action"), "/console/mous/\(mou.id)/working-groups/\(group.id)/edit"),
            .link(t("group.end_action"), "/console/mous/\(mou.id)/working-groups/\(group.id)/end"),
        ]
    }

    private func status(of action: WorkingGroup.Action) -> Table.Cell {
        if let done = action.doneOn {
            return .badge(Badge(t("group.done"), .success), note: done.text(in: t.language))
        }
        guard isManager else {
            let isLate = action.dueOn.map { $0 < mou.asOf } ?? false
            return .badge(isLate ? Badge(t("group.late"), .warning) : Badge(t("group.open"), .info))
        }
        return .action(
            .post(
                t("group.finish"), "/console/mous/\(mou.id)/actions/\(action.id)/completion",
                hidden: [HiddenField("idempotency_key", "\(key)-\(action.id)")]))
    }
}
