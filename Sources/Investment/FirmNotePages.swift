internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary

/// What a firm notes for itself: written where the startup stands on a list, worded anew on a page of its own.
struct FirmNotePages {
    let site: Site

    var routes: [AnyRoute] { [write, show, revise] }

    private var write: AnyRoute {
        PageRoute(
            .post, "/shortlists/{shortlist}/items/{startup}/notes", "writeFirmNoteForm", access: .roles([.investor]),
            parameters: ItemPath.self, body: NewFirmNote.self
        ) { call in
            let (path, person, id) = (call.parameters, try call.principal.personID, FirmNote.ID())
            do {
                let note = try call.decoded()
                return try await call.write { transaction in
                    guard try await transaction.item(path.startup, of: path.shortlist) != nil else {
                        throw Problem.notFound
                    }
                    _ = try await transaction.writeFirmNote(note, on: path.startup, as: id, by: person)
                    return .redirect(to: "/shortlists/\(path.shortlist)/items/\(path.startup)#firm")
                }
            } catch let problem as Problem where problem.kind == .invalid {
                return try await ShortlistPages(site: site).itemPage(
                    for: call, path, values: [:], problem: nil, firm: (.note, call.fields, problem))
            }
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/firm-notes/{note}", "firmNote", access: .roles([.investor]), parameters: FirmNotePath.self
        ) { call in
            guard let note = try await call.reader.firmNote(call.parameters.note) else { throw Problem.notFound }
            return try await page(
                for: call, note, values: ["body": [note.body.string]], version: try call.version(of: note), problem: nil
            )
        }.erased
    }

    private var revise: AnyRoute {
        PageRoute(
            .post, "/firm-notes/{note}", "reviseFirmNoteForm", access: .roles([.investor]),
            parameters: FirmNotePath.self, body: NewFirmNote.self
        ) { call in
            let (id, person) = (call.parameters.note, try call.principal.personID)
            do {
                let new = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.reviseFirmNote(id, to: new, by: person) { try call.match($0) }
                    return .redirect(to: "/firm-notes/\(id)")
                }
            } catch let problem as Problem where problem.kind == .invalid || problem.kind == .stale {
                guard let note = try await call.reader.firmNote(id) else { throw Problem.notFound }
                return try await page(
                    for: call, note, values: call.fields, version: call.version ?? "", problem: problem)
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, _ note: FirmNote, values: [String: [String]], version: String, problem: Problem?
    ) async throws -> HTML {
        let wordings = try await call.reader.wordings(of: note.id)
        let reading = try await Reading(call)
        let t = reading.t
        let model = FirmNotePage(
            header: PageHeader(
                title: t("note.title"), kind: t("note.kind"), lede: t("note.lede")),
            form: FirmNote.form(
                action: "/firm-notes/\(note.id.description)", values: values, problem: problem,
                hidden: [HiddenField("version", version)], submit: t("note.save"), t),
            wordings: wordings.map { NoteCard($0, reading) })
        let frame = Frame(
            title: t("note.title"), site: site, viewer: reading.viewer, current: "shortlists",
            breadcrumbs: [Breadcrumb(t("shortlists.title"), "/shortlists")])
        return HTML(status: problem?.formStatus ?? 200, bytes: try PageTemplate.firmNote.render(model, in: frame))
    }
}

extension FirmNote {
    static func form(
        action: SafeURL, values: [String: [String]], problem: Problem?, hidden: [HiddenField], submit: String,
        _ t: Texts
    ) -> Form {
        let input = FormInput(values: values, errors: problem?.fields ?? [], texts: t)
        return Form(
            action: action,
            fields: [
                input.area("body", label: t("note.body"), hint: t("note.body_hint"), limit: LongTextRule.limit, rows: 4)
            ],
            submit: submit, texts: t, hidden: hidden, problem: problem?.sentence)
    }
}

/// A note among others, or one of its wordings.
struct NoteCard: ViewModel {
    var body: String
    var by: String
    /// Where it is worded anew; none for a wording.
    var url: SafeURL?

    init(_ note: FirmNote, _ reading: Reading) {
        let t = reading.t
        body = note.body.string
        by =
            note.version == 1
            ? t("note.by", ["name": note.writtenBy.name, "day": reading.words(note.writtenAt)])
            : t("note.revised_by", ["name": note.revisedBy.name, "day": reading.words(note.revisedAt)])
        url = "/firm-notes/\(note.id.description)"
    }

    init(_ wording: FirmNoteWording, _ reading: Reading) {
        let t = reading.t
        body = wording.body.string
        by = t("note.by", ["name": wording.writtenBy.name, "day": reading.words(wording.writtenAt)])
    }
}

/// A note, to be worded anew, with what it has said.
struct FirmNotePage: ViewModel {
    var header: PageHeader
    var form: Form
    var wordings: [NoteCard]
}

extension PageTemplate<FirmNotePage> {
    static let firmNote = PageTemplate("investment/firm-note", in: .investment)
}
