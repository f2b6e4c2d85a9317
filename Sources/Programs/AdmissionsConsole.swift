import API
import Accounts
import Foundation
import Institutions
import Pages
import Partnerships
import Postgres
import Vocabulary
import Wording

/// Who is let into calls that are not public, as a manager keeps it.
struct AdmissionsConsole {
    let site: Site

    var routes: [AnyRoute] { [show, withdraw, give, revoke] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/admissions", "consoleAdmissions", access: .roles([.manager]),
            parameters: AdmissionsPath.self
        ) { call in
            try await page(for: call, of: call.parameters.call, values: [:], done: call.parameters.done)
        }.erased
    }

    private var withdraw: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/invitations/{startup}/withdrawal", "withdrawConsoleInvitation",
            access: .roles([.manager]), parameters: InvitedPath.self
        ) { call in
            let (id, startup) = (call.parameters.call, call.parameters.startup)
            return try await answering {
                try await call.write { transaction in
                    _ = try await transaction.withdrawInvitation(of: startup, to: id)
                    return .redirect(to: "/console/calls/\(id)/admissions?done=withdrawn")
                }
            } again: { problem in
                try await page(for: call, of: id, values: [:], problem: problem)
            }
        }.erased
    }

    private var give: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/fast-track-codes", "giveConsoleCode", access: .roles([.manager]),
            parameters: CallPath.self, body: CodeFields.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = call.parameters.call
            guard let found = try await call.reader.call(id) else { throw Problem.notFound }
            let code = FastTrackCode.ID()
            var generator = SystemRandomNumberGenerator()
            let word = FastTrackWord(using: &generator)
            return try await answering {
                let new = try call.decoded().new(in: found.deadline.zone)
                let given = try await call.write { transaction in
                    _ = try await transaction.giveFastTrackCode(
                        word, new, as: code, for: id, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/calls/\(id)/admissions")
                }
                // The code is said here or never, for nobody keeps it. A form sent twice gave the first code alone, which
                // cannot be said again.
                let isGiven = try await call.reader.fastTrackCodes(of: id).contains { $0.id == code }
                return isGiven ? try await page(for: call, of: id, values: [:], given: word) : given
            } again: { problem in
                try await page(for: call, of: id, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var revoke: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/fast-track-codes/{code}/revocation", "revokeConsoleCode",
            access: .roles([.manager]), parameters: CallCodePath.self
        ) { call in
            let person = try call.principal.personID
            let parameters = call.parameters
            return try await call.write { transaction in
                _ = try await transaction.revokeFastTrackCode(parameters.code, by: person)
                return .redirect(to: "/console/calls/\(parameters.call)/admissions?done=revoked")
            }
        }.erased
    }

    // MARK: What is shown

    private func page<P, B>(
        for call: FormCall<P, B>, of id: CallForApplications.ID, values: [String: [String]],
        given: FastTrackWord? = nil, done: AdmissionDone? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let found = try await call.reader.call(id) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let words = ProgramWords(t: PageKit.programs.texts(in: viewer.language), now: .now)
        let t = words.t
        let admitted = try await call.reader.admissions(to: id)
        let codes = try await call.reader.fastTrackCodes(of: id)
        let labels = Dictionary(uniqueKeysWithValues: codes.map { ($0.id, $0.label.string) })
        let form = try await self.form(for: call, of: found, values, words, problem)
        let title = found.title.text(for: words.spoken)
        let model = AdmissionsPage(
            header: PageHeader(
                title: t("admissions.title"), kind: title, badge: Badge(t("access.\(found.access.rawValue)")),
                lede: t("admissions.lede.\(found.access.rawValue)"),
                actions: found.access == .invitation
                    ? [
                        .link(t("invite.title"), "/console/calls/\(id)/invitations", style: .primary),
                        .link(t("invite.withdraw"), "/console/calls/\(id)/invitation-withdrawals"),
                    ] : []),
            given: given.map { t("code.given", ["code": $0.text]) },
            codes: found.access == .fastTrack ? table(codes, of: found, words, key: call.freshIdempotencyKey) : nil,
            admitted: Table(
                caption: t("admissions.startups"),
                columns: [
                    .init(t("admissions.startup")), .init(t("admissions.since")), .init(t("admissions.how")),
                    .init(t("admissions.what")),
                ],
                rows: admitted.map { admission in
                    [
                        .text(admission.startupName.text(for: words.spoken)),
                        .time(words.time(admission.admittedAt, in: found.deadline.zone)),
                        .text(
                            admission.code.flatMap { labels[$0] } ?? t("admissions.invited"),
                            note: admission.hasApplied ? t("admissions.applied") : nil),
                        admission.code == nil && !admission.hasApplied
                            ? .action(
                                .post(
                                    t("admissions.withdraw"),
                                    "/console/calls/\(id)/invitations/\(admission.startup)/withdrawal",
                                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]))
                            : .text(""),
                    ]
                }, empty: EmptyState(title: t("admissions.none"), text: t("admissions.none_text"))),
            form: form, formTitle: t("code.give"))
        let frame = Frame(
            title: t("admissions.title"), site: site, viewer: viewer, current: "programs",
            breadcrumbs: [
                Breadcrumb(t("programs.title"), "/console/programs"), Breadcrumb(title, "/console/calls/\(id)"),
            ], flash: done.map { FlashNotice(t("done.\($0.rawValue)")) })
        return HTML(bytes: try PageTemplate.admissions.render(model, in: frame))
    }

    private func table(
        _ codes: [FastTrackCode], of call: CallForApplications, _ words: ProgramWords, key: String
    ) -> Table {
        let t = words.t
        return Table(
            caption: t("codes.title"),
            columns: [
                .init(t("code.label")), .init(t("code.uses")), .init(t("code.until")), .init(t("admissions.what")),
            ],
            rows: codes.map { code in
                [
                    .text(code.label.string),
                    .text(t("code.used", ["used": "\(code.used)", "allowed": "\(code.usesAllowed)"])),
                    .time(words.time(code.validUntil, in: call.deadline.zone)),
                    code.revokedAt == nil
                        ? .action(
                            .post(
                                t("code.revoke"),
                                "/console/calls/\(call.id)/fast-track-codes/\(code.id)/revocation",
                                hidden: [HiddenField("idempotency_key", "\(key)\(code.id)")]))
                        : .badge(Badge(t("code.revoked"), .neutral)),
                ]
            }, empty: EmptyState(title: t("codes.none"), text: t("codes.none_text")))
    }

    private func form<P, B>(
        for call: FormCall<P, B>, of found: CallForApplications, _ values: [String: [String]], _ words: ProgramWords,
        _ problem: FormProblem?
    ) async throws -> Form? {
        let t = words.t
        let hidden = [HiddenField("idempotency_key", call.freshIdempotencyKey)]
        switch found.access {
        case .public, .invitation: return nil
        case .fastTrack:
            guard let stream = try await call.reader.stream(found.stream) else { throw Problem.notFound }
            let mous = try await call.reader.mous(try await call.reader.agreementsForCodes(of: stream.id))
            let zone = found.deadline.zone
            var begun = values
            if values.isEmpty {
                begun["valid_from"] = [LocalTime(words.now, in: zone).field]
                begun["valid_until"] = [found.deadline.localTime.field]
                begun["uses_allowed"] = ["10"]
            }
            let input = FormInput(values: begun, errors: problem?.errors ?? [], texts: t)
            let fields = [
                input.select(
                    "mou", label: t("code.mou"), hint: t("code.mou_hint"),
                    options: mous.map { ($0.id.description, $0.reference.string) }),
                input.text("label", label: t("code.label"), hint: t("code.label_hint"), limit: 500),
                input.text(
                    "valid_from", label: t("code.from"), hint: zone.place, type: "datetime-local", width: "medium"),
                input.text(
                    "valid_until", label: t("code.until"), hint: zone.place, type: "datetime-local", width: "medium"),
                input.number("uses_allowed", label: t("code.uses"), suffix: t("field.capacity_suffix")),
            ]
            return Form(
                action: "/console/calls/\(found.id)/fast-track-codes", fields: fields, submit: t("code.give"), texts: t,
                hidden: hidden, problem: problem?.sentence(besides: fields))
        }
    }
}

/// A code to give, as the form sends it.
struct CodeFields: Codable {
    let mou: MoU.ID
    let label: ShortText
    let validFrom: String
    let validUntil: String
    let usesAllowed: Int

    func new(in zone: TimeZoneName) throws(Problem) -> NewFastTrackCode {
        NewFastTrackCode(
            mou: mou, label: label, validFrom: try LocalTime(field: validFrom, at: "/valid_from").instant(in: zone),
            validUntil: try LocalTime(field: validUntil, at: "/valid_until").instant(in: zone),
            usesAllowed: usesAllowed)
    }
}

/// What was just done, as the address of the page after it says.
enum AdmissionDone: String, Codable, CaseIterable {
    case invited, withdrawn, revoked
    case withdrawnSeveral = "withdrawn_several"
}

struct AdmissionsPath: Codable {
    let call: CallForApplications.ID
    let done: AdmissionDone?
}

struct CallCodePath: Codable {
    let call: CallForApplications.ID
    let code: FastTrackCode.ID
}
