import API
import Accounts
import Institutions
package import Postgres
package import Vocabulary

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

/// What a stream is designed to ask.
package struct DesignedForm: Sendable {
    /// The stream.
    package let stream: ProgramStream.ID
    /// What it is called.
    package let name: LocalizedName
    /// The questions, in order; one at least.
    package let questions: [NewQuestion]
}

extension Statements {
    /// What the running streams of a program are designed to ask, for managers; none that is designed to ask nothing.
    package func designedForms(of program: Program.ID) async throws -> [DesignedForm] {
        try await rows(
            """
            -- designedForms
            SELECT s.id, s.name, d.form
            FROM streams AS s JOIN stream_designs AS d ON d.tenant_id = s.tenant_id AND d.stream_id = s.id
            WHERE s.tenant_id = acting_tenant() AND s.program_id = \(program) AND s.ended_at IS NULL
              AND acts_as('manager', 'system') AND jsonb_array_length(d.form) > 0
            ORDER BY s.id
            """
        ).map {
            try DesignedForm(stream: $0("id"), name: $0("name"), questions: ($0("form") as JSONB<[NewQuestion]>).value)
        }
    }
}

extension Statements {
    /// What a call of a stream begins with asking, for managers: what the stream is designed to ask or, with others of its
    /// program beside it, what each of them is. None where nothing is designed.
    func designedForm(
        of stream: ProgramStream.ID, beside others: Set<ProgramStream.ID>
    ) async throws -> [NewQuestion] {
        guard !others.subtracting([stream]).isEmpty, let own = try await self.stream(stream) else {
            return try await design(of: stream)?.form ?? []
        }
        return StreamDesign.jointForm(of: stream, beside: others, among: try await designedForms(of: own.program))
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
