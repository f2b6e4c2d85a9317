import Foundation
import Pages
import Testing

@testable import Decisions

@Suite("Pages of decisions")
struct DecisionsPagesTests {
    @Test("every page of decisions is sound")
    func sound() {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Decisions").standardized
        #expect(
            PageKit.decisions.faults(in: [PageTemplate.decisions, PageTemplate.confirm], sources: sources) == [])
    }
}
