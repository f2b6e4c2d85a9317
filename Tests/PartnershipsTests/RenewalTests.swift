import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("Agreements that renew themselves")
struct RenewalTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let own = Institution.ID(Cast.harbour.id.uuid)
    private let bank = Cast.institution("harbour/sakuragi")
    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    /// An agreement of 400 days that ends in so many, with a text, and 30 days of notice.
    private func sign(_ reference: String, endingIn days: Int, renewsItself: Bool = true, in world: World) async throws
        -> MoU.ID
    {
        let id = MoU.ID()
        let draft = try MoUDraft(
            reference: Name(reference), title: LocalizedName(en: "Joint lab"), kind: .research,
            parties: [MoU.Party(own, as: .lead), MoU.Party(bank, as: .partner)],
            areas: [MoU.Area(try #require(FocusArea.ID("fintech")), wording: ShortText("Payments"))],
            objectives: [ShortText("Two papers")], clauses: [MoU.Clause(ShortText("Secrecy"), isBinding: true)],
            prevailingLanguage: .english, renewsItself: renewsItself)
        let signing = try Signing(
            on: today.adding(days: days - 410), effectiveOn: today.adding(days: days - 400),
            endsOn: today.adding(days: days),
            by: [own, bank].map {
                try Signing.Participant(
                    .signatory, name: Name("A Signatory"), title: ShortText("Director"), of: $0)
            })
        let text = try MoUBody("The parties cooperate, year after year.")
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
            _ = try await transaction.writeText(text, in: .english, of: id, in: tenant, by: mei)
            _ = try await transaction.shareMoU(id, in: tenant, by: mei)
            _ = try await transaction.agreeMoU(id, in: tenant, by: mei)
            _ = try await transaction.signMoU(id, signing, in: tenant, by: mei)
        }
        return id
    }

    private func renew(_ world: World) async throws -> [MoU.ID] {
        try await world.database.write(as: .system(in: tenant)) { try await $0.renewAgreements() }
    }

    private func notice(of id: MoU.ID, by party: Institution.ID, on day: CalendarDate, in world: World) async throws {
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.giveNotice(of: id, by: party, on: day)
        }
    }

    @Test("a further term of the same length begins on the day the earlier one ends, once, and both sides are told")
    func further() async throws {
        let world = try await World()
        let id = try await sign("MoU-R", endingIn: 0, in: world)
        let next = try #require(try await renew(world).first)
        #expect(try await renew(world).isEmpty)
        let reader = world.database.reader(as: world.context(Cast.kenji))
        let (before, after) = (try #require(try await reader.mou(id)), try #require(try await reader.mou(next)))
        #expect(before.status == .expired && before.renewedBy == next)
        #expect(after.status == .inForce && after.renews == id && after.termNumber == 2)
        #expect(after.reference.string == "MoU-R · 2")
        #expect(after.term.effectiveOn == today && after.term.endsOn == today.adding(days: 400))
        #expect(after.signatures == before.signatures && after.participants == before.participants)
        #expect(after.areas == before.areas && after.clauses == before.clauses && after.objectives == before.objectives)
        #expect(after.renewsItself && after.signedOn == before.signedOn)
        #expect(try await reader.texts(of: next).map(\.sha256) == reader.texts(of: id).map(\.sha256))
        #expect(try await reader.history(of: next).map(\.to) == [.inReview, .agreed, .signed])
        try await world.database.write(as: .system(in: tenant)) { transaction in
            try await transaction.remindParties()
            try await transaction.remindParties()
        }
        let told: [String] = try await world.owner.reader(as: .none).rows(
            """
            SELECT split_part(l.recipient_name, ' ', 1) || ': ' || x.subject AS line
            FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
            WHERE l.about_noun = 'mou' AND l.about_id = \(next) ORDER BY 1
            """
        ).map { try $0("line") }
        #expect(
            told
                == ["Kenji", "Mei", "Tom", "Wing"].map {
                    "\($0): MoU-R · 2 has begun: the agreement renewed itself"
                })
        let broken = try await world.owner.snapshot(as: .none) { snapshot in
            var broken: [String] = []
            for invariant in PartnershipsRoom.invariants {
                for try await violation in try await snapshot.violations(of: invariant) {
                    broken.append("\(invariant.name): \(violation.detail)")
                }
            }
            return broken
        }
        #expect(broken == [])
    }

    @Test("notice in time lets it end, and what does not renew itself, or is renewed already, has no further term")
    func quiet() async throws {
        let world = try await World()
        let ending = try await sign("MoU-N", endingIn: 40, in: world)
        await #expect(throws: MoURefusal.noticeIsLate(latest: today.adding(days: 10))) {
            try await notice(of: ending, by: bank, on: today.adding(days: 11), in: world)
        }
        await #expect(throws: MoURefusal.notAParty) {
            try await notice(of: ending, by: Cast.institution("harbour/kitagawa"), on: today, in: world)
        }
        try await notice(of: ending, by: bank, on: today, in: world)
        await #expect(throws: MoURefusal.noticeIsGiven) { try await notice(of: ending, by: own, on: today, in: world) }
        let plain = try await sign("MoU-P", endingIn: -1, renewsItself: false, in: world)
        await #expect(throws: MoURefusal.doesNotRenewItself) {
            try await notice(of: plain, by: bank, on: today, in: world)
        }
        let renewed = try await sign("MoU-Q", endingIn: -1, in: world)
        let draft = try MoUDraft(
            reference: Name("MoU-Q2"), title: LocalizedName(en: "Joint lab"), kind: .research, renews: renewed)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftMoU(draft, as: MoU.ID(), in: tenant, by: mei)
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                UPDATE mous SET ends_on = \(today), notice_given_on = \(today.adding(days: -40)) WHERE id = \(ending)
                """)
        }
        #expect(try await renew(world).isEmpty)
        // Once agreed to, nobody changes whether it renews itself.
        let frozen = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute("UPDATE mous SET renews_itself = true WHERE id = \(plain)")
            }
        }
        #expect(frozen?.constraint == "texts_are_frozen_once_agreed")
    }

    @Test("half-way through a term both sides look at it together, once; what renews itself is not said to end")
    func halfway() async throws {
        let world = try await World()
        let id = try await sign("MoU-H", endingIn: 195, in: world)
        func told() async throws -> [String] {
            try await world.database.write(as: .system(in: tenant)) { try await $0.remindParties() }
            return try await world.owner.reader(as: .none).rows(
                "SELECT DISTINCT occasion FROM mou_reminders WHERE mou_id = \(id) ORDER BY 1"
            ).map { try $0("occasion") }
        }
        // Its middle was five days ago. Nothing has happened under it either.
        #expect(try await told() == ["dormant", "mid_term"])
        let written: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM letters WHERE about_id = \(id) AND recipient_id = \(Cast.kenji.person.id)")
        #expect(written == 2)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE mous SET ends_on = \(today.adding(days: 89)) WHERE id = \(id)")
        }
        #expect(try await told() == ["dormant", "mid_term"])
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE mous SET ends_on = \(today.adding(days: 29)) WHERE id = \(id)")
        }
        #expect(try await told() == ["dormant", "mid_term", "notice_is_due"])
    }

    @Test("by HTTP and on the page: it says so, takes notice, and gives the form back")
    func edge() async throws {
        let world = try await World()
        let id = try await sign("MoU-E", endingIn: 90, in: world)
        let mei = try await Visitor(Cast.mei, in: world)
        let page = "/console/mous/\(id)"
        let shown = await mei.open(page)
        #expect(
            shown.text.contains("By itself, unless a party gives notice by") && shown.text.contains("\(page)/notice"))
        #expect(await mei.open("\(page)/notice").status == 200)
        let late = await mei.send(
            "\(page)/notice",
            [("institution", bank.description), ("given_on", today.adding(days: 70).description)])
        #expect(late.status == 422 && late.text.contains("Notice had to be given on"))
        let given = await mei.send(
            "\(page)/notice", [("institution", bank.description), ("given_on", today.description)])
        #expect(given.status == 303, "\(given.text.prefix(300))")
        let after = await mei.open(page)
        #expect(after.text.contains("None: notice was given on") && !after.text.contains("\(page)/notice"))
        let again = await mei.ask(
            "POST", "/v1/mous/\(id)/notice", json: #"{"institution":"\#(bank)","given_on":"\#(today)"}"#)
        #expect(again.status == 409)
        let read = try await mei.ask("GET", "/v1/mous/\(id)").json()
        #expect(read["renews_itself"] == true && read["notice"]?["institution"]?.text == bank.description)
    }
}
