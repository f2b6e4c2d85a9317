import Foundation
import Pages
import Testing

@testable import Incubation

@Suite("Pages of incubation")
struct IncubationPagesTests {
    @Test("every page of incubation is sound")
    func sound() {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Incubation").standardized
        #expect(
            PageKit.incubation.faults(
                in: [
                    PageTemplate.portalHome, PageTemplate.enrolmentList, PageTemplate.enrolment,
                    PageTemplate.milestone, PageTemplate.endEnrolment, PageTemplate.enrol,
                ], sources: sources) == [])
    }
}
