internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Whether an investor is shown startups: the park verifies it, and it takes a pause when it likes.
struct StandingPages {
    let site: Site

    var routes: [AnyRoute] {
        [own, pauseOwn, resumeOwn, show, verify, revoke, pause, resume, confirm(at: .own), confirm(at: .console)]
            + [showOwnToFounders, showToFounders]
    }

    // MARK: An investor's own

    private var own: AnyRoute {
        PageRoute(.get, "/standing", "ownStanding", access: .roles([.investor])) { call in
            try await page(for: call, of: Institution.ID(try call.principal.actsFor), .own)
        }.erased
    }

    private var pauseOwn: AnyRoute {
        PageRoute(.post, "/standing/pause", "pauseOwnForm", access: .roles([.investor]), body: NewPause.self) { call in
            let principal = try call.principal
            let investor = Institution.ID(try principal.actsFor)
            return try await doing(call, of: investor, .own, .pause) { transaction in
                _ = try await transaction.pauseInvestor(
                    investor, until: try call.decoded().until, by: principal.personID)
            }
        }.erased
    }

    private var resumeOwn: AnyRoute {
        PageRoute(.post, "/standing/resumption", "resumeOwnForm", access: .roles([.investor])) { call in
            let investor = Institution.ID(try call.principal.actsFor)
            return try await doing(call, of: investor, .own, .pause) { transaction in
                _ = try await transaction.resumeInvestor(investor)
            }
        }.erased
    }

    private var showOwnToFounders: AnyRoute {
        PageRoute(
            .post, "/standing/visibility", "showOwnToFoundersForm", access: .roles([.investor]),
            body: InvestorVisibility.self
        ) { call in
            let principal = try call.principal
            let investor = Institution.ID(try principal.actsFor)
            return try await doing(call, of: investor, .own, .visibility) { transaction in
                _ = try await transaction.showToFounders(
                    investor, try call.decoded().isShown, by: principal.personID)
            }
        }.erased
    }

    // MARK: The park's

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/investors/{investor}/standing", "consoleStanding", access: .roles([.manager]),
            parameters: StandingPath.self
        ) { call in
            try await page(for: call, of: call.parameters.investor, .console)
        }.erased
    }

    private var verify: AnyRoute {
        PageRoute(
            .post, "/console/investors/{investor}/verifications", "consoleVerify", access: .roles([.manager]),
            parameters: StandingPath.self, body: NewVerification.self
        ) { call in
            let (investor, id) = (call.parameters.investor, InvestorVerification.ID())
            let person = try call.principal.personID
            return try await doing(call, of: investor, .console, .verification) { transaction in
                _ = try await transaction.verifyInvestor(investor, try call.decoded(), as: id, by: person)
            }
        }.erased
    }

    private var revoke: AnyRoute {
        PageRoute(
            .post, "/console/investors/{investor}/verifications/{verification}/revocation", "consoleRevoke",
            access: .roles([.manager]), parameters: VerificationPath.self, body: NewRevocation.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await doing(call, of: path.investor, .console, .revocation) { transaction in
                _ = try await transaction.revokeVerification(
                    path.verification, of: path.investor, because: try call.decoded().reason, by: person)
            }
        }.erased
    }

    private var pause: AnyRoute {
        PageRoute(
            .post, "/console/investors/{investor}/pause", "consolePause", access: .roles([.manager]),
            parameters: StandingPath.self, body: NewPause.self
        ) { call in
            let (investor, person) = (call.parameters.investor, try call.principal.personID)
            return try await doing(call, of: investor, .console, .pause) { transaction in
                _ = try await transaction.pauseInvestor(investor, until: try call.decoded().until, by: person)
            }
        }.erased
    }

    private var resume: AnyRoute {
        PageRoute(
            .post, "/console/investors/{investor}/resumption", "consoleResume", access: .roles([.manager]),
            parameters: StandingPath.self
        ) { call in
            let investor = call.parameters.investor
            return try await doing(call, of: investor, .console, .pause) { transaction in
                _ = try await transaction.resumeInvestor(investor)
            }
        }.erased
    }

    private var showToFounders: AnyRoute {
        PageRoute(
            .post, "/console/investors/{investor}/visibility", "consoleShowToFounders", access: .roles([.manager]),
            parameters: StandingPath.self, body: InvestorVisibility.self
        ) { call in
            let (investor, person) = (call.parameters.investor, try call.principal.personID)
            return try await doing(call, of: investor, .console, .visibility) { transaction in
                _ = try await transaction.showToFounders(investor, try call.decoded().isShown, by: person)
            }
        }.erased
    }

    /// A mandate said once more as it is.
    private func confirm(at way: MandatePages.Way) -> AnyRoute {
        PageRoute(
            .post, way.path + "/confirmation", way == .own ? "confirmMandateForm" : "consoleConfirmMandate",
            access: .roles(way.roles), parameters: MandatePath.self
        ) { call in
            let id = call.parameters.mandate
            return try await call.write { transaction in
                _ = try await transaction.confirmMandate(id)
                return .redirect(to: way.location(of: id))
            }
        }.erased
    }

    // MARK: The page

    private enum Which {
        case verification, revocation, pause, visibility
    }

    private func doing<P, B>(
        _ call: FormCall<P, B>, of investor: Institution.ID, _ way: MandatePages.Way, _ form: Which,
        _ deed: @Sendable @escaping (Transaction) async throws -> Void
    ) async throws -> HTML {
        let location = way == .own ? "/standing" : "/console/investors/\(investor)/standing"
        return try await FormProblem.answering(InvestmentRoom.constraints) {
            try await call.write { transaction in
                try await deed(transaction)
                return .redirect(to: location)
            }
        } again: { problem in
            try await page(for: call, of: investor, way, form: form, problem: problem)
        }
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of investor: Institution.ID, _ way: MandatePages.Way, form: Which? = nil,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let standing = try await call.reader.standing(of: investor),
            let institution = try await call.reader.institution(investor)
        else { throw Problem.notFound }
        let reading = try await Reading(call)
        let t = reading.t
        let name = institution.name.text(for: reading.spoken)
        func input(_ which: Which, _ usual: [String: [String]] = [:]) -> FormInput {
            form == which
                ? FormInput(values: call.fields, errors: problem?.errors ?? [], texts: t)
                : FormInput(values: usual, errors: [], texts: t)
        }
        func sentence(_ which: Which, _ fields: [FormField]) -> String? {
            form == which ? problem?.sentence(besides: fields) : nil
        }
        let keyed = [HiddenField("idempotency_key", call.freshIdempotencyKey)]
        var forms: [Form] = []
        if way == .console {
            let next = standing.asOf.adding(months: 12)
            let verification = input(.verification, ["valid_until": [next.description]])
            let fields = [
                verification.select(
                    "basis", label: t("standing.basis"),
                    options: InvestorVerification.Basis.allCases.map { ($0.rawValue, t("basis.\($0.rawValue)")) }),
                verification.text(
                    "evidence", label: t("standing.evidence"), hint: t("standing.evidence_hint"), limit: 500),
                verification.date("valid_until", label: t("standing.valid_until"), hint: t("standing.valid_hint")),
            ]
            forms.append(
                Form(
                    action: "/console/investors/\(investor.description)/verifications",
                    sections: [
                        FormSection(title: t("standing.verify"), intro: t("standing.verify_intro"), fields: fields)
                    ], submit: t("standing.verify_submit"), texts: t, hidden: keyed,
                    problem: sentence(.verification, fields)))
            if let current = standing.verifications.first(where: {
                $0.revokedAt == nil && $0.validUntil >= standing.asOf
            }) {
                let fields = [input(.revocation).text("reason", label: t("standing.revoke_reason"), limit: 500)]
                forms.append(
                    Form(
                        action:
                            "/console/investors/\(investor.description)/verifications/\(current.id.description)/revocation",
                        sections: [
                            FormSection(title: t("standing.revoke"), intro: t("standing.revoke_intro"), fields: fields)
                        ], submit: t("standing.revoke_submit"), texts: t, hidden: keyed, isDangerous: true,
                        problem: sentence(.revocation, fields)))
            }
        }
        if standing.pause == nil {
            let fields = [
                input(.pause).date(
                    "until", label: t("standing.pause_until"), hint: t("standing.pause_hint"), isOptional: true)
            ]
            forms.append(
                Form(
                    action: way == .own ? "/standing/pause" : "/console/investors/\(investor.description)/pause",
                    sections: [
                        FormSection(title: t("standing.pause"), intro: t("standing.pause_intro"), fields: fields)
                    ],
                    submit: t("standing.pause_submit"), texts: t, hidden: keyed, problem: sentence(.pause, fields)))
        } else {
            forms.append(
                Form(
                    action: way == .own
                        ? "/standing/resumption" : "/console/investors/\(investor.description)/resumption",
                    sections: [FormSection(title: t("standing.resume"), fields: [])],
                    submit: t("standing.resume_submit"),
                    texts: t, hidden: keyed, problem: sentence(.pause, [])))
        }
        forms.append(
            Form(
                action: way == .own
                    ? "/standing/visibility" : "/console/investors/\(investor.description)/visibility",
                sections: [
                    FormSection(
                        title: t("standing.visibility"),
                        intro: standing.isVisible ? t("standing.visible") : t("standing.not_visible"), fields: [])
                ],
                submit: standing.isVisible ? t("standing.hide") : t("standing.show"), texts: t,
                hidden: keyed + [HiddenField("is_shown", standing.isVisible ? "false" : "true")],
                problem: sentence(.visibility, [])))
        let model = StandingPage(
            header: PageHeader(
                title: t("standing.title"), kind: name, badge: badge(standing, reading),
                lede: lede(standing, way, reading)),
            forms: forms, verifications: verifications(standing, reading))
        let crumbs =
            way == .own
            ? []
            : [
                Breadcrumb(t("investors.title"), "/console/investors"),
                Breadcrumb(name, "/console/investors/\(investor.description)"),
            ]
        let frame = Frame(
            title: t("standing.title"), site: site, viewer: reading.viewer,
            current: way == .own ? "standing" : "investors", breadcrumbs: crumbs)
        return HTML(bytes: try PageTemplate.standing.render(model, in: frame))
    }

    private func badge(_ standing: InvestorStanding, _ reading: Reading) -> Badge {
        let t = reading.t
        func named(_ day: CalendarDate) -> [String: String] { ["day": day.text(in: reading.viewer.language)] }
        guard let until = standing.verifiedUntil else {
            // What was looked at anew and taken back did not lapse.
            let last = standing.verifications.prefix { $0.revokedAt == nil }.map(\.validUntil).max()
            return Badge(last.map { t("standing.lapsed_after", named($0)) } ?? t("standing.unverified"), .danger)
        }
        if standing.pause != nil { return Badge(t("standing.paused"), .warning) }
        if Lapse.isNear(until, on: standing.asOf) { return Badge(t("standing.lapses_after", named(until)), .warning) }
        return Badge(t("standing.verified"), .success)
    }

    private func lede(_ standing: InvestorStanding, _ way: MandatePages.Way, _ reading: Reading) -> String {
        let t = reading.t
        guard let until = standing.verifiedUntil else { return t("standing.lede_unverified_\(way.rawValue)") }
        let day = until.text(in: reading.viewer.language)
        guard let pause = standing.pause else { return t("standing.lede_verified", ["day": day]) }
        return pause.until.map { t("standing.lede_paused_until", ["day": $0.text(in: reading.viewer.language)]) }
            ?? t("standing.lede_paused")
    }

    private func verifications(_ standing: InvestorStanding, _ reading: Reading) -> Table {
        let t = reading.t
        return Table(
            caption: t("standing.verifications"),
            columns: [
                Table.Column(t("standing.basis")), Table.Column(t("standing.evidence")),
                Table.Column(t("standing.verified_on")), Table.Column(t("standing.valid_until")),
            ],
            rows: standing.verifications.map { verification in
                let until = TimeText(verification.validUntil, in: reading.viewer.language)
                return [
                    .text(t("basis.\(verification.basis.rawValue)")), .text(verification.evidence.string),
                    .time(reading.day(verification.verifiedAt)),
                    verification.revocationReason.map { .text(t("standing.revoked", ["reason": $0.string])) }
                        ?? .time(until),
                ]
            },
            empty: EmptyState(title: t("standing.never"), text: t("standing.never_text")))
    }
}

/// An investor's standing.
struct StandingPage: ViewModel {
    var header: PageHeader
    var forms: [Form]
    var verifications: Table
}

extension PageTemplate<StandingPage> {
    static let standing = PageTemplate("investment/standing", in: .investment)
}
