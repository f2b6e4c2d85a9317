import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Reviews

/// The reviewers of a stream: who keeps them, who nominates them, and how panels are made of them.
@Suite("Pools of reviewers")
struct PoolTests {
    private let general: ProgramStream.ID = demoID("stream incubation general")
    private let fintech: ProgramStream.ID = demoID("stream acceleration fintech")
    private let mei = Cast.mei.person.id
    private let kenji = Cast.kenji.person.id
    private let vera = Cast.vera.person.id
    private let nora = Cast.nora.person.id

    @Test("Several join at once, in part or not at all, and a rehearsal of it changes nothing")
    func together() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let place = "/v1/streams/\(general)/reviewers"
        func body(_ rest: String = "") -> String {
            """
            {"people": [{"person": "\(vera)"}, {"email": "new@institute.example", "name": "Ken Abe"},
                        {"person": "\(kenji)"}]\(rest)}
            """
        }
        let rehearsed = try await park.ask("POST", place, json: body(#", "dry_run": true"#)).json()
        #expect(rehearsed["is_dry_run"] == true && rehearsed["done"] == 0 && rehearsed["refused"] == 1, "\(rehearsed)")
        let faults = rehearsed["items"]?.elements?.map { $0["fault"]?["pointer"]?.text }
        #expect(faults == [nil, nil, "/person"], "\(rehearsed)")
        #expect(rehearsed["items"]?.elements?.allSatisfy { $0["code"]?.text == nil } == true)
        #expect(try await world.pool(of: general).isEmpty)
        #expect(try await world.seats(at: "new@institute.example") == 0, "nobody was seated by a rehearsal")

        let refused = await park.ask("POST", place, json: body())
        #expect(refused.status == 409 && refused.text.contains("/people/2"), "\(refused.text)")
        #expect(!refused.text.contains("/people/0"))
        #expect(try await world.pool(of: general).isEmpty)

        let done = try await park.ask("POST", place, json: body(#", "partial": true"#)).json()
        #expect(done["done"] == 2 && done["refused"] == 1, "\(done)")
        #expect(done["items"]?.elements?[1]["code"]?.text?.hasPrefix("trellis_invite_") == true, "\(done)")
        #expect(try await world.pool(of: general).map(\.name) == ["Ken Abe", "Vera Ito"])
        // Once, and only who is named.
        let again = await park.ask("POST", place, json: #"{"people": [{"person": "\#(vera)"}]}"#)
        #expect(
            again.status == 409 && again.text.contains("in the pool, or nominated for it, already"), "\(again.text)")
        let both = await park.ask(
            "POST", place, json: #"{"people": [{"person": "\#(nora)", "email": "a@b.example"}]}"#)
        #expect(both.status == 422 && both.text.contains("/people/0"))
        #expect(await park.ask("POST", place, json: #"{"people": []}"#).status == 422)

        let removals = "\(place)/removals"
        let out = await park.ask("POST", removals, json: #"{"people": ["\#(vera)", "\#(nora)"]}"#)
        #expect(out.status == 409 && out.text.contains("/people/1"), "\(out.text)")
        _ = await park.ask("POST", removals, json: #"{"people": ["\#(vera)", "\#(nora)"], "partial": true}"#)
        #expect(try await world.pool(of: general).map(\.name) == ["Ken Abe"])
        let former = try await park.ask("GET", "\(place)?former=true").json()["items"]?.elements ?? []
        #expect(former.map { $0["status"]?.text } == ["member", "ended"], "\(former)")
        // Whoever left can come again.
        #expect(await park.ask("POST", place, json: #"{"people": [{"person": "\#(vera)"}]}"#).status == 200)
    }

    @Test("Somebody is in a pool for days to come, and out of it when they are over")
    func until() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let place = "/v1/streams/\(general)/reviewers"
        let past = await park.ask(
            "POST", place, json: #"{"people": [{"person": "\#(vera)"}], "until": "2020-01-01"}"#)
        #expect(past.status == 409 && past.text.contains("a last day that is not past"), "\(past.text)")
        let added = await park.ask(
            "POST", place, json: #"{"people": [{"person": "\#(vera)"}], "until": "2090-01-01"}"#)
        #expect(added.status == 200, "\(added.text)")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE stream_reviewers SET until = '2020-01-01'")
        }
        #expect(try await world.pool(of: general).isEmpty)
        #expect(await park.ask("POST", place, json: #"{"people": [{"person": "\#(vera)"}]}"#).status == 200)
        #expect(try await world.pool(of: general).map(\.name) == ["Vera Ito"])
    }

    @Test("A partner nominates its own staff for its own stream, reads nobody else, and a manager answers")
    func nominations() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let bank = try await Visitor(Cast.kenji, in: world)
        let place = "/v1/streams/\(fintech)/nominations"
        _ = await park.ask(
            "POST", "/v1/streams/\(fintech)/reviewers", json: #"{"people": [{"person": "\#(vera)"}]}"#)
        let stranger = await bank.ask("POST", place, json: #"{"people": ["\#(nora)"]}"#)
        #expect(stranger.status == 409 && stranger.text.contains("your own institution"), "\(stranger.text)")
        #expect(
            await bank.ask("POST", "/v1/streams/\(general)/nominations", json: #"{"people": ["\#(kenji)"]}"#).status
                == 404)
        let nominated = await bank.ask("POST", place, json: #"{"people": ["\#(kenji)"]}"#)
        #expect(nominated.status == 200, "\(nominated.text)")
        let own = try await bank.ask("GET", "/v1/streams/\(fintech)/reviewers").json()["items"]?.elements ?? []
        #expect(own.map { $0["name"]?.text } == ["Kenji Mori"] && own.first?["status"]?.text == "nominated", "\(own)")
        let id = try #require(own.first?["id"]?.text)
        #expect(await bank.ask("POST", "/v1/nominations/\(id)/acceptance").status == 403)
        // Past the verbs, the database refuses by itself: by a trigger, and without any by row-level security.
        func answerOneself() async throws -> String? {
            let planted = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.kenji)) { transaction in
                    try await transaction.execute(
                        "UPDATE stream_reviewers SET added_at = now(), added_by = \(kenji) WHERE person_id = \(kenji)")
                }
            }
            return planted?.sqlState
        }
        #expect(try await answerOneself() == "23514")
        try await world.owner.write(as: .none) {
            _ = try await $0.execute("ALTER TABLE stream_reviewers DISABLE TRIGGER USER")
        }
        #expect(try await answerOneself() == "42501")
        try await world.owner.write(as: .none) {
            _ = try await $0.execute("ALTER TABLE stream_reviewers ENABLE TRIGGER USER")
        }
        for member in [Cast.nora, Cast.ada, Cast.iris] {
            let rows = try await world.database.reader(as: world.context(member)).rows(
                "SELECT id FROM stream_reviewers")
            #expect(rows.isEmpty)
        }

        #expect(try await world.seats(of: kenji) == 0)
        let accepted = await park.ask("POST", "/v1/nominations/\(id)/acceptance")
        #expect(accepted.status == 200, "\(accepted.text)")
        #expect(try await world.seats(of: kenji) == 1)
        #expect(await park.ask("POST", "/v1/nominations/\(id)/acceptance").status == 409)
        #expect(
            await park.ask("POST", "/v1/nominations/\(id)/refusal", json: #"{"reason": "No."}"#).status == 409)
        let told = try await world.notices(to: Cast.kenji).filter { $0.contains("is in the pool of reviewers now") }
        #expect(told.count == 1, "\(told)")

        // Taken back, and nominated again; refused, with the reason for the partner.
        #expect(await bank.ask("POST", "/v1/nominations/\(id)/withdrawal").status == 200)
        #expect(await bank.ask("POST", "/v1/nominations/\(id)/withdrawal").status == 409)
        let form = "/partner/streams/\(fintech)/nominations"
        #expect(await bank.send(form, [("partial", "false")]).text.contains("Choose one at least."))
        let looked = await bank.send(form, [("people", kenji.description), ("partial", "false")])
        #expect(looked.status == 200 && looked.text.contains("1 can be done."), "\(looked.text)")
        #expect(looked.text.contains(#"value="\#(kenji)" checked"#))
        #expect(try await world.pool(of: fintech).allSatisfy { $0.status != .nominated })
        let mixed = [("people", kenji.description), ("people", nora.description), ("sure", "true")]
        let whole = await bank.send(form, mixed + [("partial", "false")])
        #expect(whole.status == 409 && whole.text.contains("your own institution"), "\(whole.text)")
        #expect(try await world.pool(of: fintech).allSatisfy { $0.status != .nominated })
        let page = await bank.send(form, mixed + [("partial", "true")])
        #expect(page.status == 200 && page.text.contains("1 was done. 1 was not; below is why."), "\(page.text)")
        #expect(page.text.contains("your own institution") && !page.text.contains("Nora"))
        let second = try #require(try await world.pool(of: fintech).first { $0.status == .nominated })
        let refused = await park.send("/console/nominations/\(second.id)/refusal", [("reason", "One is enough.")])
        #expect(refused.status == 303, "\(refused.text.prefix(600))")
        let stream = await bank.open("/partner/streams/\(fintech)")
        #expect(stream.status == 200 && stream.text.contains("One is enough.") && !stream.text.contains("Vera Ito"))
        #expect(await bank.open("/partner/streams").text.contains("/partner/streams/\(fintech)"))
        #expect(await bank.open("/partner/streams/\(general)").status == 404)
    }

    @Test("The whole pool is asked onto a panel, with what each knows and what stands between them and applicants")
    func asked() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let round = ReviewRound.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftRound(
                RoundDraft(
                    name: try LocalizedName(en: "Second look"), isBlind: true, reviewsWanted: 1, quorum: 1,
                    due: Deadline(Date().addingTimeInterval(86_400 * 30), in: .hongKong), criteria: []),
                as: round, of: World.call, in: Cast.harbour.id)
        }
        let empty = await park.ask(
            "POST", "/v1/rounds/\(round)/pool/invitations", json: #"{"terms": {"most": 5, "languages": ["en"]}}"#)
        #expect(empty.status == 409, "\(empty.text)")
        #expect(await !park.open("/console/rounds/\(round)").text.contains("/console/rounds/\(round)/pool"))
        _ = await park.ask(
            "POST", "/v1/streams/\(general)/reviewers",
            json: #"{"people": [{"person": "\#(vera)"}, {"person": "\#(Cast.jun.person.id)"}]}"#)
        let pool = try await park.ask("GET", "/v1/rounds/\(round)/pool").json()["items"]?.elements ?? []
        #expect(pool.map { $0["name"]?.text } == ["Jun Sato", "Vera Ito"], "\(pool)")
        // jun's fund holds shares of KelpSense.
        #expect(pool.first?["conflicts"]?.elements?.isEmpty == false && pool.first?["answer"]?.text == nil, "\(pool)")
        let form = await park.open("/console/rounds/\(round)/pool")
        #expect(form.status == 200 && form.text.contains("KelpSense") && form.text.contains("Vera Ito"))

        let rehearsed = await park.send(
            "/console/rounds/\(round)/pool",
            [("people", vera.description), ("most", "5"), ("languages", "en"), ("partial", "false")])
        #expect(rehearsed.status == 200 && rehearsed.text.contains("Would be done"), "\(rehearsed.text.prefix(600))")
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.panel(of: round).isEmpty)
        let none = await park.send("/console/rounds/\(round)/pool", [("most", "5"), ("languages", "en")])
        #expect(none.status == 422)
        let asked = await park.send(
            "/console/rounds/\(round)/pool",
            [("people", vera.description), ("most", "5"), ("languages", "ja"), ("partial", "false"), ("sure", "true")])
        #expect(asked.status == 303, "\(asked.text.prefix(600))")
        let seat = try #require(try await reader.panel(of: round).first)
        // What she said on the panel before stays hers.
        #expect(seat.person == vera && seat.terms.most == 5 && seat.terms.languages == [.english, .traditionalChinese])
        #expect(!seat.terms.focusAreas.isEmpty)

        let rest = try await park.ask(
            "POST", "/v1/rounds/\(round)/pool/invitations", json: #"{"terms": {"most": 3, "languages": ["en"]}}"#
        ).json()
        #expect(
            rest["done"] == 1 && rest["items"]?.elements?.first?["person"]?.text == Cast.jun.person.id.description,
            "\(rest)")
        // Somebody else can be asked, and the page says that they are not of the pool.
        let other = await park.open("/console/rounds/\(round)/panel/new")
        #expect(other.text.contains("not in the pool") && other.text.contains("Nora Lau"))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            let address = try #require(EmailAddress(Cast.nora.person.email))
            _ = try await transaction.invitePanelist(
                PanelInvitation(
                    email: address, name: Name(Cast.nora.person.name),
                    terms: PanelTerms(most: 5, languages: [.english])), to: round, in: Cast.harbour.id, by: mei)
        }
        #expect(await park.open("/console/rounds/\(round)").text.contains("not in the pool"))
    }

    @Test("A manager adds people by a form that comes back filled in, and sees a newcomer's code once")
    func form() async throws {
        let world = try await World()
        let park = try await Visitor(Cast.mei, in: world)
        let place = "/console/streams/\(general)/reviewers"
        #expect(await park.open("/console/streams/\(general)").text.contains(place))
        let wrong = await park.send(place, [("addresses", "Aiko Sato"), ("partial", "false")])
        #expect(
            wrong.status == 422 && wrong.text.contains("Line 1 has no e-mail address."), "\(wrong.text.prefix(600))")
        #expect(wrong.text.contains("Aiko Sato"))
        let lines = "Aiko Sato, aiko@institute.example"
        let shown = await park.send(place, [("addresses", lines), ("partial", "false")])
        #expect(
            shown.status == 200 && shown.text.contains("1 can be done.")
                && shown.text.contains("aiko@institute.example"))
        #expect(try await world.pool(of: general).isEmpty)
        let done = await park.send(place, [("addresses", lines), ("partial", "false"), ("sure", "true")])
        #expect(done.status == 200 && done.text.contains("trellis_invite_"), "\(done.text.prefix(600))")
        // One who is in the pool keeps the others from it, and it is said which and why; with the choice, they alone stay out.
        let both = [("addresses", lines), ("people", vera.description)]
        let refused = await park.send(place, both + [("partial", "false"), ("sure", "true")])
        #expect(refused.status == 409 && refused.text.contains("Cannot be done"), "\(refused.text.prefix(600))")
        #expect(try await world.pool(of: general).map(\.name) == ["Aiko Sato"])
        let known = await park.send(place, both + [("partial", "true"), ("sure", "true")])
        #expect(
            known.status == 200 && known.text.contains("1 was done. 1 was not; below is why.")
                && known.text.contains("Aiko Sato"), "\(known.text)")
        #expect(try await world.pool(of: general).map(\.name) == ["Aiko Sato", "Vera Ito"])
        let out = await park.send(
            "\(place)/removals", [("leaving", vera.description), ("partial", "false"), ("sure", "true")])
        #expect(out.status == 303, "\(out.text.prefix(600))")
        #expect(try await world.pool(of: general).map(\.name) == ["Aiko Sato"])
    }

    @Test("A clone of a stream has its pool, without those who left")
    func cloned() async throws {
        let world = try await World()
        let tenant = Cast.harbour.id
        let copies = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.addToPool(
                [.known(vera), .known(nora)], of: fintech, .allOrNothing, in: tenant, by: mei)
            _ = try await transaction.removeFromPool([nora], of: fintech, .allOrNothing, by: mei)
            return try await transaction.clone(.stream(fintech), in: tenant)
        }
        let copy = try #require(copies.streams.first)
        #expect(copy.reviewers == 1)
        #expect(try await world.pool(of: copy.id).map(\.person) == [vera])
    }
}

extension World {
    fileprivate func pool(of stream: ProgramStream.ID) async throws -> [StreamReviewer] {
        try await database.reader(as: context(Cast.mei)).pool(of: stream)
    }

    /// How many reviewers' seats somebody holds.
    fileprivate func seats(of person: Person.ID) async throws -> Int {
        try await owner.reader(as: .none).value(
            "SELECT count(*) FROM memberships WHERE person_id = \(person) AND role = 'reviewer' AND ended_at IS NULL")
    }

    fileprivate func seats(at email: String) async throws -> Int {
        try await owner.reader(as: .none).value(
            """
            SELECT count(*) FROM memberships AS m JOIN people AS p ON p.id = m.person_id WHERE p.email = \(email)
            """)
    }

    /// What was written to somebody beside invitations and reminders.
    func notices(to member: Cast.Member) async throws -> [String] {
        try await owner.reader(as: .none).rows(
            """
            SELECT t.body FROM letters AS l
            JOIN letter_texts AS t ON t.tenant_id = l.tenant_id AND t.letter_id = l.id AND t.version = l.version
            WHERE l.kind = 'notice' AND l.recipient_id = \(member.person.id) AND l.tenant_id = \(Cast.harbour.id)
            ORDER BY l.id
            """
        ).map { try $0("body") }
    }
}
