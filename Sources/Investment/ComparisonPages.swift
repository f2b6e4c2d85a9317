internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Startups side by side, by API.
enum ComparisonAPI {
    static let operations: [AnyOperation] = [compareStartups]

    private static var compareStartups: AnyOperation {
        Operation(
            .get, "/v1/comparison", "compareStartups", summary: "Two to four startups of one's own lists, side by side",
            description: "Each as the latest released list shows it.", tag: "investment", access: .roles([.investor]),
            parameters: CompareStartups.self, output: Comparison.self
        ) { call in
            .ok(try await call.reader.comparison(of: call.parameters.startup ?? []))
        }.erased
    }
}

/// Choosing startups of a list, and reading them side by side.
struct ComparisonPages {
    let site: Site

    var routes: [AnyRoute] { [compare] }

    private var compare: AnyRoute {
        PageRoute(
            .get, "/shortlists/compare", "compareStartupsPage", access: .roles([.investor]),
            parameters: ChooseStartups.self
        ) { call in
            let (reader, query) = (call.reader, call.parameters)
            let chosen = query.startup ?? []
            let reading = try await Reading(call)
            let t = reading.t
            var (comparison, problem): (Comparison?, Problem?)
            if !chosen.isEmpty {
                do {
                    comparison = try await reader.comparison(of: chosen)
                } catch let refusal as ComparisonRefusal {
                    problem = refusal.problem
                }
            }
            let input = FormInput(
                values: ["startup": chosen.map(\.description)],
                // What is wrong with one of them is wrong with the choice.
                errors: problem.map { [("/startup", $0.errors.first?.words ?? "")] } ?? [], texts: t)
            let options = try await options(query, comparison, reader, reading)
            let model = ComparisonPage(
                header: PageHeader(title: t("compare.title"), lede: t("compare.lede")),
                table: comparison.map { table($0, reading) },
                choice: options.isEmpty
                    ? nil
                    : input.checkboxes(
                        "startup", label: t("compare.choose"), hint: t("compare.hint"), options: options,
                        isOptional: false),
                list: query.list?.description, submit: t("compare.submit"),
                empty: options.isEmpty && comparison == nil
                    ? EmptyState(
                        title: t("compare.none"), text: t("compare.none_text"),
                        action: LinkText(t("shortlists.title"), "/shortlists")) : nil)
            let frame = Frame(
                title: t("compare.title"), site: site, viewer: reading.viewer, current: "shortlists",
                breadcrumbs: [Breadcrumb(t("shortlists.title"), "/shortlists")])
            return HTML(
                status: problem?.formStatus ?? 200, bytes: try PageTemplate.comparison.render(model, in: frame))
        }.erased
    }

    /// What can be chosen: the startups of the list one comes from, and those that are compared.
    private func options(
        _ query: ChooseStartups, _ comparison: Comparison?, _ reader: some Statements, _ reading: Reading
    ) async throws -> [(value: String, label: String, hint: String?)] {
        var items = comparison?.items.map(\.item) ?? []
        if let list = query.list {
            for item in try await reader.items(of: list)
            where !items.contains(where: { $0.startup.id == item.startup.id }) {
                items.append(item)
            }
        }
        return items.map { ($0.startup.id.description, $0.startup.name.text(for: reading.spoken), nil) }
    }

    private func table(_ comparison: Comparison, _ reading: Reading) -> Table {
        let t = reading.t
        let columns = comparison.items.map { compared in
            (compared: compared, words: FitWords(reading: reading, terms: compared.terms))
        }
        func row(_ label: String, _ cell: (ComparedItem, FitWords) -> Table.Cell) -> [Table.Cell] {
            [.text(label)] + columns.map { cell($0.compared, $0.words) }
        }
        func gates(_ gates: [ShortlistCard.Gate], isMet: Bool) -> String {
            let labels = gates.filter { !$0.isUnknown && $0.isMet == isMet }.map(\.label)
            return labels.isEmpty ? "–" : labels.joined(separator: t("list.separator"))
        }
        return Table(
            caption: t("compare.title"),
            columns: [Table.Column(t("compare.fact"))]
                + comparison.items.map { Table.Column($0.item.startup.name.text(for: reading.spoken)) },
            rows: [
                row(t("compare.list")) { compared, _ in
                    let (list, startup) = (compared.shortlist, compared.item.startup.id)
                    return .link(
                        t("item.kind", ["rank": "\(compared.item.rank)", "list": list.mandateName.string]),
                        "/shortlists/\(list.id.description)/items/\(startup.description)")
                },
                row(t("compare.pitch")) { compared, _ in
                    .text(compared.item.startup.pitch?.string ?? t("card.no_pitch"))
                },
                row(t("matches.score")) { compared, words in words.points(compared.item.score) },
                row(t("matches.why")) { compared, words in words.reasons(compared.item.parts) },
                row(t("fact.stage")) { compared, words in .text(words.stage(compared.item.startup)) },
                row(t("fact.ask")) { compared, _ in
                    compared.item.startup.ask.map { .money(MoneyText($0)) } ?? .text(t("card.no_ask"))
                },
                row(t("fact.cheque")) { _, words in words.cheque.map { .money($0) } ?? .text(t("mandates.any")) },
                row(t("fact.place")) { compared, words in .text(words.place(compared.item.startup)) },
                row(t("fact.focus")) { compared, words in
                    .text(words.focus(compared.item.startup).joined(separator: t("list.separator")))
                },
                row(t("fact.founded")) { compared, _ in
                    compared.item.startup.foundedOn.map { .time(TimeText($0, in: reading.viewer.language)) }
                        ?? .text("–")
                },
                row(t("compare.met")) { compared, words in
                    .text(gates(words.gates(compared.item.startup), isMet: true))
                },
                row(t("compare.unmet")) { compared, words in
                    .text(gates(words.gates(compared.item.startup), isMet: false))
                },
                row(t("item.answer")) { compared, _ in .text(t("proposal.\(compared.item.state.rawValue)")) },
            ],
            empty: EmptyState(title: t("compare.none"), text: t("compare.none_text")))
    }
}

struct CompareStartups: Codable {
    let startup: [Startup.ID]?
}

struct ChooseStartups: Codable {
    let startup: [Startup.ID]?
    let list: Shortlist.ID?
}

extension Comparison: Described {
    package static var documentation: [String: String] { ["items": "In the order in which they were asked for."] }
}

extension ComparedItem: Described {}

/// Startups side by side, and which others there are to choose.
struct ComparisonPage: ViewModel {
    var header: PageHeader
    var table: Table?
    var choice: FormField?
    /// The list that one comes from.
    var list: String?
    var submit: String
    var empty: EmptyState?
}

extension PageTemplate<ComparisonPage> {
    static let comparison = PageTemplate("investment/comparison", in: .investment)
}
