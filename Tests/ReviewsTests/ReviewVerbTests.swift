import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Institutions
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// The verbs on a real database: what each does, and who stops it.
@Suite("Reviewing")
struct ReviewVerbTests {
    let call: CallForApplications.ID = demoID("call incubation")
    let round: ReviewRound.ID = demoID("round incubation")
    let mei = Cast.mei.person.id

    func application(_ slug: String) -> Application.ID { demoID("application \(Cast.startup(slug)) \(call)") }
    func assignment(_ member: Cast.Member, _ slug: String) -> ReviewAssignment.ID {
        demoID("assignment \(member.person.email) \(slug)")
    }

    @Test("The demo's round is open, blind, and holds what was in review")
    func demo() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let found = try #require(try await reader.round(round))
        #expect(found.status == .open && found.isBlind && found.criteria.map(\.weight) == [30, 30, 40])
        let progress = try #require(try await reader.progress(of: [round])[round])
        #expect(progress.files == 5 && progress.ready == 0 && progress.panelists == 2)
        #expect(progress.assigned == 8 && progress.submitted == 6 && progress.decidable == 2)
    }
}
