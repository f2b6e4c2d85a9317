import Foundation
import Testing

@testable import API

@Suite struct AccessTests {
    @Test func everyDeclarationIsSound() throws {
        for operation in Notebook.operations { #expect(operation.declaration.failures == []) }
    }

    @Test func nobodyIsRefusedAndUnknownTokensToo() async throws {
        let site = try await Site()
        for token in [nil, "stranger"] {
            let answer = await site.send("GET", "/v1/notes", as: token)
            #expect(answer.status == 401)
            #expect(answer.problem?.kind.slug == "unauthenticated")
            #expect(answer.header("WWW-Authenticate") != nil)
        }
        let basic = await site.send("GET", "/v1/notes", as: nil, headers: [("Authorization", "Basic abc")])
        #expect(basic.status == 401)
    }

    @Test func wrongRoleIsForbidden() async throws {
        let answer = try await Site().send("GET", "/v1/notes", as: "investor")
        #expect(answer.status == 403)
    }

    @Test func scopesLimitTokens() async throws {
        let site = try await Site()
        #expect(await site.send("GET", "/v1/notes", as: "reader").status == 200)
        let answer = await site.create("x", as: "reader")
        #expect(answer.status == 403)
    }

    @Test func othersObjectsDoNotExist() async throws {
        let site = try await Site()
        let other = try await Site()
        let note = try await other.create("hidden").decode(Note.self)
        let answer = await site.send("GET", "/v1/notes/\(note.id)")
        let absent = await site.send("GET", "/v1/notes/\(UUID())")
        #expect(answer.status == 404)
        #expect(answer.body == absent.body)
    }

    @Test func unknownIsDenied() async throws {
        let site = try await Site()
        for path in [
            "/", "/v1", "/v1/", "/v1/notes/", "/v1//notes", "/v2/notes", "/v1/notes/x/y", "/v1/notes/not-a-uuid",
        ] {
            #expect(await site.send("GET", path).status == 404, "\(path)")
        }
        for path in ["/v1/notes/%", "/v1/notes/%zz", "/v1/%FF", "/v1/%00"] {
            #expect(await site.send("GET", path).status == 400, "\(path)")
        }
    }

    @Test func tokensInTheQueryAreRefused() async throws {
        let answer = try await Site().send("GET", "/v1/notes?access_token=manager")
        #expect(answer.status == 422)
        #expect(answer.problem?.errors.map(\.pointer) == ["?access_token"])
    }

    @Test func brokenDeclarationsDoNotStart() async throws {
        let twice = Notebook.operations + Notebook.operations
        await #expect(throws: Edge.DeclarationError.self) { try await Site(operations: twice) }
        let outside = API.Operation(
            .get, "/elsewhere/{id}", "elsewhere", summary: "", tag: "x", access: .signedIn, output: NoOutput.self
        ) { _ in .noContent }.erased
        await #expect(throws: Edge.DeclarationError.self) { try await Site(operations: [outside]) }
        await #expect(throws: Edge.DeclarationError.self) { try await Site { $0.secret = [1, 2, 3] } }
    }

    @Test func registryListsEveryRoute() async throws {
        let registry = try await Site().edge.registry
        #expect(registry.count == 5 + 2 + 7)
        let get = registry.first { $0.id == "getNote" }
        #expect(get?.parameters.map(\.name) == ["note"])
        #expect(get?.scope == "notes:read")
        #expect(get?.access.summary == "founder, manager")
    }
}

@Suite struct NegotiationTests {
    @Test func methodsAreListed() async throws {
        let answer = try await Site().send("PATCH", "/v1/notes/\(UUID())")
        #expect(answer.status == 405)
        #expect(answer.header("Allow") == "DELETE, GET, PUT, HEAD")
        #expect(try await Site().send("OPTIONS", "/v1/notes").status == 405)
        #expect(try await Site().send("TRACE", "/v1/notes").status == 405)
    }

    @Test func aWordBesideIdentifiersHasMethodsOfItsOwn() async throws {
        let moves = API.Operation(
            .post, "/v1/notes/moves", "moveNotes", summary: "", tag: "notes", access: .signedIn, output: NoOutput.self
        ) { _ in .noContent }.erased
        let site = try await Site(operations: Notebook.operations + [moves])
        for method in ["GET", "PUT", "DELETE"] {
            let answer = await site.send(method, "/v1/notes/moves")
            #expect(answer.status == 405 && answer.header("Allow") == "POST", "\(method)")
        }
        #expect(await site.send("POST", "/v1/notes/\(UUID())").header("Allow") == "DELETE, GET, PUT, HEAD")
    }

    @Test func headAnswersWithoutBody() async throws {
        let site = try await Site()
        _ = await site.create("a")
        let get = await site.send("GET", "/v1/notes")
        let head = await site.send("HEAD", "/v1/notes")
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.header("Content-Length") == String(get.body.count))
        #expect(head.header("ETag") == get.header("ETag"))
        #expect(await site.send("HEAD", "/v1/nothing").body.isEmpty)
    }

    @Test func mediaTypes() async throws {
        let site = try await Site()
        let body = #"{"title":"a","mood":"calm"}"#
        func post(_ type: String?) async -> Int {
            var headers = [("Idempotency-Key", UUID().uuidString)]
            headers.append(("Content-Type", type ?? ""))
            return await site.send("POST", "/v1/notes", headers: headers, json: body).status
        }
        #expect(await post("application/json; charset=UTF-8") == 201)
        #expect(await post("text/plain") == 415)
        #expect(await post("application/json; charset=latin1") == 415)
        #expect(await post("application/x-www-form-urlencoded") == 415)
        #expect(await post("multipart/form-data; boundary=x") == 415)
        #expect(await post(nil) == 415)
        for (accept, status) in [
            ("application/json", 200), ("*/*", 200), ("text/html, application/*;q=0.5", 200), ("text/html", 406),
            ("application/json;q=0", 406), ("application/jsonx", 406),
        ] {
            #expect(await site.send("GET", "/v1/notes", headers: [("Accept", accept)]).status == status, "\(accept)")
        }
    }

    @Test func sizes() async throws {
        let site = try await Site()
        let long = String(repeating: "a", count: 300 * 1024)
        #expect(await site.create(long).status == 413)
        let announced = await site.send(
            "POST", "/v1/notes", headers: [("Idempotency-Key", "k"), ("Content-Length", "99999999999")], json: "{}")
        #expect(announced.status == 413)
        #expect(await site.send("GET", "/v1/notes?x=" + String(repeating: "a", count: 9_000)).status == 414)
        let many = (0..<70).map { ("X-Field-\($0)", "v") }
        #expect(await site.send("GET", "/v1/notes", headers: many).status == 431)
        #expect(
            await site.send("GET", "/v1/notes", headers: [("X-Large", String(repeating: "a", count: 17_000))]).status
                == 431)
    }

    @Test func bodiesAreStrict() async throws {
        let site = try await Site()
        func post(_ json: String) async -> Outgoing {
            await site.send("POST", "/v1/notes", headers: [("Idempotency-Key", UUID().uuidString)], json: json)
        }
        #expect(await post(#"{"title":"a","title":"b","mood":"calm"}"#).status == 400)
        #expect(await post(#"{"title":"\u0000","mood":"calm"}"#).status == 400)
        #expect(await post("").status == 400)
        let unknown = await post(#"{"title":"a","mood":"calm","role":"operator"}"#)
        #expect(unknown.status == 422)
        #expect(unknown.problem?.errors == [.init("/role", .unknown, "is not a field here")])
        #expect(unknown.header("Content-Type") == "application/problem+json")
        let unread = await site.send("DELETE", "/v1/notes/\(UUID())", headers: [("If-Match", "*")], json: "{}")
        #expect(unread.status == 400)
    }

    @Test func queriesAreStrict() async throws {
        let site = try await Site()
        #expect(await site.send("GET", "/v1/notes?limit=5&mood=calm").status == 200)
        for (query, pointer) in [
            ("limit=0", "?limit"), ("limit=201", "?limit"), ("limit=x", "?limit"), ("limit=1&limit=2", "?limit"),
            ("mood=sunny", "?mood"), ("other=1", "?other"), ("limit=", "?limit"),
        ] {
            let answer = await site.send("GET", "/v1/notes?\(query)")
            #expect(answer.status == 422, "\(query)")
            #expect(answer.problem?.errors.map(\.pointer) == [pointer], "\(query)")
        }
        #expect(await site.send("GET", "/v1/notes?limit=%").status == 400)
        #expect(await site.send("GET", "/v1/notes?limit=%FF").status == 400)
    }

    @Test func everyAnswerCarriesSecurityHeadersAndRequestID() async throws {
        let site = try await Site()
        let data = [
            await site.send("GET", "/v1/notes"), await site.send("GET", "/nothing"),
            await site.send("POST", "/v1/notes", json: "{"),
        ]
        let pages = [await site.send("GET", "/docs"), await site.send("GET", "/livez")]
        for answer in data + pages {
            #expect(answer.header("X-Content-Type-Options") == "nosniff")
            #expect(answer.header("Cross-Origin-Resource-Policy") == "same-origin")
            #expect(answer.header("Cache-Control") != nil)
            #expect(answer.header("X-Request-Id")?.utf8.count == 32)
        }
        for answer in data {
            #expect(
                answer.header("Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'")
        }
        for answer in pages {
            let policy = answer.header("Content-Security-Policy") ?? ""
            #expect(policy.utf8.starts(with: "default-src 'none'; script-src 'self'".utf8))
            #expect(answer.header("Referrer-Policy") == "same-origin")
            #expect(answer.header("Cross-Origin-Opener-Policy") == "same-origin")
        }
        let named = await site.send("GET", "/livez", headers: [("X-Request-Id", "abc-123_XYZ")])
        #expect(named.header("X-Request-Id") == "abc-123_XYZ")
        let forged = await site.send("GET", "/livez", headers: [("X-Request-Id", "a\"b<c>ddddd")])
        #expect(forged.header("X-Request-Id")?.utf8.count == 32)
    }

    @Test func hostsAreLimited() async throws {
        let site = try await Site { $0.allowedHosts = ["trellis.example.org"] }
        for (host, status) in [
            ("trellis.example.org", 200), ("Trellis.Example.org:8080", 200), ("evil.example.org", 421),
            ("trellis.example.org.evil.example", 421), ("trellis.example.org:80x", 421),
        ] {
            #expect(await site.send("GET", "/v1/notes", headers: [("Host", host)]).status == status, "\(host)")
        }
        #expect(await site.send("GET", "/v1/notes").status == 421)
        #expect(await site.send("GET", "/livez", headers: [("Host", "10.0.0.1")]).status == 200)
    }

    @Test func ratesAreLimited() async throws {
        let site = try await Site { $0.rates = [.read: Rate(perSecond: 0.01, burst: 3)] }
        for _ in 0..<3 { #expect(await site.send("GET", "/v1/notes").status == 200) }
        let answer = await site.send("GET", "/v1/notes")
        #expect(answer.status == 429)
        #expect(Int(answer.header("Retry-After") ?? "") ?? 0 >= 1)
        #expect(await site.send("GET", "/v1/notes", as: "reader").status == 200)
        #expect(await site.create("not limited").status == 201)
    }

    @Test func forwardedAddressesAreBelievedFromProxiesOnly() async throws {
        let site = try await Site {
            $0.rates = [.read: Rate(perSecond: 0.01, burst: 1)]
            $0.trustedProxies = ["10.0.0.1"]
        }
        func visit(from peer: String, for address: String) async -> Int {
            await site.edge.respond(
                to: Incoming("GET", "/livez", headers: [("X-Forwarded-For", address)], address: peer)
            ).status
        }
        #expect(await visit(from: "10.0.0.1", for: "203.0.113.1") == 200)
        #expect(await visit(from: "10.0.0.1", for: "198.51.100.7, 203.0.113.1") == 429)
        #expect(await visit(from: "10.0.0.1", for: "203.0.113.1:5678, 10.0.0.1:443") == 429, "a port is no client")
        #expect(await visit(from: "10.0.0.1", for: "[2001:db8::1]:80") == 200)
        #expect(await visit(from: "10.0.0.1", for: "[2001:db8::1]:81") == 429)
        #expect(await visit(from: "10.0.0.1", for: "2001:db8::1") == 429)
        #expect(await visit(from: "10.0.0.1", for: "2001:db8::2") == 200)
        #expect(await visit(from: "10.0.0.1", for: "203.0.113.2") == 200)
        #expect(await visit(from: "192.0.2.9", for: "203.0.113.3") == 200)
        #expect(await visit(from: "192.0.2.9", for: "203.0.113.4") == 429)
    }
}

@Suite struct VersionTests {
    @Test func unchangedIsNotSentAgain() async throws {
        let site = try await Site()
        let note = try await site.create("a").decode(Note.self)
        let first = await site.send("GET", "/v1/notes/\(note.id)")
        let tag = try #require(first.header("ETag"))
        #expect(first.header("Cache-Control") == "no-store")
        for value in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
            let second = await site.send("GET", "/v1/notes/\(note.id)", headers: [("If-None-Match", value)])
            #expect(second.status == 304)
            #expect(second.body.isEmpty)
            #expect(second.header("ETag") == tag)
            #expect(second.header("Content-Length") == nil)
        }
        #expect(await site.send("GET", "/v1/notes/\(note.id)", headers: [("If-None-Match", "\"x\"")]).status == 200)
    }

    @Test func changesNeedTheVersion() async throws {
        let site = try await Site()
        let created = await site.create("a")
        let path = try #require(created.header("Location"))
        let tag = try #require(created.header("ETag"))
        let body = #"{"title":"b","mood":"stormy"}"#
        #expect(await site.send("PUT", path, json: body).status == 428)
        #expect(await site.send("PUT", path, headers: [("If-Match", "\"stale\"")], json: body).status == 412)
        #expect(await site.send("PUT", path, headers: [("If-Match", "W/\(tag)")], json: body).status == 412)
        let changed = await site.send("PUT", path, headers: [("If-Match", tag)], json: body)
        #expect(changed.status == 200)
        #expect(await site.send("PUT", path, headers: [("If-Match", tag)], json: body).status == 412)
        let current = await site.send("GET", path)
        #expect(current.header("ETag") == changed.header("ETag"))
        #expect(try current.decode(Note.self).title == "b")
        #expect(await site.send("DELETE", path).status == 428)
        let deleted = await site.send("DELETE", path, headers: [("If-Match", try #require(current.header("ETag")))])
        #expect(deleted.status == 204)
        #expect(deleted.header("Content-Length") == nil)
        #expect(await site.send("GET", path).status == 404)
    }

    @Test func aPreconditionNobodyComparedIsAFault() async throws {
        let careless = API.Operation(
            .delete, "/v1/careless", "careless", summary: "", tag: "notes", access: .signedIn, output: NoOutput.self
        ) { _ in .noContent }.erased
        let site = try await Site(operations: [careless])
        #expect(await site.send("DELETE", "/v1/careless", headers: [("If-Match", "\"x\"")]).status == 500)
    }
}

@Suite struct RefusalTests {
    @Test func refusalsConstraintsAndFaults() async throws {
        let site = try await Site()
        _ = await site.create("same")
        let again = await site.create("same")
        #expect(again.status == 409)
        #expect(again.problem?.detail == "You have a note of that title.")
        let rude = await site.create("rude")
        #expect(rude.status == 409)
        #expect(rude.problem?.detail == nil)
        #expect(!rude.text.utf8.contains(UInt8(ascii: "_")) || rude.problem?.errors == [])
        let storm = await site.send(
            "POST", "/v1/notes", headers: [("Idempotency-Key", "s")], json: #"{"title":"x","mood":"stormy"}"#)
        #expect(storm.status == 409)
        #expect(storm.problem?.detail == "No notes in a storm.")
    }

    @Test func unexpectedErrorsTellNothing() async throws {
        struct Secret: Error { let text = "the moon is made of cheese" }
        let broken = API.Operation(
            .get, "/v1/broken", "broken", summary: "", tag: "notes", access: .signedIn, output: NoOutput.self
        ) { _ in throw Secret() }.erased
        let slow = API.Operation(
            .get, "/v1/slow", "slow", summary: "", tag: "notes", access: .signedIn, output: NoOutput.self
        ) { _ in
            try await Task.sleep(for: .seconds(30))
            return .noContent
        }.erased
        let site = try await Site(operations: [broken, slow]) { $0.deadline = .milliseconds(100) }
        let answer = await site.send("GET", "/v1/broken")
        #expect(answer.status == 500)
        #expect(
            answer.text == #"{"type":"/problems/unexpected","title":"Something went wrong on our side","status":500}"#)
        let late = await site.send("GET", "/v1/slow")
        #expect(late.status == 503)
        #expect(late.header("Retry-After") != nil)
    }

    @Test func problemsReadBack() throws {
        let problem = Problem(.invalid, "Look.", errors: [.init("/a", .required, "is required")], retryAfter: 3)
        #expect(try JSON(parsing: JSONBytes.encode(problem)).decode(Problem.self) == problem)
    }
}
