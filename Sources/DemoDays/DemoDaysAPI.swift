internal import API
internal import Accounts
internal import Calendars
internal import Exports
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

import struct API.Operation

/// Demo days by API: the park sets them up and plans them, both sides answer, wish and read their own day.
enum DemoDaysAPI {
    static let operations: [AnyOperation] = [
        listDemoDays, createDemoDay, getDemoDay, reviseDemoDay, listParticipants, invite, getParticipation, accept,
        cancel, cancelParticipant, getPartners, sayWishes, listPlans, requestPlan, getPlan, publishPlan, getOwnMeetings,
        getCalendar, recordOutcome, getScheduleFile, getScheduleWorkbook,
    ]

    private static let all: Set<Role> = [.manager, .investor, .founder]
    private static let sides: Set<Role> = [.investor, .founder]

    // MARK: The day

    private static var listDemoDays: AnyOperation {
        Operation(
            .get, "/v1/demo-days", "listDemoDays", summary: "Demo days, the latest first",
            description: "A startup and an investor see those they were invited to.", tag: "demo-days",
            access: .roles(all), parameters: ListDemoDays.self, output: Page<DemoDay>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: DemoDayPosition.self)
            let found = try await call.reader.demoDays(after: after, limit: PageSize.rows(for: call.parameters.limit))
            return .ok(try call.page(found, size: call.parameters.limit) { DemoDayPosition($0) })
        }.erased
    }

    private static var createDemoDay: AnyOperation {
        Operation(
            .post, "/v1/demo-days", "createDemoDay", summary: "Set up a demo day", tag: "demo-days",
            access: .roles([.manager]), body: DemoDayTerms.self, output: DemoDay.self, success: .created
        ) { call in
            let principal = try call.principal
            let (tenant, person, id) = (try principal.workspace, principal.personID, DemoDay.ID())
            return try await call.write { transaction in
                .created(
                    try await transaction.createDemoDay(call.body, as: id, in: tenant, by: person),
                    location: "/v1/demo-days/\(id)")
            }
        }.erased
    }

    private static var getDemoDay: AnyOperation {
        Operation(
            .get, "/v1/demo-days/{day}", "getDemoDay", summary: "A demo day", tag: "demo-days", access: .roles(all),
            parameters: DemoDayPath.self, output: DemoDay.self, problems: [.notFound]
        ) { call in
            guard let day = try await call.reader.demoDay(call.parameters.day) else { throw Problem.notFound }
            return .ok(day)
        }.erased
    }

    private static var reviseDemoDay: AnyOperation {
        Operation(
            .put, "/v1/demo-days/{day}", "reviseDemoDay", summary: "Replace what is said of a demo day",
            description: """
                Rooms are known by their names: one that is not named any more is in no further plan. A plan in force stays as \
                it was published; drafts have to be made again.
                """, tag: "demo-days", access: .roles([.manager]), parameters: DemoDayPath.self,
            body: DemoDayTerms.self, output: DemoDay.self, problems: [.notFound, .conflict]
        ) { call in
            let tenant = try call.principal.workspace
            return try await call.write { transaction in
                .ok(
                    try await transaction.reviseDemoDay(call.parameters.day, to: call.body, in: tenant) {
                        try call.match($0)
                    })
            }
        }.erased
    }

    // MARK: Who takes part

    private static var listParticipants: AnyOperation {
        Operation(
            .get, "/v1/demo-days/{day}/participants", "listDemoDayParticipants",
            summary: "Who was invited, what they answered, and how much they have wished for", tag: "demo-days",
            access: .roles([.manager]), parameters: DemoDayPath.self, output: ParticipantList.self,
            problems: [.notFound]
        ) { call in
            guard try await call.reader.demoDay(call.parameters.day) != nil else { throw Problem.notFound }
            return .ok(ParticipantList(items: try await call.reader.participants(of: call.parameters.day)))
        }.erased
    }

    private static var invite: AnyOperation {
        Operation(
            .post, "/v1/demo-days/{day}/participants", "inviteToDemoDay",
            summary: "Invite startups and investors, and write to them",
            description: """
                Startups that agree to be shown on demo days, and investors that are verified and have not paused. Who was \
                invited and has not cancelled stays as it is.
                """, tag: "demo-days", access: .roles([.manager]), parameters: DemoDayPath.self,
            body: InviteBody.self, output: ParticipantList.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (tenant, person, day) = (try principal.workspace, principal.personID, call.parameters.day)
            return try await call.write { transaction in
                try await transaction.inviteToDemoDay(call.body.institutions, to: day, in: tenant, by: person)
                return .ok(ParticipantList(items: try await transaction.participants(of: day)))
            }
        }.erased
    }

    private static var getParticipation: AnyOperation {
        Operation(
            .get, "/v1/demo-days/{day}/participation", "getDemoDayParticipation",
            summary: "One's own answer to an invitation", tag: "demo-days", access: .roles(sides),
            parameters: DemoDayPath.self, output: Participant.self, problems: [.notFound]
        ) { call in
            let own = Institution.ID(try call.principal.actsFor)
            guard let participant = try await call.reader.participant(own, of: call.parameters.day) else {
                throw Problem.notFound
            }
            return .ok(participant)
        }.erased
    }

    private static var accept: AnyOperation {
        Operation(
            .post, "/v1/demo-days/{day}/participation", "acceptDemoDay",
            summary: "Accept an invitation, or say anew when one is there",
            description: "Without `windows` one is there all day.", tag: "demo-days", access: .roles(sides),
            parameters: DemoDayPath.self, body: AcceptBody.self, output: Participant.self,
            problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (tenant, own) = (try principal.workspace, Institution.ID(try principal.actsFor))
            return try await call.write { transaction in
                .ok(
                    try await transaction.acceptDemoDay(
                        call.parameters.day, for: own, during: call.body.windows ?? [], in: tenant,
                        by: principal.personID))
            }
        }.erased
    }

    private static var cancel: AnyOperation {
        Operation(
            .post, "/v1/demo-days/{day}/participation/cancellation", "cancelDemoDay",
            summary: "Decline an invitation, or cancel",
            description: "One's meetings are free from now on; nothing else changes.", tag: "demo-days",
            access: .roles(sides), parameters: DemoDayPath.self, output: Participant.self,
            problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let own = Institution.ID(try principal.actsFor)
            return try await call.write { transaction in
                .ok(
                    try await transaction.cancelParticipation(
                        of: own, in: call.parameters.day, by: principal.personID))
            }
        }.erased
    }

    private static var cancelParticipant: AnyOperation {
        Operation(
            .post, "/v1/demo-days/{day}/participants/{participant}/cancellation", "cancelDemoDayParticipant",
            summary: "Take somebody out of a demo day", tag: "demo-days", access: .roles([.manager]),
            parameters: ParticipantPath.self, output: Participant.self, problems: [.notFound, .conflict]
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                .ok(try await transaction.cancelParticipation(of: path.participant, in: path.day, by: person))
            }
        }.erased
    }

    // MARK: Wishes

    private static var getPartners: AnyOperation {
        Operation(
            .get, "/v1/demo-days/{day}/partners", "listDemoDayPartners",
            summary: "Whom one may meet, with what one has said of them", tag: "demo-days", access: .roles(sides),
            parameters: DemoDayPath.self, output: PartnerList.self, problems: [.notFound]
        ) { call in
            let own = Institution.ID(try call.principal.actsFor)
            return .ok(PartnerList(items: try await call.reader.explainedPartners(on: call.parameters.day, for: own)))
        }.erased
    }

    private static var sayWishes: AnyOperation {
        Operation(
            .post, "/v1/demo-days/{day}/wishes", "sayDemoDayWishes",
            summary: "Say whom one would meet, in one's order, and whom not",
            description: """
                In the place of what one said before. Neither the other side nor the park reads it: plans are made from it, \
                and that two do not meet has many reasons.
                """, tag: "demo-days", access: .roles(sides), parameters: DemoDayPath.self, body: Wishes.self,
            output: PartnerList.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (tenant, own) = (try principal.workspace, Institution.ID(try principal.actsFor))
            let (day, person) = (call.parameters.day, principal.personID)
            return try await call.write { transaction in
                try await transaction.sayWishes(call.body, for: own, on: day, in: tenant, by: person)
                return .ok(PartnerList(items: try await transaction.explainedPartners(on: day, for: own)))
            }
        }.erased
    }

    // MARK: Plans

    private static var listPlans: AnyOperation {
        Operation(
            .get, "/v1/demo-days/{day}/plans", "listDemoDayPlans", summary: "The plans of a demo day, the latest first",
            tag: "demo-days", access: .roles([.manager]), parameters: DemoDayPath.self, output: PlanList.self,
            problems: [.notFound]
        ) { call in
            guard try await call.reader.demoDay(call.parameters.day) != nil else { throw Problem.notFound }
            return .ok(PlanList(items: try await call.reader.demoDayPlans(of: call.parameters.day)))
        }.erased
    }

    private static var requestPlan: AnyOperation {
        Operation(
            .post, "/v1/demo-days/{day}/plans", "requestDemoDayPlan", summary: "Plan who meets whom",
            description: """
                Made after the answer from what is known then; follow `Location` for it. It is a draft that managers alone see \
                until it is published, and keeps what it can of the plan in force.
                """, tag: "demo-days", access: .roles([.manager]), idempotency: .required, rate: .expensive,
            parameters: DemoDayPath.self, output: DemoDayPlan.self, success: .accepted,
            problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (tenant, day, plan) = (try principal.workspace, call.parameters.day, DemoDayPlan.ID())
            return try await call.write { transaction in
                .accepted(
                    try await transaction.requestDemoDayPlan(of: day, as: plan, in: tenant, by: principal.personID),
                    location: "/v1/demo-days/\(day)/plans/\(plan)")
            }
        }.erased
    }

    private static var getPlan: AnyOperation {
        Operation(
            .get, "/v1/demo-days/{day}/plans/{plan}", "getDemoDayPlan",
            summary: "A plan, its meetings, and what it changes", tag: "demo-days", access: .roles([.manager]),
            parameters: PlanPath.self, output: WholePlan.self, problems: [.notFound]
        ) { call in
            let path = call.parameters
            return .ok(
                try await call.database.snapshot(as: call.context) { try await $0.wholePlan(path.plan, of: path.day) })
        }.erased
    }

    private static var publishPlan: AnyOperation {
        Operation(
            .post, "/v1/demo-days/{day}/plans/{plan}/publication", "publishDemoDayPlan",
            summary: "Show everybody their meetings, and write to those for whom they change",
            description: "Refused once anything has changed since the plan was made, or another was published.",
            tag: "demo-days", access: .roles([.manager]), parameters: PlanPath.self, output: DemoDayPlan.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await call.write { transaction in
                .ok(try await transaction.publishDemoDayPlan(path.plan, of: path.day, by: person))
            }
        }.erased
    }

    // MARK: The schedule

    private static var getOwnMeetings: AnyOperation {
        Operation(
            .get, "/v1/demo-days/{day}/meetings", "listDemoDayMeetings",
            summary: "One's own meetings by the plan in force",
            description: "With those that were dropped, of which one is told when they were.", tag: "demo-days",
            access: .roles(sides), parameters: DemoDayPath.self, output: MeetingList.self, problems: [.notFound]
        ) { call in
            guard try await call.reader.demoDay(call.parameters.day) != nil else { throw Problem.notFound }
            return .ok(MeetingList(items: try await call.reader.ownMeetings(on: call.parameters.day)))
        }.erased
    }

    private static var getCalendar: AnyOperation {
        Operation(
            .get, "/v1/demo-days/{day}/meetings.ics", "getDemoDayCalendar",
            summary: "One's own meetings for a calendar, by RFC 5545", tag: "demo-days", access: .roles(sides),
            parameters: DemoDayPath.self, output: Download.self, problems: [.notFound], produces: "text/calendar"
        ) { call in
            let language = Pages.Language(tag: call.locale) ?? .english
            guard let day = try await call.reader.demoDay(call.parameters.day) else { throw Problem.notFound }
            let meetings = try await call.reader.ownMeetings(on: day.id)
            return .ok(
                Download(
                    bytes: Array(day.calendarFile(of: meetings, in: language, at: Date()).utf8),
                    filename: "demo-day.ics"))
        }.erased
    }

    private static var recordOutcome: AnyOperation {
        Operation(
            .post, "/v1/demo-days/{day}/outcomes", "recordDemoDayOutcome",
            summary: "Say whether a meeting was held, once it has begun", tag: "demo-days", access: .roles([.manager]),
            parameters: DemoDayPath.self, body: OutcomeBody.self, output: NoOutput.self,
            problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            return try await call.write { transaction in
                try await transaction.recordOutcome(
                    call.body.outcome, of: call.body.investor, with: call.body.startup, on: call.parameters.day,
                    in: tenant, by: principal.personID)
                return .noContent
            }
        }.erased
    }

    private static var getScheduleFile: AnyOperation {
        Operation(
            .get, "/v1/demo-days/{day}/schedule.csv", "getDemoDaySchedule",
            summary: "The plan in force, as CSV",
            description: """
                Columns are named in the reader's language. Texts that a spreadsheet would take for formulas begin with an \
                apostrophe.
                """, tag: "demo-days", access: .roles([.manager]), parameters: DemoDayPath.self,
            output: Download.self, problems: [.notFound], produces: "text/csv"
        ) { call in
            let sheets = try await call.reader.scheduleSheets(
                of: call.parameters.day, in: Pages.Language(tag: call.locale) ?? .english)
            return .ok(Download(bytes: sheets.csv, filename: sheets.name + ".csv"))
        }.erased
    }

    private static var getScheduleWorkbook: AnyOperation {
        Operation(
            .get, "/v1/demo-days/{day}/schedule.xlsx", "getDemoDayWorkbook",
            summary: "The plan in force and who takes part, as an Excel workbook", tag: "demo-days",
            access: .roles([.manager]), parameters: DemoDayPath.self, output: Download.self, problems: [.notFound],
            produces: Workbook.mediaType
        ) { call in
            let sheets = try await call.reader.scheduleSheets(
                of: call.parameters.day, in: Pages.Language(tag: call.locale) ?? .english)
            return .ok(Download(bytes: try sheets.workbook.xlsx(), filename: sheets.name + ".xlsx"))
        }.erased
    }
}
