internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Vocabulary

// What the terms in a mandate's form would match, asked by a button of the form and told above it.
extension MandatePages {
    var countNew: AnyRoute {
        PageRoute(
            .post, "/mandates/count", "countMatchesForm", access: .roles([.investor]), rate: .expensive,
            body: MandateForm.self
        ) { call in
            try await countNew(call, of: Institution.ID(try call.principal.actsFor), .own)
        }.erased
    }

    var countInvestorsNew: AnyRoute {
        PageRoute(
            .post, "/console/investors/{investor}/mandates/count", "consoleCountMatches", access: .roles([.manager]),
            rate: .expensive, parameters: InvestorPath.self, body: MandateForm.self
        ) { call in
            try await countNew(call, of: call.parameters.investor, .console)
        }.erased
    }

    func countRevised(at way: Way) -> AnyRoute {
        PageRoute(
            .post, way.path + "/count", way == .own ? "countRevisedForm" : "consoleCountRevised",
            access: .roles(way.roles), rate: .expensive, parameters: MandatePath.self, body: MandateForm.self
        ) { call in
            guard let mandate = try await call.reader.mandate(call.parameters.mandate) else { throw Problem.notFound }
            let (count, problem) = try await counted(call, of: mandate.investor)
            return try await page(
                for: call, of: mandate, values: call.fields, version: call.version ?? "", problem: problem,
                count: count, way)
        }.erased
    }

    private func countNew<P>(
        _ call: FormCall<P, MandateForm>, of investor: Institution.ID, _ way: Way
    ) async throws -> HTML {
        let (count, problem) = try await counted(call, of: investor)
        return try await newPage(for: call, of: investor, problem: problem, count: count, way)
    }

    private func counted<P>(
        _ call: FormCall<P, MandateForm>, of investor: Institution.ID
    ) async throws -> (count: MatchCount?, problem: Problem?) {
        do {
            let investor = try await call.reader.investorToCount(for: investor, call.principal)
            let count = try await indexes.count(
                try call.decoded().terms(unnamed: Name("–")), of: investor, on: CalendarDate(Date(), in: .utc),
                in: try call.principal.workspace)
            return (count, nil)
        } catch MandateRefusal.investorUnknown {
            throw Problem.notFound
        } catch let refusal as MandateRefusal {
            return (nil, refusal.problem)
        } catch let problem as Problem where problem.kind == .invalid {
            return (nil, problem)
        }
    }

    /// What was counted: all, those that each demand keeps out, and those that are left.
    func table(_ count: MatchCount, _ reading: Reading) -> Table {
        let t = reading.t
        let words = FitWords(reading: reading, terms: nil)
        let lines =
            [(t("count.considered"), count.considered)]
            + count.gatedOut.map { (words.label(ofGate: $0.gate), -$0.count) } + [(t("count.matching"), count.matching)]
        return Table(
            caption: t("count.title", count: count.matching),
            columns: [Table.Column(t("shortlist.gate")), Table.Column(t("shortlist.gate_count"), isNumber: true)],
            rows: lines.map { label, startups in
                [.text(label), .text((startups < 0 ? "−" : "") + Figures.grouped(abs(startups)))]
            },
            empty: EmptyState(title: t("matches.none"), text: t("matches.none_text")))
    }
}
