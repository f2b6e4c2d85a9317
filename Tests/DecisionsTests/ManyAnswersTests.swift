import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Decisions

/// What takes two managers, several at once: looked at first, as a whole or in part, and said which were refused and why.
@Suite("Changes and waivers, several at once")
struct ManyAnswersTests {
    private let note: LongText

    init() throws {
        note = try LongText("The reviewer fell ill.")
    }

    private func list(_ ids: [some CustomStringConvertible]) -> String {
        "[" + ids.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
    }

    /// What the overview says of a reader's own to answer.
    private func figure(_ label: String, for visitor: Visitor) async -> Int? {
        let page = await visitor.open("/console").text
        guard let start = page.range(of: "\(label)</a></dt><dd class=\"stat-figure\">")?.upperBound else { return nil }
        return Int(page[start...].prefix { $0.isNumber })
    }

    @Test("Waivers are asked for by one manager and answered by another")
    func waivers() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(3)
        try await world.openRound(for: call)
        try await world.judge(ids[2])
        let batch = try await world.open(
            call, places: 3, preparing: ids.map { (application: $0, preparation: Preparation(.offer, note: note)) })
        let (mei, tom) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.tom, in: world))
        let reader = world.database.reader(as: world.context(Cast.mei))
        let target = "/v1/decision-batches/\(batch)/waivers"
        func body(_ rest: String) -> String {
            #"{"applications": \#(list(ids)), "reason": "The reviewer fell ill."\#(rest)}"#
        }
        let rehearsed = await mei.ask("POST", target, json: body(#", "dry_run": true"#))
        #expect(rehearsed.status == 200 && rehearsed.text.contains(#""done":0,"refused":1"#), "\(rehearsed.text)")
        #expect(rehearsed.text.contains("Enough reviews are in."))
        let whole = await mei.ask("POST", target, json: body(""))
        #expect(whole.status == 409 && whole.problem?.errors.map(\.pointer) == ["/applications/2"], "\(whole.text)")
        #expect(try await reader.quorumWaivers(in: batch).isEmpty)

        let page = "/console/decisions/\(batch)/waivers"
        #expect(await mei.open("/console/decisions/\(batch)").text.contains("href=\"\(page)\""))
        let form = await mei.open(page)
        #expect(form.text.contains(ids[0].description) && !form.text.contains(ids[2].description), "\(form.text)")
        let ticked = [
            ("applications", "\(ids[0])"), ("applications", "\(ids[2])"), ("reason", "The reviewer fell ill."),
            ("partial", "true"),
        ]
        let looked = await mei.send(page, ticked)
        #expect(looked.status == 200 && looked.text.contains("1 can be done."), "\(looked.text)")
        #expect(looked.text.contains("Enough reviews are in."))
        #expect(try await reader.quorumWaivers(in: batch).isEmpty)
        let done = await mei.send(page, ticked + [("sure", "true")])
        #expect(done.status == 200 && done.text.contains("1 was done. 1 was not; below is why."), "\(done.text)")
        #expect(done.text.contains("Enough reviews are in."))
        #expect(try await reader.quorumWaivers(in: batch).map(\.application) == [ids[0]])
        let part = await mei.ask("POST", target, json: body(#", "partial": true"#))
        #expect(part.status == 200 && part.text.contains(#""done":1,"refused":2"#), "\(part.text)")
        #expect(part.text.contains("The quorum of this decision is waived, or a waiver waits for an answer."))

        let waivers = try await reader.quorumWaivers(in: batch).map(\.id)
        let answers = "/v1/decision-batches/\(batch)/waiver-answers"
        func answer(_ rest: String) -> String { #"{"waivers": \#(list(waivers)), \#(rest)}"# }
        let own = await mei.ask("POST", answers, json: answer(#""answer": "confirm", "dry_run": true"#))
        #expect(own.text.contains(#""refused":2"#) && own.text.contains("Another manager than"), "\(own.text)")
        let mute = await tom.ask("POST", answers, json: answer(#""answer": "refuse""#))
        #expect(mute.problem?.errors.map(\.pointer) == ["/reason"], "\(mute.text)")
        let elsewhere = await tom.ask(
            "POST", "/v1/decision-batches/\(DecisionBatch.ID())/waiver-answers", json: answer(#""answer": "confirm""#))
        #expect(elsewhere.status == 404)
        let asked = "/console/decisions/\(batch)/waiver-answers"
        let nothing = await mei.open(asked).text
        #expect(nothing.contains("Nothing of another manager waits for an answer.") && !nothing.contains("f-answer"))
        // Each of them counts what they can answer, and is led to it.
        #expect(await figure("Waivers of the quorum", for: tom) == 2)
        #expect(await figure("Waivers of the quorum", for: mei) == 0)
        let waiting = "/console/decision-changes?waiting=true"
        #expect(await tom.open("/console").text.contains("href=\"\(waiting)\""))
        let (his, hers) = (await tom.open(waiting).text, await mei.open(waiting).text)
        for waiver in waivers {
            #expect(his.contains("/console/quorum-waivers/\(waiver)") && !hers.contains("\(waiver)"))
        }
        #expect(await mei.open("/console/decision-changes").text.contains("/console/quorum-waivers/\(waivers[0])"))
        let offered = await tom.open(asked)
        #expect(waivers.allSatisfy { offered.text.contains($0.description) }, "\(offered.text)")
        let both = waivers.map { ("waivers", "\($0)") }
        let silent = await tom.send(asked, both + [("answer", "refuse"), ("partial", "false"), ("sure", "true")])
        #expect(silent.status == 422 && silent.text.contains("Say why it is turned down."), "\(silent.text)")
        let confirmed = await tom.send(asked, both + [("answer", "confirm"), ("partial", "false"), ("sure", "true")])
        #expect(
            confirmed.header("Location") == "/console/decisions/\(batch)?done=waivers_answered", "\(confirmed.text)")
        #expect(try await reader.quorumWaivers(in: batch).allSatisfy { $0.status == .confirmed })
        try await world.release(batch)
        let late = await mei.ask("POST", target, json: body(""))
        #expect(late.status == 409 && late.text.contains("The batch has been released."), "\(late.text)")
        #expect(await mei.open(page).status == 303)
    }

    @Test("Changes are proposed by one manager and answered by another; a swap is confirmed whichever is named first")
    func changes() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(3)
        let batch = try await world.open(
            call, places: 1,
            preparing: [
                (ids[0], Preparation(.offer, note: note)), (ids[1], Preparation(.reject, note: note)),
                (ids[2], Preparation(.reject, note: note)),
            ])
        let (mei, tom) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.tom, in: world))
        let reader = world.database.reader(as: world.context(Cast.mei))
        let page = "/console/decisions/\(batch)/changes"
        #expect(await mei.open(page).status == 303)
        try await world.release(batch)
        let target = "/v1/decision-batches/\(batch)/changes"
        func body(_ rest: String) -> String {
            let rows = zip(ids, ["reject", "offer", "reject"]).map {
                #"{"application": "\#($0)", "outcome": "\#($1)", "note": "After all."}"#
            }
            return #"{"changes": [\#(rows.joined(separator: ", "))], "reason": "We overlooked a letter."\#(rest)}"#
        }
        let rehearsed = await mei.ask("POST", target, json: body(#", "dry_run": true"#))
        #expect(rehearsed.status == 200 && rehearsed.text.contains(#""done":0,"refused":1"#), "\(rehearsed.text)")
        #expect(rehearsed.text.contains("The application is decided like that already."))
        let whole = await mei.ask("POST", target, json: body(""))
        #expect(whole.status == 409 && whole.problem?.errors.map(\.pointer) == ["/changes/2"], "\(whole.text)")
        #expect(try await reader.decisionChanges(of: ids[0]).isEmpty)
        let part = await mei.ask("POST", target, json: body(#", "partial": true"#))
        #expect(part.status == 200 && part.text.contains(#""done":2,"refused":1"#), "\(part.text)")
        let other = await mei.ask("POST", "/v1/decision-batches/\(DecisionBatch.ID())/changes", json: body(""))
        #expect(other.status == 404)

        // The offer is named first, and the only place is free by then.
        let changes = try await [ids[1], ids[0]].asyncMap { try await reader.decisionChanges(of: $0)[0].id }
        func answer(_ rest: String) -> String { #"{"changes": \#(list(changes)), "answer": "confirm"\#(rest)}"# }
        let own = await mei.ask("POST", "/v1/decision-change-answers", json: answer(#", "dry_run": true"#))
        #expect(own.text.contains(#""refused":2"#) && own.text.contains("Another manager than"), "\(own.text)")
        let would = await tom.ask("POST", "/v1/decision-change-answers", json: answer(#", "dry_run": true"#))
        #expect(would.text.contains(#""refused":0"#), "\(would.text)")
        #expect(try await reader.application(ids[0])?.application.state == .offered)
        let swapped = await tom.ask("POST", "/v1/decision-change-answers", json: answer(""))
        #expect(swapped.status == 200 && swapped.text.contains(#""done":2,"refused":0"#), "\(swapped.text)")
        #expect(try await reader.application(ids[0])?.application.state == .rejected)
        #expect(try await reader.application(ids[1])?.application.state == .offered)

        // On the page: one that is decided so already is left, and the page says why.
        let form = await mei.open(page)
        #expect(ids.allSatisfy { form.text.contains($0.description) }, "\(form.text)")
        let ticked = [
            ("applications", "\(ids[1])"), ("applications", "\(ids[2])"), ("outcome", "offer"),
            ("note", "You have a place."), ("reason", "It became free."), ("partial", "true"),
        ]
        let looked = await mei.send(page, ticked)
        #expect(looked.text.contains("1 can be done.") && looked.text.contains("decided like that"), "\(looked.text)")
        let done = await mei.send(page, ticked + [("sure", "true")])
        #expect(done.status == 200 && done.text.contains("1 was done. 1 was not; below is why."), "\(done.text)")
        let waiting = try #require(try await reader.decisionChanges(of: ids[2]).first).id
        let asked = "/console/decision-change-answers"
        #expect(await tom.open("/console/decision-changes").text.contains(asked))
        #expect(await figure("Changes of decisions", for: tom) == 1)
        #expect(await figure("Changes of decisions", for: mei) == 0)
        #expect(await tom.open("/console/decision-changes?waiting=true").text.contains("\(waiting)"))
        #expect(await !mei.open("/console/decision-changes?waiting=true").text.contains("\(waiting)"))
        #expect(await tom.open(asked).text.contains(waiting.description))
        #expect(await !mei.open(asked).text.contains(waiting.description))
        let full = await tom.send(
            asked, [("changes", "\(waiting)"), ("answer", "confirm"), ("partial", "false"), ("sure", "true")])
        #expect(full.status == 409 && full.text.contains("Every place is taken, of 1."), "\(full.text)")
        let turned = await tom.send(
            asked,
            [
                ("changes", "\(waiting)"), ("answer", "refuse"), ("reason", "No place."), ("partial", "false"),
                ("sure", "true"),
            ]
        )
        #expect(turned.header("Location") == "/console/decision-changes?done=answered_several", "\(turned.text)")
        #expect(try await reader.decisionChange(waiting)?.refusedReason?.string == "No place.")
        let nora = try await Visitor(Cast.nora, in: world)
        #expect(await nora.ask("POST", "/v1/decision-change-answers", json: answer("")).status == 403)
    }

    @Test("A change that the startup's answer has overtaken is not confirmed, and may be proposed anew")
    func overtaken() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(2)
        let batch = try await world.open(call, places: 2, preparing: ids.map { ($0, Preparation(.offer, note: note)) })
        try await world.release(batch)
        let changes = ids.map { _ in DecisionChange.ID() }
        for (id, change) in zip(ids, changes) {
            try await world.propose(Preparation(.reject, note: note), for: id, as: change)
        }
        let founder = try await world.founder(of: 0)
        _ = try await world.database.write(as: founder) { transaction in
            try await transaction.acceptOffer(ids[0], by: Cast.mei.person.id)
        }
        let tom = try await Visitor(Cast.tom, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let form = await tom.open("/console/decision-change-answers").text
        #expect(form.components(separatedBy: "It has accepted the place.").count == 2, "\(form)")
        let page = await tom.open("/console/decision-changes/\(changes[0])").text
        #expect(page.contains("The startup has answered since this was proposed."), "\(page)")
        #expect(!page.contains("\(changes[0])/confirmation") && page.contains("\(changes[0])/refusal"), "\(page)")
        await #expect(throws: DecisionRefusal.overtaken) { try await world.confirm(changes[0], by: Cast.tom) }
        let answered = await tom.ask(
            "POST", "/v1/decision-change-answers",
            json: #"{"changes": \#(list(changes)), "answer": "confirm", "partial": true}"#)
        #expect(answered.text.contains(#""done":1,"refused":1"#), "\(answered.text)")
        #expect(answered.text.contains("The startup has answered since this was proposed."), "\(answered.text)")
        #expect(try await reader.application(ids[0])?.application.state == .accepted)
        #expect(try await reader.application(ids[1])?.application.state == .rejected)
        // The history says of an open offer what the letter says.
        #expect(await tom.open("/console/applications/\(ids[1])").text.contains("Place taken back"))

        _ = try await world.database.write(as: world.context(Cast.tom)) { transaction in
            try await transaction.refuseChange(changes[0], because: note, by: Cast.tom.person.id)
        }
        let anew = DecisionChange.ID()
        try await world.propose(Preparation(.reject, note: note), for: ids[0], as: anew)
        try await world.confirm(anew, by: Cast.tom)
        #expect(try await reader.application(ids[0])?.application.state == .rejected)
    }

    @Test("A place that a change of one batch gives back is there for a change of another, whichever batch comes first")
    func acrossBatches() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(2)
        let batches = [
            try await world.open(call, places: 1, preparing: []), try await world.open(call, places: 1, preparing: []),
        ].sorted()
        // The change that takes the place is of the batch whose id comes first.
        try await world.prepare(ids[0], Preparation(.offer, note: note), in: batches[1])
        try await world.release(batches[1])
        try await world.prepare(ids[1], Preparation(.reject, note: note), in: batches[0])
        try await world.release(batches[0])
        let (taking, giving) = (DecisionChange.ID(), DecisionChange.ID())
        try await world.propose(Preparation(.offer, note: note), for: ids[1], as: taking)
        try await world.propose(Preparation(.reject, note: note), for: ids[0], as: giving)
        _ = try await world.database.write(as: world.context(Cast.tom)) { transaction in
            try await transaction.answerChanges(
                [taking, giving], .confirm, .allOrNothing, by: Cast.tom.person.id)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.application(ids[0])?.application.state == .rejected)
        #expect(try await reader.application(ids[1])?.application.state == .offered)
    }

    @Test("Several who are to wait after all wait one behind the other")
    func waiting() async throws {
        let world = try await World()
        let (call, ids) = try await world.applicants(3)
        let batch = try await world.open(
            call, places: 1,
            preparing: [
                (ids[0], Preparation(.waitlist, note: note)), (ids[1], Preparation(.reject, note: note)),
                (ids[2], Preparation(.reject, note: note)),
            ])
        try await world.release(batch)
        let (mei, note) = (Cast.mei.person.id, note)
        let rows = ids.dropFirst().map { (application: $0, preparation: Preparation(.waitlist, note: note)) }
        let reader = world.database.reader(as: world.context(Cast.mei))
        func propose() async throws -> [DecisionChange] {
            let verdicts = try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.proposeChanges(
                    rows, in: batch, because: note, .allOrNothing, in: Cast.harbour.id, by: mei)
            }
            return try await verdicts.compactMap(\.done).asyncMap { try #require(try await reader.decisionChange($0)) }
        }
        let first = try await propose()
        #expect(first.compactMap(\.preparation.rank).sorted() == [2, 3])
        // What is turned down is waited for by nobody.
        _ = try await world.database.write(as: world.context(Cast.tom)) { transaction in
            try await transaction.answerChanges(
                first.map(\.id), .refuse(note), .allOrNothing, by: Cast.tom.person.id)
        }
        #expect(try await propose().compactMap(\.preparation.rank).sorted() == [2, 3])
    }
}
