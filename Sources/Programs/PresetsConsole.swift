import API
import Accounts
import Foundation
import Pages
import Postgres
import Vocabulary
import Wording

/// Programs as they are usually run, for a manager to look at and to begin from.
struct PresetsConsole {
    let site: Site

    var routes: [AnyRoute] { [list, show, use] }

    private var list: AnyRoute {
        PageRoute(.get, "/console/program-presets", "consolePresets", access: .roles([.manager])) { call in
            let viewer = try await call.viewer()
            let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
            let t = words.t
            let model = PresetsPage(
                header: PageHeader(title: t("presets.title"), lede: t("presets.lede")),
                table: Table(
                    caption: t("presets.title"),
                    columns: [.init(t("presets.preset")), .init(t("field.kind")), .init(t("field.duration"))],
                    rows: Preset.all.map { name, preset in
                        [
                            .link(
                                preset.name.text(for: words.spoken), "/console/program-presets/\(name)",
                                note: preset.summary?.text(for: words.spoken)),
                            .text(t("kind.\(preset.kind.rawValue)")),
                            .text(
                                preset.streams.first?.design.durationMonths.map { t("months", count: $0) } ?? "–"),
                        ]
                    }, empty: EmptyState(title: t("presets.none"), text: t("presets.lede"))))
            let frame = Frame(
                title: t("presets.title"), site: site, viewer: viewer, current: "programs",
                breadcrumbs: [Breadcrumb(t("programs.title"), "/console/programs")])
            return HTML(bytes: try PageTemplate.presets.render(model, in: frame))
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/program-presets/{preset}", "consolePreset", access: .roles([.manager]),
            parameters: PresetPath.self
        ) { call in
            guard let preset = Preset.named(call.parameters.preset) else { throw Problem.notFound }
            let viewer = try await call.viewer()
            let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
            let t = words.t
            let title = preset.name.text(for: words.spoken)
            let model = PresetPage(
                header: PageHeader(
                    title: title, kind: t("kind.\(preset.kind.rawValue)"), lede: t("preset.lede"),
                    actions: [
                        .post(
                            t("preset.use"), "/console/program-presets/\(call.parameters.preset)", style: .primary,
                            hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)])
                    ]),
                summary: preset.summary?.text(for: words.spoken),
                streams: preset.streams.map { stream in
                    PresetPage.Stream(
                        name: stream.name.text(for: words.spoken),
                        partner: stream.partner.map { t("preset.partner", ["partner": $0.text(for: words.spoken)]) },
                        design: words.design(stream.design))
                })
            let frame = Frame(
                title: title, site: site, viewer: viewer, current: "programs",
                breadcrumbs: [
                    Breadcrumb(t("programs.title"), "/console/programs"),
                    Breadcrumb(t("presets.title"), "/console/program-presets"),
                ])
            return HTML(bytes: try PageTemplate.preset.render(model, in: frame))
        }.erased
    }

    private var use: AnyRoute {
        PageRoute(
            .post, "/console/program-presets/{preset}", "useConsolePreset", access: .roles([.manager]),
            parameters: PresetPath.self
        ) { call in
            guard let preset = Preset.named(call.parameters.preset) else { throw Problem.notFound }
            let tenant = try call.principal.workspace
            let id = Program.ID()
            return try await call.write { transaction in
                _ = try await transaction.addProgram(from: preset, as: id, in: tenant)
                return .redirect(to: "/console/programs?done=preset")
            }
        }.erased
    }
}
