import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Jobs
import Matching
import TestWorld
import Testing
import Vocabulary

@testable import Investment
@testable import Postgres

@Suite("Learned models")
struct ModelTests {
    @Test("a model is learned by a job, with its figures and the hash of what it was learned from")
    func trained() async throws {
        let models = try await ModelWorld()
        let asked = try await models.request()
        #expect(asked.state == .waiting)
        #expect(asked.report == nil)
        let today = CalendarDate(Date(), in: .utc)
        #expect(asked.version == "learned-\(today)-1")
        _ = try await models.perform()
        let model = try #require(try await models.model(asked.id))
        #expect(model.state == .finished)
        #expect(model.requestedBy == Cast.mei.person.id)
        #expect(model.dataHash?.utf8.count == 64)
        #expect(!model.isInUse, "nothing is put in use that somebody asked for")
        let report = try #require(model.report)
        #expect(report.lessons == 16)
        #expect(report.joined > 100)
        #expect(report.loss.count == 2)
        #expect(!report.cold.isEmpty && !report.warm.isEmpty)
        let trial = try #require(report.trial)
        #expect(today.adding(days: -20) < report.until && report.until <= today)
        #expect(trial.day == report.until.adding(days: -183))
        #expect(trial.learned.ndcg > trial.standard.ndcg, "\(trial)")
        #expect(trial.current == trial.standard)
        #expect(trial.currentVersion == Model.standard.version)
        #expect(trial.reliability.reduce(0) { $0 + $1.pairs } > trial.joined)

        let again = try #require(try await models.trained())
        #expect(again.version == "learned-\(today)-2")
        #expect(again.dataHash == model.dataHash)
        #expect(again.report == report)
        #expect(try await models.models().map(\.id) == [again.id, model.id])
    }

    @Test("two that are asked for at one moment both stand, under names of their own")
    func atOneMoment() async throws {
        let models = try await ModelWorld(hasHistory: false)
        let (world, mei) = (models.world, models.mei)
        @Sendable func ask(_ transaction: Transaction) async throws -> LearnedModel {
            try await transaction.requestTraining(
                as: LearnedModel.ID(), in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        let (first, second) = try await world.database.write(as: mei) { transaction in
            let first = try await ask(transaction)
            let second = Task { try await world.database.write(as: mei) { try await ask($0) } }
            // Only then does the first commit.
            _ = try await world.awaiting {
                try await world.database.reader(as: mei).one(
                    "SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted")("waiting") as Int
            } until: {
                $0 > 0
            }
            return (first, second)
        }
        let today = CalendarDate(Date(), in: .utc)
        #expect(first.version == "learned-\(today)-1")
        #expect(try await second.value.version == "learned-\(today)-2")
        #expect(try await models.models().count == 2)
    }

    @Test("a past that is too small teaches nothing: the model equals the standard one, and says so")
    func tooSmall() async throws {
        let models = try await ModelWorld(hasHistory: false)
        let model = try #require(try await models.trained())
        #expect(model.state == .finished)
        let report = try #require(model.report)
        #expect(report.joined == 0)
        #expect(report.trial == nil)
        #expect(!report.earnsUse)
        try await models.use(model.id)
        let inUse = try await models.world.database.reader(as: models.mei).modelInUse()
        #expect(inUse.version == model.version)
        #expect(inUse.points(isCold: true).map(\.points) == Model.standard.points(isCold: true).map(\.points))
    }

    @Test("a history that ended years ago is learned from as it was then")
    func ended() async throws {
        let models = try await ModelWorld(hasHistory: false)
        let end = try #require(CalendarDate("2021-06-30"))
        try await InventedHistory.bring(into: models.world, until: end)
        let report = try #require(try await models.trained()?.report)
        #expect(report.until <= end)
        #expect(report.joined > 100)
        #expect(report.trial?.day == report.until.adding(days: -183))
        let deals = [-3, 7, 12].map {
            World.Deal(investor: Key(high: 0, low: 1), startup: Key(high: 0, low: 2), day: $0)
        }
        #expect(TrainingInputs.end(of: deals, asOf: 10) == 8)
        #expect(TrainingInputs.end(of: deals, asOf: -9) == -9)
        #expect(TrainingInputs.end(of: [], asOf: 10) == 10)
    }

    @Test("match runs rank by the model in use, and say so; going back is using an earlier one")
    func use() async throws {
        let models = try await ModelWorld()
        let standard = try await models.match.performed()
        #expect(standard.engine == "6 \(Model.standard.version)")
        let model = try #require(try await models.trained())
        let use = try await models.use(model.id)
        #expect(use.version == model.version)
        #expect(use.chosenBy == Cast.mei.person.id)
        #expect(try await models.model(model.id)?.isInUse == true)
        await #expect(throws: ModelRefusal.inUse) { try await models.use(model.id) }

        let learned = try await models.match.performed()
        #expect(learned.engine == "6 \(model.version)")
        #expect(learned.inputsHash != standard.inputsHash)
        #expect(learned.resultsHash != standard.resultsHash)

        // The model in use counts when the run starts, not when it was asked for.
        let asked = try await models.match.request()
        #expect(asked.engine == "6 \(model.version)")
        try await models.use(nil)
        let back = try await models.match.perform(asked.id)
        #expect(back.engine == standard.engine)
        #expect(back.inputsHash == standard.inputsHash)
        #expect(back.resultsHash == standard.resultsHash)
        #expect(try await models.model(model.id)?.isInUse == false)
        #expect(try await models.uses().map(\.version) == [Model.standard.version, model.version])
    }

    @Test("only a trained model of the workspace can be put in use")
    func refused() async throws {
        let models = try await ModelWorld(hasHistory: false)
        await #expect(throws: ModelRefusal.unknown) { try await models.use(LearnedModel.ID()) }
        await #expect(throws: ModelRefusal.inUse) { try await models.use(nil) }
        let asked = try await models.request()
        await #expect(throws: ModelRefusal.untrained) { try await models.use(asked.id) }
        let error = await #expect(throws: DatabaseError.self) {
            try await models.world.database.write(as: .system(in: Cast.harbour.id)) {
                try await $0.insert(ModelUse.ID(), of: asked.id, by: nil)
            }
        }
        #expect(error?.constraint == "a_model_in_use_is_trained")
        let stopped = try await models.world.database.write(as: models.mei) { try await $0.cancelTraining(asked.id) }
        #expect(stopped.state == .cancelled)
        await #expect(throws: ModelRefusal.over) {
            try await models.world.database.write(as: models.mei) { try await $0.cancelTraining(asked.id) }
        }
        await #expect(throws: ModelRefusal.untrained) { try await models.use(asked.id) }
        #expect(try await models.uses().isEmpty)
    }

    @Test("what was learned and what was chosen stay as they were, whoever asks")
    func appendOnly() async throws {
        let models = try await ModelWorld(hasHistory: false)
        let model = try #require(try await models.trained())
        try await models.use(model.id)
        let error = await #expect(throws: DatabaseError.self) {
            try await models.world.database.write(as: .system(in: Cast.harbour.id)) {
                try await $0.execute("UPDATE learned_models SET report = '{}' WHERE id = \(model.id)")
            }
        }
        #expect(error?.constraint == "models_stay_as_they_were_learned")
        for query in ["DELETE FROM model_uses", "UPDATE model_uses SET model_id = NULL", "DELETE FROM learned_models"] {
            await #expect(throws: DatabaseError.self, "\(query)") {
                try await models.world.database.write(as: .system(in: Cast.harbour.id)) {
                    try await $0.execute(Query(unchecked: query))
                }
            }
        }
        // A manager asks and chooses in no name but the own, and learns nothing by hand.
        await #expect(throws: DatabaseError.self) {
            try await models.world.database.write(as: models.mei) {
                try await $0.useModel(nil, as: ModelUse.ID(), by: Cast.tom.person.id)
            }
        }
        await #expect(throws: DatabaseError.self) {
            try await models.world.database.write(as: models.mei) {
                try await $0.requestTraining(as: LearnedModel.ID(), in: Cast.harbour.id, by: nil)
            }
        }
    }

    @Test("nobody else sees a model: no other workspace, no partner, founder, investor or mentor")
    func wall() async throws {
        let models = try await ModelWorld(hasHistory: false)
        let model = try #require(try await models.trained())
        try await models.use(model.id)
        for stranger in [Cast.leo, Cast.kenji, Cast.ada, Cast.jun, Cast.iris, Cast.olga] {
            let context = models.world.context(stranger)
            let reader = models.world.database.reader(as: context)
            #expect(try await reader.learnedModel(model.id) == nil, "\(stranger.part)")
            #expect(try await reader.learnedModels(limit: 10).isEmpty, "\(stranger.part)")
            #expect(try await reader.learnedModel(called: model.version) == nil, "\(stranger.part)")
            #expect(try await reader.modelUses(limit: 10).isEmpty, "\(stranger.part)")
            for table in ["learned_models", "model_uses"] {
                let rows: Int = try await reader.one(Query(unchecked: "SELECT count(*) AS rows FROM \(table)"))("rows")
                #expect(rows == 0, "\(stranger.part) sees \(table)")
            }
        }
        await #expect(throws: ModelRefusal.unknown) {
            try await models.world.database.write(as: models.world.context(Cast.leo)) {
                try await $0.useModel(model.id, as: ModelUse.ID(), by: Cast.leo.person.id)
            }
        }
    }

    @Test("lists of one and of three models cost the same statements")
    func statements() async throws {
        let models = try await ModelWorld(hasHistory: false)
        func cost(_ count: Int) async throws -> Int {
            let before = models.world.database.statistics.statements
            #expect(try await models.models().count == count)
            return models.world.database.statistics.statements - before
        }
        _ = try await models.request()
        let one = try await cost(1)
        _ = try await models.request()
        _ = try await models.request()
        #expect(try await cost(3) == one)
    }

    @Test("an investor that asked to meet a startup is learned from, one that changed its mind is not")
    func interests() async throws {
        let models = try await ModelWorld(hasHistory: false)
        let run = try await models.match.performed()
        try await models.match.release(run.id)
        let list = try #require(try await models.match.lists(run.id, as: Cast.jun).first)
        let startups = try await models.match.items(list.id, as: Cast.jun).prefix(2).map(\.startup.id)
        func answer(_ startup: Startup.ID, _ answer: NewAnswer) async throws {
            _ = try await models.world.database.write(as: models.world.context(Cast.jun)) {
                try await $0.answerShortlistItem(
                    startup, of: list.id, with: answer, as: Answer.ID(), in: Cast.harbour.id, by: Cast.jun.person.id)
            }
        }
        func inputs() async throws -> TrainingInputs {
            try await models.world.database.snapshot(as: .system(in: Cast.harbour.id)) {
                try await $0.trainingInputs(asOf: CalendarDate(Date(), in: .utc))
            }
        }
        let before = try await inputs()
        for startup in startups { try await answer(startup, NewAnswer(.interested)) }
        let both = try await inputs()
        #expect(Set(both.interests.map(\.startup)) == Set(startups.map(\.key)))
        #expect(both.hash() != before.hash())
        try await answer(startups[0], NewAnswer(.pass, because: .team))
        let one = try await inputs()
        #expect(one.interests.map(\.startup) == [startups[1].key])
    }
}

@Suite("Models learned by themselves")
struct ImportedHistoryTests {
    @Test("overnight one is learned if anything has changed, and none of a day on which nothing did")
    func overnight() async throws {
        let models = try await ModelWorld()
        try await models.night()
        let first = try #require(try await models.models().first)
        #expect(first.isAutomatic && first.requestedBy == nil && first.state == .finished)
        try await models.night()
        #expect(try await models.models().map(\.id) == [first.id], "nothing has changed")

        // A deal that was none.
        _ = try await models.world.owner.write(as: .none) {
            try await $0.execute(
                """
                DELETE FROM investments WHERE (tenant_id, id) IN (
                    SELECT tenant_id, id FROM investments WHERE tenant_id = \(Cast.harbour.id) AND introduction_id IS NULL
                    ORDER BY made_on DESC, id LIMIT 1)
                """)
        }
        try await models.night()
        let both = try await models.models()
        #expect(both.count == 2 && both.last?.id == first.id)
        #expect(both.first?.dataHash != first.dataHash)
        let weights = try #require(both.first?.report?.cold)
        #expect(!weights.isEmpty && weights.allSatisfy { $0.current != nil })
        #expect(weights.contains { $0.current != $0.points }, "what it was worth in the standard model")
        let mei = try await Visitor(Cast.mei, in: models.world)
        let page = await mei.open("/console/models/\(try #require(both.first).id)").text
        #expect(page.contains("Then in use") && page.contains("Change"))
    }

    @Test("of no past nothing is learned overnight")
    func noPast() async throws {
        let models = try await ModelWorld(hasHistory: false)
        _ = try await models.world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            for table in ["investments", "shortlist_answers"] {
                try await transaction.execute(Query(unchecked: "DELETE FROM \(table)"))
            }
        }
        try await models.night()
        #expect(try await models.models().isEmpty)
    }

    @Test("one at most waits, and it is put in use because it ranks better than the one in use by more than chance")
    func putInUse() async throws {
        let models = try await ModelWorld()
        let nothing = try await models.learnedNothing()
        try await models.use(nothing.id)
        for _ in 0..<3 { try await models.askForNewHistory() }
        let waiting = try await models.models().filter { $0.id != nothing.id }
        #expect(waiting.map(\.isAutomatic) == [true])
        #expect(waiting.first?.requestedBy == nil)
        let model = try #require(try await models.perform())
        #expect(model.report?.trial?.currentVersion == nothing.version)
        #expect(model.report?.trial?.verdict == .better)
        #expect(model.report?.earnsUse == true)
        #expect(model.isInUse)
        #expect(try await models.uses().map(\.chosenBy) == [nil, Cast.mei.person.id])

        // The same history again teaches nothing new: the old one stays.
        try await models.askForNewHistory()
        let again = try #require(try await models.perform())
        #expect(again.id != model.id)
        #expect(again.report?.trial?.currentVersion == model.version)
        #expect(again.report?.trial?.verdict != .better, "\(String(describing: again.report?.trial))")
        let weights = try #require(again.report?.cold)
        #expect(weights.map(\.points) == model.report?.cold.map(\.points))
        #expect(weights.map(\.current) == weights.map(\.points), "what it took over from is the same")
        #expect(try await models.model(model.id)?.isInUse == true)
    }

    @Test("a gain that may be chance leaves the standard model in use, and the report says so")
    func chance() async throws {
        let models = try await ModelWorld()
        try await models.askForNewHistory()
        let model = try #require(try await models.perform())
        let trial = try #require(model.report?.trial)
        #expect(trial.learned.ndcg > trial.current.ndcg, "a gain")
        #expect(trial.verdict == .even || trial.verdict == .unknown)
        #expect(!model.isInUse)
        #expect(try await models.uses().isEmpty)
        let mei = try await Visitor(Cast.mei, in: models.world)
        #expect(await mei.open("/console/models/\(model.id)").text.contains("so it is not put in use by itself"))
    }

    @Test("without a past to judge it by, the standard model stays in use")
    func nothingLearned() async throws {
        let models = try await ModelWorld(hasHistory: false)
        try await models.askForNewHistory()
        let model = try #require(try await models.perform())
        #expect(model.state == .finished)
        #expect(!model.isInUse)
        #expect(try await models.uses().isEmpty)
    }
}

@Suite("The rule by which a model is put in use by itself")
struct EarnsUseTests {
    private func report(learned: Double, standard: Double, low: Double?, high: Double = 0.3) -> LearnedModel.Report {
        func quality(_ ndcg: Double) -> LearnedModel.Quality { LearnedModel.Quality(ndcg: ndcg, recall: 1 - ndcg) }
        return LearnedModel.Report(
            until: .latest, lessons: 16, pairs: 100, joined: 10, loss: [], steps: [], asks: 0,
            trial: LearnedModel.Trial(
                day: .latest, investors: 5, startups: 20, joined: 10, learned: quality(learned),
                standard: quality(standard), current: quality(0.1), currentVersion: "",
                gain: low.map { LearnedModel.Gain(mean: learned - 0.1, low: $0, high: high) }, reliability: []),
            calibration: nil, evidence: nil, cold: [], warm: [])
    }

    @Test("is to rank better than the model in use by more than chance, and better than the standard model")
    func rule() {
        #expect(report(learned: 0.2, standard: 0.1, low: 0.01).earnsUse)
        #expect(!report(learned: 0.2, standard: 0.1, low: -0.01).earnsUse, "a gain that may be chance")
        #expect(!report(learned: 0.2, standard: 0.1, low: 0).earnsUse)
        #expect(!report(learned: 0.2, standard: 0.1, low: nil).earnsUse, "too few to tell")
        #expect(!report(learned: 0.2, standard: 0.3, low: 0.01).earnsUse)
        #expect(!report(learned: 0.2, standard: 0.2, low: 0.01).earnsUse)
    }

    @Test("calls a difference chance unless its whole interval lies on one side")
    func verdicts() {
        #expect(report(learned: 0.2, standard: 0.1, low: 0.01).trial?.verdict == .better)
        #expect(report(learned: 0.2, standard: 0.1, low: -0.01).trial?.verdict == .even)
        #expect(report(learned: 0.2, standard: 0.1, low: -0.3, high: -0.1).trial?.verdict == .worse)
        #expect(report(learned: 0.2, standard: 0.1, low: nil).trial?.verdict == .unknown)
    }

    @Test("reads what was kept before there was an interval")
    func earlier() throws {
        let kept = try JSONEncoder().encode(report(learned: 0.2, standard: 0.1, low: nil))
        #expect(!String(decoding: kept, as: UTF8.self).contains("gain"))
        #expect(try JSONDecoder().decode(LearnedModel.Report.self, from: kept).trial?.verdict == .unknown)
    }
}
