internal import API
internal import Accounts
internal import Applications
internal import Decisions
internal import Foundation
internal import Institutions
internal import Postgres
internal import Programs
internal import Vocabulary

extension DemoWorld {
    /// A batch that was released, and another that a manager has prepared: its application lacks a review, and nobody else
    /// knows of it.
    func decide(on call: CallForApplications.ID, _ transaction: Transaction) async throws {
        let (tenant, mei) = (Cast.harbour.id, Cast.mei.person.id)
        let award = Money(minor: 100_000_00, currency: .hkd)
        let first: DecisionBatch.ID = demoID("batch first")
        _ = try await transaction.openBatch(
            BatchTerms(
                name: Name("Admission panel, first sitting"), places: 3,
                budget: Money(minor: 300_000_00, currency: .hkd), award: award, lastDay: today.adding(days: 21)),
            as: first, of: call, in: tenant, by: mei)
        let note = try LongText("Decided by the admission panel.")
        let strong = try LongText(
            "The panel was convinced by the team and by what it has measured so far. It asks for a price list.")
        let weak = try LongText(
            "The panel did not see who pays. Speak to ten customers before the next call, and say what they answered.")
        let decided: [(String, Preparation)] = [
            ("gridfellow", Preparation(.offer, note: note, feedback: strong)),
            ("kelpsense", Preparation(.offer, note: note, feedback: strong)),
            ("skylarkinspect", Preparation(.waitlist, note: note)),
            ("tideglass", Preparation(.reject, note: note, feedback: weak)),
        ]
        _ = try await transaction.prepareDecisions(
            decided.map { slug, meant in
                (application: demoID("application \(Cast.startup(slug)) \(call)"), preparation: meant)
            }, in: first, .allOrNothing, by: mei)
        _ = try await transaction.releaseBatch(first, by: mei)

        let second: DecisionBatch.ID = demoID("batch second")
        _ = try await transaction.openBatch(
            BatchTerms(
                name: Name("Admission panel, second sitting"), places: 3,
                budget: Money(minor: 300_000_00, currency: .hkd), award: award, lastDay: today.adding(days: 28)),
            as: second, of: call, in: tenant, by: mei)
        try await transaction.prepareDecision(
            on: demoID("application \(Cast.startup("plumbline")) \(call)"),
            Preparation(.offer, note: note, feedback: strong), in: second, by: mei)
    }
}
