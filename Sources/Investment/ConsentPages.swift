internal import API
internal import Accounts
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// To which investors a startup may be shown, and whether partners' reports name it: its founders decide, purpose by purpose, and
/// the park reads it.
struct ConsentPages {
    let site: Site

    var routes: [AnyRoute] { [own, decide, show] }

    private var own: AnyRoute {
        PageRoute(.get, "/consents", "consents", access: .roles([.founder]), parameters: FindInvestors.self) { call in
            try await page(for: call)
        }.erased
    }

    private var decide: AnyRoute {
        PageRoute(
            .post, "/consents", "decideOnConsentForm", access: .roles([.founder]), parameters: FindInvestors.self,
            body: NewConsent.self
        ) { call in
            let startup = Startup.ID(try call.principal.actsFor)
            return try await FormProblem.answering(InvestmentRoom.constraints) {
                let sent = try call.decoded()
                // Boxes that are ticked beside an audience that names nobody are not meant.
                let new = NewConsent(
                    sent.purpose, to: sent.audience, naming: sent.audience.namesInvestors ? sent.investors : nil)
                return try await call.write { transaction in
                    _ = try await transaction.decideOnConsent(new, of: startup)
                    return .redirect(to: "/consents")
                }
            } again: { problem in
                try await page(for: call, problem: problem)
            }
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/startups/{startup}/consents", "consoleConsents", access: .roles([.manager]),
            parameters: ConsentsOf.self
        ) { call in
            guard let startup = try await call.reader.startup(call.parameters.startup) else { throw Problem.notFound }
            let reading = try await Reading(call)
            let t = reading.t
            let name = startup.name.text(for: reading.spoken)
            let model = ConsentsPage(
                header: PageHeader(title: t("consents.title"), kind: name, lede: t("consents.lede_console")), forms: [],
                history: history(try await call.reader.consents(of: startup.id), reading))
            let frame = Frame(
                title: t("consents.title"), site: site, viewer: reading.viewer, current: "startups",
                breadcrumbs: [
                    Breadcrumb(t("matched.startups"), "/console/startups"),
                    Breadcrumb(name, "/console/startups/\(startup.id.description)"),
                ])
            return HTML(bytes: try PageTemplate.consents.render(model, in: frame))
        }.erased
    }

    /// How many investors the forms offer; the others are found by their names.
    private static let mostOffered = 400

    private func page<B>(for call: FormCall<FindInvestors, B>, problem: FormProblem? = nil) async throws -> HTML {
        let startup = Startup.ID(try call.principal.actsFor)
        let consents = try await call.reader.consents(of: startup)
        let search = call.parameters.q?.string
        let visible = try await call.reader.visibleInvestors(named: search, limit: Self.mostOffered + 1)
        let reading = try await Reading(call)
        let t = reading.t
        let forms = Consent.Purpose.allCases.map { purpose in
            form(
                for: purpose, consents.first { $0.purpose == purpose && $0.supersededAt == nil }, among: visible,
                named: search, sent: call.fields, key: call.freshIdempotencyKey, reading,
                problem: call.fields["purpose"]?.first == purpose.rawValue ? problem : nil)
        }
        let model = ConsentsPage(
            header: PageHeader(title: t("consents.title"), lede: t("consents.lede")),
            filters: visible.isEmpty && search == nil
                ? nil
                : Filters(
                    action: "/consents", search: Filters.Search(label: t("consents.search"), value: search ?? ""),
                    clearURL: search == nil ? nil : "/consents"), forms: forms, history: history(consents, reading))
        let frame = Frame(title: t("consents.title"), site: site, viewer: reading.viewer, current: "consents")
        return HTML(bytes: try PageTemplate.consents.render(model, in: frame))
    }

    /// What is decided for a purpose, to be decided otherwise. An investor that was named stays to be chosen, also where
    /// founders find it no longer.
    private func form(
        for purpose: Consent.Purpose, _ standing: Consent?, among found: [VisibleInvestor], named search: String?,
        sent: [String: [String]], key: String, _ reading: Reading, problem: FormProblem?
    ) -> Form {
        let t = reading.t
        let named = standing?.investors ?? []
        let visible = found.prefix(Self.mostOffered)
        let investors =
            purpose == .partnerReports
            ? [] : named.filter { investor in !visible.contains { $0.investor == investor.investor } } + visible
        let values =
            problem == nil
            ? [
                "audience": [(standing?.audience ?? .nobody).rawValue],
                "investors": named.map { $0.investor.description },
            ] : sent
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let audiences = purpose.audiences.filter { !$0.namesInvestors || !investors.isEmpty }
        var fields = [
            input.radios(
                "audience", label: purpose == .partnerReports ? t("consents.named_to") : t("consents.audience"),
                options: audiences.map {
                    ($0.rawValue, $0.words(for: purpose, t), $0.hint(for: purpose, t))
                }
            )
        ]
        if !investors.isEmpty {
            let more =
                found.count > visible.count ? [t("consents.more", ["count": Figures.grouped(Self.mostOffered)])] : []
            fields.append(
                input.checkboxes(
                    "investors", label: t("consents.investors"),
                    hint: ([t("consents.investors_hint")] + more).joined(separator: " "),
                    options: investors.map { investor in
                        (
                            investor.investor.description, investor.name.text(for: reading.spoken),
                            investor.country?.name(in: reading.spoken)
                        )
                    }))
        }
        let nobody = search != nil && found.isEmpty && purpose != .partnerReports ? [t("consents.nobody_named")] : []
        return Form(
            action: ("/consents" as SafeURL).adding(search.map { [("q", $0)] } ?? []),
            sections: [
                FormSection(
                    title: t("purpose.\(purpose.rawValue)"),
                    intro: ([t("purpose_text.\(purpose.rawValue)")] + nobody).joined(separator: " "),
                    fields: fields.map { placed($0, in: purpose) })
            ], submit: t("consents.submit"), texts: t,
            hidden: [HiddenField("purpose", purpose.rawValue), HiddenField("idempotency_key", key)],
            problem: problem?.sentence(besides: fields))
    }

    /// A field with ids that the form of another purpose does not have.
    private func placed(_ field: FormField, in purpose: Consent.Purpose) -> FormField {
        var field = field
        func here(_ id: String) -> String { "\(purpose.rawValue)-\(id)" }
        field.id = here(field.id)
        field.describedBy = field.describedBy.map { ids in
            ids.split(separator: " ").map { here(String($0)) }.joined(separator: " ")
        }
        func placed(_ choices: FormField.Choices?) -> FormField.Choices? {
            guard var choices else { return nil }
            for index in choices.choices.indices { choices.choices[index].id = here(choices.choices[index].id) }
            return choices
        }
        (field.radios, field.checkboxes) = (placed(field.radios), placed(field.checkboxes))
        return field
    }

    private func history(_ consents: [Consent], _ reading: Reading) -> Table {
        let t = reading.t
        return Table(
            caption: t("consents.history"),
            columns: [
                Table.Column(t("consents.decided")), Table.Column(t("consents.purpose")),
                Table.Column(t("consents.audience")), Table.Column(t("consents.by")), Table.Column(t("consents.until")),
            ],
            rows: consents.map { consent in
                let names = consent.investors.map { $0.name.text(for: reading.spoken) }
                return [
                    .time(reading.day(consent.decidedAt)), .text(t("purpose.\(consent.purpose.rawValue)")),
                    .text(
                        consent.audience.words(for: consent.purpose, t),
                        note: names.isEmpty ? nil : names.joined(separator: t("list.separator"))),
                    .text(decider(consent, t)),
                    consent.supersededAt.map { .time(reading.day($0)) }
                        ?? .badge(Badge(t("consents.stands"), .success)),
                ]
            },
            empty: EmptyState(title: t("consents.none"), text: t("consents.none_text")))
    }

    private func decider(_ consent: Consent, _ t: Texts) -> String {
        guard let decider = consent.decidedAs else { return t("decider.unknown") }
        return consent.decidedBy ?? t("decider.\(decider.rawValue)")
    }
}

extension Consent.Audience {
    /// To whom, as it is said of a purpose.
    func words(for purpose: Consent.Purpose, _ t: Texts) -> String {
        guard purpose == .partnerReports else { return t("audience.\(rawValue)") }
        return self == .nobody ? t("partner_audience.nobody") : t("partner_audience.everyone")
    }

    /// What follows from that choice.
    fileprivate func hint(for purpose: Consent.Purpose, _ t: Texts) -> String {
        guard purpose == .partnerReports else { return t("audience_hint.\(rawValue)") }
        return self == .nobody ? t("partner_audience_hint.nobody") : t("partner_audience_hint.everyone")
    }
}

/// Which investors the forms of the page offer.
struct FindInvestors: Codable {
    let q: ShortText?
}

/// What a startup decided, and the forms in which it decides otherwise.
struct ConsentsPage: ViewModel {
    var header: PageHeader
    var filters: Filters?
    var forms: [Form]
    var history: Table
}

extension PageTemplate<ConsentsPage> {
    static let consents = PageTemplate("investment/consents", in: .investment)
}
