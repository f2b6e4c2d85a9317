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

    @Test("What nobody has judged of a call is listed, each two once, and judged many at once")
    func many() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let (kelp, lantern) = (application("kelpsense", to: call), application("lanterncare", to: call))
        let stranger = application("gridfellow", to: call)
        let listed = await mei.ask("GET", "/v1/calls/\(call)/overlaps")
        let found = try #require(try listed.json()["items"]?.elements)
        let pairs = found.map { Set([$0["application"]?.text, $0["overlap"]?["other"]?.text]) }
        #expect(pairs.count { $0 == ["\(kelp)", "\(lantern)"] } == 1, "\(listed.text)")
        #expect(Set(pairs).count == pairs.count)

        let target = "/v1/calls/\(call)/overlap-verdicts"
        func body(_ rest: String, _ verdict: String = "confirmed") -> String {
            """
            {"overlaps": [{"application": "\(lantern)", "other": "\(kelp)"},
                          {"application": "\(lantern)", "other": "\(stranger)"}], "verdict": "\(verdict)"\(rest)}
            """
        }
        let rehearsed = await mei.ask("POST", target, json: body(#", "dry_run": true"#))
        #expect(rehearsed.status == 200 && rehearsed.text.contains(#""done":0,"refused":1"#), "\(rehearsed.text)")
        let whole = await mei.ask("POST", target, json: body(""))
        #expect(whole.status == 409 && whole.problem?.errors.map(\.pointer) == ["/overlaps/1"], "\(whole.text)")
        let mute = await mei.ask("POST", target, json: body("", "dismissed"))
        #expect(mute.problem?.errors.map(\.pointer) == ["/reason"], "\(mute.text)")
        let elsewhere = await mei.ask(
            "POST", "/v1/calls/\(fintech)/overlap-verdicts", json: body(#", "partial": true"#))
        #expect(elsewhere.status == 200 && elsewhere.text.contains(#""done":0,"refused":2"#), "\(elsewhere.text)")
        let both = """
            {"overlaps": [{"application": "\(lantern)", "other": "\(kelp)"}, {"application": "\(kelp)", "other": "\(lantern)"}],
             "verdict": "confirmed"}
            """
        let twice = await mei.ask("POST", target, json: both)
        #expect(twice.status == 422 && twice.problem?.errors.map(\.pointer) == ["/overlaps/1"], "\(twice.text)")
        #expect(try await reader.overlaps(of: lantern).map(\.judgement?.verdict) == [nil])

        let page = "/console/calls/\(call)/overlaps"
        func stillOpen() async throws -> OpenOverlap? {
            try await reader.openOverlaps(of: call, limit: 500).first {
                Set([$0.pair.application, $0.pair.other]) == [kelp, lantern]
            }
        }
        let open = try #require(try await stillOpen())
        let form = await mei.open(page)
        #expect(form.status == 200 && form.text.contains(open.pair.ticked), "\(form.text)")
        #expect(await mei.open("/console/applications?call=\(call)&overlap=open").text.contains("href=\"\(page)\""))
        let odd = await mei.send(page, [("overlaps", "kelp:lantern"), ("verdict", "confirmed"), ("partial", "false")])
        #expect(odd.status == 422, "\(odd.text)")
        let ticked = [("overlaps", open.pair.ticked), ("verdict", "dismissed"), ("partial", "false")]
        let bare = await mei.send(page, ticked)
        #expect(bare.status == 422 && bare.text.contains("Say why it is no overlap"), "\(bare.text)")
        let said = ticked + [("reason", "Another Ada.")]
        let looked = await mei.send(page, said)
        #expect(looked.status == 200 && looked.text.contains("1 can be done."), "\(looked.text)")
        let done = await mei.send(page, said + [("sure", "true")])
        #expect(done.status == 303, "\(done.text)")
        #expect(try await reader.overlaps(of: lantern).map(\.judgement?.verdict) == [.dismissed])
        #expect(try await stillOpen() == nil)
        let after = await mei.open(try #require(done.header("Location")))
        #expect(after.text.contains("The judgements are on record."), "\(after.text)")
        // A word is for managers.
        let ada = try await Visitor(Cast.ada, in: world)
        #expect(await ada.ask("GET", "/v1/calls/\(call)/overlaps").status == 403)
    }

    @Test("Whom the applications of two startups name is told by the address; so is a founder whom another names")
    func people() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let (kelp, lantern) = (application("kelpsense", to: call), application("lanterncare", to: call))
        func evidence(of one: Application.ID, with other: Application.ID) async throws -> [FundingOverlap.Evidence] {
            try await reader.overlaps(of: one).first { $0.other == other }?.evidence ?? []
        }
        let adviser = "adviser@gmail.com"
        try await world.name(adviser, in: kelp)
        #expect(try await evidence(of: lantern, with: kelp).map(\.kind) == [.commonHolder], "one of them alone")
        let question = try await world.name(adviser, in: lantern)
        for (one, other) in [(lantern, kelp), (kelp, lantern)] {
            #expect(
                try await evidence(of: one, with: other).filter { $0.kind == .commonPerson } == [
                    .init(kind: .commonPerson, detail: adviser, share: nil)
                ])
        }
        let page = try await Visitor(Cast.mei, in: world).open("/console/applications/\(lantern)")
        #expect(page.text.contains("Same person named") && page.text.contains(adviser), "\(page.text)")
        // Ada founded one of them.
        let ada = Cast.ada.person.email
        try await world.name(ada, in: lantern)
        for (one, other) in [(lantern, kelp), (kelp, lantern)] {
            #expect(
                try await evidence(of: one, with: other).filter { $0.kind == .commonPerson }.map(\.detail)
                    == [ada, adviser].sorted())
        }
        // A draft names nobody yet.
        let draft = try await world.draft(to: call)
        try await world.fill(draft, of: call)
        try await world.name(adviser, in: draft)
        #expect(try await reader.overlaps(of: kelp).map(\.other) == [lantern])
        // Nor does an answer that is open again, which managers do not read.
        let wanted = try ChangesWanted(
            LongText("Say who your people are."), to: [question],
            by: CalendarDate(Date(), in: .hongKong).adding(days: 5))
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.requestChanges(wanted, of: lantern, as: ChangeRequest.ID(), by: mei)
        }
        #expect(try await evidence(of: lantern, with: kelp).map(\.kind) == [.commonHolder])
        #expect(try await evidence(of: kelp, with: lantern).map(\.kind) == [.commonHolder])
    }

    @Test("A word on two applications is on both, and the last one counts, from whichever side it was said")
    func bothSides() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let (kelp, lantern) = (application("kelpsense", to: call), application("lanterncare", to: call))
        let open = OverlapTally(open: 1, confirmed: 0)
        #expect(try await reader.overlapTallies(of: [kelp, lantern]) == [kelp: open, lantern: open])
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.judgeOverlap(of: lantern, with: kelp, as: .confirmed, because: nil, by: mei)
        }
        #expect(try await reader.overlaps(of: kelp).map { $0.judgement?.verdict } == [.confirmed])
        let confirmed = OverlapTally(open: 0, confirmed: 1)
        #expect(try await reader.overlapTallies(of: [kelp, lantern]) == [kelp: confirmed, lantern: confirmed])
        let reason = try LongText("Another Ada.")
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.judgeOverlap(of: kelp, with: lantern, as: .dismissed, because: reason, by: mei)
        }
        #expect(try await reader.overlaps(of: lantern).map { $0.judgement?.verdict } == [.dismissed])
        #expect(try await reader.overlapTallies(of: [kelp, lantern]).isEmpty)
    }

    @Test("A domain of many is told of those that may be funded, and of two whom somebody judged on either side")
    func crowded() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let harbour = Cast.harbour.id
        let (kelp, lantern) = (application("kelpsense", to: call), application("lanterncare", to: call))
        let pair = [Cast.startup("kelpsense"), Cast.startup("lanterncare")]
        // Their ids come before all others'.
        let crowd = (100..<160).compactMap { UUID(uuidString: "00000000-0000-4000-8000-000000000\($0)") }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO institutions (tenant_id, id, kind, names, website)
                SELECT \(harbour), c.id, 'startup', '{"en": "One of many"}', 'https://crowd.example'
                FROM unnest(\(crowd)) AS c (id)
                """)
            try await transaction.execute(
                "INSERT INTO startups (tenant_id, id) SELECT \(harbour), c.id FROM unnest(\(crowd)) AS c (id)")
            try await transaction.execute(
                """
                INSERT INTO applications (tenant_id, id, call_id, startup_id, state, created_by, submitted_at)
                SELECT \(harbour), c.id, \(fintech), c.id, 'rejected', \(mei), now() FROM unnest(\(crowd)) AS c (id)
                """)
            try await transaction.execute(
                "UPDATE institutions SET website = 'https://crowd.example/en' WHERE id = ANY (\(pair))")
        }
        func domains(of one: Application.ID) async throws -> Set<Application.ID> {
            let found = try await reader.overlaps(of: one)
            return Set(found.filter { $0.evidence.contains { $0.kind == .sameDomain } }.map(\.other))
        }
        #expect(try await domains(of: lantern) == [kelp], "what was turned down takes nobody's place")
        #expect(try await domains(of: kelp) == [lantern])
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("UPDATE applications SET state = 'in_review' WHERE id = ANY (\(crowd))")
        }
        let some = try await domains(of: lantern)
        #expect((50...52).contains(some.count) && !some.contains(kelp))
        #expect(try await domains(of: lantern) == some)
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.judgeOverlap(of: lantern, with: kelp, as: .confirmed, because: nil, by: mei)
        }
        #expect(try await domains(of: lantern) == some.union([kelp]))
        #expect(try await domains(of: kelp).contains(lantern))
    }

    @Test("Table, board, file and JSON count what each application's page lists, and are narrowed to it")
    func counted() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let (kelp, lantern) = (application("kelpsense", to: call), application("lanterncare", to: call))
        func listed(_ standing: OverlapStanding) async throws -> Set<Application.ID> {
            let filter = ApplicationFilter(overlap: standing)
            let found = try await reader.applications(matching: filter, limit: 500)
            let counted = try await reader.applicationCounts(matching: filter).values.reduce(0) { $0 + $1.applications }
            #expect(counted == found.count)
            return Set(found.map(\.id))
        }
        let all = try await reader.applications(limit: 1_000).map(\.id)
        let tallies = try await reader.overlapTallies(of: all)
        for (id, tally) in tallies {
            #expect(try await reader.overlaps(of: id).count { $0.judgement == nil } == tally.open)
        }
        #expect(try await listed(.open) == Set(tallies.keys) && tallies[kelp] != nil && tallies[lantern] != nil)
        #expect(try await listed(.confirmed).isEmpty)
        let table = await visitor.open("/console/applications?overlap=open").text
        #expect(
            table.contains("1 open overlap") && table.contains("/console/applications/\(lantern)#overlaps"), "\(table)")
        #expect(table.contains(">Overlaps</th>") && table.contains(#"<option value="open" selected>"#), "\(table)")
        #expect(await visitor.open("/console/applications/board?overlap=open").text.contains("1 open overlap"))
        let file = await visitor.ask("GET", "/v1/applications.csv?overlap=open&columns=id&columns=overlaps").text
        #expect(file.contains("\(lantern),1,0\r\n"), "\(file)")
        // Who chose no columns gets these where there is something to count, in the file as in the table.
        let usual = await visitor.ask("GET", "/v1/applications.csv?overlap=open").text
        #expect(usual.contains("Open overlaps"), "\(usual)")
        let drafts = await visitor.ask("GET", "/v1/applications.csv?state=draft")
        #expect(drafts.status == 200 && !drafts.text.contains("Open overlaps"), "\(drafts.text)")
        let listing = try await reader.applications(limit: 1_000)
        let pieces = try await reader.countingOverlaps(of: listing, inPiecesOf: 2)
        #expect(pieces.map(\.overlaps?.open) == listing.map { tallies[$0.id]?.open ?? 0 })
        // A page shows them by what is on it, whatever the next one begins with.
        let (order, clear) = try #require(
            try await firstOverlaps(reader, among: Set(tallies.keys)).first { $0.clear > 0 })
        let rows = "/console/applications?sort=\(order.rawValue)&limit="
        #expect(await !visitor.open("\(rows)\(clear)").text.contains(">Overlaps</th>"))
        #expect(await visitor.open("\(rows)\(clear + 1)").text.contains(">Overlaps</th>"))
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.judgeOverlap(of: lantern, with: kelp, as: .confirmed, because: nil, by: mei)
        }
        #expect(try await listed(.confirmed) == [kelp, lantern])
        #expect(try await listed(.any) == Set(tallies.keys))
        #expect(try await !listed(.open).contains(lantern))
        let items = try await visitor.ask("GET", "/v1/applications?overlap=confirmed").json()["items"]?.elements ?? []
        #expect(items.count == 2 && items.allSatisfy { $0["overlaps"]?["confirmed"] == 1 })
        // What was turned down is not counted, though its page still lists what it shared.
        try await world.owner.write(as: .none) { transaction in
            _ = try await transaction.execute("SET LOCAL session_replication_role = replica")
            _ = try await transaction.execute("UPDATE applications SET state = 'ineligible' WHERE id = \(lantern)")
        }
        #expect(try await reader.overlapTallies(of: [kelp, lantern]).isEmpty)
        #expect(try await reader.overlaps(of: lantern).map(\.other) == [kelp])
        #expect(try await reader.overlaps(of: kelp).isEmpty)
    }

    /// In each order of the list, how many rows stand before the first that might be funded twice.
    private func firstOverlaps(
        _ reader: Reader, among overlapping: Set<Application.ID>
    ) async throws -> [(order: ApplicationFilter.Order, clear: Int)] {
        var found: [(order: ApplicationFilter.Order, clear: Int)] = []
        for order in ApplicationFilter.Order.allCases {
            let ids = try await reader.applications(matching: ApplicationFilter(sort: order), limit: 1_000).map(\.id)
            found.append((order, ids.firstIndex { overlapping.contains($0) } ?? 0))
        }
        return found
    }

    @Test("Counts and the filter tell founders nothing, nor a manager of what is their own")
    func countedForNobodyElse() async throws {
        let world = try await World()
        let (kelp, lantern) = (application("kelpsense", to: call), application("lanterncare", to: call))
        for member in [Cast.ada, Cast.nora, Cast.kenji, Cast.iris, Cast.leo] {
            let reader = world.database.reader(as: world.context(member))
            #expect(try await reader.overlapTallies(of: [kelp, lantern]).isEmpty, "\(member.person.name)")
            let found = try await reader.applications(matching: ApplicationFilter(overlap: .any), limit: 100)
            #expect(found.isEmpty, "\(member.person.name)")
        }
        let ada = try await Visitor(Cast.ada, in: world)
        let own = await ada.ask("GET", "/v1/applications")
        #expect(own.status == 200 && !own.text.contains("overlaps"), "\(own.text)")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (gen_random_uuid(), \(Cast.harbour.id), \(mei), \(Cast.startup("lanterncare").uuid), 'founder')
                """)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.overlapTallies(of: [kelp, lantern]).isEmpty)
        let found = try await reader.applications(matching: ApplicationFilter(overlap: .any), limit: 500).map(\.id)
        #expect(!found.contains(kelp) && !found.contains(lantern))
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

extension World {
    /// Has an application name somebody, as a form with a question about people keeps it; says which question.
    @discardableResult
    fileprivate func name(
        _ address: String, in application: Application.ID
    ) async throws -> CallForApplications.Question.ID {
        try await database.write(as: .system(in: Cast.harbour.id)) { transaction in
            let named = try await transaction.rows(
                """
                INSERT INTO application_people (tenant_id, application_id, question_id, email)
                SELECT w.tenant_id, w.application_id, w.question_id, \(address) FROM application_answers AS w
                WHERE w.application_id = \(application) ORDER BY w.question_id LIMIT 1
                RETURNING question_id
                """)
            let first = try #require(named.first)
            return try first("question_id")
        }
    }
}
