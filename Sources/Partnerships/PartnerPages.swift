import API
import Accounts
import Foundation
import Institutions
import Pages
import Postgres
import Vocabulary
import Wording

/// Agreements as a party's staff read them.
struct PartnerPages {
    let site: Site

    var list: AnyRoute {
        PageRoute(
            .get, "/partner/agreements", "partnerAgreements", access: .roles([.partner]), parameters: ListMoUs.self
        ) { call in
            let viewer = try await call.viewer()
            let t = PageKit.partnerships.texts(in: viewer.language)
            let words = MoUWords(t: t, isForParty: true)
            let query = call.parameters
            let after = try call.position(query.cursor, as: MoU.ID.self)
            let found = try await call.reader.mous(
                dormant: query.dormant, after: after, limit: PageSize.rows(for: query.limit))
            let names = try await call.reader.institutionNames(found.flatMap(\.parties).map(\.institution))
            let views = try call.page(try await call.reader.views(of: found), size: query.limit) { $0.id }
            let mous = zip(found, views.items)
            let filters = query.dormant.map { [(name: "dormant", value: $0 ? "true" : "false")] } ?? []
            let address: SafeURL = "/partner/agreements"
            let model = MoUListPage(
                header: PageHeader(title: t("agreements.title"), lede: t("agreements.lede")),
                filters: Filters(
                    action: address, choices: [words.dormancy(query.dormant)],
                    clearURL: filters.isEmpty ? nil : address),
                table: words.table(
                    mous.map {
                        words.row($0, names: names, dormantSince: $1.dormantSince, at: "/partner/agreements/\($0.id)")
                    },
                    empty: filters.isEmpty
                        ? EmptyState(title: t("agreements.none"), text: t("agreements.none_text"))
                        : EmptyState(title: t("list.no_match"), text: t("list.no_match_text")),
                    pager: Pager(
                        firstURL: query.cursor == nil ? nil : address.adding(filters),
                        nextURL: views.next.map { address.adding(filters + [("cursor", $0)]) })))
            let frame = Frame(title: t("agreements.title"), site: site, viewer: viewer, current: "agreements")
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    var show: AnyRoute {
        PageRoute(
            .get, "/partner/agreements/{mou}", "partnerAgreement", access: .roles([.partner]),
            parameters: PartnerMoUPath.self
        ) { call in
            guard let mou = try await call.reader.mou(call.parameters.mou) else { throw Problem.notFound }
            let own = Institution.ID(try call.principal.actsFor)
            let isAsked = try await mou.asksToSign(try call.principal.personID, for: own, call.reader)
            let viewer = try await call.viewer()
            let t = PageKit.partnerships.texts(in: viewer.language)
            let words = MoUWords(t: t, isForParty: true)
            let amendments = try await call.reader.amendments(of: mou.id)
            let asked = try await call.reader.amendmentsToSign(of: mou.id)
            let history = try await call.reader.history(of: mou.id)
            let names = try await call.reader.institutionNames(mou.parties.map(\.institution))
            let model = words.page(
                mou, history, try await call.reader.handovers(of: mou.id), names: names,
                texts: try await call.reader.texts(of: mou.id),
                amendments: amendments,
                toSign: mou.term.state == .signed
                    ? asked.intersection(amendments.filter { $0.awaits(own, on: mou.asOf) }.map(\.id)) : [],
                own: own, dormantSince: try await call.reader.dormant(among: [mou])[mou.id],
                actions: (isAsked
                    ? [.link(t("signature.title"), "/partner/agreements/\(mou.id)/signature", style: .primary)] : [])
                    + [
                        .link(
                            t("report.action"), "/partner/agreements/\(mou.id)/report",
                            style: isAsked ? .secondary : .primary),
                        .link(t("session.section"), "/partner/agreements/\(mou.id)/sessions"),
                        .link(t("group.section"), "/partner/agreements/\(mou.id)/working-groups"),
                        .link(t("document.section"), "/partner/agreements/\(mou.id)/documents"),
                    ])
            let frame = Frame(
                title: mou.title.text(for: words.spoken), site: site, viewer: viewer, current: "agreements",
                breadcrumbs: [Breadcrumb(t("agreements.title"), "/partner/agreements")],
                flash: call.parameters.done.map { FlashNotice(t("party_done.\($0.rawValue)")) })
            return HTML(bytes: try PageTemplate.show.render(model, in: frame))
        }.erased
    }
}
