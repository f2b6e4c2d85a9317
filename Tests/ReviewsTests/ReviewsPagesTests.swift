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
                    PageTemplate.rounds, PageTemplate.round, PageTemplate.reviewsForm, PageTemplate.reviewsConfirm,
                    PageTemplate.panelist, PageTemplate.seated,
                ], sources: sources) == [])
    }
}
