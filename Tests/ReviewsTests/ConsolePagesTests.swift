import API
import Accounts
import Applications
import Calibration
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Pages
@testable import Reviews

/// The manager's pages about assignments, plans, standings and conflicts.
@Suite("Pages of the review console")
struct ConsolePagesTests {
    let base = "/console/rounds/\(World.round)"

    // MARK: Assignments

    @Test("the list says who judges what and how far, is filtered by its address and goes on page by page")
    func list() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let all = await mei.open("\(base)/assignments")
        #expect(all.status == 200, "\(all.text)")
        #expect(all.text.contains("Reviews in: 6 of 8. Applications that can be decided: 4 of 5."))
        #expect(all.text.contains("1 of 3 criteria scored") && all.text.contains("0 of 3 criteria scored"))
        #expect(count("/reopening\"", in: all) == 6 && count("/withdrawal\"", in: all) == 2)
        #expect(all.text.contains("\(base)/applications/\(World.application("kelpsense"))"))
        // jun was asked and has not answered; his fund holds shares of KelpSense, which only matters once he has.
        #expect(all.text.contains("Jun Sato – has not accepted yet"))

        let veras = await mei.open("\(base)/assignments?person=\(Cast.vera.person.id)")
        #expect(count("/console/assignments/", in: veras) == 3)
        let ended = await mei.open("\(base)/assignments?state=abstained")
        #expect(ended.status == 200 && ended.text.contains("Nothing fits this filter"))
        let odd = await mei.open("\(base)/assignments?state=unheard-of")
        #expect(odd.status == 422)

        var seen = 0
        var next: String? = "\(base)/assignments?limit=3&done=assigned"
        var pages = 0
        while let target = next {
            let page = await mei.open(target)
            #expect(page.status == 200, "\(page.text)")
            seen += count("/console/assignments/", in: page)
            pages += 1
            next = link("rel=\"next\"", in: page).map { "\($0)&limit=3" }
            #expect((pages == 1) == page.text.contains("The application is assigned."), "a deed is told of once")
        }
        #expect(seen == 8 && pages == 3)
    }

    @Test("an application is assigned by hand, and each refusal comes back filled in")
    func assigning() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        func send(_ member: Cast.Member, _ slug: String) async -> Outgoing {
            await mei.send(
                "\(base)/assignments",
                [
                    ("application", World.application(slug).description),
                    ("person", member.person.id.description),
                ])
        }
        func isFilled(_ page: Outgoing, _ member: Cast.Member, _ slug: String) -> Bool {
            page.text.contains(#"value="\#(World.application(slug))" selected"#)
                && page.text.contains(#"value="\#(member.person.id)" selected"#)
        }
        let invited = await send(Cast.jun, "gridfellow")
        #expect(invited.status == 422 && isFilled(invited, Cast.jun, "gridfellow"), "\(invited.text)")
        #expect(invited.text.contains("They have not accepted a place on the panel."))
        #expect(invited.text.contains(#"id="f-person-error""#))

        try await world.accept(Cast.jun, seat: 1)
        let marked = await mei.open("\(base)/assignments")
        #expect(marked.text.contains("Jun Sato – 0 of 12; conflict with KelpSense"), "\(marked.text)")
        let conflicted = await send(Cast.jun, "kelpsense")
        #expect(conflicted.status == 422 && isFilled(conflicted, Cast.jun, "kelpsense"))
        #expect(conflicted.text.contains("Something stands between them and the startup."))

        let twice = await send(Cast.nora, "kelpsense")
        #expect(twice.status == 409 && isFilled(twice, Cast.nora, "kelpsense"))
        #expect(twice.text.contains("They judge this application already."))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.revisePanelist(
                Cast.vera.person.id, of: World.round, to: PanelTerms(most: 3, languages: [.english]))
        }
        let full = await send(Cast.vera, "tideglass")
        #expect(full.status == 422 && full.text.contains("They have as many applications as they take."))
        let nobody = await mei.send(
            "\(base)/assignments", [("application", World.application("tideglass").description), ("person", "")])
        #expect(nobody.status == 422 && nobody.text.contains(#"id="f-person-error""#), "\(nobody.text)")

        let assigned = await send(Cast.jun, "gridfellow")
        #expect(assigned.status == 303 && assigned.header("Location") == "\(base)/assignments?done=assigned")
        #expect(await mei.open("\(base)/assignments?done=assigned").text.contains("The application is assigned."))

        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.closeRound(World.round, by: Cast.mei.person.id)
        }
        let closed = await send(Cast.jun, "tideglass")
        #expect(closed.status == 409 && closed.text.contains("The round is not open."))
        let planned = await mei.send("\(base)/assignment-runs")
        #expect(planned.status == 409 && planned.text.contains("The round is closed."), "\(planned.text)")
        let quiet = await mei.open("\(base)/assignments")
        #expect(!quiet.text.contains("Plan assignments") && !quiet.text.contains("id=\"assign\""))
    }

    @Test("an assignment is taken back with a reason, once")
    func withdrawing() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let page = "/console/assignments/\(World.assignment(Cast.vera, "skylarkinspect"))/withdrawal"
        let asked = await mei.open(page)
        #expect(asked.status == 200 && asked.text.contains("Vera Ito no longer sees the application"))
        #expect(asked.text.contains("What was written stays on record"))
        let wordy = String(repeating: "word ", count: 500)
        let long = await mei.send(page, [("reason", wordy)])
        #expect(long.status == 422 && long.text.contains(wordy.trimmingCharacters(in: .whitespaces)), "\(long.text)")
        let done = await mei.send(page, [("reason", "She is away.")])
        #expect(done.status == 303 && done.header("Location") == "\(base)/assignments?done=withdrawn")
        #expect(await mei.open("\(base)/assignments?state=withdrawn").text.contains("She is away."))
        let again = await mei.send(page, [("reason", "Twice.")])
        #expect(again.status == 409 && again.text.contains("The assignment has ended already."))
        #expect(again.text.contains(#"value="Twice.""#))
        let unexplained = await mei.send(
            "/console/assignments/\(World.assignment(Cast.nora, "plumbline"))/withdrawal", [("reason", "")])
        #expect(unexplained.status == 303, "\(unexplained.text)")
    }

    @Test("a submitted review is reopened, another is not")
    func reopening() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let id = World.assignment(Cast.nora, "kelpsense")
        let page = "/console/assignments/\(id)/reopening"
        let asked = await mei.open(page)
        #expect(asked.status == 200 && asked.text.contains("Nora Lau may change the review"), "\(asked.text)")
        #expect(await mei.send(page).status == 303)
        let review = try await world.database.reader(as: world.context(Cast.nora)).review(of: id)
        #expect(review != nil && review?.submittedAt == nil)
        #expect(await mei.open("\(base)/assignments?done=reopened").text.contains("The review is open again."))
        let again = await mei.send(page)
        #expect(again.status == 409 && again.text.contains("It cannot be reopened"))
        #expect(await mei.open("/console/assignments/\(ReviewAssignment.ID())/reopening").status == 404)
    }

    // MARK: Plans

    @Test("a plan is watched, stopped, read, and taken once")
    func planning() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        try await world.accept(Cast.jun, seat: 1)
        let stopped = try #require(await mei.send("\(base)/assignment-runs").header("Location"))
        let waiting = await mei.open(stopped)
        #expect(waiting.status == 200 && waiting.header("Refresh") == "2", "\(waiting.text)")
        let early = await mei.send("\(stopped)/application")
        #expect(early.status == 409 && early.text.contains("There is no plan to take"), "\(early.text)")
        #expect(await mei.send("\(stopped)/cancellation").status == 303)
        let over = await mei.send("\(stopped)/cancellation")
        #expect(over.status == 409 && over.text.contains("The run has ended already."))
        #expect(await mei.open(stopped).text.contains("It was stopped and left nothing."))

        let (address, page) = try await finished(world, mei)
        #expect(page.header("Refresh") == nil)
        #expect(page.text.contains("Every application gets its 2 reviews."), "\(page.text)")
        #expect(page.text.contains("Jun Sato") && !page.text.contains("Why not every rule"))
        #expect(page.text.contains("Apply this plan") && page.text.contains("Whatever was begun stays."))
        let whole = await mei.open("\(address)?show=all")
        #expect(count("<tr>", in: whole) - 1 == 10, "ten pairs under a heading")
        #expect(count("<tr>", in: page) < count("<tr>", in: whole))
        #expect(await mei.open("\(base)/assignments").text.contains(address))

        #expect(await mei.send("\(address)/application").status == 303)
        let taken = await mei.open(address)
        #expect(taken.text.contains("Applied") && !taken.text.contains("\(address)/application"), "\(taken.text)")
        let twice = await mei.send("\(address)/application")
        #expect(twice.status == 409 && twice.text.contains("has been taken"))
    }

    @Test("a plan that was overtaken is refused on its own page")
    func overtaken() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        try await world.accept(Cast.jun, seat: 1)
        let (address, _) = try await finished(world, mei)
        for slug in ["gridfellow", "skylarkinspect", "tideglass", "plumbline"] {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.declareConflict(
                    of: Cast.jun.person.id, with: Cast.startup(slug), note: nil, as: .init(), in: Cast.harbour.id,
                    by: Cast.mei.person.id)
            }
        }
        let refused = await mei.send("\(address)/application")
        #expect(
            refused.status == 422
                && refused.text.contains("The plan was not applied, and nothing has changed. Something stands between"),
            "\(refused.text)")
        #expect(refused.text.contains("Every application gets its 2 reviews."))
    }

    @Test("what cannot be is said by name in each language, and to nobody of their own startup")
    func contradictions() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.revisePanelist(
                Cast.vera.person.id, of: World.round, to: PanelTerms(most: 3, languages: [.english]))
            try await transaction.revisePanelist(
                Cast.nora.person.id, of: World.round, to: PanelTerms(most: 5, languages: [.english]))
        }
        let files = try await world.database.reader(as: world.context(Cast.mei)).applications(in: World.round)
        let codes = ["tideglass", "plumbline"].compactMap { slug in
            files.first { $0.application == World.application(slug) }?.code
        }.sorted()
        let (address, page) = try await finished(world, mei)
        #expect(page.text.contains("2 reviews cannot be given."), "\(page.text)")
        #expect(
            page.text.contains(
                "Applications \(codes[0]) and \(codes[1]) need 2 more reviews; only Vera Ito could give more and has no room."
            ), "\(page.text)")
        for (language, words) in [
            ("zh-Hant", "申請 \(codes[0])和\(codes[1]) 尚欠 2 份評審；只有Vera Ito可以接手，但已無餘額。"),
            ("ja", "応募\(codes[0])、\(codes[1])にはあと2件の審査が必要です。引き受けられるのはVera Itoだけですが、空きがありません。"),
        ] {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute(
                    "UPDATE people SET locale = \(language) WHERE id = \(Cast.tom.person.id)")
            }
            let tom = try await Visitor(Cast.tom, in: world)
            let translated = await tom.open(address)
            #expect(translated.text.contains(words), "\(translated.text)")
        }
        let wing = try await Visitor(Cast.wing, in: world)
        let hers = await wing.open(address)
        #expect(hers.status == 200 && hers.text.contains("not yours to see"), "\(hers.text)")
        #expect(!codes.contains { hers.text.contains("Applications \($0)") } && !hers.text.contains("only Vera"))
    }

    @Test("each contradiction is a whole sentence in each language", arguments: Pages.Language.allCases)
    func sentences(_ language: Pages.Language) throws {
        let words = PlanWords(desk: try Self.desk(in: language))
        func told(
            _ kind: AssignmentRun.Contradiction.Kind, _ codes: [String], _ names: [String], _ needed: Int,
            _ possible: Int
        ) -> [String] {
            words.sentences(
                on: [
                    AssignmentRun.Contradiction(
                        kind: kind, applications: codes, reviewers: names, needed: needed, possible: possible)
                ])
        }
        let all = [
            told(.reviewers, ["A"], [], 3, 1), told(.reviewers, ["A"], [], 1, 0), told(.seats, ["A"], ["Vera"], 1, 0),
            told(.seats, ["A", "B"], ["Vera", "Nora"], 3, 2), told(.seats, ["A", "B", "C"], [], 3, 0),
            told(.leastLoads, [], ["Vera"], 4, 2), told(.leastLoads, [], ["Vera", "Nora"], 9, 2),
            told(.begun, ["A"], ["Vera"], 1, 0), told(.seats, [], [], 1, 0),
        ].flatMap(\.self)
        #expect(all.count == 9 && Set(all).count == 9)
        #expect(all.allSatisfy { !$0.contains("⟦") && !$0.contains("{") }, "\(all)")
        #expect(all.dropLast(2).allSatisfy { $0.contains("A") || $0.contains("Vera") })
        let begun = words.sentences(
            on: ["B", "A"].map {
                AssignmentRun.Contradiction(
                    kind: .begun, applications: [$0], reviewers: ["Vera"], needed: 1, possible: 0)
            }
                + (0..<2).map { _ in
                    AssignmentRun.Contradiction(kind: .begun, applications: [], reviewers: [], needed: 1, possible: 0)
                })
        #expect(begun.count == 2, "what one has begun is one sentence, and what names nobody another")
        #expect(words.desk.listed((1...15).map { "N\($0)" }).contains("N12"))
        #expect(!words.desk.listed((1...15).map { "N\($0)" }).contains("N13"))
    }

    private func finished(_ world: World, _ manager: Visitor) async throws -> (address: String, page: Outgoing) {
        let asked = await manager.send("\(base)/assignment-runs")
        let address = try #require(asked.header("Location"), "\(asked.text)")
        let page = try await world.working {
            try await world.awaiting {
                await manager.open(address)
            } until: { page in
                page.header("Refresh") == nil
            }
        }
        return (address, page)
    }

    // MARK: Standings and reviews

    @Test("standings that cannot be calibrated say why, and stand in the order of the means")
    func standings() async throws {
        let world = try await World()
        try await world.calibrate(World.round)
        let mei = try await Visitor(Cast.mei, in: world)
        let page = await mei.open("\(base)/standings?places=2")
        #expect(page.status == 200 && page.text.contains("The order is that of the raw means"), "\(page.text)")
        #expect(page.text.contains("leniency is not taken out"), "\(page.text)")
        #expect(page.text.contains("The 2 places end here"))
        let found = try #require(
            try await world.database.reader(as: world.context(Cast.mei)).standings(of: World.round, places: 2))
        let places = found.entries.map { page.text.range(of: ">\($0.code)</a>")?.lowerBound }
        #expect(places.allSatisfy { $0 != nil } && places.compactMap(\.self) == places.compactMap(\.self).sorted())
        #expect(page.text.contains("Too few reviews"))
        let wrong = await mei.open("\(base)/standings?places=0")
        #expect(wrong.status == 422 && wrong.text.contains("Enter a number from 1 to 100,000."))
        #expect(wrong.text.contains(#"name="places" value="0""#))
    }

    @Test("standings go on page by page with the ranks of the whole round, and files have all of it")
    func standingsInPages() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let found = try #require(
            try await world.database.reader(as: world.context(Cast.mei)).standings(of: World.round, places: 3))
        #expect(found.entries.count == 5)
        var (next, shown, pages): (String?, [String], [String]) = ("\(base)/standings?places=3&limit=2", [], [])
        while let address = next, pages.count < 4 {
            let page = await mei.open(address)
            #expect(page.status == 200, "\(page.text)")
            shown += found.entries.map(\.code).filter { page.text.contains(">\($0)</a>") }
            pages.append(page.text)
            next = link("rel=\"next\"", in: page)
        }
        #expect(shown == found.entries.map(\.code) && pages.count == 3, "\(pages)")
        // The three places end within the second page, and only there.
        #expect(pages.map { $0.contains("The 3 places end here") } == [false, true, false], "\(pages)")
        let first = "href=\"\(base)/standings?places=3&amp;limit=2\""
        #expect(pages.dropFirst().allSatisfy { $0.contains(first) }, "\(pages)")
        let third = try #require(found.rank(of: found.entries[2]))
        #expect(third > 1 && pages[1].contains(">\(third)</span>"), "\(pages[1])")

        let list = "/v1/rounds/\(World.round)/standings?places=3&limit=2"
        var (cursor, codes, reviewers): (String?, [String], Set<Int>) = (nil, [], [])
        repeat {
            let answer = await mei.ask("GET", cursor.map { "\(list)&cursor=\($0)" } ?? list)
            #expect(answer.status == 200, "\(answer.text)")
            let page = try answer.json()
            codes += (page["items"]?.elements ?? []).compactMap { $0["code"]?.text }
            reviewers.insert(page["reviewers"]?.elements?.count ?? -1)
            cursor = page["next"]?.text
        } while cursor != nil && codes.count < 10
        #expect(codes == found.entries.map(\.code) && reviewers == [found.reviewers.count])
        #expect(await mei.ask("GET", "\(list)&cursor=none").status == 400)

        let file = await mei.ask("GET", "/v1/rounds/\(World.round)/standings.csv?places=3")
        #expect(file.status == 200 && file.header("Content-Type")?.hasPrefix("text/csv") == true, "\(file.text)")
        let lines = file.text.split(whereSeparator: \.isNewline)
        #expect(lines.count == 6 && zip(lines.dropFirst(), codes).allSatisfy { $0.contains($1) }, "\(file.text)")
        #expect(await mei.ask("GET", "/v1/rounds/\(World.round)/standings.csv?places=0").status == 422)
        #expect(await mei.ask("GET", "/v1/rounds/\(World.round)/standings.xlsx").status == 200)
        #expect(await mei.open("\(base)/standings.xlsx").status == 200)
        #expect(pages[0].contains("href=\"\(base)/standings.csv?places=3\""))
        #expect(await mei.open("\(base)/standings.csv?places=3").text == file.text)
        #expect(await (try await Visitor(Cast.vera, in: world)).ask("GET", "\(list)").status == 403)
        // Plumbline is Wing's own.
        let hers = await (try await Visitor(Cast.wing, in: world)).ask("GET", "/v1/rounds/\(World.round)/standings.csv")
        #expect(hers.status == 200 && !hers.text.contains("Plumbline"), "\(hers.text)")
    }

    @Test("A page that ended with what is in the ranking no more goes on from where that stood")
    func positions() throws {
        let standings = Self.sample(try Self.desk(in: .english).round, places: 6)
        let entries = standings.entries
        #expect(standings.places(after: nil, limit: 10) == 0..<10)
        #expect(standings.places(after: .init(application: entries[9].application, place: 3), limit: 10) == 10..<20)
        #expect(standings.places(after: .init(application: .init(), place: 20), limit: 10) == 20..<24)
        #expect(standings.places(after: .init(application: .init(), place: 90), limit: 10) == 24..<24)
        #expect(standings.places(after: .init(application: .init(), place: -1), limit: 10) == 0..<10)
    }

    @Test("An estimate beyond the scale is shown as its end, and told as it is to whoever computes with it")
    func beyondTheScale() throws {
        let desk = try Self.desk(in: .english)
        let (best, worst): (Application.ID, Application.ID) = (demoID("best"), demoID("worst"))
        let files = [
            (application: best, code: "BEST", startupName: try LocalizedName(en: "Best")),
            (application: worst, code: "LAST", startupName: try LocalizedName(en: "Last")),
        ]
        let found = CalibratedRound(
            at: Date(timeIntervalSince1970: 1_790_000_000),
            applications: [
                best: CalibratedStanding(
                    score: 100.6, interval: 89.5...103.7, rank: 1, rawMean: 98, rawRank: 1, rankInterval: 1...1,
                    placeProbability: 0.9),
                worst: CalibratedStanding(
                    score: 3, interval: -2.5...8.5, rank: 2, rawMean: 4, rawRank: 2, rankInterval: 2...2,
                    placeProbability: 0.1),
            ], expectedOverlap: 1, figures: .init(reliability: 0.5, calibratedReliability: 0.6, reviewers: []))
        let standings = Standings(desk.round, files, [], [:], .found(found), places: 1)
        let rows = StandingsWords(desk: desk, standings: standings).parts.flatMap(\.rows).compactMap(\.calibrated)
        #expect(rows.map(\.score) == ["100.0", "3.0"])
        #expect(rows.map(\.interval) == ["89.5 to 100.0", "0.0 to 8.5"])
        #expect(rows.first?.high == 195 && rows.last?.low == 5)
        let views = standings.views(0..<2).compactMap(\.calibrated)
        #expect(views.map(\.high) == [103.7, 8.5] && views.map(\.low) == [89.5, -2.5] && views[0].score == 100.6)
    }

    @Test("one application's reviews stand side by side, with their neighbours in the standings")
    func reviews() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let page = await mei.open("\(base)/applications/\(World.application("kelpsense"))")
        #expect(page.status == 200, "\(page.text)")
        for text in [
            "Team", "Innovation", "Market", "Nora Lau", "Vera Ito", "The problem is real", "85.0", "Ranked below:",
        ] {
            #expect(page.text.contains(text), "\(text): \(page.text)")
        }
        #expect(!page.text.contains("Ranked above:"), "the best has none above it")
        let half = await mei.open("\(base)/applications/\(World.application("skylarkinspect"))")
        #expect(half.text.contains("One review has been submitted.") && half.text.contains("Waiting for Vera Ito."))
        let none = await mei.open("\(base)/applications/\(World.application("plumbline"))")
        #expect(none.text.contains("No review has been submitted"))
        #expect(await mei.open("\(base)/applications/\(Application.ID())").status == 404)
    }

    @Test(
        "calibrated standings say how sure they are, place by place, in each language",
        arguments: Pages.Language.allCases)
    func calibrated(_ language: Pages.Language) throws {
        let desk = try Self.desk(in: language)
        let standings = Self.sample(desk.round, places: 6)
        let calibration = try #require(standings.calibration, "\(standings.state)")
        let words = StandingsWords(desk: desk, standings: standings)
        let lede = try #require(words.lede)
        #expect(lede.contains(Figures.tenths(calibration.expectedOverlap)))
        let doubts = calibration.inDoubt(places: 6)
        #expect(doubts > 0 && lede.contains("\(doubts)"))
        let parts = words.parts
        #expect(parts.map(\.rows.count) == [6, 18] && parts[0].label == nil && parts[1].label != nil)
        #expect(parts[0].rows.first?.rank == "1" && parts.flatMap(\.rows).allSatisfy { $0.calibrated != nil })
        let marked = parts.flatMap(\.rows).filter { $0.badges.contains { $0.tone == "warning" } }.count
        #expect(marked == doubts)
        for bar in parts.flatMap(\.rows).compactMap(\.calibrated) {
            #expect(5 <= bar.low && bar.low <= bar.at && bar.at <= bar.high && bar.high <= 195)
        }
        #expect(words.reviewers.rows.count == 6)
        // Who gave 24 points less than the mildest.
        let harshest = try #require(standings.reviewers.last)
        #expect(harshest.name == "R5" && harshest.found.isHarsh && !(standings.reviewers.first?.found.isHarsh ?? true))

        let alone = StandingsWords(desk: desk, standings: Self.sample(desk.round, places: 1))
        #expect(alone.lede?.contains("%") == true)
        let everybody = StandingsWords(desk: desk, standings: Self.sample(desk.round, places: 24))
        #expect(everybody.lede?.contains("24") == true && everybody.parts.count == 1)
    }

    @Test("each reason for not calibrating has words of its own in each language", arguments: Pages.Language.allCases)
    func refusals(_ language: Pages.Language) throws {
        let desk = try Self.desk(in: language)
        let words = StandingsWords(desk: desk, standings: Self.sample(desk.round, places: 6))
        let refusals: [CalibrationRefusal] = [
            .tooFewApplications(1, least: 10), .tooFewApplications(4, least: 10), .tooFewReviewers(2, least: 3),
            .tooFewReviews(perReviewer: 1.5, least: 3), .tooLittleOverlap(share: 0.2, least: 0.5),
            .tooFewSpareReviews(3, least: 10), .disconnected([[0], [1]]), .noVariance, .badPlaces(0),
        ]
        let sentences = refusals.map(words.reason)
        #expect(Set(sentences).count == refusals.count)
        #expect(sentences.allSatisfy { !$0.contains("⟦") && !$0.contains("{") }, "\(sentences)")
    }

    private static func desk(in language: Pages.Language) throws -> RoundDesk {
        let criterion = ReviewRound.Criterion(
            id: .init(), name: try LocalizedName(en: "Overall"), weight: 100, lowest: 0, highest: 100)
        let round = ReviewRound(
            id: demoID("round of a test"), call: .init(), callTitle: try LocalizedName(en: "Call"), position: 1,
            number: 1, name: try LocalizedName(en: "Round"), isBlind: false, isShared: true, reviewsWanted: 3,
            quorum: 2,
            due: Deadline(Date(timeIntervalSince1970: 1_800_000_000), in: .hongKong), criteria: [criterion])
        return RoundDesk(
            site: Site(), round: round, viewer: Viewer(language: language),
            t: PageKit.reviews.texts(in: language), spoken: Vocabulary.Language(rawValue: language.tag) ?? .english)
    }

    /// Twenty-four applications, each judged by three of six reviewers, of whom the last is harsh and the first mild.
    private static func sample(_ round: ReviewRound, places: Int) -> Standings {
        let people: [Person.ID] = (0..<6).map { demoID("reviewer \($0)") }
        let files = (0..<24).map { number in
            (
                application: demoID("judged \(number)") as Application.ID, code: "C\(100 + number)",
                startupName: try? LocalizedName(en: "Startup \(number)")
            )
        }.compactMap { file in
            file.startupName.map { (application: file.application, code: file.code, startupName: $0) }
        }
        let scores = files.indices.flatMap { number in
            (0..<3).map { turn -> SubmittedScores in
                let reviewer = (number + turn * (1 + number / 6 % 2)) % 6
                let noise = (number * 37 + turn * 53) % 17 - 8
                let score = 40 + number * 2 + noise + [12, 4, 2, 0, -4, -12][reviewer]
                return SubmittedScores(
                    application: files[number].application, person: people[reviewer],
                    submittedAt: Date(timeIntervalSince1970: Double(number * 10 + turn)),
                    scores: [round.criteria[0].id: max(0, min(100, score))])
            }
        }
        let names = Dictionary(uniqueKeysWithValues: people.enumerated().map { ($1, "R\($0)") })
        return Standings(round, files, scores, names, kept(round, scores, places: places), places: places)
    }

    /// What would be read of what is kept.
    private static func kept(
        _ round: ReviewRound, _ scores: [SubmittedScores], places: Int
    ) -> RoundCalibration {
        switch CalibrationFinding(round, scores, inputs: "").outcome {
        case .failure(let refusal): return .refused(refusal, at: nil)
        case .success(let found):
            let applications = found.applications.map { one in
                let chance = Double(one.likelyRanks.count { $0 <= places }) / 100
                return (
                    one.application,
                    CalibratedStanding(
                        score: one.score, interval: one.low...one.high, rank: one.rank, rawMean: one.rawMean,
                        rawRank: one.rawRank, rankInterval: one.bestRank...one.worstRank, placeProbability: chance)
                )
            }
            return .found(
                CalibratedRound(
                    at: Date(timeIntervalSince1970: 1_790_000_000),
                    applications: Dictionary(uniqueKeysWithValues: applications),
                    expectedOverlap: found.overlaps[min(places, found.overlaps.count) - 1], figures: found.figures))
        }
    }

    // MARK: Conflicts

    @Test("conflicts are listed, declared and lifted with a reason; what is on record is not")
    func conflicts() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let page = "\(base)/conflicts"
        let first = await mei.open(page)
        #expect(
            first.status == 200 && first.text.contains("One reviewer must not judge some of the applications."),
            "\(first.text)")
        #expect(first.text.contains("Holds shares") && first.text.contains("through Tidewater Capital"))
        #expect(first.text.contains("on record") && !first.text.contains("/lifting"))

        let fields = [
            ("person", Cast.vera.person.id.description), ("startup", Cast.startup("tideglass").description),
            ("note", "They share an office."),
        ]
        let nobody = await mei.send(page, fields.map { $0.0 == "person" ? ("person", "") : $0 })
        #expect(nobody.status == 422 && nobody.text.contains(#"id="f-person-error""#), "\(nobody.text)")
        #expect(nobody.text.contains("They share an office."))
        let stranger = await mei.send(page, fields.map { $0.0 == "person" ? ("person", Person.ID().description) : $0 })
        #expect(stranger.status == 422 && stranger.text.contains("There is no such person."))
        #expect(await mei.send(page, fields).status == 303)
        let twice = await mei.send(page, fields)
        #expect(twice.status == 409 && twice.text.contains("This conflict is declared already."))
        #expect(twice.text.contains(#"value="\#(Cast.startup("tideglass"))" selected"#))

        let told = await mei.open("\(page)?done=declared")
        #expect(told.text.contains("The conflict is declared.") && told.text.contains("They share an office."))
        let lifting = try #require(link("/lifting\"", in: told))
        let asked = await mei.open(lifting)
        #expect(
            asked.status == 200 && asked.text.contains("Lift the conflict between Vera Ito and Tideglass"),
            "\(asked.text)")
        let silent = await mei.send(lifting, [("reason", "")])
        #expect(silent.status == 422 && silent.text.contains(#"id="f-reason-error""#), "\(silent.text)")
        #expect(await mei.send(lifting, [("reason", "They moved.")]).status == 303)
        let again = await mei.send(lifting, [("reason", "They moved.")])
        #expect(again.status == 409 && again.text.contains("has been lifted already"), "\(again.text)")
        #expect(await mei.open(lifting).status == 404)

        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.removePanelist(Cast.jun.person.id, of: World.round)
        }
        #expect(await mei.open(page).text.contains("Checked are founders past and present"))
    }

    // MARK: Whose startup applies

    @Test("a manager who founded an applicant meets nothing of its reviews on any page, by any deed")
    func ownStartup() async throws {
        let world = try await World()
        let tom = world.database.reader(as: world.context(Cast.tom))
        let plumbline = World.application("plumbline")
        let code = try #require(
            try await tom.applications(in: World.round).first { $0.application == plumbline }?.code)
        let criteria = try #require(try await tom.round(World.round)).criteria
        let whole = ReviewDraft(
            scores: Dictionary(uniqueKeysWithValues: criteria.map { ($0.id, 5) }),
            comment: try LongText("Only tom may read this."))
        let judged = World.assignment(Cast.nora, "plumbline")
        _ = try await world.database.write(as: world.context(Cast.nora)) { transaction in
            try await transaction.submitReview(whole, of: judged, by: Cast.nora.person.id)
        }
        let conflict = ConflictDeclaration.ID()
        try await world.database.write(as: world.context(Cast.tom)) { transaction in
            try await transaction.declareConflict(
                of: Cast.vera.person.id, with: Cast.startup("plumbline"), note: try LongText("A neighbour."),
                as: conflict, in: Cast.harbour.id, by: Cast.tom.person.id)
        }
        let (his, hers) = (try await Visitor(Cast.tom, in: world), try await Visitor(Cast.wing, in: world))
        let (run, _) = try await finished(world, his)
        let pages = [
            "\(base)/assignments", "\(base)/standings", "\(base)/conflicts", run, "\(run)?show=all",
            "\(base)/applications/\(World.application("gridfellow"))",
            "\(base)/applications/\(World.application("tideglass"))",
        ]
        var told = 0
        for page in pages {
            let (full, blind) = (await his.open(page), await hers.open(page))
            #expect(full.status == 200 && blind.status == 200, "\(page): \(blind.text)")
            if full.text.contains(code) || full.text.contains("A neighbour.") { told += 1 }
            // Her own name for it stands in the menu of her seats, outside of what the page says.
            let body = blind.text.components(separatedBy: "<main").last ?? ""
            for secret in [code, plumbline.description, "Plumbline", "A neighbour.", "Only tom", judged.description] {
                #expect(!body.contains(secret), "\(page) tells of \(secret)")
            }
        }
        #expect(told >= 4, "what is hidden from her is there for others")
        #expect(await his.open("\(base)/applications/\(plumbline)").text.contains("Only tom may read this."))
        for page in [
            "\(base)/applications/\(plumbline)", "/console/assignments/\(judged)/withdrawal",
            "/console/assignments/\(judged)/reopening", "\(base)/conflicts/\(conflict)/lifting",
        ] {
            #expect(await hers.open(page).status == 404, "\(page)")
        }
        for (deed, fields) in [
            ("/console/assignments/\(judged)/withdrawal", []), ("/console/assignments/\(judged)/reopening", []),
            (
                "\(base)/assignments",
                [("application", plumbline.description), ("person", Cast.vera.person.id.description)]
            ),
        ] {
            let answer = await hers.send(deed, fields)
            #expect([404, 422].contains(answer.status), "\(deed): \(answer.status)")
        }
        #expect(try await tom.assignmentSummary(judged)?.submittedAt != nil)
    }

    private func count(_ text: String, in page: Outgoing) -> Int {
        page.text.components(separatedBy: text).count - 1
    }

    /// The address of the first link whose tag has these words.
    private func link(_ words: String, in page: Outgoing) -> String? {
        for tag in page.text.components(separatedBy: "href=\"").dropFirst() {
            let whole = tag.prefix { $0 != ">" }
            guard whole.contains(words) else { continue }
            return String(tag.prefix { $0 != "\"" }).replacing("&amp;", with: "&")
        }
        return nil
    }
}
