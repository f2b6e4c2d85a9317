import Accounts
import DemoWorld
import Foundation
import Pages
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Fundraising

@Suite("Pages of fundraising")
struct FundraisingPagesTests {
    @Test("are sound in every language")
    func sound() {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Fundraising").standardized
        let pages: [any CheckedTemplate] = [PageTemplate<FundraisingPage>.fundraising]
        #expect(PageKit.fundraising.faults(in: pages, sources: sources) == [])
    }

    private static func plan(_ world: FundraisingWorld, target: String = "5,000,000") -> [(String, String)] {
        [
            ("stage", "seed"), ("target.amount", target), ("target.currency", "HKD"), ("minimum.amount", ""),
            ("minimum.currency", "HKD"), ("instrument", "safe"),
            ("closes_on", world.today.adding(days: 40).description),
            ("use_of_funds.en", "Two more buoys."), ("shown_to_listed", "none"), ("shown_to_introduced", "names"),
        ]
    }

    @Test("a founder plans a round, an investor indicates, and the founder sees it")
    func story() async throws {
        let world = try await FundraisingWorld()
        let (ada, jun) = (try await world.visitor(Cast.ada), try await world.visitor(Cast.jun))
        let begin = await ada.open("/round")
        #expect(begin.status == 200 && begin.text.contains("You are not raising a round"), "\(begin.text)")
        let bad = await ada.send("/round", Self.plan(world, target: "much"))
        #expect(bad.status == 422 && bad.text.contains("Write an amount such as 500,000."))
        #expect(bad.text.contains("Two more buoys."), "the form comes back filled in")
        let early = await ada.send("/round", Self.plan(world).map { $0.0 == "closes_on" ? ($0.0, "2020-01-01") : $0 })
        #expect(early.status == 422 && early.text.contains("Choose a day from today on."))
        #expect(await ada.send("/round", Self.plan(world)).status == 303)
        #expect(await ada.send("/round", Self.plan(world)).status == 409)
        let round = try #require(try await world.reader(Cast.ada).fundingRounds(limit: 1).first)
        #expect(await jun.open("/raising/\(world.startup)").text.contains("No round is open to you"))
        #expect(await ada.send("/round/\(round.id)/opening").status == 303)
        #expect(await jun.open("/raising").text.contains("KelpSense"))
        let page = await jun.open("/raising/\(world.startup)")
        // Not what this reader is told, which is nothing: who will be told of it.
        #expect(page.text.contains("Other investors may be told your firm and the amount."), "\(page.text)")
        #expect(page.text.contains("name=\"told\" value=\"names\""))
        let path = "/raising/\(world.startup)/rounds/\(round.id)/indications"
        let empty = await jun.send(path, [("amount.amount", ""), ("amount.currency", "HKD"), ("stands_until", "")])
        #expect(empty.status == 422, "\(empty.text)")
        let answer = [
            ("amount.amount", "6,000,000"), ("amount.currency", "HKD"),
            ("stands_until", world.today.adding(days: 20).description), ("binding", "true"),
            ("note", "With pleasure."),
        ]
        let wider = await jun.send(path, answer + [("told", "summary")])
        #expect(wider.status == 409 && wider.text.contains("Look again who is told."), "\(wider.text)")
        #expect(wider.text.contains("name=\"told\" value=\"names\"") && wider.text.contains("With pleasure."))
        let given = await jun.send(path, answer + [("told", "names")])
        #expect(given.status == 303, "\(given.text)")
        let seen = await ada.open("/round")
        for text in ["Tidewater Capital", "With pleasure.", Cast.jun.person.email, "HK$ 1,000,000", "Over the target"] {
            #expect(seen.text.contains(text), "\(text)")
        }
        let console = try await world.visitor(Cast.mei).open("/console/fundraising")
        #expect(console.status == 200 && console.text.contains("KelpSense") && !console.text.contains("Tidewater"))
    }

    @Test("say what was refused also where the form is not on the page any more")
    func refused() async throws {
        let world = try await FundraisingWorld()
        let round = try await world.open()
        let given = try await world.indicate(500, as: Cast.jun, to: round, days: 90)
        let (ada, jun) = (try await world.visitor(Cast.ada), try await world.visitor(Cast.jun))
        // Between the closing day and the closing nobody indicates, and who did may take it back.
        try await world.letPass(days: 61)
        let page = await jun.open("/raising/\(world.startup)")
        let path = "/raising/\(world.startup)/rounds/\(round)/indications"
        #expect(page.text.contains("\(path)/\(given)/withdrawal") && !page.text.contains("name=\"told\""))
        let late = await jun.send(
            path,
            [
                ("amount.amount", "6,000,000"), ("amount.currency", "HKD"),
                ("stands_until", world.today.adding(days: 20).description), ("told", "contacts"),
            ])
        #expect(late.status == 409 && late.text.contains("The round takes no indications now."), "\(late.text)")
        #expect(await jun.send("\(path)/\(given)/withdrawal").status == 303)
        let twice = await jun.send("\(path)/\(given)/withdrawal")
        #expect(twice.status == 409 && twice.text.contains("The indication has ended already."), "\(twice.text)")
        let release = await ada.send("/round/\(round)/indications/\(given)/release")
        #expect(release.status == 409 && release.text.contains("The indication has ended already."), "\(release.text)")
    }

    @Test("a founder adds a document by its form and is told what is wrong with one")
    func upload() async throws {
        let world = try await FundraisingWorld()
        let ada = try await world.visitor(Cast.ada)
        func send(_ contents: String, named name: String, watermarked: Bool = true) async -> Outgoing {
            let boundary = "boundary123"
            var body = ""
            for (field, value) in [("csrf", ada.csrf), ("title", "Figures"), ("folder", "Pitch")]
                + (watermarked ? [("watermarked", "true")] : [])
            {
                body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(field)\"\r\n\r\n\(value)\r\n"
            }
            body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n"
            body += "Content-Type: application/octet-stream\r\n\r\n\(contents)\r\n--\(boundary)--\r\n"
            return await world.world.edge.respond(
                to: Incoming(
                    "POST", "/data-room/documents",
                    headers: [
                        ("Cookie", "trellis=\(ada.cookie)"), ("Sec-Fetch-Site", "same-origin"),
                        ("Content-Type", "multipart/form-data; boundary=\(boundary)"),
                    ], body: Array(body.utf8)))
        }
        let wrong = await send("no pdf at all", named: "deck.pdf")
        #expect(wrong.status == 422 && wrong.text.contains("Figures"), "\(wrong.text)")
        let unmarked = await send("a,b\n", named: "figures.csv")
        #expect(unmarked.status == 422 && unmarked.text.contains("Only a PDF"), "\(unmarked.text)")
        let added = await send(samplePDF(), named: "deck.pdf")
        #expect(added.status == 303, "\(added.text)")
        let page = await ada.open(try #require(added.header("Location")))
        #expect(page.text.contains("Nobody but you") && page.text.contains("deck.pdf"), "\(page.text)")
        let all = await ada.send(
            try #require(added.header("Location")) + "/grants", [("investor", ""), ("expires_on", "")])
        #expect(all.status == 303, "\(all.text)")
        #expect(await ada.open("/data-room").text.contains("All who are introduced"))
    }
}
