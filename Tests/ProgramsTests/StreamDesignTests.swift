import API
import Accounts
import DemoWorld
import Forms
import Foundation
import Institutions
import Partnerships
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Programs

@Suite("Revising programs and designing streams")
struct StreamDesignTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let general: ProgramStream.ID = demoID("stream incubation general")
    private let fintech: ProgramStream.ID = demoID("stream acceleration fintech")
    private let bank = Cast.institution("harbour/sakuragi")

    private func design(weights: [Int] = [60, 40]) throws -> StreamDesign {
        StreamDesign(
            form: [
                NewQuestion(
                    id: nil, prompt: try LocalizedLine(en: "Why you?", ja: "なぜあなたたちですか。"), hint: nil,
                    isRequired: true, maxLength: 400, audience: .namedReviewers, files: nil)
            ],
            rubric: try weights.enumerated().map { index, weight in
                try StreamDesign.Criterion(
                    name: LocalizedName(en: "Criterion \(index)"), guidance: nil, weight: weight, lowest: 1, highest: 5,
                    anchors: ["3": LocalizedLine(en: "Middling")])
            },
            rounds: [
                try StreamDesign.Round(name: LocalizedName(en: "Paper"), isBlind: true, reviewsWanted: 2, days: 10)
            ],
            places: 12, award: Money(minor: 10_000_000, currency: .hkd), budget: nil,
            closing: StreamDesign.Closing(month: 2, day: 20, hour: 12, minute: 0, zone: .hongKong),
            durationMonths: 12, milestones: try LocalizedText(en: "A prototype."), eligibility: nil,
            conditions: [
                ConditionBody(try #require(ConditionTemplate.all.first).condition(as: demoID("condition age")))
            ], panelHints: try LongText("One engineer."), preset: nil)
    }

    @Test("a program, a stream and a cohort are revised, after a look at what they were")
    func revising() async throws {
        let world = try await World()
        let program: Program.ID = demoID("program incubation")
        let cohort: Cohort.ID = demoID("cohort spring")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let revised = try await transaction.reviseProgram(
                program, to: NewProgram(kind: .ideation, name: LocalizedName(en: "Renamed"))
            ) { #expect($0.name.description == "Incubation") }
            #expect(try await transaction.program(program)?.name == revised.name)
            #expect(try await transaction.program(program)?.kind == .ideation)
            let stream = try await transaction.reviseStream(
                fintech,
                to: RevisedStream(
                    name: LocalizedName(en: "Payments"), focusAreas: [],
                    partners: [
                        ProgramStream.Partner(bank, under: demoID("mou MoU-2"), seats: 3)
                    ]), in: tenant
            ) { #expect($0.partners.first?.coDecides == true) }
            #expect(stream.partners.map(\.seats) == [3])
            #expect(stream.partners.map(\.coDecides) == [false])
            #expect(stream.focusAreas.isEmpty)
            let before = try #require(try await transaction.cohort(cohort))
            let group = try await transaction.reviseCohort(
                cohort,
                to: RevisedCohort(
                    name: try Name("Spring"), startsOn: before.startsOn, endsOn: before.endsOn, capacity: 99)
            ) { #expect($0.capacity == before.capacity) }
            #expect(try await transaction.cohort(cohort)?.capacity == group.capacity)
        }
        let trail = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) FROM audit_events
            WHERE noun IN ('programs', 'streams', 'cohorts') AND deed = 'update' AND person_id = \(mei)
            """, as: Int.self)
        #expect(trail == 3)
    }

    @Test("somebody else's newer version is not overwritten, over HTTP")
    func stale() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.mei, in: world)
        for (address, body) in [
            (
                "/v1/programs/\(demoID("program incubation") as Program.ID)",
                #"{"kind": "ideation", "name": {"en": "R"}}"#
            ),
            ("/v1/streams/\(general)", #"{"name": {"en": "R"}}"#),
            (
                "/v1/cohorts/\(demoID("cohort spring") as Cohort.ID)",
                #"{"name": "R", "starts_on": "2027-01-01", "ends_on": "2027-06-30", "capacity": 4}"#
            ),
        ] {
            let tag = try #require(await visitor.ask("GET", address).header("ETag"))
            #expect(await visitor.ask("PUT", address, json: body).status == 428)
            #expect(await visitor.ask("PUT", address, json: body, headers: [("If-Match", tag)]).status == 200)
            #expect(await visitor.ask("PUT", address, json: body, headers: [("If-Match", tag)]).status == 412)
        }
    }

    @Test("a design comes back as it was kept, and refuses what no round could open with")
    func designing() async throws {
        let world = try await World()
        let design = try design()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.designStream(general, as: design, in: tenant) { #expect($0 == .blank) }
            #expect(try await transaction.design(of: general) == design)
        }
        let lopsided = try self.design(weights: [60, 41])
        await #expect(throws: Problem.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.designStream(general, as: lopsided, in: tenant)
            }
        }
        // The database holds it as well.
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.replace(lopsided, of: general, in: tenant)
            }
        }
        var broke = design
        broke.award = Money(minor: 0, currency: .hkd)
        let free = broke
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.designStream(general, as: free, in: tenant)
            }
        }
        #expect(try await world.database.reader(as: world.context(Cast.mei)).design(of: general) == design)
    }

    @Test("a partner reads the design of its own stream, and not a byte of another's; others read none")
    func designWall() async throws {
        let world = try await World()
        let design = try design()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.designStream(general, as: design, in: tenant)
            _ = try await transaction.designStream(fintech, as: design, in: tenant)
        }
        let reader = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await reader.design(of: fintech) == design)
        #expect(try await reader.design(of: general) == nil)
        #expect(try await reader.value("SELECT count(*) FROM stream_designs", as: Int.self) == 1)
        for member in [Cast.ada, Cast.jun, Cast.iris, Cast.leo] {
            let reader = world.database.reader(as: world.context(member))
            #expect(try await reader.design(of: fintech) == nil)
            #expect(try await reader.value("SELECT count(*) FROM stream_designs", as: Int.self) == 0)
        }
        let visitor = try await Visitor(Cast.kenji, in: world)
        #expect(await visitor.ask("GET", "/v1/streams/\(fintech)/design").status == 200)
        #expect(await visitor.ask("GET", "/v1/streams/\(general)/design").status == 404)
    }

    @Test("a stream ends once its calls are over, and takes no further one")
    func ending() async throws {
        let world = try await World()
        let reason = try ShortText("The theme is done.")
        @Sendable func end(_ transaction: Transaction) async throws {
            _ = try await transaction.endStream(fintech, because: reason, by: mei)
        }
        await #expect {
            try await world.database.write(as: world.context(Cast.mei)) { try await end($0) }
        } throws: {
            ($0 as? DatabaseError)?.constraint == "streams_end_after_their_calls"
        }
        let draft = try CallDraft(
            stream: fintech, title: LocalizedName(en: "Late"), opensAt: .now,
            deadline: Deadline(Date.now.addingTimeInterval(86_400), in: .hongKong), questions: [])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            for call in try await transaction.calls(of: fintech) {
                _ = try await transaction.cancelCall(call.id, because: reason, by: mei)
            }
            try await end(transaction)
            #expect(try await transaction.stream(fintech)?.endReason == reason)
        }
        await #expect {
            try await world.database.write(as: world.context(Cast.mei)) {
                _ = try await $0.draftCall(draft, as: .init(), in: tenant)
            }
        } throws: {
            ($0 as? DatabaseError)?.constraint == "calls_belong_to_a_running_stream"
        }
        await #expect(throws: StreamRefusal.ended) {
            try await world.database.write(as: world.context(Cast.mei)) { try await end($0) }
        }
        // Why it ended is the park's business.
        let founder = world.database.reader(as: world.context(Cast.ada))
        #expect(try await founder.stream(fintech)?.endedAt != nil)
        #expect(try await founder.stream(fintech)?.endReason == nil)
    }

    @Test("nobody joins a stream under an agreement that is not in force when its announced call opens")
    func joiningLate() async throws {
        let world = try await World()
        let call = CallForApplications.ID()
        let draft = try CallDraft(
            stream: fintech, title: LocalizedName(en: "Next"), opensAt: Date.now.addingTimeInterval(864_000),
            deadline: Deadline(Date.now.addingTimeInterval(1_728_000), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Q?"))])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: call, in: tenant)
            _ = try await transaction.publishCall(call, by: mei)
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                UPDATE mous SET effective_on = current_date + 300, ends_on = NULL
                WHERE id = \(demoID("mou MoU-2") as MoU.ID)
                """)
        }
        let revised = try RevisedStream(
            name: LocalizedName(en: "Fintech"), focusAreas: [],
            partners: [ProgramStream.Partner(bank, under: demoID("mou MoU-2"), seats: 1)])
        await #expect {
            try await world.database.write(as: world.context(Cast.mei)) {
                _ = try await $0.reviseStream(fintech, to: revised, in: tenant) { _ in }
            }
        } throws: {
            ($0 as? DatabaseError)?.constraint == "partners_join_under_an_mou_in_force"
        }
    }

    @Test("the usual closing is the next such day of the year, a leap day the last of February")
    func closing() throws {
        let closing = StreamDesign.Closing(month: 2, day: 29, hour: 12, minute: 0, zone: .hongKong)
        func next(_ date: String) throws -> String? {
            let day = try #require(LocalTime("\(date)T00:00:00"))
            return closing.next(after: day.instant(in: .hongKong))?.description
        }
        #expect(try next("2027-01-10") == "2027-02-28T12:00:00")
        #expect(try next("2027-03-01") == "2028-02-29T12:00:00")
        let never = StreamDesign.Closing(month: 2, day: 30, hour: 12, minute: 0, zone: .hongKong)
        #expect(never.next(after: .now) == nil)
    }

    @Test("a rolling call cuts off batches on the days designed, and stays open until it has cut off one")
    func cutoffs() throws {
        var closing = StreamDesign.Closing(month: 12, day: 31, hour: 18, minute: 0, zone: .hongKong)
        closing.cutoffs = [
            .init(month: 9, day: 30), .init(month: 2, day: 29), .init(month: 6, day: 30),
        ]
        func window(_ date: String) throws -> [String] {
            let opens = try #require(LocalTime("\(date)T09:00:00")).instant(in: .hongKong)
            let found = try #require(closing.window(from: opens))
            return (found.cutoffs + [found.closes]).map { String($0.description.prefix(10)) }
        }
        #expect(try window("2027-01-10") == ["2027-02-28", "2027-06-30", "2027-09-30", "2027-12-31"])
        #expect(try window("2027-07-01") == ["2027-09-30", "2027-12-31"])
        // In autumn nothing would be cut off before the year ends, and a week before its end it has ended.
        let next = ["2028-02-29", "2028-06-30", "2028-09-30", "2028-12-31"]
        #expect(try window("2027-10-15") == next)
        #expect(try window("2027-12-28") == next)
        // A call with a closing of its own cuts off what lies in its window, one day once.
        func within(_ opens: String, _ end: String) throws -> [String] {
            func at(_ day: String) throws -> Date {
                try #require(LocalTime("\(day)T18:00:00")).instant(in: .hongKong)
            }
            return closing.cutoffs(after: try at(opens), before: try at(end))
                .map { String("\(LocalTime($0, in: .hongKong))".prefix(10)) }
        }
        #expect(try within("2027-06-30", "2028-02-29") == ["2027-09-30"])
        #expect(try within("2027-10-01", "2027-12-01") == [] && within("2028-01-01", "2027-01-01") == [])
        #expect(try within("2027-01-01", "2099-01-01").count == StreamDesign.Closing.mostCutoffs)
        closing.cutoffs?.append(.init(month: 2, day: 28))
        #expect(try within("2027-01-01", "2027-06-01") == ["2027-02-28"])
        closing.cutoffs = nil
        #expect(try window("2027-10-15") == ["2027-12-31"])
        // A day that no calendar shows keeps no call open for another year.
        closing.cutoffs = [.init(month: 2, day: 30)]
        #expect(try window("2027-10-15") == ["2027-12-31"])
    }

    @Test("no batch is cut off on the day of the closing, in a leap year or another")
    func cutoffsAtTheClosing() throws {
        var design = StreamDesign.blank
        func faults(_ month: Int, _ day: Int, closing: (Int, Int)) -> [String] {
            design.closing = StreamDesign.Closing(
                month: closing.0, day: closing.1, hour: 12, minute: 0, zone: .hongKong,
                cutoffs: [.init(month: 9, day: 30), .init(month: month, day: day)])
            do throws(Problem) {
                try design.check()
                return []
            } catch { return error.errors.map(\.pointer) }
        }
        #expect(faults(12, 31, closing: (12, 31)) == ["/closing/cutoffs/1/day"])
        #expect(faults(2, 29, closing: (2, 28)) == ["/closing/cutoffs/1/day"])
        #expect(faults(2, 28, closing: (2, 29)) == ["/closing/cutoffs/1/day"])
        #expect(faults(12, 30, closing: (12, 31)) == [] && faults(3, 1, closing: (2, 29)) == [])
    }

    @Test("cut-offs are designed on the page and begin the next call; days that are none, or named twice, are refused")
    func designedCutoffs() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.mei, in: world)
        let address = "/console/streams/\(general)/design"
        let form = await visitor.open(address)
        let version = try #require(form.text.firstMatch(of: /name="version" value="([^"]+)"/)).1
        func sent(_ days: [(String, String)]) -> [(String, String)] {
            [
                ("version", String(version).replacing("&quot;", with: "\"")), ("award.currency", "HKD"),
                ("budget.currency", "HKD"), ("closing.month", "12"), ("closing.day", "31"), ("closing.time", "18:00"),
                ("closing.zone", "Asia/Hong_Kong"), ("questions.0.prompt.en", "Why now?"),
                ("rubric.0.name.en", "Team"), ("rubric.0.weight", "100"), ("rounds.0.name.en", "Panel"),
            ]
                + days.enumerated().flatMap { row, day in
                    [("closing.cutoffs.\(row).month", day.0), ("closing.cutoffs.\(row).day", day.1)]
                }
        }
        for (days, words) in [
            ([("3", "31"), ("2", "30")], "No calendar shows this day."), ([("3", "")], "No calendar shows this day."),
            ([("3", "31"), ("3", "31")], "Name each cut-off once."),
            ([("", ""), ("12", "31")], "A batch is not cut off on the day of the closing"),
        ] {
            let refused = await visitor.send(address, sent(days))
            #expect(refused.status == 422 && refused.text.contains(words), "\(days)")
        }
        let open = await visitor.send(address, sent([("3", "31")]).filter { $0.0 != "closing.month" })
        #expect(open.status == 422 && open.text.contains("a rolling call has an end"))
        let kept = await visitor.send(address, sent([("", ""), ("6", "30"), ("3", "31")]))
        #expect(kept.status == 303, "\(kept.text.suffix(600))")
        let reader = world.database.reader(as: world.context(Cast.mei))
        let design = try #require(try await reader.design(of: general))
        #expect(design.closing?.cutoffs == [.init(month: 6, day: 30), .init(month: 3, day: 31)])
        #expect(await visitor.open(address).text.contains("closing.cutoffs.1.month"))
        let draft = await visitor.open("/console/streams/\(general)/calls/new").text
        #expect(draft.contains(#/name="cutoffs\.0"[^>]*value="\d{4}-(03-31|06-30)T18:00"/#), "\(draft.prefix(500))")
        #expect(await visitor.open("/console/streams/\(general)").text.contains("31/3"))
    }

    @Test("a stream is designed on its page, and its next call begins there")
    func pages() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.mei, in: world)
        let address = "/console/streams/\(general)/design"
        let form = await visitor.open(address)
        #expect(form.status == 200, "\(form.text.prefix(300))")
        let version = try #require(form.text.firstMatch(of: /name="version" value="([^"]+)"/)).1
        let sent: [(String, String)] = [
            ("version", String(version).replacing("&quot;", with: "\"")), ("places", "7"), ("award.amount", "100,000"),
            ("award.currency", "HKD"),
            ("closing.month", "2"), ("closing.day", "20"), ("closing.time", "12:00"),
            ("closing.zone", "Asia/Hong_Kong"), ("questions.0.prompt.en", "What keeps you awake?"),
            ("questions.0.section.title.en", "The problem"), ("questions.0.section.intro.en", "In plain words."),
            ("questions.0.is_required", "true"), ("rubric.0.name.en", "Team"), ("rubric.0.weight", "100"),
            ("rounds.0.name.en", "Panel"), ("rounds.0.reviews_wanted", "3"), ("rounds.0.days", "14"),
        ]
        let wrong = await visitor.send(address, sent.map { $0.0 == "rubric.0.weight" ? ($0.0, "90") : $0 })
        #expect(wrong.status == 422)
        #expect(wrong.text.contains("What keeps you awake?"))
        // What is at fault is told at the row it was typed in, though rows before it were left empty.
        let faulty = await visitor.send(
            address,
            sent.filter { !$0.0.hasPrefix("rubric") && !$0.0.hasPrefix("rounds") } + [
                ("questions.1.prompt.en", ""), ("rubric.0.name.en", ""), ("rounds.0.name.en", ""),
                ("questions.2.prompt.en", "Which one?"), ("questions.2.kind", "choice"),
                ("questions.2.section.title.en", "The market"), ("questions.2.section.intro.en", "As it is today."),
                ("questions.3.prompt.en", "When?"), ("questions.3.kind", "date"),
                ("questions.3.settings.lowest", "2027-03-01"), ("questions.3.settings.highest", "2027-02-01"),
                ("rubric.1.name.en", "Team"), ("rubric.1.weight", "0"), ("rounds.1.name.en", "Panel"),
                ("rounds.1.reviews_wanted", "0"), ("rounds.1.days", "14"),
            ])
        #expect(faulty.status == 422)
        for field in [
            "questions-2-settings-options", "questions-3-settings-highest", "rubric-1-weight",
            "rounds-1-reviews_wanted",
        ] {
            #expect(faulty.text.contains("href=\"#f-\(field)\""), "\(field)")
        }
        #expect(faulty.text.contains("As it is today."))
        let saved = await visitor.send(address, sent)
        #expect(saved.status == 303, "\(saved.text.prefix(2000))")
        let design = try #require(
            try await world.database.reader(as: world.context(Cast.mei)).design(of: general))
        #expect(design.places == 7)
        #expect(design.award == Money(minor: 10_000_000, currency: .hkd))
        #expect(design.rubric.map(\.weight) == [100])
        #expect(design.form.first?.section?.intro?.text(for: .english) == "In plain words.")
        #expect(await visitor.open(address).text.contains("In plain words."))
        #expect(await visitor.open("/console/streams/\(general)").text.contains("What keeps you awake?"))
        let call = await visitor.open("/console/streams/\(general)/calls/new")
        #expect(call.text.contains("What keeps you awake?"))
        #expect(call.text.contains("-02-20T12:00"))
        let round = await visitor.open(
            "/console/rounds/new?call=\(demoID("call incubation") as CallForApplications.ID)")
        #expect(round.status == 200)
    }
}
