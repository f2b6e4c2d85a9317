import Accounts
import Applications
import DemoWorld
import Foundation
import Letters
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Programs
@testable import Reviews

/// Rounds that judge one of the batches a rolling call takes.
@Suite("Rounds of one batch")
struct BatchRoundTests {
    private let mei = Cast.mei.person.id
    private let tenant = Cast.harbour.id

    private func body(_ batch: Int?, name: String = "Paper") -> String {
        let named = batch.map { ", \"batch\": \($0)" } ?? ""
        return """
            {"name": {"en": "\(name)"}\(named), "is_blind": true, "reviews_wanted": 1, "quorum": 1,
             "due": {"at": "2030-01-01T10:00:00Z", "zone": "Asia/Hong_Kong"},
             "criteria": [{"name": {"en": "Worth"}, "weight": 100}]}
            """
    }

    private func drafted(
        _ world: World, _ call: RollingCall, _ batch: Int?, name: String = "Paper"
    ) async throws -> ReviewRound.ID {
        let park = try await Visitor(Cast.mei, in: world)
        let made = await park.ask("POST", "/v1/calls/\(call.id)/rounds", json: body(batch, name: name))
        #expect(made.status == 201, "\(made.text)")
        return try #require(ReviewRound.ID(try made.json()["id"]?.text ?? ""))
    }

    private func open(_ world: World, _ round: ReviewRound.ID) async throws {
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.openRound(round, in: tenant, by: mei)
        }
    }

    private func revise(_ world: World, _ round: ReviewRound.ID, to body: String) async throws -> Int {
        let park = try await Visitor(Cast.mei, in: world)
        let tag = try #require(await park.ask("GET", "/v1/rounds/\(round)").header("ETag"))
        return await park.ask("PUT", "/v1/rounds/\(round)", json: body, headers: [("If-Match", tag)]).status
    }

    @Test("What came in the batch enters and nothing else, also while the round of another batch is open")
    func entering() async throws {
        let world = try await World()
        let call = try await world.rollingCall()
        let ids = try await world.handIn(to: call, batches: [1, 2, 1])
        let park = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let first = try await drafted(world, call, 1)
        let second = try await drafted(world, call, 2)
        let third = try await drafted(world, call, 3)
        let before = try await reader.progress(of: [first, second, third])
        #expect(before.mapValues(\.ready) == [first: 2, second: 1, third: 0])
        for round in [first, second] { try await open(world, round) }
        func files(_ round: ReviewRound.ID) async throws -> Set<Application.ID> {
            Set(try await reader.applications(in: round).map(\.application))
        }
        #expect(try await files(first) == [ids[0], ids[2]])
        #expect(try await files(second) == [ids[1]])
        let progress = try await reader.progress(of: [first, second])
        #expect(progress[first]?.ready == 0 && progress[second]?.ready == 0 && progress[first]?.files == 2)

        // Which batch, by API and on the pages.
        #expect(try await park.ask("GET", "/v1/rounds/\(second)").json()["batch"] == 2)
        #expect(try await park.ask("GET", "/v1/rounds/\(second)/standings").json()["batch"] == 2)
        let listed = try await park.ask("GET", "/v1/rounds?call=\(call.id)&batch=2").json()
        #expect(listed["items"]?.elements?.compactMap { $0["id"]?.text } == [second.description], "\(listed)")
        #expect(await park.open("/console/rounds").text.contains("All year · Batch 2"))
        let narrowed = await park.open("/console/rounds?call=\(call.id)&batch=2").text
        #expect(narrowed.contains("/console/rounds/\(second)") && !narrowed.contains("/console/rounds/\(first)"))
        for place in ["/console/rounds/\(second)", "/console/rounds/\(second)/standings"] {
            #expect(await park.open(place).text.contains("Batch 2"), "\(place)")
        }

        // Nobody else enters, by the verb or past it.
        let late = await park.ask(
            "POST", "/v1/rounds/\(second)/applications", json: "{\"applications\": [\"\(ids[1])\", \"\(ids[0])\"]}")
        #expect(late.status == 409 && late.problem?.errors.map(\.pointer).contains("/applications/1") == true)
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO review_files (tenant_id, round_id, application_id, code, language, answers, entered_by)
                    VALUES (\(tenant), \(second), \(ids[0]), 'FORGED', 'en', '[]', \(mei))
                    """)
            }
        }
        #expect(wall?.constraint == "rounds_of_a_batch_take_what_came_in_it")
        // A round of all takes both, and says of no batch that it is its own.
        let all = try await drafted(world, call, nil, name: "Everybody")
        try await open(world, all)
        #expect(try await files(all) == Set(ids))
        #expect(try await park.ask("GET", "/v1/rounds/\(all)").json()["batch"] == nil)
        // Who has to do with a startup of another batch has nothing to do with the round.
        #expect(try await reader.applicants(in: first).count == 2)
        #expect(try await reader.applicants(in: second).count == 1)
        #expect(try await reader.applicants(in: all).count == 3)
    }

    @Test("A round is numbered among those of its batch and of all, and reads what is asked up to its number")
    func numbers() async throws {
        let world = try await World()
        let call = try await world.rollingCall(asking: [
            CallDraft.Question(id: .init(), prompt: try LocalizedLine(en: "What does it cost?"), fromRound: 2)
        ])
        let ids = try await world.handIn(to: call, batches: [1, 2])
        let reader = world.database.reader(as: world.context(Cast.mei))
        func numbers() async throws -> [Int] { try await reader.rounds(of: call.id).map(\.number) }
        func asked(_ id: Application.ID, _ round: ReviewRound.ID) async throws -> Int {
            try await world.owner.reader(as: .none).value(
                """
                SELECT jsonb_array_length(answers) FROM review_files
                WHERE round_id = \(round) AND application_id = \(id)
                """)
        }
        let first = try await drafted(world, call, 1)
        let second = try await drafted(world, call, 2)
        let talk = try await drafted(world, call, 2, name: "Talk")
        let all = try await drafted(world, call, nil, name: "Board")
        #expect(try await numbers() == [1, 1, 2, 3])
        // A draft that is of another batch now moves what stands behind it.
        #expect(try await revise(world, second, to: body(1)) == 200)
        #expect(try await numbers() == [1, 2, 1, 3])
        #expect(try await revise(world, second, to: body(nil)) == 200)
        #expect(try await numbers() == [1, 2, 3, 4])
        #expect(try await revise(world, second, to: body(2)) == 200)
        #expect(try await numbers() == [1, 1, 2, 3])
        for round in [first, second, talk, all] { try await open(world, round) }
        #expect(try await asked(ids[0], first) == 1)
        #expect(try await asked(ids[1], second) == 1)
        #expect(try await asked(ids[1], talk) == 2)
        #expect(try await asked(ids[0], all) == 2)
    }

    @Test("A batch that the call does not take is refused where it was sent; it stands once the round has opened")
    func refused() async throws {
        let world = try await World()
        let call = try await world.rollingCall()
        _ = try await world.handIn(to: call, batches: [1])
        let park = try await Visitor(Cast.mei, in: world)
        for batch in [0, -1, 4, .max, .min] {
            let sent = await park.ask("POST", "/v1/calls/\(call.id)/rounds", json: body(batch))
            #expect(sent.status == 422 && sent.problem?.errors.map(\.pointer) == ["/batch"], "\(batch): \(sent.text)")
        }
        // A fixed window takes no batches.
        let fixed = await park.ask("POST", "/v1/calls/\(World.call)/rounds", json: body(1))
        #expect(fixed.status == 422 && fixed.problem?.errors.map(\.pointer) == ["/batch"], "\(fixed.text)")

        let id = try await drafted(world, call, 2)
        #expect(try await revise(world, id, to: body(4)) == 422)
        #expect(try await revise(world, id, to: body(1)) == 200)
        try await open(world, id)
        let opened = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute("UPDATE review_rounds SET batch = NULL WHERE id = \(id)")
            }
        }
        #expect(opened?.constraint == "opened_rounds_keep_their_batch")
    }

    @Test("A batch stays planned while a round is of it, and what is in the round stays of its batch")
    func planned() async throws {
        let world = try await World()
        let call = try await world.rollingCall()
        _ = try await world.handIn(to: call, batches: [1])
        func plan(_ cutoffs: [Date]) async throws {
            _ = try await world.database.write(as: world.context(Cast.mei)) {
                try await $0.planBatches(cutoffs, of: call.id) { _ in }
            }
        }
        let last = try await drafted(world, call, 3)
        let fewer = await #expect(throws: DatabaseError.self) { try await plan(Array(call.cutoffs.prefix(1))) }
        #expect(fewer?.constraint == "batches_with_a_round_stand")
        let park = try await Visitor(Cast.mei, in: world)
        let address = "/v1/calls/\(call.id)/cutoffs"
        let tag = await park.ask("GET", "/v1/calls/\(call.id)").header("ETag")
        let first = call.cutoffs[0].ISO8601Format()
        let sent = await park.ask(
            "PUT", address, json: "{\"cutoffs\": [\"\(first)\"]}", headers: tag.map { [("If-Match", $0)] } ?? [])
        #expect(sent.status == 422 && sent.problem?.errors.map(\.pointer) == ["/cutoffs"], "\(sent.text)")
        // A cut-off that moves takes nothing away.
        try await plan([call.cutoffs[0], call.cutoffs[1].addingTimeInterval(3_600)])
        #expect(try await revise(world, last, to: body(1)) == 200)
        try await open(world, last)
        try await plan(Array(call.cutoffs.prefix(1)))
        // Past the verb, which keeps what is past.
        let moved = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute(
                    "UPDATE calls SET cutoffs = ARRAY[now() - interval '1 day'] WHERE id = \(call.id)")
            }
        }
        #expect(moved?.constraint == "batches_with_a_round_stand")
    }

    @Test(
        "A round of a batch begins as its stream plans it, due by its cut-off; the form has batches where a call does")
    func drafting() async throws {
        let world = try await World()
        let call = try await world.rollingCall()
        var design = StreamDesign.blank
        design.rounds = [
            .init(name: try LocalizedName(en: "Desk paper"), isBlind: true, reviewsWanted: 2, days: 7),
            .init(name: try LocalizedName(en: "Desk talk"), isBlind: false, reviewsWanted: 1, days: 3),
        ]
        let designed = design
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.designStream(call.stream, as: designed, in: tenant)
        }
        let park = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let plan = try await park.ask("GET", "/v1/calls/\(call.id)/planned-round?batch=2").json()
        #expect(plan["batch"] == 2 && plan["number"] == 1 && plan["name"]?["en"]?.text == "Desk paper", "\(plan)")
        #expect(await park.ask("GET", "/v1/calls/\(call.id)/planned-round?batch=4").status == 404)
        let due = try #require(try await reader.plannedRound(of: call.id, in: 2, now: .now)).draft.due.instant
        #expect(abs(due.timeIntervalSince(call.cutoffs[1].addingTimeInterval(7 * 86_400))) <= 60)

        let form = await park.open("/console/rounds/new?call=\(call.id)&batch=2").text
        #expect(form.contains("name=\"batch\"") && form.contains("Batch 2, until ") && form.contains("Desk paper"))
        #expect(form.contains("<option value=\"2\" selected>"))
        #expect(await park.open("/console/rounds/new?call=\(call.id)&batch=4").status == 404)
        #expect(!(await park.open("/console/rounds/new?call=\(World.call)").text.contains("name=\"batch\"")))
        let fields = [
            ("call", call.id.description), ("name.en", "Desk paper"), ("batch", "2"), ("is_blind", "true"),
            ("reviews_wanted", "2"), ("quorum", "1"), ("time_zone", "Asia/Hong_Kong"), ("due_at", "2030-05-04T18:00"),
            ("criteria.0.name.en", "Need"), ("criteria.0.weight", "100"),
        ]
        let unknown = await park.send("/console/rounds/new", fields.map { ($0.0, $0.0 == "batch" ? "9" : $0.1) })
        #expect(unknown.status == 422 && unknown.text.contains("href=\"#f-batch\""), "\(unknown.text)")
        let made = await park.send("/console/rounds/new", fields)
        #expect(made.status == 303, "\(made.text.prefix(600))")
        let round = try #require(try await reader.rounds(of: call.id).first)
        #expect(round.batch == 2)
        #expect(await park.open("/console/rounds/\(round.id)/edit").text.contains("<option value=\"2\" selected>"))
        // Next of the batch, and of all; another batch begins at the beginning.
        let next = try #require(try await reader.plannedRound(of: call.id, in: 2, now: .now))
        #expect(next.draft.name.text(for: .english) == "Desk talk" && next.number == 2 && next.position == 2)
        #expect(try await reader.plannedRound(of: call.id, in: 1, now: .now)?.number == 1)
        let all = try await reader.plannedRound(of: call.id, now: .now)
        #expect(all?.number == 2 && all?.draft.name.text(for: .english) == "Desk talk")
    }

    @Test("The preview shows the rubric of the batch that is asked for, else of the one planned last")
    func preview() async throws {
        let world = try await World()
        let call = try await world.rollingCall()
        let park = try await Visitor(Cast.mei, in: world)
        for (batch, worth) in [(2, "Reachability"), (1, "Urgency")] {
            let made = await park.ask(
                "POST", "/v1/calls/\(call.id)/rounds",
                json: body(batch).replacing("\"Worth\"", with: "\"\(worth)\""))
            #expect(made.status == 201, "\(made.text)")
        }
        let place = "/v1/calls/\(call.id)/preview"
        for (query, batch, worth) in [("", 1, "Urgency"), ("&batch=1", 1, "Urgency"), ("&batch=2", 2, "Reachability")] {
            let shown = try await park.ask("GET", "\(place)?as=blind&round=1\(query)").json()
            #expect(shown["rubric"]?.elements?.compactMap { $0["name"]?["en"]?.text } == [worth], "\(query): \(shown)")
            #expect(shown["batch"] == JSON(integerLiteral: batch), "\(query)")
        }
        let unplanned = try await park.ask("GET", "\(place)?as=blind&round=1&batch=3").json()
        #expect(unplanned["rubric"]?.elements?.contains { $0["id"] != nil } != true && unplanned["batch"] == nil)
        #expect(try await park.ask("GET", "\(place)?batch=2").json()["batch"] == nil, "an applicant is shown no rubric")
        for batch in [0, 4, Int.max] { #expect(await park.ask("GET", "\(place)?batch=\(batch)").status == 404) }
        #expect(await park.ask("GET", "/v1/calls/\(World.call)/preview?batch=1").status == 404)
        let page = await park.open("/console/calls/\(call.id)/preview/file?batch=2")
        #expect(page.text.contains("Reachability") && !page.text.contains("Urgency"), "\(page.text)")
        #expect(page.text.contains("<option value=\"2\" selected>") && page.text.contains("Planned last"))
        #expect(!(await park.open("/console/calls/\(World.call)/preview/file").text.contains("name=\"batch\"")))
    }

    @Test("What is in no round yet lacks what the rounds of its batch ask for, and its rulings are of them")
    func elsewhere() async throws {
        let world = try await World()
        let call = try await world.rollingCall()
        let ids = try await world.handIn(to: call, batches: [1, 2])
        let first = try await drafted(world, call, 1)
        let park = try await Visitor(Cast.mei, in: world)
        let made = await park.ask(
            "POST", "/v1/calls/\(call.id)/rounds",
            json: body(2).replacing(": 1, \"quorum\": 1", with: ": 3, \"quorum\": 3"))
        let second = try #require(ReviewRound.ID(try made.json()["id"]?.text ?? ""))
        let reader = world.database.reader(as: world.context(Cast.mei))
        try await open(world, first)
        #expect(try await reader.shortOfQuorum(in: call.id)[ids[1]]?.quorum == 1, "what the call asks for elsewhere")
        try await open(world, second)
        let vera = Cast.vera.person.id
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            for statement: Query in [
                "DELETE FROM review_tallies WHERE application_id = \(ids[1])",
                "DELETE FROM review_files WHERE application_id = \(ids[1])",
                """
                INSERT INTO conflict_rulings (
                    tenant_id, id, application_id, person_id, number, sets_aside, reason, ruled_by)
                VALUES (\(tenant), gen_random_uuid(), \(ids[1]), \(vera), 1, true, 'They never met.', \(mei))
                """,
            ] {
                try await transaction.execute(statement)
            }
        }
        let short = try #require(try await reader.shortOfQuorum(in: call.id)[ids[1]])
        #expect(short.submitted == 0 && short.quorum == 3)

        #expect(try await reader.rulings(in: first).map(\.application) == [ids[1]])
        for (round, isOffered) in [(first, false), (second, true)] {
            let page = await park.open("/console/rounds/\(round)/conflict-rulings")
            #expect(page.status == 200)
            #expect(page.text.contains("value=\"\(vera) \(ids[1])\"") == isOffered, "\(page.text)")
        }
    }

    @Test("A reviewer is told which batch they judge")
    func reviewer() async throws {
        let world = try await World()
        let call = try await world.rollingCall()
        let ids = try await world.handIn(to: call, batches: [1])
        let round = try await drafted(world, call, 1)
        let (address, name) = (
            try #require(EmailAddress(Cast.nora.person.email)), try Name(Cast.nora.person.name)
        )
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.invitePanelist(
                PanelInvitation(
                    email: address, name: name, isChair: false, terms: PanelTerms(most: 9, languages: [.english])),
                to: round, in: tenant, by: mei)
        }
        try await world.database.write(as: world.context(Cast.nora)) { transaction in
            try await transaction.acceptPanelInvitation(to: round, taking: nil, by: Cast.nora.person.id)
        }
        try await open(world, round)
        let assignment = ReviewAssignment.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.assignReviewer(
                Cast.nora.person.id, to: ids[0], in: round, as: assignment, in: tenant, by: mei)
        }
        let nora = try await Visitor(Cast.nora, in: world)
        for place in ["/reviews", "/reviews/\(assignment)"] {
            let page = await nora.open(place)
            #expect(page.status == 200 && page.text.contains("All year · Batch 1"), "\(place): \(page.text)")
        }
        #expect(try await nora.ask("GET", "/v1/rounds/\(round)").json()["batch"] == 1)
        let letters = try await world.database.reader(as: world.context(Cast.mei)).letters(
            of: .reviewInvitation, about: round.uuid, limit: 1)
        #expect(letters.first?.text.body.string.contains("Batch 1") == true)
    }

    @Test("What the database says of a moment is what the call says of it")
    func agreeing() async throws {
        let world = try await World()
        let reader = world.owner.reader(as: .none)
        func at(_ day: Double) -> Date { Date(timeIntervalSince1970: 1_800_000_000 + day * 86_400) }
        for cutoffs in [[], [at(10)], [at(10), at(20)], [at(10), at(20), at(30)]] {
            for moment in [at(1), at(10), at(10.0001), at(15), at(20), at(25), at(30), at(30.0001)] {
                let said: Int? = try await reader.value("SELECT batch_taking(\(moment), \(cutoffs), \(at(30)))::bigint")
                #expect(
                    said == CallForApplications.Batch.taking(moment, cutoffs, closing: at(30))?.number,
                    "\(moment) \(cutoffs)")
            }
            let batches: Int = try await reader.value("SELECT batches_of_call(\(cutoffs), \(at(30)))::bigint")
            #expect(batches == CallForApplications.Batch.all(cutoffs, closing: at(30)).count)
        }
    }
}
