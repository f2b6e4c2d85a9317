import API
import Accounts
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Institutions

@Suite("Startups")
struct StartupTests {
    @Test("a profile is kept whole and read back as it was said")
    func roundTrip() async throws {
        let world = try await World()
        var profile = StartupProfile()
        profile.country = Country("JP")
        profile.pitch = try ShortText("Roboter für kleine Küchen – 小さな厨房のロボット")
        profile.foundedOn = CalendarDate("2024-02-29")
        profile.focusAreas = [
            WeightedFocusArea(try #require(FocusArea.ID("service-robots")), weight: 70),
            WeightedFocusArea(try #require(FocusArea.ID("food-safety")), weight: 30),
        ]
        profile.ask = Money(minor: 90_000_000, currency: .jpy)
        profile.lastRound = Money(minor: 1_500_000, currency: .usd)
        profile.raised = Money(minor: 2_750_000, currency: .usd)
        profile.rounds = 2
        profile.tags = [try Name("kitchen")]
        profile.markets = [Country("JP"), Country("HK")].compactMap(\.self)
        let new = NewStartup(name: try LocalizedName(en: "Kettle", ja: "ケトル"), profile: profile)
        let id = Startup.ID()
        let context = world.context(Cast.mei)
        try await world.database.write(as: context) { _ = try await $0.addStartup(new, as: id, in: Cast.harbour.id) }
        let read = try #require(try await world.database.reader(as: context).startup(id))
        #expect(read.profile == profile)
        #expect(read.name == new.name)
        #expect(try await world.database.reader(as: context).shown(among: [id]).isEmpty)
    }

    @Test("a founder reads and revises their own startup and no other; others see what they may")
    func reach() async throws {
        let world = try await World()
        let kelpsense = Cast.startup("kelpsense")
        func sees(_ member: Cast.Member, seat: Int = 0) async throws -> Bool {
            try await world.database.reader(as: world.context(member, seat: seat)).startup(kelpsense) != nil
        }
        #expect(try await sees(Cast.mei))
        #expect(try await sees(Cast.ada))
        #expect(try await sees(Cast.iris), "the mentor of an enrolled startup")
        #expect(try await !sees(Cast.ravi), "a rival founder")
        #expect(try await !sees(Cast.kenji), "a partner's staff")
        #expect(try await !sees(Cast.leo), "another park's manager")
        #expect(try await !sees(Cast.olga), "the operator")
        let new = NewStartup(name: try LocalizedName(en: "Mine now"), profile: StartupProfile())
        await #expect(throws: Problem.notFound) {
            try await world.database.write(as: world.context(Cast.ravi)) {
                _ = try await $0.reviseStartup(kelpsense, to: new, in: Cast.harbour.id) { _ in }
            }
        }
    }

    @Test("a manager confirms the site that a founder wrote by saving it, an import that leaves it does not")
    func site() async throws {
        let world = try await World()
        let kelpsense = Cast.startup("kelpsense")
        func save(as member: Cast.Member, _ site: String? = nil) async throws -> String? {
            let context = world.context(member)
            let found = try #require(try await world.database.reader(as: context).startup(kelpsense))
            var profile = found.profile
            if let site { profile.website = WebAddress(site) }
            let new = NewStartup(name: found.name, profile: profile)
            try await world.database.write(as: context) {
                _ = try await $0.reviseStartup(kelpsense, to: new, in: Cast.harbour.id) { _ in }
            }
            return try await known()
        }
        func known() async throws -> String? {
            try await world.owner.reader(as: .none).one(
                "SELECT known_site FROM institutions WHERE id = \(kelpsense)")("known_site")
        }
        let before = try await known()
        #expect(try await save(as: Cast.ada, "https://www.kelp.example/team") == before)
        try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.execute("UPDATE institutions SET website = website WHERE id = \(kelpsense)")
        }
        #expect(try await known() == before)
        #expect(try await save(as: Cast.mei) == "kelp.example")
        // Founders confirm nothing, past the verb either.
        #expect(try await save(as: Cast.ada, "https://other.example") == "kelp.example")
        try await world.database.write(as: world.context(Cast.ada)) {
            try await $0.execute("UPDATE institutions SET known_site = 'other.example' WHERE id = \(kelpsense)")
        }
        #expect(try await known() == "kelp.example")
    }

    @Test("a founder cannot write past the verb: row-level security refuses")
    func secondWall() async throws {
        let world = try await World()
        let changed = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.execute(
                "UPDATE startups SET pitch = 'x' WHERE id = \(Cast.startup("kelpsense")) OR true")
        }
        #expect(changed == 1, "their own row alone")
        let removed = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.execute("DELETE FROM startups")
        }
        #expect(removed == 0, "not even their own")
        let refusal = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO startups (tenant_id, id) VALUES (\(Cast.harbour.id), \(Cast.startup("ledgerleaf")))
                    """)
            }
        }
        #expect(refusal?.kind == .insufficientPrivilege)
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO institutions (tenant_id, id, kind, names)
                    VALUES (\(Cast.portDigital.id), \(UUID()), 'startup', '{"en": "Planted"}')
                    """)
            }
        }
    }

    @Test("lists page by id, filter, and take one statement whatever their length", arguments: [1, 3])
    func lists(limit: Int) async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let before = world.database.statistics.statements
        let page = try await reader.startups(named: nil, in: nil, after: nil, limit: limit)
        #expect(page.count == limit)
        #expect(world.database.statistics.statements - before == 1)
        let next = try await reader.startups(named: nil, in: nil, after: page.last?.id, limit: limit)
        #expect(Set(page.map(\.id)).isDisjoint(with: next.map(\.id)))
        let named = try await reader.startups(named: "kelp", in: nil, after: nil, limit: 10)
        #expect(named.map { $0.name.description } == ["KelpSense"])
        let area = try #require(FocusArea.ID("drones"))
        #expect(try await reader.startups(named: nil, in: area, after: nil, limit: 10).count == 1)
    }

    @Test("a profile that contradicts itself is refused with a pointer")
    func contradictions() throws {
        var twice = StartupProfile()
        let area = WeightedFocusArea(try #require(FocusArea.ID("fintech")))
        twice.focusAreas = [area, area]
        #expect { try twice.check() } throws: {
            ($0 as? StartupRefusal)?.problem.errors.first?.pointer == "/profile/focus_areas/1/area"
        }
        var staff = StartupProfile()
        staff.fullTimeStaff = 2
        staff.technicalStaff = 3
        #expect(throws: StartupRefusal.self) { try staff.check() }
    }
}

@Suite("Institutions")
struct InstitutionTests {
    @Test("a registration names one institution and has its register's form")
    func registrations() async throws {
        let world = try await World()
        let context = world.context(Cast.mei)
        func add(_ scheme: Institution.Registration.Scheme, _ value: String) async throws {
            let new = try NewInstitution(
                kind: .techCompany, name: LocalizedName(en: "Somebody"), country: Country("JP"),
                registrations: [.init(scheme: scheme, value: ShortText(value))])
            try await world.database.write(as: context) {
                _ = try await $0.addInstitution(new, as: Institution.ID(), in: Cast.harbour.id)
            }
        }
        try await add(.japaneseCorporateNumber, "1234567890123")
        await #expect { try await add(.japaneseCorporateNumber, "1234567890123") } throws: {
            ($0 as? DatabaseError)?.constraint == "institution_identifiers_pkey"
        }
        let twice = try Institution.Registration(scheme: .japaneseCorporateNumber, value: ShortText("3210987654321"))
        let doubled = try NewInstitution(
            kind: .techCompany, name: LocalizedName(en: "Twice"), registrations: [twice, twice])
        await #expect(throws: InstitutionRefusal.registrationTwice(index: 1)) {
            try await world.database.write(as: context) {
                _ = try await $0.addInstitution(doubled, as: Institution.ID(), in: Cast.harbour.id)
            }
        }
        await #expect { try await add(.japaneseCorporateNumber, "12345") } throws: {
            ($0 as? DatabaseError)?.constraint == "identifier_has_the_form_of_its_scheme"
        }
    }

    @Test("a manager records what registers call a startup, and its founder sees it")
    func startupsRegistrations() async throws {
        let world = try await World()
        let (mei, ravi) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.ravi, in: world))
        let startup = Cast.startup("ledgerleaf")
        let (entry, place) = ("/v1/institutions/\(startup)", "/v1/institutions/\(startup)/registrations")
        func record(_ list: String, _ match: String?) async -> Outgoing {
            await mei.ask(
                "PUT", place, json: #"{"registrations":[\#(list)]}"#, headers: match.map { [("If-Match", $0)] } ?? [])
        }
        let lei = #"{"scheme":"lei","value":"5493001KJTIIGC8Y1R12"}"#
        let business = #"{"scheme":"hk_br","value":"38219054"}"#
        let first = try #require(await mei.ask("GET", entry).header("ETag"))
        #expect(await record(lei, nil).status == 428)
        let recorded = await record("\(lei),\(business)", first)
        #expect(recorded.status == 200, "\(recorded.text)")
        #expect(
            try recorded.decode(Institution.self).registrations.map(\.scheme) == [.hongKongBusinessRegistration, .lei])
        #expect(await record(lei, first).status == 412)
        let page = await mei.open("/console/startups/\(startup)").text
        #expect(page.contains("Hong Kong business registration") && page.contains("38219054"))
        #expect(try await ravi.ask("GET", entry).decode(Institution.self).registrations.count == 2)

        let second = try #require(await mei.ask("GET", entry).header("ETag"))
        let twice = await record("\(lei),\(lei)", second)
        #expect(twice.status == 422 && twice.problem?.errors.first?.pointer == "/registrations/1")
        let short = await record(#"{"scheme":"hk_br","value":"12"}"#, second)
        #expect(short.status == 422 && short.problem?.errors.first?.pointer == "/registrations")
        let other = Cast.startup("kelpsense")
        let others = try #require(await mei.ask("GET", "/v1/institutions/\(other)").header("ETag"))
        let taken = await mei.ask(
            "PUT", "/v1/institutions/\(other)/registrations", json: #"{"registrations":[\#(lei)]}"#,
            headers: [("If-Match", others)])
        #expect(taken.status == 409, "\(taken.text)")
        #expect(await record("", second).status == 200)
        #expect(try await mei.ask("GET", entry).decode(Institution.self).registrations.isEmpty)
    }

    @Test("a startup is not entered as a bare institution")
    func startups() async throws {
        let world = try await World()
        let new = try NewInstitution(kind: .startup, name: LocalizedName(en: "Bare"))
        await #expect(throws: InstitutionRefusal.startupsHaveTheirOwnDoor) {
            try await world.database.write(as: world.context(Cast.mei)) {
                _ = try await $0.addInstitution(new, as: Institution.ID(), in: Cast.harbour.id)
            }
        }
    }

    @Test("the directory of one tenant is not another's, though a bank stands in both")
    func tenants() async throws {
        let world = try await World()
        func names(_ member: Cast.Member) async throws -> [String] {
            try await world.database.reader(as: world.context(member))
                .institutions(of: .bank, named: "sakuragi", after: nil, limit: 10).map { $0.id.description }
        }
        let (harbour, rival) = (try await names(Cast.mei), try await names(Cast.leo))
        #expect(harbour == [Cast.institution("harbour/sakuragi").description])
        #expect(rival == [Cast.institution("port-digital/sakuragi").description])
    }
}
