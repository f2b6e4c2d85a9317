internal import Accounts
package import Applications
internal import DemoWorld
package import Foundation
internal import Postgres
package import Programs
internal import Vocabulary

/// A call that stays open and takes three batches.
package struct RollingCall: Sendable {
    /// The call.
    package let id: CallForApplications.ID
    /// Its stream, which has no other call.
    package let stream: ProgramStream.ID
    /// An hour ago and tomorrow; the closing ends the third batch.
    package let cutoffs: [Date]
}

extension World {
    /// A rolling call of the demo's incubation program, "All year", with one question.
    ///
    /// - Parameter further: questions that it asks besides.
    package func rollingCall(asking further: [CallDraft.Question] = []) async throws -> RollingCall {
        // Whole seconds: what is read back is compared with them.
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded())
        let made = RollingCall(
            id: .init(), stream: .init(), cutoffs: [now.addingTimeInterval(-3_600), now.addingTimeInterval(86_400)])
        let (tenant, mei) = (Cast.harbour.id, Cast.mei.person.id)
        let draft = try CallDraft(
            stream: made.stream, title: LocalizedName(en: "All year"), opensAt: now.addingTimeInterval(-864_000),
            deadline: Deadline(now.addingTimeInterval(1_728_000), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "What do you build?"))] + further,
            cutoffs: made.cutoffs)
        try await database.write(as: context(Cast.mei)) { transaction in
            _ = try await transaction.addStream(
                NewStream(program: demoID("program incubation"), name: LocalizedName(en: "Desks"), focusAreas: []),
                as: made.stream, in: tenant)
            _ = try await transaction.draftCall(draft, as: made.id, in: tenant)
            _ = try await transaction.publishCall(made.id, by: mei)
        }
        return made
    }

    /// Applications in review to a rolling call, each of a startup with a founder, that were handed in to these batches, the
    /// first or the second.
    package func handIn(to call: RollingCall, batches: [Int]) async throws -> [Application.ID] {
        let tenant = Cast.harbour.id
        let ids = batches.map { _ in Application.ID() }
        let (startups, people) = try await foundStartups(batches.count, called: "Rolling")
        try await owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO applications (tenant_id, id, call_id, startup_id, state, submitted_at, created_by)
                SELECT \(tenant), f.id, \(call.id), f.startup, 'in_review',
                       now() - CASE f.batch WHEN 1 THEN interval '2 hours' ELSE interval '0' END, f.person
                FROM unnest(\(ids), \(startups), \(people), \(batches)) AS f (id, startup, person, batch)
                """)
        }
        return ids
    }

    /// Startups that were nobody's before, with a founder each, of whom each has a seat: `name` and their number, in the demo's
    /// park.
    package func foundStartups(_ count: Int, called name: String) async throws -> (startups: [UUID], people: [UUID]) {
        let tenant = Cast.harbour.id
        func fresh() -> [UUID] { (0..<count).map { _ in UUID() } }
        let (people, seats, startups) = (fresh(), fresh(), fresh())
        try await owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO people (id, email, name)
                SELECT id, 'founder' || number || '@' || lower(\(name)::text) || '.example', 'Founder ' || number
                FROM unnest(\(people)) WITH ORDINALITY AS f (id, number)
                """)
            try await transaction.execute(
                """
                INSERT INTO institutions (tenant_id, id, kind, names)
                SELECT \(tenant), id, 'startup', jsonb_build_object('en', \(name)::text || ' ' || number)
                FROM unnest(\(startups)) WITH ORDINALITY AS f (id, number)
                """)
            try await transaction.execute(
                "INSERT INTO startups (tenant_id, id) SELECT \(tenant), id FROM unnest(\(startups)) AS f (id)")
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                SELECT f.seat, \(tenant), f.person, f.startup, 'founder'
                FROM unnest(\(seats), \(people), \(startups)) AS f (seat, person, startup)
                """)
        }
        return (startups, people)
    }
}
