import API
import Accounts
import Applications
import DemoWorld
import Foundation
import Institutions
import Partnerships
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Programs

@Suite("Who is let into a call")
struct CallAccessTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let fintech: ProgramStream.ID = demoID("stream acceleration fintech")
    private let general: ProgramStream.ID = demoID("stream incubation general")
    private let second: MoU.ID = demoID("mou MoU-2")
    private let kelpsense = Cast.startup("kelpsense")

    /// A published call that is open now.
    private func call(
        _ access: CallForApplications.Access, of stream: ProgramStream.ID? = nil, cutoffs: [Date] = [], in world: World
    ) async throws -> CallForApplications.ID {
        let id = CallForApplications.ID()
        let draft = try CallDraft(
            stream: stream ?? fintech, title: LocalizedName(en: "Sealed letters"),
            opensAt: Date.now.addingTimeInterval(-86_400),
            deadline: Deadline(Date.now.addingTimeInterval(20 * 86_400), in: .hongKong),
            questions: [CallDraft.Question(id: .init(), prompt: LocalizedLine(en: "Sealed question?"))], access: access,
            cutoffs: cutoffs)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftCall(draft, as: id, in: tenant)
            _ = try await transaction.publishCall(id, by: mei)
        }
        return id
    }

    private func give(
        _ world: World, under agreement: MoU.ID? = nil, for call: CallForApplications.ID, from: Double = -1,
        until: Double = 1, uses: Int = 1
    ) async throws -> (word: FastTrackWord, id: FastTrackCode.ID) {
        var generator = SystemRandomNumberGenerator()
        let word = FastTrackWord(using: &generator)
        let id = FastTrackCode.ID()
        let new = try NewFastTrackCode(
            mou: agreement ?? second, label: ShortText("The club"),
            validFrom: Date.now.addingTimeInterval(from * 86_400),
            validUntil: Date.now.addingTimeInterval(until * 86_400), usesAllowed: uses)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.giveFastTrackCode(word, new, as: id, for: call, in: tenant, by: mei)
        }
        return (word, id)
    }

    /// A startup that a founder of the cast has no seat in.
    private let stranger = Cast.startup("halyard")

    @Test("a call by invitation is known to those it names, to its stream's partners and to managers")
    func invitation() async throws {
        let world = try await World()
        let id = try await call(.invitation, in: world)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.inviteStartups([stranger], to: id, in: tenant, by: mei)
        }
        func knows(_ member: Cast.Member) async throws -> Bool {
            let reader = world.database.reader(as: world.context(member))
            let known = try await reader.call(id) != nil
            #expect(try await reader.calls().contains { $0.id == id } == known)
            #expect(try await reader.openCalls().contains { $0.id == id } == known)
            let rows = try await reader.value("SELECT count(*) FROM calls WHERE id = \(id)", as: Int.self)
            #expect(rows == (known ? 1 : 0))
            let asked = try await reader.value(
                "SELECT count(*) FROM call_questions WHERE call_id = \(id)", as: Int.self)
            #expect(asked == (known ? 1 : 0))
            return known
        }
        #expect(try await knows(Cast.mei))
        #expect(try await knows(Cast.kenji))
        for member in [Cast.ada, Cast.jun, Cast.iris, Cast.leo, Cast.grace] { #expect(try await !knows(member)) }

        let ada = try await Visitor(Cast.ada, in: world)
        for address in ["/v1/calls/\(id)", "/v1/calls/\(id)/form", "/v1/calls/\(id)/extensions"] {
            #expect(await ada.ask("GET", address).status == 404)
        }
        #expect(await ada.ask("POST", "/v1/calls/\(id)/applications").status == 404)
        for address in ["/calls", "/portal", "/v1/calls"] {
            let page = address.hasPrefix("/v1") ? await ada.ask("GET", address) : await ada.open(address)
            #expect(page.status == 200)
            #expect(!page.text.contains("Sealed"))
        }
        #expect(await ada.open("/calls/\(id)").status == 404)
        #expect(await ada.open("/portal/calls/\(id)/apply").status == 404)

        let park = try await Visitor(Cast.mei, in: world)
        let invited = await park.ask("POST", "/v1/calls/\(id)/invitations", json: #"{"startups": ["\#(kelpsense)"]}"#)
        #expect(invited.status == 200, "\(invited.text)")
        #expect(try await knows(Cast.ada))
        #expect(await ada.open("/calls").text.contains("Sealed letters"))
        // Whom else it names, she does not learn.
        let reader = world.database.reader(as: world.context(Cast.ada))
        #expect(try await reader.value("SELECT count(*) FROM call_admissions", as: Int.self) == 1)
        #expect(try await reader.admissions(to: id).isEmpty)
        let withdrawal = "/v1/calls/\(id)/invitations/\(kelpsense)/withdrawal"
        #expect(await park.ask("POST", withdrawal).status == 200)
        #expect(try await !knows(Cast.ada))
        #expect(await park.ask("POST", withdrawal).status == 404)
        _ = await park.ask("POST", "/v1/calls/\(id)/invitations", json: #"{"startups": ["\#(kelpsense)"]}"#)
        #expect(await ada.ask("POST", "/v1/calls/\(id)/applications").status == 201)
        #expect(await park.ask("POST", withdrawal).status == 409)
    }

    @Test("the database takes no application to a call that does not let the startup in")
    func trigger() async throws {
        let world = try await World()
        let id = try await call(.invitation, in: world)
        for member in [Cast.mei, Cast.ada] {
            await #expect {
                try await world.database.write(as: world.context(member)) { transaction in
                    try await transaction.execute(
                        """
                        INSERT INTO applications (tenant_id, id, call_id, startup_id, created_by)
                        VALUES (\(tenant), \(Application.ID()), \(id), \(kelpsense), \(member.person.id))
                        """)
                }
            } throws: {
                ($0 as? DatabaseError)?.constraint == "closed_calls_take_whom_they_admit"
            }
        }
        // An invitation to a public call says nothing, and is refused.
        let open: CallForApplications.ID = demoID("call incubation")
        await #expect {
            try await world.database.write(as: world.context(Cast.mei)) {
                _ = try await $0.inviteStartups([kelpsense], to: open, in: tenant, by: mei)
            }
        } throws: {
            ($0 as? DatabaseError)?.constraint == "admissions_are_to_calls_that_need_one"
        }
        // Nor does a founder let themselves in.
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.ada)) { transaction in
                try await transaction.admit([kelpsense], to: id, in: tenant, by: Cast.ada.person.id)
            }
        }
    }

    @Test("a code leads to its call, once a startup, as often as it may be used")
    func fastTrack() async throws {
        let world = try await World()
        let id = try await call(.fastTrack, in: world)
        let code = try await give(world, for: id)
        let ada = try await Visitor(Cast.ada, in: world)
        #expect(await ada.ask("GET", "/v1/calls/\(id)").status == 404)
        #expect(await ada.ask("POST", "/v1/calls/\(id)/applications").status == 404)
        func bring(_ text: String) async -> Outgoing {
            await ada.ask("POST", "/v1/fast-track-applications", json: #"{"code": "\#(text)"}"#)
        }
        let wrong = await bring("0000-0000-0000-0000")
        #expect(wrong.status == 422)
        #expect(wrong.text.contains("There is no such code."))
        #expect(await bring("nonsense").status == 422)
        let typed = code.word.text.lowercased().replacing("-", with: " ").replacing("0", with: "o")
        let begun = await bring(typed)
        #expect(begun.status == 201, "\(begun.text)")
        #expect(await ada.ask("GET", "/v1/calls/\(id)").status == 200)
        // The same code again leads to the same draft, and uses nothing.
        #expect(try await bring(code.word.text).json()["id"]?.text == begun.json()["id"]?.text)
        let used = try await world.database.reader(as: world.context(Cast.mei)).fastTrackCodes(of: id)
        #expect(used.map(\.used) == [1])
        let stored = try await world.owner.reader(as: .none).value(
            "SELECT count(*) FROM fast_track_codes AS k WHERE k::text LIKE \("%\(code.word.text)%")", as: Int.self)
        #expect(stored == 0)
    }

    @Test("a code that is spent, early, late, taken back or without its agreement is refused in a sentence")
    func refusals() async throws {
        let world = try await World()
        let id = try await call(.fastTrack, in: world)
        let spent = try await give(world, for: id)
        let (early, late) = (
            try await give(world, for: id, from: 1, until: 2), try await give(world, for: id, from: -2, until: -1)
        )
        let revoked = try await give(world, for: id)
        let good = try await give(world, for: id)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO call_admissions (tenant_id, call_id, startup_id, code_id, admitted_by)
                VALUES (\(tenant), \(id), \(stranger), \(spent.id), \(mei))
                """)
        }
        _ = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.revokeFastTrackCode(revoked.id, by: mei)
        }
        func refused(_ word: FastTrackWord, as member: Cast.Member = Cast.ada) async -> String? {
            do {
                _ = try await world.database.write(as: world.context(member)) {
                    try await $0.redeemFastTrackCode(word.text)
                }
                return nil
            } catch {
                let name = (error as? DatabaseError)?.constraint
                #expect(name.map { ProgramsRoom.constraints[$0] != nil } == true, "\(error)")
                return name
            }
        }
        #expect(await refused(spent.word) == "fast_track_code_has_uses_left")
        #expect(await refused(early.word) == "fast_track_code_has_begun")
        #expect(await refused(late.word) == "fast_track_code_has_not_run_out")
        #expect(await refused(revoked.word) == "fast_track_code_stands")
        // A code of another workspace is no code here.
        #expect(await refused(good.word, as: Cast.leo) == "fast_track_code_is_known")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                "UPDATE mous SET ends_on = current_date - 1, effective_on = current_date - 400, signed_on = current_date - 400 WHERE id = \(second)"
            )
        }
        #expect(await refused(good.word) == "fast_tracks_rest_on_an_mou_in_force")
        // What renews itself goes on, and so does its code.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("UPDATE mous SET renews_itself = true WHERE id = \(second)")
        }
        #expect(await refused(good.word, as: Cast.ravi) == nil)
        let none = try await world.database.reader(as: world.context(Cast.ada)).call(id)
        #expect(none == nil)
    }

    @Test("a code is given under any signed term of the chain that a partner takes part under, and under no other")
    func terms() async throws {
        let world = try await World()
        let id = try await call(.fastTrack, in: world)
        let (next, stranger) = (MoU.ID(), MoU.ID())
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            for (term, earlier) in [(next, second as MoU.ID?), (stranger, nil)] {
                try await transaction.execute(
                    """
                    INSERT INTO mous (tenant_id, id, reference, title, kind, state, signed_on, effective_on, prior_mou_id)
                    SELECT tenant_id, \(term), \(term)::text, title, kind, state, signed_on, effective_on, \(earlier)
                    FROM mous WHERE id = \(second)
                    """)
                try await transaction.execute(
                    """
                    INSERT INTO mou_parties (tenant_id, mou_id, institution_id, role)
                    SELECT tenant_id, \(term), institution_id, role FROM mou_parties WHERE mou_id = \(second)
                    """)
            }
        }
        let code = try await give(world, under: next, for: id)
        let call = try await world.database.write(as: world.context(Cast.ada)) {
            try await $0.redeemFastTrackCode(code.word.text)
        }
        #expect(call == id)
        let refused = await #expect(throws: DatabaseError.self) { try await give(world, under: stranger, for: id) }
        #expect(refused?.constraint == "codes_rest_on_an_agreement_of_the_stream")
        let page = await (try Visitor(Cast.mei, in: world)).open("/console/calls/\(id)/admissions").text
        #expect(page.contains(next.description) && page.contains(second.description))
        #expect(!page.contains(stranger.description))
    }

    @Test("two startups do not share the last use of a code")
    func lastUse() async throws {
        let world = try await World()
        let id = try await call(.fastTrack, in: world)
        let code = try await give(world, for: id)
        let seat = world.principal(Cast.ada)
        let other = Principal(
            person: seat.person, membership: seat.membership, tenant: seat.tenant, institution: stranger.uuid,
            role: .founder, name: seat.name, locale: seat.locale, credential: seat.credential)
        let contexts = [seat.context, other.context]
        let admitted = await withTaskGroup(of: Bool.self) { group in
            for context in contexts {
                group.addTask {
                    let call = try? await world.database.write(as: context) {
                        try await $0.redeemFastTrackCode(code.word.text)
                    }
                    return call != nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(admitted == 1)
    }

    @Test("a code rests on an agreement of the call's stream")
    func agreement() async throws {
        let world = try await World()
        let id = try await call(.fastTrack, of: general, in: world)
        await #expect {
            _ = try await give(world, for: id)
        } throws: {
            ($0 as? DatabaseError)?.constraint == "codes_rest_on_an_agreement_of_the_stream"
        }
        let open: CallForApplications.ID = demoID("call fintech")
        await #expect {
            _ = try await give(world, for: open)
        } throws: {
            ($0 as? DatabaseError)?.constraint == "codes_are_for_calls_on_a_fast_track"
        }
    }

    @Test("what comes in by a cut-off is its batch; behind the last, the closing ends one more")
    func batches() throws {
        func at(_ day: Double) -> Date { Date(timeIntervalSince1970: day * 86_400) }
        let cutoffs = [at(10), at(20)]
        func batch(_ day: Double) -> Int? {
            CallForApplications.Batch.taking(at(day), cutoffs, closing: at(30))?.number
        }
        #expect(batch(1) == 1)
        #expect(batch(10) == 1)
        #expect(batch(10.001) == 2)
        #expect(batch(25) == 3)
        #expect(batch(30.01) == 3)
        #expect(CallForApplications.Batch.all([at(10), at(30)], closing: at(30)).count == 2)
        #expect(CallForApplications.Batch.taking(at(1), [], closing: at(30)) == nil)
    }

    @Test("a rolling call tells applicants their batch, and managers ask for one")
    func rolling() async throws {
        let world = try await World()
        let now = Date.now
        let id = try await call(
            .public, cutoffs: [now.addingTimeInterval(-3_600), now.addingTimeInterval(86_400)], in: world)
        let (early, next) = (Application.ID(), Application.ID())
        let question = try #require(
            try await world.database.reader(as: world.context(Cast.mei)).call(id)?.questions.first?.id)
        for (application, startup) in [(early, stranger), (next, Cast.startup("coinshore"))] {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                _ = try await transaction.beginApplication(
                    to: id, for: startup, as: application, in: tenant, by: mei)
            }
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO application_answers (tenant_id, application_id, call_id, question_id, text, saved_by)
                    VALUES (\(tenant), \(application), \(id), \(question), 'Yes', \(mei))
                    """)
                try await transaction.execute(
                    """
                    UPDATE applications SET state = 'submitted',
                        submitted_at = now() - \(application == early ? 2.0 : 0.0) * interval '1 hour'
                    WHERE id = \(application)
                    """)
            }
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(
            try await reader.applications(matching: ApplicationFilter(call: id, batch: 1), limit: 10).map(\.id) == [
                early
            ])
        #expect(
            try await reader.applications(matching: ApplicationFilter(call: id, batch: 2), limit: 10).map(\.id) == [
                next
            ])
        #expect(try await reader.applications(matching: ApplicationFilter(call: id, batch: 3), limit: 10).isEmpty)
        #expect(try await reader.application(next)?.batch?.number == 2)
        let park = try await Visitor(Cast.mei, in: world)
        let listed = await park.ask("GET", "/v1/applications?call=\(id)&batch=2")
        #expect(listed.text.contains("\(next)") && !listed.text.contains("\(early)"))
        let ada = try await Visitor(Cast.ada, in: world)
        #expect(await ada.open("/calls/\(id)").text.contains("Batch 2 until"))
        // The database holds the order of the cut-offs.
        await #expect {
            _ = try await call(
                .public, cutoffs: [now.addingTimeInterval(86_400), now.addingTimeInterval(3_600)], in: world)
        } throws: {
            ($0 as? DatabaseError)?.constraint == "cutoffs_stand_in_the_window"
        }
    }

    @Test("cut-offs to come are planned anew while the call is open, those that are past stand")
    func planning() async throws {
        let world = try await World()
        let id: CallForApplications.ID = demoID("call rolling")
        let park = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let before = try #require(try await reader.call(id)).cutoffs
        let further = before + [try #require(before.last).addingTimeInterval(30 * 86_400)]
        _ = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.planBatches(further, of: id) { #expect($0.cutoffs == before) }
        }
        #expect(try await reader.call(id)?.cutoffs == further)
        await #expect(throws: CallRefusal.pastCutoffsStand) {
            try await world.database.write(as: world.context(Cast.mei)) {
                try await $0.planBatches(Array(further.dropFirst()), of: id) { _ in }
            }
        }
        await #expect(throws: CallRefusal.notRolling) {
            try await world.database.write(as: world.context(Cast.mei)) {
                try await $0.planBatches(further, of: demoID("call fintech")) { _ in }
            }
        }
        let address = "/console/calls/\(id)/cutoffs"
        let form = await park.open(address)
        let version = try #require(form.text.firstMatch(of: /name="version" value="([^"]+)"/)).1
        let zone = TimeZoneName.hongKong
        let kept = further.dropLast().enumerated().map {
            ("cutoffs.\($0.offset)", String("\(LocalTime($0.element, in: zone))".prefix(16)))
        }
        let sent = await park.send(
            address, kept + [("version", String(version).replacing("&quot;", with: "\""))])
        #expect(sent.status == 303, "\(sent.text.prefix(600))")
        #expect(try await reader.call(id)?.cutoffs == Array(further.dropLast()))
    }

    @Test("several startups are invited, or no longer: each with a verdict, all or none unless said otherwise")
    func invitingSeveral() async throws {
        let world = try await World()
        let id = try await call(.invitation, in: world)
        let park = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let target = "/v1/calls/\(id)/invitations"
        func body(_ startups: [Startup.ID], _ rest: String = "") -> String {
            #"{"startups": [\#(startups.map { #""\#($0)""# }.joined(separator: ", "))]\#(rest)}"#
        }
        let mixed = [kelpsense, Startup.ID(), stranger]
        let rehearsed = await park.ask("POST", target, json: body(mixed, #", "dry_run": true"#))
        #expect(rehearsed.status == 200 && rehearsed.text.contains("There is no such startup."), "\(rehearsed.text)")
        #expect(rehearsed.text.contains(#""done":0"#) && rehearsed.text.contains(#""refused":1"#))
        #expect(try await reader.admissions(to: id).isEmpty)
        let whole = await park.ask("POST", target, json: body(mixed))
        #expect(whole.status == 409 && whole.text.contains("/startups/1"), "\(whole.text)")
        #expect(try await reader.admissions(to: id).isEmpty)
        let part = await park.ask("POST", target, json: body(mixed, #", "partial": true"#))
        #expect(part.status == 200 && part.text.contains(#""done":2"#), "\(part.text)")
        #expect(Set(try await reader.admissions(to: id).map(\.startup)) == [kelpsense, stranger])
        let again = await park.ask("POST", target, json: body([kelpsense]))
        #expect(again.status == 200 && again.text.contains(#""changes":false"#), "\(again.text)")
        let open: CallForApplications.ID = demoID("call incubation")
        let everybodys = await park.ask("POST", "/v1/calls/\(open)/invitations", json: body([kelpsense]))
        #expect(everybodys.status == 409 && everybodys.text.contains("not one by invitation"), "\(everybodys.text)")

        // One of them has begun an application: its invitation stands.
        let ada = try await Visitor(Cast.ada, in: world)
        #expect(await ada.ask("POST", "/v1/calls/\(id)/applications").status == 201)
        let withdrawals = "/v1/calls/\(id)/invitation-withdrawals"
        let both = await park.ask("POST", withdrawals, json: body([kelpsense, stranger]))
        #expect(both.status == 409 && both.text.contains("/startups/0"), "\(both.text)")
        #expect(try await reader.admissions(to: id).count == 2)
        let page = "/console/calls/\(id)/invitation-withdrawals"
        #expect(await park.open(page).text.contains("KelpSense"))
        let ticked = [("startups", "\(kelpsense)"), ("startups", "\(stranger)")]
        let looked = await park.send(page, ticked + [("partial", "false")])
        #expect(looked.status == 200 && looked.text.contains("Cannot be done"), "\(looked.text)")
        #expect(await park.send(page, ticked + [("partial", "false"), ("sure", "true")]).status == 409)
        let done = await park.send(page, ticked + [("partial", "true"), ("sure", "true")])
        #expect(done.status == 200 && done.text.contains("1 was done. 1 was not; below is why."), "\(done.text)")
        #expect(try await reader.admissions(to: id).map(\.startup) == [kelpsense])
    }

    @Test("several calls close later at once, as a whole or in part; on pages each by its own clock")
    func extendingSeveral() async throws {
        let world = try await World()
        let (one, other) = (try await call(.invitation, in: world), try await call(.invitation, in: world))
        let park = try await Visitor(Cast.mei, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        func closing(_ id: CallForApplications.ID) async throws -> Date? {
            try await reader.call(id)?.deadline.instant
        }
        let before = try #require(try await closing(one))
        func body(_ ids: [CallForApplications.ID], _ rest: String = "") -> String {
            let later = LocalTime(Date.now.addingTimeInterval(30 * 86_400), in: .hongKong)
                .instant(in: .hongKong).formatted(.iso8601)
            let calls = ids.map { #""\#($0)""# }.joined(separator: ", ")
            return #"{"calls": [\#(calls)], "closes_at": "\#(later)", "reason": "Holidays"\#(rest)}"#
        }
        let strange = CallForApplications.ID()
        let target = "/v1/call-extensions"
        let rehearsed = await park.ask("POST", target, json: body([one, strange], #", "dry_run": true"#))
        #expect(rehearsed.status == 200 && rehearsed.text.contains(#""refused":1"#), "\(rehearsed.text)")
        let whole = await park.ask("POST", target, json: body([one, strange]))
        #expect(whole.status == 409 && whole.text.contains("/calls/1"), "\(whole.text)")
        #expect(try await closing(one) == before)
        let part = await park.ask("POST", target, json: body([one, strange], #", "partial": true"#))
        #expect(part.status == 200 && part.text.contains(#""done":1"#), "\(part.text)")
        let moved = try #require(try await closing(one))
        #expect(moved > before)

        let page = "/console/call-extensions"
        #expect(await park.open(page).text.contains(other.description))
        let time = String("\(LocalTime(Date.now.addingTimeInterval(40 * 86_400), in: .hongKong))".prefix(16))
        let fields = [
            ("calls", "\(one)"), ("calls", "\(other)"), ("closes_at", time), ("reason", "Holidays"),
            ("partial", "false"),
        ]
        let timeless = await park.send(page, fields.map { ($0.0, $0.0 == "closes_at" ? "soon" : $0.1) })
        #expect(timeless.status == 422 && timeless.text.contains("Holidays"), "\(timeless.text)")
        let looked = await park.send(page, fields)
        #expect(looked.status == 200 && looked.text.contains("2 can be done."), "\(looked.text)")
        #expect(try await closing(one) == moved)
        #expect(await park.send(page, fields + [("sure", "true")]).status == 303)
        let (first, second) = (try await closing(one), try await closing(other))
        #expect(first == second && first != moved)
        // One that was extended is offered as before, and no longer ticked.
        let later = String("\(LocalTime(Date.now.addingTimeInterval(50 * 86_400), in: .hongKong))".prefix(16))
        let some = await park.send(
            page,
            [
                ("calls", "\(one)"), ("calls", "\(strange)"), ("closes_at", later), ("reason", "Holidays"),
                ("partial", "true"), ("sure", "true"),
            ])
        #expect(some.status == 200 && some.text.contains("1 was done. 1 was not; below is why."), "\(some.text)")
        #expect(some.text.contains(#"value="\#(one)""#) && !some.text.contains(#"value="\#(one)" checked"#))
    }

    @Test("two who extend the same calls in different orders wait for each other, and verdicts keep the order named")
    func extendingCrosswise() async throws {
        let world = try await World()
        let calls = [try await call(.invitation, in: world), try await call(.invitation, in: world)]
        let tenant = Cast.harbour.id
        let reason = try ShortText("Holidays")
        @Sendable func extend(_ calls: [CallForApplications.ID], by days: Double) async throws -> [Date] {
            let closings = calls.enumerated().map { place, call in
                (call: call, closesAt: Date.now.addingTimeInterval((days + Double(place)) * 86_400))
            }
            let verdicts = try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.extendCalls(
                    closings, because: reason, .whatCanBe, in: tenant, by: Cast.mei.person.id)
            }
            return verdicts.compactMap(\.done)
        }
        for round in 1...5 {
            async let one = extend(calls, by: Double(round) * 40)
            async let other = extend(calls.reversed(), by: Double(round) * 40 + 20)
            let done = try await [one, other]
            for dates in done { #expect(dates == dates.sorted(), "\(dates)") }
        }
    }

    @Test("invitations and codes are kept on the page of the call")
    func pages() async throws {
        let world = try await World()
        let (closed, fast) = (try await call(.invitation, in: world), try await call(.fastTrack, in: world))
        let park = try await Visitor(Cast.mei, in: world)
        #expect(await park.open("/console/calls/\(closed)").text.contains("By invitation"))
        let invited = await park.send(
            "/console/calls/\(closed)/invitations", [("startups", "\(kelpsense)"), ("sure", "true")])
        #expect(invited.status == 303, "\(invited.text.prefix(500))")
        #expect(await park.open("/console/calls/\(closed)/admissions").text.contains("KelpSense"))
        let zone = TimeZoneName.hongKong
        func field(_ days: Double) -> String { "\(LocalTime(Date.now.addingTimeInterval(days * 86_400), in: zone))" }
        let given = await park.send(
            "/console/calls/\(fast)/fast-track-codes",
            [
                ("mou", "\(second)"), ("label", "The club"), ("valid_from", String(field(-1).prefix(16))),
                ("valid_until", String(field(5).prefix(16))), ("uses_allowed", "2"),
            ])
        #expect(given.status == 200, "\(given.text.prefix(500))")
        let code = try #require(given.text.firstMatch(of: /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/)).output
        #expect(await !park.open("/console/calls/\(fast)/admissions").text.contains(code))
        let ada = try await Visitor(Cast.ada, in: world)
        #expect(await ada.open("/portal/fast-track").status == 200)
        let refused = await ada.send("/portal/fast-track", [("code", "0000-0000-0000-0001")])
        #expect(refused.status == 422)
        #expect(refused.text.contains("There is no such code."))
        let begun = await ada.send("/portal/fast-track", [("code", String(code))])
        #expect(begun.status == 303, "\(begun.text.prefix(500))")
        let page = try #require(begun.header("Location"))
        #expect(await ada.open(page).text.contains("Sealed question?"))
    }
}
