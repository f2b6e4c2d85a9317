import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Matching
import Pages
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Investment

@Suite("Pages of investment")
struct InvestmentPagesTests {
    @Test("are sound in every language")
    func sound() {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Investment").standardized
        let pages: [any CheckedTemplate] = [
            PageTemplate<ListPage>.list, PageTemplate<ShortlistPage>.shortlist, PageTemplate<ItemPage>.item,
            PageTemplate<MandatePage>.mandate, PageTemplate<InvestorPage>.investor, PageTemplate<RunsPage>.runs,
            PageTemplate<RunPage>.run, PageTemplate<ModelsPage>.models, PageTemplate<ModelPage>.model,
            PageTemplate<FitPage>.fit, PageTemplate<IntroductionPage>.introduction,
            PageTemplate<IntroductionsPage>.introductions,
            PageTemplate<MatchSchedulePage>.matchSchedule, PageTemplate<IntroductionsConsolePage>.introductionsConsole,
            PageTemplate<StandingPage>.standing, PageTemplate<FirmNotePage>.firmNote,
            PageTemplate<TeaserPage>.teaser, PageTemplate<FirmPage>.firm, PageTemplate<ComparisonPage>.comparison,
            PageTemplate<ConsentsPage>.consents, PageTemplate<PortfolioPage>.portfolio,
        ]
        #expect(PageKit.investment.faults(in: pages, sources: sources) == [])
    }

    @Test("every signal and heading of the engine has its words", arguments: Pages.Language.allCases)
    func signals(_ language: Pages.Language) {
        let t = PageKit.investment.texts(in: language)
        let words = ScoreWords(t)
        for signal in Signal.allCases {
            let part = ScorePart(name: signal.rawValue, kind: signal.kind.rawValue, value: 1, evidence: [])
            #expect(!words.label(of: part).contains("⟦"), "\(signal)")
            #expect(!t("kind.\(signal.kind.rawValue)").contains("⟦"), "\(signal.kind)")
        }
    }

    @Test("a manager starts a run, follows it and releases its lists; the investor reads and answers one")
    func story() async throws {
        let match = try await MatchWorld()
        let mei = try await Visitor(Cast.mei, in: match.world)
        let jun = try await Visitor(Cast.jun, in: match.world)

        let bad = await mei.send("/console/match-runs", [("length", "999")])
        #expect(bad.status == 422)
        #expect(bad.text.contains("A shortlist holds 1 to 200 startups."))
        let crossed = await mei.send(
            "/console/match-runs",
            [("length", "5"), ("rules.most_lists", "1"), ("rules.least_lists", "2"), ("rules.rest_days", "")])
        #expect(crossed.status == 422)
        #expect(crossed.text.contains("A startup cannot be on more lists than it may be on."))
        #expect(crossed.text.contains(#"id="f-rules-least-lists-error""#) || crossed.text.contains("least_lists-error"))
        let byAPI = await mei.ask(
            "POST", "/v1/match-runs", json: #"{"length": 5, "rules": {"most_lists": 0}}"#)
        #expect(byAPI.status == 422)
        #expect(byAPI.text.contains("/rules/most_lists"))
        let ruled = await mei.send(
            "/console/match-runs",
            [("length", "5"), ("rules.most_lists", "3"), ("rules.least_lists", ""), ("rules.rest_days", "90")])
        #expect(ruled.status == 303, "\(ruled.text)")
        let ruledPage = await mei.open(try #require(ruled.header("Location")))
        #expect(ruledPage.text.contains("Days until an unanswered startup comes back"))
        #expect(!ruledPage.text.contains("Lists a startup is to be on"))
        let started = await mei.send("/console/match-runs", [("length", "5")])
        #expect(started.status == 303, "\(started.text)")
        let address = try #require(started.header("Location"))
        let waiting = await mei.open(address)
        #expect(waiting.status == 200)
        #expect(waiting.header("Refresh") == "2")
        let run = try #require(
            try await match.world.database.reader(as: match.world.context(Cast.mei)).matchRuns(limit: 1).first)
        _ = try await match.perform(run.id)
        let finished = await mei.open(address)
        #expect(finished.header("Refresh") == nil)
        #expect(finished.text.contains("Tidewater Capital"))
        #expect(await mei.send(address + "/release").status == 303)
        #expect(await mei.send(address + "/release").status == 409)
        #expect(await mei.open("/console/match-runs").status == 200)

        let list = try #require(try await match.lists(run.id, as: Cast.jun).first)
        let page = "/shortlists/\(list.id)"
        let cards = await jun.open(page)
        #expect(cards.status == 200, "\(cards.text)")
        let items = try await match.items(list.id, as: Cast.jun)
        for item in items { #expect(cards.text.contains("startup-\(item.startup.id)")) }
        let first = try #require(items.first).startup.id
        let second = items[1].startup.id
        let refused = await jun.send("\(page)/items/\(first)/answer", [("answer", "pass")])
        #expect(refused.status == 422)
        #expect(refused.text.contains("Say why you pass."))
        let passed = await jun.send(
            "\(page)/items/\(first)/answer",
            [("answer", "pass"), ("reason", "too_early"), ("later_until", ""), ("note", "")])
        #expect(passed.status == 303, "\(passed.text)")
        let interested = await jun.send(
            "\(page)/items/\(second)/answer", [("answer", "interested"), ("reason", ""), ("later_until", "2020-01-01")])
        #expect(interested.status == 303, "what a closed panel holds is no part of the answer: \(interested.text)")
        #expect(await jun.open(page).text.contains("Passed: Too early"))
        #expect(await jun.open("\(page)?show=open").text.contains("startup-\(first)") == false)
        #expect(await jun.open("\(page)/items/\(first)").status == 200)
        #expect(await mei.open(page).status == 200)
        #expect(await jun.open("/shortlists").status == 200)

        let chloe = try await Visitor(Cast.chloe, in: match.world)
        #expect(await chloe.open(page).status == 404)
        #expect(await chloe.open("\(page)/items/\(first)").status == 404)
        #expect(await jun.open(address).status == 403)
    }

    @Test("a manager learns a model, reads its report, puts it in use and goes back", arguments: [true, false])
    func models(_ hasHistory: Bool) async throws {
        let models = try await ModelWorld(hasHistory: hasHistory)
        let mei = try await Visitor(Cast.mei, in: models.world)
        let empty = await mei.open("/console/models")
        #expect(empty.text.contains("No model has been learned yet"), "\(empty.text)")
        let started = await mei.send("/console/models", [])
        #expect(started.status == 303, "\(started.text)")
        let address = try #require(started.header("Location"))
        #expect(await mei.open(address).header("Refresh") == "2")
        let model = try #require(try await models.perform())
        let report = await mei.open(address)
        #expect(report.header("Refresh") == nil)
        #expect(report.text.contains(model.version))
        let plots = report.text.components(separatedBy: #"role="img" aria-labelledby="#).count - 1
        #expect(plots == (hasHistory ? 4 : 2), "quality, calibration, and the weights of both kinds")
        #expect(
            report.text.contains("better than the standard model") == hasHistory, "\(String(describing: model.report))")
        #expect(report.text.contains("it equals the standard model") == !hasHistory)
        #expect(report.text.contains("the model then in use") == hasHistory, "by more than chance, or not")
        if let ndcg = model.report?.trial?.learned.ndcg { #expect(report.text.contains(ModelPlots.figure(ndcg))) }
        #expect(await mei.open("/console/models").text.contains(#"name="model" value="\#(model.id)""#))

        let id = model.id.description
        #expect(await mei.send("/console/model-uses", [("model", id)]).status == 303)
        #expect(await mei.send("/console/model-uses", [("model", id)]).status == 409)
        #expect(await mei.open(address).text.contains("In use"))
        let used = await mei.open("/console/models")
        #expect(used.text.contains("In use: \(model.version)"))
        #expect(await mei.send("/console/model-uses", []).status == 303)
        #expect(await mei.open("/console/models").text.contains("In use: standard"))
        #expect(await mei.send(address + "/cancellation").status == 409)
        #expect(await mei.send("/console/model-uses", [("model", LearnedModel.ID().description)]).status == 422)
        let jun = try await Visitor(Cast.jun, in: models.world)
        #expect(await jun.open(address).status == 403)
        let leo = try await Visitor(Cast.leo, in: models.world)
        #expect(await leo.open(address).status == 404)
    }

    @Test("by API too, and what is not there or not trained is refused in words")
    func modelsByAPI() async throws {
        let models = try await ModelWorld(hasHistory: false)
        let mei = try await Visitor(Cast.mei, in: models.world)
        let asked = await mei.ask("POST", "/v1/models")
        #expect(asked.status == 202, "\(asked.text)")
        let address = try #require(asked.header("Location"))
        let id = String(address.split(separator: "/").last ?? "")
        let early = await mei.ask("POST", "/v1/model-uses", json: #"{"model": "\#(id)"}"#)
        #expect(early.status == 409)
        #expect(early.text.contains("has not been trained"))
        _ = try await models.perform()
        let found = try await mei.ask("GET", address).json()
        #expect(found["state"]?.text == "finished")
        #expect(found["report"]?["joined"] == 0)
        #expect(found["data_hash"]?.text?.utf8.count == 64)
        #expect(try await mei.ask("GET", "/v1/models?limit=1").json()["items"]?.elements?.count == 1)
        #expect(await mei.ask("POST", "/v1/model-uses", json: #"{"model": "\#(id)"}"#).status == 200)
        let unknown = await mei.ask("POST", "/v1/model-uses", json: #"{"model": "\#(LearnedModel.ID())"}"#)
        #expect(unknown.status == 422)
        #expect(unknown.text.contains("There is no such model"))
        #expect(await mei.ask("POST", "/v1/model-uses", json: "{}").status == 200)
        let uses = try await mei.ask("GET", "/v1/model-uses").json()["items"]?.elements ?? []
        #expect(uses.count == 2)
        #expect(uses.last?["model"]?.text == id)
    }

    @Test("a mandate is declared and revised in a form, in words of any language")
    func mandateForm() async throws {
        let world = try await World()
        let jun = try await Visitor(Cast.jun, in: world)
        #expect(await jun.open("/mandates").status == 200)
        #expect(await jun.open("/mandates/new").status == 200)
        let fields = [
            ("name", "Two harbours"), ("focus", "Fintech 60\n機械人技術\nrowing"), ("stages", "seed"),
            ("stages", "series-a"),
            ("countries_in", "Hong Kong, 日本"), ("countries_out", ""), ("regions", ""), ("exclusions", "gambling"),
            ("cheque_min.amount", "500,000"), ("cheque_min.currency", "HKD"), ("cheque_max.amount", ""),
            ("cheque_max.currency", "HKD"), ("deploying", "true"),
        ]
        let wrong = await jun.send("/mandates", fields.map { $0.0 == "countries_in" ? ($0.0, "Atlantis") : $0 })
        #expect(wrong.status == 422)
        #expect(wrong.text.contains("Atlantis"))
        #expect(wrong.text.contains("Two harbours"), "what was typed comes back")
        let created = await jun.send("/mandates", fields)
        #expect(created.status == 303, "\(created.text)")
        let address = try #require(created.header("Location"))
        let shown = await jun.open(address)
        #expect(shown.status == 200)
        #expect(shown.text.contains("Robotics"))
        let id = try #require(Mandate.ID(String(address.split(separator: "/").last ?? "")))
        let mandate = try #require(try await world.database.reader(as: world.context(Cast.jun)).mandate(id))
        #expect(mandate.terms.countriesIn == [.hongKong, .japan])
        #expect(mandate.terms.chequeMin == Money(minor: 50_000_000, currency: .hkd))
        #expect(mandate.terms.tags.map(\.string) == ["rowing"])
        #expect(
            MandateForm.values(mandate.terms, in: .english)["focus"] == ["Robotics\nFinancial technology 60\nrowing"])
        let stale = await jun.send(address, fields + [("version", "\"old\"")])
        #expect(stale.status == 412, "\(stale.status)")

        let mei = try await Visitor(Cast.mei, in: world)
        let tidewater = Cast.institution("harbour/tidewater")
        #expect(await mei.open("/console/investors?q=tide").text.contains("Tidewater"))
        #expect(await mei.open("/console/investors/\(tidewater)").text.contains("Two harbours"))
        #expect(await mei.open("/console/mandates/\(id)").status == 200)
        let declared = await mei.send(
            "/console/investors/\(tidewater)/mandates", fields.map { $0.0 == "name" ? ($0.0, "By the park") : $0 })
        #expect(declared.status == 303, "\(declared.text)")
        let chloe = try await Visitor(Cast.chloe, in: world)
        #expect(await chloe.open(address).status == 404)
        #expect(await jun.send(address + "/withdrawal").status == 303)
        #expect(await jun.open(address).text.contains("Withdrawn"))
    }
}
