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

@Suite("Signing by one's own hand")
struct SigningByHandTests {
    private let tenant = Cast.harbour.id
    private let mei = Cast.mei.person.id
    private let kenji = Cast.kenji.person.id
    private let own = Institution.ID(Cast.harbour.id.uuid)
    private let bank = Cast.institution("harbour/sakuragi")
    private var today: CalendarDate { CalendarDate(Date.now, in: .hongKong) }
    private var office: ShortText { get throws { try ShortText("Managing Director") } }

    /// An agreement of the park and the bank whose text is agreed, or only shared.
    private func agreement(in world: World, isAgreed: Bool = true) async throws -> MoU.ID {
        let id = MoU.ID()
        let fintech = try #require(FocusArea.ID("fintech"))
        let draft = try MoUDraft(
            reference: Name("MoU-H"), title: LocalizedName(en: "Joint lab"), kind: .research,
            parties: [MoU.Party(own, as: .lead), MoU.Party(bank, as: .partner)],
            areas: [MoU.Area(fintech, wording: ShortText("Payments"))])
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
            _ = try await transaction.writeText(
                MoUBody("The parties work together."), in: .english, of: id, in: tenant, by: mei)
            _ = try await transaction.shareMoU(id, in: tenant, by: mei)
            if isAgreed { _ = try await transaction.agreeMoU(id, in: tenant, by: mei) }
        }
        return id
    }

    private func ask(_ seat: Seat.ID, toSign id: MoU.ID, in world: World) async throws {
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.askToSign(id, seat, in: tenant, by: mei)
        }
    }

    private func sign(_ id: MoU.ID, in world: World) async throws -> MoU {
        let office = try office
        return try await world.database.write(as: world.context(Cast.kenji)) { transaction in
            try await transaction.signByOwnHand(id, as: office, for: bank, in: tenant, by: kenji)
        }
    }

    private func record(_ party: Institution.ID, of id: MoU.ID, effective: Int?, ends: Int? = nil, in world: World)
        async throws
    {
        let signing = try PartySigning(
            on: today.adding(days: -3),
            by: [Signing.Participant(.signatory, name: Name("A Signatory"), title: ShortText("Director"), of: party)],
            effectiveOn: effective.map { today.adding(days: $0) }, endsOn: ends.map { today.adding(days: $0) })
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.signMoU(id, for: party, signing, in: tenant, by: mei)
        }
    }

    /// A seat at the bank for somebody who had none there.
    private func seat(_ member: Cast.Member, in world: World) async throws -> Seat.ID {
        let seat = Seat.ID()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (\(seat), \(tenant), \(member.person.id), \(bank), 'partner')
                """)
        }
        return seat
    }

    @Test("whoever is asked signs under their own name, and the last signature makes the agreement")
    func last() async throws {
        let world = try await World()
        let id = try await agreement(in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        let possible = try await reader.possibleSignatories(of: id)
        #expect(possible.map(\.name) == [Cast.kenji.person.name])
        let seat = try #require(possible.first?.seat)
        // The park has signed, and an earlier day was meant.
        try await record(own, of: id, effective: -2, in: world)
        try await ask(seat, toSign: id, in: world)
        let signed = try await sign(id, in: world)
        #expect((signed.status, signed.signedOn, signed.term.effectiveOn) == (.inForce, today, today))
        #expect(signed.signatures.map(\.isByOwnHand) == [false, true])
        #expect(signed.participants.last?.name.string == Cast.kenji.person.name)
        #expect(signed.participants.last?.title.string == "Managing Director")
        let history = try await reader.history(of: id)
        #expect(history.last?.to == .signed)
        #expect(history.last?.person == kenji)
        await #expect(throws: MoURefusal.notIn(.agreed)) { try await sign(id, in: world) }
        #expect(try await reader.possibleSignatories(of: id).isEmpty)
    }

    @Test("a party that signs first waits for the others, and the day that was meant stands")
    func first() async throws {
        let world = try await World()
        let id = try await agreement(in: world)
        try await ask(Cast.kenji.seat(), toSign: id, in: world)
        let half = try await sign(id, in: world)
        #expect((half.status, half.signedOn, half.signatures.map(\.institution)) == (.agreed, nil, [bank]))
        await #expect(throws: MoURefusal.signedAlready) { try await sign(id, in: world) }
        try await record(own, of: id, effective: 10, ends: 400, in: world)
        let whole = try #require(try await world.database.reader(as: world.context(Cast.kenji)).mou(id))
        #expect((whole.status, whole.signedOn, whole.term.effectiveOn) == (.pending, today, today.adding(days: 10)))
        // What is signed is taken back by nobody.
        await #expect(throws: Problem.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.takeBackRequest(toSign: id, for: bank)
            }
        }
    }

    @Test("nobody signs who is not asked, was replaced, or refused")
    func refusals() async throws {
        let world = try await World()
        let early = try await agreement(in: world, isAgreed: false)
        await #expect(throws: DatabaseError.self) { try await ask(Cast.kenji.seat(), toSign: early, in: world) }
        await #expect(throws: MoURefusal.notIn(.agreed)) { try await sign(early, in: world) }
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.agreeMoU(early, in: tenant, by: mei)
        }
        let id = early
        await #expect(throws: MoURefusal.notAskedToSign) { try await sign(id, in: world) }
        // A founder's seat, and one that nobody has.
        await #expect(throws: MoURefusal.noSuchSignatory) { try await ask(Cast.ada.seat(), toSign: id, in: world) }
        await #expect(throws: MoURefusal.noSuchSignatory) { try await ask(Seat.ID(), toSign: id, in: world) }
        // Somebody of an institution that is no party.
        let stranger = Seat.ID()
        let kitagawa = Cast.institution("harbour/kitagawa")
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (\(stranger), \(tenant), \(Cast.ravi.person.id), \(kitagawa), 'partner')
                """)
        }
        await #expect(throws: DatabaseError.self) { try await ask(stranger, toSign: id, in: world) }
        // Nor somebody who may no longer sign in.
        let gone = try await seat(Cast.nora, in: world)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE people SET disabled_at = now() WHERE id = \(Cast.nora.person.id)")
        }
        await #expect(throws: MoURefusal.noSuchSignatory) { try await ask(gone, toSign: id, in: world) }
        // A colleague is asked in Kenji's place.
        try await ask(Cast.kenji.seat(), toSign: id, in: world)
        try await ask(try await seat(Cast.ravi, in: world), toSign: id, in: world)
        await #expect(throws: MoURefusal.notAskedToSign) { try await sign(id, in: world) }
        try await ask(Cast.kenji.seat(), toSign: id, in: world)
        let reason = try ShortText("The board signs")
        func refuse() async throws {
            try await world.database.write(as: world.context(Cast.kenji)) { transaction in
                try await transaction.refuseToSign(id, because: reason, for: bank, by: kenji)
            }
        }
        try await refuse()
        await #expect(throws: MoURefusal.notAskedToSign) { try await refuse() }
        await #expect(throws: MoURefusal.notAskedToSign) { try await sign(id, in: world) }
        let requests = try await world.database.reader(as: world.context(Cast.mei)).signingRequests(of: id)
        #expect(requests.map(\.reason) == [reason])
        #expect(requests.map(\.personName) == [Cast.kenji.person.name])
        // Asked again, and taken back.
        try await ask(Cast.kenji.seat(), toSign: id, in: world)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.takeBackRequest(toSign: id, for: bank)
        }
        await #expect(throws: MoURefusal.notAskedToSign) { try await sign(id, in: world) }
        // What was to be over by now is not signed.
        try await ask(Cast.kenji.seat(), toSign: id, in: world)
        try await record(own, of: id, effective: -2, ends: 0, in: world)
        await #expect(throws: MoURefusal.endsBeforeItIsSigned(today)) { try await sign(id, in: world) }
    }

    @Test("row-level security lets a signatory write their own name and signature of today, and nothing else")
    func walls() async throws {
        let world = try await World()
        let id = try await agreement(in: world)
        let context = world.context(Cast.kenji)
        func tries(_ query: Query) async throws -> Int {
            try await world.database.write(as: context) { try await $0.execute(query) }
        }
        func signature(of party: Institution.ID, by person: Person.ID, on day: CalendarDate) -> Query {
            """
            INSERT INTO mou_signatures (tenant_id, mou_id, institution_id, signed_on, recorded_by, signed_by)
            VALUES (\(tenant), \(id), \(party), \(day), \(person), \(person))
            """
        }
        func name(_ name: String, of party: Institution.ID, as kind: String = "signatory") -> Query {
            """
            INSERT INTO mou_participants (tenant_id, mou_id, position, kind, person_name, title, institution_id, institution_name)
            VALUES (\(tenant), \(id), 1, \(kind), \(name), 'Director', \(party), 'A party')
            """
        }
        // Not asked: nothing at all.
        let mine = signature(of: bank, by: kenji, on: today)
        await #expect(throws: DatabaseError.self) { try await tries(mine) }
        #expect(try await tries("UPDATE mous SET state = 'signed' WHERE id = \(id)") == 0)
        try await ask(Cast.kenji.seat(), toSign: id, in: world)
        let forbidden: [Query] = [
            signature(of: own, by: kenji, on: today), signature(of: bank, by: mei, on: today),
            signature(of: bank, by: kenji, on: today.adding(days: -1)), name("Somebody Else", of: bank),
            name(Cast.kenji.person.name, of: own), name(Cast.kenji.person.name, of: bank, as: "witness"),
            "UPDATE mous SET title = '{\"en\": \"Mine\"}' WHERE id = \(id)",
            "UPDATE mous SET ends_on = \(today) WHERE id = \(id)",
            "UPDATE mous SET effective_on = \(today) WHERE id = \(id)",
            "UPDATE mous SET state = 'abandoned' WHERE id = \(id)",
            "UPDATE mous SET state = 'signed', signed_on = \(today), effective_on = \(today) WHERE id = \(id)",
            """
            INSERT INTO mou_events (tenant_id, mou_id, id, person_id, from_state, to_state)
            VALUES (\(tenant), \(id), gen_random_uuid(), \(kenji), 'agreed', 'terminated')
            """,
            """
            INSERT INTO mou_signing_requests (tenant_id, mou_id, institution_id, person_id, asked_by)
            VALUES (\(tenant), \(id), \(own), \(kenji), \(kenji))
            """,
            "UPDATE mou_signing_requests SET person_id = \(mei) WHERE mou_id = \(id)",
            // That all have signed, before they have.
            """
            INSERT INTO mou_events (tenant_id, mou_id, id, person_id, from_state, to_state)
            VALUES (\(tenant), \(id), gen_random_uuid(), \(kenji), 'agreed', 'signed')
            """,
        ]
        for query in forbidden {
            await #expect(throws: DatabaseError.self, "\(query)") { try await tries(query) }
        }
        #expect(try await tries("DELETE FROM mou_signing_requests WHERE mou_id = \(id)") == 0)
        // Another agreement of theirs stays as it is.
        #expect(try await tries("UPDATE mous SET state = 'agreed' WHERE id <> \(id)") == 0)
        // Whom the park lets sign is the park's own; the rival's seat of the same person knows nothing of it.
        let elsewhere = world.database.reader(as: world.context(Cast.kenji, seat: 1))
        #expect(try await elsewhere.value("SELECT count(*) FROM mou_signing_requests", as: Int.self) == 0)
        // No manager says that it was somebody's own hand, be it theirs.
        for forged in [mei, kenji].map({ signature(of: bank, by: $0, on: today) }) {
            await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(forged) }
            }
        }
        #expect(try await sign(id, in: world).signatures.count == 1)
        // Whoever has signed does not refuse.
        let regret: Query = "UPDATE mou_signing_requests SET refused_at = now(), reason = 'No' WHERE mou_id = \(id)"
        #expect(try await tries(regret) == 0)
    }

    @Test("the person is written to when they are asked, and who asked them when they have answered")
    func letters() async throws {
        let world = try await World()
        let id = try await agreement(in: world)
        func told(_ step: TellOfSigning.Step, _ person: Person.ID? = nil) async throws {
            try await world.database.write(as: .system(in: tenant)) {
                try await $0.tell(
                    of: TellOfSigning(mou: id.uuid, party: bank.uuid, step: step, person: person?.uuid))
            }
        }
        try await ask(Cast.kenji.seat(), toSign: id, in: world)
        // Ravi was asked before, and nobody had written to him yet.
        try await told(.asked, Cast.ravi.person.id)
        try await told(.asked, kenji)
        _ = try await sign(id, in: world)
        // Nor is anybody asked who has answered.
        try await told(.asked, kenji)
        try await told(.signed)
        try await told(.refused)
        let lines: [String] = try await world.owner.reader(as: .none).rows(
            """
            SELECT l.recipient_name || ': ' || x.subject AS line
            FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
            WHERE l.about_noun = 'mou' AND l.about_id = \(id) ORDER BY 1
            """
        ).map { try $0("line") }
        #expect(lines.count == 3)
        #expect(lines.filter { $0.hasPrefix(Cast.kenji.person.name) }.count == 1)
        #expect(lines.contains("Mei Lam: MoU-H: Sakuragi Bank Group has signed"))
        let kinds: [String] = try await world.owner.reader(as: .none).rows(
            "SELECT arguments->>'step' AS step FROM jobs WHERE kind = 'partnerships.tell-of-signing' ORDER BY 1"
        ).map { try $0("step") }
        #expect(kinds == ["asked", "signed"])
    }

    @Test("the signatory reads the text, gives their word and signs; the manager sees who is asked")
    func pages() async throws {
        let world = try await World()
        let id = try await agreement(in: world)
        let manager = try await Visitor(Cast.mei, in: world)
        let partner = try await Visitor(Cast.kenji, in: world)
        #expect(await manager.open("/console/mous/\(id)").text.contains("/console/mous/\(id)/signing-requests"))
        #expect(!(await partner.open("/partner/agreements/\(id)").text.contains("/signature")))
        let unasked = await partner.open("/partner/agreements/\(id)/signature")
        #expect(unasked.header("Location") == "/partner/agreements/\(id)")
        let nobody = await manager.send("/console/mous/\(id)/signing-requests", [("seat", "")])
        #expect(nobody.status == 422)
        let asked = await manager.send(
            "/console/mous/\(id)/signing-requests", [("seat", Cast.kenji.seat().description)])
        #expect(asked.header("Location") == "/console/mous/\(id)/signing-requests?done=asked", "\(asked.text)")
        let list = await manager.open("/console/mous/\(id)/signing-requests?done=asked").text
        #expect(list.contains("Waiting") && list.contains(Cast.kenji.person.name))
        #expect(await partner.open("/partner/agreements/\(id)").text.contains("/partner/agreements/\(id)/signature"))
        let page = await partner.open("/partner/agreements/\(id)/signature").text
        #expect(page.contains("The parties work together."))
        let unsure = await partner.send("/partner/agreements/\(id)/signature", [("title", "Managing Director")])
        #expect(unsure.status == 422)
        #expect(unsure.text.contains("Managing Director"))
        let done = await partner.send(
            "/partner/agreements/\(id)/signature", [("title", "Managing Director"), ("is_entitled", "true")])
        #expect(done.header("Location") == "/partner/agreements/\(id)?done=signed", "\(done.text)")
        let again = await partner.send(
            "/partner/agreements/\(id)/signature/refusal", [("reason", "Too late")])
        #expect(again.status == 409)
        #expect(again.text.contains("Too late"))
        let signed = try await partner.ask("GET", "/v1/mous/\(id)").json()
        #expect(signed["signatures"]?.elements?.first?["is_by_own_hand"] == true)
        let requests = try await manager.ask("GET", "/v1/mous/\(id)/signing-requests").json()
        #expect(requests["items"]?.elements?.first?["person_name"]?.text == Cast.kenji.person.name)
    }
}
