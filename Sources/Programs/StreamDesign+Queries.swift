import API
import Accounts
import Institutions
package import Postgres
import Vocabulary

extension Statements {
    /// How a stream is designed, for managers and for the partners that take part in it; nil when nothing is designed, or
    /// for anybody else.
    package func design(of stream: ProgramStream.ID) async throws -> StreamDesign? {
        try await first(
            """
            -- design of a stream
            SELECT d.form, d.rubric, d.rounds, d.places, d.award_minor, d.award_currency, d.budget_minor,
                   d.budget_currency, d.closing, d.duration_months, d.milestones, d.eligibility, d.conditions,
                   d.panel_hints, d.preset
            FROM stream_designs AS d
            WHERE d.tenant_id = acting_tenant() AND d.stream_id = \(stream)
              AND (acts_as('manager', 'system')
                   OR acts_as('partner') AND EXISTS (
                       SELECT FROM stream_partners AS p
                       WHERE p.tenant_id = d.tenant_id AND p.stream_id = d.stream_id
                         AND p.institution_id = acting_institution()))
            """
        ).map(StreamDesign.init)
    }
}

extension StreamDesign {
    fileprivate init(_ row: Row) throws {
        try self.init(
            form: (row("form") as JSONB<[NewQuestion]>).value, rubric: (row("rubric") as JSONB<[Criterion]>).value,
            rounds: (row("rounds") as JSONB<[Round]>).value, places: row("places"),
            award: row.money("award_minor", "award_currency"), budget: row.money("budget_minor", "budget_currency"),
            closing: (row("closing") as JSONB<Closing>?)?.value, durationMonths: row("duration_months"),
            milestones: row("milestones"), eligibility: row("eligibility"),
            conditions: (row("conditions") as JSONB<[ConditionBody]>).value, panelHints: row("panel_hints"),
            preset: row("preset"))
    }
}

extension Transaction {
    func replace(_ design: StreamDesign, of stream: ProgramStream.ID, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- designStream
            INSERT INTO stream_designs (
                tenant_id, stream_id, form, rubric, rounds, places, award_minor, award_currency, budget_minor,
                budget_currency, closing, duration_months, milestones, eligibility, conditions, panel_hints, preset)
            VALUES (\(tenant), \(stream), \(JSONB(design.form)), \(JSONB(design.rubric)), \(JSONB(design.rounds)),
                    \(design.places), \(design.award?.minor), \(design.award?.currency.code),
                    \(design.budget?.minor), \(design.budget?.currency.code), \(design.closing.map(JSONB.init)),
                    \(design.durationMonths), \(design.milestones), \(design.eligibility),
                    \(JSONB(design.conditions)), \(design.panelHints), \(design.preset))
            ON CONFLICT (tenant_id, stream_id) DO UPDATE SET
                form = excluded.form, rubric = excluded.rubric, rounds = excluded.rounds, places = excluded.places,
                award_minor = excluded.award_minor, award_currency = excluded.award_currency,
                budget_minor = excluded.budget_minor, budget_currency = excluded.budget_currency,
                closing = excluded.closing, duration_months = excluded.duration_months,
                milestones = excluded.milestones, eligibility = excluded.eligibility,
                conditions = excluded.conditions, panel_hints = excluded.panel_hints, preset = excluded.preset
            """)
    }
}
