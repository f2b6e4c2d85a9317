import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Partnerships

@Suite("Signing amendments by one's own hand")
struct AmendingByHandTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let kenji = Cast.kenji.person.id
    private let own = Institution.ID(Cast.harbour.id.uuid)
    private let bank = Cast.institution("harbour/sakuragi")
    private let second: MoU.ID = demoID("mou MoU-2")
    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }

    /// An amendment of MoU-2 that counts from a day on, counted from today, and perhaps moves the end by so many days.
    private func draft(from days: Int = 20, longer: Int? = 365, in world: World) async throws -> Amendment.ID {
        let id = Amendment.ID()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let end = try #require(try await reader.mou(second)?.term.endsOn)
        let new = try NewAmendment(
            LongText("The bank opens a desk.\nIt runs for longer."), effectiveOn: today.adding(days: days),
            endsOn: longer.map { end.adding(days: $0) })
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.draftAmendment(new, as: id, of: second, in: tenant, by: mei)
        }
        return id
    }

    private func ask(_ id: Amendment.ID, _ seat: Seat.ID = Cast.kenji.seat(), in world: World) async throws {
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.askToSign(id, of: second, seat, in: tenant, by: mei)
        }
    }

    private func record(_ party: Institution.ID, of id: Amendment.ID, in world: World) async throws {
        let signature = try Amendment.Signature(
            for: party, on: today.adding(days: -1), by: Name("Mei Lam"), title: ShortText("Head"))
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.signAmendment(id, of: second, signature, in: tenant, by: mei)
        }
    }

    private func found(_ id: Amendment.ID, in world: World) async throws -> Amendment {
        try await world.database.reader(as: world.context(Cast.kenji)).amendment(id, of: second)
    }

    /// Signs what was read; nil for how it stands.
    private func sign(_ id: Amendment.ID, having read: AgreementAsRead? = nil, in world: World) async throws {
        let (office, now) = (try ShortText("Managing Director"), AgreementAsRead(try await found(id, in: world)))
        try await world.database.write(as: world.context(Cast.kenji)) { transaction in
            try await transaction.signByOwnHand(
                id, of: second, having: read ?? now, as: office, for: bank, in: tenant, by: kenji)
        }
    }

    private func broken(in world: World) async throws -> [String] {
        try await world.owner.snapshot(as: .none) { snapshot in
            var broken: [String] = []
            for invariant in PartnershipsRoom.invariants {
                for try await violation in try await snapshot.violations(of: invariant) {
                    broken.append("\(invariant.name): \(violation.detail)")
                }
            }
            return broken
        }
    }

    @Test("whoever is asked signs an amendment under their own name, and the last signature moves the agreement's end")
    func last() async throws {
        let world = try await World()
        let id = try await draft(in: world)
        let reader = world.database.reader(as: world.context(Cast.kenji))
        let before = try #require(try await reader.mou(second)?.term.endsOn)
        await #expect(throws: MoURefusal.notAskedToSign) { try await sign(id, in: world) }
        let possible = try await world.database.reader(as: world.context(Cast.mei))
            .possibleSignatories(of: second, amendment: id)
        #expect(possible.map(\.name) == [Cast.kenji.person.name])
        try await record(own, of: id, in: world)
        try await ask(id, in: world)
        #expect(try await reader.amendmentsToSign(of: second) == [id])
        // That they are asked about an amendment asks them about no other, nor about the agreement.
        #expect(try await reader.signingRequests(of: second).isEmpty)
        let other = AgreementAsRead(texts: ["0"], effectiveOn: today.adding(days: 20), endsOn: nil)
        await #expect(throws: MoURefusal.readAnother) { try await sign(id, having: other, in: world) }
        try await sign(id, in: world)
        let signed = try await found(id, in: world)
        #expect(signed.signedOn == today && signed.endsOnBefore == before)
        let hand = try #require(signed.signatures.first { $0.institution == bank })
        #expect(hand.isByOwnHand && hand.name.string == Cast.kenji.person.name && hand.signedOn == today)
        #expect(signed.signatures.filter(\.isByOwnHand).count == 1)
        let after = try #require(try await reader.mou(second)?.term.endsOn)
        #expect(after == before.adding(days: 365))
        await #expect(throws: MoURefusal.signedAlready) { try await sign(id, in: world) }
        #expect(try await broken(in: world) == [])
    }

    @Test("of two amendments that are signed on one day the later sets the end, whichever is signed last")
    func order() async throws {
        let world = try await World()
        let (first, later) = (try await draft(longer: 100, in: world), try await draft(longer: 200, in: world))
        let end = try #require(try await found(later, in: world).endsOn)
        for id in [later, first] {
            try await record(own, of: id, in: world)
            try await ask(id, in: world)
            try await sign(id, in: world)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.mou(second)?.term.endsOn == end)
        #expect(try await broken(in: world) == [])
    }

    @Test("whoever is asked refuses, is asked again, or no longer; nobody is asked once the day has passed")
    func refusing() async throws {
        let world = try await World()
        let id = try await draft(in: world)
        try await ask(id, in: world)
        func refuse() async throws {
            let reason = try ShortText("The board has to agree first")
            try await world.database.write(as: world.context(Cast.kenji)) { transaction in
                try await transaction.refuseToSign(second, amendment: id, because: reason, for: bank, by: kenji)
            }
        }
        func takeBack() async throws {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.takeBackRequest(toSign: second, amendment: id, for: bank)
            }
        }
        try await refuse()
        let reader = world.database.reader(as: world.context(Cast.mei))
        let refused = try #require(try await reader.signingRequests(of: second, amendment: id).first)
        #expect(refused.refusedAt != nil && refused.reason?.string == "The board has to agree first")
        await #expect(throws: MoURefusal.notAskedToSign) { try await sign(id, in: world) }
        await #expect(throws: MoURefusal.notAskedToSign) { try await refuse() }
        try await ask(id, in: world)
        try await takeBack()
        await #expect(throws: MoURefusal.notAskedToSign) { try await sign(id, in: world) }
        try await ask(id, in: world)
        try await sign(id, in: world)
        await #expect(throws: MoURefusal.signedAlready) { try await refuse() }
        await #expect(throws: Problem.self) { try await takeBack() }
        let again = await #expect(throws: DatabaseError.self) { try await ask(id, in: world) }
        #expect(again?.constraint == "signatories_are_asked_before_their_party_signs")
        // What was to count from yesterday no longer can.
        let late = try await draft(from: -1, longer: nil, in: world)
        let passed = await #expect(throws: DatabaseError.self) { try await ask(late, in: world) }
        #expect(passed?.constraint == "signatories_are_asked_while_an_amendment_can_count")
        for name in ["signatories_are_asked_while_an_amendment_can_count", "mou_amendment_signatures_pkey"] {
            #expect(PartnershipsRoom.constraints[name] != nil, "\(name) has no words")
        }
    }

    @Test("nobody is asked about the amendments of what was ended, and whoever was is told")
    func ended() async throws {
        let world = try await World()
        let id = try await draft(in: world)
        try await ask(id, in: world)
        let termination = MoU.Termination(reason: try ShortText("Both wish it"), isMutual: true)
        let day = today.adding(days: 5)
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.terminateMoU(second, on: day, termination, in: tenant, by: mei)
        }
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.signingRequests(of: second, amendment: id).isEmpty)
        await #expect(throws: MoURefusal.notIn(.signed)) { try await sign(id, in: world) }
        let told: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) FROM jobs
            WHERE kind = 'partnerships.tell-of-signing' AND arguments->>'step' = 'taken_back'
              AND lower(arguments->>'amendment') = \(id.description)
            """)
        #expect(told == 1)
    }

    @Test("a draft that was a mistake is withdrawn until somebody signs, and whoever was asked to sign is told")
    func mistaken() async throws {
        let world = try await World()
        let (manager, partner) = (try await Visitor(Cast.mei, in: world), try await Visitor(Cast.kenji, in: world))
        let id = try await draft(in: world)
        try await ask(id, in: world)
        let address = "/console/mous/\(second)/amendments/\(id)/withdrawal"
        #expect(await manager.open("/console/mous/\(second)").text.contains(address))
        #expect(!(await partner.open("/partner/agreements/\(second)").text.contains("\(id)/withdrawal")))
        #expect(await partner.ask("POST", "/v1/mous/\(second)/amendments/\(id)/withdrawal").status == 403)
        let past = try await world.database.write(as: world.context(Cast.kenji)) {
            try await $0.execute("DELETE FROM mou_amendments WHERE id = \(id)")
        }
        #expect(past == 0)
        let withdrawn = await manager.send(address)
        #expect(withdrawn.header("Location") == "/console/mous/\(second)?done=amendment_withdrawn", "\(withdrawn.text)")
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.amendments(of: second).isEmpty)
        #expect(try await reader.signingRequests(of: second, amendment: id).isEmpty)
        let number: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT (arguments->>'number')::int FROM jobs
            WHERE kind = 'partnerships.tell-of-signing' AND arguments->>'step' = 'taken_back'
              AND lower(arguments->>'amendment') = \(id.description)
            """)
        try await world.database.write(as: .system(in: tenant)) {
            try await $0.tell(of: TellOfSigning(second, id, of: bank, .takenBack, kenji, number: number))
            // One that was on its way meanwhile.
            try await $0.tell(of: TellOfSigning(second, id, of: bank, .asked, kenji))
        }
        let subjects: [String] = try await world.owner.reader(as: .none).rows(
            """
            SELECT x.subject FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
            WHERE l.about_noun = 'mou' AND l.about_id = \(second) AND x.subject LIKE '%amendment%'
            """
        ).map { try $0("subject") }
        #expect(subjects == ["MoU-2: you are no longer asked to sign amendment 1"])
        #expect(await manager.send(address).status == 404)

        let (first, later) = (try await draft(in: world), try await draft(in: world))
        let api = "/v1/mous/\(second)/amendments"
        #expect(await manager.ask("POST", "\(api)/\(first)/withdrawal").status == 200)
        let third = try await draft(in: world)
        #expect(try await found(later, in: world).number == 2)
        #expect(try await found(third, in: world).number == 3)
        try await record(bank, of: later, in: world)
        #expect(await manager.ask("POST", "\(api)/\(later)/withdrawal").status == 409)
        let refused = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) {
                try await $0.execute("DELETE FROM mou_amendments WHERE id = \(later)")
            }
        }
        #expect(refused?.constraint == "signed_amendments_are_not_withdrawn")
    }

    @Test("whoever was asked is told that a manager recorded their party's signature, once and by record alone")
    func settled() async throws {
        let world = try await World()
        let (recorded, own) = (try await draft(in: world), try await draft(in: world))
        for id in [recorded, own] { try await ask(id, in: world) }
        try await record(bank, of: recorded, in: world)
        try await sign(own, in: world)
        let told: [String] = try await world.owner.reader(as: .none).rows(
            """
            SELECT lower(arguments->>'amendment') AS amendment FROM jobs
            WHERE kind = 'partnerships.tell-of-signing' AND arguments->>'step' = 'settled'
              AND lower(arguments->>'person') = \(kenji.description)
            """
        ).map { try $0("amendment") }
        #expect(told == [recorded.description])
        try await world.database.write(as: .system(in: tenant)) {
            try await $0.tell(of: TellOfSigning(second, recorded, of: bank, .settled, kenji))
        }
        let letters: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
            WHERE l.recipient_id = \(kenji) AND l.about_id = \(second)
              AND x.subject LIKE '%amendment 1 is signed for%'
            """)
        #expect(letters == 1)
    }

    @Test("past the verbs, a signatory signs the one amendment in their own name today, and changes nothing else")
    func wall() async throws {
        let world = try await World()
        let (id, other) = (try await draft(in: world), try await draft(from: 30, in: world))
        @discardableResult
        func tries(_ query: Query, _ member: Cast.Member = Cast.kenji) async throws -> Int {
            try await world.database.write(as: world.context(member)) { try await $0.execute(query) }
        }
        func signature(
            of amendment: Amendment.ID, for party: Institution.ID, as name: String = Cast.kenji.person.name,
            by person: Person.ID? = Cast.kenji.person.id, on day: CalendarDate
        ) -> Query {
            """
            INSERT INTO mou_amendment_signatures
                (tenant_id, mou_id, amendment_id, institution_id, signed_on, person_name, title, recorded_by, signed_by)
            VALUES (\(tenant), \(second), \(amendment), \(party), \(day), \(name), 'Head', \(kenji), \(person))
            """
        }
        await #expect(throws: DatabaseError.self) { try await tries(signature(of: id, for: bank, on: today)) }
        #expect(try await tries("UPDATE mous SET ends_on = ends_on + 1 WHERE id = \(second)") == 0)
        try await ask(id, in: world)
        let forbidden: [Query] = [
            signature(of: other, for: bank, on: today), signature(of: id, for: own, on: today),
            signature(of: id, for: bank, as: "Somebody Else", on: today),
            signature(of: id, for: bank, on: today.adding(days: -1)),
            signature(of: id, for: bank, by: nil, on: today),
            "UPDATE mous SET ends_on = ends_on + 1 WHERE id = \(second)",
            "UPDATE mous SET ends_on = NULL WHERE id = \(second)",
            "UPDATE mous SET title = '{\"en\": \"Mine\"}' WHERE id = \(second)",
            "UPDATE mous SET state = 'terminated' WHERE id = \(second)",
            "UPDATE mou_amendments SET words = 'Mine' WHERE id = \(id)",
            "UPDATE mou_amendments SET signed_on = \(today) WHERE id = \(id)",
            "UPDATE mou_signing_requests SET amendment_id = \(other) WHERE amendment_id = \(id)",
            """
            INSERT INTO mou_signatures (tenant_id, mou_id, institution_id, signed_on, recorded_by, signed_by)
            VALUES (\(tenant), \(second), \(bank), \(today), \(kenji), \(kenji))
            """,
        ]
        for query in forbidden {
            await #expect(throws: DatabaseError.self, "\(query)") { try await tries(query) }
        }
        #expect(try await tries("UPDATE mou_amendments SET words = 'Mine' WHERE id = \(other)") == 0)
        // No manager says that it was somebody's own hand, nor changes what another has read.
        let forged = signature(of: id, for: bank, on: today)
        await #expect(throws: DatabaseError.self) { try await tries(forged, Cast.mei) }
        for query: Query in [
            "UPDATE mou_amendments SET words = 'Other' WHERE id = \(id)",
            "UPDATE mou_amendments SET effective_on = effective_on + 1 WHERE id = \(id)",
        ] {
            let changed = await #expect(throws: DatabaseError.self) { try await tries(query, Cast.mei) }
            #expect(changed?.constraint == "amendments_stand_as_drafted")
        }
        try await sign(id, in: world)
        let regret: Query =
            "UPDATE mou_signing_requests SET refused_at = now(), reason = 'No' WHERE amendment_id = \(id)"
        #expect(try await tries(regret) == 0)
    }

    @Test("the person is written to when they are asked, and who asked them when they have signed")
    func letters() async throws {
        let world = try await World()
        let id = try await draft(in: world)
        try await ask(id, in: world)
        func tell(_ step: TellOfSigning.Step, _ person: Person.ID? = nil) async throws {
            try await world.database.write(as: .system(in: tenant)) {
                try await $0.tell(of: TellOfSigning(second, id, of: bank, step, person))
            }
        }
        try await tell(.asked, kenji)
        try await sign(id, in: world)
        try await tell(.asked, kenji)
        try await tell(.signed)
        let subjects: [String] = try await world.owner.reader(as: .none).rows(
            """
            SELECT x.subject FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
            WHERE l.about_noun = 'mou' AND l.about_id = \(second) AND x.subject LIKE '%amendment%' ORDER BY 1
            """
        ).map { try $0("subject") }
        #expect(
            subjects == [
                "MoU-2: Sakuragi Bank Group has signed amendment 1", "MoU-2: you are asked to sign amendment 1",
            ])
    }

    @Test("by page and API: the manager asks, the signatory reads, refuses, is asked again and signs")
    func pages() async throws {
        let world = try await World()
        let id = try await draft(in: world)
        let manager = try await Visitor(Cast.mei, in: world)
        let partner = try await Visitor(Cast.kenji, in: world)
        let asking = "/console/mous/\(second)/amendments/\(id)/signing-requests"
        let address = "/partner/agreements/\(second)/amendments/\(id)/signature"
        #expect(await manager.open("/console/mous/\(second)").text.contains(asking))
        #expect(!(await partner.open("/partner/agreements/\(second)").text.contains(address)))
        #expect(await partner.open(address).header("Location") == "/partner/agreements/\(second)")
        #expect(await manager.send(asking, [("seat", "")]).status == 422)
        let asked = await manager.send(asking, [("seat", Cast.kenji.seat().description)])
        #expect(asked.header("Location") == "\(asking)?done=asked", "\(asked.text)")
        let list = await manager.open(asking).text
        #expect(list.contains("Waiting") && list.contains(Cast.kenji.person.name))
        #expect(await partner.open("/partner/agreements/\(second)").text.contains(address))
        let read = AgreementAsRead(try await found(id, in: world))
        let hash = try #require(read.texts.first)
        let page = await partner.open(address).text
        #expect(page.contains("The bank opens a desk.") && page.contains(#"name="texts" value="\#(hash)""#))
        let empty = await partner.send("\(address)/refusal", [("reason", "")])
        #expect(empty.status == 422)
        let no = await partner.send("\(address)/refusal", [("reason", "Ask the board")])
        #expect(no.header("Location") == "/partner/agreements/\(second)?done=refused", "\(no.text)")
        #expect(await manager.open(asking).text.contains("Ask the board"))
        let api = "/v1/mous/\(second)/amendments/\(id)"
        let again = await manager.ask(
            "POST", "\(api)/signing-requests", json: #"{"seat": "\#(Cast.kenji.seat())"}"#)
        #expect(again.status == 200, "\(again.text)")
        let seats = try await manager.ask("GET", "\(api)/possible-signatories").json()
        #expect(seats["items"]?.elements?.count == 1)
        let unsure = await partner.send(address, [("title", "Managing Director")])
        #expect(unsure.status == 422 && unsure.text.contains("Managing Director"))
        let ends = try #require(read.endsOn)
        let word = [
            ("title", "Managing Director"), ("is_entitled", "true"), ("effective_on", "\(today.adding(days: 20))"),
        ]
        let blind = await partner.send(address, word + [("texts", hash)])
        #expect(blind.status == 409 && blind.text.contains("Managing Director"))
        let signed = await partner.send(address, word + [("texts", hash), ("ends_on", "\(ends)")])
        #expect(signed.header("Location") == "/partner/agreements/\(second)?done=amendment_signed", "\(signed.text)")
        let items = try await partner.ask("GET", "/v1/mous/\(second)/amendments").json()["items"]?.elements
        #expect(items?.first?["signatures"]?.elements?.first?["is_by_own_hand"] == true)
        #expect(try await partner.ask("GET", "\(api)/signing-requests").json()["items"]?.elements?.count == 1)
        #expect(
            await partner.ask(
                "POST", "\(api)/own-signature",
                json: """
                    {"title": "D", "is_entitled": true, "texts": ["\(hash)"], "effective_on": "\(today.adding(days: 20))",
                     "ends_on": "\(ends)"}
                    """
            ).status == 409)
        #expect(
            await partner.ask("POST", "\(api)/own-signature/refusal", json: #"{"reason": "Late"}"#).status == 409)
        #expect(
            await manager.ask("POST", "\(api)/parties/\(bank)/signing-request/withdrawal").status == 404)
    }
}
