import Accounts
import Delivery
import DemoWorld
import Foundation
import Letters
import Programs
import TestMail
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Applications
@testable import Postgres

/// A world in which somebody without an account registers, with a mail server of its own.
private struct Reception {
    let world: World
    let receiver: MailReceiver
    let call: CallForApplications.ID = demoID("call incubation")

    init() async throws {
        world = try await World()
        // The demo's own letters would go out among those of a test.
        try await world.owner.write(as: .none) { _ = try await $0.execute("DELETE FROM jobs") }
        receiver = try MailReceiver()
    }

    func register(
        _ email: String = "nia@newcomer.example", startup: String = "Newcomer", for call: CallForApplications.ID? = nil,
        language: String = "en", from address: String = "127.0.0.1", before edge: Edge? = nil
    ) async -> Outgoing {
        await send(
            "/v1/public/registrations",
            """
            {"call": "\(call ?? self.call)", "email": "\(email)", "name": "Nia Chan", "startup_name": "\(startup)", \
            "language": "\(language)"}
            """, from: address, before: edge)
    }

    func confirm(
        _ code: String, password: String? = "four words in a row", startup: String? = nil
    ) async -> Outgoing {
        let fields = [
            #""code": "\#(code)""#, password.map { #""password": "\#($0)""# },
            startup.map { #""startup_name": "\#($0)""# },
        ]
        return await send(
            "/v1/public/registrations/confirmation", "{\(fields.compactMap(\.self).joined(separator: ", "))}")
    }

    func send(
        _ target: String, _ json: String, from address: String = "127.0.0.1", before edge: Edge? = nil
    ) async -> Outgoing {
        await (edge ?? world.edge).respond(
            to: Incoming(
                "POST", target, headers: [("Content-Type", "application/json"), ("X-Request-Id", "same-request")],
                body: Array(json.utf8), address: address))
    }

    func open(_ target: String) async -> Outgoing {
        await world.edge.respond(to: Incoming("GET", target, headers: [("X-Request-Id", "same-request")]))
    }

    /// Sends a form as a browser does that nobody is signed in with.
    func fill(_ target: String, _ fields: [(String, String)]) async -> Outgoing {
        let form = ([("csrf", "visitor")] + fields)
            .map { "\(Edge.percentEncoded($0))=\(Edge.percentEncoded($1))" }.joined(separator: "&")
        return await world.edge.respond(
            to: Incoming(
                "POST", target,
                headers: [
                    ("Cookie", "\(world.edge.services.cookies.formName)=visitor"), ("Sec-Fetch-Site", "same-origin"),
                    ("Content-Type", "application/x-www-form-urlencoded"),
                ], body: Array(form.utf8)))
    }

    /// What the mail server has taken when the worker has done all there was to do.
    func letters() async throws -> [ReceivedMail] {
        let post = LetterPost(
            by: SMTPMailer(try SMTPServer("smtp://127.0.0.1:\(receiver.port)"), timeout: .seconds(10)),
            from: try Mailbox("office@harbour.example"), site: "https://trellis.example")
        let left = try await world.working(post: post, retryPause: .milliseconds(20)) {
            try await world.awaiting {
                try await count("jobs WHERE kind = 'applications.send-registration-link' AND finished_at IS NULL")
            } until: {
                $0 == 0
            }
        }
        #expect(left == 0)
        return try receiver.received
    }

    /// The code in the link of a letter.
    func code(in letter: ReceivedMail) throws -> String {
        let link = try #require(letter.links.first.flatMap { URLComponents(string: $0) })
        #expect(link.path == "/registration")
        let item = link.queryItems?.first { $0.name == "code" }
        return try #require(item?.value)
    }

    func count(_ what: String) async throws -> Int {
        let row = try await world.owner.reader(as: .none).one(
            "SELECT count(*) AS rows FROM \(fragment: Query(unchecked: what))")
        return try row("rows")
    }

    func change(_ statement: Query) async throws {
        try await world.owner.write(as: .none) { _ = try await $0.execute(statement) }
    }
}

@Suite("Registering for a call")
struct RegistrationTests {
    @Test(
        "a letter, its link and a password: then there is an account, a startup, a seat and a draft, and nothing before"
    )
    func wholeWay() async throws {
        let reception = try await Reception()
        #expect(await reception.open("/open-calls/\(reception.call)/registration").status == 200)
        let typed = [
            ("email", "Nia@Newcomer.example"), ("name", "Nia Chan"), ("startup_name", "新來者"), ("language", "zh-Hant"),
        ]
        let sent = await reception.fill("/open-calls/\(reception.call)/registration", typed)
        #expect(sent.status == 303)
        #expect(sent.header("Location") == "/open-calls/\(reception.call)/registration/sent?lang=zh-Hant")
        #expect(await reception.open("/open-calls/\(reception.call)/registration/sent").status == 200)
        #expect(try await reception.count("people WHERE email = 'nia@newcomer.example'") == 0)
        #expect(try await reception.count("institutions WHERE names ->> 'zh-Hant' = '新來者'") == 0)
        let letters = try await reception.letters()
        let letter = try #require(letters.first)
        #expect(letters.count == 1 && letter.envelopeTo == "nia@newcomer.example" && letter.language == "zh-Hant")
        // What was typed goes to nobody by mail: the form is no way to write to strangers.
        #expect(!letter.plain.contains("Nia") && !letter.plain.contains("新來者"))
        let code = try reception.code(in: letter)
        #expect(try await reception.count("people WHERE email = 'nia@newcomer.example'") == 0)
        let page = await reception.open("/registration?code=\(code)&lang=zh-Hant")
        #expect(page.status == 200 && page.text.contains("新來者") && page.text.contains(#"type="password""#))
        #expect(page.header("Cache-Control") == "no-store")
        // Whoever typed the address need not have been its owner, who says what is so.
        #expect(page.text.contains(#"value="新來者""#) && page.text.contains(#"value="Nia Chan""#), "\(page.text)")
        let own = [("code", code), ("name", "陳妮亞"), ("startup_name", "後來者"), ("lang", "zh-Hant")]
        let weak = await reception.fill("/registration", own + [("password", "short")])
        #expect(weak.status == 422 && weak.text.contains("後來者") && !weak.text.contains("新來者"))
        let nameless = await reception.fill(
            "/registration", [("code", code), ("name", ""), ("startup_name", ""), ("password", "four words in a row")])
        #expect(nameless.status == 422 && nameless.text.contains(#"id="f-name-error""#), "\(nameless.text)")
        #expect(nameless.text.contains(#"id="f-startup_name-error""#))
        let confirm = own + [("password", "four words in a row")]
        let done = await reception.fill("/registration", confirm)
        #expect(done.status == 303)
        let draft = try #require(done.header("Location"))
        #expect(draft.hasPrefix("/sign-in?next=%2Fportal%2Fapplications%2F"))
        // A second press of the button leads there too, and makes nothing more.
        #expect(await reception.fill("/registration", confirm).header("Location") == draft)
        #expect(
            try await reception.count(
                """
                people AS p JOIN memberships AS m ON m.person_id = p.id AND m.role = 'founder'
                JOIN institutions AS i ON i.tenant_id = m.tenant_id AND i.id = m.institution_id
                JOIN startups AS s ON s.id = i.id JOIN applications AS a ON a.startup_id = s.id
                WHERE p.email = 'nia@newcomer.example' AND p.locale = 'zh-Hant' AND p.name = '陳妮亞'
                  AND i.names ->> 'zh-Hant' = '後來者'
                  AND a.state = 'draft' AND a.call_id = '\(reception.call)' AND a.created_by = p.id
                """) == 1)
        let token = await reception.send(
            "/v1/tokens", #"{"email": "nia@newcomer.example", "password": "four words in a row", "name": "first"}"#)
        #expect(token.status == 201 && token.text.contains(#""role":"founder""#))
    }

    @Test("a form sent twice brings one letter, and an address gets three an hour; the answer is always the same")
    func sparing() async throws {
        let reception = try await Reception()
        var answers: Set<String> = []
        for startup in ["One", "One", "Two", "Three", "Four"] {
            let answer = await reception.register(startup: startup)
            #expect(answer.status == 202)
            answers.insert(answer.text)
        }
        #expect(answers.count == 1)
        #expect(try await reception.letters().count == 3)
        #expect(try await reception.count("registrations WHERE startup_name IN ('One', 'Two', 'Three')") == 3)
        // Another address is another reader.
        #expect(await reception.register("bo@newcomer.example").status == 202)
        #expect(try await reception.letters().count == 4)
    }

    @Test(
        "an address gets three letters an hour and ten a day over all workspaces, a client and a workspace so many a day"
    )
    func limits() async throws {
        let reception = try await Reception()
        let (harbour, rival) = (Cast.harbour.id, Cast.portDigital.id)
        /// Letters that were asked for before, by the same count.
        func asked(_ times: Int, _ subject: String, hoursAgo: Int) async throws {
            try await reception.change(
                """
                INSERT INTO letters_asked_for (subject, at)
                SELECT (letter_subjects(\(subject)))[1], now() - \(hoursAgo) * interval '1 hour'
                FROM generate_series(1, \(times))
                """)
        }
        func registered() async throws -> Int { try await reception.count("registrations") }
        // Another workspace has written to her twice this hour.
        for _ in 1...2 {
            let may: Bool = try await reception.world.database.write(as: .visitor(in: rival)) { transaction in
                try await transaction.one(
                    "SELECT may_be_written_to('nia@newcomer.example', NULL, \(rival), 500) AS may")("may")
            }
            #expect(may)
        }
        var answers: Set<String> = []
        for startup in ["One", "Two"] { answers.insert(await reception.register(startup: startup).text) }
        #expect(try await registered() == 1)
        try await asked(9, "address bo@newcomer.example", hoursAgo: 5)
        for startup in ["One", "Two"] {
            answers.insert(await reception.register("bo@newcomer.example", startup: startup).text)
        }
        #expect(try await registered() == 2)
        // What is a day old counts no more, and is forgotten by the hour, with the salt it was counted under.
        try await asked(60, "address cy@newcomer.example", hoursAgo: 25)
        answers.insert(await reception.register("cy@newcomer.example").text)
        #expect(try await registered() == 3)
        try await reception.change("INSERT INTO letter_salts (day) VALUES ((now() AT TIME ZONE 'UTC')::date - 2)")
        try await reception.world.database.write(as: .platform) { try await $0.forgetLettersAskedFor() }
        #expect(try await reception.count("letter_salts WHERE day < (now() AT TIME ZONE 'UTC')::date - 1") == 0)
        let bare = try await reception.count(
            "letters_asked_for WHERE subject = sha256(convert_to('address cy@newcomer.example', 'UTF8'))")
        #expect(bare == 0, "no list of addresses finds them")
        #expect(try await reception.count("letters_asked_for WHERE at < now() - interval '1 day'") == 0)
        // One client, which is counted by its network.
        try await asked(49, "client 2001:db8:0:1::/64", hoursAgo: 5)
        for (number, address) in ["2001:db8:0:1::7", "2001:db8:0:1:ffff::8", "2001:db8:0:2::7"].enumerated() {
            answers.insert(await reception.register("c\(number)@newcomer.example", from: address).text)
        }
        #expect(try await registered() == 5)
        // Behind a proxy whose word is not taken nobody is told from anybody else.
        let proxies: Int = try await reception.world.owner.reader(as: .none).value(
            """
            SELECT count(network_of(a)) AS rows
            FROM unnest(ARRAY['127.0.0.1', '127.8.0.1', '::1', '::ffff:127.0.0.1']) AS a
            """)
        #expect(proxies == 0)
        // The workspace, which says how many itself.
        let already = try await reception.count(
            "letters_asked_for WHERE subject = ANY (letter_subjects('workspace \(harbour)'))")
        #expect(already == 5)
        try await reception.world.database.write(as: reception.world.context(Cast.mei)) {
            try await $0.setRegistrationDoor(.taken, lettersPerDay: 6)
        }
        for number in 1...3 { answers.insert(await reception.register("w\(number)@newcomer.example").text) }
        #expect(try await registered() == 6)
        #expect(answers.count == 1, "nobody learns what was counted")
        // Nothing else is kept of who asked, and nobody reads the counts.
        #expect(try await reception.count("registrations WHERE client IS NOT NULL") == 0)
        for context in [.visitor(in: harbour), .system(in: harbour), reception.world.context(Cast.mei)] as [Context] {
            let seen: Int = try await reception.world.database.reader(as: context).value(
                "SELECT (SELECT count(*) FROM letters_asked_for) + (SELECT count(*) FROM letter_salts)")
            #expect(seen == 0)
        }
    }

    @Test("whether an address is known is told to its owner alone")
    func known() async throws {
        let reception = try await Reception()
        let nobody = await reception.register("stranger@newcomer.example")
        let founder = await reception.register(Cast.ada.person.email)
        #expect((founder.status, founder.text) == (nobody.status, nobody.text))
        // Whoever decides or judges there would be kept from it by a startup in their name.
        let staff = [Cast.mei.person.email, Cast.vera.person.email]
        for address in staff { #expect(await reception.register(address).text == nobody.text) }
        try await reception.change("UPDATE people SET disabled_at = now() WHERE email = 'ravi@ledgerleaf.example'")
        #expect(await reception.register(Cast.ravi.person.email).text == nobody.text)
        let letters = try await reception.letters()
        #expect(Set(letters.map(\.envelopeTo)) == Set(["stranger@newcomer.example", Cast.ada.person.email] + staff))
        for letter in letters where letter.envelopeTo != "stranger@newcomer.example" {
            let link = try #require(letter.links.first)
            #expect(link.hasPrefix("https://trellis.example/sign-in?next=%2Fportal%2Fcalls%2F"))
        }
        #expect(try await reception.count("registrations WHERE hash IS NOT NULL") == 1)
    }

    @Test("whoever has an account without a startup here is given the seat by the link, and keeps their password")
    func account() async throws {
        let reception = try await Reception()
        #expect(await reception.register(Cast.chloe.person.email, startup: "Side project").status == 202)
        let letter = try #require(try await reception.letters().first)
        let code = try reception.code(in: letter)
        let page = await reception.open("/registration?code=\(code)")
        #expect(page.status == 200 && !page.text.contains(#"type="password""#))
        let people = try await reception.count("people")
        let odd = await reception.confirm(code, startup: "")
        #expect(odd.status == 422 && odd.text.contains("/startup_name"), "\(odd.text)")
        #expect(
            await reception.confirm(code, password: "a stranger's own words", startup: "Main project").status == 200)
        #expect(try await reception.count("people") == people)
        // Another's name for her startup is not kept, nor one for herself.
        #expect(try await reception.count("institutions WHERE names ->> 'en' = 'Side project'") == 0)
        #expect(try await reception.count("institutions WHERE names ->> 'en' = 'Main project'") == 1)
        #expect(try await reception.count("people WHERE name = 'Nia Chan'") == 0)
        #expect(
            try await reception.count(
                "memberships WHERE role = 'founder' AND person_id = '\(Cast.chloe.person.id)' AND ended_at IS NULL")
                == 1)
        func signIn(by password: String) async -> Int {
            await reception.send(
                "/v1/tokens", #"{"email": "\#(Cast.chloe.person.email)", "password": "\#(password)", "name": "x"}"#
            ).status
        }
        #expect(await signIn(by: Cast.password) == 201)
        #expect(await signIn(by: "a stranger's own words") == 401)
    }

    @Test("behind the verb, the database lets nobody in by a link who manages or judges there, or has a startup")
    func staysSeated() async throws {
        let reception = try await Reception()
        let others: Application.ID = demoID(
            "application \(Cast.startup("tideglass")) \(demoID("call incubation") as CallForApplications.ID)")
        func use(by email: String) async throws {
            #expect(await reception.register(email).status == 202)
            try await reception.world.database.write(as: .system(in: Cast.harbour.id)) { transaction in
                try await transaction.execute(
                    """
                    UPDATE registrations SET hash = sha256(convert_to(\(email), 'UTF8')), used_at = now(), application_id = \(others)
                    WHERE email = \(email)
                    """)
            }
        }
        for member in [Cast.mei, Cast.vera, Cast.ada] {
            await #expect {
                try await use(by: member.person.email)
            } throws: { error in
                (error as? DatabaseError)?.constraint == "registrations_seat_nobody_whose_seat_stays"
            }
        }
        try await use(by: "nia@newcomer.example")
        try await use(by: Cast.chloe.person.email)
        #expect(try await reception.count("registrations WHERE used_at IS NOT NULL") == 2)
    }

    @Test("a link is good once, for two days, and not when its owner came in by another; its hash is all that is kept")
    func links() async throws {
        let reception = try await Reception()
        _ = await reception.register(startup: "One")
        _ = await reception.register(startup: "Two")
        _ = await reception.register("late@newcomer.example")
        let letters = try await reception.letters()
        let codes = try letters.filter { $0.envelopeTo == "nia@newcomer.example" }.map(reception.code)
        let late = try reception.code(in: try #require(letters.first { $0.envelopeTo == "late@newcomer.example" }))
        for code in codes {
            #expect(try await reception.count("registrations WHERE hash = sha256('\(code)')") == 1)
            #expect(try await reception.count("jobs WHERE arguments::text LIKE '%\(code)%'") == 0)
        }
        #expect(await reception.confirm(codes[0], password: nil).status == 422)
        #expect(await reception.confirm(codes[0]).status == 200)
        let again = await reception.confirm(codes[0])
        #expect(again.status == 409 && again.text.contains("used already"))
        let other = await reception.confirm(codes[1])
        #expect(other.status == 409 && other.text.contains("a seat in this workspace"))
        #expect(try await reception.count("institutions WHERE names ->> 'en' IN ('One', 'Two')") == 1)
        try await reception.change(
            "UPDATE registrations SET expires_at = now() - interval '1 second' WHERE email = 'late@newcomer.example'")
        let expired = await reception.confirm(late)
        #expect(expired.status == 409)
        // As is one that nobody was sent, and what is no link at all.
        let unknown = WorkspaceSecret(in: Cast.harbour.id).secret.text
        #expect(await reception.confirm(unknown).text == expired.text)
        #expect(await reception.confirm("x").text == expired.text)
        for code in [late, unknown, "x", codes[0], codes[1]] {
            let page = await reception.open("/registration?code=\(code)")
            #expect(page.status == 409 && !page.text.contains("<form"))
        }
        #expect(try await reception.count("people WHERE email = 'late@newcomer.example'") == 0)
    }

    @Test("what is not announced takes nobody, in the same bytes as no call; what is closed or shut since says so")
    func closed() async throws {
        let reception = try await Reception()
        let nobodys = CallForApplications.ID()
        let absent = await reception.register(for: nobodys)
        #expect(absent.status == 404)
        let sealed = await reception.register(for: demoID("call invitation"))
        #expect((sealed.status, sealed.text) == (absent.status, absent.text))
        #expect(
            await reception.open("/open-calls/\(demoID("call invitation") as CallForApplications.ID)/registration")
                .status == 404)
        _ = await reception.register()
        let code = try reception.code(in: try #require(try await reception.letters().first))
        // The door is shut: its links open nothing, until it is opened again.
        try await reception.change("UPDATE tenants SET takes_registrations = false")
        #expect(await reception.confirm(code).status == 409)
        #expect(await reception.register("bo@newcomer.example").text == absent.text)
        try await reception.change("UPDATE tenants SET takes_registrations = true WHERE slug = 'harbour'")
        try await reception.change(
            "UPDATE calls SET closes_at = now() - interval '1 hour' WHERE id = \(reception.call)")
        let late = await reception.register("bo@newcomer.example")
        #expect(late.status == 409 && late.text.contains("call-closed"))
        #expect(await reception.confirm(code).text.contains("call-closed"))
        // All or nothing.
        #expect(try await reception.count("people WHERE email = 'nia@newcomer.example'") == 0)
        #expect(try await reception.count("institutions WHERE names ->> 'en' = 'Newcomer'") == 0)
        let page = await reception.open("/open-calls/\(reception.call)/registration")
        #expect(page.status == 200 && !page.text.contains("<form"))
        // Behind the verb, the wall: a visitor leaves nothing for a call that takes nobody.
        for call: CallForApplications.ID in [reception.call, demoID("call invitation")] {
            let new = try NewRegistration(
                email: try #require(EmailAddress("bo@newcomer.example")), name: Name("Bo"), startupName: Name("Bo"),
                language: .english)
            await #expect(throws: DatabaseError.self) {
                try await reception.world.database.write(as: .visitor(in: Cast.harbour.id)) {
                    _ = try await $0.insert(new, from: "127.0.0.1", to: call, as: Registration.ID())
                }
            }
        }
    }

    @Test("whoever tries many addresses from one place is told to wait")
    func rate() async throws {
        let reception = try await Reception()
        var configuration = Edge.Configuration.ephemeral()
        configuration.rates = [.signIn: Rate(perSecond: 0.001, burst: 2)]
        let edge = try reception.world.edge(configuration)
        var statuses: [Int] = []
        for number in 1...3 {
            statuses.append(await reception.register("n\(number)@newcomer.example", before: edge).status)
        }
        #expect(statuses == [202, 202, 429])
    }

    @Test("a form that cannot be is shown again as it was typed")
    func mistakes() async throws {
        let reception = try await Reception()
        let answer = await reception.fill(
            "/open-calls/\(reception.call)/registration",
            [("email", "not an address"), ("name", "Nia Chan"), ("startup_name", ""), ("language", "ja")])
        #expect(answer.status == 422)
        #expect(answer.text.contains(#"<html lang="ja""#) && answer.text.contains("Nia Chan"))
        // The browser asks for English; the form was in Japanese, and so is what is wrong with it.
        #expect(!answer.text.contains("must not be"), "\(answer.text)")
        #expect(try await reception.count("registrations") == 0)
    }
}
