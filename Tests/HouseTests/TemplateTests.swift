import Foundation
import Pages
import Testing

@testable import Accounts
@testable import House
@testable import Insight

/// The templates of rooms whose tests are this house's; every other room checks its own.
@Suite("Templates")
struct TemplateTests {
    @Test("are sound in every language")
    func sound() {
        func faults(_ kit: PageKit, _ room: String, _ pages: [any CheckedTemplate]) -> [String] {
            let sources = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../Sources/\(room)").standardized
            return kit.faults(in: pages, sources: sources)
        }
        #expect(faults(.house, "House", [PageTemplate<ProblemPage>.problem]) == [])
        #expect(
            faults(.accounts, "Accounts", [PageTemplate<DoorPage>.door, PageTemplate<AccountPage>.account]) == [])
        #expect(
            faults(
                .insight, "Insight",
                [
                    PageTemplate<OverviewPage>.overview, PageTemplate<DeadLettersPage>.deadLetters,
                    PageTemplate<DeadLetterPage>.deadLetter, PageTemplate<FunnelPage>.funnel,
                    PageTemplate<StoredFilesPage>.storedFiles,
                ]) == [])
    }
}
