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

@Suite("Revising decisions together with partners")
struct JointRevisionTests {
    private let note: LongText
    private let kenji = Cast.kenji.person.id
    private let bank = Cast.institution("harbour/sakuragi")

    init() throws {
        note = try LongText("Thank you for applying.")
    }

    /// Two rejected applicants, of whom the first wants the bank's stream, and a third on the waiting list for it behind an offer
    /// there. The bank co-decides in its stream and has agreed to all of that.
    private func released(in world: World) async throws -> (call: CallOfTwoStreams, ids: [Application.ID]) {
        let (call, ids) = try await world.choosing([["other"], ["own"], ["other"], ["other"]])
        let partner = ProgramStream.Partner(bank, under: demoID("mou MoU-2"), coDecides: true)
        let batch = try await world.open(
            call.id, places: 5,
            preparing: [
                (ids[0], Preparation(.reject, note: note)), (ids[1], Preparation(.reject, note: note)),
                (ids[2], Preparation(.waitlist, rank: 1, note: note)), (ids[3], Preparation(.offer, note: note)),
            ])
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.reviseStream(
                call.other,
                to: RevisedStream(name: LocalizedName(en: "Deep tech"), focusAreas: [], partners: [partner]),
                in: Cast.harbour.id
            ) { _ in }
            try await transaction.giveStreamSeat(
                to: kenji, of: bank, in: call.other, in: Cast.harbour.id, by: Cast.mei.person.id)
            return try await transaction.consultPartners(on: batch, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        let context = world.context(Cast.kenji)
        let version = try await world.database.reader(as: context).jointBatch(batch)?.version ?? ""
        _ = try await world.database.write(as: context) { transaction in
            try await transaction.giveOpinion(
                .inFavor, saying: nil, on: batch, seen: version, as: .init(), of: bank, in: Cast.harbour.id, by: kenji)
        }
        try await world.release(batch)
        return (call, ids)
    }

    private func say(
        _ stance: PartnerOpinion.Stance, _ words: String? = nil, on revision: JointRevision.ID, seen: String? = nil,
        in world: World
    ) async throws {
        let context = world.context(Cast.kenji)
        let known = try await world.database.reader(as: context).jointRevision(revision)?.version
        let words = try words.map { try LongText($0) }
        _ = try await world.database.write(as: context) { transaction in
            try await transaction.giveOpinion(
                stance, saying: words, on: revision, seen: seen ?? known ?? "", as: .init(), of: bank,
                in: Cast.harbour.id, by: kenji)
        }
    }

    private func lettersToKenji(in world: World) async throws -> Int {
        try await world.owner.reader(as: .none).value("SELECT count(*) FROM letters WHERE recipient_id = \(kenji)")
    }

    @Test("no change is confirmed before the partner agrees to it, by verb or past it; one elsewhere does not wait")
    func changes() async throws {
        let world = try await World()
        let (_, ids) = try await released(in: world)
        let (theirs, other) = (DecisionChange.ID(), DecisionChange.ID())
        let written = try await lettersToKenji(in: world)
        try await world.propose(Preparation(.offer, note: note), for: ids[0], as: theirs)
        #expect(try await lettersToKenji(in: world) == written + 1)
        try await world.propose(Preparation(.offer, note: note), for: ids[1], as: other)
        #expect(try await lettersToKenji(in: world) == written + 1)
        let reader = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await reader.jointRevisions().map(\.id) == [.change(theirs)])
        #expect(try await reader.jointRevision(.change(other)) == nil)
        try await world.confirm(other, by: Cast.tom)

        let alone = await #expect(throws: DecisionRefusal.self) { try await world.confirm(theirs, by: Cast.tom) }
        #expect(alone?.problem.errors.map(\.pointer) == ["/partners/\(bank)"])
        let bare = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.tom)) { transaction in
                try await transaction.execute(
                    """
                    UPDATE decision_changes SET confirmed_at = now(), confirmed_by = \(Cast.tom.person.id)
                    WHERE id = \(theirs)
                    """)
            }
        }
        #expect(bare?.constraint == "decisions_change_with_their_partners")
        try await say(.against, "We know the founder.", on: .change(theirs), in: world)
        await #expect(throws: DecisionRefusal.self) { try await world.confirm(theirs, by: Cast.tom) }
        await #expect(throws: DecisionRefusal.proposalChanged) {
            try await say(.inFavor, on: .change(theirs), seen: "00", in: world)
        }
        try await say(.inFavor, on: .change(theirs), in: world)
        try await world.confirm(theirs, by: Cast.tom)
        let manager = world.database.reader(as: world.context(Cast.mei))
        #expect(try await manager.application(ids[0])?.application.state == .offered)
        #expect(try await reader.jointRevisions().isEmpty)

        // What was agreed to one change says nothing of the next, and a partner whose agreement ends keeps nothing back.
        let next = DecisionChange.ID()
        try await world.propose(Preparation(.reject, note: note), for: ids[0], as: next)
        await #expect(throws: DecisionRefusal.self) { try await world.confirm(next, by: Cast.tom) }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                UPDATE mous SET ends_on = (now() - interval '2 days')::date
                WHERE id = \(demoID("mou MoU-2") as MoU.ID)
                """)
        }
        try await world.confirm(next, by: Cast.tom)
    }

    @Test("while a partner is asked what is to become of a decision, no manager takes its say away")
    func keptSay() async throws {
        let world = try await World()
        let (call, ids) = try await released(in: world)
        func drop() async throws {
            _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.reviseStream(
                    call.other, to: RevisedStream(name: LocalizedName(en: "Deep tech"), focusAreas: [], partners: []),
                    in: Cast.harbour.id
                ) { _ in }
            }
        }
        let (theirs, other) = (DecisionChange.ID(), DecisionChange.ID())
        try await world.propose(Preparation(.offer, note: note), for: ids[1], as: other)
        try await world.propose(Preparation(.offer, note: note), for: ids[0], as: theirs)
        let refused = await #expect(throws: DatabaseError.self) { try await drop() }
        #expect(refused?.constraint == "partners_keep_their_say_while_they_are_asked")
        try await say(.inFavor, on: .change(theirs), in: world)
        try await world.confirm(theirs, by: Cast.tom)
        // What waits elsewhere is none of the bank's.
        try await drop()
    }

    @Test("an appeal is answered as the partner agreed to, by verb or past it; another answer asks anew")
    func appeals() async throws {
        let world = try await World()
        let (_, ids) = try await released(in: world)
        let (grounds, answer) = (try LongText("You missed the table."), try LongText("So we did."))
        for index in 0...1 {
            let founder = try await world.founder(of: index)
            _ = try await world.database.write(as: founder) { transaction in
                try await transaction.lodgeAppeal(
                    against: ids[index], saying: grounds, in: Cast.harbour.id, by: world.person(of: founder))
            }
        }
        func propose(_ verdict: Appeal.Verdict, to id: Application.ID) async throws {
            _ = try await world.database.write(as: world.context(Cast.tom)) { transaction in
                try await transaction.proposeAnswer(
                    to: id, verdict, because: answer, in: Cast.harbour.id, by: Cast.tom.person.id)
            }
        }
        await #expect(throws: DecisionRefusal.nobodyToConsult) { try await propose(.upheld, to: ids[1]) }
        try await world.answer(ids[1], .upheld, answer, by: Cast.tom)

        // Who decided proposes nothing.
        let own = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.proposeAnswer(
                    to: ids[0], .upheld, because: answer, in: Cast.harbour.id, by: Cast.mei.person.id)
            }
        }
        #expect(own?.constraint == "appeals_are_heard_by_somebody_else")
        await #expect(throws: DecisionRefusal.partnersNotAsked) {
            try await world.answer(ids[0], .reopened, answer, by: Cast.tom)
        }
        let bare = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.tom)) { transaction in
                try await transaction.execute(
                    """
                    UPDATE appeals SET verdict = 'reopened', answer = 'Yes', answered_at = now(),
                           answered_by = \(Cast.tom.person.id) WHERE application_id = \(ids[0])
                    """)
            }
        }
        #expect(bare?.constraint == "appeals_are_answered_with_their_partners")
        try await propose(.upheld, to: ids[0])
        try await say(.inFavor, on: .answer(to: ids[0]), in: world)
        try await propose(.reopened, to: ids[0])
        let reader = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await reader.jointRevision(.answer(to: ids[0]))?.isCurrent == false)
        await #expect(throws: DecisionRefusal.self) { try await world.answer(ids[0], .reopened, answer, by: Cast.tom) }
        try await say(.inFavor, on: .answer(to: ids[0]), in: world)
        await #expect(throws: DecisionRefusal.partnersNotAsked) {
            try await world.answer(ids[0], .upheld, answer, by: Cast.tom)
        }
        try await world.answer(ids[0], .reopened, answer, by: Cast.tom)
        let manager = world.database.reader(as: world.context(Cast.mei))
        #expect(try await manager.application(ids[0])?.application.state == .inReview)
    }

    @Test("whoever decides only on the stream that somebody is to move to does not learn what was written to them")
    func words() async throws {
        let world = try await World()
        let (call, ids) = try await released(in: world)
        let (away, within) = (DecisionChange.ID(), DecisionChange.ID())
        try await world.propose(Preparation(.offer, note: note), for: ids[0], as: within)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO decision_changes (tenant_id, id, application_id, outcome, stream_id, last_day, note, reason,
                                              proposed_by)
                SELECT tenant_id, \(away), \(ids[1]), outcome, \(call.other), last_day, note, reason, proposed_by
                FROM decision_changes WHERE id = \(within)
                """)
        }
        let reader = world.database.reader(as: world.context(Cast.kenji))
        #expect(try await reader.jointRevision(.change(within))?.stoodNote == note)
        let moved = try #require(try await reader.jointRevision(.change(away)))
        #expect(moved.stood == .reject && moved.stoodNote == nil)
        let kenji = try await Visitor(Cast.kenji, in: world)
        #expect(await kenji.open("/partner/revisions/\(away)").status == 200)
        #expect(try await kenji.ask("GET", "/v1/joint-revisions/\(away)").json()["decided"]?["note"] == nil)
    }

    @Test("the waiting list that the partner agreed to goes on by rank, and no manager reorders it")
    func waiting() async throws {
        let world = try await World()
        let (call, ids) = try await released(in: world)
        let reordered = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute(
                    "UPDATE waiting_applications SET rank = 9 WHERE application_id = \(ids[2])")
            }
        }
        #expect(reordered?.constraint == "released_decisions_change_by_two")
        try await world.lapse(ids[3])
        let promoted = try await world.database.write(as: world.system()) { try await $0.fillPlaces(of: call.id) }
        #expect(promoted == [ids[2]])
    }

    @Test("nobody else learns of it, and nobody speaks for another, past the verbs")
    func walls() async throws {
        let world = try await World()
        let (_, ids) = try await released(in: world)
        let change = DecisionChange.ID()
        try await world.propose(Preparation(.offer, note: note), for: ids[0], as: change)
        // Planted: what a partner of another stream said.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO revision_opinions (tenant_id, revision_id, id, application_id, institution_id, stance, words,
                                               version, given_by)
                VALUES (\(Cast.harbour.id), \(change), gen_random_uuid(), \(ids[0]), \(Cast.institution("harbour/kitagawa")),
                        'against', 'In confidence', 'x', \(Cast.mei.person.id))
                """)
        }
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                """
                INSERT INTO appeal_proposals (tenant_id, application_id, verdict, answer, proposed_by)
                VALUES (\(Cast.harbour.id), \(ids[0]), 'upheld', 'In confidence', \(Cast.tom.person.id))
                """)
            try await transaction.execute(
                """
                INSERT INTO appeals (tenant_id, application_id, grounds, lodged_by)
                VALUES (\(Cast.harbour.id), \(ids[0]), 'You missed the table.', \(Cast.ada.person.id))
                """)
        }
        for member in [Cast.kenji, Cast.ada, Cast.jun, Cast.nora, Cast.iris, Cast.leo] {
            let reader = world.database.reader(as: world.context(member))
            let rows: Int = try await reader.value(
                """
                SELECT (SELECT count(*) FROM revision_opinions) + (SELECT count(*) FROM appeal_proposals)
                     + (SELECT count(*) FROM decision_changes)
                """)
            #expect(rows == 0, "\(member.person.email)")
            if member.person.id != kenji { #expect(try await reader.jointRevisions().isEmpty) }
        }
        let version =
            try await world.database.reader(as: world.context(Cast.kenji)).jointRevision(.change(change))?.version ?? ""
        for (member, institution) in [
            (Cast.kenji, Cast.institution("harbour/kitagawa")), (Cast.mei, bank), (Cast.ada, bank),
        ] {
            await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(member)) { transaction in
                    try await transaction.execute(
                        """
                        INSERT INTO revision_opinions (tenant_id, revision_id, id, institution_id, stance, version, given_by)
                        VALUES (\(Cast.harbour.id), \(change), gen_random_uuid(), \(institution), 'for',
                                decode(\(version), 'hex'), \(member.person.id))
                        """)
                }
            }
        }
        try await say(.inFavor, on: .change(change), in: world)
        for sql: Query in [
            "UPDATE revision_opinions SET stance = 'against', words = 'x'", "DELETE FROM revision_opinions",
        ] {
            await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.kenji)) { try await $0.execute(sql) }
            }
        }
    }

    @Test("by HTTP: listed, read, objected to, agreed, and on the pages of both sides")
    func edge() async throws {
        let world = try await World()
        let (_, ids) = try await released(in: world)
        let (theirs, other) = (DecisionChange.ID(), DecisionChange.ID())
        try await world.propose(Preparation(.offer, note: note), for: ids[0], as: theirs)
        try await world.propose(Preparation(.offer, note: note), for: ids[1], as: other)
        let (tom, kenji) = (try await Visitor(Cast.tom, in: world), try await Visitor(Cast.kenji, in: world))
        #expect(await kenji.ask("GET", "/v1/joint-revisions/\(other)").status == 404)
        #expect(await kenji.open("/partner/revisions/\(other)").status == 404)
        #expect(await tom.ask("GET", "/v1/joint-revisions/\(theirs)").status == 403)
        let listed = try await kenji.ask("GET", "/v1/joint-revisions").json()
        #expect(listed["items"]?.elements?.compactMap { $0["id"]?.text } == [theirs.description])
        let shown = try await kenji.ask("GET", "/v1/joint-revisions/\(theirs)").json()
        #expect(shown["decided"]?["outcome"] == "reject" && shown["change"]?["outcome"] == "offer")
        let version = try #require(shown["version"]?.text)
        let page = "/partner/revisions/\(theirs)"
        #expect(await kenji.open("/partner/decisions").text.contains(page))
        let waiting = await tom.open("/console/decision-changes/\(theirs)")
        #expect(waiting.text.contains("have not all agreed yet") && !waiting.text.contains("Confirm the change"))
        #expect(await tom.ask("POST", "/v1/decision-changes/\(theirs)/confirmation").status == 409)
        let half = await kenji.send(page, [("stance", "against"), ("words", ""), ("version", version)])
        #expect(half.status == 422 && half.text.contains("Say why you are against it."))
        let said = await kenji.send(page, [("stance", "for"), ("words", "Gladly."), ("version", version)])
        #expect(said.status == 303, "\(said.text.prefix(400))")
        for language in ["en", "zh-Hant", "ja"] {
            #expect(await kenji.open("\(page)?lang=\(language)").text.contains("Gladly."))
        }
        let heard = try await tom.ask("GET", "/v1/decision-changes/\(theirs)/opinions").json()
        #expect(heard["items"]?.elements?.first?["opinion"]?["is_current"] == true)
        let ready = await tom.open("/console/decision-changes/\(theirs)")
        #expect(ready.text.contains("Gladly.") && ready.text.contains("Confirm the change"))
        #expect(await tom.ask("POST", "/v1/decision-changes/\(theirs)/confirmation").status == 200)
    }

    @Test("an appeal by HTTP: asked about, agreed to, and answered so")
    func hearing() async throws {
        let world = try await World()
        let (_, ids) = try await released(in: world)
        let grounds = try LongText("You missed the table.")
        let founder = try await world.founder(of: 0)
        _ = try await world.database.write(as: founder) { transaction in
            try await transaction.lodgeAppeal(
                against: ids[0], saying: grounds, in: Cast.harbour.id, by: world.person(of: founder))
        }
        let (tom, kenji) = (try await Visitor(Cast.tom, in: world), try await Visitor(Cast.kenji, in: world))
        let (home, revision) = ("/console/applications/\(ids[0])/appeal", "/partner/revisions/\(ids[0])")
        #expect(await kenji.open(revision).status == 404)
        #expect(await tom.open(home).text.contains("Ask partners"))
        let body = #"{"verdict":"upheld","answer":"We looked again."}"#
        #expect(await tom.ask("POST", "/v1/applications/\(ids[0])/appeal/answer", json: body).status == 409)
        let mute = await tom.send("\(home)/proposal", [("verdict", "upheld"), ("answer", "")])
        #expect(mute.status == 422)
        let asked = await tom.send("\(home)/proposal", [("verdict", "upheld"), ("answer", "We looked again.")])
        #expect(asked.status == 303, "\(asked.text.prefix(400))")
        let waiting = await tom.open(home)
        #expect(waiting.text.contains("We looked again.") && !waiting.text.contains("Answer as agreed"))
        let said = try await tom.ask("GET", "/v1/applications/\(ids[0])/appeal/opinions").json()
        #expect(said["items"]?.elements?.count == 1)
        let open = await kenji.open(revision)
        #expect(open.text.contains("You missed the table.") && open.text.contains("We looked again."))
        let view = try await kenji.ask("GET", "/v1/joint-revisions/\(ids[0])").json()
        #expect(view["appeal"]?["verdict"] == "upheld")
        let version = try #require(view["version"]?.text)
        let agreed = await kenji.ask(
            "POST", "/v1/joint-revisions/\(ids[0])/opinions", json: #"{"stance":"for","version":"\#(version)"}"#)
        #expect(agreed.status == 200, "\(agreed.text)")
        #expect(await tom.open(home).text.contains("Answer as agreed"))
        #expect(await tom.send(home, [("verdict", "upheld"), ("answer", "We looked again.")]).status == 303)
        #expect(await kenji.open(revision).status == 404, "what is settled waits for nobody")
    }
}
