import API
import Accounts
import Applications
import DemoWorld
import Eligibility
import Forms
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

/// The forms of presets, asked and answered as a park and a startup would.
@Suite("The forms of presets")
struct PresetFormTests {
    private static let names = [
        "acceleration-bank", "cip-weights", "co-ideation-university", "ideation", "incu-bio", "incubation",
    ]
    private let tenant = Cast.harbour.id

    /// A published call of a preset's first stream, with the form and the conditions that it is designed with.
    private func call(of preset: Preset, in world: World) async throws -> (CallForApplications, StreamDesign) {
        let (program, id) = (Program.ID(), CallForApplications.ID())
        let mei = world.context(Cast.mei)
        try await world.database.write(as: mei) { transaction in
            _ = try await transaction.addProgram(from: preset, as: program, in: tenant)
        }
        let reader = world.database.reader(as: mei)
        let stream = try #require(try await reader.streams(of: program).first)
        let design = try #require(try await reader.design(of: stream.id))
        let published = try await world.database.write(as: mei) { transaction in
            let opens = Date.now.addingTimeInterval(-86_400)
            // A rolling one runs as it is designed to.
            let rolling = design.closing?.cutoffs == nil ? nil : design.closing?.window(from: opens)
            let draft = CallDraft(
                stream: stream.id, title: try LocalizedName(en: "First call"), opensAt: opens,
                deadline: rolling.map { Deadline($0.closes, in: .hongKong, graceSeconds: 60) }
                    ?? Deadline(Date.now.addingTimeInterval(864_000), in: .hongKong),
                questions: design.form.map(\.question),
                cutoffs: rolling?.cutoffs.map { $0.instant(in: .hongKong) } ?? [])
            _ = try await transaction.draftCall(draft, as: id, in: tenant)
            return try await transaction.publishCall(id, by: Cast.mei.person.id)
        }
        return (published, design)
    }

    /// An answer of the question's kind; of options, those because of which more is asked.
    private func answer(to question: CallForApplications.Question, of call: CallForApplications) -> String {
        let wanted = call.questions.lazy.compactMap {
            $0.condition?.comparisons.first { $0.question == question.id.uuid }
        }
        func cell(_ column: Field.Column) -> String {
            switch column.kind {
            case .number: "40"
            case .money: "HKD 120000"
            case .date: "2027-03-01"
            default: "Kelp"
            }
        }
        switch question.kind {
        case .shortText: return "Engineering"
        case .longText: return "We know harbours, and harbours know us."
        case .number: return question.settings.lowest == "1950" ? "2019" : "4"
        case .money: return "HKD 120000"
        case .date: return "2026-03-01"
        case .link: return "https://example.org/"
        case .choice: return wanted.first?.texts.last ?? question.settings.options?.first?.key ?? ""
        case .choices: return question.takes.text(ofChoices: wanted.first?.texts ?? ["own"])
        case .people, .rows:
            let columns = question.takes.allColumns.filter(\.isRequired).map { "\"\($0.key)\":\"\(cell($0))\"" }
            let row = "{\(columns.joined(separator: ","))}"
            return "[\(Array(repeating: row, count: max(1, question.settings.fewest ?? 1)).joined(separator: ","))]"
        }
    }

    @Test(
        "use every kind of question they have a use for, and ask something later and something of named rounds only",
        arguments: names)
    func kinds(name: String) throws {
        let form = try #require(Preset.named(name)?.streams.first?.design.form)
        let kinds = Set(form.map { $0.kind ?? .longText })
        #expect(kinds.isSuperset(of: [.people, .number, .money, .choice, .link, .rows, .longText]))
        #expect(form.contains { $0.files != nil } && form.contains { $0.condition != nil })
        #expect(form.count { $0.section != nil } >= 4 && form.first?.section != nil)
        #expect(form.contains { $0.fromRound == 2 })
        #expect(Set(form.map { $0.audience ?? .reviewers }) == [.reviewers, .namedReviewers, .managers])
        let people = form.filter { $0.kind == .people || $0.kind == .link }
        #expect(people.allSatisfy { $0.audience == .namedReviewers }, "a blind round would read who they are")
        for question in form {
            let options = (question.settings?.options ?? []).map(\.label)
            let labels = options + (question.settings?.columns ?? []).compactMap(\.label)
            let words = labels + [question.hint, question.section?.title, question.section?.intro].compactMap(\.self)
            #expect(words.allSatisfy { $0.languages.count == 3 }, "\(question.prompt)")
        }
    }

    @Test("let founders who belong to a university in two ways say so, and then ask when they graduated")
    func belonging() async throws {
        let preset = try #require(Preset.named("co-ideation-university"))
        let form = try await call(of: preset, in: try await World()).0.questions
        let tie = try #require(form.first { $0.kind == .choices })
        let year = try #require(form.first { $0.condition?.comparisons.first?.question == tie.id.uuid })
        func isAsked(_ ties: [String]) -> Bool {
            form.asked([tie.id: tie.takes.text(ofChoices: ties)], naming: []).contains(year.id)
        }
        #expect(isAsked(["staff", "alumnus"]) && !isAsked(["staff", "student"]))
    }

    @Test(
        "are drafted, published, answered and handed in; what is of another kind is refused at its question",
        arguments: names)
    func appliedTo(name: String) async throws {
        let world = try await World()
        let preset = try #require(Preset.named(name))
        let (call, design) = try await call(of: preset, in: world)
        let ravi = try await Visitor(Cast.ravi, in: world)
        let begun = await ravi.ask("POST", "/v1/calls/\(call.id)/applications")
        #expect(begun.status == 201, "\(begun.text)")
        let place = try #require(begun.header("Location"))
        let id = try #require(try begun.json()["id"]?.text.flatMap { Application.ID($0) })

        var texts: [CallForApplications.Question.ID: String] = [:]
        let first = call.questions.filter { $0.fromRound == nil }
        for question in first where question.files == nil && first.asked(texts, naming: []).contains(question.id) {
            texts[question.id] = answer(to: question, of: call)
        }
        let conditional = first.filter { $0.condition != nil }
        #expect(conditional.contains { texts[$0.id] != nil })
        let wrong = try #require(first.first { $0.kind == .number && texts[$0.id] != nil })
        try await save(texts.merging([wrong.id: "many"]) { $1 }, of: id, in: world)
        for question in first where question.files != nil {
            let ending = question.files?.accepted.first ?? "pdf"
            #expect(ending == "pdf")
            let sent = await ravi.ask(
                "POST", "\(place)/documents?question=\(question.id)&filename=paper.pdf",
                json: "%PDF-1.7\n\(question.position)\n%%EOF\n", as: "application/octet-stream")
            #expect(sent.status == 201, "\(sent.text)")
        }
        try await declare(of: id, in: world)
        let refused = await ravi.ask("POST", "\(place)/submission")
        #expect(refused.problem?.errors.map(\.pointer) == ["/answers/\(wrong.id)"], "\(refused.text)")
        try await save([wrong.id: "4"], of: id, in: world)
        let handedIn = await ravi.ask("POST", "\(place)/submission")
        #expect(handedIn.status == 200, "\(handedIn.text)")

        // What a rolling one takes in belongs to the batch that is cut off next.
        #expect((call.window == .rolling) == (name == "incubation"))
        if call.window == .rolling {
            let batch = try #require(call.batch(at: .now))
            #expect(call.batches.count >= 2 && batch.closesAt > .now)
        }

        // What it is judged by is the rubric of the same design.
        let mei = try await Visitor(Cast.mei, in: world)
        let round = try await mei.ask("GET", "/v1/calls/\(call.id)/planned-round").json()
        let criteria = try #require(round["criteria"]?.elements)
        #expect(criteria.count == design.rubric.count && criteria.count >= 4)
        #expect(criteria.allSatisfy { $0["anchors"]?.members?.isEmpty == false })
        #expect(criteria.map { $0["weight"] } == design.rubric.map { JSON(integerLiteral: $0.weight) })
    }

    private func save(
        _ texts: [CallForApplications.Question.ID: String], of id: Application.ID, in world: World
    ) async throws {
        let edits = try texts.mapValues { AnswerEdit(try LongText($0)) }
        let saved = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.saveAnswers(edits, of: id, by: Cast.ravi.person.id)
        }
        #expect(saved.conflicts.isEmpty)
    }

    private func declare(of id: Application.ID, in world: World) async throws {
        let incorporated = CalendarDate(Date.now.addingTimeInterval(-300 * 86_400), in: .hongKong)
        let day = try #require(Day(year: incorporated.year, month: incorporated.month, day: incorporated.day))
        _ = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.saveFacts(of: id, by: Cast.ravi.person.id) { known in
                var facts = known.facts
                facts[.incorporatedOn] = .date(day)
                facts[.incorporatedIn] = .country("HK")
                facts[.fullTimeStaff] = .integer(4)
                facts[.technicalStaff] = .integer(3)
                facts[.technicalEquity] = .percent(4_000)
                facts[.project] = .text("Kelp")
                facts[.awards] = .awards([])
                return facts
            }
        }
    }
}
