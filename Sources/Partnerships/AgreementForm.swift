import API
import Accounts
import Foundation
import Pages
import Postgres
import Vocabulary
import Wording

/// A form about an agreement, as all of them stand on a page: under its name, with the way back to where it was opened.
struct AgreementForm {
    /// What a form says and asks.
    struct Contents {
        let title: String
        var lede: String?
        let submit: String
        let sections: [FormSection]

        init(_ title: String, lede: String? = nil, submit: String, _ sections: [FormSection]) {
            self.title = title
            self.lede = lede
            self.submit = submit
            self.sections = sections
        }

        init(_ title: String, lede: String? = nil, submit: String, _ fields: [FormField]) {
            self.init(title, lede: lede, submit: submit, [FormSection(fields: fields)])
        }
    }

    /// How what the form offers is searched, where that is too much to list.
    struct Search {
        let labelKey: String
        let text: String?
        /// What was chosen before.
        var keeping: [HiddenField] = []

        func filters(at address: SafeURL, _ t: Texts) -> Filters {
            Filters(
                action: address, search: Filters.Search(label: t(labelKey), value: text ?? ""), hidden: keeping,
                clearURL: text == nil ? nil : address.adding(keeping.map { ($0.name, $0.value) }))
        }
    }

    /// What the contents are made with.
    struct Maker {
        let t: Texts
        let input: FormInput
        let mou: MoU

        var spoken: Vocabulary.Language { Vocabulary.Language(t.language) }
    }

    let site: Site
    /// The page from which the form was opened: nothing for the agreement's own, or one below it by its path.
    var parent: (path: String, titleKey: String)?
    /// Whether a party's staff fill it in, below the agreement as they read it.
    var isForParty = false

    /// The page of a form that is sent to the address below the agreement's by `path`.
    func page<P, B>(
        for call: FormCall<P, B>, of id: MoU.ID, _ path: String, values: [String: [String]], _ problem: FormProblem?,
        version: String? = nil, keepsDraft: Bool = false, search: Search? = nil, _ contents: (Maker) -> Contents
    ) async throws -> HTML {
        guard let mou = try await call.reader.mou(id) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let t = PageKit.partnerships.texts(in: viewer.language)
        let maker = Maker(t: t, input: FormInput(values: values, errors: problem?.errors ?? [], texts: t), mou: mou)
        let made = contents(maker)
        let name = mou.title.text(for: maker.spoken)
        let own: SafeURL = isForParty ? "/partner/agreements/\(id)" : "/console/mous/\(id)"
        let back = parent.flatMap { SafeURL(path: "\(own)/\($0.path)") } ?? own
        let model = MoUFormPage(
            header: PageHeader(title: made.title, kind: name, lede: made.lede),
            filters: search.map { $0.filters(at: SafeURL(path: "\(own)/\(path)") ?? own, t) },
            form: Form(
                action: SafeURL(path: "\(own)/\(path)") ?? own, sections: made.sections, submit: made.submit, texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                    + (version.map { [HiddenField("version", $0)] } ?? []),
                cancel: LinkText(t("form.cancel"), back),
                draft: keepsDraft ? "mou-\(id)-\(path.replacing("/", with: "-"))" : nil,
                problem: problem?.sentence(besides: made.sections.flatMap(\.fields))))
        let frame = Frame(
            title: made.title, site: site, viewer: viewer, current: isForParty ? "agreements" : "mous",
            breadcrumbs: [
                isForParty
                    ? Breadcrumb(t("agreements.title"), "/partner/agreements")
                    : Breadcrumb(t("list.title"), "/console/mous"),
                Breadcrumb(name, own),
            ]
                + (parent.map { [Breadcrumb(t($0.titleKey), back)] } ?? []))
        return HTML(bytes: try PageTemplate.form.render(model, in: frame))
    }
}
