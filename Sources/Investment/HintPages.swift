internal import API
internal import Accounts
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Hints for founders.
struct HintPages {
    let site: Site
    let indexes: LiveIndexes

    var routes: [AnyRoute] { [show] }

    private var show: AnyRoute {
        PageRoute(.get, "/hints", "hints", access: .roles([.founder]), rate: .expensive) { call in
            let startup = Startup.ID(try call.principal.actsFor)
            guard let found = try await call.reader.startup(startup),
                let hints = try await indexes.hints(for: startup, in: try call.principal.workspace, by: call.reader)
            else { throw Problem.notFound }
            let reading = try await Reading(call)
            let t = reading.t
            let model = ListPage(
                header: PageHeader(
                    title: t("hints.title"), lede: t("hints.lede"),
                    actions: [.link(t("consents.title"), "/consents"), .link(t("hints.profile"), "/portal/profile")]),
                filters: nil,
                table: Table(
                    caption: t("hints.title"),
                    columns: [
                        Table.Column(t("hints.change")), Table.Column(t("hints.gained"), isNumber: true),
                        Table.Column(t("hints.lost"), isNumber: true),
                    ],
                    rows: hints.items.map { hint in
                        [
                            .text(words(hint, from: found.profile.ask, reading)), .number(hint.gained),
                            .number(hint.lost),
                        ]
                    },
                    empty: EmptyState(
                        title: t("hints.none"), text: t("hints.none_text", ["count": "\(hints.length)"]))))
            let frame = Frame(title: t("hints.title"), site: site, viewer: reading.viewer, current: "hints")
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    private func words(_ hint: Hint, from ask: Money?, _ reading: Reading) -> String {
        let t = reading.t
        func amounts() -> [String: String] {
            guard let new = hint.ask, let ask else { return [:] }
            func words(_ money: Money) -> String {
                let text = MoneyText(money)
                return text.currency + text.figure
            }
            return [
                "ask": words(new), "amount": words(Money(minor: abs(new.minor - ask.minor), currency: ask.currency)),
            ]
        }
        return switch hint.kind {
        case .agree: t("hints.agree")
        case .askLess: t("hints.ask_less", amounts())
        case .askMore: t("hints.ask_more", amounts())
        case .seek: t("hints.seek", ["stage": hint.seeking?.label(in: reading.spoken) ?? ""])
        }
    }
}
