import API
import Accounts
import Exports
import Foundation
import Pages
import Postgres
import Vocabulary
import Wording

/// What came of agreements: for managers, who add to it, and for the staff of a party, who read it.
struct ReportPages {
    let site: Site

    var routes: [AnyRoute] {
        [
            show(.manager), show(.partner), events(.manager), events(.partner), file(.manager), file(.partner),
            workbook(.manager), workbook(.partner),
        ]
    }

    /// Whose pages.
    private enum Side {
        case manager, partner

        var role: Role { self == .manager ? .manager : .partner }
        var place: String { self == .manager ? "mous" : "agreements" }
        var prefix: String { self == .manager ? "console" : "partner" }

        func list(_ t: Texts) -> Breadcrumb {
            self == .manager
                ? Breadcrumb(t("list.title"), "/console/mous")
                : Breadcrumb(t("agreements.title"), "/partner/agreements")
        }

        func address(of mou: MoU.ID) -> SafeURL {
            self == .manager ? "/console/mous/\(mou)" : "/partner/agreements/\(mou)"
        }
    }

    private func show(_ side: Side) -> AnyRoute {
        PageRoute(
            .get, side == .manager ? "/console/mous/{mou}/report" : "/partner/agreements/{mou}/report",
            "\(side.prefix)MoUReport", access: .roles([side.role]), parameters: ReportPageQuery.self
        ) { call in
            let query = call.parameters
            return try await page(for: call, of: query.mou, side, from: query.from, to: query.to, done: query.done)
        }.erased
    }

    /// The console's page, with why something could not be done.
    func refused<P, B>(_ problem: FormProblem, _ call: FormCall<P, B>, of mou: MoU.ID) async throws -> HTML {
        try await page(for: call, of: mou, .manager, refusal: problem)
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of mou: MoU.ID, _ side: Side, from: CalendarDate? = nil, to: CalendarDate? = nil,
        done: ReportDone? = nil, refusal: FormProblem? = nil
    ) async throws -> HTML {
        let report = try await call.database.snapshot(as: call.context) { snapshot in
            try await snapshot.report(on: mou, from: from, to: to)
        }
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let presentation = ReportPresentation(
            report: report, words: ReportWords(t: t), address: side.address(of: mou), isManager: side == .manager,
            key: call.freshIdempotencyKey)
        let frame = Frame(
            title: t("report.title"), site: site, viewer: viewer, current: side.place,
            breadcrumbs: [
                side.list(t), Breadcrumb(presentation.words.text(report.mou.title), side.address(of: mou)),
            ], flash: done.map { FlashNotice(t("noted.\($0.rawValue)")) })
        return HTML(
            bytes: try PageTemplate.report.render(presentation.page(from: from, to: to, refusal: refusal), in: frame))
    }

    private func events(_ side: Side) -> AnyRoute {
        PageRoute(
            .get, side == .manager ? "/console/mous/{mou}/report/events" : "/partner/agreements/{mou}/report/events",
            "\(side.prefix)MoUEvents", access: .roles([side.role]), parameters: ActivitiesQuery.self
        ) { call in
            let query = call.parameters
            let report = try await call.database.snapshot(as: call.context) { try await $0.report(on: query.mou) }
            let viewer = try await call.viewer()
            let t = PageKit.partnerships.texts(in: viewer.language)
            let after = try call.position(query.cursor, as: Int.self) ?? 0
            let found = ActivityView.list(
                try await call.reader.activities(under: query.mou), matching: query.filter)
            let page = try call.page(
                Array(found.dropFirst(after).prefix(PageSize.rows(for: query.limit))), size: query.limit
            ) { $0.position }
            let presentation = ReportPresentation(
                report: report, words: ReportWords(t: t), address: side.address(of: query.mou),
                isManager: side == .manager, key: "")
            let frame = Frame(
                title: t("report.events"), site: site, viewer: viewer, current: side.place,
                breadcrumbs: [
                    side.list(t),
                    Breadcrumb(presentation.words.text(report.mou.title), side.address(of: query.mou)),
                ])
            return HTML(
                bytes: try PageTemplate.activities.render(
                    presentation.activities(page, matching: query.filter, isFirst: query.cursor == nil), in: frame))
        }.erased
    }

    private func file(_ side: Side) -> AnyRoute {
        PageRoute(
            .get, side == .manager ? "/console/mous/{mou}/report.csv" : "/partner/agreements/{mou}/report.csv",
            "\(side.prefix)MoUReportFile", access: .roles([side.role]), parameters: ReportQuery.self
        ) { call in
            let sheets = try await sheets(for: call)
            return .download(sheets.csv, named: sheets.name + ".csv", mediaType: Sheet.csvMediaType)
        }.erased
    }

    private func workbook(_ side: Side) -> AnyRoute {
        PageRoute(
            .get, side == .manager ? "/console/mous/{mou}/report.xlsx" : "/partner/agreements/{mou}/report.xlsx",
            "\(side.prefix)MoUReportWorkbook", access: .roles([side.role]), parameters: ReportQuery.self
        ) { call in
            let sheets = try await sheets(for: call)
            return .download(try sheets.workbook.xlsx(), named: sheets.name + ".xlsx", mediaType: Workbook.mediaType)
        }.erased
    }

    private func sheets(for call: FormCall<ReportQuery, NoBody>) async throws -> ReportSheets {
        let query = call.parameters
        let report = try await call.database.snapshot(as: call.context) { snapshot in
            try await snapshot.report(on: query.mou, from: query.from, to: query.to)
        }
        let viewer = try await call.viewer()
        return ReportSheets(
            report, in: query.lang.flatMap { Pages.Language(tag: $0.rawValue) } ?? viewer.language)
    }
}
