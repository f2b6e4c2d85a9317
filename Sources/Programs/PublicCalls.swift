import API
import Accounts
import Foundation
import Pages
import Postgres
import Vocabulary
import Wording

/// Calls as everybody with a seat reads them, and founders apply to them.
struct PublicCalls {
    let site: Site

    var routes: [AnyRoute] { [list, show] }

    private var list: AnyRoute {
        PageRoute(.get, "/calls", "openCalls", access: .roles(Role.ofATenant)) { call in
            let viewer = try await call.viewer()
            let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
            let t = words.t
            let open = try await call.reader.openCalls()
            let soon = try await call.reader.calls(standing: .scheduled).sorted { $0.opensAt < $1.opensAt }
            let model = PublicCallsPage(
                header: PageHeader(
                    title: t("calls.title"), lede: t("calls.lede"),
                    actions: try call.principal.role == .founder
                        ? [.link(t("code.action"), "/portal/fast-track")] : []),
                table: Table(
                    caption: t("calls.title"),
                    columns: [
                        Table.Column(t("calls.call")), Table.Column(t("calls.status")), Table.Column(t("calls.opens")),
                        Table.Column(t("calls.closes")),
                    ],
                    rows: (open + soon).map { found in
                        let status = found.status(at: words.now)
                        let branch = [found.programName, found.streamName].map { $0.text(for: words.spoken) }
                        return [
                            .link(
                                found.title.text(for: words.spoken), "/calls/\(found.id)",
                                note: branch.joined(separator: " · ")),
                            .badge(words.badge(status)), .time(words.time(found.opensAt, in: found.deadline.zone)),
                            .time(
                                words.time(
                                    found.deadline.instant, in: found.deadline.zone, isRelative: status == .open)),
                        ]
                    }, empty: EmptyState(title: t("calls.none"), text: t("calls.none_text"))))
            let frame = Frame(title: t("calls.title"), site: site, viewer: viewer, current: "calls")
            return HTML(bytes: try PageTemplate.publicCalls.render(model, in: frame))
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/calls/{call}", "publicCall", access: .roles(Role.ofATenant), parameters: CallPath.self
        ) { call in
            guard let found = try await call.reader.call(call.parameters.call) else { throw Problem.notFound }
            let viewer = try await call.viewer()
            let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
            let t = words.t
            let mayApply = try found.status(at: words.now) == .open && call.principal.role == .founder
            let model = words.page(
                of: found, try await call.reader.program(found.program), try await call.reader.stream(found.stream),
                conditions: try await call.reader.conditions(of: found.id),
                extensions: try await call.reader.extensions(of: found.id),
                actions: mayApply
                    ? [.link(t("apply.action"), "/portal/calls/\(found.id)/apply", style: .primary)] : [])
            let frame = Frame(
                title: found.title.text(for: words.spoken), site: site, viewer: viewer, current: "calls",
                breadcrumbs: [Breadcrumb(t("calls.title"), "/calls")])
            return HTML(bytes: try PageTemplate.publicCall.render(model, in: frame))
        }.erased
    }
}

extension ProgramWords {
    /// A call as whoever may apply to it reads it: its window, its conditions and its form.
    func page(
        of call: CallForApplications, _ program: Program?, _ stream: ProgramStream?, conditions: [CallCondition],
        extensions: [CallExtension], keptBy workspace: String? = nil, actions: [Action]
    ) -> PublicCallPage {
        let moved = self.extensions(extensions, of: call)
        let required = self.conditions(conditions)
        let status = call.status(at: now)
        var facts: [Fact] = [
            .text(t("fact.program"), call.programName.text(for: spoken)),
            .text(t("fact.stream"), call.streamName.text(for: spoken)),
        ]
        if let areas = stream?.focusAreas, !areas.isEmpty {
            facts.append(.tags(t("field.focus_areas"), areas.map { $0.label(in: language) }))
        }
        if let offered = offered(call) { facts.append(offered) }
        if let cohort = call.cohort { facts.append(.text(t("fact.cohort"), line(cohort, of: call))) }
        facts += window(call) + kinds(call)
        let branch = [call.programName, call.streamName].map { $0.text(for: spoken) }
        return PublicCallPage(
            header: PageHeader(
                title: call.title.text(for: spoken),
                kind: ([workspace].compactMap(\.self) + branch).joined(separator: " · "),
                badge: badge(status), lede: lede(call), actions: actions),
            summary: program?.summary?.text(for: spoken),
            closes: time(call.deadline.instant, in: call.deadline.zone, isRelative: true),
            opens: time(call.opensAt, in: call.deadline.zone, isRelative: true),
            isWaiting: status == .scheduled, isOpen: status == .open, questions: questions(call), later: later(call),
            conditions: required, hasConditions: !required.isEmpty, extensions: moved, hasExtensions: !moved.isEmpty,
            facts: Facts(title: t("fact.title"), facts))
    }
}
