import Foundation
import Pages
import Testing

@testable import Programs

@Suite("Pages of programs and calls")
struct ProgramsPagesTests {
    @Test("are sound in every language")
    func sound() {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Programs").standardized
        let pages: [any CheckedTemplate] = [
            PageTemplate<ProgramsPage>.overview, PageTemplate<CallPage>.call, PageTemplate<PublicCallPage>.publicCall,
            PageTemplate<PublicCallsPage>.publicCalls, PageTemplate<ProgramsFormPage>.form,
            PageTemplate<CallConfirmationPage>.confirm, PageTemplate<StreamPage>.stream,
            PageTemplate<PresetPage>.preset, PageTemplate<PresetsPage>.presets,
            PageTemplate<CohortPage>.cohort,
            PageTemplate<AdmissionsPage>.admissions, PageTemplate<ConditionsPage>.conditions,
            PageTemplate<FormVersionsPage>.formVersions, PageTemplate<RegistrationsPage>.registrations,
        ]
        #expect(PageKit.programs.faults(in: pages, sources: sources) == [])
    }
}
