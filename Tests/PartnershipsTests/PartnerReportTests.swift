import API
import Accounts
import DemoWorld
import Foundation
import Incubation
import Institutions
import Investment
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("What came of an agreement")
struct PartnerReportTests {
    private let second: MoU.ID = demoID("mou MoU-2")
    private let third: MoU.ID = demoID("mou MoU-3")
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let own = Institution.ID(Cast.harbour.id.uuid)
    private let bank = Cast.institution("harbour/sakuragi")
    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    @Test("a target is reached for good, missed once it is over, and exceeded at any time")
    func targets() throws {
        let day = CalendarDate(daysSince1970: 20_000)
        func target(_ direction: MoU.Target.Direction, due: Int) throws -> MoU.Target {
            try MoU.Target(
                id: MoU.Target.ID(), title: LocalizedName(en: "t"), metric: .startupEnrolled, baseline: 0, number: 5,
                direction: direction, countsFrom: nil, dueOn: day.adding(days: due), area: nil, country: nil)
        }
        #expect(try target(.atLeast, due: 0).status(of: 4, on: day) == .open)
        #expect(try target(.atLeast, due: 0).status(of: 5, on: day) == .reached)
        #expect(try target(.atLeast, due: -1).status(of: 4, on: day) == .missed)
        #expect(try target(.atLeast, due: -1).status(of: 5, on: day) == .reached)
        #expect(try target(.atMost, due: 9).status(of: 6, on: day) == .missed)
        #expect(try target(.atMost, due: 9).status(of: 5, on: day) == .open)
        #expect(try target(.atMost, due: -1).status(of: 5, on: day) == .reached)
    }

    @Test("figures follow from streams, calls and what comes of them, and each is the number of its events")
    func figures() async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let report = try await reader.report(on: second)
        let activities = try await reader.activities(under: second)
        for figure in report.figures {
            #expect(figure.count == activities.count(where: figure.filter.admits), "\(figure)")
        }
        func count(_ kind: MoU.Activity.Kind) -> Int? { report.figures.first { $0.filter.kind == kind }?.count }
        // The fintech stream brings three applications; the linked incubation program its own, KelpSense's enrolment too.
        let fintech = activities.filter {
            $0.kind == .applicationSubmitted && $0.areas.map(\.description) == ["fintech"]
        }
        #expect(fintech.count == 3)
        #expect(count(.startupEnrolled) == 1)
        #expect(count(.benefitUsed) == 1)
        #expect(activities.first { $0.kind == .startupEnrolled }?.startupName?.text(for: .english) == "KelpSense")
        #expect(report.targets.map(\.figure.count) == [3, 1] || report.targets.map(\.figure.count) == [1, 3])
        let nurtured = try #require(report.targets.first { $0.target.baseline == 2 })
        #expect((nurtured.value, nurtured.status) == (3, .open))
        #expect(report.deliveredOnTime == (1, 1))
        #expect(report.activeAreas == 2)
        #expect(report.daysToFirstActivity != nil)
        let nouns = report.standing.map(\.noun)
        #expect(nouns.filter { $0 == .program }.count == 1 && nouns.filter { $0 == .stream }.count == 1)
        // An earlier span counts nothing, and says so by the same filter.
        let before = try await reader.report(on: second, from: today.adding(days: -900), to: today.adding(days: -800))
        #expect(before.figures.allSatisfy { $0.count == 0 })
    }

    @Test("introductions and deals of startups nurtured under it count, and tell a partner neither who nor with whom")
    func introductions() async throws {
        let world = try await World()
        let (startup, jun, ada) = (Cast.startup("kelpsense"), Cast.jun.person.id, Cast.ada.person.id)
        let investor = world.database.reader(as: world.context(Cast.jun))
        var found: Shortlist.ID?
        for list in try await investor.shortlists(limit: 50) {
            if try await investor.item(startup, of: list.id) != nil { found = list.id }
        }
        let list = try #require(found)
        try await world.database.write(as: world.context(Cast.jun)) { [tenant] transaction in
            _ = try await transaction.answerShortlistItem(
                startup, of: list, with: NewAnswer(.interested), as: Answer.ID(), in: tenant, by: jun)
        }
        let id = try #require(try await investor.introductions(limit: 1).first).id
        _ = try await world.database.write(as: world.context(Cast.ada)) {
            try await $0.consentToIntroduction(id, by: ada)
        }
        _ = try await world.database.write(as: world.context(Cast.jun)) { [today] transaction in
            try await transaction.recordStep(
                NewStep(.closed, amount: Money(minor: 100_000_00, currency: .usd), instrument: .equity, day: today),
                of: id,
                by: IntroductionActor(jun, for: .investor))
        }
        let ours = try await world.database.reader(as: world.context(Cast.mei)).activities(under: second)
            .filter { $0.noun == .introduction }
        #expect(ours.map(\.kind).sorted { $0.rawValue < $1.rawValue } == [.dealClosed, .startupIntroduced])
        #expect(ours.allSatisfy { $0.object == id.uuid && $0.startup == startup && $0.line == .investmentMatching })
        let theirs = try await world.database.reader(as: world.context(Cast.kenji)).activities(under: second)
            .filter { $0.noun == .introduction }
        #expect(theirs.count == 2)
        #expect(theirs.allSatisfy { $0.object == nil && $0.startup == nil && $0.startupName == nil })
        // A deal that was taken back is none.
        let firm = Cast.institution("harbour/tidewater")
        let deal = try #require(try await investor.investments(of: firm, limit: 100).first { $0.introduction == id })
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.takeBackInvestment(
                deal.id, because: ShortText("It fell through."), by: Cast.mei.person.id)
        }
        let left = try await world.database.reader(as: world.context(Cast.mei)).activities(under: second)
            .filter { $0.noun == .introduction }
        #expect(left.map(\.kind) == [.startupIntroduced])
    }

    @Test("a partner reads the same figures, and no name of a startup that it does not nurture")
    func partner() async throws {
        let world = try await World()
        let theirs = try await world.database.reader(as: world.context(Cast.kenji)).report(on: second)
        let ours = try await world.database.reader(as: world.context(Cast.mei)).report(on: second)
        #expect(theirs.figures.map(\.count) == ours.figures.map(\.count))
        #expect(theirs.targets.map(\.value) == ours.targets.map(\.value))
        #expect(theirs.activities.allSatisfy { $0.startup == nil && $0.startupName == nil })
        #expect(theirs.activities.filter { $0.noun == .application }.allSatisfy { $0.object == nil })
        #expect(theirs.standing.allSatisfy { $0.note == nil })
        // A startup enrolled in a stream that the partner takes part in is one it nurtures.
        try await enrol(in: demoID("stream acceleration fintech"), world)
        let after = try await world.database.reader(as: world.context(Cast.kenji)).report(on: second)
        let joint = try #require(after.activities.first { $0.startupName != nil })
        #expect((joint.kind, joint.startupName?.text(for: .english)) == (.startupEnrolled, "Halyard"))
        // Another party of the agreement, and of the term that follows it, takes part in no stream and learns of nobody.
        let (other, next) = (Cast.institution("harbour/kitagawa"), MoU.ID())
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO mous (tenant_id, id, reference, title, kind, state, signed_on, effective_on, ends_on, prior_mou_id)
                SELECT tenant_id, \(next), 'MoU-2 bis', title, kind, state, signed_on, current_date + 900, NULL, id
                FROM mous WHERE id = \(second)
                """)
            try await transaction.execute(
                """
                INSERT INTO mou_parties (tenant_id, mou_id, institution_id, role)
                SELECT \(tenant), m, p, 'partner' FROM unnest(\([second, next])) AS m, unnest(\([own, bank, other])) AS p
                ON CONFLICT DO NOTHING
                """)
            try await transaction.execute(
                """
                INSERT INTO mou_links (tenant_id, mou_id, id, enrolment_id, linked_by)
                SELECT n.tenant_id, \(next), gen_random_uuid(), n.id, \(mei) FROM enrolments AS n
                JOIN cohorts AS h ON h.id = n.cohort_id WHERE h.stream_id = \(demoID("stream acceleration fintech") as ProgramStream.ID)
                """)
        }
        let stranger = Principal(
            person: Cast.ravi.person.id.uuid, membership: UUID(), tenant: tenant.uuid, institution: other.uuid,
            role: .partner, name: "Ravi", locale: "en", credential: .token(id: UUID(), scopes: ["read", "write"]))
        let reader = world.database.reader(as: stranger.context)
        let report = try await reader.report(on: second)
        #expect(report.figures.map(\.count) == after.figures.map(\.count))
        #expect(report.activities.contains { $0.kind == .startupEnrolled })
        #expect(report.activities.allSatisfy { $0.startup == nil && $0.startupName == nil })
        let standing = try await reader.standing(under: next).filter { $0.noun == .enrolment }
        #expect(!standing.isEmpty && standing.allSatisfy { $0.object == nil && $0.name == nil })
        let nurtured = try await world.database.reader(as: world.context(Cast.kenji)).standing(under: next)
        #expect(nurtured.contains { $0.noun == .enrolment && $0.name?.text(for: .english) == "Halyard" })
    }

    @Test("a startup that does not agree to it is counted in a partner's report and named at none of its doors")
    func unnamed() async throws {
        let world = try await World()
        let startup = Cast.startup("halyard")
        try await enrol(in: demoID("stream acceleration fintech"), world)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO mou_links (tenant_id, mou_id, id, enrolment_id, linked_by)
                SELECT n.tenant_id, \(second), gen_random_uuid(), n.id, \(mei) FROM enrolments AS n
                WHERE n.startup_id = \(startup)
                """)
        }
        let (bank, park) = (
            world.database.reader(as: world.context(Cast.kenji)), world.database.reader(as: world.context(Cast.mei))
        )
        let kenji = try await Visitor(Cast.kenji, in: world)
        let (api, pages) = ("/v1/mous/\(second)", "/partner/agreements/\(second)/report")
        func doors() async -> [String] {
            var read: [String] = []
            for path in ["\(api)/activities?limit=200", "\(api)/report", "\(api)/report.csv"] {
                read.append(await kenji.ask("GET", path).text)
            }
            for path in [pages, "\(pages)/events?kind=startup_enrolled", "\(pages).csv"] {
                read.append(await kenji.open(path).text)
            }
            return read
        }
        let named = try await bank.report(on: second)
        #expect(await doors().contains { $0.contains("Halyard") })
        _ = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.decideOnConsent(NewConsent(.partnerReports, to: .nobody), of: startup)
        }
        let after = try await bank.report(on: second)
        #expect(after.figures.map(\.count) == named.figures.map(\.count))
        #expect(after.activities.contains { $0.kind == .startupEnrolled })
        #expect(after.activities.allSatisfy { $0.startup == nil && $0.startupName == nil })
        #expect(after.activities.filter { $0.kind == .startupEnrolled }.allSatisfy { $0.object == nil })
        #expect(try await bank.standing(under: second).filter { $0.noun == .enrolment }.allSatisfy { $0.name == nil })
        for text in await doors() {
            #expect(!text.contains("Halyard") && !text.contains(startup.description))
        }
        // The park keeps its own records.
        #expect(try await park.report(on: second).activities.contains { $0.startup == startup })
    }

    /// Plants an enrolment of Halyard, past the screening and the decision that it would take.
    private func enrol(in stream: ProgramStream.ID, _ world: World) async throws {
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO enrolments (tenant_id, id, application_id, startup_id, cohort_id, started_on, created_by)
                SELECT a.tenant_id, gen_random_uuid(), a.id, a.startup_id, h.id, current_date, \(mei)
                FROM applications AS a JOIN calls AS c ON c.id = a.call_id JOIN cohorts AS h ON h.stream_id = c.stream_id
                WHERE a.startup_id = \(Cast.startup("halyard")) AND c.stream_id = \(stream)
                """)
        }
    }

    @Test("what began under an agreement goes on counting after its end; what begins later does not")
    func ending() async throws {
        let world = try await World()
        let termination = MoU.Termination(reason: try ShortText("Done"), isMutual: true)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.terminateMoU(second, on: today, termination, in: tenant, by: mei)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        let before = try await reader.activities(under: second)
        try await enrol(in: demoID("stream acceleration fintech"), world)
        // The opening of a call of the linked program, on the day on which the agreement is over.
        let draft = try CallDraft(
            stream: demoID("stream incubation general"), title: LocalizedName(en: "Too late"),
            opensAt: Date.now.addingTimeInterval(-60),
            deadline: Deadline(Date.now.addingTimeInterval(86_400), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "What do you build?"))])
        let call = CallForApplications.ID()
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: call, in: tenant)
            _ = try await transaction.publishCall(call, by: mei)
        }
        let after = try await reader.activities(under: second)
        #expect(after.count == before.count + 1)
        #expect(after.count { $0.kind == .startupEnrolled } == before.count { $0.kind == .startupEnrolled } + 1)
        // Unless somebody says that it is done under the agreement.
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.linkActivity(
                NewLink(.call, call.uuid), as: MoU.Link.ID(), to: second, in: tenant, by: mei)
        }
        #expect(try await reader.activities(under: second).count == after.count + 1)
    }

    @Test("an application to a call of several streams counts where it chose one under the agreement")
    func severalStreams() async throws {
        let world = try await World()
        let call = try await world.callOfTwoStreams()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let submitted = try await reader.activities(under: second).count { $0.kind == .applicationSubmitted }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.unlinkActivity(demoID("link incubation"), from: second)
            try await transaction.linkActivity(
                NewLink(.stream, call.other.uuid), as: MoU.Link.ID(), to: second, in: tenant, by: mei)
        }
        let without = try await reader.activities(under: second).count { $0.kind == .applicationSubmitted }
        #expect(without < submitted)
        for (slug, stream) in [("brightwharf", call.own), ("halyard", call.other)] {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                let id = UUID()
                try await transaction.execute(
                    """
                    INSERT INTO applications (tenant_id, id, call_id, startup_id, state, created_by, submitted_at)
                    VALUES (\(tenant), \(id), \(call.id), \(Cast.startup(slug)), 'submitted', \(mei), now())
                    """)
                try await transaction.execute(
                    """
                    INSERT INTO stream_choices (tenant_id, application_id, call_id, stream_id, rank, saved_by)
                    VALUES (\(tenant), \(id), \(call.id), \(stream), 1, \(mei))
                    """)
            }
        }
        #expect(try await reader.activities(under: second).count { $0.kind == .applicationSubmitted } == without + 1)
    }

    @Test(
        "agreements of others tell nothing, whoever asks",
        arguments: [Cast.leo, Cast.ada, Cast.jun, Cast.iris, Cast.nora])
    func walls(member: Cast.Member) async throws {
        let world = try await World()
        let reader = world.database.reader(as: world.context(member))
        await #expect(throws: Problem.notFound) { try await reader.report(on: second) }
        #expect(try await reader.targets(of: second).isEmpty)
        #expect(try await reader.deliverables(of: second).isEmpty)
        #expect(try await reader.benefits(of: second).isEmpty)
        #expect(try await reader.standing(under: second).isEmpty)
        #expect(try await reader.activities(under: second).isEmpty)
        let tables: [SQLIdentifier] = [
            "mou_targets", "mou_deliverables", "mou_benefits", "mou_benefit_uses", "mou_links",
            "mou_benefit_uses_taken_back",
        ]
        for table in tables {
            #expect(try await reader.value("SELECT count(*) FROM \(identifier: table)", as: Int.self) == 0)
        }
        let bank = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await bank.value("SELECT count(*) FROM mou_targets", as: Int.self) == 2)
        #expect(try await bank.value("SELECT count(*) FROM mou_deliverables", as: Int.self) == 1)
        #expect(try await bank.value("SELECT count(*) FROM mou_links", as: Int.self) == 0)
        #expect(try await bank.value("SELECT count(*) FROM mou_benefit_uses", as: Int.self) == 0)
    }

    @Test("promises keep to the agreement and to their quota")
    func refusals() async throws {
        let world = try await World()
        let robotics = FocusArea.ID("robotics")
        let alien = FocusArea.ID("immigration-control")
        let title = try LocalizedName(en: "Something")
        func refused(_ deed: @escaping @Sendable (Transaction) async throws -> Void) async -> String? {
            await constraint { try await world.database.write(as: world.context(Cast.mei)) { try await deed($0) } }
        }
        let (second, tenant, mei, today) = (second, tenant, mei, today)
        #expect(
            await refused {
                try await $0.setTarget(
                    NewTarget(title, .callOpened, 1, by: today, in: alien), as: .init(), of: second, in: tenant, by: mei
                )
            } == "targets_name_an_area_of_their_agreement")
        #expect(
            await refused {
                try await $0.setTarget(
                    NewTarget(title, .callOpened, 1, by: today, from: today.adding(days: 1), in: robotics), as: .init(),
                    of: second, in: tenant, by: mei)
            } == "target_is_due_after_it_begins")
        #expect(
            await refused {
                try await $0.reportDeliverable(
                    demoID("deliverable demo day"), of: second, DeliverableReport(.met, on: today))
            } == "deliverables_are_met_with_evidence")
        #expect(
            await refused {
                try await $0.grantBenefit(
                    NewBenefit(.fastTrack, title, for: ShortText("All")), as: .init(), of: second, in: tenant, by: mei)
            } == "agreements_have_one_fast_track")
        #expect(
            await refused {
                try await $0.recordUse(
                    NewBenefitUse(on: today), as: .init(), of: demoID("benefit fast track"), of: second, in: tenant,
                    by: mei)
            } == "fast_tracks_are_used_by_their_codes")
        #expect(
            await refused {
                let benefit = MoU.Benefit.ID()
                try await $0.grantBenefit(
                    NewBenefit(.space, title, for: ShortText("All"), quota: 1), as: benefit, of: second, in: tenant,
                    by: mei)
                for _ in 1...2 {
                    try await $0.recordUse(
                        NewBenefitUse(on: today), as: .init(), of: benefit, of: second, in: tenant, by: mei)
                }
            } == "benefits_have_uses_left")
        #expect(
            await refused {
                try await $0.linkActivity(
                    NewLink(.program, (demoID("program incubation") as Program.ID).uuid), as: .init(), to: second,
                    in: tenant, by: mei)
            } == "links_are_made_once")
        let draft = try MoUDraft(reference: Name("MoU-D"), title: title, kind: .framework)
        #expect(
            await refused {
                let id = MoU.ID()
                _ = try await $0.draftMoU(draft, as: id, in: tenant, by: mei)
                try await $0.linkActivity(
                    NewLink(.program, (demoID("program incubation") as Program.ID).uuid), as: .init(), to: id,
                    in: tenant,
                    by: mei)
            } == "links_rest_on_a_signature")
        #expect(
            await refused {
                let call = CallForApplications.ID()
                _ = try await $0.draftCall(
                    CallDraft(
                        stream: demoID("stream acceleration fintech"), title: LocalizedName(en: "Fast"),
                        opensAt: Date.now, deadline: Deadline(Date.now.addingTimeInterval(86_400), in: .hongKong),
                        questions: [], access: .fastTrack), as: call, in: tenant)
                var generator = SystemRandomNumberGenerator()
                for uses in [20, 1] {
                    _ = try await $0.giveFastTrackCode(
                        FastTrackWord(using: &generator),
                        NewFastTrackCode(
                            mou: second, label: ShortText("Club"), validFrom: Date.now,
                            validUntil: Date.now.addingTimeInterval(86_400), usesAllowed: uses), as: .init(), for: call,
                        in: tenant, by: mei)
                }
            } == "codes_keep_to_the_quota_of_their_agreement")
        for name in [
            "targets_name_an_area_of_their_agreement", "deliverables_name_an_area_of_their_agreement",
            "links_name_an_area_of_their_agreement", "target_is_due_after_it_begins", "target_number_is_reasonable",
            "target_baseline_is_not_negative", "deliverable_is_dated_when_settled",
            "deliverables_are_met_with_evidence",
            "agreements_have_one_fast_track", "benefits_concern_a_program", "benefit_quota_is_reasonable",
            "benefits_have_uses_left", "fast_tracks_are_used_by_their_codes", "benefits_are_used_by_startups",
            "links_rest_on_a_signature", "links_are_made_once",
            "links_lead_to_a_program", "links_lead_to_a_stream", "links_lead_to_a_call", "links_lead_to_an_enrolment",
            "links_lead_to_an_investment",
        ] {
            #expect(PartnershipsRoom.constraints[name] != nil, "\(name) has no words")
        }
    }

    @Test("by HTTP: set, promise, grant, use and link, and read the figures with their events")
    func api() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let address = "/v1/mous/\(second)"
        let set = await mei.ask(
            "POST", "\(address)/targets",
            json: #"{"title": {"en": "Calls"}, "metric": "call_opened", "number": 1, "due_on": "\#(today)"}"#)
        #expect(set.status == 200, "\(set.text)")
        #expect(
            try set.json()["targets"]?.elements?.first { $0["title"]?["en"]?.text == "Calls" }?["status"]?.text
                == "reached")
        let alien = await mei.ask(
            "POST", "\(address)/targets",
            json:
                #"{"title": {"en": "C"}, "metric": "call_opened", "number": 1, "due_on": "\#(today)", "area": "space"}"#
        )
        #expect(alien.status == 422)
        let two = await mei.ask("POST", "\(address)/links", json: #"{"program": "\#(UUID())", "stream": "\#(UUID())"}"#)
        #expect(two.status == 422)
        let nobody = await mei.ask("POST", "\(address)/links", json: #"{"call": "\#(UUID())"}"#)
        #expect(try nobody.json()["errors"]?.elements?.first?["pointer"]?.text == "/call", "\(nobody.text)")
        let report = try await mei.ask("GET", "\(address)/report").json()
        for figure in report["figures"]?.elements ?? [] {
            let events = try #require(figure["activities"]?.text)
            let listed = try await mei.ask("GET", events + "&limit=200").json()["items"]?.elements?.count
            #expect(listed.map { JSON(integerLiteral: $0) } == figure["count"], "\(events)")
        }
        let first = try await mei.ask("GET", "\(address)/activities?limit=2").json()
        let next = try #require(first["next"]?.text)
        let rest = try await mei.ask("GET", "\(address)/activities?limit=2&cursor=\(next)").json()
        #expect(first["items"]?.elements?.count == 2)
        #expect(rest["items"]?.elements?.first?["position"] == 3)
        let kenji = try await Visitor(Cast.kenji, in: world)
        #expect(await kenji.ask("GET", "\(address)/report").status == 200)
        #expect(await kenji.ask("GET", "/v1/mous/\(third)/report").status == 404)
        #expect(await kenji.ask("GET", "/v1/mous/\(third)/activities").status == 404)
        #expect(await kenji.ask("POST", "\(address)/links", json: #"{"call": "\#(UUID())"}"#).status == 403)
        let file = await kenji.ask("GET", "\(address)/report.csv?lang=ja")
        #expect(file.status == 200)
        #expect(file.text.contains("提出された応募") && !file.text.contains("KelpSense"))
        let book = await kenji.ask("GET", "\(address)/report.xlsx")
        #expect(book.status == 200)
        #expect(book.header("Content-Type")?.contains("spreadsheetml") == true)
        #expect(book.header("Content-Disposition")?.contains(".xlsx") == true)
    }

    @Test("by pages: a manager adds to the report, a party reads it, every figure leads to its events")
    func pages() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let address = "/console/mous/\(second)"
        let report = await mei.open("\(address)/report")
        #expect(report.status == 200)
        #expect(report.text.contains("\(address)/report/events?kind=application_submitted&amp;from="))
        #expect(report.text.contains("Ten fintech startups apply"))
        for path in ["targets/new", "deliverables/new", "benefits/new", "links/new"] {
            #expect(await mei.open("\(address)/\(path)").status == 200, "\(path)")
        }
        let benefit: MoU.Benefit.ID = demoID("benefit mentoring")
        #expect(await mei.open("\(address)/benefits/\(benefit)/uses").status == 200)
        let half = await mei.send(
            "\(address)/targets/new",
            [("title.en", "More calls"), ("metric", "call_opened"), ("number", "many"), ("due_on", today.description)])
        #expect(half.status == 422)
        #expect(half.text.contains("More calls") && half.text.contains("error-summary"))
        let set = await mei.send(
            "\(address)/targets/new",
            [
                ("title.en", "More calls"), ("title.ja", ""), ("metric", "call_opened"), ("number", "3"),
                ("direction", ""), ("due_on", today.description), ("area", ""), ("country", ""), ("baseline", ""),
                ("counts_from", ""),
            ])
        #expect(set.status == 303, "\(set.text)")
        #expect(await mei.open(try #require(set.header("Location"))).text.contains("More calls"))
        let promised = await mei.send(
            "\(address)/deliverables/new",
            [("title.en", "A report"), ("kind", "report"), ("due_on", today.description), ("area", "fintech")])
        #expect(promised.status == 303, "\(promised.text)")
        let deliverable: MoU.Deliverable.ID = demoID("deliverable demo day")
        #expect(await mei.open("\(address)/deliverables/\(deliverable)").text.contains("Six startups pitched"))
        let bare = await mei.send(
            "\(address)/deliverables/\(deliverable)",
            [("status", "met"), ("settled_on", today.description), ("evidence", "")])
        #expect(bare.status == 422)
        #expect(bare.text.contains("Say what shows that it is met."))
        let granted = await mei.send(
            "\(address)/benefits/new",
            [("title.en", "Desks"), ("kind", "space"), ("beneficiaries", "All"), ("program", ""), ("quota", "2")])
        #expect(granted.status == 303, "\(granted.text)")
        let used = await mei.send(
            "\(address)/benefits/\(benefit)/uses", [("used_on", today.description), ("startup", ""), ("note", "")])
        #expect(used.status == 303, "\(used.text)")
        let stream: ProgramStream.ID = demoID("stream incubation general")
        let linked = await mei.send(
            "\(address)/links/new",
            [
                ("object", "stream:\(stream)"), ("area", "robotics"), ("service_line", "knowledge_exchange"),
                ("note", ""),
            ])
        #expect(linked.status == 303, "\(linked.text)")
        let nothing = await mei.send("\(address)/links/new", [("object", "moon:1"), ("area", ""), ("note", "")])
        #expect(nothing.status == 422)
        let removed = await mei.send("\(address)/links/\(demoID("link incubation") as MoU.Link.ID)/removal")
        #expect(removed.status == 303)
        #expect(await mei.send("\(address)/links/\(demoID("link incubation") as MoU.Link.ID)/removal").status == 404)
        let dropped = await mei.send("\(address)/targets/\(demoID("target fintech") as MoU.Target.ID)/removal")
        #expect(dropped.status == 303)

        let kenji = try await Visitor(Cast.kenji, in: world)
        let theirs = "/partner/agreements/\(second)"
        #expect(await kenji.open(theirs).text.contains("\(theirs)/report"))
        let page = await kenji.open("\(theirs)/report")
        #expect(page.status == 200)
        #expect(!page.text.contains("/console/") && !page.text.contains("KelpSense"))
        let events = await kenji.open("\(theirs)/report/events?kind=application_submitted")
        #expect(events.status == 200 && events.text.contains("A startup"))
        #expect(await kenji.open("/partner/agreements/\(third)/report").status == 404)
        #expect(await kenji.open("/partner/agreements/\(third)/report/events").status == 404)
        let file = await kenji.open("\(theirs)/report.csv")
        #expect(file.text.utf8.starts(with: "\u{FEFF}".utf8))
        #expect(await kenji.open("\(theirs)/report.xlsx").body.starts(with: "PK".utf8))
        #expect(await kenji.open("\(address)/report").status == 403)
    }
}
