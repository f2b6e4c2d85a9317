import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("Keeping agreements")
struct MoUVerbTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let own = Institution.ID(Cast.harbour.id.uuid)
    private let bank = Cast.institution("harbour/sakuragi")

    private func draft(_ reference: String = "MoU-T") throws -> MoUDraft {
        let fintech = try #require(FocusArea.ID("fintech"))
        return try MoUDraft(
            reference: Name(reference), title: LocalizedName(en: "Joint lab", ja: "共同ラボ"), kind: .research,
            summary: LongText("A lab.\nFor two years."), noticeDays: 60,
            parties: [
                MoU.Party(own, as: .lead, responsibilities: LongText("Space"), coordinator: Name("Mei Lam")),
                MoU.Party(bank, as: .partner, coordinator: Name("A Coordinator")),
            ],
            areas: [MoU.Area(fintech, wording: ShortText("Payments"))], objectives: [ShortText("Two papers")],
            legalReviewer: Name("A Counsel"))
    }

    private func signing(
        _ day: CalendarDate, effective: Int = 0, ends: Int? = 365, by institutions: [Institution.ID]
    ) throws -> Signing {
        Signing(
            on: day, effectiveOn: day.adding(days: effective), endsOn: ends.map { day.adding(days: $0) },
            by: try institutions.map {
                try Signing.Participant(.signatory, name: Name("A Signatory"), title: ShortText("Director"), of: $0)
            })
    }

    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    @Test("from draft to signature, every step in its history")
    func life() async throws {
        let world = try await World()
        let id = MoU.ID()
        let draft = try draft()
        let witness = try Signing.Participant(
            .witness, name: Name("Outside Guest"), title: ShortText("Consul"), of: nil, called: Name("The Consulate"))
        let signing = try Signing(
            on: today, effectiveOn: today, endsOn: today.adding(days: 60),
            at: .new(
                SigningEvent(
                    id: SigningEvent.ID(), name: Name("Spring Summit"), heldOn: today, city: Name("Tokyo"),
                    country: .japan, hosts: [Name("Harbour Science Park")], partOf: Name("Mission Week"))),
            by: self.signing(today, by: [own, bank]).participants + [witness])
        let signed = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let drafted = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
            #expect(drafted.status == .draft)
            #expect(drafted.parties.map(\.institution) == [own, bank])
            #expect(drafted.areas.map(\.wording.string) == ["Payments"])
            #expect(drafted.objectives.map(\.string) == ["Two papers"])
            #expect(try await transaction.shareMoU(id, in: tenant, by: mei).status == .inReview)
            #expect(try await transaction.agreeMoU(id, in: tenant, by: mei).status == .agreed)
            return try await transaction.signMoU(id, signing, in: tenant, by: mei)
        }
        #expect(signed.status == .expiring)
        #expect(signed.event?.partOf?.string == "Mission Week")
        #expect(
            signed.participants.map(\.institutionName.string) == [
                "Harbour Science Park", "Sakuragi Bank Group", "The Consulate",
            ])
        let history = try await world.database.reader(as: world.context(Cast.mei)).history(of: id)
        #expect(history.map(\.to) == [.draft, .inReview, .agreed, .signed])
        #expect(history.map(\.from) == [nil, .draft, .inReview, .agreed])
        #expect(history.allSatisfy { $0.personName == "Mei Lam" })
    }

    @Test("a revision replaces the parts as a whole, and only until the text is agreed")
    func revision() async throws {
        let world = try await World()
        let id = MoU.ID()
        let draft = try draft()
        let kitagawa = Cast.institution("harbour/kitagawa")
        let robotics = try #require(FocusArea.ID("robotics"))
        let other = try MoUDraft(
            reference: Name("MoU-T2"), title: LocalizedName(en: "Another lab"), kind: .framework,
            parties: [
                MoU.Party(kitagawa, as: .observer, coordinator: Name("A Coordinator")),
                MoU.Party(own, as: .lead, coordinator: Name("Another")),
            ],
            areas: [MoU.Area(robotics, wording: ShortText("Arms"), status: .active)], legalReviewer: Name("Another"))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
            _ = try await transaction.shareMoU(id, in: tenant, by: mei)
            let revised = try await transaction.reviseMoU(id, to: other, in: tenant) { current in
                #expect(current.reference.string == "MoU-T")
            }
            #expect(revised.parties == other.parties.reversed())
            #expect(revised.legalReviewer == other.legalReviewer)
            #expect(revised.areas == other.areas)
            #expect(revised.objectives.isEmpty)
            #expect(revised.summary == nil)
            #expect(revised.status == .inReview)
            _ = try await transaction.agreeMoU(id, in: tenant, by: mei)
        }
        await #expect(throws: MoURefusal.textIsFrozen) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.reviseMoU(id, to: other, in: tenant) { _ in }
            }
        }
    }

    @Test("a reference names one agreement")
    func reference() async throws {
        let world = try await World()
        let draft = try draft("MoU-1")
        #expect(
            await constraint {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.draftMoU(draft, as: MoU.ID(), in: tenant, by: mei)
                }
            } == "mous_have_distinct_references")
    }

    @Test("a party that a stream rests on cannot be taken out")
    func streamRestsOnParty() async throws {
        let world = try await World()
        let id = MoU.ID()
        let draft = try draft()
        let alone = try MoUDraft(
            reference: Name("MoU-T"), title: LocalizedName(en: "Joint lab"), kind: .research,
            parties: [MoU.Party(own, as: .lead)])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
            try await transaction.execute(
                """
                INSERT INTO stream_partners (tenant_id, stream_id, institution_id, mou_id)
                SELECT tenant_id, id, \(bank), \(id) FROM streams WHERE tenant_id = \(tenant)
                  AND id NOT IN (SELECT stream_id FROM stream_partners)
                """)
        }
        #expect(
            await constraint {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.reviseMoU(id, to: alone, in: tenant) { _ in }
                }
            } == "stream_partner_is_party_to_the_mou")
    }

    @Test("past the verb, the database shares nothing that nobody coordinates or reads for the law")
    func whoAnswers() async throws {
        let world = try await World()
        let id = MoU.ID()
        let draft = try draft()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let drafted = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
            #expect(drafted.parties == draft.parties && drafted.legalReviewer == draft.legalReviewer)
        }
        func refusal(of step: Query, after change: Query) async -> String? {
            await constraint {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.execute(change)
                    try await transaction.execute(step)
                }
            }
        }
        let nobody: Query =
            "UPDATE mou_parties SET coordinator = NULL WHERE mou_id = \(id) AND institution_id = \(bank)"
        let unread: Query = "UPDATE mous SET legal_reviewer = NULL WHERE id = \(id)"
        let share: Query = "UPDATE mous SET state = 'in_review' WHERE id = \(id)"
        let agree: Query = "UPDATE mous SET state = 'agreed' WHERE id = \(id)"
        #expect(await refusal(of: share, after: nobody) == "shared_agreements_name_their_coordinators")
        #expect(await refusal(of: share, after: unread) == "shared_agreements_name_a_legal_reviewer")
        #expect(await refusal(of: agree, after: unread) == "shared_agreements_name_a_legal_reviewer")
        // Nor are the steps between passed over, or the draft.
        let sign: Query = "UPDATE mous SET state = 'signed' WHERE id = \(id)"
        #expect(await refusal(of: sign, after: nobody) == "shared_agreements_name_their_coordinators")
        #expect(await refusal(of: sign, after: unread) == "shared_agreements_name_a_legal_reviewer")
        for state in ["in_review", "agreed", "signed"] {
            let straight: Query =
                """
                INSERT INTO mous (tenant_id, id, reference, title, kind, state, legal_reviewer)
                SELECT tenant_id, gen_random_uuid(), 'Straight', title, kind, \(state), 'A Counsel'
                FROM mous WHERE id = \(id)
                """
            let refused = await refusal(of: straight, after: "SELECT")
            #expect(refused == "shared_agreements_name_their_coordinators", "\(state)")
        }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.shareMoU(id, in: tenant, by: mei)
        }
        #expect(await refusal(of: agree, after: nobody) == "shared_agreements_name_their_coordinators")
    }

    @Test("a signature needs a signatory of each party, and dates in order")
    func signatures() async throws {
        let world = try await World()
        let id = MoU.ID()
        let draft = try draft()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
            _ = try await transaction.shareMoU(id, in: tenant, by: mei)
        }
        let good = try signing(today, by: [own, bank])
        await #expect(throws: MoURefusal.notIn(.agreed)) { try await sign(id, good, world) }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.agreeMoU(id, in: tenant, by: mei)
        }
        let oneSided = try signing(today, by: [own])
        #expect(await constraint { try await sign(id, oneSided, world) } == "mou_is_signed_for_each_party")
        let early = try signing(today, effective: -1, by: [own, bank])
        #expect(await constraint { try await sign(id, early, world) } == "mou_takes_effect_after_signing")
        let short = try signing(today, ends: 0, by: [own, bank])
        #expect(await constraint { try await sign(id, short, world) } == "mou_ends_after_it_takes_effect")
        let nowhere = try Signing(
            on: today, effectiveOn: today,
            by: good.participants + [.init(.witness, name: Name("W"), title: ShortText("T"), of: nil)])
        await #expect(throws: MoURefusal.participantWithoutInstitution(index: 2)) { try await sign(id, nowhere, world) }
        let outsider = try Signing(
            on: today, effectiveOn: today,
            by: good.participants
                + [.init(.signatory, name: Name("S"), title: ShortText("T"), of: nil, called: Name("Nobody"))])
        #expect(await constraint { try await sign(id, outsider, world) } == "signatories_sign_for_an_institution")
        #expect(try await sign(id, good, world).status == .inForce)
        for name in [
            "mou_is_signed_for_each_party", "mou_takes_effect_after_signing", "mou_ends_after_it_takes_effect",
            "signatories_sign_for_an_institution", "mous_have_distinct_references",
            "stream_partner_is_party_to_the_mou",
        ] {
            #expect(PartnershipsRoom.constraints[name] != nil, "\(name) has no words")
        }
    }

    @Test("a termination is dated, explained and kept")
    func termination() async throws {
        let world = try await World()
        let id: MoU.ID = demoID("mou MoU-1")
        let reason = try ShortText("The platform is finished")
        let mou = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.terminateMoU(
                id, on: today.adding(days: 90), MoU.Termination(reason: reason, isMutual: false), in: tenant, by: mei)
        }
        #expect(mou.status == .expiring)
        let read = try #require(try await world.database.reader(as: world.context(Cast.mei)).mou(id))
        #expect(read.termination == MoU.Termination(reason: reason, isMutual: false))
        #expect(read.term.terminatedOn == today.adding(days: 90))
        let history = try await world.database.reader(as: world.context(Cast.mei)).history(of: id)
        #expect(history.last?.note?.string == "The platform is finished")
    }

    @Test("an agreement that was given up stays to be read, with the reason")
    func abandonment() async throws {
        let world = try await World()
        let id = MoU.ID()
        let draft = try draft()
        let reason = try ShortText("No partner")
        let mou = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
            return try await transaction.abandonMoU(id, because: reason, in: tenant, by: mei)
        }
        #expect(mou.status == .abandoned)
        await #expect(throws: MoURefusal.notIn(.draft)) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.shareMoU(id, in: tenant, by: mei)
            }
        }
    }

    private func sign(_ id: MoU.ID, _ signing: Signing, _ world: World) async throws -> MoU {
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.signMoU(id, signing, in: tenant, by: mei)
        }
    }
}

/// The name of the constraint that refuses a deed; nil when nothing does.
func constraint<R>(_ deed: () async throws -> R) async -> String? {
    do {
        _ = try await deed()
        return nil
    } catch {
        return (error as? DatabaseError)?.constraint
    }
}
