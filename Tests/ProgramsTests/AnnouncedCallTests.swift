import API
import Accounts
import DemoWorld
import Foundation
import TestWorld
import Testing
import Vocabulary

@testable import Postgres
@testable import Programs

@Suite("Calls as everybody finds them")
struct AnnouncedCallTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id

    /// A call of the fintech stream, which a bank is partner of under an agreement.
    private func call(
        _ access: CallForApplications.Access = .public, isPublished: Bool = true, in world: World
    ) async throws -> CallForApplications.ID {
        let id = CallForApplications.ID()
        let draft = try CallDraft(
            stream: demoID("stream acceleration fintech"),
            title: LocalizedName(en: "Sealed letters", zhHant: "密封信件", ja: "封をした手紙"),
            opensAt: Date.now.addingTimeInterval(-86_400),
            deadline: Deadline(Date.now.addingTimeInterval(20 * 86_400), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Sealed question?"))], access: access)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: id, in: tenant)
            if isPublished { _ = try await transaction.publishCall(id, by: mei) }
        }
        return id
    }

    private func get(
        _ target: String, in world: World, language: String = "en"
    ) async -> Outgoing {
        await world.edge.respond(
            to: Incoming(
                "GET", target, headers: [("Accept-Language", language), ("X-Request-Id", "same-request")]))
    }

    private func set(_ door: RegistrationDoor, in world: World) async throws {
        try await world.database.write(as: world.context(Cast.mei)) { try await $0.setRegistrationDoor(door) }
    }

    @Test("a public call is read without an account: its form, its window in two zones, and no partner's name")
    func reading() async throws {
        let world = try await World()
        let id = try await call(in: world)
        let page = await get("/open-calls/\(id)", in: world)
        #expect(page.status == 200)
        #expect(page.text.contains("Sealed letters") && page.text.contains("Sealed question?"))
        #expect(page.text.contains("Harbour Science Park"))
        #expect(page.text.contains("/open-calls/\(id)/registration"))
        #expect(page.text.contains(#"<meta name="description" content=""#))
        #expect(page.text.contains("Asia/Tokyo") || page.text.contains("Tokyo"))
        #expect(page.header("Cache-Control") == "public, max-age=60")
        #expect(page.header("Set-Cookie") == nil)
        let data = await get("/v1/public/calls/\(id)", in: world)
        #expect(data.status == 200)
        #expect(data.text.contains("Sealed question?") && data.text.contains(#""status":"open""#))
        #expect(data.text.contains(#""time_zone":"Asia/Hong_Kong""#))
        for answer in [page, data] { #expect(!answer.text.contains("Sakuragi") && !answer.text.contains("MoU-")) }
    }

    @Test("its language is the one of the address, else the browser's")
    func languages() async throws {
        let world = try await World()
        let id = try await call(in: world)
        let browser = await get("/open-calls/\(id)", in: world, language: "ja")
        #expect(browser.text.contains(#"<html lang="ja""#) && browser.text.contains("封をした手紙"))
        #expect(browser.header("Vary") == "Accept-Language, Cookie")
        let chosen = await get("/open-calls/\(id)?lang=zh-Hant", in: world, language: "ja")
        #expect(chosen.text.contains(#"<html lang="zh-Hant""#) && chosen.text.contains("密封信件"))
        // What it leads on to stays in that language.
        #expect(
            chosen.text.contains("/open-calls/\(id)/registration?lang=zh-Hant")
                || chosen.text.contains("/open-calls/\(id)/registration?lang&#61;zh-Hant"))
        #expect(await get("/open-calls/\(id)?lang=tlh", in: world).text.contains(#"<html lang="en""#))
    }

    @Test("whatever is not announced is answered like no call at all, in the same bytes")
    func hidden() async throws {
        let world = try await World()
        let cancelled = try await call(in: world)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.cancelCall(cancelled, because: ShortText("Called off."), by: mei)
        }
        let hidden = [
            try await call(.invitation, in: world), try await call(.fastTrack, in: world),
            try await call(isPublished: false, in: world), cancelled,
        ]
        for path in ["/open-calls/", "/v1/public/calls/"] {
            let nobodys = CallForApplications.ID()
            let absent = await get("\(path)\(nobodys)", in: world)
            #expect(absent.status == 404)
            for id in hidden {
                let answer = await get("\(path)\(id)", in: world)
                #expect(answer.status == 404)
                #expect(
                    answer.text.replacing("\(id)", with: "*") == absent.text.replacing("\(nobodys)", with: "*"))
            }
        }
        let listed = await get("/v1/public/calls", in: world).text + get("/open-calls", in: world).text
        for id in hidden { #expect(!listed.contains("\(id)")) }
    }

    @Test(
        "nothing is found of a workspace unless a manager lets it be; what has closed is still read, and listed no more"
    )
    func doors() async throws {
        let world = try await World()
        let id = try await call(in: world)
        #expect(await get("/v1/public/calls?workspace=harbour", in: world).text.contains("\(id)"))
        #expect(await !get("/v1/public/calls?workspace=port-digital", in: world).text.contains("\(id)"))
        #expect(await get("/sign-in", in: world).text.contains(#"href="/open-calls""#))
        try await set(.notTaken, in: world)
        #expect(await get("/open-calls/\(id)", in: world).status == 404)
        #expect(await get("/v1/public/calls/\(id)", in: world).status == 404)
        #expect(await get("/v1/public/calls", in: world).text == #"{"items":[]}"#)
        #expect(await !get("/sign-in", in: world).text.contains(#"href="/open-calls""#))
        try await set(.taken, in: world)
        try await world.owner.write(as: .none) {
            _ = try await $0.execute(
                "UPDATE calls SET opens_at = now() - interval '9 days', closes_at = now() - interval '1 day' WHERE id = \(id)"
            )
        }
        let closed = await get("/open-calls/\(id)", in: world)
        #expect(closed.status == 200 && !closed.text.contains("/open-calls/\(id)/registration"))
        #expect(await get("/v1/public/calls/\(id)", in: world).text.contains(#""status":"closed""#))
        #expect(await !get("/v1/public/calls", in: world).text.contains("\(id)"))
    }

    @Test("a visitor sees of a workspace what it announces, and no row of any other table")
    func wall() async throws {
        let world = try await World()
        let sealed = try await call(.invitation, in: world)
        let tables = try await world.owner.reader(as: .none).rows(
            """
            SELECT c.relname AS name FROM pg_class AS c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
              AND has_table_privilege('trellis_app', c.oid, 'SELECT')
            """)
        let visitor = world.database.reader(as: .visitor(in: tenant))
        var seen: Set<String> = []
        for table in tables {
            let name: String = try table("name")
            let rows: Int = try await visitor.one(
                "SELECT count(*) AS rows FROM \(fragment: Query(unchecked: name))")("rows")
            if rows > 0 { seen.insert(name) }
            // Everybody knows the host.
            if ["institutions", "tenants"].contains(name) { #expect(rows == 1) }
        }
        #expect(
            seen.isSubset(of: [
                "tenants", "calls", "call_questions", "call_conditions", "call_extensions", "offered_streams",
                "streams", "programs", "institutions",
            ]), "\(seen.sorted())")
        #expect(seen.isSuperset(of: ["calls", "call_questions", "call_conditions", "streams", "programs"]))
        #expect(try await visitor.call(sealed) == nil)
        #expect(try await world.database.reader(as: .visitor(in: Cast.portDigital.id)).openCalls().isEmpty)
        try await set(.notTaken, in: world)
        #expect(try await visitor.openCalls().isEmpty)
        #expect(try await visitor.streams().isEmpty)
    }

    @Test("managers turn it on and off for their own workspace, change nothing else of it, and nobody else does")
    func settings() async throws {
        let world = try await World()
        let manager = try await Visitor(Cast.mei, in: world)
        let path = "/v1/registration-settings"
        let found = await manager.ask("GET", path)
        let rules = try found.json()
        #expect(rules["registrations"] == "taken" && rules["workspace"] == "harbour", "\(found.text)")
        #expect(rules["letters_per_day"] == 500 && rules["letters_today"] == 0, "\(found.text)")
        let off = await manager.ask("POST", path, json: #"{"registrations": "not_taken"}"#)
        #expect(off.status == 200 && off.text.contains("not_taken"))
        #expect(await manager.open("/console/registrations").status == 200)
        let on = await manager.send("/console/registrations", [("registrations", "taken")])
        #expect(on.status == 303)
        #expect(await manager.ask("GET", path).text.contains(#""registrations":"taken""#))
        #expect(await manager.ask("POST", path, json: #"{"registrations": "ajar"}"#).status == 422)
        // How many letters strangers may ask for stands until it is said anew.
        let fewer = await manager.ask("POST", path, json: #"{"registrations": "taken", "letters_per_day": 20}"#)
        #expect(fewer.status == 200 && fewer.text.contains(#""letters_per_day":20"#), "\(fewer.text)")
        #expect(await manager.send("/console/registrations", [("registrations", "taken")]).status == 303)
        for limit in ["0", "100001", "9223372036854775807", "many"] {
            let refused = await manager.send(
                "/console/registrations", [("registrations", "taken"), ("letters_per_day", limit)])
            #expect(refused.status == 422 && refused.text.contains(#"id="f-letters_per_day-error""#), "\(refused.text)")
            #expect(refused.text.contains("value=\"\(limit)\""))
        }
        let page = await manager.open("/console/registrations")
        #expect(page.text.contains(#"value="20""#) && page.text.contains("0 letters were asked for"), "\(page.text)")
        // The rival park's manager opens the rival's door.
        let rival = try await Visitor(Cast.leo, in: world)
        #expect(await rival.ask("POST", path, json: #"{"registrations": "not_taken"}"#).status == 200)
        #expect(await manager.ask("GET", path).text.contains(#""registrations":"taken""#))
        let founder = try await Visitor(Cast.ada, in: world)
        #expect(await founder.ask("POST", path, json: #"{"registrations": "not_taken"}"#).status == 403)
        // Behind the first wall.
        for member in [Cast.ada, Cast.kenji, Cast.jun] {
            try await world.database.write(as: world.context(member)) { try await $0.setRegistrationDoor(.notTaken) }
        }
        #expect(await manager.ask("GET", path).text.contains(#""registrations":"taken""#))
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) {
                _ = try await $0.execute("UPDATE tenants SET name = 'Mine' WHERE id = \(tenant)")
            }
        }
        let trail: Int = try await world.owner.reader(as: .none).one(
            "SELECT count(*) AS rows FROM audit_events WHERE noun = 'tenants' AND deed = 'update' AND person_id = \(mei)"
        )(
            "rows")
        #expect(trail == 3)
    }
}
