internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// What the link of a letter opens before anybody signs in.
struct TeaserPages {
    let site: Site

    var routes: [AnyRoute] { [open] }

    private var open: AnyRoute {
        PageRoute(
            .get, "/t/{token}", "teaser",
            access: .anyone(because: "the link is one reader's, names no startup and lets nobody in"), rate: .signIn,
            parameters: TeaserPath.self
        ) { call in
            let visitor = call.visitor?.personID
            var teaser: Teaser?
            if let token = TeaserToken(call.parameters.token) {
                teaser = try await call.database.write(as: .system(in: token.tenant)) {
                    try await $0.openTeaser(token, by: visitor)
                }
            }
            let reading = try await Reading(call)
            let model = TeaserPage(teaser, isSignedIn: visitor != nil, reading)
            let frame = Frame(title: model.title, site: site, viewer: reading.viewer)
            return HTML(
                status: teaser == nil ? 404 : 200, bytes: try PageTemplate.teaser.render(model, in: frame),
                headers: [HeaderField("X-Robots-Tag", "noindex")])
        }.erased
    }
}

struct TeaserPath: Codable {
    let token: String
}

/// How many startups wait and what speaks for each; or, for a link that does not open, that signing in helps.
struct TeaserPage: ViewModel {
    var title: String
    var lede: String
    var lists: [List]
    var action: LinkText

    /// One list.
    struct List: ViewModel {
        var title: String
        var until: String
        var reasons: [String]
    }

    init(_ teaser: Teaser?, isSignedIn: Bool, _ reading: Reading) {
        let t = reading.t
        let words = TeaserWords(t)
        let lists = teaser?.lists ?? []
        title =
            teaser == nil ? t("teaser.closed") : t("teaser.title", count: lists.reduce(0) { $0 + $1.items.count })
        lede = teaser == nil ? t("teaser.closed_text") : t("teaser.lede")
        self.lists = lists.map { list in
            List(
                title: words.title(of: list, quoted: false),
                until: t("shortlist.until", ["day": list.answerBy.text(in: reading.viewer.language)]),
                reasons: words.reasons(list))
        }
        let page = lists.count == 1 ? "/shortlists/\(lists[0].id)" : "/shortlists"
        action =
            switch (isSignedIn, teaser) {
            case (true, nil): LinkText(t("teaser.home"), "/")
            case (true, _): LinkText(t("teaser.see"), SafeURL(path: page) ?? "/shortlists")
            case (false, _): LinkText(t("teaser.sign_in"), ("/sign-in" as SafeURL).adding([("next", page)]))
            }
    }
}

extension PageTemplate<TeaserPage> {
    static let teaser = PageTemplate("investment/teaser", in: .investment, layout: .quiet)
}
