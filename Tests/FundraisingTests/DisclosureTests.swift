import Accounts
import DemoWorld
import Foundation
import Institutions
import Investment
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Fundraising

@Suite("What a round tells whom")
struct DisclosureTests {
    /// Texts that the other investor reads only from a level on.
    private static let told: [(text: String, from: FundingRound.Disclosure)] = [
        ("Lion Peak", .names), ("400,000", .names), (Cast.chloe.person.email, .contacts),
    ]

    @Test("is the same on its page, by API and in its file, and no more", arguments: FundingRound.Disclosure.allCases)
    func levels(_ level: FundingRound.Disclosure) async throws {
        let world = try await FundraisingWorld()
        try await world.listForLionPeak()
        try await world.introduce()
        let round = try await world.open(world.terms(introduced: level))
        try await world.indicate(400, as: Cast.chloe, to: round, note: "We know the harbour master.")
        try await world.indicate(100, as: Cast.jun, to: round)
        let jun = try await world.visitor(Cast.jun)
        let page = await jun.open("/raising/\(world.startup)")
        let api = await jun.ask("GET", "/v1/funding-rounds/\(round)")
        let file = await jun.open("/funding-rounds/\(round)/indications.csv")
        for answer in [page, api, file] {
            #expect(answer.status == 200, "\(answer.text)")
            #expect(!answer.text.contains("harbour master"), "words are for the startup")
            #expect(answer.text.contains("Tidewater"), "one's own stands there always")
        }
        for (text, from) in Self.told {
            let isTold = level >= from
            #expect(page.text.contains(text) == isTold, "\(text)")
            #expect(file.text.contains(text.replacing(",", with: "")) == isTold, "\(text)")
            #expect(api.text.contains(text.replacing("400,000", with: "40000000")) == isTold, "\(text)")
        }
        let sheet = try #require(try await world.reader(Cast.jun).roundSheet(round))
        #expect((sheet.round.tally?.sum.minor == 500_000_00) == (level >= .summary))
        #expect(sheet.round.tally == nil || level >= .summary)
        #expect(page.text.contains("HK$ 500,000") == (level >= .summary))

        // Lion Peak met the startup on a list, whose level is none.
        let listed = try #require(try await world.reader(Cast.chloe).roundSheet(round))
        #expect(listed.round.tally == nil && listed.indications.map(\.isOwn) == [true])
        #expect(listed.indications.first?.note?.string == "We know the harbour master.")
        // The startup reads all of it, the park number and sum.
        let own = try #require(try await world.reader(Cast.ada).roundSheet(round))
        #expect(own.indications.count == 2 && own.indications.allSatisfy { $0.contactEmail != nil })
        let mei = try #require(try await world.reader(Cast.mei).roundSheet(round))
        #expect(mei.indications.isEmpty && mei.round.tally?.indications == 2)
    }

    @Test("is held by the rows themselves")
    func rows() async throws {
        let world = try await FundraisingWorld()
        try await world.listForLionPeak()
        let round = try await world.open(world.terms(listed: .contacts, introduced: .contacts))
        try await world.indicate(400, as: Cast.chloe, to: round)
        for (member, count) in [
            (Cast.jun, 0), (Cast.mei, 0), (Cast.ravi, 0), (Cast.leo, 0), (Cast.chloe, 1), (Cast.ada, 1),
        ] {
            let rows = try await world.reader(member).rows("SELECT id FROM round_indications")
            #expect(rows.count == count, "\(member.person.name)")
        }
        for (member, count) in [(Cast.jun, 0), (Cast.mei, 0), (Cast.chloe, 0), (Cast.ada, 1)] {
            let rows = try await world.reader(member).rows("SELECT email FROM indication_contacts")
            #expect(rows.count == count, "\(member.person.name)")
        }
        let trail = try await world.reader(Cast.mei).rows(
            "SELECT seq FROM audit_events WHERE noun IN ('round_indications', 'indication_contacts')")
        #expect(trail.isEmpty, "nor does the trail tell the park")
        // An indication in another firm's name.
        await #expect {
            try await world.write(as: Cast.jun) {
                try await $0.execute(
                    """
                    INSERT INTO round_indications
                        (tenant_id, round_id, id, investor_id, given_by, amount_minor, binding, stands_until, told)
                    VALUES (acting_tenant(), \(round), gen_random_uuid(), \(world.lionPeak), acting_person(), 1, false,
                            current_date + 9, 'contacts')
                    """)
            }
        } throws: {
            $0 is DatabaseError
        }
    }

    @Test("reaches nobody once the introduction has ended and no list shows the startup")
    func ended() async throws {
        let world = try await FundraisingWorld()
        let introduction = try await world.introduce()
        let round = try await world.open()
        _ = try await world.write(as: Cast.ada) { [startup = world.startup] in
            try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: startup)
        }
        #expect(try await world.reader(Cast.jun).fundingRound(round) != nil, "both consented")
        _ = try await world.write(as: Cast.ada) {
            try await $0.recordStep(
                NewStep(.passed, because: .timing), of: introduction,
                by: IntroductionActor(Cast.ada.person.id, for: .startup))
        }
        #expect(try await world.reader(Cast.jun).fundingRound(round) == nil)
        #expect(try await world.visitor(Cast.jun).open("/raising/\(world.startup)").status == 404)
    }

    @Test("is written to the founders, and to the investor they let go")
    func letters() async throws {
        let world = try await FundraisingWorld()
        let round = try await world.open()
        let given = try await world.indicate(500, as: Cast.jun, to: round)
        _ = try await world.write(as: Cast.ada) {
            try await $0.releaseIndication(given, of: round, by: Cast.ada.person.id)
        }
        let found = try await world.world.working {
            try await world.world.awaiting {
                (try await world.subjects(to: Cast.ada), try await world.subjects(to: Cast.jun))
            } until: {
                $0.0.contains { $0.contains("round") } && $0.1.contains { $0.contains("let you go") }
            }
        }
        #expect(found.0.contains("An investor would put something into your round"))
        #expect(found.1.contains("KelpSense has let you go from your indication"))
        // The park keeps the outbox, and reads none of these in it, nor on the trail.
        let about: Query = "about_noun IN ('funding_round', 'data_room')"
        let letters: Query = "SELECT id FROM letters WHERE \(fragment: about)"
        #expect(try await world.world.owner.reader(as: .none).rows(letters).count >= 2)
        // A mail server said something of each.
        _ = try await world.world.owner.write(as: .none) {
            try await $0.execute(
                """
                INSERT INTO letter_attempts (tenant_id, letter_id, number, ended_at, outcome, report)
                SELECT tenant_id, id, 99, now(), 'refused', '550 jun@tidewater.example' FROM letters
                WHERE \(fragment: about)
                """)
        }
        for query in [
            letters, "SELECT number FROM letter_attempts WHERE number = 99",
            "SELECT seq FROM audit_events WHERE noun = 'letter_attempts' AND after ->> 'report' LIKE '550%'",
            "SELECT letter_id FROM letter_texts WHERE subject LIKE '%your round' OR subject LIKE '%let you go%'",
            "SELECT seq FROM audit_events WHERE noun = 'letters' AND after ->> 'about_noun' = 'funding_round'",
        ] as [Query] {
            #expect(try await world.world.owner.reader(as: .none).rows(query).count > 0, "\(query.sql)")
            #expect(try await world.reader(Cast.mei).rows(query).isEmpty, "\(query.sql)")
        }
        let (mei, ada) = (try await world.visitor(Cast.mei), try await world.visitor(Cast.ada))
        let outbox = await mei.open("/console/letters")
        #expect(outbox.status == 200 && !outbox.text.contains("would put something into"), "\(outbox.text)")
        #expect(await ada.open("/letters").text.contains("would put something into"))
    }
}
