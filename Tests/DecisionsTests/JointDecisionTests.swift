import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Institutions
import Letters
import Partnerships
import Postgres
import Programs
import TestWorld
import Testing
import Vocabulary

@testable import Decisions

@Suite("Deciding together with partners")
struct JointDecisionTests {
    private let note: LongText
    private let mei = Cast.mei.person.id
    private let kenji = Cast.kenji.person.id
    private let bank = Cast.institution("harbour/sakuragi")
    private let agreement: MoU.ID = demoID("mou MoU-2")

    init() throws {
        note = try LongText("Thank you for applying.")
    }

    /// Two applicants, of whom the first wants the bank's stream, with an offer in its stream prepared for each.
    private func sitting(
        _ partner: ProgramStream.Partner, in world: World
    ) async throws -> (batch: DecisionBatch.ID, theirs: Application.ID, other: Application.ID) {
        let (call, ids) = try await world.choosing([["other"], ["own"]])
        try await revise(call.other, [partner], in: world)
        let batch = try await world.open(
            call.id, places: 5, preparing: ids.map { ($0, Preparation(.offer, note: note)) })
        return (batch, ids[0], ids[1])
    }

    private func revise(
        _ stream: ProgramStream.ID, _ partners: [ProgramStream.Partner], in world: World
    ) async throws {
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.reviseStream(
                stream,
                to: RevisedStream(name: LocalizedName(en: "Deep tech"), focusAreas: [], partners: partners),
                in: Cast.harbour.id
            ) { _ in }
        }
        try await world.seatPartners(in: stream)
    }

    private func consult(_ batch: DecisionBatch.ID, in world: World) async throws {
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.consultPartners(on: batch, in: Cast.harbour.id, by: mei)
        }
    }

    private func say(
        _ stance: PartnerOpinion.Stance, _ words: String? = nil, on batch: DecisionBatch.ID, seen: String? = nil,
        in world: World
    ) async throws {
        let context = world.context(Cast.kenji)
        let known = try await world.database.reader(as: context).jointBatch(batch)?.version
        let words = try words.map { try LongText($0) }
        try await world.database.write(as: context) { transaction in
            try await transaction.giveOpinion(
                stance, saying: words, on: batch, seen: seen ?? known ?? "", as: .init(), of: bank,
                in: Cast.harbour.id, by: kenji)
        }
    }

    @Test("nothing is released before the partner agrees to its part as it stands, by verb or past it")
    func agreement() async throws {
        let world = try await World()
        let (batch, theirs, other) = try await sitting(
            ProgramStream.Partner(bank, under: agreement, coDecides: true), in: world)
        let reader = world.database.reader(as: world.context(Cast.kenji))
        // Nothing shows before the park asks.
        #expect(try await reader.jointBatches().isEmpty)
        func refusal(_ say: () async throws -> Void) async -> String? {
            await #expect(throws: DatabaseError.self) { try await say() }?.constraint
        }
        let early = await refusal { try await say(.inFavor, on: batch, in: world) }
        #expect(early == "partners_speak_where_they_are_asked")
        func faults() async throws -> [String] {
            do {
                try await world.release(batch)
                return []
            } catch let refusal as DecisionRefusal { return refusal.problem.errors.map(\.pointer) }
        }
        #expect(try await faults() == ["/partners/\(bank)"])
        let bare = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute(
                    "UPDATE decision_batches SET released_at = now(), released_by = \(mei) WHERE id = \(batch)")
            }
        }
        #expect(bare?.constraint == "batches_are_released_with_their_partners")

        try await consult(batch, in: world)
        let written: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM letters WHERE recipient_id = \(kenji)")
        #expect(written == 1)
        // Of two offers the bank sees the one in its stream.
        #expect(try await reader.jointBatches().map(\.decisions) == [1])
        #expect(try await reader.jointDecisions(in: batch).map { $0.startupName.text(for: .english) } == ["Startup 1"])
        try await say(.against, "Not with this product.", on: batch, in: world)
        #expect(try await faults() == ["/partners/\(bank)"])
        try await say(.inFavor, on: batch, in: world)
        let first = try #require(try await reader.jointBatch(batch))
        #expect(first.isCurrent && first.opinion?.stance == .inFavor)
        // Another's offer is none of its business; its own applicant's is, to the word.
        try await world.prepare(other, Preparation(.reject, note: LongText("Not this time.")), in: batch)
        #expect(try await reader.jointBatch(batch)?.isCurrent == true)
        try await world.prepare(theirs, Preparation(.offer, note: LongText("Welcome.")), in: batch)
        #expect(try await reader.jointBatch(batch)?.isCurrent == false)
        #expect(try await faults() == ["/partners/\(bank)"])
        for seen in [first.version, "no version"] {
            let outdated = await refusal { try await say(.inFavor, on: batch, seen: seen, in: world) }
            #expect(outdated == "opinions_are_about_the_batch_as_it_stands")
        }
        try await consult(batch, in: world)
        try await say(.inFavor, on: batch, in: world)
        #expect(try await faults() == [])
        let late = await refusal { try await say(.against, "Too late.", on: batch, in: world) }
        #expect(late == "a_released_batch_stands")
        #expect(try await reader.jointBatch(batch)?.isCurrent == true)
        let heard = try await world.database.reader(as: world.context(Cast.mei)).partnerSays(on: batch)
        #expect(heard.map(\.agrees) == [true] && heard.first?.givenByName == Cast.kenji.person.name)
    }

    @Test("a partner that advises is heard, and keeps nothing from being released")
    func advice() async throws {
        let world = try await World()
        let (batch, _, _) = try await sitting(
            ProgramStream.Partner(bank, under: agreement, recommends: true), in: world)
        try await consult(batch, in: world)
        let unexplained = await #expect(throws: DatabaseError.self) { try await say(.against, on: batch, in: world) }
        #expect(unexplained?.constraint == "objections_are_explained")
        try await say(.against, "We know the founder.", on: batch, in: world)
        let mei = try await Visitor(Cast.mei, in: world)
        #expect(await mei.open("/console/decisions/\(batch)").text.contains("We know the founder."))
        try await world.release(batch)
    }

    @Test("a partner takes part as long as its agreement is in force, and where something is prepared for it")
    func say() async throws {
        let world = try await World()
        let partner = ProgramStream.Partner(bank, under: agreement, coDecides: true)
        let (batch, theirs, _) = try await sitting(partner, in: world)
        try await consult(batch, in: world)
        let reader = world.database.reader(as: world.context(Cast.kenji))
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE mous SET ends_on = (now() - interval '2 days')::date WHERE id = \(agreement)")
        }
        #expect(try await reader.jointBatches().isEmpty)
        await #expect(throws: DecisionRefusal.nobodyToConsult) { try await consult(batch, in: world) }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("UPDATE mous SET ends_on = NULL WHERE id = \(agreement)")
        }
        #expect(try await reader.jointBatches().count == 1)
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.withdrawPreparation(of: theirs, in: batch) {}
        }
        #expect(try await reader.jointBatches().isEmpty)
        try await world.release(batch)
    }

    @Test("nobody else learns of it, and nobody speaks for another, past the verbs")
    func walls() async throws {
        let world = try await World()
        let (batch, _, _) = try await sitting(
            ProgramStream.Partner(bank, under: agreement, coDecides: true), in: world)
        try await consult(batch, in: world)
        // Planted: what a partner of another stream said.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO batch_opinions (tenant_id, batch_id, id, institution_id, stance, words, version, given_by)
                VALUES (\(Cast.harbour.id), \(batch), gen_random_uuid(), \(Cast.institution("harbour/kitagawa")), 'against',
                        'In confidence', 'x', \(mei))
                """)
        }
        for member in [Cast.kenji, Cast.ada, Cast.jun, Cast.nora, Cast.iris, Cast.leo] {
            let reader = world.database.reader(as: world.context(member))
            let rows: Int = try await reader.value(
                """
                SELECT (SELECT count(*) FROM batch_opinions) + (SELECT count(*) FROM decision_batches)
                     + (SELECT count(*) FROM prepared_decisions)
                """)
            #expect(rows == 0, "\(member.person.email)")
            if member.person.id != kenji { #expect(try await reader.jointBatches().isEmpty) }
        }
        let version = try await world.database.reader(as: world.context(Cast.kenji)).jointBatch(batch)?.version ?? ""
        for (member, institution) in [
            (Cast.kenji, Cast.institution("harbour/kitagawa")), (Cast.mei, bank), (Cast.ada, bank),
        ] {
            await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(member)) { transaction in
                    try await transaction.execute(
                        """
                        INSERT INTO batch_opinions (tenant_id, batch_id, id, institution_id, stance, version, given_by)
                        VALUES (\(Cast.harbour.id), \(batch), gen_random_uuid(), \(institution), 'for',
                                decode(\(version), 'hex'), \(member.person.id))
                        """)
                }
            }
        }
        try await say(.inFavor, on: batch, in: world)
        for sql: Query in ["UPDATE batch_opinions SET stance = 'against', words = 'x'", "DELETE FROM batch_opinions"] {
            await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.kenji)) { try await $0.execute(sql) }
            }
        }
    }

    @Test("a partner's places bound what is released in its stream, by verb and past it")
    func places() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing([["other"], ["other"], ["own"]])
        try await revise(call.other, [ProgramStream.Partner(bank, under: agreement, places: 1)], in: world)
        let batch = try await world.open(
            call.id, places: 5, preparing: ids.map { ($0, Preparation(.offer, note: note)) })
        let refused = await #expect(throws: DecisionRefusal.self) { try await world.release(batch) }
        #expect(refused?.problem.errors.map(\.pointer) == ["/places"])
        #expect(refused?.problem.errors.first?.detail.contains("more than the 1 it takes part in") == true)
        try await world.prepare(ids[1], Preparation(.waitlist, note: note), in: batch)
        try await world.release(batch)
        // Whoever moves the second past the verb is told by the database.
        let second = await #expect(throws: DatabaseError.self) {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute(
                    "SELECT set_config('trellis.tenant', \(Cast.harbour.id.description), true)")
                try await transaction.execute(
                    """
                    UPDATE decisions SET outcome = 'offer', stream_id = \(call.other), last_day = current_date + 7
                    WHERE application_id = \(ids[1])
                    """)
                try await transaction.execute(
                    """
                    UPDATE applications SET state = 'offered', offer_expires_at = now() + interval '1 day'
                    WHERE id = \(ids[1])
                    """)
            }
        }
        #expect(second?.constraint == "offers_keep_to_the_places_of_their_partner")
    }

    @Test("a bound that is full holds up no other stream's waiting list, and no offer is moved past it")
    func fullBound() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing([["other"], ["other"], ["own"], ["other"], ["own", "other"]])
        try await revise(call.other, [ProgramStream.Partner(bank, under: agreement, places: 2)], in: world)
        let batch = try await world.open(
            call.id, places: 3,
            preparing: ids.prefix(3).map { ($0, Preparation(.offer, note: note)) } + [
                (ids[3], Preparation(.waitlist, rank: 1, note: note)),
                (ids[4], Preparation(.waitlist, rank: 2, note: note)),
            ])
        try await world.release(batch)
        // What was offered stays; of what becomes free, the bank takes part in none.
        try await revise(call.other, [ProgramStream.Partner(bank, under: agreement, places: 1)], in: world)
        for index in [1, 2] {
            let founder = try await world.founder(of: index)
            _ = try await world.database.write(as: founder) { transaction in
                try await transaction.declineOffer(ids[index], because: nil, by: mei)
            }
        }
        let system = try await world.system()
        let promoted = try await world.database.write(as: system) { try await $0.fillPlaces(of: call.id) }
        #expect(promoted == [ids[4]])
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.application(ids[3])?.application.state == .waitlisted)

        let moved = await #expect(throws: DatabaseError.self) {
            try await world.owner.write(as: system) { transaction in
                try await transaction.execute(
                    "UPDATE decisions SET stream_id = \(call.other) WHERE application_id = \(ids[4])")
            }
        }
        #expect(moved?.constraint == "offers_keep_to_the_places_of_their_partner")
    }

    @Test("while a partner is asked, no manager takes its say away, and what else is said of it changes")
    func keptSay() async throws {
        let world = try await World()
        let partner = ProgramStream.Partner(bank, under: agreement, coDecides: true)
        let advisor = ProgramStream.Partner(bank, under: agreement, recommends: true)
        let (batch, theirs, other) = try await sitting(partner, in: world)
        let stream: ProgramStream.ID = try await world.owner.reader(as: .none).value(
            "SELECT stream_id FROM stream_choices WHERE application_id = \(theirs)")
        for partners in [[advisor], [], [partner]] { try await revise(stream, partners, in: world) }
        try await consult(batch, in: world)
        for partners in [[advisor], []] {
            let refused = await #expect(throws: DatabaseError.self) { try await revise(stream, partners, in: world) }
            #expect(refused?.constraint == "partners_keep_their_say_while_they_are_asked")
        }
        let park = try await Visitor(Cast.mei, in: world)
        let shown = await park.ask("GET", "/v1/streams/\(stream)")
        let told = await park.ask(
            "PUT", "/v1/streams/\(stream)", json: #"{"name": {"en": "Deep tech"}, "focus_areas": [], "partners": []}"#,
            headers: [("If-Match", shown.header("ETag") ?? "")])
        #expect(told.status == 409 && told.text.contains("Release or settle them first."), "\(told.text)")
        try await revise(stream, [ProgramStream.Partner(bank, under: agreement, coDecides: true, places: 3)], in: world)
        // A term that renews itself goes on after its end, and the say with it.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                UPDATE mous SET renews_itself = true, ends_on = (now() - interval '2 days')::date WHERE id = \(agreement)
                """)
        }
        let renewed = await #expect(throws: DatabaseError.self) { try await revise(stream, [], in: world) }
        #expect(renewed?.constraint == "partners_keep_their_say_while_they_are_asked")
        // Nor by taking everything out, dropping it, and preparing the same once more.
        for id in [theirs, other] {
            _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.withdrawPreparation(of: id, in: batch) {}
            }
        }
        let emptied = await #expect(throws: DatabaseError.self) { try await revise(stream, [], in: world) }
        #expect(emptied?.constraint == "partners_keep_their_say_while_they_are_asked")
        try await world.prepare(theirs, Preparation(.offer, note: note), in: batch)
        try await say(.inFavor, on: batch, in: world)
        try await world.release(batch)
        try await revise(stream, [], in: world)
    }

    @Test("a batch out of which everything was taken keeps a partner until nothing of its stream is left to decide")
    func emptied() async throws {
        let world = try await World()
        let (batch, theirs, other) = try await sitting(
            ProgramStream.Partner(bank, under: agreement, coDecides: true), in: world)
        let stream: ProgramStream.ID = try await world.owner.reader(as: .none).value(
            "SELECT stream_id FROM stream_choices WHERE application_id = \(theirs)")
        try await consult(batch, in: world)
        for id in [theirs, other] {
            _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.withdrawPreparation(of: id, in: batch) {}
            }
        }
        func move(_ application: Application.ID, to state: String) async throws {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("SET LOCAL session_replication_role = replica")
                try await transaction.execute(
                    """
                    UPDATE applications SET state = \(state), withdrawn_at = CASE WHEN \(state) = 'withdrawn' THEN now() END
                    WHERE id = \(application)
                    """)
            }
        }
        for state in ["in_review", "interview", "changes_requested"] {
            try await move(theirs, to: state)
            let refused = await #expect(throws: DatabaseError.self) { try await revise(stream, [], in: world) }
            #expect(refused?.constraint == "partners_keep_their_say_while_they_are_asked", "\(state)")
        }
        // The other applicant, who is still judged, chose another stream.
        try await move(theirs, to: "withdrawn")
        try await revise(stream, [], in: world)
    }

    @Test("terms that a partner was asked on grow no harsher while it is asked, in that batch or the next of the call")
    func keptTerms() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing([["other"], ["other"], ["own"]])
        let milder = ProgramStream.Partner(bank, under: agreement, coDecides: true, answerDays: 30)
        let harsher = ProgramStream.Partner(
            bank, under: agreement, coDecides: true, answerDays: 1, silenceConsents: true)
        let today = CalendarDate(Date(), in: .hongKong)
        let reader = world.database.reader(as: world.context(Cast.kenji))
        func open(_ id: Application.ID) async throws -> DecisionBatch.ID {
            try await world.open(call.id, places: 5, preparing: [(id, Preparation(.offer, note: note))])
        }
        try await revise(call.other, [milder], in: world)
        let batch = try await open(ids[0])
        try await consult(batch, in: world)
        try await revise(call.other, [harsher], in: world)
        try await consult(batch, in: world)
        let again = try #require(try await reader.jointBatch(batch))
        #expect(again.answerBy == today.adding(days: 30) && !again.silenceConsents)
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.withdrawPreparation(of: ids[0], in: batch) {}
        }
        let next = try await open(ids[0])
        try await consult(next, in: world)
        let elsewhere = try #require(try await reader.jointBatch(next))
        #expect(elsewhere.answerBy == today.adding(days: 30) && !elsewhere.silenceConsents)
        // Once nobody is asked any more, what is asked next goes by the terms of its day.
        try await world.prepare(ids[2], Preparation(.offer, note: note), in: batch)
        try await world.release(batch)
        try await say(.inFavor, on: next, in: world)
        try await world.release(next)
        let last = try await open(ids[1])
        try await consult(last, in: world)
        let asked = try #require(try await reader.jointBatch(last))
        #expect(asked.answerBy == today.adding(days: 1) && asked.silenceConsents)
    }

    @Test("a manager too near a call does not read in the outbox that partners are asked about its decisions")
    func outbox() async throws {
        let world = try await World()
        let (batch, theirs, _) = try await sitting(
            ProgramStream.Partner(bank, under: agreement, coDecides: true), in: world)
        try await consult(batch, in: world)
        func subjects(_ member: Cast.Member) async throws -> Int {
            try await world.database.reader(as: world.context(member)).value(
                """
                SELECT count(*) FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id
                WHERE l.recipient_id = \(kenji) AND l.about_noun = 'decision_batch' AND l.about_id = \(batch)
                """)
        }
        #expect(try await subjects(Cast.tom) == 1)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                SELECT gen_random_uuid(), a.tenant_id, \(Cast.tom.person.id), a.startup_id, 'founder'
                FROM applications AS a WHERE a.id = \(theirs)
                """)
        }
        #expect(try await subjects(Cast.tom) == 0)
        #expect(try await subjects(Cast.mei) == 1)
    }

    @Test(
        "whoever holds no seat in the stream is neither asked nor heard, and the manager reads that nobody could be asked"
    )
    func unseated() async throws {
        let world = try await World()
        let (batch, _, _) = try await sitting(
            ProgramStream.Partner(bank, under: agreement, coDecides: true), in: world)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("UPDATE stream_seats SET ended_at = now() WHERE person_id = \(kenji)")
        }
        try await consult(batch, in: world)
        let written: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM letters WHERE recipient_id = \(kenji) AND about_noun = 'decision_batch'")
        #expect(written == 0)
        let context = world.context(Cast.kenji)
        #expect(try await world.database.reader(as: context).jointBatch(batch) == nil)
        #expect(try await world.database.reader(as: context).jointDecisions(in: batch).isEmpty)
        let refused = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: context) { transaction in
                try await transaction.giveOpinion(
                    .inFavor, saying: nil, on: batch, seen: "", as: .init(), of: bank, in: Cast.harbour.id, by: kenji)
            }
        }
        #expect(refused?.constraint == "partners_speak_where_they_are_asked")
        let park = try await Visitor(Cast.mei, in: world)
        #expect(await park.open("/console/decisions/\(batch)").text.contains("nobody there could be asked"))
    }

    @Test("a partner none of whose people could be asked consents to nothing by silence, and is named")
    func unreached() async throws {
        let world = try await World()
        let (batch, theirs, _) = try await sitting(
            ProgramStream.Partner(bank, under: agreement, coDecides: true, answerDays: 1, silenceConsents: true),
            in: world)
        let seat = Seat.ID()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                SELECT \(seat), a.tenant_id, \(kenji), a.startup_id, 'founder'
                FROM applications AS a WHERE a.id = \(theirs)
                """)
        }
        try await consult(batch, in: world)
        try await pass(3, in: world)
        await #expect(throws: DecisionRefusal.nobodyIsSilent) { try await noteSilence(on: batch, in: world) }
        let refused = await #expect(throws: DecisionRefusal.self) { try await world.release(batch) }
        #expect(refused?.problem.errors.first?.detail.contains("nobody there could be asked") == true)
        let park = try await Visitor(Cast.mei, in: world)
        #expect(await park.open("/console/decisions/\(batch)").text.contains("nobody there could be asked"))
        // Whoever asks notes no silence with it.
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.execute(
                """
                INSERT INTO batch_consultations (tenant_id, batch_id, institution_id, asked_by, silence_reason,
                                                 silence_noted_at, silence_noted_by)
                VALUES (\(Cast.harbour.id), \(batch), \(bank), \(mei), 'In advance', now(), \(mei))
                """)
        }
        let noted: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM batch_consultations WHERE silence_reason IS NOT NULL")
        #expect(noted == 0)
        // With somebody to ask, the terms hold as they stand.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("DELETE FROM memberships WHERE id = \(seat)")
        }
        try await consult(batch, in: world)
        #expect(
            try await world.database.reader(as: world.context(Cast.kenji)).jointBatch(batch)?.silenceConsents == true)
    }

    @Test("a look at one batch hashes what is prepared in that one alone")
    func hashing() async throws {
        let world = try await World()
        let (call, ids) = try await world.choosing([["other"], ["other"]])
        try await revise(call.other, [ProgramStream.Partner(bank, under: agreement, coDecides: true)], in: world)
        var batches: [DecisionBatch.ID] = []
        for id in ids {
            batches.append(
                try await world.open(call.id, places: 5, preparing: [(id, Preparation(.offer, note: note))]))
        }
        for batch in batches { try await consult(batch, in: world) }
        func hashes(_ look: @escaping @Sendable (Transaction) async throws -> Void) async throws -> Int {
            try await world.owner.write(as: world.context(Cast.kenji)) { transaction in
                try await transaction.execute("SET LOCAL track_functions = 'all'")
                try await look(transaction)
                return try await transaction.one(
                    """
                    SELECT coalesce(
                        pg_stat_get_xact_function_calls('batch_version(uuid,uuid[])'::regprocedure), 0) AS calls
                    """)("calls")
            }
        }
        let first = batches[0]
        let one = try await hashes { _ = try await $0.jointBatch(first) }
        let all = try await hashes { _ = try await $0.jointBatches() }
        #expect(one > 0 && one < all)
    }

    @Test("whoever may know nothing of a call's decisions is not written to about them")
    func nearness() async throws {
        let world = try await World()
        let (batch, theirs, _) = try await sitting(
            ProgramStream.Partner(bank, under: agreement, coDecides: true), in: world)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                SELECT gen_random_uuid(), a.tenant_id, \(kenji), a.startup_id, 'founder'
                FROM applications AS a WHERE a.id = \(theirs)
                """)
        }
        try await consult(batch, in: world)
        let written: Int = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM letters WHERE recipient_id = \(kenji)")
        #expect(written == 0)
    }

    /// Lets days pass since partners were asked.
    private func pass(_ days: Int, in world: World) async throws {
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                UPDATE batch_consultations
                SET asked_at = asked_at - make_interval(days => \(days)::integer), answer_by = answer_by - \(days)::integer
                """)
        }
    }

    private func noteSilence(on batch: DecisionBatch.ID, in world: World) async throws {
        let reason = try LongText("Term begins on Monday.")
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.noteSilence(on: batch, because: reason, by: mei)
        }
    }

    private func lettersToKenji(in world: World) async throws -> Int {
        try await world.owner.reader(as: .none).value("SELECT count(*) FROM letters WHERE recipient_id = \(kenji)")
    }

    @Test(
        "a partner that agreed to it with its seat consents by silence: after its time, with a reason, to what it was asked"
    )
    func silence() async throws {
        let world = try await World()
        let (batch, theirs, _) = try await sitting(
            ProgramStream.Partner(bank, under: agreement, coDecides: true, answerDays: 3, silenceConsents: true),
            in: world)
        func remind() async throws {
            try await world.database.write(as: world.system()) { try await $0.remindPartners() }
        }
        try await consult(batch, in: world)
        let reader = world.database.reader(as: world.context(Cast.kenji))
        let asked = try #require(try await reader.jointBatch(batch))
        #expect(asked.answerBy == CalendarDate(Date(), in: .hongKong).adding(days: 3) && asked.silenceConsents)
        await #expect(throws: DecisionRefusal.nobodyIsSilent) { try await noteSilence(on: batch, in: world) }
        try await remind()
        #expect(try await lettersToKenji(in: world) == 1)
        try await pass(2, in: world)
        try await remind()
        try await remind()
        #expect(try await lettersToKenji(in: world) == 2)
        try await pass(2, in: world)
        try await remind()
        #expect(try await lettersToKenji(in: world) == 2)

        // The time is over: not without a reason, by verb or past it.
        let mute = await #expect(throws: DecisionRefusal.self) { try await world.release(batch) }
        #expect(mute?.problem.errors.map(\.pointer) == ["/partners/\(bank)"])
        let bare = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute(
                    "UPDATE decision_batches SET released_at = now(), released_by = \(mei) WHERE id = \(batch)")
            }
        }
        #expect(bare?.constraint == "batches_are_released_with_their_partners")
        // A word breaks the silence, and a batch that has changed is another than it was silent about.
        try await noteSilence(on: batch, in: world)
        try await say(.against, "Not with this product.", on: batch, in: world)
        await #expect(throws: DecisionRefusal.self) { try await world.release(batch) }
        await #expect(throws: DecisionRefusal.nobodyIsSilent) { try await noteSilence(on: batch, in: world) }
        try await world.prepare(theirs, Preparation(.offer, note: LongText("Welcome.")), in: batch)
        await #expect(throws: DecisionRefusal.self) { try await world.release(batch) }
        await #expect(throws: DecisionRefusal.nobodyIsSilent) { try await noteSilence(on: batch, in: world) }
        try await consult(batch, in: world)
        #expect(try await lettersToKenji(in: world) == 3)
        try await pass(4, in: world)
        let park = try await Visitor(Cast.mei, in: world)
        #expect(await park.open("/console/decisions/\(batch)").text.contains("Note the silence as agreement"))
        let empty = await park.send("/console/decisions/\(batch)/silence", [("reason", "")])
        #expect(empty.status == 422)
        let noted = await park.send("/console/decisions/\(batch)/silence", [("reason", "Term begins on Monday.")])
        #expect(noted.status == 303, "\(noted.text.prefix(400))")
        let listed = try await park.ask("GET", "/v1/decision-batches/\(batch)/opinions").json()
        #expect(listed["items"]?.elements?.first?["silence_reason"]?.text == "Term begins on Monday.")
        try await world.release(batch)
        #expect(try await reader.jointBatch(batch)?.silenceReason == LongText("Term begins on Monday."))
    }

    @Test("of a batch that has changed since, nobody says that silence would be consent")
    func outdatedTerms() async throws {
        let world = try await World()
        let (batch, theirs, _) = try await sitting(
            ProgramStream.Partner(bank, under: agreement, coDecides: true, answerDays: 3, silenceConsents: true),
            in: world)
        try await consult(batch, in: world)
        try await pass(2, in: world)
        try await world.prepare(theirs, Preparation(.offer, note: LongText("Welcome.")), in: batch)
        try await world.database.write(as: world.system()) { try await $0.remindPartners() }
        let bodies: [String] = try await world.owner.reader(as: .none).rows(
            """
            SELECT x.body FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id
            WHERE l.recipient_id = \(kenji) ORDER BY l.written_at
            """
        ).map { try $0("body") }
        #expect(bodies.map { $0.contains("counts as agreement") } == [true, false], "\(bodies)")
        let reader = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await reader.jointBatch(batch)?.silenceConsents == false)
    }

    @Test("without that in its terms, a partner that is late keeps its say, by verb and past it")
    func lateness() async throws {
        let world = try await World()
        let (batch, _, _) = try await sitting(
            ProgramStream.Partner(bank, under: agreement, coDecides: true, answerDays: 3), in: world)
        try await consult(batch, in: world)
        let kenji = try await Visitor(Cast.kenji, in: world)
        let page = await kenji.open("/partner/decisions/\(batch)")
        #expect(page.text.contains("Answer by") && !page.text.contains("Counts as agreement"))
        try await pass(9, in: world)
        await #expect(throws: DecisionRefusal.nobodyIsSilent) { try await noteSilence(on: batch, in: world) }
        let wall = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute(
                    """
                    UPDATE batch_consultations SET silence_reason = 'Late', silence_noted_at = now(), silence_noted_by = \(mei)
                    """)
            }
        }
        #expect(wall?.constraint == "silence_consents_where_it_was_agreed")
        for sql: Query in [
            "UPDATE batch_consultations SET silence_consents = true", "DELETE FROM batch_consultations",
        ] {
            await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(sql) }
            }
        }
        let park = try await Visitor(Cast.mei, in: world)
        let refused = await park.ask(
            "POST", "/v1/decision-batches/\(batch)/silence", json: #"{"reason":"Term begins."}"#)
        #expect(refused.status == 409)
        #expect(!(await park.open("/console/decisions/\(batch)").text.contains("Note the silence as agreement")))
        await #expect(throws: DecisionRefusal.self) { try await world.release(batch) }
        // Nor is silence consent of whoever only advises, or has any time.
        for partner in [
            ProgramStream.Partner(bank, under: agreement, recommends: true, answerDays: 3, silenceConsents: true),
            ProgramStream.Partner(bank, under: agreement, coDecides: true, silenceConsents: true),
        ] {
            let refusal = await #expect(throws: DatabaseError.self) { _ = try await sitting(partner, in: World()) }
            #expect(refusal?.constraint == "silence_consents_after_a_time")
        }
    }

    @Test("by HTTP: asked, read, refused, agreed, and on the pages of both sides")
    func edge() async throws {
        let world = try await World()
        let (batch, _, _) = try await sitting(
            ProgramStream.Partner(bank, under: agreement, coDecides: true), in: world)
        let (mei, kenji) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        #expect(await kenji.ask("GET", "/v1/joint-batches/\(batch)").status == 404)
        #expect(await mei.ask("GET", "/v1/joint-batches/\(batch)").status == 403)
        #expect(await mei.open("/console/decisions/\(batch)").text.contains("Ask partners"))
        let asked = await mei.ask("POST", "/v1/decision-batches/\(batch)/consultation")
        #expect(asked.status == 200, "\(asked.text)")
        let home = "/v1/joint-batches/\(batch)"
        let shown = try await kenji.ask("GET", home).json()
        #expect(shown["co_decides"] == true && shown["decisions"]?.elements?.count == 1)
        let version = try #require(shown["version"]?.text)
        let mute = await kenji.ask("POST", "\(home)/opinions", json: #"{"stance":"against","version":"\#(version)"}"#)
        #expect(mute.status == 422 && mute.problem?.errors.first?.pointer == "/words")
        let stale = await kenji.ask("POST", "\(home)/opinions", json: #"{"stance":"for","version":"00"}"#)
        #expect(stale.status == 409)
        let page = "/partner/decisions/\(batch)"
        #expect(await kenji.open("/partner/decisions").text.contains(page))
        let open = await kenji.open(page)
        #expect(open.text.contains("Startup 1") && !open.text.contains("Startup 2"))
        let half = await kenji.send(page, [("stance", "against"), ("words", ""), ("version", version)])
        #expect(half.status == 422 && half.text.contains("Say why you are against it."))
        let said = await kenji.send(page, [("stance", "for"), ("words", "Gladly."), ("version", version)])
        #expect(said.status == 303, "\(said.text.prefix(400))")
        #expect(await kenji.open(try #require(said.header("Location"))).text.contains("Gladly."))
        let heard = try await mei.ask("GET", "/v1/decision-batches/\(batch)/opinions").json()
        #expect(heard["items"]?.elements?.first?["opinion"]?["is_current"] == true)
        let console = await mei.open("/console/decisions/\(batch)")
        #expect(console.text.contains("Gladly.") && !console.text.contains("Ask partners"))
        #expect(await mei.ask("POST", "/v1/decision-batches/\(batch)/release").status == 200)
        #expect(await mei.send("/console/decisions/\(batch)/consultation").status == 409)
    }
}
