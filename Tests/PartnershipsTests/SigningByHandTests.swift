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

    /// An agreement of the park and the bank, and perhaps one more, whose text is agreed, or only shared.
    private func agreement(
        in world: World, isAgreed: Bool = true, with third: Institution.ID? = nil
    ) async throws -> MoU.ID {
        let id = MoU.ID()
        let fintech = try #require(FocusArea.ID("fintech"))
        let coordinator = try Name("A Coordinator")
        let draft = try MoUDraft(
            reference: Name("MoU-H"), title: LocalizedName(en: "Joint lab"), kind: .research,
            parties: [
                MoU.Party(own, as: .lead, coordinator: coordinator),
                MoU.Party(bank, as: .partner, coordinator: coordinator),
            ] + (third.map { [MoU.Party($0, as: .supporting, coordinator: coordinator)] } ?? []),
            areas: [MoU.Area(fintech, wording: ShortText("Payments"))], legalReviewer: coordinator)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.draftMoU(draft, as: id, in: tenant, by: mei)
            _ = try await transaction.writeText(
                MoUBody("The parties work together."), in: .english, of: id, in: tenant, by: mei)
            _ = try await transaction.shareMoU(id, in: tenant, by: mei)
            if isAgreed { _ = try await transaction.agreeMoU(id, in: tenant, by: mei) }
        }
        return id
    }

    /// From a day on, counted from today; nil leaves it at what was said.
    private func ask(
        _ seat: Seat.ID, toSign id: MoU.ID, effective: Int? = 0, ends: Int? = nil, in world: World
    ) async throws {
        let (from, until) = (effective.map { today.adding(days: $0) }, ends.map { today.adding(days: $0) })
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.askToSign(id, seat, effectiveOn: from, endsOn: until, in: tenant, by: mei)
        }
    }

    private func read(_ id: MoU.ID, in world: World) async throws -> AgreementAsRead {
        let reader = world.database.reader(as: world.context(Cast.kenji))
        guard let mou = try await reader.mou(id) else { throw Problem.notFound }
        return try await AgreementAsRead(mou, reader)
    }

    /// Signs what was read; nil for how it stands.
    private func sign(_ id: MoU.ID, having seen: AgreementAsRead? = nil, in world: World) async throws -> MoU {
        let office = try office
        let now = try await read(id, in: world)
        return try await world.database.write(as: world.context(Cast.kenji)) { transaction in
            try await transaction.signByOwnHand(id, having: seen ?? now, as: office, for: bank, in: tenant, by: kenji)
        }
    }

    private func reopen(_ id: MoU.ID, in world: World) async throws {
        _ = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.reopenMoU(id, in: tenant, by: mei)
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
        try await ask(seat, toSign: id, effective: nil, in: world)
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
        let blind = await #expect(throws: DatabaseError.self) {
            try await ask(Cast.kenji.seat(), toSign: id, effective: nil, in: world)
        }
        #expect(blind?.constraint == "signatories_know_from_when_it_binds")
        try await ask(Cast.kenji.seat(), toSign: id, effective: 10, ends: 400, in: world)
        let half = try await sign(id, in: world)
        #expect((half.status, half.signedOn, half.signatures.map(\.institution)) == (.agreed, nil, [bank]))
        await #expect(throws: MoURefusal.signedAlready) { try await sign(id, in: world) }
        // Nobody writes other dates beside that hand, by verb or past it, nor asks another under them.
        for (effective, ends) in [(11, nil), (nil, 401)] as [(Int?, Int?)] {
            await #expect(throws: MoURefusal.datesAreSigned) {
                try await record(own, of: id, effective: effective, ends: ends, in: world)
            }
        }
        await #expect(throws: MoURefusal.datesAreSigned) {
            try await ask(Cast.kenji.seat(), toSign: id, effective: 10, in: world)
        }
        for query: Query in [
            "UPDATE mous SET ends_on = NULL WHERE id = \(id)",
            "UPDATE mous SET effective_on = effective_on + 1 WHERE id = \(id)",
        ] {
            let bare = await #expect(throws: DatabaseError.self) {
                try await world.database.write(as: world.context(Cast.mei)) { try await $0.execute(query) }
            }
            #expect(bare?.constraint == "signed_dates_stand")
        }
        try await record(own, of: id, effective: 10, in: world)
        let whole = try #require(try await world.database.reader(as: world.context(Cast.kenji)).mou(id))
        #expect((whole.status, whole.signedOn, whole.term.effectiveOn) == (.pending, today, today.adding(days: 10)))
        // What is signed is taken back by nobody.
        await #expect(throws: Problem.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.takeBackRequest(toSign: id, for: bank)
            }
        }
    }

    @Test("who waited for a signature that was the last is told that the agreement has moved on")
    func atOnce() async throws {
        let world = try await World()
        let id = try await agreement(in: world)
        try await record(own, of: id, effective: 0, in: world)
        try await ask(Cast.kenji.seat(), toSign: id, effective: nil, in: world)
        let (office, seen) = (try office, try await read(id, in: world))
        let other = try await world.database.write(as: world.context(Cast.kenji)) { transaction in
            _ = try await transaction.signByOwnHand(id, having: seen, as: office, for: bank, in: tenant, by: kenji)
            // It reads the agreement as it was, and waits for the row.
            let other = Task { try await sign(id, having: seen, in: world) }
            try await Task.sleep(for: .milliseconds(300))
            return other
        }
        await #expect(throws: MoURefusal.notIn(.agreed)) { try await other.value }
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
        let third = Cast.institution("harbour/kitagawa")
        let id = try await agreement(in: world, with: third)
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
            "UPDATE mous SET effective_on = \(today.adding(days: 1)) WHERE id = \(id)",
            "UPDATE mous SET state = 'abandoned' WHERE id = \(id)",
            "UPDATE mous SET state = 'signed', signed_on = \(today), effective_on = \(today) WHERE id = \(id)",
            """
            INSERT INTO mou_events (tenant_id, mou_id, id, person_id, from_state, to_state)
            VALUES (\(tenant), \(id), gen_random_uuid(), \(kenji), 'agreed', 'terminated')
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
        // Nobody asks themselves, not even where they have a seat.
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute(
                """
                INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
                VALUES (gen_random_uuid(), \(tenant), \(kenji), \(third), 'partner')
                """)
        }
        let themselves = await #expect(throws: DatabaseError.self) {
            try await tries(
                """
                INSERT INTO mou_signing_requests (tenant_id, mou_id, institution_id, person_id, asked_by)
                VALUES (\(tenant), \(id), \(third), \(kenji), \(kenji))
                """)
        }
        #expect(themselves?.kind == .insufficientPrivilege)
        // Another agreement of theirs stays as it is.
        let signedLongAgo: MoU.ID = demoID("mou MoU-2")
        #expect(try await tries("UPDATE mous SET state = 'agreed' WHERE id = \(signedLongAgo)") == 0)
        // Whom the bank lets sign, another party to the same agreement does not learn.
        let other = Principal(
            person: Cast.ravi.person.id.uuid, membership: UUID(), tenant: tenant.uuid, institution: third.uuid,
            role: .partner, name: "Ravi", locale: "en", credential: .token(id: UUID(), scopes: ["read", "write"]))
        let elsewhere = world.database.reader(as: other.context)
        #expect(try await elsewhere.mou(id) != nil)
        #expect(try await elsewhere.value("SELECT count(*) FROM mou_signing_requests", as: Int.self) == 0)
        #expect(try await elsewhere.signingRequests(of: id).isEmpty)
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

    @Test(
        "an agreed text goes back to review until somebody signs, who signs what they read; refused, it can be given up"
    )
    func reopening() async throws {
        let world = try await World()
        let id = try await agreement(in: world)
        try await ask(Cast.kenji.seat(), toSign: id, in: world)
        let first = try await read(id, in: world)
        try await reopen(id, in: world)
        let reader = world.database.reader(as: world.context(Cast.mei))
        #expect(try await reader.signingRequests(of: id).isEmpty)
        await #expect(throws: MoURefusal.notIn(.agreed)) { try await sign(id, in: world) }
        await #expect(throws: MoURefusal.notIn(.agreed)) { try await reopen(id, in: world) }
        try await world.database.write(as: .system(in: tenant)) {
            try await $0.tell(of: TellOfSigning(mou: id.uuid, party: bank.uuid, step: .takenBack, person: kenji.uuid))
        }
        let told: Int = try await world.owner.reader(as: .none).value(
            """
            SELECT count(*) FROM letters AS l JOIN letter_texts AS x ON x.letter_id = l.id AND x.version = l.version
            WHERE l.recipient_id = \(kenji) AND l.about_id = \(id) AND x.subject LIKE '%no longer asked%'
            """)
        #expect(told == 1)
        try await world.database.write(as: world.context(Cast.mei)) { transaction in
            _ = try await transaction.writeText(
                MoUBody("The bank bears the costs."), in: .english, of: id, in: tenant, by: mei)
            _ = try await transaction.agreeMoU(id, in: tenant, by: mei)
        }
        try await ask(Cast.kenji.seat(), toSign: id, in: world)
        await #expect(throws: MoURefusal.readAnother) { try await sign(id, having: first, in: world) }
        // Nor under dates that were moved while they read.
        let second = try await read(id, in: world)
        try await ask(Cast.kenji.seat(), toSign: id, effective: 0, ends: 30, in: world)
        await #expect(throws: MoURefusal.readAnother) { try await sign(id, having: second, in: world) }
        _ = try await sign(id, in: world)
        await #expect(throws: MoURefusal.partiesHaveSigned) { try await reopen(id, in: world) }
        let bare = await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute("UPDATE mous SET state = 'in_review' WHERE id = \(id)")
            }
        }
        #expect(bare?.constraint == "signed_texts_are_not_reopened")
        let reason = try ShortText("The park does not sign")
        let givenUp = try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.abandonMoU(id, because: reason, in: tenant, by: mei)
        }
        #expect(givenUp.status == .abandoned)
        let broken = try await world.owner.snapshot(as: .none) { snapshot in
            var broken: [String] = []
            for invariant in PartnershipsRoom.invariants {
                for try await violation in try await snapshot.violations(of: invariant) {
                    broken.append("\(invariant.name): \(violation.detail)")
                }
            }
            return broken
        }
        #expect(broken == [])
    }

    @Test("in the demo world Kenji signs at once, and the agreement is signed")
    func demo() async throws {
        let world = try await World()
        let id: MoU.ID = demoID("mou MoU-7")
        let waiting = try await world.database.reader(as: world.context(Cast.kenji)).mou(id)
        #expect(waiting?.status == .agreed && waiting?.signatures.map(\.institution) == [own])
        let partner = try await Visitor(Cast.kenji, in: world)
        let page = await partner.open("/partner/agreements/\(id)/signature").text
        #expect(page.contains("決済サンドボックス") && page.contains("This clause binds."))
        let signed = try await sign(id, in: world)
        #expect(signed.status == .pending && signed.signedOn == today)
    }

    @Test("once whoever asked has left, all managers learn of the answer")
    func orphaned() async throws {
        let world = try await World()
        let id = try await agreement(in: world)
        try await ask(Cast.kenji.seat(), toSign: id, in: world)
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute(
                "UPDATE memberships SET ended_at = now() WHERE person_id = \(mei) AND tenant_id = \(tenant)")
        }
        try await world.database.write(as: .system(in: tenant)) {
            try await $0.tell(of: TellOfSigning(mou: id.uuid, party: bank.uuid, step: .refused, person: nil))
        }
        let readers: [String] = try await world.owner.reader(as: .none).rows(
            "SELECT recipient_name AS name FROM letters WHERE about_noun = 'mou' AND about_id = \(id)"
        ).map { try $0("name") }
        #expect(readers.contains(Cast.tom.person.name) && !readers.contains(Cast.mei.person.name))
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
            """
            SELECT arguments->>'step' AS step FROM jobs
            WHERE kind = 'partnerships.tell-of-signing' AND lower(arguments->>'mou') = \(id.description) ORDER BY 1
            """
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
        let undated = await manager.send(
            "/console/mous/\(id)/signing-requests", [("seat", Cast.kenji.seat().description)])
        #expect(undated.status == 422 && undated.text.contains("Say from which day"))
        let asked = await manager.send(
            "/console/mous/\(id)/signing-requests",
            [("seat", Cast.kenji.seat().description), ("effective_on", today.description)])
        #expect(asked.header("Location") == "/console/mous/\(id)/signing-requests?done=asked", "\(asked.text)")
        let list = await manager.open("/console/mous/\(id)/signing-requests?done=asked").text
        #expect(list.contains("Waiting") && list.contains(Cast.kenji.person.name))
        #expect(await partner.open("/partner/agreements/\(id)").text.contains("/partner/agreements/\(id)/signature"))
        let page = await partner.open("/partner/agreements/\(id)/signature").text
        #expect(page.contains("The parties work together.") && page.contains("It binds from"))
        let hash = try #require(try await read(id, in: world).texts.first)
        #expect(page.contains(#"name="texts" value="\#(hash)""#))
        let mute = await partner.ask(
            "POST", "/v1/mous/\(id)/own-signature", json: #"{"title": "Director", "texts": ["\#(hash)"]}"#)
        #expect(mute.status == 422 && mute.problem?.errors.first?.pointer == "/is_entitled")
        let unsure = await partner.send("/partner/agreements/\(id)/signature", [("title", "Managing Director")])
        #expect(unsure.status == 422)
        #expect(unsure.text.contains("Managing Director"))
        let word = [("title", "Managing Director"), ("is_entitled", "true"), ("effective_on", today.description)]
        let unread = await partner.send("/partner/agreements/\(id)/signature", word)
        #expect(unread.status == 409 && unread.text.contains("Managing Director"))
        let done = await partner.send("/partner/agreements/\(id)/signature", word + [("texts", hash)])
        #expect(done.header("Location") == "/partner/agreements/\(id)?done=signed", "\(done.text)")
        let again = await partner.send(
            "/partner/agreements/\(id)/signature/refusal", [("reason", "Too late")])
        #expect(again.status == 409)
        #expect(again.text.contains("Too late"))
        let signed = try await partner.ask("GET", "/v1/mous/\(id)").json()
        #expect(signed["signatures"]?.elements?.first?["is_by_own_hand"] == true)
        let requests = try await manager.ask("GET", "/v1/mous/\(id)/signing-requests").json()
        #expect(requests["items"]?.elements?.first?["person_name"]?.text == Cast.kenji.person.name)
        // What a party has signed goes back to nobody, and is given up with a reason.
        let shown = await manager.open("/console/mous/\(id)").text
        #expect(!shown.contains("/console/mous/\(id)/reopening") && shown.contains("/console/mous/\(id)/abandonment"))
        #expect(await manager.ask("POST", "/v1/mous/\(id)/reopening").status == 409)
        let left = await manager.send("/console/mous/\(id)/abandonment", [("reason", "The board declines")])
        #expect(left.header("Location") == "/console/mous/\(id)?done=abandoned", "\(left.text)")
    }

    @Test("by page and API an agreed text goes back to review and is agreed once more")
    func reopeningPages() async throws {
        let world = try await World()
        let id = try await agreement(in: world)
        let manager = try await Visitor(Cast.mei, in: world)
        #expect(await manager.open("/console/mous/\(id)").text.contains("/console/mous/\(id)/reopening"))
        let back = await manager.send("/console/mous/\(id)/reopening")
        #expect(back.header("Location") == "/console/mous/\(id)?done=reopened", "\(back.text)")
        #expect(await manager.send("/console/mous/\(id)/reopening").status == 409)
        #expect(await manager.ask("POST", "/v1/mous/\(id)/agreement").status == 200)
        let again = try await manager.ask("POST", "/v1/mous/\(id)/reopening").json()
        #expect(again["status"]?.text == "in_review")
    }
}
