import API
import Accounts
import Exports
import Foundation
import Pages
import Postgres
import Vocabulary

import struct API.Operation

/// What agreements promise and what came of them, by API.
enum ReportsAPI {
    static let operations: [AnyOperation] = [
        getReport, getReportFile, getReportWorkbook, listActivities, setTarget, dropTarget, promiseDeliverable,
        reportDeliverable, grantBenefit, listBenefitUses, recordBenefitUse, takeBackBenefitUse,
        listBenefitUsesTakenBack, linkActivity, unlinkActivity,
    ]

    private static var getReport: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/report", "getMoUReport",
            summary: "What came of an agreement, each figure with its events",
            description: """
                From `from` to `to`, both included; from the first day in force to today unless given. Targets count what \
                happened up to `to` since they count. Managers read every agreement's, a partner those of its institution.
                """,
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: ReportQuery.self,
            output: ReportView.self, problems: [.notFound]
        ) { call in
            .ok(ReportView(try await report(for: call)))
        }.erased
    }

    private static var getReportFile: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/report.csv", "getMoUReportFile",
            summary: "The figures of an agreement's report, as CSV",
            description: """
                Columns are named in `lang`, or in the reader's language. Texts that a spreadsheet would take for formulas \
                begin with an apostrophe.
                """,
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: ReportQuery.self,
            output: Download.self, problems: [.notFound], produces: "text/csv"
        ) { call in
            let sheets = ReportSheets(try await report(for: call), in: language(for: call))
            return .ok(Download(bytes: sheets.csv, filename: sheets.name + ".csv"))
        }.erased
    }

    private static var getReportWorkbook: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/report.xlsx", "getMoUReportWorkbook",
            summary: "An agreement's report as an Excel workbook: figures, deliverables, and all events",
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: ReportQuery.self,
            output: Download.self, problems: [.notFound], produces: Workbook.mediaType
        ) { call in
            let sheets = ReportSheets(try await report(for: call), in: language(for: call))
            return .ok(Download(bytes: try sheets.workbook.xlsx(), filename: sheets.name + ".xlsx"))
        }.erased
    }

    private static func report(for call: Call<ReportQuery, NoBody>) async throws -> PartnerReport {
        let query = call.parameters
        return try await call.database.snapshot(as: call.context) { snapshot in
            try await snapshot.report(on: query.mou, from: query.from, to: query.to)
        }
    }

    private static func language(for call: Call<ReportQuery, NoBody>) -> Pages.Language {
        Pages.Language(tag: call.parameters.lang?.rawValue ?? call.locale) ?? .english
    }

    private static var listActivities: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/activities", "listMoUActivities",
            summary: "What happened under an agreement, by day",
            description: """
                A call counts that opened while the agreement was in force, and what comes of it counts whenever it comes. \
                A partner reads the names of startups that are enrolled in a stream it takes part in and agree to it \
                (`partner_reports` among their consents), and of all others only that there was one.
                """,
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: ActivitiesQuery.self,
            output: Page<ActivityView>.self, problems: [.notFound]
        ) { call in
            let query = call.parameters
            guard let mou = try await call.reader.mou(query.mou) else { throw Problem.notFound }
            let after = try call.position(query.cursor, as: Int.self) ?? 0
            let found = ActivityView.list(try await call.reader.activities(under: mou.id), matching: query.filter)
            let rows = Array(found.dropFirst(after).prefix(PageSize.rows(for: query.limit)))
            return .ok(try call.page(rows, size: query.limit) { $0.position })
        }.erased
    }

    private static var setTarget: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/targets", "setMoUTarget", summary: "Set a number to be reached by a day",
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, body: TargetBody.self,
            output: ReportView.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, mou) = (MoU.Target.ID(), call.parameters.mou)
            return try await call.write { transaction in
                try await transaction.setTarget(
                    call.body.new, as: id, of: mou, in: tenant, by: principal.personID)
                return .ok(ReportView(try await transaction.report(on: mou)))
            }
        }.erased
    }

    private static var dropTarget: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/targets/{target}/removal", "dropMoUTarget", summary: "Drop a target",
            tag: "partnerships", access: .roles([.manager]), parameters: TargetPath.self, output: ReportView.self,
            problems: [.notFound]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.dropTarget(path.target, of: path.mou)
                return .ok(ReportView(try await transaction.report(on: path.mou)))
            }
        }.erased
    }

    private static var promiseDeliverable: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/deliverables", "promiseMoUDeliverable",
            summary: "Promise something to be made or held by a day",
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, body: DeliverableBody.self,
            output: ReportView.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, mou) = (MoU.Deliverable.ID(), call.parameters.mou)
            return try await call.write { transaction in
                try await transaction.promiseDeliverable(
                    call.body.new, as: id, of: mou, in: tenant, by: principal.personID)
                return .ok(ReportView(try await transaction.report(on: mou)))
            }
        }.erased
    }

    private static var reportDeliverable: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/deliverables/{deliverable}/report", "reportMoUDeliverable",
            summary: "Say what came of a deliverable", tag: "partnerships", access: .roles([.manager]),
            parameters: DeliverablePath.self, body: DeliverableReportBody.self, output: ReportView.self,
            problems: [.notFound]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.reportDeliverable(path.deliverable, of: path.mou, call.body.report)
                return .ok(ReportView(try await transaction.report(on: path.mou)))
            }
        }.erased
    }

    private static var grantBenefit: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/benefits", "grantMoUBenefit", summary: "Grant something that startups may have",
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, body: BenefitBody.self,
            output: ReportView.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, mou) = (MoU.Benefit.ID(), call.parameters.mou)
            return try await call.write { transaction in
                try await transaction.grantBenefit(
                    call.body.new, as: id, of: mou, in: tenant, by: principal.personID)
                return .ok(ReportView(try await transaction.report(on: mou)))
            }
        }.erased
    }

    private static var recordBenefitUse: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/benefits/{benefit}/uses", "recordMoUBenefitUse",
            summary: "Record that a benefit was used",
            description: "A fast track is used by its codes, which count by themselves.",
            tag: "partnerships", access: .roles([.manager]), parameters: BenefitPath.self, body: BenefitUseBody.self,
            output: ReportView.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (id, path) = (MoU.BenefitUse.ID(), call.parameters)
            return try await call.write { transaction in
                try await transaction.recordUse(
                    call.body.new, as: id, of: path.benefit, of: path.mou, in: tenant, by: principal.personID)
                return .ok(ReportView(try await transaction.report(on: path.mou)))
            }
        }.erased
    }

    private static var listBenefitUses: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/benefits/{benefit}/uses", "listMoUBenefitUses",
            summary: "The uses of a benefit, the latest first",
            description: "As somebody recorded them; the uses of a fast track are those of its codes.",
            tag: "partnerships", access: .roles([.manager]), parameters: BenefitUsesQuery.self,
            output: Page<BenefitUseView>.self, problems: [.notFound]
        ) { call in
            let query = call.parameters
            _ = try await call.reader.benefit(query.benefit, of: query.mou)
            let after = try call.position(query.cursor, as: BenefitUsePosition.self)
            let found = try await call.reader.uses(
                of: query.benefit, of: query.mou, after: after, limit: PageSize.rows(for: query.limit))
            return .ok(
                try call.page(found.map(BenefitUseView.init), size: query.limit) {
                    BenefitUsePosition(usedOn: $0.usedOn, id: $0.id)
                })
        }.erased
    }

    private static var takeBackBenefitUse: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/benefits/{benefit}/uses/{use}/withdrawal", "takeBackMoUBenefitUse",
            summary: "Take a use of a benefit back that was recorded by mistake",
            description: """
                Nothing counts it any more, and the benefit can be used once more. What was recorded, who took it back and \
                why stay on record.
                """,
            tag: "partnerships", access: .roles([.manager]), parameters: BenefitUsePath.self,
            body: BenefitUseWithdrawalBody.self, output: ReportView.self, problems: [.notFound]
        ) { call in
            let person = try call.principal.personID
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.takeBackUse(
                    path.use, of: path.benefit, of: path.mou, because: call.body.reason, by: person)
                return .ok(ReportView(try await transaction.report(on: path.mou)))
            }
        }.erased
    }

    private static var listBenefitUsesTakenBack: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/benefits/{benefit}/uses-taken-back", "listMoUBenefitUsesTakenBack",
            summary: "Uses of a benefit that were taken back as mistakes, by whom and why, the latest first",
            description: "Up to 200 are listed.", tag: "partnerships", access: .roles([.manager]),
            parameters: BenefitPath.self, output: BenefitUsesTakenBack.self, problems: [.notFound]
        ) { call in
            let path = call.parameters
            _ = try await call.reader.benefit(path.benefit, of: path.mou)
            return .ok(BenefitUsesTakenBack(try await call.reader.usesTakenBack(of: path.benefit, of: path.mou)))
        }.erased
    }

    private static var linkActivity: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/links", "linkMoUActivity",
            summary: "Link a program, stream, call, enrolment or deal to the agreement it is done under",
            description: """
                Streams that a partner takes part in under the agreement, their calls, and what comes of them count without \
                a link. So do introductions of startups enrolled under it, with the deals they lead to; other deals count \
                where they are linked, and none counts twice.
                """,
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, body: LinkBody.self,
            output: ReportView.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let new = try call.body.new()
            let (id, mou) = (MoU.Link.ID(), call.parameters.mou)
            return try await call.write { transaction in
                try await transaction.linkActivity(new, as: id, to: mou, in: tenant, by: principal.personID)
                return .ok(ReportView(try await transaction.report(on: mou)))
            }
        }.erased
    }

    private static var unlinkActivity: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/links/{link}/removal", "unlinkMoUActivity", summary: "Take a link away",
            tag: "partnerships", access: .roles([.manager]), parameters: LinkPath.self, output: ReportView.self,
            problems: [.notFound]
        ) { call in
            let path = call.parameters
            return try await call.write { transaction in
                try await transaction.unlinkActivity(path.link, from: path.mou)
                return .ok(ReportView(try await transaction.report(on: path.mou)))
            }
        }.erased
    }
}
