import Foundation
import Pages
import Testing

@testable import Partnerships

@Suite("Pages of agreements")
struct PartnershipsPagesTests {
    @Test("are sound in every language")
    func sound() {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Partnerships").standardized
        let pages: [any CheckedTemplate] = [
            PageTemplate<MoUListPage>.list, PageTemplate<MoUPage>.show, PageTemplate<MoUFormPage>.form,
            PageTemplate<MoUConfirmationPage>.confirm, PageTemplate<ReportPage>.report,
            PageTemplate<ActivitiesPage>.activities, PageTemplate<MoUTextPage>.text,
            PageTemplate<GroupsPage>.groups, PageTemplate<MoUTablePage>.table, PageTemplate<SignaturePage>.signature,
            PageTemplate<BenefitUsesPage>.uses,
        ]
        #expect(PageKit.partnerships.faults(in: pages, sources: sources) == [])
    }
}
