import API
import Accounts
import DemoWorld
import Institutions
import Logging
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Investment
@testable import Matching

/// The demo world with an invented market beside it: forty startups that raise a seed round of a million, and investors
/// whose mandates are told.
private struct HintWorld {
    let world: TestWorld.World
    let indexes: LiveIndexes
    /// Whom the hints are for: it asks for eight million.
    let startup = Cast.startup("kelpsense")

    init() async throws {
        world = try await TestWorld.World()
        indexes = LiveIndexes(database: world.database, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await write { transaction in
            for number in 0..<40 {
                let id = Startup.ID()
                var profile = StartupProfile()
                profile.country = Country("HK")
                profile.focusAreas = FocusArea.ID("fintech").map { [WeightedFocusArea($0)] } ?? []
                profile.seeking = .seed
                profile.ask = Money(minor: 1_000_000_00, currency: .usd)
                _ = try await transaction.addStartup(
                    NewStartup(name: LocalizedName(try Name("Rival \(number)")), profile: profile), as: id,
                    in: Cast.harbour.id)
                _ = try await transaction.decideOnConsent(NewConsent(.shortlists, to: .everyone), of: id)
            }
        }
        try await revise {
            $0.country = Country("HK")
            $0.focusAreas = FocusArea.ID("fintech").map { [WeightedFocusArea($0)] } ?? []
            $0.seeking = .seed
            $0.ask = Money(minor: 8_000_000_00, currency: .usd)
        }
    }

    func write(_ body: @Sendable @escaping (Transaction) async throws -> Void) async throws {
        try await world.database.write(as: world.context(Cast.mei), body)
    }

    func revise(_ change: @Sendable @escaping (inout StartupProfile) -> Void) async throws {
        let found = try #require(try await world.database.reader(as: world.context(Cast.mei)).startup(startup))
        var profile = found.profile
        change(&profile)
        let entry = NewStartup(name: found.name, profile: profile)
        try await write { _ = try await $0.reviseStartup(startup, to: entry, in: Cast.harbour.id) { _ in } }
    }

    /// An investor with one mandate.
    @discardableResult
    func investor(
        _ name: String, isVerified: Bool = true, _ change: @Sendable @escaping (inout MandateTerms) -> Void
    ) async throws -> Mandate.ID {
        let mandate = Mandate.ID()
        try await write { transaction in
            let id = Institution.ID()
            _ = try await transaction.addInstitution(
                NewInstitution(kind: .investor, name: LocalizedName(try Name(name)), country: Country("HK")), as: id,
                in: Cast.harbour.id)
            var terms = MandateTerms(name: try Name("\(name)'s mandate"))
            change(&terms)
            _ = try await transaction.createMandate(
                terms, as: mandate, of: id, in: Cast.harbour.id, by: Cast.mei.person.id)
            guard isVerified else { return }
            _ = try await transaction.verifyInvestor(
                id,
                NewVerification(
                    .corporate, evidence: try ShortText("Accounts"),
                    validUntil: CalendarDate(transaction.now, in: .utc).adding(days: 360)),
                as: InvestorVerification.ID(), by: Cast.mei.person.id)
        }
        return mandate
    }

    func hints(as person: Cast.Member = Cast.mei) async throws -> [Hint]? {
        try await indexes.hints(
            for: startup, in: Cast.harbour.id, by: world.database.reader(as: world.context(person)))?.items
    }

    /// The mandates on whose lists it is, as a match run would begin.
    func lists() async throws -> Set<Mandate.ID> {
        let reader = world.database.reader(as: world.context(Cast.mei))
        var on: Set<Mandate.ID> = []
        for mandate in try await indexes.mandatesTakingLists(in: Cast.harbour.id) {
            let list = try await indexes.matches(
                of: mandate, limit: MatchRunRequest.usualLength, filter: .init(), in: Cast.harbour.id, by: reader)
            if list.items.contains(where: { $0.startup.id == startup }) { on.insert(mandate) }
        }
        return on
    }
}

@Suite("Hints")
struct HintTests {
    @Test("come true: who follows one is on as many more lists, and as many fewer, as it says")
    func comeTrue() async throws {
        let hinted = try await HintWorld()
        for name in ["Ebb", "Flow", "Tide"] {
            try await hinted.investor(name) {
                $0.focusAreas = FocusArea.ID("fintech").map { [WeightedFocusArea($0)] } ?? []
                $0.chequeMax = Money(minor: 250_000_00, currency: .usd)
            }
        }
        for name in ["Reef", "Shoal"] {
            try await hinted.investor(name) {
                $0.stages = [.seriesA]
                $0.firmOnStages = true
            }
        }
        // Nobody can be shown its lists, so that fitting its mandate would come to nothing.
        try await hinted.investor("Drift", isVerified: false) {
            $0.stages = [.seriesA]
            $0.firmOnStages = true
        }
        let before = try await hinted.lists()
        let hints = try #require(try await hinted.hints())
        let less = try #require(hints.first { $0.kind == .askLess })
        let round = try #require(hints.first { $0.kind == .seek })
        #expect(less.gained >= 3)
        #expect(round.seeking == .seriesA)
        #expect(round.gained >= 2)
        for hint in hints {
            try await hinted.revise { profile in
                if let ask = hint.ask { profile.ask = ask }
                if let seeking = hint.seeking { profile.seeking = seeking }
            }
            let after = try await hinted.lists()
            #expect(after.subtracting(before).count == hint.gained, "\(hint)")
            #expect(before.subtracting(after).count == hint.lost, "\(hint)")
            try await hinted.revise {
                $0.seeking = .seed
                $0.ask = Money(minor: 8_000_000_00, currency: .usd)
            }
        }
        // A founder is told the same of its own startup, and nothing of others.
        #expect(try await hinted.hints(as: Cast.ada) == hints)
        #expect(try await hinted.hints(as: Cast.ravi) == nil)
        #expect(try await hinted.hints(as: Cast.jun) == nil)
    }

    @Test("begin with being shown at all")
    func agree() async throws {
        let hinted = try await HintWorld()
        // Nobody else in the market raises what they join.
        try await hinted.revise { $0.seeking = .seriesB }
        for name in ["Ebb", "Flow"] {
            try await hinted.investor(name) {
                $0.stages = [.seriesB]
                $0.firmOnStages = true
            }
        }
        let before = try await hinted.lists()
        #expect(before.count >= 2)
        try await hinted.write {
            _ = try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: hinted.startup)
        }
        #expect(
            try await hinted.hints() == [
                Hint(kind: .agree, ask: nil, seeking: nil, gained: before.count, lost: 0)
            ])
    }

    @Test("are the same whomever the startup chooses, so that none of them names an investor")
    func audience() async throws {
        let hinted = try await HintWorld()
        var investors: [Institution.ID] = []
        for name in ["Reef", "Shoal"] {
            let mandate = try await hinted.investor(name) {
                $0.stages = [.seriesA]
                $0.firmOnStages = true
            }
            let reader = hinted.world.database.reader(as: hinted.world.context(Cast.mei))
            investors.append(try #require(try await reader.mandate(mandate)).investor)
        }
        try await hinted.write { [investors] transaction in
            for investor in investors {
                _ = try await transaction.showToFounders(investor, true, by: Cast.mei.person.id)
            }
        }
        let hints = try #require(try await hinted.hints(as: Cast.ada))
        #expect(try #require(hints.first { $0.kind == .seek }).gained >= 2)
        for consent in [
            NewConsent(.shortlists, to: .chosen, naming: [investors[0]]),
            NewConsent(.shortlists, to: .chosen, naming: investors),
            NewConsent(.shortlists, to: .allBut, naming: [investors[1]]),
        ] {
            try await hinted.write { _ = try await $0.decideOnConsent(consent, of: hinted.startup) }
            #expect(try await hinted.hints(as: Cast.ada) == hints, "\(consent)")
        }
    }

    @Test("think of round amounts within reach, and of the rounds beside the one that is raised")
    func versions() throws {
        func amounts(_ minor: Int) -> [Int] {
            Hint.roundAmounts(around: Money(minor: minor, currency: .jpy)).map(\.minor)
        }
        #expect(amounts(100) == Array(50...99) + Array(stride(from: 110, through: 200, by: 10)))
        #expect(amounts(1_234_567).first == 620_000)
        #expect(amounts(1_234_567).last == 2_400_000)
        #expect(amounts(1_234_567).allSatisfy { 2 * $0 >= 1_234_567 && $0 <= 2_469_134 })
        #expect(amounts(1) == [2])
        #expect(amounts(0) == [] && amounts(-5) == [] && amounts(.max) == [])
        var profile = StartupProfile()
        #expect(Hint.versions(of: profile, isShown: true).count == 6)
        profile.seeking = .preSeed
        #expect(Hint.versions(of: profile, isShown: true).map(\.seeking) == [.angel])
        profile.seeking = .grant
        #expect(Hint.versions(of: profile, isShown: true).isEmpty)
        #expect(Hint.versions(of: profile, isShown: false).map(\.kind) == [.agree])
    }

    @Test("prefer what wins most, then what loses least, then what changes least")
    func best() {
        func place(_ number: UInt64) -> Prospect.Place {
            Prospect.Place(mandate: Key(high: 0, low: number), investor: Key(high: 1, low: number / 2))
        }
        let ask = Money(minor: 1_000, currency: .usd)
        func version(_ minor: Int) -> Hint.Version {
            Hint.Version(kind: minor < 1_000 ? .askLess : .askMore, ask: Money(minor: minor, currency: .usd))
        }
        func prospect(_ gained: ClosedRange<UInt64>, _ lost: ClosedRange<UInt64>? = nil) -> Prospect {
            Prospect(gained: gained.map(place), lost: lost?.map(place) ?? [])
        }
        let hints = Hint.best(
            of: [500, 700, 800, 900, 1_500, 1_100].map(version),
            // Two mandates of one investor are one investor.
            [
                prospect(0...3), prospect(0...4, 9...9), prospect(0...3), prospect(2...3), prospect(0...1),
                prospect(1...1),
            ],
            from: ask)
        #expect(
            hints == [
                Hint(kind: .askLess, ask: version(800).ask, seeking: nil, gained: 4, lost: 0)
            ])
    }
}
