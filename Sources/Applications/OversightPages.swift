internal import API
internal import Accounts
internal import Institutions
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary

/// The park's lists: one filter, seen as a table or as a board of stages, and steps for many at once.
struct OversightPages: Sendable {
    let site: Site
    let reviews: AwaitedReviews.Reading

    var routes: [AnyRoute] { [list, board, export, preview, move, saveFilter, askToRename, rename, forgetFilter] }

    static let table: SafeURL = "/console/applications"
    static let stages: SafeURL = "/console/applications/board"

    /// What stands around either view.
    struct Desk {
        /// By state, of what the filter lets through.
        let found: [Application.State: StageCount]
        /// By state, whatever states the filter names.
        let all: [Application.State: StageCount]
        let calls: [(id: CallForApplications.ID, title: LocalizedName, batches: Int)]
        let streams: [ProgramStream]
        let programs: [Program]
        let partners: [(id: Institution.ID, name: LocalizedName)]
        let saved: [SavedFilter]

        var matching: Int { found.values.reduce(0) { $0 + $1.applications } }

        /// How many batches there are to choose among: of the one call, or of whichever has most.
        func batches(in call: CallForApplications.ID?) -> Int {
            calls.filter { call == nil || $0.id == call }.map(\.batches).max() ?? 0
        }
    }

    func desk(_ reader: Reader, _ filter: ApplicationFilter) async throws -> Desk {
        var everywhere = filter
        (everywhere.state, everywhere.overdue) = (nil, nil)
        async let counts = reader.applicationCounts(matching: everywhere)
        async let calls = reader.callsToFilter()
        async let streams = reader.streams()
        async let programs = reader.programs()
        async let partners = reader.streamPartners()
        async let saved = reader.savedFilters()
        let all = try await counts
        // States and delay are what the counts tell apart, so that what they let through is not counted again.
        let found = all.filter { filter.states.isEmpty || filter.states.contains($0.key) }
            .mapValues { $0.narrowed(toOverdue: filter.overdue) }
        return try await Desk(
            found: found, all: all, calls: calls, streams: streams, programs: programs, partners: partners, saved: saved
        )
    }

    func header(_ query: ApplicationListQuery, _ t: Texts) -> PageHeader {
        PageHeader(
            title: t("list.title"), lede: t("list.lede"),
            actions: [
                .link(t("list.export"), ("/console/applications/export" as SafeURL).adding(query.items)),
                .link(t("levels.title"), "/console/service-levels"),
                .link(t("changes.list_title"), "/console/changes"),
            ]
                + (query.overlap == nil
                    ? [] : query.call.map { [.link(t("overlap.several"), "/console/calls/\($0)/overlaps")] } ?? []))
    }

    func tabs(_ query: ApplicationListQuery, isBoard: Bool, _ t: Texts) -> Tabs {
        Tabs(
            label: t("list.views"),
            items: [
                NavigationItem(label: t("list.table"), url: Self.table.adding(query.items), isCurrent: !isBoard),
                NavigationItem(label: t("list.board"), url: Self.stages.adding(query.items), isCurrent: isBoard),
            ])
    }

    func render(_ model: ApplicationListPage, _ viewer: Viewer, done: String?, _ t: Texts) throws -> HTML {
        let flash: FlashNotice? =
            switch done {
            case "moved": FlashNotice(t("done.bulk_moved"))
            case "saved": FlashNotice(t("done.filter_saved"))
            case "renamed": FlashNotice(t("done.filter_renamed"))
            case "forgotten": FlashNotice(t("done.filter_forgotten"))
            case "too_many":
                FlashNotice(t("done.export_too_many", ["limit": Figures.grouped(ApplicationSheet.most)]))
            default: nil
            }
        let frame = Frame(
            title: t("list.title"), site: site, viewer: viewer, current: "applications", flash: flash)
        return HTML(bytes: try PageTemplate.applicationList.render(model, in: frame))
    }
}
