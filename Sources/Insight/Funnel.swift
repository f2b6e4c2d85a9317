internal import API
internal import Accounts
package import Foundation
internal import Pages
internal import Programs
package import Vocabulary
internal import Wording

/// How far applications of a stream, or to streams with a partner, have come: each counts where it stands and at every stage
/// it has been at.
package struct FunnelLine: Sendable {
    /// The stream's or the partner's id.
    package let id: UUID
    /// What it is called.
    package let name: LocalizedName
    /// Of each stage how many reached it, in the order of ``Funnel/stages``.
    package let reached: [Int]
}

/// How far applications that were begun in a span of time have come.
package struct Funnel: Sendable {
    /// By stream; an application is in one.
    package let streams: [FunnelLine]
    /// By partner institution; an application to a stream of two partners is counted with both.
    package let partners: [FunnelLine]

    /// The stages, in the order an application goes through them; the middle ones may be skipped.
    package enum Stage: String, Codable, Sendable, CaseIterable {
        case begun, submitted, eligible, reviewed, shortlisted, interview, offered, accepted, enrolled
    }
}

/// When the applications of a funnel were begun: days of Hong Kong, both ends included.
struct FunnelQuery: Codable {
    let from: CalendarDate?
    let to: CalendarDate?
}

/// A funnel as programs read it.
struct FunnelView: Described {
    let streams: [Line]
    let partners: [Line]

    struct Line: Described {
        let id: UUID
        let name: LocalizedName
        let stages: [Reached]

        init(_ line: FunnelLine) {
            (id, name) = (line.id, line.name)
            let submitted = line.reached[1]
            stages = zip(Funnel.Stage.allCases, line.reached).map { stage, count in
                Reached(
                    stage: stage, applications: count,
                    perMilleOfSubmitted: stage == .begun || submitted == 0 ? nil : count * 1000 / submitted)
            }
        }
    }

    struct Reached: Described {
        let stage: Funnel.Stage
        let applications: Int
        let perMilleOfSubmitted: Int?
    }

    static var documentation: [String: String] {
        ["partners": "An application to a stream of two partners is counted with both."]
    }

    init(_ funnel: Funnel) {
        streams = funnel.streams.map(Line.init)
        partners = funnel.partners.map(Line.init)
    }
}

struct FunnelPages: Sendable {
    let site: Site

    static var operation: AnyOperation {
        Operation(
            .get, "/v1/applications/funnel", "getFunnel",
            summary: "How far applications came, by stream and by partner",
            description: """
                Of the applications begun from `from` to `to`, days of Hong Kong, each counts at every stage it has been \
                at. Shortlist and interview may be skipped, so that a share is always of those submitted. A partner \
                reads the streams in which their institution takes part.
                """,
            tag: "applications", access: .roles([.manager, .partner]), parameters: FunnelQuery.self,
            output: FunnelView.self
        ) { call in
            .ok(FunnelView(try await call.reader.funnel(from: call.parameters.from, to: call.parameters.to)))
        }.erased
    }

    var routes: [AnyRoute] { [console, partner] }

    private var console: AnyRoute {
        PageRoute(
            .get, "/console/funnel", "consoleFunnel", access: .roles([.manager]), parameters: FunnelQuery.self
        ) { call in
            try await page(for: call, isPartner: false)
        }.erased
    }

    private var partner: AnyRoute {
        PageRoute(
            .get, "/partner/funnel", "partnerFunnel", access: .roles([.partner]), parameters: FunnelQuery.self
        ) { call in
            try await page(for: call, isPartner: true)
        }.erased
    }

    private func page(for call: FormCall<FunnelQuery, NoBody>, isPartner: Bool) async throws -> HTML {
        let viewer = try await call.viewer()
        let (t, query) = (PageKit.insight.texts(in: viewer.language), call.parameters)
        let funnel = try await call.reader.funnel(from: query.from, to: query.to)
        let spoken = Vocabulary.Language(viewer.language)
        func table(_ lines: [FunnelLine], _ name: String) -> Table {
            Table(
                caption: name,
                columns: [Table.Column(name)]
                    + Funnel.Stage.allCases.map { Table.Column(t("funnel.\($0.rawValue)"), isNumber: true) },
                rows: lines.map { line in
                    let submitted = line.reached[1]
                    return [.text(line.name.text(for: spoken))]
                        + line.reached.enumerated().map { index, count in
                            .text(
                                Figures.grouped(count),
                                note: index > 1 && submitted > 0 ? "\(count * 100 / submitted) %" : nil)
                        }
                },
                empty: EmptyState(title: t("funnel.none"), text: t("funnel.none_text")))
        }
        let model = FunnelPage(
            header: PageHeader(
                title: t("funnel.title"), lede: t(isPartner ? "funnel.partner_lede" : "funnel.lede")),
            action: isPartner ? "/partner/funnel" : "/console/funnel", from: query.from?.description ?? "",
            to: query.to?.description ?? "",
            streams: table(funnel.streams, t("funnel.stream")),
            partners: isPartner ? nil : table(funnel.partners, t("funnel.partner")))
        let frame = Frame(
            title: t("funnel.title"), site: site, viewer: viewer, current: isPartner ? "funnel" : "overview",
            breadcrumbs: isPartner ? [] : [Breadcrumb(t("nav.overview"), "/console")])
        return HTML(bytes: try PageTemplate.funnel.render(model, in: frame))
    }
}

struct FunnelPage: ViewModel {
    var header: PageHeader
    var action: SafeURL
    var from: String
    var to: String
    var streams: Table
    var partners: Table?
}

extension PageTemplate<FunnelPage> {
    static let funnel = PageTemplate("insight/funnel", in: .insight)
}
