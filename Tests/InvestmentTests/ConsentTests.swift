import Accounts
import DemoWorld
import Foundation
import Institutions
import Letters
import Logging
import Matching
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Investment

@Suite("Consents")
struct ConsentTests {
    static let tidewater = Cast.institution("harbour/tidewater")
    static let lionPeak = Cast.institution("harbour/lion-peak")
    /// Two ways to leave Tidewater out, and the one that leaves everybody out.
    static let leavingOut = [
        NewConsent(.shortlists, to: .allBut, naming: [tidewater]),
        NewConsent(.shortlists, to: .chosen, naming: [lionPeak]),
    ]

    private func refuses(_ constraint: String) -> @Sendable (any Error) -> Bool {
        { ($0 as? DatabaseError)?.constraint == constraint }
    }

    @Test("keep their day when repeated, and are history once another takes their place")
    func history() async throws {
        let world = try await IntroductionWorld()
        @Sendable func decide(_ new: NewConsent, as member: Cast.Member = Cast.ada) async throws -> [Consent] {
            try await world.write(as: member) { [startup = world.startup] in
                try await $0.decideOnConsent(new, of: startup)
            }
        }
        let first = try await world.reader(Cast.ada).consents(of: world.startup)
        #expect(first.map(\.audience) == [.everyone, .everyone])
        #expect(first.allSatisfy { $0.supersededAt == nil && $0.decidedAs == .system && $0.decidedBy == nil })
        #expect(try await decide(NewConsent(.shortlists, to: .everyone)) == first)

        let second = try await decide(NewConsent(.shortlists, to: .allBut, naming: [Self.tidewater, Self.tidewater]))
        let standing = try #require(second.first { $0.purpose == .shortlists })
        #expect(standing.audience == .allBut && standing.supersededAt == nil && standing.number == 3)
        #expect(standing.decidedAs == .founder && standing.decidedBy == Cast.ada.person.name)
        #expect(standing.investors.map(\.investor) == [Self.tidewater])
        #expect(standing.investors.first?.country != nil && standing.investors.first?.kind == .investor)
        #expect(second.count == 3 && second.last?.supersededAt != nil && second.last?.audience == .everyone)
        #expect(second.contains { $0.purpose == .demoDays && $0.supersededAt == nil && $0.audience == .everyone })

        // The park may decide for a startup, and founders are not told who of the park it was.
        let third = try await decide(NewConsent(.demoDays, to: .nobody), as: Cast.mei)
        #expect(third.first?.decidedBy == Cast.mei.person.name)
        let told = try #require(try await world.reader(Cast.ada).consents(of: world.startup).first)
        #expect(told.decidedAs == .manager && told.decidedBy == nil)
        // What was agreed to before any of this was kept has neither.
        try await world.world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE consents SET decided_as = NULL, decided_by = NULL, decided_name = NULL")
        }
        #expect(try await world.reader(Cast.ada).consents(of: world.startup).allSatisfy { $0.decidedAs == nil })
    }

    @Test("say of partners' reports all or nobody, and name no partner")
    func partners() async throws {
        let world = try await IntroductionWorld()
        @Sendable func decide(_ new: NewConsent) async throws -> [Consent] {
            try await world.write(as: Cast.ada) { [startup = world.startup] in
                try await $0.decideOnConsent(new, of: startup)
            }
        }
        func agrees() async throws -> Bool {
            try await world.reader(Cast.ada).value(
                "SELECT consents_to(\(world.startup), 'partner_reports', \(Self.tidewater))")
        }
        #expect(try await !agrees())
        let all = try await decide(NewConsent(.partnerReports, to: .everyone))
        #expect(all.contains { $0.purpose == .partnerReports && $0.decidedAs == .founder })
        #expect(try await agrees())
        for audience in [Consent.Audience.chosen, .allBut] {
            await #expect(throws: ConsentRefusal.partnersAreNotChosen) {
                try await decide(NewConsent(.partnerReports, to: audience, naming: [Self.tidewater]))
            }
            let bare = await #expect(throws: DatabaseError.self) {
                try await world.write(as: Cast.ada) { [startup = world.startup] in
                    try await $0.execute(
                        """
                        INSERT INTO consents (tenant_id, startup_id, purpose, audience, investors)
                        VALUES (acting_tenant(), \(startup), 'partner_reports', \(audience), \([Self.tidewater]))
                        """)
                }
            }
            #expect(bare?.constraint == "partners_are_told_all_or_none")
        }
        let ada = try await Visitor(Cast.ada, in: world.world)
        let page = await ada.open("/consents").text
        #expect(page.contains("partner_reports-f-audience-nobody"))
        #expect(!page.contains("partner_reports-f-audience-chosen") && !page.contains("partner_reports-f-investors"))
        let chosen = await ada.ask(
            "POST", "/v1/startups/\(world.startup)/consents",
            json: #"{"purpose": "partner_reports", "audience": "chosen"}"#)
        #expect(chosen.status == 422 && chosen.problem?.errors.first?.pointer == "/audience")
        let none = await ada.send("/consents", [("purpose", "partner_reports"), ("audience", "nobody")])
        #expect(none.status == 303, "\(none.text)")
        #expect(try await !agrees())
    }

    @Test("are a startup's own: others neither read them nor decide, and no row is changed or taken away")
    func own() async throws {
        let world = try await IntroductionWorld()
        let no = NewConsent(.shortlists, to: .nobody)
        for member in [Cast.ravi, Cast.leo] {
            #expect(try await world.reader(member).consents(of: world.startup).isEmpty)
            await #expect(throws: Problem.notFound, "\(member.part)") {
                try await world.write(as: member) { [startup = world.startup] in
                    try await $0.decideOnConsent(no, of: startup)
                }
            }
        }
        for member in [Cast.jun, Cast.chloe, Cast.ravi, Cast.kenji, Cast.leo] {
            let rows = try await world.reader(member).rows(
                "SELECT number FROM consents WHERE startup_id = \(world.startup)")
            #expect(rows.isEmpty, "\(member.part)")
        }
        func insertion(_ audience: String, as decider: String) -> Query {
            """
            INSERT INTO consents (tenant_id, startup_id, purpose, audience, decided_as)
            VALUES (acting_tenant(), \(world.startup), 'shortlists', \(audience), \(decider))
            """
        }
        let deeds: [(Cast.Member, Query)] = [
            (Cast.jun, insertion("everyone", as: "investor")), (Cast.ravi, insertion("nobody", as: "founder")),
            (Cast.ada, insertion("nobody", as: "manager")), (Cast.ada, "UPDATE consents SET audience = 'nobody'"),
            (Cast.mei, "DELETE FROM consents"),
        ]
        for (member, deed) in deeds {
            let error = await #expect(throws: DatabaseError.self, "\(deed.sql)") {
                try await world.write(as: member) { _ = try await $0.execute(deed) }
            }
            #expect(error?.sqlState == "42501", "\(deed.sql)")
        }
        // Nor does a founder undo history: only the decision that comes after one supersedes it.
        let changed = try await world.write(as: Cast.ada) {
            try await $0.execute("UPDATE consents SET superseded_at = now()")
        }
        #expect(changed == 0)
    }

    @Test("name investors where they choose, and only those that founders may find")
    func names() async throws {
        let world = try await IntroductionWorld()
        @Sendable func decide(_ audience: Consent.Audience, _ investors: [Institution.ID]) async throws {
            _ = try await world.write(as: Cast.ada) { [startup = world.startup] in
                try await $0.decideOnConsent(NewConsent(.shortlists, to: audience, naming: investors), of: startup)
            }
        }
        await #expect(throws: ConsentRefusal.nobodyNamed) { try await decide(.chosen, []) }
        await #expect(throws: ConsentRefusal.namesForNothing) { try await decide(.everyone, [Self.tidewater]) }
        let hidden = Cast.institution("harbour/kasumi")
        for investor in [hidden, Institution.ID(), Cast.institution("harbour/sakuragi")] {
            await #expect(
                performing: { try await decide(.allBut, [investor]) },
                throws: refuses("consents_name_investors_that_founders_may_find"))
        }
        try await decide(.allBut, [Self.tidewater])
        // One that is found no longer keeps its place with those who had named it, and comes to no other.
        _ = try await world.write(as: Cast.jun) {
            try await $0.showToFounders(Self.tidewater, false, by: Cast.jun.person.id)
        }
        try await decide(.allBut, [Self.tidewater, Self.lionPeak])
        let named = try await world.reader(Cast.ada).consents(of: world.startup).first?.investors.map(\.investor) ?? []
        #expect(Set(named) == [Self.tidewater, Self.lionPeak])
        await #expect(
            performing: {
                _ = try await world.write(as: Cast.ravi) {
                    try await $0.decideOnConsent(
                        NewConsent(.shortlists, to: .allBut, naming: [Self.tidewater]), of: Cast.startup("ledgerleaf"))
                }
            }, throws: refuses("consents_name_investors_that_founders_may_find"))
    }

    @Test("founders find investors that let them, while they are verified, by name, kind and country alone")
    func visible() async throws {
        let world = try await IntroductionWorld()
        func found(_ member: Cast.Member = Cast.ada) async throws -> [Institution.ID] {
            try await world.reader(member).visibleInvestors(limit: 50).map(\.investor)
        }
        #expect(try await found() == [Self.lionPeak, Self.tidewater])
        #expect(try await found(Cast.jun).isEmpty)
        #expect(try await found(Cast.leo).isEmpty)
        // However many there are: page by page, or by a part of the name.
        let reader = world.reader(Cast.ada)
        let first = try #require(try await reader.visibleInvestors(limit: 1).first)
        let rest = try await reader.visibleInvestors(after: VisibleInvestorPosition(first), limit: 10)
        #expect([first.investor] + rest.map(\.investor) == [Self.lionPeak, Self.tidewater])
        #expect(try await reader.visibleInvestors(named: "TIDE", limit: 10).map(\.investor) == [Self.tidewater])
        let ada = try await Visitor(Cast.ada, in: world.world)
        let page = await ada.ask("GET", "/v1/visible-investors?limit=1").text
        #expect(page.contains("Lion Peak") && page.contains("next") && !page.contains("Tidewater"), "\(page)")
        let named = await ada.open("/consents?q=tide").text
        #expect(named.contains("Tidewater") && !named.contains("Lion Peak"))
        #expect(await ada.open("/consents?q=zzz").text.contains("No investor whom you may find has this in its name."))
        #expect(try await world.reader(Cast.ada).institution(Self.lionPeak) == nil, "the directory stays closed")
        let rows = try await world.reader(Cast.ada).rows("SELECT id FROM institutions WHERE id = \(Self.lionPeak)")
        #expect(rows.isEmpty)
        // A bank that is no professional investor to the park shows itself to nobody.
        _ = try await world.write(as: Cast.mei) {
            try await $0.showToFounders(Cast.institution("harbour/sakuragi"), true, by: Cast.mei.person.id)
        }
        #expect(try await found() == [Self.lionPeak, Self.tidewater])
        let line = try await world.reader(Cast.ada).rows(
            "SELECT names FROM investor_in_a_line(\(Cast.institution("harbour/sakuragi")))")
        #expect(line.isEmpty)
        #expect(try await world.reader(Cast.jun).standing(of: Self.tidewater)?.isVisible == true)
        await #expect(throws: Problem.notFound) {
            try await world.write(as: Cast.jun) {
                try await $0.showToFounders(Self.lionPeak, false, by: Cast.jun.person.id)
            }
        }
        await #expect(
            performing: {
                _ = try await world.write(as: Cast.mina) {
                    try await $0.showToFounders(Self.tidewater, false, by: Cast.mina.person.id)
                }
            }, throws: refuses("analysts_do_not_answer_for_the_firm"))
        _ = try await world.write(as: Cast.jun) {
            try await $0.showToFounders(Self.tidewater, false, by: Cast.jun.person.id)
        }
        #expect(try await found() == [Self.lionPeak])
    }

    @Test("answer who is left out as if the startup had never agreed to anything, to the byte")
    func twins() async throws {
        let world = try await IntroductionWorld()
        let jun = try await Visitor(Cast.jun, in: world.world)
        let terms = try #require(try await world.reader(Cast.jun).mandate(world.list.mandate)).terms
        let count = String(decoding: try JSONBytes.encode(NewMandate(investor: nil, terms: terms)), as: UTF8.self)
        let item = "/v1/shortlists/\(world.list.id)/items/\(world.startup)"
        func answers() async -> [String] {
            var answers: [String] = []
            for target in [
                "/v1/shortlists", "/v1/shortlists/\(world.list.id)", "/v1/shortlists/\(world.list.id)/changes",
                "/v1/shortlists/\(world.list.id)/file.csv", item + "/answers", item + "/explanation",
                item + "/recommendations", item + "/referrals", "/v1/introductions", "/v1/startups",
                "/v1/startups/\(world.startup)", "/v1/institutions", "/v1/institutions/\(world.startup)",
                "/v1/startups/\(world.startup)/consents", "/v1/investors/\(Self.tidewater)/standing",
            ] {
                let answer = await jun.ask("GET", target, headers: [("X-Request-Id", "twin")])
                answers.append("\(target): \(answer.status) \(answer.text)")
            }
            let deeds = [("/v1/match-counts", count), (item + "/answer", #"{"answer":"interested"}"#)]
            for (target, body) in deeds {
                let answer = await jun.ask("POST", target, json: body, headers: [("X-Request-Id", "twin")])
                answers.append("\(target): \(answer.status) \(answer.text)")
            }
            return answers
        }
        func decide(_ new: NewConsent) async throws {
            _ = try await world.write(as: Cast.ada) { [startup = world.startup] in
                try await $0.decideOnConsent(new, of: startup)
            }
        }
        // The index is built while the startup agrees: what it knows of the market stays the same throughout.
        _ = await jun.ask("POST", "/v1/match-counts", json: count)
        try await decide(NewConsent(.shortlists, to: .nobody))
        let never = await answers()
        #expect(never.allSatisfy { !$0.contains("KelpSense") })
        for new in Self.leavingOut {
            try await decide(new)
            let now = await answers()
            for (now, never) in zip(now, never) { #expect(now == never, "\(new.audience)") }
        }
        try await decide(NewConsent(.shortlists, to: .chosen, naming: [Self.tidewater]))
        let chosen = await answers()
        #expect(chosen.contains { $0.contains("KelpSense") } && chosen != never, "who is chosen sees it")
    }

    @Test("end what was asked by who is left out, and let nothing begin, whatever the door", arguments: leavingOut)
    func introductions(_ new: NewConsent) async throws {
        let world = try await IntroductionWorld()
        let asked = try await world.asked()
        _ = try await world.write(as: Cast.ada) { [startup = world.startup] in
            try await $0.decideOnConsent(new, of: startup)
        }
        await #expect(
            performing: {
                try await world.write(as: Cast.ada) {
                    try await $0.consentToIntroduction(asked.id, by: Cast.ada.person.id)
                }
            }, throws: refuses("introductions_are_to_startups_that_agree"))
        try await world.runClock()
        #expect(try await world.current(asked.id).ending?.reason == .optedOut)
        #expect(try await world.current(asked.id, as: Cast.jun).ending == nil, "the investor is not told why")
        await #expect(
            performing: {
                try await world.write(as: Cast.jun) { [list = world.list, startup = world.startup] in
                    _ = try await $0.execute(
                        """
                        INSERT INTO introductions (tenant_id, id, investor_id, startup_id, shortlist_id, mandate_id,
                                                   mandate_version, asked_by, consent_by)
                        VALUES (acting_tenant(), gen_random_uuid(), acting_institution(), \(startup), \(list.id),
                                \(list.mandate), \(list.mandateVersion), acting_person(), '2100-01-01')
                        """)
                }
            }, throws: refuses("introductions_are_to_startups_that_agree"))
        let row = try await world.reader(Cast.jun).one(
            """
            SELECT shown_to_acting_investor(\(world.startup)) AS shown, acting_investor_stands(\(world.startup)) AS stands,
                   (SELECT count(*) FROM shortlist_items WHERE startup_id = \(world.startup)) AS items,
                   (SELECT count(*) FROM startups WHERE id = \(world.startup)) AS profiles,
                   (SELECT count(*) FROM institutions WHERE id = \(world.startup)) AS entries
            """)
        let (shown, stands, items, profiles, entries) = try row.decode(
            Bool.self, String?.self, Int.self, Int.self, Int.self)
        #expect(!shown && stands == nil && [items, profiles, entries] == [0, 0, 0])
        for deed: Query in [
            """
            INSERT INTO firm_notes (tenant_id, id, investor_id, startup_id, written_by)
            VALUES (acting_tenant(), gen_random_uuid(), acting_institution(), \(world.startup), acting_person())
            """,
            """
            INSERT INTO shortlist_answers (tenant_id, shortlist_id, startup_id, id, answer, later_until, answered_by)
            VALUES (acting_tenant(), \(world.list.id), \(world.startup), gen_random_uuid(), 'later', '2100-01-01',
                    acting_person())
            """,
        ] {
            let error = await #expect(throws: DatabaseError.self, "\(deed.sql)") {
                try await world.write(as: Cast.jun) { _ = try await $0.execute(deed) }
            }
            #expect(error?.sqlState == "42501", "\(deed.sql)")
        }
    }

    @Test("leave what both agreed to as it is")
    func introduced() async throws {
        let world = try await IntroductionWorld()
        let introduced = try await world.introduced()
        _ = try await world.write(as: Cast.ada) { [startup = world.startup] in
            try await $0.decideOnConsent(NewConsent(.shortlists, to: .allBut, naming: [Self.tidewater]), of: startup)
        }
        try await world.runClock()
        #expect(try await world.current(introduced.id, as: Cast.jun).stage == .introduced)
    }

    @Test(
        "keep a startup from the lists, matches and counts of who is left out, and tell the park why",
        arguments: leavingOut)
    func matching(_ new: NewConsent) async throws {
        let match = try await MatchWorld()
        let startup = Cast.startup("kelpsense")
        let mei = match.world.context(Cast.mei)
        let indexes = LiveIndexes(
            database: match.world.database, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let reader = match.world.database.reader(as: mei)
        let mandates = try await reader.mandates(limit: 100).filter { $0.withdrawnAt == nil && $0.terms.deploying }
        let mine = try #require(mandates.first { $0.investor == Self.tidewater })
        let other = try #require(mandates.first { $0.investor == Self.lionPeak })
        func offered(to mandate: Mandate) async throws -> (Int, [Startup.ID]) {
            let found = try await indexes.matches(
                of: mandate.id, limit: 200, filter: .init(), in: Cast.harbour.id, by: reader)
            return (found.offered, found.items.map(\.startup.id))
        }
        func gates() async throws -> [String]? {
            try await indexes.fit(of: startup, to: mine, in: Cast.harbour.id, by: reader)?.gates.map(\.gate)
        }
        let (all, before) = try await offered(to: mine)
        #expect(before.contains(startup))
        _ = try await match.world.database.write(as: match.world.context(Cast.ada)) {
            try await $0.decideOnConsent(new, of: startup)
        }
        #expect(try await gates() == ["outside-audience"])
        let left = try await offered(to: mine)
        #expect(left.0 == all - 1 && left.1 == before.filter { $0 != startup })
        #expect(try await offered(to: other).0 == all)
        let seekers = try await indexes.matches(of: startup, limit: 50, in: Cast.harbour.id, by: reader).items
        let seeking = Set(seekers.map(\.mandate.investor))
        #expect(!seeking.contains(Self.tidewater) && (new.audience == .allBut || seeking.isSubset(of: [Self.lionPeak])))

        let run = try await match.performed(MatchRunRequest(length: 200))
        #expect(run.startups == all)
        let lists = try await match.lists(run.id)
        let list = try #require(lists.first { $0.investor == Self.tidewater })
        #expect(try await !match.items(list.id).contains { $0.startup.id == startup })
        #expect(list.considered == all - 1 && !list.gatedOut.contains { $0.gate == "outside-audience" })
        #expect(lists.first { $0.investor == Self.lionPeak }?.considered == all)
    }

    @Test(
        "are told to the founders where the park decided, as long as that stands", arguments: ["en", "zh-Hant", "ja"])
    func told(_ language: String) async throws {
        let world = try await IntroductionWorld()
        try await world.world.owner.write(as: .none) { transaction in
            _ = try await transaction.execute("UPDATE people SET locale = \(language)")
        }
        func decide(_ audience: Consent.Audience, as member: Cast.Member) async throws -> TellOfConsent {
            let decided = try await world.write(as: member) { [startup = world.startup] in
                try await $0.decideOnConsent(NewConsent(.shortlists, to: audience), of: startup)
            }
            let standing = try #require(decided.first { $0.purpose == .shortlists && $0.supersededAt == nil })
            return TellOfConsent(startup: world.startup.uuid, number: standing.number)
        }
        func jobs() async throws -> Int {
            try await world.world.owner.reader(as: .none).value(
                "SELECT count(*) FROM jobs WHERE kind = \(TellOfConsent.kind)")
        }
        func letters() async throws -> [Letter] {
            try await world.reader(Cast.ada).ownLetters(limit: 50).filter { $0.about?.id == world.startup.uuid }
        }
        func tell(_ told: TellOfConsent) async throws {
            try await world.world.database.write(as: .system(in: Cast.harbour.id)) { try await $0.tell(of: told) }
        }
        _ = try await decide(.nobody, as: Cast.ada)
        #expect(try await jobs() == 0, "it knows what it decided")
        let told = try await decide(.everyone, as: Cast.mei)
        #expect(try await jobs() == 1)
        try await tell(told)
        let letter = try #require(try await letters().first)
        let body = letter.text.body.string
        #expect(
            body.contains("KelpSense") && !body.contains("⟦") && !letter.text.subject.string.contains("⟦"), "\(body)")
        #expect(letter.text.action != nil)
        #expect(try await world.reader(Cast.ravi).ownLetters(limit: 50).allSatisfy { $0.about != letter.about })
        // The startup has decided again meanwhile.
        let late = try await decide(.nobody, as: Cast.mei)
        _ = try await decide(.everyone, as: Cast.ada)
        try await tell(late)
        #expect(try await letters().count == 1)
    }

    @Test("that a file agreed to are told to the founders, as far as they stand", arguments: ["en", "zh-Hant", "ja"])
    func toldOfFiles(_ language: String) async throws {
        let world = try await IntroductionWorld()
        try await world.world.owner.write(as: .none) { transaction in
            _ = try await transaction.execute("UPDATE people SET locale = \(language)")
        }
        func letters() async throws -> [Letter] {
            try await world.reader(Cast.ada).ownLetters(limit: 50).filter { $0.about?.id == world.startup.uuid }
        }
        func tell() async throws {
            try await world.world.database.write(as: .system(in: Cast.harbour.id)) { [startup = world.startup] in
                try await $0.tell(of: TellOfImportedConsents(startups: [startup.uuid, UUID()]))
            }
        }
        try await tell()
        let body = try #require(try await letters().first).text.body.string
        #expect(body.contains("KelpSense") && !body.contains("⟦"), "\(body)")
        #expect(try await letters().count == 1)
        for purpose in [Consent.Purpose.shortlists, .demoDays] {
            _ = try await world.write(as: Cast.ada) { [startup = world.startup] in
                try await $0.decideOnConsent(NewConsent(purpose, to: .nobody), of: startup)
            }
        }
        try await tell()
        #expect(try await letters().count == 1)
    }

    @Test(
        "are decided on a page, purpose by purpose, in every language, and read by the park",
        arguments: [
            ("en", "Choose one investor at least."), ("zh-Hant", "請至少選擇一位投資者。"), ("ja", "投資家を一社以上選んでください。"),
        ])
    func page(_ language: String, _ refusal: String) async throws {
        let world = try await IntroductionWorld()
        try await world.world.owner.write(as: .none) { transaction in
            _ = try await transaction.execute("UPDATE people SET locale = \(language)")
        }
        let ada = try await Visitor(Cast.ada, in: world.world)
        let page = await ada.open("/consents")
        #expect(page.status == 200 && !page.text.contains("⟦"))
        for id in ["shortlists-f-audience-all_but", "demo_days-f-audience-all_but"] {
            #expect(page.text.contains(#"id="\#(id)""#), "\(id)")
        }
        let refused = await ada.send("/consents", [("purpose", "demo_days"), ("audience", "chosen")])
        #expect(refused.status == 422)
        #expect(refused.text.contains(refusal) && refused.text.contains("demo_days-f-investors-error"))
        #expect(!refused.text.contains("shortlists-f-investors-error"))
        let unknown = await ada.send("/consents", [("purpose", "everything"), ("audience", "everyone")])
        #expect(unknown.status == 422)
        // Boxes beside an audience that names nobody are not meant.
        let kept = await ada.send(
            "/consents",
            [("purpose", "demo_days"), ("audience", "nobody"), ("investors", Self.lionPeak.description)])
        #expect(kept.status == 303, "\(kept.text)")
        let chosen = await ada.send(
            "/consents",
            [
                ("purpose", "shortlists"), ("audience", "all_but"), ("investors", Self.lionPeak.description),
                ("investors", Self.tidewater.description),
            ])
        #expect(chosen.status == 303, "\(chosen.text)")
        let after = await ada.open("/consents").text
        #expect(after.contains("Lion Peak Angels") && after.contains(Cast.ada.person.name) && !after.contains("⟦"))
        let mei = try await Visitor(Cast.mei, in: world.world)
        let read = await mei.open("/console/startups/\(world.startup)/consents")
        #expect(read.status == 200 && read.text.contains(Cast.ada.person.name) && !read.text.contains("⟦"))
        #expect(!read.text.contains(#"action="/consents""#))
        #expect(await mei.open("/console/startups/\(Startup.ID())/consents").status == 404)

        let jun = try await Visitor(Cast.jun, in: world.world)
        #expect(await jun.open("/standing").text.contains(#"action="/standing/visibility""#))
        #expect(await jun.send("/standing/visibility", [("is_shown", "false")]).status == 303)
        #expect(try await world.reader(Cast.jun).standing(of: Self.tidewater)?.isVisible == false)
        let console = "/console/investors/\(Self.tidewater)/visibility"
        #expect(await mei.send(console, [("is_shown", "true")]).status == 303)
        #expect(try await world.reader(Cast.jun).standing(of: Self.tidewater)?.isVisible == true)
        // What it is told of itself tells of nobody who left it out.
        #expect(!(await jun.open("/standing").text.contains("KelpSense")))
    }
}
