import API
import Accounts
import DemoWorld
import Eligibility
import Foundation
import Institutions
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

/// What might be funded twice: found by what is planted, told to managers alone.
@Suite("Funding overlaps")
struct FundingOverlapTests {
    let call: CallForApplications.ID = demoID("call incubation")
    let fintech: CallForApplications.ID = demoID("call fintech")
    let mei = Cast.mei.person.id

    private func application(_ slug: String, to call: CallForApplications.ID) -> Application.ID {
        demoID("application \(Cast.startup(slug)) \(call)")
    }

    @Test("A common holder from thirty per cent on is told with its share, whichever way the name was written")
    func commonHolder() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let (kelp, lantern) = (application("kelpsense", to: call), application("lanterncare", to: call))
        let found = try #require(try await reader.overlaps(of: lantern).first { $0.other == kelp })
        #expect(found.evidence == [.init(kind: .commonHolder, detail: "ADA WONG", share: 3_500)])
        #expect(found.isEnrolled && found.judgement == nil)
        #expect(try await reader.overlaps(of: kelp).map(\.other) == [lantern])
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.recordHolders(
                [Holder(Name("Ada Wong"), basisPoints: 2_999)], of: Cast.startup("lanterncare"), in: Cast.harbour.id,
                matching: { _ in })
        }
        #expect(try await reader.overlaps(of: lantern).isEmpty)
    }

    @Test("Planted duplicates of every kind are found, and nothing else is")
    func planted() async throws {
        let world = try await World()
        let asked = try await world.submitted(to: call, declaring: ["project": .text("Trade  Papers")])
        let ledger = Cast.startup("ledgerleaf").uuid
        let harbour = Cast.harbour.id
        @Sendable func startup(_ slug: String) -> UUID { Cast.startup(slug).uuid }
        try await world.owner.write(as: .none) { transaction in
            // The same startup elsewhere; the same project of another; a founder, a number and a domain in common.
            try await transaction.execute(
                """
                INSERT INTO applications (tenant_id, id, call_id, startup_id, state, created_by, submitted_at)
                VALUES (\(harbour), gen_random_uuid(), \(fintech), \(ledger), 'submitted', \(mei), now())
                """)
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (gen_random_uuid(), \(harbour), \(Cast.ravi.person.id), \(startup("quayside")), 'founder')
                """)
            try await transaction.execute(
                """
                INSERT INTO institution_identifiers (tenant_id, institution_id, scheme, value)
                VALUES (\(harbour), \(ledger), 'hk_br', '12345678'), (\(harbour), \(startup("gridfellow")), 'org_id', '1234-5678')
                """)
            try await transaction.execute(
                "UPDATE institutions SET website = 'https://www.ledgerleaf.example/en' WHERE id = \(startup("tideglass"))"
            )
            try await transaction.execute("ALTER TABLE application_facts DISABLE TRIGGER USER")
            try await transaction.execute(
                """
                UPDATE application_facts SET facts = jsonb_set(facts, '{project}', '{"text": " trade PAPERS "}')
                WHERE application_id = \(application("skylarkinspect", to: call))
                """)
            try await transaction.execute("ALTER TABLE application_facts ENABLE TRIGGER USER")
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let states = try await reader.rows("SELECT startup_id, state FROM applications WHERE call_id = \(call)").map {
            (try $0("startup_id") as UUID, try $0("state") as String)
        }
        let live = Set(
            states.filter { !["draft", "ineligible", "rejected", "declined", "withdrawn"].contains($0.1) }.map(\.0))
        let found = Dictionary(
            grouping: try await reader.overlaps(of: asked), by: { $0.startupName.text(for: .english) }
        ).mapValues { Set($0.flatMap { $0.evidence.map(\.kind) }) }
        var expected: [String: Set<FundingOverlap.Kind>] = ["LedgerLeaf": [.sameStartup]]
        // What was turned down funds nothing.
        for (slug, name, kinds) in [
            ("quayside", "Quayside", [.commonFounder, .sameDomain]), ("gridfellow", "Gridfellow", [.sameRegistration]),
            ("tideglass", "Tideglass", [.sameDomain]), ("skylarkinspect", "Skylark Inspect", [.sameProject]),
        ] as [(String, String, Set<FundingOverlap.Kind>)] where live.contains(startup(slug)) {
            expected[name] = kinds
        }
        #expect(expected.count >= 3)
        #expect(found == expected)
    }

    @Test("A manager confirms, or dismisses with a reason; what was said before stays")
    func judged() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.mei, in: world)
        let (kelp, lantern) = (application("kelpsense", to: call), application("lanterncare", to: call))
        let page = await visitor.open("/console/applications/\(lantern)")
        #expect(page.text.contains("Might be funded twice") && page.text.contains("ADA WONG"), "\(page.text)")
        let place = "/console/applications/\(lantern)/overlaps/\(kelp)"
        #expect(await visitor.open(place).status == 200)
        let bare = await visitor.send(place, [("verdict", "dismissed"), ("reason", "")])
        #expect(bare.status == 422 && bare.text.contains("Say why it is no overlap"), "\(bare.text)")
        let key = ("idempotency_key", UUID().uuidString)
        #expect(await visitor.send(place, [("verdict", "dismissed"), ("reason", "Another Ada."), key]).status == 303)
        let verdicts = "/v1/applications/\(lantern)/overlaps/\(kelp)/verdicts"
        let confirmed = await visitor.ask("POST", verdicts, json: #"{"verdict":"confirmed"}"#)
        #expect(confirmed.status == 200, "\(confirmed.text)")
        #expect(try confirmed.json()["verdict"] == "confirmed")
        let kept = try await world.owner.reader(as: .none).rows(
            "SELECT verdict FROM funding_overlap_verdicts ORDER BY seq"
        ).map { try $0("verdict") as String }
        #expect(kept == ["dismissed", "confirmed"])
        let none = application("gridfellow", to: call)
        let stranger = await visitor.ask(
            "POST", "/v1/applications/\(lantern)/overlaps/\(none)/verdicts", json: #"{"verdict":"confirmed"}"#)
        #expect(stranger.status == 404)
        // It blocks nothing.
        #expect(
            await visitor.ask("POST", "/v1/applications/\(lantern)/screening", json: #"{"verdict":"eligible"}"#).status
                == 200)
    }

    @Test("Founders, reviewers, partners and other parks are told nothing; nor is a manager of what is their own")
    func walls() async throws {
        let world = try await World()
        let (kelp, lantern) = (application("kelpsense", to: call), application("lanterncare", to: call))
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.judgeOverlap(of: lantern, with: kelp, as: .confirmed, because: nil, by: mei)
        }
        for member in [Cast.ada, Cast.nora, Cast.kenji, Cast.iris, Cast.leo] {
            let reader = world.database.reader(as: world.context(member))
            #expect(try await reader.overlaps(of: lantern).isEmpty, "\(member.person.name)")
            let rows = try await reader.rows("SELECT id FROM funding_overlap_verdicts")
            #expect(rows.isEmpty, "\(member.person.name)")
        }
        let ada = try await Visitor(Cast.ada, in: world)
        #expect(await ada.ask("GET", "/v1/applications/\(kelp)/overlaps").status == 403)
        #expect(!(await ada.open("/portal/applications/\(kelp)")).text.contains("Might be funded twice"))
        // Mei turns out to have founded one side.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (gen_random_uuid(), \(Cast.harbour.id), \(mei), \(Cast.startup("lanterncare").uuid), 'founder')
                """)
        }
        let own = world.database.reader(as: world.context(Cast.mei))
        #expect(try await own.overlaps(of: lantern).isEmpty)
        #expect(try await own.overlaps(of: kelp).isEmpty)
        #expect(try await own.rows("SELECT id FROM funding_overlap_verdicts").isEmpty)
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO funding_overlap_verdicts
                        (tenant_id, application_id, other_id, id, verdict, judged_by)
                    VALUES (\(Cast.harbour.id), \(lantern), \(kelp), gen_random_uuid(), 'confirmed', \(mei))
                    """)
            }
        }
        #expect(wall?.kind == .insufficientPrivilege)
    }
}
