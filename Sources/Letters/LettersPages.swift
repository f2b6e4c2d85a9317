package import API
internal import Accounts
package import Foundation
package import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

extension PageKit {
    static let letters = PageKit("letters", bundle: .module)
}

extension LettersRoom {
    /// Where the room stands in the navigation: the managers' outbox, and everybody else's own letters.
    package static var places: [Site.Place] {
        [
            Site.Place("outbox", key: "nav.outbox", in: .letters, url: "/console/letters", roles: ["manager"]),
            Site.Place(
                "letters", key: "nav.letters", in: .letters, url: "/letters",
                roles: ["partner", "founder", "investor", "mentor"]),
        ]
    }

    /// The pages, for the router.
    ///
    /// - Parameters:
    ///   - sendsMail: whether there is a mail server; without one, the outbox says that letters wait.
    ///   - topics: where a manager looks at what a letter is about, by the topic's noun.
    package static func pages(
        in site: Site, sendsMail: Bool, topics: [String: @Sendable (UUID) -> SafeURL] = [:]
    ) -> [AnyRoute] {
        OutboxPages(site: site, sendsMail: sendsMail, topics: topics).routes + ManyLettersPages(site: site).routes
            + OwnLetterPages(site: site).routes
    }
}

/// The outbox: what is about to go out, what went, and what could not.
struct OutboxPages: Sendable {
    let site: Site
    let sendsMail: Bool
    let topics: [String: @Sendable (UUID) -> SafeURL]

    var routes: [AnyRoute] { [list, held, show, rewriting, rewrite] }

    /// As many as somebody reads in one go.
    private static let batch = 50

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/letters", "consoleLetters", access: .roles([.manager]), parameters: OutboxQuery.self
        ) { call in
            let viewer = try await call.viewer()
            let t = PageKit.letters.texts(in: viewer.language)
            let query = call.parameters
            let after = try call.position(query.cursor, as: LetterPosition.self)
            async let counting = call.reader.letterCounts()
            async let finding = call.reader.letters(
                in: query.state, of: query.kind, after: after, limit: PageSize.rows(for: query.limit))
            let (counts, found) = try await (counting, finding)
            let page = try call.page(found.map { LetterView($0, withBody: false) }, size: query.limit) {
                LetterPosition(at: $0.writtenAt, id: $0.id)
            }
            let model = OutboxPage(
                Array(found.prefix(page.items.count)), counts: counts, query: query, next: page.next,
                sendsMail: sendsMail, language: viewer.language, t)
            let frame = Frame(
                title: t("outbox.title"), site: site, viewer: viewer, current: "outbox",
                flash: query.done.map { FlashNotice(t("done.\($0.rawValue)", count: query.letters ?? 0)) })
            return HTML(bytes: try PageTemplate.outbox.render(model, in: frame))
        }.erased
    }

    private var held: AnyRoute {
        PageRoute(.get, "/console/letters/held", "consoleHeldLetters", access: .roles([.manager])) { call in
            let viewer = try await call.viewer()
            let t = PageKit.letters.texts(in: viewer.language)
            async let counting = call.reader.letterCounts()
            async let finding = call.reader.letters(in: .held, limit: Self.batch)
            let (counts, found) = try await (counting, finding)
            let model = HeldPage(
                found, of: counts[.held] ?? 0, key: call.freshIdempotencyKey, sendsMail: sendsMail, t)
            let frame = Frame(
                title: t("held.title"), site: site, viewer: viewer, current: "outbox",
                breadcrumbs: [Breadcrumb(t("outbox.title"), "/console/letters")])
            return HTML(bytes: try PageTemplate.held.render(model, in: frame))
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/letters/{letter}", "consoleLetter", access: .roles([.manager]),
            parameters: OutboxLetterPath.self
        ) { call in
            let id = call.parameters.letter
            async let finding = call.reader.letter(id)
            async let doing = call.reader.deeds(of: id)
            async let trying = call.reader.attempts(at: id)
            let (found, deeds, attempts) = try await (finding, doing, trying)
            guard let letter = found else { throw Problem.notFound }
            let viewer = try await call.viewer()
            let t = PageKit.letters.texts(in: viewer.language)
            let topic = letter.about.flatMap { about in topics[about.noun].map { $0(about.id) } }
            let model = LetterPage(
                letter, deeds, attempts, topic: topic, sendsMail: sendsMail, language: viewer.language, t)
            let frame = Frame(
                title: letter.text.subject.string, site: site, viewer: viewer, current: "outbox",
                breadcrumbs: [Breadcrumb(t("outbox.title"), "/console/letters")],
                flash: call.parameters.done.map { FlashNotice(t("done.\($0.rawValue)", count: 1)) })
            return HTML(bytes: try PageTemplate.letter.render(model, in: frame))
        }.erased
    }

    private var rewriting: AnyRoute {
        PageRoute(
            .get, "/console/letters/{letter}/text", "consoleRewriteLetter", access: .roles([.manager]),
            parameters: LetterPath.self
        ) { call in
            guard let letter = try await call.reader.letter(call.parameters.letter) else { throw Problem.notFound }
            let values = ["subject": [letter.text.subject.string], "body": [letter.text.body.string]]
            return try await form(
                for: call, letter, values: values, version: try call.version(of: LetterView(letter)))
        }.erased
    }

    private var rewrite: AnyRoute {
        PageRoute(
            .post, "/console/letters/{letter}/text", "consoleSaveLetter", access: .roles([.manager]),
            parameters: LetterPath.self, body: Rewriting.self
        ) { call in
            let id = call.parameters.letter
            do {
                let words = try call.decoded()
                return try await call.write { transaction in
                    _ = try await transaction.rewriteLetter(id, subject: words.subject, body: words.body) {
                        try call.match(LetterView($0))
                    }
                    return .redirect(to: "/console/letters/\(id)?done=rewritten")
                }
            } catch {
                let refused = (error as? any Refusal)?.problem ?? error as? Problem
                guard let problem = refused, [.invalid, .stale, .conflict].contains(problem.kind),
                    let letter = try await call.reader.letter(id)
                else { throw error }
                return try await form(
                    for: call, letter, values: call.fields, version: call.version ?? "", problem: problem)
            }
        }.erased
    }

    private func form<P, B>(
        for call: FormCall<P, B>, _ letter: Letter, values: [String: [String]], version: String,
        problem: Problem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.letters.texts(in: viewer.language)
        let input = FormInput(values: values, errors: problem?.fields ?? [], texts: t)
        let address: SafeURL = "/console/letters/\(letter.id)"
        let model = RewritePage(
            header: PageHeader(
                title: t("rewrite.title"), kind: t("letter.to", ["name": letter.recipientName]),
                lede: t("rewrite.lede", ["language": OutboxPage.name(of: letter.language)])),
            form: Form(
                action: "/console/letters/\(letter.id)/text",
                fields: [
                    input.text("subject", label: t("letter.subject"), limit: ShortTextRule.limit),
                    input.area(
                        "body", label: t("letter.body"), hint: t("rewrite.body_hint"), limit: LongTextRule.limit,
                        rows: 14),
                ],
                submit: t("rewrite.save"), texts: t, hidden: [HiddenField("version", version)],
                cancel: LinkText(t("rewrite.back"), address), problem: problem?.sentence))
        let frame = Frame(
            title: t("rewrite.title"), site: site, viewer: viewer, current: "outbox",
            breadcrumbs: [
                Breadcrumb(t("outbox.title"), "/console/letters"), Breadcrumb(letter.text.subject.string, address),
            ])
        return HTML(status: problem?.formStatus ?? 200, bytes: try PageTemplate.rewrite.render(model, in: frame))
    }
}

/// What was just done.
enum OutboxDone: String, Codable, CaseIterable {
    case released, cancelled, rewritten
}

struct OutboxQuery: Codable {
    let state: Letter.State?
    let kind: Letter.Kind?
    let limit: PageSize?
    let cursor: PageCursor?
    let done: OutboxDone?
    let letters: Int?
}

struct OutboxLetterPath: Codable {
    let letter: Letter.ID
    let done: OutboxDone?
}

/// The letters of whoever reads.
struct OwnLetterPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [list, show] }

    private var list: AnyRoute {
        PageRoute(
            .get, "/letters", "ownLetters", access: .signedIn, parameters: ListOwnLetters.self
        ) { call in
            let query = call.parameters
            let after = try call.position(query.cursor, as: LetterPosition.self)
            let found = try await call.reader.ownLetters(after: after, limit: PageSize.rows(for: query.limit))
            let page = try call.page(found.map(OwnLetterView.init), size: query.limit) {
                LetterPosition(at: $0.releasedAt, id: $0.id)
            }
            let viewer = try await call.viewer()
            let t = PageKit.letters.texts(in: viewer.language)
            let model = OwnLettersPage(
                page.items, next: page.next, isFirst: query.cursor == nil, language: viewer.language, t)
            let frame = Frame(title: t("own.title"), site: site, viewer: viewer, current: "letters")
            return HTML(bytes: try PageTemplate.ownLetters.render(model, in: frame))
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/letters/{letter}", "ownLetter", access: .signedIn, parameters: LetterPath.self
        ) { call in
            guard let letter = try await call.reader.ownLetter(call.parameters.letter) else { throw Problem.notFound }
            let viewer = try await call.viewer()
            let t = PageKit.letters.texts(in: viewer.language)
            let model = OwnLetterPage(letter, language: viewer.language, t)
            let frame = Frame(
                title: letter.text.subject.string, site: site, viewer: viewer, current: "letters",
                breadcrumbs: [Breadcrumb(t("own.title"), "/letters")])
            return HTML(bytes: try PageTemplate.ownLetter.render(model, in: frame))
        }.erased
    }
}
