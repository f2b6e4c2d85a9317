import API
import Accounts
import DemoWorld
import Eligibility
import Foundation
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

/// Declared facts, the report before submission, the refusal, and what is frozen for whoever screens.
@Suite("Eligibility of applications")
struct EligibilityTests {
    let call: CallForApplications.ID = demoID("call incubation")
    let fintech: CallForApplications.ID = demoID("call fintech")
    let ravi = Cast.ravi.person.id
    let mei = Cast.mei.person.id

    private func declare(
        _ id: Application.ID, in world: World, _ change: @escaping @Sendable (inout DeclaredFacts) -> Void
    )
        async throws
    {
        _ = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.saveFacts(of: id, by: ravi) { known in
                var facts = known.facts
                change(&facts)
                return facts
            }
        }
    }

    @Test("The profile stands in until somebody declares something")
    func prefilled() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let id = try await world.draft(to: call)
        let known = try await ravi.ask("GET", "/v1/applications/\(id)/facts").json()
        #expect(known["is_declared"] == false && known["facts"]?["full_time_staff"] == 6)
        #expect(known["facts"]?["incorporated_on"] == "2025-01-20" && known["facts"]?["awards"] == nil)
        let report = try await ravi.ask("GET", "/v1/applications/\(id)/eligibility").json()
        // Nobody said anything of awards yet: that informs screening and keeps nobody from applying.
        #expect(report["conditions"]?.elements?.map { $0["verdict"]?.text } == ["met", "met", "met", "unknown"])
        #expect(report["verdict"] == "met")
    }

    @Test("An enrolment that the park knows of is an award of the startup")
    func knownAwards() async throws {
        let world = try await World()
        let id = Application.ID()
        let facts = try await world.database.write(as: world.context(Cast.ada)) { transaction in
            let application = try await transaction.beginApplication(
                to: fintech, for: Cast.startup("kelpsense"), as: id, in: Cast.harbour.id, by: Cast.ada.person.id)
            return try await transaction.facts(of: application).facts
        }
        guard case .awards(let awards) = facts[.awards], case .holders(let holders) = facts[.holders] else {
            Issue.record("\(facts)")
            return
        }
        #expect(awards.map(\.scheme) == ["Incubation"] && awards.map(\.project) == ["KelpSense"])
        #expect(awards.first?.until != nil && holders.map(\.share) == [8_200, 1_800])
    }

    @Test("Facts are refused field by field, and kept whole")
    func refused() async throws {
        let world = try await World()
        let ravi = try await Visitor(Cast.ravi, in: world)
        let place = "/v1/applications/\(try await world.draft(to: call))/facts"
        let read = ("If-Match", try #require(await ravi.ask("GET", place).header("ETag")))
        let bad = await ravi.ask(
            "PUT", place,
            json: #"""
                {"full_time_staff":-1,"technical_equity":10001,"holders":[{"name":"A","basis_points":9000},{"name":"B","basis_points":9000}],
                 "awards":[{"scheme":"SEED","from":"2026-02-01","until":"2026-01-01"}]}
                """#, headers: [read])
        #expect(
            bad.status == 422
                && Set(bad.problem?.errors.map(\.pointer) ?? []) == [
                    "/full_time_staff", "/technical_equity", "/holders", "/awards/0/until",
                ], "\(bad.text)")
        let many = await ravi.ask("PUT", place, json: #"{"full_time_staff":2,"technical_staff":3}"#, headers: [read])
        #expect(many.problem?.errors.map(\.pointer) == ["/technical_staff"])
        let kept = await ravi.ask("PUT", place, json: #"{"incorporated_in":"HK","awards":[]}"#, headers: [read])
        #expect(kept.status == 200, "\(kept.text)")
        let found = try await ravi.ask("GET", place).json()
        #expect(found["is_declared"] == true && found["facts"]?["full_time_staff"] == nil)
    }

    @Test("What blocks and is not met, or not known, refuses with rule, value and what is required; nothing is lost")
    func blocked() async throws {
        let world = try await World()
        let id = try await world.draft(to: call)
        try await world.fill(id, of: call)
        try await declare(id, in: world) { facts in
            facts[.fullTimeStaff] = .integer(1)
            facts[.incorporatedIn] = nil
        }
        let visitor = try await Visitor(Cast.ravi, in: world)
        let sent = await visitor.ask("POST", "/v1/applications/\(id)/submission")
        #expect(sent.status == 422 && sent.problem?.kind == .notEligible)
        let staff: CallCondition.ID = demoID("condition staff")
        let incorporated: CallCondition.ID = demoID("condition incorporated")
        #expect(sent.problem?.errors.map(\.pointer) == ["/conditions/\(incorporated)", "/conditions/\(staff)"])
        #expect(sent.problem?.errors.last?.detail == "Full-time staff: found 1; required Full-time staff: at least 2.")
        // By the page, too, which comes back with every answer.
        let typed = try await world.questions(of: call).map { ("answers_\($0.id)", "We know harbours well.") }
        let page = await visitor.send("/portal/applications/\(id)/submission", typed)
        #expect(page.status == 422 && page.text.contains("nothing you wrote is lost"), "\(page.text)")
        #expect(page.text.contains("We know harbours well.") && page.text.contains("✗ Not met"))
        let reader = world.database.reader(as: world.context(Cast.ravi))
        #expect(try await reader.application(id)?.application.state == .draft)
        #expect(try await reader.findings(of: id).isEmpty)
        // The database says so whoever asks it.
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                try await transaction.execute(
                    "UPDATE applications SET state = 'submitted', submitted_at = now() WHERE id = \(id)")
            }
        }
        #expect(wall?.constraint == "submissions_meet_what_blocks")
        try await declare(id, in: world) { facts in
            facts[.fullTimeStaff] = .integer(2)
            facts[.incorporatedIn] = .country("HK")
        }
        #expect(await visitor.ask("POST", "/v1/applications/\(id)/submission").status == 200)
    }

    @Test("A company that is too young is told from which day on it may apply; another day can be asked")
    func again() async throws {
        let world = try await World()
        let today = Day(CalendarDate(Date(), in: .hongKong))
        let founded = today.adding(months: -20)
        let id = try await world.draft(to: fintech)
        try await declare(id, in: world) { $0[.incorporatedOn] = .date(founded) }
        let due = CalendarDate(founded.adding(months: 24))
        let visitor = try await Visitor(Cast.ravi, in: world)
        let place = "/v1/applications/\(id)/eligibility"
        let report = try await visitor.ask("GET", place).json()
        #expect(report["verdict"] == "not_met" && report["eligible_again_on"]?.text == "\(due)")
        let then = try await visitor.ask("GET", "\(place)?at=\(due)").json()
        #expect(then["verdict"] == "met" && then["on"]?.text == "\(due)")
        let before = try await visitor.ask("GET", "\(place)?at=\(due.adding(days: -1))").json()
        #expect(before["verdict"] == "not_met")
        let page = await visitor.open("/portal/applications/\(id)")
        #expect(page.text.contains("Am I eligible?") && page.text.contains("Eligible again on"), "\(page.text)")
        #expect(page.text.contains("This call closes before then"))
        #expect(await visitor.open("/portal/applications/\(id)/eligibility?at=\(due)").text.contains("✓ Met"))
        #expect(await visitor.open("/portal/applications/\(id)/eligibility?at=soon").status == 422)
    }

    @Test("The form keeps what it does not ask, comes back filled in, and reads in three languages")
    func form() async throws {
        let world = try await World()
        let visitor = try await Visitor(Cast.ravi, in: world)
        let id = try await world.draft(to: call)
        let place = "/portal/applications/\(id)/eligibility"
        try await declare(id, in: world) { $0[.staffWorldwide] = .integer(40) }
        let first = await visitor.open(place)
        #expect(first.status == 200 && !first.text.contains("staff_worldwide"), "\(first.text)")
        let fields = [
            ("incorporated_on", "2025-01-20"), ("incorporated_in", "HK"), ("full_time_staff", "6"),
            ("technical_staff", "4"), ("project", "Leaf"),
        ]
        let odd = await visitor.send(
            place, fields + [("awards.0.project", "Leaf"), ("awards.0.held_in_common", "many")])
        #expect(odd.status == 422 && odd.text.contains("many") && odd.text.contains("value=\"Leaf\""), "\(odd.text)")
        let saved = await visitor.send(
            place,
            fields + [
                ("awards.0.scheme", "Ideation"), ("awards.0.project", " leaf"), ("awards.0.from", "2026-01-01"),
                ("awards.0.held_in_common", "33.34"),
            ])
        #expect(saved.status == 303, "\(saved.text)")
        let reader = world.database.reader(as: world.context(Cast.ravi))
        let application = try #require(try await reader.application(id)).application
        let facts = try await reader.facts(of: application).facts
        #expect(facts[.staffWorldwide] == .integer(40))
        #expect(
            facts[.awards]
                == .awards([Award(scheme: "Ideation", project: "leaf", from: Day("2026-01-01"), heldInCommon: 3_334)]))
        let page = await visitor.open(place)
        #expect(page.text.contains("33.34") && page.text.contains("✗ Not met"), "\(page.text)")
        for language in ["zh-Hant", "ja"] {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("UPDATE people SET locale = \(language) WHERE id = \(ravi)")
            }
            let read = await (try await Visitor(Cast.ravi, in: world)).open(place)
            #expect(read.status == 200 && !read.text.contains("⟦"))
        }
    }

    @Test("What was declared and found is frozen, and whoever screens names the conditions it rests on")
    func screened() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let findings = try await reader.findings(of: id)
        #expect(findings.map(\.finding.verdict) == [.met, .met, .met, .unknown])
        #expect(try await reader.declaredFacts(of: id)?[.fullTimeStaff] == .integer(6))
        await #expect(throws: ApplicationRefusal.answersAreFrozen) { try await declare(id, in: world) { $0 = [:] } }
        for (sql, constraint): (Query, String?) in [
            (
                "UPDATE application_facts SET facts = '{}' WHERE application_id = \(id)",
                "facts_are_frozen_once_submitted"
            ),
            ("UPDATE application_findings SET verdict = 'met' WHERE application_id = \(id)", nil),
            ("DELETE FROM application_findings WHERE application_id = \(id)", nil),
        ] {
            let wall = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.ravi)) { try await $0.execute(sql) }
            }
            #expect(wall?.constraint == constraint && (constraint != nil || wall?.kind == .insufficientPrivilege))
        }
        let visitor = try await Visitor(Cast.mei, in: world)
        let page = await visitor.open("/console/applications/\(id)")
        #expect(
            page.text.contains("Found when it was submitted") && page.text.contains("name=\"conditions\""),
            "\(page.text)")
        let stranger = await visitor.ask(
            "POST", "/v1/applications/\(id)/screening",
            json: #"{"verdict":"ineligible","reason":"No.","conditions":["\#(CallCondition.ID())"]}"#)
        #expect(stranger.status == 422 && stranger.problem?.errors.map(\.pointer) == ["/conditions/0"])
        let concurrent: CallCondition.ID = demoID("condition concurrent")
        let screened = await visitor.ask(
            "POST", "/v1/applications/\(id)/screening",
            json: #"{"verdict":"ineligible","conditions":["\#(concurrent)"]}"#)
        #expect(screened.status == 200, "\(screened.text)")
        let history = try await reader.history(of: id)
        #expect(history.last?.note?.string.contains("found not declared yet; required") == true)
        #expect(try await reader.findings(of: id).filter(\.isCited).map(\.condition) == [concurrent])
        let report = try await visitor.ask("GET", "/v1/applications/\(id)/eligibility").json()
        #expect(report["conditions"]?.elements?.last?["is_cited"] == true)
    }

    @Test("Handed in again, it is found again on that day: screening cites the last, and each copy shows its own")
    func foundAgain() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        let (founder, manager) = (
            world.database.reader(as: world.context(Cast.ravi)), world.database.reader(as: world.context(Cast.mei))
        )
        let first = try await founder.findings(of: id)
        #expect(!first.isEmpty && first.allSatisfy { $0.copy == 1 })
        _ = try await world.ask(id, of: [try await world.questions(of: call)[1].id])
        var fewer = try #require(try await founder.declaredFacts(of: id))
        fewer[.fullTimeStaff] = .integer(1)
        // What blocks was met and is met no more: for an application that is handed in again, a matter of screening.
        try await world.owner.write(as: .none) { [fewer] transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE application_facts SET facts = \(JSONB(fewer)) WHERE application_id = \(id)")
        }
        _ = try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.resubmitApplication(id, by: ravi)
        }
        let staff: CallCondition.ID = demoID("condition staff")
        for reader in [founder, manager] {
            let last = try await reader.findings(of: id)
            #expect(last.map(\.condition) == first.map(\.condition) && last.allSatisfy { $0.copy == 2 })
            #expect(last.first { $0.condition == staff }?.finding.verdict == .notMet)
            #expect(try await reader.findings(of: id, inCopy: 1) == first)
            #expect(try await reader.findings(of: id, inCopy: 3).isEmpty)
        }
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/v1/applications/\(id)/eligibility"
        let report = try await mei.ask("GET", place).json()
        #expect(report["snapshot"] == 2 && report["verdict"] == "not_met")
        let earlier = try await mei.ask("GET", "\(place)?number=1").json()
        #expect(earlier["snapshot"] == 1 && earlier["verdict"] == "met")
        #expect(await mei.ask("GET", "\(place)?number=3").status == 404)
        #expect(await mei.open("/console/applications/\(id)").text.contains("✗ Not met"))
        #expect(await mei.open("/console/applications/\(id)/copies/2").text.contains("✗ Not met"))
        let page = await mei.open("/console/applications/\(id)/copies/1").text
        #expect(page.contains("✓ Met") && !page.contains("✗ Not met"))

        let screened = await mei.ask(
            "POST", "/v1/applications/\(id)/screening",
            json: #"{"verdict":"ineligible","conditions":["\#(staff)"]}"#)
        #expect(screened.status == 200, "\(screened.text)")
        #expect(try await manager.findings(of: id).filter(\.isCited).map(\.condition) == [staff])
        #expect(try await manager.findings(of: id, inCopy: 1).allSatisfy { !$0.isCited })
        #expect(try await manager.history(of: id).last?.note?.string.contains("found 1; required") == true)
    }

    @Test("Nobody finds anything of a copy that is there, of one to come, or of what is not theirs")
    func forged() async throws {
        let world = try await World()
        let id = try await world.submitted(to: call)
        func insert(_ number: Int, as member: Cast.Member) async throws {
            try await world.database.write(as: world.context(member)) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO application_findings
                        (tenant_id, application_id, call_id, condition_id, number, verdict, finding, found_on)
                    SELECT acting_tenant(), \(id), call_id, id, \(number), 'met', '{}', '2026-01-01'
                    FROM call_conditions WHERE call_id = \(call)
                    """)
            }
        }
        let late = await #expect(throws: DatabaseError.self) { try await insert(1, as: Cast.ravi) }
        #expect(late?.constraint == "findings_are_made_on_submission")
        _ = try await world.ask(id, of: [try await world.questions(of: call)[1].id])
        // Whatever number they say, it is that of the next copy, without which there are no findings.
        let early = await #expect(throws: DatabaseError.self) { try await insert(1, as: Cast.ravi) }
        #expect(early?.constraint == "findings_are_of_what_was_handed_in")
        await #expect(throws: DatabaseError.self) { try await insert(2, as: Cast.ada) }
        await #expect(throws: DatabaseError.self) { try await insert(2, as: Cast.mei) }
        #expect(try await world.database.reader(as: world.context(Cast.mei)).findings(of: id).count == 4)
    }

    @Test("A draft that is complete but for a blocking condition is not called ready, on the home and on its page")
    func badge() async throws {
        let world = try await World()
        let id = try await world.draft(to: call)
        try await world.fill(id, of: call)
        let reader = world.database.reader(as: world.context(Cast.ravi))
        let words = [
            ("en", "Not eligible yet", "Ready to submit"), ("zh-Hant", "暫未符合資格", "可以提交"),
            ("ja", "まだ応募資格なし", "提出できます"),
        ]
        func pages(_ language: String) async throws -> [String] {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("UPDATE people SET locale = \(language) WHERE id = \(ravi)")
            }
            let visitor = try await Visitor(Cast.ravi, in: world)
            return [
                await visitor.open("/portal").text, await visitor.open("/portal/applications/\(id)").text,
            ]
        }
        try await declare(id, in: world) { $0[.fullTimeStaff] = .integer(1) }
        for (language, not, ready) in words {
            for page in try await pages(language) { #expect(page.contains(not) && !page.contains(ready), "\(page)") }
        }
        // What is not declared is not known to be met.
        try await declare(id, in: world) { $0[.fullTimeStaff] = nil }
        for page in try await pages("en") { #expect(page.contains("Not eligible yet")) }
        try await declare(id, in: world) { $0[.fullTimeStaff] = .integer(2) }
        for (language, not, ready) in words {
            for page in try await pages(language) { #expect(!page.contains(not) && page.contains(ready), "\(page)") }
        }
        // A manager, who may not know what a draft declares, reads what they read before.
        try await declare(id, in: world) { $0[.fullTimeStaff] = .integer(1) }
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await !mei.open("/console/applications/\(id)").text.contains("Not eligible yet"))

        // Two drafts cost what one costs.
        func cost(_ drafts: [Application.ID]) async throws -> (reports: Int, statements: Int) {
            let all = try await reader.applications(limit: 50).filter { drafts.contains($0.id) }
            let before = world.database.statistics.statements
            let reports = try await reader.eligibility(ofReady: all)
            return (reports.count, world.database.statistics.statements - before)
        }
        let other = try await world.draft(to: fintech)
        try await world.fill(other, of: fintech)
        let (one, two) = (try await cost([other]), try await cost([id, other]))
        #expect(one.reports == 1 && two.reports == 2 && one.statements == two.statements)
        #expect(try await reader.eligibility(ofReady: []).isEmpty)
    }

    @Test("A draft's facts are its founders' alone, in the trail, too; rows that could leak stay")
    func walls() async throws {
        let world = try await World()
        let id = try await world.draft(to: call)
        try await declare(id, in: world) { $0[.project] = .text("Secret Leaf") }
        for member in [Cast.mei, Cast.ada, Cast.kenji, Cast.nora, Cast.leo] {
            let reader = world.database.reader(as: world.context(member))
            #expect(try await reader.declaredFacts(of: id) == nil)
            let rows = try await reader.rows("SELECT facts FROM application_facts WHERE application_id = \(id)")
            #expect(rows.isEmpty, "\(member.person.name)")
        }
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await mei.ask("GET", "/v1/applications/\(id)/facts").status == 404)
        #expect(await mei.ask("GET", "/v1/applications/\(id)/eligibility").status == 404)
        let told = try await world.owner.reader(as: .none).rows(
            "SELECT noun FROM audit_events WHERE noun = 'application_facts' AND after::text LIKE '%Secret Leaf%'")
        #expect(told.isEmpty)
        let ada = try await Visitor(Cast.ada, in: world)
        #expect(
            await ada.ask("PUT", "/v1/applications/\(id)/facts", json: "{}", headers: [("If-Match", "\"x\"")]).status
                == 404)
        // Findings of others: planted, and read by nobody but their startup and the park.
        let other = try await world.submitted(
            to: fintech, declaring: ["incorporated_on": .date(Day("2020-01-01") ?? Day(0))])
        let seen = try await world.database.reader(as: world.context(Cast.ada)).rows(
            "SELECT condition_id FROM application_findings WHERE application_id = \(other)")
        #expect(seen.isEmpty)
        #expect(try await world.database.reader(as: world.context(Cast.ravi)).findings(of: other).count == 2)
    }

    @Test("A report takes less than fifty milliseconds")
    func quick() async throws {
        let world = try await World()
        let id = try await world.draft(to: call)
        let awards = (0..<50).map { Award(scheme: "S\($0)", project: "P", from: Day(19_000), until: Day(21_000 + $0)) }
        try await declare(id, in: world) { $0[.awards] = .awards(awards) }
        let reader = world.database.reader(as: world.context(Cast.ravi))
        let application = try #require(try await reader.application(id)).application
        let found = try #require(try await reader.call(call))
        var best = Duration.seconds(1)
        for _ in 0..<5 {
            best = min(
                best,
                try await ContinuousClock().measure {
                    _ = try await reader.eligibility(of: application, to: found, on: nil)
                })
        }
        #expect(best < .milliseconds(50))
    }
}

extension World {
    /// A complete application of Ravi's startup that declares something, handed in.
    func submitted(to call: CallForApplications.ID, declaring facts: DeclaredFacts) async throws -> Application.ID {
        let id = try await draft(to: call)
        try await fill(id, of: call)
        return try await database.write(as: context(Cast.ravi)) { transaction in
            _ = try await transaction.saveFacts(of: id, by: Cast.ravi.person.id) { known in
                known.facts.merging(facts) { _, fresh in fresh }
            }
            return try await transaction.submitApplication(id, by: Cast.ravi.person.id).id
        }
    }
}
