import API
import Accounts
import DemoWorld
import Eligibility
import Forms
import Foundation
import Pages
import Postgres
import TestWorld
import Testing
import Vocabulary
import Wording

@testable import Programs

/// What a stream is designed to require, and how calls begin with it.
@Suite("Conditions of designs and presets")
struct DesignConditionTests {
    private let tenant = Cast.harbour.id
    private let general: ProgramStream.ID = demoID("stream incubation general")
    private let fintech: ProgramStream.ID = demoID("stream acceleration fintech")
    private let staff = #"{"at_least":[{"fact":"full_time_staff"},3]}"#

    private func draft(in stream: ProgramStream.ID, _ world: World) async throws -> CallForApplications.ID {
        let id = CallForApplications.ID()
        let draft = try CallDraft(
            stream: stream, title: LocalizedName(en: "Autumn intake"), opensAt: Date.now.addingTimeInterval(-3_600),
            deadline: Deadline(Date.now.addingTimeInterval(864_000), in: .hongKong), questions: [])
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.draftCall(draft, as: id, in: tenant)
        }
        return id
    }

    private func body(_ rules: [String], id: String? = nil) -> String {
        let conditions = rules.map { rule in
            #"{\#(id.map { #""id":"\#($0)","# } ?? "")"name":{"en":"Staff","ja":"人員"},"blocks":true,"rule":\#(rule)}"#
        }
        return #"{"form":[],"rubric":[],"rounds":[],"conditions":[\#(conditions.joined(separator: ","))]}"#
    }

    @Test("a call begins with what its stream is designed to require, and may differ from then on")
    func drafting() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/v1/streams/\(general)/design"
        let tag = try #require(await mei.ask("GET", place).header("ETag"))
        let designed = await mei.ask("PUT", place, json: body([staff]), headers: [("If-Match", tag)])
        #expect(designed.status == 200, "\(designed.text)")
        let reader = world.database.reader(as: world.context(Cast.mei))
        let required = try #require(try await reader.design(of: general)).required
        #expect(required.map(\.name.description) == ["Staff"])

        let call = try await draft(in: general, world)
        #expect(try await reader.conditions(of: call) == required)
        // By the form of the console, too.
        let opens = LocalTime(Date.now.addingTimeInterval(86_400), in: .hongKong).field
        let closes = LocalTime(Date.now.addingTimeInterval(864_000), in: .hongKong).field
        let sent = await mei.send(
            "/console/streams/\(general)/calls/new",
            [
                ("title.en", "By form"), ("opens_at", opens), ("closes_at", closes), ("time_zone", "Asia/Hong_Kong"),
                ("grace_minutes", "0"), ("questions.0.prompt.en", "Why?"),
            ])
        #expect(sent.status == 303, "\(sent.text)")
        let drawn = try #require(try await reader.calls(of: general).first { $0.title.description == "By form" })
        #expect(try await reader.conditions(of: drawn.id) == required)

        // The call's are its own: neither follows the other.
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.reviseConditions(of: call, in: tenant) { _ in [] }
        }
        #expect(try await reader.design(of: general)?.required == required)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.reviseConditions(designedFor: general, in: tenant) { _ in [] }
        }
        #expect(try await reader.conditions(of: drawn.id) == required)
        #expect(try await reader.conditions(of: try await draft(in: general, world)).isEmpty)
    }

    @Test("a rule that cannot be asked is refused with a pointer to its term, and a design is replaced whole")
    func faults() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/v1/streams/\(general)/design"
        let tag = try #require(await mei.ask("GET", place).header("ETag"))
        func put(_ json: String) async -> Outgoing {
            await mei.ask("PUT", place, json: json, headers: [("If-Match", tag)])
        }
        let wrong = await put(body([staff, #"{"at_least":[{"fact":"full_time_staff"},{"basis_points":5}]}"#, "5"]))
        #expect(wrong.status == 422)
        #expect(
            wrong.problem?.errors.map(\.pointer) == ["/conditions/1/rule/at_least", "/conditions/2/rule"],
            "\(wrong.text)")
        let unread = await put(body([#"{"sql":"SELECT 1"}"#]))
        #expect([400, 422].contains(unread.status))
        #expect(unread.problem?.errors.first?.pointer.hasPrefix("/conditions/0/rule") == true, "\(unread.text)")
        // What was a note is no rule.
        let note = await put(
            #"{"form":[],"rubric":[],"rounds":[],"conditions":[{"fact":"company_age_months","at_most":24}]}"#)
        #expect([400, 422].contains(note.status), "\(note.text)")
        let twice = await put(body([staff, staff], id: "33a8b1f0-1875-5912-b8d8-27cc32d86371"))
        #expect(twice.problem?.errors.map(\.pointer) == ["/conditions/1/id"], "\(twice.text)")
        let many = await put(body(Array(repeating: staff, count: 41)))
        #expect(many.problem?.errors.map(\.pointer) == ["/conditions"], "\(many.text)")
        // Each fault is told where it stands in what was sent.
        let form = await put(
            #"{"form":[{"prompt":{"en":"A?"}},{"prompt":{"en":"B?"},"kind":"choice"}],"rubric":[],"rounds":[]"#
                + #","conditions":[],"closing":{"month":2,"day":30,"hour":9,"minute":0,"zone":"Asia/Tokyo"}}"#)
        #expect(form.problem?.errors.map(\.pointer) == ["/form/1/settings/options", "/closing/day"], "\(form.text)")
        // A rule of so many long words that no call could keep it.
        let words = (0..<100).map { #"{"text":"\#(String(repeating: "w", count: 195))\#($0)"}"# }
        let rule = #"{"one_of":[{"fact":"project"},[\#(words.joined(separator: ","))]]}"#
        let large = await put(body([rule]))
        #expect(large.status == 422 && large.problem?.errors.map(\.pointer) == ["/conditions"], "\(large.text)")
        #expect(try await world.database.reader(as: world.context(Cast.mei)).design(of: general) == nil)
    }

    @Test("the database keeps no condition of a design that a call could not begin with")
    func wall() async throws {
        let world = try await World()
        let fine = #"{"id": "1", "name": {"en": "N"}, "rule": true, "blocks": true}"#
        for unfit in [
            #"[{"fact": "company_age_months"}]"#, "[1]", #"["rule"]"#, "[\(fine), \(fine)]",
            #"[{"id": "1", "name": {}, "rule": true, "blocks": true}]"#,
        ] {
            let wall = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { transaction in
                    try await transaction.execute(
                        """
                        UPDATE stream_designs SET conditions = \(unfit)::jsonb WHERE stream_id = \(fintech)
                        """)
                }
            }
            #expect(wall?.constraint == "designed_conditions_can_be_asked", "\(unfit)")
        }
    }

    @Test("a manager adds a template to a design, changes its number, sees what is wrong, and removes it")
    func console() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/console/streams/\(general)/conditions"
        #expect(await mei.open("/console/streams/\(general)").text.contains(place))
        #expect(await mei.open("/console/streams/\(general)").text.contains("/console/streams/\(general)/calls/new"))
        #expect(await mei.open("/console/streams/\(general)/design").text.contains(place))
        #expect(await mei.open(place).text.contains("\(place)/new?template=company-age"))
        let form = await mei.open("\(place)/new?template=company-age")
        #expect(form.status == 200 && form.text.contains("months_since"), "\(form.text)")
        let rule = #"{"at_most":[{"months_since":{"fact":"incorporated_on"}},24]}"#
        let name = [("name.en", "Young"), ("name.zh-Hant", ""), ("name.ja", "若い会社")]
        let added = await mei.send(
            "\(place)/new",
            name + [("blocks", "true"), ("rule", rule), ("numbers.0.value", "36"), ("numbers.0.was", "24")])
        #expect(added.status == 303 && added.header("Location") == "\(place)?done=added", "\(added.text)")
        let reader = world.database.reader(as: world.context(Cast.mei))
        let kept = try #require(try await reader.design(of: general)?.required.first)
        #expect(kept.rule.term.constants.map(\.value) == [.integer(36)] && kept.blocks)
        #expect(await mei.open("\(place)?done=added").text.contains("at most 36 months"))
        #expect(await mei.open("/console/streams/\(general)").text.contains("at most 36 months"))

        let broken = await mei.send("\(place)/\(kept.id)/edit", name + [("rule", #"{"fact":"colour"}"#)])
        #expect(broken.status == 422 && broken.text.contains("/fact: There is no fact"), "\(broken.text)")
        #expect(await mei.open("\(place)/\(CallCondition.ID())/edit").status == 404)
        let edited = await mei.send("\(place)/\(kept.id)/edit", name + [("rule", rule)])
        #expect(edited.status == 303, "\(edited.text)")
        #expect(try await reader.design(of: general)?.required.map(\.blocks) == [false])

        // The form of the rest leaves them alone.
        let page = await mei.open("/console/streams/\(general)/design")
        let version = try #require(page.text.firstMatch(of: /name="version" value="([^"]+)"/)).1
        let saved = await mei.send(
            "/console/streams/\(general)/design",
            [("version", String(version).replacing("&quot;", with: "\"")), ("places", "9")])
        #expect(saved.status == 303, "\(saved.text)")
        #expect(try await reader.design(of: general)?.places == 9)
        #expect(try await reader.design(of: general)?.required.map(\.id) == [kept.id])

        #expect(await mei.send("\(place)/\(kept.id)/removal").status == 303)
        #expect(try await reader.design(of: general)?.conditions.isEmpty == true)
        #expect(await mei.open("/console/streams/\(ProgramStream.ID())/conditions").status == 404)
        for member in [Cast.ada, Cast.kenji] {
            #expect(await (try await Visitor(member, in: world)).open(place).status == 403)
        }
    }

    @Test("a stream that has ended keeps its conditions as they are")
    func ended() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let reason = try ShortText("The theme is done.")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            for call in try await transaction.calls(of: fintech) {
                _ = try await transaction.cancelCall(call.id, because: reason, by: Cast.mei.person.id)
            }
            _ = try await transaction.endStream(fintech, because: reason, by: Cast.mei.person.id)
        }
        let place = "/console/streams/\(fintech)/conditions"
        let page = await mei.open(place)
        #expect(page.text.contains("its design stands") && !page.text.contains("\(place)/new"))
        let refused = await mei.send("\(place)/new", [("name.en", "Late"), ("rule", staff)])
        #expect(refused.status == 409, "\(refused.text)")
    }

    @Test("a cloned stream is designed to require the same")
    func cloned() async throws {
        let world = try await World()
        let made = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.clone(.stream(fintech), in: tenant)
        }
        let copy = try #require(made.streams.first?.id)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let required = try #require(try await reader.design(of: fintech)).required
        #expect(required.count == 2)
        #expect(try await reader.design(of: copy)?.required == required)
    }

    // MARK: Presets

    private static let today = Day("2026-06-01") ?? Day(0)

    /// A company that every preset takes: ten months old, of Hong Kong, technical, without other money.
    private static let eligible: DeclaredFacts = [
        "incorporated_on": .date(Day("2025-08-01") ?? Day(0)), "incorporated_in": .country("HK"),
        "full_time_staff": .integer(4), "technical_staff": .integer(2), "technical_equity": .percent(1_000),
        "project": .text("Kelp sensors"), "awards": .awards([]),
    ]

    private static func with(_ changes: DeclaredFacts) -> DeclaredFacts {
        eligible.merging(changes) { $1 }
    }

    private static let again = Award(scheme: "Elsewhere", project: "kelp  SENSORS", from: Day("2026-01-01"))

    /// By preset: facts that one condition is not met by, with its name.
    private static let ineligible: [(preset: String, facts: DeclaredFacts, unmet: [String])] = [
        ("ideation", with(["incorporated_on": .date(Day("2024-04-30") ?? Day(0))]), ["Young company"]),
        ("ideation", with(["incorporated_in": .country("JP")]), ["Incorporated in Hong Kong"]),
        (
            "ideation", with(["awards": .awards([Award(scheme: "Seed", from: nil)])]),
            ["Programs of one funding source"]
        ),
        ("co-ideation-university", with(["awards": .awards([again])]), ["No other award for the same project"]),
        ("incubation", with(["full_time_staff": .integer(1), "technical_staff": .integer(1)]), ["Full-time staff"]),
        ("incubation", with(["technical_staff": .integer(1)]), ["Technical staff"]),
        ("incubation", with(["technical_equity": .percent(999)]), ["Equity of the technical team"]),
        (
            "incubation", with(["incorporated_on": .date(Day("2026-06-02") ?? Day(0))]),
            ["Incorporated by the day you apply"]
        ),
        (
            "incubation",
            with(["awards": .awards([Award(scheme: "incubation", project: "Kelp sensors", until: Day("2025-12-31"))])]),
            ["One award per program and project"]
        ),
        ("incu-bio", with(["incorporated_on": .date(Day("2024-01-01") ?? Day(0))]), ["Young company"]),
        ("incu-bio", with(["full_time_staff": .integer(1)]), ["Full-time staff"]),
        ("cip-weights", with(["incorporated_in": .country("JP")]), ["Incorporated by the day you apply"]),
        (
            "acceleration-bank", with(["incorporated_on": .date(Day("2026-07-01") ?? Day(0))]),
            ["Incorporated by the day you apply"]
        ),
    ]

    @Test("the rules of every preset can be asked, are said in three languages, and decide")
    func presets() throws {
        #expect(Set(Self.ineligible.map(\.preset)) == Set(Preset.all.map(\.name)))
        for file in Preset.files {
            let preset = try Preset.read(file)
            let name = file.deletingPathExtension().lastPathComponent
            for design in preset.streams.map(\.design) {
                try design.check()
                #expect(!design.conditions.isEmpty, "\(name)")
                let required = try design.conditions.map { try $0.condition() }
                #expect(Set(required.map(\.id)).count == required.count)
                for condition in required {
                    #expect(condition.name.languages.count == 3 && condition.explanation?.languages.count == 3)
                    for language in [Pages.Language.english, .chinese, .japanese] {
                        let words = ConditionWords(in: language)
                        let said = condition.rule.demands.map(words.requirement)
                        #expect(!said.isEmpty && said.allSatisfy { !$0.contains("⟦") && !$0.contains("{") }, "\(said)")
                    }
                    let finding = condition.rule.finding(on: Self.today, facts: Self.eligible)
                    #expect(finding.verdict == .met, "\(name): \(condition.name)")
                    // Nobody is found eligible, or not, of whom nothing is known.
                    #expect(condition.rule.finding(on: Self.today, facts: [:]).verdict == .unknown)
                }
                for (_, facts, unmet) in Self.ineligible.filter({ $0.preset == name }) {
                    let found = required.filter { $0.rule.finding(on: Self.today, facts: facts).verdict == .notMet }
                    #expect(found.map(\.name.description) == unmet, "\(name)")
                }
            }
        }
    }

    @Test(
        "forms of presets ask nothing that their conditions have declared, and take as many papers as there are people")
    func once() throws {
        for (name, preset) in Preset.all {
            let design = try #require(preset.streams.first).design
            let asked = design.form.map { $0.prompt.text(for: .english) }
            let declared = Set(design.required.flatMap(\.rule.facts).compactMap(ApplicantFact.init))
            #expect(declared.isSuperset(of: [.incorporatedOn, .project, .awards]))
            let phrases: [ApplicantFact: [String]] = [
                .incorporatedOn: ["incorporated", "On which day"], .fullTimeStaff: ["work full time"],
                .technicalStaff: ["technical posts"], .awards: ["received"], .holders: ["Who owns"],
            ]
            for phrase in declared.flatMap({ phrases[$0] ?? [] }) {
                #expect(!asked.contains { $0.contains(phrase) }, "\(name): \(phrase)")
            }
            let team = try #require(design.form.first { $0.kind == .people }?.settings?.most)
            let papers = try #require(design.form.first { $0.prompt.text(for: .english).hasPrefix("CVs") }?.files)
            #expect(papers.most >= team)
        }
    }

    @Test("a team without a company may apply for ideation, and not for incubation")
    func teams() throws {
        var team = Self.eligible
        (team["incorporated_on"], team["incorporated_in"]) = (nil, nil)
        func blocked(by name: String) throws -> [String] {
            let design = try #require(Preset.named(name)?.streams.first).design
            return design.required.filter { condition in
                condition.blocks && condition.rule.finding(on: Self.today, facts: team).verdict != .met
            }.map(\.name.description)
        }
        #expect(try blocked(by: "ideation").isEmpty)
        #expect(try blocked(by: "co-ideation-university").isEmpty)
        #expect(try blocked(by: "incubation") == ["Young company", "Incorporated by the day you apply"])
    }
}
