import API
import Accounts
import Foundation
import Pages
import Postgres
import Vocabulary
import Wording

/// Under which agreements a deal was made: from its place in a firm's portfolio to the form that links it.
struct DealPages {
    let site: Site

    var routes: [AnyRoute] { [show] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/investments/{investment}/agreements", "consoleInvestmentAgreements",
            access: .roles([.manager]), parameters: DealAgreementsQuery.self
        ) { call in
            let query = call.parameters
            let choice = LinkChoice(.investment, query.investment)
            guard let deal = try await call.reader.linkable(only: choice).first else { throw Problem.notFound }
            let links = try await call.reader.links(of: query.investment)
            let after = try call.position(query.cursor, as: MoU.ID.self)
            let found = try await call.reader.mous(
                named: query.q?.string, after: after, limit: PageSize.rows(for: query.limit))
            let page = try call.page(try await call.reader.views(of: found), size: query.limit) { $0.id }
            let viewer = try await call.viewer()
            let t = PageKit.partnerships.texts(in: viewer.language)
            let base: SafeURL = "/console/investments/\(query.investment.text)/agreements"
            let kept: [(name: String, value: String)] = query.q.map { [("q", $0.string)] } ?? []
            let key = call.freshIdempotencyKey
            let model = MoUListPage(
                header: PageHeader(
                    title: t("deal.title"), kind: deal.label(in: viewer.language), lede: t("deal.lede")),
                filters: Filters(
                    action: base, search: Filters.Search(label: t("list.search"), value: query.q?.string ?? ""),
                    clearURL: query.q == nil ? nil : base),
                table: Table(
                    caption: t("deal.title"),
                    columns: [
                        Table.Column(t("deal.agreement")), Table.Column(t("list.status")),
                        Table.Column(t("report.change")),
                    ],
                    rows: zip(found, page.items).map { mou, _ in
                        row(mou, links[mou.id], choice, key: key, t)
                    },
                    empty: query.q == nil
                        ? EmptyState(title: t("list.none"), text: t("list.none_text"))
                        : EmptyState(title: t("list.no_match"), text: t("list.no_match_text")),
                    pager: Pager(
                        firstURL: query.cursor == nil ? nil : base.adding(kept),
                        nextURL: page.next.map { base.adding(kept + [("cursor", $0)]) })))
            let frame = Frame(
                title: t("deal.title"), site: site, viewer: viewer, current: "mous",
                breadcrumbs: [Breadcrumb(t("list.title"), "/console/mous")])
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    private func row(
        _ mou: MoU, _ link: MoU.Link.ID?, _ deal: LinkChoice, key: String, _ t: Texts
    ) -> [Table.Cell] {
        let own: SafeURL = "/console/mous/\(mou.id)"
        let linking: SafeURL = "/console/mous/\(mou.id)/links/new"
        let change: Table.Cell
        if let link {
            change = .action(
                .post(
                    t("link.remove"), "/console/mous/\(mou.id)/links/\(link)/removal",
                    hidden: [HiddenField("idempotency_key", "\(key)-\(link)")]))
        } else if mou.signedOn != nil {
            change = .action(.link(t("link.submit"), linking.adding([("object", deal.text)])))
        } else {
            change = .text(t("deal.not_signed"))
        }
        return [
            .link(mou.title.text(for: Vocabulary.Language(t.language)), own, note: mou.reference.string),
            .badge(Badge(mou.status, in: t.language)), change,
        ]
    }
}

extension Linkable {
    /// What it is called, told from others of its name.
    func label(in language: Pages.Language) -> String {
        let spoken = Vocabulary.Language(language)
        return [name.text(for: spoken), within?.text(for: spoken), day?.text(in: language)].compactMap(\.self)
            .joined(separator: " · ")
    }
}

/// Among which agreements a deal is linked.
struct DealAgreementsQuery: Codable {
    let investment: UUID
    let q: ShortText?
    let limit: PageSize?
    let cursor: PageCursor?
}
