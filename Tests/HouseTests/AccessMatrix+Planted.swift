import Accounts
import DemoWorld
import Foundation
import Institutions
import Partnerships
import Postgres
import TestWorld
import Vocabulary

/// What the story of KelpSense lacks, planted for the routes that ask for it.
extension Objects {
    /// Two agreements that wait for the signatures of their parties, which the bank's person is asked to give: one for each door
    /// at which they sign, or at which that is taken back.
    static func askForASignature(in world: World) async throws {
        let (tenant, mei) = (Cast.harbour.id, Cast.mei.person.id)
        guard let fintech = FocusArea.ID("fintech") else { return }
        for name in ["unsigned", "unsigned of a page"] {
            let id: MoU.ID = demoID("mou \(name)")
            let draft = try MoUDraft(
                reference: Name("MoU \(name)"), title: LocalizedName(en: "Joint lab"), kind: .research,
                parties: [
                    MoU.Party(Institution.ID(tenant.uuid), as: .lead),
                    MoU.Party(Cast.institution("harbour/sakuragi"), as: .partner),
                ], areas: [MoU.Area(fintech, wording: ShortText("Payments"))])
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
                _ = try await transaction.shareMoU(id, in: tenant, by: mei)
                _ = try await transaction.agreeMoU(id, in: tenant, by: mei)
                try await transaction.askToSign(id, Cast.kenji.seat(), in: tenant, by: mei)
            }
        }
    }
}
