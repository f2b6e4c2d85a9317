import Foundation
import Pages
import Testing

@testable import Reviews

@Suite("Pages of reviews")
struct ReviewsPagesTests {
    @Test("every page of reviews is sound")
    func sound() {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Reviews").standardized
        #expect(
            PageKit.reviews.faults(
                in: [
                    PageTemplate.filePreview, PageTemplate.rounds, PageTemplate.round, PageTemplate.reviewsForm,
                    PageTemplate.confirm,
                    PageTemplate.panelist, PageTemplate.seated, PageTemplate.assignments, PageTemplate.plan,
                    PageTemplate.standings, PageTemplate.applicationReviews, PageTemplate.conflicts,
                    PageTemplate.queue, PageTemplate.invitation, PageTemplate.sheet, PageTemplate.offline,
                    PageTemplate.offlinePreview, PageTemplate.absences, PageTemplate.chairedFiles,
                    PageTemplate.pool,
                ], sources: sources) == [])
    }
}
