internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// What an investor sees of startups that raise: their rounds, and the documents it may read.
struct RaisingPages {
    let site: Site

    var routes: [AnyRoute] { [list, show, give, withdraw] }

    private enum Which {
        case indication, withdrawal
    }

    private var list: AnyRoute {
        PageRoute(
            .get, "/raising", "raising", access: .roles([.investor]), parameters: BrowseRounds.self
        ) { call in
            let query = call.parameters
            let after = try call.position(query.cursor, as: RoundPosition.self)
            let found = try await call.reader.fundingRounds(
                near: true, running: true, after: after, limit: PageSize.rows(for: query.limit))
            let page = try call.page(found, size: query.limit) { RoundPosition($0) }
            let reading = try await Reading(call)
            let t = reading.t
            var table = RoundWords(reading: reading).rounds(
                page.items, title: t("raising.title"), id: "rounds", toRaising: true)
            table.table.pager = Pager(
                firstURL: query.cursor == nil ? nil : "/raising",
                nextURL: page.next.map { ("/raising" as SafeURL).adding([("cursor", $0)]) })
            let strays = try await call.reader.strayIndications()
            let model = FundraisingPage(
                header: PageHeader(title: t("raising.title"), lede: t("raising.lede")),
                tables: [table] + (strays.isEmpty ? [] : [stray(strays, reading)]))
            let frame = Frame(title: t("raising.title"), site: site, viewer: reading.viewer, current: "raising")
            return HTML(bytes: try PageTemplate.fundraising.render(model, in: frame))
        }.erased
    }

    /// What the firm said of rounds that it does not reach any more, to be taken back.
    private func stray(_ indications: [StrayIndication], _ reading: Reading) -> FundraisingPage.TableSection {
        let t = reading.t
        return FundraisingPage.TableSection(
            id: "stray", title: t("stray.title"), text: t("stray.text"),
            table: Table(
                caption: t("stray.title"),
                columns: [
                    Table.Column(t("round.startup")), Table.Column(t("indication.amount"), isNumber: true),
                    Table.Column(t("indication.until")), Table.Column(t("indication.deed")),
                ],
                rows: indications.map { given in
                    [
                        .text(given.startupName.text(for: reading.spoken)), .money(MoneyText(given.amount)),
                        .time(reading.day(given.standsUntil)),
                        given.binding
                            ? .badge(Badge(t("indication.binding"), .success))
                            : .action(
                                .post(
                                    t("indication.withdraw_submit"),
                                    Self.withdrawal(of: given.id, given.round, given.startup))),
                    ]
                }, empty: EmptyState(title: "", text: "")))
    }

    private static func withdrawal(
        of indication: Indication.ID, _ round: FundingRound.ID, _ startup: Startup.ID
    ) -> SafeURL {
        "/raising/\(startup.description)/rounds/\(round.description)/indications/\(indication.description)/withdrawal"
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/raising/{startup}", "raisingStartup", access: .roles([.investor]), parameters: DataRoomPath.self
        ) { call in
            try await page(for: call, call.parameters.startup)
        }.erased
    }

    private var give: AnyRoute {
        PageRoute(
            .post, "/raising/{startup}/rounds/{round}/indications", "giveIndicationForm", access: .roles([.investor]),
            parameters: RaisingPath.self, body: IndicationForm.self
        ) { call in
            let (path, principal, id) = (call.parameters, try call.principal, Indication.ID())
            let investor = Institution.ID(try principal.actsFor)
            return try await doing(call, path.startup, .indication) { transaction in
                _ = try await transaction.giveIndication(
                    try call.decoded().indication(), as: id, to: path.round, of: investor, by: principal.personID)
            }
        }.erased
    }

    private var withdraw: AnyRoute {
        PageRoute(
            .post, "/raising/{startup}/rounds/{round}/indications/{indication}/withdrawal", "withdrawIndicationForm",
            access: .roles([.investor]), parameters: OwnIndicationPath.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            // What is taken back from a round that is out of reach leads back to where it was listed.
            guard try await call.reader.fundingRound(path.round) != nil else {
                return try await call.write { transaction in
                    try await transaction.withdrawIndication(path.indication, of: path.round, by: person)
                    return .redirect(to: "/raising")
                }
            }
            return try await doing(call, path.startup, .withdrawal) { transaction in
                try await transaction.withdrawIndication(path.indication, of: path.round, by: person)
            }
        }.erased
    }

    private func doing<P, B>(
        _ call: FormCall<P, B>, _ startup: Startup.ID, _ form: Which,
        _ deed: @Sendable @escaping (Transaction) async throws -> Void
    ) async throws -> HTML {
        try await FormProblem.answering(FundraisingRoom.constraints) {
            try await call.write { transaction in
                try await deed(transaction)
                return .redirect(to: "/raising/\(startup)")
            }
        } again: { problem in
            try await page(for: call, startup, form: form, problem: problem)
        }
    }

    private func page<P, B>(
        for call: FormCall<P, B>, _ startup: Startup.ID, form: Which? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        let round = try await call.reader.fundingRounds(of: startup, limit: 1).first
        let documents = try await call.reader.roomDocuments(of: startup)
        let known = try await call.reader.startup(startup)
        guard round != nil || !documents.isEmpty || known != nil else { throw Problem.notFound }
        let sheet: RoundSheet? = if let round { try await call.reader.roundSheet(round.id) } else { nil }
        let reading = try await Reading(call)
        let t = reading.t
        let words = RoundWords(reading: reading)
        var header = PageHeader(
            title: known?.name.text(for: reading.spoken) ?? t("raising.unnamed"), kind: t("raising.kind"),
            lede: t("raising.not_raising"))
        var model = FundraisingPage(header: header)
        if let sheet {
            header = words.header(of: sheet.round, forStartup: false)
            let maker = FormMaker(
                values: call.fields, failed: form, problem: problem, t: t, key: { call.freshIdempotencyKey })
            model = FundraisingPage(
                header: header, stats: words.stats(of: sheet.round),
                about: .init(
                    title: t("round.use_of_funds"), text: sheet.round.terms.useOfFunds.text(for: reading.spoken)),
                tables: [words.indications(of: sheet, mayRelease: false)], forms: forms(for: sheet, maker, reading),
                facts: words.facts(of: sheet.round, forStartup: false))
        }
        model.tables.append(room(documents, reading))
        model.say(problem, t)
        let frame = Frame(
            title: header.title, site: site, viewer: reading.viewer, current: "raising",
            breadcrumbs: [Breadcrumb(t("raising.title"), "/raising")])
        return HTML(bytes: try PageTemplate.fundraising.render(model, in: frame))
    }

    private func forms(for sheet: RoundSheet, _ maker: FormMaker<Which>, _ reading: Reading) -> [Form] {
        let t = reading.t
        let round = sheet.round
        let (startup, id) = (round.startup.description, round.id.description)
        let own = sheet.indications.first(where: \.isOwn)
        var forms: [Form] = []
        if own?.binding != true, round.takesIndications(on: CalendarDate(Date(), in: .utc)) {
            let input = maker.input(
                .indication,
                [
                    "amount.currency": [round.terms.target.currency.code], "amount.amount": [own?.amount.decimal ?? ""],
                    "stands_until": [(own?.standsUntil ?? round.terms.closesOn).description],
                    "note": [own?.note?.string ?? ""],
                ])
            forms.append(
                maker.form(
                    .indication, "/raising/\(startup)/rounds/\(id)/indications",
                    title: own == nil ? t("indication.give") : t("indication.change"),
                    // Who is told of this one, not what this reader is told: the wider of the two levels.
                    intro: t("indication.told_\(round.terms.mostTold.rawValue)"),
                    fields: [
                        input.money(
                            "amount", label: t("indication.amount"), currencies: [round.terms.target.currency.code]),
                        input.date("stands_until", label: t("indication.until"), hint: t("indication.until_hint")),
                        input.checkbox(
                            "binding", label: t("indication.binds"), statement: t("indication.binds_statement"),
                            hint: t("indication.binds_hint")),
                        input.text("note", label: t("indication.note"), isOptional: true, limit: 500),
                    ], submit: t("indication.submit"), hidden: [HiddenField("told", round.terms.mostTold.rawValue)]))
        }
        // As long as it is open: also between its closing day and its end.
        if let own, !own.binding, round.standing.isOpen {
            forms.append(
                maker.form(
                    .withdrawal, Self.withdrawal(of: own.id, round.id, round.startup),
                    title: t("indication.withdraw"), submit: t("indication.withdraw_submit"), isDangerous: true))
        }
        return forms
    }

    private func room(_ documents: [RoomDocument], _ reading: Reading) -> FundraisingPage.TableSection {
        let t = reading.t
        return FundraisingPage.TableSection(
            id: "room", title: t("room.title"), text: documents.isEmpty ? nil : t("room.logged"),
            table: Table(
                caption: t("room.title"),
                columns: [
                    Table.Column(t("room.document")), Table.Column(t("room.file")), Table.Column(t("room.uploaded")),
                    Table.Column(t("room.download")),
                ],
                rows: documents.map { document in
                    let id = document.id.description
                    let canBeShown = document.latest?.canBeShown ?? false
                    let title = document.title.string
                    return [
                        canBeShown
                            ? .link(title, "/data-room/documents/\(id)/view", note: document.folder.string)
                            : .text(title, note: document.folder.string),
                        .text(document.latest?.name ?? "–", note: document.latest.map { FileSize.text($0.bytes) }),
                        document.latest.map { .time(reading.day($0.uploadedAt)) } ?? .text("–"),
                        document.right == .download
                            ? .link(t("room.download_verb"), "/data-room/documents/\(id)/download")
                            : .text(t("room.view_only")),
                    ]
                },
                empty: EmptyState(title: t("room.nothing"), text: t("room.nothing_text"))))
    }
}

struct BrowseRounds: Codable {
    let limit: PageSize?
    let cursor: PageCursor?
}

struct RaisingPath: Codable {
    let startup: Startup.ID
    let round: FundingRound.ID
}

struct OwnIndicationPath: Codable {
    let startup: Startup.ID
    let round: FundingRound.ID
    let indication: Indication.ID
}

/// An indication as its form sends it.
struct IndicationForm: Codable {
    let amount: TypedAmount?
    let binding: Bool
    let standsUntil: CalendarDate
    let told: FundingRound.Disclosure
    let note: ShortText?

    func indication() throws(Problem) -> NewIndication {
        guard let amount = try amount?.money(at: "/amount") else {
            throw Problem(.invalid, errors: [.init("/amount/amount", .required, "Say how much.")])
        }
        return NewIndication(amount, binding: binding, until: standsUntil, told: told, note: note)
    }
}
