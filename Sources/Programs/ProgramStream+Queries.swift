import Accounts
import Institutions
import Partnerships
package import Postgres
import Vocabulary

extension Statements {
    /// A stream; nil when it does not exist or the principal may not know of it.
    package func stream(_ id: ProgramStream.ID) async throws -> ProgramStream? {
        try await first(
            """
            -- stream
            \(fragment: selectStreams())
            WHERE s.tenant_id = acting_tenant() AND \(fragment: reachOfStreams) AND s.id = \(id)
            """
        ).map(ProgramStream.init)
    }

    /// Streams in the order of their ids.
    ///
    /// - Parameters:
    ///   - program: only branches of this program; nil for all.
    ///   - cursor: the id after which to go on.
    ///   - limit: how many at the most; nil for all.
    package func streams(
        of program: Program.ID? = nil, after cursor: ProgramStream.ID? = nil, limit: Int? = nil
    ) async throws -> [ProgramStream] {
        try await rows(
            """
            -- streams
            \(fragment: selectStreams())
            WHERE s.tenant_id = acting_tenant() AND \(fragment: reachOfStreams)
              \(given: program, { "AND s.program_id = \($0)" })
              \(given: cursor, { "AND s.id > \($0)" })
            ORDER BY s.id
            LIMIT \(limit)
            """
        ).map(ProgramStream.init)
    }

    /// Those of some partners who are bound on a day: by the agreement they take part under, or by another term of its chain.
    func bound(
        _ partners: [ProgramStream.Partner], on day: CalendarDate
    ) async throws -> Set<ProgramStream.Partner> {
        guard !partners.isEmpty else { return [] }
        let places: [Int] = try await rows(
            """
            -- bound partners
            SELECT p.place FROM unnest(\(partners.map(\.institution)), \(partners.map(\.mou)))
                WITH ORDINALITY AS p (institution, mou, place)
            WHERE agreement_holds(acting_tenant(), p.mou, p.institution, \(day))
            """
        ).map { try $0("place") }
        return Set(places.map { partners[$0 - 1] })
    }

    private func selectStreams() -> Query {
        """
        SELECT s.id, s.program_id, s.name, s.focus_areas,
               (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'institution', p.institution_id, 'mou', p.mou_id, 'seats', p.seats, 'coDecides', p.co_decides,
                           'recommends', p.recommends, 'screens', p.screens, 'places', p.places,
                           'answerDays', p.answer_days, 'silenceConsents', p.silence_consents) ORDER BY p.institution_id), '[]')
                FROM stream_partners AS p
                WHERE p.tenant_id = s.tenant_id AND p.stream_id = s.id AND \(fragment: .reachOfPartners)) AS partners,
               s.ended_at, CASE WHEN acts_as('manager', 'system') THEN s.end_reason END AS end_reason
        FROM streams AS s
        """
    }
}

extension Transaction {
    func insert(_ new: NewStream, as id: ProgramStream.ID, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- addStream
            INSERT INTO streams (tenant_id, id, program_id, name, focus_areas)
            VALUES (\(tenant), \(id), \(new.program), \(new.name), \(new.focusAreas))
            """)
        try await replacePartners(of: id, with: new.partners, in: tenant)
    }

    /// A partner named twice is refused by `stream_partners_pkey`, whether the stream is added or revised.
    func replacePartners(
        of id: ProgramStream.ID, with partners: [ProgramStream.Partner], in tenant: Tenant.ID
    ) async throws {
        try await execute(
            """
            -- addStream: earlier partners
            DELETE FROM stream_partners WHERE tenant_id = \(tenant) AND stream_id = \(id)
            """)
        try await execute(
            """
            -- addStream: partners
            INSERT INTO stream_partners (
                tenant_id, stream_id, institution_id, mou_id, seats, co_decides, recommends, screens, places, answer_days,
                silence_consents)
            SELECT \(tenant), \(id), p.institution, p.mou, p.seats, p.co_decides, p.recommends, p.screens, p.places,
                   p.answer_days, p.silence_consents
            FROM unnest(\(partners.map(\.institution)), \(partners.map(\.mou)), \(partners.map(\.seats)),
                        \(partners.map(\.coDecides)), \(partners.map(\.recommends)), \(partners.map(\.screens)),
                        \(partners.map(\.places)), \(partners.map(\.answerDays)),
                        \(partners.map(\.silenceConsents)))
                AS p (institution, mou, seats, co_decides, recommends, screens, places, answer_days, silence_consents)
            """)
    }

    /// The stream, with its row locked until the transaction ends; nil when the principal may not write it.
    func lockStream(_ id: ProgramStream.ID) async throws -> ProgramStream? {
        let locked = try await first(
            "/* lockStream */ SELECT id FROM streams WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE")
        return locked == nil ? nil : try await stream(id)
    }

    func update(_ id: ProgramStream.ID, to revised: RevisedStream) async throws {
        try await execute(
            """
            -- reviseStream
            UPDATE streams SET name = \(revised.name), focus_areas = \(revised.focusAreas)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func end(_ id: ProgramStream.ID, because reason: ShortText, by person: Person.ID) async throws {
        try await execute(
            """
            -- endStream
            UPDATE streams SET ended_at = now(), ended_by = \(person), end_reason = \(reason)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }
}

extension Query {
    /// Which partners `p` of a stream the seat reaches: a partner itself alone, for which other agreements stand behind a
    /// stream is confidential. Row-level security says the same.
    fileprivate static var reachOfPartners: Query {
        """
        (acts_as('manager', 'system')
         OR acts_as('partner') AND p.institution_id = acting_institution())
        """
    }
}

extension ProgramStream {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), program: row("program_id"), name: row("name"), focusAreas: row("focus_areas"),
            partners: (row("partners") as JSONB<[Partner]>).value, endedAt: row("ended_at"),
            endReason: row("end_reason"))
    }
}
