internal import Accounts
internal import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// Who holds a seat in a stream, by partner and name: a manager reads all, a partner those of its own staff.
    package func seats(in stream: ProgramStream.ID) async throws -> [StreamSeat] {
        try await rows(
            """
            -- stream seats
            SELECT k.person_id, coalesce(who.name, own.name) AS name, k.institution_id, k.given_at
            FROM stream_seats AS k
            LEFT JOIN people AS who ON who.id = k.person_id
            LEFT JOIN own_staff() AS own ON own.person_id = k.person_id
            WHERE k.tenant_id = acting_tenant() AND k.stream_id = \(stream) AND k.ended_at IS NULL
              AND (acts_as('manager', 'system') OR acts_as('partner') AND k.institution_id = acting_institution())
            ORDER BY k.institution_id, name, k.person_id
            LIMIT 2000
            """
        ).map { row in
            try StreamSeat(
                person: row("person_id"), personName: row("name"), institution: row("institution_id"),
                givenAt: row("given_at"))
        }
    }

    /// In which streams whoever asks holds a seat.
    package func ownStreamSeats() async throws -> Set<ProgramStream.ID> {
        let held: [ProgramStream.ID] = try await rows(
            """
            -- own stream seats
            SELECT k.stream_id FROM stream_seats AS k
            WHERE k.tenant_id = acting_tenant() AND k.ended_at IS NULL AND acts_as('partner')
              AND k.institution_id = acting_institution() AND k.person_id = acting_person()
              AND k.membership_id = acting_membership()
            """
        ).map { try $0("stream_id") }
        return Set(held)
    }

    /// The staff of a stream's partners by name, for managers.
    func seatCandidates(for stream: ProgramStream.ID) async throws -> [StreamSeatCandidate] {
        try await rows(
            """
            -- stream seats: candidates
            SELECT m.person_id, who.name, m.institution_id,
                   EXISTS (SELECT FROM stream_seats AS k
                           WHERE k.tenant_id = p.tenant_id AND k.stream_id = p.stream_id AND k.membership_id = m.id
                             AND k.ended_at IS NULL) AS holds_seat
            FROM stream_partners AS p
            JOIN memberships AS m ON m.tenant_id = p.tenant_id AND m.institution_id = p.institution_id
                AND m.role = 'partner' AND m.ended_at IS NULL
            JOIN people AS who ON who.id = m.person_id AND who.disabled_at IS NULL
            WHERE p.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND p.stream_id = \(stream)
            ORDER BY p.institution_id, who.name, m.person_id
            LIMIT 2000
            """
        ).map { row in
            try StreamSeatCandidate(
                person: row("person_id"), name: row("name"), institution: row("institution_id"),
                holdsSeat: row("holds_seat"))
        }
    }
}

extension Transaction {
    func insertSeat(
        of person: Person.ID, of institution: Institution.ID, in stream: ProgramStream.ID, in tenant: Tenant.ID,
        by manager: Person.ID
    ) async throws {
        // Which membership it is bound to, the database finds.
        try await execute(
            """
            -- giveStreamSeat
            INSERT INTO stream_seats (tenant_id, stream_id, institution_id, person_id, given_by)
            VALUES (\(tenant), \(stream), \(institution), \(person), \(manager))
            """)
    }

    func endSeat(
        of person: Person.ID, of institution: Institution.ID, in stream: ProgramStream.ID, by manager: Person.ID
    ) async throws -> Bool {
        try await execute(
            """
            -- endStreamSeat
            UPDATE stream_seats AS k SET ended_at = now(), ended_by = \(manager)
            WHERE k.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND k.stream_id = \(stream)
              AND k.institution_id = \(institution) AND k.person_id = \(person) AND k.ended_at IS NULL
            """) > 0
    }
}
