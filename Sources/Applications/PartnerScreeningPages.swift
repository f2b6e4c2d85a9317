internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// Where the staff of a partner screen the applications to its streams: what waits, and one with what was handed in.
struct PartnerScreeningPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [list, show, screen, download] }

    private var list: AnyRoute {
        PageRoute(
            .get, "/partner/screening", "partnerScreening", access: .roles([.partner]), parameters: Done.self
        ) { call in
            let viewer = try await call.viewer()
            let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
            let waiting = try await call.reader.screenings()
            let model = PartnerScreeningPage(
                header: PageHeader(title: t("screening.title"), lede: t("screening.lede")),
                table: Table(
                    caption: t("screening.title"),
                    columns: [.init(t("fact.startup")), .init(t("fact.stream")), .init(t("fact.submitted"))],
                    rows: waiting.map { one in
                        [
                            .link(
                                one.startupName.text(for: spoken), "/partner/screening/\(one.id)",
                                note: one.callTitle.text(for: spoken)),
                            .text(one.streams.map { $0.text(for: spoken) }.joined(separator: " · ")),
                            .time(one.time(in: viewer.language)),
                        ]
                    }, empty: EmptyState(title: t("screening.none"), text: t("screening.none_text"))))
            let frame = Frame(
                title: t("screening.title"), site: site, viewer: viewer, current: "screening",
                flash: call.parameters.done == "screened" ? FlashNotice(t("done.screened")) : nil)
            return HTML(bytes: try PageTemplate.partnerScreening.render(model, in: frame))
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/partner/screening/{application}", "partnerScreenedApplication", access: .roles([.partner]),
            parameters: ApplicationPath.self
        ) { call in
            try await page(for: call, of: call.parameters.application)
        }.erased
    }

    private var screen: AnyRoute {
        PageRoute(
            .post, "/partner/screening/{application}", "screenPartnerApplication", access: .roles([.partner]),
            parameters: ApplicationPath.self, body: ScreeningBody.self
        ) { call in
            let (id, principal) = (call.parameters.application, try call.principal)
            let partner = Institution.ID(try principal.actsFor)
            do {
                let body = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.screenApplication(
                        id, finding: try await transaction.screening(body, of: id), citing: body.conditions ?? [],
                        for: partner, by: principal.personID)
                    return .redirect(to: "/partner/screening?done=screened")
                }
            } catch let problem as Problem where problem.status == 422 {
                return try await page(for: call, of: id, problem: problem)
            }
        }.erased
    }

    /// The application; after a refusal with the form that was sent, filled in, and what is wrong with it.
    private func page<P, B>(
        for call: FormCall<P, B>, of id: Application.ID, problem: Problem? = nil
    ) async throws -> HTML {
        guard let screening = try await call.reader.screening(id) else { throw Problem.notFound }
        let screened = try await call.reader.screened(id, of: screening.call)
        let legible = Set(try await call.reader.documents(of: id).map(\.id))
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let content = screening.content
        let name = screening.startupName.text(for: spoken)
        let facts: [Fact] = [
            .text(t("fact.startup"), name), .text(t("fact.call"), screening.callTitle.text(for: spoken)),
            .tags(t("fact.stream"), screening.streams.map { $0.text(for: spoken) }),
            .time(t("fact.submitted"), screening.time(in: viewer.language)),
        ]
        let model = ApplicationPage(
            header: PageHeader(
                title: name, kind: screening.callTitle.text(for: spoken), badge: Badge(t("state.submitted"), .info),
                lede: t("park_next.submitted"), actions: [.link(t("screen.action"), "#form", style: .primary)]),
            deadline: nil, note: nil, offer: nil, findings: screened.table(in: viewer.language), overlaps: nil,
            screening: screened.form(for: call, of: id, sentTo: "/partner/screening/\(id)", problem: problem, t),
            step: nil, decision: nil, answers: content?.answered(in: spoken) ?? [], hasAnswers: content != nil,
            noAnswers: content == nil ? t("screening.no_copy") : nil,
            documents: content?.files(in: spoken) { document in
                legible.contains(document) ? "/partner/screening/\(id)/documents/\(document)" : nil
            },
            timeline: nil, history: nil, facts: Facts(facts + (content?.declared(in: viewer.language) ?? [])),
            tools: [],
            hasTools: false)
        let frame = Frame(
            title: name, site: site, viewer: viewer, current: "screening",
            breadcrumbs: [Breadcrumb(t("screening.title"), "/partner/screening")])
        return HTML(
            status: problem?.status ?? 200, bytes: try PageTemplate.application.render(model, in: frame))
    }
}

extension PartnerScreening {
    /// When it was handed in, in the zone of its call.
    fileprivate func time(in language: Pages.Language) -> TimeText {
        TimeText(submittedAt, in: zone, and: zone.companion, language: language)
    }
}

/// What waits for the staff of a partner.
struct PartnerScreeningPage: ViewModel {
    var header: PageHeader
    var table: Table
}

extension PageTemplate<PartnerScreeningPage> {
    static let partnerScreening = PageTemplate("applications/partner-screening", in: .applications)
}
