import Foundation
import Testing

@testable import API

@Suite struct FormTests {
    @Test func aFormIsWritten() async throws {
        let site = try await Site()
        let answer = await site.form("/notes/new", "csrf=founder-csrf&title=Hello&mood=calm&idempotency_key=k1")
        #expect(answer.status == 303)
        let again = await site.form("/notes/new", "csrf=founder-csrf&title=Hello&mood=calm&idempotency_key=k1")
        #expect(again.status == 303)
        #expect(again.header("Location") == answer.header("Location"))
        #expect(again.header("Idempotent-Replayed") == "true")
        let twice = await site.form("/notes/new", "csrf=founder-csrf&title=Hello&mood=calm&idempotency_key=k2")
        #expect(twice.status == 409)
    }

    @Test func mistakesPointToFields() async throws {
        let answer = try await Site().form("/notes/new", "csrf=founder-csrf&title=&mood=sunny&stranger=1")
        #expect(answer.status == 422)
        #expect(answer.text == "/mood /stranger")
    }

    @Test(arguments: [
        [("Cookie", "trellis=founder-cookie"), ("Sec-Fetch-Site", "cross-site")],
        [("Cookie", "trellis=founder-cookie"), ("Sec-Fetch-Site", "same-site")],
        [("Cookie", "trellis=founder-cookie")],
        [("Cookie", "trellis=founder-cookie"), ("Origin", "null")],
        [("Cookie", "trellis=founder-cookie"), ("Origin", "http://evil.example"), ("Host", "localhost")],
    ])
    func otherSitesCannotSendForms(_ headers: [(String, String)]) async throws {
        let answer = try await Site().form("/notes/new", "csrf=founder-csrf&title=a&mood=calm", headers: headers)
        #expect(answer.status == 403)
    }

    @Test func ownOriginIsEnoughForOldBrowsers() async throws {
        let headers = [("Cookie", "trellis=founder-cookie"), ("Origin", "http://localhost"), ("Host", "localhost")]
        let answer = try await Site().form("/notes/new", "csrf=founder-csrf&title=a&mood=calm", headers: headers)
        #expect(answer.status == 303)
        let secure = try await Site { $0.publicURL = "https://trellis.example.org" }
        let cookies = [("Cookie", "__Host-trellis=founder-cookie"), ("Host", "trellis.example.org")]
        let body = "csrf=founder-csrf&title=b&mood=calm"
        let plain = await secure.form("/notes/new", body, headers: cookies + [("Origin", "http://trellis.example.org")])
        #expect(plain.status == 403)
        let good = await secure.form("/notes/new", body, headers: cookies + [("Origin", "https://trellis.example.org")])
        #expect(good.status == 303)
    }

    @Test func theTokenMustBeRight() async throws {
        let site = try await Site()
        for body in ["title=a&mood=calm", "csrf=&title=a&mood=calm", "csrf=other&title=a&mood=calm"] {
            #expect(await site.form("/notes/new", body).status == 403)
        }
    }

    @Test func strangersAreSentToSignIn() async throws {
        let site = try await Site()
        let get = await site.edge.respond(to: Incoming("GET", "/notes/new?a=1&b=%2F"))
        #expect(get.status == 303)
        #expect(get.header("Location") == "/sign-in?next=/notes/new%3Fa%3D1%26b%3D%252F")
        let post = await site.form("/notes/new", "title=a", headers: [("Sec-Fetch-Site", "same-origin")])
        #expect(post.status == 303)
        #expect(post.header("Location") == "/sign-in")
        let token = await site.send("GET", "/notes/new", as: "manager")
        #expect(token.status == 303, "pages do not take tokens")
    }

    @Test func nobodyKnownGetsATokenOfTheirOwn() async throws {
        let pages = [
            PageRoute(.get, "/sign-in", "signInPage", access: .anyone(because: "test")) { call in
                HTML(bytes: Array(call.csrf.utf8))
            }.erased,
            PageRoute(.post, "/sign-in", "signIn", access: .anyone(because: "test"), rate: .signIn) { call in
                HTML.redirect(to: "/").adding(call.sessionCookie("fresh", lifetime: nil))
            }.erased,
            PageRoute(.post, "/sign-out", "signOut", access: .signedIn) { call in
                HTML.redirect(to: "/").adding(call.endingSession())
            }.erased,
        ]
        let site = try await Site(pages: pages)
        let page = await site.edge.respond(to: Incoming("GET", "/sign-in"))
        let cookie = try #require(page.header("Set-Cookie"))
        #expect(cookie.utf8.starts(with: "trellis-form=\(page.text); Path=/; HttpOnly; SameSite=Lax".utf8))
        let own = ("Sec-Fetch-Site", "same-origin")
        let good = await site.form(
            "/sign-in", "csrf=\(page.text)", headers: [own, ("Cookie", "trellis-form=\(page.text)")])
        #expect(good.status == 303)
        #expect(good.header("Set-Cookie") == "trellis=fresh; Path=/; HttpOnly; SameSite=Lax")
        #expect(await site.form("/sign-in", "csrf=\(page.text)", headers: [own]).status == 403)
        let other = await site.form("/sign-in", "csrf=x", headers: [own, ("Cookie", "trellis-form=\(page.text)")])
        #expect(other.status == 403)
        let out = await site.form("/sign-out", "csrf=founder-csrf")
        #expect(out.header("Set-Cookie") == "trellis=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
    }

    @Test func cookiesOnTheInterfaceAreForReadingUnlessProven() async throws {
        let site = try await Site()
        let cookie = ("Cookie", "trellis=founder-cookie")
        #expect(await site.send("GET", "/v1/notes", as: nil, headers: [cookie]).status == 200)
        let body = #"{"title":"by cookie","mood":"calm"}"#
        let key = ("Idempotency-Key", "k")
        #expect(await site.send("POST", "/v1/notes", as: nil, headers: [cookie, key], json: body).status == 403)
        let own = ("Sec-Fetch-Site", "same-origin")
        #expect(await site.send("POST", "/v1/notes", as: nil, headers: [cookie, key, own], json: body).status == 403)
        let proven = await site.send(
            "POST", "/v1/notes", as: nil, headers: [cookie, key, own, ("X-CSRF-Token", "founder-csrf")], json: body)
        #expect(proven.status == 201)
        let cross = await site.send(
            "POST", "/v1/notes", as: nil,
            headers: [cookie, key, ("Sec-Fetch-Site", "cross-site"), ("X-CSRF-Token", "founder-csrf")], json: body)
        #expect(cross.status == 403)
    }

    @Test func contradictoryCookiesAreNobody() {
        #expect(Cookies.value("trellis", in: "a=1; trellis=x; b=2") == "x")
        #expect(Cookies.value("trellis", in: "trellis=x; trellis=y") == nil)
        #expect(Cookies.value("trellis", in: "xtrellis=x") == nil)
        #expect(Cookies.value("trellis", in: "trellis=") == nil)
    }

    @Test func redirectsStayHere() {
        for target in ["//evil.example", "https://evil.example", "/\\evil", "/a\nb", "\t/x", "", "/\u{301}"] {
            #expect(HTML.redirect(to: target).headers.first?.value == "/")
        }
        #expect(HTML.redirect(to: "/notes?x=1").headers.first?.value == "/notes?x=1")
    }
}
