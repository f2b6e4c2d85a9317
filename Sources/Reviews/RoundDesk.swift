internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Vocabulary
internal import Wording

/// What the manager's pages about one round share: who reads them, in which words, and where they stand.
struct RoundDesk {
    /// The pages beside each other.
    enum Place {
        case assignments, standings, conflicts
    }

    let site: Site
    let round: ReviewRound
    let viewer: Viewer
    let t: Texts
    let spoken: Vocabulary.Language

    func header(_ title: String, badge: Badge? = nil, lede: String? = nil, actions: [Action] = []) -> PageHeader {
        PageHeader(
            title: title,
            kind: t(
                "assignments.kind", ["round": round.name.text(for: spoken), "call": round.subject(for: spoken)]),
            badge: badge, lede: lede, actions: actions)
    }

    func tabs(_ current: Place?) -> Tabs {
        Tabs(
            label: t("assignments.tabs"),
            items: [
                NavigationItem(
                    label: t("assignments.title"), url: "/console/rounds/\(round.id)/assignments",
                    isCurrent: current == .assignments),
                NavigationItem(
                    label: t("standings.title"), url: "/console/rounds/\(round.id)/standings",
                    isCurrent: current == .standings),
                NavigationItem(
                    label: t("conflicts.title"), url: "/console/rounds/\(round.id)/conflicts",
                    isCurrent: current == .conflicts),
            ])
    }

    /// - Parameter place: the page one came from, for a page below it.
    func frame(_ title: String, under place: Place? = nil, flash: FlashNotice? = nil) -> Frame {
        var breadcrumbs = [
            Breadcrumb(t("assignments.rounds"), "/console/rounds"),
            Breadcrumb(round.name.text(for: spoken), "/console/rounds/\(round.id)"),
        ]
        switch place {
        case .assignments:
            breadcrumbs.append(Breadcrumb(t("assignments.title"), "/console/rounds/\(round.id)/assignments"))
        case .standings:
            breadcrumbs.append(Breadcrumb(t("standings.title"), "/console/rounds/\(round.id)/standings"))
        case .conflicts:
            breadcrumbs.append(Breadcrumb(t("conflicts.title"), "/console/rounds/\(round.id)/conflicts"))
        case nil: break
        }
        return Frame(
            title: title, site: site, viewer: viewer, current: "rounds", breadcrumbs: breadcrumbs, flash: flash)
    }

    /// An instant in the zone in which reviews are due.
    func time(_ instant: Date) -> TimeText {
        TimeText(instant, in: round.due.zone, and: .ofReader, language: viewer.language)
    }

    /// Names as one reads them aloud: “A, B and C”. Of more than `most`, the rest is counted.
    func listed(_ names: [String], most: Int = 12) -> String {
        let separator = t("assignments.separator")
        if names.count > most {
            return t(
                "assignments.and_more", count: names.count - most,
                ["names": names.prefix(most).joined(separator: separator)])
        }
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return t("assignments.and", ["names": names.dropLast().joined(separator: separator), "last": last])
    }

    /// The way on in a list; none where the list is on one page.
    static func pager(first: SafeURL?, next: SafeURL?) -> Pager? {
        first == nil && next == nil ? nil : Pager(firstURL: first, nextURL: next)
    }
}

extension RoundDesk {
    /// Throws not found where there is no such round.
    init<P, B>(_ call: FormCall<P, B>, _ id: ReviewRound.ID, in site: Site) async throws {
        guard let round = try await call.reader.round(id) else { throw Problem.notFound }
        self.site = site
        self.round = round
        viewer = try await call.viewer()
        t = PageKit.reviews.texts(in: viewer.language)
        spoken = Vocabulary.Language(viewer.language)
    }
}

extension Figures {
    /// To a tenth, with its zero, so that columns line up: 81.0.
    static func tenths(_ value: Double) -> String {
        let tenths = Int(clamping: Int64((value * 10).rounded()))
        return (tenths < 0 ? "−" : "") + grouped(abs(tenths) / 10) + ".\(abs(tenths) % 10)"
    }

    /// A difference in points, which says its sign: +4.2.
    static func difference(_ value: Double) -> String {
        (value * 10).rounded() > 0 ? "+" + tenths(value) : tenths(value)
    }

    /// Thousandths as a percentage: 83 %.
    static func percent(thousandths: Int) -> String { "\((thousandths + 5) / 10) %" }
}

/// A question that is answered by doing it, below a page's head.
struct ConfirmPage: ViewModel {
    var header: PageHeader?
    /// Nothing where there is nothing to do any more.
    var confirmation: Confirmation?
    /// Where one goes on from there.
    var wayBack: LinkText?
}

extension PageTemplate<ConfirmPage> {
    static let confirm = PageTemplate("reviews/confirm", in: .reviews)
}
