import API
import Accounts
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
        let both = #""letters": ["\#(id)", "\#(gone)"]"#
        // Said before it is done; all or none; and nothing is done by either.
        for deed in ["releases", "cancellations"] {
            let would = await mei.ask("POST", "/v1/letter-\(deed)", json: #"{\#(both), "dry_run": true}"#)
            #expect(
                would.status == 200 && would.text.contains(#""done":0,"refused":1,"is_dry_run":true"#), "\(would.text)")
            #expect(would.text.contains(#"{"letter":"\#(id)"},{"letter":"\#(gone)","fault":{"#), "\(would.text)")
            let refused = await mei.ask("POST", "/v1/letter-\(deed)", json: "{\(both)}")
            #expect(
                refused.status == 409 && refused.problem?.errors.map(\.pointer) == ["/letters/1"], "\(refused.text)")
            let twice = await mei.ask("POST", "/v1/letter-\(deed)", json: #"{"letters": ["\#(id)", "\#(id)"]}"#)
            #expect(twice.problem?.errors.map(\.pointer) == ["/letters/1"])
            #expect(await mei.ask("POST", "/v1/letter-\(deed)", json: #"{"letters": []}"#).status == 422)
            #expect(try await mei.ask("GET", "/v1/letters/\(id)").json()["state"] == "held")
        }
        let part = #"{\#(both), "partial": true}"#
        let first = await mei.ask("POST", "/v1/letter-releases", json: part, headers: [("Idempotency-Key", "k")])
        #expect(first.status == 200 && first.text.contains(#""done":1,"refused":1"#), "\(first.text)")
        let again = await mei.ask("POST", "/v1/letter-releases", json: part, headers: [("Idempotency-Key", "k")])
        #expect(again.text == first.text)
        let sent = await mei.ask("POST", "/v1/letter-releases", json: #"{"letters": ["\#(id)"], "dry_run": true}"#)
        #expect(sent.text.contains("It is on its way."), "\(sent.text)")
        let cancelled = await mei.ask("POST", "/v1/letter-cancellations", json: part)
        #expect(cancelled.text.contains(#""done":1,"refused":1"#), "\(cancelled.text)")
        #expect(try await mei.ask("GET", "/v1/letters/\(id)").json()["state"] == "cancelled")
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
        #expect(held.text.contains("See what would be released") && held.text.contains("See what would be cancelled"))
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
        #expect(await mei.send("/console/letters/releases").text.contains("Choose one at least."))
        let one = await mei.send("/console/letters/releases", [("letters", id.description), ("sure", "true")])
        #expect(one.header("Location") == "/console/letters/\(id)?done=released")
        let rest = try await office.world.database.reader(as: office.mei).letters(in: .held, limit: 10).map(\.id)
        let ticked = rest.map { ("letters", $0.description) }
        let looked = await mei.send("/console/letters/cancellations", ticked)
        #expect(
            looked.status == 200 && looked.text.contains("5 can be done. Nothing has been done yet."), "\(looked.text)")
        // One that is out already keeps the others, or is left: then the page says which and why.
        let mixed = ticked + [("letters", id.description), ("letters", Letter.ID().description)]
        let refused = await mei.send(
            "/console/letters/cancellations", mixed + [("partial", "false"), ("sure", "true")])
        #expect(refused.status == 409 && refused.text.contains("6 can be done."), "\(refused.text)")
        #expect(try await office.world.database.reader(as: office.mei).letters(in: .held, limit: 10).count == 5)
        let several = await mei.send("/console/letters/cancellations", ticked + [("sure", "true")])
        #expect(several.header("Location") == "/console/letters?done=cancelled&letters=5")
        #expect(await mei.open("/console/letters/held").text.contains("No letter is held"))
        #expect(try await office.settled(id).state == .sent)
        #expect(try office.receiver.received.map(\.subject) == ["新主旨"])
        let out = [("letters", id.description), ("letters", rest[0].description)]
        #expect(await mei.open("/console/letters/releases").text.contains("No letter can be released at the moment."))
        // One that no server took is left to be cancelled.
        let left = await mei.open("/console/letters/cancellations").text.matches(of: #/name="letters" value="([^"]+)"/#)
        _ = await mei.send(
            "/console/letters/cancellations", left.map { ("letters", String($0.1)) } + [("sure", "true")])
        #expect(
            await mei.open("/console/letters/cancellations").text.contains("No letter can be cancelled at the moment."))
        let late = await mei.send("/console/letters/releases", out + [("partial", "true"), ("sure", "true")])
        #expect(late.status == 409 && late.text.contains("A mail server has taken it."), "\(late.text)")
        #expect(late.text.contains("It was cancelled."))
        let fresh = try await office.write()
        let some = await mei.send(
            "/console/letters/releases",
            out + [("letters", fresh.description), ("partial", "true"), ("sure", "true")])
        #expect(some.status == 200 && some.text.contains("1 was done. 2 were not; below is why."), "\(some.text)")
        #expect(some.text.contains("A mail server has taken it.") && some.text.contains("It was cancelled."))
        #expect(!some.text.contains(#"name="sure""#))
        // What was refused stays ticked, what was done does not.
        #expect(some.text.contains(#"value="\#(id)" checked"#) && !some.text.contains(#"value="\#(fresh)""#))
        #expect(try await office.found(fresh).state == .released)
        let sent = await mei.open("/console/letters/\(id)")
        #expect(sent.text.contains("250 2.0.0 taken"))
    }

    @Test("what is ticked stays ticked where there are more letters than are offered, and among those asked for")
    func beyond() async throws {
        let office = try await Office()
        let words = try LetterText(subject: "One of many", paragraphs: ["Dear reader."])
        try await office.world.database.write(as: office.mei) { transaction in
            for _ in 0...400 {
                _ = try await transaction.writeLetter(
                    NewLetter(.notice, to: Cast.ada.person.id) { _ in words }, held: true)
            }
        }
        let mei = try await Visitor(Cast.mei, in: office.world)
        let all = try await office.world.database.reader(as: office.mei).letters(in: .held, limit: 1_000)
        let last = try #require(all.last).id
        let page = "/console/letters/releases?state=held"
        #expect(!(await mei.open(page)).text.contains(last.description))
        let looked = await mei.send(page, [("letters", last.description)])
        #expect(looked.status == 200 && looked.text.contains("1 can be done."), "\(looked.text)")
        #expect(looked.text.contains(#"value="\#(last)" checked"#) && looked.text.contains(#"action="\#(page)""#))
    }
}
