internal import API
internal import Foundation
internal import Pages
internal import Wording

extension PageKit {
    static let house = PageKit("house", bundle: .module)
}

/// What a person sees instead of a page.
enum ErrorPages {
    static func page(for problem: Problem, _ page: Edge.ErrorPage, site: Site) -> HTML {
        let language = Language(tag: page.locale) ?? .english
        let t = PageKit.house.texts(in: language)
        let model = ProblemPage(
            title: t("problem.\(known(problem.status))"),
            text: text(of: problem, t),
            reference: t("problem.reference", ["id": page.requestID]), homeLabel: t("problem.home"))
        let viewer = Viewer(name: page.principal?.name ?? "", language: language)
        let frame = Frame(title: model.title, site: site, viewer: viewer)
        // Without its template a problem is still answered, in plain text.
        let bytes = (try? PageTemplate.problem.render(model, in: frame)) ?? Array(model.title.utf8)
        return HTML(status: problem.status, bytes: bytes)
    }

    /// What a person reads on the documents' host in the place of a document, where no page is.
    static func words(for problem: Problem, _ page: Edge.ErrorPage) -> String {
        let t = PageKit.house.texts(in: Language(tag: page.locale) ?? .english)
        return problem.status == 404 ? t("documents.gone") : text(of: problem, t)
    }

    private static func text(of problem: Problem, _ t: Texts) -> String {
        if let detail = problem.detail { return RefusalWords.standard(detail, in: t.language) }
        if problem.status == 429, let seconds = problem.retryAfter { return t("problem.text_limited", count: seconds) }
        return t("problem.text_\(known(problem.status))")
    }

    private static func known(_ status: Int) -> String {
        switch status {
        case 403: "forbidden"
        case 404: "not_found"
        case 412, 409: "conflict"
        case 429: "limited"
        case 503: "busy"
        case ..<500: "invalid"
        default: "unexpected"
        }
    }
}

struct ProblemPage: ViewModel {
    var title: String
    var text: String
    var reference: String
    var homeLabel: String
}

extension PageTemplate<ProblemPage> {
    static let problem = PageTemplate("house/problem", in: .house, layout: .quiet)
}
