import API
import DemoWorld
import Foundation
import Jobs
import Pages
import Postgres
import TestMail
import TestWorld
import Testing
import Vocabulary

@testable import Letters

@Suite("Letters over HTTP")
struct LettersEdgeTests {
    private struct Listed: Decodable {
        let items: [Item]
        let next: String?

        struct Item: Decodable {
            let id: String
            let state: String?
            let subject: String
            let body: String?
        }
    }

    @Test("a manager lists, filters and turns pages; bodies come with one letter alone")
    func lists() async throws {
        let office = try await Office()
        let mei = try await Visitor(Cast.mei, in: office.world)
        let id = try await office.write(held: false)
        let about = try #require(try await office.found(id).about).id
        let all = try await mei.ask("GET", "/v1/letters").decode(Listed.self)
        #expect(all.items.count == 10)
        #expect(all.items.allSatisfy { $0.body == nil })
        #expect(try await mei.ask("GET", "/v1/letters?state=held").decode(Listed.self).items.count == 5)
        #expect(
            try await mei.ask("GET", "/v1/letters?kind=decision&state=released").decode(Listed.self).items.map(\.id)
                .contains(id.description))
        let mine = try await mei.ask("GET", "/v1/letters?about=\(about.uuidString)").decode(Listed.self)
        #expect(mine.items.map(\.id) == [id.description])
        var walked: [String] = []
        var next: String? = ""
        while let cursor = next {
            let page = try await mei.ask("GET", "/v1/letters?limit=2" + (cursor.isEmpty ? "" : "&cursor=\(cursor)"))
                .decode(Listed.self)
            walked += page.items.map(\.id)
            next = page.next
        }
        #expect(walked == all.items.map(\.id))
        let one = await mei.ask("GET", "/v1/letters/\(id)")
        #expect(try one.json()["body"] == .string("Dear reader,\n\nit is made."))
    }

    @Test("rewriting needs the version that was seen; releasing several answers for each; the same key lets go once")
    func deeds() async throws {
        let office = try await Office()
        let mei = try await Visitor(Cast.mei, in: office.world)
        let id = try await office.write()
        let seen = try #require(await mei.ask("GET", "/v1/letters/\(id)").header("ETag"))
        let words = #"{"subject": "Another", "body": "First.\n\nSecond."}"#
        #expect(await mei.ask("PUT", "/v1/letters/\(id)/text", json: words).status == 428)
        let saved = await mei.ask("PUT", "/v1/letters/\(id)/text", json: words, headers: [("If-Match", seen)])
        #expect(saved.status == 200, "\(saved.text)")
        #expect(
            await mei.ask("PUT", "/v1/letters/\(id)/text", json: words, headers: [("If-Match", seen)]).status == 412)
        let hostile = #"{"subject": "a\r\nBcc: x@y.example", "body": "x"}"#
        let fresh = try #require(saved.header("ETag"))
        #expect(
            await mei.ask("PUT", "/v1/letters/\(id)/text", json: hostile, headers: [("If-Match", fresh)]).status == 422)
        let gone = Letter.ID()
        let selection = #"{"letters": ["\#(id)", "\#(gone)"]}"#
        // Said before it is done; all or none; and nothing is done by either.
        let rehearsal = #"{"letters": ["\#(id)", "\#(gone)"], "dry_run": true}"#
        let would = await mei.ask("POST", "/v1/letter-releases", json: rehearsal)
        #expect(
            would.text
                == #"{"items":[{"letter":"\#(id)","is_done":true,"state":"held"},{"letter":"\#(gone)","is_done":false}]}"#
        )
        for deed in ["releases", "cancellations"] {
            let whole = #"{"letters": ["\#(id)", "\#(gone)"], "as_one": true}"#
            let refused = await mei.ask("POST", "/v1/letter-\(deed)", json: whole)
            #expect(
                refused.status == 409 && refused.problem?.errors.map(\.pointer) == ["/letters/1"], "\(refused.text)")
            #expect(try await mei.ask("GET", "/v1/letters/\(id)").json()["state"] == "held")
        }
        let first = await mei.ask("POST", "/v1/letter-releases", json: selection, headers: [("Idempotency-Key", "k")])
        #expect(first.status == 200, "\(first.text)")
        #expect(
            first.text
                == #"{"items":[{"letter":"\#(id)","is_done":true,"state":"released"},{"letter":"\#(gone)","is_done":false}]}"#
        )
        let again = await mei.ask("POST", "/v1/letter-releases", json: selection, headers: [("Idempotency-Key", "k")])
        #expect(again.text == first.text)
        let cancelled = await mei.ask("POST", "/v1/letter-cancellations", json: selection)
        #expect(cancelled.text.contains(#""is_done":true,"state":"cancelled""#))
    }

    @Test("everybody reads their own letters and nobody else's, and nothing of their travels")
    func own() async throws {
        let office = try await Office()
        let ada = try await Visitor(Cast.ada, in: office.world)
        let ravi = try await Visitor(Cast.ravi, in: office.world)
        let (held, released) = (try await office.write(), try await office.write(held: false))
        let list = await ada.ask("GET", "/v1/me/letters")
        let own = try list.decode(Listed.self).items.map(\.id)
        #expect(own.first == released.description && !own.contains(held.description))
        #expect(!list.text.contains("address") && !list.text.contains("attempts"))
        #expect(await ada.ask("GET", "/v1/me/letters/\(held)").status == 404)
        #expect(await ada.ask("GET", "/v1/me/letters/\(released)").status == 200)
        #expect(await ravi.ask("GET", "/v1/me/letters/\(released)").status == 404)
        #expect(await ada.ask("GET", "/v1/letters").status == 403)
        #expect(await ada.open("/letters").text.contains("A decision"))
        #expect(await ada.open("/letters/\(released)").text.contains("it is made."))
        #expect(await ada.open("/letters/\(held)").status == 404)
        #expect(await ravi.open("/letters/\(released)").status == 404)
    }

    @Test("the outbox says that letters wait, shows what goes out, and lets selected ones go")
    func pages() async throws {
        let office = try await Office()
        let mei = try await Visitor(Cast.mei, in: office.world)
        let text = try LetterText(
            subject: "決定 <i>", paragraphs: ["恭喜 <script>alert(1)</script>"],
            action: LetterText.Action(Name("查看"), to: "/portal"))
        let id = try await office.write(language: "zh-Hant", text)
        let outbox = await mei.open("/console/letters")
        #expect(outbox.text.contains("No mail server is set up"))
        #expect(outbox.text.contains("Review 6 held letters"))
        let held = await mei.open("/console/letters/held")
        #expect(held.text.contains("lang=\"zh-Hant\""))
        #expect(held.text.contains("恭喜 &lt;script&gt;"))
        #expect(!held.text.contains("<script>alert"))
        #expect(await mei.open("/console/letters?state=sent").text.contains("No letter is like that"))
        let form = await mei.open("/console/letters/\(id)/text")
        let version = String(try #require(form.text.firstMatch(of: #/name="version" value="([^"]*)"/#)?.1))
            .replacing("&quot;", with: "\"")
        let fields = [("subject", "新主旨"), ("body", "新內文"), ("version", version)]
        let stale = await mei.send(
            "/console/letters/\(id)/text", [("subject", "x"), ("body", "y"), ("version", "\"x\"")])
        #expect(stale.status == 412)
        #expect(await mei.send("/console/letters/\(id)/text", fields).status == 303)
        let empty = await mei.send(
            "/console/letters/\(id)/text", [("subject", "x"), ("body", ""), ("version", version)])
        #expect(empty.status == 422)
        let letter = await mei.open("/console/letters/\(id)?done=rewritten")
        #expect(letter.text.contains("新主旨") && letter.text.contains("Rewritten"))
        #expect(await mei.send("/console/letters/releases").header("Location") == "/console/letters/held")
        let one = await mei.send("/console/letters/releases", [("letters", id.description)])
        #expect(one.header("Location") == "/console/letters/\(id)?done=released")
        let rest = try await office.world.database.reader(as: office.mei).letters(in: .held, limit: 10).map(\.id)
        let several = await mei.send("/console/letters/cancellations", rest.map { ("letters", $0.description) })
        #expect(several.header("Location") == "/console/letters?done=cancelled&letters=5")
        #expect(await mei.open("/console/letters/held").text.contains("No letter is held"))
        #expect(try await office.settled(id).state == .sent)
        #expect(try office.receiver.received.map(\.subject) == ["新主旨"])
        let sent = await mei.open("/console/letters/\(id)")
        #expect(sent.text.contains("250 2.0.0 taken"))
    }
}
