import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Partnerships
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Applications

/// The bank's staff screen what names its stream, and nothing else of applications is theirs.
@Suite("Screening by partners")
struct PartnerScreeningTests {
    private let mei = Cast.mei.person.id
    private let ravi = Cast.ravi.person.id
    private let kenji = Cast.kenji.person.id
    private let bank = Cast.institution("harbour/sakuragi")
    private let agreement: MoU.ID = demoID("mou MoU-2")
    private let fintech: CallForApplications.ID = demoID("call fintech")
    private let stream: ProgramStream.ID = demoID("stream acceleration fintech")

    /// What the demo has handed in to the bank's stream, and nobody has screened.
    private var coinshore: Application.ID { demoID("application \(Cast.startup("coinshore")) \(fintech)") }

    private func reader(in world: World) -> Reader { world.database.reader(as: world.context(Cast.kenji)) }

    /// Lets the bank screen in a stream, or no longer.
    private func screens(_ screens: Bool, in stream: ProgramStream.ID, named name: String, _ world: World) async throws
    {
        let partner = ProgramStream.Partner(bank, under: agreement, seats: 2, coDecides: true, screens: screens)
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.reviseStream(
                stream, to: RevisedStream(name: LocalizedName(en: name), focusAreas: [], partners: [partner]),
                in: Cast.harbour.id
            ) { _ in }
        }
        try await world.seatPartners(in: stream)
    }

    /// A call of two streams of which the bank screens the further one, with a question for each and one of the park's own.
    private func jointCall(in world: World) async throws -> CallOfTwoStreams {
        let call = try await world.callOfTwoStreams { made in
            [
                CallDraft.Question(
                    id: .init(), prompt: try LocalizedLine(en: "Whom do you serve?"), streams: [made.own]),
                CallDraft.Question(
                    id: .init(), prompt: try LocalizedLine(en: "What did you measure?"), streams: [made.other]),
                CallDraft.Question(
                    id: .init(), prompt: try LocalizedLine(en: "What else should the park know?"), audience: .managers),
            ]
        }
        try await screens(true, in: call.other, named: "Deep tech", world)
        return call
    }

    /// Hands Ravi's application to such a call in, naming these streams.
    private func submit(_ call: CallOfTwoStreams, naming streams: [ProgramStream.ID], in world: World) async throws
        -> Application.ID
    {
        let id = try await world.draft(to: call.id)
        try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            _ = try await transaction.chooseStreams(streams, of: id, by: ravi)
        }
        try await world.fill(id, of: call.id)
        #expect(try await reader(in: world).screening(id) == nil, "a draft is its founders' alone")
        return try await world.database.write(as: world.context(Cast.ravi)) { transaction in
            try await transaction.submitApplication(id, by: ravi).id
        }
    }

    private func screen(_ id: Application.ID, _ screening: Screening, in world: World) async throws {
        _ = try await world.database.write(as: world.context(Cast.kenji)) { transaction in
            try await transaction.screenApplication(id, finding: screening, for: bank, by: kenji)
        }
    }

    @Test(
        "whoever's seat in a stream has ended screens nothing there, by query or past it, until they are given another")
    func seats() async throws {
        let world = try await World()
        try await screens(true, in: stream, named: "Fintech", world)
        #expect(try await reader(in: world).screening(coinshore) != nil)
        #expect(try await reader(in: world).seats(in: stream).map(\.personName) == ["Kenji Mori"])
        let (manager, mei) = (world.context(Cast.mei), Cast.mei.person.id)
        let again = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: manager) { transaction in
                try await transaction.giveStreamSeat(to: kenji, of: bank, in: stream, in: Cast.harbour.id, by: mei)
            }
        }
        #expect(again?.constraint == "stream_seats_are_held_once")
        try await world.database.write(as: manager) { transaction in
            try await transaction.endStreamSeat(of: kenji, of: bank, in: stream, by: mei)
        }
        #expect(try await reader(in: world).screening(coinshore) == nil)
        #expect(try await reader(in: world).ownStreamSeats() == [])
        let left: Int = try await reader(in: world).value("SELECT count(*) FROM applications WHERE id = \(coinshore)")
        #expect(left == 0)
        let park = try await Visitor(Cast.mei, in: world)
        #expect(await park.open("/console/streams/\(stream)").text.contains("Nobody of this partner holds a seat"))
        // No partner seats itself.
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.kenji)) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO stream_seats (tenant_id, stream_id, institution_id, person_id, given_by)
                    VALUES (\(Cast.harbour.id), \(stream), \(bank), \(kenji), \(kenji))
                    """)
            }
        }
        let stranger = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: manager) { transaction in
                try await transaction.giveStreamSeat(
                    to: Cast.ravi.person.id, of: bank, in: stream, in: Cast.harbour.id, by: mei)
            }
        }
        #expect(stranger?.constraint == "stream_seats_are_for_staff_of_the_partner")
        try await world.seatPartners(in: stream)
        #expect(try await reader(in: world).screening(coinshore) != nil)
    }

    @Test("what names the stream is read without other streams and the park's own questions, and goes on to review")
    func reads() async throws {
        let world = try await World()
        let call = try await jointCall(in: world)
        let id = try await submit(call, naming: [call.own, call.other], in: world)
        let reader = reader(in: world)
        let listed = try await reader.screenings()
        #expect(listed.map(\.id) == [id] && listed.first?.content == nil)
        #expect(listed.first?.streams.map { $0.text(for: .english) } == ["Deep tech"])
        let content = try #require(try await reader.screening(id)?.content)
        #expect(
            content.questions.map { $0.prompt.text(for: .english) } == ["What do you build?", "What did you measure?"])
        #expect(content.questions.allSatisfy { $0.answer?.text != nil } && content.choices == nil)
        // Past the queries, too.
        let hidden: Int = try await reader.value(
            """
            SELECT (SELECT count(*) FROM application_answers) + (SELECT count(*) FROM application_snapshots)
                   + (SELECT count(*) FROM application_facts) + (SELECT count(*) FROM stream_choices)
                   + (SELECT count(*) FROM application_events) AS rows
            """)
        #expect(hidden == 0)

        try await screen(id, .eligible, in: world)
        #expect(try await reader.screenings().isEmpty)
        #expect(try await reader.screening(id) == nil)
        let rows: Int = try await reader.value("SELECT count(*) FROM applications WHERE id = \(id)")
        #expect(rows == 0)
        let manager = world.database.reader(as: world.context(Cast.mei))
        #expect(try await manager.application(id)?.application.state == .inReview)
        let step = try #require(try await manager.history(of: id).last)
        #expect(step.person == kenji && step.personName == Cast.kenji.person.name)
        #expect(step.actingFor?.text(for: .english) == "Sakuragi Bank Group")
        // A founder reads neither who it was nor for whom.
        let told = try #require(try await world.database.reader(as: world.context(Cast.ravi)).history(of: id).last)
        #expect(told.to == .inReview && told.personName == nil && told.actingFor == nil)
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await mei.open("/console/applications/\(id)").text.contains("Kenji Mori, for Sakuragi Bank Group"))
        await #expect(throws: Problem.self) { try await screen(id, .eligible, in: world) }
    }

    @Test("of what names streams of others the park decides whether it ends, and neither partner nor founder can tell")
    func streamsOfOthers() async throws {
        let world = try await World()
        let call = try await jointCall(in: world)
        let id = try await submit(call, naming: [call.own, call.other], in: world)
        let (partner, manager) = (reader(in: world), world.database.reader(as: world.context(Cast.mei)))
        // Past the verb: it can neither be ended nor a finding be left of what is not waiting.
        for sql: Query in [
            "UPDATE applications SET state = 'ineligible', version = version + 1 WHERE id = \(id)",
            """
            INSERT INTO application_events (
                tenant_id, application_id, id, person_id, acting_for, from_state, to_state, note, occasion)
            VALUES (acting_tenant(), \(coinshore), gen_random_uuid(), \(kenji), \(bank), 'submitted', 'submitted', 'No.',
                    'found_unfit')
            """,
        ] {
            await #expect(throws: DatabaseError.self, "\(sql)") {
                try await world.database.write(as: world.context(Cast.kenji)) { try await $0.execute(sql) }
            }
        }
        let visitor = try await Visitor(Cast.kenji, in: world)
        let place = "/v1/partner/screening/\(id)"
        let found = await visitor.ask("POST", place, json: #"{"verdict":"ineligible","reason":"Too young a company."}"#)
        let answered = try found.json()["state"]?.text
        #expect(found.status == 200 && answered == "ineligible", "\(found.text)")
        #expect(try await partner.screenings().isEmpty)
        #expect(await visitor.ask("GET", place).status == 404)
        #expect(await visitor.ask("POST", place, json: #"{"verdict":"eligible"}"#).status == 404)

        #expect(try await manager.application(id)?.application.state == .submitted)
        let step = try #require(try await manager.history(of: id).last)
        #expect(step.occasion == .foundUnfit && step.person == kenji && step.note?.string == "Too young a company.")
        #expect(step.from == .submitted && step.to == .submitted)
        let founder = world.database.reader(as: world.context(Cast.ravi))
        #expect(try await founder.history(of: id).allSatisfy { $0.occasion == nil })
        let rows: Int = try await founder.value("SELECT count(*) FROM application_events WHERE occasion IS NOT NULL")
        #expect(rows == 0, "past the query, too")
        let letters: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM letters WHERE about_id = \(id.uuid) AND released_at IS NULL")
        let jobs: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM jobs WHERE kind = \(TellOfScreening.kind)")
        #expect(letters == 0 && jobs == 0)

        let mei = try await Visitor(Cast.mei, in: world)
        let page = await mei.open("/console/applications/\(id)").text
        #expect(page.contains("Sakuragi Bank Group finds that it does not meet the conditions"))
        #expect(page.contains("Too young a company.") && page.contains("Kenji Mori, for Sakuragi Bank Group"))
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.screenApplication(id, finding: .eligible, by: Cast.mei.person.id)
        }
        #expect(try await manager.application(id)?.application.state == .inReview)
        #expect(!(await mei.open("/console/applications/\(id)").text.contains("finds that it does not meet")))
    }

    @Test("what names the partner's streams alone ends by what the partner finds")
    func ownStreams() async throws {
        let world = try await World()
        let call = try await jointCall(in: world)
        let id = try await submit(call, naming: [call.other], in: world)
        try await screen(id, .ineligible(because: LongText("Too young a company.")), in: world)
        let manager = world.database.reader(as: world.context(Cast.mei))
        #expect(try await manager.application(id)?.application.state == .ineligible)
        #expect(try await manager.history(of: id).last?.occasion == nil)
    }

    @Test("what names other streams alone, another call and an ended agreement stay closed, past the verbs, too")
    func walls() async throws {
        let world = try await World()
        let call = try await jointCall(in: world)
        let id = try await submit(call, naming: [call.own], in: world)
        let reader = reader(in: world)
        let others: Int = try await reader.value(
            """
            SELECT (SELECT count(*) FROM applications) + (SELECT count(*) FROM application_findings)
                   + (SELECT count(*) FROM documents) AS rows
            """)
        #expect(others == 0)
        #expect(try await reader.screenings().isEmpty)
        await #expect(throws: Problem.self) { try await screen(id, .eligible, in: world) }
        for sql: Query in ["UPDATE applications SET state = 'in_review'", "DELETE FROM applications"] {
            let changed = try await world.database.write(as: world.context(Cast.kenji)) { try await $0.execute(sql) }
            #expect(changed == 0)
        }

        try await screens(true, in: stream, named: "Fintech", world)
        #expect(try await reader.screenings().map(\.id).contains(coinshore))
        // Of what waits, nothing but the result is written.
        for sql: Query in [
            "UPDATE applications SET state = 'offered', offer_expires_at = now() WHERE id = \(coinshore)",
            "UPDATE applications SET state = 'in_review', answered = 0 WHERE id = \(coinshore)",
            "UPDATE applications SET version = version + 1 WHERE id = \(coinshore)",
            """
            INSERT INTO application_events (tenant_id, application_id, id, person_id, acting_for, from_state, to_state)
            VALUES (acting_tenant(), \(coinshore), gen_random_uuid(), \(kenji), \(bank), 'submitted', 'in_review')
            """,
            """
            UPDATE application_findings SET cited_at = now(), cited_by = \(mei) WHERE application_id = \(coinshore)
            """,
        ] {
            await #expect(throws: DatabaseError.self, "\(sql)") {
                try await world.database.write(as: world.context(Cast.kenji)) { try await $0.execute(sql) }
            }
        }
        // Other seats of nobody's are no partner's: the rival park's, and a founder's.
        for member in [Cast.leo, Cast.ada, Cast.nora, Cast.mei] {
            #expect(try await world.database.reader(as: world.context(member)).screenings().isEmpty)
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE mous SET ends_on = (now() - interval '2 days')::date WHERE id = \(agreement)")
        }
        #expect(try await reader.screenings().isEmpty)
        await #expect(throws: Problem.self) { try await screen(coinshore, .eligible, in: world) }
    }

    @Test("the right is the stream's partner's, set and taken with its other terms, by API and by form")
    func right() async throws {
        let world = try await World()
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(try await reader(in: world).screenings().isEmpty)
        let body = """
            {"name":{"en":"Fintech"},"partners":[{"institution":"\(bank)","mou":"\(agreement)","screens":true}]}
            """
        let read = try #require(await mei.ask("GET", "/v1/streams/\(stream)").header("ETag"))
        let revised = await mei.ask("PUT", "/v1/streams/\(stream)", json: body, headers: [("If-Match", read)])
        #expect(revised.status == 200 && revised.text.contains("\"screens\":true"), "\(revised.text)")
        #expect(try await reader(in: world).screenings().map(\.id).contains(coinshore))
        let form = await mei.open("/console/streams/\(stream)/edit").text
        #expect(form.contains(#"name="terms.0.screens""#) && form.contains("Its staff may find out"))
        try await screens(false, in: stream, named: "Fintech", world)
        #expect(try await reader(in: world).screenings().isEmpty)
    }

    @Test("whoever is too near the call, or judges it without knowing whose it is, screens nothing of it")
    func conflicts() async throws {
        let world = try await World()
        try await screens(true, in: stream, named: "Fintech", world)
        let reader = reader(in: world)
        #expect(try await reader.screenings().map(\.id).contains(coinshore))
        // Kenji comes to judge the call in a blind round, until he declines.
        let round = UUID()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO review_rounds (tenant_id, id, call_id, position, number, name, is_blind, is_shared,
                                           reviews_wanted, quorum, due_at, time_zone)
                VALUES (\(Cast.harbour.id), \(round), \(fintech), 9, 9, '{"en": "Round"}', true, true, 1, 1, now(), 'UTC')
                """)
            try await transaction.execute(
                """
                INSERT INTO panel_members (tenant_id, round_id, person_id, most, languages, invited_by)
                VALUES (\(Cast.harbour.id), \(round), \(kenji), 5, '{en}', \(mei))
                """)
        }
        #expect(try await reader.screenings().isEmpty)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("UPDATE panel_members SET declined_at = now() WHERE person_id = \(kenji)")
        }
        #expect(try await reader.screenings().map(\.id).contains(coinshore))
        // A share of another applicant's is enough.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO startup_holders (tenant_id, startup_id, id, name, person_id, share)
                VALUES (\(Cast.harbour.id), \(Cast.startup("brightwharf")), gen_random_uuid(), 'Kenji', \(kenji), 10)
                """)
        }
        #expect(try await reader.screenings().isEmpty)
        await #expect(throws: Problem.self) { try await screen(coinshore, .eligible, in: world) }
    }

    @Test("by API: the finding is cited, the reason is its sentence, and a letter is held for the startup")
    func ineligible() async throws {
        let world = try await World()
        try await screens(true, in: stream, named: "Fintech", world)
        let visitor = try await Visitor(Cast.kenji, in: world)
        let listed = try await visitor.ask("GET", "/v1/partner/screening").json()
        #expect(listed["items"]?.elements?.contains { $0["application"]?.text == coinshore.description } == true)
        let place = "/v1/partner/screening/\(coinshore)"
        let read = try await visitor.ask("GET", place).json()
        #expect(read["answers"]?.elements?.count == 4 && read["facts"] != nil)
        let condition = try #require(read["eligibility"]?["conditions"]?.elements?.first?["condition"]?.text)
        let stranger = await visitor.ask(
            "POST", place, json: #"{"verdict":"ineligible","reason":"No.","conditions":["\#(UUID())"]}"#)
        #expect(stranger.status == 422 && stranger.problem?.errors.map(\.pointer) == ["/conditions/0"])
        #expect(await visitor.ask("POST", place, json: #"{"verdict":"ineligible"}"#).status == 422)
        // The demo's startup has no founder, who would be written to.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (gen_random_uuid(), \(Cast.harbour.id), \(ravi), \(Cast.startup("coinshore")), 'founder')
                """)
        }
        let sent = await visitor.ask("POST", place, json: #"{"verdict":"ineligible","conditions":["\#(condition)"]}"#)
        #expect(sent.status == 200 && sent.text.contains("ineligible"), "\(sent.text)")
        let written = try await world.working {
            try await world.awaiting {
                try await world.owner.reader(as: .none).value(
                    """
                    SELECT count(*) FROM letters
                    WHERE about_id = \(coinshore.uuid) AND recipient_id = \(ravi) AND released_at IS NULL
                    """) as Int
            } until: {
                $0 > 0
            }
        }
        #expect(written == 1)
        let manager = world.database.reader(as: world.context(Cast.mei))
        let step = try #require(try await manager.history(of: coinshore).last)
        #expect(step.to == .ineligible && step.note != nil && step.person == kenji)
        #expect(
            try await manager.findings(of: coinshore).filter(\.isCited).map(\.condition.description) == [condition])
        #expect(await visitor.ask("GET", place).status == 404)
        #expect(await visitor.ask("POST", place, json: #"{"verdict":"eligible"}"#).status == 404)
    }

    @Test("by page: the list, the application in three languages, a refused form filled in, and the result")
    func pages() async throws {
        let world = try await World()
        let nobody = try await Visitor(Cast.kenji, in: world)
        #expect(await nobody.open("/partner/screening").text.contains("Nothing waits"))
        try await screens(true, in: stream, named: "Fintech", world)
        for (language, words) in [("zh-Hant", "資格初審"), ("ja", "一次審査（資格）"), ("en", "Screening")] {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("UPDATE people SET locale = \(language) WHERE id = \(kenji)")
            }
            let visitor = try await Visitor(Cast.kenji, in: world)
            let list = await visitor.open("/partner/screening")
            #expect(
                list.status == 200 && list.text.contains(words) && list.text.contains("\(coinshore)"), "\(language)")
            #expect(await visitor.open("/partner/screening/\(coinshore)").text.contains(words))
        }
        let visitor = try await Visitor(Cast.kenji, in: world)
        let place = "/partner/screening/\(coinshore)"
        let page = await visitor.open(place).text
        #expect(page.contains("What have you built so far?") && page.contains("Record the result"))
        #expect(!page.contains("/console/"))
        let refused = await visitor.send(place, [("verdict", "ineligible"), ("reason", "")])
        #expect(refused.status == 422 && refused.text.contains("Say which condition is not met."), "\(refused.text)")
        let sent = await visitor.send(place, [("verdict", "eligible")])
        #expect(sent.status == 303 && sent.header("Location") == "/partner/screening?done=screened")
        #expect(await visitor.open(place).status == 404)
        let manager = world.database.reader(as: world.context(Cast.mei))
        #expect(try await manager.application(coinshore)?.application.state == .inReview)
    }

    @Test("documents are read while what they came with waits, once they are clean; each reading is on record")
    func documents() async throws {
        let world = try await World()
        try await screens(true, in: stream, named: "Fintech", world)
        let (clean, waiting): (Document.ID, Document.ID) = (demoID("document clean"), demoID("document waiting"))
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            for (id, state) in [(clean, "clean"), (waiting, "quarantined")] {
                try await transaction.execute(
                    """
                    INSERT INTO documents (tenant_id, application_id, id, call_id, question_id, name, media_type, bytes,
                                           sha256, state, uploaded_by)
                    SELECT a.tenant_id, a.id, \(id), a.call_id, q.id, 'coins.pdf', 'application/pdf',
                           octet_length(\(state)), sha256(convert_to(\(state), 'UTF8')), \(state), a.created_by
                    FROM applications AS a JOIN call_questions AS q ON q.call_id = a.call_id AND q.position = 1
                    WHERE a.id = \(coinshore)
                    """)
                try await transaction.execute(
                    """
                    INSERT INTO document_chunks (tenant_id, application_id, document_id, seq, bytes)
                    SELECT tenant_id, application_id, id, 0, convert_to(state, 'UTF8') FROM documents WHERE id = \(id)
                    """)
            }
        }
        let visitor = try await Visitor(Cast.kenji, in: world)
        let given = await visitor.ask("GET", "/v1/applications/\(coinshore)/documents/\(clean)")
        #expect(given.status == 200, "\(given.text)")
        #expect(await visitor.ask("GET", "/v1/applications/\(coinshore)/documents/\(waiting)").status == 404)
        #expect(await visitor.open("/partner/screening/\(coinshore)/documents/\(waiting)").status == 404)
        let signed: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM document_downloads WHERE document_id = \(clean) AND person_id = \(kenji)")
        #expect(signed == 1)
        try await screen(coinshore, .eligible, in: world)
        #expect(await visitor.ask("GET", "/v1/applications/\(coinshore)/documents/\(clean)").status == 404)
    }
}
