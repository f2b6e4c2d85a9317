import Foundation
import Pages
import Testing

@testable import Applications

@Suite("Pages of applications")
struct ApplicationsPagesTests {
    @Test("every page of applications is sound")
    func sound() {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Applications").standardized
        #expect(
            PageKit.applications.faults(
                in: [
                    PageTemplate.begin, PageTemplate.draft, PageTemplate.application, PageTemplate.confirm,
                    PageTemplate.applicationList, PageTemplate.fastTrack, PageTemplate.eligibility,
                    PageTemplate.overlap, PageTemplate.preview,
                    PageTemplate.copies, PageTemplate.copy, PageTemplate.changeList,
                    PageTemplate.applicationChanges, PageTemplate.reuse, PageTemplate.moves, PageTemplate.registration,
                    PageTemplate.partnerScreening,
                ], sources: sources) == [])
    }
}
