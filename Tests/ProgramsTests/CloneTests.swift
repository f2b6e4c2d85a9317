import API
import Accounts
import DemoWorld
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
