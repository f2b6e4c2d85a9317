import API
import Accounts
import DemoWorld
import Eligibility
import Foundation
import Pages
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Programs

/// What a call requires: kept by managers, standing once published, read by those who apply.
@Suite("Conditions of calls")
struct ConditionTests {
    private let tenant = Cast.harbour.id
    private let published: CallForApplications.ID = demoID("call incubation")

    private func draft(in world: World) async throws -> CallForApplications.ID {
        let id = CallForApplications.ID()
        let draft = try CallDraft(
            stream: demoID("stream incubation general"), title: LocalizedName(en: "Autumn intake"),
            opensAt: Date.now.addingTimeInterval(-3_600),
            deadline: Deadline(Date.now.addingTimeInterval(864_000), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Why?"))])
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.draftCall(draft, as: id, in: tenant)
        }
        return id
    }

    @Test("every template can be asked, and says what it requires in three languages")
    func templates() throws {
        #expect(ConditionTemplate.all.count == 11)
        for template in ConditionTemplate.all {
            let condition = try template.condition(as: CallCondition.ID())
            #expect(condition.name.languages.count == 3 && condition.explanation?.languages.count == 3)
            for language in [Pages.Language.english, .chinese, .japanese] {
                let words = ConditionWords(in: language)
                let said = condition.rule.demands.map(words.requirement) + template.rule.constants.map(words.label)
                #expect(!said.isEmpty && said.allSatisfy { !$0.contains("⟦") && !$0.contains("{") }, "\(said)")
            }
        }
        let words = ConditionWords(in: .english)
        let staff = try #require(ConditionTemplate.all.first { $0.slug == "full-time-staff" })
        let incorporated = try #require(ConditionTemplate.all.first { $0.slug == "incorporated-by-application" })
        #expect(
            EligibilityRule(stored: incorporated.rule).demands.map(words.requirement) == [
                "Place of incorporation: is Hong Kong", "Date of incorporation: at most the day you apply",
            ])
        #expect(EligibilityRule(stored: staff.rule).demands.map(words.requirement) == ["Full-time staff: at least 2"])
    }

    @Test("a manager replaces them by JSON; a rule that cannot be asked is refused with a pointer to the term")
    func json() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let place = "/v1/calls/\(try await draft(in: world))/conditions"
        let tag = try #require(await mei.ask("GET", place).header("ETag"))
        func body(_ rule: String) -> String {
            #"{"conditions":[{"name":{"en":"Staff"},"blocks":true,"rule":\#(rule)}]}"#
        }
        let bad = await mei.ask(
            "PUT", place, json: body(#"{"at_least":[{"fact":"full_time_staff"},{"basis_points":5}]}"#),
            headers: [("If-Match", tag)])
        #expect(
            bad.status == 422 && bad.problem?.errors.map(\.pointer) == ["/conditions/0/rule/at_least"], "\(bad.text)")
        for unread in [
            #"{"sql":"SELECT 1"}"#, "null", #""x""#,
            #"{"not":\#(String(repeating: #"{"not":"#, count: 60))true\#(String(repeating: "}", count: 60))}"#,
        ] {
            let refused = await mei.ask("PUT", place, json: body(unread), headers: [("If-Match", tag)])
            #expect([400, 422].contains(refused.status), "\(refused.text)")
        }
        let kept = await mei.ask(
            "PUT", place, json: body(#"{"at_least":[{"fact":"full_time_staff"},3]}"#), headers: [("If-Match", tag)])
        #expect(kept.status == 200, "\(kept.text)")
        let stale = await mei.ask(
            "PUT", place, json: #"{"conditions":[]}"#, headers: [("If-Match", tag)])
        #expect(stale.status == 412)
        let read = try await mei.ask("GET", place).json()
        #expect(read["conditions"]?.elements?.count == 1)
        #expect(try await mei.ask("GET", "/v1/condition-templates").json()["conditions"]?.elements?.count == 11)
    }

    @Test("they stand once the call is out, for the verb and for the database")
    func published() async throws {
        let world = try await World()
        let verb = await #expect(throws: CallRefusal.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.reviseConditions(of: published, in: tenant) { _ in [] }
            }
        }
        #expect(verb == .published)
        for sql: Query in [
            "DELETE FROM call_conditions WHERE call_id = \(published)",
            "UPDATE call_conditions SET blocks = false WHERE call_id = \(published)",
        ] {
            let wall = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(sql) }
            }
            #expect(wall?.constraint == "conditions_stand_once_published")
        }
    }

    @Test("a draft's are the managers' alone; nobody reads those of another park")
    func walls() async throws {
        let world = try await World()
        let id = try await draft(in: world)
        let condition = try #require(ConditionTemplate.all.first).condition(as: CallCondition.ID())
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.reviseConditions(of: id, in: tenant) { _ in [condition] }
        }
        for member in [Cast.ravi, Cast.kenji, Cast.leo] {
            let reader = world.database.reader(as: world.context(member))
            #expect(try await reader.conditions(of: id).isEmpty)
            let rows = try await reader.rows("SELECT id FROM call_conditions WHERE call_id = \(id)")
            #expect(rows.isEmpty, "\(member.person.name)")
        }
        #expect(try await world.database.reader(as: world.context(Cast.leo)).conditions(of: published).isEmpty)
        let founder = world.database.reader(as: world.context(Cast.ravi))
        #expect(try await founder.conditions(of: published).count == 4)
        let written = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ravi)) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO call_conditions (tenant_id, call_id, id, position, name, rule, blocks)
                    VALUES (\(tenant), \(id), gen_random_uuid(), 2, '{"en": "x"}', 'true', false)
                    """)
            }
        }
        #expect(written?.kind == .insufficientPrivilege)
    }

    @Test("a manager adds a template, changes its number, sees what is wrong with a rule, and removes it")
    func console() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        let id = try await draft(in: world)
        let place = "/console/calls/\(id)/conditions"
        #expect(await mei.open(place).text.contains("template=company-age"))
        let form = await mei.open("\(place)/new?template=company-age")
        #expect(form.status == 200 && form.text.contains("months_since"), "\(form.text)")
        let rule = #"{"at_most":[{"months_since":{"fact":"incorporated_on"}},24]}"#
        let name = [("name.en", "Young"), ("name.zh-Hant", ""), ("name.ja", "")]
        let added = await mei.send(
            "\(place)/new",
            name + [("blocks", "true"), ("rule", rule), ("numbers.0.value", "36"), ("numbers.0.was", "24")])
        #expect(added.status == 303, "\(added.text)")
        let reader = world.database.reader(as: world.context(Cast.mei))
        let kept = try #require(try await reader.conditions(of: id).first)
        #expect(kept.rule.term.constants.map(\.value) == [.integer(36)] && kept.blocks)
        #expect(await mei.open("\(place)?done=added").text.contains("at most 36 months"))

        let broken = await mei.send(
            "\(place)/\(kept.id)/edit", name + [("rule", #"{"fact":"colour"}"#), ("numbers.0.value", "1")])
        #expect(broken.status == 422 && broken.text.contains("/fact: There is no fact"), "\(broken.text)")
        let odd = await mei.send(
            "\(place)/\(kept.id)/edit",
            name + [("rule", rule), ("numbers.0.value", "many"), ("numbers.0.was", "24")])
        #expect(odd.status == 422 && odd.text.contains("many"))
        let edited = await mei.send("\(place)/\(kept.id)/edit", name + [("rule", rule)])
        #expect(edited.status == 303, "\(edited.text)")
        #expect(try await reader.conditions(of: id).map(\.blocks) == [false])
        #expect(await mei.send("\(place)/\(kept.id)/removal").status == 303)
        #expect(try await reader.conditions(of: id).isEmpty)
    }

    @Test("whoever reads the call reads what it requires in words")
    func readInWords() async throws {
        let world = try await World()
        let page = await (try await Visitor(Cast.ravi, in: world)).open("/calls/\(published)")
        #expect(
            page.text.contains("Full-time staff: at least 2") && page.text.contains("Needed to apply"), "\(page.text)")
    }
}
