internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// A pool, the seats of partners, or what came of several people: tables, and forms below them.
struct PoolPage: ViewModel {
    var header: PageHeader
    /// Why nothing was done.
    var refusal: ErrorSummary?
    var parts: [Part]
    var forms: [Form]

    struct Part: ViewModel {
        var title: String?
        var text: String?
        var table: Table?
    }

    init(header: PageHeader, refusal: ErrorSummary? = nil, parts: [Part], forms: [Form] = []) {
        self.header = header
        self.refusal = refusal
        self.parts = parts
        self.forms = forms
    }
}

extension PoolPage.Part {
    /// What would come of each of several people who were ticked; nil where nothing was looked at.
    init?(looked bulk: BulkPage) {
        guard let verdicts = bulk.verdicts else { return nil }
        self.init(title: verdicts.caption, text: bulk.header.lede, table: verdicts)
    }
}

extension PageTemplate<PoolPage> {
    static let pool = PageTemplate("reviews/pool", in: .reviews)
}

/// What the pages about pools share: who reads them and in which words.
struct PoolDesk {
    let site: Site
    let viewer: Viewer
    let t: Texts
    let spoken: Vocabulary.Language

    init<P, B>(_ call: FormCall<P, B>, in site: Site) async throws {
        self.site = site
        viewer = try await call.viewer()
        t = PageKit.reviews.texts(in: viewer.language)
        spoken = Vocabulary.Language(viewer.language)
    }

    func html(_ model: PoolPage, _ frame: Frame, status: Int? = nil) throws -> HTML {
        var html = HTML(bytes: try PageTemplate.pool.render(model, in: frame))
        if let status { html.status = status }
        return html
    }

    /// What somebody reads and knows, as a cell.
    func knowledge(_ areas: [FocusArea.ID], _ languages: [Vocabulary.Language]) -> Table.Cell {
        let known = areas.map { $0.label(in: t.language) }.joined(separator: t("list.comma"))
        return .text(
            known.isEmpty ? t("panel.knows_nothing") : known,
            note: languages.map { t("language.\($0.rawValue)") }.joined(separator: t("list.comma")))
    }
}

/// The lines in which a manager names people who are new: a name and an address, in either order.
enum AddressLines {
    /// Throws the problem of the first line that has no address.
    static func candidates(in text: String) throws -> [PoolCandidate] {
        try text.split(whereSeparator: \.isNewline).enumerated().compactMap { place, line in
            let words = line.split(whereSeparator: { $0.isWhitespace || ",;<>".contains($0) })
            guard !words.isEmpty else { return nil }
            guard let word = words.first(where: { $0.contains("@") }), let email = EmailAddress(String(word)) else {
                throw Problem.invalid("/addresses", "Line \(place + 1) has no e-mail address.")
            }
            let name = words.filter { $0 != word }.joined(separator: " ")
            guard !name.isEmpty else { return .address(email, nil) }
            guard let called = try? Name(name) else {
                throw Problem.invalid("/addresses", "Say what they are called.")
            }
            return .address(email, called)
        }
    }
}
