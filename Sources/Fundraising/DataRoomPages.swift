internal import API
internal import Accounts
internal import Files
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// A startup's data room: what is in it, who may read it, and who did.
struct DataRoomPages {
    let site: Site
    /// Whether a scanner has the last word on what is uploaded.
    let hasScanner: Bool
    let watermarker: Watermarker

    var routes: [AnyRoute] { [show, add, accesses, document, replace, remove, grant, revoke, view, download] }

    /// A file and what is said of it.
    private static let formLimit = CheckedFile.limit + 64 * 1024

    private enum Which {
        case upload, version, grant, removal, revocation
    }

    // MARK: The room

    private var show: AnyRoute {
        PageRoute(.get, "/data-room", "ownDataRoom", access: .roles([.founder])) { call in
            try await roomPage(for: call)
        }.erased
    }

    private var add: AnyRoute {
        PageRoute(
            .post, "/data-room/documents", "addRoomDocumentForm", access: .roles([.founder]),
            parameters: NoParameters.self, body: DocumentForm.self, bodyLimit: Self.formLimit,
            uploadLimit: CheckedFile.limit
        ) { call in
            try await FormProblem.answering(FundraisingRoom.constraints) {
                let (form, principal, id) = (try call.decoded(), try call.principal, RoomDocument.ID())
                let checked = try await file(of: call)
                let (startup, waits) = (Startup.ID(try principal.actsFor), hasScanner)
                return try await call.write { transaction in
                    _ = try await transaction.addRoomDocument(
                        NewRoomDocument(form.title, in: form.folder, watermarked: form.watermarked), checked, as: id,
                        of: startup, waitsForScanner: waits, by: principal.personID)
                    return .redirect(to: "/data-room/documents/\(id)")
                }
            } again: { problem in
                try await roomPage(for: call, problem: problem)
            }
        }.erased
    }

    /// The file that came with a form, looked through; what is wrong with it is said beside its field.
    private func file<P, B>(of call: FormCall<P, B>) async throws -> CheckedFile {
        guard let upload = call.files["file"]?.first else {
            throw Problem(.invalid, errors: [.init("/file", .required, "Choose a file.")])
        }
        do {
            return try await CheckedFile(upload, named: upload.filename ?? "")
        } catch let fault as FileFault {
            throw Problem.invalid("/file", fault.words(in: Pages.Language(tag: call.locale) ?? .english))
        }
    }

    private func roomPage<P, B>(for call: FormCall<P, B>, problem: FormProblem? = nil) async throws -> HTML {
        let own = Startup.ID(try call.principal.actsFor)
        let documents = try await call.reader.roomDocuments(of: own)
        let grants = try await call.reader.roomGrants(of: own)
        let storage = try await call.reader.storage(of: own)
        let reading = try await Reading(call)
        let t = reading.t
        let hint = [t("room.file_hint"), storage?.words(in: t.language)].compactMap(\.self)
            .joined(separator: t.language == .english ? " " : "")
        let maker = FormMaker(
            values: call.fields, failed: problem == nil ? nil : Which.upload, problem: problem, t: t,
            key: { call.freshIdempotencyKey })
        let input = maker.input(
            .upload,
            ["folder": [documents.last?.folder.string ?? t("room.first_folder")], "watermarked": ["true"]])
        let table = Table(
            caption: t("room.title"),
            columns: [
                Table.Column(t("room.document")), Table.Column(t("room.state")), Table.Column(t("room.readers")),
                Table.Column(t("room.uploaded")),
            ],
            rows: documents.map { document in
                let standing = grants.filter { $0.document == document.id && !$0.hasExpired }
                return [
                    .link(
                        document.title.string, "/data-room/documents/\(document.id.description)",
                        note: document.folder.string),
                    .badge(badge(of: document, t), note: document.watermarked ? nil : t("room.unmarked")),
                    .text(readers(standing, reading)),
                    document.latest.map { .time(reading.day($0.uploadedAt)) } ?? .text("–"),
                ]
            }, empty: EmptyState(title: t("room.empty"), text: t("room.empty_text")))
        let model = FundraisingPage(
            header: PageHeader(
                title: t("room.title"), lede: t("room.lede"),
                actions: [.link(t("room.accesses"), "/data-room/accesses")]),
            tables: [.init(id: "documents", title: t("room.documents"), table: table)],
            uploads: [
                maker.form(
                    .upload, "/data-room/documents", title: t("room.add"), intro: t("room.add_intro"),
                    fields: [
                        input.text("file", label: t("room.file"), hint: hint, type: "file"),
                        input.text("title", label: t("room.document_title"), limit: 200),
                        input.text("folder", label: t("room.folder"), limit: 200),
                        input.checkbox(
                            "watermarked", label: t("room.watermark"), statement: t("room.watermark_statement"),
                            hint: t("room.watermark_hint")),
                    ], submit: t("room.add_submit"))
            ])
        let frame = Frame(title: t("room.title"), site: site, viewer: reading.viewer, current: "data-room")
        return HTML(bytes: try PageTemplate.fundraising.render(model, in: frame))
    }

    private func readers(_ grants: [RoomGrant], _ reading: Reading) -> String {
        let t = reading.t
        guard !grants.isEmpty else { return t("room.nobody") }
        return grants.map { $0.investorName?.text(for: reading.spoken) ?? t("room.all_introduced") }
            .joined(separator: t("list.separator"))
    }

    private func badge(of document: RoomDocument, _ t: Texts) -> Badge {
        guard let latest = document.latest else { return Badge(t("version.quarantined")) }
        if latest.damagedAt == nil, latest.unmarkable != nil { return Badge(t("version.unmarkable"), .danger) }
        return badge(of: latest, t)
    }

    private func badge(of version: RoomDocument.Version, _ t: Texts) -> Badge {
        if version.damagedAt != nil { return Badge(t("version.damaged"), .danger) }
        let words = t("version.\(version.state.rawValue)")
        return switch version.state {
        case .clean: Badge(words, .success)
        case .rejected: Badge(words, .danger)
        case .quarantined: Badge(words)
        }
    }

    private var accesses: AnyRoute {
        PageRoute(
            .get, "/data-room/accesses", "roomAccesses", access: .roles([.founder]), parameters: ListAccesses.self
        ) { call in
            let query = call.parameters
            let after = try call.position(query.cursor, as: RoomAccessPosition.self)
            let found = try await call.reader.roomAccesses(after: after, limit: PageSize.rows(for: query.limit))
            let page = try call.page(found, size: query.limit) { RoomAccessPosition($0) }
            let reading = try await Reading(call)
            let t = reading.t
            let base: SafeURL = "/data-room/accesses"
            let table = Table(
                caption: t("room.accesses"),
                columns: [
                    Table.Column(t("access.who")), Table.Column(t("access.deed")), Table.Column(t("room.document")),
                    Table.Column(t("access.when")), Table.Column(t("access.mark")),
                ],
                rows: page.items.map { access in
                    [
                        .text(access.personName, note: access.firmName),
                        .text(t("access.\(access.deed.rawValue)"), note: access.isOwn ? t("access.own") : nil),
                        .link(
                            access.title.string, "/data-room/documents/\(access.document.description)",
                            note: t("version.number", ["number": "\(access.version)"])),
                        .time(reading.moment(access.at)),
                        .text(access.watermarked ? String(access.id.description.prefix(8)) : t("access.unmarked")),
                    ]
                }, empty: EmptyState(title: t("access.none"), text: t("access.none_text")),
                pager: Pager(
                    firstURL: query.cursor == nil ? nil : base,
                    nextURL: page.next.map { base.adding([("cursor", $0)]) }))
            let model = FundraisingPage(
                header: PageHeader(title: t("room.accesses"), lede: t("access.lede")),
                tables: [.init(id: "log", title: t("access.log"), table: table)])
            let frame = Frame(
                title: t("room.accesses"), site: site, viewer: reading.viewer, current: "data-room",
                breadcrumbs: [Breadcrumb(t("room.title"), "/data-room")])
            return HTML(bytes: try PageTemplate.fundraising.render(model, in: frame))
        }.erased
    }

    // MARK: One document

    private var document: AnyRoute {
        PageRoute(
            .get, "/data-room/documents/{document}", "roomDocumentPage", access: .roles([.founder]),
            parameters: RoomDocumentPath.self
        ) { call in
            try await documentPage(for: call, call.parameters.document)
        }.erased
    }

    private var replace: AnyRoute {
        PageRoute(
            .post, "/data-room/documents/{document}/versions", "replaceRoomDocumentForm", access: .roles([.founder]),
            parameters: RoomDocumentPath.self, bodyLimit: Self.formLimit, uploadLimit: CheckedFile.limit
        ) { call in
            let (id, person, waits) = (call.parameters.document, try call.principal.personID, hasScanner)
            guard try await call.reader.roomDocument(id) != nil else { throw Problem.notFound }
            return try await answering(call, id, .version) {
                let checked = try await file(of: call)
                return try await call.write { transaction in
                    _ = try await transaction.replaceRoomDocument(
                        id, by: checked, waitsForScanner: waits, by: person)
                    return .redirect(to: "/data-room/documents/\(id)")
                }
            }
        }.erased
    }

    private var remove: AnyRoute {
        PageRoute(
            .post, "/data-room/documents/{document}/removal", "removeRoomDocumentForm", access: .roles([.founder]),
            parameters: RoomDocumentPath.self
        ) { call in
            let (id, person) = (call.parameters.document, try call.principal.personID)
            return try await call.write { transaction in
                try await transaction.removeRoomDocument(id, by: person)
                return .redirect(to: "/data-room")
            }
        }.erased
    }

    private var grant: AnyRoute {
        PageRoute(
            .post, "/data-room/documents/{document}/grants", "grantReadingForm", access: .roles([.founder]),
            parameters: RoomDocumentPath.self, body: NewRoomGrant.self
        ) { call in
            let (id, grant, person) = (call.parameters.document, RoomGrant.ID(), try call.principal.personID)
            return try await answering(call, id, .grant) {
                try await call.write { transaction in
                    _ = try await transaction.grantReading(of: id, try call.decoded(), as: grant, by: person)
                    return .redirect(to: "/data-room/documents/\(id)")
                }
            }
        }.erased
    }

    private var revoke: AnyRoute {
        PageRoute(
            .post, "/data-room/documents/{document}/grants/{grant}/revocation", "revokeGrantForm",
            access: .roles([.founder]), parameters: RoomGrantPath.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await answering(call, path.document, .revocation) {
                try await call.write { transaction in
                    try await transaction.revokeGrant(path.grant, of: path.document, by: person)
                    return .redirect(to: "/data-room/documents/\(path.document)")
                }
            }
        }.erased
    }

    private func answering<P, B>(
        _ call: FormCall<P, B>, _ id: RoomDocument.ID, _ form: Which, _ deed: () async throws -> HTML
    ) async throws -> HTML {
        try await FormProblem.answering(FundraisingRoom.constraints, deed) { problem in
            try await documentPage(for: call, id, form: form, problem: problem)
        }
    }

    private func documentPage<P, B>(
        for call: FormCall<P, B>, _ id: RoomDocument.ID, form: Which? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let document = try await call.reader.roomDocument(id) else { throw Problem.notFound }
        let versions = try await call.reader.versions(of: id, in: document.startup)
        let grants = try await call.reader.roomGrants(of: document.startup, document: id)
        let firms = try await call.reader.firmsToGrant(to: document.startup)
        let reading = try await Reading(call)
        let t = reading.t
        let maker = FormMaker(
            values: call.fields, failed: form, problem: problem, t: t, key: { call.freshIdempotencyKey })
        let granting = maker.input(.grant)
        let actions: [Action] =
            document.latest.flatMap { $0.damagedAt == nil ? $0 : nil }.map { latest in
                (latest.canBeShown ? [.link(t("room.view_verb"), "/data-room/documents/\(id.description)/view")] : [])
                    + [.link(t("room.download_verb"), "/data-room/documents/\(id.description)/download")]
            } ?? []
        var model = FundraisingPage(
            header: PageHeader(
                title: document.title.string, kind: document.folder.string, badge: badge(of: document, t),
                lede: document.watermarked ? t("document.marked") : t("document.unmarked"), actions: actions),
            notice: document.latest.flatMap { latest in
                latest.damagedAt == nil
                    ? latest.unmarkable.map { t("document.unmarkable", ["fault": t("fault.\($0.rawValue)")]) }
                    : t("document.damaged")
            },
            tables: [
                .init(
                    id: "grants", title: t("grants.title"), text: t("grants.text"),
                    table: self.grants(grants, of: id, reading)),
                .init(id: "versions", title: t("versions.title"), table: self.versions(versions, reading)),
            ],
            uploads: [
                maker.form(
                    .version, "/data-room/documents/\(id.description)/versions", title: t("versions.add"),
                    intro: t("versions.add_intro"),
                    fields: [
                        maker.input(.version).text(
                            "file", label: t("room.file"), hint: t("room.file_hint"), type: "file")
                    ], submit: t("versions.submit"))
            ],
            forms: [
                maker.form(
                    .grant, "/data-room/documents/\(id.description)/grants", title: t("grants.add"),
                    intro: t("grants.add_intro"),
                    fields: [
                        granting.select(
                            "investor", label: t("grants.whom"),
                            options: firms.map { ($0.id.description, $0.name.text(for: reading.spoken)) },
                            prompt: t("room.all_introduced"), isOptional: true),
                        granting.checkbox(
                            "may_download", label: t("grants.how"), statement: t("grants.may_download")),
                        granting.date(
                            "expires_on", label: t("grants.until"), hint: t("grants.until_hint"), isOptional: true),
                    ], submit: t("grants.submit")),
                maker.form(
                    .removal, "/data-room/documents/\(id.description)/removal", title: t("document.remove"),
                    intro: t("document.remove_intro"), submit: t("document.remove_submit"), isDangerous: true),
            ])
        model.say(problem, t)
        let frame = Frame(
            title: document.title.string, site: site, viewer: reading.viewer, current: "data-room",
            breadcrumbs: [Breadcrumb(t("room.title"), "/data-room")])
        return HTML(bytes: try PageTemplate.fundraising.render(model, in: frame))
    }

    private func grants(_ grants: [RoomGrant], of id: RoomDocument.ID, _ reading: Reading) -> Table {
        let t = reading.t
        return Table(
            caption: t("grants.title"),
            columns: [
                Table.Column(t("grants.whom")), Table.Column(t("grants.how")), Table.Column(t("grants.until")),
                Table.Column(t("grants.deed")),
            ],
            rows: grants.map { grant in
                [
                    .text(grant.investorName?.text(for: reading.spoken) ?? t("room.all_introduced")),
                    .text(grant.mayDownload ? t("grants.download") : t("grants.view")),
                    grant.expiresOn.map { day in
                        grant.hasExpired ? .text(reading.words(day), note: t("grants.over")) : .time(reading.day(day))
                    } ?? .text(t("grants.open")),
                    .action(
                        .post(
                            t("grants.revoke"),
                            "/data-room/documents/\(id.description)/grants/\(grant.id.description)/revocation")),
                ]
            }, empty: EmptyState(title: t("grants.none"), text: t("grants.none_text")))
    }

    private func versions(_ versions: [RoomDocument.Version], _ reading: Reading) -> Table {
        let t = reading.t
        return Table(
            caption: t("versions.title"),
            columns: [
                Table.Column(t("room.file")), Table.Column(t("room.state")), Table.Column(t("room.uploaded")),
            ],
            rows: versions.map { version in
                [
                    .text(
                        t("version.named", ["number": "\(version.number)", "name": version.name]),
                        note: FileSize.text(version.bytes)),
                    .badge(badge(of: version, t), note: version.unmarkable.map { t("fault.\($0.rawValue)") }),
                    .time(reading.moment(version.uploadedAt)),
                ]
            }, empty: EmptyState(title: "", text: ""))
    }

    // MARK: Reading

    private var view: AnyRoute {
        PageRoute(
            .get, "/data-room/documents/{document}/view", "viewRoomDocumentPage",
            access: .roles([.founder, .investor]), rate: .expensive, parameters: RoomDocumentPath.self,
            servesDocument: true
        ) { call in
            try await deliver(call, as: .view)
        }.erased
    }

    private var download: AnyRoute {
        PageRoute(
            .get, "/data-room/documents/{document}/download", "downloadRoomDocumentPage",
            access: .roles([.founder, .investor]), rate: .expensive, parameters: RoomDocumentPath.self,
            servesDocument: true
        ) { call in
            try await deliver(call, as: .download)
        }.erased
    }

    private func deliver(
        _ call: FormCall<RoomDocumentPath, NoBody>, as deed: RoomDocument.Right
    ) async throws -> HTML {
        let file = RoomFile(database: call.database, context: call.context, watermarker: watermarker)
        return .download(
            try await file.deliver(
                call.parameters.document, as: deed, to: try call.principal, headOnly: call.isHead))
    }
}

/// A document as its form sends it, beside the file.
struct DocumentForm: Codable {
    let title: Name
    let folder: Name
    let watermarked: Bool
}
