import Accounts
import DemoDays
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

/// Whom a participant of a demo day would meet and whom not, the others are answered with the same bytes: on every operation,
/// page and export, also those of the plan that was published before.
@Suite("Wishes for a demo day", .serialized)
struct DemoDayBlindnessTests {
    static let facts: [BlindnessTests.Fact] = [
        BlindnessTests.Fact(
            testDescription: "whom a startup would meet on a demo day and whom not, to both sides",
            observers: BlindnessTests.isLong
                ? [.kenji, .ravi, .jun, .chloe, .iris, .leo, .olga, .nora] : [.jun, .ravi],
            slug: "kelpsense", judge: Cast.nora
        ) { world in
            let (tidewater, other) = (
                Cast.institution("harbour/tidewater"), Cast.institution("harbour/sakuragi-ventures")
            )
            try await world.database.write(as: world.context(Cast.ada)) { transaction in
                try await transaction.sayWishes(
                    Wishes(ranked: [other], refused: [tidewater]), for: Institution.ID(Cast.startup("kelpsense").uuid),
                    on: demoID("demo day"), in: Cast.harbour.id, by: Cast.ada.person.id)
            }
        }
    ]

    @Test("do not show to anybody else", arguments: facts)
    func wishes(_ fact: BlindnessTests.Fact) async throws {
        let deviations = try await BlindnessTests.deviations(by: fact)
        #expect(deviations == [])
    }
}
