import API
import Accounts
import Foundation
import Pages
import Postgres
import Vocabulary
import Wording

/// The text of agreements: written by managers, read by the staff of the parties, too.
struct TextPages {
    let site: Site

    var routes: [AnyRoute] { [blank, write, read(isManager: true), read(isManager: false)] }

    private var blank: AnyRoute {
        PageRoute(
            .get, "/console/mous/{mou}/texts/new", "consoleNewMoUText", access: .roles([.manager]),
            parameters: MoUPath.self
        ) { call in
            try await form(for: call, of: call.parameters.mou, values: [:])
        }.erased
    }

    private var write: AnyRoute {
        PageRoute(
            .post, "/console/mous/{mou}/texts/new", "writeConsoleMoUText", access: .roles([.manager]),
            parameters: MoUPath.self, body: NewMoUText.self, bodyLimit: 768 * 1024
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = call.parameters.mou
            return try await answering {
                let new = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.writeText(
                        new.body, in: new.language, of: id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/mous/\(id)?done=revised")
                }
            } again: { problem in
                try await form(for: call, of: id, values: call.fields, problem: problem)
            }
        }.erased
    }

    private func form<P, B>(
        for call: FormCall<P, B>, of id: MoU.ID, values: [String: [String]], problem: FormProblem? = nil
    ) async throws -> HTML {
        try await AgreementForm(site: site).page(
            for: call, of: id, "texts/new", values: values, problem, keepsDraft: true
        ) { form in
            let (t, input) = (form.t, form.input)
            return AgreementForm.Contents(
                t("text.title"), lede: t("text.lede"), submit: t("text.submit"),
                [
                    input.select(
                        "language", label: t("text.language"),
                        options: Pages.Language.allCases.map { ($0.tag, $0.endonym) }),
                    input.area(
                        "body", label: t("text.body"), hint: t("text.hint"), limit: MoUBodyRule.limit, rows: 20),
                ])
        }
    }

    private func read(isManager: Bool) -> AnyRoute {
        PageRoute(
            .get,
            isManager
                ? "/console/mous/{mou}/texts/{language}/{version}"
                : "/partner/agreements/{mou}/texts/{language}/{version}",
            isManager ? "consoleMoUText" : "partnerMoUText", access: .roles([isManager ? .manager : .partner]),
            parameters: MoUTextPath.self
        ) { call in
            let path = call.parameters
            guard let mou = try await call.reader.mou(path.mou),
                let text = try await call.reader.text(of: path.mou, in: path.language, version: path.version)
            else { throw Problem.notFound }
            let viewer = try await call.viewer()
            let t = PageKit.partnerships.texts(in: viewer.language)
            let name = mou.title.text(for: Vocabulary.Language(viewer.language))
            let endonym = Pages.Language(tag: text.language.rawValue)?.endonym ?? text.language.rawValue
            let title = t("text.version", ["language": endonym, "number": "\(text.version)"])
            let model = MoUTextPage(
                header: PageHeader(title: title, kind: name), language: text.language.rawValue,
                paragraphs: (text.body?.string ?? "").split(separator: "\n").map(String.init),
                facts: Facts(
                    title: t("fact.title"),
                    [
                        .text(t("text.hash"), text.sha256),
                        .time(t("text.written"), TimeText(text.writtenAt, in: mou.zone, language: viewer.language)),
                        .text(t("report.status"), text.isTheLast ? t("text.is_last") : t("text.is_earlier")),
                    ]))
            let back: SafeURL = isManager ? "/console/mous/\(mou.id)" : "/partner/agreements/\(mou.id)"
            let frame = Frame(
                title: title, site: site, viewer: viewer, current: isManager ? "mous" : "agreements",
                breadcrumbs: [
                    isManager
                        ? Breadcrumb(t("list.title"), "/console/mous")
                        : Breadcrumb(t("agreements.title"), "/partner/agreements"), Breadcrumb(name, back),
                ])
            return HTML(bytes: try PageTemplate.text.render(model, in: frame))
        }.erased
    }
}

/// A wording of an agreement.
struct MoUTextPage: ViewModel {
    var header: PageHeader
    var language: String
    var paragraphs: [String]
    var facts: Facts
}

extension PageTemplate<MoUTextPage> {
    static let text = PageTemplate("partnerships/text", in: .partnerships)
}
