import Accounts
import DemoWorld
import Foundation
import Investment
import Postgres
import Synchronization
import TestWorld
import Testing
import Vocabulary

@testable import Institutions

@Suite("Importing startups")
struct ImportTests {
    private static let lines = """
        {"id": "s:kite", "name": "Kite", "categories": ["fintech", "payments"], "country": "HKG", "city": "Hong Kong", \
        "founded_on": "2024-02-29", "stage": "seed", "last_round_on": "2025-05-01", "last_round_usd": 750000, \
        "rounds_before": 1, "total_raised_usd": 900000, "description": "Pays invoices by satellite."}
        {"id": "s:oar", "name": "櫂ロボット", "categories": ["rowing"], "tags": ["robotics", "rowing"], "country": "JPN", \
        "rounds_before": 0, "stage": null}
        {"id": "s:fern", "name": "Fern"}
        """

    private func importer(_ world: World, into tenant: Tenant = Cast.harbour) -> Importer {
        Importer(into: tenant.id, of: world.database, as: .system(in: tenant.id))
    }

    private func startup(_ externalID: String, in world: World) async throws -> Startup? {
        let reader = world.database.reader(as: world.context(Cast.mei))
        guard let id = try await reader.institutions(calledByExternalIDs: [externalID])[externalID]?.id else {
            return nil
        }
        return try await reader.startup(Startup.ID(id.uuid))
    }

    private func isShown(_ startup: Startup, in world: World) async throws -> Bool {
        try await world.database.reader(as: world.context(Cast.mei)).shown(among: [startup.id]) == [startup.id]
    }

    @Test("keeps what the rows say, and a second time changes nothing")
    func idempotent() async throws {
        let world = try await World()
        let file = ImportFile(Self.lines, named: "startups.jsonl", as: .jsonLines)
        let first = try await importer(world).importStartups(from: file)
        #expect(
            [first.read, first.inserted, first.updated, first.unchanged, first.failed] as [Int] == [3, 3, 0, 0, 0])

        let kite = try #require(try await startup("s:kite", in: world))
        #expect(kite.profile.country == .hongKong)
        #expect(kite.profile.foundedOn == CalendarDate("2024-02-29"))
        #expect(kite.profile.lastRound == Money(minor: 75_000_000, currency: .usd))
        #expect(kite.profile.raised == Money(minor: 90_000_000, currency: .usd))
        #expect(kite.profile.pitch?.string == "Pays invoices by satellite.")
        #expect(kite.profile.focusAreas.map(\.area.description) == ["fintech", "digital-payments"])
        #expect(try await !isShown(kite, in: world), "nobody is shown to investors because a list names them")
        let oar = try #require(try await startup("s:oar", in: world))
        #expect(oar.name[.japanese]?.string == "櫂ロボット")
        #expect(oar.profile.tags.map(\.string) == ["rowing", "robotics"])
        #expect(oar.profile.focusAreas.map(\.area.description) == ["robotics"])

        let second = try await importer(world).importStartups(from: file)
        #expect([second.read, second.inserted, second.updated, second.unchanged] as [Int] == [3, 0, 0, 3])
    }

    @Test("changes what a later file says, and erases nothing it is silent about")
    func revision() async throws {
        let world = try await World()
        let importer = importer(world)
        _ = try await importer.importStartups(from: ImportFile(Self.lines, named: "a", as: .jsonLines))
        let later = """
            id,name,categories,total_raised_usd,city
            s:kite,Kite Pay,insurance technology|payments,1500000,
            s:fern,Fern,,,
            """
        let report = try await importer.importStartups(from: ImportFile(later, named: "b.csv", as: .csv))
        #expect([report.inserted, report.updated, report.unchanged, report.failed] as [Int] == [0, 1, 1, 0])
        let kite = try #require(try await startup("s:kite", in: world))
        #expect(kite.name[.english]?.string == "Kite Pay")
        #expect(kite.profile.city?.string == "Hong Kong")
        #expect(kite.profile.lastRound?.minor == 75_000_000)
        #expect(kite.profile.raised?.minor == 150_000_000)
        #expect(kite.profile.focusAreas.map(\.area.description) == ["insurance-technology", "digital-payments"])
    }

    @Test("reports each bad row with its line and field, and keeps all the others")
    func faults() async throws {
        let world = try await World()
        let text = """
            {"id": "s:1", "name": "One"}
            {"id": "s:2", "name": ""}
            {"id": "s:3", "name": "Three", "founded_on": "2023-02-29", "country": "Atlantis"}
            not json
            {"id": "s:1", "name": "One again"}
            {"id": "s:6", "name": "Six", "last_round_usd": -5}

            {"id": "s:8", "name": "Eight"}
            """
        let report = try await importer(world).importStartups(from: ImportFile(text, named: "x", as: .jsonLines))
        #expect([report.read, report.inserted, report.failed] as [Int] == [7, 2, 5])
        #expect(
            report.faults.map { "\($0.line) \($0.field ?? "-")" } == [
                "2 name", "3 country", "3 founded_on", "4 -", "5 -", "6 last_round_usd",
            ])
        #expect(try await startup("s:8", in: world) != nil)
        #expect(try await startup("s:3", in: world) == nil)
    }

    @Test("a row that the database refuses takes nothing of its batch with it")
    func constraint() async throws {
        let world = try await World()
        let importer = importer(world)
        func file(_ range: ClosedRange<Int>) -> ImportFile {
            let lines = range.map { #"{"id": "s:\#($0)", "name": "Number \#($0)"}"# }
            return ImportFile(lines.joined(separator: "\n"), named: "x", as: .jsonLines)
        }
        _ = try await importer.importStartups(from: file(1...3))
        // Its external id was changed by hand: the row is new by that id, and old by the id that follows from it.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE institutions SET external_id = 'moved' WHERE external_id = 's:2'")
        }
        let report = try await importer.importStartups(from: file(1...40))
        #expect([report.inserted, report.unchanged, report.failed] as [Int] == [37, 2, 1])
        #expect(report.faults.map(\.line) == [2])
        #expect(try await startup("s:40", in: world) != nil)
    }

    @Test("an id of another kind of institution is no startup's")
    func otherKind() async throws {
        let world = try await World()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE institutions SET external_id = 'i:1' WHERE id = \(Cast.institution("harbour/tidewater"))")
        }
        let file = ImportFile(#"{"id": "i:1", "name": "Taken"}"#, named: "x", as: .jsonLines)
        let report = try await importer(world).importStartups(from: file)
        #expect(
            report.faults == [
                ImportFault(line: 1, message: "this id belongs to an institution that is no startup")
            ])
    }

    @Test("a rehearsal reports the same and keeps nothing; later files find what earlier ones brought")
    func rehearsal() async throws {
        let world = try await World()
        let reports = try await importer(world).rehearse { importer in
            let first = try await importer.importStartups(from: ImportFile(Self.lines, named: "a", as: .jsonLines))
            let asks = ImportFile("startup_id,seeking\ns:kite,series-a\ns:nobody,seed\n", named: "asks.csv", as: .csv)
            return [first, try await importer.importAsks(from: asks)]
        }
        #expect(reports[0].inserted == 3)
        #expect([reports[1].updated, reports[1].failed] as [Int] == [1, 1])
        #expect(reports[1].faults == [ImportFault(line: 3, message: "no startup has this id")])
        #expect(try await startup("s:kite", in: world) == nil)
    }

    @Test("asks and candidates speak of known startups, once")
    func asksAndCandidates() async throws {
        let world = try await World()
        let importer = importer(world)
        _ = try await importer.importStartups(from: ImportFile(Self.lines, named: "a", as: .jsonLines))
        let asks = ImportFile("startup_id,seeking\ns:kite,Series A\ns:fern,seed\n", named: "asks.csv", as: .csv)
        let candidates = ImportFile("startup_id,regime\ns:kite,warm\n", named: "candidates.csv", as: .csv)
        #expect(try await importer.importAsks(from: asks).updated == 2)
        #expect(try await importer.importCandidates(from: candidates).updated == 1)
        #expect(try await importer.importAsks(from: asks).unchanged == 2)
        #expect(try await importer.importCandidates(from: candidates).unchanged == 1)
        let kite = try #require(try await startup("s:kite", in: world))
        #expect(kite.profile.seeking == .seriesA)
        #expect(try await isShown(kite, in: world))
        // The first file is silent about both.
        _ = try await importer.importStartups(from: ImportFile(Self.lines, named: "a", as: .jsonLines))
        #expect(try await isShown(kite, in: world))
        // A startup that has said no is not shown because a file says so.
        _ = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: kite.id)
        }
        #expect(try await importer.importCandidates(from: candidates).unchanged == 1)
        #expect(try await !isShown(kite, in: world))
    }

    @Test("a file that agrees for startups has their founders written to, once, and a rehearsal nobody")
    func founders() async throws {
        let world = try await World()
        let importer = importer(world)
        _ = try await importer.importStartups(from: ImportFile(Self.lines, named: "a", as: .jsonLines))
        let fern = try #require(try await startup("s:fern", in: world))
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (gen_random_uuid(), \(Cast.harbour.id), \(Cast.ravi.person.id), \(fern.id), 'founder')
                """)
        }
        func told() async throws -> [String] {
            try await world.owner.reader(as: .none).rows(
                "SELECT lower(arguments::text) AS told FROM jobs WHERE kind = \(TellOfImportedConsents.kind)"
            ).map { try $0("told") }
        }
        // Kite has nobody who could be written to.
        let file = ImportFile("startup_id\ns:kite\ns:fern\n", named: "candidates.csv", as: .csv)
        _ = try await importer.rehearse { try await $0.importCandidates(from: file) }
        #expect(try await told().isEmpty)
        #expect(try await importer.importCandidates(from: file).updated == 2)
        #expect(try await importer.importCandidates(from: file).unchanged == 2)
        let kite = try #require(try await startup("s:kite", in: world))
        let jobs = try await told()
        #expect(jobs.count == 1 && jobs[0].contains(fern.id.description) && !jobs[0].contains(kite.id.description))
    }

    @Test("a file agrees to nothing for a startup that has decided on anything, also while it does")
    func decided() async throws {
        let world = try await World()
        let importer = importer(world)
        _ = try await importer.importStartups(from: ImportFile(Self.lines, named: "a", as: .jsonLines))
        let fern = try #require(try await startup("s:fern", in: world))
        // Its page says of demo days that it agrees to be shown to nobody.
        _ = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: fern.id)
        }
        let candidates = ImportFile("startup_id,regime\ns:fern,warm\n", named: "candidates.csv", as: .csv)
        #expect(try await importer.importCandidates(from: candidates).unchanged == 1)
        // Nor does one that looked before the startup decided, and writes now.
        _ = try await world.database.write(as: .system(in: Cast.harbour.id)) { transaction in
            for purpose in Consent.Purpose.allCases {
                try await transaction.execute(
                    """
                    INSERT INTO consents (tenant_id, startup_id, purpose, audience)
                    VALUES (acting_tenant(), \(fern.id), \(purpose), 'everyone')
                    """)
            }
        }
        let consents = try await world.database.reader(as: world.context(Cast.mei)).consents(of: fern.id)
        #expect(consents.map(\.audience) == [.nobody])
    }

    @Test("understands a company list as Crunchbase exports it, and shows how before it writes")
    func companyList() async throws {
        let world = try await World()
        let text = """
            Organization Name,Organization Name URL,Industries,Headquarters Location,Description,CB Rank (Company),\
            Founded Date,Website,Total Funding Amount (in USD),Number of Funding Rounds
            Kite,https://example.org/organization/kite,"FinTech, Payments","Kowloon, Hong Kong Island, Hong Kong",\
            Pays invoices.,"1,234",2019-04-01,kite.example,"$1,250,000",3
            Fern,https://example.org/organization/fern,—,"Tokyo, Tokyo, Japan",—,—,—,—,—,—
            """
        let file = ImportFile(text, named: "companies.csv", as: .csv)
        let preview = try Importer.previewStartups(of: file)
        #expect(preview.mapping["name"] == "Organization Name")
        #expect(preview.ignored == ["CB Rank (Company)"])
        #expect(preview.rows.count == 2)
        #expect(preview.rows[0].contains(ImportPreview.Field(name: "raised", value: "USD 1,250,000.00")))
        let report = try await importer(world).importStartups(from: file)
        #expect([report.inserted, report.failed] as [Int] == [2, 0])
        let kite = try #require(try await startup("https://example.org/organization/kite", in: world))
        #expect(kite.profile.city?.string == "Kowloon")
        #expect(kite.profile.country == .hongKong)
        #expect(kite.profile.website?.host == "kite.example")
        #expect(kite.profile.rounds == 3)
        #expect(kite.profile.focusAreas.contains { $0.area.description == "fintech" })
    }

    @Test("two workspaces may know the same company without knowing of each other")
    func walls() async throws {
        let world = try await World()
        let file = ImportFile(Self.lines, named: "a", as: .jsonLines)
        let harbour = try await importer(world).importStartups(from: file)
        let port = try await importer(world, into: Cast.portDigital).importStartups(from: file)
        #expect(harbour.inserted == 3)
        #expect(port.inserted == 3)
        let leo = world.database.reader(as: world.context(Cast.leo))
        #expect(try await leo.startups(named: "Kite", in: nil, after: nil, limit: 10).count == 1)
    }

    @Test("says how far it is, up to the end")
    func progress() async throws {
        let world = try await World()
        var importer = importer(world)
        importer.batchSize = 2
        let seen = Mutex<[ImportProgress]>([])
        importer.progress = { progress in seen.withLock { $0.append(progress) } }
        _ = try await importer.importStartups(from: ImportFile(Self.lines, named: "a", as: .jsonLines))
        let steps = seen.withLock { $0 }
        #expect(steps.map(\.rows) == [2, 3])
        #expect(steps.last.map { $0.done == $0.total } == true)
    }
}
