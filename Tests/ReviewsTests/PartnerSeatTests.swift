import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// The seats of partners: a round opens with them taken or with a word on why not, plans keep them, and partners are told.
@Suite("Seats of partners")
struct PartnerSeatTests {
    private let call: CallForApplications.ID = demoID("call fintech")
    private let stream: ProgramStream.ID = demoID("stream acceleration fintech")
    private let kenji = Cast.kenji.person.id

    @Test("A round opens once its partners' seats are taken, or somebody has said why not")
    func opening() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let bank = try await Visitor(Cast.kenji, in: world)
        let round = try await world.draft(for: call)
        let seats = "/v1/rounds/\(round)/partner-seats"
        func state() async throws -> JSON? { try await park.ask("GET", seats).json()["items"]?.elements?.first }
        let before = try await state()
        #expect(before?["seats"] == 2 && before?["taken"] == 0 && before?["keeps_the_round_closed"] == true)
        #expect(await park.open("/console/rounds/\(round)").text.contains("0 of 2 seats of Sakuragi Bank Group taken"))

        try await world.seat(Cast.kenji, on: round)
        let seated = try await state()
        #expect(seated?["taken"] == 1 && seated?["people"]?.elements?.map(\.text) == ["Kenji Mori"])
        let refused = await park.ask("POST", "/v1/rounds/\(round)/opening")
        #expect(refused.status == 409 && refused.text.contains("Seats of a partner"), "\(refused.text)")
        let page = await park.send("/console/rounds/\(round)/opening")
        #expect(page.status == 409 && page.text.contains("Seats of a partner"))
        // Past the verb, the database refuses by itself.
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute(
                    """
                    UPDATE review_rounds SET opened_at = now(), opened_by = \(Cast.mei.person.id) WHERE id = \(round)
                    """)
            }
        }
        #expect(wall?.constraint == "rounds_open_with_their_partners_seats_taken")

        let unexplained = await park.send(
            "/console/rounds/\(round)/partner-seats", [("partners", Cast.institution("harbour/sakuragi").description)])
        #expect(unexplained.status == 422, "\(unexplained.text.prefix(600))")
        // Whose seats are full, or who has none, keeps the others from it unless the manager says otherwise.
        let bankID = Cast.institution("harbour/sakuragi")
        let mixed = """
            "reason": "The bank is moving house.", "partners": ["\(bankID)", "\(Cast.institution("harbour/tidewater"))"]
            """
        let waivers = "/v1/rounds/\(round)/seat-waivers"
        let whole = await park.ask("POST", waivers, json: "{\(mixed)}")
        #expect(whole.status == 409 && whole.problem?.errors.map(\.pointer) == ["/partners/1"], "\(whole.text)")
        let rehearsed = await park.ask("POST", waivers, json: #"{\#(mixed), "dry_run": true}"#)
        #expect(rehearsed.status == 200 && rehearsed.text.contains(#""done":0,"refused":1"#), "\(rehearsed.text)")
        let looked = await park.send(
            "/console/rounds/\(round)/partner-seats",
            [("partners", bankID.description), ("reason", "The bank is moving house."), ("partial", "false")])
        #expect(looked.status == 200 && looked.text.contains("1 can be done."), "\(looked.text)")
        #expect(looked.text.contains("The bank is moving house."))
        #expect(try await state()?["keeps_the_round_closed"] == true)
        let waived = await park.ask("POST", waivers, json: #"{\#(mixed), "partial": true}"#)
        #expect(waived.status == 200 && waived.text.contains(#""done":1,"refused":1"#), "\(waived.text)")
        #expect(try await state()?["keeps_the_round_closed"] == false)
        let told = try await world.notices(to: Cast.kenji).filter { $0.contains("moving house") }
        #expect(told.count == 1 && told[0].contains("1 of your 2 seats"), "\(told)")
        let own = try await bank.ask("GET", "/v1/partner-seats").json()["items"]?.elements ?? []
        #expect(own.count == 1 && own[0]["waived_because"]?.text == "The bank is moving house.", "\(own)")
        #expect(await bank.open("/partner/streams/\(stream)").text.contains("The bank is moving house."))

        // It holds for as few as sat there: not once another seat is emptied.
        let absence = try await world.away(Cast.kenji)
        let emptied = try await state()
        #expect(emptied?["taken"] == 0 && emptied?["keeps_the_round_closed"] == true)
        #expect(await park.ask("POST", "/v1/rounds/\(round)/opening").status == 409)
        try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.forgetAbsence(absence.id, of: kenji)
        }
        let opened = await park.ask("POST", "/v1/rounds/\(round)/opening")
        #expect(opened.status == 200, "\(opened.text)")
        #expect(
            await park.ask("POST", "/v1/rounds/\(round)/seat-waivers", json: #"{"reason": "Again."}"#).status == 409)
        // Nobody else reads why.
        for member in [Cast.nora, Cast.ada, Cast.iris, Cast.leo] {
            let rows = try await world.database.reader(as: world.context(member)).rows("SELECT id FROM seat_waivers")
            #expect(rows.isEmpty)
        }
    }

    @Test("With every seat taken a round opens as any other, and nothing is there to be waived")
    func full() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let round = try await world.draft(for: call)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE stream_partners SET seats = 1 WHERE stream_id = \(stream)")
        }
        try await world.seat(Cast.kenji, on: round)
        #expect(
            await park.ask("POST", "/v1/rounds/\(round)/seat-waivers", json: #"{"reason": "Why not."}"#).status == 409)
        #expect(await park.ask("POST", "/v1/rounds/\(round)/opening").status == 200)
    }

    @Test(
        "A plan gives each application of the stream a reviewer of the partner, and names the partner where it cannot")
    func plan() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let round = try await world.draft(for: call)
        let slugs = ["coinshore", "brightwharf"]
        let applications = slugs.map { slug -> Application.ID in
            demoID("application \(Cast.startup(slug)) \(call)")
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE applications SET state = 'in_review' WHERE id = ANY (\(applications))")
        }
        for member in [Cast.kenji, Cast.nora, Cast.vera] { try await world.seat(member, on: round) }
        _ = await park.ask("POST", "/v1/rounds/\(round)/seat-waivers", json: #"{"reason": "One will do."}"#)
        let opened = await park.ask("POST", "/v1/rounds/\(round)/opening")
        #expect(opened.status == 200, "\(opened.text)")

        let kept = try await finished(world, park, round)
        #expect(kept["partner_seats"] == true && kept["report"]?["is_whole"] == true, "\(kept)")
        #expect(try await reviewers(of: kept, park) == ["Kenji Mori", "Kenji Mori"])

        // One of the two is not theirs to judge: the partner is named, and the seat stays empty.
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.declareConflict(
                of: kenji, with: Cast.startup("coinshore"), note: nil, as: .init(), in: Cast.harbour.id,
                by: Cast.mei.person.id)
        }
        let broken = try await finished(world, park, round)
        #expect(broken["report"]?["is_whole"] == false && broken["report"]?["empty_seats"] == 1, "\(broken)")
        let contradiction = try #require(broken["report"]?["contradictions"]?.elements?.first)
        #expect(contradiction["kind"]?.text == "partners" && contradiction["needed"] == 1, "\(contradiction)")
        #expect(contradiction["partners"]?.elements?.first?["en"]?.text == "Sakuragi Bank Group", "\(contradiction)")
        let page = await park.open("/console/assignment-runs/\(broken["id"]?.text ?? "")")
        #expect(page.status == 200 && page.text.contains("Sakuragi Bank Group"))

        let free = try await finished(world, park, round, "?partner_seats=false")
        #expect(free["partner_seats"] == false && free["report"]?["is_whole"] == true, "\(free)")
        #expect(await park.open("/console/rounds/\(round)/assignments").text.contains("Plan without partners"))
        let asked = await park.send("/console/rounds/\(round)/assignment-runs", [("partner_seats", "false")])
        #expect(asked.status == 303, "\(asked.text.prefix(600))")
    }

    @Test("The partner is told once of seats that stand empty, and with the managers of one that is emptied")
    func told() async throws {
        let world = try await World()
        func notices(_ member: Cast.Member) async throws -> [String] {
            try await world.notices(to: member).filter { $0.contains("Paper review") }
        }
        let round = try await world.draft(for: call)
        try await world.remindOfSeats()
        #expect(try await notices(Cast.kenji).isEmpty, "the round was drafted a moment ago")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE review_rounds SET created_at = now() - interval '4 days' WHERE id = \(round)")
        }
        try await world.remindOfSeats()
        try await world.remindOfSeats()
        let empty = try await notices(Cast.kenji)
        #expect(empty.count == 1 && empty[0].contains("0 of the 2 seats"), "\(empty)")

        try await world.seat(Cast.kenji, on: round)
        try await world.remindOfSeats()
        #expect(try await notices(Cast.kenji).count == 1, "a seat that is taken is no news")
        let before = try await notices(Cast.mei).count
        _ = try await world.away(Cast.kenji)
        try await world.remindOfSeats()
        try await world.remindOfSeats()
        let emptied = try await notices(Cast.kenji)
        #expect(emptied.count == 2 && emptied.contains { $0.contains("is empty now") }, "\(emptied)")
        #expect(try await notices(Cast.mei).count == before + 1)
    }

    @Test("Of the draft of a call a partner learns nothing by its seats, and all of it once the call is published")
    func draft() async throws {
        let world = try await World()
        let (park, bank) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        let hidden = CallForApplications.ID()
        let draft = try CallDraft(
            stream: stream, title: LocalizedName(en: "Not announced"), opensAt: Date().addingTimeInterval(86_400),
            deadline: Deadline(Date().addingTimeInterval(864_000), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Why?"))])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: hidden, in: Cast.harbour.id)
        }
        let round = try await world.draft(for: hidden)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE review_rounds SET created_at = now() - interval '4 days' WHERE id = \(round)")
        }
        try await world.remindOfSeats()
        let waived = await park.ask("POST", "/v1/rounds/\(round)/seat-waivers", json: #"{"reason": "Too early."}"#)
        #expect(waived.status == 200, "\(waived.text)")
        func told() async throws -> Int {
            try await world.notices(to: Cast.kenji).count { $0.contains("Not announced") }
        }
        #expect(try await told() == 0)
        #expect(await !bank.ask("GET", "/v1/partner-seats").text.contains("Not announced"))
        #expect(await !bank.open("/partner/streams/\(stream)").text.contains("Not announced"))

        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.publishCall(hidden, by: Cast.mei.person.id)
        }
        #expect(await bank.ask("GET", "/v1/partner-seats").text.contains("Too early."))
        try await world.remindOfSeats()
        #expect(try await told() == 0, "they read why; nothing is asked of them")
    }

    @Test("The last word on a partner's seats counts, on the page and in the database, and is all the partner is told")
    func lastWord() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let round = try await world.draft(for: call)
        let seats = "/v1/rounds/\(round)/partner-seats"
        func waive(_ reason: String) async -> Int {
            await park.ask("POST", "/v1/rounds/\(round)/seat-waivers", json: #"{"reason": "\#(reason)"}"#).status
        }
        func state() async throws -> JSON? { try await park.ask("GET", seats).json()["items"]?.elements?.first }
        #expect(await waive("Nobody can come.") == 200)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE review_rounds SET created_at = now() - interval '4 days' WHERE id = \(round)")
        }
        try await world.remindOfSeats()
        let notices = try await world.notices(to: Cast.kenji).filter { $0.contains("Paper review") }
        #expect(notices.count == 1 && notices[0].contains("Nobody can come."), "\(notices)")

        try await world.seat(Cast.kenji, on: round)
        #expect(await waive("One will do.") == 200)
        #expect(try await state()?["keeps_the_round_closed"] == false)
        _ = try await world.away(Cast.kenji)
        let emptied = try await state()
        #expect(emptied?["taken"] == 0 && emptied?["keeps_the_round_closed"] == true)
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute(
                    """
                    UPDATE review_rounds SET opened_at = now(), opened_by = \(Cast.mei.person.id) WHERE id = \(round)
                    """)
            }
        }
        #expect(wall?.constraint == "rounds_open_with_their_partners_seats_taken")
        #expect(await waive("Nobody can come after all.") == 200)
        #expect(try await state()?["keeps_the_round_closed"] == false)
        #expect(await park.ask("POST", "/v1/rounds/\(round)/opening").status == 200)
    }

    private func reviewers(of run: JSON, _ park: Visitor) async throws -> [String] {
        let pairs = try await park.ask("GET", "/v1/assignment-runs/\(run["id"]?.text ?? "")/pairs").json()
        return pairs["items"]?.elements?.compactMap { $0["reviewer"]?["name"]?.text } ?? []
    }

    private func finished(
        _ world: World, _ park: Visitor, _ round: ReviewRound.ID, _ query: String = ""
    ) async throws -> JSON {
        let asked = await park.ask("POST", "/v1/rounds/\(round)/assignment-runs\(query)")
        #expect(asked.status == 201, "\(asked.text)")
        let place = try #require(asked.header("Location"))
        return try await world.working {
            try await world.awaiting {
                try await park.ask("GET", place).json()
            } until: { state in
                !["waiting", "running"].contains(state["state"]?.text ?? "")
            }
        }
    }
}

extension World {
    /// A round of a call that wants one review of each application; a draft.
    fileprivate func draft(for call: CallForApplications.ID) async throws -> ReviewRound.ID {
        let id = ReviewRound.ID()
        let draft = try RoundDraft(
            name: LocalizedName(en: "Paper review"), isBlind: true, reviewsWanted: 1, quorum: 1,
            due: Deadline(Date().addingTimeInterval(86_400 * 30), in: .hongKong),
            criteria: [ReviewRound.Criterion(id: .init(), name: LocalizedName(en: "Worth"), weight: 100)])
        try await database.write(as: context(Cast.mei)) { transaction in
            _ = try await transaction.draftRound(draft, as: id, of: call, in: Cast.harbour.id)
        }
        return id
    }

    /// Asks somebody onto a panel, seating them as a reviewer if need be, and has them accept.
    fileprivate func seat(_ member: Cast.Member, on round: ReviewRound.ID) async throws {
        let (address, name) = (try #require(EmailAddress(member.person.email)), try Name(member.person.name))
        try await database.write(as: context(Cast.mei)) { transaction in
            _ = try await transaction.invitePanelist(
                PanelInvitation(
                    email: address, name: name, terms: PanelTerms(most: 10, languages: Language.allCases)), to: round,
                in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        try await database.write(as: .system(in: Cast.harbour.id)) { transaction in
            try await transaction.acceptPanelInvitation(to: round, taking: nil, by: member.person.id)
        }
    }

    /// Has somebody be away for longer than any round lasts.
    fileprivate func away(_ member: Cast.Member) async throws -> Absence {
        try await database.write(as: context(Cast.mei)) { transaction in
            let today = CalendarDate(transaction.now, in: .hongKong)
            return try await transaction.noteAbsence(
                of: member.person.id, from: today.adding(days: -1), to: today.adding(days: 400), as: Absence.ID(),
                in: Cast.harbour.id)
        }
    }

    fileprivate func remindOfSeats() async throws {
        try await database.write(as: .system(in: Cast.harbour.id)) { try await $0.remindPanels() }
    }
}
