package import API
import Accounts
import Foundation
package import Pages
package import Postgres
import Vocabulary
import Wording

extension ProgramsRoom {
    /// Where programs and calls stand in the navigation.
    package static var places: [Site.Place] {
        [
            Site.Place("programs", key: "nav.programs", in: .programs, url: "/console/programs", roles: ["manager"]),
            Site.Place(
                "calls", key: "nav.calls", in: .programs, url: "/calls", roles: ["founder", "partner", "mentor"]),
        ]
    }

    /// The pages, for the router.
    ///
    /// - Parameters:
    ///   - rounds: for which streams a call's rounds of review judge, which another room keeps.
    ///   - clonedRounds: those that go into the next year with their call.
    package static func pages(
        in site: Site, rounds: @escaping RoundStreams, clonedRounds: CallRounds
    ) -> [AnyRoute] {
        ProgramsConsole(site: site).routes + StreamsConsole(site: site).routes + CohortsConsole(site: site).routes
            + CallsConsole(site: site, rounds: rounds).routes + AdmissionsConsole(site: site).routes
            + InvitationsConsole(site: site).routes + ExtensionsConsole(site: site).routes
            + ClonesConsole(site: site, rounds: clonedRounds).routes + PresetsConsole(site: site).routes
            + PublicCalls(site: site).routes
            + ConditionsConsole(site: site).routes + AnnouncedCallPages(site: site).routes
            + FormVersionsConsole(site: site).routes
    }
}

/// For which stream each round of review of a call judges, drafts among them; nil for all of them.
package typealias RoundStreams = @Sendable (CallForApplications.ID, Reader) async throws -> [ProgramStream.ID?]

/// Runs a form's deed, and shows the form again with what its sender can mend.
func answering(_ deed: () async throws -> HTML, again: (FormProblem) async throws -> HTML) async throws -> HTML {
    try await FormProblem.answering(ProgramsRoom.constraints, deed, again: again)
}

/// What was just added, as the address of the page after it says.
enum ProgramsAdded: String, Codable, CaseIterable {
    case program, stream, cohort, programRevised = "program_revised", cohortRevised = "cohort_revised", cloned, preset,
        extended
}

struct ProgramsDone: Codable {
    let done: ProgramsAdded?
}

/// What was just done to a call, as the address of the page after it says.
enum CallDone: String, Codable, CaseIterable {
    case drafted, revised, published, extended, cancelled, cloned, planned, led
}

struct CallPagePath: Codable {
    let call: CallForApplications.ID
    let done: CallDone?
}

extension FormInput {
    /// A name in three languages, of which one is enough.
    func names(_ name: String, _ t: Texts) -> [FormField] {
        [
            text("\(name).en", label: t("field.name_en"), hint: t("field.name_hint"), isOptional: true, limit: 200),
            text("\(name).zh-Hant", label: t("field.name_zh"), isOptional: true, limit: 200),
            text("\(name).ja", label: t("field.name_ja"), isOptional: true, limit: 200),
        ]
    }
}

/// A form of the room, under the crumb of its overview.
struct ProgramsForm {
    let site: Site
    let title: String
    var kind: String?
    let lede: String
    let address: SafeURL
    let submit: String
    var cancel: SafeURL = "/console/programs"
    var hidden: [HiddenField] = []
    var crumbs: [Breadcrumb] = []
    var actions: [Action] = []

    func html<P, B>(
        for call: FormCall<P, B>, _ viewer: Viewer, _ t: Texts, sections: [FormSection], version: String? = nil,
        problem: FormProblem?
    ) throws -> HTML {
        let model = ProgramsFormPage(
            header: PageHeader(title: title, kind: kind, lede: lede, actions: actions),
            form: Form(
                action: address, sections: sections, submit: submit, texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                    + (version.map { [HiddenField("version", $0)] } ?? []) + hidden,
                cancel: LinkText(t("form.cancel"), cancel),
                problem: problem?.sentence(besides: sections.flatMap(\.fields))))
        let frame = Frame(
            title: title, site: site, viewer: viewer, current: "programs",
            breadcrumbs: [Breadcrumb(t("programs.title"), "/console/programs")] + crumbs)
        return HTML(bytes: try PageTemplate.form.render(model, in: frame))
    }
}
