internal import API
internal import Accounts
internal import Pages
internal import Postgres

/// Applications as a file.
extension OversightPages {
    var export: AnyRoute {
        PageRoute(
            .get, "/console/applications/export", "exportConsoleApplications", access: .roles([.manager]),
            parameters: ApplicationListQuery.self
        ) { call in
            let (query, viewer) = (call.parameters, try await call.viewer())
            do {
                let found = try await call.reader.applicationsForSheet(matching: query.filter, with: query.columns)
                let sheet = ApplicationSheet(found, columns: query.columns, in: viewer.language)
                return .download(sheet.bytes, named: "applications.csv", mediaType: "text/csv; charset=utf-8")
            } catch let problem as Problem where problem.status == 422 {
                return .redirect(to: Self.table.adding(query.items + [("done", "too_many")]).description)
            }
        }.erased
    }
}
