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

/// Rounds that judge for one of the streams their call offers.
@Suite("Rounds of one stream")
struct StreamRoundTests {
    private let mei = Cast.mei.person.id
    private let tenant = Cast.harbour.id

    private func body(_ stream: ProgramStream.ID?, blind: Bool = true, name: String = "Paper") -> String {
        let named = stream.map { ", \"stream\": \"\($0)\"" } ?? ""
        return """
            {"name": {"en": "\(name)"}\(named), "is_blind": \(blind), "reviews_wanted": 1, "quorum": 1,
             "due": {"at": "2030-01-01T10:00:00Z", "zone": "Asia/Hong_Kong"},
             "criteria": [{"name": {"en": "Worth"}, "weight": 100}]}
            """
    }

    private func drafted(
        _ world: World, _ call: CallOfTwoStreams, _ stream: ProgramStream.ID?, blind: Bool = true,
        name: String = "Paper"
    ) async throws -> ReviewRound.ID {
        let mei = try await Visitor(Cast.mei, in: world)
        let made = await mei.ask(
            "POST", "/v1/calls/\(call.id)/rounds", json: body(stream, blind: blind, name: name))
        #expect(made.status == 201, "\(made.text)")
        return try #require(ReviewRound.ID(try made.json()["id"]?.text ?? ""))
    }

    private func open(_ world: World, _ round: ReviewRound.ID) async throws {
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.openRound(round, in: tenant, by: mei)
        }
    }

    /// Asks Nora onto the panel of a round, and lets her accept.
    private func seat(_ world: World, in round: ReviewRound.ID, isChair: Bool = false) async throws {
        let address = try #require(EmailAddress(Cast.nora.person.email))
        let name = try Name(Cast.nora.person.name)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.invitePanelist(
                PanelInvitation(
                    email: address, name: name, isChair: isChair, terms: PanelTerms(most: 9, languages: [.english])),
                to: round, in: tenant, by: mei)
        }
        try await world.database.write(as: world.context(Cast.nora)) { transaction in
            try await transaction.acceptPanelInvitation(to: round, taking: nil, by: Cast.nora.person.id)
        }
    }

    private func assign(
        _ world: World, _ id: Application.ID, in round: ReviewRound.ID, as assignment: ReviewAssignment.ID = .init()
    ) async throws {
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.assignReviewer(
                Cast.nora.person.id, to: id, in: round, as: assignment, in: tenant, by: mei)
        }
    }

    @Test("What names the stream enters, at whatever place, and stands in several rounds that are open at once")
    func entering() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let ids = try await world.naming([["own"], ["other", "own"], ["other"]], of: call)
        let park = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let own = try await drafted(world, call, call.own, name: "Paper of our own")
        let other = try await drafted(world, call, call.other)
        #expect(try await reader.progress(of: [own, other]).mapValues(\.ready) == [own: 2, other: 2])
        for round in [own, other] { try await open(world, round) }
        func files(_ round: ReviewRound.ID) async throws -> Set<Application.ID> {
            Set(try await reader.applications(in: round).map(\.application))
        }
        #expect(try await files(own) == [ids[0], ids[1]])
        #expect(try await files(other) == [ids[1], ids[2]])
        let progress = try await reader.progress(of: [own, other])
        #expect(progress[own]?.ready == 0 && progress[other]?.ready == 0 && progress[other]?.files == 2)

        // By API: which stream, and at which place it is named.
        let shown = try await park.ask("GET", "/v1/rounds/\(other)").json()
        #expect(shown["stream"]?["id"]?.text == call.other.description, "\(shown)")
        #expect(shown["stream"]?["name"]?["en"]?.text == "Deep tech")
        let standings = try await park.ask("GET", "/v1/rounds/\(own)/standings").json()
        #expect(standings["stream"]?["id"]?.text == call.own.description)
        let choices = (standings["items"]?.elements ?? []).reduce(into: [String: JSON]()) {
            $0[$1["application"]?.text ?? ""] = $1["choice"]
        }
        #expect(choices[ids[0].description] == 1 && choices[ids[1].description] == 2, "\(standings)")
        #expect(await park.open("/console/rounds/\(own)").text.contains("choice 1: 1, choice 2: 1"))
        #expect(await park.open("/console/rounds").text.contains("Two ways in · Deep tech"))
        let one = await park.open("/console/rounds/\(own)/applications/\(ids[1])").text
        #expect(one.contains("choice 2") && one.contains("/console/rounds/\(other)/applications/\(ids[1])"), "\(one)")

        // Nobody else enters, by the verb or past it.
        let late = await park.ask(
            "POST", "/v1/rounds/\(other)/applications", json: "{\"applications\": [\"\(ids[2])\", \"\(ids[0])\"]}")
        #expect(late.status == 409 && late.problem?.errors.map(\.pointer).contains("/applications/1") == true)
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO review_files (tenant_id, round_id, application_id, code, language, answers, entered_by)
                    VALUES (\(tenant), \(other), \(ids[0]), 'FORGED', 'en', '[]', \(mei))
                    """)
            }
        }
        #expect(wall?.constraint == "rounds_of_a_stream_take_who_names_it")
        // A round of all takes all of them, whatever they name.
        let all = try await drafted(world, call, nil, name: "Everybody")
        try await open(world, all)
        #expect(try await files(all) == Set(ids))
        #expect(try await park.ask("GET", "/v1/rounds/\(all)").json()["stream"] == nil)
        // Who has to do with a startup that is not in the round has nothing to do with the round.
        #expect(try await reader.applicants(in: other).count == 2)
        #expect(try await reader.applicants(in: all).count == 3)
    }

    @Test("A round is numbered among those its applications go through, and reads what is asked up to its number")
    func numbers() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams { _ in
            [CallDraft.Question(id: .init(), prompt: try LocalizedLine(en: "What does it cost?"), fromRound: 2)]
        }
        let ids = try await world.naming([["own"], ["other"]], of: call)
        let park = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        func numbers() async throws -> [Int] { try await reader.rounds(of: call.id).map(\.number) }
        /// How many questions the file of an application in a round holds.
        func asked(_ id: Application.ID, _ round: ReviewRound.ID) async throws -> Int {
            try await world.owner.reader(as: .none).value(
                """
                SELECT jsonb_array_length(answers) FROM review_files
                WHERE round_id = \(round) AND application_id = \(id)
                """)
        }
        let own = try await drafted(world, call, call.own)
        let other = try await drafted(world, call, call.other)
        let second = try await drafted(world, call, call.other, name: "Talk")
        let all = try await drafted(world, call, nil, name: "Board")
        #expect(try await numbers() == [1, 1, 2, 3])
        let shown = try await park.ask("GET", "/v1/rounds/\(second)").json()
        #expect(shown["position"] == 3 && shown["number"] == 2, "\(shown)")

        // A draft that is for another stream now moves what stands behind it.
        try await revise(world, second, to: body(call.own, name: "Talk"))
        #expect(try await numbers() == [1, 1, 2, 3])
        try await revise(world, own, to: body(call.other))
        #expect(try await numbers() == [1, 2, 1, 3])
        try await revise(world, own, to: body(nil))
        #expect(try await numbers() == [1, 2, 2, 3])
        try await revise(world, own, to: body(call.own))
        try await revise(world, second, to: body(call.other, name: "Talk"))
        #expect(try await numbers() == [1, 1, 2, 3])

        // The first round of a stream is a first one, wherever it stands in the call.
        for round in [own, other, second, all] { try await open(world, round) }
        #expect(try await asked(ids[0], own) == 1)
        #expect(try await asked(ids[1], other) == 1)
        #expect(try await asked(ids[1], second) == 2)
        #expect(try await asked(ids[0], all) == 2)
        let third = try await drafted(world, call, call.own, name: "Visit")
        #expect(try await reader.round(third)?.number == 4)
        // Who judges one round of several is told its number, though they could not count the others.
        try await seat(world, in: second)
        #expect(try await world.database.reader(as: world.context(Cast.nora)).round(second)?.number == 2)
    }

    private func revise(_ world: World, _ round: ReviewRound.ID, to body: String) async throws {
        let park = try await Visitor(Cast.mei, in: world)
        let tag = try #require(await park.ask("GET", "/v1/rounds/\(round)").header("ETag"))
        let revised = await park.ask("PUT", "/v1/rounds/\(round)", json: body, headers: [("If-Match", tag)])
        #expect(revised.status == 200, "\(revised.text)")
    }

    @Test("A stream that the call does not offer is refused where it was sent; it stands once the round has opened")
    func refused() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        _ = try await world.naming([["other"]], of: call)
        let park = try await Visitor(Cast.mei, in: world)
        let foreign = await park.ask("POST", "/v1/calls/\(call.id)/rounds", json: body(ProgramStream.ID()))
        #expect(foreign.status == 422 && foreign.problem?.errors.map(\.pointer) == ["/stream"], "\(foreign.text)")
        // A call of one stream has none to choose.
        let plain = await park.ask(
            "POST", "/v1/calls/\(World.call)/rounds", json: body(demoID("stream incubation general")))
        #expect(plain.status == 422 && plain.problem?.errors.map(\.pointer) == ["/stream"])

        let id = try await drafted(world, call, call.other)
        let tag = try #require(await park.ask("GET", "/v1/rounds/\(id)").header("ETag"))
        let moved = await park.ask("PUT", "/v1/rounds/\(id)", json: body(call.own), headers: [("If-Match", tag)])
        #expect(moved.status == 200, "\(moved.text)")
        let kept = try moved.json()["stream"]?["id"]?.text
        #expect(kept == call.own.description)
        let fresh = try #require(await park.ask("GET", "/v1/rounds/\(id)").header("ETag"))
        let wrong = await park.ask(
            "PUT", "/v1/rounds/\(id)", json: body(ProgramStream.ID()), headers: [("If-Match", fresh)])
        #expect(wrong.status == 422 && wrong.problem?.errors.map(\.pointer) == ["/stream"])
        try await open(world, id)
        let opened = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute("UPDATE review_rounds SET stream_id = NULL WHERE id = \(id)")
            }
        }
        #expect(opened?.constraint == "opened_rounds_keep_their_stream")
    }

    @Test("A call goes on offering the stream that a round of it judges for")
    func offered() async throws {
        let world = try await World()
        let (call, other) = (CallForApplications.ID(), ProgramStream.ID())
        let own: ProgramStream.ID = demoID("stream incubation general")
        func draft(_ offered: [CallDraft.Offered]) throws -> CallDraft {
            try CallDraft(
                stream: own, title: LocalizedName(en: "Not published"), opensAt: Date().addingTimeInterval(86_400),
                deadline: Deadline(Date().addingTimeInterval(864_000), in: .hongKong),
                questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "What do you build?"))],
                offered: offered)
        }
        let both = try draft([.init(own), .init(other)])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.addStream(
                NewStream(program: demoID("program incubation"), name: LocalizedName(en: "Health"), focusAreas: []),
                as: other, in: tenant)
            _ = try await transaction.draftCall(both, as: call, in: tenant)
            _ = try await transaction.draftRound(
                RoundDraft(
                    name: LocalizedName(en: "Paper"), stream: other, isBlind: true,
                    due: Deadline(Date().addingTimeInterval(1_864_000), in: .hongKong), criteria: []),
                as: .init(), of: call, in: tenant)
        }
        // Taken away and offered again, in another order, is offered.
        let turned = try draft([.init(other), .init(own)])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.reviseCall(call, to: turned, in: tenant) { _ in }
        }
        let alone = try draft([])
        // A stream that no round judges for, and no design plans one for, is named on the call's page.
        let park = try await Visitor(Cast.mei, in: world)
        let page = await park.open("/console/calls/\(call)").text
        #expect(page.contains("No round of review is drafted for"), "\(page)")
        #expect(!page.contains("drafted for Health"))
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.reviseCall(call, to: alone, in: tenant) { _ in }
            }
        }
        #expect(wall?.constraint == "streams_with_a_round_stay_offered")
    }

    @Test("A round begins with the rubric and the plan of its stream, by API and on the page")
    func planned() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        var design = StreamDesign.blank
        design.rubric = [
            .init(name: try LocalizedName(en: "Depth of the science"), guidance: nil, weight: 60),
            .init(name: try LocalizedName(en: "Team"), guidance: nil, weight: 40),
        ]
        design.rounds = [
            .init(name: try LocalizedName(en: "Laboratory visit"), isBlind: false, reviewsWanted: 4, days: 11),
            .init(name: try LocalizedName(en: "Second visit"), isBlind: false, reviewsWanted: 2, days: 9),
        ]
        let designed = design
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.designStream(call.other, as: designed, in: tenant)
        }
        let park = try await Visitor(Cast.mei, in: world)
        let address = "/v1/calls/\(call.id)/planned-round"
        let plan = try await park.ask("GET", "\(address)?stream=\(call.other)").json()
        #expect(plan["stream"]?.text == call.other.description && plan["position"] == 1, "\(plan)")
        #expect(plan["number"] == 1)
        #expect(plan["name"]?["en"]?.text == "Laboratory visit" && plan["reviews_wanted"] == 4 && plan["days"] == 11)
        #expect(plan["criteria"]?.elements?.count == 2)
        #expect(await park.ask("GET", "\(address)?stream=\(ProgramStream.ID())").status == 404)

        // The page asks first what the round judges, and then begins as that is designed.
        let choice = await park.open("/console/rounds/new?call=\(call.id)")
        #expect(choice.status == 200 && choice.text.contains("stream=\(call.other)"), "\(choice.text)")
        #expect(choice.text.contains("All applications to the call") && !choice.text.contains("criteria.0.name.en"))
        let form = await park.open("/console/rounds/new?call=\(call.id)&stream=\(call.other)")
        #expect(form.text.contains("Depth of the science") && form.text.contains("Laboratory visit"))
        #expect(form.text.contains("name=\"stream\""))
        #expect(await park.open("/console/rounds/new?call=\(call.id)&all=true").text.contains("criteria.0.name.en"))
        #expect(await park.open("/console/rounds/new?call=\(call.id)&stream=\(ProgramStream.ID())").status == 404)
        // A call of one stream asks nothing.
        #expect(!(await park.open("/console/rounds/new?call=\(World.call)").text.contains("name=\"stream\"")))

        let fields = [
            ("call", call.id.description), ("name.en", "Laboratory visit"), ("stream", call.other.description),
            ("is_blind", "false"), ("reviews_wanted", "4"), ("quorum", "2"), ("time_zone", "Asia/Hong_Kong"),
            ("due_at", "2030-05-04T18:00"), ("criteria.0.name.en", "Depth of the science"),
            ("criteria.0.weight", "100"),
        ]
        let unknown = await park.send(
            "/console/rounds/new", fields.map { ($0.0, $0.0 == "stream" ? ProgramStream.ID().description : $0.1) })
        #expect(unknown.status == 422 && unknown.text.contains("href=\"#f-stream\""), "\(unknown.text)")
        #expect(unknown.text.contains("Depth of the science"))
        let made = await park.send("/console/rounds/new", fields)
        #expect(made.status == 303, "\(made.text.prefix(600))")
        let reader = world.database.reader(as: world.context(Cast.mei))
        let round = try #require(try await reader.rounds(of: call.id).first)
        #expect(round.stream == call.other && round.streamName?.text(for: .english) == "Deep tech")
        #expect(await park.open("/console/rounds/\(round.id)/edit").text.contains("name=\"stream\""))
        // What is next is next of the stream: a round of another is none of it, one of all is.
        let next = try #require(try await reader.plannedRound(of: call.id, for: call.other, now: .now))
        #expect(next.draft.name.text(for: .english) == "Second visit" && next.position == 2)
        _ = try await drafted(world, call, call.own)
        let later = try await reader.plannedRound(of: call.id, for: call.other, now: .now)
        #expect(later?.position == 3 && later?.number == 2)
        _ = try await drafted(world, call, nil)
        #expect(try await reader.plannedRound(of: call.id, for: call.other, now: .now) == nil)

        // By API, a rubric that is not sent is the stream's.
        let sent = await park.ask(
            "POST", "/v1/calls/\(call.id)/rounds",
            json: """
                {"name": {"en": "Third"}, "stream": "\(call.other)", "is_blind": true,
                 "due": {"at": "2030-01-01T10:00:00Z", "zone": "Asia/Hong_Kong"}}
                """)
        #expect(try sent.json()["criteria"]?.elements?.count == 2, "\(sent.text)")
    }

    @Test("Nobody judges blind in one round what another tells them by name, also not by a plan")
    func blind() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let ids = try await world.naming([["own", "other"], ["other", "own"]], of: call)
        let hidden = try await drafted(world, call, call.own, name: "Hidden")
        let named = try await drafted(world, call, call.other, blind: false, name: "Named")
        for round in [hidden, named] {
            try await seat(world, in: round)
            try await open(world, round)
        }
        let assignment = ReviewAssignment.ID()
        try await assign(world, ids[0], in: hidden, as: assignment)
        let told = await #expect(throws: DatabaseError.self) { try await assign(world, ids[0], in: named) }
        #expect(told?.constraint == "nobody_judges_blind_what_they_know_by_name")
        try await assign(world, ids[1], in: named)
        let known = await #expect(throws: DatabaseError.self) { try await assign(world, ids[1], in: hidden) }
        #expect(known?.constraint == "nobody_judges_blind_what_they_know_by_name")
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.knownPairs(in: named).map(\.1) == [ids[0]])
        #expect(try await reader.knownPairs(in: hidden).map(\.1) == [ids[1]])

        // Once they have said what they think of it, they may know.
        let round = try #require(try await reader.round(hidden))
        let review = ReviewDraft(
            scores: Dictionary(uniqueKeysWithValues: round.criteria.map { ($0.id, 4) }),
            comment: try LongText("Sound."))
        try await world.database.write(as: world.context(Cast.nora)) { transaction in
            _ = try await transaction.submitReview(review, of: assignment, by: Cast.nora.person.id)
        }
        #expect(try await reader.knownPairs(in: named).isEmpty)
        try await assign(world, ids[0], in: named)
    }

    @Test("Whoever chairs a panel that knows names judges the same applications blind in no other")
    func chair() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let ids = try await world.naming([["own", "other"]], of: call)
        let named = try await drafted(world, call, call.other, blind: false, name: "Named")
        let hidden = try await drafted(world, call, call.own, name: "Hidden")
        try await seat(world, in: named, isChair: true)
        try await seat(world, in: hidden)
        for round in [named, hidden] { try await open(world, round) }
        let known = await #expect(throws: DatabaseError.self) { try await assign(world, ids[0], in: hidden) }
        #expect(known?.constraint == "nobody_judges_blind_what_they_know_by_name")
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.knownPairs(in: hidden).map(\.1) == [ids[0]])
    }

    @Test("A reviewer is told for which stream they judge, and not how much anybody wants it")
    func reviewer() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let ids = try await world.naming([["own", "other"]], of: call)
        let round = try await drafted(world, call, call.other)
        try await seat(world, in: round)
        try await open(world, round)
        let assignment = ReviewAssignment.ID()
        try await assign(world, ids[0], in: round, as: assignment)
        let nora = try await Visitor(Cast.nora, in: world)
        for place in ["/reviews", "/reviews/\(assignment)"] {
            let page = await nora.open(place)
            #expect(page.status == 200 && page.text.contains("Two ways in · Deep tech"), "\(place): \(page.text)")
            #expect(!page.text.contains("choice 2"))
        }
        let told = try await nora.ask("GET", "/v1/rounds/\(round)").json()
        #expect(told["stream"]?["id"]?.text == call.other.description)
        let reader = world.database.reader(as: world.context(Cast.nora))
        let shown = try #require(try await reader.round(round))
        #expect(try await reader.placesOfTheStream(in: shown).isEmpty)
        let choices: Int = try await reader.value("SELECT count(*) FROM stream_choices")
        #expect(choices == 0)
        let letters = try await world.database.reader(as: world.context(Cast.mei)).letters(
            of: .reviewInvitation, about: round.uuid, limit: 1)
        #expect(letters.first?.text.body.string.contains("Deep tech") == true)
    }
}

extension World {
    /// Applications in review to a call of two streams, each of a startup with a founder, naming these, the most wanted first.
    func naming(_ wanted: [[String]], of call: CallOfTwoStreams) async throws -> [Application.ID] {
        let tenant = Cast.harbour.id
        let ids = wanted.map { _ in Application.ID() }
        let (startups, people) = try await foundStartups(wanted.count, called: "Applicant")
        try await owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO applications (tenant_id, id, call_id, startup_id, state, submitted_at, created_by)
                SELECT \(tenant), f.id, \(call.id), f.startup, 'in_review', now(), f.person
                FROM unnest(\(ids), \(startups), \(people)) AS f (id, startup, person)
                """)
            // What was handed in takes no choice any more.
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            for (id, names) in zip(ids, wanted) {
                try await transaction.execute(
                    """
                    INSERT INTO stream_choices (tenant_id, application_id, call_id, stream_id, rank, saved_by)
                    SELECT \(tenant), \(id), \(call.id), s, n, \(Cast.mei.person.id)
                    FROM unnest(\(names.map { $0 == "own" ? call.own : call.other })) WITH ORDINALITY AS f (s, n)
                    """)
                try await transaction.execute(
                    "UPDATE applications SET streams_chosen = \(names.count) WHERE id = \(id)")
            }
        }
        return ids
    }
}
