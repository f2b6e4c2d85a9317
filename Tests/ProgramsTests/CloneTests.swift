import API
import Accounts
import DemoWorld
import Eligibility
import Forms
import Foundation
import Institutions
import Partnerships
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Programs

@Suite("Taking a program into the next year, and beginning from a preset")
struct CloneTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let acceleration: Program.ID = demoID("program acceleration")
    private let fintech: ProgramStream.ID = demoID("stream acceleration fintech")

    @Test("the years that a text names move along, and no other number")
    func years() {
        #expect(YearLater.text("Incubation intake 2026") == "Incubation intake 2027")
        #expect(YearLater.text("2026/27 intake, 20260 places") == "2027/28 intake, 20260 places")
        #expect(YearLater.text("1999–00") == "2000–01")
        #expect(YearLater.text("培育計劃 2026 第 3 期") == "培育計劃 2027 第 3 期")
        #expect(YearLater.text("2026-12 and 5G") == "2027-12 and 5G")
    }

    @Test("a moment stands a year later at the same local time, a leap day on the last of February")
    func moments() throws {
        func later(_ local: String, _ zone: TimeZoneName) throws -> String {
            let time = try #require(LocalTime(local))
            return LocalTime(YearLater.moment(time.instant(in: zone), in: zone), in: zone).description
        }
        #expect(try later("2028-02-29T12:00:00", .hongKong) == "2029-02-28T12:00:00")
        #expect(try later("2027-03-01T18:00:00", .tokyo) == "2028-03-01T18:00:00")
        // The clock of London is changed on another day each year; the time on it is the same.
        let london = try #require(TimeZoneName("Europe/London"))
        #expect(try later("2026-03-28T12:00:00", london) == "2027-03-28T12:00:00")
    }

    @Test("a text names years close to its own, eras and days, in three languages, and no other number")
    func mentions() {
        func says(_ text: String) -> [String] { DatedText.mentions(in: text, years: 2025...2028) }
        #expect(says("Founded by 31 March 2026, for the 2026/27 intake") == ["31 March", "2026"])
        #expect(says("On June 30th, or Sept. 1") == ["June 30th", "Sept. 1"])
        #expect(says("2026年3月31日或之前") == ["2026", "3月31日"])
        #expect(says("令和8年4月１日まで、２０２７年度") == ["令和8年", "4月１日", "２０２７"])
        #expect(says("2000 characters, 20260 places, since 1997; you may 3 times; 12026") == [])
    }

    @Test("a rule moves along every day that stands in it, wherever, and nothing else")
    func rules() throws {
        func rule(_ json: String) throws -> Term { try JSON(parsing: Array(json.utf8)).decode(Term.self) }
        let before = #"""
            {"all":[{"at_least":[{"fact":"incorporated_on"},{"date":"2024-02-29"}]},
            {"any":[{"at_most":[{"months_since":{"fact":"incorporated_on"}},24]},
            {"not":{"at_most":[{"fact":"incorporated_on"},{"date":"2020-04-01"}]}}]}]}
            """#
        let after = before.replacing("2024-02-29", with: "2025-02-28").replacing("2020-04-01", with: "2021-04-01")
        let moved = try rule(before).replacingDays { day in
            let parts = day.parts
            return Day(year: parts.year + 1, month: parts.month, day: min(parts.day, parts.month == 2 ? 28 : 31)) ?? day
        }
        #expect(try moved == rule(after))
    }

    @Test("the days that a call's form and rules name move along; texts that name a year are listed and stay")
    func dates() async throws {
        let world = try await World()
        let (id, general) = (CallForApplications.ID(), demoID("stream incubation general") as ProgramStream.ID)
        let opens = Date.now.addingTimeInterval(86_400)
        let year = CalendarDate(opens, in: .hongKong).year
        func day(_ year: Int, _ month: Int) throws -> CalendarDate {
            try #require(CalendarDate(year: year, month: month, day: 1))
        }
        let (start, why) = (CallForApplications.Question.ID(), CallForApplications.Question.ID())
        var bounds = Field.Settings()
        (bounds.earliest, bounds.latest) = (try day(year, 3), try day(year, 6))
        let draft = try CallDraft(
            stream: general, title: LocalizedName(en: "Intake \(year)"), opensAt: opens,
            deadline: Deadline(opens.addingTimeInterval(30 * 86_400), in: .hongKong),
            questions: [
                CallDraft.Question(
                    id: start, prompt: LocalizedLine(en: "When do you start?"),
                    hint: LocalizedLine(en: "In \(year) or later", zhHant: "\(year)年或之後"), field: Field(.date, bounds)),
                CallDraft.Question(
                    id: why, prompt: LocalizedLine(en: "Why so early?"),
                    condition: .isAny(start.uuid, of: [day(year, 3).description])),
            ])
        let rule = Term.compare(
            .atLeast, .fact("incorporated_on"), .literal(.date(try #require(Day(year: year - 2, month: 4, day: 1)))))
        let condition = try CallCondition(
            id: .init(), name: LocalizedName(en: "Young"), explanation: LocalizedText(en: "Since April \(year - 2)."),
            checking: rule, blocks: true)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: id, in: tenant)
            _ = try await transaction.reviseConditions(of: id, in: tenant) { _ in [condition] }
        }
        let park = try await Visitor(Cast.mei, in: world)
        let plan = try await park.ask("POST", "/v1/calls/\(id)/clone", json: #"{"dry_run": true}"#).json()
        let drafted = try #require(plan["calls"]?.elements?.first)
        #expect(
            drafted["moved"]?.elements?.compactMap { $0["part"]?.text } == ["earliest", "latest", "condition", "rule"],
            "\(plan)")
        #expect(drafted["moved"]?.elements?.last?["to"]?.text == "\(year - 1)-04-01")
        let check = try #require(drafted["to_check"]?.elements)
        #expect(check.compactMap { $0["language"]?.text } == ["en", "zh-Hant"], "\(check)")
        #expect(check.allSatisfy { $0["part"]?.text == "hint" && $0["question"]?.text == start.description })
        #expect(check.first?["says"]?.elements?.compactMap(\.text) == ["\(year)"])
        let page = await park.open("/console/calls/\(id)/clone")
        #expect(page.text.contains("Look at the text") && page.text.contains("Young"), "\(page.text.suffix(2000))")

        let made = try await park.ask("POST", "/v1/calls/\(id)/clone", json: "{}").json()
        let copy = try #require(
            made["calls"]?.elements?.first?["id"]?.text.flatMap { CallForApplications.ID($0) })
        let reader = world.database.reader(as: world.context(Cast.mei))
        let (call, source) = (try #require(try await reader.call(copy)), try #require(try await reader.call(id)))
        #expect(try call.questions.first?.settings.earliest == day(year + 1, 3))
        #expect(try call.questions.first?.settings.latest == day(year + 1, 6))
        #expect(try call.questions.last?.condition == .isAny(start.uuid, of: [day(year + 1, 3).description]))
        #expect(call.questions.first?.hint == source.questions.first?.hint)
        let required = try await reader.conditions(of: copy)
        #expect(required.map(\.rule.term.description) == ["at_least(incorporated_on, \(year - 1)-04-01)"])
        #expect(required.map(\.name) == [condition.name] && required.map(\.blocks) == [true])
        // The source is as it was.
        #expect(source.questions.first?.settings == bounds)
        #expect(try await reader.conditions(of: id) == [condition])
    }

    @Test("a design's rubric, rounds, milestones and wishes that name a year are listed, too")
    func designedTexts() throws {
        var design = StreamDesign.blank
        design.rubric = [
            StreamDesign.Criterion(
                name: try LocalizedName(en: "Plan for 2026"), guidance: try LocalizedText(en: "By 31 March."),
                weight: 100,
                anchors: ["1": try LocalizedLine(en: "None"), "5": try LocalizedLine(ja: "令和8年に黒字")])
        ]
        design.rounds = [
            .init(name: try LocalizedName(en: "Panel 2026"), isBlind: false, reviewsWanted: 2, days: 14)
        ]
        design.milestones = try LocalizedText(en: "A prototype by 2027.")
        design.panelHints = try LongText("Whoever sat in 2025.")
        let found = design.written(in: 2026).toCheck
        #expect(found.map(\.part) == [.criterion, .guidance, .anchors, .round, .milestones, .panelHints])
        #expect(found.map(\.language) == [.english, .english, .japanese, .english, .english, nil])
        #expect(design.written(in: 2040).toCheck.map(\.part) == [.guidance, .anchors])
    }

    @Test("nothing is said of questions that do not come along with their stream")
    func droppedQuestions() async throws {
        let world = try await World()
        let (source, other) = (CallForApplications.ID(), ProgramStream.ID())
        let opens = Date.now.addingTimeInterval(86_400)
        let year = CalendarDate(opens, in: .hongKong).year
        let draft = try CallDraft(
            stream: fintech, title: LocalizedName(en: "Both"), opensAt: opens,
            deadline: Deadline(opens.addingTimeInterval(30 * 86_400), in: .hongKong),
            questions: [
                CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Plans for \(year)?")),
                CallDraft.Question(
                    id: .init(), prompt: LocalizedLine(en: "Laboratory in \(year)?"), streams: [other]),
            ],
            offered: [fintech, other].map { CallDraft.Offered($0) })
        let reason = try ShortText("Merged")
        let plan = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.addStream(
                NewStream(program: acceleration, name: LocalizedName(en: "Wet labs"), focusAreas: [], partners: []),
                as: other, in: tenant)
            _ = try await transaction.draftCall(draft, as: source, in: tenant)
            let both = try await transaction.planClone(of: .call(source), now: transaction.now)
            #expect(both.calls.first?.toCheck.count == 2)
            _ = try await transaction.endStream(other, because: reason, by: mei)
            return try await transaction.planClone(of: .call(source), now: transaction.now)
        }
        #expect(plan.calls.first?.toCheck.map(\.text) == ["Plans for \(year)?"])
    }

    @Test("a cloned stream's design has the days of its rules a year later")
    func designedDates() async throws {
        let world = try await World()
        let condition = try CallCondition(
            id: .init(), name: LocalizedName(en: "Young"),
            checking: .compare(
                .atLeast, .fact("incorporated_on"), .literal(.date(try #require(Day(year: 2024, month: 4, day: 1))))),
            blocks: false)
        let made = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.reviseConditions(designedFor: fintech, in: tenant) { _ in [condition] }
            return try await transaction.clone(.stream(fintech), in: tenant)
        }
        let stream = try #require(made.streams.first)
        #expect(stream.moved.map(\.to.description) == ["2025-04-01"])
        let reader = world.database.reader(as: world.context(Cast.mei))
        let (copy, source) = (
            try #require(try await reader.design(of: stream.id)), try #require(try await reader.design(of: fintech))
        )
        #expect(copy.required.map(\.rule.term.description) == ["at_least(incorporated_on, 2025-04-01)"])
        #expect(source.required == [condition])
        #expect(copy.form == source.form && copy.rounds == source.rounds && copy.closing == source.closing)
    }

    @Test("a dry run makes nothing and says what would be made; the clone makes it, unpublished")
    func cloning() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let (programs, calls) = (try await reader.programs().count, try await reader.calls().count)
        let address = "/v1/programs/\(acceleration)/clone"
        let dry = await park.ask("POST", address, json: #"{"dry_run": true}"#)
        #expect(dry.status == 200, "\(dry.text)")
        #expect(try dry.json()["streams"]?.elements?.count == 1)
        #expect(try await reader.programs().count == programs)

        let source = try #require(try await reader.call(demoID("call fintech")))
        let made = await park.ask("POST", address, json: "{}")
        #expect(made.status == 200, "\(made.text)")
        #expect(try await reader.programs().count == programs + 1)
        #expect(try await reader.calls().count == calls + 2)
        let stream = try #require(
            try made.json()["streams"]?.elements?.first?["id"]?.text.flatMap { ProgramStream.ID($0) })
        let call = try #require(
            try await reader.calls(of: stream).first { $0.questions.count == source.questions.count })
        #expect(call.status(at: .now) == .draft)
        #expect(call.questions.map(\.prompt) == source.questions.map(\.prompt))
        let zone = source.deadline.zone
        #expect(call.deadline.localTime.date == source.deadline.localTime.date.adding(months: 12))
        #expect(call.deadline.localTime.hour == source.deadline.localTime.hour)
        #expect(
            LocalTime(call.opensAt, in: zone).date == LocalTime(source.opensAt, in: zone).date.adding(months: 12))
        #expect(call.title.description != source.title.description)
        let cohorts = try await reader.cohorts(of: fintech)
        #expect(try await reader.cohorts(of: stream).map(\.capacity) == cohorts.map(\.capacity))
        // The source is as it was.
        #expect(try await reader.call(source.id)?.questions == source.questions)
    }

    @Test("a partner whose agreement is not in force then is left out, and it is said why")
    func leftOut() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let bank = Cast.institution("harbour/sakuragi")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE mous SET ends_on = NULL WHERE id = \(demoID("mou MoU-2") as MoU.ID)")
        }
        let kept = try await reader.planClone(of: .stream(fintech), now: .now)
        #expect(kept.streams.first?.partners.map(\.institution) == [bank])
        #expect(kept.streams.first?.leftOut == [])
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE mous SET ends_on = current_date + 30 WHERE id = \(demoID("mou MoU-2") as MoU.ID)")
        }
        let made = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.clone(.stream(fintech), in: tenant)
        }
        let stream = try #require(made.streams.first)
        #expect(stream.leftOut.map(\.institution) == [bank])
        #expect(stream.leftOut.map(\.status) == [.expired])
        #expect(try await reader.stream(stream.id)?.partners == [])
        let park = try await Visitor(Cast.mei, in: world)
        let page = await park.open("/console/streams/\(fintech)/clone")
        #expect(page.text.contains("is left out of Fintech"), "\(page.text.prefix(500))")
    }

    @Test("a partner whose agreement goes on with a further term takes part again, and nobody is warned of it")
    func nextTerm() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let (mou, next): (MoU.ID, MoU.ID) = (demoID("mou MoU-2"), demoID("mou MoU-2 next"))
        let id = CallForApplications.ID()
        let opens = Date.now.addingTimeInterval(60 * 86_400)
        let draft = try CallDraft(
            stream: fintech, title: LocalizedName(en: "Under the next term"), opensAt: opens,
            deadline: Deadline(opens.addingTimeInterval(30 * 86_400), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Q?"))])
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.draftCall(draft, as: id, in: tenant)
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE mous SET ends_on = current_date + 30 WHERE id = \(mou)")
        }
        let park = try await Visitor(Cast.mei, in: world)
        let warning = "This agreement is not in force on"
        #expect(await park.open("/console/calls/\(id)").text.contains(warning))
        #expect(try await reader.planClone(of: .stream(fintech), now: .now).streams.first?.partners == [])
        try await world.owner.write(as: .none) { transaction in
            // Past the ceremony of signing: what counts are the rows.
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO mous
                SELECT (jsonb_populate_record(NULL::mous, to_jsonb(m) || jsonb_build_object(
                            'id', \(next), 'reference', 'MoU-2 · 2', 'prior_mou_id', m.id, 'effective_on', m.ends_on,
                            'ends_on', m.ends_on + 3650))).*
                FROM mous AS m WHERE m.id = \(mou)
                """)
            try await transaction.execute(
                """
                INSERT INTO mou_parties
                SELECT (jsonb_populate_record(NULL::mou_parties, to_jsonb(p) || jsonb_build_object('mou_id', \(next)))).*
                FROM mou_parties AS p WHERE p.mou_id = \(mou)
                """)
        }
        let page = await park.open("/console/calls/\(id)")
        #expect(page.status == 200 && !page.text.contains(warning))
        let made = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.clone(.stream(fintech), in: tenant)
        }
        let stream = try #require(made.streams.first)
        #expect(stream.leftOut == [])
        #expect(try await reader.stream(stream.id)?.partners == reader.stream(fintech)?.partners)

        // Moved to the further term on the page, the partner keeps its terms.
        let before = try #require(try await reader.stream(fintech)?.partners.first)
        #expect(before.seats > 0 && before.coDecides, "the test needs terms to lose")
        let form = await park.open("/console/streams/\(fintech)/edit")
        let match = try #require(form.text.firstMatch(of: /name="version" value="([^"]+)"/))
        let version = String(match.1).replacing("&quot;", with: "\"")
        let sent = await park.send(
            "/console/streams/\(fintech)/edit",
            [
                ("name.en", "Fintech"), ("partners", "\(before.institution) \(next)"), ("version", version),
                ("terms.0.partner", before.field), ("terms.0.seats", "\(before.seats)"), ("terms.0.co_decides", "true"),
                ("terms.0.places", "3"),
            ])
        #expect(sent.status == 303, "\(sent.text.suffix(600))")
        let after = try #require(try await reader.stream(fintech)?.partners.first)
        #expect(after.mou == next && after.seats == before.seats && after.coDecides && after.places == 3)
    }

    @Test("a cloned stream has the days its stages may take")
    func serviceLevels() async throws {
        let world = try await World()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO service_levels (tenant_id, stream_id, state, days)
                VALUES (\(tenant), \(fintech), 'submitted', 3), (\(tenant), \(fintech), 'interview', 21)
                ON CONFLICT (tenant_id, stream_id, state) DO UPDATE SET days = excluded.days
                """)
        }
        let made = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.clone(.stream(fintech), in: tenant)
        }
        let copy = try #require(made.streams.first?.id)
        let rows = try await world.owner.reader(as: .none).rows(
            "SELECT days FROM service_levels WHERE stream_id = \(copy) AND state IN ('submitted', 'interview') ORDER BY days"
        )
        let days: [Int] = try rows.map { try $0("days") }
        #expect(days == [3, 21])
    }

    @Test("one call is cloned beside itself, with its kind and its cut-offs, and whom it lets in is not")
    func oneCall() async throws {
        let world = try await World()
        let id = CallForApplications.ID()
        let opens = Date.now.addingTimeInterval(86_400)
        let draft = try CallDraft(
            stream: fintech, title: LocalizedName(en: "Closed 2026"), opensAt: opens,
            deadline: Deadline(opens.addingTimeInterval(30 * 86_400), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Q?"), audience: .managers)],
            access: .invitation, cutoffs: [opens.addingTimeInterval(86_400)])
        let made = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: id, in: tenant)
            _ = try await transaction.inviteStartups([Cast.startup("kelpsense")], to: id, in: tenant, by: mei)
            return try await transaction.clone(.call(id), in: tenant)
        }
        let copy = try #require(made.calls.first?.id)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let call = try #require(try await reader.call(copy))
        #expect(call.access == .invitation)
        #expect(call.cutoffs.count == 1)
        #expect(call.title.description == "Closed 2027")
        #expect(call.questions.map(\.audience) == [.managers])
        #expect(try await reader.admissions(to: copy).isEmpty)
        let park = try await Visitor(Cast.mei, in: world)
        #expect(await park.send("/console/calls/\(copy)/clone").status == 303)
    }

    @Test("a cloned call requires what its source required, in its order")
    func conditions() async throws {
        let world = try await World()
        let source: CallForApplications.ID = demoID("call incubation")
        let made = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.clone(.call(source), in: tenant)
        }
        let copy = try #require(made.calls.first?.id)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let required = try await reader.conditions(of: source)
        #expect(required.count >= 4)
        let cloned = try await reader.conditions(of: copy)
        #expect(cloned.map(\.name) == required.map(\.name) && cloned.map(\.blocks) == required.map(\.blocks))
        #expect(cloned.map(\.rule) == required.map(\.rule))
    }

    @Test("a clone is made whole or not at all, and of nothing that is not there")
    func refusals() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        for noun in ["programs", "streams", "calls"] {
            #expect(await park.ask("POST", "/v1/\(noun)/\(UUID())/clone", json: "{}").status == 404)
        }
        let ada = try await Visitor(Cast.ada, in: world)
        #expect(await ada.ask("POST", "/v1/programs/\(acceleration)/clone", json: "{}").status == 403)
    }

    @Test("every preset can be read, in three languages, and a program made of it whose next call is ready")
    func presets() async throws {
        let world = try await World()
        #expect(Preset.files.count == 6)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let visitor = try await Visitor(Cast.mei, in: world)
        for file in Preset.files {
            let preset = try Preset.read(file)
            let name = file.deletingPathExtension().lastPathComponent
            #expect(preset.name.languages.count == 3)
            let id = Program.ID()
            _ = try await world.database.write(as: world.context(Cast.mei)) {
                try await $0.addProgram(from: preset, as: id, in: tenant)
            }
            let streams = try await reader.streams(of: id)
            #expect(streams.count == preset.streams.count)
            for (stream, meant) in zip(streams, preset.streams) {
                let design = try #require(try await reader.design(of: stream.id))
                #expect(design == meant.design, "\(name)")
                #expect(design.preset == name)
                #expect(design.rubric.reduce(0) { $0 + $1.weight } == 100)
                #expect(design.form.allSatisfy { $0.prompt.languages.count == 3 })
                #expect(design.closing?.next(after: .now) != nil)
                #expect(await visitor.open("/console/streams/\(stream.id)/design").status == 200)
                #expect(await visitor.open("/console/streams/\(stream.id)/calls/new").status == 200)
            }
            let page = await visitor.open("/console/program-presets/\(name)")
            #expect(page.status == 200)
            #expect(page.text.contains("of 100"))
        }
        let list = await visitor.ask("GET", "/v1/program-presets")
        #expect(try list.json()["items"]?.elements?.count == 6)
        let made = await visitor.ask(
            "POST", "/v1/programs/from-preset", json: #"{"preset": "incu-bio", "name": {"en": "Bio"}}"#)
        #expect(made.status == 201, "\(made.text)")
        #expect(try await reader.programs().contains { $0.name.description == "Bio" })
        #expect(await visitor.ask("POST", "/v1/programs/from-preset", json: #"{"preset": "none"}"#).status == 422)
        #expect(await visitor.send("/console/program-presets/ideation").status == 303)
    }
}
