import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Postgres
import Programs
import Reviews
import TestWorld
import Vocabulary

@testable import Decisions

/// A call of a test's own, and what managers do with its applications.
extension World {
    static var call: CallForApplications.ID { demoID("call incubation") }

    static func applied(_ slug: String) -> Application.ID {
        demoID("application \(Cast.startup(slug)) \(call)")
    }

    /// The founder of the applicant at a place.
    private static func seat(_ index: Int) -> (person: UUID, membership: UUID, startup: UUID) {
        let (person, membership, startup): (Person.ID, Seat.ID, Identifier<Never>) = (
            demoID("sitting person \(index)"), demoID("sitting seat \(index)"), demoID("sitting startup \(index)")
        )
        return (person.uuid, membership.uuid, startup.uuid)
    }

    /// A fresh call with so many applications in review, each of a startup with a founder.
    ///
    /// - Parameter first: the place of the first applicant, where there are others already.
    func applicants(_ count: Int, from first: Int = 0) async throws -> (CallForApplications.ID, [Application.ID]) {
        let (call, tenant, mei) = (CallForApplications.ID(), Cast.harbour.id, Cast.mei.person.id)
        let draft = try CallDraft(
            stream: demoID("stream incubation general"), title: LocalizedName(en: "A call of its own"),
            opensAt: Date().addingTimeInterval(-86_400),
            deadline: Deadline(Date().addingTimeInterval(86_400), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "What do you build?"))])
        try await database.write(as: context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: call, in: tenant)
            _ = try await transaction.publishCall(call, by: mei)
        }
        return (call, try await apply(count, to: call, from: first))
    }

    /// So many applications to a call, in review, each of a startup with a founder.
    func apply(
        _ count: Int, to call: CallForApplications.ID, from first: Int = 0
    ) async throws -> [Application.ID] {
        let tenant = Cast.harbour.id
        let ids = (0..<count).map { _ in Application.ID() }
        let seats = (first..<first + count).map(Self.seat)
        try await owner.write(as: .none) { transaction in
            let (people, members, startups) = (seats.map(\.person), seats.map(\.membership), seats.map(\.startup))
            try await transaction.execute(
                """
                INSERT INTO people (id, email, name)
                SELECT id, 'founder' || number + \(first) || '@sitting.example', 'Founder ' || number
                FROM unnest(\(people)) WITH ORDINALITY AS f (id, number)
                """)
            try await transaction.execute(
                """
                INSERT INTO institutions (tenant_id, id, kind, names)
                SELECT \(tenant), id, 'startup', jsonb_build_object('en', 'Startup ' || number)
                FROM unnest(\(startups)) WITH ORDINALITY AS f (id, number)
                """)
            try await transaction.execute(
                "INSERT INTO startups (tenant_id, id) SELECT \(tenant), id FROM unnest(\(startups)) AS f (id)")
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                SELECT f.seat, \(tenant), f.person, f.startup, 'founder'
                FROM unnest(\(members), \(people), \(startups)) AS f (seat, person, startup)
                """)
            try await transaction.execute(
                """
                INSERT INTO applications (tenant_id, id, call_id, startup_id, state, submitted_at, created_by)
                SELECT \(tenant), f.id, \(call), f.startup, 'in_review', now(), f.person
                FROM unnest(\(ids), \(startups), \(people)) AS f (id, startup, person)
                """)
            // As the server does by itself before a minute has passed; until then it plans for the few rows of the demo.
            try await transaction.execute("ANALYZE people, institutions, applications")
        }
        return ids
    }

    /// The context of the founder of the applicant at a place.
    func founder(of index: Int) async throws -> Context {
        let seat = Self.seat(index)
        return Principal(
            person: seat.person, membership: seat.membership, tenant: Cast.harbour.id.uuid, institution: seat.startup,
            role: .founder, name: "Founder", locale: "en",
            credential: .token(id: seat.membership, scopes: ["read", "write"])
        ).context
    }

    /// Who acts in a founder's context.
    func person(of context: Context) throws -> Person.ID {
        let text = context.settings.first { $0.name == "trellis.person" }?.value ?? ""
        guard let id = Person.ID(text) else { throw Problem.notFound }
        return id
    }

    /// The service itself, in the park's workspace.
    func system() async throws -> Context {
        Context([
            (name: "trellis.tenant", value: Cast.harbour.id.description), (name: "trellis.role", value: "system"),
        ])
    }

    func open(
        _ call: CallForApplications.ID, places: Int, budget: Int? = nil, award: Int? = nil,
        promotesItself: Bool = false,
        preparing decisions: [(application: Application.ID, preparation: Preparation)]
    ) async throws -> DecisionBatch.ID {
        let (id, mei) = (DecisionBatch.ID(), Cast.mei.person.id)
        let terms = try BatchTerms(
            name: Name("A sitting"), places: places, budget: budget.map { Money(minor: $0, currency: .hkd) },
            award: award.map { Money(minor: $0, currency: .hkd) },
            lastDay: CalendarDate(Date(), in: .hongKong).adding(days: 7), promotesItself: promotesItself)
        try await database.write(as: context(Cast.mei)) { transaction in
            _ = try await transaction.openBatch(terms, as: id, of: call, in: Cast.harbour.id, by: mei)
        }
        if !decisions.isEmpty { _ = try await prepare(decisions, in: id, .allOrNothing) }
        return id
    }

    @discardableResult
    func prepare(
        _ rows: [(application: Application.ID, preparation: Preparation)], in batch: DecisionBatch.ID, _ mode: BulkMode
    ) async throws -> [PreparationVerdict] {
        try await database.write(as: context(Cast.mei)) { transaction in
            try await transaction.prepareDecisions(rows, in: batch, mode, by: Cast.mei.person.id)
        }
    }

    func prepare(_ id: Application.ID, _ preparation: Preparation, in batch: DecisionBatch.ID) async throws {
        try await database.write(as: context(Cast.mei)) { transaction in
            try await transaction.prepareDecision(on: id, preparation, in: batch, by: Cast.mei.person.id)
        }
    }

    func release(_ batch: DecisionBatch.ID) async throws {
        _ = try await database.write(as: context(Cast.mei)) { transaction in
            try await transaction.releaseBatch(batch, by: Cast.mei.person.id)
        }
    }

    /// A round of the call or of one of its streams or batches, open, with the demo's first reviewer on its panel; one review decides.
    @discardableResult
    func openRound(
        for call: CallForApplications.ID, of stream: ProgramStream.ID? = nil, in batch: Int? = nil
    ) async throws -> ReviewRound.ID {
        let (id, mei, nora) = (ReviewRound.ID(), Cast.mei.person.id, Cast.nora.person)
        let draft = try RoundDraft(
            name: LocalizedName(en: "Panel"), stream: stream, batch: batch, isBlind: true, reviewsWanted: 1, quorum: 1,
            due: Deadline(Date().addingTimeInterval(864_000), in: .hongKong),
            criteria: [ReviewRound.Criterion(id: .init(), name: LocalizedName(en: "Worth"), weight: 100)])
        try await database.write(as: context(Cast.mei)) { transaction in
            _ = try await transaction.draftRound(draft, as: id, of: call, in: Cast.harbour.id)
            guard let address = EmailAddress(nora.email) else { return }
            _ = try await transaction.invitePanelist(
                PanelInvitation(
                    email: address, name: Name(nora.name), isChair: true,
                    terms: PanelTerms(most: 100, languages: [.english])),
                to: id, in: Cast.harbour.id, by: mei)
            _ = try await transaction.openRound(id, in: Cast.harbour.id, by: mei)
        }
        try await database.write(as: context(Cast.nora)) { transaction in
            try await transaction.acceptPanelInvitation(to: id, taking: nil, by: nora.id)
        }
        return id
    }

    /// Has the last day of an offer be over.
    func lapse(_ id: Application.ID) async throws {
        try await owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE applications SET offer_expires_at = now() - interval '1 second' WHERE id = \(id)")
        }
    }

    func propose(_ preparation: Preparation, for id: Application.ID, as change: DecisionChange.ID) async throws {
        let reason = try LongText("We overlooked a letter.")
        _ = try await database.write(as: context(Cast.mei)) { transaction in
            try await transaction.proposeChange(
                of: id, to: preparation, because: reason, as: change, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
    }

    func confirm(_ change: DecisionChange.ID, by member: Cast.Member) async throws {
        _ = try await database.write(as: context(member)) { transaction in
            try await transaction.confirmChange(change, by: member.person.id)
        }
    }

    func answer(
        _ id: Application.ID, _ verdict: Appeal.Verdict, _ answer: LongText, by member: Cast.Member
    ) async throws {
        _ = try await database.write(as: context(member)) { transaction in
            try await transaction.answerAppeal(of: id, verdict, because: answer, by: member.person.id)
        }
    }
}

extension Array {
    /// One after another.
    func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
