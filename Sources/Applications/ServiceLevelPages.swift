internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// In how many days the park means to be done with each stage: all streams, and one stream's form.
struct ServiceLevelPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [list, show, save] }

    private var list: AnyRoute {
        PageRoute(.get, "/console/service-levels", "consoleServiceLevels", access: .roles([.manager])) { call in
            let viewer = try await call.viewer()
            let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
            async let streams = call.reader.streams()
            async let said = call.reader.serviceLevels()
            let (all, levels) = try await (streams, said)
            let stages = Application.State.clocked
            let model = MovesPage(
                header: PageHeader(title: t("levels.title"), lede: t("levels.lede")), note: nil,
                table: Table(
                    caption: t("levels.title"),
                    columns: [.init(t("fact.stream"))] + stages.map { .init($0.label(t), isNumber: true) },
                    rows: all.map { stream in
                        [.link(stream.name.text(for: spoken), "/console/streams/\(stream.id)/service-levels")]
                            + stages.map { stage in
                                let level = levels[stream.id]?.first { $0.state == stage }
                                return .text(
                                    t("levels.days", count: level?.days ?? 0),
                                    note: level?.isUsual == true ? t("levels.usual") : nil)
                            }
                    },
                    empty: EmptyState(
                        title: t("levels.none"), text: t("levels.none_text"),
                        action: LinkText(t("list.empty_action"), "/console/programs"))),
                form: nil, back: nil)
            let frame = Frame(
                title: t("levels.title"), site: site, viewer: viewer, current: "applications",
                breadcrumbs: [Breadcrumb(t("list.title"), "/console/applications")])
            return HTML(bytes: try PageTemplate.moves.render(model, in: frame))
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/streams/{stream}/service-levels", "consoleStreamServiceLevels", access: .roles([.manager]),
            parameters: StreamPath.self
        ) { call in
            try await page(call, call.parameters.stream)
        }.erased
    }

    private var save: AnyRoute {
        PageRoute(
            .post, "/console/streams/{stream}/service-levels", "setConsoleServiceLevels", access: .roles([.manager]),
            parameters: StreamPath.self, body: ServiceLevelsBody.self
        ) { call in
            let (stream, tenant) = (call.parameters.stream, try call.principal.workspace)
            do {
                let said = try call.decoded().levels()
                return try await call.write { transaction in
                    guard try await !transaction.serviceLevels(of: stream).isEmpty else { throw Problem.notFound }
                    try await transaction.setServiceLevels(said, of: stream, in: tenant)
                    return .redirect(to: "/console/service-levels")
                }
            } catch let problem as Problem where problem.status == 422 {
                return try await page(call, stream, problem)
            }
        }.erased
    }

    private func page<P, B>(
        _ call: FormCall<P, B>, _ id: ProgramStream.ID, _ problem: Problem? = nil
    ) async throws -> HTML {
        guard let stream = try await call.reader.stream(id) else { throw Problem.notFound }
        let levels = try await call.reader.serviceLevels(of: id)
        let viewer = try await call.viewer()
        let t = PageKit.applications.texts(in: viewer.language)
        let said = levels.filter { !$0.isUsual }.map { ($0.state.rawValue, ["\($0.days)"]) }
        let input = FormInput(
            values: problem == nil ? Dictionary(said, uniquingKeysWith: { first, _ in first }) : call.fields,
            errors: problem?.fieldErrors ?? [], texts: t)
        let model = MovesPage(
            header: PageHeader(
                title: t("levels.title"), kind: stream.name.text(for: Vocabulary.Language(viewer.language)),
                lede: t("levels.form_lede")),
            note: nil, table: nil,
            form: Form(
                action: "/console/streams/\(id)/service-levels",
                fields: levels.map { level in
                    input.number(
                        level.state.rawValue, label: level.state.label(t),
                        hint: t("levels.hint.\(level.state.rawValue)"), isOptional: true, suffix: t("levels.unit"))
                },
                submit: t("levels.save"), texts: t, cancel: LinkText(t("moves.cancel"), "/console/service-levels"),
                problem: problem?.headline),
            back: nil)
        let frame = Frame(
            title: t("levels.title"), site: site, viewer: viewer, current: "applications",
            breadcrumbs: [
                Breadcrumb(t("list.title"), "/console/applications"),
                Breadcrumb(t("levels.title"), "/console/service-levels"),
            ])
        return HTML(status: problem == nil ? 200 : 422, bytes: try PageTemplate.moves.render(model, in: frame))
    }
}
