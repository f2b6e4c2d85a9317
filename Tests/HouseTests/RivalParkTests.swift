import Accounts
import DemoWorld
import Foundation
import Institutions
import Partnerships
import Postgres
import TestWorld
import Testing
import Vocabulary

/// A bank may have agreements with rival parks. Whatever it has with the other, everybody at this park is answered with the same
/// bytes, on every operation, page, export, search and count; the bank's own people included, while they act for it here.
@Suite("Rival parks", .serialized)
struct RivalParkTests {
    private static let park: [Asker] =
        BlindnessTests.isLong
        ? [.mei, .tom, .kenji, .ada, .ravi, .jun, .chloe, .iris, .nora, .vera, .juror, .wing, .olga] : [.mei, .kenji]

    static let facts: [BlindnessTests.Fact] = [
        BlindnessTests.Fact(
            testDescription: "that the bank has an agreement with the rival park, to everybody at this one",
            observers: park, slug: "kelpsense", judge: Cast.nora
        ) { world in
            // The other way round: in the second world it has none.
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                let removed = try await transaction.execute("DELETE FROM mous WHERE reference = 'MoU-3'")
                #expect(removed == 1)
            }
        },
        BlindnessTests.Fact(
            testDescription: "that the bank signs a further one there, to everybody at this one", observers: park,
            slug: "kelpsense", judge: Cast.nora
        ) { world in
            let (id, tenant, leo) = (MoU.ID(), Cast.portDigital.id, Cast.leo.person.id)
            let own = Institution.ID(tenant.uuid)
            let bank = Cast.institution("port-digital/sakuragi")
            let draft = try MoUDraft(
                reference: Name("MoU-33"), title: LocalizedName(en: "A second agreement in secret"), kind: .referral,
                parties: [
                    MoU.Party(own, as: .lead, coordinator: Name("Leo Fung")),
                    MoU.Party(bank, as: .partner, coordinator: Name("Kenji Mori")),
                ],
                areas: [MoU.Area(try #require(FocusArea.ID("fintech")), wording: ShortText("Fintech"))],
                legalReviewer: Name("Shota Abe"))
            let today = CalendarDate(Date(), in: .hongKong)
            let signing = try Signing(
                on: today, effectiveOn: today, endsOn: today.adding(days: 365),
                by: [
                    Signing.Participant(.signatory, name: Name("Leo Fung"), title: ShortText("Director"), of: own),
                    Signing.Participant(.signatory, name: Name("Kenji Mori"), title: ShortText("Manager"), of: bank),
                ])
            try await world.database.write(as: world.context(Cast.leo)) { transaction in
                _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: leo)
                _ = try await transaction.shareMoU(id, in: tenant, by: leo)
                _ = try await transaction.agreeMoU(id, in: tenant, by: leo)
                _ = try await transaction.signMoU(id, signing, in: tenant, by: leo)
            }
        },
    ]

    @Test("learn nothing of each other's agreements", arguments: facts)
    func parks(_ fact: BlindnessTests.Fact) async throws {
        let deviations = try await BlindnessTests.deviations(by: fact)
        #expect(deviations == [])
    }
}
